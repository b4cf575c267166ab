//! The border of the pages and of the workspace API: who is signed in.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::{Client, cross_site};
use crate::accounts::{AGENT, CONFIRMED_AT, IP, Person, SESSION_ID, USER};
use crate::app::Rooms;
use crate::audit::Actor;
use crate::clock::Time;
use crate::error::{Code, Error, Result};

/// Someone who is signed in.
#[derive(Clone)]
pub struct Member {
    pub person: Person,
    /// The session's public id.
    pub session_id: String,
    /// When the password was last given.
    pub confirmed_at: Time,
    pub client: Client,
}

/// What the session says of a request; an extension of it.
#[derive(Clone)]
struct SignedIn {
    person: Person,
    session_id: String,
    confirmed_at: Time,
}

/// Someone who is signed in and is an admin of their workspace.
pub struct Admin(pub Member);

impl Member {
    pub fn actor(&self) -> Actor {
        Actor::Person {
            person: self.person.clone(),
            ip: self.client.ip,
            request_id: self.client.request_id.clone(),
        }
    }
}

impl Member {
    /// Whether the password was given recently enough for what matters most.
    pub fn is_confirmed(&self, rooms: &Rooms) -> bool {
        self.confirmed_at.plus(rooms.confirm_after) > rooms.clock.now()
    }

    /// As [`Member::is_confirmed`], for the JSON routes.
    pub fn must_be_confirmed(&self, rooms: &Rooms) -> Result<()> {
        match self.is_confirmed(rooms) {
            true => Ok(()),
            false => Err(Error::new(
                Code::PasswordRequired,
                "The sign-in is too old for this. Send the password to POST /api/open-api/session/confirm first.",
            )),
        }
    }
}

impl FromRequest for Member {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let found = extensions.get::<SignedIn>().zip(extensions.get::<Client>());
        ready(match found {
            Some((session, client)) => Ok(Self {
                person: session.person.clone(),
                session_id: session.session_id.clone(),
                confirmed_at: session.confirmed_at,
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

async fn find_person(request: &ServiceRequest) -> Result<Option<SignedIn>> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Err(Error::no_session());
    }
    let session = request.get_session();
    let Some(user_id) = entry::<String>(&session, USER)? else {
        return Ok(None);
    };
    let rooms = request
        .app_data::<web::Data<Rooms>>()
        .ok_or_else(|| Error::internal(anyhow::anyhow!("the application has no rooms")))?;
    let Some(person) = rooms.accounts.person(&user_id).await? else {
        return Ok(None);
    };
    Ok(Some(SignedIn {
        person,
        session_id: entry(&session, SESSION_ID)?.unwrap_or_default(),
        confirmed_at: Time(entry(&session, CONFIRMED_AT)?.unwrap_or_default()),
    }))
}

fn entry<T: serde::de::DeserializeOwned>(session: &Session, name: &str) -> Result<Option<T>> {
    Ok(session
        .get(name)
        .map_err(|error| anyhow::anyhow!("{error}"))?)
}

fn set<T: serde::Serialize>(session: &Session, name: &str, value: T) -> Result<()> {
    Ok(session
        .insert(name, value)
        .map_err(|error| anyhow::anyhow!("{error}"))?)
}

/// Signs a person in. Whatever this browser carried before belongs to nobody from here on.
pub fn begin_session(
    session: &Session,
    person: &Person,
    client: &Client,
    user_agent: &str,
    now: Time,
) -> Result<()> {
    session.clear();
    set(session, USER, &person.id)?;
    set(session, CONFIRMED_AT, now.0)?;
    set(session, IP, client.ip.to_string())?;
    let agent: String = user_agent.chars().take(300).collect();
    set(session, AGENT, agent)?;
    session.renew();
    Ok(())
}

/// Notes that the password was given just now; the session gets a new secret.
pub fn confirm_session(session: &Session, now: Time) -> Result<()> {
    set(session, CONFIRMED_AT, now.0)?;
    session.renew();
    Ok(())
}

/// What a browser calls itself.
pub fn user_agent(request: &HttpRequest) -> &str {
    request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
