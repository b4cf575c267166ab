//! The application: all rooms, built from the settings, behind one listener. Tests start the very
//! thing that `main` runs.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::Key;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use anyhow::Context;
use ipnet::IpNet;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::accounts::{self, Accounts, Sessions};
use crate::audit::Audit;
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::config::Config;
use crate::credits::usage::Credits;
use crate::db::{Db, Target};
use crate::documents::{Limits, Sandbox};
use crate::gauges::Gauges;
use crate::http;
use crate::jobs::{self, Inputs, Jobs, Runner};
use crate::keys::{Keys, Scanners};
use crate::mail::{Outbox, Postman};
use crate::one_time::OneTimeLinks;
use crate::projects::Projects;
use crate::routes::{self, Cookies};
use crate::scratch::Scratch;
use crate::secret::Secret;
use crate::webhooks::Webhooks;
use crate::worker::{Bell, Worker};

/// What the doors call.
pub struct Rooms {
    pub accounts: Arc<Accounts>,
    pub keys: Arc<Keys>,
    pub projects: Arc<Projects>,
    pub jobs: Arc<Jobs>,
    pub credits: Credits,
    pub webhooks: Arc<Webhooks>,
    pub blobs: Blobs,
    pub audit: Audit,
    pub outbox: Outbox,
    pub gauges: Gauges,
    pub base_url: String,
    pub trusted_proxies: Vec<IpNet>,
    /// Who may read `/metrics`.
    pub metrics_from: Vec<IpNet>,
    pub clock: Clock,
    /// Age of a sign-in in milliseconds from which on the password is asked for again.
    pub confirm_after: i64,
}

/// What all commands share: the folders, the secret and the database.
pub struct Foundation {
    pub config: Config,
    pub clock: Clock,
    pub secret: Secret,
    pub db: Db,
}

impl Foundation {
    /// Makes what is missing, migrates the database, and notes the installation.
    pub fn lay(config: Config, clock: Clock) -> anyhow::Result<Self> {
        make_private_folder(&config.data_dir).with_context(|| {
            format!(
                "the data folder {} cannot be made",
                config.data_dir.display()
            )
        })?;
        let secret = match &config.secret {
            Some(text) => Secret::parse(text).map_err(anyhow::Error::msg)?,
            None => Secret::load_or_create(&config.data_dir.join("secret.key"))
                .context("secret.key in the data folder")?,
        };
        if let Target::Sqlite(path) = &config.database
            && let Some(folder) = path.parent()
        {
            std::fs::create_dir_all(folder)?;
        }
        let db = Db::open(&config.database)?;
        let is_ours =
            db.write_now(|connection| accounts::check_installation(connection, &secret, &clock))?;
        if !is_ours {
            tracing::warn!(
                "the secret is not the one that this database was set up with: \
                 its keys and sessions will not work"
            );
        }
        Ok(Self {
            config,
            clock,
            secret,
            db,
        })
    }

    pub fn accounts(&self, base_url: &str) -> crate::error::Result<Accounts> {
        Accounts::new(
            self.db.clone(),
            self.clock.clone(),
            &self.secret,
            self.config.initial_credits,
            self.config.sessions,
            base_url.to_owned(),
        )
    }

    pub fn keys(&self, base_url: &str) -> anyhow::Result<Keys> {
        let config = &self.config;
        let scanners = Scanners::load(
            config.leak_secret.as_deref(),
            config.leak_public_keys.as_deref(),
        )
        .context("PLANGREP_LEAK_PUBLIC_KEYS")?;
        Ok(Keys::new(
            self.db.clone(),
            self.clock.clone(),
            &self.secret,
            base_url.to_owned(),
            config.rate_limit,
            scanners,
        ))
    }
}

/// Everything behind the doors: the rooms, and the worker beside them.
struct House {
    rooms: web::Data<Rooms>,
    worker: Arc<Worker>,
    sessions: Sessions,
}

