//! The border of the open API: a request's bearer key (RFC 6750), and the scope that a handler
//! needs as part of its signature.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::{Client, error_of};
use crate::app::Rooms;
use crate::error::{Code, Detail, Error, Result};
use crate::keys::{Allowance, Authenticated, Outcome, Scope, Visit};

/// The scope that a handler needs, as a type.
pub trait Needs {
    const SCOPE: Scope;
}

pub struct JobsRead;
pub struct JobsWrite;
pub struct ArtifactsRead;

impl Needs for JobsRead {
    const SCOPE: Scope = Scope::JobsRead;
}

impl Needs for JobsWrite {
    const SCOPE: Scope = Scope::JobsWrite;
}

impl Needs for ArtifactsRead {
    const SCOPE: Scope = Scope::ArtifactsRead;
}

/// A caller whose key is live and has the scope.
pub struct Caller<S> {
    key: Authenticated,
    scope: PhantomData<S>,
}

impl<S> Deref for Caller<S> {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.key
    }
}

/// Ready at once, so that as the first extractor it decides before a body is looked at.
impl<S: Needs> FromRequest for Caller<S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Authenticated>().cloned();
        ready(match found {
            Some(key) if key.scopes.contains(S::SCOPE) => Ok(Self {
                key,
                scope: PhantomData,
            }),
            Some(_) => Err(Error::scope(S::SCOPE)),
            None => Err(Error::bad_key(false)),
        })
    }
}

/// A caller whose key is live, whatever its scopes.
pub struct AnyCaller(pub Authenticated);

impl FromRequest for AnyCaller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Authenticated>().cloned();
        ready(found.map(Self).ok_or_else(|| Error::bad_key(false)))
    }
}

/// Lets a request through when it carries a live key, and only in its Authorization header; notes
/// how it ended. `path` is the pattern of the route.
pub async fn require_key(
    path: &'static str,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let found = (
        request.app_data::<web::Data<Rooms>>().cloned(),
        request.extensions().get::<Client>().cloned(),
    );
    let (Some(rooms), Some(client)) = found else {
        let problem = anyhow::anyhow!("the request was not observed");
        return Ok(request.error_response(Error::internal(problem)));
    };
    let visit = Visit {
        method: method(request.method()),
        path,
        ip: client.ip,
        request_id: &client.request_id,
    };
    let authenticated = match bearer(request.headers()) {
        Ok(sent) => rooms.keys.authenticate(sent, visit).await,
        Err(error) => Err(error),
    };
    let key = match authenticated {
        Ok(key) => key,
        Err(error) => return Ok(request.error_response(error)),
    };
    request.extensions_mut().insert(key.clone());
    let allowance = rooms.keys.admit(&key);
    if let Some(allowance) = allowance
        && let Some(seconds) = allowance.wait
    {
        rooms.keys.note(&key, visit, Outcome::RateLimited);
        let error = Error {
            detail: Detail::RetryAfter(seconds),
            ..Error::new(
                Code::RateLimited,
                format!(
                    "This key may send {} requests a minute. Wait as long as `Retry-After` says.",
                    allowance.limit
                ),
            )
        };
        let mut response = request.error_response(error);
        tell_allowance(response.headers_mut(), allowance);
        return Ok(response);
    }
    let mut response = next.call(request).await?;
    let outcome = match error_of(response.response()).map(|error| error.code) {
        Some(Code::InsufficientScope) => Outcome::ScopeRefused,
        Some(Code::MethodNotAllowed) => Outcome::NoRoute,
        _ => Outcome::Answered,
    };
    rooms.keys.note(&key, visit, outcome);
    if let Some(allowance) = allowance {
        tell_allowance(response.headers_mut(), allowance);
    }
    Ok(response)
}

/// The RateLimit header fields (draft-ietf-httpapi-ratelimit-headers).
fn tell_allowance(headers: &mut HeaderMap, allowance: Allowance) {
    let Allowance {
        limit,
        remaining,
        full_in,
        ..
    } = allowance;
    let fields = [
        ("ratelimit-policy", format!("\"key\";q={limit};w=60")),
        ("ratelimit", format!("\"key\";r={remaining};t={full_in}")),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// The name of a method in the counts: those that we answer to, and one for all others.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET | Method::HEAD => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

/// What follows `Bearer` in the one Authorization header.
fn bearer(headers: &HeaderMap) -> Result<&[u8]> {
    let mut sent = headers.get_all(header::AUTHORIZATION);
    let first = sent.next().ok_or_else(|| Error::bad_key(false))?;
    if sent.next().is_some() {
        return Err(Error::bad_key(true));
    }
    let value = first.as_bytes();
    match value.split_at_checked(7) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case(b"bearer ") => Ok(key.trim_ascii()),
        _ => Err(Error::bad_key(true)),
    }
}
