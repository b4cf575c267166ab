//! API keys: their form, their life, and who may do what to them. The doors call [`Keys`].

mod last_use;
mod notices;
mod plain;
mod scope;
mod store;

use std::net::IpAddr;

use serde::Serialize;

use crate::accounts::Person;
use crate::audit::Actor;
use crate::clock::{Clock, DAY, Time};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id;
use crate::secret::{HmacSha256, Secret};

pub use last_use::LastUse;
pub use plain::PlainKey;
pub use scope::{Scope, Scopes};
pub use store::KeyRow;

use notices::Reason;
use plain::HASH_VERSION;

/// The longest life of a key.
pub const LONGEST_LIFE: i64 = 3_652 * DAY;

/// A label: 1–120 characters after trimming, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    pub fn parse(text: &str) -> Result<Self> {
        crate::text::line("label", text, 120).map(Self)
    }
}

/// Until when a key is good; `None` is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry(Option<Time>);

impl Expiry {
    pub const NEVER: Self = Self(None);

    /// In the future, and at most ten years away.
    pub fn parse(time: Option<Time>, now: Time) -> Result<Self> {
        match time {
            Some(time) if time <= now => Err(Error::invalid("`expiresAt` must be in the future.")),
            Some(time) if time > now.plus(LONGEST_LIFE) => Err(Error::invalid(
                "`expiresAt` must be at most ten years away.",
            )),
            time => Ok(Self(time)),
        }
    }
}

/// A new key, checked.
pub struct NewKey {
    pub label: Label,
    pub scopes: Scopes,
    pub expiry: Expiry,
}

/// The wire's `OpenApiKey`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    pub id: String,
    pub label: String,
    pub key_prefix: String,
    pub scopes: Vec<&'static str>,
    pub created_by_user_id: String,
    pub hash_version: String,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    pub last_used_at: Option<Time>,
    pub last_used_ip: Option<String>,
    pub revoked_at: Option<Time>,
}

impl From<&KeyRow> for KeyView {
    fn from(row: &KeyRow) -> Self {
        Self {
            id: row.id.clone(),
            label: row.label.clone(),
            key_prefix: row.key_prefix.clone(),
            scopes: Scopes::from_column(&row.scopes).names(),
            created_by_user_id: row.created_by_user_id.clone(),
            hash_version: row.hash_version.clone(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            last_used_ip: row.last_used_ip.clone(),
            revoked_at: row.revoked_at,
        }
    }
}

/// A request's key, found live.
#[derive(Clone, Debug)]
pub struct Authenticated {
    pub key_id: String,
    pub workspace_id: String,
    pub scopes: Scopes,
}

pub struct Keys {
    db: Db,
    clock: Clock,
    mac: HmacSha256,
    fingerprint: String,
    base_url: String,
    last_use: LastUse,
}

impl Keys {
    pub fn new(db: Db, clock: Clock, secret: &Secret, base_url: String) -> Self {
        Self {
            db,
            clock,
            mac: secret.mac("api key digest"),
            fingerprint: secret.fingerprint(),
            base_url,
            last_use: LastUse::default(),
        }
    }

    /// Makes a key for a person. The plaintext is in the answer and nowhere else.
    pub async fn create(&self, creator: &Person, new: NewKey) -> Result<(KeyRow, PlainKey)> {
        let plain = PlainKey::generate()?;
        let row = KeyRow {
            id: id::new(id::Kind::Key),
            workspace_id: creator.workspace_id.clone(),
            created_by_user_id: creator.id.clone(),
            label_folded: new.label.0.to_lowercase(),
            label: new.label.0,
            key_prefix: plain.prefix().to_owned(),
            digest: plain.digest(&self.mac).as_str().to_owned(),
            hash_version: HASH_VERSION.to_owned(),
            secret_fingerprint: self.fingerprint.clone(),
            scopes: new.scopes.to_column(),
            created_at: self.clock.now(),
            expires_at: new.expiry.0,
            last_used_at: None,
            last_used_ip: None,
            revoked_at: None,
            revoked_by_user_id: None,
            revoked_from_ip: None,
            networks: String::new(),
            replaces_key_id: None,
            ends_key_id: None,
            replaced_by_key_id: None,
            expiry_told: 0,
        };
        let stored = row.clone();
        self.db
            .write(move |connection| store::insert(connection, &stored))
            .await?;
        Ok((row, plain))
    }

    /// The keys of a workspace, newest first, each with its creator's name.
    pub async fn list(&self, workspace_id: &str) -> Result<Vec<(KeyRow, String)>> {
        self.catch_up_last_use().await;
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| store::of_workspace(connection, &workspace_id))
            .await
    }

    /// Every key of the installation, newest first.
    pub async fn list_all(&self) -> Result<Vec<KeyRow>> {
        self.db.read(store::all).await
    }

