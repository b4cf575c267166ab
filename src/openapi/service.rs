//! Operations: for whatever keeps the server running, and this description itself.

use serde_json::json;

use super::operation::{Answer, Content, Field, Shape, Tag, get, if_none_match};
use crate::error::Code::NotFound;

pub fn tag() -> Tag {
    let description = Content {
        media: "application/json",
        shape: Shape::Inline(json!({
            "type": "object",
            "required": ["openapi", "info", "paths"],
        })),
        example: json!({
            "openapi": "3.1.0",
            "info": { "title": "Plangrep API", "version": env!("CARGO_PKG_VERSION") },
            "paths": {},
        }),
    };
    Tag {
        name: "Operations",
        description: "For whatever keeps the server running.",
        operations: vec![
            get(
                "/healthz",
                "healthz",
                "Is it alive?",
                "The process answers.",
            )
            .answer(Answer::empty(200, "It is.").of(Content::text("text/plain", "ok\n"))),
            get(
                "/readyz",
                "readyz",
                "Is it ready?",
                "The process answers and reaches its database.",
            )
            .answer(Answer::empty(200, "It is.").of(Content::text("text/plain", "ready\n"))),
            get(
                "/metrics",
                "metrics",
                "Numbers for Prometheus",
                "Requests by status and time, and what waits: jobs, pages, mails, webhooks. Only for \
                 the networks that may read them, which are this machine's own unless configured.",
            )
            .answer(Answer::empty(200, "The numbers.").of(Content::text(
                "text/plain",
                "plangrep_pages_pending 0\n",
            )))
            .fails(&[NotFound]),
            get(
                "/api/openapi.json",
                "openapiJson",
                "This description",
                "The same that `plangrep openapi` prints.",
            )
            .header(if_none_match())
            .answer(
                Answer::empty(200, "The description.")
                    .with(&[Field::ETag])
                    .of(description),
            )
            .answer(Answer::empty(304, "You have this one.").with(&[Field::ETag])),
        ],
    }
}
