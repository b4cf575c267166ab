//! Sheets, sections and documents with all that was read from them. The outcome of a binding is kept
//! small; the rest is in the extracts, which are read one after the other while the report is written.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::ser::Error;
use serde::{Serialize, Serializer};

use super::super::binding::read_plain;
use super::super::bound::{Doc, Section, Sheet};
use super::super::page::Artifact;

/// A longer extract is not believed, in bytes.
const LONGEST_EXTRACT: u64 = 128 << 20;

/// What begins in one file.
pub(super) struct Wholes<'a, T> {
    /// As the outcome of the binding has it.
    pub parts: &'a [T],
    /// Where the extracts are.
    folder: &'a Path,
}

impl<'a, T> Wholes<'a, T> {
    pub fn new(parts: &'a [T], folder: &'a Path) -> Self {
        Self { parts, folder }
    }
}

impl<T: Extracted> Serialize for Wholes<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.parts.iter().map(|part| Whole {
            part,
            folder: self.folder,
        }))
    }
}

struct Whole<'a, T> {
    part: &'a T,
    folder: &'a Path,
}

impl<T: Extracted> Serialize for Whole<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(extract) = self.part.extract() else {
            return self.part.serialize(serializer);
        };
        let path = self.folder.join(&extract.file_name);
        let text = read_plain(&path, LONGEST_EXTRACT).map_err(Error::custom)?;
        let whole: T = serde_json::from_slice(&text).map_err(Error::custom)?;
        whole.with(extract.clone()).serialize(serializer)
    }
}

/// What has an extract of its own.
pub(super) trait Extracted: Serialize + DeserializeOwned {
    fn extract(&self) -> Option<&Artifact>;
    /// The extract does not name itself.
    fn with(self, extract: Artifact) -> Self;
}

impl Extracted for Sheet {
    fn extract(&self) -> Option<&Artifact> {
        self.extract.as_ref()
    }

    fn with(mut self, extract: Artifact) -> Self {
        self.extract = Some(extract);
        self
    }
}

impl Extracted for Section {
    fn extract(&self) -> Option<&Artifact> {
        self.extract.as_ref()
    }

    fn with(mut self, extract: Artifact) -> Self {
        self.extract = Some(extract);
        self
    }
}

impl Extracted for Doc {
    fn extract(&self) -> Option<&Artifact> {
        self.extract.as_ref()
    }

    fn with(mut self, extract: Artifact) -> Self {
        self.extract = Some(extract);
        self
    }
}
