//! A job's own page: how it goes, what it made, what it cost; and the bytes that it leads to.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::badges::{self, Badge};
use super::frame::{Frame, leave_refusal, leave_word};
use super::key_rows::grouped;
use super::paging::{PageNumber, Pages, href, said};
use super::time_words::When;
use super::webhooks::{DeliveryLine, delivery_line};
use super::{page, see_other};
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Code, Result};
use crate::http::{Member, Query, stream};
use crate::jobs::{FileLine, FileStatus, JobRow, JobView, Sheet, Status, WholeJob};

/// Pictures on one page.
const SHEETS: i64 = 60;
/// Deliveries that are told here; the others stand under Settings.
const DELIVERIES: i64 = 20;

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage {
    frame: Frame,
    here: String,
    project_id: String,
    project_name: String,
    title: String,
    id: String,
    external_id: Option<String>,
    status: Badge,
    status_name: &'static str,
    /// The states that may follow and are not the end, each by its name.
    next_states: Vec<(&'static str, Badge)>,
    is_over: bool,
    is_blocked: bool,
    has_result: bool,
    result_size: String,
    progress: Progress,
    reserved: String,
    debited: String,
    key_id: String,
    key_label: String,
    created: When,
    ended: Option<When>,
    kept: When,
    is_past_keeping: bool,
    error: Option<String>,
    files: Vec<FileRow>,
    has_file_errors: bool,
    faults: Vec<FaultRow>,
    more_faults: String,
    sheets: Vec<SheetCard>,
    sheets_title: &'static str,
    pages: Pages,
    changes: Vec<(Badge, When)>,
    deliveries: Vec<DeliveryLine>,
    more_deliveries: bool,
}

#[derive(Template)]
#[template(path = "cancel_job.html")]
struct CancelJobPage {
    frame: Frame,
    here: String,
    title: String,
    project_name: String,
    status: Badge,
    progress: Progress,
    held: String,
}

/// How far a job is.
pub struct Progress {
    /// Whether the pages have been counted.
    pub is_known: bool,
    pub done: i64,
    pub pages: i64,
    pub failed: i64,
    pub done_text: String,
    pub pages_text: String,
    pub failed_text: String,
}

impl Progress {
    pub fn new(row: &JobRow, failed: i64) -> Self {
        let done = row.successful_page_count.saturating_add(failed);
        Self {
            is_known: row.page_count > 0,
            done,
            pages: row.page_count,
            failed,
            done_text: grouped(done),
            pages_text: grouped(row.page_count),
            failed_text: grouped(failed),
        }
    }
}

struct FileRow {
    name: String,
    status: Badge,
    pages: String,
    size: String,
    error: Option<String>,
}

struct FaultRow {
    file: String,
    page: String,
    code: String,
    message: String,
}

struct SheetCard {
    title: String,
    name: String,
    image: String,
    thumbnail: String,
    width: i64,
    height: i64,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    sheets: String,
}

#[derive(Deserialize)]
pub struct ArtifactPath {
    path: String,
}

/// The end of an id, which tells apart what was made in the same hour.
pub fn short(id: &str) -> String {
    let (prefix, digits) = id.split_once('_').unwrap_or(("", id));
    let start = digits.len().saturating_sub(8);
    format!("{prefix}_…{}", digits.get(start..).unwrap_or(digits))
}

fn title(row: &JobRow) -> String {
    row.external_id.clone().unwrap_or_else(|| short(&row.id))
}

/// Bytes as people say them: `3.2 MB`.
pub fn size(bytes: i64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        None => format!("{bytes} B"),
        Some((unit, name)) => {
            let tenths = bytes.saturating_mul(10) / unit;
            match tenths < 100 {
                true => format!("{}.{} {name}", tenths / 10, tenths % 10),
                false => format!("{} {name}", grouped(tenths / 10)),
            }
        }
    }
}

fn file_row(file: &FileLine, job: Status) -> FileRow {
    FileRow {
        name: file.file_name.clone(),
        status: badges::of_file(file.status, job),
        pages: file.page_count.map_or_else(String::new, grouped),
        size: size(file.file_size),
        error: file.error_message.clone().or_else(|| {
            (file.status == FileStatus::CompletedWithErrors)
                .then(|| "Some pages could not be read: see below.".to_owned())
        }),
    }
}

