//! The border of the open API: a request's bearer key (RFC 6750), and the scope that a handler
//! needs as part of its signature.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::Client;
use crate::app::Rooms;
use crate::error::{Error, Result};
use crate::keys::{Authenticated, Scope};

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

/// Lets a request through when it carries a live key, and only in its Authorization header.
pub async fn require_key(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match authenticate(&request).await {
        Ok(key) => {
            request.extensions_mut().insert(key);
            next.call(request).await
        }
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn authenticate(request: &ServiceRequest) -> Result<Authenticated> {
    let rooms = request
        .app_data::<web::Data<Rooms>>()
        .ok_or_else(|| Error::internal(anyhow::anyhow!("the application has no rooms")))?;
    let ip = request
        .extensions()
        .get::<Client>()
        .map(|client| client.ip)
        .ok_or_else(|| Error::internal(anyhow::anyhow!("the request was not observed")))?;
    let key = bearer(request.headers())?;
    rooms.keys.authenticate(key, ip).await
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
