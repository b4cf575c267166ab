//! How long jobs are kept: those that never end expire, and the bytes of those that are over are
//! deleted when their time has come. The worker calls it.

use super::links::LIFE;
use super::state::{self, Ending};
use super::{FileStatus, JobRow, Jobs, UploadMode, downloads, idempotency, store};
use crate::clock::MINUTE;
use crate::error::Result;

/// Jobs in one go.
const BATCH: i64 = 100;
/// A worker may still be writing for a job that was cancelled just now.
const AFTER_THE_END: i64 = MINUTE;

impl Jobs {
    /// Ends the jobs whose time has run out before they were over; answers how many.
    pub async fn expire(&self) -> Result<usize> {
        let now = self.clock.now();
        let late = self
            .db
            .read(move |connection| store::late(connection, now, BATCH))
            .await?;
        for job in &late {
            let job = job.clone();
            self.db
                .write(move |connection| state::end(connection, &job, &Ending::Expired, now))
                .await?;
        }
        Ok(late.len())
    }

    /// Deletes the bytes of jobs that are past their retention, that were forgotten, or that will
    /// never have a result; answers how many jobs.
    pub async fn purge(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |connection| {
                store::to_purge(connection, now, now.plus(-AFTER_THE_END), BATCH)
            })
            .await?;
        let told = self
            .db
            .read(move |connection| store::told(connection, BATCH))
            .await?;
        for job_id in told {
            self.db
                .write(move |connection| store::forget(connection, &job_id))
                .await?;
        }
        let mut purged = 0;
        for job_id in &due {
            purged += usize::from(self.purge_job(job_id).await?);
        }
        Ok(purged)
    }

    /// Deletes a job's bytes; false when more may come, and it is to be done again.
    pub(super) async fn purge_job(&self, job_id: &str) -> Result<bool> {
        let id = job_id.to_owned();
        let job = self
            .db
            .read(move |connection| store::any_job(connection, &id))
            .await?;
        // One that ended with a result has no worker any more.
        let settled = self.clock.now().plus(-AFTER_THE_END);
        let is_settling = job.result_blob.is_none() && job.updated_at > settled;
        let may_come = self.close_uploads(&job).await? || is_settling;
        self.blobs.delete_folder(&format!("jobs/{job_id}")).await?;
        if may_come {
            return Ok(false);
        }
        let (job_id, now) = (job_id.to_owned(), self.clock.now());
        self.db
            .write(move |connection| store::mark_purged(connection, &job_id, now))
            .await?;
        Ok(true)
    }

    /// In a bucket: gives up what was to come in parts; whether a URL for a whole file may still be
    /// good. The store takes bytes by it whatever has become of the job.
    async fn close_uploads(&self, job: &JobRow) -> Result<bool> {
        if self.blobs.bucket().is_none() {
            return Ok(false);
        }
        let job_id = job.id.clone();
        let mut files = self
            .db
            .read(move |connection| store::files_of(connection, &job_id))
            .await?;
        files.retain(|file| file.upload_mode.is_some());
        let is_signed = |file: &store::FileRow| file.upload_mode == Some(UploadMode::DirectPut);
        let is_recent = job.updated_at.plus(LIFE) > self.clock.now();
        let may_come = is_recent && files.iter().any(is_signed);
        files.retain(|file| matches!(file.status, FileStatus::AwaitingUpload | FileStatus::Failed));
        self.abort_uploads(&files).await;
        Ok(may_come)
    }

    /// Deletes what is left of uploads whose server was killed.
    pub async fn sweep_uploads(&self) -> Result<()> {
        self.blobs.sweep().await
    }

    /// Forgets answers and tokens that nobody can use any more.
    pub async fn purge_requests(&self) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(move |connection| {
                idempotency::purge(connection, now)?;
                downloads::purge(connection, now)
            })
            .await
    }
}
