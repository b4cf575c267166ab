//! `/join`: the page behind the link of an invitation.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::error_page::MessagePage;
use super::frame::{Frame, leave_word};
use super::{for_people, page, see_other};
use crate::accounts::{Invitation, Role, check_joining};
use crate::app::Rooms;
use crate::error::{Code, Result};
use crate::http::{Client, Fields, Query, begin_session, user_agent};

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    frame: Frame,
    token: String,
    workspace: String,
    email: String,
    is_admin: bool,
    name: String,
    problems: JoinProblems,
}

#[derive(Default)]
struct JoinProblems {
    name: Option<String>,
    password: Option<String>,
}

/// The token of a link in a mail.
#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    pub token: String,
}

fn join_page(
    status: u16,
    token: &str,
    invitation: Invitation,
    name: &str,
    problems: JoinProblems,
) -> Result<HttpResponse> {
    page(
        status,
        &JoinPage {
            frame: Frame::plain("Join"),
            token: token.to_owned(),
            workspace: invitation.workspace_name,
            email: invitation.email,
            is_admin: invitation.role == Role::Admin,
            name: name.to_owned(),
            problems,
        },
    )
}

pub async fn show_join(
    rooms: web::Data<Rooms>,
    Query(Link { token }): Query<Link>,
) -> Result<HttpResponse> {
    match rooms.accounts.invitation_of(&token).await? {
        Some(invitation) => join_page(200, &token, invitation, "", JoinProblems::default()),
        None => dead_link(),
    }
}

pub async fn join(
    rooms: web::Data<Rooms>,
    client: Client,
    request: HttpRequest,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let (token, name, password) = (form.get("token"), form.get("name"), form.get("password"));
    let Some(invitation) = rooms.accounts.invitation_of(token).await? else {
        return dead_link();
    };
    let (wrong_name, wrong_password) = check_joining(&invitation, name, password);
    if wrong_name.is_some() || wrong_password.is_some() {
        let problems = JoinProblems {
            name: wrong_name.as_ref().map(for_people),
            password: wrong_password.as_ref().map(for_people),
        };
        return join_page(400, token, invitation, name, problems);
    }
    let origin = client.origin();
    let joined = rooms
        .accounts
        .accept(invitation, name, password, &origin)
        .await;
    let person = match joined {
        Ok(person) => person,
        // Somebody was faster with the link, or the address has an account by now.
        Err(error) if matches!(error.code, Code::Expired | Code::NameTaken) => return dead_link(),
        Err(error) => return Err(error),
    };
    let agent = user_agent(&request);
    begin_session(&session, &person, &client, agent, rooms.clock.now())?;
    let word = format!("Welcome to {}.", person.workspace_name);
    leave_word(&session, &word)?;
    Ok(see_other("/settings/api"))
}

fn dead_link() -> Result<HttpResponse> {
    page(
        410,
        &MessagePage {
            frame: Frame::plain("Invitation"),
            heading: "This invitation does not work".to_owned(),
            text: "It has been used or cancelled, it has expired, or the link is not complete. \
                   Ask an admin of the workspace for another one."
                .to_owned(),
            link_href: "/sign-in".to_owned(),
            link_text: "Sign in".to_owned(),
            request_id: String::new(),
        },
    )
}
