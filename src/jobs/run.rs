//! Running a job: claim it, open each file in the sandbox, reserve, read page by page, and build
//! the result. Every step is stored as it is made, so that whoever claims the job after a crash
//! goes on where it stopped: no page is lost and none is billed twice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::store::{self, ArtifactRow, FileRow, JobRow, PageRow};
use super::{FileStatus, PageStatus, Status, result, state};
use crate::blobs::Blobs;
use crate::clock::{Clock, DAY, SECOND};
use crate::credits::{self, Cause};
use crate::db::Db;
use crate::documents::{
    self, Artifact, Event, Fault, FaultCode, PageKind, PageReading, Reading, Sandbox,
};
use crate::error::{Error, Result};
use crate::id;

/// How long a claimed job is out of other workers' reach unless the claim is renewed.
const LEASE: i64 = 60 * SECOND;
const RENEWAL: Duration = Duration::from_secs(15);
/// How long a job rests after something of ours went wrong with it; twice as long each time.
const REST: i64 = 10 * SECOND;
/// Interruptions in a row, without a page in between, after which a job fails: 20 minutes or so.
const MOST_INTERRUPTIONS: i64 = 7;

pub struct Runner {
    pub db: Db,
    pub clock: Clock,
    pub blobs: Blobs,
    pub base_url: String,
    pub sandbox: Sandbox,
    /// Folder for what the sandbox writes; each job has a folder of its own in it while it runs.
    pub scratch: PathBuf,
    /// Turns true when the worker is to stop.
    pub stop: watch::Receiver<bool>,
}

/// What a look at a file's pages has told so far.
#[derive(Default)]
struct Survey {
    page_count: u32,
    pages: Vec<PageReading>,
    failed: Vec<(u32, Fault)>,
}

/// A file on which the reader stops more often than this is not surveyed further.
const MOST_CRASHES: usize = 20;

/// Why a run ended before its job did.
enum Halt {
    /// The worker stops, or another one holds the job by now.
    Stopped,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Runner {
    /// Claims the next job that waits, if there is one. Each claim has a name of its own: the row's
    /// `lease_owner`.
    pub async fn claim(&self) -> Result<Option<JobRow>> {
        loop {
            let now = self.clock.now();
            let Some(mut job) = self
                .db
                .read(move |connection| store::waiting(connection, now))
                .await?
            else {
                return Ok(None);
            };
            let owner = id::new(id::Kind::Row);
            job.lease_owner = Some(owner.clone());
            let row = job.clone();
            let claimed = self
                .db
                .write(move |connection| store::claim(connection, &row, &owner, now.plus(LEASE)))
                .await?;
            if claimed {
                return Ok(Some(job));
            }
        }
    }

    /// Runs a claimed job to its end, or gives it back.
    pub async fn run(&self, job: JobRow) {
        let owner = job.lease_owner.clone().unwrap_or_default();
        let scratch = self.scratch.join(format!("{}.{owner}", job.id));
        let outcome = self.go_through(&job, &scratch).await;
        if let Err(error) = remove_folder(&scratch).await {
            tracing::warn!(job = %job.id, %error, "a scratch folder could not be removed");
        }
        let ended = match outcome {
            Ok(()) => Ok(()),
            Err(Halt::Stopped) => self.give_back(&job).await,
            Err(Halt::Failed(error)) => {
                tracing::error!(job = %job.id, %error, "a job was interrupted");
                self.interrupt(&job).await
            }
        };
        if let Err(error) = ended {
            tracing::warn!(job = %job.id, %error, "a job could not be given back; its lease will run out");
        }
    }

    /// Ends the lease, if it is still ours.
    async fn give_back(&self, job: &JobRow) -> Result<()> {
        let now = self.clock.now();
        let (job_id, owner) = (job.id.clone(), job.lease_owner.clone().unwrap_or_default());
        self.db
            .write(move |connection| store::hold(connection, &job_id, &owner, now).map(|_| ()))
            .await
    }

    /// Lets a job rest that something of ours interrupted, a full disk perhaps; fails it when that
    /// has happened too often.
    async fn interrupt(&self, job: &JobRow) -> Result<()> {
        let now = self.clock.now();
        let (job_id, owner) = (job.id.clone(), job.lease_owner.clone().unwrap_or_default());
        self.db
            .write(move |connection| {
                if !store::hold(connection, &job_id, &owner, now)? {
                    return Ok(());
                }
                let row = store::any_job(connection, &job_id)?
                    .ok_or_else(|| Error::not_found("job"))?;
                if row.interruptions + 1 < MOST_INTERRUPTIONS {
                    let rest = REST << row.interruptions;
                    return store::note_interruption(connection, &job_id, now.plus(rest));
                }
                let terms = store::terms(connection, &row.workspace_id)?;
                if state::advance(connection, &job_id, row.status, Status::Failed, now)? {
                    let left = row.credits_reserved - row.credits_debited;
                    credits::release(connection, cause_of(&row), left, now)?;
                    let message = "The job was interrupted again and again by a problem of the server. \
                                   Tell its operator, and send the files again later.";
                    store::set_failure(connection, &job_id, "internal_error", message, row.page_count)?;
                    let expires_at = now.plus(terms.retention_days * DAY);
                    store::set_completed(connection, &job_id, now, expires_at)?;
                }
                Ok(())
            })
            .await
    }

    /// Removes what earlier claims of a job left in the scratch folder when they were cut off.
    async fn remove_leftovers(&self, job_id: &str) -> std::io::Result<()> {
        tokio::fs::create_dir_all(&self.scratch).await?;
        let mut entries = tokio::fs::read_dir(&self.scratch).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(job_id) {
                remove_folder(&entry.path()).await?;
            }
        }
        Ok(())
    }

