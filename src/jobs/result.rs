//! The result of a job, version 1: built once from what was stored, and never changed after.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::binding::Binding;
use super::findings::{Doc, Evidence, Findings, Specification};
use super::store::{ArtifactRow, FileRow, JobRow, PageRow};
use super::{Fault, FileStatus, PageStatus, Status};
use crate::clock::Time;
use crate::documents::{self, Classification, PageKind, PageReading};
use crate::error::Result;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultV1<'a> {
    #[schema(pattern = "^v1$")]
    schema_version: &'static str,
    job: JobSummary<'a>,
    usage: Usage,
    documents: Vec<Document<'a>>,
    /// Where in the documents a statement was found.
    evidence: Vec<Evidence<'a>>,
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
    /// Null when the pages of the job could not be read together.
    #[schema(required)]
    specifications: Option<Vec<Specification<'a>>>,
    #[schema(required)]
    docs: Option<Vec<Doc<'a>>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Sheet<'a> {
    sheet_id: &'a str,
    page_number: i64,
    #[schema(required)]
    sheet_number: Option<&'a str>,
    #[schema(required)]
    sheet_name: Option<&'a str>,
    sheet_display_name: &'a str,
    #[schema(required)]
    discipline: Option<&'a str>,
    #[schema(required)]
    drawing_type: Option<&'a str>,
    width_points: f64,
    height_points: f64,
    #[schema(required)]
    scale: Option<&'a str>,
    /// The mark of the latest revision.
    #[schema(required)]
    revision: Option<&'a str>,
    #[schema(required)]
    project_name: Option<&'a str>,
    #[schema(required)]
    project_number: Option<&'a str>,
    /// As it is printed.
    #[schema(required)]
    issue_date: Option<&'a str>,
    /// The files of the page, pictures of its regions, and the extract: regions, the cells of
    /// schedules, and references to other sheets.
    artifacts: Vec<Artifact<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact<'a> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    page_number: Option<i64>,
}

/// What a result is made of.
pub struct Parts<'a> {
    pub job: &'a JobRow,
    pub files: &'a [FileRow],
    pub pages: &'a [PageRow],
    pub artifacts: &'a [ArtifactRow],
    pub binding: &'a Binding,
    /// The status in which the job ends, when that is, and until when it is kept.
    pub end: (Status, Time, Time),
    pub base_url: &'a str,
}

/// The JSON of the result.
pub fn build(parts: &Parts<'_>) -> Result<Vec<u8>> {
    let (job, (status, completed_at, expires_at)) = (parts.job, parts.end);
    let mut artifacts: HashMap<&str, Vec<&ArtifactRow>> = HashMap::new();
    for artifact in parts.artifacts {
        artifacts
            .entry(&artifact.file_id)
            .or_default()
            .push(artifact);
    }
    let mut pages: HashMap<&str, Vec<&PageRow>> = HashMap::new();
    for page in parts.pages {
        pages.entry(&page.file_id).or_default().push(page);
    }
    let mut told = Told::default();
    let mut documents = Vec::with_capacity(parts.files.len());
    for (number, file) in parts.files.iter().enumerate() {
        let shelf = Shelf::new(
            artifacts.remove(file.id.as_str()).unwrap_or_default(),
            parts.base_url,
        );
        let pages = pages.remove(file.id.as_str()).unwrap_or_default();
        documents.push(document(parts, number, file, pages, shelf, &mut told)?);
    }
    match &parts.binding.bound {
        Some(bound) => told.warnings.extend(bound.warnings.iter().map(|warning| {
            let file = warning.file.and_then(|number| parts.files.get(number));
            Note {
                code: warning.code.as_str().to_owned(),
                message: warning.message.clone(),
                document_id: file.map(|file| file.id.as_str()),
                file_name: file.map(|file| file.file_name.as_str()),
                page_number: warning.page_number.map(i64::from),
            }
        })),
        None => told.warnings.push(Note {
            code: "binding_failed".to_owned(),
            message: "The pages were read one by one, but not together: there are no specifications and no documents, and sheets were not compared with each other.".to_owned(),
            document_id: None,
            file_name: None,
            page_number: None,
        }),
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
            result_url: format!("{}/api/open/v1/jobs/{}/result", parts.base_url, job.id),
            error: None,
        },
        usage: usage(job, parts.pages),
        documents,
        evidence: told.evidence,
        warnings: told.warnings,
        errors: told.errors,
        generated_at: completed_at,
    })?)
}

fn usage(job: &JobRow, pages: &[PageRow]) -> Usage {
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
    usage
}

/// What the documents of a job have to say beside themselves.
#[derive(Default)]
struct Told<'a> {
    evidence: Vec<Evidence<'a>>,
    warnings: Vec<Note<'a>>,
    errors: Vec<Note<'a>>,
}