/// A sheet goes by its number and name, any other page by its own number and its file.
fn sheet_card(sheet: Sheet, files: &[FileLine], here: &str) -> SheetCard {
    let file = files.iter().find(|file| file.id == sheet.file_id);
    let file_name = file.map(|file| file.file_name.clone()).unwrap_or_default();
    let path = |path: &str| href(&format!("{here}/artifact"), &[("path", path)]);
    // The picture has a longer side of 320 pixels; what counts here is its shape.
    let longer = sheet.width_points.max(sheet.height_points).max(1.0);
    let side = |points: f64| (points / longer * 320.0).round().clamp(1.0, 320.0) as i64;
    let page_words = format!("Page {}", sheet.page_number);
    SheetCard {
        width: side(sheet.width_points),
        height: side(sheet.height_points),
        image: path(sheet.image.as_ref().unwrap_or(&sheet.thumbnail)),
        thumbnail: path(&sheet.thumbnail),
        name: sheet.name.unwrap_or(file_name),
        title: sheet.number.unwrap_or(page_words),
    }
}

fn sheets_title(sheets: &[Sheet]) -> &'static str {
    let drawings = sheets.iter().filter(|sheet| sheet.is_drawing).count();
    match drawings {
        0 => "Pages",
        all if all == sheets.len() => "Sheets",
        _ => "Sheets and pages",
    }
}

fn fault_rows(job: &WholeJob) -> Vec<FaultRow> {
    job.faults
        .iter()
        .map(|fault| FaultRow {
            file: job
                .files
                .iter()
                .find(|file| file.id == fault.file_id)
                .map(|file| file.file_name.clone())
                .unwrap_or_default(),
            page: grouped(fault.page_number),
            code: fault.code.clone().unwrap_or_default(),
            message: fault.message.clone().unwrap_or_default(),
        })
        .collect()
}

fn changes(job: &WholeJob, now: Time) -> Vec<(Badge, When)> {
    job.changes
        .iter()
        .rev()
        .map(|change| {
            (
                badges::of_job(change.to),
                When::new(change.happened_at, now),
            )
        })
        .collect()
}

pub async fn show_job(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    place: web::Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let (project_id, job_id) = place.into_inner();
    let (workspace_id, now) = (&member.person.workspace_id, rooms.clock.now());
    let number = PageNumber::parse(&asked.sheets, SHEETS);
    let job = rooms
        .jobs
        .whole(
            workspace_id,
            &project_id,
            &job_id,
            (number.offset(), SHEETS),
        )
        .await?;
    let project = rooms.projects.find(workspace_id, &project_id).await?;
    let (key, _) = rooms
        .keys
        .find(workspace_id, &job.row.created_by_key_id)
        .await?;
    let mut deliveries = rooms
        .webhooks
        .of_workspace(workspace_id, Some(&job_id), None, DELIVERIES + 1)
        .await?;
    let shown = usize::try_from(DELIVERIES).unwrap_or(usize::MAX);
    let more_deliveries = deliveries.len() > shown;
    deliveries.truncate(shown);
    let row = &job.row;
    let here = format!("/projects/{project_id}/jobs/{job_id}");
    let told = i64::try_from(job.faults.len()).unwrap_or(0);
    let progress = Progress::new(row, job.failed_pages);
    page(
        200,
        &JobPage {
            frame: Frame::projects(&title(row), &member.person, &session)?,
            project_name: project.name,
            title: title(row),
            id: row.id.clone(),
            external_id: row.external_id.clone(),
            status: badges::of_job(row.status),
            status_name: row.status.as_str(),
            next_states: Status::unfinished()
                .into_iter()
                .map(|status| (status.as_str(), badges::of_job(status)))
                .collect(),
            is_over: row.status.is_terminal(),
            is_blocked: row.status == Status::BlockedInsufficientCredits,
            has_result: row.result_blob.is_some() && row.expires_at > now,
            result_size: row.result_size.map(size).unwrap_or_default(),
            reserved: grouped(row.credits_reserved),
            debited: grouped(row.credits_debited),
            key_id: key.id,
            key_label: key.label,
            created: When::new(row.created_at, now),
            ended: row.completed_at.map(|at| When::new(at, now)),
            kept: When::new(row.expires_at, now),
            is_past_keeping: row.expires_at <= now,
            error: row.error_message.clone(),
            has_file_errors: job.files.iter().any(|file| {
                file.error_message.is_some() || file.status == FileStatus::CompletedWithErrors
            }),
            files: job
                .files
                .iter()
                .map(|file| file_row(file, row.status))
                .collect(),
            faults: fault_rows(&job),
            more_faults: match job.failed_pages - told {
                more if more > 0 => grouped(more),
                _ => String::new(),
            },
            sheets_title: sheets_title(&job.sheets),
            pages: number.pages(row.successful_page_count, |number| {
                format!("{}#sheets", href(&here, &[("sheets", &said(number))]))
            }),
            changes: changes(&job, now),
            deliveries: deliveries
                .into_iter()
                .map(|row| delivery_line(row, Some(&project_id), now))
                .collect(),
            more_deliveries,
            progress,
            sheets: job
                .sheets
                .into_iter()
                .map(|sheet| sheet_card(sheet, &job.files, &here))
                .collect(),
            project_id,
            here,
        },
    )
}

