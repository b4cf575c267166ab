//! How a route is described: small builders that each file of operations strings together.

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::error::Code;
use crate::keys::Scope;
use crate::routes::Door;

/// Operations that belong together.
pub struct Tag {
    pub name: &'static str,
    pub description: &'static str,
    pub operations: Vec<Operation>,
}

/// One method of one path, as the wire knows it.
#[derive(Clone)]
pub struct Operation {
    pub method: Method,
    /// With parameters in camelCase.
    pub path: &'static str,
    pub id: &'static str,
    pub summary: &'static str,
    /// CommonMark.
    pub description: &'static str,
    pub door: Door,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub answers: Vec<Answer>,
    /// What this route refuses with, beside what all routes of its door do.
    pub codes: Vec<Code>,
}

#[derive(Clone)]
pub struct Parameter {
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: &'static str,
    pub description: String,
    pub is_required: bool,
    pub schema: Value,
    pub example: Value,
}

#[derive(Clone)]
pub struct Body {
    pub is_required: bool,
    pub content: Content,
}

#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub description: &'static str,
    pub fields: Vec<Field>,
    pub content: Vec<Content>,
}

/// Bytes of a media type.
#[derive(Clone)]
pub struct Content {
    pub media: &'static str,
    pub shape: Shape,
    pub example: Value,
}

/// Name and schema of types, as utoipa collects them.
pub type Named = Vec<(String, RefOr<Schema>)>;

#[derive(Clone)]
pub enum Shape {
    /// A type of ours, described once under its name.
    Type {
        name: String,
        collect: fn(&mut Named),
    },
    /// As many as there are of a type of ours.
    List {
        name: String,
        collect: fn(&mut Named),
    },
    Inline(Value),
}

/// Header fields of answers, beside those that every answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter)]
pub enum Field {
    RequestId,
    RateLimit,
    RateLimitPolicy,
    RetryAfter,
    WwwAuthenticate,
    Allow,
    ETag,
    ContentRange,
    ContentDisposition,
    AcceptRanges,
    SetCookie,
}

pub fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
) -> Operation {
    Operation::new(Method::GET, path, id, summary, description)
}

pub fn post(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
) -> Operation {
    Operation::new(Method::POST, path, id, summary, description)
}

impl Operation {
    /// A route for anyone, until it is told who may use it.
    pub fn new(
        method: Method,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        description: &'static str,
    ) -> Self {
        let parameters = path
            .split('/')
            .filter_map(|piece| piece.strip_prefix('{')?.strip_suffix('}'))
            .map(in_path)
            .collect();
        Self {
            method,
            path,
            id,
            summary,
            description,
            door: Door::Open,
            parameters,
            body: None,
            answers: Vec::new(),
            codes: Vec::new(),
        }
    }

    pub fn key(self, scope: Scope) -> Self {
        self.behind(Door::Key(scope))
    }

    pub fn behind(mut self, door: Door) -> Self {
        self.door = door;
        self
    }

    /// The parameters of the query string: the properties of the type that reads it.
    pub fn query<T: ToSchema>(mut self, examples: Value) -> Self {
        let RefOr::T(Schema::Object(object)) = T::schema() else {
            return self;
        };
        for (name, schema) in &object.properties {
            let mut schema = not_null(serde_json::to_value(schema).unwrap_or_default());
            let description = take_description(&mut schema);
            self.parameters.push(Parameter {
                place: "query",
                description,
                is_required: object.required.contains(name),
                schema,
                example: examples.get(name).cloned().unwrap_or_default(),
                name: name.clone(),
            });
        }
        self
    }

    pub fn header(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A JSON body that must be there.
    pub fn json<T: ToSchema>(self, example: Value) -> Self {
        self.body(true, Content::json::<T>(example))
    }

    /// A JSON body that may be left out.
    pub fn optional_json<T: ToSchema>(self, example: Value) -> Self {
        self.body(false, Content::json::<T>(example))
    }

    pub fn body(mut self, is_required: bool, content: Content) -> Self {
        self.body = Some(Body {
            is_required,
            content,
        });
        self
    }

    /// Answers JSON.
    pub fn answers<T: ToSchema>(
        self,
        status: u16,
        description: &'static str,
        example: Value,
    ) -> Self {
        self.answer(Answer {
            status,
            description,
            fields: Vec::new(),
            content: vec![Content::json::<T>(example)],
        })
    }

    pub fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    pub fn fails(mut self, codes: &[Code]) -> Self {
        self.codes.extend_from_slice(codes);
        self
    }

    /// Every code that this route can refuse with.
    pub fn all_codes(&self) -> Vec<Code> {
        use Code::{
            ApiDisabled, Forbidden, HeadersTooLarge, InsufficientScope, InternalError,
            InvalidRequest, PayloadTooLarge, RateLimited, Unauthorized, Unavailable,
            UnsupportedMediaType, UriTooLong,
        };
        let mut codes = self.codes.clone();
        match self.door {
            Door::Key(_) => {
                codes.extend([Unauthorized, InsufficientScope, ApiDisabled, RateLimited]);
            }
            Door::AnyKey => codes.extend([Unauthorized, ApiDisabled, RateLimited]),
            Door::Session if self.method == Method::GET => codes.push(Unauthorized),
            Door::Session => codes.extend([Unauthorized, Forbidden]),
            Door::Page | Door::Open => {}
        }
        if let Some(body) = &self.body {
            codes.push(InvalidRequest);
            if body.content.media != "application/octet-stream" {
                codes.extend([PayloadTooLarge, UnsupportedMediaType]);
            }
        }
        if self
            .parameters
            .iter()
            .any(|parameter| parameter.place == "query")
        {
            codes.push(InvalidRequest);
        }
        codes.extend([UriTooLong, HeadersTooLarge, InternalError, Unavailable]);
        codes.sort_by_key(|code| (code.status(), *code as usize));
        codes.dedup();
        codes
    }
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16, description: &'static str) -> Self {
        Self {
            status,
            description,
            fields: Vec::new(),
            content: Vec::new(),
        }
    }

