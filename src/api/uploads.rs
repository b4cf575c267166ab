//! `POST /api/open/v1/jobs/{jobId}/files`: files by multipart form (RFC 7578), streamed.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use serde_json::json;

use crate::app::Rooms;
use crate::error::{Code, Error, Result};
use crate::http::{Caller, JobsWrite};
use crate::jobs::{Receiving, UploadMetadata};

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
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let mut receiving = rooms.jobs.receive(&caller, &job_id, announced).await?;
    let mut metadata = None;
    let mut form = Multipart::new(request.headers(), payload);
    while let Some(field) = form.next().await {
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
        .record(&caller, receiving, metadata.unwrap_or_default())
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "job": job, "status": "uploaded", "uploads": uploads })))
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
    while let Some(chunk) = field.next().await {
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
    let mut file = receiving
        .begin(&name, file_name.as_deref(), &content_type)
        .await?;
    while let Some(chunk) = field.next().await {
        receiving
            .write(&mut file, chunk.map_err(malformed)?)
            .await?;
    }
    receiving.end(file).await
}

fn malformed(error: MultipartError) -> Error {
    Error::invalid(format!("The multipart form is malformed: {error}."))
}
