//! When and from where each key was last used: noted in memory by the request, written behind by
//! the server's ticker and once more at a clean stop.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Time;
use crate::db::Db;
use crate::error::Result;

use super::store;

#[derive(Clone, Default)]
pub struct LastUse(Arc<Noted>);

#[derive(Default)]
struct Noted {
    pending: Mutex<HashMap<String, (Time, IpAddr)>>,
    /// One flush at a time.
    flushing: tokio::sync::Mutex<()>,
}

impl LastUse {
    pub fn note(&self, key_id: &str, at: Time, ip: IpAddr) {
        let mut pending = self.pending();
        match pending.get_mut(key_id) {
            Some(noted) if noted.0 > at => {}
            Some(noted) => *noted = (at, ip),
            None => {
                pending.insert(key_id.to_owned(), (at, ip));
            }
        }
    }

    /// Writes what was noted since the last time; keeps it for the next time when that fails.
    pub async fn flush(&self, db: &Db) -> Result<()> {
        let (uses, db) = (self.clone(), db.clone());
        // A task of its own: a request that is given up must not take noted uses with it.
        tokio::spawn(async move { uses.write(&db).await }).await?
    }

    async fn write(&self, db: &Db) -> Result<()> {
        let _turn = self.0.flushing.lock().await;
        let noted = std::mem::take(&mut *self.pending());
        if noted.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<_> = noted.clone().into_iter().collect();
        // Every transaction that changes several keys takes them in the order of their ids, so
        // that two of them never wait for each other.
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        let written = db
            .write(move |connection| {
                rows.iter().try_for_each(|(id, (at, ip))| {
                    store::note_use(connection, id, *at, &ip.to_string())
                })
            })
            .await;
        if written.is_err() {
            for (id, (at, ip)) in noted {
                self.note(&id, at, ip);
            }
        }
        written
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<String, (Time, IpAddr)>> {
        // Each change of the map is one call, so a panic elsewhere leaves it whole.
        self.0
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
