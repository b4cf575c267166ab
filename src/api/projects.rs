//! `/api/open/v1/projects`.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Rooms;
use crate::error::Result;
use crate::http::{Body, Caller, JobsRead, JobsWrite};
use crate::jobs::ProjectSummary;
use crate::projects::{Billing, ProjectView};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewProject {
    /// 1 to 180 characters, unique in the workspace.
    #[schema(min_length = 1, max_length = 180)]
    name: String,
}

#[derive(Serialize, ToSchema)]
pub struct CreatedProject {
    project: ProjectView,
    billing: Billing,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProjectList)]
pub struct ManyProjects {
    /// Newest first.
    projects: Vec<ProjectView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProjectAnswer)]
pub struct OneProject {
    project: ProjectView,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectSummaryAnswer)]
pub struct SummedProject {
    project: ProjectView,
    project_summary: ProjectSummary,
}

pub async fn create_project(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    Body(new): Body<NewProject>,
) -> Result<HttpResponse> {
    let (project, billing) = rooms.projects.create(&caller, &new.name).await?;
    Ok(HttpResponse::Accepted().json(CreatedProject { project, billing }))
}

pub async fn list_projects(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
) -> Result<HttpResponse> {
    let projects = rooms.projects.list(&caller).await?;
    Ok(HttpResponse::Ok().json(ManyProjects { projects }))
}

pub async fn get_project(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
) -> Result<HttpResponse> {
    let project = rooms.projects.get(&caller, &project_id).await?;
    Ok(HttpResponse::Ok().json(OneProject { project }))
}

pub async fn get_summary(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
) -> Result<HttpResponse> {
    let (project, project_summary) = rooms
        .jobs
        .summary(&caller.workspace_id, &project_id)
        .await?;
    Ok(HttpResponse::Ok().json(SummedProject {
        project,
        project_summary,
    }))
}
