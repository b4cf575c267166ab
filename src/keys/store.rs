//! The queries of the table of keys.

use diesel::prelude::*;

use crate::clock::{DAY, Time};
use crate::db::Conn;
use crate::db::schema::{api_keys, key_networks, key_uses, users, workspaces};
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

impl KeyRow {
    /// As [`live`].
    pub fn is_live(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// What a request needs to know of the key that it carries.
#[derive(Clone, Debug, Queryable)]
pub struct FoundKey {
    pub id: String,
    pub digest: String,
    pub workspace_id: String,
    pub scopes: String,
    pub networks: String,
    pub ends_key_id: Option<String>,
    pub api_enabled: bool,
    pub is_live: bool,
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

/// Whether a key may still be used.
pub fn is_live(connection: &mut Conn, id: &str, now: Time) -> Result<bool> {
    let found = api_keys::table
        .filter(api_keys::id.eq(id))
        .filter(live(now));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

/// In the path of every request, so asked of each database itself: the connection over both
/// would build the SQL anew each time. Dead keys are found too, so that their use can be counted.
pub fn by_digest(connection: &mut Conn, digest: &str, now: Time) -> Result<Option<FoundKey>> {
    let query = api_keys::table
        .inner_join(workspaces::table)
        .filter(api_keys::digest.eq(digest))
        .select((
            api_keys::id,
            api_keys::digest,
            api_keys::workspace_id,
            api_keys::scopes,
            api_keys::networks,
            api_keys::ends_key_id,
            workspaces::api_enabled,
            live(now),
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

/// A key of any workspace.
pub fn any_by_id(connection: &mut Conn, id: &str) -> Result<Option<KeyRow>> {
    Ok(api_keys::table
        .filter(api_keys::id.eq(id))
        .select(KeyRow::as_select())
        .first(connection)
        .optional()?)
}

/// Keys of any workspace, by their digests.
pub fn by_digests(connection: &mut Conn, digests: &[String]) -> Result<Vec<KeyRow>> {
    Ok(api_keys::table
        .filter(api_keys::digest.eq_any(digests))
        .order(api_keys::id)
        .select(KeyRow::as_select())
        .load(connection)?)
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

/// Which keys a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Active,
    Expiring,
    Expired,
    Revoked,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Sort {
    #[default]
    Newest,
    Label,
    Used,
    Expires,
}

#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub status: Option<Status>,
    /// A part of the label, or the start of the prefix.
    pub text: String,
    pub sort: Sort,
}

/// A part of a workspace's keys, each with its creator's name.
pub struct Page {
    pub rows: Vec<(KeyRow, String)>,
    /// How many match, are live, and are there at all.
    pub matching: i64,
    pub active: i64,
    pub total: i64,
}

/// Within this time before its end, a key counts as expiring.
pub const EXPIRING: i64 = 14 * DAY;

pub fn page(
    connection: &mut Conn,
    workspace_id: &str,
    filter: &ListFilter,
    now: Time,
    offset: i64,
    limit: i64,
) -> Result<Page> {
    // Built twice, for the count and for the rows: a boxed query cannot be copied.
    let wanted = || {
        let mut query = api_keys::table
            .inner_join(users::table.on(users::id.eq(api_keys::created_by_user_id)))
            .filter(api_keys::workspace_id.eq(workspace_id))
            .into_boxed();
        query = match filter.status {
            None => query,
            Some(Status::Active) => query.filter(live(now)),
            Some(Status::Expiring) => query
                .filter(live(now))
                .filter(api_keys::expires_at.le(now.plus(EXPIRING))),
            Some(Status::Expired) => query
                .filter(api_keys::revoked_at.is_null())
                .filter(api_keys::expires_at.le(now)),
            Some(Status::Revoked) => query.filter(api_keys::revoked_at.is_not_null()),
        };
        if !filter.text.is_empty() {
            let text = crate::text::escape_like(&filter.text);
            query = query.filter(
                api_keys::label_folded
                    .like(format!("%{}%", text.to_lowercase()))
                    .escape('\\')
                    .or(api_keys::key_prefix.like(format!("{text}%")).escape('\\')),
            );
        }
        query
    };
    let all = || api_keys::table.filter(api_keys::workspace_id.eq(workspace_id));
    let total = all().count().get_result(connection)?;
    let active = all().filter(live(now)).count().get_result(connection)?;
    let matching = match filter.status.is_none() && filter.text.is_empty() {
        true => total,
        false => wanted().count().get_result(connection)?,
    };
    let query = match filter.sort {
        Sort::Newest => wanted().order((api_keys::created_at.desc(), api_keys::id.desc())),
        Sort::Label => wanted().order((api_keys::label_folded.asc(), api_keys::id.desc())),
        Sort::Used => wanted()
            .order((
                api_keys::last_used_at.is_null().asc(),
                api_keys::last_used_at.desc(),
            ))
            .then_order_by(api_keys::id.desc()),
        Sort::Expires => wanted()
            .order((
                api_keys::revoked_at.is_not_null().asc(),
                api_keys::expires_at.is_null().asc(),
            ))
            .then_order_by(api_keys::expires_at.asc())
            .then_order_by(api_keys::id.desc()),
    };
    let rows = query
        .offset(offset)
        .limit(limit)
        .select((KeyRow::as_select(), users::name))
        .load(connection)?;
    Ok(Page {
        rows,
        matching,
        active,
        total,
    })
}

/// One key with its creator's name.
pub fn with_creator(
    connection: &mut Conn,
    workspace_id: &str,
    id: &str,
) -> Result<Option<(KeyRow, String)>> {
    Ok(api_keys::table
        .inner_join(users::table.on(users::id.eq(api_keys::created_by_user_id)))
        .filter(api_keys::workspace_id.eq(workspace_id))
        .filter(api_keys::id.eq(id))
        .select((KeyRow::as_select(), users::name))
        .first(connection)
        .optional()?)
}

/// How many keys a workspace has that are live, and how many a person made since.
pub fn count_for_limits(
    connection: &mut Conn,
    workspace_id: &str,
    user_id: &str,
    since: Time,
    now: Time,
) -> Result<(i64, i64)> {
    let live = api_keys::table
        .filter(api_keys::workspace_id.eq(workspace_id))
        .filter(live(now))
        .count()
        .get_result(connection)?;
    let recent = api_keys::table
        .filter(api_keys::workspace_id.eq(workspace_id))
        .filter(api_keys::created_by_user_id.eq(user_id))
        .filter(api_keys::created_at.gt(since))
        .count()
        .get_result(connection)?;
    Ok((live, recent))
}

/// The policy for keys: their longest life in days, and whether a new one is told by mail.
pub fn policy(connection: &mut Conn, workspace_id: &str) -> Result<(Option<i64>, bool)> {
    Ok(workspaces::table
        .filter(workspaces::id.eq(workspace_id))
        .select((
            workspaces::longest_key_life_days,
            workspaces::mail_on_key_creation,
        ))
        .first(connection)?)
}

pub fn change(
    connection: &mut Conn,
    id: &str,
    label: &str,
    folded: &str,
    networks: &str,
) -> Result<()> {
    diesel::update(api_keys::table.filter(api_keys::id.eq(id)))
        .set((
            api_keys::label.eq(label),
            api_keys::label_folded.eq(folded),
            api_keys::networks.eq(networks),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes a key's successor, and until when the key itself still works; false when it has one
/// already. Nothing more is told of its expiry but that it has come.
pub fn replace(
    connection: &mut Conn,
    id: &str,
    successor: &str,
    expires_at: Option<Time>,
) -> Result<bool> {
    let changed = diesel::update(api_keys::table)
        .filter(api_keys::id.eq(id))
        .filter(api_keys::replaced_by_key_id.is_null())
        .filter(api_keys::revoked_at.is_null())
        .set((
            api_keys::replaced_by_key_id.eq(successor),
            api_keys::expires_at.eq(expires_at),
            api_keys::expiry_told.eq(2),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// The key that ends with the first use of another.
pub fn ended_by(connection: &mut Conn, successor: &str) -> Result<Option<KeyRow>> {
    let id: Option<Option<String>> = api_keys::table
        .filter(api_keys::id.eq(successor))
        .select(api_keys::ends_key_id)
        .first(connection)
        .optional()?;
    match id.flatten() {
        Some(id) => any_by_id(connection, &id),
        None => Ok(None),
    }
}

/// From now on the first use of a key does not end that one any more.
pub fn unbind(connection: &mut Conn, id: &str, predecessor: &str) -> Result<()> {
    diesel::update(api_keys::table)
        .filter(api_keys::id.eq(id))
        .filter(api_keys::ends_key_id.eq(predecessor))
        .set(api_keys::ends_key_id.eq(None::<String>))
        .execute(connection)?;
    Ok(())
}

/// From now on the first use of a key ends that one, or none.
pub fn bind(connection: &mut Conn, id: &str, predecessor: Option<&str>) -> Result<()> {
    diesel::update(api_keys::table.filter(api_keys::id.eq(id)))
        .set(api_keys::ends_key_id.eq(predecessor))
        .execute(connection)?;
    if let Some(predecessor) = predecessor {
        diesel::update(api_keys::table.filter(api_keys::id.eq(predecessor)))
            .set(api_keys::replaced_by_key_id.eq(id))
            .execute(connection)?;
    }
    Ok(())
}

/// A key has no successor any more; its end is told anew.
pub fn free(connection: &mut Conn, id: &str, expires_at: Option<Time>) -> Result<()> {
    diesel::update(api_keys::table.filter(api_keys::id.eq(id)))
        .set((
            api_keys::replaced_by_key_id.eq(None::<String>),
            api_keys::expires_at.eq(expires_at),
            api_keys::expiry_told.eq(0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keys whose end is near or has come and was not told so far.
pub fn expiries_to_tell(connection: &mut Conn, now: Time, limit: i64) -> Result<Vec<KeyRow>> {
    let due = |told: i32, by: Time| {
        api_keys::expiry_told
            .lt(told)
            .and(api_keys::expires_at.le(by).assume_not_null())
    };
    Ok(api_keys::table
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_not_null())
        .filter(
            due(3, now)
                .or(due(2, now.plus(DAY)))
                .or(due(1, now.plus(7 * DAY))),
        )
        .order(api_keys::id)
        .limit(limit)
        .select(KeyRow::as_select())
        .load(connection)?)
}

/// Notes how far a key's expiry has been told; false when another process was faster.
pub fn mark_told(connection: &mut Conn, key: &KeyRow, told: i32) -> Result<bool> {
    let changed = diesel::update(api_keys::table)
        .filter(api_keys::id.eq(&key.id))
        .filter(api_keys::expiry_told.eq(key.expiry_told))
        .set(api_keys::expiry_told.eq(told))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Uses of one key on one day by one route.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = key_uses)]
pub struct UseRow {
    pub key_id: String,
    pub day: i64,
    pub route: String,
    pub answered: i64,
    pub scope_refused: i64,
    pub rate_limited: i64,
    pub refused: i64,
}

/// Adds to the counts; answers whether these are the first refusals of the day for the route.
pub fn add_use(connection: &mut Conn, row: &UseRow) -> Result<bool> {
    let place = key_uses::table
        .filter(key_uses::key_id.eq(&row.key_id))
        .filter(key_uses::day.eq(row.day))
        .filter(key_uses::route.eq(&row.route));
    let before: Option<(i64, i64)> = place
        .select((key_uses::scope_refused, key_uses::refused))
        .first(connection)
        .optional()?;
    // Another process may add the same row meanwhile: each database has its own words for that.
    macro_rules! upsert {
        ($connection:expr) => {
            diesel::insert_into(key_uses::table)
                .values(row)
                .on_conflict((key_uses::key_id, key_uses::day, key_uses::route))
                .do_update()
                .set((
                    key_uses::answered.eq(key_uses::answered + row.answered),
                    key_uses::scope_refused.eq(key_uses::scope_refused + row.scope_refused),
                    key_uses::rate_limited.eq(key_uses::rate_limited + row.rate_limited),
                    key_uses::refused.eq(key_uses::refused + row.refused),
                ))
                .execute($connection)?
        };
    }
    match connection {
        Conn::Sqlite(sqlite) => upsert!(sqlite),
        Conn::Postgres(postgres) => upsert!(postgres),
    };
    let (scope, refused) = before.unwrap_or_default();
    Ok((row.scope_refused > 0 && scope == 0) || (row.refused > 0 && refused == 0))
}

/// A day's uses of a key, all routes together.
#[derive(Clone, Debug, Queryable)]
pub struct DayRow {
    pub key_id: String,
    pub day: i64,
    pub answered: i64,
    pub scope_refused: i64,
    pub rate_limited: i64,
}

/// The uses of some keys from a day on.
pub fn days(connection: &mut Conn, key_ids: &[String], since: i64) -> Result<Vec<DayRow>> {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    Ok(key_uses::table
        .filter(key_uses::key_id.eq_any(key_ids))
        .filter(key_uses::day.ge(since))
        .group_by((key_uses::key_id, key_uses::day))
        .select((
            key_uses::key_id,
            key_uses::day,
            // A sum of BIGINT is a NUMERIC in PostgreSQL.
            sql::<BigInt>("CAST(SUM(answered) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(scope_refused) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(rate_limited) AS BIGINT)"),
        ))
        .load(connection)?)
}

/// The uses of one key from a day on, by day and route.
pub fn uses(connection: &mut Conn, key_id: &str, since: i64) -> Result<Vec<UseRow>> {
    Ok(key_uses::table
        .filter(key_uses::key_id.eq(key_id))
        .filter(key_uses::day.ge(since))
        .order((key_uses::day, key_uses::route))
        .select(UseRow::as_select())
        .load(connection)?)
}

pub fn count_networks(connection: &mut Conn, key_id: &str) -> Result<i64> {
    Ok(key_networks::table
        .filter(key_networks::key_id.eq(key_id))
        .count()
        .get_result(connection)?)
}

/// Remembers a network of a key; false when it is known.
pub fn add_network(connection: &mut Conn, key_id: &str, network: &str, at: Time) -> Result<bool> {
    let values = (
        key_networks::key_id.eq(key_id),
        key_networks::network.eq(network),
        key_networks::first_seen_at.eq(at),
    );
    let insert = diesel::insert_into(key_networks::table).values(values);
    let added = match connection {
        Conn::Sqlite(sqlite) => insert.on_conflict_do_nothing().execute(sqlite)?,
        Conn::Postgres(postgres) => insert.on_conflict_do_nothing().execute(postgres)?,
    };
    Ok(added == 1)
}
