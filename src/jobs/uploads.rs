//! Files on their way into a job. A request's files are recorded together or not at all; what was
//! stored of a request that fails is deleted again.

use std::collections::HashSet;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::arrival::begin_uploading;
use super::store::{self, FileRow};
use super::{
    FileStatus, JobView, Jobs, MAX_DECLARED_BYTES, MAX_FILES, known_shape, must_take_uploads,
    own_job, uploads_closed,
};
use crate::blobs::{Blobs, Incoming, Stored};
use crate::documents::Classification;
use crate::error::{Code, Error, Result};
use crate::id;
use crate::keys::Authenticated;

/// The part `metadata` of an upload form.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadMetadata {
    /// The client's own name of the upload; not kept.
    #[serde(default, rename = "clientUploadFlowId")]
    _client_upload_flow_id: Option<String>,
    #[serde(default)]
    pub files: Vec<FileMetadata>,
}

/// What the metadata says of one part.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileMetadata {
    /// The part that it describes, such as `file0`.
    pub part_name: String,
    #[schema(min_length = 1, max_length = 255)]
    pub file_name: String,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 127)]
    pub content_type: Option<String>,
    /// Without it, it is told from the content.
    #[serde(default)]
    pub classification: Option<Classification>,
    /// Hexadecimal; checked against the bytes when it is there.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// What became of one file of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UploadedFile)]
pub struct UploadView {
    pub document_id: String,
    pub file_name: String,
    pub file_size: i64,
    pub sha256: String,
    /// `uploaded`, or `skipped` when the same bytes are there already under this name.
    #[schema(pattern = "^(uploaded|skipped)$")]
    pub status: &'static str,
}

/// A part that was stored.
struct Part {
    name: String,
    file_id: String,
    file_name: String,
    content_type: String,
    stored: Stored,
}

/// An upload request in progress. Dropped before it is recorded, it deletes what it has stored.
pub struct Receiving {
    job_id: String,
    blobs: Blobs,
    parts: Vec<Part>,
    files_before: usize,
    bytes_left: i64,
}

/// One file of a request, as it streams in.
pub struct ReceivingFile {
    name: String,
    file_id: String,
    file_name: String,
    content_type: String,
    incoming: Incoming,
}

impl Receiving {
    /// Begins a part. `file_name` and `content_type` are what the part's own header says.
    pub fn begin(
        &mut self,
        part_name: &str,
        file_name: Option<&str>,
        content_type: &str,
    ) -> Result<ReceivingFile> {
        if self.parts.iter().any(|part| part.name == part_name) {
            return Err(Error::invalid(format!(
                "Two parts are named `{part_name}`; name them `file0`, `file1` and so on."
            )));
        }
        if self.files_before + self.parts.len() >= MAX_FILES {
            return Err(too_many_files());
        }
        let file_id = id::new(id::Kind::File);
        let incoming = self.blobs.incoming(&blob(&self.job_id, &file_id));
        Ok(ReceivingFile {
            name: part_name.to_owned(),
            file_id,
            file_name: file_name.unwrap_or(part_name).to_owned(),
            content_type: content_type.to_owned(),
            incoming,
        })
    }

    pub async fn write(&self, file: &mut ReceivingFile, chunk: Bytes) -> Result<()> {
        if file.incoming.size() + chunk.len() as i64 > self.bytes_left {
            return Err(too_many_bytes());
        }
        file.incoming.write(chunk).await
    }

    pub async fn end(&mut self, file: ReceivingFile) -> Result<()> {
        let stored = file.incoming.finish().await?;
        self.bytes_left -= stored.size;
        self.parts.push(Part {
            name: file.name,
            file_id: file.file_id,
            file_name: file.file_name,
            content_type: file.content_type,
            stored,
        });
        Ok(())
    }

