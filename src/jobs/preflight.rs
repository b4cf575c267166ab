//! The preflight of a job: opens every file, counts its pages, tells drawings from documents, and
//! reserves the credits.

use futures_util::StreamExt;

use super::announce::parts_of;
use super::claims::{self, Turn};
use super::run::{Halt, Runner};
use super::state::{self, Ending, cause_of};
use super::store::{self, FileRow, PageRow};
use super::uploads::part_blob;
use super::{FileStatus, PageStatus, Status, UploadMode};
use crate::clock::Time;
use crate::credits;
use crate::documents::{self, Event, Fault, FaultCode, PageKind, PageReading};
use crate::error::Error;
use crate::id;

/// What a look at a file's pages has told so far.
#[derive(Default)]
struct Survey {
    page_count: u32,
    pages: Vec<PageReading>,
    failed: Vec<(u32, Fault)>,
}

/// A file on which the reader stops more often than this is not surveyed further.
const MOST_CRASHES: usize = 20;

impl Runner {
    pub(super) async fn preflight(&self, turn: &Turn) -> Result<(), Halt> {
        let workspace_id = turn.job.workspace_id.clone();
        let terms = self
            .db
            .read(move |connection| store::terms(connection, &workspace_id))
            .await?;
        let mut page_count = 0;
        for file in self.files(turn).await? {
            page_count += match (file.page_count, file.status) {
                (Some(known), _) => known,
                (None, FileStatus::Failed) => 0,
                (None, _) if !self.put_together(turn, &file).await? => 0,
                (None, _) => {
                    let left = terms.job_page_limit - page_count;
                    self.survey_file(turn, &file, left).await?
                }
            };
            if page_count > terms.job_page_limit {
                return self
                    .fail_over_limit(turn, page_count, terms.job_page_limit)
                    .await;
            }
        }
        self.reserve(turn).await
    }

    /// Makes one blob of the parts of a file; false when its bytes are not those that were
    /// announced. A crash on the way leaves the parts, and it is done again.
    async fn put_together(&self, turn: &Turn, file: &FileRow) -> Result<bool, Halt> {
        // A bucket puts parts together by itself.
        if file.upload_mode != Some(UploadMode::Multipart) || self.blobs.bucket().is_some() {
            return Ok(true);
        }
        let file_id = file.id.clone();
        let parts = self
            .db
            .read(move |connection| store::parts(connection, &file_id))
            .await?;
        if parts.is_empty() {
            return Ok(true);
        }
        let mut incoming = self.blobs.incoming(&file.blob);
        for part in parts_of(file.file_size) {
            let end = part.size.unsigned_abs();
            let mut bytes = self
                .blobs
                .read(&part_blob(file, part.number), 0, end)
                .await?;
            while let Some(chunk) = bytes.next().await {
                incoming.write(chunk?).await?;
            }
            self.renew(turn).await?;
        }
        if incoming.sha256().await? != file.sha256 {
            incoming.abort().await;
            self.fail_file(turn, file, FaultCode::ChecksumMismatch.into())
                .await?;
            return Ok(false);
        }
        incoming.finish().await?;
        let file_id = file.id.clone();
        self.held(turn, move |connection| {
            store::forget_parts(connection, &file_id)
        })
        .await?;
        let folder = format!("jobs/{}/parts/{}", file.job_id, file.id);
        self.blobs.delete_folder(&folder).await?;
        Ok(true)
    }

    /// Stores what each page is; answers their number. Stops early at more than `most` pages.
    async fn survey_file(&self, turn: &Turn, file: &FileRow, most: i64) -> Result<i64, Halt> {
        let Some(input) = self.bring(turn, file).await? else {
            self.fail_file(turn, file, FaultCode::ChecksumMismatch.into())
                .await?;
            return Ok(0);
        };
        let mut survey = Survey::default();
        let mut first_page = 1;
        let mut stopped_on = None;
        loop {
            let mut reading = self
                .sandbox
                .survey_from(input.path(), first_page)
                .map_err(|error| Error::internal(anyhow::Error::new(error)))?;
            let mut fault = None;
            while let Some(event) = self.next_event(turn, &mut reading).await? {
                match event {
                    Event::Opened { page_count } if i64::from(page_count) > most => {
                        return Ok(i64::from(page_count));
                    }
                    Event::Opened { page_count } => survey.page_count = page_count,
                    Event::Page(page) => survey.pages.push(*page),
                    Event::PageFailed { page_number, fault } => {
                        survey.failed.push((page_number, fault));
                    }
                    Event::Failed(told) => fault = Some(told),
                    Event::Done => {}
                }
            }
            match (fault, reading.page_under_way()) {
                // Once may have been bad luck.
                (Some(_), Some(page_number)) if stopped_on != Some(page_number) => {
                    stopped_on = Some(page_number);
                    first_page = page_number;
                }
                // The page on which the reader stops is at fault; those after it are not.
                (Some(fault), Some(page_number)) => {
                    survey.failed.push((page_number, fault));
                    if page_number >= survey.page_count || survey.failed.len() > MOST_CRASHES {
                        break;
                    }
                    first_page = page_number + 1;
                }
                (Some(fault), None) if survey.page_count == 0 => {
                    self.fail_file(turn, file, fault).await?;
                    return Ok(0);
                }
                _ => break,
            }
        }
        self.store_survey(turn, file, survey).await
    }