fn document<'a>(
    parts: &Parts<'a>,
    number: usize,
    file: &'a FileRow,
    pages: Vec<&'a PageRow>,
    mut shelf: Shelf<'a>,
    told: &mut Told<'a>,
) -> Result<Document<'a>> {
    let error = Fault::from_columns(file.error_code.as_ref(), file.error_message.as_ref());
    if let Some(fault) = &error {
        told.errors.push(note(file, None, fault.clone()));
    }
    let mut findings = Findings {
        file,
        project_id: &parts.job.project_id,
        evidence: &mut told.evidence,
    };
    let bound = parts.binding.bound.as_ref();
    let bound = bound.and_then(|bound| bound.files.get(number));
    let specifications = bound.map(|bound| {
        let sections = bound.specifications.iter();
        sections
            .map(|section| {
                let extract = shelf.extract(section.extract.as_ref());
                findings.specification(section, extract)
            })
            .collect()
    });
    let docs = bound.map(|bound| {
        let docs = bound.docs.iter();
        docs.map(|doc| {
            let extract = shelf.extract(doc.extract.as_ref());
            findings.doc(doc, extract)
        })
        .collect()
    });
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
        specifications,
        docs,
    };
    for page in pages {
        let fault = Fault::from_columns(page.error_code.as_ref(), page.error_message.as_ref());
        if let Some(fault) = fault {
            told.errors.push(note(file, Some(page.page_number), fault));
        }
        let Some(reading) = &page.reading else {
            document.failed_page_count += 1;
            continue;
        };
        document.successful_page_count += 1;
        let reading: PageReading = serde_json::from_str(reading)?;
        for (code, message) in reading.warnings() {
            let fault = Fault {
                code: code.as_str().to_owned(),
                message: message.to_owned(),
            };
            told.warnings
                .push(note(file, Some(page.page_number), fault));
        }
        let artifacts = shelf.of_page(&page.id);
        match parts.binding.sheets.get(&page.id) {
            None => document.artifacts.extend(artifacts),
            Some((sheet_id, sheet)) => {
                findings.regions(sheet, sheet_id);
                document
                    .sheets
                    .push(sheet_of(sheet_id, sheet, &reading, artifacts));
            }
        }
    }
    Ok(document)
}

fn note(file: &FileRow, page_number: Option<i64>, fault: Fault) -> Note<'_> {
    Note {
        code: fault.code,
        message: fault.message,
        document_id: Some(&file.id),
        file_name: Some(&file.file_name),
        page_number,
    }
}

fn sheet_of<'a>(
    sheet_id: &'a str,
    sheet: &'a documents::Sheet,
    reading: &PageReading,
    artifacts: Vec<Artifact<'a>>,
) -> Sheet<'a> {
    Sheet {
        sheet_id,
        page_number: i64::from(sheet.page_number),
        sheet_number: sheet.sheet_number.as_deref(),
        sheet_name: sheet.sheet_name.as_deref(),
        sheet_display_name: &sheet.sheet_display_name,
        discipline: sheet.discipline.as_deref(),
        drawing_type: sheet.drawing_type.as_deref(),
        width_points: reading.width_points,
        height_points: reading.height_points,
        scale: sheet.scale.as_deref(),
        revision: sheet.revision.as_deref(),
        project_name: sheet.project_name.as_deref(),
        project_number: sheet.project_number.as_deref(),
        issue_date: sheet.issue_date.as_deref(),
        artifacts,
    }
}

/// The stored files of one document, as they are asked for.
struct Shelf<'a> {
    of_page: HashMap<&'a str, Vec<&'a ArtifactRow>>,
    /// Those of no page, by the name that the engine gave them.
    loose: HashMap<&'a str, &'a ArtifactRow>,
    base_url: &'a str,
}

impl<'a> Shelf<'a> {
    fn new(rows: Vec<&'a ArtifactRow>, base_url: &'a str) -> Self {
        let mut shelf = Self {
            of_page: HashMap::new(),
            loose: HashMap::new(),
            base_url,
        };
        for row in rows {
            match &row.page_id {
                Some(page_id) => shelf.of_page.entry(page_id).or_default().push(row),
                None => {
                    let name = row.path.rsplit('/').next().unwrap_or_default();
                    shelf.loose.insert(name, row);
                }
            }
        }
        shelf
    }

    fn of_page(&mut self, page_id: &str) -> Vec<Artifact<'a>> {
        let rows = self.of_page.remove(page_id).unwrap_or_default();
        rows.into_iter()
            .map(|row| artifact(row, self.base_url))
            .collect()
    }

    fn extract(&mut self, extract: Option<&documents::Artifact>) -> Vec<Artifact<'a>> {
        let row = extract.and_then(|extract| self.loose.remove(extract.file_name.as_str()));
        row.into_iter()
            .map(|row| artifact(row, self.base_url))
            .collect()
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
