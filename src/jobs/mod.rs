//! Jobs: their state machine, uploads, running them page by page, and the result.

mod links;
mod result;
mod run;
mod state;
mod store;
mod uploads;

use serde::Serialize;

use crate::blobs::Blobs;
use crate::clock::{Clock, DAY, Time};
use crate::db::{Conn, Db};
use crate::error::{Code, Error, Result};
use crate::id;
use crate::keys::Authenticated;
use crate::projects;
use crate::secret::{HmacSha256, Secret};
use crate::text;
use crate::worker::Bell;

pub use run::Runner;
pub use state::Status;
pub use store::JobRow;
pub use uploads::{Receiving, UploadMetadata};

/// Declared bytes that a job takes.
pub const MAX_DECLARED_BYTES: i64 = 10_000_000_000;
/// Files that a job takes.
pub const MAX_FILES: usize = 100;
/// How long a job that never ends is kept.
const UNFINISHED_LIFE: i64 = 7 * DAY;

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum FileStatus {
    Uploaded,
    Processing,
    Completed,
    CompletedWithErrors,
    Failed,
}

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
pub enum PageStatus {
    Pending,
    Done,
    Failed,
}
crate::db::columns::stored_by_name!(FileStatus, PageStatus);

/// The wire's `Job`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    pub id: String,
    pub external_id: Option<String>,
    pub status: Status,
    pub project_id: String,
    pub limits: Limits,
    pub page_count: i64,
    pub successful_page_count: i64,
    pub billing: JobBilling,
    pub files: Vec<FileView>,
    pub result_url: Option<String>,
    pub error: Option<Fault>,
    pub created_at: Time,
    pub updated_at: Time,
    pub completed_at: Option<Time>,
    pub expires_at: Time,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub max_declared_bytes: i64,
    pub max_files: usize,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobBilling {
    pub credits_reserved: i64,
    pub credits_debited: i64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    pub id: String,
    pub file_name: String,
    pub status: FileStatus,
}

/// What went wrong with a job, a document or a page, for its owner.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    pub code: String,
    pub message: String,
}

impl Fault {
    fn from_columns(code: Option<&String>, message: Option<&String>) -> Option<Self> {
        Some(Self {
            code: code?.clone(),
            message: message.cloned().unwrap_or_default(),
        })
    }
}

/// A file of a job, ready to be streamed.
#[derive(Clone, Debug)]
pub struct Download {
    pub blob: String,
    pub content_type: String,
    pub size: i64,
    pub sha256: String,
    pub file_name: String,
}

pub struct Jobs {
    db: Db,
    clock: Clock,
    blobs: Blobs,
    base_url: String,
    link_mac: HmacSha256,
    bell: Bell,
}

impl Jobs {
    pub fn new(
        db: Db,
        clock: Clock,
        blobs: Blobs,
        secret: &Secret,
        base_url: String,
        bell: Bell,
    ) -> Self {
        Self {
            db,
            clock,
            blobs,
            base_url,
            link_mac: secret.mac("result link"),
            bell,
        }
    }

