//! Files: the `object_store` crate over a folder. Streamed in with a running SHA-256; a name is
//! there whole or not at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use crate::error::{Error, Result};
use crate::secret::hexadecimal;

/// Bytes collected before they are written, and read at once.
const CHUNK: usize = 1 << 20;

#[derive(Clone)]
pub struct Blobs {
    store: Arc<LocalFileSystem>,
    folder: PathBuf,
}

/// What was stored: its size in bytes and SHA-256 in hex.
#[derive(Clone, Debug)]
pub struct Stored {
    pub size: i64,
    pub sha256: String,
}

/// A file on its way in; nothing of it stays unless it is finished.
pub struct Incoming {
    upload: WriteMultipart,
    hasher: Sha256,
    size: i64,
}

impl Blobs {
    /// Makes the folder when it is missing.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        Ok(Self {
            store: Arc::new(
                LocalFileSystem::new_with_prefix(&folder)?
                    .with_automatic_cleanup(true)
                    .with_fsync(true),
            ),
            folder,
        })
    }

    pub async fn incoming(&self, name: &str) -> Result<Incoming> {
        let upload = self.store.put_multipart(&Name::from(name)).await?;
        Ok(Incoming {
            upload: WriteMultipart::new_with_chunk_size(upload, CHUNK),
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
            .put(&Name::from(name), PutPayload::from(bytes))
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
        let found = self.store.get_opts(&Name::from(name), options).await?;
        Ok(found.into_stream().map_err(std::io::Error::other).boxed())
    }

    /// Deletes a file; one that is not there is no error.
    pub async fn delete(&self, name: &str) -> Result<()> {
        match self.store.delete(&Name::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes all files whose names begin with a folder's, drafts included.
    pub async fn delete_folder(&self, name: &str) -> Result<()> {
        match tokio::fs::remove_dir_all(self.folder.join(name)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Where the file lies on this machine, for a program that reads it by itself.
    pub fn local_path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Incoming {
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.hasher.update(&chunk);
        self.size += chunk.len() as i64;
        // A slow disk slows the sender down instead of filling the memory.
        self.upload.wait_for_capacity(2).await?;
        self.upload.put(chunk);
        Ok(())
    }

    pub fn size(&self) -> i64 {
        self.size
    }

    /// The SHA-256 of what has come so far, in hex.
    pub fn sha256(&self) -> String {
        hexadecimal(&self.hasher.clone().finalize())
    }

    pub async fn finish(self) -> Result<Stored> {
        self.upload.finish().await?;
        Ok(Stored {
            size: self.size,
            sha256: hexadecimal(&self.hasher.finalize()),
        })
    }

    pub async fn abort(self) {
        if let Err(error) = self.upload.abort().await {
            tracing::warn!(%error, "an upload that was given up left a draft behind");
        }
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}
