//! Files that are announced before their bytes come: each gets signed URLs for one PUT, or for a
//! PUT of each part.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::links::{self, LIFE};
use super::store::{self, FileRow};
use super::uploads::{blob, content_type, file_name, too_many_bytes, too_many_files};
use super::{
    FileStatus, JobView, Jobs, MAX_DECLARED_BYTES, MAX_FILES, UploadMode, known_shape,
    must_take_uploads, own_job, uploads_closed,
};
use crate::blobs::{ExpectedFile, UrlSigner};
use crate::clock::Time;
use crate::documents::Classification;
use crate::error::{Error, Result};
use crate::id;
use crate::keys::Authenticated;
use crate::secret::from_hexadecimal;

/// The smallest part of a multipart upload, in bytes; S3 takes none below 5 MiB.
const SMALLEST_PART: i64 = 8 << 20;
/// The most parts that a file is cut into; S3 takes 10,000.
const MOST_PARTS: i64 = 1_000;
/// Uploads that a bucket is asked to begin at once.
const AT_ONCE: usize = 8;
/// How long a URL that is signed for a bucket is good.
const SIGNED_LIFE: Duration = Duration::from_millis(LIFE.unsigned_abs());

/// What a client says of a file that it is going to send.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UploadAnnouncement)]
pub struct Announcement {
    #[schema(min_length = 1, max_length = 255)]
    pub file_name: String,
    #[schema(min_length = 1, max_length = 127)]
    pub content_type: String,
    /// Bytes.
    #[schema(minimum = 0, maximum = 10000000000_i64)]
    pub file_size: i64,
    /// Hex.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub sha256: String,
    /// Without it, it is told from the content.
    #[serde(default)]
    pub classification: Option<Classification>,
}

/// How the bytes of an announced file are to be sent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncedView {
    pub document_id: String,
    pub file_name: String,
    /// `awaiting_upload`, or `skipped` when the same bytes are there already under this name.
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_mode: Option<UploadMode>,
    /// To be named when the uploads are completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    #[serde(flatten)]
    pub way: Option<Way>,
}

/// Where the bytes go.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Way {
    Direct {
        upload_url: String,
        /// To be sent with the PUT.
        upload_headers: std::collections::BTreeMap<String, String>,
    },
    Parts {
        upload_id: String,
        part_size: i64,
        parts: Vec<PartView>,
    },
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UploadPart)]
pub struct PartView {
    /// From 1.
    pub part_number: i64,
    #[schema(format = "uri")]
    pub url: String,
    pub offset: i64,
    pub size: i64,
}

/// One part of a file of `file_size` bytes, in the parts of which it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: i64,
    pub offset: i64,
    pub size: i64,
}

pub fn part_size(file_size: i64) -> i64 {
    let mebibytes = (file_size / MOST_PARTS + (1 << 20)) >> 20;
    (mebibytes << 20).max(SMALLEST_PART)
}

/// The parts of a file, in order; at least one.
pub fn parts_of(file_size: i64) -> Vec<Part> {
    let size = part_size(file_size);
    let count = ((file_size + size - 1) / size).max(1);
    (0..count)
        .map(|index| Part {
            number: index + 1,
            offset: index * size,
            size: size.min(file_size - index * size),
        })
        .collect()
}

/// What a signed URL is signed for: a file, or one of its parts.
pub(super) fn subject(document_id: &str, part: Option<i64>) -> String {
    match part {
        None => format!("PUT {document_id}"),
        Some(number) => format!("PUT {document_id} part {number}"),
    }
}

/// What an upload token is signed for.
pub(super) fn token_subject(document_id: &str) -> String {
    format!("complete {document_id}")
}

impl Announcement {
    /// The row of a new file.
    fn into_row(self, job_id: &str, key_id: &str, mode: UploadMode, now: Time) -> Result<FileRow> {
        let sha256 = self.sha256.to_ascii_lowercase();
        if sha256.len() != 64 || !sha256.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Error::invalid(
                "`files.sha256` must be the SHA-256 of the file in 64 hexadecimal digits.",
            ));
        }
        let id = id::new(id::Kind::File);
        Ok(FileRow {
            job_id: job_id.to_owned(),
            file_name: file_name(&self.file_name)?,
            content_type: content_type(&self.content_type)?,
            classification: self.classification.map(|known| known.as_str().to_owned()),
            file_size: self.file_size,
            sha256,
            blob: blob(job_id, &id),
            status: FileStatus::AwaitingUpload,
            page_count: None,
            error_code: None,
            error_message: None,
            created_at: now,
            updated_at: now,
            upload_mode: Some(mode),
            upload_id: None,
            registered_by_key_id: Some(key_id.to_owned()),
            id,
        })
    }
}

