//! Sheets, sections and documents with all that was read from them. The outcome of a binding is kept
//! small; the rest is in the extracts, which are read one after the other while the report is written.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::ser::Error;
use serde::{Serialize, Serializer};

use super::super::binding::read_plain;
use super::super::page::Artifact;

/// A longer extract is not believed, in bytes.
const LONGEST_EXTRACT: u64 = 128 << 20;

/// What begins in one file.
pub(super) struct Wholes<'a, T> {
    /// As the outcome of the binding has it.
    pub parts: &'a [T],
    /// Where the extracts are, and which is a part's.
    pub folder: &'a Path,
    pub extract: fn(&T) -> Option<&Artifact>,
}

impl<T: Serialize + DeserializeOwned> Serialize for Wholes<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.parts.iter().map(|part| Whole { part, of: self }))
    }
}

struct Whole<'w, 'a, T> {
    part: &'a T,
    of: &'w Wholes<'a, T>,
}

/// The extract does not name itself.
#[derive(Serialize)]
struct Named<'a, T> {
    #[serde(flatten)]
    whole: T,
    extract: &'a Artifact,
}

impl<T: Serialize + DeserializeOwned> Serialize for Whole<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(extract) = (self.of.extract)(self.part) else {
            return self.part.serialize(serializer);
        };
        let path = self.of.folder.join(&extract.file_name);
        let text = read_plain(&path, LONGEST_EXTRACT).map_err(Error::custom)?;
        let whole: T = serde_json::from_slice(&text).map_err(Error::custom)?;
        Named { whole, extract }.serialize(serializer)
    }
}
