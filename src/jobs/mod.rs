//! Jobs: their state machine, uploads, running them page by page, and the result.

mod announce;
mod arrival;
mod binding;
mod claims;
mod complete;
mod downloads;
mod events;
mod findings;
mod finish;
mod idempotency;
mod inputs;
mod keeping;
mod life;
mod links;
mod people;
mod preflight;
mod reading;
mod result;
mod run;
mod settle;
mod state;
mod store;
mod summary;
mod uploads;
mod views;

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::blobs::Blobs;
use crate::clock::{Clock, DAY, Time};
use crate::db::{Conn, Db};
use crate::error::{Code, Error, Result};
use crate::keys::Authenticated;
use crate::secret::{HmacSha256, Secret};
use crate::webhooks::Webhooks;
use crate::worker::Bell;
use crate::{id, projects, text};

pub use announce::{AnnouncedView, Announcement, PartView};
pub use arrival::Arrival;
pub use complete::Completion;
pub use downloads::Place;
pub use idempotency::IdempotencyKey;
pub use inputs::Inputs;
pub use life::ListQuery;
pub use people::{FileLine, ListedJob, OfProject, Sheet, WholeJob};
pub use result::ResultV1;
pub use run::Runner;
pub use state::{Event, Status};
pub use store::JobRow;
pub use summary::ProjectSummary;
pub use uploads::{Receiving, UploadMetadata, UploadView};
pub use views::{Download, Fault, JobView};

use idempotency::{Attempt, Found};
use store::FileRow;
use utoipa::ToSchema;

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
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum FileStatus {
    /// Announced; its bytes have not come yet.
    AwaitingUpload,
    Uploaded,
    Processing,
    Completed,
    CompletedWithErrors,
    Failed,
}

/// How the bytes of an announced file come.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum UploadMode {
    /// In one PUT.
    DirectPut,
    /// In parts, each by a PUT of its own.
    Multipart,
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
    /// Counted; nobody has looked at it yet.
    Listed,
    Pending,
    Done,
    Failed,
}
crate::db::columns::stored_by_name!(FileStatus, UploadMode, PageStatus);

/// What a client says of a new job.
pub struct NewJob {
    pub external_id: Option<String>,
    pub webhook_url: Option<String>,
}

/// An answer that may be the first one once more.
pub struct Answered {
    /// The job as JSON.
    pub job: Box<RawValue>,
    /// Whether the request was answered before.
    pub is_replay: bool,
}

pub struct Jobs {
    db: Db,
    clock: Clock,
    blobs: Blobs,
    base_url: String,
    result_links: HmacSha256,
    upload_links: HmacSha256,
    download_links: HmacSha256,
    /// Files above this many bytes come in parts.
    direct_upload_max: i64,
    bell: Bell,
    webhooks: Arc<Webhooks>,
}

/// What the room needs.
pub struct Needs {
    pub db: Db,
    pub clock: Clock,
    pub blobs: Blobs,
    pub base_url: String,
    pub direct_upload_max: i64,
    pub bell: Bell,
    pub webhooks: Arc<Webhooks>,
}

impl Jobs {
    pub fn new(needs: Needs, secret: &Secret) -> Self {
        Self {
            db: needs.db,
            clock: needs.clock,
            blobs: needs.blobs,
            base_url: needs.base_url,
            result_links: secret.mac(RESULT_LINKS),
            upload_links: secret.mac("upload link"),
            download_links: secret.mac("download link"),
            direct_upload_max: needs.direct_upload_max,
            bell: needs.bell,
            webhooks: needs.webhooks,
        }
    }