    async fn store_survey(&self, turn: &Turn, file: &FileRow, survey: Survey) -> Result<i64, Halt> {
        let now = self.clock.now();
        let classification = match &file.classification {
            Some(said) => said.clone(),
            None => documents::classify_document(&survey.pages)
                .as_str()
                .to_owned(),
        };
        let page_count = i64::from(survey.page_count);
        let rows = page_rows(turn, file, survey, now);
        let file_id = file.id.clone();
        self.held(turn, move |connection| {
            for row in &rows {
                store::insert_page(connection, row)?;
            }
            store::set_surveyed(connection, &file_id, page_count, &classification, now)?;
            store::mark_file(connection, &file_id, FileStatus::Processing, None, now)
        })
        .await?;
        Ok(page_count)
    }

    async fn fail_over_limit(&self, turn: &Turn, pages: i64, limit: i64) -> Result<(), Halt> {
        let (now, job) = (self.clock.now(), turn.job.clone());
        self.held(turn, move |connection| {
            let message = format!(
                "The job has more than {limit} pages, which is the most that a job of this workspace may have."
            );
            claims::set_page_count(connection, &job.id, pages)?;
            let ending = Ending::Failed("page_limit_exceeded", &message);
            state::end(connection, &job, &ending, now)
        })
        .await?;
        Ok(())
    }

    /// Reserves for the pages that can be read, as far as nothing is put aside for them already,
    /// and moves on; blocks the job when the workspace has too little.
    async fn reserve(&self, turn: &Turn) -> Result<(), Halt> {
        let (now, job_id) = (self.clock.now(), turn.job.id.clone());
        self.held(turn, move |connection| {
            let job = store::any_job(connection, &job_id)?;
            let pages = store::pages_of_job(connection, &job_id)?;
            let needed: i64 = pages
                .iter()
                .filter(|page| page.status == PageStatus::Pending)
                .map(|page| page.credits)
                .sum();
            let missing = (needed - job.credits_held()).max(0);
            let reserved = credits::reserve(connection, cause_of(&job), missing, now)?;
            let next = match reserved {
                true => Status::Processing,
                false => Status::BlockedInsufficientCredits,
            };
            claims::set_page_count(connection, &job_id, pages.len() as i64)?;
            if reserved {
                claims::add_reservation(connection, &job_id, missing)?;
            }
            claims::release(connection, &job_id, now)?;
            state::advance(connection, &job_id, Status::Preflighting, next, now)
        })
        .await?;
        Ok(())
    }
}

fn page_rows(turn: &Turn, file: &FileRow, survey: Survey, now: Time) -> Vec<PageRow> {
    let job = &turn.job;
    (1..=survey.page_count)
        .map(|number| {
            // A page that no survey got to is counted as the cheaper kind.
            let kind = survey
                .pages
                .iter()
                .find(|page| page.page_number == number)
                .map_or(PageKind::Document, |page| page.kind);
            let fault = survey.failed.iter().find(|(page, _)| *page == number);
            PageRow {
                id: id::new(id::Kind::Page),
                job_id: job.id.clone(),
                file_id: file.id.clone(),
                page_number: i64::from(number),
                kind: kind.as_str().to_owned(),
                status: match fault {
                    Some(_) => PageStatus::Failed,
                    None => PageStatus::Pending,
                },
                credits: job.price(kind),
                reading: None,
                error_code: fault.map(|(_, fault)| fault.code.as_str().to_owned()),
                error_message: fault.map(|(_, fault)| fault.message.clone()),
                updated_at: now,
                lease_owner: None,
                lease_until: now,
                crashes: 0,
                discipline: None,
            }
        })
        .collect()
}
