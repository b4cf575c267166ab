//! A file on its way in, with a running SHA-256; a name is there whole or not at all.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, PutPayloadMut, WriteMultipart};
use sha2::{Digest, Sha256};

use super::Stored;
use super::draft::Writing;
use crate::error::Result;
use crate::secret::hexadecimal;

/// Bytes of a part in a bucket: S3 takes none below 5 MiB but the last, and 10,000 of them.
const PART: usize = 5 << 20;
/// Parts of one file on their way at once.
const IN_FLIGHT: usize = 2;

/// A file on its way in; nothing of it stays unless it is finished.
pub struct Incoming {
    to: To,
    size: i64,
}

enum To {
    Folder(Writing),
    Bucket(Box<Sending>),
}

/// A file on its way into a bucket.
struct Sending {
    store: Arc<dyn ObjectStore>,
    name: Name,
    /// What has come until it is too much for one request.
    held: PutPayloadMut,
    upload: Option<WriteMultipart>,
    hasher: Sha256,
}

impl Incoming {
    pub(super) fn to_folder(home: &Path, name: &str) -> Self {
        Self {
            to: To::Folder(Writing::new(home, name)),
            size: 0,
        }
    }

    pub(super) fn to_bucket(store: Arc<dyn ObjectStore>, name: Name) -> Self {
        Self {
            to: To::Bucket(Box::new(Sending {
                store,
                name,
                held: PutPayloadMut::new(),
                upload: None,
                hasher: Sha256::new(),
            })),
            size: 0,
        }
    }

    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.size += chunk.len() as i64;
        match &mut self.to {
            To::Folder(writing) => writing.write(chunk).await,
            To::Bucket(sending) => sending.write(chunk).await,
        }
    }

    /// Bytes that have come so far.
    pub fn size(&self) -> i64 {
        self.size
    }

    /// The SHA-256 of what has come so far, in hex.
    pub async fn sha256(&mut self) -> Result<String> {
        Ok(match &mut self.to {
            To::Folder(writing) => hexadecimal(&writing.digest().await?),
            To::Bucket(sending) => hexadecimal(&sending.hasher.clone().finalize()),
        })
    }

    pub async fn finish(self) -> Result<Stored> {
        let digest = match self.to {
            To::Folder(writing) => writing.keep().await?,
            To::Bucket(sending) => sending.finish().await?,
        };
        Ok(Stored {
            size: self.size,
            sha256: hexadecimal(&digest),
        })
    }

    /// Gives it up, as dropping it does, and waits until nothing is left of it.
    pub async fn abort(self) {
        match self.to {
            To::Folder(writing) => writing.abort().await,
            To::Bucket(mut sending) => {
                if let Some(upload) = sending.upload.take() {
                    give_up(upload).await;
                }
            }
        }
    }
}

impl Sending {
    async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.hasher.update(&chunk);
        let Some(upload) = &mut self.upload else {
            self.held.push(chunk);
            if self.held.content_length() > PART {
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
        let mut upload = WriteMultipart::new_with_chunk_size(begun, PART);
        for chunk in PutPayload::from(std::mem::take(&mut self.held)) {
            upload.put(chunk);
        }
        self.upload = Some(upload);
        Ok(())
    }

    async fn finish(mut self) -> Result<[u8; 32]> {
        match self.upload.take() {
            Some(upload) => upload.finish().await?,
            None => {
                let held = std::mem::take(&mut self.held).into();
                self.store.put(&self.name, held).await?
            }
        };
        Ok(self.hasher.clone().finalize().into())
    }
}

impl Drop for Sending {
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
