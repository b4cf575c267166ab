//! Signed deliveries of what happens to jobs. The room of jobs queues one in the transaction of
//! each change of a job's status; the worker sends it, with retries, until the receiver has it.

mod guard;
mod office;
mod sender;
mod signature;
mod store;
mod target;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;

use crate::clock::{Clock, DAY, HOUR, MINUTE, SECOND, Time};
use crate::db::Db;
use crate::error::Result;
use crate::secret::{Secret, random};
use crate::worker::Bell;

pub use guard::is_public;
pub use office::{Attempt, Delivery, Row};
pub use sender::{LookUp, PATIENCE};
pub use store::queue;
pub use target::Target;

use sender::{Outcome, Parcel, Sender};
use signature::SigningKeys;
use store::{Batch, Busy, Claimed};

/// What stands in a stored event in the place of a link to the result, which is made anew for each
/// attempt because it is good for an hour only. A text inside the JSON cannot look like it: its
/// quotes would be escaped.
pub const RESULT_PLACE: &str = "\"resultUrl\":\"https://plangrep.invalid/result\"";

/// Jobs whose deliveries are under way at once.
const AT_ONCE: usize = 8;
/// Of those with the same URL, so that one slow receiver does not hold up all others.
const AT_ONCE_TO_ONE: usize = 2;
/// Deliveries of one job that are claimed together, and sent one after the other.
const IN_A_ROW: i64 = 5;
/// How long what was claimed is out of other processes' reach: long enough to send all in a row
/// and note it, each in [`PATIENCE`].
const LEASE: i64 = 2 * MINUTE;

/// How long an ended delivery is shown.
const REMEMBERED: i64 = 30 * DAY;
const PURGED_AT_ONCE: i64 = 500;

/// Where a delivery stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Status {
    Waiting,
    Delivered,
    GivenUp,
}
crate::db::columns::stored_by_name!(Status);

impl Status {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    GivenUp,
    RetryAt(Time),
}

/// Makes a link to the result of a job, from its id.
type ResultLink = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The webhooks of all workspaces.
pub struct Webhooks {
    db: Db,
    clock: Clock,
    bell: Bell,
    keys: SigningKeys,
    sender: Sender,
    allow_private: bool,
    result_link: ResultLink,
    stop: Option<watch::Receiver<bool>>,
}

impl Webhooks {
    /// `result_link` makes, from the id of a job, the link that is put in [`RESULT_PLACE`].
    pub fn new(
        db: Db,
        clock: Clock,
        secret: &Secret,
        bell: Bell,
        allow_private: bool,
        result_link: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Result<Self> {
        Ok(Self {
            db,
            clock,
            bell,
            keys: SigningKeys::new(secret),
            sender: Sender::new(LookUp::System, allow_private, PATIENCE)?,
            allow_private,
            result_link: Box::new(result_link),
            stop: None,
        })
    }

    /// With another look-up and patience than the usual ones: for tests.
    pub fn with(mut self, look_up: LookUp, patience: Duration) -> Result<Self> {
        self.sender = Sender::new(look_up, self.allow_private, patience)?;
        Ok(self)
    }

    /// Once this turns true, nothing more is claimed, and what is under way for long is given back.
    pub fn stopping_with(mut self, stop: watch::Receiver<bool>) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Parses the `webhookUrl` of a new job.
    pub fn target(&self, text: &str) -> Result<Target> {
        Target::parse(text, self.allow_private)
    }

    /// The secret with which the webhooks of a job are signed, as its owner sees it.
    pub fn signing_secret(&self, job_id: &str) -> String {
        self.keys.shown(job_id)
    }

    /// Forgets what ended long ago.
    pub async fn purge(&self) -> Result<()> {
        let before = self.clock.now().plus(-REMEMBERED);
        loop {
            let purged = self
                .db
                .write(move |connection| store::purge(connection, before, PURGED_AT_ONCE))
                .await?;
            if purged == 0 {
                return Ok(());
            }
        }
    }

    /// Sends what is due, and what becomes due meanwhile, several jobs at once; answers how many
    /// attempts it made. What cannot be noted ends the claiming, but not what is under way.
    pub async fn deliver(&self) -> Result<usize> {
        let mut under_way = FuturesUnordered::new();
        let mut claims: Vec<Claim> = Vec::new();
        let (mut tried, mut failure) = (0, None);
        let stopping = self.stopping();
        tokio::pin!(stopping);
        loop {
            while failure.is_none() && claims.len() < AT_ONCE && !self.is_stopping() {
                match self.claim(&claims).await {
                    Ok(Some(batch)) => {
                        claims.push(Claim::of(&batch));
                        under_way.push(self.send_in_order(batch));
                    }
                    Ok(None) => break,
                    Err(error) => failure = Some(error),
                }
            }
            let (job_id, sent) = tokio::select! {
                next = under_way.next() => match next {
                    Some(ended) => ended,
                    None => return failure.map_or(Ok(tried), Err),
                },
                () = &mut stopping => {
                    drop(under_way);
                    self.hand_back(claims).await?;
                    return Ok(tried);
                }
            };
            claims.retain(|claim| claim.job_id != job_id);
            match sent {
                Ok(count) => tried += count,
                Err(error) => failure = Some(error),
            }
        }
    }

    fn is_stopping(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| *stop.borrow())
    }

