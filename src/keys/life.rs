//! What happens to a key between its making and its end. Each change is one transaction with its
//! record in the audit log and its mails.

use crate::accounts::Person;
use crate::audit::{self, Action, Actor};
use crate::clock::{DAY, HOUR, MINUTE, Time};
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id;

use super::notices::{self, Reason};
use super::rotation::{leave_chain, one_chain_at_a_time};
use super::{Finding, KeyRow, Keys, Label, Networks, NewKey, PlainKey, leaks, may_change, store};

/// Live keys in a workspace, and keys that one person makes in an hour: against programs that run
/// wild, so two at once may overshoot a little.
const MOST_LIVE: i64 = 5_000;
const MOST_AN_HOUR: i64 = 500;
/// Expiries told in one go.
const BATCH: i64 = 100;
/// Findings in one report.
const MOST_FINDINGS: usize = 1_000;

impl Keys {
    /// Makes a key for a person. The plaintext is in the answer and nowhere else.
    pub async fn create(
        &self,
        actor: &Actor,
        creator: &Person,
        new: NewKey,
    ) -> Result<(KeyRow, PlainKey)> {
        let plain = PlainKey::generate()?;
        let now = self.clock.now();
        let row = self.row(creator, new, &plain, now);
        let (stored, actor, base_url) = (row.clone(), actor.clone(), self.base_url.clone());
        self.db
            .write(move |connection| insert(connection, &actor, &stored, &base_url, now))
            .await?;
        Ok((row, plain))
    }

    /// Revokes one key and tells the admins and its creator. Revoking it again changes nothing.
    pub async fn revoke(&self, actor: &Actor, key_id: &str) -> Result<KeyRow> {
        // So that the notice names the last use there was.
        self.catch_up().await;
        let now = self.clock.now();
        let (actor, key_id, base_url) = (actor.clone(), key_id.to_owned(), self.base_url.clone());
        self.db
            .write(move |connection| {
                one_chain_at_a_time(connection)?;
                let row = changeable(connection, &actor, &key_id)?;
                end_and_tell(connection, &actor, &row, Reason::Asked, &base_url, now)?;
                // Read again: of two revocations at once, both answer the one that holds.
                again(connection, &row)
            })
            .await
    }

    /// Revokes every live key of the admin's workspace at one instant; answers those.
    pub async fn revoke_all(&self, actor: &Actor) -> Result<Vec<KeyRow>> {
        let Actor::Person { person, .. } = actor else {
            return Err(Error::forbidden("Only an admin revokes all keys."));
        };
        if !person.is_admin() {
            return Err(Error::forbidden("Only an admin revokes all keys."));
        }
        self.catch_up().await;
        let now = self.clock.now();
        let (actor, base_url) = (actor.clone(), self.base_url.clone());
        let workspace_id = person.workspace_id.clone();
        self.db
            .write(move |connection| {
                one_chain_at_a_time(connection)?;
                let mut revoked = Vec::new();
                let mut live = store::live_of_workspace(connection, &workspace_id, now)?;
                live.sort_by(|one, other| one.id.cmp(&other.id));
                for mut row in live {
                    if end(connection, &actor, &row, Reason::Asked, now)? {
                        row.revoked_at = Some(now);
                        revoked.push(row);
                    }
                }
                // Newest first, as everywhere.
                revoked.reverse();
                notices::queue_revoked(
                    connection,
                    &actor,
                    &revoked,
                    Reason::Asked,
                    &base_url,
                    now,
                )?;
                Ok(revoked)
            })
            .await
    }

    /// Changes what a key is called and from where it may be used; `None` leaves it as it is.
    pub async fn change(
        &self,
        actor: &Actor,
        key_id: &str,
        label: Option<Label>,
        networks: Option<Networks>,
    ) -> Result<KeyRow> {
        let now = self.clock.now();
        let (actor, key_id) = (actor.clone(), key_id.to_owned());
        self.db
            .write(move |connection| {
                let row = changeable(connection, &actor, &key_id)?;
                if row.revoked_at.is_some() {
                    return Err(Error::new(
                        Code::KeyNotActive,
                        "This key is revoked; it stays as it was.",
                    ));
                }
                let label = label.map_or(row.label.clone(), |label| label.0);
                let networks = networks.map_or(row.networks.clone(), |list| list.to_column());
                let mut changes = Vec::new();
                if label != row.label {
                    changes.push(format!("label: {} → {label}", row.label));
                }
                if networks != row.networks {
                    let words = |text: &str| match text {
                        "" => "anywhere".to_owned(),
                        text => text.to_owned(),
                    };
                    changes.push(format!(
                        "networks: {} → {}",
                        words(&row.networks),
                        words(&networks)
                    ));
                }
                if changes.is_empty() {
                    return Ok(row);
                }
                store::change(
                    connection,
                    &row.id,
                    &label,
                    &label.to_lowercase(),
                    &networks,
                )?;
                audit::record(
                    connection,
                    &row.workspace_id,
                    &actor,
                    Action::KeyChanged,
                    (&row.id, &label),
                    changes.join("; "),
                    now,
                )?;
                again(connection, &row)
            })
            .await
    }

