//! Errors as the description lists them: what each code means, and an answer with it.

use serde_json::{Value, json};
use strum::IntoEnumIterator;

use crate::error::Code;

/// What a code means, and a message that it may come with.
pub fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::InvalidRequest => (
            "The request is malformed or breaks a bound; the message names the field.",
            "`limit` must be 1 to 500.",
        ),
        Code::NoFiles => (
            "The form or the job has no files.",
            "The job has no files. Upload at least one before completing it.",
        ),
        Code::Unauthorized => (
            "No live key, or no session. The same for unknown, revoked and expired keys.",
            "Send a valid API key as `Authorization: Bearer <key>`.",
        ),
        Code::InsufficientCredits => (
            "The workspace has too few credits left.",
            "A project costs 500 credits, more than the workspace has left.",
        ),
        Code::InsufficientScope => (
            "The key is live but lacks the scope of this route.",
            "This key lacks the scope `jobs:write`.",
        ),
        Code::Forbidden => (
            "The person may not do this, or another site's page sent the request.",
            "Only an admin of the workspace can do this.",
        ),
        Code::PasswordRequired => (
            "The sign-in is too old for this: confirm the password first.",
            "The sign-in is too old for this. Send the password to POST /api/open-api/session/confirm first.",
        ),
        Code::ApiDisabled => (
            "An admin has switched the API of this workspace off.",
            "An admin has switched the API of this workspace off.",
        ),
        Code::NotFound => (
            "There is no such thing in this workspace.",
            "There is no such job.",
        ),
        Code::MethodNotAllowed => (
            "The URL exists but not with this method; `Allow` names those that do.",
            "This URL answers to GET, HEAD.",
        ),
        Code::PayloadTooLarge => (
            "The body is too large.",
            "The body must have at most 1048576 bytes.",
        ),
        Code::UriTooLong => (
            "The URL is too long.",
            "The URL must have at most 8192 bytes.",
        ),
        Code::UnsupportedMediaType => (
            "The body has another media type than this route takes.",
            "Send the body with `Content-Type: application/json`.",
        ),
        Code::HeadersTooLarge => (
            "The header fields are too large together.",
            "The header fields must have at most 32768 bytes together.",
        ),
        Code::ProjectNotReady => (
            "The project is still being provisioned.",
            "The project is not ready yet. Read it again until its `status` is `ready`.",
        ),
        Code::NameTaken => (
            "The workspace has a project with this name.",
            "The workspace has a project with this `name` already.",
        ),
        Code::UploadsClosed => (
            "The job takes no more uploads.",
            "The job takes no more uploads: it is processing.",
        ),
        Code::UploadsIncomplete => (
            "An announced file has not come; the message names it.",
            "The bytes of A-101.pdf (file_06b9d3c1r8j4k2m6n0p3q7s1u8) have not come. Send them, or name the file in `failedUploads`.",
        ),
        Code::JobNotCancellable => (
            "The job is over already.",
            "The job cannot be cancelled: it is completed.",
        ),
        Code::JobNotResumable => (
            "The job does not wait for credits.",
            "Only a job that is blocked_insufficient_credits can be resumed: this one is processing.",
        ),
        Code::JobNotTerminal => (
            "The job is not over yet; cancel it first.",
            "Only a job that is over can be deleted: this one is processing. Cancel it first.",
        ),
        Code::ResultNotReady => (
            "There is no result: the job is not done, or it failed.",
            "There is no result: the job is processing.",
        ),
        Code::IdempotencyInProgress => (
            "The first request with this `Idempotency-Key` is still running.",
            "A request with this `Idempotency-Key` is still running. Send it again in a moment.",
        ),
        Code::KeyNotActive => (
            "The key has ended or has a successor already.",
            "This key has ended; create a new one.",
        ),
        Code::Expired => (
            "It was there, and its time has run out.",
            "The result is past its retention and has been deleted.",
        ),
        Code::RangeNotSatisfiable => (
            "The range lies outside of the file.",
            "The file has 48213 bytes.",
        ),
        Code::ChecksumMismatch => (
            "The bytes do not have the announced SHA-256.",
            "The bytes do not have the `sha256` that was announced.",
        ),
        Code::SizeMismatch => (
            "The bytes are more or fewer than announced.",
            "The body must have the 48213 bytes that were announced.",
        ),
        Code::IdempotencyKeyReused => (
            "Another request was sent with this `Idempotency-Key`.",
            "This `Idempotency-Key` was used for another request.",
        ),
        Code::LimitExceeded => (
            "More than a job, a person or a workspace may have.",
            "A job takes at most 100 files.",
        ),
        Code::RateLimited => (
            "Too many requests; `Retry-After` says how long to wait.",
            "This key may send 600 requests a minute. Wait as long as `Retry-After` says.",
        ),
        Code::InternalError => (
            "Something went wrong on the server's side.",
            "Something went wrong on our side. Try again; if it stays, give the operator the x-request-id of this answer.",
        ),
        Code::Unavailable => (
            "The server cannot do this right now.",
            "The server cannot do this right now. Try again in a moment.",
        ),
    }
}

/// A body with this code.
pub fn example(code: Code) -> Value {
    json!({ "error": { "code": code.as_str(), "message": words(code).1 } })
}

/// The one shape of errors.
pub fn schema() -> Value {
    let codes: Vec<&str> = Code::iter().map(Code::as_str).collect();
    json!({
        "type": "object",
        "description": "The one shape of errors.",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {
                        "type": "string",
                        "enum": codes,
                        "description": "Stable; meant for programs.",
                    },
                    "message": {
                        "type": "string",
                        "description": "Meant for people: names the field, or the way out.",
                    },
                },
            },
        },
        "example": example(Code::NotFound),
    })
}

/// The codes as a table in CommonMark.
pub fn table() -> String {
    let mut rows = String::from("| Status | Code | Meaning |\n|---|---|---|\n");
    for code in sorted() {
        let (status, name, meaning) = (code.status(), code.as_str(), words(code).0);
        rows.push_str(&format!("| {status} | `{name}` | {meaning} |\n"));
    }
    rows
}

/// Every code, by its status.
pub fn sorted() -> Vec<Code> {
    let mut codes: Vec<Code> = Code::iter().collect();
    codes.sort_by_key(|code| code.status());
    codes
}
