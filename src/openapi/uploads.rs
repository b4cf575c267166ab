//! Operations: how files come into a job.

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::examples::{FILE, SHA256, UPLOAD_TOKEN, job};
use super::operation::{Answer, Content, Field, Operation, Shape, Tag, idempotency_key, post};
use crate::api::jobs::AnsweredJob;
use crate::api::uploads::{
    AnnouncedUploads, Announcements, Content as SentContent, StoredContent, UploadToken,
    UploadedFiles,
};
use crate::error::Code::{
    ChecksumMismatch, Expired, IdempotencyInProgress, IdempotencyKeyReused, InvalidRequest,
    LimitExceeded, NoFiles, NotFound, SizeMismatch, UploadsClosed, UploadsIncomplete,
};
use crate::jobs::{Completion, UploadMetadata};
use crate::keys::Scope::JobsWrite;

pub fn tag() -> Tag {
    Tag {
        name: "Uploads",
        description: "A job takes at most 100 files and 10 GB. Either send them in one form, or announce them and PUT each to the URL that it gets. Then complete the uploads, and the job is read. PDF is read, and PNG, JPEG and TIFF as plans, whatever name and type they come under; anything else is stored, and told as `unsupported_format` in the result.",
        operations: vec![
            upload_files(),
            announce_uploads(),
            upload_content(),
            put(
                "/uploads/{documentId}",
                "putUpload",
                "Send an announced file",
                "The `uploadUrl` of a file with `direct_put`: its bytes, as many as were announced. Needs no key. Sent again, the same bytes get the same answer.",
            )
            .fails(&[ChecksumMismatch]),
            put(
                "/uploads/{documentId}/parts/{partNumber}",
                "putPart",
                "Send a part of an announced file",
                "The `url` of a part of a file with `multipart`: `size` bytes of the file from `offset` on. Needs no key. Keep the `ETag` of the answer for the completion.",
            ),
            complete_uploads(),
        ],
    }
}

/// The form: its metadata, and any number of parts with files.
pub struct UploadForm;

impl utoipa::PartialSchema for UploadForm {
    fn schema() -> RefOr<Schema> {
        let form = json!({
            "type": "object",
            "description": "`metadata` describes the files; each file is a part `file0`, `file1` and so on, with its `filename`.",
            "properties": {
                "metadata": { "$ref": "#/components/schemas/UploadMetadata" },
                "file0": { "type": "string", "contentMediaType": "application/octet-stream", "format": "binary" },
                "file1": { "type": "string", "contentMediaType": "application/octet-stream", "format": "binary" },
            },
            "additionalProperties": false,
        });
        serde_json::from_value(form).unwrap_or_default()
    }
}

impl ToSchema for UploadForm {
    fn schemas(named: &mut Vec<(String, RefOr<Schema>)>) {
        use utoipa::PartialSchema;
        let name = UploadMetadata::name().into_owned();
        named.push((name, UploadMetadata::schema()));
        UploadMetadata::schemas(named);
    }
}

fn upload_files() -> Operation {
    let mut form = Content::json::<UploadForm>(json!({
        "metadata": {
            "files": [{ "partName": "file0", "fileName": "A-101.pdf", "classification": "plans", "sha256": SHA256 }],
        },
        "file0": "(the bytes of A-101.pdf)",
    }));
    form.media = "multipart/form-data";
    post(
        "/api/open/v1/jobs/{jobId}/files",
        "uploadFiles",
        "Upload files in a form",
        "The files of a form are recorded together or not at all. Each is streamed to the storage, and checked against its `sha256` when the metadata has one. What is on the job already, byte for byte and under the same name, is `skipped`.",
    )
    .key(JobsWrite)
    .body(true, form)
    .answers::<UploadedFiles>(
        200,
        "The job, and what became of each file.",
        json!({
            "job": job("uploading"),
            "status": "uploaded",
            "uploads": [{
                "documentId": FILE,
                "fileName": "A-101.pdf",
                "fileSize": 1_204_117,
                "sha256": SHA256,
                "status": "uploaded",
            }],
        }),
    )
    .fails(&[NotFound, NoFiles, UploadsClosed, ChecksumMismatch, LimitExceeded])
}

