//! The deliveries of a workspace as its people see them.

use super::store::{self, Which};
use super::{RESULT_PLACE, Status, Webhooks};
use crate::audit::{self, Action, Actor};
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::id;

/// A delivery in a list.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub job_id: String,
    pub project_name: String,
    /// Of the URL; the rest of it may hold a token.
    pub host: String,
    pub sequence: i64,
    /// The status that the job came to.
    pub to_status: String,
    pub status: Status,
    /// All that were made, before and after it was sent again by a person.
    pub attempts: i64,
    /// While it waits.
    pub next_attempt_at: Option<Time>,
    pub created_at: Time,
    pub ended_at: Option<Time>,
}

/// One try.
#[derive(Clone, Debug, diesel::Queryable)]
pub struct Attempt {
    pub attempted_at: Time,
    /// In milliseconds.
    pub duration: i64,
    pub status_code: Option<i32>,
    /// A sentence.
    pub problem: Option<String>,
}

/// A delivery with all that is known about it.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub row: Row,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
    /// The JSON that is sent, over several lines; where each attempt puts a link to the result,
    /// a few words.
    pub body: String,
}

impl Webhooks {
    /// The newest `limit` deliveries of a workspace, or of one of its jobs, that are older than the
    /// delivery `before`.
    pub async fn of_workspace(
        &self,
        workspace_id: &str,
        job_id: Option<&str>,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Row>> {
        let workspace_id = workspace_id.to_owned();
        let (job_id, before) = (job_id.map(str::to_owned), before.map(str::to_owned));
        self.db
            .read(move |connection| {
                let page = Which::Page {
                    job_id: job_id.as_deref(),
                    before: before.as_deref(),
                    limit,
                };
                store::rows(connection, &workspace_id, &page)
            })
            .await
    }

    pub async fn delivery(&self, workspace_id: &str, id: &str) -> Result<Delivery> {
        let (workspace_id, id) = (workspace_id.to_owned(), known_shape(id)?);
        self.db
            .read(move |connection| {
                let row = one(connection, &workspace_id, &id)?;
                let body = store::event(connection, &row.job_id, row.sequence)?;
                Ok(Delivery {
                    attempts: store::attempts(connection, &id)?,
                    body: over_lines(&body.replace(
                        RESULT_PLACE,
                        "\"resultUrl\":\"(a new link, good for an hour, at each attempt)\"",
                    )),
                    row,
                })
            })
            .await
    }

    /// Sends a delivery now, whatever became of it before: with the same id, so that a receiver
    /// that has it can tell, and with all retries before it.
    pub async fn redeliver(&self, actor: &Actor, workspace_id: &str, id: &str) -> Result<()> {
        let (workspace_id, id) = (workspace_id.to_owned(), known_shape(id)?);
        let (actor, now) = (actor.clone(), self.clock.now());
        self.db
            .write(move |connection| {
                let row = one(connection, &workspace_id, &id)?;
                store::restart(connection, &id, now)?;
                audit::record(
                    connection,
                    &workspace_id,
                    &actor,
                    Action::WebhookRedelivered,
                    (&id, &format!("{} of {}", row.to_status, row.job_id)),
                    format!("to {}", row.host),
                    now,
                )
            })
            .await?;
        self.bell.ring();
        Ok(())
    }
}

/// What has not the shape of an id is never asked of the database.
fn known_shape(id: &str) -> Result<String> {
    match id::has_shape(id::Kind::Event, id) {
        true => Ok(id.to_owned()),
        false => Err(Error::not_found("webhook delivery")),
    }
}

fn one(connection: &mut crate::db::Conn, workspace_id: &str, id: &str) -> Result<Row> {
    store::rows(connection, workspace_id, &Which::One(id))?
        .into_iter()
        .next()
        .ok_or_else(|| Error::not_found("webhook delivery"))
}

/// JSON with a line for each member. The order of the members stays, as it is part of what was
/// signed; a parsed tree would sort them.
fn over_lines(json: &str) -> String {
    let mut lines = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_text, mut escaped, mut opened) = (0_usize, false, false, false);
    let line = |lines: &mut String, depth: usize| {
        lines.push('\n');
        lines.extend(std::iter::repeat_n("  ", depth));
    };
    for character in json.chars() {
        if in_text {
            in_text = escaped || character != '"';
            escaped = !escaped && character == '\\';
            lines.push(character);
            continue;
        }
        if character.is_whitespace() {
            continue;
        }
        let closes = matches!(character, '}' | ']');
        depth = depth.saturating_sub(usize::from(closes));
        // Nothing stands in an empty object or list, so it stays on its line.
        if opened != closes {
            line(&mut lines, depth);
        }
        lines.push(character);
        opened = matches!(character, '{' | '[');
        depth += usize::from(opened);
        match character {
            '"' => in_text = true,
            ',' => line(&mut lines, depth),
            ':' => lines.push(' '),
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_over_lines_in_its_own_order() {
        let json = r#"{"b":{"a":[],"text":"a \"{b}\", \\","empty":{}},"list":[1,{"x":null}]}"#;
        let lines = over_lines(json);
        assert_eq!(
            lines,
            "{\n  \"b\": {\n    \"a\": [],\n    \"text\": \"a \\\"{b}\\\", \\\\\",\n    \"empty\": {}\n  },\n  \
             \"list\": [\n    1,\n    {\n      \"x\": null\n    }\n  ]\n}"
        );
        assert_eq!(over_lines(&lines), lines);
        assert_eq!(over_lines(""), "");
    }
}