    /// Brings the parts and what the metadata says of them together.
    fn describe(&mut self, metadata: UploadMetadata) -> Result<Vec<Option<Classification>>> {
        if self.parts.is_empty() {
            return Err(Error::new(
                Code::NoFiles,
                "The form has no files. Send them as parts named `file0`, `file1` and so on.",
            ));
        }
        let mut classifications = vec![None; self.parts.len()];
        let mut described = HashSet::new();
        for said in metadata.files {
            let found = self
                .parts
                .iter_mut()
                .zip(&mut classifications)
                .find(|(part, _)| part.name == said.part_name);
            let (part, classification) = found.ok_or_else(|| {
                Error::invalid("`metadata.files` names a `partName` that the form does not have.")
            })?;
            if !described.insert(said.part_name) {
                return Err(Error::invalid(
                    "`metadata.files` describes one `partName` twice.",
                ));
            }
            if let Some(sha256) = said.sha256
                && !sha256.eq_ignore_ascii_case(&part.stored.sha256)
            {
                return Err(Error::new(
                    Code::ChecksumMismatch,
                    format!(
                        "The bytes of part `{}` do not have the `sha256` that was announced.",
                        part.name
                    ),
                ));
            }
            part.file_name = said.file_name;
            if let Some(content_type) = said.content_type {
                part.content_type = content_type;
            }
            *classification = said.classification;
        }
        for part in &mut self.parts {
            part.file_name = file_name(&part.file_name)?;
            part.content_type = content_type(&part.content_type)?;
        }
        Ok(classifications)
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        discard(
            &self.blobs,
            &self.job_id,
            self.parts.iter().map(|part| part.file_id.clone()),
        );
    }
}

/// Deletes stored bytes that no row names, beside whatever else happens.
fn discard(blobs: &Blobs, job_id: &str, file_ids: impl Iterator<Item = String>) {
    let names: Vec<String> = file_ids.map(|file_id| blob(job_id, &file_id)).collect();
    if names.is_empty() {
        return;
    }
    let blobs = blobs.clone();
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            for name in names {
                if let Err(error) = blobs.delete(&name).await {
                    tracing::warn!(%error, "the bytes of an upload that failed could not be deleted");
                }
            }
        });
    }
}

impl Jobs {
    /// Begins an upload request. `announced` is the size of its body in bytes, when it says one.
    pub async fn receive(
        &self,
        caller: &Authenticated,
        job_id: &str,
        announced: Option<u64>,
    ) -> Result<Receiving> {
        let job_id = known_shape(job_id)?;
        let (workspace_id, id) = (caller.workspace_id.clone(), job_id.clone());
        let (job, files) = self
            .db
            .read(move |connection| {
                Ok((
                    own_job(connection, &workspace_id, &id)?,
                    store::files_of(connection, &id)?,
                ))
            })
            .await?;
        must_take_uploads(&job)?;
        let bytes_left = MAX_DECLARED_BYTES - files.iter().map(|file| file.file_size).sum::<i64>();
        // Room for the form around the files.
        let most = bytes_left.unsigned_abs() + (2 << 20);
        if announced.is_some_and(|announced| announced > most) {
            return Err(too_many_bytes());
        }
        if files.len() >= MAX_FILES {
            return Err(too_many_files());
        }
        Ok(Receiving {
            job_id,
            blobs: self.blobs.clone(),
            parts: Vec::new(),
            files_before: files.len(),
            bytes_left,
        })
    }

    /// Refuses when a job takes no uploads any more.
    pub async fn must_take_uploads(&self, caller: &Authenticated, job_id: &str) -> Result<()> {
        let (job_id, workspace_id) = (known_shape(job_id)?, caller.workspace_id.clone());
        self.db
            .read(move |connection| {
                must_take_uploads(&own_job(connection, &workspace_id, &job_id)?)
            })
            .await
    }

