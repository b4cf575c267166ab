//! Files on their way in: by multipart form (RFC 7578), by PUT to signed URLs, and as text.
//! All but the last are streamed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;

use crate::app::Rooms;
use crate::error::{Code, Error, Result};
use crate::http::{Body, Caller, JobsWrite, Query, RawJson};
use crate::jobs::{
    AnnouncedView, Announcement, Arrival, JobView, Receiving, UploadMetadata, UploadMode,
    UploadView,
};
use crate::keys::Authenticated;

/// The largest part `metadata` in bytes.
const MOST_METADATA: usize = 1 << 20;

pub async fn upload_files(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    must_be_multipart(request.headers())?;
    match receive_form(&caller, &rooms, &request, &job_id, payload).await {
        // Its job may have been cancelled or forgotten meanwhile, and the bytes with it.
        Err(error) if error.cause.is_some() => {
            rooms.jobs.must_take_uploads(&caller, &job_id).await?;
            Err(error)
        }
        outcome => outcome,
    }
}

async fn receive_form(
    caller: &Authenticated,
    rooms: &Rooms,
    request: &HttpRequest,
    job_id: &str,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let mut receiving = rooms.jobs.receive(caller, job_id, announced).await?;
    let mut metadata = None;
    let mut form = Multipart::new(request.headers(), payload);
    while let Some(field) = soon(form.next()).await? {
        let field = field.map_err(malformed)?;
        match field.name() {
            Some("metadata") if metadata.is_some() => {
                return Err(Error::invalid("The form has two parts named `metadata`."));
            }
            Some("metadata") => metadata = Some(read_metadata(field).await?),
            Some(name) if is_file(name) => read_file(field, &mut receiving).await?,
            name => {
                return Err(Error::invalid(format!(
                    "The part `{}` is not known; send `metadata` and `file0`, `file1` and so on.",
                    name.unwrap_or_default()
                )));
            }
        }
    }
    let (job, uploads) = rooms
        .jobs
        .record(caller, receiving, metadata.unwrap_or_default())
        .await?;
    Ok(HttpResponse::Ok().json(UploadedFiles {
        job,
        status: "uploaded",
        uploads,
    }))
}

fn must_be_multipart(headers: &HeaderMap) -> Result<()> {
    let is_multipart = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        });
    match is_multipart {
        true => Ok(()),
        false => Err(Error::new(
            Code::UnsupportedMediaType,
            "Send the files with `Content-Type: multipart/form-data`.",
        )),
    }
}

