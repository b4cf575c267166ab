//! The result of a job, version 1: built once from what was stored, and never changed after.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{ArtifactRow, FileRow, JobRow, PageRow};
use super::{Fault, FileStatus, PageStatus, Status};
use crate::clock::Time;
use crate::documents::{Classification, PageKind, PageReading};
use crate::error::Result;
use crate::id::Kind;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultV1<'a> {
    #[schema(pattern = "^v1$")]
    schema_version: &'static str,
    job: JobSummary<'a>,
    usage: Usage,
    documents: Vec<Document<'a>>,
    /// Where in the documents a statement was found.
    #[schema(value_type = Vec<Evidence>)]
    evidence: [(); 0],
    warnings: Vec<Note<'a>>,
    errors: Vec<Note<'a>>,
    generated_at: Time,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResultJob)]
struct JobSummary<'a> {
    id: &'a str,
    status: Status,
    #[schema(required)]
    external_id: Option<&'a str>,
    created_at: Time,
    completed_at: Time,
    expires_at: Time,
    result_url: String,
    #[schema(required)]
    error: Option<Fault>,
}

#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResultUsage)]
struct Usage {
    page_count: usize,
    successful_page_count: usize,
    drawing_page_count: usize,
    document_page_count: usize,
    successful_drawing_page_count: usize,
    successful_document_page_count: usize,
    drawing_credits_per_page: i64,
    document_credits_per_page: i64,
    credits_reserved: i64,
    credits_debited: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResultDocument)]
struct Document<'a> {
    document_id: &'a str,
    file_name: &'a str,
    #[schema(required, value_type = Option<Classification>)]
    classification: Option<&'a str>,
    content_type: &'a str,
    file_size: i64,
    sha256: &'a str,
    status: FileStatus,
    page_count: usize,
    successful_page_count: usize,
    failed_page_count: usize,
    #[schema(required)]
    error: Option<Fault>,
    artifacts: Vec<Artifact<'a>>,
    sheets: Vec<Sheet<'a>>,
    #[schema(required, value_type = Option<Vec<Specification>>)]
    specifications: Option<()>,
    #[schema(required, value_type = Option<Vec<Doc>>)]
    docs: Option<()>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Sheet<'a> {
    sheet_id: String,
    page_number: i64,
    #[schema(required)]
    sheet_number: Option<String>,
    #[schema(required)]
    sheet_name: Option<String>,
    sheet_display_name: String,
    #[schema(required)]
    discipline: Option<String>,
    #[schema(required)]
    drawing_type: Option<String>,
    width_points: f64,
    height_points: f64,
    #[schema(required)]
    scale: Option<String>,
    artifacts: Vec<Artifact<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Artifact<'a> {
    r#type: &'a str,
    content_type: &'a str,
    file_size: i64,
    path: &'a str,
    url: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResultNote)]
struct Note<'a> {
    code: String,
    message: String,
    document_id: &'a str,
    file_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    page_number: Option<i64>,
}

/// A place in the documents that a statement stands on. Described for clients that prepare for it:
/// the engine does not find any yet.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described so far")]
struct Evidence {
    id: String,
    /// `region`, `specification` or `doc`.
    #[schema(pattern = "^(region|specification|doc)$")]
    r#type: String,
    #[schema(required)]
    region_type: Option<String>,
    label: String,
    text: String,
    document_id: String,
    #[schema(required)]
    sheet_id: Option<String>,
    #[schema(required)]
    sheet_number: Option<String>,
    page_number: i64,
    #[schema(required)]
    display_box: Option<DisplayBox>,
    source_catalog_uri: String,
}

