//! What keys are used for: noted in memory by the request, written behind by the server's ticker
//! and once more at a clean stop. One transaction writes all that was noted since the last.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use super::networks::neighbourhood;
use super::notices;
use super::rate::{Allowance, Bucket};
use super::store::{self, UseRow};
use crate::accounts;
use crate::audit::{self, Action, Actor};
use crate::clock::{DAY, Time};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::mail::{self, Envelope, Notice, exact};

/// Networks of a key that are remembered; from then on new ones are not told.
const MOST_NETWORKS: i64 = 100;
/// Networks of one key between two writes.
const MOST_AT_ONCE: usize = 50;

/// How a request with a known key ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    ScopeRefused,
    RateLimited,
    /// There is no such route: a use of the key that belongs to none of the counts.
    NoRoute,
    /// Revoked, expired, or from outside its networks.
    Refused,
}

/// A request, for the record of the key that it carries.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    pub method: &'static str,
    /// The pattern of the route.
    pub path: &'static str,
    pub ip: IpAddr,
    pub request_id: &'a str,
}

#[derive(Clone, Default)]
pub struct Traffic(Arc<Noted>);

#[derive(Default)]
struct Noted {
    keys: Mutex<HashMap<String, OfKey>>,
    /// Networks that are known to be in the table.
    known: Mutex<HashSet<(String, IpNet)>>,
    /// One write at a time.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct OfKey {
    bucket: Bucket,
    last: Option<(Time, IpAddr)>,
    networks: Vec<Place>,
    counts: Vec<Count>,
}

/// The first request from a network since the last write.
#[derive(Clone)]
struct Place {
    network: IpNet,
    ip: IpAddr,
    at: Time,
    request_id: String,
}

#[derive(Clone)]
struct Count {
    day: i64,
    method: &'static str,
    path: &'static str,
    outcome: Outcome,
    number: i64,
    /// Of the first refusal.
    refusal: Option<(Time, IpAddr, String)>,
}

impl Traffic {
    /// Takes one request from the key's allowance.
    pub fn admit(&self, key_id: &str, limit: u32, now: Time) -> Allowance {
        with(&mut self.keys(), key_id, |key| key.bucket.take(limit, now))
    }

    pub fn note(&self, key_id: &str, visit: Visit<'_>, outcome: Outcome, now: Time) {
        with(&mut self.keys(), key_id, |key| {
            if outcome != Outcome::Refused {
                if key.last.is_none_or(|(at, _)| at <= now) {
                    key.last = Some((now, visit.ip));
                }
                let network = neighbourhood(visit.ip);
                if key.networks.len() < MOST_AT_ONCE
                    && !key.networks.iter().any(|known| known.network == network)
                {
                    key.networks.push(Place {
                        network,
                        ip: visit.ip,
                        at: now,
                        request_id: visit.request_id.to_owned(),
                    });
                }
            }
            if outcome == Outcome::NoRoute {
                return;
            }
            let refused = matches!(outcome, Outcome::ScopeRefused | Outcome::Refused);
            key.add(Count {
                day: now.0.div_euclid(DAY),
                method: visit.method,
                path: visit.path,
                outcome,
                number: 1,
                refusal: refused.then(|| (now, visit.ip, visit.request_id.to_owned())),
            });
        });
    }

    /// Writes what was noted since the last time; keeps it for the next time when that fails.
    pub async fn flush(&self, db: &Db, base_url: &str, now: Time) -> Result<()> {
        let (traffic, db, base_url) = (self.clone(), db.clone(), base_url.to_owned());
        // A task of its own: a request that is given up must not take noted uses with it.
        tokio::spawn(async move { traffic.write(&db, base_url, now).await }).await?
    }

    async fn write(&self, db: &Db, base_url: String, now: Time) -> Result<()> {
        let _turn = self.0.writing.lock().await;
        let noted = self.take(now);
        if noted.is_empty() {
            return Ok(());
        }
        let mut rows = noted.clone();
        // Every transaction that changes several keys takes them in the order of their ids, so
        // that two of them never wait for each other.
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        let known = self.known().clone();
        let written = db
            .write(move |connection| {
                let mut seen = Vec::new();
                for (id, uses) in &rows {
                    uses.write(connection, id, &known, &mut seen, &base_url)?;
                }
                Ok(seen)
            })
            .await;
        match written {
            Ok(seen) => {
                let mut known = self.known();
                if known.len() > 100_000 {
                    known.clear();
                }
                known.extend(seen);
                Ok(())
            }
            Err(error) => {
                let mut keys = self.keys();
                for (id, uses) in noted {
                    with(&mut keys, &id, |key| key.take_back(uses));
                }
                Err(error)
            }
        }
    }

