//! Jobs on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{FileRow, JobRow};
use super::{FileStatus, MAX_DECLARED_BYTES, MAX_FILES, Status};
use crate::clock::Time;

/// Stands in the stored event of a job for the link to its result, which is signed anew whenever
/// the event is told.
pub const RESULT_URL_PLACE: &str = "https://plangrep.invalid/result";

/// A job, and how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub struct JobView {
    pub id: String,
    #[schema(required)]
    pub external_id: Option<String>,
    pub status: Status,
    pub project_id: String,
    pub limits: Limits,
    /// Known after the preflight.
    pub page_count: i64,
    pub successful_page_count: i64,
    pub billing: JobBilling,
    pub files: Vec<FileView>,
    /// Signed, and good for an hour; null until there is a result.
    #[schema(required)]
    pub result_url: Option<String>,
    #[schema(required)]
    pub error: Option<Fault>,
    pub created_at: Time,
    pub updated_at: Time,
    #[schema(required)]
    pub completed_at: Option<Time>,
    pub expires_at: Time,
}

/// What a job takes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobLimits)]
pub struct Limits {
    /// Bytes of all files together.
    pub max_declared_bytes: i64,
    pub max_files: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobBilling {
    pub credits_reserved: i64,
    pub credits_debited: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobFile)]
pub struct FileView {
    pub id: String,
    pub file_name: String,
    pub status: FileStatus,
}

/// What went wrong with a job, a document or a page, for its owner.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fault {
    pub code: String,
    pub message: String,
}

impl Fault {
    pub(super) fn from_columns(code: Option<&String>, message: Option<&String>) -> Option<Self> {
        Some(Self {
            code: code?.clone(),
            message: message.cloned().unwrap_or_default(),
        })
    }
}

impl JobView {
    pub(super) fn new(row: JobRow, files: Vec<FileRow>, result_url: Option<String>) -> Self {
        Self {
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

/// A file of a job, ready to be streamed.
#[derive(Clone, Debug)]
pub struct Download {
    pub blob: String,
    pub content_type: String,
    pub size: i64,
    pub sha256: String,
    pub file_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_in_an_event_is_where_the_sender_looks_for_it() {
        let place = format!("\"resultUrl\":\"{RESULT_URL_PLACE}\"");
        assert_eq!(place, crate::webhooks::RESULT_PLACE);
    }
}