impl House {
    /// `seats` is how many turns of jobs the worker takes at once; `reader` the program that reads
    /// documents.
    fn build(
        foundation: &Foundation,
        base_url: &str,
        seats: usize,
        reader: PathBuf,
    ) -> anyhow::Result<Self> {
        let Foundation {
            config,
            clock,
            secret,
            db,
        } = foundation;
        let blobs = Blobs::open(&config.blobs)?;
        let scratch = Scratch::take(&config.data_dir.join("scratch"))?;
        let bell = Bell::new();
        let stop = watch::Sender::new(false);
        let projects = Arc::new(Projects::new(
            db.clone(),
            clock.clone(),
            config.project_credits,
            bell.clone(),
        ));
        let postman = Arc::new(Postman {
            db: db.clone(),
            clock: clock.clone(),
            transport: config.mail.clone(),
            from: config.mail_from.clone(),
            links: OneTimeLinks::new(secret, base_url.to_owned()),
        });
        let (links, base, at) = (
            secret.mac(jobs::RESULT_LINKS),
            base_url.to_owned(),
            clock.clone(),
        );
        let webhooks = Webhooks::new(
            db.clone(),
            clock.clone(),
            secret,
            bell.clone(),
            config.webhook_allow_private,
            move |job_id| jobs::result_url(&links, &base, job_id, at.now()),
        )?;
        let webhooks = Arc::new(webhooks.stopping_with(stop.subscribe()));
        let needs = jobs::Needs {
            db: db.clone(),
            clock: clock.clone(),
            blobs: blobs.clone(),
            base_url: base_url.to_owned(),
            direct_upload_max: config.direct_upload_max,
            bell: bell.clone(),
            webhooks: webhooks.clone(),
        };
        let inputs = Inputs::new(blobs.clone(), scratch.folder().to_owned());
        let rooms = Rooms {
            accounts: Arc::new(foundation.accounts(base_url)?),
            keys: Arc::new(foundation.keys(base_url)?),
            projects,
            jobs: Arc::new(Jobs::new(needs, secret)),
            credits: Credits::new(db.clone()),
            webhooks,
            blobs: blobs.clone(),
            audit: Audit::new(db.clone()),
            outbox: Outbox::new(&postman, bell.clone(), base_url.to_owned()),
            gauges: Gauges::new(db.clone()),
            base_url: base_url.to_owned(),
            trusted_proxies: config.trusted_proxies.clone(),
            metrics_from: config.metrics_from.clone(),
            clock: clock.clone(),
            confirm_after: config.confirm_after,
        };
        let sessions = Sessions::new(db.clone(), clock.clone(), config.sessions);
        let worker = Worker {
            accounts: rooms.accounts.clone(),
            keys: rooms.keys.clone(),
            projects: rooms.projects.clone(),
            jobs: rooms.jobs.clone(),
            webhooks: rooms.webhooks.clone(),
            postman,
            runner: Arc::new(Runner {
                db: db.clone(),
                clock: clock.clone(),
                blobs,
                inputs,
                base_url: base_url.to_owned(),
                sandbox: Sandbox::new(reader, Limits::default()).with_ocr(config.ocr.clone()),
                scratch,
                stop: stop.subscribe(),
            }),
            sessions: sessions.clone(),
            bell,
            seats,
            stop,
        };
        Ok(Self {
            rooms: web::Data::new(rooms),
            worker: Arc::new(worker),
            sessions,
        })
    }
}

/// Processes jobs, and does whatever else waits, until SIGTERM or SIGINT: then running pages are
/// handed back. Any number of processes may do so on one database.
pub async fn work(config: Config, clock: Clock, reader: PathBuf) -> anyhow::Result<()> {
    let base_url = config.base_url(config.bind);
    let seats = config.workers.max(1);
    let foundation = Foundation::lay(config, clock)?;
    let house = House::build(&foundation, &base_url, seats, reader)?;
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let duties = house.worker.start();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    end(&house.worker, duties).await
}

/// Ends the duties of a worker, and writes what it has noted.
async fn end(worker: &Worker, mut duties: JoinSet<()>) -> anyhow::Result<()> {
    worker.stop.send_replace(true);
    let ended = tokio::time::timeout(Duration::from_secs(5), async {
        while duties.join_next().await.is_some() {}
    })
    .await;
    if ended.is_err() {
        tracing::warn!("a duty of the worker did not end in time; its lease will run out");
    }
    // Requests that ended last may have been noted after the duty's own last write.
    worker.keys.flush_last_use().await?;
    Ok(())
}

pub struct Application {
    server: Server,
    address: SocketAddr,
    rooms: web::Data<Rooms>,
    worker: Arc<Worker>,
}

impl Application {
    /// Binds first, so that a taken port is told before anything else happens.
    pub fn build(config: Config, clock: Clock, reader: PathBuf) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.bind)
            .with_context(|| format!("PLANGREP_BIND: cannot listen on {}", config.bind))?;
        let address = listener.local_addr()?;
        let base_url = config.base_url(address);
        let foundation = Foundation::lay(config, clock)?;
        let seats = foundation.config.workers;
        let house = House::build(&foundation, &base_url, seats, reader)?;
        let cookies = Cookies {
            sessions: house.sessions,
            key: Key::from(&foundation.secret.derive::<64>("session cookie")),
            secure: base_url.starts_with("https://"),
            life: foundation.config.sessions.life,
        };
        let server = serve(listener, house.rooms.clone(), cookies)?;
        Ok(Self {
            server,
            address,
            rooms: house.rooms,
            worker: house.worker,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn rooms(&self) -> web::Data<Rooms> {
        self.rooms.clone()
    }

    pub fn worker(&self) -> Arc<Worker> {
        self.worker.clone()
    }

    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until SIGTERM, SIGINT or the handle stops it: then it finishes the requests, hands
    /// running jobs back and writes the last uses.
    pub async fn run(self) -> anyhow::Result<()> {
        let duties = self.worker.start();
        let served = self.server.await;
        end(&self.worker, duties).await?;
        Ok(served?)
    }
}

fn serve(
    listener: TcpListener,
    rooms: web::Data<Rooms>,
    cookies: Cookies,
) -> anyhow::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(rooms.clone())
            .configure(|config| routes::mount(config, &cookies))
            .wrap(from_fn(http::observe))
    })
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(4)
    .listen(listener)?;
    Ok(server.run())
}

/// Only the server's own user may look inside.
fn make_private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}
