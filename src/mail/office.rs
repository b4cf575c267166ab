//! The outbox of a workspace as its admins see it.

use super::outbox::{self, Row};
use super::{Envelope, Notice, Postman, exact, send};
use crate::accounts::Person;
use crate::clock::{Clock, DAY, MINUTE, SECOND};
use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::worker::Bell;

const MOST_WAITING: i64 = 50;
const MOST_SENT: i64 = 20;
/// How long a mail that was given up is shown, from its writing.
const SHOWN: i64 = 30 * DAY;

pub struct Outbox {
    db: Db,
    clock: Clock,
    bell: Bell,
    base_url: String,
    /// Where mail goes, as a sentence.
    pub transport: String,
    pub from: String,
}

/// What waits and what was sent last.
pub struct Look {
    pub waiting: Vec<Row>,
    pub waiting_count: i64,
    pub sent: Vec<Row>,
}

impl Outbox {
    pub fn new(postman: &Postman, bell: Bell, base_url: String) -> Self {
        Self {
            db: postman.db.clone(),
            clock: postman.clock.clone(),
            bell,
            base_url,
            transport: postman.transport.words(),
            from: postman.from.to_string(),
        }
    }

    pub async fn look(&self, workspace_id: &str) -> Result<Look> {
        let workspace_id = workspace_id.to_owned();
        let since = self.clock.now().plus(-SHOWN);
        self.db
            .read(move |connection| {
                let (waiting, waiting_count) =
                    outbox::waiting_of(connection, &workspace_id, since, MOST_WAITING)?;
                Ok(Look {
                    waiting,
                    waiting_count,
                    sent: outbox::sent_of(connection, &workspace_id, MOST_SENT)?,
                })
            })
            .await
    }

    /// Queues a test mail to someone, at most one a minute.
    pub async fn send_test(&self, person: &Person) -> Result<()> {
        let now = self.clock.now();
        // The minute is part of the event's name, so a second one in it is not queued.
        let event = format!("test:{}:{}", person.id, now.0.div_euclid(MINUTE));
        let notice = Notice {
            recipient: person.name.clone(),
            lead: format!(
                "this is a test mail of {}: mail of this server arrives.",
                person.workspace_name
            ),
            facts: vec![("Asked for", exact(now))],
            link: Some(("Mail settings", format!("{}/settings/mail", self.base_url))),
            ..Notice::default()
        };
        let person = person.clone();
        self.db
            .write(move |connection| {
                let envelope = Envelope::to(&person, event, "Test mail from Plangrep");
                if send(connection, envelope, &notice, now)? {
                    return Ok(());
                }
                let wait = MINUTE - now.0.rem_euclid(MINUTE);
                Err(Error::new(
                    Code::RateLimited,
                    format!(
                        "A test mail is on its way already. Wait {} seconds for another.",
                        wait / SECOND + 1
                    ),
                ))
            })
            .await?;
        self.bell.ring();
        Ok(())
    }
}
