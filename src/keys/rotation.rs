//! Rotation: a key and its successor, and what becomes of the chain of them when one ends.
//!
//! A successor names the key that its first use ends (`ends_key_id`). Rotated again before it was
//! used, it is a link of a chain; whichever link ends, its neighbours are joined.

use crate::audit::{self, Action, Actor};
use crate::clock::{DAY, HOUR, Time};
use crate::db::{Conn, lock_for_counting};
use crate::error::{Code, Error, Result};

use super::life::{again, changeable, end_and_tell, insert};
use super::notices::Reason;
use super::plain::redact;
use super::traffic::Visit;
use super::{Expiry, KeyRow, Keys, LONGEST_LIFE, Label, Networks, NewKey, PlainKey, Scopes, store};

/// Precedes, in the log of a rotation, when the old key would have ended without it. The row holds
/// the end of the grace by then, so this is where its own is found again.
const OWN_END: &str = "its own end: ";

/// How long a rotated key still works, unless its successor is used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
pub enum Grace {
    #[strum(serialize = "now")]
    Now,
    #[strum(serialize = "1h")]
    Hour,
    #[strum(serialize = "24h")]
    Day,
    #[strum(serialize = "7d")]
    Week,
}

impl Grace {
    fn length(self) -> i64 {
        match self {
            Self::Now => 0,
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
        }
    }
}

/// What a rotation made.
pub struct Rotated {
    pub old: KeyRow,
    pub new: KeyRow,
    pub plain: PlainKey,
}

impl Keys {
    /// Makes a successor of a live key: same label, scopes and networks. The old key works until
    /// the successor is first used, at most for the grace. Without an expiry the successor lives
    /// as long as the old key was meant to.
    pub async fn rotate(
        &self,
        actor: &Actor,
        key_id: &str,
        grace: Grace,
        expiry: Option<Expiry>,
    ) -> Result<Rotated> {
        let Actor::Person { person, .. } = actor else {
            return Err(Error::forbidden("Only people rotate keys."));
        };
        self.catch_up().await;
        let now = self.clock.now();
        let plain = PlainKey::generate()?;
        // What it takes over from the old key is filled in below, inside the transaction.
        let blank = NewKey {
            label: Label(String::new()),
            scopes: Scopes::from_column(""),
            expiry: Expiry::NEVER,
            networks: Networks::default(),
        };
        let mut new = self.row(person, blank, &plain, now);
        let (actor, key_id, base_url) = (actor.clone(), key_id.to_owned(), self.base_url.clone());
        let (old, new) = self
            .db
            .write(move |connection| {
                one_chain_at_a_time(connection)?;
                let old = without_dead_successor(connection, &actor, &key_id, now)?;
                if !old.is_live(now) {
                    return Err(Error::new(
                        Code::KeyNotActive,
                        "This key has ended; create a new one.",
                    ));
                }
                if old.replaced_by_key_id.is_some() {
                    return Err(Error::new(
                        Code::KeyNotActive,
                        "This key has a successor already.",
                    ));
                }
                let longest = store::policy(connection, &old.workspace_id)?.0;
                // A label from before they were refused may hold a key.
                new.label = redact(&old.label).into_owned();
                new.label_folded = new.label.to_lowercase();
                new.scopes.clone_from(&old.scopes);
                new.networks.clone_from(&old.networks);
                new.expires_at = match expiry {
                    Some(expiry) => expiry.0,
                    None => same_life(&old, longest, now),
                };
                new.replaces_key_id = Some(old.id.clone());
                new.ends_key_id = Some(old.id.clone());
                insert(connection, &actor, &new, &base_url, now)?;
                let until = now.plus(grace.length());
                let until = old.expires_at.map_or(until, |end| end.min(until));
                let detail = match grace {
                    Grace::Now => format!("successor {}…; ended at once", new.key_prefix),
                    _ => format!(
                        "successor {}…; works until that is used, at the latest until {until}; {OWN_END}{}",
                        new.key_prefix,
                        end_words(old.expires_at)
                    ),
                };
                audit::record(
                    connection,
                    &old.workspace_id,
                    &actor,
                    Action::KeyRotated,
                    (&old.id, &old.label),
                    detail,
                    now,
                )?;
                let ends = match grace {
                    Grace::Now => old.expires_at,
                    _ => Some(until),
                };
                // Of two rotations at once, one makes a successor.
                if !store::replace(connection, &old.id, &new.id, ends)? {
                    return Err(Error::new(
                        Code::KeyNotActive,
                        "This key has a successor already.",
                    ));
                }
                if grace == Grace::Now {
                    end_and_tell(connection, &actor, &old, Reason::Rotated, &base_url, now)?;
                }
                Ok((again(connection, &old)?, new))
            })
            .await?;
        Ok(Rotated { old, new, plain })
    }

