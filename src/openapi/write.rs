//! The description as an OpenAPI 3.1 document.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use strum::IntoEnumIterator;

use super::operation::{Answer, Content, Field, Operation, Parameter, Shape};
use super::{Schemas, errors, schemas, tags, webhooks};
use crate::error::Code;
use crate::http::JSON;
use crate::routes::Door;

/// A whole document; schemas stay typed, so that their properties keep their order.
#[derive(Serialize)]
pub struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Vec<Value>,
    paths: BTreeMap<&'static str, BTreeMap<String, Value>>,
    webhooks: BTreeMap<&'static str, BTreeMap<String, Value>>,
    components: Components,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    security_schemes: Value,
    headers: Map<String, Value>,
    responses: BTreeMap<String, Value>,
    schemas: Schemas,
}

pub fn document() -> Document {
    let (mut paths, mut described) = (BTreeMap::<_, BTreeMap<_, _>>::new(), Vec::new());
    let mut refusals = BTreeMap::new();
    for tag in tags() {
        described.push(json!({ "name": tag.name, "description": tag.description }));
        for one in tag.operations {
            let method = one.method.as_str().to_ascii_lowercase();
            let written = operation(&one, Some(tag.name));
            for codes in by_status(&one.all_codes()) {
                let name = refusal_name(one.door, codes);
                refusals.insert(name, refusal(one.door, codes));
            }
            paths.entry(one.path).or_default().insert(method, written);
        }
    }
    let webhooks = webhooks().into_iter().map(|(name, sent)| {
        let written = operation(&sent, None);
        (name, BTreeMap::from([("post".to_owned(), written)]))
    });
    Document {
        openapi: "3.1.0",
        info: json!({
            "title": "Plangrep API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Reads construction documents for other software.",
            "description": format!("{}\n\n## Errors\n\nEvery error has one shape, `{{\"error\":{{\"code\",\"message\"}}}}`. Codes are stable.\n\n{}", introduction().join("\n\n"), errors::table()),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        }),
        servers: json!([{ "url": "/", "description": "The server that gave you this." }]),
        tags: described,
        paths,
        webhooks: webhooks.collect(),
        components: Components {
            security_schemes: json!({
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "pgk_live_…",
                    "description": "An API key, made under Settings → API. Never in a URL or a form.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "plangrep_session",
                    "description": "The session of someone who is signed in. A request that carries an API key too is refused.",
                },
            }),
            headers: Field::iter()
                .map(|field| (field_name(field).to_owned(), header(field)))
                .collect(),
            responses: refusals,
            schemas: schemas(),
        },
    }
}

/// What holds for every route; paragraphs of CommonMark.
pub fn introduction() -> [&'static str; 6] {
    [
        "Plangrep reads construction documents: you create a project, create a job in it, upload plans and specifications, and fetch the result once the job is completed.",
        "Bodies are JSON with camelCase fields, unless an operation says otherwise. Times are RFC 3339 in UTC with milliseconds, sizes are bytes, pages count from 1, boxes are parts of the page from 0 to 1. Ids are opaque. Unknown fields are refused, and unknown query parameters where an operation takes any, so that a typing error does not pass in silence; answers may gain fields.",
        "Send an API key as `Authorization: Bearer <key>`. Each operation names the one scope that it needs. A key that is revoked or has expired is refused from the very next request on.",
        "Every GET answers HEAD too. Every answer carries `x-request-id`: yours, when you sent one of 1 to 128 sane characters, or a new one. Give it to the operator when something goes wrong.",
        "Each key has an allowance of requests a minute. `RateLimit` says what is left, `RateLimit-Policy` what there is (draft-ietf-httpapi-ratelimit-headers); past it the answer is 429 with `Retry-After`.",
        "POSTs that make something take an `Idempotency-Key`: the same request, sent again within 24 hours, gets the first answer again with `\"idempotent\": true`, and nothing is made twice.",
    ]
}