    /// Tells of keys that end in seven days, in one day, or have ended, each once; answers how
    /// many.
    pub async fn tell_expiries(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |connection| store::expiries_to_tell(connection, now, BATCH))
            .await?;
        let found = due.len();
        for key in due {
            let base_url = self.base_url.clone();
            self.db
                .write(move |connection| tell_expiry(connection, &key, &base_url, now))
                .await?;
        }
        Ok(found)
    }

    /// Revokes the keys that a scanner found; answers for each finding whether it is a key of
    /// ours. Their last uses stay as they are.
    pub async fn report_leaks(&self, actor: &Actor, findings: &[Finding]) -> Result<Vec<bool>> {
        if findings.len() > MOST_FINDINGS {
            return Err(Error::invalid(format!(
                "A report may have at most {MOST_FINDINGS} findings."
            )));
        }
        self.catch_up().await;
        let now = self.clock.now();
        let places: Vec<(Vec<String>, String)> = findings
            .iter()
            .map(|finding| {
                let place = leaks::place(finding.url.as_deref().unwrap_or_default());
                (self.digests_in(&finding.token), place)
            })
            .collect();
        let digests: Vec<String> = places.iter().flat_map(|(d, _)| d.clone()).collect();
        let (actor, base_url) = (actor.clone(), self.base_url.clone());
        self.db
            .write(move |connection| {
                one_chain_at_a_time(connection)?;
                let keys = store::by_digests(connection, &digests)?;
                for key in &keys {
                    let place = places
                        .iter()
                        .find(|(digests, _)| digests.contains(&key.digest))
                        .map_or("", |(_, place)| place);
                    leaked(connection, &actor, key, place, &base_url, now)?;
                }
                Ok(places
                    .iter()
                    .map(|(digests, _)| keys.iter().any(|key| digests.contains(&key.digest)))
                    .collect())
            })
            .await
    }

    /// Revokes the keys of a member's workspace that stand in a text which they found somewhere;
    /// answers them as they were before, and `None` when there is no key in it at all. Whoever
    /// holds a key may end it.
    pub async fn report_found(
        &self,
        actor: &Actor,
        workspace_id: &str,
        text: &str,
        place: &str,
    ) -> Result<Option<Vec<KeyRow>>> {
        let digests = self.digests_in(text);
        if digests.is_empty() {
            return Ok(None);
        }
        self.catch_up().await;
        let now = self.clock.now();
        let (actor, base_url) = (actor.clone(), self.base_url.clone());
        let (workspace_id, place) = (workspace_id.to_owned(), leaks::place(place));
        self.db
            .write(move |connection| {
                one_chain_at_a_time(connection)?;
                let mut found = store::by_digests(connection, &digests)?;
                found.retain(|key| key.workspace_id == workspace_id);
                for key in &found {
                    leaked(connection, &actor, key, &place, &base_url, now)?;
                }
                Ok(Some(found))
            })
            .await
    }

    fn digests_in(&self, text: &str) -> Vec<String> {
        PlainKey::all_in(text)
            .iter()
            .map(|key| key.digest(&self.mac).as_str().to_owned())
            .collect()
    }

    /// What happened to a key, newest first.
    pub async fn history(&self, key: &KeyRow) -> Result<Vec<audit::Event>> {
        let (workspace_id, id) = (key.workspace_id.clone(), key.id.clone());
        self.db
            .read(move |connection| audit::of_subject(connection, &workspace_id, &id, 100))
            .await
    }
}

/// A key that the actor may change.
pub(super) fn changeable(connection: &mut Conn, actor: &Actor, key_id: &str) -> Result<KeyRow> {
    if !id::has_shape(id::Kind::Key, key_id) {
        return Err(Error::not_found("key"));
    }
    let found = match actor {
        Actor::Person { person, .. } => store::by_id(connection, &person.workspace_id, key_id)?,
        _ => store::any_by_id(connection, key_id)?,
    };
    let row = found.ok_or_else(|| Error::not_found("key"))?;
    match may_change(actor, &row) {
        true => Ok(row),
        false => Err(Error::forbidden(
            "This key is someone else’s; ask an admin of the workspace.",
        )),
    }
}

pub(super) fn again(connection: &mut Conn, row: &KeyRow) -> Result<KeyRow> {
    store::by_id(connection, &row.workspace_id, &row.id)?.ok_or_else(|| Error::not_found("key"))
}

