//! `/setup`: the first admin and workspace, by the one-time link that the first start prints.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::error_page::MessagePage;
use super::frame::{Frame, leave_word};
use super::{for_people, page, see_other};
use crate::accounts::{Email, NewPerson, Password, Role};
use crate::app::Rooms;
use crate::error::{Error, Result};
use crate::http::{Client, Fields, Query, begin_session, user_agent};
use crate::text;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    frame: Frame,
    token: String,
    workspace: String,
    name: String,
    email: String,
    problems: Problems,
}

#[derive(Default)]
struct Problems {
    workspace: Option<String>,
    name: Option<String>,
    email: Option<String>,
    password: Option<String>,
}

#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    token: String,
}

pub async fn show_setup(
    rooms: web::Data<Rooms>,
    Query(Link { token }): Query<Link>,
) -> Result<HttpResponse> {
    if !rooms.accounts.is_setup_token(&token).await? {
        return dead_link();
    }
    page(
        200,
        &SetupPage {
            frame: Frame::plain("Set up"),
            token,
            workspace: String::new(),
            name: String::new(),
            email: String::new(),
            problems: Problems::default(),
        },
    )
}

pub async fn set_up(
    rooms: web::Data<Rooms>,
    client: Client,
    request: HttpRequest,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let token = form.get("token");
    if !rooms.accounts.is_setup_token(token).await? {
        return dead_link();
    }
    let (workspace, name, email, password) = (
        form.get("workspace"),
        form.get("name"),
        form.get("email"),
        form.get("password"),
    );
    let problem = |outcome: Option<Error>| outcome.map(|error| for_people(&error));
    let problems = Problems {
        workspace: problem(text::line("workspace", workspace, 120).err()),
        name: problem(text::line("name", name, 120).err()),
        email: problem(Email::parse(email).err()),
        password: problem(Password::parse(password, &[email, name, workspace]).err()),
    };
    if [
        &problems.workspace,
        &problems.name,
        &problems.email,
        &problems.password,
    ]
    .iter()
    .any(|problem| problem.is_some())
    {
        return page(
            400,
            &SetupPage {
                frame: Frame::plain("Set up"),
                token: token.to_owned(),
                workspace: workspace.to_owned(),
                name: name.to_owned(),
                email: email.to_owned(),
                problems,
            },
        );
    }
    let admin = NewPerson::parse(email, name, password, Role::Admin)?;
    let person = rooms
        .accounts
        .set_up(workspace, admin, &client.origin())
        .await?;
    let agent = user_agent(&request);
    begin_session(&session, &person, &client, agent, rooms.clock.now())?;
    leave_word(
        &session,
        "Your workspace is ready. Create its first API key.",
    )?;
    Ok(see_other("/settings/api"))
}

fn dead_link() -> Result<HttpResponse> {
    page(
        410,
        &MessagePage {
            frame: Frame::plain("Setup link"),
            heading: "This setup link does not work".to_owned(),
            text: "It has been used, or it is not complete. The server prints the right one when \
                   it starts, as long as nobody has set it up."
                .to_owned(),
            link_href: "/sign-in".to_owned(),
            link_text: "Sign in".to_owned(),
            request_id: String::new(),
        },
    )
}
