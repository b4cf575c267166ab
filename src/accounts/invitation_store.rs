//! The queries of invitations.

use diesel::prelude::*;

use super::Role;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{invitations, users, workspaces};
use crate::error::Result;

/// An invitation that is neither accepted nor cancelled; it may have expired.
#[derive(Clone, Debug, Queryable)]
pub struct Invitation {
    pub id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub email: String,
    pub role: Role,
    /// The name of who invites.
    pub invited_by: String,
    pub expires_at: Time,
}

#[derive(Insertable)]
#[diesel(table_name = invitations)]
pub struct NewInvitation<'a> {
    pub id: &'a str,
    pub workspace_id: &'a str,
    pub email: &'a str,
    pub role: Role,
    pub invited_by_user_id: &'a str,
    pub created_at: Time,
    pub expires_at: Time,
}

#[diesel::dsl::auto_type]
fn open() -> _ {
    invitations::table
        .inner_join(users::table.on(users::id.eq(invitations::invited_by_user_id)))
        .inner_join(workspaces::table.on(workspaces::id.eq(invitations::workspace_id)))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::cancelled_at.is_null())
}

type Columns = (
    invitations::id,
    invitations::workspace_id,
    workspaces::name,
    invitations::email,
    invitations::role,
    users::name,
    invitations::expires_at,
);
const COLUMNS: Columns = (
    invitations::id,
    invitations::workspace_id,
    workspaces::name,
    invitations::email,
    invitations::role,
    users::name,
    invitations::expires_at,
);

pub fn insert(connection: &mut Conn, new: &NewInvitation<'_>) -> Result<()> {
    diesel::insert_into(invitations::table)
        .values(new)
        .execute(connection)?;
    Ok(())
}

/// The open invitations of a workspace, newest first.
pub fn of_workspace(connection: &mut Conn, workspace_id: &str) -> Result<Vec<Invitation>> {
    Ok(open()
        .filter(invitations::workspace_id.eq(workspace_id))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .select(COLUMNS)
        .load(connection)?)
}

pub fn count(connection: &mut Conn, workspace_id: &str) -> Result<i64> {
    Ok(invitations::table
        .filter(invitations::workspace_id.eq(workspace_id))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::cancelled_at.is_null())
        .count()
        .get_result(connection)?)
}

/// The open invitation of an address.
pub fn by_email(
    connection: &mut Conn,
    workspace_id: &str,
    email: &str,
) -> Result<Option<Invitation>> {
    Ok(open()
        .filter(invitations::workspace_id.eq(workspace_id))
        .filter(invitations::email.eq(email))
        .select(COLUMNS)
        .first(connection)
        .optional()?)
}

/// An open invitation of a workspace.
pub fn by_id(connection: &mut Conn, workspace_id: &str, id: &str) -> Result<Option<Invitation>> {
    Ok(open()
        .filter(invitations::workspace_id.eq(workspace_id))
        .filter(invitations::id.eq(id))
        .select(COLUMNS)
        .first(connection)
        .optional()?)
}

/// An open invitation that has not expired, for whoever holds its link.
pub fn live(connection: &mut Conn, id: &str, now: Time) -> Result<Option<Invitation>> {
    Ok(open()
        .filter(invitations::id.eq(id))
        .filter(invitations::expires_at.gt(now))
        .select(COLUMNS)
        .first(connection)
        .optional()?)
}

/// Sets an open invitation anew; false when it is open no longer.
pub fn renew(
    connection: &mut Conn,
    id: &str,
    role: Role,
    invited_by_user_id: &str,
    expires_at: Time,
) -> Result<bool> {
    let changed = diesel::update(invitations::table)
        .filter(invitations::id.eq(id))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::cancelled_at.is_null())
        .set((
            invitations::role.eq(role),
            invitations::invited_by_user_id.eq(invited_by_user_id),
            invitations::expires_at.eq(expires_at),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Ends an open invitation; false when it is open no longer.
pub fn cancel(connection: &mut Conn, id: &str, now: Time) -> Result<bool> {
    let changed = diesel::update(invitations::table)
        .filter(invitations::id.eq(id))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::cancelled_at.is_null())
        .set(invitations::cancelled_at.eq(now))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Ends the open invitations that someone sent.
pub fn cancel_of_person(connection: &mut Conn, user_id: &str, now: Time) -> Result<()> {
    diesel::update(invitations::table)
        .filter(invitations::invited_by_user_id.eq(user_id))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::cancelled_at.is_null())
        .set(invitations::cancelled_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Uses an invitation up; false when it was used, cancelled or has expired.
pub fn accept(connection: &mut Conn, id: &str, now: Time) -> Result<bool> {
    let changed = diesel::update(invitations::table)
        .filter(invitations::id.eq(id))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::cancelled_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .set(invitations::accepted_at.eq(now))
        .execute(connection)?;
    Ok(changed == 1)
}