    /// Ends when the process has to end: attempts that have begun get half of their time.
    async fn stopping(&self) {
        if let Some(mut stop) = self.stop.clone()
            && stop.wait_for(|stop| *stop).await.is_ok()
        {
            return tokio::time::sleep(self.sender.patience / 2).await;
        }
        std::future::pending().await
    }

    async fn claim(&self, claims: &[Claim]) -> Result<Option<Batch>> {
        let now = self.clock.now();
        let to_one = |url: &str| claims.iter().filter(|claim| claim.url == url).count();
        let busy = Busy {
            jobs: claims.iter().map(|claim| claim.job_id.clone()).collect(),
            urls: claims
                .iter()
                .filter(|claim| to_one(&claim.url) >= AT_ONCE_TO_ONE)
                .map(|claim| claim.url.clone())
                .collect(),
        };
        self.db
            .write(move |connection| {
                store::claim(connection, &busy, IN_A_ROW, now, now.plus(LEASE))
            })
            .await
    }

    async fn hand_back(&self, claims: Vec<Claim>) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(move |connection| {
                for claim in claims {
                    store::hand_back(connection, &claim.job_id, claim.until, now)?;
                }
                Ok(())
            })
            .await
    }

    /// The deliveries of one job, one after the other: a later change never overtakes an earlier
    /// one that is due too. One that fails does not hold up the next.
    async fn send_in_order(&self, batch: Batch) -> (String, Result<usize>) {
        let count = batch.events.len();
        for event in batch.events {
            let sent = self.send(&batch.job_id, &batch.url, event, batch.until);
            if let Err(error) = sent.await {
                return (batch.job_id, Err(error));
            }
        }
        (batch.job_id, Ok(count))
    }

    async fn send(&self, job_id: &str, url: &str, event: Claimed, until: Time) -> Result<()> {
        let begun = self.clock.now();
        let outcome = match event.body.is_empty() {
            true => Outcome {
                status_code: None,
                problem: Some("What happened to the job is no longer known.".to_owned()),
                duration: 0,
            },
            false => self.post(job_id, url, &event, begun).await,
        };
        let now = self.clock.now();
        let verdict = match event.body.is_empty() {
            true => Verdict::GivenUp,
            false => verdict(outcome.status_code, event.attempts, now, jitter()?),
        };
        if verdict != Verdict::Delivered {
            tracing::warn!(
                webhook = %event.id,
                attempt = event.attempts + 1,
                status = outcome.status_code,
                problem = outcome.problem.as_deref(),
                given_up = verdict == Verdict::GivenUp,
                "a webhook was not delivered"
            );
        }
        self.db
            .write(move |connection| {
                store::settle(connection, &event, until, &outcome, verdict, (begun, now))
            })
            .await
    }

    async fn post(&self, job_id: &str, url: &str, event: &Claimed, now: Time) -> Outcome {
        let body = match event.body.contains(RESULT_PLACE) {
            true => {
                let link = serde_json::Value::String((self.result_link)(job_id));
                event
                    .body
                    .replace(RESULT_PLACE, &format!("\"resultUrl\":{link}"))
            }
            false => event.body.clone(),
        };
        let timestamp = now.0.div_euclid(SECOND);
        let signature = self.keys.sign(job_id, &event.id, timestamp, &body);
        let parcel = Parcel {
            url,
            id: &event.id,
            timestamp,
            signature: &signature,
            body,
        };
        self.sender.send(parcel).await
    }
}

