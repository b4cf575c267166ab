//! Server-side sessions behind actix-session's store trait: the cookie holds a signed random key,
//! the table its digest, so that neither a sign-out nor a stolen dump leaves a usable session.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::clock::{Clock, MINUTE, Time};
use crate::db::schema::{sessions, users};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id;
use crate::secret::{hexadecimal, random_token};

/// Entries of a session's state: the user's id, when the password was last given, when the session
/// began, where it comes from, and its public id.
pub const USER: &str = "user";
pub const CONFIRMED_AT: &str = "confirmed_at";
pub const BEGAN_AT: &str = "began_at";
pub const IP: &str = "ip";
pub const AGENT: &str = "agent";
pub const SESSION_ID: &str = "id";

/// How late the last use of a session may be written.
const LAST_USE: i64 = MINUTE;

/// How long a session lasts, in milliseconds: unused, and altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    pub idle: i64,
    pub life: i64,
}

#[derive(Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
    limits: SessionLimits,
}

/// A person's session, for the list of them.
#[derive(Clone, Debug, Queryable)]
pub struct SessionRow {
    pub id: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Time,
    pub last_used_at: Time,
}

#[derive(Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    digest: String,
    user_id: Option<String>,
    state: String,
    ip: Option<String>,
    user_agent: Option<String>,
    created_at: Time,
    last_used_at: Time,
    expires_at: Time,
}

impl Sessions {
    pub fn new(db: Db, clock: Clock, limits: SessionLimits) -> Self {
        Self { db, clock, limits }
    }

