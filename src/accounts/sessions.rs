//! Server-side sessions behind actix-session's store trait: the cookie holds a signed random key,
//! the table its digest, so that neither a sign-out nor a stolen dump leaves a usable session.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::clock::{Clock, Time};
use crate::db::schema::sessions;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::secret::{hexadecimal, random_token};

/// The entry of a session's state that holds the user's id.
pub const USER: &str = "user";

#[derive(Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
}

#[derive(Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    digest: String,
    user_id: Option<String>,
    state: String,
    created_at: Time,
    expires_at: Time,
}

impl Sessions {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Forgets sessions that have expired.
    pub async fn purge(&self) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(move |connection| {
                diesel::delete(sessions::table.filter(sessions::expires_at.le(now)))
                    .execute(connection)?;
                Ok(())
            })
            .await
    }

    fn expiry(&self, ttl: &Duration) -> Time {
        let milliseconds = i64::try_from(ttl.whole_milliseconds()).unwrap_or(i64::MAX);
        self.clock.now().plus(milliseconds)
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>> {
        let (digest, now) = (digest(key), self.clock.now());
        let state: Option<String> = self
            .db
            .peek(move |connection| {
                Ok(sessions::table
                    .filter(sessions::digest.eq(digest))
                    .filter(sessions::expires_at.gt(now))
                    .select(sessions::state)
                    .first(connection)
                    .optional()?)
            })
            .await?;
        Ok(match state {
            Some(state) => Some(serde_json::from_str(&state)?),
            None => None,
        })
    }

    async fn insert(&self, state: HashMap<String, String>, ttl: &Duration) -> Result<SessionKey> {
        let key = SessionKey::try_from(format!("{}{}", random_token()?, random_token()?))
            .map_err(Error::internal)?;
        let row = Row {
            digest: digest(&key),
            user_id: user_of(&state),
            state: serde_json::to_string(&state)?,
            created_at: self.clock.now(),
            expires_at: self.expiry(ttl),
        };
        self.db
            .write(move |connection| {
                diesel::insert_into(sessions::table)
                    .values(&row)
                    .execute(connection)?;
                Ok(())
            })
            .await?;
        Ok(key)
    }

    async fn change(
        &self,
        key: &SessionKey,
        work: impl FnOnce(&mut Conn, String) -> Result<usize> + Send + 'static,
    ) -> Result<usize> {
        let digest = digest(key);
        self.db
            .write(move |connection| work(connection, digest))
            .await
    }
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        self.find(key)
            .await
            .map_err(|error| LoadError::Other(error.into()))
    }

    async fn save(
        &self,
        state: HashMap<String, String>,
        ttl: &Duration,
    ) -> Result<SessionKey, SaveError> {
        self.insert(state, ttl)
            .await
            .map_err(|error| SaveError::Other(error.into()))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let (user, expires_at) = (user_of(&state), self.expiry(ttl));
        let text = serde_json::to_string(&state)
            .map_err(|error| UpdateError::Serialization(error.into()))?;
        let changed = self
            .change(&key, move |connection, digest| {
                Ok(
                    diesel::update(sessions::table.filter(sessions::digest.eq(digest)))
                        .set((
                            sessions::user_id.eq(user),
                            sessions::state.eq(text),
                            sessions::expires_at.eq(expires_at),
                        ))
                        .execute(connection)?,
                )
            })
            .await
            .map_err(|error| UpdateError::Other(error.into()))?;
        match changed {
            // It ended while this request ran; its state starts a session of its own.
            0 => self
                .insert(state, ttl)
                .await
                .map_err(|error| UpdateError::Other(error.into())),
            _ => Ok(key),
        }
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> Result<(), anyhow::Error> {
        let expires_at = self.expiry(ttl);
        self.change(key, move |connection, digest| {
            Ok(
                diesel::update(sessions::table.filter(sessions::digest.eq(digest)))
                    .set(sessions::expires_at.eq(expires_at))
                    .execute(connection)?,
            )
        })
        .await?;
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.change(key, |connection, digest| {
            Ok(
                diesel::delete(sessions::table.filter(sessions::digest.eq(digest)))
                    .execute(connection)?,
            )
        })
        .await?;
        Ok(())
    }
}

fn digest(key: &SessionKey) -> String {
    hexadecimal(&Sha256::digest(key.as_ref()))
}

/// actix-session keeps each entry as JSON.
fn user_of(state: &HashMap<String, String>) -> Option<String> {
    serde_json::from_str(state.get(USER)?).ok()
}