fn announce_uploads() -> Operation {
    post(
        "/api/open/v1/jobs/{jobId}/uploads",
        "announceUploads",
        "Announce files",
        "Registers files and says where to send them: small ones in one PUT (`direct_put`), large ones in parts (`multipart`). The URLs are signed and good for an hour; the same announcement again gives fresh ones.",
    )
    .key(JobsWrite)
    .json::<Announcements>(json!({
        "files": [{
            "fileName": "A-101.pdf",
            "contentType": "application/pdf",
            "fileSize": 1_204_117,
            "sha256": SHA256,
            "classification": "plans",
        }],
    }))
    .answers::<AnnouncedUploads>(
        200,
        "The job, and where each file goes.",
        json!({
            "job": job("uploading"),
            "uploads": [{
                "documentId": FILE,
                "fileName": "A-101.pdf",
                "status": "awaiting_upload",
                "uploadMode": "direct_put",
                "uploadToken": UPLOAD_TOKEN,
                "expiresAt": "2026-11-24T11:00:00.000Z",
                "uploadUrl": format!("https://plans.example.com/uploads/{FILE}?token={UPLOAD_TOKEN}"),
                "uploadHeaders": { "content-type": "application/pdf" },
            }],
        }),
    )
    .fails(&[NotFound, UploadsClosed, LimitExceeded])
}

fn upload_content() -> Operation {
    post(
        "/api/open/v1/jobs/{jobId}/uploads/{documentId}/content",
        "uploadContent",
        "Send an announced file as text",
        "For small files and tools that cannot PUT bytes: the file in base64. The body has at most 32 MiB.",
    )
    .key(JobsWrite)
    .json::<SentContent<'_>>(json!({
        "uploadToken": UPLOAD_TOKEN,
        "contentBase64": "JVBERi0xLjcK",
    }))
    .answers::<StoredContent<'_>>(
        200,
        "The file is stored.",
        json!({
            "status": "uploaded",
            "documentId": FILE,
            "fileName": "A-101.pdf",
            "fileSize": 9,
            "contentType": "application/pdf",
            "uploadMode": "direct_put",
            "directUpload": { "documentId": FILE, "uploadToken": UPLOAD_TOKEN },
        }),
    )
    .fails(&[NotFound, UploadsClosed, Expired, SizeMismatch, ChecksumMismatch])
}

fn put(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
) -> Operation {
    Operation::new(Method::PUT, path, id, summary, description)
        .query::<UploadToken>(json!({ "token": UPLOAD_TOKEN }))
        .body(
            true,
            Content {
                media: "application/octet-stream",
                shape: Shape::Inline(json!({ "type": "string", "format": "binary" })),
                example: Value::Null,
            },
        )
        .answer(Answer::empty(200, "The bytes are stored.").with(&[Field::ETag]))
        .fails(&[
            NotFound,
            InvalidRequest,
            UploadsClosed,
            Expired,
            SizeMismatch,
        ])
}

fn complete_uploads() -> Operation {
    post(
        "/api/open/v1/jobs/{jobId}/uploads/complete",
        "completeUploads",
        "Complete the uploads",
        "Ends the uploads and starts the reading. Every announced file must have come, or be given up in `failedUploads`. Without a body, whatever came in forms is all there is.",
    )
    .key(JobsWrite)
    .header(idempotency_key())
    .optional_json::<Completion>(json!({
        "directUploads": [{ "documentId": FILE, "uploadToken": UPLOAD_TOKEN }],
    }))
    .answers::<AnsweredJob>(
        202,
        "The job, on its way.",
        json!({ "job": job("preflighting") }),
    )
    .fails(&[
        NotFound,
        NoFiles,
        UploadsClosed,
        UploadsIncomplete,
        Expired,
        IdempotencyInProgress,
        IdempotencyKeyReused,
    ])
}
