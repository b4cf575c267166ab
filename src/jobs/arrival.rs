//! The bytes of announced files, as they come to the embedded store.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::announce::{parts_of, subject, token_subject};
use super::links;
use super::store::{self, FileRow};
use super::uploads::part_blob;
use super::{
    FileStatus, JobRow, Jobs, Status, UploadMode, known_shape, must_take_uploads, own_job, state,
};
use crate::blobs::Incoming;
use crate::error::{Code, Error, Result};
use crate::id;
use crate::keys::{self, Authenticated};
use crate::secret::hexadecimal;

/// What a PUT to a signed URL finds.
pub enum Arrival {
    /// The same bytes were received before; their entity tag.
    Known(String),
    Open(Box<Arriving>),
}

/// Bytes on their way in. Dropped before the end, nothing of them stays.
pub struct Arriving {
    file: FileRow,
    part: Option<i64>,
    /// Bytes that must come.
    size: i64,
    incoming: Incoming,
}

impl Arriving {
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        if self.incoming.size() + chunk.len() as i64 > self.size {
            return Err(size_mismatch(self.size));
        }
        self.incoming.write(chunk).await
    }
}

impl Jobs {
    /// Begins to take a file, or one of its parts, from whoever holds the URL that was signed for
    /// it. `length` is the size of the body in bytes, when it says one.
    pub async fn expect(
        &self,
        document_id: &str,
        part: Option<i64>,
        token: &str,
        length: Option<i64>,
    ) -> Result<Arrival> {
        let now = self.clock.now();
        if !id::has_shape(id::Kind::File, document_id) {
            return Err(Error::not_found("upload"));
        }
        links::check(&self.upload_links, &subject(document_id, part), token, now)?;
        let id = document_id.to_owned();
        let (job, file) = self
            .db
            .read(move |connection| {
                let (job, file) =
                    store::announced(connection, &id)?.ok_or_else(|| Error::not_found("upload"))?;
                let key_id = file.registered_by_key_id.clone().unwrap_or_default();
                // Whoever revokes a key revokes what it has opened.
                if !keys::is_live(connection, &key_id, now)? {
                    return Err(Error::not_found("upload"));
                }
                Ok((job, file))
            })
            .await?;
        must_take_uploads(&job)?;
        let size = match part {
            None => file.file_size,
            Some(number) => parts_of(file.file_size)
                .into_iter()
                .find(|part| part.number == number)
                .map(|part| part.size)
                .ok_or_else(|| Error::not_found("upload"))?,
        };
        if length.is_some_and(|length| length != size) {
            return Err(size_mismatch(size));
        }
        // Nothing tells whether a part is right until all are there: the last one to come counts.
        if part.is_none() && file.status != FileStatus::AwaitingUpload {
            return Ok(Arrival::Known(file.sha256));
        }
        let incoming = self.blobs.incoming(&place(&file, part));
        Ok(Arrival::Open(Box::new(Arriving {
            file,
            part,
            size,
            incoming,
        })))
    }

    /// Ends what came whole; answers its entity tag.
    pub async fn arrived(&self, arriving: Arriving) -> Result<String> {
        let Arriving {
            file,
            part,
            size,
            mut incoming,
        } = arriving;
        if incoming.size() != size {
            incoming.abort().await;
            return Err(size_mismatch(size));
        }
        let sha256 = incoming.sha256().await?;
        if part.is_none() && sha256 != file.sha256 {
            incoming.abort().await;
            return Err(checksum_mismatch());
        }
        let finished = incoming.finish().await;
        let noted = match finished {
            Ok(_) => {
                let part = part.map(|number| (number, size));
                self.note_arrival(file.clone(), part, sha256.clone()).await
            }
            Err(error) => Err(error),
        };
        match noted {
            Ok(()) => Ok(sha256),
            Err(error) => Err(self.came_too_late(&file, part, error).await?),
        }
    }

    /// Why bytes could not be taken: most often their job is over, or forgotten. Then nobody wants
    /// them, and nobody would delete them.
    async fn came_too_late(
        &self,
        file: &FileRow,
        part: Option<i64>,
        error: Error,
    ) -> Result<Error> {
        let id = file.id.clone();
        let found = self
            .db
            .read(move |connection| store::announced(connection, &id))
            .await?;
        let (is_wanted, refusal) = match &found {
            None => (false, Error::not_found("upload")),
            Some((job, now)) => match must_take_uploads(job) {
                Ok(()) => return Ok(error),
                Err(refusal) => {
                    let is_missing =
                        matches!(now.status, FileStatus::AwaitingUpload | FileStatus::Failed);
                    (job.purged_at.is_none() && !is_missing, refusal)
                }
            },
        };
        if !is_wanted {
            self.blobs.delete(&place(file, part)).await?;
        }
        Ok(refusal)
    }