    /// What waits to be written; keys that have been quiet are forgotten.
    fn take(&self, now: Time) -> Vec<(String, OfKey)> {
        let mut keys = self.keys();
        let mut taken = Vec::new();
        keys.retain(|id, key| {
            if !key.counts.is_empty() || key.last.is_some() {
                let bucket = key.bucket;
                taken.push((id.clone(), std::mem::take(key)));
                key.bucket = bucket;
                return true;
            }
            !key.bucket.is_full(now)
        });
        taken
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<String, OfKey>> {
        // Each change of the map is whole, whatever panics elsewhere.
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, HashSet<(String, IpNet)>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Works on a key's entry, and makes it when it is missing: without a new String for each request.
fn with<T>(keys: &mut HashMap<String, OfKey>, id: &str, work: impl FnOnce(&mut OfKey) -> T) -> T {
    match keys.get_mut(id) {
        Some(key) => work(key),
        None => work(keys.entry(id.to_owned()).or_default()),
    }
}

impl OfKey {
    fn add(&mut self, count: Count) {
        let same = self.counts.iter_mut().find(|known| {
            known.outcome == count.outcome
                && known.day == count.day
                && known.path == count.path
                && known.method == count.method
        });
        match same {
            Some(known) => known.number += count.number,
            None => self.counts.push(count),
        }
    }

    fn take_back(&mut self, earlier: Self) {
        if self
            .last
            .is_none_or(|(at, _)| Some(at) < earlier.last.map(|(at, _)| at))
        {
            self.last = earlier.last;
        }
        for place in earlier.networks {
            let network = place.network;
            if !self.networks.iter().any(|known| known.network == network) {
                self.networks.push(place);
            }
        }
        for count in earlier.counts {
            self.add(count);
        }
    }

    fn write(
        &self,
        connection: &mut Conn,
        id: &str,
        known: &HashSet<(String, IpNet)>,
        seen: &mut Vec<(String, IpNet)>,
        base_url: &str,
    ) -> Result<()> {
        if let Some((at, ip)) = self.last {
            store::note_use(connection, id, at, &ip.to_string())?;
        }
        for place in &self.networks {
            let of_key = (id.to_owned(), place.network);
            if !known.contains(&of_key) {
                note_network(connection, id, place, base_url)?;
                seen.push(of_key);
            }
        }
        for count in &self.counts {
            count.write(connection, id)?;
        }
        Ok(())
    }
}

impl Count {
    fn write(&self, connection: &mut Conn, key_id: &str) -> Result<()> {
        let of = |outcome| {
            if self.outcome == outcome {
                self.number
            } else {
                0
            }
        };
        let route = format!("{} {}", self.method, self.path);
        let row = UseRow {
            key_id: key_id.to_owned(),
            day: self.day,
            answered: of(Outcome::Answered),
            scope_refused: of(Outcome::ScopeRefused),
            rate_limited: of(Outcome::RateLimited),
            refused: of(Outcome::Refused),
            route,
        };
        let is_first = store::add_use(connection, &row)?;
        let Some((at, ip, request_id)) = &self.refusal else {
            return Ok(());
        };
        // The first refusal of the day for the route stands in the log; the others are counted.
        if !is_first {
            return Ok(());
        }
        let Some(key) = store::any_by_id(connection, key_id)? else {
            return Ok(());
        };
        let actor = Actor::Key {
            label: key.label.clone(),
            ip: *ip,
            request_id: request_id.clone(),
        };
        let (action, detail) = match self.outcome {
            Outcome::ScopeRefused => (Action::KeyScopeRefused, row.route.clone()),
            _ => (
                Action::KeyUseRefused,
                format!("{}: {}", row.route, why_refused(&key, *at)),
            ),
        };
        audit::record(
            connection,
            &key.workspace_id,
            &actor,
            action,
            (&key.id, &key.label),
            detail,
            *at,
        )
    }
}

fn why_refused(key: &store::KeyRow, at: Time) -> &'static str {
    if key.revoked_at.is_some() {
        "the key is revoked"
    } else if key.expires_at.is_some_and(|end| end <= at) {
        "the key has expired"
    } else {
        "the address is outside the key’s networks"
    }
}

/// Remembers a network; from the second one on, the key's creator is told.
fn note_network(connection: &mut Conn, key_id: &str, place: &Place, base_url: &str) -> Result<()> {
    let (ip, at) = (place.ip, place.at);
    let network = place.network.to_string();
    let known = store::count_networks(connection, key_id)?;
    if known >= MOST_NETWORKS || !store::add_network(connection, key_id, &network, at)? {
        return Ok(());
    }
    let Some(key) = store::any_by_id(connection, key_id)? else {
        return Ok(());
    };
    let actor = Actor::Key {
        label: key.label.clone(),
        ip,
        request_id: place.request_id.clone(),
    };
    audit::record(
        connection,
        &key.workspace_id,
        &actor,
        Action::KeyUsedFromNewNetwork,
        (&key.id, &key.label),
        match known {
            0 => format!("first use, from {network}"),
            _ => network.clone(),
        },
        at,
    )?;
    if known == 0 {
        return Ok(());
    }
    for person in accounts::people_of(connection, &key.workspace_id)? {
        if person.id != key.created_by_user_id {
            continue;
        }
        let notice = Notice {
            recipient: person.name.clone(),
            lead: format!(
                "the API key “{}” ({}…) was used from a network that it was never used from before.",
                key.label, key.key_prefix
            ),
            facts: vec![
                ("From", ip.to_string()),
                ("Network", network.clone()),
                ("When", exact(at)),
            ],
            next: vec![
                "If that is your software in a new place: nothing.".to_owned(),
                "If you do not know that place: revoke the key, or allow only the networks that you know."
                    .to_owned(),
            ],
            link: Some(("This key", notices::key_url(base_url, &key.id))),
            ..Notice::default()
        };
        mail::send(
            connection,
            Envelope::to(
                &person,
                format!("key_new_network:{}:{network}", key.id),
                format!("API key used from a new network: {}", key.label),
            ),
            &notice,
            at,
        )?;
    }
    Ok(())
}