impl Jobs {
    /// Registers files, and says where to send them. The same announcement again gives the same
    /// files, with fresh URLs.
    pub async fn announce(
        &self,
        caller: &Authenticated,
        job_id: &str,
        announced: Vec<Announcement>,
    ) -> Result<(JobView, Vec<AnnouncedView>)> {
        let job_id = known_shape(job_id)?;
        if announced.is_empty() || announced.len() > MAX_FILES {
            return Err(Error::invalid(format!(
                "`files` must name 1 to {MAX_FILES} files."
            )));
        }
        let now = self.clock.now();
        let mut rows = Vec::with_capacity(announced.len());
        for file in announced {
            if file.file_size < 0 {
                return Err(Error::invalid("`files.fileSize` must not be negative."));
            }
            if file.file_size > MAX_DECLARED_BYTES {
                return Err(too_many_bytes());
            }
            let mode = match file.file_size > self.direct_upload_max {
                true => UploadMode::Multipart,
                false => UploadMode::DirectPut,
            };
            let mut row = file.into_row(&job_id, &caller.key_id, mode, now)?;
            // A bucket names its uploads by itself.
            if mode == UploadMode::Multipart && self.blobs.bucket().is_none() {
                row.upload_id = Some(id::new(id::Kind::Row));
            }
            rows.push(row);
        }
        let begun = self.begin_uploads(caller, &job_id, &mut rows).await?;
        let workspace_id = caller.workspace_id.clone();
        let recorded = self
            .db
            .write(move |connection| {
                let job = own_job(connection, &workspace_id, &job_id)?;
                must_take_uploads(&job)?;
                if !store::touch(connection, &job_id, now)? {
                    return Err(uploads_closed());
                }
                let mut files = store::files_of(connection, &job_id)?;
                let known = files.len();
                let wanted = add(&mut files, &rows)?;
                for row in files.iter().skip(known) {
                    store::insert_file(connection, row)?;
                }
                Ok((own_job(connection, &workspace_id, &job_id)?, files, wanted))
            })
            .await;
        let left_over = match &recorded {
            Ok((_, files, _)) => begun
                .into_iter()
                .filter(|row| files.iter().all(|file| file.id != row.id))
                .collect(),
            // The rows may be there all the same.
            Err(error) if error.cause.is_some() => Vec::new(),
            Err(_) => begun,
        };
        self.abort_uploads(&left_over).await;
        let (job, files, wanted) = recorded?;
        let signer = match self.blobs.bucket() {
            Some(bucket) => Some(bucket.signer().await?),
            None => None,
        };
        let mut seen = HashSet::new();
        let mut views = Vec::new();
        for id in &wanted {
            if let Some(file) = files.iter().find(|file| file.id == *id)
                && seen.insert(id)
            {
                views.push(self.announced(file, signer.as_ref(), now));
            }
        }
        Ok((self.view(job, files), views))
    }

    /// Begins the uploads in parts of the files that are new, in the bucket if there is one; answers
    /// the rows whose uploads were begun.
    async fn begin_uploads(
        &self,
        caller: &Authenticated,
        job_id: &str,
        rows: &mut [FileRow],
    ) -> Result<Vec<FileRow>> {
        let Some(bucket) = self.blobs.bucket() else {
            return Ok(Vec::new());
        };
        let (workspace_id, job_id) = (caller.workspace_id.clone(), job_id.to_owned());
        let announced = rows.to_vec();
        let new: HashSet<String> = self
            .db
            .read(move |connection| {
                must_take_uploads(&own_job(connection, &workspace_id, &job_id)?)?;
                let mut files = store::files_of(connection, &job_id)?;
                let known = files.len();
                add(&mut files, &announced)?;
                Ok(files.into_iter().skip(known).map(|file| file.id).collect())
            })
            .await?;
        let to_begin: Vec<(String, String)> = rows
            .iter()
            .filter(|row| row.upload_mode == Some(UploadMode::Multipart) && new.contains(&row.id))
            .map(|row| (row.id.clone(), row.blob.clone()))
            .collect();
        let outcomes: Vec<_> = stream::iter(to_begin)
            .map(|(id, blob)| async move { (id, bucket.begin_parts(&blob).await) })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let (mut begun, mut failure) = (Vec::new(), None);
        for (id, outcome) in outcomes {
            match (outcome, rows.iter_mut().find(|row| row.id == id)) {
                (Ok(upload_id), Some(row)) => {
                    row.upload_id = Some(upload_id);
                    begun.push(row.clone());
                }
                (Ok(_), None) => {}
                (Err(error), _) => failure = Some(error),
            }
        }
        let Some(failure) = failure else {
            return Ok(begun);
        };
        self.abort_uploads(&begun).await;
        Err(failure)
    }

