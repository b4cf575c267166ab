//! Reading the pages that a turn holds: each is stored, billed and counted in one transaction.

use std::path::Path;

use super::claims::{self, Read, Turn};
use super::run::{Halt, Runner, remove_folder};
use super::state::{self, cause_of};
use super::store::{self, FileRow, PageRow};
use super::{FileStatus, PageStatus, Status};
use crate::credits::{self, Cause};
use crate::documents::{Event, Fault, FaultCode, PageReading};
use crate::error::{Error, Result};

/// How often a reader may stop on a page until the page is given up.
const MOST_CRASHES: i64 = 2;

impl Runner {
    pub(super) async fn read_slice(
        &self,
        turn: &Turn,
        file: &FileRow,
        pages: &[PageRow],
    ) -> Result<(), Halt> {
        let scratch = self.scratch.folder().join(&turn.owner);
        tokio::fs::create_dir_all(&scratch).await?;
        let outcome = self.read_pages(turn, file, pages, &scratch).await;
        if let Err(error) = remove_folder(&scratch).await {
            tracing::warn!(job = %turn.job.id, %error, "a scratch folder could not be removed");
        }
        outcome?;
        self.end_files(turn, Some(file.id.clone())).await
    }

    async fn read_pages(
        &self,
        turn: &Turn,
        file: &FileRow,
        pages: &[PageRow],
        scratch: &Path,
    ) -> Result<(), Halt> {
        let Some(input) = self.bring(turn, file).await? else {
            // Somebody has changed the bucket since the preflight.
            let fault = Fault::from(FaultCode::ChecksumMismatch);
            for row in pages {
                self.fail_page(turn, row, &fault).await?;
            }
            return Ok(());
        };
        let mut left = pages;
        while let (Some(first), Some(last)) = (left.first(), left.last()) {
            let left_before = left.len();
            let range = page_number(first)?..=page_number(last)?;
            let mut reading = self
                .sandbox
                .read(input.path(), scratch, range)
                .map_err(|error| Error::internal(anyhow::Error::new(error)))?;
            let mut fault = Fault::from(FaultCode::ReaderCrashed);
            while let Some(event) = self.next_event(turn, &mut reading).await? {
                let ended = match event {
                    Event::Page(page) => {
                        let number = page.page_number;
                        if let Some(row) = row_of(left, number) {
                            self.store_page(turn, row, *page, scratch).await?;
                        }
                        Some(number)
                    }
                    Event::PageFailed { page_number, fault } => {
                        if let Some(row) = row_of(left, page_number) {
                            self.fail_page(turn, row, &fault).await?;
                        }
                        Some(page_number)
                    }
                    Event::Failed(told) => {
                        fault = told;
                        None
                    }
                    Event::Opened { .. } | Event::Done => None,
                };
                if let Some(number) = ended {
                    left = after(left, number);
                }
            }
            // The reader stopped on a page: that page is at fault, the ones after it are not.
            // With no page begun, trying again would end the same.
            match reading.page_under_way() {
                Some(number) => {
                    if let Some(row) = row_of(left, number) {
                        self.note_crash(turn, row, &fault).await?;
                    }
                    left = after(left, number);
                }
                None if left.len() < left_before => {}
                None => {
                    for row in left {
                        self.fail_page(turn, row, &fault).await?;
                    }
                    left = &[];
                }
            }
        }
        Ok(())
    }

    /// Stores a page that was read: its files first, then, in one transaction, its rows and its
    /// price.
    async fn store_page(
        &self,
        turn: &Turn,
        row: &PageRow,
        page: PageReading,
        scratch: &Path,
    ) -> Result<(), Halt> {
        let now = self.clock.now();
        let mut artifacts = Vec::with_capacity(page.artifacts.len());
        for artifact in &page.artifacts {
            let place = (row.file_id.as_str(), Some(row.id.as_str()));
            artifacts.push(self.store_artifact(turn, place, artifact, scratch).await?);
        }
        let page = PageReading {
            artifacts: Vec::new(),
            ..page
        };
        let reading = serde_json::to_string(&page)?;
        let credits = turn.job.price(page.kind);
        let (job, held) = (turn.job.clone(), row.clone());
        let goes_on = self
            .page_held(turn, row, move |connection| {
                let read = Read {
                    reading: &reading,
                    kind: page.kind,
                    credits,
                    discipline: page.discipline.as_deref(),
                };
                // Rarely, a page turns out to be of the dearer kind.
                let missing = (credits - held.credits).max(0);
                if !credits::reserve(connection, cause_of(&job), missing, now)? {
                    claims::reprice(connection, &held, &read, now)?;
                    let blocked = Status::BlockedInsufficientCredits;
                    state::advance(connection, &job.id, job.status, blocked, now)?;
                    return Ok(false);
                }
                claims::add_reservation(connection, &job.id, missing)?;
                for artifact in &artifacts {
                    store::insert_artifact(connection, artifact)?;
                }
                let cause = Cause {
                    page_id: Some(&held.id),
                    ..cause_of(&job)
                };
                credits::debit(connection, cause, credits, now)?;
                claims::end_read(connection, &held, &read, now)?;
                Ok(true)
            })
            .await?;
        goes_on.then_some(()).ok_or(Halt::Stopped)
    }

