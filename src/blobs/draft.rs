//! A file on its way into a folder: hashed and written away from the threads that answer requests,
//! a batch at a time and in order, while the next batch comes in. Until it is kept it is a draft.

use std::fs::{self, File};
use std::io::{self, ErrorKind, IoSlice, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::{Error, Result};
use crate::id;

/// The folder of the drafts, beside the names of files.
const DRAFTS: &str = "drafts";
/// Bytes that are hashed and written at once.
const BATCH: usize = 1 << 20;
/// Bytes after which the disk begins to write, while others still come: at the end it would have
/// to write all of them.
const FLUSH: usize = 32 << 20;

/// What is called by those who send; at most three batches are in memory.
pub(super) struct Writing {
    batch: Vec<Bytes>,
    batch_size: usize,
    /// None while a batch is on its way.
    writer: Option<Writer>,
    step: Option<JoinHandle<io::Result<Writer>>>,
    flush: Option<JoinHandle<io::Result<()>>>,
}

struct Writer {
    home: PathBuf,
    target: PathBuf,
    draft: Option<Draft>,
    hasher: Sha256,
    unflushed: usize,
}

/// Removed again unless it is kept.
struct Draft {
    file: Arc<File>,
    path: PathBuf,
    is_kept: bool,
}

impl Writing {
    /// Into the file `name` of the folder `home`.
    pub fn new(home: &Path, name: &str) -> Self {
        Self {
            batch: Vec::new(),
            batch_size: 0,
            writer: Some(Writer {
                home: home.to_owned(),
                target: home.join(name),
                draft: None,
                hasher: Sha256::new(),
                unflushed: 0,
            }),
            step: None,
            flush: None,
        }
    }

    /// A slow disk slows the sender down instead of filling the memory.
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.batch_size += chunk.len();
        self.batch.push(chunk);
        if self.batch_size < BATCH {
            return Ok(());
        }
        let mut writer = self.writer().await?;
        if writer.unflushed >= FLUSH && self.flush.as_ref().is_none_or(JoinHandle::is_finished) {
            self.flushed().await?;
            self.flush = writer.flush();
        }
        let batch = self.take_batch();
        self.step = Some(spawn_blocking(move || {
            writer.write(&batch)?;
            Ok(writer)
        }));
        Ok(())
    }

    /// The SHA-256 of all that has come.
    pub async fn digest(&mut self) -> Result<[u8; 32]> {
        let (mut writer, batch) = (self.writer().await?, self.take_batch());
        let (writer, digest) = spawn_blocking(move || {
            if !batch.is_empty() {
                writer.write(&batch)?;
            }
            let digest = writer.hasher.clone().finalize().into();
            io::Result::Ok((writer, digest))
        })
        .await??;
        self.writer = Some(writer);
        Ok(digest)
    }

    /// Gives the file its name, once all of it is on the disk.
    pub async fn keep(mut self) -> Result<[u8; 32]> {
        let (mut writer, batch) = (self.writer().await?, self.take_batch());
        // Its error would not be told a second time.
        self.flushed().await?;
        Ok(spawn_blocking(move || {
            writer.write(&batch)?;
            writer.keep()
        })
        .await??)
    }

    /// Waits until nothing is left of it.
    pub async fn abort(mut self) {
        if let Ok(writer) = self.writer().await
            && let Err(error) = spawn_blocking(move || drop(writer)).await
        {
            tracing::warn!(%error, "an upload that was given up left a draft behind");
        }
    }

    async fn writer(&mut self) -> Result<Writer> {
        if let Some(step) = self.step.take() {
            return Ok(step.await??);
        }
        self.writer.take().ok_or_else(|| {
            Error::internal(anyhow::anyhow!("an upload went on after it had failed"))
        })
    }

    async fn flushed(&mut self) -> Result<()> {
        match self.flush.take() {
            Some(flush) => Ok(flush.await??),
            None => Ok(()),
        }
    }

    fn take_batch(&mut self) -> Vec<Bytes> {
        self.batch_size = 0;
        std::mem::take(&mut self.batch)
    }
}

impl Drop for Writing {
    /// A large file takes a while to be removed.
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn_blocking(move || drop(writer));
        }
    }
}

