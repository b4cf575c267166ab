//! Settings → Mail: what waits in the outbox and why, for admins.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, leave_refusal, leave_word};
use super::time_words::When;
use super::{page, see_other};
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Code, Result};
use crate::http::Admin;
use crate::mail::Row;

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    frame: Frame,
    transport: String,
    from: String,
    waiting: Vec<MailRow>,
    waiting_count: i64,
    sent: Vec<MailRow>,
}

struct MailRow {
    recipient: String,
    subject: String,
    created: When,
    attempts: i32,
    next_attempt: Option<When>,
    sent: Option<When>,
    last_error: Option<String>,
}

fn row(row: Row, now: Time) -> MailRow {
    let is_tried = !row.is_given_up(now);
    MailRow {
        recipient: row.recipient,
        subject: row.subject,
        created: When::new(row.created_at, now),
        attempts: row.attempts,
        next_attempt: is_tried.then(|| When::new(row.next_attempt_at, now)),
        sent: row.sent_at.map(|at| When::new(at, now)),
        last_error: row.last_error,
    }
}

pub async fn show_mail(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let person = &admin.0.person;
    let found = rooms.outbox.look(&person.workspace_id).await?;
    let now = rooms.clock.now();
    let rows = |rows: Vec<Row>| rows.into_iter().map(|one| row(one, now)).collect();
    page(
        200,
        &MailPage {
            frame: Frame::settings("Mail", "mail", person, &session)?,
            transport: rooms.outbox.transport.clone(),
            from: rooms.outbox.from.clone(),
            waiting: rows(found.waiting),
            waiting_count: found.waiting_count,
            sent: rows(found.sent),
        },
    )
}

pub async fn send_test_mail(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let person = &admin.0.person;
    match rooms.outbox.send_test(person).await {
        Ok(()) => leave_word(
            &session,
            &format!("A test mail to {} is on its way.", person.email),
        )?,
        Err(error) if error.code == Code::RateLimited => leave_refusal(&session, &error.message)?,
        Err(error) => return Err(error),
    }
    Ok(see_other("/settings/mail"))
}