    /// The first use of a successor ends the key that it replaces, and with it the ones before
    /// that still waited for it.
    pub(super) async fn take_over(&self, successor: &str, visit: Visit<'_>) -> Result<()> {
        self.catch_up().await;
        let now = self.clock.now();
        let base_url = self.base_url.clone();
        let successor = successor.to_owned();
        let (ip, request_id) = (visit.ip, visit.request_id.to_owned());
        self.db
            .write(move |connection| {
                one_chain_at_a_time(connection)?;
                while let Some(old) = store::ended_by(connection, &successor)? {
                    let actor = Actor::Key {
                        label: old.label.clone(),
                        ip,
                        request_id: request_id.clone(),
                    };
                    let has_ended = old.is_live(now)
                        && end_and_tell(connection, &actor, &old, Reason::Rotated, &base_url, now)?;
                    if !has_ended {
                        leave_chain(connection, &actor, &old.id, now)?;
                    }
                    // Where it has left the chain, the one before it stands here by now.
                    store::unbind(connection, &successor, &old.id)?;
                }
                Ok(())
            })
            .await
    }
}

/// Keeps transactions that end or join several keys from waiting for each other; comes before any
/// other change of theirs.
pub fn one_chain_at_a_time(connection: &mut Conn) -> Result<()> {
    lock_for_counting(connection, "api_keys")
}

/// A key that the actor may change, free of a successor that has ended before its first use.
fn without_dead_successor(
    connection: &mut Conn,
    actor: &Actor,
    key_id: &str,
    now: Time,
) -> Result<KeyRow> {
    let key = changeable(connection, actor, key_id)?;
    let Some(successor) = &key.replaced_by_key_id else {
        return Ok(key);
    };
    match store::any_by_id(connection, successor)? {
        Some(successor) if !successor.is_live(now) => {
            leave_chain(connection, actor, &successor.id, now)?;
            again(connection, &key)
        }
        _ => Ok(key),
    }
}

/// Takes a key that has ended out of its chain. The key that waited for its first use waits for
/// its successor's from now on; without one it is as if it had never been rotated.
pub(super) fn leave_chain(
    connection: &mut Conn,
    actor: &Actor,
    key_id: &str,
    now: Time,
) -> Result<()> {
    let Some(key) = store::any_by_id(connection, key_id)? else {
        return Ok(());
    };
    let successor = match &key.replaced_by_key_id {
        Some(id) => store::any_by_id(connection, id)?,
        None => None,
    }
    .filter(|successor| successor.ends_key_id.as_deref() == Some(key_id));
    let mut link = key.clone();
    let predecessor = loop {
        let Some(before) = store::ended_by(connection, &link.id)? else {
            break None;
        };
        store::unbind(connection, &link.id, &before.id)?;
        // Those that have ended since, and are not told yet, are passed over.
        if before.is_live(now) {
            break Some(before);
        }
        link = before;
    };
    match (successor, predecessor) {
        (Some(successor), predecessor) => {
            let before = predecessor.as_ref().map(|key| key.id.as_str());
            store::bind(connection, &successor.id, before)
        }
        (None, Some(predecessor)) => set_free(connection, actor, &predecessor, &key, now),
        (None, None) => Ok(()),
    }
}

/// Undoes the rotation of a key whose successor has ended unused.
fn set_free(
    connection: &mut Conn,
    actor: &Actor,
    key: &KeyRow,
    successor: &KeyRow,
    now: Time,
) -> Result<()> {
    let rotated = audit::latest(connection, &key.id, Action::KeyRotated)?;
    let ends = rotated
        .and_then(|event| own_end(&event.detail))
        // Rotated before the log told it: the end of the grace stays.
        .unwrap_or(key.expires_at);
    store::free(connection, &key.id, ends)?;
    audit::record(
        connection,
        &key.workspace_id,
        actor,
        Action::KeyChanged,
        (&key.id, &key.label),
        format!(
            "its successor {}… ended before its first use; expires: {}",
            successor.key_prefix,
            end_words(ends)
        ),
        now,
    )
}

fn end_words(end: Option<Time>) -> String {
    end.map_or("never".to_owned(), |end| end.to_string())
}

/// What [`end_words`] wrote into the log of a rotation.
fn own_end(detail: &str) -> Option<Option<Time>> {
    match detail.rsplit_once(OWN_END)?.1 {
        "never" => Some(None),
        time => Time::parse(time).map(Some),
    }
}

/// The expiry of a successor that lives as long as its predecessor was meant to.
fn same_life(old: &KeyRow, longest: Option<i64>, now: Time) -> Option<Time> {
    let longest = longest.map(|days| days.saturating_mul(DAY));
    let life = old
        .expires_at
        .map(|end| end.0.saturating_sub(old.created_at.0).min(LONGEST_LIFE));
    match (life, longest) {
        (None, None) => None,
        (Some(life), None) | (None, Some(life)) => Some(now.plus(life)),
        (Some(life), Some(longest)) => Some(now.plus(life.min(longest))),
    }
}
