//! The border of the pages and of the workspace API: who is signed in.

use std::future::{Ready, ready};

use actix_session::SessionExt;
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::{Client, cross_site};
use crate::accounts::{Person, USER};
use crate::app::Rooms;
use crate::error::{Error, Result};
use crate::keys::Actor;

/// Someone who is signed in.
pub struct Member {
    pub person: Person,
    client: Client,
}

/// Someone who is signed in and is an admin of their workspace.
pub struct Admin(pub Member);

impl Member {
    pub fn actor(&self) -> Actor {
        Actor::Person {
            person: self.person.clone(),
            ip: self.client.ip,
        }
    }
}

impl FromRequest for Member {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let found = extensions.get::<Person>().zip(extensions.get::<Client>());
        ready(match found {
            Some((person, client)) => Ok(Self {
                person: person.clone(),
                client: client.clone(),
            }),
            None => Err(Error::no_session()),
        })
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(
            Member::from_request(request, payload)
                .into_inner()
                .and_then(|member| match member.person.is_admin() {
                    true => Ok(Self(member)),
                    false => Err(Error::forbidden(
                        "Only an admin of the workspace can do this.",
                    )),
                }),
        )
    }
}

/// Refuses writes of other sites' pages.
pub async fn require_same_site(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let base_url = request
        .app_data::<web::Data<Rooms>>()
        .map(|rooms| rooms.base_url.clone())
        .unwrap_or_default();
    match cross_site::check(request.method(), request.headers(), &base_url) {
        Ok(()) => next.call(request).await,
        Err(error) => Ok(request.error_response(error)),
    }
}

/// Finds the person of the session, if there is one. A bearer key is no session: a request that
/// carries one is refused.
pub async fn who_is_it(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match find_person(&request).await {
        Ok(Some(person)) => {
            request.extensions_mut().insert(person);
        }
        Ok(None) => {}
        Err(error) => return Ok(request.error_response(error)),
    }
    next.call(request).await
}

async fn find_person(request: &ServiceRequest) -> Result<Option<Person>> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Err(Error::no_session());
    }
    let session = request.get_session();
    let Some(user_id) = session
        .get::<String>(USER)
        .map_err(|error| anyhow::anyhow!("{error}"))?
    else {
        return Ok(None);
    };
    let rooms = request
        .app_data::<web::Data<Rooms>>()
        .ok_or_else(|| Error::internal(anyhow::anyhow!("the application has no rooms")))?;
    rooms.accounts.person(&user_id).await
}
