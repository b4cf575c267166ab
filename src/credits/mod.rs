//! The ledger: every change of a workspace's credits, with what caused it, in the transaction of
//! the cause. The balance is kept beside it and never goes below zero.

pub mod usage;

use diesel::prelude::*;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{credit_ledger, workspaces};
use crate::error::{Error, Result};
use crate::id;

/// What an entry records.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Entry {
    /// Credits given to the workspace.
    Grant,
    /// The price of a project.
    Project,
    /// Put aside for a job's pages.
    Reserve,
    /// A page was read.
    Debit,
    /// What a job's reservation had left.
    Release,
}
crate::db::columns::stored_by_name!(Entry);

/// What a change of credits is for.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    pub workspace_id: &'a str,
    pub project_id: Option<&'a str>,
    pub job_id: Option<&'a str>,
    pub page_id: Option<&'a str>,
}

#[derive(Insertable)]
#[diesel(table_name = credit_ledger)]
struct Row<'a> {
    id: String,
    workspace_id: &'a str,
    project_id: Option<&'a str>,
    job_id: Option<&'a str>,
    page_id: Option<&'a str>,
    entry: Entry,
    available_change: i64,
    reserved_change: i64,
    created_at: Time,
}

/// Records the credits that a new workspace's row already holds.
pub fn record_grant(
    connection: &mut Conn,
    workspace_id: &str,
    credits: i64,
    now: Time,
) -> Result<()> {
    let cause = Cause {
        workspace_id,
        project_id: None,
        job_id: None,
        page_id: None,
    };
    record(connection, Entry::Grant, cause, credits, 0, now)
}

/// Gives credits to a workspace.
pub fn grant(connection: &mut Conn, workspace_id: &str, credits: i64, now: Time) -> Result<()> {
    diesel::update(workspaces::table.filter(workspaces::id.eq(workspace_id)))
        .set(workspaces::credits_available.eq(workspaces::credits_available + credits))
        .execute(connection)?;
    record_grant(connection, workspace_id, credits, now)
}

/// Takes the price of a project; false, and nothing changed, when there is too little.
pub fn charge_project(
    connection: &mut Conn,
    cause: Cause<'_>,
    credits: i64,
    now: Time,
) -> Result<bool> {
    let paid = take(connection, cause.workspace_id, credits)?;
    if paid && credits > 0 {
        record(connection, Entry::Project, cause, -credits, 0, now)?;
    }
    Ok(paid)
}

/// Puts credits aside for a job; false, and nothing changed, when there is too little.
pub fn reserve(connection: &mut Conn, cause: Cause<'_>, credits: i64, now: Time) -> Result<bool> {
    let reserved = take(connection, cause.workspace_id, credits)?;
    if reserved && credits > 0 {
        record(connection, Entry::Reserve, cause, -credits, credits, now)?;
    }
    Ok(reserved)
}

/// Spends reserved credits on a page. The page's id is unique in the ledger: no page is billed
/// twice.
pub fn debit(connection: &mut Conn, cause: Cause<'_>, credits: i64, now: Time) -> Result<()> {
    record(connection, Entry::Debit, cause, 0, -credits, now)
}

/// Gives back what a job has reserved and not spent.
pub fn release(connection: &mut Conn, cause: Cause<'_>, credits: i64, now: Time) -> Result<()> {
    if credits == 0 {
        return Ok(());
    }
    diesel::update(workspaces::table.filter(workspaces::id.eq(cause.workspace_id)))
        .set(workspaces::credits_available.eq(workspaces::credits_available + credits))
        .execute(connection)?;
    record(connection, Entry::Release, cause, credits, -credits, now)
}

pub fn available(connection: &mut Conn, workspace_id: &str) -> Result<i64> {
    Ok(workspaces::table
        .filter(workspaces::id.eq(workspace_id))
        .select(workspaces::credits_available)
        .first(connection)?)
}

/// One statement that compares and subtracts, so that jobs side by side cannot overdraw.
fn take(connection: &mut Conn, workspace_id: &str, credits: i64) -> Result<bool> {
    let changed = diesel::update(workspaces::table)
        .filter(workspaces::id.eq(workspace_id))
        .filter(workspaces::credits_available.ge(credits))
        .set(workspaces::credits_available.eq(workspaces::credits_available - credits))
        .execute(connection)?;
    Ok(changed == 1)
}

fn record(
    connection: &mut Conn,
    entry: Entry,
    cause: Cause<'_>,
    available_change: i64,
    reserved_change: i64,
    now: Time,
) -> Result<()> {
    diesel::insert_into(credit_ledger::table)
        .values(&Row {
            id: id::new(id::Kind::Ledger),
            workspace_id: cause.workspace_id,
            project_id: cause.project_id,
            job_id: cause.job_id,
            page_id: cause.page_id,
            entry,
            available_change,
            reserved_change,
            created_at: now,
        })
        .execute(connection)
        .map_err(Error::from)?;
    Ok(())
}