    /// Gives uploads in parts up, as far as the bucket allows: its lifecycle rule does the rest.
    pub(super) async fn abort_uploads(&self, files: &[FileRow]) {
        let Some(bucket) = self.blobs.bucket() else {
            return;
        };
        for file in files {
            if let Some(upload_id) = &file.upload_id
                && let Err(error) = bucket.abort_parts(&file.blob, upload_id).await
            {
                tracing::warn!(%error, "an upload in parts could not be given up");
            }
        }
    }

    fn announced(
        &self,
        file: &FileRow,
        signer: Option<&UrlSigner<'_>>,
        now: Time,
    ) -> AnnouncedView {
        let mut view = AnnouncedView {
            document_id: file.id.clone(),
            file_name: file.file_name.clone(),
            status: "skipped",
            upload_mode: None,
            upload_token: None,
            expires_at: None,
            way: None,
        };
        if file.status != FileStatus::AwaitingUpload {
            return view;
        }
        view.status = "awaiting_upload";
        view.upload_mode = file.upload_mode;
        view.upload_token = Some(self.upload_token(&file.id, now));
        view.expires_at = Some(now.plus(LIFE));
        view.way = Some(match file.upload_mode {
            Some(UploadMode::Multipart) => Way::Parts {
                upload_id: file.upload_id.clone().unwrap_or_default(),
                part_size: part_size(file.file_size),
                parts: parts_of(file.file_size)
                    .into_iter()
                    .map(|part| PartView {
                        part_number: part.number,
                        url: match signer {
                            Some(signer) => signed_part(signer, file, part),
                            None => self.upload_url(&file.id, Some(part.number), now),
                        },
                        offset: part.offset,
                        size: part.size,
                    })
                    .collect(),
            },
            _ => match signer {
                Some(signer) => signed_put(signer, file),
                None => Way::Direct {
                    upload_url: self.upload_url(&file.id, None, now),
                    upload_headers: [("content-type".to_owned(), file.content_type.clone())].into(),
                },
            },
        });
        view
    }

    pub(super) fn upload_token(&self, document_id: &str, now: Time) -> String {
        links::sign(&self.upload_links, &token_subject(document_id), now)
    }

    fn upload_url(&self, document_id: &str, part: Option<i64>, now: Time) -> String {
        let token = links::sign(&self.upload_links, &subject(document_id, part), now);
        let base_url = &self.base_url;
        match part {
            None => format!("{base_url}/uploads/{document_id}?token={token}"),
            Some(number) => {
                format!("{base_url}/uploads/{document_id}/parts/{number}?token={token}")
            }
        }
    }
}

/// Adds announced files to those that a job has, except those that it has already; answers the ids
/// of all that were announced.
fn add(files: &mut Vec<FileRow>, rows: &[FileRow]) -> Result<Vec<String>> {
    let mut wanted = Vec::with_capacity(rows.len());
    for row in rows {
        let same = files
            .iter()
            .find(|file| file.file_name == row.file_name && file.sha256 == row.sha256);
        match same {
            Some(same) if same.file_size != row.file_size => {
                return Err(Error::invalid(
                    "`files.fileSize` differs from an earlier announcement of the same bytes.",
                ));
            }
            Some(same) => wanted.push(same.id.clone()),
            None => {
                wanted.push(row.id.clone());
                files.push(row.clone());
            }
        }
    }
    if files.len() > MAX_FILES {
        return Err(too_many_files());
    }
    if files.iter().map(|file| file.file_size).sum::<i64>() > MAX_DECLARED_BYTES {
        return Err(too_many_bytes());
    }
    Ok(wanted)
}

fn signed_put(signer: &UrlSigner<'_>, file: &FileRow) -> Way {
    let expected = ExpectedFile {
        content_type: &file.content_type,
        size: file.file_size,
        // Its form was checked when the file was announced.
        sha256: &from_hexadecimal(&file.sha256).unwrap_or_default(),
    };
    let (upload_url, headers) = signer.put(&file.blob, &expected, SIGNED_LIFE);
    Way::Direct {
        upload_url,
        upload_headers: headers.into_iter().collect(),
    }
}

fn signed_part(signer: &UrlSigner<'_>, file: &FileRow, part: Part) -> String {
    let upload_id = file.upload_id.as_deref().unwrap_or_default();
    // There are a thousand at most.
    let number = u16::try_from(part.number).unwrap_or(u16::MAX);
    signer.part(&file.blob, upload_id, number, part.size, SIGNED_LIFE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file_without_gaps() {
        for size in [
            0,
            1,
            8 << 20,
            (8 << 20) + 1,
            100_000_000,
            MAX_DECLARED_BYTES,
        ] {
            let parts = parts_of(size);
            let mut end = 0;
            for (index, part) in parts.iter().enumerate() {
                assert_eq!((part.number, part.offset), (index as i64 + 1, end));
                end += part.size;
            }
            assert_eq!(end, size);
            assert!(parts.len() <= 1_000, "{size}");
        }
        assert_eq!(parts_of(20 << 20).len(), 3);
    }
}
