//! The queries of jobs, their files and pages.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::{FileStatus, PageStatus, Status, UploadMode};
use crate::clock::{DAY, Time};
use crate::db::Conn;
use crate::db::schema::{
    artifacts, download_tokens, files, job_transitions, jobs, pages, upload_parts,
    webhook_attempts, webhook_deliveries, workspaces,
};
use crate::documents::{PageKind, PageReading};
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::webhooks;

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
    pub served_at: Time,
    pub webhook_url: Option<String>,
    pub purged_at: Option<Time>,
    pub deleted_at: Option<Time>,
}

impl JobRow {
    /// Credits that a page of a kind costs.
    pub fn price(&self, kind: PageKind) -> i64 {
        match kind {
            PageKind::Drawing => self.drawing_credits_per_page,
            PageKind::Document => self.document_credits_per_page,
        }
    }

    /// Credits that are put aside and not spent.
    pub fn credits_held(&self) -> i64 {
        self.credits_reserved - self.credits_debited
    }
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
    /// How the bytes come when the file was announced; none when they came with a form.
    pub upload_mode: Option<UploadMode>,
    pub upload_id: Option<String>,
    pub registered_by_key_id: Option<String>,
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
    pub lease_owner: Option<String>,
    pub lease_until: Time,
    /// How often a reader stopped on this page.
    pub crashes: i64,
    pub discipline: Option<String>,
}

impl PageRow {
    /// A sheet is a page by another name, so it keeps the page's digits.
    pub fn sheet_id(&self) -> String {
        self.id
            .replacen(Kind::Page.prefix(), Kind::Sheet.prefix(), 1)
    }
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
        .filter(jobs::workspace_id.eq(workspace_id))
        .filter(jobs::deleted_at.is_null());
    Ok(match connection {
        Conn::Sqlite(sqlite) => query.select(JobRow::as_select()).first(sqlite),
        Conn::Postgres(postgres) => query.select(JobRow::as_select()).first(postgres),
    }
    .optional()?)
}

/// A job whatever its workspace: for the worker, and for links that were signed for it.
pub fn any_job(connection: &mut Conn, id: &str) -> Result<JobRow> {
    jobs::table
        .filter(jobs::id.eq(id))
        .select(JobRow::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("job"))
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

/// Which jobs of a project are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub external_id: Option<String>,
    /// Only what comes after this one in the list.
    pub after: Option<(Time, String)>,
}