/// Who may use a route, in words.
pub fn security_words(door: Door) -> String {
    match door {
        Door::Key(scope) => format!("An API key with the scope `{}`.", scope.as_str()),
        Door::AnyKey => "An API key, whatever its scopes.".to_owned(),
        Door::Session => "The session of someone who is signed in.".to_owned(),
        Door::Page | Door::Open => "No credentials.".to_owned(),
    }
}

fn security(door: Door) -> Value {
    match door {
        Door::Key(scope) => json!([{ "apiKey": [scope.as_str()] }]),
        Door::AnyKey => json!([{ "apiKey": [] }]),
        Door::Session => json!([{ "session": [] }]),
        Door::Page | Door::Open => json!([]),
    }
}

fn operation(one: &Operation, tag: Option<&str>) -> Value {
    let mut written = json!({
        "operationId": one.id,
        "summary": one.summary,
        "description": one.description,
        "parameters": one.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "responses": responses(one, tag.is_some()),
    });
    let Some(fields) = written.as_object_mut() else {
        return written;
    };
    if let Some(tag) = tag {
        fields.insert("tags".to_owned(), json!([tag]));
        fields.insert("security".to_owned(), security(one.door));
    }
    if let Some(body) = &one.body {
        let (media, content) = content(&body.content);
        fields.insert(
            "requestBody".to_owned(),
            json!({ "required": body.is_required, "content": { media: content } }),
        );
    }
    written
}

fn parameter(one: &Parameter) -> Value {
    let mut written = json!({
        "name": one.name,
        "in": one.place,
        "description": one.description,
        "required": one.is_required,
        "schema": one.schema,
    });
    if !one.example.is_null()
        && let Some(fields) = written.as_object_mut()
    {
        fields.insert("example".to_owned(), one.example.clone());
    }
    written
}

fn content(one: &Content) -> (&'static str, Value) {
    let schema = match &one.shape {
        Shape::Type { name, .. } => json!({ "$ref": format!("#/components/schemas/{name}") }),
        Shape::List { name, .. } => json!({
            "type": "array",
            "items": { "$ref": format!("#/components/schemas/{name}") },
        }),
        Shape::Inline(schema) => schema.clone(),
    };
    match one.example.is_null() {
        true => (one.media, json!({ "schema": schema })),
        false => (
            one.media,
            json!({ "schema": schema, "example": one.example }),
        ),
    }
}

/// `is_ours`: this server answers, and not the receiver of a webhook.
fn responses(one: &Operation, is_ours: bool) -> Value {
    let mut responses = Map::new();
    for answer in &one.answers {
        let content: Map<String, Value> = answer
            .content
            .iter()
            .map(content)
            .map(|(media, content)| (media.to_owned(), content))
            .collect();
        let mut written = json!({ "description": answer.description });
        if let Some(fields) = written.as_object_mut() {
            if is_ours {
                fields.insert("headers".to_owned(), headers(one.door, answer));
            }
            if !content.is_empty() {
                fields.insert("content".to_owned(), Value::Object(content));
            }
        }
        responses.insert(answer.status.to_string(), written);
    }
    if is_ours {
        for codes in by_status(&one.all_codes()) {
            if let Some(first) = codes.first() {
                let name = refusal_name(one.door, codes);
                let reference = json!({ "$ref": format!("#/components/responses/{name}") });
                responses.insert(first.status().to_string(), reference);
            }
        }
    }
    Value::Object(responses)
}

fn by_status(codes: &[Code]) -> impl Iterator<Item = &[Code]> {
    codes.chunk_by(|left, right| left.status() == right.status())
}

/// Routes of one door that refuse alike share the description of it.
fn refusal_name(door: Door, codes: &[Code]) -> String {
    let door = match door {
        Door::Key(_) | Door::AnyKey => "key",
        Door::Session => "session",
        Door::Page | Door::Open => "open",
    };
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    format!("{door}.{}", names.join("."))
}