    /// Makes a job; answers it, and the secret that signs its webhooks when it has any and this
    /// is the first answer.
    pub async fn create(
        &self,
        caller: &Authenticated,
        project_id: &str,
        new: NewJob,
        key: Option<&IdempotencyKey>,
    ) -> Result<(Answered, Option<String>)> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let external_id = new
            .external_id
            .map(|text| text::line("externalId", &text, 180))
            .transpose()?;
        let webhook_url = new
            .webhook_url
            .map(|url| self.webhooks.target(&url))
            .transpose()?
            .map(|target| target.as_str().to_owned());
        let request = serde_json::to_vec(&(&external_id, &webhook_url))?;
        let attempt = key.map(|key| {
            Attempt::new(
                &caller.workspace_id,
                "create_job",
                project_id,
                key,
                &request,
            )
        });
        let job_id = id::new(id::Kind::Job);
        let secret = webhook_url
            .is_some()
            .then(|| self.webhooks.signing_secret(&job_id));
        let (caller, project_id) = (caller.clone(), project_id.to_owned());
        let now = self.clock.now();
        let answered = self
            .once(attempt, async move {
                Ok(move |connection: &mut Conn| {
                    let row = new_job(&caller, &project_id, job_id, external_id, webhook_url, now);
                    insert_job(connection, row)
                })
            })
            .await?;
        let secret = secret.filter(|_| !answered.is_replay);
        Ok((answered, secret))
    }

    /// Does the work of a request in one transaction with its answer, or answers as before.
    /// `prepare` does what comes before the transaction, and only when the work is to be done.
    async fn once<W: FnOnce(&mut Conn) -> Result<JobView> + Send + 'static>(
        &self,
        attempt: Option<Attempt>,
        prepare: impl Future<Output = Result<W>>,
    ) -> Result<Answered> {
        let Some(attempt) = attempt else {
            let job = self.db.write(prepare.await?).await?;
            return Ok(Answered {
                job: serde_json::value::to_raw_value(&job)?,
                is_replay: false,
            });
        };
        let (taken, now) = (attempt.clone(), self.clock.now());
        let found = self
            .db
            .write(move |connection| idempotency::begin(connection, &taken, now))
            .await?;
        if let Found::Answer(answer) = found {
            return Ok(Answered {
                job: RawValue::from_string(answer)?,
                is_replay: true,
            });
        }
        let taken = attempt.clone();
        let done = async {
            let work = prepare.await?;
            self.db
                .write(move |connection| {
                    let answer = serde_json::to_string(&work(connection)?)?;
                    idempotency::complete(connection, &taken, &answer)?;
                    Ok(answer)
                })
                .await
        };
        match done.await {
            Ok(answer) => Ok(Answered {
                job: RawValue::from_string(answer)?,
                is_replay: false,
            }),
            Err(refusal) => {
                self.db
                    .write(move |connection| idempotency::abandon(connection, &attempt))
                    .await?;
                Err(refusal)
            }
        }
    }

    pub async fn get(&self, workspace_id: &str, job_id: &str) -> Result<JobView> {
        let job_id = known_shape(job_id)?;
        let workspace_id = workspace_id.to_owned();
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

    /// The result, for a workspace.
    pub async fn result(&self, workspace_id: &str, job_id: &str) -> Result<Download> {
        let job_id = known_shape(job_id)?;
        let workspace_id = workspace_id.to_owned();
        let row = self
            .db
            .peek(move |connection| own_job(connection, &workspace_id, &job_id))
            .await?;
        self.result_of(row)
    }

    /// The result, for whoever holds a link that was signed for it.
    pub async fn linked_result(&self, job_id: &str, token: &str) -> Result<Download> {
        let job_id = known_shape(job_id)?;
        links::check(&self.result_links, &job_id, token, self.clock.now())?;
        let row = self
            .db
            .peek(move |connection| {
                let job = store::any_job(connection, &job_id)?;
                match job.deleted_at {
                    None => Ok(job),
                    Some(_) => Err(Error::not_found("job")),
                }
            })
            .await?;
        self.result_of(row)
    }

    fn result_of(&self, row: JobRow) -> Result<Download> {
        if row.result_blob.is_some() && row.expires_at <= self.clock.now() {
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
    pub async fn artifact(&self, workspace_id: &str, job_id: &str, path: &str) -> Result<Download> {
        let (job_id, path) = (known_shape(job_id)?, known_path(path)?);
        let workspace_id = workspace_id.to_owned();
        let (job, artifact) = self
            .db
            .peek(move |connection| {
                let job = own_job(connection, &workspace_id, &job_id)?;
                let artifact = store::artifact(connection, &job_id, &path)?;
                Ok((job, artifact))
            })
            .await?;
        self.artifact_of(&job, artifact)
    }

    fn artifact_of(&self, job: &JobRow, artifact: Option<store::ArtifactRow>) -> Result<Download> {
        let artifact = artifact.ok_or_else(|| Error::not_found("artifact"))?;
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

    fn view(&self, row: JobRow, files: Vec<FileRow>) -> JobView {
        let result_url = row.result_blob.as_ref().map(|_| self.result_url(&row.id));
        JobView::new(row, files, result_url)
    }

    fn result_url(&self, job_id: &str) -> String {
        result_url(&self.result_links, &self.base_url, job_id, self.clock.now())
    }
}

/// The purpose of the key that signs links to results.
pub const RESULT_LINKS: &str = "result link";

/// A link to a job's result that needs no key, good for an hour.
pub fn result_url(links: &HmacSha256, base_url: &str, job_id: &str, now: Time) -> String {
    let token = links::sign(links, job_id, now);
    format!("{base_url}/results/{job_id}?token={token}")
}

fn new_job(
    caller: &Authenticated,
    project_id: &str,
    id: String,
    external_id: Option<String>,
    webhook_url: Option<String>,
    now: Time,
) -> JobRow {
    JobRow {
        id,
        workspace_id: caller.workspace_id.clone(),
        project_id: project_id.to_owned(),
        created_by_key_id: caller.key_id.clone(),
        external_id,
        status: Status::AwaitingUploads,
        page_count: 0,
        successful_page_count: 0,
        drawing_credits_per_page: 0,
        document_credits_per_page: 0,
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
        served_at: now,
        webhook_url,
        purged_at: None,
        deleted_at: None,
    }
}

/// Inserts a job into its project, at the workspace's prices of today.
fn insert_job(connection: &mut Conn, mut row: JobRow) -> Result<JobView> {
    let project = projects::by_id(connection, &row.workspace_id, &row.project_id)?
        .ok_or_else(|| Error::not_found("project"))?;
    if project.status != projects::Status::Ready {
        return Err(Error::new(
            Code::ProjectNotReady,
            "The project is not ready yet. Read it again until its `status` is `ready`.",
        ));
    }
    let terms = store::terms(connection, &row.workspace_id)?;
    row.drawing_credits_per_page = terms.drawing_credits_per_page;
    row.document_credits_per_page = terms.document_credits_per_page;
    store::insert_job(connection, &row)?;
    state::begin(connection, &row.id, row.created_at)?;
    Ok(JobView::new(row, Vec::new(), None))
}

fn known_shape(job_id: &str) -> Result<String> {
    match id::has_shape(id::Kind::Job, job_id) {
        true => Ok(job_id.to_owned()),
        false => Err(Error::not_found("job")),
    }
}

/// What has not the form of an artifact's path is never asked of the database.
fn known_path(path: &str) -> Result<String> {
    match path.contains('\0') || path.len() > 1_000 {
        false => Ok(path.to_owned()),
        true => Err(Error::not_found("artifact")),
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
