//! The queries of the table of projects.

use diesel::prelude::*;

use super::Status;
use crate::clock::Time;
use crate::db::schema::projects;
use crate::db::{Conn, is_taken};
use crate::error::{Code, Error, Result};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = projects)]
pub struct ProjectRow {
    pub id: String,
    pub workspace_id: String,
    pub name: String,
    pub status: Status,
    pub created_at: Time,
    pub updated_at: Time,
}

pub fn insert(connection: &mut Conn, row: &ProjectRow) -> Result<()> {
    diesel::insert_into(projects::table)
        .values(row)
        .execute(connection)
        .map_err(|error| match is_taken(&error) {
            true => Error::new(
                Code::NameTaken,
                "The workspace has a project with this `name` already.",
            ),
            false => error.into(),
        })?;
    Ok(())
}

pub fn of_workspace(connection: &mut Conn, workspace_id: &str) -> Result<Vec<ProjectRow>> {
    Ok(projects::table
        .filter(projects::workspace_id.eq(workspace_id))
        .order((projects::created_at.desc(), projects::id.desc()))
        .select(ProjectRow::as_select())
        .load(connection)?)
}

pub fn count(connection: &mut Conn, workspace_id: &str) -> Result<i64> {
    Ok(projects::table
        .filter(projects::workspace_id.eq(workspace_id))
        .count()
        .get_result(connection)?)
}

/// A part of a workspace's projects, newest first.
pub fn some_of_workspace(
    connection: &mut Conn,
    workspace_id: &str,
    offset: i64,
    limit: i64,
) -> Result<Vec<ProjectRow>> {
    Ok(projects::table
        .filter(projects::workspace_id.eq(workspace_id))
        .order((projects::created_at.desc(), projects::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(ProjectRow::as_select())
        .load(connection)?)
}

pub fn by_id(connection: &mut Conn, workspace_id: &str, id: &str) -> Result<Option<ProjectRow>> {
    Ok(projects::table
        .filter(projects::id.eq(id))
        .filter(projects::workspace_id.eq(workspace_id))
        .select(ProjectRow::as_select())
        .first(connection)
        .optional()?)
}

/// Ids of projects that wait to be provisioned, oldest first.
pub fn provisioning(connection: &mut Conn) -> Result<Vec<String>> {
    Ok(projects::table
        .filter(projects::status.eq(Status::Provisioning))
        .order(projects::created_at)
        .limit(100)
        .select(projects::id)
        .load(connection)?)
}

/// One for a project that was provisioning, else none.
pub fn mark_ready(connection: &mut Conn, id: &str, now: Time) -> Result<usize> {
    Ok(diesel::update(projects::table)
        .filter(projects::id.eq(id))
        .filter(projects::status.eq(Status::Provisioning))
        .set((
            projects::status.eq(Status::Ready),
            projects::updated_at.eq(now),
        ))
        .execute(connection)?)
}
