//! What a client does to a job besides feeding it: list, cancel, resume, forget.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::state::{self, Ending};
use super::store::{self, Filter, JobRow};
use super::{JobView, Jobs, Status, known_shape, own_job};
use crate::audit::{self, Action, Actor};
use crate::clock::Time;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::keys::Authenticated;
use crate::{id, projects};

/// Jobs of a list when the client does not say how many,
const USUAL_LIMIT: i64 = 100;
/// and the most.
const MOST: i64 = 500;

/// How a list of jobs is asked for.
#[derive(Default)]
pub struct ListQuery {
    pub limit: Option<i64>,
    pub cursor: Option<String>,
    pub status: Option<Status>,
    pub external_id: Option<String>,
}

/// A part of a list.
pub struct JobPage {
    pub jobs: Vec<JobView>,
    /// Where the next part begins; none at the end.
    pub next_cursor: Option<String>,
}

impl ListQuery {
    fn limit(&self) -> Result<i64> {
        match self.limit {
            None => Ok(USUAL_LIMIT),
            Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
            Some(_) => Err(Error::invalid(format!("`limit` must be 1 to {MOST}."))),
        }
    }

    fn filter(&self) -> Result<Filter> {
        if self
            .external_id
            .as_ref()
            .is_some_and(|text| text.contains('\0'))
        {
            return Err(Error::invalid(
                "`externalId` must not contain control characters.",
            ));
        }
        Ok(Filter {
            status: self.status,
            external_id: self.external_id.clone(),
            after: self.cursor.as_deref().map(read_cursor).transpose()?,
        })
    }
}

/// A cursor is the last row of a part: its time and id.
fn write_cursor(row: &JobRow) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", row.created_at.0, row.id))
}

fn read_cursor(text: &str) -> Result<(Time, String)> {
    let wrong = || Error::invalid("`cursor` must be the `nextCursor` of an answer of this list.");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let (time, job_id) = text.split_once('.').ok_or_else(wrong)?;
    if !id::has_shape(id::Kind::Job, job_id) {
        return Err(wrong());
    }
    let time = time.parse().map_err(|_| wrong())?;
    Ok((Time(time), job_id.to_owned()))
}

impl Jobs {
    /// The jobs of a project, newest first.
    pub async fn list(
        &self,
        workspace_id: &str,
        project_id: &str,
        query: &ListQuery,
    ) -> Result<JobPage> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let (limit, filter) = (query.limit()?, query.filter()?);
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        let (mut rows, mut files) = self
            .db
            .read(move |connection| {
                projects::by_id(connection, &workspace_id, &project_id)?
                    .ok_or_else(|| Error::not_found("project"))?;
                // One more than wanted tells whether there is a next part.
                let rows = store::jobs_of_project(connection, &project_id, &filter, limit + 1)?;
                let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
                let mut files = std::collections::HashMap::<String, Vec<_>>::new();
                for file in store::files_of_jobs(connection, &ids)? {
                    files.entry(file.job_id.clone()).or_default().push(file);
                }
                Ok((rows, files))
            })
            .await?;
        let limit = usize::try_from(limit).map_err(Error::internal)?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| has_more).map(write_cursor);
        let jobs = rows
            .into_iter()
            .map(|row| {
                let files = files.remove(&row.id).unwrap_or_default();
                self.view(row, files)
            })
            .collect();
        Ok(JobPage { jobs, next_cursor })
    }

    /// Ends a job at once. What was read stays billed; the rest of the reservation returns. A
    /// worker that reads a page of it stops within two seconds. `person`: who does it in the
    /// browser, if it is not a key.
    pub async fn cancel(
        &self,
        person: Option<Actor>,
        workspace_id: &str,
        job_id: &str,
    ) -> Result<JobView> {
        let now = self.clock.now();
        self.change(
            workspace_id,
            job_id,
            move |connection, job| match state::end(connection, job, &Ending::Cancelled, now)? {
                true => log(connection, person, Action::JobCancelled, job, now),
                false => Err(Error::new(
                    Code::JobNotCancellable,
                    format!(
                        "The job cannot be cancelled: it is {}.",
                        job.status.as_str()
                    ),
                )),
            },
        )
        .await
    }

    /// Lets a job go on that had too few credits. `person`: as in [`Jobs::cancel`].
    pub async fn resume(
        &self,
        person: Option<Actor>,
        workspace_id: &str,
        job_id: &str,
    ) -> Result<JobView> {
        let now = self.clock.now();
        let job = self
            .change(workspace_id, job_id, move |connection, job| {
                let is_blocked = job.status == Status::BlockedInsufficientCredits;
                let to = Status::Preflighting;
                match is_blocked && state::advance(connection, &job.id, job.status, to, now)? {
                    true => log(connection, person, Action::JobResumed, job, now),
                    false => Err(Error::new(
                        Code::JobNotResumable,
                        format!(
                            "Only a job that is blocked_insufficient_credits can be resumed: this one is {}.",
                            job.status.as_str()
                        ),
                    )),
                }
            })
            .await?;
        self.bell.ring();
        Ok(job)
    }

    /// A change of a job in one transaction; answers the job as it is then.
    async fn change(
        &self,
        workspace_id: &str,
        job_id: &str,
        work: impl FnOnce(&mut Conn, &JobRow) -> Result<()> + Send + 'static,
    ) -> Result<JobView> {
        let job_id = known_shape(job_id)?;
        let (workspace_id, now) = (workspace_id.to_owned(), self.clock.now());
        let (row, files) = self
            .db
            .write(move |connection| {
                own_job(connection, &workspace_id, &job_id)?;
                // Taken first, so that the state that is judged is the one that is changed.
                store::take(connection, &job_id, now)?;
                let job = own_job(connection, &workspace_id, &job_id)?;
                work(connection, &job)?;
                let files = store::files_of(connection, &job_id)?;
                Ok((own_job(connection, &workspace_id, &job_id)?, files))
            })
            .await?;
        Ok(self.view(row, files))
    }

    /// Forgets a job that is over, with all that was uploaded and made. Its pages stay in the
    /// ledger, as costs without a content.
    pub async fn forget(&self, caller: &Authenticated, job_id: &str) -> Result<()> {
        let job_id = known_shape(job_id)?;
        let (workspace_id, id, now) = (
            caller.workspace_id.clone(),
            job_id.clone(),
            self.clock.now(),
        );
        self.db
            .write(move |connection| {
                let job = own_job(connection, &workspace_id, &id)?;
                if !job.status.is_terminal() {
                    return Err(Error::new(
                        Code::JobNotTerminal,
                        format!(
                            "Only a job that is over can be deleted: this one is {}. Cancel it first.",
                            job.status.as_str()
                        ),
                    ));
                }
                store::mark_deleted(connection, &id, now)
            })
            .await?;
        // The worker does it again: should this be cut off, or a page still be on its way.
        if let Err(error) = self.purge_job(&job_id).await {
            tracing::warn!(job_id, %error, "bytes of a forgotten job are left for later");
        }
        Ok(())
    }
}

/// What people do to jobs is in the audit log. What keys do is not: it is their daily work.
fn log(
    connection: &mut Conn,
    person: Option<Actor>,
    action: Action,
    job: &JobRow,
    now: Time,
) -> Result<()> {
    let Some(person) = person else {
        return Ok(());
    };
    let name = job.external_id.as_deref().unwrap_or(&job.id);
    audit::record(
        connection,
        &job.workspace_id,
        &person,
        action,
        (&job.id, name),
        format!("it was {}", job.status.as_str()),
        now,
    )
}