    async fn go_through(&self, job: &JobRow, scratch: &Path) -> Result<(), Halt> {
        self.remove_leftovers(&job.id).await?;
        tokio::fs::create_dir_all(scratch).await?;
        if job.status == Status::Preflighting && !self.preflight(job).await? {
            return Ok(());
        }
        for file in self.files(job).await? {
            self.read_file(job, &file, scratch).await?;
        }
        self.finish(job).await
    }

    async fn files(&self, job: &JobRow) -> Result<Vec<FileRow>> {
        let job_id = job.id.clone();
        self.db
            .read(move |connection| store::files_of(connection, &job_id))
            .await
    }

    /// Opens every file, counts its pages, tells drawings from documents, and reserves the
    /// credits. False when the job does not go on from here.
    async fn preflight(&self, job: &JobRow) -> Result<bool, Halt> {
        let workspace_id = job.workspace_id.clone();
        let terms = self
            .db
            .read(move |connection| store::terms(connection, &workspace_id))
            .await?;
        let mut page_count = 0;
        for file in self.files(job).await? {
            page_count += match (file.page_count, file.status) {
                (Some(known), _) => known,
                (None, FileStatus::Failed) => 0,
                (None, _) => {
                    let left = terms.job_page_limit - page_count;
                    self.survey_file(job, &file, left).await?
                }
            };
            if page_count > terms.job_page_limit {
                return self
                    .fail_over_limit(job, page_count, terms.job_page_limit)
                    .await;
            }
        }
        self.reserve(job).await
    }

    /// Stores what each page is; answers their number. Stops early at more than `most` pages.
    async fn survey_file(&self, job: &JobRow, file: &FileRow, most: i64) -> Result<i64, Halt> {
        let mut survey = Survey::default();
        let mut first_page = 1;
        loop {
            let mut reading = self
                .sandbox
                .survey_from(&self.blobs.local_path(&file.blob), first_page)
                .map_err(|error| Error::internal(anyhow::Error::new(error)))?;
            let mut fault = None;
            while let Some(event) = self.next_event(job, &mut reading).await? {
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
                // The page on which the reader stopped is at fault; those after it are not.
                (Some(fault), Some(page_number)) => {
                    survey.failed.push((page_number, fault));
                    if page_number >= survey.page_count || survey.failed.len() > MOST_CRASHES {
                        break;
                    }
                    first_page = page_number + 1;
                }
                (Some(fault), None) if survey.page_count == 0 => {
                    self.fail_file(job, file, fault).await?;
                    return Ok(0);
                }
                _ => break,
            }
        }
        self.store_survey(job, file, survey).await
    }

