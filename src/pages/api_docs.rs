//! `/api/docs`: the reference of the API, from the same description that programs get. It is for
//! anyone: there is nothing in it that the description does not say.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::assets::URLS;
use super::page;
use crate::app::Rooms;
use crate::error::Result;
use crate::openapi::{self, Content, Operation, Schemas, Shape};
use crate::routes::Door;

#[derive(Template)]
#[template(path = "api_docs.html")]
struct DocsPage<'a> {
    css: &'static str,
    js: &'static str,
    icon: &'static str,
    base_url: &'a str,
    reference: &'static Reference,
}

/// All that the page shows. What ends in `html` is escaped already.
struct Reference {
    introduction_html: Vec<String>,
    groups: Vec<Group>,
    webhooks: Vec<Entry>,
    codes: Vec<CodeRow>,
    schemas: Vec<SchemaEntry>,
}

struct Group {
    anchor: String,
    name: &'static str,
    description_html: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: &'static str,
    method: String,
    path: &'static str,
    summary: &'static str,
    description_html: String,
    access_html: String,
    parameters: Vec<Row>,
    body_html: String,
    body: String,
    answers: Vec<AnswerRow>,
    curl: String,
    example: String,
}

/// A parameter, or a field of an object.
struct Row {
    name: String,
    place: &'static str,
    is_required: bool,
    type_html: String,
    description_html: String,
}

struct AnswerRow {
    status: u16,
    text_html: String,
}

struct CodeRow {
    status: u16,
    code: &'static str,
    meaning: &'static str,
}

struct SchemaEntry {
    name: String,
    description_html: String,
    type_html: String,
    rows: Vec<Row>,
}

static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference {
    introduction_html: openapi::introduction().into_iter().map(html).collect(),
    groups: openapi::tags()
        .into_iter()
        .map(|tag| Group {
            anchor: tag.name.to_ascii_lowercase().replace(' ', "-"),
            name: tag.name,
            description_html: html(tag.description),
            entries: tag.operations.iter().map(entry).collect(),
        })
        .collect(),
    webhooks: openapi::webhooks()
        .iter()
        .map(|(name, operation)| Entry {
            method: "POST".to_owned(),
            path: name,
            access_html: html("Signed with the `webhookSigningSecret` of the job."),
            curl: String::new(),
            ..entry(operation)
        })
        .collect(),
    codes: openapi::sorted_codes()
        .into_iter()
        .map(|code| CodeRow {
            status: code.status(),
            code: code.as_str(),
            meaning: openapi::words_of_code(code).0,
        })
        .collect(),
    schemas: schemas(&openapi::schemas()),
});

pub async fn show_api_docs(rooms: web::Data<Rooms>) -> Result<HttpResponse> {
    page(
        200,
        &DocsPage {
            css: &URLS.css,
            js: &URLS.js,
            icon: &URLS.icon,
            base_url: &rooms.base_url,
            reference: &REFERENCE,
        },
    )
}

fn entry(operation: &Operation) -> Entry {
    let parameters = operation.parameters.iter().map(|parameter| Row {
        name: parameter.name.clone(),
        place: parameter.place,
        is_required: parameter.is_required,
        type_html: type_html(&parameter.schema),
        description_html: html(&parameter.description),
    });
    let said = operation.answers.iter().map(|answer| AnswerRow {
        status: answer.status,
        text_html: match answer.content.first() {
            Some(content) => format!("{} {}", html(answer.description), content_html(content)),
            None => html(answer.description),
        },
    });
    let refused = match operation.path {
        // Others answer webhooks.
        "" => Vec::new(),
        _ => operation.all_codes(),
    };
    let refused = refused.into_iter().map(|code| AnswerRow {
        status: code.status(),
        text_html: format!(
            "<code>{}</code> {}",
            code.as_str(),
            html(openapi::words_of_code(code).0)
        ),
    });
    let example = operation
        .answers
        .first()
        .and_then(|answer| answer.content.first());
    let body = operation.body.as_ref();
    Entry {
        id: operation.id,
        method: operation.method.to_string(),
        path: operation.path,
        summary: operation.summary,
        description_html: html(operation.description),
        access_html: html(&openapi::security_words(operation.door)),
        parameters: parameters.collect(),
        body_html: body.map_or_else(String::new, |body| {
            let may = match body.is_required {
                true => "",
                false => " It may be left out.",
            };
            format!("{}{may}", content_html(&body.content))
        }),
        body: body.map_or_else(String::new, |body| shown(&body.content.example)),
        answers: said.chain(refused).collect(),
        curl: curl(operation),
        example: example.map_or_else(String::new, |content| shown(&content.example)),
    }
}

/// An example as text; nothing for none.
fn shown(example: &Value) -> String {
    match example {
        Value::Null => String::new(),
        Value::String(text) => text.trim_end().to_owned(),
        json => serde_json::to_string_pretty(json).unwrap_or_default(),
    }
}

fn content_html(content: &Content) -> String {
    let media = escape(content.media);
    match &content.shape {
        Shape::Type { name, .. } => format!("<code>{media}</code>: {}", link(name)),
        Shape::List { name, .. } => format!("<code>{media}</code>: list of {}", link(name)),
        Shape::Inline(_) => format!("<code>{media}</code>"),
    }
}

