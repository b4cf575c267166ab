//! The projects of a workspace, and the jobs of each: for all its people.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::badges::{self, Badge};
use super::frame::Frame;
use super::job_page::{Progress, short};
use super::key_rows::grouped;
use super::page;
use super::paging::{PageNumber, Pages, href, said};
use super::time_words::When;
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::Result;
use crate::http::{Member, Query};
use crate::jobs::{ListedJob, OfProject, Status};
use crate::projects::ProjectRow;

const HERE: &str = "/projects";
const PER_PAGE: i64 = 25;

#[derive(Template)]
#[template(path = "projects.html")]
struct ProjectsPage {
    frame: Frame,
    projects: Vec<ProjectLine>,
    total: String,
    pages: Pages,
    curl: String,
}

struct ProjectLine {
    id: String,
    name: String,
    status: Badge,
    jobs: String,
    last: Option<LastJob>,
    created: When,
}

struct LastJob {
    id: String,
    status: Badge,
    when: When,
}

#[derive(Template)]
#[template(path = "project.html")]
struct ProjectPage {
    frame: Frame,
    id: String,
    name: String,
    status: Badge,
    created: When,
    jobs: Vec<JobLine>,
    matching: String,
    choices: Vec<StatusChoice>,
    is_filtered: bool,
    pages: Pages,
    curl: String,
}

struct JobLine {
    id: String,
    short: String,
    external_id: Option<String>,
    status: Badge,
    progress: Progress,
    files: String,
    created: When,
    ended: Option<When>,
}

struct StatusChoice {
    value: &'static str,
    text: &'static str,
    is_chosen: bool,
}

/// Which part of a list is wanted.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    status: String,
    #[serde(default)]
    page: String,
}

fn project_line(row: ProjectRow, jobs: Option<OfProject>, now: Time) -> ProjectLine {
    ProjectLine {
        status: badges::of_project(row.status),
        jobs: grouped(jobs.as_ref().map_or(0, |jobs| jobs.count)),
        last: jobs.map(|jobs| LastJob {
            id: jobs.last_id,
            status: badges::of_job(jobs.last_status),
            when: When::new(jobs.last_at, now),
        }),
        created: When::new(row.created_at, now),
        id: row.id,
        name: row.name,
    }
}

fn job_line(job: ListedJob, now: Time) -> JobLine {
    let row = job.row;
    JobLine {
        short: short(&row.id),
        status: badges::of_job(row.status),
        progress: Progress::new(&row, job.failed_pages),
        files: grouped(job.files),
        created: When::new(row.created_at, now),
        ended: row.completed_at.map(|at| When::new(at, now)),
        external_id: row.external_id,
        id: row.id,
    }
}

/// A command that anyone can paste who has a key.
fn curl(base_url: &str, path: &str, body: &str) -> String {
    format!(
        "curl {base_url}/api/open/v1/{path} \\\n  -H \"Authorization: Bearer $PLANGREP_KEY\" \\\n  \
         -H \"Content-Type: application/json\" \\\n  -d '{body}'"
    )
}

pub async fn list_projects(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let (workspace_id, now) = (&member.person.workspace_id, rooms.clock.now());
    let mut number = PageNumber::parse(&asked.page, PER_PAGE);
    let (mut rows, total) = rooms
        .projects
        .page(workspace_id, number.offset(), PER_PAGE)
        .await?;
    if rows.is_empty() && total > 0 {
        number = number.within(total);
        (rows, _) = rooms
            .projects
            .page(workspace_id, number.offset(), PER_PAGE)
            .await?;
    }
    let ids = rows.iter().map(|row| row.id.clone()).collect();
    let mut jobs = rooms.jobs.of_projects(workspace_id, ids).await?;
    page(
        200,
        &ProjectsPage {
            frame: Frame::projects("Projects", &member.person, &session)?,
            projects: rows
                .into_iter()
                .map(|row| {
                    let jobs = jobs.remove(&row.id);
                    project_line(row, jobs, now)
                })
                .collect(),
            total: grouped(total),
            pages: number.pages(total, |number| href(HERE, &[("page", &said(number))])),
            curl: curl(&rooms.base_url, "projects", r#"{"name": "Library"}"#),
        },
    )
}

pub async fn show_project(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    project_id: web::Path<String>,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let (workspace_id, now) = (&member.person.workspace_id, rooms.clock.now());
    let project = rooms.projects.find(workspace_id, &project_id).await?;
    // What is not known asks for nothing.
    let status = asked.status.parse::<Status>().ok();
    let mut number = PageNumber::parse(&asked.page, PER_PAGE);
    let (mut jobs, matching) = rooms
        .jobs
        .page(workspace_id, &project.id, status, number.offset(), PER_PAGE)
        .await?;
    if jobs.is_empty() && matching > 0 {
        number = number.within(matching);
        (jobs, _) = rooms
            .jobs
            .page(workspace_id, &project.id, status, number.offset(), PER_PAGE)
            .await?;
    }
    let here = format!("{HERE}/{}", project.id);
    let chosen = status.map_or("", Status::as_str);
    page(
        200,
        &ProjectPage {
            frame: Frame::projects(&project.name, &member.person, &session)?,
            status: badges::of_project(project.status),
            created: When::new(project.created_at, now),
            jobs: jobs.into_iter().map(|job| job_line(job, now)).collect(),
            matching: grouped(matching),
            choices: Status::iter()
                .filter(|one| *one != Status::Provisioning)
                .map(|one| StatusChoice {
                    value: one.as_str(),
                    text: badges::of_job(one).text,
                    is_chosen: Some(one) == status,
                })
                .collect(),
            is_filtered: status.is_some(),
            pages: number.pages(matching, |number| {
                href(&here, &[("status", chosen), ("page", &said(number))])
            }),
            curl: curl(
                &rooms.base_url,
                &format!("projects/{}/jobs", project.id),
                r#"{"externalId": "2026-041"}"#,
            ),
            id: project.id,
            name: project.name,
        },
    )
}
