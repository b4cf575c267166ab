//! The queries of the table of keys.

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{api_keys, users, workspaces};
use crate::error::Result;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct KeyRow {
    pub id: String,
    pub workspace_id: String,
    pub created_by_user_id: String,
    pub label: String,
    pub key_prefix: String,
    pub digest: String,
    pub hash_version: String,
    pub secret_fingerprint: String,
    pub scopes: String,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    pub last_used_at: Option<Time>,
    pub last_used_ip: Option<String>,
    pub revoked_at: Option<Time>,
    pub revoked_by_user_id: Option<String>,
    pub revoked_from_ip: Option<String>,
    /// The label in lower case, for the search.
    pub label_folded: String,
    /// Networks (CIDR) with a space between; empty: from anywhere.
    pub networks: String,
    pub replaces_key_id: Option<String>,
    /// Until the first use of this key: the one that it ends then.
    pub ends_key_id: Option<String>,
    pub replaced_by_key_id: Option<String>,
    pub expiry_told: i32,
}

/// What a request needs to know of the key that it carries.
#[derive(Clone, Debug, Queryable)]
pub struct LiveKey {
    pub id: String,
    pub digest: String,
    pub workspace_id: String,
    pub scopes: String,
    pub api_enabled: bool,
}

/// A live key: neither revoked nor expired. Every query that means "live" says it by this.
#[diesel::dsl::auto_type]
pub fn live(now: Time) -> _ {
    api_keys::revoked_at.is_null().and(
        api_keys::expires_at
            .is_null()
            .or(api_keys::expires_at.gt(now).assume_not_null()),
    )
}

/// In the path of every request, so asked of each database itself: the connection over both
/// would build the SQL anew each time.
pub fn live_by_digest(connection: &mut Conn, digest: &str, now: Time) -> Result<Option<LiveKey>> {
    let query = api_keys::table
        .inner_join(workspaces::table)
        .filter(api_keys::digest.eq(digest))
        .filter(live(now))
        .select((
            api_keys::id,
            api_keys::digest,
            api_keys::workspace_id,
            api_keys::scopes,
            workspaces::api_enabled,
        ));
    Ok(match connection {
        Conn::Sqlite(sqlite) => query.first(sqlite),
        Conn::Postgres(postgres) => query.first(postgres),
    }
    .optional()?)
}

pub fn insert(connection: &mut Conn, row: &KeyRow) -> Result<()> {
    diesel::insert_into(api_keys::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}

/// Newest first, each with its creator's name.
pub fn of_workspace(connection: &mut Conn, workspace_id: &str) -> Result<Vec<(KeyRow, String)>> {
    Ok(api_keys::table
        .inner_join(users::table.on(users::id.eq(api_keys::created_by_user_id)))
        .filter(api_keys::workspace_id.eq(workspace_id))
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .select((KeyRow::as_select(), users::name))
        .load(connection)?)
}

/// All keys of the installation, for the command line.
pub fn all(connection: &mut Conn) -> Result<Vec<KeyRow>> {
    Ok(api_keys::table
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .select(KeyRow::as_select())
        .load(connection)?)
}

pub fn by_id(connection: &mut Conn, workspace_id: &str, id: &str) -> Result<Option<KeyRow>> {
    Ok(api_keys::table
        .filter(api_keys::id.eq(id))
        .filter(api_keys::workspace_id.eq(workspace_id))
        .select(KeyRow::as_select())
        .first(connection)
        .optional()?)
}

pub fn workspace_of(connection: &mut Conn, id: &str) -> Result<Option<String>> {
    Ok(api_keys::table
        .filter(api_keys::id.eq(id))
        .select(api_keys::workspace_id)
        .first(connection)
        .optional()?)
}

pub fn live_of_workspace(
    connection: &mut Conn,
    workspace_id: &str,
    now: Time,
) -> Result<Vec<KeyRow>> {
    Ok(api_keys::table
        .filter(api_keys::workspace_id.eq(workspace_id))
        .filter(live(now))
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .select(KeyRow::as_select())
        .load(connection)?)
}

/// Revokes a key that is not revoked yet; false when it was (or does not exist).
pub fn revoke(
    connection: &mut Conn,
    id: &str,
    user_id: Option<&str>,
    ip: Option<&str>,
    now: Time,
) -> Result<bool> {
    let changed = diesel::update(api_keys::table)
        .filter(api_keys::id.eq(id))
        .filter(api_keys::revoked_at.is_null())
        .set((
            api_keys::revoked_at.eq(now),
            api_keys::revoked_by_user_id.eq(user_id),
            api_keys::revoked_from_ip.eq(ip),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Notes a use, unless a later one is noted already.
pub fn note_use(connection: &mut Conn, id: &str, at: Time, ip: &str) -> Result<()> {
    diesel::update(api_keys::table)
        .filter(api_keys::id.eq(id))
        .filter(
            api_keys::last_used_at
                .is_null()
                .or(api_keys::last_used_at.le(at).assume_not_null()),
        )
        .set((api_keys::last_used_at.eq(at), api_keys::last_used_ip.eq(ip)))
        .execute(connection)?;
    Ok(())
}