pub async fn ask_cancel_job(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (project_id, job_id) = place.into_inner();
    let workspace_id = &member.person.workspace_id;
    let row = rooms
        .jobs
        .of_project(workspace_id, &project_id, &job_id)
        .await?;
    let here = format!("/projects/{project_id}/jobs/{job_id}");
    if row.status.is_terminal() {
        return Ok(see_other(&here));
    }
    let project = rooms.projects.find(workspace_id, &project_id).await?;
    page(
        200,
        &CancelJobPage {
            frame: Frame::projects("Cancel a job", &member.person, &session)?,
            here,
            title: title(&row),
            project_name: project.name,
            status: badges::of_job(row.status),
            progress: Progress::new(&row, 0),
            held: grouped(row.credits_held()),
        },
    )
}

pub async fn cancel_job(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (workspace_id, project_id, job_id) = of_project(&member, &rooms, place).await?;
    let person = Some(member.actor());
    let outcome = rooms.jobs.cancel(person, &workspace_id, &job_id).await;
    let words = [
        "The job is cancelled. What it had reserved and not spent is back in the balance.",
        "The job was over already, so nothing was cancelled.",
    ];
    tell(&session, outcome, Code::JobNotCancellable, words)?;
    Ok(see_other(&format!("/projects/{project_id}/jobs/{job_id}")))
}

pub async fn resume_job(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (workspace_id, project_id, job_id) = of_project(&member, &rooms, place).await?;
    let person = Some(member.actor());
    let outcome = rooms.jobs.resume(person, &workspace_id, &job_id).await;
    let words = [
        "The job goes on where it stopped.",
        "The job is no longer blocked, so there is nothing to resume.",
    ];
    tell(&session, outcome, Code::JobNotResumable, words)?;
    Ok(see_other(&format!("/projects/{project_id}/jobs/{job_id}")))
}

/// Leaves a word on what was done; or on why it was not, when the refusal is this one.
fn tell(
    session: &Session,
    outcome: Result<JobView>,
    refusal: Code,
    [done, refused]: [&str; 2],
) -> Result<()> {
    match outcome {
        Ok(_) => leave_word(session, done),
        Err(error) if error.code == refusal => leave_refusal(session, refused),
        Err(error) => Err(error),
    }
}

/// The workspace, the project and the job that a URL names, if they belong together.
async fn of_project(
    member: &Member,
    rooms: &Rooms,
    place: web::Path<(String, String)>,
) -> Result<(String, String, String)> {
    let (project_id, job_id) = place.into_inner();
    let workspace_id = member.person.workspace_id.clone();
    rooms
        .jobs
        .of_project(&workspace_id, &project_id, &job_id)
        .await?;
    Ok((workspace_id, project_id, job_id))
}

pub async fn download_result(
    member: Member,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (workspace_id, _, job_id) = of_project(&member, &rooms, place).await?;
    let file = rooms.jobs.result(&workspace_id, &job_id).await?;
    stream(&request, &rooms.blobs, file, true).await
}

/// Pictures are shown; whatever else a result names is saved, so that nothing that came out of a
/// customer's file is ever a page of this server.
pub async fn show_artifact(
    member: Member,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    place: web::Path<(String, String)>,
    Query(artifact): Query<ArtifactPath>,
) -> Result<HttpResponse> {
    let (workspace_id, _, job_id) = of_project(&member, &rooms, place).await?;
    let file = rooms
        .jobs
        .artifact(&workspace_id, &job_id, &artifact.path)
        .await?;
    let is_picture = file.content_type == "image/webp";
    stream(&request, &rooms.blobs, file, !is_picture).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ids_are_short() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_000), "1.0 KB");
        assert_eq!(size(3_479_686), "3.4 MB");
        assert_eq!(size(24_000_000), "24 MB");
        assert_eq!(size(10_000_000_000), "10 GB");
        assert_eq!(short("job_0000000000000000003k9f2a1c"), "job_…3k9f2a1c");
    }
}