/// Stores a new key within the workspace's policy and bounds.
pub(super) fn insert(
    connection: &mut Conn,
    actor: &Actor,
    row: &KeyRow,
    base_url: &str,
    now: Time,
) -> Result<()> {
    let (longest, is_told) = store::policy(connection, &row.workspace_id)?;
    if let Some(days) = longest {
        // A minute more: a form takes a while to fill in.
        let latest = now.plus(days.saturating_mul(DAY)).plus(MINUTE);
        if row.expires_at.is_none_or(|end| end > latest) {
            return Err(Error::invalid(format!(
                "`expiresAt` must be at most {days} days away: that is this workspace’s policy."
            )));
        }
    }
    let (live, recent) = store::count_for_limits(
        connection,
        &row.workspace_id,
        &row.created_by_user_id,
        now.plus(-HOUR),
        now,
    )?;
    if live >= MOST_LIVE {
        return Err(Error::new(
            Code::LimitExceeded,
            format!("A workspace may have at most {MOST_LIVE} active keys. Revoke some first."),
        ));
    }
    if recent >= MOST_AN_HOUR {
        return Err(Error::new(
            Code::LimitExceeded,
            format!("One person may create at most {MOST_AN_HOUR} keys an hour."),
        ));
    }
    store::insert(connection, row)?;
    audit::record(
        connection,
        &row.workspace_id,
        actor,
        Action::KeyCreated,
        (&row.id, &row.label),
        format!(
            "{}… with {}; expires {}",
            row.key_prefix,
            row.scopes,
            row.expires_at
                .map_or("never".to_owned(), |end| end.to_string())
        ),
        now,
    )?;
    if is_told {
        notices::queue_created(connection, actor, row, base_url, now)?;
    }
    Ok(())
}

/// As [`end`]; tells it by mail too.
pub(super) fn end_and_tell(
    connection: &mut Conn,
    actor: &Actor,
    row: &KeyRow,
    reason: Reason<'_>,
    base_url: &str,
    now: Time,
) -> Result<bool> {
    let ended = end(connection, actor, row, reason, now)?;
    if ended {
        let one = std::slice::from_ref(row);
        notices::queue_revoked(connection, actor, one, reason, base_url, now)?;
    }
    Ok(ended)
}

/// Ends a key that has not ended yet, and records it; false when it had. The caller holds
/// [`one_chain_at_a_time`].
pub(super) fn end(
    connection: &mut Conn,
    actor: &Actor,
    row: &KeyRow,
    reason: Reason<'_>,
    now: Time,
) -> Result<bool> {
    if !store::revoke(
        connection,
        &row.id,
        actor.user_id(),
        actor.ip().as_deref(),
        now,
    )? {
        return Ok(false);
    }
    let detail = match reason {
        Reason::Asked => String::new(),
        Reason::Rotated => "its successor has taken over".to_owned(),
        Reason::Leaked { place } => format!("found at {place}"),
    };
    audit::record(
        connection,
        &row.workspace_id,
        actor,
        Action::KeyRevoked,
        (&row.id, &row.label),
        detail,
        now,
    )?;
    leave_chain(connection, actor, &row.id, now)?;
    Ok(true)
}

fn leaked(
    connection: &mut Conn,
    actor: &Actor,
    key: &KeyRow,
    place: &str,
    base_url: &str,
    now: Time,
) -> Result<()> {
    audit::record(
        connection,
        &key.workspace_id,
        actor,
        Action::KeyLeaked,
        (&key.id, &key.label),
        format!("found at {place}"),
        now,
    )?;
    let reason = Reason::Leaked { place };
    let is_live = key.expires_at.is_none_or(|end| end > now);
    if is_live {
        end_and_tell(connection, actor, key, reason, base_url, now)?;
    }
    Ok(())
}

fn tell_expiry(connection: &mut Conn, key: &KeyRow, base_url: &str, now: Time) -> Result<()> {
    let Some(ends) = key.expires_at else {
        return Ok(());
    };
    if ends <= now {
        one_chain_at_a_time(connection)?;
    }
    let (told, days) = match ends {
        ends if ends <= now => (3, 0),
        ends if ends <= now.plus(DAY) => (2, 1),
        _ => (1, 7),
    };
    if key.expiry_told >= told || !store::mark_told(connection, key, told)? {
        return Ok(());
    }
    if told == 3 {
        leave_chain(connection, &Actor::Server, &key.id, now)?;
        return audit::record(
            connection,
            &key.workspace_id,
            &Actor::Server,
            Action::KeyExpired,
            (&key.id, &key.label),
            "",
            ends,
        );
    }
    // A key that was made to live for less needs no reminder.
    if key.created_at > ends.plus(-days * DAY) {
        return Ok(());
    }
    notices::queue_expiring(connection, key, ends, days, base_url, now)
}
