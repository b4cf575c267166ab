//! `/healthz`, `/readyz` and `/metrics`: for whatever keeps the server running.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::Rooms;
use crate::error::{Code, Error, Result};
use crate::http::Client;

/// The process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// The process answers and reaches its database.
pub async fn readyz(rooms: web::Data<Rooms>) -> Result<HttpResponse> {
    rooms.accounts.setup_token().await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain")
        .body("ready\n"))
}

/// Counts in the text format of Prometheus, for the networks that may read them: this machine's
/// own unless configured.
pub async fn metrics(
    rooms: web::Data<Rooms>,
    client: Client,
    request: HttpRequest,
) -> Result<HttpResponse> {
    // A proxy on this machine that nobody told us of must not let the world in.
    let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let is_known = !is_forwarded || !rooms.trusted_proxies.is_empty();
    let is_allowed = rooms
        .metrics_from
        .iter()
        .any(|network| network.contains(&client.ip));
    if !is_known || !is_allowed {
        return Err(Error::new(Code::NotFound, "There is nothing at this URL."));
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(rooms.gauges.text().await?))
}