fn is_file(name: &str) -> bool {
    name.strip_prefix("file").is_some_and(|number| {
        (1..=4).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

async fn read_metadata(mut field: Field) -> Result<UploadMetadata> {
    let mut bytes = Vec::new();
    while let Some(chunk) = soon(field.next()).await? {
        let chunk = chunk.map_err(malformed)?;
        if bytes.len() + chunk.len() > MOST_METADATA {
            return Err(Error::new(
                Code::PayloadTooLarge,
                format!("The part `metadata` must have at most {MOST_METADATA} bytes."),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    crate::http::parse_json(&bytes)
        .map_err(|error| Error::invalid(format!("In the part `metadata`: {}", error.message)))
}

async fn read_file(mut field: Field, receiving: &mut Receiving) -> Result<()> {
    let name = field.name().unwrap_or_default().to_owned();
    let file_name = field
        .content_disposition()
        .and_then(|disposition| disposition.get_filename())
        .map(str::to_owned);
    let content_type = field
        .content_type()
        .map_or("application/octet-stream", |kind| kind.essence_str())
        .to_owned();
    let mut file = receiving.begin(&name, file_name.as_deref(), &content_type)?;
    while let Some(chunk) = soon(field.next()).await? {
        receiving
            .write(&mut file, chunk.map_err(malformed)?)
            .await?;
    }
    receiving.end(file).await
}

fn malformed(error: MultipartError) -> Error {
    Error::invalid(format!("The multipart form is malformed: {error}."))
}

/// The largest body in bytes that brings a file as text.
const MOST_CONTENT: usize = 32 << 20;
/// Bodies of that kind that are taken at once, since each is held in memory: of all,
const CONTENTS: usize = 8;
/// and of one workspace, so that slow senders keep nobody else waiting.
const CONTENTS_OF_ONE: usize = 2;
/// The longest silence of someone who sends a file.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Serialize, ToSchema)]
#[schema(as = UploadedFiles)]
pub struct UploadedFiles {
    job: JobView,
    #[schema(pattern = "^uploaded$")]
    status: &'static str,
    /// One for each file of the form, in its order.
    uploads: Vec<UploadView>,
}

#[derive(Serialize, ToSchema)]
pub struct AnnouncedUploads {
    job: JobView,
    /// One for each file, in the order of the request; a file that is named twice comes once.
    uploads: Vec<AnnouncedView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UploadAnnouncements)]
pub struct Announcements {
    #[schema(min_items = 1, max_items = 100)]
    files: Vec<Announcement>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UploadContent)]
pub struct Content<'a> {
    /// As the announcement answered it.
    upload_token: String,
    // Borrowed from the body: it may be large.
    /// The file in base64 (RFC 4648, section 4) with padding.
    #[serde(borrow)]
    #[schema(value_type = String, pattern = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")]
    content_base64: Cow<'a, str>,
    /// Of the bytes, in hexadecimal.
    #[serde(default)]
    sha256: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StoredContent)]
pub struct StoredContent<'a> {
    #[schema(pattern = "^uploaded$")]
    status: &'static str,
    document_id: &'a str,
    file_name: &'a str,
    /// Bytes.
    file_size: i64,
    content_type: &'a str,
    upload_mode: UploadMode,
    direct_upload: StoredUpload<'a>,
}

/// To be sent in `directUploads` when the uploads are completed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DirectUploadAnswer)]
pub struct StoredUpload<'a> {
    document_id: &'a str,
    upload_token: &'a str,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadToken {
    /// Signed for this file or part, and good for an hour.
    #[serde(default)]
    #[schema(required)]
    token: String,
}

pub async fn announce_uploads(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
    Body(announced): Body<Announcements>,
) -> Result<HttpResponse> {
    let (job, uploads) = rooms
        .jobs
        .announce(&caller, &job_id, announced.files)
        .await?;
    Ok(HttpResponse::Ok().json(AnnouncedUploads { job, uploads }))
}

pub async fn upload_content(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    ids: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let turns = turns(&caller.workspace_id).await?;
    let mut payload = payload.into_inner();
    let RawJson(body) = RawJson::<MOST_CONTENT>::from_request(&request, &mut payload).await?;
    let (job_id, document_id) = ids.into_inner();
    let (token, sha256, bytes) = web::block(move || {
        let content: Content<'_> = crate::http::parse_json(&body)?;
        let bytes = STANDARD
            .decode(content.content_base64.as_bytes())
            .map_err(|_| {
                Error::invalid("`contentBase64` must be base64 (RFC 4648, section 4) with padding.")
            })?;
        Ok::<_, Error>((content.upload_token, content.sha256, bytes))
    })
    .await
    .map_err(Error::internal)??;
    let file = rooms
        .jobs
        .take_content(
            &caller,
            &job_id,
            &document_id,
            &token,
            bytes,
            sha256.as_deref(),
        )
        .await?;
    drop(turns);
    Ok(HttpResponse::Ok().json(StoredContent {
        status: "uploaded",
        document_id: &file.id,
        file_name: &file.file_name,
        file_size: file.file_size,
        content_type: &file.content_type,
        upload_mode: UploadMode::DirectPut,
        direct_upload: StoredUpload {
            document_id: &file.id,
            upload_token: &token,
        },
    }))
}

/// Waits until the workspace, and everyone together, may send one more.
async fn turns(workspace_id: &str) -> Result<[OwnedSemaphorePermit; 2]> {
    static ALL: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(CONTENTS)));
    static OF_WORKSPACES: Mutex<BTreeMap<String, Arc<Semaphore>>> = Mutex::new(BTreeMap::new());
    let own = OF_WORKSPACES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(workspace_id.to_owned())
        .or_insert_with(|| Arc::new(Semaphore::new(CONTENTS_OF_ONE)))
        .clone();
    let own = own.acquire_owned().await.map_err(Error::internal)?;
    let of_all = ALL.clone().acquire_owned().await;
    Ok([own, of_all.map_err(Error::internal)?])
}

pub async fn put_upload(
    rooms: web::Data<Rooms>,
    document_id: web::Path<String>,
    Query(query): Query<UploadToken>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    receive(&rooms, &document_id, None, &query.token, &request, payload).await
}

pub async fn put_part(
    rooms: web::Data<Rooms>,
    place: web::Path<(String, String)>,
    Query(query): Query<UploadToken>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (document_id, number) = place.into_inner();
    let number = number.parse().map_err(|_| Error::not_found("upload"))?;
    receive(
        &rooms,
        &document_id,
        Some(number),
        &query.token,
        &request,
        payload,
    )
    .await
}

/// Streams the body of a PUT to a signed URL in.
async fn receive(
    rooms: &Rooms,
    document_id: &str,
    part: Option<i64>,
    token: &str,
    request: &HttpRequest,
    mut payload: web::Payload,
) -> Result<HttpResponse> {
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let etag = match rooms.jobs.expect(document_id, part, token, length).await? {
        Arrival::Known(etag) => etag,
        Arrival::Open(mut arriving) => {
            while let Some(chunk) = soon(payload.next()).await? {
                arriving.write(chunk.map_err(cut_off)?).await?;
            }
            rooms.jobs.arrived(*arriving).await?
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{etag}\"")))
        .finish())
}

/// Waits for more of a body, but not for ever.
async fn soon<T>(next: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(PATIENCE, next).await.map_err(|_| {
        Error::invalid(format!(
            "Nothing came for {} seconds; send the file again.",
            PATIENCE.as_secs()
        ))
    })
}

fn cut_off(_: PayloadError) -> Error {
    Error::invalid("The body ended early or is malformed.")
}
