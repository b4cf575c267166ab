//! API keys: their form, their life, and who may do what to them. The doors call [`Keys`].

mod leaks;
mod life;
mod networks;
mod notices;
mod of_person;
mod plain;
mod rate;
mod rotation;
mod scope;
mod store;
mod traffic;

use std::net::IpAddr;

use serde::Serialize;

use crate::accounts::Person;
use crate::audit::Actor;
use crate::clock::{Clock, DAY, Time};
use crate::db::Db;
use crate::error::{Code, Detail, Error, Result};
use crate::id;
use crate::secret::{HmacSha256, Secret};

pub use leaks::{Finding, Scanners, Signature};
pub use networks::Networks;
pub use of_person::{active_by_person, revoke_of_person};
pub use plain::{CHECK_LENGTH, DIGITS, LENGTH, MARK, PlainKey, holds_key, redact};
pub use rate::Allowance;
pub use rotation::{Grace, one_chain_at_a_time};
pub use scope::{Scope, Scopes};
pub use store::{DayRow, EXPIRING, KeyRow, ListFilter, Page, Sort, Status, UseRow, is_live};
pub use traffic::{Outcome, Visit};

use plain::HASH_VERSION;
use rate::Addresses;
use traffic::Traffic;
use utoipa::ToSchema;

/// The longest life of a key.
pub const LONGEST_LIFE: i64 = 3_652 * DAY;
/// Requests with wrong keys a minute from one address.
const MOST_FAILURES: u32 = 300;

/// A label: 1–120 characters after trimming, no control characters, and no key: it goes into mails
/// and the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    pub fn parse(text: &str) -> Result<Self> {
        let label = crate::text::line("label", text, 120)?;
        match holds_key(&label) {
            true => Err(Error::invalid("`label` must not contain an API key.")),
            false => Ok(Self(label)),
        }
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
    pub networks: Networks,
}

/// An API key, without its plaintext.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenApiKey)]
pub struct KeyView {
    pub id: String,
    pub label: String,
    pub key_prefix: String,
    #[schema(value_type = Vec<Scope>)]
    pub scopes: Vec<&'static str>,
    pub created_by_user_id: String,
    pub hash_version: String,
    pub created_at: Time,
    #[schema(required)]
    pub expires_at: Option<Time>,
    #[schema(required)]
    pub last_used_at: Option<Time>,
    #[schema(required)]
    pub last_used_ip: Option<String>,
    #[schema(required)]
    pub revoked_at: Option<Time>,
    /// Networks (CIDR) that it may be used from; empty: from anywhere.
    pub allowed_networks: Vec<String>,
    /// The successor that it was rotated to.
    #[schema(required)]
    pub replaced_by_key_id: Option<String>,
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
            allowed_networks: row.networks.split_whitespace().map(str::to_owned).collect(),
            replaced_by_key_id: row.replaced_by_key_id.clone(),
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
    traffic: Traffic,
    failures: Addresses,
    /// Requests a minute and key; `None`: no limit.
    rate_limit: Option<u32>,
    scanners: Scanners,
}

impl Keys {
    pub fn new(
        db: Db,
        clock: Clock,
        secret: &Secret,
        base_url: String,
        rate_limit: Option<u32>,
        scanners: Scanners,
    ) -> Self {
        Self {
            db,
            clock,
            mac: secret.mac("api key digest"),
            fingerprint: secret.fingerprint(),
            base_url,
            traffic: Traffic::default(),
            failures: Addresses::default(),
            rate_limit,
            scanners,
        }
    }

    /// A row for a new key that nobody has yet.
    fn row(&self, creator: &Person, new: NewKey, plain: &PlainKey, now: Time) -> KeyRow {
        KeyRow {
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
            created_at: now,
            expires_at: new.expiry.0,
            last_used_at: None,
            last_used_ip: None,
            revoked_at: None,
            revoked_by_user_id: None,
            revoked_from_ip: None,
            networks: new.networks.to_column(),
            replaces_key_id: None,
            ends_key_id: None,
            replaced_by_key_id: None,
            expiry_told: 0,
        }
    }