    pub async fn create(
        &self,
        caller: &Authenticated,
        project_id: &str,
        external_id: Option<&str>,
    ) -> Result<JobView> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let external_id = external_id
            .map(|text| text::line("externalId", text, 180))
            .transpose()?;
        let now = self.clock.now();
        let (caller, project_id) = (caller.clone(), project_id.to_owned());
        let row = self
            .db
            .write(move |connection| {
                let project = projects::by_id(connection, &caller.workspace_id, &project_id)?
                    .ok_or_else(|| Error::not_found("project"))?;
                if project.status != projects::Status::Ready {
                    return Err(Error::new(
                        Code::ProjectNotReady,
                        "The project is not ready yet. Read it again until its `status` is `ready`.",
                    ));
                }
                let terms = store::terms(connection, &caller.workspace_id)?;
                let row = JobRow {
                    id: id::new(id::Kind::Job),
                    workspace_id: caller.workspace_id,
                    project_id: project.id,
                    created_by_key_id: caller.key_id,
                    external_id,
                    status: Status::AwaitingUploads,
                    page_count: 0,
                    successful_page_count: 0,
                    drawing_credits_per_page: terms.drawing_credits_per_page,
                    document_credits_per_page: terms.document_credits_per_page,
                    credits_reserved: 0,
                    credits_debited: 0,
                    error_code: None,
                    error_message: None,
                    result_blob: None,
                    result_size: None,
                    result_sha256: None,
                    lease_owner: None,
                    lease_until: now,
                    interruptions: 0,
                    created_at: now,
                    updated_at: now,
                    completed_at: None,
                    expires_at: now.plus(UNFINISHED_LIFE),
                };
                store::insert_job(connection, &row)?;
                state::begin(connection, &row.id, row.status, now)?;
                Ok(row)
            })
            .await?;
        Ok(self.view(row, Vec::new()))
    }

    /// Newest first.
    pub async fn list(&self, caller: &Authenticated, project_id: &str) -> Result<Vec<JobView>> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let (workspace_id, project_id) = (caller.workspace_id.clone(), project_id.to_owned());
        let (rows, mut files) = self
            .db
            .read(move |connection| {
                projects::by_id(connection, &workspace_id, &project_id)?
                    .ok_or_else(|| Error::not_found("project"))?;
                let rows = store::jobs_of_project(connection, &project_id)?;
                let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
                let mut files = std::collections::HashMap::<String, Vec<_>>::new();
                // SQLite takes 32,766 values in one statement.
                for some in ids.chunks(10_000) {
                    for file in store::files_of_jobs(connection, some)? {
                        files.entry(file.job_id.clone()).or_default().push(file);
                    }
                }
                Ok((rows, files))
            })
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let files = files.remove(&row.id).unwrap_or_default();
                self.view(row, files)
            })
            .collect())
    }

    pub async fn get(&self, caller: &Authenticated, job_id: &str) -> Result<JobView> {
        let job_id = known_shape(job_id)?;
        let workspace_id = caller.workspace_id.clone();
        let (row, files) = self
            .db
            .peek(move |connection| {
                let row = own_job(connection, &workspace_id, &job_id)?;
                let files = store::files_of(connection, &job_id)?;
                Ok((row, files))
            })
            .await?;
        Ok(self.view(row, files))
    }

    /// Ends the uploads and starts the processing. `document_ids` may name files that must be
    /// there.
    pub async fn complete(
        &self,
        caller: &Authenticated,
        job_id: &str,
        document_ids: Vec<String>,
    ) -> Result<JobView> {
        let job_id = known_shape(job_id)?;
        let (workspace_id, now) = (caller.workspace_id.clone(), self.clock.now());
        let (row, files) = self
            .db
            .write(move |connection| {
                let row = own_job(connection, &workspace_id, &job_id)?;
                must_take_uploads(&row)?;
                let files = store::files_of(connection, &job_id)?;
                if files.is_empty() {
                    return Err(Error::new(
                        Code::NoFiles,
                        "The job has no files. Upload at least one before completing it.",
                    ));
                }
                for wanted in &document_ids {
                    if !files.iter().any(|file| file.id == *wanted) {
                        return Err(Error::invalid(
                            "`documentIds` names a file that was not uploaded to this job.",
                        ));
                    }
                }
                if !state::advance(connection, &job_id, row.status, Status::Preflighting, now)? {
                    return Err(uploads_closed());
                }
                Ok((own_job(connection, &workspace_id, &job_id)?, files))
            })
            .await?;
        self.bell.ring();
        Ok(self.view(row, files))
    }

    /// The result, for a caller.
    pub async fn result(&self, caller: &Authenticated, job_id: &str) -> Result<Download> {
        let job_id = known_shape(job_id)?;
        let workspace_id = caller.workspace_id.clone();
        let row = self
            .db
            .peek(move |connection| own_job(connection, &workspace_id, &job_id))
            .await?;
        self.result_of(row)
    }

    /// The result, for whoever holds a link that was signed for it.
    pub async fn linked_result(&self, job_id: &str, token: &str) -> Result<Download> {
        let job_id = known_shape(job_id)?;
        links::check(&self.link_mac, &job_id, token, self.clock.now())?;
        let row = self
            .db
            .peek(move |connection| {
                store::any_job(connection, &job_id)?.ok_or_else(|| Error::not_found("job"))
            })
            .await?;
        self.result_of(row)
    }

    fn result_of(&self, row: JobRow) -> Result<Download> {
        if row.status.is_terminal() && row.expires_at <= self.clock.now() {
            return Err(Error::new(
                Code::Expired,
                "The result is past its retention and has been deleted.",
            ));
        }
        match (row.result_blob, row.result_size, row.result_sha256) {
            (Some(blob), Some(size), Some(sha256)) => Ok(Download {
                blob,
                content_type: "application/json".to_owned(),
                size,
                sha256,
                file_name: format!("{}.json", row.id),
            }),
            _ => Err(Error::new(
                Code::ResultNotReady,
                format!("There is no result: the job is {}.", row.status.as_str()),
            )),
        }
    }

    /// A file that the result names by its path.
    pub async fn artifact(
        &self,
        caller: &Authenticated,
        job_id: &str,
        path: &str,
    ) -> Result<Download> {
        let job_id = known_shape(job_id)?;
        if path.contains('\0') || path.len() > 1_000 {
            return Err(Error::not_found("artifact"));
        }
        let (workspace_id, path) = (caller.workspace_id.clone(), path.to_owned());
        let (job, artifact) = self
            .db
            .peek(move |connection| {
                let job = own_job(connection, &workspace_id, &job_id)?;
                let artifact = store::artifact(connection, &job_id, &path)?
                    .ok_or_else(|| Error::not_found("artifact"))?;
                Ok((job, artifact))
            })
            .await?;
        // What belongs to a result is served from the moment that the result names it.
        if job.result_blob.is_none() {
            return Err(Error::not_found("artifact"));
        }
        if job.expires_at <= self.clock.now() {
            return Err(Error::new(
                Code::Expired,
                "The artifact is past its retention and has been deleted.",
            ));
        }
        let last = artifact.path.rsplit('/').next().unwrap_or_default();
        Ok(Download {
            file_name: last.to_owned(),
            blob: artifact.blob,
            content_type: artifact.content_type,
            size: artifact.file_size,
            sha256: artifact.sha256,
        })
    }

    fn view(&self, row: JobRow, files: Vec<store::FileRow>) -> JobView {
        let result_url = row.result_blob.as_ref().map(|_| {
            let token = links::sign(&self.link_mac, &row.id, self.clock.now());
            format!("{}/results/{}?token={token}", self.base_url, row.id)
        });
        JobView {
            error: Fault::from_columns(row.error_code.as_ref(), row.error_message.as_ref()),
            id: row.id,
            external_id: row.external_id,
            status: row.status,
            project_id: row.project_id,
            limits: Limits {
                max_declared_bytes: MAX_DECLARED_BYTES,
                max_files: MAX_FILES,
            },
            page_count: row.page_count,
            successful_page_count: row.successful_page_count,
            billing: JobBilling {
                credits_reserved: row.credits_reserved,
                credits_debited: row.credits_debited,
            },
            files: files
                .into_iter()
                .map(|file| FileView {
                    id: file.id,
                    file_name: file.file_name,
                    status: file.status,
                })
                .collect(),
            result_url,
            created_at: row.created_at,
            updated_at: row.updated_at,
            completed_at: row.completed_at,
            expires_at: row.expires_at,
        }
    }
}

fn known_shape(job_id: &str) -> Result<String> {
    match id::has_shape(id::Kind::Job, job_id) {
        true => Ok(job_id.to_owned()),
        false => Err(Error::not_found("job")),
    }
}

fn own_job(connection: &mut Conn, workspace_id: &str, job_id: &str) -> Result<JobRow> {
    store::job(connection, workspace_id, job_id)?.ok_or_else(|| Error::not_found("job"))
}

fn must_take_uploads(row: &JobRow) -> Result<()> {
    match row.status.takes_uploads() {
        true => Ok(()),
        false => Err(Error::new(
            Code::UploadsClosed,
            format!(
                "The job takes no more uploads: it is {}.",
                row.status.as_str()
            ),
        )),
    }
}

fn uploads_closed() -> Error {
    Error::new(
        Code::UploadsClosed,
        "The job takes no more uploads: another request completed it.",
    )
}