/// A part of a page: each edge from 0 to 1.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described so far")]
struct DisplayBox {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// A section of a specification. Described for clients that prepare for it: the engine does not
/// find any yet.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described so far")]
struct Specification {
    specification_id: String,
    /// Such as `03 30 00`.
    section_number: String,
    section_title: String,
    page_start: i64,
    page_end: i64,
    parts: Vec<SpecificationPart>,
    artifacts: Vec<Artifact<'static>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described so far")]
struct SpecificationPart {
    label: String,
    title: String,
    page_start: i64,
}

/// A document inside a file. Described for clients that prepare for it: the engine does not find
/// any yet.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described so far")]
struct Doc {
    doc_id: String,
    doc_type: String,
    title: String,
    page_start: i64,
    page_end: i64,
    artifacts: Vec<Artifact<'static>>,
}

/// Above this share of letters that cannot be told, a page's text is not to be trusted.
const TRUSTED_UNMAPPED_SHARE: f64 = 0.2;

/// The JSON of a job that ends in `status` at `completed_at`.
pub fn build(
    job: &JobRow,
    files: &[FileRow],
    pages: &[PageRow],
    artifacts: &[ArtifactRow],
    end: (Status, Time, Time),
    base_url: &str,
) -> Result<Vec<u8>> {
    let (status, completed_at, expires_at) = end;
    let mut usage = Usage {
        drawing_credits_per_page: job.drawing_credits_per_page,
        document_credits_per_page: job.document_credits_per_page,
        credits_reserved: job.credits_reserved,
        credits_debited: job.credits_debited,
        ..Usage::default()
    };
    for page in pages {
        let done = usize::from(page.status == PageStatus::Done);
        usage.page_count += 1;
        usage.successful_page_count += done;
        if page.kind == PageKind::Drawing.as_str() {
            usage.drawing_page_count += 1;
            usage.successful_drawing_page_count += done;
        } else {
            usage.document_page_count += 1;
            usage.successful_document_page_count += done;
        }
    }
    let mut of_page: HashMap<&str, Vec<&ArtifactRow>> = HashMap::new();
    for artifact in artifacts {
        if let Some(page_id) = &artifact.page_id {
            of_page.entry(page_id).or_default().push(artifact);
        }
    }
    let mut of_file: HashMap<&str, Vec<&PageRow>> = HashMap::new();
    for page in pages {
        of_file.entry(&page.file_id).or_default().push(page);
    }
    let (mut documents, mut warnings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        let pages = of_file.remove(file.id.as_str()).unwrap_or_default();
        let error = Fault::from_columns(file.error_code.as_ref(), file.error_message.as_ref());
        if let Some(fault) = &error {
            errors.push(note(file, None, fault.clone()));
        }
        let mut document = Document {
            document_id: &file.id,
            file_name: &file.file_name,
            classification: file.classification.as_deref(),
            content_type: &file.content_type,
            file_size: file.file_size,
            sha256: &file.sha256,
            status: file.status,
            page_count: pages.len(),
            successful_page_count: 0,
            failed_page_count: 0,
            error,
            artifacts: Vec::new(),
            sheets: Vec::new(),
            specifications: None,
            docs: None,
        };
        for page in pages {
            let fault = Fault::from_columns(page.error_code.as_ref(), page.error_message.as_ref());
            if let Some(fault) = fault {
                errors.push(note(file, Some(page.page_number), fault));
            }
            let Some(reading) = &page.reading else {
                document.failed_page_count += 1;
                continue;
            };
            document.successful_page_count += 1;
            let reading: PageReading = serde_json::from_str(reading)?;
            if reading.unmapped_share > TRUSTED_UNMAPPED_SHARE {
                let fault = Fault {
                    code: "text_unreliable".to_owned(),
                    message: "The page's fonts do not say which letters they show; its text may be wrong.".to_owned(),
                };
                warnings.push(note(file, Some(page.page_number), fault));
            }
            let artifacts = of_page
                .remove(page.id.as_str())
                .unwrap_or_default()
                .into_iter()
                .map(|row| artifact(row, base_url));
            match reading.kind {
                PageKind::Document => document.artifacts.extend(artifacts),
                PageKind::Drawing => {
                    let artifacts = artifacts.collect();
                    document.sheets.push(sheet(page, reading, artifacts));
                }
            }
        }
        documents.push(document);
    }
    Ok(serde_json::to_vec(&ResultV1 {
        schema_version: "v1",
        job: JobSummary {
            id: &job.id,
            status,
            external_id: job.external_id.as_deref(),
            created_at: job.created_at,
            completed_at,
            expires_at,
            result_url: format!("{base_url}/api/open/v1/jobs/{}/result", job.id),
            error: None,
        },
        usage,
        documents,
        evidence: [],
        warnings,
        errors,
        generated_at: completed_at,
    })?)
}

fn note(file: &FileRow, page_number: Option<i64>, fault: Fault) -> Note<'_> {
    Note {
        code: fault.code,
        message: fault.message,
        document_id: &file.id,
        file_name: &file.file_name,
        page_number,
    }
}

fn sheet<'a>(page: &PageRow, reading: PageReading, artifacts: Vec<Artifact<'a>>) -> Sheet<'a> {
    Sheet {
        // A sheet is a page by another name, so it keeps the page's digits.
        sheet_id: page
            .id
            .replacen(Kind::Page.prefix(), Kind::Sheet.prefix(), 1),
        page_number: page.page_number,
        sheet_number: reading.sheet_number,
        sheet_name: reading.sheet_name,
        sheet_display_name: reading.sheet_display_name,
        discipline: reading.discipline,
        drawing_type: reading.drawing_type,
        width_points: reading.width_points,
        height_points: reading.height_points,
        scale: reading.scale,
        artifacts,
    }
}

fn artifact<'a>(row: &'a ArtifactRow, base_url: &str) -> Artifact<'a> {
    Artifact {
        r#type: &row.artifact_type,
        content_type: &row.content_type,
        file_size: row.file_size,
        path: &row.path,
        // Ids and file names of ours: nothing in a path needs escaping.
        url: format!(
            "{base_url}/api/open/v1/jobs/{}/artifact?path={}",
            row.job_id, row.path
        ),
    }
}
