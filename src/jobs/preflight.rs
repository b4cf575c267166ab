//! The preflight of a job: opens every file, counts its pages, tells drawings from documents, and
//! reserves the credits. Workers share the pages of large files.

use std::ops::RangeInclusive;
use std::path::Path;

use futures_util::StreamExt;

use super::announce::parts_of;
use super::claims::{self, Turn};
use super::reading::page_number;
use super::run::{Halt, Runner};
use super::state::{self, Ending, cause_of};
use super::store::{self, FileRow, PageRow};
use super::uploads::part_blob;
use super::{FileStatus, PageStatus, Status, UploadMode};
use crate::clock::Time;
use crate::credits;
use crate::documents::{self, Event, Fault, FaultCode, PageKind, PageReading};
use crate::error::{Error, Result};
use crate::id;

/// What a look at some pages of a file has told.
#[derive(Default)]
struct Survey {
    /// Of the whole file.
    page_count: u32,
    pages: Vec<PageReading>,
    failed: Vec<(u32, Fault)>,
    /// Why the reader ended early.
    fault: Option<Fault>,
}

/// Pages on which the reader stops more often than this are not looked at further.
const MOST_CRASHES: usize = 20;

/// Pages that are looked at when a file is opened. Those beyond are listed, for whoever is free: a book
/// of a thousand pages takes one worker ten seconds.
const FIRST_PAGES: u32 = 8;

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
                    self.open_file(turn, &file, left).await?
                }
            };
            if page_count > terms.job_page_limit {
                return self
                    .fail_over_limit(turn, page_count, terms.job_page_limit)
                    .await;
            }
        }
        let job_id = turn.job.id.clone();
        let (now, listed) = (self.clock.now(), PageStatus::Listed);
        let is_shared = self
            .held(turn, move |connection| {
                let is_shared = claims::has_pages(connection, &job_id, listed)?;
                if is_shared {
                    claims::release(connection, &job_id, now)?;
                }
                Ok(is_shared)
            })
            .await?;
        // Whoever looks at the last of them has the preflight go on.
        if is_shared {
            return Ok(());
        }
        self.classify(turn).await?;
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

    /// Looks at the first pages of a file and lists the others; answers their number. Goes no further
    /// with more than `most` pages.
    async fn open_file(&self, turn: &Turn, file: &FileRow, most: i64) -> Result<i64, Halt> {
        let Some(input) = self.bring(turn, file).await? else {
            self.fail_file(turn, file, FaultCode::ChecksumMismatch.into())
                .await?;
            return Ok(0);
        };
        let survey = self
            .survey(turn, input.path(), 1..=FIRST_PAGES, most)
            .await?;
        let page_count = i64::from(survey.page_count);
        if page_count > most {
            return Ok(page_count);
        }
        if let (0, Some(fault)) = (page_count, &survey.fault) {
            self.fail_file(turn, file, fault.clone()).await?;
            return Ok(0);
        }
        let now = self.clock.now();
        let mut rows = Vec::new();
        for number in 1..=survey.page_count {
            let mut row = listed_page(turn, file, number, now);
            if number <= FIRST_PAGES {
                survey.tell(&mut row, (turn, file), now)?;
            }
            rows.push(row);
        }
        let file_id = file.id.clone();
        self.held(turn, move |connection| {
            for row in &rows {
                store::insert_page(connection, row)?;
            }
            store::set_page_count(connection, &file_id, page_count, now)?;
            store::mark_file(connection, &file_id, FileStatus::Processing, None, now)
        })
        .await?;
        Ok(page_count)
    }

    /// Looks at pages that were listed.
    pub(super) async fn survey_slice(
        &self,
        turn: &Turn,
        file: &FileRow,
        pages: &[PageRow],
    ) -> Result<(), Halt> {
        let (Some(first), Some(last)) = (pages.first(), pages.last()) else {
            return Ok(());
        };
        let survey = match self.bring(turn, file).await? {
            Some(input) => {
                let range = page_number(first)?..=page_number(last)?;
                self.survey(turn, input.path(), range, i64::MAX).await?
            }
            // Somebody has changed the bucket: whoever reads the pages will say so.
            None => Survey::default(),
        };
        let now = self.clock.now();
        let mut rows = pages.to_vec();
        for row in &mut rows {
            survey.tell(row, (turn, file), now)?;
        }
        self.held(turn, move |connection| {
            rows.iter()
                .try_for_each(|row| store::set_seen(connection, row))
        })
        .await
    }

    /// What the pages of a file that are among `pages` are. Only their number when that is more than
    /// `most`.
    async fn survey(
        &self,
        turn: &Turn,
        input: &Path,
        pages: RangeInclusive<u32>,
        most: i64,
    ) -> Result<Survey, Halt> {
        let mut survey = Survey::default();
        let (mut next, end) = pages.into_inner();
        let mut stopped_on = None;
        loop {
            let mut reading = self
                .sandbox
                .survey(input, next..=end)
                .map_err(|error| Error::internal(anyhow::Error::new(error)))?;
            survey.fault = None;
            while let Some(event) = self.next_event(turn, &mut reading).await? {
                match event {
                    Event::Opened { page_count } => {
                        survey.page_count = page_count;
                        if i64::from(page_count) > most {
                            return Ok(survey);
                        }
                    }
                    Event::Page(page) => survey.pages.push(*page),
                    Event::PageFailed { page_number, fault } => {
                        survey.failed.push((page_number, fault));
                    }
                    Event::Failed(told) => survey.fault = Some(told),
                    Event::Done => {}
                }
            }
            match (&survey.fault, reading.page_under_way()) {
                // Once may have been bad luck.
                (Some(_), Some(page_number)) if stopped_on != Some(page_number) => {
                    stopped_on = Some(page_number);
                    next = page_number;
                }
                // The page on which the reader stops is at fault; those after it are not.
                (Some(fault), Some(page_number)) => {
                    survey.failed.push((page_number, fault.clone()));
                    if page_number >= survey.page_count.min(end)
                        || survey.failed.len() > MOST_CRASHES
                    {
                        return Ok(survey);
                    }
                    next = page_number + 1;
                }
                _ => return Ok(survey),
            }
        }
    }

    /// Says what each file is whose client has not, now that all its pages have been looked at.
    async fn classify(&self, turn: &Turn) -> Result<(), Halt> {
        for file in self.files(turn).await? {
            if file.classification.is_some() || file.page_count.is_none() {
                continue;
            }
            let file_id = file.id.clone();
            let pages = self
                .db
                .read(move |connection| store::surveyed(connection, &file_id))
                .await?;
            let classification = documents::classify_document(&pages).as_str();
            let now = self.clock.now();
            self.held(turn, move |connection| {
                store::set_classification(connection, &file.id, classification, now)
            })
            .await?;
        }
        Ok(())
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

fn listed_page(turn: &Turn, file: &FileRow, number: u32, now: Time) -> PageRow {
    PageRow {
        id: id::new(id::Kind::Page),
        job_id: turn.job.id.clone(),
        file_id: file.id.clone(),
        page_number: i64::from(number),
        kind: PageKind::Document.as_str().to_owned(),
        status: PageStatus::Listed,
        credits: 0,
        reading: None,
        error_code: None,
        error_message: None,
        updated_at: now,
        lease_owner: None,
        lease_until: now,
        crashes: 0,
        discipline: None,
    }
}

impl Survey {
    /// Writes into a page's row what was seen of it.
    fn tell(&self, row: &mut PageRow, (turn, file): (&Turn, &FileRow), now: Time) -> Result<()> {
        let number = page_number(row)?;
        let seen = self.pages.iter().find(|page| page.page_number == number);
        // A page that no survey got to is counted as the cheaper kind.
        let kind = seen.map_or(PageKind::Document, |page| page.kind);
        let fault = self.failed.iter().find(|(page, _)| *page == number);
        row.kind = kind.as_str().to_owned();
        row.credits = turn.job.price(kind);
        row.status = match fault {
            Some(_) => PageStatus::Failed,
            None => PageStatus::Pending,
        };
        row.error_code = fault.map(|(_, fault)| fault.code.as_str().to_owned());
        row.error_message = fault.map(|(_, fault)| fault.message.clone());
        // Until the file is classified by all of its pages.
        row.reading = match seen {
            Some(page) if file.classification.is_none() => Some(serde_json::to_string(page)?),
            _ => None,
        };
        (row.updated_at, row.lease_owner, row.lease_until) = (now, None, now);
        Ok(())
    }
}
