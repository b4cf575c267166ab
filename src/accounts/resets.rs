//! A new password for who forgot theirs. The request only leaves a row, whoever has the address,
//! so that its answer and its time tell nothing; the worker finds out whom to write to.

use super::{Accounts, Email, Password, Person, notices, record, reset_store as resets, sessions};
use super::{store, subject, throttle};
use crate::audit::{Action, Actor, Origin};
use crate::clock::{DAY, MINUTE};
use crate::error::{Code, Error, Result};
use crate::id;
use crate::one_time::Purpose;

/// How long a link works.
const LIFE: i64 = 30 * MINUTE;
/// How long an expired request is kept.
const KEPT: i64 = DAY;
const BATCH: i64 = 20;

impl Accounts {
    /// Asks for a link to an address; after too many in 15 minutes, 429.
    pub async fn ask_reset(&self, email: Email, origin: &Origin) -> Result<()> {
        let subjects = self.subjects("reset ", &email.0, origin.ip);
        let now = self.clock.now();
        let asked = resets::Asked {
            id: id::new(id::Kind::Reset),
            email: email.0,
            ip: resets::origin_to_column(origin),
            created_at: now,
            expires_at: now.plus(LIFE),
        };
        let ip = origin.ip;
        self.db
            .write(move |connection| {
                let what = "requests for a new password";
                let found = store::with_password(connection, &asked.email)?;
                let who = (found.as_ref().map(|(person, _)| person), ip);
                throttle::note_attempt(connection, &asked.id, &subjects, who, what, now)?;
                resets::insert(connection, &asked)
            })
            .await
    }

    /// Writes to those whose address was asked about; answers how many requests it looked at.
    /// Several processes may do so at once.
    pub async fn send_resets(&self) -> Result<usize> {
        let waiting = self
            .db
            .read(|connection| resets::waiting(connection, BATCH))
            .await?;
        let seen = waiting.len();
        for asked in waiting {
            let now = self.clock.now();
            self.db
                .write(move |connection| {
                    let person = match asked.expires_at > now {
                        true => store::with_password(connection, &asked.email)?,
                        false => None,
                    }
                    .map(|(person, _)| person);
                    let user_id = person.as_ref().map(|person| person.id.as_str());
                    if !resets::mark_handled(connection, &asked.id, user_id, now)? {
                        return Ok(());
                    }
                    let Some(person) = person else { return Ok(()) };
                    let (ip, request_id) = asked.origin();
                    notices::queue_reset(
                        connection,
                        &person,
                        &asked.id,
                        ip,
                        asked.expires_at,
                        now,
                    )?;
                    let actor = ip.parse().map_or(Actor::Server, |ip| Actor::Stranger {
                        ip,
                        request_id: request_id.to_owned(),
                    });
                    record(
                        connection,
                        &actor,
                        Action::PasswordResetAsked,
                        &person,
                        "",
                        now,
                    )
                })
                .await?;
        }
        Ok(seen)
    }

    /// Whose password the token of a link may set; `None` when the link is dead or not ours.
    pub async fn person_of_reset(&self, token: &str) -> Result<Option<Person>> {
        let Some(id) = self.links.open(Purpose::PasswordReset, token) else {
            return Ok(None);
        };
        let now = self.clock.now();
        self.db
            .read(
                move |connection| match resets::owner(connection, &id, now)? {
                    Some(user_id) => store::by_id(connection, &user_id),
                    None => Ok(None),
                },
            )
            .await
    }

    /// Sets a new password by a link. All sessions of the person end, and all their other links;
    /// failed sign-ins before it are forgotten.
    pub async fn reset_password(
        &self,
        token: &str,
        password: Password,
        origin: &Origin,
    ) -> Result<()> {
        let id = self
            .links
            .open(Purpose::PasswordReset, token)
            .ok_or_else(dead)?;
        let hash = self.passwords.hash(password).await?;
        let (origin, base_url, now) = (origin.clone(), self.base_url.clone(), self.clock.now());
        let mac = self.subject_mac.clone();
        self.db
            .write(move |connection| {
                let user_id = resets::owner(connection, &id, now)?.ok_or_else(dead)?;
                // The person's row comes first: of several links at once, one goes on from here.
                let is_set = store::set_password(connection, &user_id, &hash, None)?;
                if !is_set || !resets::mark_used(connection, &id, now)? {
                    return Err(dead());
                }
                let person = store::by_id(connection, &user_id)?.ok_or_else(dead)?;
                resets::end_all(connection, &person.id, now)?;
                sessions::end_all(connection, &person.id, None)?;
                let counted = ["email", "reset email"]
                    .map(|kind| subject(&mac, &format!("{kind} {}", person.email)));
                throttle::clear(connection, &counted)?;
                let actor = origin.person(&person);
                notices::queue_password_changed(connection, &actor, &person, &base_url, now)?;
                record(connection, &actor, Action::PasswordReset, &person, "", now)
            })
            .await
    }

    /// Forgets requests of long ago.
    pub async fn purge_resets(&self) -> Result<()> {
        let since = self.clock.now().plus(-KEPT);
        self.db
            .write(move |connection| resets::forget(connection, since))
            .await
    }
}

fn dead() -> Error {
    Error::new(Code::Expired, "This link has been used, or it has expired.")
}
