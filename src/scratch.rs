//! A folder of this process's own for files that live shorter than it does. A lock tells the
//! folders of living processes from those of dead ones, which the next process removes.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::id;

pub struct Scratch {
    folder: PathBuf,
    lock_path: PathBuf,
    /// Held as long as the process lives.
    _lock: File,
}

impl Scratch {
    /// Makes a folder in `place`, and removes what dead processes left there.
    pub fn take(place: &Path) -> io::Result<Self> {
        fs::create_dir_all(place)?;
        let name = id::new(id::Kind::Row);
        let lock_path = place.join(format!("{name}.lock"));
        let lock = File::create_new(&lock_path)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let folder = place.join(name);
        fs::create_dir(&folder)?;
        remove_dead(place)?;
        Ok(Self {
            folder,
            lock_path,
            _lock: lock,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for outcome in [
            fs::remove_dir_all(&self.folder),
            fs::remove_file(&self.lock_path),
        ] {
            if let Err(error) = outcome {
                tracing::warn!(%error, "the scratch folder could not be removed");
            }
        }
    }
}

fn remove_dead(place: &Path) -> io::Result<()> {
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        let is_lock = path
            .extension()
            .is_some_and(|extension| extension == "lock");
        let lock_path = match is_lock {
            true => path.clone(),
            false => path.with_extension("lock"),
        };
        match File::open(&lock_path) {
            Ok(lock) => {
                if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
                    continue;
                }
                remove(&path.with_extension(""))?;
                remove(&lock_path)?;
            }
            // A folder of an older version, or one that another process removes just now.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_lock => remove(&path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_goes_and_a_living_ones_stays() {
        let place = tempfile::tempdir().unwrap();
        let living = Scratch::take(place.path()).unwrap();
        fs::write(living.folder().join("page"), "x").unwrap();
        // A dead process holds no lock any more.
        fs::create_dir(place.path().join("row_dead")).unwrap();
        fs::write(place.path().join("row_dead/page"), "x").unwrap();
        fs::write(place.path().join("row_dead.lock"), "").unwrap();
        fs::create_dir(place.path().join("old")).unwrap();
        let next = Scratch::take(place.path()).unwrap();
        let names = fs::read_dir(place.path()).unwrap().count();
        assert_eq!(names, 4, "two processes, a folder and a lock each");
        assert!(living.folder().join("page").exists());
        drop((living, next));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
