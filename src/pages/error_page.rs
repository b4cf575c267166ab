//! Errors as pages: what a handler refused is dressed for people here, and someone who is not
//! signed in is sent to the sign-in.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use super::frame::Frame;
use super::{for_people, page, see_other};
use crate::error::{Code, Error, Result};
use crate::http::{Client, error_of};

#[derive(Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    pub frame: Frame,
    pub heading: String,
    pub text: String,
    pub link_href: String,
    pub link_text: String,
    pub request_id: String,
}

/// The longest way back that goes through the sign-in, in bytes.
const MOST_NEXT: usize = 2_000;

/// Wraps each page: turns the error of its answer into a page.
pub async fn dress(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let Some(error) = error_of(response.response()) else {
        return Ok(response);
    };
    let request = response.request();
    // A request with a key is no browser's: it is told so, not sent to sign in.
    let has_key = request.headers().contains_key(header::AUTHORIZATION);
    let mut dressed = if error.code == Code::Unauthorized && !has_key {
        see_other(&sign_in_path(request))
    } else {
        error_page(error, request)?
    };
    // Header fields that the error needs, such as Allow, stay.
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE
            && name != header::CONTENT_LENGTH
            && name != header::WWW_AUTHENTICATE
        {
            dressed.headers_mut().append(name.clone(), value.clone());
        }
    }
    // The cause is for the log, which the outermost layer writes: it must not be lost here.
    if let Some(cause) = &error.cause {
        let client = request.extensions().get::<Client>().cloned();
        let request_id = client.map(|client| client.request_id).unwrap_or_default();
        tracing::error!(request = %request_id, cause = format!("{cause:#}"), "a page failed");
    }
    Ok(response.into_response(dressed))
}

/// The answer to a URL that nothing answers to, for a browser.
pub fn not_found_page(request: &HttpRequest) -> Result<HttpResponse> {
    error_page(&Error::not_found("page"), request)
}

fn error_page(error: &Error, request: &HttpRequest) -> Result<HttpResponse> {
    let heading = match error.code {
        Code::NotFound => "Not found",
        Code::Forbidden => "Not allowed",
        Code::Expired => "No longer there",
        Code::RateLimited => "Slow down a little",
        Code::InternalError | Code::Unavailable => "Something went wrong",
        _ => "That did not work",
    };
    let client = request.extensions().get::<Client>().cloned();
    let (link_href, link_text) = match request.path().starts_with("/projects") {
        true => ("/projects", "Go to your projects"),
        false => ("/settings/api", "Go to your API keys"),
    };
    page(
        error.code.status(),
        &MessagePage {
            frame: Frame::plain(heading),
            heading: heading.to_owned(),
            text: for_people(error),
            link_href: link_href.to_owned(),
            link_text: link_text.to_owned(),
            request_id: client.map(|client| client.request_id).unwrap_or_default(),
        },
    )
}

/// The sign-in page, which leads back to the page that was asked for, filters and all.
fn sign_in_path(request: &HttpRequest) -> String {
    match *request.method() {
        Method::GET => {
            let asked = request
                .uri()
                .path_and_query()
                .map(|whole| whole.as_str())
                // Encoded once more, a longer one might not be taken as a URL.
                .filter(|whole| whole.len() <= MOST_NEXT)
                .unwrap_or(request.path());
            let next: String = form_urlencoded::byte_serialize(asked.as_bytes()).collect();
            format!("/sign-in?next={next}")
        }
        _ => "/sign-in".to_owned(),
    }
}
