//! What happens beside the requests: provisioning projects, running jobs, sending mail, writing
//! last uses, forgetting what has expired. One loop per duty; each stops cleanly.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use crate::accounts::{Accounts, Sessions};
use crate::error::Result;
use crate::jobs::{Jobs, Runner};
use crate::keys::Keys;
use crate::mail::Postman;
use crate::projects::Projects;
use crate::webhooks::Webhooks;

/// How long a duty waits when nobody rings: another process may have left work in the database.
const PAUSE: Duration = Duration::from_secs(1);
/// Jobs are looked for more often: each step of a job waits for the last worker of the step before.
const JOBS_PAUSE: Duration = Duration::from_millis(200);
/// The longest that a use of a key stays unwritten.
const LAST_USE: Duration = Duration::from_secs(5);
/// How often keys that end soon are looked for.
const EXPIRIES: Duration = Duration::from_secs(60);
/// How often jobs are looked for whose time has run out.
const KEEPING: Duration = Duration::from_secs(60);
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

/// Wakes the duties of this process when a request has left work for them.
#[derive(Clone)]
pub struct Bell(watch::Sender<()>);

impl Bell {
    pub fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub fn ring(&self) {
        self.0.send_replace(());
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Worker {
    pub accounts: Arc<Accounts>,
    pub keys: Arc<Keys>,
    pub projects: Arc<Projects>,
    pub jobs: Arc<Jobs>,
    pub webhooks: Arc<Webhooks>,
    pub postman: Arc<Postman>,
    pub runner: Arc<Runner>,
    pub sessions: Sessions,
    pub bell: Bell,
    /// Turns of jobs at once; with none, this process only serves.
    pub seats: usize,
    pub stop: watch::Sender<bool>,
}

impl Worker {
    /// Starts the duties. They end some time after `stop` turns true.
    pub fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut duties = JoinSet::new();
        let worker = self.clone();
        duties.spawn(async move { worker.write_last_uses().await });
        if self.seats > 0 {
            let worker = self.clone();
            duties.spawn(async move {
                worker
                    .repeat("projects", PAUSE, || worker.projects.provision())
                    .await;
            });
            let worker = self.clone();
            duties.spawn(async move {
                worker.repeat("mail", PAUSE, || worker.send_mail()).await;
            });
            let worker = self.clone();
            duties.spawn(async move {
                worker
                    .repeat("webhooks", PAUSE, || worker.webhooks.deliver())
                    .await;
            });
            let worker = self.clone();
            duties.spawn(async move {
                worker
                    .repeat("expiries", EXPIRIES, || worker.keys.tell_expiries())
                    .await;
            });
            let worker = self.clone();
            duties.spawn(async move {
                worker
                    .repeat("housekeeping", HOUSEKEEPING, || async {
                        worker.sessions.purge().await?;
                        worker.postman.purge().await?;
                        worker.accounts.purge_resets().await?;
                        worker.jobs.purge_requests().await?;
                        worker.jobs.sweep_uploads().await?;
                        worker.webhooks.purge().await?;
                        Ok(0)
                    })
                    .await;
            });
            let worker = self.clone();
            duties.spawn(async move {
                worker
                    .repeat("keeping of jobs", KEEPING, || worker.keep_jobs())
                    .await;
            });
            let worker = self.clone();
            duties.spawn(async move { worker.run_jobs().await });
        }
        duties
    }

    /// Does all that waits, and returns when nothing does: for tests, and for a clean command
    /// line.
    pub async fn drain(&self) -> Result<()> {
        self.keys.flush_last_use().await?;
        loop {
            let mut done = self.projects.provision().await?;
            done += self.keys.tell_expiries().await?;
            done += self.send_mail().await?;
            done += self.webhooks.deliver().await?;
            done += self.keep_jobs().await?;
            if let Some(turn) = self.runner.claim().await? {
                self.runner.run(turn).await;
                done += 1;
            }
            if done == 0 {
                return Ok(());
            }
        }
    }

    async fn keep_jobs(&self) -> Result<usize> {
        Ok(self.jobs.expire().await? + self.jobs.purge().await?)
    }

    async fn send_mail(&self) -> Result<usize> {
        let asked = self.accounts.send_resets().await?;
        Ok(asked + self.postman.deliver().await?)
    }

    /// Repeats a duty until the stop: at once while there is work, else at the bell or after the
    /// pause.
    async fn repeat<F: Future<Output = Result<usize>>>(
        &self,
        name: &'static str,
        pause: Duration,
        duty: impl Fn() -> F,
    ) {
        let mut stop = self.stop.subscribe();
        let mut bell = self.bell.0.subscribe();
        while !*stop.borrow() {
            match duty().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::error!(duty = name, %error, "a duty of the worker failed"),
            }
            tokio::select! {
                _ = stop.changed() => {}
                _ = bell.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn write_last_uses(&self) {
        let mut stop = self.stop.subscribe();
        while !*stop.borrow() {
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(LAST_USE) => {}
            }
            if let Err(error) = self.keys.flush_last_use().await {
                tracing::error!(%error, "the last uses of keys could not be written yet");
            }
        }
    }

    async fn run_jobs(&self) {
        let seats = Arc::new(Semaphore::new(self.seats));
        let mut running = JoinSet::new();
        // What a turn ends makes the next one possible: nobody needs to wait for the pause.
        let ended = Arc::new(Notify::new());
        let mut stop = self.stop.subscribe();
        let mut bell = self.bell.0.subscribe();
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            // A seat is taken before a job is claimed, so that no claimed job waits.
            let seat = tokio::select! {
                _ = stop.changed() => break,
                seat = seats.clone().acquire_owned() => seat,
            };
            match self.runner.claim().await {
                Ok(Some(turn)) => {
                    let (runner, ended) = (self.runner.clone(), ended.clone());
                    running.spawn(async move {
                        runner.run(turn).await;
                        drop(seat);
                        ended.notify_one();
                    });
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "no job could be claimed"),
            }
            drop(seat);
            tokio::select! {
                _ = stop.changed() => {}
                _ = bell.changed() => {}
                () = ended.notified() => {}
                () = tokio::time::sleep(JOBS_PAUSE) => {}
            }
        }
        while running.join_next().await.is_some() {}
    }
}
