//! Operations: the files that a result names.

use serde_json::json;

use super::examples::PATH;
use super::jobs::file;
use super::operation::{Answer, Content, Field, Operation, Tag, get, if_none_match, post, range};
use crate::api::jobs::{ArtifactPath, MadeDownload, WantedArtifact};
use crate::error::Code::{Expired, NotFound};
use crate::keys::Scope::ArtifactsRead;

pub fn tag() -> Tag {
    Tag {
        name: "Artifacts",
        description: "Images, text and layout of pages, by the `path` under which a result names them.",
        operations: vec![
            artifact(
                "/api/open/v1/jobs/{jobId}/artifact",
                "getArtifact",
                "Get an artifact of a job",
            ),
            artifact(
                "/api/open/v1/projects/{projectId}/artifact",
                "getProjectArtifact",
                "Get an artifact of a project",
            ),
            download(
                "/api/open/v1/jobs/{jobId}/artifact-downloads",
                "createJobDownload",
                "Make a download of a job's artifact",
            ),
            download(
                "/api/open/v1/projects/{projectId}/artifact-downloads",
                "createProjectDownload",
                "Make a download of a project's artifact",
            ),
            get(
                "/api/open/v1/artifact-downloads/{token}",
                "getDownload",
                "Download once",
                "Streams the artifact of a token, whole, without a key. The first GET spends the token; HEAD only looks. It ends with the key that made it.",
            )
            .answer(
                Answer::empty(200, "The bytes.")
                    .with(&[Field::ETag, Field::ContentDisposition])
                    .of(Content::bytes("*/*")),
            )
            .fails(&[NotFound, Expired]),
        ],
    }
}

fn artifact(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let operation = get(
        path,
        id,
        summary,
        "The bytes of an artifact, with its true `Content-Type`. What no result names is not found.",
    )
    .key(ArtifactsRead)
    .query::<ArtifactPath>(json!({ "path": PATH }))
    .header(range())
    .header(if_none_match());
    file(operation, Content::bytes("*/*"))
}

fn download(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    post(
        path,
        id,
        summary,
        "A URL that lets whoever has it download one artifact once, within 5 minutes and without a key: for browsers and for people.",
    )
    .key(ArtifactsRead)
    .json::<WantedArtifact>(json!({ "path": PATH }))
    .answers::<MadeDownload>(
        201,
        "The token, and the URL that holds it.",
        json!({
            "token": "row_06b9d4f2g6h0i4j8k2l6m0n4o8.1795514700000.c2lnbmF0dXJl",
            "url": "https://plans.example.com/api/open/v1/artifact-downloads/row_06b9d4f2g6h0i4j8k2l6m0n4o8.1795514700000.c2lnbmF0dXJl",
            "expiresAt": "2026-11-24T10:07:11.000Z",
        }),
    )
    .fails(&[NotFound, Expired])
}
