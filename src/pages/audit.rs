//! Settings → Audit: the log of the workspace, for its admins.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::frame::Frame;
use super::page;
use super::time_words::When;
use crate::app::Rooms;
use crate::audit::{Action, Event, Filter, Format};
use crate::clock::{DAY, Time};
use crate::error::{Error, Result};
use crate::http::{Admin, Query};
use crate::id;

const HERE: &str = "/settings/audit";
const PER_PAGE: i64 = 50;
/// Events of an export that are read at once.
const CHUNK: i64 = 1_000;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    events: Vec<AuditRow>,
    filter: Asked,
    actions: Vec<ActionChoice>,
    is_filtered: bool,
    older: Option<String>,
    newest: Option<String>,
    csv_href: String,
    jsonl_href: String,
    problem: Option<String>,
}

struct AuditRow {
    when: When,
    action: &'static str,
    text: String,
    actor: String,
    ip: String,
    request_id: String,
    detail: String,
}

struct ActionChoice {
    value: &'static str,
    text: String,
}

/// Which events are wanted, as the form says it.
#[derive(Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    action: String,
    #[serde(default)]
    q: String,
    /// First and last day, UTC.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    format: String,
}

impl Asked {
    fn filter(&self) -> Result<Filter> {
        let action = match self.action.as_str() {
            "" => None,
            name => Some(
                name.parse::<Action>()
                    .map_err(|_| Error::invalid("There is no such action."))?,
            ),
        };
        // PostgreSQL's texts cannot hold it, and nobody looks for it.
        if self.q.contains('\0') {
            return Err(Error::invalid("The search must not hold a NUL character."));
        }
        if !self.before.is_empty() && !id::has_shape(id::Kind::Audit, &self.before) {
            return Err(Error::invalid("There is no such event."));
        }
        let (from, until) = (
            day(&self.from)?,
            day(&self.to)?.map(|start| start.plus(DAY)),
        );
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(Error::invalid("The first day must not lie after the last."));
        }
        Ok(Filter {
            action,
            text: self.q.trim().chars().take(200).collect(),
            from,
            until,
        })
    }

    fn before(&self) -> Option<String> {
        (!self.before.is_empty()).then(|| self.before.clone())
    }

    fn is_filtered(&self) -> bool {
        [&self.action, &self.q, &self.from, &self.to]
            .iter()
            .any(|part| !part.is_empty())
    }

    fn href(&self, path: &str, more: (&str, &str)) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("action", self.action.as_str()),
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            more,
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

fn day(text: &str) -> Result<Option<Time>> {
    match text {
        "" => Ok(None),
        text => Time::parse(&format!("{text}T00:00:00Z"))
            .map(Some)
            .ok_or_else(|| Error::invalid("A day must be like 2026-01-31.")),
    }
}

fn row(event: Event, now: Time) -> AuditRow {
    AuditRow {
        when: When::new(event.happened_at, now),
        action: event.action.as_str(),
        text: format!("{} “{}”", event.action.words(), event.subject_name),
        actor: event.actor_name,
        ip: event.ip.unwrap_or_default(),
        request_id: event.request_id.unwrap_or_default(),
        detail: event.detail,
    }
}

pub async fn show_audit(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let person = &admin.0.person;
    let (events, problem) = match asked.filter() {
        Ok(filter) => {
            let before = asked.before();
            let found = rooms
                .audit
                .page(&person.workspace_id, &filter, before, PER_PAGE + 1)
                .await?;
            (found, None)
        }
        Err(error) => (Vec::new(), Some(super::for_people(&error))),
    };
    let mut events = events;
    let per_page = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let is_more = events.len() > per_page;
    events.truncate(per_page);
    let older = events
        .last()
        .filter(|_| is_more)
        .map(|last| asked.href(HERE, ("before", &last.id)));
    let now = rooms.clock.now();
    let export = "/settings/audit/export";
    page(
        if problem.is_some() { 400 } else { 200 },
        &AuditPage {
            frame: Frame::settings("Audit log", "audit", person, &session)?,
            events: events.into_iter().map(|event| row(event, now)).collect(),
            actions: Action::iter()
                .map(|action| ActionChoice {
                    value: action.as_str(),
                    text: action.as_str().replace(['.', '_'], " "),
                })
                .collect(),
            is_filtered: asked.is_filtered(),
            older,
            newest: asked.before().map(|_| asked.href(HERE, ("before", ""))),
            csv_href: asked.href(export, ("format", "csv")),
            jsonl_href: asked.href(export, ("format", "jsonl")),
            filter: asked,
            problem,
        },
    )
}

/// Streams what the filter shows: a chunk is read when the one before has been sent.
pub async fn export_audit(
    admin: Admin,
    rooms: web::Data<Rooms>,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let filter = asked.filter()?;
    let format: Format = asked
        .format
        .parse()
        .map_err(|_| Error::invalid("The format must be csv or jsonl."))?;
    let day = rooms.clock.now().utc().format("%Y-%m-%d").to_string();
    let extension: &str = format.into();
    let workspace_id = admin.0.person.workspace_id.clone();
    let head = Bytes::from(format.head()?);
    let body = stream::try_unfold(Some((head, None::<String>)), move |state| {
        let (rooms, filter, workspace_id) = (rooms.clone(), filter.clone(), workspace_id.clone());
        async move {
            let Some((head, before)) = state else {
                return Ok::<_, Error>(None);
            };
            let events = rooms
                .audit
                .page(&workspace_id, &filter, before, CHUNK)
                .await
                // The answer has begun: it can only break off, so the log must say why.
                .inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
            let mut bytes = head.to_vec();
            bytes.extend(format.write(&events)?);
            let is_full = i64::try_from(events.len()).is_ok_and(|length| length == CHUNK);
            let next = events
                .last()
                .filter(|_| is_full)
                .map(|last| (Bytes::new(), Some(last.id.clone())));
            Ok(Some((Bytes::from(bytes), next)))
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.content_type()))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"audit-{day}.{extension}\""),
        ))
        .streaming(body))
}
