//! Errors as answers: the one JSON shape, and the header fields that go with a code.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::JSON;
use crate::error::{Code, Detail, Error};

#[derive(Serialize)]
struct Envelope<'a> {
    error: Shape<'a>,
}

#[derive(Serialize)]
struct Shape<'a> {
    code: &'a str,
    message: &'a str,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::build(self.status_code());
        match &self.detail {
            Detail::None => {}
            Detail::Challenge { key_sent } => {
                let challenge = match key_sent {
                    true => r#"Bearer realm="plangrep", error="invalid_token""#,
                    false => r#"Bearer realm="plangrep""#,
                };
                answer.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            Detail::Scope(scope) => {
                answer.insert_header((
                    header::WWW_AUTHENTICATE,
                    format!(
                        r#"Bearer realm="plangrep", error="insufficient_scope", scope="{}""#,
                        scope.as_str()
                    ),
                ));
            }
            Detail::Allow(methods) => {
                answer.insert_header((header::ALLOW, methods.as_str()));
            }
            Detail::Length(length) => {
                answer.insert_header((header::CONTENT_RANGE, format!("bytes */{length}")));
            }
            Detail::RetryAfter(seconds) => {
                answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
        }
        if self.code == Code::Unavailable {
            answer.insert_header((header::RETRY_AFTER, "5"));
        }
        let shape = Envelope {
            error: Shape {
                code: self.code.as_str(),
                message: &self.told(),
            },
        };
        // Two strings always serialise.
        let body = serde_json::to_vec(&shape).unwrap_or_default();
        answer
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(JSON)))
            .body(body)
    }
}

/// The error that a response was made from, when it was one of ours.
pub fn error_of(response: &HttpResponse) -> Option<&Error> {
    response.error().and_then(|error| error.as_error::<Error>())
}