    async fn store_survey(
        &self,
        job: &JobRow,
        file: &FileRow,
        survey: Survey,
    ) -> Result<i64, Halt> {
        let Survey {
            page_count,
            pages,
            failed,
        } = survey;
        let now = self.clock.now();
        let classification = match &file.classification {
            Some(said) => said.clone(),
            None => documents::classify_document(&pages).as_str().to_owned(),
        };
        let rows: Vec<PageRow> = (1..=page_count)
            .map(|number| {
                // A page that no survey got to is counted as the cheaper kind.
                let kind = pages
                    .iter()
                    .find(|page| page.page_number == number)
                    .map_or(PageKind::Document, |page| page.kind);
                let fault = failed.iter().find(|(page, _)| *page == number);
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
                    credits: match kind {
                        PageKind::Drawing => job.drawing_credits_per_page,
                        PageKind::Document => job.document_credits_per_page,
                    },
                    reading: None,
                    error_code: fault.map(|(_, fault)| fault.code.as_str().to_owned()),
                    error_message: fault.map(|(_, fault)| fault.message.clone()),
                    updated_at: now,
                }
            })
            .collect();
        let file_id = file.id.clone();
        self.held(job, move |connection| {
            for row in &rows {
                store::insert_page(connection, row)?;
            }
            store::set_surveyed(
                connection,
                &file_id,
                i64::from(page_count),
                &classification,
                now,
            )?;
            store::mark_file(connection, &file_id, FileStatus::Processing, None, now)
        })
        .await?;
        Ok(i64::from(page_count))
    }

    async fn fail_over_limit(&self, job: &JobRow, pages: i64, limit: i64) -> Result<bool, Halt> {
        let (now, row) = (self.clock.now(), job.clone());
        let workspace_id = job.workspace_id.clone();
        self.held(job, move |connection| {
            let terms = store::terms(connection, &workspace_id)?;
            if state::advance(connection, &row.id, Status::Preflighting, Status::Failed, now)? {
                let message = format!(
                    "The job has more than {limit} pages, which is the most that a job of this workspace may have."
                );
                store::set_failure(connection, &row.id, "page_limit_exceeded", &message, pages)?;
                let expires_at = now.plus(terms.retention_days * DAY);
                store::set_completed(connection, &row.id, now, expires_at)?;
            }
            Ok(())
        })
        .await?;
        Ok(false)
    }

    /// Reserves for the pages that can be read and moves on; blocks the job when the workspace
    /// has too little.
    async fn reserve(&self, job: &JobRow) -> Result<bool, Halt> {
        let (now, row) = (self.clock.now(), job.clone());
        self.held(job, move |connection| {
            let pages = store::pages_of_job(connection, &row.id)?;
            let credits = pages
                .iter()
                .filter(|page| page.status == PageStatus::Pending)
                .map(|page| page.credits)
                .sum();
            let reserved = credits::reserve(connection, cause_of(&row), credits, now)?;
            let next = match reserved {
                true => Status::Processing,
                false => Status::BlockedInsufficientCredits,
            };
            if !state::advance(connection, &row.id, Status::Preflighting, next, now)? {
                return Err(Error::internal(anyhow::anyhow!(
                    "the job left its preflight while it was claimed"
                )));
            }
            let credits = if reserved { credits } else { 0 };
            store::set_reservation(connection, &row.id, pages.len() as i64, credits)?;
            Ok(reserved)
        })
        .await
    }

    /// Reads what is still pending of a file.
    async fn read_file(&self, job: &JobRow, file: &FileRow, scratch: &Path) -> Result<(), Halt> {
        let input = self.blobs.local_path(&file.blob);
        loop {
            let file_id = file.id.clone();
            let pages = self
                .db
                .read(move |connection| store::pages_of_file(connection, &file_id))
                .await?;
            let pending = first_run(&pages);
            let (Some(first), Some(last)) = (pending.first(), pending.last()) else {
                return self.end_file(job, file, &pages).await;
            };
            let range = page_number(first)?..=page_number(last)?;
            let mut reading = self
                .sandbox
                .read(&input, scratch, range)
                .map_err(|error| Error::internal(anyhow::Error::new(error)))?;
            let mut fault = Fault::from(FaultCode::ReaderCrashed);
            let mut progress = false;
            while let Some(event) = self.next_event(job, &mut reading).await? {
                match event {
                    Event::Page(page) => {
                        progress = true;
                        if let Some(row) = row_of(pending, page.page_number) {
                            self.store_page(job, row, *page, scratch).await?;
                        }
                    }
                    Event::PageFailed { page_number, fault } => {
                        progress = true;
                        if let Some(row) = row_of(pending, page_number) {
                            self.fail_page(job, row, &fault).await?;
                        }
                    }
                    Event::Failed(told) => fault = told,
                    Event::Opened { .. } | Event::Done => {}
                }
            }
            // The reader stopped on a page: that page is at fault, the ones after it are not.
            // Without any page begun or ended, trying again would end the same.
            match reading.page_under_way() {
                Some(number) => {
                    if let Some(row) = row_of(pending, number) {
                        self.fail_page(job, row, &fault).await?;
                    }
                }
                None if progress => {}
                None => {
                    for row in pending {
                        self.fail_page(job, row, &fault).await?;
                    }
                }
            }
        }
    }

    /// Stores a page that was read: its files first, then, in one transaction, its rows and its
    /// price.
    async fn store_page(
        &self,
        job: &JobRow,
        row: &PageRow,
        page: PageReading,
        scratch: &Path,
    ) -> Result<(), Halt> {
        let now = self.clock.now();
        let mut artifacts = Vec::with_capacity(page.artifacts.len());
        for artifact in &page.artifacts {
            artifacts.push(self.store_artifact(job, row, artifact, scratch).await?);
        }
        let reading = serde_json::to_string(&PageReading {
            artifacts: Vec::new(),
            ..page
        })?;
        let (job_row, row) = (job.clone(), row.clone());
        self.held(job, move |connection| {
            let ended = store::end_page(
                connection,
                &row.id,
                PageStatus::Done,
                Some(&reading),
                None,
                now,
            )?;
            if ended {
                for artifact in &artifacts {
                    store::insert_artifact(connection, artifact)?;
                }
                let cause = Cause {
                    page_id: Some(&row.id),
                    ..cause_of(&job_row)
                };
                credits::debit(connection, cause, row.credits, now)?;
                store::count_success(connection, &job_row.id, row.credits, now)?;
            }
            Ok(())
        })
        .await
    }

    async fn store_artifact(
        &self,
        job: &JobRow,
        row: &PageRow,
        artifact: &Artifact,
        scratch: &Path,
    ) -> Result<ArtifactRow> {
        let path = format!("{}/{}", row.file_id, artifact.file_name);
        let blob = format!("jobs/{}/artifacts/{path}", job.id);
        let written = scratch.join(&artifact.file_name);
        let stored = self.blobs.put_file(&blob, &written).await?;
        tokio::fs::remove_file(&written).await?;
        Ok(ArtifactRow {
            id: id::new(id::Kind::Artifact),
            job_id: job.id.clone(),
            file_id: row.file_id.clone(),
            page_id: Some(row.id.clone()),
            artifact_type: artifact.r#type.as_str().to_owned(),
            path,
            content_type: artifact.content_type.clone(),
            file_size: stored.size,
            sha256: stored.sha256,
            blob,
            created_at: self.clock.now(),
        })
    }

    async fn fail_page(&self, job: &JobRow, row: &PageRow, fault: &Fault) -> Result<(), Halt> {
        let (now, row, fault) = (self.clock.now(), row.clone(), fault.clone());
        self.held(job, move |connection| {
            let error = Some((fault.code.as_str(), fault.message.as_str()));
            store::end_page(connection, &row.id, PageStatus::Failed, None, error, now)?;
            Ok(())
        })
        .await
    }

    async fn fail_file(&self, job: &JobRow, file: &FileRow, fault: Fault) -> Result<(), Halt> {
        let (now, file_id) = (self.clock.now(), file.id.clone());
        self.held(job, move |connection| {
            let error = Some((fault.code.as_str(), fault.message.as_str()));
            store::mark_file(connection, &file_id, FileStatus::Failed, error, now)
        })
        .await
    }

    async fn end_file(&self, job: &JobRow, file: &FileRow, pages: &[PageRow]) -> Result<(), Halt> {
        if file.status != FileStatus::Processing {
            return Ok(());
        }
        let failed: Vec<&PageRow> = pages
            .iter()
            .filter(|page| page.status == PageStatus::Failed)
            .collect();
        let status = match failed.len() {
            0 => FileStatus::Completed,
            all if all == pages.len() => FileStatus::Failed,
            _ => FileStatus::CompletedWithErrors,
        };
        // A document without a single page that could be read says why, as one that could not be
        // opened does.
        let fault = failed
            .first()
            .filter(|_| status == FileStatus::Failed)
            .and_then(|page| page.error_code.clone().zip(page.error_message.clone()));
        let (now, file_id) = (self.clock.now(), file.id.clone());
        self.held(job, move |connection| {
            let error = fault
                .as_ref()
                .map(|(code, message)| (code.as_str(), message.as_str()));
            store::mark_file(connection, &file_id, status, error, now)
        })
        .await
    }

    /// Builds the result, stores it, and ends the job together with what is left of its
    /// reservation.
    async fn finish(&self, job: &JobRow) -> Result<(), Halt> {
        let job_id = job.id.clone();
        let (row, files, pages, artifacts, terms) = self
            .db
            .read(move |connection| {
                let row =
                    store::any_job(connection, &job_id)?.ok_or_else(|| Error::not_found("job"))?;
                let files = store::files_of(connection, &job_id)?;
                let pages = store::pages_of_job(connection, &job_id)?;
                let artifacts = store::artifacts_of_job(connection, &job_id)?;
                let terms = store::terms(connection, &row.workspace_id)?;
                Ok((row, files, pages, artifacts, terms))
            })
            .await?;
        let clean = files
            .iter()
            .all(|file| file.status == FileStatus::Completed);
        let status = match clean {
            true => Status::Completed,
            false => Status::CompletedWithErrors,
        };
        let now = self.clock.now();
        let expires_at = now.plus(terms.retention_days * DAY);
        let bytes = result::build(
            &row,
            &files,
            &pages,
            &artifacts,
            (status, now, expires_at),
            &self.base_url,
        )?;
        // A name of its own: should two workers build the result, the row says which one counts.
        let blob = format!("jobs/{}/results/{}.json", job.id, id::new(id::Kind::Row));
        let stored = self.blobs.put(&blob, bytes).await?;
        self.held(job, move |connection| {
            if state::advance(connection, &row.id, Status::Processing, status, now)? {
                let left = row.credits_reserved - row.credits_debited;
                credits::release(connection, cause_of(&row), left, now)?;
                store::set_result(connection, &row.id, &blob, stored.size, &stored.sha256)?;
                store::set_completed(connection, &row.id, now, expires_at)?;
            }
            Ok(())
        })
        .await
    }

    /// Waits for the reader's next word; renews the lease and watches for the stop meanwhile.
    async fn next_event(&self, job: &JobRow, reading: &mut Reading) -> Result<Option<Event>, Halt> {
        let mut stop = self.stop.clone();
        let mut renewal = tokio::time::interval(RENEWAL);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        renewal.reset();
        loop {
            tokio::select! {
                event = reading.next() => return Ok(event),
                () = stopped(&mut stop) => return Err(Halt::Stopped),
                _ = renewal.tick() => self.held(job, |_| Ok(())).await?,
            }
        }
    }

    /// A transaction that only counts while this worker holds the job, and prolongs the lease.
    async fn held<T: Send + 'static>(
        &self,
        job: &JobRow,
        work: impl FnOnce(&mut crate::db::Conn) -> Result<T> + Send + 'static,
    ) -> Result<T, Halt> {
        let until = self.clock.now().plus(LEASE);
        let (job_id, owner) = (job.id.clone(), job.lease_owner.clone().unwrap_or_default());
        let done = self
            .db
            .write(
                move |connection| match store::hold(connection, &job_id, &owner, until)? {
                    true => work(connection).map(Some),
                    false => Ok(None),
                },
            )
            .await?;
        done.ok_or(Halt::Stopped)
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the worker is gone, which is a stop too.
    drop(stop.wait_for(|stop| *stop).await);
}

fn cause_of(job: &JobRow) -> Cause<'_> {
    Cause {
        workspace_id: &job.workspace_id,
        project_id: Some(&job.project_id),
        job_id: Some(&job.id),
        page_id: None,
    }
}

/// The first pending pages whose numbers follow each other.
fn first_run(pages: &[PageRow]) -> &[PageRow] {
    let is_pending = |page: &PageRow| page.status == PageStatus::Pending;
    let start = pages.iter().position(is_pending).unwrap_or(pages.len());
    let rest = pages.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|page| is_pending(page)).count();
    rest.get(..length).unwrap_or_default()
}

fn row_of(pages: &[PageRow], number: u32) -> Option<&PageRow> {
    pages
        .iter()
        .find(|page| page.page_number == i64::from(number))
}

fn page_number(page: &PageRow) -> Result<u32> {
    u32::try_from(page.page_number).map_err(Error::internal)
}

async fn remove_folder(folder: &Path) -> std::io::Result<()> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