/// A command that sends the example.
fn curl(operation: &Operation) -> String {
    let mut path = operation.path.to_owned();
    let (mut query, mut lines) = (Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let value = match &parameter.example {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match parameter.place {
            "path" => path = path.replace(&format!("{{{}}}", parameter.name), &value),
            "query" if parameter.is_required => query.push(format!("{}={value}", parameter.name)),
            "header" if parameter.name == "Idempotency-Key" => {
                lines.push(format!("-H '{}: {value}'", parameter.name));
            }
            _ => {}
        }
    }
    let query = match query.is_empty() {
        true => String::new(),
        false => format!("?{}", query.join("&")),
    };
    match operation.door {
        Door::Key(_) | Door::AnyKey => {
            lines.insert(0, "-H \"Authorization: Bearer $PLANGREP_KEY\"".to_owned());
        }
        Door::Session => lines.insert(0, "-b \"plangrep_session=$SESSION\"".to_owned()),
        Door::Page | Door::Open => {}
    }
    if let Some(body) = &operation.body {
        let example = &body.content.example;
        match body.content.media {
            "multipart/form-data" => {
                if let Some(metadata) = example.get("metadata") {
                    lines.push(format!("-F 'metadata={metadata};type=application/json'"));
                }
                lines.push("-F 'file0=@A-101.pdf;type=application/pdf'".to_owned());
            }
            "application/octet-stream" => lines.push("--data-binary @A-101.pdf".to_owned()),
            media => {
                lines.push(format!("-H 'Content-Type: {media}'"));
                lines.push(format!("-d '{example}'"));
            }
        }
    }
    let method = match operation.method.as_str() {
        "GET" => String::new(),
        other => format!("-X {other} "),
    };
    let mut command = format!("curl {method}\"$PLANGREP{path}{query}\"");
    for line in lines {
        command.push_str(" \\\n  ");
        command.push_str(&line);
    }
    command
}

fn schemas(all: &Schemas) -> Vec<SchemaEntry> {
    all.iter()
        .map(|(name, schema)| {
            let described = serde_json::to_value(schema).unwrap_or_default();
            SchemaEntry {
                name: name.clone(),
                description_html: html(text_of(&described, "description")),
                type_html: match described.get("properties") {
                    Some(_) => String::new(),
                    None => type_html(&described),
                },
                rows: fields(schema),
            }
        })
        .collect()
}

/// The fields of an object, in the order in which they are written.
fn fields(schema: &utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>) -> Vec<Row> {
    let utoipa::openapi::RefOr::T(utoipa::openapi::schema::Schema::Object(object)) = schema else {
        return Vec::new();
    };
    object
        .properties
        .iter()
        .map(|(name, property)| {
            let described = serde_json::to_value(property).unwrap_or_default();
            Row {
                name: name.clone(),
                place: "",
                is_required: object.required.contains(name),
                type_html: type_html(&described),
                description_html: html(description(&described)),
            }
        })
        .collect()
}

fn text_of<'a>(schema: &'a Value, field: &str) -> &'a str {
    schema
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Of the schema, or of the one choice of it that is not null.
fn description(schema: &Value) -> &str {
    let choices = schema.get("oneOf").and_then(Value::as_array);
    let of_choice = || {
        choices
            .into_iter()
            .flatten()
            .map(|choice| text_of(choice, "description"))
            .find(|text| !text.is_empty())
    };
    match text_of(schema, "description") {
        "" => of_choice().unwrap_or_default(),
        text => text,
    }
}

/// A type in words, with links to those that have a name.
fn type_html(schema: &Value) -> String {
    let Some(fields) = schema.as_object() else {
        return "anything".to_owned();
    };
    if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
        return link(name.rsplit('/').next().unwrap_or_default());
    }
    if let Some(values) = fields.get("enum").and_then(Value::as_array) {
        let values: Vec<String> = values
            .iter()
            .filter_map(Value::as_str)
            .map(|value| format!("<code>{}</code>", escape(value)))
            .collect();
        return format!("one of {}", values.join(", "));
    }
    if let Some(choices) = fields.get("oneOf").and_then(Value::as_array) {
        let mut choices: Vec<String> = choices.iter().map(type_html).collect();
        choices.sort_by_key(|choice| choice == "null");
        return choices.join(" or ");
    }
    let kinds: Vec<&str> = match fields.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    let words: Vec<String> = kinds.iter().map(|kind| kind_html(kind, fields)).collect();
    format!("{}{}", words.join(" or "), bounds(fields))
}

fn kind_html(kind: &str, fields: &Map<String, Value>) -> String {
    match kind {
        "array" => match fields.get("items") {
            Some(items) => format!("list of {}", type_html(items)),
            None => "list".to_owned(),
        },
        "string" => match fields.get("format").and_then(Value::as_str) {
            Some("date-time") => "time".to_owned(),
            Some("uri") => "URL".to_owned(),
            Some("binary") => "bytes".to_owned(),
            _ => "string".to_owned(),
        },
        other => escape(other),
    }
}

fn bounds(fields: &Map<String, Value>) -> String {
    let of = |least: &str, most: &str, unit: &str| match (fields.get(least), fields.get(most)) {
        (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, None) => String::new(),
    };
    [
        of("minLength", "maxLength", " characters"),
        of("minItems", "maxItems", " items"),
        of("minimum", "maximum", ""),
    ]
    .concat()
}

fn link(name: &str) -> String {
    let name = escape(name);
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

/// CommonMark as far as the description uses it: paragraphs on one line, and code.
fn html(text: &str) -> String {
    let escaped = escape(text).replace("\n\n", "<br><br>");
    let mut out = String::with_capacity(escaped.len() + 64);
    for (index, piece) in escaped.split('`').enumerate() {
        match index % 2 {
            0 => out.push_str(piece),
            _ => {
                out.push_str("<code translate=\"no\">");
                out.push_str(piece);
                out.push_str("</code>");
            }
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
