//! Files as the sandbox needs them: on this machine. What is kept in a bucket is brought here,
//! once for all who read it, and looked at on the way: bytes that came by a URL were announced by
//! whoever sent them, and nobody has checked them before.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::store::FileRow;
use crate::blobs::Blobs;
use crate::error::Result;
use crate::id;
use crate::secret::hexadecimal;

/// Bytes that are written at once.
const CHUNK: usize = 1 << 20;
/// Bytes that are kept here, unless those that are being read are more.
const SPACE: i64 = 20_000_000_000;
/// How long a file is kept that nobody reads.
const IDLE: Duration = Duration::from_secs(600);

pub struct Inputs {
    blobs: Blobs,
    folder: PathBuf,
    shelf: Mutex<Vec<Entry>>,
}

/// A file that is here, or is being brought.
struct Entry {
    job_id: String,
    file_id: String,
    size: i64,
    used: Instant,
    slot: Slot,
}

type Slot = Arc<tokio::sync::Mutex<Option<Arc<Fetched>>>>;

/// A file that was brought here; goes with the last one that reads it.
pub struct Fetched(PathBuf);

/// A file on this machine, as long as this lives.
#[derive(Clone)]
pub enum Input {
    Stored(PathBuf),
    Fetched(Arc<Fetched>),
}

impl Input {
    pub fn path(&self) -> &Path {
        match self {
            Self::Stored(path) => path,
            Self::Fetched(fetched) => &fetched.0,
        }
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file that was brought here could not be removed");
        }
    }
}

impl Entry {
    fn is_in_use(&self) -> bool {
        let Ok(held) = self.slot.try_lock() else {
            return true;
        };
        // The shelf itself holds one of each.
        Arc::strong_count(&self.slot) > 1
            || held
                .as_ref()
                .is_some_and(|fetched| Arc::strong_count(fetched) > 1)
    }
}

impl Inputs {
    /// `folder` is this process's own, and there.
    pub fn new(blobs: Blobs, folder: PathBuf) -> Self {
        Self {
            blobs,
            folder,
            shelf: Mutex::new(Vec::new()),
        }
    }

    /// A file on this machine; none when its bytes are not those that were announced.
    pub async fn bring(&self, file: &FileRow) -> Result<Option<Input>> {
        if let Some(path) = self.blobs.local_path(&file.blob) {
            return Ok(Some(Input::Stored(path)));
        }
        let slot = self.slot(file);
        let mut held = slot.lock().await;
        if held.is_none() {
            *held = self.fetch(file).await?.map(Arc::new);
        }
        Ok(held.clone().map(Input::Fetched))
    }

    fn slot(&self, file: &FileRow) -> Slot {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = shelf.iter_mut().find(|entry| entry.file_id == file.id) {
            entry.used = Instant::now();
            return entry.slot.clone();
        }
        make_room(&mut shelf, SPACE - file.file_size);
        let slot = Slot::default();
        shelf.push(Entry {
            job_id: file.job_id.clone(),
            file_id: file.id.clone(),
            size: file.file_size,
            used: Instant::now(),
            slot: slot.clone(),
        });
        slot
    }

    async fn fetch(&self, file: &FileRow) -> Result<Option<Fetched>> {
        let fetched = Fetched(self.folder.join(id::new(id::Kind::Row)));
        let mut sink = Sink {
            file: File::create_new(&fetched.0)?,
            hasher: Sha256::new(),
        };
        let end = file.file_size.unsigned_abs();
        let mut bytes = self.blobs.read(&file.blob, 0, end).await?;
        let (mut batch, mut size) = (Vec::new(), 0);
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk?;
            size += chunk.len();
            batch.push(chunk);
            if size >= CHUNK {
                sink = sink.write(std::mem::take(&mut batch)).await?;
                size = 0;
            }
        }
        sink = sink.write(batch).await?;
        let is_same = hexadecimal(&sink.hasher.finalize()) == file.sha256;
        Ok(is_same.then_some(fetched))
    }

    /// Removes what was brought for a job, except what is being read.
    pub fn forget(&self, job_id: &str) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.retain(|entry| entry.job_id != job_id || entry.is_in_use());
    }

    /// Removes what nobody has read for a while: its job is another process's by now.
    pub fn sweep(&self) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.retain(|entry| entry.used.elapsed() < IDLE || entry.is_in_use());
    }
}

/// Removes what was read longest ago until at most `space` bytes are left, or all are in use.
fn make_room(shelf: &mut Vec<Entry>, space: i64) {
    while shelf.iter().map(|entry| entry.size).sum::<i64>() > space {
        let oldest = shelf
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_in_use())
            .min_by_key(|(_, entry)| entry.used)
            .map(|(index, _)| index);
        match oldest {
            Some(index) => drop(shelf.remove(index)),
            None => return,
        }
    }
}

/// Hashes and writes, both away from the threads that answer requests.
struct Sink {
    file: File,
    hasher: Sha256,
}

impl Sink {
    async fn write(mut self, batch: Vec<Bytes>) -> Result<Self> {
        tokio::task::spawn_blocking(move || {
            for bytes in batch {
                self.hasher.update(&bytes);
                self.file.write_all(&bytes)?;
            }
            Ok(self)
        })
        .await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(folder: &Path, name: &str, age: u64) -> Entry {
        let path = folder.join(name);
        std::fs::write(&path, name).unwrap();
        Entry {
            job_id: "job_a".to_owned(),
            file_id: name.to_owned(),
            size: 10,
            used: Instant::now()
                .checked_sub(Duration::from_secs(age))
                .unwrap(),
            slot: Arc::new(tokio::sync::Mutex::new(Some(Arc::new(Fetched(path))))),
        }
    }

    #[test]
    fn room_is_made_of_what_was_read_longest_ago_and_is_read_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf: Vec<Entry> = [("old", 30), ("read", 20), ("new", 10)]
            .map(|(name, age)| entry(folder.path(), name, age))
            .into();
        let held = shelf[1].slot.try_lock().unwrap().clone();
        make_room(&mut shelf, 20);
        let left = |shelf: &[Entry]| -> Vec<String> {
            shelf.iter().map(|entry| entry.file_id.clone()).collect()
        };
        assert_eq!(left(&shelf), ["read", "new"]);
        make_room(&mut shelf, 0);
        assert_eq!(left(&shelf), ["read"]);
        assert!(!folder.path().join("old").exists() && folder.path().join("read").exists());
        drop(held);
        make_room(&mut shelf, 0);
        assert!(shelf.is_empty() && !folder.path().join("read").exists());
    }
}