    async fn note_arrival(
        &self,
        file: FileRow,
        part: Option<(i64, i64)>,
        etag: String,
    ) -> Result<()> {
        let (db, now) = (self.db.clone(), self.clock.now());
        // A task of its own: a sender that hangs up now must not leave bytes without their row.
        let noting = tokio::spawn(async move {
            db.write(move |connection| {
                must_take_uploads(&store::any_job(connection, &file.job_id)?)?;
                if !store::touch(connection, &file.job_id, now)? {
                    return Err(super::uploads_closed());
                }
                if let Some((number, size)) = part {
                    store::put_part(connection, &file.id, number, size, &etag)?;
                } else {
                    store::mark_arrived(connection, &file.id, now)?;
                }
                let job = store::any_job(connection, &file.job_id)?;
                begin_uploading(connection, &job, now)
            })
            .await
        });
        noting.await?
    }

    /// Takes a small file as text.
    pub async fn take_content(
        &self,
        caller: &Authenticated,
        job_id: &str,
        document_id: &str,
        token: &str,
        bytes: Vec<u8>,
        sha256: Option<&str>,
    ) -> Result<FileRow> {
        let job_id = known_shape(job_id)?;
        if !id::has_shape(id::Kind::File, document_id) {
            return Err(Error::not_found("upload"));
        }
        let (workspace_id, id) = (caller.workspace_id.clone(), document_id.to_owned());
        let (job, file) = self
            .db
            .read(move |connection| {
                let job = own_job(connection, &workspace_id, &job_id)?;
                let files = store::files_of(connection, &job.id)?;
                let file = files.into_iter().find(|file| file.id == id);
                Ok((job, file.ok_or_else(|| Error::not_found("upload"))?))
            })
            .await?;
        must_take_uploads(&job)?;
        self.check_upload_token(&file.id, token)?;
        if file.upload_mode != Some(UploadMode::DirectPut) {
            return Err(Error::invalid(
                "This file was announced to come in parts; send them to their URLs.",
            ));
        }
        if bytes.len() as i64 != file.file_size {
            return Err(size_mismatch(file.file_size));
        }
        let (digest, bytes) =
            tokio::task::spawn_blocking(move || (hexadecimal(&Sha256::digest(&bytes)), bytes))
                .await?;
        let is_other = sha256.is_some_and(|said| !said.eq_ignore_ascii_case(&digest));
        if digest != file.sha256 || is_other {
            return Err(checksum_mismatch());
        }
        if file.status == FileStatus::AwaitingUpload {
            self.blobs.put(&file.blob, bytes).await?;
            self.note_arrival(file.clone(), None, digest).await?;
        }
        Ok(file)
    }

    pub(super) fn check_upload_token(&self, document_id: &str, token: &str) -> Result<()> {
        let (subject, now) = (token_subject(document_id), self.clock.now());
        links::check(&self.upload_links, &subject, token, now).map_err(|error| match error.code {
            Code::Expired => Error::new(
                Code::Expired,
                "The `uploadToken` has run out. Announce the file again for a new one.",
            ),
            _ => Error::invalid(format!(
                "`uploadToken` is not the one of the file {document_id}."
            )),
        })
    }
}

/// Where the bytes of a file, or of one of its parts, are put.
fn place(file: &FileRow, part: Option<i64>) -> String {
    match part {
        None => file.blob.clone(),
        Some(number) => part_blob(file, number),
    }
}

/// The first bytes of a job move it on.
pub(super) fn begin_uploading(
    connection: &mut crate::db::Conn,
    job: &JobRow,
    now: crate::clock::Time,
) -> Result<()> {
    if job.status == Status::AwaitingUploads
        && !state::advance(connection, &job.id, job.status, Status::Uploading, now)?
    {
        return Err(super::uploads_closed());
    }
    Ok(())
}

fn size_mismatch(size: i64) -> Error {
    Error::new(
        Code::SizeMismatch,
        format!("The body must have the {size} bytes that were announced."),
    )
}

fn checksum_mismatch() -> Error {
    Error::new(
        Code::ChecksumMismatch,
        "The bytes do not have the `sha256` that was announced.",
    )
}
