//! What only a bucket can do: take bytes from those who hold a URL that was signed for them.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use object_store::aws::AmazonS3;
use object_store::client::{ClientOptions, HttpClient, HttpConnector};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};
use rusty_s3::Credentials;
use rusty_s3::actions::{PutObject, S3Action, UploadPart};

use super::place::BucketPlace;
use crate::error::{Error, Result};
use crate::tls;

/// The longest silence of the store: to put a large file together takes some a while, and one that is
/// asked again meanwhile finds nothing to put together.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Bucket {
    pub(super) store: Arc<AmazonS3>,
    place: BucketPlace,
}

/// Signs URLs with the credentials of this moment.
pub struct UrlSigner<'a> {
    bucket: &'a Bucket,
    credentials: Credentials,
}

/// What came of putting parts together.
#[derive(Debug, PartialEq, Eq)]
pub enum Joined {
    Whole,
    /// The store refuses: the parts are not there, not these, or not of a size that it takes.
    Refused,
}

/// HTTP with this program's TLS. Bounded is the silence, not the time as a whole: a large file may
/// take a while.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let generic = |source| object_store::Error::Generic {
            store: "S3",
            source,
        };
        let tls = tls::client().map_err(|error| generic(error.into()))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .user_agent("Plangrep")
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(PATIENCE)
            .build()
            .map_err(|error| generic(error.into()))?;
        Ok(HttpClient::new(client))
    }
}

impl Bucket {
    pub fn open(place: &BucketPlace) -> anyhow::Result<Self> {
        let retry = RetryConfig {
            max_retries: 4,
            retry_timeout: Duration::from_secs(60),
            ..RetryConfig::default()
        };
        Ok(Self {
            store: Arc::new(build(place, retry)?),
            place: place.clone(),
        })
    }

    pub(super) fn name(&self, name: &str) -> Name {
        Name::from(self.key(name))
    }

    fn key(&self, name: &str) -> String {
        match self.place.prefix.as_str() {
            "" => name.to_owned(),
            prefix => format!("{prefix}/{name}"),
        }
    }

    pub async fn signer(&self) -> Result<UrlSigner<'_>> {
        let found = self.store.credentials().get_credential().await?;
        let (key, secret) = (found.key_id.clone(), found.secret_key.clone());
        Ok(UrlSigner {
            bucket: self,
            credentials: match &found.token {
                Some(token) => Credentials::new_with_token(key, secret, token.clone()),
                None => Credentials::new(key, secret),
            },
        })
    }

    /// Begins a file that comes in parts; answers the id of the upload.
    pub async fn begin_parts(&self, name: &str) -> Result<String> {
        Ok(self.store.create_multipart(&self.name(name)).await?)
    }

    /// Makes a file of its parts, whose tags are given from the first to the last.
    pub async fn join_parts(&self, name: &str, id: &str, tags: Vec<String>) -> Result<Joined> {
        let parts = tags
            .into_iter()
            .map(|content_id| PartId { content_id })
            .collect();
        let joined = self
            .store
            .complete_multipart(&self.name(name), &id.to_owned(), parts)
            .await;
        match joined {
            Ok(_) => Ok(Joined::Whole),
            Err(object_store::Error::NotFound { .. }) => Ok(Joined::Refused),
            Err(error) if is_about_parts(&error) => Ok(Joined::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives an upload in parts up; one that is over is no error.
    pub async fn abort_parts(&self, name: &str, id: &str) -> Result<()> {
        let aborted = self
            .store
            .abort_multipart(&self.name(name), &id.to_owned())
            .await;
        match aborted {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The size of a file in bytes, if it is there.
    pub async fn size(&self, name: &str) -> Result<Option<i64>> {
        match self.store.head(&self.name(name)).await {
            Ok(found) => Ok(Some(i64::try_from(found.size).map_err(Error::internal)?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn delete_folder(&self, name: &str) -> Result<()> {
        let found = self.store.list(Some(&self.name(name)));
        let names = found.map(|found| found.map(|found| found.location)).boxed();
        let mut deleted = self.store.delete_stream(names);
        while let Some(outcome) = deleted.next().await {
            match outcome {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl UrlSigner<'_> {
    /// A URL for one PUT of a whole file, and the header fields that must come with it; the store
    /// takes no other bytes. The length is signed too, but a client says it by itself: a browser
    /// does not even let a page say it.
    pub fn put(
        &self,
        name: &str,
        file: &ExpectedFile<'_>,
        life: Duration,
    ) -> (String, Vec<(String, String)>) {
        let key = self.bucket.key(name);
        let size = file.size.to_string();
        let told = [
            ("content-type", file.content_type.to_owned()),
            ("x-amz-checksum-sha256", STANDARD.encode(file.sha256)),
        ];
        let mut action = PutObject::new(&self.bucket.place.address, Some(&self.credentials), &key);
        let headers = action.headers_mut();
        headers.insert("content-length", size);
        for (field, value) in &told {
            headers.insert(*field, value.clone());
        }
        let url = action.sign(life).to_string();
        (
            url,
            told.map(|(name, value)| (name.to_owned(), value)).into(),
        )
    }

    /// A URL for a PUT of one part of `size` bytes.
    pub fn part(&self, name: &str, id: &str, number: u16, size: i64, life: Duration) -> String {
        let (key, address) = (self.bucket.key(name), &self.bucket.place.address);
        let mut action = UploadPart::new(address, Some(&self.credentials), &key, number, id);
        action
            .headers_mut()
            .insert("content-length", size.to_string());
        action.sign(life).to_string()
    }
}

/// What is known of a file before it comes.
pub struct ExpectedFile<'a> {
    pub content_type: &'a str,
    /// Bytes.
    pub size: i64,
    pub sha256: &'a [u8],
}

fn build(place: &BucketPlace, retry: RetryConfig) -> anyhow::Result<AmazonS3> {
    Ok(place
        .builder()
        .with_http_connector(Connector)
        .with_retry(retry)
        .build()?)
}

/// Lists one name, so that a wrong setting is told at the start and not to the first client. A
/// thread and a client of its own: whoever starts is inside of a runtime that it must not block.
pub fn check(place: &BucketPlace) -> anyhow::Result<()> {
    let place = place.clone();
    let checking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let retry = RetryConfig {
                max_retries: 1,
                retry_timeout: Duration::from_secs(5),
                ..RetryConfig::default()
            };
            let store = build(&place, retry)?;
            let prefix = Name::from(place.prefix.as_str());
            let mut names = store.list(Some(&prefix));
            match tokio::time::timeout(Duration::from_secs(20), names.next()).await? {
                Some(Err(error)) => Err(anyhow::Error::new(error)),
                _ => Ok(()),
            }
        })
    });
    match checking.join() {
        Ok(outcome) => outcome,
        Err(_) => Err(anyhow::anyhow!("the look at the bucket broke off")),
    }
}

/// The codes by which a store refuses the parts that a client names.
fn is_about_parts(error: &object_store::Error) -> bool {
    let text = error.to_string();
    [
        "InvalidPart",
        "NoSuchUpload",
        "EntityTooSmall",
        "MalformedXML",
        "InvalidRequest",
        "InvalidArgument",
    ]
    .iter()
    .any(|code| text.contains(&format!("<Code>{code}")))
}
