//! The one form of all our mails: a sentence, facts, keys, what to do next, and one link.

use askama::Template;

use super::{Message, queue};
use crate::accounts::Person;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::one_time::Link;

#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct Text<'a> {
    notice: &'a Notice,
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct Html<'a> {
    notice: &'a Notice,
}

#[derive(Default)]
pub struct Notice {
    /// The name of who is addressed.
    pub recipient: String,
    pub lead: String,
    pub facts: Vec<(&'static str, String)>,
    pub keys: Vec<KeyLine>,
    pub next: Vec<String>,
    /// The link's words and where it leads.
    pub link: Option<(&'static str, String)>,
}

pub struct KeyLine {
    pub label: String,
    pub prefix: String,
    pub scopes: String,
    pub created_by: String,
    pub last_use: String,
}

/// The envelope of a notice.
pub struct Envelope<'a> {
    /// Names what happened and to whom it is told; a second message for the same is not queued.
    pub event: String,
    pub workspace_id: &'a str,
    pub email: &'a str,
    pub subject: String,
    /// Leads to a page that works once; the notice then has [`crate::one_time::PLACE`] as its link.
    pub one_time: Option<Link>,
}

impl<'a> Envelope<'a> {
    pub fn to(person: &'a Person, event: String, subject: impl Into<String>) -> Self {
        Self {
            event,
            workspace_id: &person.workspace_id,
            email: &person.email,
            subject: subject.into(),
            one_time: None,
        }
    }
}

/// Queues a notice inside the caller's transaction; false when its event was told already.
pub fn send(
    connection: &mut Conn,
    envelope: Envelope<'_>,
    notice: &Notice,
    now: Time,
) -> Result<bool> {
    let message = Message {
        event: envelope.event,
        workspace_id: envelope.workspace_id.to_owned(),
        recipient: envelope.email.to_owned(),
        subject: envelope.subject,
        text: Text { notice }.render().map_err(Error::internal)?,
        html: Html { notice }.render().map_err(Error::internal)?,
        link: envelope.one_time,
    };
    queue(connection, message, now)
}

/// An instant as mails say it.
pub fn exact(time: Time) -> String {
    time.utc().format("%-d %B %Y, %H:%M:%S UTC").to_string()
}
