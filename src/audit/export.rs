//! The audit log as files: CSV (RFC 4180) and JSON lines.

use serde::Serialize;

use super::Event;
use crate::clock::Time;
use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    Csv,
    Jsonl,
}

/// A line of the export.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: &'a str,
    at: Time,
    action: &'a str,
    actor: &'a str,
    actor_user_id: Option<&'a str>,
    subject_id: &'a str,
    subject_name: &'a str,
    ip: Option<&'a str>,
    request_id: Option<&'a str>,
    detail: &'a str,
}

const HEADINGS: [&str; 10] = [
    "id",
    "at",
    "action",
    "actor",
    "actorUserId",
    "subjectId",
    "subjectName",
    "ip",
    "requestId",
    "detail",
];

impl Format {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/x-ndjson",
        }
    }

    /// What precedes the events.
    pub fn head(self) -> Result<Vec<u8>> {
        match self {
            Self::Csv => rows([HEADINGS.map(str::to_owned)].into_iter()),
            Self::Jsonl => Ok(Vec::new()),
        }
    }

    pub fn write(self, events: &[Event]) -> Result<Vec<u8>> {
        match self {
            Self::Csv => rows(events.iter().map(|event| {
                [
                    event.id.clone(),
                    event.happened_at.to_string(),
                    event.action.as_str().to_owned(),
                    safe(&event.actor_name),
                    event.actor_user_id.clone().unwrap_or_default(),
                    safe(&event.subject_id),
                    safe(&event.subject_name),
                    safe(event.ip.as_deref().unwrap_or_default()),
                    safe(event.request_id.as_deref().unwrap_or_default()),
                    safe(&event.detail),
                ]
            })),
            Self::Jsonl => {
                let mut text = Vec::new();
                for event in events {
                    serde_json::to_writer(&mut text, &line(event))?;
                    text.push(b'\n');
                }
                Ok(text)
            }
        }
    }
}

fn line(event: &Event) -> Line<'_> {
    Line {
        id: &event.id,
        at: event.happened_at,
        action: event.action.as_str(),
        actor: &event.actor_name,
        actor_user_id: event.actor_user_id.as_deref(),
        subject_id: &event.subject_id,
        subject_name: &event.subject_name,
        ip: event.ip.as_deref(),
        request_id: event.request_id.as_deref(),
        detail: &event.detail,
    }
}

fn rows(rows: impl Iterator<Item = [String; 10]>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(Error::internal)?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::internal(anyhow::anyhow!("{error}")))
}

/// Spreadsheets take a cell that starts so for a formula; an apostrophe makes it a text (OWASP,
/// "CSV injection").
fn safe(text: &str) -> String {
    let starts = text.trim_start_matches(' ');
    match starts.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_start_like_a_formula_become_texts() {
        for text in [
            "=HYPERLINK(\"http://x\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "  =1",
            "＝1",
        ] {
            assert_eq!(safe(text), format!("'{text}"));
        }
        assert_eq!(safe("Takeoff = 1"), "Takeoff = 1");
        assert_eq!(safe(""), "");
    }
}