    /// Revokes one key and tells the admins and its creator. Revoking it again changes nothing.
    pub async fn revoke(&self, actor: &Actor, key_id: &str) -> Result<KeyRow> {
        if !id::has_shape(id::Kind::Key, key_id) {
            return Err(Error::not_found("key"));
        }
        // So that the notice names the last use there was.
        self.catch_up_last_use().await;
        let now = self.clock.now();
        let (actor, key_id, base_url) = (actor.clone(), key_id.to_owned(), self.base_url.clone());
        self.db
            .write(move |connection| {
                let workspace_id = match &actor {
                    Actor::Person { person, .. } => Some(person.workspace_id.clone()),
                    _ => store::workspace_of(connection, &key_id)?,
                }
                .ok_or_else(|| Error::not_found("key"))?;
                let row = store::by_id(connection, &workspace_id, &key_id)?
                    .ok_or_else(|| Error::not_found("key"))?;
                if !may_revoke(&actor, &row) {
                    return Err(Error::forbidden(
                        "Members revoke their own keys; ask an admin to revoke this one.",
                    ));
                }
                if store::revoke(
                    connection,
                    &row.id,
                    actor.user_id(),
                    actor.ip().as_deref(),
                    now,
                )? {
                    notices::queue_revoked(
                        connection,
                        &actor,
                        std::slice::from_ref(&row),
                        Reason::Asked,
                        &base_url,
                        now,
                    )?;
                }
                // Read again: of two revocations at once, both answer the one that holds.
                store::by_id(connection, &workspace_id, &key_id)?
                    .ok_or_else(|| Error::not_found("key"))
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
        self.catch_up_last_use().await;
        let now = self.clock.now();
        let (actor, workspace_id, base_url) = (
            actor.clone(),
            person.workspace_id.clone(),
            self.base_url.clone(),
        );
        self.db
            .write(move |connection| {
                let mut revoked = Vec::new();
                let mut live = store::live_of_workspace(connection, &workspace_id, now)?;
                live.sort_by(|one, other| one.id.cmp(&other.id));
                for mut row in live {
                    if store::revoke(
                        connection,
                        &row.id,
                        actor.user_id(),
                        actor.ip().as_deref(),
                        now,
                    )? {
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

    /// Finds the live key that a request carries, and notes its use. `sent` is what followed
    /// `Bearer`; unknown, malformed, expired and revoked keys give the same error.
    pub async fn authenticate(&self, sent: &[u8], ip: IpAddr) -> Result<Authenticated> {
        let plain = PlainKey::parse(sent).ok_or_else(|| Error::bad_key(true))?;
        let digest = plain.digest(&self.mac);
        let now = self.clock.now();
        let wanted = digest.clone();
        let found = self
            .db
            .peek(move |connection| store::live_by_digest(connection, wanted.as_str(), now))
            .await?
            .filter(|key| digest.matches(&key.digest))
            .ok_or_else(|| Error::bad_key(true))?;
        self.last_use.note(&found.id, now, ip);
        if !found.api_enabled {
            return Err(Error::new(
                crate::error::Code::ApiDisabled,
                "An admin has switched the API of this workspace off.",
            ));
        }
        Ok(Authenticated {
            key_id: found.id,
            workspace_id: found.workspace_id,
            scopes: Scopes::from_column(&found.scopes),
        })
    }

    /// Writes the noted uses behind.
    pub async fn flush_last_use(&self) -> Result<()> {
        self.last_use.flush(&self.db).await
    }

    /// Writes the noted uses before something shows them. That they cannot be written now must
    /// not stop anyone from listing or revoking.
    async fn catch_up_last_use(&self) {
        if let Err(error) = self.flush_last_use().await {
            tracing::warn!(%error, "the last uses of keys could not be written yet");
        }
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }
}

/// Members revoke their own keys, admins any of their workspace.
pub fn may_revoke(actor: &Actor, key: &KeyRow) -> bool {
    match actor {
        Actor::Person { person, .. } => {
            person.workspace_id == key.workspace_id
                && (person.is_admin() || person.id == key.created_by_user_id)
        }
        Actor::CommandLine => true,
        Actor::Scanner { .. } | Actor::Key { .. } | Actor::Server => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_trimmed_and_bounded_by_characters() {
        assert_eq!(Label::parse("  Takeoff \t").unwrap().0, "Takeoff");
        assert!(Label::parse(&"ü".repeat(120)).is_ok());
        assert!(Label::parse(&"ü".repeat(121)).is_err());
        for text in ["", "   ", "a\nb", "a\u{0}b", "a\u{7f}"] {
            assert!(Label::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_expiry_lies_ahead_and_within_ten_years() {
        let now = Time(1_000_000);
        assert!(Expiry::parse(Some(now), now).is_err());
        assert!(Expiry::parse(Some(now.plus(1)), now).is_ok());
        assert!(Expiry::parse(Some(now.plus(LONGEST_LIFE)), now).is_ok());
        assert!(Expiry::parse(Some(now.plus(LONGEST_LIFE + 1)), now).is_err());
        assert_eq!(Expiry::parse(None, now).unwrap(), Expiry::NEVER);
    }
}