/// What `deliver` has to know of what it claimed.
struct Claim {
    job_id: String,
    url: String,
    until: Time,
}

impl Claim {
    fn of(batch: &Batch) -> Self {
        Self {
            job_id: batch.job_id.clone(),
            url: batch.url.clone(),
            until: batch.until,
        }
    }
}

/// What follows from an answer with this status, or from none, after `attempts` earlier attempts.
/// 410 tells that the receiver wants no more (Standard Webhooks, "Handling failures").
fn verdict(status_code: Option<u16>, attempts: i32, now: Time, jitter: u16) -> Verdict {
    match status_code {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::GivenUp,
        _ => pause(attempts, jitter)
            .map_or(Verdict::GivenUp, |pause| Verdict::RetryAt(now.plus(pause))),
    }
}

/// Milliseconds until the next attempt after `attempts` earlier ones and one that has just failed;
/// `None`: there is no next. `jitter` moves it by up to a tenth either way, so that what failed
/// together does not come back together.
fn pause(attempts: i32, jitter: u16) -> Option<i64> {
    let pause = match attempts {
        0 => 5 * SECOND,
        1 => 5 * MINUTE,
        2 => 30 * MINUTE,
        3 => 2 * HOUR,
        4 => 5 * HOUR,
        5 => 10 * HOUR,
        6 => 14 * HOUR,
        7 => 20 * HOUR,
        8 => 24 * HOUR,
        _ => return None,
    };
    let fifth = pause / 5;
    Some(pause - fifth / 2 + fifth * i64::from(jitter) / i64::from(u16::MAX))
}

fn jitter() -> Result<u16> {
    let mut bytes = [0; 2];
    random(&mut bytes)?;
    Ok(u16::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_are_those_of_the_contract_give_or_take_a_tenth() {
        let pauses = [
            5 * SECOND,
            5 * MINUTE,
            30 * MINUTE,
            2 * HOUR,
            5 * HOUR,
            10 * HOUR,
            14 * HOUR,
            20 * HOUR,
            24 * HOUR,
        ];
        for (attempts, expected) in (0..).zip(pauses) {
            assert_eq!(pause(attempts, 0), Some(expected * 9 / 10));
            assert_eq!(pause(attempts, u16::MAX), Some(expected * 11 / 10));
        }
        assert_eq!(pause(9, 0), None);
    }

    #[test]
    fn the_status_decides() {
        let verdict = |status| verdict(status, 0, Time(0), 0);
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(verdict(Some(status)), Verdict::Delivered);
        }
        assert_eq!(verdict(Some(410)), Verdict::GivenUp);
        for status in [301, 302, 304, 307, 400, 404, 429, 500, 503] {
            assert_eq!(verdict(Some(status)), Verdict::RetryAt(Time(4_500)));
        }
        assert_eq!(verdict(None), Verdict::RetryAt(Time(4_500)));
        assert_eq!(super::verdict(Some(500), 9, Time(0), 0), Verdict::GivenUp);
    }
}
