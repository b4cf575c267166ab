//! The end of a job's uploads: all that was announced must be there, or be given up by name.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::announce::parts_of;
use super::arrival::begin_uploading;
use super::idempotency::Attempt;
use super::settle::check_upload_id;
use super::store::{self, FileRow};
use super::{
    Answered, FileStatus, IdempotencyKey, JobView, Jobs, Status, known_shape, must_take_uploads,
    own_job, state, uploads_closed,
};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::keys::Authenticated;
use crate::{id, text};

/// What a client says when it has sent everything.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UploadCompletion)]
pub struct Completion {
    /// Files that must be there.
    #[serde(default)]
    pub document_ids: Vec<String>,
    #[serde(default)]
    pub direct_uploads: Vec<DirectUpload>,
    #[serde(default)]
    pub multipart_uploads: Vec<MultipartUpload>,
    #[serde(default)]
    pub failed_uploads: Vec<FailedUpload>,
}

/// A file that was sent in one PUT.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectUpload {
    pub document_id: String,
    pub upload_token: String,
}

/// A file that was sent in parts.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MultipartUpload {
    pub document_id: String,
    pub upload_id: String,
    pub upload_token: String,
    pub parts: Vec<SentPart>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SentPart {
    pub part_number: i64,
    /// As the PUT of the part answered it.
    pub etag: String,
}

/// A file that the client could not send.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailedUpload {
    pub document_id: String,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    pub message: Option<String>,
}

impl Completion {
    fn named(&self) -> impl Iterator<Item = &str> {
        let direct = self.direct_uploads.iter().map(|one| &one.document_id);
        let parts = self.multipart_uploads.iter().map(|one| &one.document_id);
        let failed = self.failed_uploads.iter().map(|one| &one.document_id);
        direct.chain(parts).chain(failed).map(String::as_str)
    }

    /// Every file is named by an id, and in one list at most; messages are one line.
    fn check(&self) -> Result<()> {
        let ids = self.document_ids.iter().map(String::as_str);
        if self
            .named()
            .chain(ids)
            .any(|id| !id::has_shape(id::Kind::File, id))
        {
            // What it is instead is not said again: it may be long, or a secret.
            return Err(Error::invalid(
                "Files must be named by the `documentId` that they were announced or uploaded under.",
            ));
        }
        let mut seen = HashSet::new();
        for id in self.named() {
            if !seen.insert(id) {
                return Err(Error::invalid(format!(
                    "The file {id} is named twice; name it once."
                )));
            }
        }
        for failed in &self.failed_uploads {
            if let Some(message) = &failed.message {
                text::line("failedUploads.message", message, 500)?;
            }
        }
        Ok(())
    }
}

impl Jobs {
    /// Ends the uploads and starts the processing.
    pub async fn complete(
        &self,
        caller: &Authenticated,
        job_id: &str,
        completion: Completion,
        key: Option<&IdempotencyKey>,
    ) -> Result<Answered> {
        let job_id = known_shape(job_id)?;
        completion.check()?;
        let request = serde_json::to_vec(&completion)?;
        let attempt =
            key.map(|key| Attempt::new(&caller.workspace_id, "complete", &job_id, key, &request));
        let (workspace_id, now) = (caller.workspace_id.clone(), self.clock.now());
        let answered = self
            .once(attempt, async {
                for upload in &completion.direct_uploads {
                    self.check_upload_token(&upload.document_id, &upload.upload_token)?;
                }
                for upload in &completion.multipart_uploads {
                    self.check_upload_token(&upload.document_id, &upload.upload_token)?;
                }
                let settled = self.settle(&workspace_id, &job_id, &completion).await?;
                let (workspace_id, job_id) = (workspace_id.clone(), job_id.clone());
                let completion = completion.clone();
                Ok(move |connection: &mut Conn| {
                    let settled = settled.as_ref();
                    close(
                        connection,
                        &workspace_id,
                        &job_id,
                        &completion,
                        settled,
                        now,
                    )
                })
            })
            .await?;
        self.bell.ring();
        Ok(answered)
    }
}

