//! `/forgot-password` and `/reset-password`: a new password by a link that is sent by mail.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::error_page::MessagePage;
use super::frame::Frame;
use super::join::Link;
use super::{for_people, page, see_other};
use crate::accounts::{Email, Password};
use crate::app::Rooms;
use crate::error::{Code, Detail, Result};
use crate::http::{Client, Fields, Query};

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct ForgotPage {
    frame: Frame,
    email: String,
    sent: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "reset_password.html")]
struct ResetPage {
    frame: Frame,
    token: String,
    problem: Option<String>,
}

fn forgot_page(
    status: u16,
    email: &str,
    sent: bool,
    problem: Option<String>,
) -> Result<HttpResponse> {
    page(
        status,
        &ForgotPage {
            frame: Frame::plain("Forgot your password?"),
            email: email.to_owned(),
            sent,
            problem,
        },
    )
}

pub async fn show_forgot_password() -> Result<HttpResponse> {
    forgot_page(200, "", false, None)
}

/// The same answer whether or not somebody has the address.
pub async fn forgot_password(
    rooms: web::Data<Rooms>,
    client: Client,
    form: Fields,
) -> Result<HttpResponse> {
    let typed = form.get("email");
    let outcome = match Email::parse(typed) {
        Ok(email) => rooms.accounts.ask_reset(email, &client.origin()).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => forgot_page(200, "", true, None),
        Err(error) if matches!(error.code, Code::InvalidRequest | Code::RateLimited) => {
            let mut answer =
                forgot_page(error.code.status(), typed, false, Some(for_people(&error)))?;
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

fn reset_page(status: u16, token: &str, problem: Option<String>) -> Result<HttpResponse> {
    page(
        status,
        &ResetPage {
            frame: Frame::plain("Choose a new password"),
            token: token.to_owned(),
            problem,
        },
    )
}

pub async fn show_reset_password(
    rooms: web::Data<Rooms>,
    Query(Link { token }): Query<Link>,
) -> Result<HttpResponse> {
    match rooms.accounts.person_of_reset(&token).await? {
        Some(_) => reset_page(200, &token, None),
        None => dead_link(),
    }
}

pub async fn reset_password(
    rooms: web::Data<Rooms>,
    client: Client,
    form: Fields,
) -> Result<HttpResponse> {
    let token = form.get("token");
    let Some(person) = rooms.accounts.person_of_reset(token).await? else {
        return dead_link();
    };
    let known = [person.email.as_str(), &person.name, &person.workspace_name];
    let password = match Password::parse(form.get("password"), &known) {
        Ok(password) => password,
        Err(error) => return reset_page(400, token, Some(for_people(&error))),
    };
    let outcome = rooms
        .accounts
        .reset_password(token, password, &client.origin())
        .await;
    match outcome {
        Ok(()) => Ok(see_other("/sign-in?done=password")),
        Err(error) if error.code == Code::Expired => dead_link(),
        Err(error) => Err(error),
    }
}

fn dead_link() -> Result<HttpResponse> {
    page(
        410,
        &MessagePage {
            frame: Frame::plain("Choose a new password"),
            heading: "This link does not work".to_owned(),
            text: "It has been used, it has expired, or it is not complete. You can ask for \
                   another one."
                .to_owned(),
            link_href: "/forgot-password".to_owned(),
            link_text: "Ask for another link".to_owned(),
            request_id: String::new(),
        },
    )
}