/// Newest first.
pub fn jobs_of_project(
    connection: &mut Conn,
    project_id: &str,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<JobRow>> {
    let mut query = jobs::table
        .filter(jobs::project_id.eq(project_id))
        .filter(jobs::deleted_at.is_null())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(jobs::status.eq(status));
    }
    if let Some(external_id) = &filter.external_id {
        query = query.filter(jobs::external_id.eq(external_id));
    }
    if let Some((created_at, id)) = &filter.after {
        query = query.filter(
            jobs::created_at
                .lt(created_at)
                .or(jobs::created_at.eq(created_at).and(jobs::id.lt(id))),
        );
    }
    Ok(query
        .order((jobs::created_at.desc(), jobs::id.desc()))
        .limit(limit)
        .select(JobRow::as_select())
        .load(connection)?)
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

impl Terms {
    /// Until when what ends now is kept.
    pub fn kept_until(&self, now: Time) -> Time {
        now.plus(self.retention_days * DAY)
    }
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

pub fn set_page_count(connection: &mut Conn, file_id: &str, count: i64, now: Time) -> Result<()> {
    diesel::update(files::table.filter(files::id.eq(file_id)))
        .set((files::page_count.eq(count), files::updated_at.eq(now)))
        .execute(connection)?;
    Ok(())
}

/// What the survey has told of the pages of a file.
pub fn surveyed(connection: &mut Conn, file_id: &str) -> Result<Vec<PageReading>> {
    let told: Vec<Option<String>> = pages::table
        .filter(pages::file_id.eq(file_id))
        .filter(pages::reading.is_not_null())
        .order(pages::page_number)
        .select(pages::reading)
        .load(connection)?;
    let told = told.iter().flatten();
    Ok(told
        .map(|reading| serde_json::from_str(reading))
        .collect::<std::result::Result<_, _>>()?)
}

/// Says what a file is, and forgets what the survey has told: none of its pages has been read.
pub fn set_classification(
    connection: &mut Conn,
    file_id: &str,
    classification: &str,
    now: Time,
) -> Result<()> {
    diesel::update(files::table.filter(files::id.eq(file_id)))
        .set((
            files::classification.eq(classification),
            files::updated_at.eq(now),
        ))
        .execute(connection)?;
    diesel::update(pages::table.filter(pages::file_id.eq(file_id)))
        .set(pages::reading.eq(None::<String>))
        .execute(connection)?;
    Ok(())
}

/// Stores what the survey has told of a page that was listed.
pub fn set_seen(connection: &mut Conn, row: &PageRow) -> Result<()> {
    diesel::update(pages::table.filter(pages::id.eq(&row.id)))
        .set((
            pages::kind.eq(&row.kind),
            pages::status.eq(row.status),
            pages::credits.eq(row.credits),
            pages::reading.eq(&row.reading),
            pages::error_code.eq(&row.error_code),
            pages::error_message.eq(&row.error_message),
            pages::updated_at.eq(row.updated_at),
            pages::lease_owner.eq(&row.lease_owner),
            pages::lease_until.eq(row.lease_until),
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

/// How a page ended, with the code and the message of its error.
pub type PageOutcome = (PageStatus, Option<String>, Option<String>);

/// How the pages of a file stand, in the order of their numbers.
pub fn page_outcomes(connection: &mut Conn, file_id: &str) -> Result<Vec<PageOutcome>> {
    Ok(pages::table
        .filter(pages::file_id.eq(file_id))
        .order(pages::page_number)
        .select((pages::status, pages::error_code, pages::error_message))
        .load(connection)?)
}

pub fn pages_of_job(connection: &mut Conn, job_id: &str) -> Result<Vec<PageRow>> {
    Ok(pages::table
        .filter(pages::job_id.eq(job_id))
        .order((pages::file_id, pages::page_number))
        .select(PageRow::as_select())
        .load(connection)?)
}

/// Notes what is known better of a page that was read.
pub fn correct_page(connection: &mut Conn, page_id: &str, reading: &PageReading) -> Result<()> {
    diesel::update(pages::table.filter(pages::id.eq(page_id)))
        .set((
            pages::reading.eq(serde_json::to_string(reading)?),
            pages::discipline.eq(reading.discipline.as_deref()),
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

/// Takes a job's row for the rest of the transaction, whatever its state.
pub fn take(connection: &mut Conn, job_id: &str, now: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set(jobs::updated_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Jobs that should be over by now and are not.
pub fn late(connection: &mut Conn, now: Time, limit: i64) -> Result<Vec<JobRow>> {
    Ok(jobs::table
        .filter(jobs::purged_at.is_null())
        .filter(jobs::expires_at.le(now))
        .filter(jobs::status.eq_any(Status::unfinished()))
        .order(jobs::expires_at)
        .limit(limit)
        .select(JobRow::as_select())
        .load(connection)?)
}

/// Jobs whose bytes nobody may read any more and that still have them. Those without a result
/// have ended before `settled`.
pub fn to_purge(
    connection: &mut Conn,
    now: Time,
    settled: Time,
    limit: i64,
) -> Result<Vec<String>> {
    Ok(jobs::table
        .filter(jobs::purged_at.is_null())
        .filter(jobs::status.ne_all(Status::unfinished()))
        .filter(
            jobs::expires_at
                .le(now)
                .or(jobs::deleted_at.is_not_null())
                .or(jobs::status
                    .eq_any([Status::Cancelled, Status::Expired])
                    .and(jobs::updated_at.le(settled))),
        )
        .order((jobs::expires_at, jobs::id))
        .limit(limit)
        .select(jobs::id)
        .load(connection)?)
}

/// Makes a job unseen; what it said is wiped with its bytes.
pub fn mark_deleted(connection: &mut Conn, job_id: &str, now: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((jobs::deleted_at.eq(now), jobs::purged_at.eq(None::<Time>)))
        .execute(connection)?;
    Ok(())
}

/// Notes that a job's bytes are gone. Of a job that was to be forgotten, all that it said goes
/// too, unless its webhooks are still to be told.
pub fn mark_purged(connection: &mut Conn, job_id: &str, now: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set(jobs::purged_at.eq(now))
        .execute(connection)?;
    let job = any_job(connection, job_id)?;
    if job.deleted_at.is_none() || has_waiting_deliveries(connection, job_id)? {
        return Ok(());
    }
    forget(connection, job_id)
}

fn has_waiting_deliveries(connection: &mut Conn, job_id: &str) -> Result<bool> {
    let waiting = webhook_deliveries::table
        .filter(webhook_deliveries::job_id.eq(job_id))
        .filter(webhook_deliveries::status.eq(webhooks::Status::Waiting));
    Ok(diesel::select(exists(waiting)).get_result(connection)?)
}

/// Jobs that were to be forgotten, whose bytes are gone, and whose webhooks were told.
pub fn told(connection: &mut Conn, limit: i64) -> Result<Vec<String>> {
    let waiting = webhook_deliveries::table
        .filter(webhook_deliveries::status.eq(webhooks::Status::Waiting))
        .select(webhook_deliveries::job_id);
    Ok(jobs::table
        .filter(jobs::deleted_at.is_not_null())
        .filter(jobs::purged_at.is_not_null())
        .filter(jobs::webhook_url.is_not_null())
        .filter(jobs::id.ne_all(waiting))
        .order(jobs::id)
        .limit(limit)
        .select(jobs::id)
        .load(connection)?)
}

/// Forgets all that a job said; the row stays for the ledger.
pub fn forget(connection: &mut Conn, job_id: &str) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::external_id.eq(None::<String>),
            jobs::webhook_url.eq(None::<String>),
        ))
        .execute(connection)?;
    let deliveries = webhook_deliveries::table
        .filter(webhook_deliveries::job_id.eq(job_id))
        .select(webhook_deliveries::id);
    diesel::delete(
        webhook_attempts::table.filter(webhook_attempts::delivery_id.eq_any(deliveries)),
    )
    .execute(connection)?;
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::job_id.eq(job_id)))
        .execute(connection)?;
    diesel::delete(download_tokens::table.filter(download_tokens::job_id.eq(job_id)))
        .execute(connection)?;
    diesel::delete(job_transitions::table.filter(job_transitions::job_id.eq(job_id)))
        .execute(connection)?;
    diesel::delete(artifacts::table.filter(artifacts::job_id.eq(job_id))).execute(connection)?;
    diesel::delete(pages::table.filter(pages::job_id.eq(job_id))).execute(connection)?;
    let files_of_job = files::table
        .filter(files::job_id.eq(job_id))
        .select(files::id);
    diesel::delete(upload_parts::table.filter(upload_parts::file_id.eq_any(files_of_job)))
        .execute(connection)?;
    diesel::delete(files::table.filter(files::job_id.eq(job_id))).execute(connection)?;
    Ok(())
}

/// An announced file whatever its workspace, and its job: for whoever holds a signed URL.
pub fn announced(connection: &mut Conn, file_id: &str) -> Result<Option<(JobRow, FileRow)>> {
    Ok(files::table
        .inner_join(jobs::table)
        .filter(files::id.eq(file_id))
        .filter(files::upload_mode.is_not_null())
        .filter(jobs::deleted_at.is_null())
        .select((JobRow::as_select(), FileRow::as_select()))
        .first(connection)
        .optional()?)
}

/// Notes that the bytes of an announced file came by a form, and where they lie. A URL that was signed
/// for it may still bring others to a bucket, which are deleted with the job.
pub fn bring(connection: &mut Conn, file_id: &str, blob: &str, now: Time) -> Result<()> {
    diesel::update(files::table.filter(files::id.eq(file_id)))
        .set((
            files::blob.eq(blob),
            files::status.eq(FileStatus::Uploaded),
            files::upload_mode.eq(UploadMode::DirectPut),
            files::upload_id.eq(None::<String>),
            files::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that the bytes of an announced file have come; once.
pub fn mark_arrived(connection: &mut Conn, file_id: &str, now: Time) -> Result<()> {
    diesel::update(files::table)
        .filter(files::id.eq(file_id))
        .filter(files::status.eq(FileStatus::AwaitingUpload))
        .set((
            files::status.eq(FileStatus::Uploaded),
            files::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that a file comes by a new upload in parts instead of an old one; false when it does
/// already.
pub fn renew_upload(
    connection: &mut Conn,
    file_id: &str,
    old: &str,
    new: &str,
    now: Time,
) -> Result<bool> {
    let renewed = diesel::update(files::table)
        .filter(files::id.eq(file_id))
        .filter(files::upload_id.eq(old))
        .filter(files::status.eq(FileStatus::AwaitingUpload))
        .set((files::upload_id.eq(new), files::updated_at.eq(now)))
        .execute(connection)?;
    Ok(renewed == 1)
}

/// Notes a part that has come, under the job's lock; the latest one counts.
pub fn put_part(
    connection: &mut Conn,
    file_id: &str,
    number: i64,
    size: i64,
    etag: &str,
) -> Result<()> {
    diesel::delete(upload_parts::table)
        .filter(upload_parts::file_id.eq(file_id))
        .filter(upload_parts::part_number.eq(number))
        .execute(connection)?;
    diesel::insert_into(upload_parts::table)
        .values((
            upload_parts::file_id.eq(file_id),
            upload_parts::part_number.eq(number),
            upload_parts::size.eq(size),
            upload_parts::etag.eq(etag),
        ))
        .execute(connection)?;
    Ok(())
}

/// Numbers and entity tags of the parts that have come, in order.
pub fn parts(connection: &mut Conn, file_id: &str) -> Result<Vec<(i64, String)>> {
    Ok(upload_parts::table
        .filter(upload_parts::file_id.eq(file_id))
        .order(upload_parts::part_number)
        .select((upload_parts::part_number, upload_parts::etag))
        .load(connection)?)
}

/// Forgets the parts of a file: it is in one piece.
pub fn forget_parts(connection: &mut Conn, file_id: &str) -> Result<()> {
    diesel::delete(upload_parts::table.filter(upload_parts::file_id.eq(file_id)))
        .execute(connection)?;
    Ok(())
}