/// An answer with one of these codes, which share a status.
fn refusal(door: Door, codes: &[Code]) -> Value {
    let mut fields = Vec::new();
    for code in codes {
        match code {
            Code::Unauthorized if matches!(door, Door::Key(_) | Door::AnyKey) => {
                fields.push(Field::WwwAuthenticate);
            }
            Code::RangeNotSatisfiable => fields.push(Field::ContentRange),
            Code::RateLimited | Code::Unavailable => fields.push(Field::RetryAfter),
            _ => {}
        }
    }
    let description: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.as_str(), errors::words(*code).0))
        .collect();
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| {
            let example = json!({ "value": errors::example(*code) });
            (code.as_str().to_owned(), example)
        })
        .collect();
    let answer = Answer::empty(0, "").with(&fields);
    json!({
        "description": description.join("\n\n"),
        "headers": headers(door, &answer),
        "content": {
            JSON: {
                "schema": {
                    "allOf": [
                        { "$ref": "#/components/schemas/Error" },
                        { "properties": { "error": { "properties": { "code": { "enum": names } } } } },
                    ],
                },
                "examples": examples,
            },
        },
    })
}

fn headers(door: Door, answer: &Answer) -> Value {
    let mut fields = vec![Field::RequestId];
    if matches!(door, Door::Key(_) | Door::AnyKey) {
        fields.extend([Field::RateLimit, Field::RateLimitPolicy]);
    }
    fields.extend_from_slice(&answer.fields);
    let named: Map<String, Value> = fields
        .into_iter()
        .map(|field| {
            let name = field_name(field);
            let reference = json!({ "$ref": format!("#/components/headers/{name}") });
            (name.to_owned(), reference)
        })
        .collect();
    Value::Object(named)
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::RequestId => "x-request-id",
        Field::RateLimit => "RateLimit",
        Field::RateLimitPolicy => "RateLimit-Policy",
        Field::RetryAfter => "Retry-After",
        Field::WwwAuthenticate => "WWW-Authenticate",
        Field::Allow => "Allow",
        Field::ETag => "ETag",
        Field::ContentRange => "Content-Range",
        Field::ContentDisposition => "Content-Disposition",
        Field::AcceptRanges => "Accept-Ranges",
        Field::SetCookie => "Set-Cookie",
    }
}

/// What a header field says, whether it is always there, and an example.
fn about_field(field: Field) -> (&'static str, &'static str, bool, &'static str) {
    let (words, is_always, example) = match field {
        Field::RequestId => (
            "The id of the request: yours, when you sent a sane one.",
            true,
            "req_06b9d5g3h7i1j5k9l3m7n1o5p9",
        ),
        Field::RateLimit => (
            "What is left of the key's allowance: requests, and seconds until it is full again.",
            false,
            r#""key";r=598;t=1"#,
        ),
        Field::RateLimitPolicy => (
            "The key's allowance: requests, and the seconds that they are for.",
            false,
            r#""key";q=600;w=60"#,
        ),
        Field::RetryAfter => ("Seconds to wait.", true, "5"),
        Field::WwwAuthenticate => (
            "RFC 6750: how to authenticate, and what was wrong.",
            true,
            r#"Bearer realm="plangrep", error="invalid_token""#,
        ),
        Field::Allow => ("The methods that the URL answers to.", true, "GET, HEAD"),
        Field::ETag => (
            "Names these very bytes: their SHA-256.",
            true,
            r#""9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08""#,
        ),
        Field::ContentRange => (
            "Which bytes of how many these are.",
            true,
            "bytes 0-1023/48213",
        ),
        Field::ContentDisposition => (
            "Whether to show or to save the file, and its name.",
            true,
            r#"attachment; filename="p0001.webp""#,
        ),
        Field::AcceptRanges => ("That ranges of bytes may be asked for.", true, "bytes"),
        Field::SetCookie => (
            "The session under its new secret.",
            true,
            "plangrep_session=…",
        ),
    };
    (field_name(field), words, is_always, example)
}

fn header(field: Field) -> Value {
    let (_, description, is_always, example) = about_field(field);
    json!({
        "description": description,
        "required": is_always,
        "schema": { "type": "string" },
        "example": example,
    })
}