    async fn fail_page(&self, turn: &Turn, row: &PageRow, fault: &Fault) -> Result<(), Halt> {
        let (now, page, fault) = (self.clock.now(), row.clone(), fault.clone());
        self.page_held(turn, row, move |connection| {
            let error = (fault.code.as_str(), fault.message.as_str());
            claims::end_failed(connection, &page, error, now)
        })
        .await
    }

    /// A page on which the reader stopped: tried once more, by whoever claims it, then given up.
    async fn note_crash(&self, turn: &Turn, row: &PageRow, fault: &Fault) -> Result<(), Halt> {
        if row.crashes + 1 >= MOST_CRASHES {
            return self.fail_page(turn, row, fault).await;
        }
        let (now, page) = (self.clock.now(), row.clone());
        self.page_held(turn, row, move |connection| {
            claims::note_crash(connection, &page, now)
        })
        .await
    }

    /// A transaction that only counts while the job goes on and this worker holds the page.
    async fn page_held<T: Send + 'static>(
        &self,
        turn: &Turn,
        page: &PageRow,
        work: impl FnOnce(&mut crate::db::Conn) -> Result<T> + Send + 'static,
    ) -> Result<T, Halt> {
        let (turn, page_id) = (turn.clone(), page.id.clone());
        let done = self
            .db
            .write(move |connection| {
                match claims::lock(connection, &turn.job)?
                    && claims::holds_page(connection, &page_id, &turn.owner)?
                {
                    true => work(connection).map(Some),
                    false => Ok(None),
                }
            })
            .await?;
        done.ok_or(Halt::Stopped)
    }

    /// Ends the files (or the one file) of a job that have no pending page any more.
    pub(super) async fn end_files(&self, turn: &Turn, file_id: Option<String>) -> Result<(), Halt> {
        let (now, job) = (self.clock.now(), turn.job.clone());
        self.db
            .write(move |connection| {
                if !claims::lock(connection, &job)? {
                    return Ok(());
                }
                for file in store::files_of(connection, &job.id)? {
                    let is_wanted = file_id.as_ref().is_none_or(|wanted| *wanted == file.id);
                    if is_wanted && file.status == FileStatus::Processing {
                        end_file(connection, &file, now)?;
                    }
                }
                Ok(())
            })
            .await?;
        Ok(())
    }
}

fn end_file(
    connection: &mut crate::db::Conn,
    file: &FileRow,
    now: crate::clock::Time,
) -> Result<()> {
    let outcomes = store::page_outcomes(connection, &file.id)?;
    if outcomes
        .iter()
        .any(|(status, _, _)| *status == PageStatus::Pending)
    {
        return Ok(());
    }
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|(status, _, _)| *status == PageStatus::Failed)
        .collect();
    let status = match failed.len() {
        0 => FileStatus::Completed,
        all if all == outcomes.len() => FileStatus::Failed,
        _ => FileStatus::CompletedWithErrors,
    };
    // A document without a single page that could be read says why, as one that could not be
    // opened does.
    let fault = failed
        .first()
        .filter(|_| status == FileStatus::Failed)
        .and_then(|(_, code, message)| code.as_deref().zip(message.as_deref()));
    store::mark_file(connection, &file.id, status, fault, now)
}

fn row_of(pages: &[PageRow], number: u32) -> Option<&PageRow> {
    pages
        .iter()
        .find(|page| page.page_number == i64::from(number))
}

/// The pages that follow a number.
fn after(pages: &[PageRow], number: u32) -> &[PageRow] {
    let next = pages
        .iter()
        .position(|page| page.page_number > i64::from(number));
    next.and_then(|next| pages.get(next..)).unwrap_or_default()
}

pub(super) fn page_number(page: &PageRow) -> Result<u32> {
    u32::try_from(page.page_number).map_err(Error::internal)
}
