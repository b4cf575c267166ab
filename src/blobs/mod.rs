//! Files: the `object_store` crate over a folder or a bucket. Streamed in with a running SHA-256;
//! a name is there whole or not at all.

mod bucket;
mod place;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, PutPayloadMut, WriteMultipart,
};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use crate::error::{Error, Result};
use crate::secret::hexadecimal;

pub use bucket::{Bucket, ExpectedFile, Joined, UrlSigner};
pub use place::{Place, Variables};

/// Bytes read from a file at once, and those of a file in a folder that are written at once.
const CHUNK: usize = 1 << 20;
/// Bytes of a part in a bucket: S3 takes none below 5 MiB but the last, and 10,000 of them.
const PART: usize = 5 << 20;
/// Parts of one file on their way at once.
const IN_FLIGHT: usize = 2;

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

/// A file on its way in; nothing of it stays unless it is finished.
pub struct Incoming {
    store: Arc<dyn ObjectStore>,
    name: Name,
    chunk: usize,
    /// What has come until it is too much for one request.
    held: PutPayloadMut,
    upload: Option<WriteMultipart>,
    hasher: Sha256,
    size: i64,
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
            store: Arc::new(
                // Empty folders stay until their job goes: removing one could take the folder
                // from under another upload.
                LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true),
            ),
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

    pub async fn incoming(&self, name: &str) -> Result<Incoming> {
        Ok(Incoming {
            store: self.store.clone(),
            name: self.name(name),
            chunk: match self.home {
                Home::Folder(_) => CHUNK,
                Home::Bucket(_) => PART,
            },
            held: PutPayloadMut::new(),
            upload: None,
            hasher: Sha256::new(),
            size: 0,
        })
    }

    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<Stored> {
        let stored = Stored {
            size: bytes.len() as i64,
            sha256: hexadecimal(&Sha256::digest(&bytes)),
        };
        self.store
            .put(&self.name(name), PutPayload::from(bytes))
            .await?;
        Ok(stored)
    }

    /// Streams a local file in.
    pub async fn put_file(&self, name: &str, file: &Path) -> Result<Stored> {
        let mut source = tokio::fs::File::open(file).await?;
        let mut incoming = self.incoming(name).await?;
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = source.read(&mut buffer).await?;
            match buffer.get(..count) {
                Some(chunk) if count > 0 => incoming.write(Bytes::copy_from_slice(chunk)).await?,
                _ => return incoming.finish().await,
            }
        }
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

    /// Deletes all files whose names begin with a folder's, drafts included.
    pub async fn delete_folder(&self, name: &str) -> Result<()> {
        let folder = match &self.home {
            Home::Folder(folder) => folder.join(name),
            Home::Bucket(bucket) => return bucket.delete_folder(name).await,
        };
        match tokio::fs::remove_dir_all(folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Where the file lies on this machine, if it does.
    pub fn local_path(&self, name: &str) -> Option<PathBuf> {
        match &self.home {
            Home::Folder(folder) => Some(folder.join(name)),
            Home::Bucket(_) => None,
        }
    }
}

impl Incoming {
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.hasher.update(&chunk);
        self.size += chunk.len() as i64;
        let Some(upload) = &mut self.upload else {
            self.held.push(chunk);
            if self.held.content_length() > self.chunk {
                self.begin_parts().await?;
            }
            return Ok(());
        };
        // A slow store slows the sender down instead of filling the memory.
        upload.wait_for_capacity(IN_FLIGHT).await?;
        upload.put(chunk);
        Ok(())
    }

    /// From here on, what comes goes out in parts.
    async fn begin_parts(&mut self) -> Result<()> {
        let begun = self.store.put_multipart(&self.name).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(begun, self.chunk);
        for chunk in PutPayload::from(std::mem::take(&mut self.held)) {
            upload.put(chunk);
        }
        self.upload = Some(upload);
        Ok(())
    }

    pub fn size(&self) -> i64 {
        self.size
    }

    /// The SHA-256 of what has come so far, in hex.
    pub fn sha256(&self) -> String {
        hexadecimal(&self.hasher.clone().finalize())
    }

    pub async fn finish(mut self) -> Result<Stored> {
        match self.upload.take() {
            Some(upload) => upload.finish().await?,
            None => {
                let held = std::mem::take(&mut self.held).into();
                self.store.put(&self.name, held).await?
            }
        };
        Ok(Stored {
            size: self.size,
            sha256: self.sha256(),
        })
    }

    pub async fn abort(mut self) {
        if let Some(upload) = self.upload.take() {
            give_up(upload).await;
        }
    }
}

impl Drop for Incoming {
    /// The sender is gone: a bucket would keep the parts, and a bill for them.
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(give_up(upload));
        }
    }
}

async fn give_up(upload: WriteMultipart) {
    if let Err(error) = upload.abort().await {
        tracing::warn!(%error, "an upload that was given up left a draft behind");
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}
