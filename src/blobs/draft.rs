//! A file on its way into a folder: written and hashed away from the threads that answer requests, a
//! batch at a time and in order, while the next batches come in. Until it is kept it is a draft.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::{Error, Result};
use crate::id;

/// The folder of the drafts, beside the names of files.
const DRAFTS: &str = "drafts";
/// Bytes that are written or hashed at once.
const BATCH: usize = 512 << 10;
/// Batches of one file that are in memory beside the one that fills.
const IN_FLIGHT: usize = 4;
/// Bytes after which the disk begins to write, while others still come: at the end it would have
/// to write all of them.
const FLUSH: usize = 32 << 20;
/// A draft is locked by its writer, at the latest this long after it was made.
const UNLOCKED: Duration = Duration::from_secs(60);

/// What is called by those who send.
pub(super) struct Writing {
    /// What comes is copied here: a form arrives in pieces of a few hundred bytes, too small to be
    /// written one by one.
    batch: Vec<u8>,
    batches: mpsc::Sender<Vec<u8>>,
    /// Ends when no batch is waiting, so that no thread waits for a slow sender. None after an error.
    work: Option<JoinHandle<io::Result<Writer>>>,
}

struct Writer {
    home: PathBuf,
    target: PathBuf,
    batches: mpsc::Receiver<Vec<u8>>,
    draft: Option<Draft>,
    hasher: Sha256,
    unflushed: usize,
    flush: Option<thread::JoinHandle<io::Result<()>>>,
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
        let (sender, receiver) = mpsc::channel(IN_FLIGHT);
        let writer = Writer {
            home: home.to_owned(),
            target: home.join(name),
            batches: receiver,
            draft: None,
            hasher: Sha256::new(),
            unflushed: 0,
            flush: None,
        };
        Self {
            batch: Vec::new(),
            batches: sender,
            work: Some(spawn_blocking(|| Ok(writer))),
        }
    }

    /// A slow disk slows the sender down instead of filling the memory.
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.batch.extend_from_slice(&chunk);
        if self.batch.len() >= BATCH {
            self.pass_on().await?;
        }
        Ok(())
    }

    async fn pass_on(&mut self) -> Result<()> {
        // It is left in its place while it is waited for: a sender may be gone meanwhile.
        let seat = loop {
            let work = self.work.as_mut().ok_or_else(gone_on)?;
            tokio::select! {
                biased;
                done = work => {
                    self.work = None;
                    self.work = Some(done??.work());
                }
                seat = self.batches.reserve() => break seat.map_err(io::Error::other)?,
            }
        };
        seat.send(std::mem::take(&mut self.batch));
        if let Some(work) = self.work.take_if(|work| work.is_finished()) {
            self.work = Some(work.await??.work());
        }
        Ok(())
    }

    /// When all that has come is written.
    async fn writer(&mut self) -> Result<Writer> {
        self.pass_on().await?;
        let work = self.work.take().ok_or_else(gone_on)?;
        // It may have ended before the last batch came.
        Ok(work.await??.work().await??)
    }

    /// The SHA-256 of all that has come.
    pub async fn digest(&mut self) -> Result<[u8; 32]> {
        let writer = self.writer().await?;
        let digest = writer.hasher.clone().finalize().into();
        self.work = Some(writer.work());
        Ok(digest)
    }

    /// Gives the file its name, once all of it is on the disk.
    pub async fn keep(mut self) -> Result<[u8; 32]> {
        let writer = self.writer().await?;
        Ok(spawn_blocking(|| writer.keep()).await??)
    }

    /// Waits until nothing is left of it.
    pub async fn abort(mut self) {
        give_up(self.work.take()).await;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(give_up(self.work.take()));
        }
    }
}

/// A large file takes a while to be removed.
async fn give_up(work: Option<JoinHandle<io::Result<Writer>>>) {
    if let Some(work) = work
        && let Ok(Ok(writer)) = work.await
        && let Err(error) = spawn_blocking(move || drop(writer)).await
    {
        tracing::warn!(%error, "an upload that was given up left a draft behind");
    }
}

fn gone_on() -> Error {
    Error::internal(anyhow::anyhow!("an upload went on after it had failed"))
}

impl Writer {
    fn work(mut self) -> JoinHandle<io::Result<Self>> {
        spawn_blocking(move || {
            while let Ok(batch) = self.batches.try_recv() {
                self.write(&batch)?;
            }
            Ok(self)
        })
    }

    fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        let draft = match &mut self.draft {
            Some(draft) => draft,
            None => {
                // Before the end: what is deleted meanwhile is not to come back.
                make_folder(parent(&self.target)?)?;
                self.draft.insert(Draft::new(&self.home.join(DRAFTS))?)
            }
        };
        let hasher = &mut self.hasher;
        // Each of the two takes half a second for a gigabyte.
        thread::scope(|threads| {
            thread::Builder::new().spawn_scoped(threads, || hasher.update(batch))?;
            draft.file.as_ref().write_all(batch)
        })?;
        self.unflushed += batch.len();
        if self.unflushed >= FLUSH && self.flush.as_ref().is_none_or(|flush| flush.is_finished()) {
            self.unflushed = 0;
            let file = draft.file.clone();
            self.flushed()?;
            self.flush = Some(thread::Builder::new().spawn(move || file.sync_data())?);
        }
        Ok(())
    }

    /// An error of the disk is told once, to whoever asked it to flush.
    fn flushed(&mut self) -> io::Result<()> {
        match self.flush.take().map(thread::JoinHandle::join) {
            None => Ok(()),
            Some(Ok(flushed)) => flushed,
            Some(Err(_)) => Err(io::Error::other("a thread that flushed a file panicked")),
        }
    }

    fn keep(mut self) -> io::Result<[u8; 32]> {
        self.flushed()?;
        let draft = self.draft.ok_or(ErrorKind::NotFound)?;
        draft.keep(&self.target)?;
        Ok(self.hasher.finalize().into())
    }
}

/// Moves a file to the name `name` of the folder `home`; its size in bytes and SHA-256. Fails with
/// `CrossesDevices`, and leaves it where it is, when it lies on another disk.
///
/// Writing it again and removing it would be slow for another reason than its bytes: ext4 does not
/// use a removed file's number again for a minute, and looks at all of those for each new file.
pub(super) fn take(home: &Path, name: &str, from: &Path) -> io::Result<(i64, [u8; 32])> {
    let (target, drafts) = (home.join(name), home.join(DRAFTS));
    make_folder(parent(&target)?)?;
    make_folder(&drafts)?;
    // Where its writer finds it no more, before it is looked at.
    let path = drafts.join(id::new(id::Kind::Row));
    fs::rename(from, &path)?;
    let opened = open_file(&path).and_then(|file| {
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(file)
    });
    let mut file = match opened {
        Ok(file) => file,
        Err(error) => {
            fs::remove_file(&path)?;
            return Err(error);
        }
    };
    let draft = Draft {
        file: Arc::new(file.try_clone()?),
        path,
        is_kept: false,
    };
    let (mut size, mut hasher) = (0, Sha256::new());
    let mut buffer = vec![0; BATCH];
    loop {
        let count = file.read(&mut buffer)?;
        match buffer.get(..count) {
            Some(bytes) if count > 0 => hasher.update(bytes),
            _ => break,
        }
        size += count as i64;
    }
    draft.keep(&target)?;
    Ok((size, hasher.finalize().into()))
}

/// Opens a file to be read, and nothing that only looks like one.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("what is to be stored is not a file")),
    }
}

impl Draft {
    fn new(folder: &Path) -> io::Result<Self> {
        make_folder(folder)?;
        let path = folder.join(id::new(id::Kind::Row));
        let draft = Self {
            file: Arc::new(File::create_new(&path)?),
            path,
            is_kept: false,
        };
        flock(&draft.file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(draft)
    }

    fn keep(mut self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)?;
        self.is_kept = true;
        sync_folder(parent(target)?)
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

/// Removes the drafts that nobody holds: whoever wrote them was killed.
pub(super) fn sweep(home: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(home.join(DRAFTS)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        match remove_dead(&entry?.path()) {
            // Kept or removed by its owner just now, or by another process that sweeps.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

fn remove_dead(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let idle = SystemTime::now().duration_since(file.metadata()?.modified()?);
    let is_held = flock(&file, FlockOperation::NonBlockingLockExclusive).is_err();
    match is_held || idle.is_ok_and(|idle| idle < UNLOCKED) {
        true => Ok(()),
        false => fs::remove_file(path),
    }
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

    #[test]
    fn a_file_is_moved_in_and_nothing_else_is() {
        let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for size in [0, BATCH + 1] {
            let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let from = outside.path().join("page");
            fs::write(&from, &bytes).unwrap();
            let (taken, digest) = take(home.path(), "jobs/a/b", &from).unwrap();
            let expected: [u8; 32] = Sha256::digest(&bytes).into();
            assert_eq!((taken, digest), (size as i64, expected));
            assert_eq!(fs::read(home.path().join("jobs/a/b")).unwrap(), bytes);
            assert!(!from.exists());
        }
        let link = outside.path().join("link");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        assert!(take(home.path(), "jobs/a/c", &link).is_err());
        assert!(take(home.path(), "jobs/a/c", &outside.path().join("none")).is_err());
        assert_eq!(names(&home.path().join("jobs/a")), ["b"]);
        assert!(names(&home.path().join(DRAFTS)).is_empty());
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
    fn only_what_nobody_holds_is_swept() {
        let home = tempfile::tempdir().unwrap();
        sweep(home.path()).unwrap();
        let drafts = home.path().join(DRAFTS);
        let held = Draft::new(&drafts).unwrap();
        let (new, dead) = (drafts.join("new"), drafts.join("dead"));
        for file in [&held.file, &File::create(&dead).unwrap()] {
            file.set_modified(SystemTime::now() - UNLOCKED).unwrap();
        }
        fs::write(&new, "x").unwrap();
        sweep(home.path()).unwrap();
        assert!(held.path.exists() && new.exists() && !dead.exists());
    }
}
