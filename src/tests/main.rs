//! The behavioural suite: over HTTP, against the very application that `main` runs, on SQLite, or
//! on PostgreSQL when `PLANGREP_TEST_DATABASE_URL` is set.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod accounts;
mod admin_pages;
mod announced;
mod bad_readers;
mod browser;
mod command_line;
mod documents;
mod doors;
mod errors;
mod findings;
mod harness;
mod job_life;
mod jobs;
mod kept_secrets;
mod key_lives;
mod keys;
mod leaks;
mod openapi;
mod own_account;
mod pages;
mod pdf_maker;
mod people;
mod preflight;
mod processes;
mod project_pages;
mod reading;
mod receiver;
mod recognising;
mod rotations;
mod s3;
mod schema;
mod security;
mod smtp;
mod uploads;
mod webhooks;
