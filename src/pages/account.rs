//! Settings → Account: one's own name, password and sessions.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::device::device;
use super::frame::{Frame, leave_word};
use super::time_words::When;
use super::{for_people, page, see_other};
use crate::accounts::{self, Password};
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Code, Detail, Result};
use crate::http::{Fields, Member, confirm_session};

const HERE: &str = "/settings/account";

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    name: String,
    email: String,
    name_problem: Option<String>,
    password_problems: PasswordProblems,
    sessions: Vec<SessionRow>,
}

#[derive(Default)]
struct PasswordProblems {
    current: Option<String>,
    new: Option<String>,
}

struct SessionRow {
    id: String,
    device: String,
    ip: String,
    signed_in: When,
    last_used: When,
    is_this: bool,
}

impl SessionRow {
    fn new(row: accounts::SessionRow, member: &Member, now: Time) -> Self {
        Self {
            is_this: row.id == member.session_id,
            device: device(&row.user_agent.unwrap_or_default()),
            ip: row.ip.unwrap_or_default(),
            signed_in: When::new(row.created_at, now),
            last_used: When::new(row.last_used_at, now),
            id: row.id,
        }
    }
}

/// What is wrong with what was typed.
#[derive(Default)]
struct Problems {
    name: Option<(String, String)>,
    password: PasswordProblems,
}

async fn account_page(
    rooms: &Rooms,
    member: &Member,
    session: &Session,
    status: u16,
    problems: Problems,
) -> Result<HttpResponse> {
    let now = rooms.clock.now();
    let sessions = rooms.accounts.sessions_of(&member.person.id).await?;
    let (name, name_problem) = match problems.name {
        Some((typed, problem)) => (typed, Some(problem)),
        None => (member.person.name.clone(), None),
    };
    page(
        status,
        &AccountPage {
            frame: Frame::settings("Account", "account", &member.person, session)?,
            name,
            email: member.person.email.clone(),
            name_problem,
            password_problems: problems.password,
            sessions: sessions
                .into_iter()
                .map(|row| SessionRow::new(row, member, now))
                .collect(),
        },
    )
}

pub async fn show_account(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    account_page(&rooms, &member, &session, 200, Problems::default()).await
}

pub async fn rename(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let name = form.get("name");
    match rooms.accounts.rename(&member.actor(), name).await {
        Ok(()) => {
            leave_word(&session, "Your name is saved.")?;
            Ok(see_other(HERE))
        }
        Err(error) if error.code == Code::InvalidRequest => {
            let problems = Problems {
                name: Some((name.to_owned(), for_people(&error))),
                ..Problems::default()
            };
            account_page(&rooms, &member, &session, 400, problems).await
        }
        Err(error) => Err(error),
    }
}

pub async fn change_password(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let person = &member.person;
    let known = [person.email.as_str(), &person.name, &person.workspace_name];
    let mut problems = PasswordProblems::default();
    let current = form.get("current_password");
    if current.is_empty() {
        problems.current = Some("Type your current password.".to_owned());
    }
    let mut refusal = None;
    match Password::parse(form.get("password"), &known) {
        Err(error) => problems.new = Some(for_people(&error)),
        Ok(new) if !current.is_empty() => {
            refusal = rooms
                .accounts
                .change_password(&member.actor(), &member.session_id, current, new)
                .await
                .err();
        }
        Ok(_) => {}
    }
    let (mut status, mut retry_after) = (400, None);
    match refusal {
        None if problems.current.is_none() && problems.new.is_none() => {
            confirm_session(&session, rooms.clock.now())?;
            leave_word(
                &session,
                "Your password is changed. Your other sessions are ended.",
            )?;
            return Ok(see_other(HERE));
        }
        None => {}
        Some(error) if matches!(error.code, Code::Unauthorized | Code::RateLimited) => {
            problems.current = Some(for_people(&error));
            if let Detail::RetryAfter(seconds) = error.detail {
                (status, retry_after) = (error.code.status(), Some(seconds));
            }
        }
        Some(error) => return Err(error),
    }
    let problems = Problems {
        password: problems,
        ..Problems::default()
    };
    let mut answer = account_page(&rooms, &member, &session, status, problems).await?;
    if let Some(seconds) = retry_after {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(answer)
}

pub async fn end_session(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    session_id: web::Path<String>,
) -> Result<HttpResponse> {
    rooms
        .accounts
        .end_session(&member.actor(), &session_id)
        .await?;
    if *session_id == member.session_id {
        session.purge();
        return Ok(see_other("/sign-in"));
    }
    leave_word(&session, "That session is ended.")?;
    Ok(see_other(HERE))
}

pub async fn end_other_sessions(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let ended = rooms
        .accounts
        .end_other_sessions(&member.actor(), &member.session_id)
        .await?;
    let word = match ended {
        0 => "There was no other session.".to_owned(),
        1 => "1 other session is ended.".to_owned(),
        many => format!("{many} other sessions are ended."),
    };
    leave_word(&session, &word)?;
    Ok(see_other(HERE))
}
