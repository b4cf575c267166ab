//! The end of a job: its result is built once, stored, and never changed after.

use super::claims::Turn;
use super::result::{self, Parts};
use super::run::{Halt, Runner};
use super::state::{self, Ending};
use super::{FileStatus, Status, store};
use crate::id;

impl Runner {
    /// Builds the result, stores it, and ends the job together with what is left of its
    /// reservation.
    pub(super) async fn finish(&self, turn: &Turn) -> Result<(), Halt> {
        self.end_files(turn, None).await?;
        let job_id = turn.job.id.clone();
        let (row, files, pages, mut artifacts, terms) = self
            .db
            .read(move |connection| {
                let row = store::any_job(connection, &job_id)?;
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
        let expires_at = terms.kept_until(now);
        let binding = self.bind(turn, &files, &pages, &artifacts).await?;
        artifacts.extend(binding.extracts.iter().cloned());
        let bytes = result::build(&Parts {
            job: &row,
            files: &files,
            pages: &pages,
            artifacts: &artifacts,
            binding: &binding,
            end: (status, now, expires_at),
            base_url: &self.base_url,
        })?;
        // A name of its own: should two workers build the result, the row says which one counts.
        let blob = format!("jobs/{}/results/{}.json", row.id, id::new(id::Kind::Row));
        let stored = self.blobs.put(&blob, bytes).await?;
        self.held(turn, move |connection| {
            let ending = Ending::Result {
                to: status,
                blob: &blob,
                stored: &stored,
                expires_at,
            };
            if !state::end(connection, &row, &ending, now)? {
                return Ok(());
            }
            for extract in &binding.extracts {
                store::insert_artifact(connection, extract)?;
            }
            for (page_id, reading) in &binding.corrected {
                store::correct_page(connection, page_id, reading)?;
            }
            Ok(())
        })
        .await?;
        Ok(())
    }
}