    /// The keys of a workspace, newest first, each with its creator's name.
    pub async fn list(&self, workspace_id: &str) -> Result<Vec<(KeyRow, String)>> {
        self.catch_up().await;
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| store::of_workspace(connection, &workspace_id))
            .await
    }

    /// A part of the keys of a workspace, and their uses by day since `since` (days since 1970).
    pub async fn page(
        &self,
        workspace_id: &str,
        filter: ListFilter,
        offset: i64,
        limit: i64,
        since: i64,
    ) -> Result<(Page, Vec<DayRow>)> {
        self.catch_up().await;
        let (workspace_id, now) = (workspace_id.to_owned(), self.clock.now());
        self.db
            .read(move |connection| {
                let page = store::page(connection, &workspace_id, &filter, now, offset, limit)?;
                let ids: Vec<String> = page.rows.iter().map(|(row, _)| row.id.clone()).collect();
                let days = store::days(connection, &ids, since)?;
                Ok((page, days))
            })
            .await
    }

    /// One key of a workspace with its creator's name.
    pub async fn find(&self, workspace_id: &str, key_id: &str) -> Result<(KeyRow, String)> {
        if !id::has_shape(id::Kind::Key, key_id) {
            return Err(Error::not_found("key"));
        }
        self.catch_up().await;
        let (workspace_id, key_id) = (workspace_id.to_owned(), key_id.to_owned());
        self.db
            .read(move |connection| store::with_creator(connection, &workspace_id, &key_id))
            .await?
            .ok_or_else(|| Error::not_found("key"))
    }

    /// The uses of one key by day and route since a day (days since 1970).
    pub async fn uses(&self, key_id: &str, since: i64) -> Result<Vec<UseRow>> {
        let key_id = key_id.to_owned();
        self.db
            .read(move |connection| store::uses(connection, &key_id, since))
            .await
    }

    /// The longest life in days that the workspace allows a new key, if it has a say in it.
    pub async fn longest_life(&self, workspace_id: &str) -> Result<Option<i64>> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| Ok(store::policy(connection, &workspace_id)?.0))
            .await
    }

    /// Every key of the installation, newest first.
    pub async fn list_all(&self) -> Result<Vec<KeyRow>> {
        self.db.read(store::all).await
    }

    /// The record of a key that a request has authenticated with.
    pub async fn own_record(&self, key: &Authenticated) -> Result<KeyRow> {
        let (workspace_id, id) = (key.workspace_id.clone(), key.key_id.clone());
        self.db
            .read(move |connection| store::by_id(connection, &workspace_id, &id))
            .await?
            .ok_or_else(|| Error::not_found("key"))
    }

    /// Whether a key may still be used.
    pub async fn is_live(&self, key_id: &str) -> Result<bool> {
        let (id, now) = (key_id.to_owned(), self.clock.now());
        self.db
            .peek(move |connection| store::is_live(connection, &id, now))
            .await
    }

    /// Finds the live key that a request carries. `sent` is what followed `Bearer`; unknown,
    /// malformed, expired and revoked keys, and keys from outside their networks, give the same
    /// error; an address that sends very many of them is told to wait.
    pub async fn authenticate(&self, sent: &[u8], visit: Visit<'_>) -> Result<Authenticated> {
        let now = self.clock.now();
        let Some(plain) = PlainKey::parse(sent) else {
            return Err(self.refuse(visit.ip, now));
        };
        let digest = plain.digest(&self.mac);
        let wanted = digest.clone();
        let found = self
            .db
            .peek(move |connection| store::by_digest(connection, wanted.as_str(), now))
            .await?
            .filter(|key| digest.matches(&key.digest));
        let Some(found) = found else {
            return Err(self.refuse(visit.ip, now));
        };
        if !found.is_live || !networks::allow(&found.networks, visit.ip) {
            self.traffic.note(&found.id, visit, Outcome::Refused, now);
            return Err(self.refuse(visit.ip, now));
        }
        if found.ends_key_id.is_some() {
            // The one write in the path of a request, once in the life of a rotated key: its
            // predecessor ends with this very use.
            self.take_over(&found.id, visit).await?;
        }
        let key = Authenticated {
            key_id: found.id,
            workspace_id: found.workspace_id,
            scopes: Scopes::from_column(&found.scopes),
        };
        if !found.api_enabled {
            self.note(&key, visit, Outcome::Answered);
            return Err(Error::new(
                Code::ApiDisabled,
                "An admin has switched the API of this workspace off.",
            ));
        }
        Ok(key)
    }

    /// The one 401, or 429 for an address that has sent too many wrong keys.
    fn refuse(&self, ip: IpAddr, now: Time) -> Error {
        let sender = crate::accounts::neighbourhood(ip);
        match self.failures.take(sender, MOST_FAILURES, now).wait {
            None => Error::bad_key(true),
            Some(seconds) => Error {
                detail: Detail::RetryAfter(seconds),
                ..Error::new(
                    Code::RateLimited,
                    "Too many requests with wrong keys came from this address. Wait, and send a valid key.",
                )
            },
        }
    }

    /// Takes one request from the key's allowance; `None`: there is no limit.
    pub fn admit(&self, key: &Authenticated) -> Option<Allowance> {
        self.rate_limit
            .map(|limit| self.traffic.admit(&key.key_id, limit, self.clock.now()))
    }

    /// Notes how a request ended, for the last use and the counts.
    pub fn note(&self, key: &Authenticated, visit: Visit<'_>, outcome: Outcome) {
        self.traffic
            .note(&key.key_id, visit, outcome, self.clock.now());
    }

    /// Writes the noted uses behind.
    pub async fn flush_last_use(&self) -> Result<()> {
        self.traffic
            .flush(&self.db, &self.base_url, self.clock.now())
            .await
    }

    /// Writes the noted uses before something shows them. That they cannot be written now must
    /// not stop anyone from listing or revoking.
    async fn catch_up(&self) {
        if let Err(error) = self.flush_last_use().await {
            tracing::warn!(%error, "the last uses of keys could not be written yet");
        }
    }

    /// The name of the scanner that signed a report, if it is believed.
    pub fn who_signed(&self, body: &[u8], signature: &Signature<'_>) -> Option<&'static str> {
        self.scanners.who_signed(body, signature)
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }
}

/// Members revoke, rotate and change their own keys, admins any of their workspace.
pub fn may_change(actor: &Actor, key: &KeyRow) -> bool {
    match actor {
        Actor::Person { person, .. } => {
            person.workspace_id == key.workspace_id
                && (person.is_admin() || person.id == key.created_by_user_id)
        }
        Actor::CommandLine => true,
        Actor::Scanner { .. } | Actor::Key { .. } | Actor::Stranger { .. } | Actor::Server => false,
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
