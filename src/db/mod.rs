//! The database: one connection type over SQLite and PostgreSQL, and the only way to it.
//! Rooms write queries against [`Conn`]; nothing else sees the pool.

pub mod columns;
mod migrate;
pub mod schema;

pub use migrate::{POSTGRES, SQLITE};

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

use crate::error::{Error, Result};

#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Where the database is, told by the scheme of its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Postgres(String),
    Sqlite(PathBuf),
}

impl Target {
    /// `postgres://…`, `postgresql://…` or `sqlite://<path>`.
    pub fn parse(url: &str) -> Option<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Some(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://")?;
        (!path.is_empty()).then(|| Self::Sqlite(PathBuf::from(path)))
    }

    fn connect(&self) -> Result<Conn, ConnectionError> {
        match self {
            Self::Postgres(url) => PgConnection::establish(url).map(Conn::Postgres),
            Self::Sqlite(path) => connect_sqlite(path).map(Conn::Sqlite),
        }
    }
}

fn connect_sqlite(path: &Path) -> Result<SqliteConnection, ConnectionError> {
    let path = path
        .to_str()
        .ok_or_else(|| ConnectionError::InvalidConnectionUrl("the path is not UTF-8".into()))?;
    let mut connection = SqliteConnection::establish(path)?;
    // FULL: a revocation that was acknowledged must survive a power cut too.
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON;",
        )
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

struct Manager(Target);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.0
            .connect()
            .map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, connection: &mut Conn) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut Conn) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    number: u64,
    target: Target,
    pool: Pool<Manager>,
    /// As many seats as connections, so that waiting for one is asynchronous.
    seats: Arc<Semaphore>,
    /// SQLite has one writer at a time: the others of this process wait here, in order, instead of
    /// in its busy handler.
    writers: Arc<Semaphore>,
}

thread_local! {
    /// This thread's own SQLite connection for [`Db::peek`], and the number of the database that
    /// it belongs to.
    static OWN: RefCell<Option<(u64, Conn)>> = const { RefCell::new(None) };
}

impl Db {
    /// Opens the database, makes it when it is a missing SQLite file, and brings its schema up to
    /// date. Blocks.
    pub fn open(target: &Target) -> anyhow::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        migrate::up(target)?;
        let (connections, writers) = match target {
            Target::Sqlite(_) => (6, 1),
            Target::Postgres(_) => (12, 12),
        };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(matches!(target, Target::Postgres(_)))
            .build(Manager(target.clone()))?;
        Ok(Self(Arc::new(Inner {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            target: target.clone(),
            pool,
            seats: Arc::new(Semaphore::new(connections as usize)),
            writers: Arc::new(Semaphore::new(writers)),
        })))
    }

    /// Runs queries that only read, away from the threads that answer requests.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(false, work).await
    }

    /// Runs queries in one transaction that may write: all of it happens, or nothing.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(true, |connection| transaction(connection, work))
            .await
    }

    /// Waits in a task of its own: a place is given to whoever has waited longest, and a future that
    /// its owner does not poll just now would keep it from all others, its owner perhaps among them.
    async fn run<T: Send + 'static>(
        &self,
        writes: bool,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = self.0.clone();
        let task = tokio::spawn(async move {
            let turn = match writes {
                true => Some(inner.writers.clone().acquire_owned().await),
                false => None,
            };
            let turn = turn.transpose().map_err(Error::internal)?;
            let seat = inner.seats.clone().acquire_owned().await;
            let places = (turn, seat.map_err(Error::internal)?);
            // The places belong to the work: a request that is given up leaves it running.
            tokio::task::spawn_blocking(move || {
                let outcome = work(&mut *inner.pool.get()?);
                drop(places);
                outcome
            })
            .await?
        });
        Waiting(task).await?
    }

    /// As [`Db::write`], on this thread: for the start of the program.
    pub fn write_now<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        transaction(&mut *self.0.pool.get()?, work)
    }

    /// Runs one or two small indexed reads where waiting for another thread would cost more than
    /// the reads do: SQLite answers on this very thread, PostgreSQL as in [`Db::read`].
    pub async fn peek<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if matches!(self.0.target, Target::Postgres(_)) {
            return self.read(work).await;
        }
        OWN.with_borrow_mut(|own| {
            if own
                .as_ref()
                .is_none_or(|(number, _)| *number != self.0.number)
            {
                let connection = self.0.target.connect().map_err(Error::unavailable)?;
                *own = Some((self.0.number, connection));
            }
            match own {
                Some((_, connection)) => work(connection),
                None => Err(Error::unavailable(anyhow::anyhow!("no connection"))),
            }
        })
    }
}

/// A task that is given up together with whoever waits for it.
struct Waiting<T>(JoinHandle<T>);

impl<T> Future for Waiting<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn transaction<T>(connection: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    match connection {
        // A transaction that reads before it writes fails with "database is locked" in SQLite
        // unless it takes the write lock at its start.
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
        }
        Conn::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres)?,
    }
    type Manager = <Conn as Connection>::TransactionManager;
    match work(connection) {
        Ok(value) => {
            Manager::commit_transaction(connection)?;
            Ok(value)
        }
        Err(error) => {
            if let Err(rollback) = Manager::rollback_transaction(connection) {
                tracing::warn!(%rollback, "a transaction could not be rolled back");
            }
            Err(error)
        }
    }
}

/// Lets one transaction at a time count rows of a table and add to them. SQLite's transactions
/// exclude each other from their start.
pub fn lock_for_counting(connection: &mut Conn, table: &'static str) -> Result<()> {
    if let Conn::Postgres(postgres) = connection {
        postgres.batch_execute(&format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))?;
    }
    Ok(())
}

/// Whether an insert failed because a unique value was taken.
pub fn is_taken(error: &diesel::result::Error) -> bool {
    matches!(
        error,
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_that_nobody_polls_holds_up_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&Target::Sqlite(folder.path().join("test.db"))).unwrap();
        let mut left: Vec<_> = (0..20).map(|_| Box::pin(db.write(|_| Ok(())))).collect();
        for write in &mut left {
            // Begun, and then left alone, as one of several in a set is while its owner waits for
            // something else.
            let begun = futures_util::poll!(write);
            assert!(begun.is_pending());
        }
        let other = tokio::time::timeout(Duration::from_secs(20), db.write(|_| Ok(())));
        assert!(other.await.is_ok());
    }
}
