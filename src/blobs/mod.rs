//! Files: in a folder, or in a bucket by the `object_store` crate. Streamed in with a running
//! SHA-256; a name is there whole or not at all.

mod bucket;
mod draft;
mod incoming;
mod place;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use tokio::io::AsyncReadExt;

use crate::error::{Error, Result};
use crate::secret::hexadecimal;

pub use bucket::{Bucket, ExpectedFile, Joined, UrlSigner};
pub use incoming::Incoming;
pub use place::{Place, Variables};

/// Bytes read from a file at once.
const CHUNK: usize = 1 << 20;

#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    home: Home,
}

#[derive(Clone)]
enum Home {
    Folder(PathBuf),
    Bucket(Arc<Bucket>),
}

/// What was stored: its size in bytes and SHA-256 in hex.
#[derive(Clone, Debug)]
pub struct Stored {
    pub size: i64,
    pub sha256: String,
}

impl Blobs {
    /// Makes the folder when it is missing; looks whether the bucket is there.
    pub fn open(place: &Place) -> anyhow::Result<Self> {
        match place {
            Place::Folder(folder) => Self::open_folder(folder).context("PLANGREP_BLOBS_URL"),
            Place::Bucket(place) => {
                let (name, url) = (place.address.name(), place.address.base_url());
                bucket::check(place).with_context(|| {
                    format!(
                        "PLANGREP_BLOBS_URL: the bucket {name} cannot be listed at {url}; \
                         see AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    )
                })?;
                let bucket = Arc::new(Bucket::open(place)?);
                Ok(Self {
                    store: bucket.store.clone(),
                    home: Home::Bucket(bucket),
                })
            }
        }
    }

    fn open_folder(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        Ok(Self {
            // Empty folders stay until their job goes: removing one could take the folder from
            // under another upload.
            store: Arc::new(LocalFileSystem::new_with_prefix(&folder)?),
            home: Home::Folder(folder),
        })
    }

    /// What only a bucket can do; none when files are in a folder.
    pub fn bucket(&self) -> Option<&Bucket> {
        match &self.home {
            Home::Folder(_) => None,
            Home::Bucket(bucket) => Some(bucket),
        }
    }

    fn name(&self, name: &str) -> Name {
        match &self.home {
            Home::Folder(_) => Name::from(name),
            Home::Bucket(bucket) => bucket.name(name),
        }
    }

    pub fn incoming(&self, name: &str) -> Incoming {
        match &self.home {
            Home::Folder(folder) => Incoming::to_folder(folder, name),
            Home::Bucket(bucket) => Incoming::to_bucket(self.store.clone(), bucket.name(name)),
        }
    }

    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<Stored> {
        let mut incoming = self.incoming(name);
        incoming.write(bytes.into()).await?;
        incoming.finish().await
    }

    /// Moves a local file in. Nothing but a file: whoever left it there may not be trusted, and a
    /// link would give away what only this process can read.
    ///
    /// On the same disk its bytes are not written again. A writer that still has it open could then
    /// change it: that is a reader of documents that was taken over, and pages of its own document.
    pub async fn take(&self, name: &str, file: &Path) -> Result<Stored> {
        if let Home::Folder(folder) = &self.home {
            let (folder, name, from) = (folder.clone(), name.to_owned(), file.to_owned());
            let taken =
                tokio::task::spawn_blocking(move || draft::take(&folder, &name, &from)).await?;
            match taken {
                Ok((size, digest)) => {
                    return Ok(Stored {
                        size,
                        sha256: hexadecimal(&digest),
                    });
                }
                Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut source = tokio::fs::File::from_std(draft::open_file(file)?);
        let mut incoming = self.incoming(name);
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = source.read(&mut buffer).await?;
            match buffer.get(..count) {
                Some(chunk) if count > 0 => incoming.write(Bytes::copy_from_slice(chunk)).await?,
                _ => break,
            }
        }
        let stored = incoming.finish().await?;
        tokio::fs::remove_file(file).await?;
        Ok(stored)
    }

    /// The bytes from `start` up to `end`, exclusive.
    pub async fn read(
        &self,
        name: &str,
        start: u64,
        end: u64,
    ) -> Result<BoxStream<'static, std::io::Result<Bytes>>> {
        if start == end {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(start..end)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&self.name(name), options).await?;
        Ok(found.into_stream().map_err(std::io::Error::other).boxed())
    }

    /// Deletes a file; one that is not there is no error.
    pub async fn delete(&self, name: &str) -> Result<()> {
        match self.store.delete(&self.name(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes all files whose names begin with a folder's.
    pub async fn delete_folder(&self, name: &str) -> Result<()> {
        let folder = match &self.home {
            Home::Folder(folder) => folder.join(name),
            Home::Bucket(bucket) => return bucket.delete_folder(name).await,
        };
        let mut removed = tokio::fs::remove_dir_all(&folder).await;
        // Somebody wrote into it meanwhile; whoever goes on doing so is not waited for.
        if matches!(&removed, Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty) {
            removed = tokio::fs::remove_dir_all(&folder).await;
        }
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Removes what killed processes left of files on their way into a folder. A bucket's own rules
    /// do so there.
    pub async fn sweep(&self) -> Result<()> {
        let Home::Folder(folder) = &self.home else {
            return Ok(());
        };
        let folder = folder.clone();
        Ok(tokio::task::spawn_blocking(move || draft::sweep(&folder)).await??)
    }

    /// Where the file lies on this machine, if it does.
    pub fn local_path(&self, name: &str) -> Option<PathBuf> {
        match &self.home {
            Home::Folder(folder) => Some(folder.join(name)),
            Home::Bucket(_) => None,
        }
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}
