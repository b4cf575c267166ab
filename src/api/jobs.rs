//! `/api/open/v1/…/jobs`, the result and its artifacts.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::Rooms;
use crate::error::{Error, Result};
use crate::http::{ArtifactsRead, Body, Caller, JobsRead, JobsWrite, OptionalBody, Query, stream};
use crate::jobs::JobView;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewJob {
    external_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Completion {
    #[serde(default)]
    document_ids: Vec<String>,
}

#[derive(Deserialize)]
pub struct ArtifactPath {
    path: String,
}

#[derive(Deserialize)]
pub struct LinkToken {
    #[serde(default)]
    token: String,
}

#[derive(Serialize)]
struct OneJob {
    job: JobView,
}

#[derive(Serialize)]
struct ManyJobs {
    jobs: Vec<JobView>,
}

pub async fn create_job(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
    request: HttpRequest,
    Body(new): Body<NewJob>,
) -> Result<HttpResponse> {
    refuse_idempotency_key(&request)?;
    let job = rooms
        .jobs
        .create(&caller, &project_id, new.external_id.as_deref())
        .await?;
    Ok(HttpResponse::Accepted().json(OneJob { job }))
}

pub async fn list_jobs(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
) -> Result<HttpResponse> {
    let jobs = rooms.jobs.list(&caller, &project_id).await?;
    Ok(HttpResponse::Ok().json(ManyJobs { jobs }))
}

pub async fn get_job(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let job = rooms.jobs.get(&caller, &job_id).await?;
    Ok(HttpResponse::Ok().json(OneJob { job }))
}

pub async fn complete_uploads(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
    OptionalBody(completion): OptionalBody<Completion>,
) -> Result<HttpResponse> {
    refuse_idempotency_key(&request)?;
    let job = rooms
        .jobs
        .complete(&caller, &job_id, completion.document_ids)
        .await?;
    Ok(HttpResponse::Accepted().json(OneJob { job }))
}

/// A client that sends one relies on it, so it must not be passed over in silence.
fn refuse_idempotency_key(request: &HttpRequest) -> Result<()> {
    match request.headers().contains_key("idempotency-key") {
        true => Err(Error::invalid(
            "`Idempotency-Key` is not supported by this version; leave it out.",
        )),
        false => Ok(()),
    }
}

pub async fn get_result(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let result = rooms.jobs.result(&caller, &job_id).await?;
    stream(&request, &rooms.blobs, result, false).await
}

pub async fn get_linked_result(
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
    Query(link): Query<LinkToken>,
) -> Result<HttpResponse> {
    let result = rooms.jobs.linked_result(&job_id, &link.token).await?;
    stream(&request, &rooms.blobs, result, false).await
}

pub async fn get_artifact(
    caller: Caller<ArtifactsRead>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
    Query(artifact): Query<ArtifactPath>,
) -> Result<HttpResponse> {
    let file = rooms
        .jobs
        .artifact(&caller, &job_id, &artifact.path)
        .await?;
    stream(&request, &rooms.blobs, file, true).await
}
