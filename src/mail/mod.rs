//! Messages and their outbox. A room that changes something queues its mail in the transaction
//! of the change; the worker sends it, with retries and backoff.

mod notice;
mod office;
mod outbox;
mod transport;

pub use notice::{Envelope, KeyLine, Notice, exact, send};
pub use office::Outbox;
pub use outbox::{Message, Row, queue};
pub use transport::{Sent, Transport};

use lettre::message::Mailbox;

use crate::clock::{Clock, DAY, HOUR, MINUTE, SECOND};
use crate::db::Db;
use crate::error::Result;
use crate::one_time::{Link, OneTimeLinks, PLACE};

/// What the worker needs to empty the outbox.
pub struct Postman {
    pub db: Db,
    pub clock: Clock,
    pub transport: Transport,
    pub from: Mailbox,
    pub links: OneTimeLinks,
}

/// How long a message that is being sent is out of other processes' reach.
const LEASE: i64 = 2 * MINUTE;
const BATCH: i64 = 20;

/// How long it is remembered what was told, in milliseconds.
const REMEMBERED: i64 = 400 * DAY;

impl Postman {
    /// Forgets what was written long ago. It stays longer than any event can come again, so that
    /// nothing is told twice.
    pub async fn purge(&self) -> Result<()> {
        let before = self.clock.now().plus(-REMEMBERED);
        self.db
            .write(move |connection| outbox::purge(connection, before))
            .await
    }

    /// Sends what is due; answers how many messages it tried.
    pub async fn deliver(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |connection| outbox::due(connection, now, BATCH))
            .await?;
        let tried = due.len();
        for mut waiting in due {
            let row = waiting.clone();
            // Read anew for each: a slow server must not eat up the leases of those that follow.
            let until = self.clock.now().plus(LEASE);
            let claimed = self
                .db
                .write(move |connection| outbox::claim(connection, &row, until))
                .await?;
            if !claimed {
                continue;
            }
            let link = waiting.link.as_deref().and_then(Link::from_column);
            let url = link.map(|link| self.links.url(&link));
            if let Some(url) = &url {
                waiting.text_body = waiting.text_body.replace(PLACE, url);
                waiting.html_body = waiting.html_body.replace(PLACE, url);
            }
            let outcome = self
                .transport
                .send(&self.from, &waiting, url.as_deref())
                .await;
            let now = self.clock.now();
            let retry_at = now.plus(pause(waiting.attempts));
            if let Err(problem) = &outcome {
                tracing::warn!(mail = %waiting.id, attempt = waiting.attempts + 1, %problem, "a mail could not be sent");
            }
            self.db
                .write(move |connection| match outcome {
                    Ok(()) => outbox::mark_sent(connection, &waiting.id, now),
                    Err(problem) => {
                        outbox::mark_failed(connection, &waiting.id, &problem, retry_at)
                    }
                })
                .await?;
        }
        Ok(tried)
    }
}

/// Time until the next try after `attempts` earlier ones.
fn pause(attempts: i32) -> i64 {
    match attempts {
        0 => 10 * SECOND,
        1 => MINUTE,
        2 => 5 * MINUTE,
        3 => 15 * MINUTE,
        _ => HOUR,
    }
}
