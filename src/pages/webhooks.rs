//! Settings → Webhooks: what was told to whom, and how that went.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::badges::{self, Badge};
use super::frame::{Frame, leave_word};
use super::job_page::short;
use super::key_rows::grouped;
use super::paging::href;
use super::time_words::When;
use super::{page, see_other};
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::Result;
use crate::http::{Member, Query};
use crate::jobs::Status;
use crate::{id, webhooks};

const HERE: &str = "/settings/webhooks";
const PER_PAGE: i64 = 30;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct WebhooksPage {
    frame: Frame,
    deliveries: Vec<DeliveryLine>,
    job: String,
    is_filtered: bool,
    newest: Option<String>,
    older: Option<String>,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "webhook.html")]
struct WebhookPage {
    frame: Frame,
    delivery: DeliveryLine,
    ended: Option<When>,
    is_waiting: bool,
    attempts: Vec<AttemptRow>,
    body: String,
}

/// A delivery in a list.
pub struct DeliveryLine {
    pub id: String,
    pub event: &'static str,
    pub sequence: i64,
    pub job_short: String,
    /// None when the job's project is not known.
    pub job_href: Option<String>,
    pub project_name: String,
    pub host: String,
    pub state: Badge,
    pub attempts: String,
    pub next: Option<When>,
    pub created: When,
}

struct AttemptRow {
    when: When,
    outcome: Badge,
    code: String,
    duration: String,
    problem: String,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    job: String,
    #[serde(default)]
    before: String,
}

pub fn delivery_line(row: webhooks::Row, project_id: Option<&str>, now: Time) -> DeliveryLine {
    DeliveryLine {
        event: row
            .to_status
            .parse::<Status>()
            .map_or("Status changed", |status| badges::of_job(status).text),
        sequence: row.sequence,
        job_short: short(&row.job_id),
        job_href: project_id.map(|id| format!("/projects/{id}/jobs/{}", row.job_id)),
        project_name: row.project_name,
        host: row.host,
        state: badges::of_delivery(row.status),
        attempts: grouped(row.attempts),
        next: row.next_attempt_at.map(|at| When::new(at, now)),
        created: When::new(row.created_at, now),
        id: row.id,
    }
}

fn attempt_row(attempt: webhooks::Attempt, now: Time) -> AttemptRow {
    let taken = attempt
        .status_code
        .is_some_and(|code| (200..300).contains(&code));
    AttemptRow {
        when: When::new(attempt.attempted_at, now),
        outcome: match taken {
            true => Badge {
                kind: "done",
                icon: "s-active",
                text: "Taken",
            },
            false => Badge {
                kind: "failed",
                icon: "s-failed",
                text: "Not taken",
            },
        },
        code: attempt
            .status_code
            .map_or_else(String::new, |code| code.to_string()),
        duration: format!("{} ms", grouped(attempt.duration)),
        problem: match (attempt.problem, taken) {
            (Some(problem), _) => problem,
            (None, true) => String::new(),
            (None, false) => "Only an answer of 2xx is taken.".to_owned(),
        },
    }
}

pub async fn list_deliveries(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let (workspace_id, now) = (&member.person.workspace_id, rooms.clock.now());
    let job = asked.job.trim();
    // What has not the shape of an id is never asked of the database.
    let is_job = job.is_empty() || id::has_shape(id::Kind::Job, job);
    let before = Some(asked.before.as_str()).filter(|id| id::has_shape(id::Kind::Event, id));
    let mut rows = match is_job {
        true => {
            let of_job = (!job.is_empty()).then_some(job);
            rooms
                .webhooks
                .of_workspace(workspace_id, of_job, before, PER_PAGE + 1)
                .await?
        }
        false => Vec::new(),
    };
    let shown = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let older = rows
        .last()
        .filter(|_| has_more)
        .map(|last| href(HERE, &[("job", job), ("before", &last.id)]));
    let ids = rows.iter().map(|row| row.job_id.clone()).collect();
    let places = rooms.jobs.places(workspace_id, ids).await?;
    page(
        if is_job { 200 } else { 400 },
        &WebhooksPage {
            frame: Frame::settings("Webhooks", "webhooks", &member.person, &session)?,
            deliveries: rows
                .into_iter()
                .map(|row| {
                    let place = places.get(&row.job_id);
                    delivery_line(row, place.map(|job| job.project_id.as_str()), now)
                })
                .collect(),
            job: job.to_owned(),
            is_filtered: !job.is_empty(),
            newest: before.map(|_| href(HERE, &[("job", job)])),
            older,
            problem: (!is_job).then_some("A job’s ID looks like job_06a9k2…, with 26 digits."),
        },
    )
}

pub async fn show_delivery(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    delivery_id: web::Path<String>,
) -> Result<HttpResponse> {
    let (workspace_id, now) = (&member.person.workspace_id, rooms.clock.now());
    let found = rooms.webhooks.delivery(workspace_id, &delivery_id).await?;
    let ids = vec![found.row.job_id.clone()];
    let places = rooms.jobs.places(workspace_id, ids).await?;
    let place = places.get(&found.row.job_id);
    page(
        200,
        &WebhookPage {
            frame: Frame::settings("Webhook delivery", "webhooks", &member.person, &session)?,
            ended: found.row.ended_at.map(|at| When::new(at, now)),
            is_waiting: found.row.status == webhooks::Status::Waiting,
            delivery: delivery_line(found.row, place.map(|job| job.project_id.as_str()), now),
            attempts: found
                .attempts
                .into_iter()
                .rev()
                .map(|attempt| attempt_row(attempt, now))
                .collect(),
            body: found.body,
        },
    )
}

pub async fn redeliver(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    delivery_id: web::Path<String>,
) -> Result<HttpResponse> {
    rooms
        .webhooks
        .redeliver(&member.actor(), &member.person.workspace_id, &delivery_id)
        .await?;
    leave_word(
        &session,
        "The delivery is sent again now, with the same webhook-id as before.",
    )?;
    Ok(see_other(&format!("{HERE}/{delivery_id}")))
}
