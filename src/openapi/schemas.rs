//! Schemas of what does not derive its own, and all schemas by name.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::operation::{Named, Operation, Shape};
use super::{errors, tags, webhooks};
use crate::clock::Time;
use crate::jobs::AnnouncedView;
use crate::keys::Scope;

pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Every named schema that an operation uses, directly or by way of another.
pub fn schemas() -> Schemas {
    let mut named = Named::new();
    let operations = tags().into_iter().flat_map(|tag| tag.operations);
    let sent = webhooks().into_iter().map(|(_, operation)| operation);
    for operation in operations.chain(sent) {
        for shape in shapes(&operation) {
            if let Shape::Type { collect, .. } | Shape::List { collect, .. } = shape {
                collect(&mut named);
            }
        }
    }
    // Parameters name the first two, and every refusal the last.
    for (name, schema) in [
        (crate::jobs::Status::name(), crate::jobs::Status::schema()),
        (Scope::name(), Scope::schema()),
        ("Error".into(), of(errors::schema())),
    ] {
        named.push((name.into_owned(), schema));
    }
    named.into_iter().collect()
}

fn shapes(operation: &Operation) -> impl Iterator<Item = &Shape> {
    let body = operation.body.iter().map(|body| &body.content);
    let answers = operation.answers.iter().flat_map(|answer| &answer.content);
    body.chain(answers).map(|content| &content.shape)
}

/// A schema from its JSON; it is ours, so a test sees to it that it is one.
fn of(json: Value) -> RefOr<Schema> {
    serde_json::from_value(json).unwrap_or_default()
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        of(json!({
            "type": "string",
            "format": "date-time",
            "description": "An instant: RFC 3339 in UTC with milliseconds. Any offset is taken.",
            "example": "2026-11-24T10:00:00.000Z",
        }))
    }
}

impl ToSchema for Time {}

impl PartialSchema for Scope {
    fn schema() -> RefOr<Schema> {
        use strum::IntoEnumIterator;
        let names: Vec<&str> = Self::iter().map(Self::as_str).collect();
        let grants: Vec<String> = Self::iter()
            .map(|scope| format!("`{}`: {}", scope.as_str(), scope.grants()))
            .collect();
        of(json!({
            "type": "string",
            "enum": names,
            "description": grants.join(" "),
        }))
    }
}

impl ToSchema for Scope {}

/// One shape for both ways, since the fields of the other are simply not there.
impl PartialSchema for AnnouncedView {
    fn schema() -> RefOr<Schema> {
        of(json!({
            "type": "object",
            "description": "How the bytes of an announced file are to be sent.",
            "required": ["documentId", "fileName", "status"],
            "properties": {
                "documentId": { "type": "string" },
                "fileName": { "type": "string" },
                "status": {
                    "type": "string",
                    "enum": ["awaiting_upload", "skipped"],
                    "description": "`skipped` when the same bytes are there already under this name; the fields below are missing then.",
                },
                "uploadMode": { "$ref": "#/components/schemas/UploadMode" },
                "uploadToken": { "type": "string", "description": "To be named when the uploads are completed." },
                "expiresAt": { "$ref": "#/components/schemas/Time" },
                "uploadUrl": { "type": "string", "format": "uri", "description": "`direct_put`: where the bytes go, in one PUT." },
                "uploadHeaders": {
                    "type": "object",
                    "additionalProperties": { "type": "string" },
                    "description": "`direct_put`: header fields to be sent with the PUT.",
                },
                "uploadId": { "type": "string", "description": "`multipart`: to be named when the uploads are completed." },
                "partSize": { "type": "integer", "format": "int64", "description": "`multipart`: bytes of each part but the last." },
                "parts": {
                    "type": "array",
                    "items": { "$ref": "#/components/schemas/UploadPart" },
                    "description": "`multipart`: where the bytes of each part go.",
                },
            },
        }))
    }
}

impl ToSchema for AnnouncedView {
    fn name() -> std::borrow::Cow<'static, str> {
        "AnnouncedUpload".into()
    }

    fn schemas(named: &mut Vec<(String, RefOr<Schema>)>) {
        use crate::jobs::{PartView, UploadMode};
        named.push((UploadMode::name().into_owned(), UploadMode::schema()));
        named.push((PartView::name().into_owned(), PartView::schema()));
        named.push((Time::name().into_owned(), Time::schema()));
    }
}
