//! The outermost layers: every request gets an id, its address, the header fields that all
//! answers share, and a line in the log; a panic becomes an answer.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use futures_util::FutureExt;

use super::answer::error_of;
use super::client::{Client, REQUEST_ID};
use crate::app::Rooms;
use crate::error::{Code, Error};
use crate::keys::{Authenticated, redact};

/// The longest request target in bytes.
const MOST_TARGET: usize = 8 << 10;
/// All header fields together in bytes.
const MOST_HEADERS: usize = 32 << 10;

/// Fields of every answer that does not set them itself.
const COMMON: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Wraps the whole application.
pub async fn observe(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let (client, https) = match request.app_data::<web::Data<Rooms>>() {
        Some(rooms) => (
            Client::of(
                request.peer_addr().map(|address| address.ip()),
                request.headers(),
                &rooms.trusted_proxies,
            ),
            rooms.base_url.starts_with("https://"),
        ),
        None => (Client::of(None, request.headers(), &[]), false),
    };
    request.extensions_mut().insert(client.clone());
    let mut response = match within_bounds(&request) {
        Ok(()) => next.call(request).await?,
        Err(error) => request.error_response(error),
    };
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in COMMON {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if let Ok(value) = HeaderValue::from_str(&client.request_id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(cause) = error_of(response.response()).and_then(|error| error.cause.as_ref()) {
        tracing::error!(request = %client.request_id, cause = format!("{cause:#}"), "a request failed");
    }
    if let Some(rooms) = response.request().app_data::<web::Data<Rooms>>() {
        rooms.gauges.count(status.as_u16(), began.elapsed());
    }
    let request = response.request();
    let extensions = request.extensions();
    let key = extensions
        .get::<Authenticated>()
        .map(|key| key.key_id.as_str());
    // The path and never the query: tokens travel there. Whoever puts a key into the path, or
    // takes it for the method, must not find it in the log either.
    tracing::info!(
        request = %client.request_id,
        key,
        ip = %client.ip,
        status = status.as_u16(),
        micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "{} {}",
        redact(request.method().as_str()),
        redact(request.path())
    );
    drop(extensions);
    Ok(response)
}

fn within_bounds(request: &ServiceRequest) -> Result<(), Error> {
    let target = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > MOST_TARGET {
        return Err(Error::new(
            Code::UriTooLong,
            format!("The URL must have at most {MOST_TARGET} bytes."),
        ));
    }
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if headers > MOST_HEADERS {
        return Err(Error::new(
            Code::HeadersTooLarge,
            format!("The header fields must have at most {MOST_HEADERS} bytes together."),
        ));
    }
    Ok(())
}

/// Wraps each resource: what panics or fails below it is answered in the one shape.
pub async fn catch(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let original = request.request().clone();
    let failed = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(error)) => match error.as_error::<Error>() {
            Some(_) => HttpResponse::from_error(error),
            None => HttpResponse::from_error(Error::unavailable(anyhow::anyhow!("{error}"))),
        },
        Err(panic) => {
            let words = panic
                .downcast_ref::<&str>()
                .map(|words| (*words).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            HttpResponse::from_error(Error::internal(anyhow::anyhow!("panicked: {words}")))
        }
    };
    Ok(ServiceResponse::new(original, failed))
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::{App, test};

    use super::*;

    #[actix_web::test]
    async fn a_panic_is_answered_in_the_one_shape_with_the_request_id() {
        async fn broken() -> HttpResponse {
            panic!("the secret is 42")
        }
        let app = test::init_service(
            App::new().wrap(from_fn(observe)).service(
                web::resource("/broken")
                    .route(web::get().to(broken))
                    .wrap(from_fn(catch)),
            ),
        )
        .await;
        let request = test::TestRequest::get()
            .uri("/broken")
            .insert_header(("x-request-id", "abc-1"))
            .to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers().get("x-request-id").unwrap(), "abc-1");
        let body: serde_json::Value = test::read_body_json(response).await;
        assert_eq!(body["error"]["code"], "internal_error");
        assert!(!body.to_string().contains("42"));
    }
}
