//! The end of uploads that went to a bucket: this server has seen none of their bytes, so the store
//! is asked for them. All of it may be done again.

use std::collections::HashSet;

use futures_util::StreamExt;
use futures_util::stream::{self, TryStreamExt};

use super::announce::parts_of;
use super::complete::{Completion, MultipartUpload};
use super::store::{self, FileRow};
use super::{FileStatus, Jobs, UploadMode, must_take_uploads, own_job};
use crate::blobs::{Bucket, Joined};
use crate::error::{Code, Error, Result};

/// Files that the store is asked for at once.
const AT_ONCE: usize = 8;

/// What is to be done about a file.
enum Task {
    /// It came in one PUT, or did not come.
    Look(FileRow),
    /// It came in parts with these tags.
    Join(FileRow, Vec<String>),
}

impl Jobs {
    /// Puts together what came in parts, and looks what has come whole; answers the ids of the
    /// files whose bytes are there. None: files are in a folder, and their rows tell it.
    pub(super) async fn settle(
        &self,
        workspace_id: &str,
        job_id: &str,
        completion: &Completion,
    ) -> Result<Option<HashSet<String>>> {
        let Some(bucket) = self.blobs.bucket() else {
            return Ok(None);
        };
        let (workspace_id, job_id) = (workspace_id.to_owned(), job_id.to_owned());
        let files = self
            .db
            .read(move |connection| {
                // A job that takes no uploads is refused, or answered once more, by who comes next.
                match own_job(connection, &workspace_id, &job_id) {
                    Ok(job) if must_take_uploads(&job).is_ok() => {
                        store::files_of(connection, &job_id)
                    }
                    Ok(_) => Ok(Vec::new()),
                    Err(error) if error.code == Code::NotFound => Ok(Vec::new()),
                    Err(error) => Err(error),
                }
            })
            .await?;
        let tasks = files
            .into_iter()
            .filter(|file| file.status == FileStatus::AwaitingUpload)
            .filter_map(|file| task(file, completion).transpose())
            .collect::<Result<Vec<_>>>()?;
        let found: Vec<Option<String>> = stream::iter(tasks)
            .map(|task| self.settle_file(bucket, task))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(Some(found.into_iter().flatten().collect()))
    }

    /// The id of the file, if it is there.
    async fn settle_file(&self, bucket: &Bucket, task: Task) -> Result<Option<String>> {
        let (file, joined) = match task {
            Task::Look(file) => (file, Joined::Whole),
            Task::Join(file, tags) => {
                let id = file.upload_id.clone().unwrap_or_default();
                let joined = bucket.join_parts(&file.blob, &id, tags).await?;
                (file, joined)
            }
        };
        match (bucket.size(&file.blob).await?, joined) {
            (Some(size), _) if size == file.file_size => Ok(Some(file.id)),
            (Some(size), _) => {
                let refusal = Error::new(
                    Code::SizeMismatch,
                    format!(
                        "{} ({}) came with {size} bytes, but {} were announced. Announce it again and send all of it.",
                        file.file_name, file.id, file.file_size
                    ),
                );
                self.begin_again(bucket, file).await?;
                Err(refusal)
            }
            (None, Joined::Whole) => Ok(None),
            (None, Joined::Refused) => Err(Error::invalid(format!(
                "The store could not put {} ({}) together: `parts` must name every part with the ETag that its PUT answered.",
                file.file_name, file.id
            ))),
        }
    }

    /// A file that came wrong in parts can only come right by a new upload, since the old one is
    /// over. One that came in one PUT is replaced by the next.
    async fn begin_again(&self, bucket: &Bucket, file: FileRow) -> Result<()> {
        if file.upload_mode != Some(UploadMode::Multipart) {
            return Ok(());
        }
        let (blob, now) = (file.blob.clone(), self.clock.now());
        let upload_id = bucket.begin_parts(&blob).await?;
        let (begun, taken) = (upload_id.clone(), file.upload_id.unwrap_or_default());
        let is_ours = self
            .db
            .write(move |connection| store::renew_upload(connection, &file.id, &taken, &begun, now))
            .await?;
        match is_ours {
            true => self.blobs.delete(&blob).await,
            false => bucket.abort_parts(&blob, &upload_id).await,
        }
    }
}

fn task(file: FileRow, completion: &Completion) -> Result<Option<Task>> {
    let is_given_up = completion
        .failed_uploads
        .iter()
        .any(|failed| failed.document_id == file.id);
    let sent = completion
        .multipart_uploads
        .iter()
        .find(|upload| upload.document_id == file.id);
    match sent {
        _ if is_given_up => Ok(None),
        Some(sent) => {
            check_upload_id(&file, sent)?;
            let tags = tags(&file, sent)?;
            Ok(Some(Task::Join(file, tags)))
        }
        // Without the tags of its parts it cannot be whole.
        None if file.upload_mode == Some(UploadMode::Multipart) => Ok(None),
        None => Ok(Some(Task::Look(file))),
    }
}

pub(super) fn check_upload_id(file: &FileRow, sent: &MultipartUpload) -> Result<()> {
    let is_multipart = file.upload_mode == Some(UploadMode::Multipart);
    match is_multipart && file.upload_id.as_deref() == Some(sent.upload_id.as_str()) {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "`uploadId` is not the one of the file {}.",
            file.id
        ))),
    }
}

/// The tags of all parts, in order. A part that is left out would make a shorter file.
fn tags(file: &FileRow, sent: &MultipartUpload) -> Result<Vec<String>> {
    parts_of(file.file_size)
        .into_iter()
        .map(|part| {
            sent.parts
                .iter()
                .find(|sent| sent.part_number == part.number)
                .map(|sent| sent.etag.trim())
                .filter(|etag| {
                    (1..=200).contains(&etag.len()) && etag.bytes().all(|byte| byte.is_ascii_graphic())
                })
                .map(str::to_owned)
                .ok_or_else(|| {
                    Error::invalid(format!(
                        "`parts` of the file {} must name part {} with the ETag that its PUT answered.",
                        file.id, part.number
                    ))
                })
        })
        .collect()
}
