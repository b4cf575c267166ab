//! `/healthz` and `/readyz`: for whatever keeps the server running.

use actix_web::{HttpResponse, web};

use crate::app::Rooms;
use crate::error::Result;

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
