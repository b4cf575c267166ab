//! Brings a database's schema up to date.

use std::fs::OpenOptions;

use anyhow::{Context, anyhow};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Target, connect_sqlite};

pub const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Runs what is pending. Of several processes that start at once, one does it and the others wait.
pub fn up(target: &Target) -> anyhow::Result<()> {
    match target {
        Target::Sqlite(path) => {
            let lock = OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(false)
                .open(path.with_extension("lock"))
                .context("the database's folder cannot be written to")?;
            lock.lock()?;
            let mut connection = connect_sqlite(path).context("the database cannot be opened")?;
            connection
                .run_pending_migrations(SQLITE)
                .map_err(|error| anyhow!("the database cannot be migrated: {error}"))?;
            Ok(lock.unlock()?)
        }
        Target::Postgres(url) => {
            // libpq's message names the host and the database, never the password.
            let mut connection =
                PgConnection::establish(url).context("PostgreSQL cannot be reached")?;
            // Any constant will do; it is freed with the connection.
            connection.batch_execute("SELECT pg_advisory_lock(7029113862013)")?;
            connection
                .run_pending_migrations(POSTGRES)
                .map_err(|error| anyhow!("the database cannot be migrated: {error}"))?;
            Ok(())
        }
    }
}
