//! The queries of requests for a new password.

use diesel::prelude::*;

use crate::audit::Origin;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::password_resets as resets;
use crate::error::Result;

/// A request that nobody has looked at yet.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = resets)]
pub struct Asked {
    pub id: String,
    pub email: String,
    /// The IP, and after a space the id of the request: the worker's record must lead back to it.
    pub ip: String,
    pub created_at: Time,
    pub expires_at: Time,
}

pub fn origin_to_column(origin: &Origin) -> String {
    format!("{} {}", origin.ip, origin.request_id)
}

impl Asked {
    /// The IP and the id of the request.
    pub fn origin(&self) -> (&str, &str) {
        self.ip.split_once(' ').unwrap_or((&self.ip, ""))
    }
}

pub fn insert(connection: &mut Conn, asked: &Asked) -> Result<()> {
    diesel::insert_into(resets::table)
        .values(asked)
        .execute(connection)?;
    Ok(())
}

/// What waits, oldest first.
pub fn waiting(connection: &mut Conn, limit: i64) -> Result<Vec<Asked>> {
    Ok(resets::table
        .filter(resets::handled_at.is_null())
        .order((resets::created_at, resets::id))
        .limit(limit)
        .select(Asked::as_select())
        .load(connection)?)
}

/// Takes a request; false when another process was faster.
pub fn mark_handled(
    connection: &mut Conn,
    id: &str,
    user_id: Option<&str>,
    now: Time,
) -> Result<bool> {
    let changed = diesel::update(resets::table)
        .filter(resets::id.eq(id))
        .filter(resets::handled_at.is_null())
        .set((resets::handled_at.eq(now), resets::user_id.eq(user_id)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Whose password a link may set that still works.
pub fn owner(connection: &mut Conn, id: &str, now: Time) -> Result<Option<String>> {
    Ok(resets::table
        .filter(resets::id.eq(id))
        .filter(resets::used_at.is_null())
        .filter(resets::expires_at.gt(now))
        .filter(resets::user_id.is_not_null())
        .select(resets::user_id.assume_not_null())
        .first(connection)
        .optional()?)
}

/// Uses a link up; false when it works no longer.
pub fn mark_used(connection: &mut Conn, id: &str, now: Time) -> Result<bool> {
    let changed = diesel::update(resets::table)
        .filter(resets::id.eq(id))
        .filter(resets::used_at.is_null())
        .filter(resets::expires_at.gt(now))
        .set(resets::used_at.eq(now))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Ends all links of a person. The caller has changed the person's row before, so that two of
/// these never wait for each other.
pub fn end_all(connection: &mut Conn, user_id: &str, now: Time) -> Result<()> {
    diesel::update(resets::table)
        .filter(resets::user_id.eq(user_id))
        .filter(resets::used_at.is_null())
        .set(resets::used_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Forgets what expired before `since`.
pub fn forget(connection: &mut Conn, since: Time) -> Result<()> {
    diesel::delete(resets::table.filter(resets::expires_at.le(since))).execute(connection)?;
    Ok(())
}
