//! `/api/open/v1/…/jobs`, the result and its artifacts.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::http::{
    ArtifactsRead, Body, Caller, JobsRead, JobsWrite, OptionalBody, Query, stream, stream_whole,
};
use crate::jobs::{self, Completion, IdempotencyKey, JobView, ListQuery, Place, Status};
use crate::keys::Authenticated;

#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewJob {
    /// The client's own name of the job: 1 to 180 characters.
    #[schema(min_length = 1, max_length = 180)]
    external_id: Option<String>,
    /// Where each change of its status is told: https, on the public Internet, port 443 or one
    /// from 1024 on, without user, password and fragment.
    #[schema(format = "uri", max_length = 2048)]
    webhook_url: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArtifactPath {
    /// A `path` that a result names.
    #[schema(max_length = 1000)]
    path: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedArtifact {
    /// A `path` that a result names.
    #[schema(max_length = 1000)]
    path: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// Signed for this job, and good for an hour.
    #[serde(default)]
    #[schema(required)]
    token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobsQuery {
    /// How many jobs to answer at most.
    #[schema(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// The `nextCursor` of the answer before.
    cursor: Option<String>,
    /// Only jobs in this state.
    status: Option<Status>,
    /// Only jobs with this `externalId`.
    external_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobAnswer)]
pub struct OneJob {
    job: JobView,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobList)]
pub struct ManyJobs {
    /// Newest first.
    jobs: Vec<JobView>,
    /// To be sent as `cursor` for the jobs that follow; null at the end.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// The answer to a request that may have been sent before.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AcceptedJob)]
pub struct AnsweredJob {
    #[schema(value_type = JobView)]
    job: Box<RawValue>,
    /// Signs the job's webhooks; only in the first answer, and only with a `webhookUrl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^wss_[A-Za-z0-9+/]{43}=$")]
    webhook_signing_secret: Option<String>,
    /// True when this is the answer to an earlier request with the same `Idempotency-Key`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    idempotent: bool,
}

/// What lets whoever holds it download one artifact once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ArtifactDownload)]
pub struct MadeDownload {
    token: String,
    /// Needs no key; spent by the first GET.
    #[schema(format = "uri")]
    url: String,
    expires_at: Time,
}

pub async fn create_job(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
    request: HttpRequest,
    OptionalBody(new): OptionalBody<NewJob>,
) -> Result<HttpResponse> {
    let key = idempotency_key(&request)?;
    let new = jobs::NewJob {
        external_id: new.external_id,
        webhook_url: new.webhook_url,
    };
    let (answered, webhook_signing_secret) = rooms
        .jobs
        .create(&caller, &project_id, new, key.as_ref())
        .await?;
    Ok(HttpResponse::Accepted().json(AnsweredJob {
        job: answered.job,
        webhook_signing_secret,
        idempotent: answered.is_replay,
    }))
}

pub async fn list_jobs(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
    Query(query): Query<JobsQuery>,
) -> Result<HttpResponse> {
    let query = ListQuery {
        limit: query.limit,
        cursor: query.cursor,
        status: query.status,
        external_id: query.external_id,
    };
    let page = rooms
        .jobs
        .list(&caller.workspace_id, &project_id, &query)
        .await?;
    Ok(HttpResponse::Ok().json(ManyJobs {
        jobs: page.jobs,
        next_cursor: page.next_cursor,
    }))
}

pub async fn get_job(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let job = rooms.jobs.get(&caller.workspace_id, &job_id).await?;
    Ok(HttpResponse::Ok().json(OneJob { job }))
}

pub async fn cancel_job(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let job = rooms
        .jobs
        .cancel(None, &caller.workspace_id, &job_id)
        .await?;
    Ok(HttpResponse::Ok().json(OneJob { job }))
}

pub async fn resume_job(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let job = rooms
        .jobs
        .resume(None, &caller.workspace_id, &job_id)
        .await?;
    Ok(HttpResponse::Ok().json(OneJob { job }))
}

pub async fn delete_job(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    rooms.jobs.forget(&caller, &job_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn complete_uploads(
    caller: Caller<JobsWrite>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
    OptionalBody(completion): OptionalBody<Completion>,
) -> Result<HttpResponse> {
    let key = idempotency_key(&request)?;
    let answered = rooms
        .jobs
        .complete(&caller, &job_id, completion, key.as_ref())
        .await?;
    Ok(HttpResponse::Accepted().json(AnsweredJob {
        job: answered.job,
        webhook_signing_secret: None,
        idempotent: answered.is_replay,
    }))
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>> {
    let mut sent = request.headers().get_all("idempotency-key");
    let first = sent.next();
    if sent.next().is_some() {
        return Err(Error::invalid("Send one `Idempotency-Key`, not several."));
    }
    first
        .map(|value| IdempotencyKey::parse(value.as_bytes()))
        .transpose()
}

pub async fn get_result(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let result = rooms.jobs.result(&caller.workspace_id, &job_id).await?;
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
        .artifact(&caller.workspace_id, &job_id, &artifact.path)
        .await?;
    stream(&request, &rooms.blobs, file, true).await
}

pub async fn get_project_artifact(
    caller: Caller<ArtifactsRead>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    project_id: web::Path<String>,
    Query(artifact): Query<ArtifactPath>,
) -> Result<HttpResponse> {
    let file = rooms
        .jobs
        .project_artifact(&caller.workspace_id, &project_id, &artifact.path)
        .await?;
    stream(&request, &rooms.blobs, file, true).await
}

pub async fn create_job_download(
    caller: Caller<ArtifactsRead>,
    rooms: web::Data<Rooms>,
    job_id: web::Path<String>,
    Body(wanted): Body<WantedArtifact>,
) -> Result<HttpResponse> {
    make_download(&rooms, &caller, Place::Job(&job_id), &wanted.path).await
}

pub async fn create_project_download(
    caller: Caller<ArtifactsRead>,
    rooms: web::Data<Rooms>,
    project_id: web::Path<String>,
    Body(wanted): Body<WantedArtifact>,
) -> Result<HttpResponse> {
    make_download(&rooms, &caller, Place::Project(&project_id), &wanted.path).await
}

async fn make_download(
    rooms: &Rooms,
    caller: &Authenticated,
    place: Place<'_>,
    path: &str,
) -> Result<HttpResponse> {
    let made = rooms.jobs.make_download(caller, place, path).await?;
    Ok(HttpResponse::Created().json(MadeDownload {
        token: made.token,
        url: made.url,
        expires_at: made.expires_at,
    }))
}

/// Streams an artifact once, whole; HEAD looks at it without spending the token.
pub async fn get_download(
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let file = rooms
        .jobs
        .redeem(&token, request.method() != Method::HEAD)
        .await?;
    stream_whole(&rooms.blobs, file).await
}
