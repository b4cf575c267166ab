//! The queries of jobs, their files and pages.

use diesel::prelude::*;

use super::{FileStatus, PageStatus, Status};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{artifacts, files, jobs, pages, workspaces};
use crate::error::Result;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    pub id: String,
    pub workspace_id: String,
    pub project_id: String,
    pub created_by_key_id: String,
    pub external_id: Option<String>,
    pub status: Status,
    pub page_count: i64,
    pub successful_page_count: i64,
    pub drawing_credits_per_page: i64,
    pub document_credits_per_page: i64,
    pub credits_reserved: i64,
    pub credits_debited: i64,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub result_blob: Option<String>,
    pub result_size: Option<i64>,
    pub result_sha256: Option<String>,
    pub lease_owner: Option<String>,
    pub lease_until: Time,
    pub interruptions: i64,
    pub created_at: Time,
    pub updated_at: Time,
    pub completed_at: Option<Time>,
    pub expires_at: Time,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = files)]
pub struct FileRow {
    pub id: String,
    pub job_id: String,
    pub file_name: String,
    pub content_type: String,
    pub classification: Option<String>,
    pub file_size: i64,
    pub sha256: String,
    pub blob: String,
    pub status: FileStatus,
    pub page_count: Option<i64>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = pages)]
pub struct PageRow {
    pub id: String,
    pub job_id: String,
    pub file_id: String,
    pub page_number: i64,
    pub kind: String,
    pub status: PageStatus,
    pub credits: i64,
    pub reading: Option<String>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub updated_at: Time,
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = artifacts)]
pub struct ArtifactRow {
    pub id: String,
    pub job_id: String,
    pub file_id: String,
    pub page_id: Option<String>,
    pub artifact_type: String,
    pub path: String,
    pub content_type: String,
    pub file_size: i64,
    pub sha256: String,
    pub blob: String,
    pub created_at: Time,
}

pub fn insert_job(connection: &mut Conn, row: &JobRow) -> Result<()> {
    diesel::insert_into(jobs::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}

/// Polled all the time, so asked of each database itself: the connection over both would build
/// the SQL anew each time. So are its files.
pub fn job(connection: &mut Conn, workspace_id: &str, id: &str) -> Result<Option<JobRow>> {
    let query = jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::workspace_id.eq(workspace_id));
    Ok(match connection {
        Conn::Sqlite(sqlite) => query.select(JobRow::as_select()).first(sqlite),
        Conn::Postgres(postgres) => query.select(JobRow::as_select()).first(postgres),
    }
    .optional()?)
}

/// A job whatever its workspace: for the worker, and for links that were signed for it.
pub fn any_job(connection: &mut Conn, id: &str) -> Result<Option<JobRow>> {
    Ok(jobs::table
        .filter(jobs::id.eq(id))
        .select(JobRow::as_select())
        .first(connection)
        .optional()?)
}

pub fn jobs_of_project(connection: &mut Conn, project_id: &str) -> Result<Vec<JobRow>> {
    Ok(jobs::table
        .filter(jobs::project_id.eq(project_id))
        .order((jobs::created_at.desc(), jobs::id.desc()))
        .select(JobRow::as_select())
        .load(connection)?)
}

/// In the order of their upload.
pub fn files_of(connection: &mut Conn, job_id: &str) -> Result<Vec<FileRow>> {
    let query = files::table
        .filter(files::job_id.eq(job_id))
        .order(files::id);
    Ok(match connection {
        Conn::Sqlite(sqlite) => query.select(FileRow::as_select()).load(sqlite),
        Conn::Postgres(postgres) => query.select(FileRow::as_select()).load(postgres),
    }?)
}

pub fn files_of_jobs(connection: &mut Conn, job_ids: &[&str]) -> Result<Vec<FileRow>> {
    Ok(files::table
        .filter(files::job_id.eq_any(job_ids))
        .order(files::id)
        .select(FileRow::as_select())
        .load(connection)?)
}

/// Takes the job's row for the rest of the transaction; false when it takes no uploads any more.
pub fn touch(connection: &mut Conn, job_id: &str, now: Time) -> Result<bool> {
    let touched = diesel::update(jobs::table)
        .filter(jobs::id.eq(job_id))
        .filter(jobs::status.eq_any([Status::AwaitingUploads, Status::Uploading]))
        .set(jobs::updated_at.eq(now))
        .execute(connection)?;
    Ok(touched == 1)
}

