//! The OpenAPI 3.1 description of the doors for software. One file for each tag says what its
//! routes take and answer; the wire types describe themselves. A test compares all of it with the
//! table of routes, so a new route needs a line in `routes.rs` and an operation here.

mod artifacts;
mod errors;
mod examples;
mod jobs;
mod keys;
mod operation;
mod projects;
mod scanning;
mod schemas;
mod service;
mod uploads;
mod webhooks;
mod write;

use std::sync::LazyLock;

use crate::error::{Error, Result};

pub use errors::{sorted as sorted_codes, words as words_of_code};
pub use operation::{Content, Operation, Shape, Tag};
pub use schemas::{Schemas, schemas};
pub use write::{introduction, security_words};

/// Every operation, by tag, in the order in which someone would read them.
pub fn tags() -> Vec<Tag> {
    vec![
        projects::tag(),
        jobs::tag(),
        uploads::tag(),
        artifacts::tag(),
        keys::tag(),
        scanning::tag(),
        service::tag(),
    ]
}

/// What this server sends to others.
pub fn webhooks() -> Vec<(&'static str, Operation)> {
    vec![("job.status_changed", webhooks::status_changed())]
}

/// The description as JSON, for people and programs alike.
pub fn json() -> Result<&'static str> {
    static JSON: LazyLock<std::result::Result<String, serde_json::Error>> = LazyLock::new(|| {
        let mut text = serde_json::to_string_pretty(&write::document())?;
        text.push('\n');
        Ok(text)
    });
    match &*JSON {
        Ok(text) => Ok(text),
        Err(error) => Err(Error::internal(anyhow::anyhow!("{error}"))),
    }
}
