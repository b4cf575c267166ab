//! Running jobs: claim a turn, take it, and give back what could not be done. Every step is
//! stored as it is made, so that whoever claims the rest after a crash goes on where it stopped:
//! no page is lost and none is billed twice.

use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::FileStatus;
use super::claims::{self, LEASE, Turn, Work};
use super::inputs::{Input, Inputs};
use super::state::{self, Ending};
use super::store::{self, FileRow};
use crate::blobs::Blobs;
use crate::clock::{Clock, SECOND};
use crate::db::{Conn, Db};
use crate::documents::{Event, Fault, Reading, Sandbox};
use crate::error::{Error, Result};
use crate::scratch::Scratch;

/// How often a worker looks whether its job was cancelled,
const LOOK: Duration = Duration::from_secs(1);
/// and after how many looks it renews its lease.
const LOOKS_A_RENEWAL: u32 = 5;
/// How long a job rests after something of ours went wrong with it; twice as long each time.
const REST: i64 = 10 * SECOND;
/// Interruptions in a row, without a page in between, after which a job fails: 20 minutes or so.
const MOST_INTERRUPTIONS: i64 = 7;

pub struct Runner {
    pub db: Db,
    pub clock: Clock,
    pub blobs: Blobs,
    pub inputs: Inputs,
    pub base_url: String,
    pub sandbox: Sandbox,
    /// For what the sandbox writes; each turn has a folder in it.
    pub scratch: Scratch,
    /// Turns true when the worker is to stop.
    pub stop: watch::Receiver<bool>,
}

/// Why a turn ended before its work did.
pub(super) enum Halt {
    /// The worker stops, the job was cancelled, or another worker holds its work by now.
    Stopped,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Runner {
    /// Claims the next piece of work that waits, if there is one.
    pub async fn claim(&self) -> Result<Option<Turn>> {
        self.inputs.sweep();
        loop {
            let now = self.clock.now();
            let Some(job) = self
                .db
                .read(move |connection| claims::next(connection, now))
                .await?
            else {
                return Ok(None);
            };
            let turn = self
                .db
                .write(move |connection| claims::take(connection, &job, now))
                .await?;
            if turn.is_some() {
                return Ok(turn);
            }
        }
    }

    /// Does a claimed piece of work, or gives it back.
    pub async fn run(&self, turn: Turn) {
        let outcome = match &turn.work {
            Work::Preflight => self.preflight(&turn).await,
            Work::Survey(file, pages) => self.survey_slice(&turn, file, pages).await,
            Work::Pages(file, pages) => self.read_slice(&turn, file, pages).await,
            Work::Finish => self.finish(&turn).await,
        };
        let job_id = turn.job.id.clone();
        if matches!(outcome, Err(Halt::Stopped)) || matches!(turn.work, Work::Finish) {
            self.inputs.forget(&job_id);
        }
        let ended = match outcome {
            Ok(()) => Ok(()),
            Err(Halt::Stopped) => self.give_back(turn).await,
            Err(Halt::Failed(error)) => {
                tracing::error!(job = %job_id, %error, "a job was interrupted");
                self.interrupt(turn).await
            }
        };
        if let Err(error) = ended {
            tracing::warn!(job = %job_id, %error, "a job could not be given back; its lease will run out");
        }
    }

    async fn give_back(&self, turn: Turn) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(move |connection| claims::give_back(connection, &turn, now))
            .await
    }

    /// Lets a job rest that something of ours interrupted, a full disk perhaps; fails it when that
    /// has happened too often.
    async fn interrupt(&self, turn: Turn) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(move |connection| {
                let job = &turn.job;
                if job.interruptions + 1 < MOST_INTERRUPTIONS {
                    let until = now.plus(REST << job.interruptions);
                    // The job's row first, whoever notes it.
                    claims::note_interruption(connection, job, until)?;
                    return claims::give_back(connection, &turn, now);
                }
                let message = "The job was interrupted again and again by a problem of the server. \
                               Tell its operator, and send the files again later.";
                let ending = Ending::Failed("internal_error", message);
                state::end(connection, job, &ending, now).map(|_| ())
            })
            .await
    }

    pub(super) async fn files(&self, turn: &Turn) -> Result<Vec<FileRow>> {
        let job_id = turn.job.id.clone();
        self.db
            .read(move |connection| store::files_of(connection, &job_id))
            .await
    }

    pub(super) async fn fail_file(
        &self,
        turn: &Turn,
        file: &FileRow,
        fault: Fault,
    ) -> Result<(), Halt> {
        let (now, file_id) = (self.clock.now(), file.id.clone());
        self.held(turn, move |connection| {
            let error = Some((fault.code.as_str(), fault.message.as_str()));
            store::mark_file(connection, &file_id, FileStatus::Failed, error, now)
        })
        .await
    }

    pub(super) async fn next_event(
        &self,
        turn: &Turn,
        reading: &mut Reading,
    ) -> Result<Option<Event>, Halt> {
        self.beside(turn, reading.next()).await
    }

    /// A file on this machine; none when its bytes are not those that were announced.
    pub(super) async fn bring(&self, turn: &Turn, file: &FileRow) -> Result<Option<Input>, Halt> {
        Ok(self.beside(turn, self.inputs.bring(file)).await??)
    }

    /// Waits for something; meanwhile renews the lease, and watches for the stop and for a
    /// cancelled job.
    pub(super) async fn beside<T>(
        &self,
        turn: &Turn,
        work: impl Future<Output = T>,
    ) -> Result<T, Halt> {
        let mut work = std::pin::pin!(work);
        let mut stop = self.stop.clone();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.reset();
        let mut looks = 0;
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = stopped(&mut stop) => return Err(Halt::Stopped),
                _ = look.tick() => {
                    looks += 1;
                    if looks % LOOKS_A_RENEWAL == 0 {
                        self.renew(turn).await?;
                    } else {
                        self.must_go_on(turn).await?;
                    }
                }
            }
        }
    }

    async fn must_go_on(&self, turn: &Turn) -> Result<(), Halt> {
        let job = turn.job.clone();
        let goes_on = self
            .db
            .read(move |connection| claims::is_in_status(connection, &job))
            .await?;
        goes_on.then_some(()).ok_or(Halt::Stopped)
    }

    pub(super) async fn renew(&self, turn: &Turn) -> Result<(), Halt> {
        let (turn, until) = (turn.clone(), self.clock.now().plus(LEASE));
        let renewed = self
            .db
            .write(move |connection| claims::renew(connection, &turn, until))
            .await?;
        renewed.then_some(()).ok_or(Halt::Stopped)
    }

    /// A transaction that only counts while this worker holds the job itself, and prolongs the
    /// lease: for preflight and finish. In a survey, while it holds its pages.
    pub(super) async fn held<T: Send + 'static>(
        &self,
        turn: &Turn,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T, Halt> {
        let (turn, until) = (turn.clone(), self.clock.now().plus(LEASE));
        let done = self
            .db
            .write(move |connection| {
                match claims::lock(connection, &turn.job)?
                    && claims::renew(connection, &turn, until)?
                {
                    true => work(connection).map(Some),
                    false => Ok(None),
                }
            })
            .await?;
        done.ok_or(Halt::Stopped)
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the worker is gone, which is a stop too.
    drop(stop.wait_for(|stop| *stop).await);
}

pub(super) async fn remove_folder(folder: &Path) -> std::io::Result<()> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
