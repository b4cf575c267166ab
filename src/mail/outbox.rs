//! The table of messages that wait, and those that were sent.

use diesel::prelude::*;

use crate::clock::{DAY, Time};
use crate::db::Conn;
use crate::db::schema::mail_outbox;
use crate::error::Result;
use crate::id;
use crate::one_time::Link;

/// A message to one person.
pub struct Message {
    /// Names what happened and to whom it is told; a second message for the same is not queued.
    pub event: String,
    pub workspace_id: String,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Put in the place of [`crate::one_time::PLACE`] when the message is sent.
    pub link: Option<Link>,
}

/// A message without what it says, for the page that shows the outbox.
#[derive(Clone, Debug, Queryable)]
pub struct Row {
    pub recipient: String,
    pub subject: String,
    pub created_at: Time,
    pub attempts: i32,
    pub next_attempt_at: Time,
    pub sent_at: Option<Time>,
    pub last_error: Option<String>,
}

impl Row {
    /// Whether it is no longer tried.
    pub fn is_given_up(&self, now: Time) -> bool {
        self.sent_at.is_none() && self.created_at <= now.plus(-TRIED)
    }
}

/// A row of the outbox.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = mail_outbox)]
pub struct Waiting {
    pub id: String,
    pub event: String,
    pub recipient: String,
    pub subject: String,
    pub text_body: String,
    pub html_body: String,
    pub created_at: Time,
    pub attempts: i32,
    pub next_attempt_at: Time,
    pub workspace_id: Option<String>,
    pub link: Option<String>,
}

/// Queues a message inside the caller's transaction; false when one for its event is there
/// already, waiting or sent.
pub fn queue(connection: &mut Conn, message: Message, now: Time) -> Result<bool> {
    let row = Waiting {
        id: id::new(id::Kind::Mail),
        event: message.event,
        recipient: message.recipient,
        subject: message.subject,
        text_body: message.text,
        html_body: message.html,
        created_at: now,
        attempts: 0,
        next_attempt_at: now,
        workspace_id: Some(message.workspace_id),
        link: message.link.as_ref().map(Link::to_column),
    };
    // Two at once must not fail each other: each database says so in its own way.
    let insert = diesel::insert_into(mail_outbox::table).values(&row);
    let queued = match connection {
        Conn::Sqlite(sqlite) => insert.on_conflict_do_nothing().execute(sqlite)?,
        Conn::Postgres(postgres) => insert.on_conflict_do_nothing().execute(postgres)?,
    };
    Ok(queued == 1)
}

/// How long a message is tried: RFC 5321 (4.5.4.1) wants four to five days at least.
pub const TRIED: i64 = 5 * DAY;

/// What is to be sent now, longest due first. What is older than [`TRIED`] is given up.
pub fn due(connection: &mut Conn, now: Time, limit: i64) -> Result<Vec<Waiting>> {
    Ok(mail_outbox::table
        .filter(mail_outbox::sent_at.is_null())
        .filter(mail_outbox::created_at.gt(now.plus(-TRIED)))
        .filter(mail_outbox::next_attempt_at.le(now))
        .order((mail_outbox::next_attempt_at, mail_outbox::id))
        .limit(limit)
        .select(Waiting::as_select())
        .load(connection)?)
}

/// Takes a message for this process until `until`; false when another one was faster.
pub fn claim(connection: &mut Conn, row: &Waiting, until: Time) -> Result<bool> {
    let taken = diesel::update(mail_outbox::table)
        .filter(mail_outbox::id.eq(&row.id))
        .filter(mail_outbox::sent_at.is_null())
        .filter(mail_outbox::attempts.eq(row.attempts))
        .filter(mail_outbox::next_attempt_at.eq(row.next_attempt_at))
        .set((
            mail_outbox::attempts.eq(row.attempts + 1),
            mail_outbox::next_attempt_at.eq(until),
        ))
        .execute(connection)?;
    Ok(taken == 1)
}

/// Notes that a message has left. Nothing needs what it said any more.
pub fn mark_sent(connection: &mut Conn, id: &str, now: Time) -> Result<()> {
    diesel::update(mail_outbox::table.filter(mail_outbox::id.eq(id)))
        .set((
            mail_outbox::sent_at.eq(now),
            mail_outbox::text_body.eq(""),
            mail_outbox::html_body.eq(""),
            mail_outbox::last_error.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn mark_failed(connection: &mut Conn, id: &str, problem: &str, retry_at: Time) -> Result<()> {
    diesel::update(mail_outbox::table.filter(mail_outbox::id.eq(id)))
        .set((
            mail_outbox::last_error.eq(problem),
            mail_outbox::next_attempt_at.eq(retry_at),
        ))
        .execute(connection)?;
    Ok(())
}

type RowColumns = (
    mail_outbox::recipient,
    mail_outbox::subject,
    mail_outbox::created_at,
    mail_outbox::attempts,
    mail_outbox::next_attempt_at,
    mail_outbox::sent_at,
    mail_outbox::last_error,
);
const ROW: RowColumns = (
    mail_outbox::recipient,
    mail_outbox::subject,
    mail_outbox::created_at,
    mail_outbox::attempts,
    mail_outbox::next_attempt_at,
    mail_outbox::sent_at,
    mail_outbox::last_error,
);

/// What a workspace wrote since an instant and what has not been sent, oldest first, at most
/// `limit`; and how much altogether.
pub fn waiting_of(
    connection: &mut Conn,
    workspace_id: &str,
    since: Time,
    limit: i64,
) -> Result<(Vec<Row>, i64)> {
    let rows = mail_outbox::table
        .filter(mail_outbox::workspace_id.eq(workspace_id))
        .filter(mail_outbox::sent_at.is_null())
        .filter(mail_outbox::created_at.gt(since))
        .order((mail_outbox::created_at, mail_outbox::id))
        .limit(limit)
        .select(ROW)
        .load(connection)?;
    let count = mail_outbox::table
        .filter(mail_outbox::workspace_id.eq(workspace_id))
        .filter(mail_outbox::sent_at.is_null())
        .filter(mail_outbox::created_at.gt(since))
        .count()
        .get_result(connection)?;
    Ok((rows, count))
}

/// What was sent last in a workspace.
pub fn sent_of(connection: &mut Conn, workspace_id: &str, limit: i64) -> Result<Vec<Row>> {
    Ok(mail_outbox::table
        .filter(mail_outbox::workspace_id.eq(workspace_id))
        .filter(mail_outbox::sent_at.is_not_null())
        .order(mail_outbox::sent_at.desc())
        .limit(limit)
        .select(ROW)
        .load(connection)?)
}

/// Forgets what was written before an instant, sent or given up.
pub fn purge(connection: &mut Conn, before: Time) -> Result<()> {
    diesel::delete(mail_outbox::table.filter(mail_outbox::created_at.lt(before)))
        .execute(connection)?;
    Ok(())
}