impl Writer {
    fn write(&mut self, batch: &[Bytes]) -> io::Result<()> {
        let draft = match &mut self.draft {
            Some(draft) => draft,
            None => {
                // Before the end: what is deleted meanwhile is not to come back.
                make_folder(parent(&self.target)?)?;
                self.draft.insert(Draft::new(&self.home.join(DRAFTS))?)
            }
        };
        let mut slices: Vec<IoSlice<'_>> = batch.iter().map(|bytes| IoSlice::new(bytes)).collect();
        let mut rest = slices.as_mut_slice();
        IoSlice::advance_slices(&mut rest, 0);
        while !rest.is_empty() {
            match draft.file.as_ref().write_vectored(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => IoSlice::advance_slices(&mut rest, count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        for bytes in batch {
            self.hasher.update(bytes);
            self.unflushed += bytes.len();
        }
        Ok(())
    }

    fn flush(&mut self) -> Option<JoinHandle<io::Result<()>>> {
        self.unflushed = 0;
        let file = self.draft.as_ref()?.file.clone();
        Some(spawn_blocking(move || file.sync_data()))
    }

    fn keep(self) -> io::Result<[u8; 32]> {
        let mut draft = self.draft.ok_or(ErrorKind::NotFound)?;
        draft.file.sync_all()?;
        fs::rename(&draft.path, &self.target)?;
        draft.is_kept = true;
        sync_folder(parent(&self.target)?)?;
        Ok(self.hasher.finalize().into())
    }
}

impl Draft {
    fn new(folder: &Path) -> io::Result<Self> {
        make_folder(folder)?;
        let path = folder.join(id::new(id::Kind::Row));
        Ok(Self {
            file: Arc::new(File::create_new(&path)?),
            path,
            is_kept: false,
        })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "an upload that was given up left a draft behind");
        }
    }
}

/// Removes the drafts into which nothing has been written for `age`: whoever wrote them was killed.
pub(super) fn sweep(home: &Path, age: Duration) -> io::Result<()> {
    let entries = match fs::read_dir(home.join(DRAFTS)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let now = SystemTime::now();
    for entry in entries {
        let entry = entry?;
        // Kept or removed by its owner just now, or by another process that sweeps.
        let gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
        let written = match entry.metadata() {
            Err(error) if gone(&error) => continue,
            metadata => metadata?.modified()?,
        };
        if now.duration_since(written).is_ok_and(|idle| idle >= age) {
            match fs::remove_file(entry.path()) {
                Err(error) if !gone(&error) => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent()
        .ok_or_else(|| ErrorKind::InvalidFilename.into())
}

/// Makes a folder and those that it is in, so that they survive a power cut as the file does.
fn make_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_folder(parent(path)?)?;
            make_folder(path)
        }
        made => {
            made?;
            sync_folder(parent(path)?)
        }
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn a_file_is_there_whole_with_its_digest_or_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        // Around the size of a batch, and enough for the disk to be told to begin.
        for size in [0, 1, BATCH - 1, BATCH, BATCH + 1, FLUSH + 5 * BATCH + 7] {
            let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let expected: [u8; 32] = Sha256::digest(&bytes).into();
            let target = home.path().join("jobs/a/b");
            for is_kept in [false, true] {
                let mut writing = Writing::new(home.path(), "jobs/a/b");
                for piece in bytes.chunks(7_777) {
                    writing.write(Bytes::copy_from_slice(piece)).await.unwrap();
                }
                assert_eq!(writing.digest().await.unwrap(), expected);
                assert!(!target.exists());
                match is_kept {
                    true => assert_eq!(writing.keep().await.unwrap(), expected),
                    false => writing.abort().await,
                }
                assert!(names(&home.path().join(DRAFTS)).is_empty());
            }
            assert_eq!(fs::read(&target).unwrap(), bytes);
            fs::remove_file(target).unwrap();
        }
    }

    #[tokio::test]
    async fn what_is_deleted_meanwhile_does_not_come_back() {
        let home = tempfile::tempdir().unwrap();
        let mut writing = Writing::new(home.path(), "jobs/a/b");
        writing.write(vec![0; BATCH].into()).await.unwrap();
        writing.digest().await.unwrap();
        fs::remove_dir_all(home.path().join("jobs/a")).unwrap();
        assert!(writing.keep().await.is_err());
        assert!(!home.path().join("jobs/a").exists());
        assert!(names(&home.path().join(DRAFTS)).is_empty());
    }

    #[test]
    fn only_what_has_been_left_for_long_is_swept() {
        let home = tempfile::tempdir().unwrap();
        let age = Duration::from_secs(60);
        sweep(home.path(), age).unwrap();
        let drafts = home.path().join(DRAFTS);
        fs::create_dir(&drafts).unwrap();
        fs::write(drafts.join("young"), "x").unwrap();
        let old = File::create(drafts.join("old")).unwrap();
        old.set_modified(SystemTime::now() - age).unwrap();
        sweep(home.path(), age).unwrap();
        assert_eq!(names(&drafts), ["young"]);
    }
}
