//! `/sign-in` and `/sign-out`.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::frame::Frame;
use super::{for_people, page, see_other};
use crate::app::Rooms;
use crate::error::{Code, Detail, Result};
use crate::http::{Client, Fields, Member, Query, begin_session, user_agent};

const HOME: &str = "/settings/api";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    email: String,
    next: String,
    problem: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
    /// What led here: a word of ours, never a text.
    #[serde(default)]
    done: String,
}

/// `/` leads to the projects, which lead to the sign-in.
pub async fn home() -> HttpResponse {
    see_other("/projects")
}

pub async fn show_sign_in(
    member: Option<Member>,
    Query(Next { next, done }): Query<Next>,
) -> Result<HttpResponse> {
    if member.is_some() {
        return Ok(see_other(local(&next)));
    }
    page(
        200,
        &SignInPage {
            frame: Frame::plain("Sign in"),
            email: String::new(),
            next,
            problem: None,
            note: match done.as_str() {
                "password" => Some("Your password is changed. Sign in with it.".to_owned()),
                "left" => Some("You have left the workspace.".to_owned()),
                _ => None,
            },
        },
    )
}

pub async fn sign_in(
    rooms: web::Data<Rooms>,
    client: Client,
    request: HttpRequest,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let (email, next) = (form.get("email").to_owned(), form.get("next").to_owned());
    match rooms
        .accounts
        .sign_in(&email, form.get("password"), &client.origin())
        .await
    {
        Ok(person) => {
            let agent = user_agent(&request);
            begin_session(&session, &person, &client, agent, rooms.clock.now())?;
            Ok(see_other(local(&next)))
        }
        Err(error) if matches!(error.code, Code::Unauthorized | Code::RateLimited) => {
            let mut answer = page(
                error.code.status(),
                &SignInPage {
                    frame: Frame::plain("Sign in"),
                    email,
                    next,
                    problem: Some(for_people(&error)),
                    note: None,
                },
            )?;
            if let Detail::RetryAfter(seconds) = error.detail {
                answer
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(answer)
        }
        Err(error) => Err(error),
    }
}

pub async fn sign_out(
    member: Option<Member>,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    if let Some(member) = member {
        let ended = rooms
            .accounts
            .end_session(&member.actor(), &member.session_id)
            .await;
        // Somebody else may have ended it at this very moment.
        match ended {
            Err(error) if error.code != Code::NotFound => return Err(error),
            _ => {}
        }
    }
    session.purge();
    Ok(see_other("/sign-in"))
}

/// A path of this server to go on to, with its query; anything else leads home, so that no link can
/// send people from our sign-in to another site. Only the path could: what follows the first `?`
/// never names a host (RFC 3986, 3.4).
fn local(next: &str) -> &str {
    let of = |part: &str, marks: &[u8]| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let is_plain = of(path, b"/-_.") && of(query, b"-_.~%=&+*:,");
    match is_plain && path.starts_with('/') && !path.starts_with("//") {
        true => next,
        false => HOME,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_on_to() {
        for next in [
            "/settings/api/new",
            "/settings/api/new?successor_of=key_1",
            "/settings/audit?q=%C3%BC+a&from=2026-11-24&to=",
        ] {
            assert_eq!(local(next), next);
        }
        for next in [
            "//evil.example?a=b",
            "/?a\\b",
            "/x?a#b",
            "?next=/x",
            "/x?\r\nSet-Cookie: a=b",
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/x\r\nSet-Cookie: a=b",
            "settings",
        ] {
            assert_eq!(local(next), HOME, "{next:?}");
        }
    }
}
