//! `/api/open/v1/projects`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::app::Rooms;
use crate::error::Result;
use crate::http::{Body, Caller, JobsRead, JobsWrite};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewProject {
    name: String,
}

pub async fn create_project(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    Body(new): Body<NewProject>,
) -> Result<HttpResponse> {
    let (project, billing) = rooms.projects.create(&caller, &new.name).await?;
    Ok(HttpResponse::Accepted().json(json!({ "project": project, "billing": billing })))
}

pub async fn list_projects(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
) -> Result<HttpResponse> {
    let projects = rooms.projects.list(&caller).await?;
    Ok(HttpResponse::Ok().json(json!({ "projects": projects })))
}

pub async fn get_project(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
) -> Result<HttpResponse> {
    let project = rooms.projects.get(&caller, &project_id).await?;
    Ok(HttpResponse::Ok().json(json!({ "project": project })))
}

pub async fn get_summary(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
) -> Result<HttpResponse> {
    let (project, summary) = rooms
        .jobs
        .summary(&caller.workspace_id, &project_id)
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "project": project, "projectSummary": summary })))
}