fn close(
    connection: &mut Conn,
    workspace_id: &str,
    job_id: &str,
    completion: &Completion,
    settled: Option<&HashSet<String>>,
    now: Time,
) -> Result<JobView> {
    must_take_uploads(&own_job(connection, workspace_id, job_id)?)?;
    if !store::touch(connection, job_id, now)? {
        return Err(uploads_closed());
    }
    let job = own_job(connection, workspace_id, job_id)?;
    let files = store::files_of(connection, job_id)?;
    let by_id: HashMap<&str, &FileRow> =
        files.iter().map(|file| (file.id.as_str(), file)).collect();
    for id in completion
        .named()
        .chain(completion.document_ids.iter().map(String::as_str))
    {
        if !by_id.contains_key(id) {
            return Err(Error::invalid(format!("The job has no file {id}.")));
        }
    }
    for upload in &completion.multipart_uploads {
        if let Some(file) = by_id.get(upload.document_id.as_str()) {
            check_upload_id(file, upload)?;
            if settled.is_none() {
                take_parts(connection, file, upload, now)?;
            }
        }
    }
    for id in settled.into_iter().flatten() {
        store::mark_arrived(connection, id, now)?;
    }
    for failed in &completion.failed_uploads {
        if let Some(file) = by_id.get(failed.document_id.as_str()) {
            if file.status != FileStatus::AwaitingUpload {
                return Err(Error::invalid(format!(
                    "The file {} is in `failedUploads` but has been uploaded.",
                    file.id
                )));
            }
            let message = failed
                .message
                .as_deref()
                .unwrap_or("The client could not send the file.");
            let error = Some(("upload_failed", message.trim()));
            store::mark_file(connection, &file.id, FileStatus::Failed, error, now)?;
        }
    }
    let files = store::files_of(connection, job_id)?;
    if let Some(missing) = files
        .iter()
        .find(|file| file.status == FileStatus::AwaitingUpload)
    {
        return Err(Error::new(
            Code::UploadsIncomplete,
            format!(
                "The bytes of {} ({}) have not come. Send them, or name the file in `failedUploads`.",
                missing.file_name, missing.id
            ),
        ));
    }
    if !files.iter().any(|file| file.status == FileStatus::Uploaded) {
        return Err(Error::new(
            Code::NoFiles,
            "The job has no files. Upload at least one before completing it.",
        ));
    }
    begin_uploading(connection, &job, now)?;
    if !state::advance(
        connection,
        job_id,
        Status::Uploading,
        Status::Preflighting,
        now,
    )? {
        return Err(uploads_closed());
    }
    let row = own_job(connection, workspace_id, job_id)?;
    Ok(JobView::new(row, files, None))
}

/// A file is there when all its parts are, with the tags that the client was told.
fn take_parts(
    connection: &mut Conn,
    file: &FileRow,
    upload: &MultipartUpload,
    now: Time,
) -> Result<()> {
    if file.status != FileStatus::AwaitingUpload {
        return Ok(());
    }
    let stored: HashMap<i64, String> = store::parts(connection, &file.id)?.into_iter().collect();
    for part in parts_of(file.file_size) {
        let Some(etag) = stored.get(&part.number) else {
            return Err(Error::new(
                Code::UploadsIncomplete,
                format!(
                    "Part {} of {} ({}) has not come.",
                    part.number, file.file_name, file.id
                ),
            ));
        };
        let told = upload
            .parts
            .iter()
            .find(|sent| sent.part_number == part.number);
        if told.is_none_or(|sent| sent.etag.trim_matches('"') != etag) {
            return Err(Error::invalid(format!(
                "`parts` of the file {} must name part {} with the ETag that its PUT answered.",
                file.id, part.number
            )));
        }
    }
    store::mark_arrived(connection, &file.id, now)
}