    /// Records the files of a request.
    pub async fn record(
        &self,
        caller: &Authenticated,
        mut receiving: Receiving,
        metadata: UploadMetadata,
    ) -> Result<(JobView, Vec<UploadView>)> {
        let classifications = receiving.describe(metadata)?;
        let (now, workspace_id) = (self.clock.now(), caller.workspace_id.clone());
        let job_id = receiving.job_id.clone();
        let rows: Vec<FileRow> = receiving
            .parts
            .iter()
            .zip(classifications)
            .map(|(part, classification)| FileRow {
                id: part.file_id.clone(),
                job_id: job_id.clone(),
                file_name: part.file_name.clone(),
                content_type: part.content_type.clone(),
                classification: classification.map(|known| known.as_str().to_owned()),
                file_size: part.stored.size,
                sha256: part.stored.sha256.clone(),
                blob: blob(&job_id, &part.file_id),
                status: FileStatus::Uploaded,
                page_count: None,
                error_code: None,
                error_message: None,
                created_at: now,
                updated_at: now,
                upload_mode: None,
                upload_id: None,
                registered_by_key_id: None,
            })
            .collect();
        let db = self.db.clone();
        // A task of its own: a sender that hangs up now must not leave rows without their bytes.
        let recording = tokio::spawn(async move {
            let outcome = db
                .write(move |connection| {
                    let job = own_job(connection, &workspace_id, &job_id)?;
                    must_take_uploads(&job)?;
                    // Held until the end of the transaction, so that two requests at once are judged
                    // one after the other.
                    if !store::touch(connection, &job_id, now)? {
                        return Err(uploads_closed());
                    }
                    let job = own_job(connection, &workspace_id, &job_id)?;
                    let mut files = store::files_of(connection, &job_id)?;
                    let mut uploads = Vec::new();
                    for row in rows {
                        let same = files.iter_mut().find(|file| {
                            file.file_name == row.file_name && file.sha256 == row.sha256
                        });
                        let (document_id, status) = match same {
                            Some(same) if same.status == FileStatus::Uploaded => {
                                (same.id.clone(), "skipped")
                            }
                            // It was announced, and comes another way.
                            Some(same) => {
                                store::bring(connection, &same.id, &row.blob, now)?;
                                same.blob = row.blob;
                                same.status = FileStatus::Uploaded;
                                (same.id.clone(), "uploaded")
                            }
                            None => {
                                store::insert_file(connection, &row)?;
                                files.push(row.clone());
                                (row.id, "uploaded")
                            }
                        };
                        uploads.push(UploadView {
                            document_id,
                            file_name: row.file_name,
                            file_size: row.file_size,
                            sha256: row.sha256,
                            status,
                        });
                    }
                    if files.len() > MAX_FILES {
                        return Err(too_many_files());
                    }
                    if files.iter().map(|file| file.file_size).sum::<i64>() > MAX_DECLARED_BYTES {
                        return Err(too_many_bytes());
                    }
                    begin_uploading(connection, &job, now)?;
                    Ok((own_job(connection, &workspace_id, &job_id)?, files, uploads))
                })
                .await;
            match &outcome {
                // What was skipped is stored twice; the rest is the job's from here on.
                Ok((_, files, _)) => receiving.parts.retain(|part| {
                    !files
                        .iter()
                        .any(|file| file.blob == blob(&file.job_id, &part.file_id))
                }),
                // The rows may be there all the same: bytes too many are better than too few.
                Err(error) if error.cause.is_some() => receiving.parts.clear(),
                Err(_) => {}
            }
            outcome
        });
        let (job, files, uploads) = recording.await??;
        Ok((self.view(job, files), uploads))
    }
}

pub(super) fn blob(job_id: &str, file_id: &str) -> String {
    format!("jobs/{job_id}/uploads/{file_id}")
}

/// Where a part lies until the file is put together.
pub(super) fn part_blob(file: &FileRow, number: i64) -> String {
    format!("jobs/{}/parts/{}/{number}", file.job_id, file.id)
}

/// A file's name is data: any characters but controls. A sender's folders are dropped.
pub(super) fn file_name(text: &str) -> Result<String> {
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let length = name.chars().count();
    if length == 0 || length > 255 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "`fileName` must have 1 to 255 characters, none of them a control character.",
        ));
    }
    Ok(name.to_owned())
}

pub(super) fn content_type(text: &str) -> Result<String> {
    let text = text.trim();
    let ok =
        (1..=127).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    match ok {
        true => Ok(text.to_owned()),
        false => Err(Error::invalid(
            "`contentType` must be a media type such as application/pdf.",
        )),
    }
}

pub(super) fn too_many_files() -> Error {
    Error::new(
        Code::LimitExceeded,
        format!("A job takes at most {MAX_FILES} files."),
    )
}

pub(super) fn too_many_bytes() -> Error {
    Error::new(
        Code::LimitExceeded,
        format!("A job takes at most {MAX_DECLARED_BYTES} bytes."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_data_and_never_a_path() {
        assert_eq!(file_name("../../etc/passwd").unwrap(), "passwd");
        assert_eq!(
            file_name("C:\\plans\\Grundriss Süd.pdf").unwrap(),
            "Grundriss Süd.pdf"
        );
        assert_eq!(file_name("图纸 🏗.pdf").unwrap(), "图纸 🏗.pdf");
        assert_eq!(file_name("..").unwrap(), "..");
        for name in ["", "a/", "a\u{0}b", "a\r\nb", &"x".repeat(256)] {
            assert!(file_name(name).is_err(), "{name:?}");
        }
    }
}