pub fn insert_file(connection: &mut Conn, row: &FileRow) -> Result<()> {
    diesel::insert_into(files::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}

/// What the workspace's profile says to new jobs and at their preflight.
#[derive(Clone, Debug, Queryable)]
pub struct Terms {
    pub drawing_credits_per_page: i64,
    pub document_credits_per_page: i64,
    pub job_page_limit: i64,
    pub retention_days: i64,
}

pub fn terms(connection: &mut Conn, workspace_id: &str) -> Result<Terms> {
    Ok(workspaces::table
        .filter(workspaces::id.eq(workspace_id))
        .select((
            workspaces::drawing_credits_per_page,
            workspaces::document_credits_per_page,
            workspaces::job_page_limit,
            workspaces::retention_days,
        ))
        .first(connection)?)
}

/// The next job that needs a worker and that none holds, oldest change first.
pub fn waiting(connection: &mut Conn, now: Time) -> Result<Option<JobRow>> {
    Ok(jobs::table
        .filter(jobs::status.eq_any([Status::Preflighting, Status::Processing]))
        .filter(jobs::lease_until.le(now))
        .order((jobs::updated_at, jobs::id))
        .select(JobRow::as_select())
        .first(connection)
        .optional()?)
}

/// Takes a job for a worker; false when another one was faster.
pub fn claim(connection: &mut Conn, row: &JobRow, owner: &str, until: Time) -> Result<bool> {
    let taken = diesel::update(jobs::table)
        .filter(jobs::id.eq(&row.id))
        .filter(jobs::status.eq(row.status))
        .filter(jobs::lease_until.eq(row.lease_until))
        .set((jobs::lease_owner.eq(owner), jobs::lease_until.eq(until)))
        .execute(connection)?;
    Ok(taken == 1)
}

/// Prolongs a lease (or ends it, with `until` in the past); false when it is another's by now.
pub fn hold(connection: &mut Conn, job_id: &str, owner: &str, until: Time) -> Result<bool> {
    let held = diesel::update(jobs::table)
        .filter(jobs::id.eq(job_id))
        .filter(jobs::lease_owner.eq(owner))
        .set(jobs::lease_until.eq(until))
        .execute(connection)?;
    Ok(held == 1)
}

/// Notes that something of ours interrupted a run, and lets the job rest.
pub fn note_interruption(connection: &mut Conn, job_id: &str, until: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::interruptions.eq(jobs::interruptions + 1),
            jobs::lease_until.eq(until),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn mark_file(
    connection: &mut Conn,
    file_id: &str,
    status: FileStatus,
    error: Option<(&str, &str)>,
    now: Time,
) -> Result<()> {
    diesel::update(files::table.filter(files::id.eq(file_id)))
        .set((
            files::status.eq(status),
            files::error_code.eq(error.map(|(code, _)| code)),
            files::error_message.eq(error.map(|(_, message)| message)),
            files::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn set_surveyed(
    connection: &mut Conn,
    file_id: &str,
    page_count: i64,
    classification: &str,
    now: Time,
) -> Result<()> {
    diesel::update(files::table.filter(files::id.eq(file_id)))
        .set((
            files::page_count.eq(page_count),
            files::classification.eq(classification),
            files::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn insert_page(connection: &mut Conn, row: &PageRow) -> Result<()> {
    diesel::insert_into(pages::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}

/// In the order of their numbers.
pub fn pages_of_file(connection: &mut Conn, file_id: &str) -> Result<Vec<PageRow>> {
    Ok(pages::table
        .filter(pages::file_id.eq(file_id))
        .order(pages::page_number)
        .select(PageRow::as_select())
        .load(connection)?)
}

pub fn pages_of_job(connection: &mut Conn, job_id: &str) -> Result<Vec<PageRow>> {
    Ok(pages::table
        .filter(pages::job_id.eq(job_id))
        .order((pages::file_id, pages::page_number))
        .select(PageRow::as_select())
        .load(connection)?)
}

/// Ends a pending page; false when it has ended already.
pub fn end_page(
    connection: &mut Conn,
    page_id: &str,
    status: PageStatus,
    reading: Option<&str>,
    error: Option<(&str, &str)>,
    now: Time,
) -> Result<bool> {
    let changed = diesel::update(pages::table)
        .filter(pages::id.eq(page_id))
        .filter(pages::status.eq(PageStatus::Pending))
        .set((
            pages::status.eq(status),
            pages::reading.eq(reading),
            pages::error_code.eq(error.map(|(code, _)| code)),
            pages::error_message.eq(error.map(|(_, message)| message)),
            pages::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

pub fn count_success(connection: &mut Conn, job_id: &str, credits: i64, now: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::successful_page_count.eq(jobs::successful_page_count + 1),
            jobs::credits_debited.eq(jobs::credits_debited + credits),
            jobs::interruptions.eq(0),
            jobs::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn insert_artifact(connection: &mut Conn, row: &ArtifactRow) -> Result<()> {
    diesel::insert_into(artifacts::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}

pub fn artifacts_of_job(connection: &mut Conn, job_id: &str) -> Result<Vec<ArtifactRow>> {
    Ok(artifacts::table
        .filter(artifacts::job_id.eq(job_id))
        .order(artifacts::path)
        .select(ArtifactRow::as_select())
        .load(connection)?)
}

pub fn artifact(connection: &mut Conn, job_id: &str, path: &str) -> Result<Option<ArtifactRow>> {
    Ok(artifacts::table
        .filter(artifacts::job_id.eq(job_id))
        .filter(artifacts::path.eq(path))
        .select(ArtifactRow::as_select())
        .first(connection)
        .optional()?)
}

pub fn set_reservation(
    connection: &mut Conn,
    job_id: &str,
    page_count: i64,
    credits: i64,
) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::page_count.eq(page_count),
            jobs::credits_reserved.eq(credits),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn set_failure(
    connection: &mut Conn,
    job_id: &str,
    code: &str,
    message: &str,
    page_count: i64,
) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::error_code.eq(code),
            jobs::error_message.eq(message),
            jobs::page_count.eq(page_count),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn set_result(
    connection: &mut Conn,
    job_id: &str,
    blob: &str,
    size: i64,
    sha256: &str,
) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::result_blob.eq(blob),
            jobs::result_size.eq(size),
            jobs::result_sha256.eq(sha256),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn set_completed(
    connection: &mut Conn,
    job_id: &str,
    at: Time,
    expires_at: Time,
) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::completed_at.eq(at),
            jobs::expires_at.eq(expires_at),
            jobs::lease_owner.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}
