//! The keys of one person, for the page of the team and for those who leave.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::notices::{self, Reason};
use super::rotation::leave_chain;
use super::store::{self, KeyRow};
use crate::audit::{self, Action, Actor};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::api_keys;
use crate::error::Result;

/// How many live keys each person of a workspace has made; who has none is not named.
pub fn active_by_person(
    connection: &mut Conn,
    workspace_id: &str,
    now: Time,
) -> Result<Vec<(String, i64)>> {
    Ok(api_keys::table
        .filter(api_keys::workspace_id.eq(workspace_id))
        .filter(store::live(now))
        .group_by(api_keys::created_by_user_id)
        .select((api_keys::created_by_user_id, count_star()))
        .load(connection)?)
}

/// Revokes the live keys that a person made, inside the caller's transaction, and tells the admins
/// in one mail each. Answers how many there were. The caller has written the noted last uses,
/// and holds [`super::one_chain_at_a_time`].
pub fn revoke_of_person(
    connection: &mut Conn,
    actor: &Actor,
    workspace_id: &str,
    user_id: &str,
    base_url: &str,
    now: Time,
) -> Result<usize> {
    // In the order of their ids, as in every transaction that changes several keys.
    let live: Vec<KeyRow> = api_keys::table
        .filter(api_keys::workspace_id.eq(workspace_id))
        .filter(api_keys::created_by_user_id.eq(user_id))
        .filter(store::live(now))
        .order(api_keys::id)
        .select(KeyRow::as_select())
        .load(connection)?;
    let mut revoked = Vec::new();
    for mut key in live {
        let (by, from) = (actor.user_id(), actor.ip());
        if !store::revoke(connection, &key.id, by, from.as_deref(), now)? {
            continue;
        }
        audit::record(
            connection,
            workspace_id,
            actor,
            Action::KeyRevoked,
            (&key.id, &key.label),
            "the person who created it was removed",
            now,
        )?;
        leave_chain(connection, actor, &key.id, now)?;
        key.revoked_at = Some(now);
        revoked.push(key);
    }
    // Newest first, as everywhere.
    revoked.reverse();
    notices::queue_revoked(connection, actor, &revoked, Reason::Asked, base_url, now)?;
    Ok(revoked.len())
}