    pub fn with(mut self, fields: &[Field]) -> Self {
        self.fields.extend_from_slice(fields);
        self
    }

    pub fn of(mut self, content: Content) -> Self {
        self.content.push(content);
        self
    }
}

impl Content {
    pub fn json<T: ToSchema>(example: Value) -> Self {
        Self {
            media: "application/json",
            shape: Shape::Type {
                name: T::name().into_owned(),
                collect: collect::<T>,
            },
            example,
        }
    }

    pub fn json_list<T: ToSchema>(example: Value) -> Self {
        Self {
            media: "application/json",
            shape: Shape::List {
                name: T::name().into_owned(),
                collect: collect::<T>,
            },
            example,
        }
    }

    pub fn text(media: &'static str, example: &str) -> Self {
        Self {
            media,
            shape: Shape::Inline(json!({ "type": "string" })),
            example: json!(example),
        }
    }

    /// Bytes as they are (OpenAPI 3.1, "Considerations for File Uploads").
    pub fn bytes(media: &'static str) -> Self {
        Self {
            media,
            shape: Shape::Inline(json!({})),
            example: Value::Null,
        }
    }
}

fn collect<T: ToSchema>(named: &mut Named) {
    named.push((T::name().into_owned(), T::schema()));
    T::schemas(named);
}

fn take_description(schema: &mut Value) -> String {
    schema
        .as_object_mut()
        .and_then(|object| object.remove("description"))
        .and_then(|text| text.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A parameter is there or not; it cannot be null.
fn not_null(schema: Value) -> Value {
    let Value::Object(mut object) = schema else {
        return schema;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get("oneOf") {
        let rest: Vec<&Value> = choices
            .iter()
            .filter(|choice| choice.get("type") != Some(&json!("null")))
            .collect();
        if let [only] = rest.as_slice() {
            return (*only).clone();
        }
    }
    Value::Object(object)
}

fn in_path(name: &str) -> Parameter {
    let of_kind = |prefix: &str, description: &str, digits: &str| {
        (
            description.to_owned(),
            json!({ "type": "string", "pattern": format!("^{prefix}[0-9a-v]{{26}}$") }),
            json!(format!("{prefix}{digits}")),
        )
    };
    let (description, schema, example) = match name {
        "projectId" => of_kind("proj_", "The project.", "06b9d2v5k0e1f7q8r2s3t4u5v4"),
        "jobId" => of_kind("job_", "The job.", "06b9d3a8m4g2h6n0p1q5r9s3tc"),
        "documentId" => of_kind("file_", "The file.", "06b9d3c1r8j4k2m6n0p3q7s1u8"),
        "keyId" => of_kind("key_", "The key.", "06b9cv3d5e7f9g1h3i5j7k9l1m"),
        "partNumber" => (
            "Which part, from 1.".to_owned(),
            json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": 1000 }),
            json!(1),
        ),
        _ => (
            "As an earlier answer gave it.".to_owned(),
            json!({ "type": "string" }),
            json!("row_06b9d4f2g6h0i4j8k2l6m0n4o8.1795514700000.c2lnbmF0dXJl"),
        ),
    };
    Parameter {
        name: name.to_owned(),
        place: "path",
        description,
        is_required: true,
        schema,
        example,
    }
}

fn in_header(name: &str, description: &str, schema: Value, example: Value) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: "header",
        description: description.to_owned(),
        is_required: false,
        schema,
        example,
    }
}

pub fn idempotency_key() -> Parameter {
    in_header(
        "Idempotency-Key",
        "What you call this request. Sent again within 24 hours, the same request gets the first answer again, whatever has become of the job since, even its deletion; another request with the same key is refused.",
        json!({ "type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[!-~]([ -~]*[!-~])?$" }),
        json!("7f4c1d52-upload-tower-a"),
    )
}

pub fn last_event_id() -> Parameter {
    in_header(
        "Last-Event-ID",
        "The `id` of the last event that you have; browsers send it by themselves when they reconnect.",
        json!({ "type": "integer", "format": "int64" }),
        json!(3),
    )
}

pub fn range() -> Parameter {
    in_header(
        "Range",
        "One range of bytes, such as `bytes=0-1023` (RFC 9110, section 14.2). Anything else is answered with the whole.",
        json!({ "type": "string" }),
        json!("bytes=0-1023"),
    )
}

pub fn if_none_match() -> Parameter {
    in_header(
        "If-None-Match",
        "An `ETag` that you have: 304 when the bytes are still those.",
        json!({ "type": "string" }),
        Value::Null,
    )
}

/// Header fields with which a webhook or a report says who sent it.
pub fn signed_with(name: &str, description: &str, example: Value) -> Parameter {
    in_header(name, description, json!({ "type": "string" }), example)
}