    /// Forgets sessions that have expired.
    pub async fn purge(&self) -> Result<()> {
        let now = self.clock.now();
        let unused = now.plus(-self.limits.idle);
        self.db
            .write(move |connection| {
                diesel::delete(
                    sessions::table.filter(
                        sessions::expires_at
                            .le(now)
                            .or(sessions::last_used_at.le(unused)),
                    ),
                )
                .execute(connection)?;
                Ok(())
            })
            .await
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>> {
        let (digest, now) = (digest(key), self.clock.now());
        let unused = now.plus(-self.limits.idle);
        let found: Option<(String, String, Time)> = self
            .db
            .peek(move |connection| {
                Ok(sessions::table
                    .filter(sessions::digest.eq(digest))
                    .filter(sessions::expires_at.gt(now))
                    .filter(sessions::last_used_at.gt(unused))
                    .select((sessions::id, sessions::state, sessions::last_used_at))
                    .first(connection)
                    .optional()?)
            })
            .await?;
        let Some((id, state, last_used_at)) = found else {
            return Ok(None);
        };
        if last_used_at.plus(LAST_USE) <= now {
            self.db
                .write(move |connection| {
                    diesel::update(sessions::table.filter(sessions::id.eq(id)))
                        .set(sessions::last_used_at.eq(now))
                        .execute(connection)?;
                    Ok(())
                })
                .await?;
        }
        Ok(Some(serde_json::from_str(&state)?))
    }

    async fn insert(&self, mut state: HashMap<String, String>) -> Result<SessionKey> {
        let key = SessionKey::try_from(format!("{}{}", random_token()?, random_token()?))
            .map_err(Error::internal)?;
        let now = self.clock.now();
        // A session that is renewed keeps its id and its age.
        let renewed: Option<String> = entry(&state, SESSION_ID);
        let is_new = renewed.is_none();
        let id = renewed.unwrap_or_else(|| id::new(id::Kind::Session));
        let began_at = entry(&state, BEGAN_AT).map_or(now, Time);
        state.insert(SESSION_ID.to_owned(), serde_json::to_string(&id)?);
        state.insert(BEGAN_AT.to_owned(), serde_json::to_string(&began_at.0)?);
        let row = Row {
            id,
            digest: digest(&key),
            user_id: entry(&state, USER),
            ip: entry(&state, IP),
            user_agent: entry(&state, AGENT),
            state: serde_json::to_string(&state)?,
            created_at: began_at,
            last_used_at: now,
            expires_at: began_at.plus(self.limits.life),
        };
        self.db
            .write(move |connection| {
                if is_new {
                    diesel::insert_into(sessions::table)
                        .values(&row)
                        .execute(connection)?;
                    return Ok(());
                }
                // One that ended while this request ran stays ended: nothing is changed then.
                diesel::update(
                    sessions::table
                        .filter(sessions::id.eq(&row.id))
                        .filter(sessions::digest.eq(laid_aside(&row.id))),
                )
                .set((
                    sessions::digest.eq(&row.digest),
                    sessions::state.eq(&row.state),
                    sessions::last_used_at.eq(row.last_used_at),
                    sessions::expires_at.eq(row.expires_at),
                ))
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
        _: &Duration,
    ) -> Result<SessionKey, SaveError> {
        self.insert(state)
            .await
            .map_err(|error| SaveError::Other(error.into()))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let user: Option<String> = entry(&state, USER);
        let text = serde_json::to_string(&state)
            .map_err(|error| UpdateError::Serialization(error.into()))?;
        // One that ended while this request ran stays ended: nothing is changed then.
        self.change(&key, move |connection, digest| {
            Ok(
                diesel::update(sessions::table.filter(sessions::digest.eq(digest)))
                    .set((sessions::user_id.eq(user), sessions::state.eq(text)))
                    .execute(connection)?,
            )
        })
        .await
        .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    /// Nothing to do: how long a session lasts is counted from its beginning and its last use.
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    /// A session that is renewed is deleted first and saved then. Its row is only laid aside here,
    /// dead, so that the saving can tell whether somebody has ended the session in the meantime.
    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let now = self.clock.now();
        self.change(key, move |connection, digest| {
            let id: Option<String> = sessions::table
                .filter(sessions::digest.eq(&digest))
                .select(sessions::id)
                .first(connection)
                .optional()?;
            let Some(id) = id else { return Ok(0) };
            Ok(
                diesel::update(sessions::table.filter(sessions::digest.eq(digest)))
                    .set((
                        sessions::digest.eq(laid_aside(&id)),
                        sessions::expires_at.eq(now),
                    ))
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

/// Stands in the place of the digest where no cookie leads to the session any more.
fn laid_aside(id: &str) -> String {
    format!("laid aside: {id}")
}

/// actix-session keeps each entry as JSON.
fn entry<T: serde::de::DeserializeOwned>(state: &HashMap<String, String>, name: &str) -> Option<T> {
    serde_json::from_str(state.get(name)?).ok()
}

/// A session that a cookie still opens.
#[diesel::dsl::auto_type]
fn live(now: Time, unused_since: Time) -> _ {
    sessions::expires_at
        .gt(now)
        .and(sessions::last_used_at.gt(unused_since))
}

/// Whether a session is live, by its public id.
pub fn is_live(connection: &mut Conn, id: &str, now: Time, limits: SessionLimits) -> Result<bool> {
    let found = sessions::table
        .filter(sessions::id.eq(id))
        .filter(live(now, now.plus(-limits.idle)));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

/// What is known of the sessions of one person.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// How many are live.
    pub live: i64,
    /// When one of them, or of those that have run out of late, was last used.
    pub last: Option<Time>,
}

/// What is known of the sessions of everyone of a workspace, by person.
pub fn seen_of_workspace(
    connection: &mut Conn,
    workspace_id: &str,
    limits: SessionLimits,
    now: Time,
) -> Result<HashMap<String, Seen>> {
    use diesel::dsl::{count_star, max};
    let people = users::table
        .filter(users::workspace_id.eq(workspace_id))
        .select(users::id.nullable());
    let last: Vec<(Option<String>, Option<Time>)> = sessions::table
        .filter(sessions::user_id.eq_any(people))
        .group_by(sessions::user_id)
        .select((sessions::user_id, max(sessions::last_used_at)))
        .load(connection)?;
    let live: Vec<(Option<String>, i64)> = sessions::table
        .filter(sessions::user_id.eq_any(people))
        .filter(live(now, now.plus(-limits.idle)))
        .group_by(sessions::user_id)
        .select((sessions::user_id, count_star()))
        .load(connection)?;
    let mut seen: HashMap<String, Seen> = HashMap::new();
    for (user_id, last) in last {
        seen.entry(user_id.unwrap_or_default()).or_default().last = last;
    }
    for (user_id, live) in live {
        seen.entry(user_id.unwrap_or_default()).or_default().live = live;
    }
    Ok(seen)
}

/// The live sessions of a person, last used first.
pub fn of_person(
    connection: &mut Conn,
    user_id: &str,
    limits: SessionLimits,
    now: Time,
) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(live(now, now.plus(-limits.idle)))
        .order((sessions::last_used_at.desc(), sessions::id))
        .select((
            sessions::id,
            sessions::ip,
            sessions::user_agent,
            sessions::created_at,
            sessions::last_used_at,
        ))
        .load(connection)?)
}

/// Ends one session of a person; false when it has ended already.
pub fn end_one(connection: &mut Conn, user_id: &str, id: &str) -> Result<bool> {
    let ended = diesel::delete(
        sessions::table
            .filter(sessions::user_id.eq(user_id))
            .filter(sessions::id.eq(id)),
    )
    .execute(connection)?;
    Ok(ended == 1)
}

/// Ends all sessions of a person but the one to keep; answers how many.
pub fn end_all(connection: &mut Conn, user_id: &str, keep: Option<&str>) -> Result<usize> {
    Ok(diesel::delete(
        sessions::table
            .filter(sessions::user_id.eq(user_id))
            .filter(sessions::id.ne(keep.unwrap_or_default())),
    )
    .execute(connection)?)
}
