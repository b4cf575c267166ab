//! Operations: jobs, their events and their result.

use serde_json::{Value, json};

use super::examples::{job, result, status_changed};
use super::operation::{
    Answer, Content, Field, Operation, Tag, get, idempotency_key, if_none_match, last_event_id,
    post, range,
};
use crate::api::jobs::{AnsweredJob, JobsQuery, LinkToken, ManyJobs, NewJob, OneJob};
use crate::error::Code::{
    Expired, IdempotencyInProgress, IdempotencyKeyReused, InvalidRequest, JobNotCancellable,
    JobNotResumable, JobNotTerminal, NotFound, ProjectNotReady, RangeNotSatisfiable,
    ResultNotReady,
};
use crate::jobs::ResultV1;
use crate::keys::Scope::{JobsRead, JobsWrite};
use crate::routes::Door;

pub fn tag() -> Tag {
    Tag {
        name: "Jobs",
        description: "A job reads a set of files. It goes from `provisioning` by `awaiting_uploads`, `uploading`, `preflighting` and `processing` to `completed`, `completed_with_errors` or `failed`. With too few credits it waits in `blocked_insufficient_credits` until it is resumed. Until it is over it can be cancelled, and it expires after 7 days.",
        operations: vec![
            create_job(),
            get(
                "/api/open/v1/projects/{projectId}/jobs",
                "listJobs",
                "List the jobs of a project",
                "Newest first, a part at a time.",
            )
            .key(JobsRead)
            .query::<JobsQuery>(json!({ "limit": 100, "status": "completed", "externalId": "tower-a" }))
            .answers::<ManyJobs>(
                200,
                "The jobs, and where the next part begins.",
                json!({ "jobs": [job("completed")], "nextCursor": null }),
            )
            .fails(&[NotFound]),
            get(
                "/api/open/v1/jobs/{jobId}",
                "getJob",
                "Get a job",
                "How far a job is. Rather than asking again and again, give the job a `webhookUrl` or listen to its events.",
            )
            .key(JobsRead)
            .answers::<OneJob>(200, "The job.", json!({ "job": job("completed") }))
            .fails(&[NotFound]),
            post(
                "/api/open/v1/jobs/{jobId}/cancel",
                "cancelJob",
                "Cancel a job",
                "Ends a job at once. Pages that were read stay billed, and the rest of the reserved credits returns.",
            )
            .key(JobsWrite)
            .answers::<OneJob>(200, "The job as it is now.", json!({ "job": job("cancelled") }))
            .fails(&[NotFound, JobNotCancellable]),
            post(
                "/api/open/v1/jobs/{jobId}/resume",
                "resumeJob",
                "Resume a job",
                "Lets a job go on that is `blocked_insufficient_credits`, from where it stopped.",
            )
            .key(JobsWrite)
            .answers::<OneJob>(200, "The job as it is now.", json!({ "job": job("preflighting") }))
            .fails(&[NotFound, JobNotResumable]),
            Operation::new(
                actix_web::http::Method::DELETE,
                "/api/open/v1/jobs/{jobId}",
                "deleteJob",
                "Delete a job",
                "Forgets a job that is over, with its uploads, its result and its artifacts.",
            )
            .key(JobsWrite)
            .answer(Answer::empty(204, "It is gone."))
            .fails(&[NotFound, JobNotTerminal]),
            file(get(
                "/api/open/v1/jobs/{jobId}/result",
                "getResult",
                "Get the result of a job",
                "What was found in the documents. Its bytes never change. A job that failed, was cancelled or expired has none.",
            )
            .key(JobsRead)
            .header(range())
            .header(if_none_match())
            .fails(&[ResultNotReady]), Content::json::<ResultV1>(result())),
            file(get(
                "/results/{jobId}",
                "getLinkedResult",
                "Get a result by its link",
                "The `resultUrl` of a job: needs no key, and is good for an hour from when the job was read.",
            )
            .query::<LinkToken>(json!({ "token": super::examples::UPLOAD_TOKEN }))
            .header(range())
            .header(if_none_match())
            .fails(&[ResultNotReady]), Content::json::<ResultV1>(result())),
            listen_to_job(),
            listen_as_person(),
        ],
    }
}

fn create_job() -> Operation {
    let mut answer = json!({
        "job": job("awaiting_uploads"),
        "webhookSigningSecret": "wss_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
    });
    if let Some(Value::Object(limits)) = answer.get_mut("job") {
        let end = json!("2026-12-01T10:00:00.000Z");
        limits.insert("expiresAt".to_owned(), end);
    }
    post(
        "/api/open/v1/projects/{projectId}/jobs",
        "createJob",
        "Create a job",
        "Makes a job that waits for its files. With a `webhookUrl`, each change of its status is posted there, signed with the `webhookSigningSecret` that only this first answer holds.",
    )
    .key(JobsWrite)
    .header(idempotency_key())
    .optional_json::<NewJob>(json!({
        "externalId": "tower-a",
        "webhookUrl": "https://hooks.example.com/plangrep",
    }))
    .answers::<AnsweredJob>(202, "The job.", answer)
    .fails(&[
        NotFound,
        ProjectNotReady,
        IdempotencyInProgress,
        IdempotencyKeyReused,
    ])
}

/// Adds the answers of a file that can be asked for in part.
pub fn file(operation: Operation, content: Content) -> Operation {
    let fields = [Field::ETag, Field::AcceptRanges, Field::ContentDisposition];
    let part = Content::bytes(content.media);
    operation
        .answer(Answer::empty(200, "The bytes.").with(&fields).of(content))
        .answer(
            Answer::empty(206, "The range of bytes that was asked for.")
                .with(&fields)
                .with(&[Field::ContentRange])
                .of(part),
        )
        .answer(
            Answer::empty(304, "You have these bytes.").with(&[Field::ETag, Field::AcceptRanges]),
        )
        .fails(&[NotFound, Expired, RangeNotSatisfiable])
}

fn stream(operation: Operation) -> Operation {
    let example = format!(
        "id: 5\nevent: job.status_changed\ndata: {}\n\n",
        status_changed()
    );
    // Without a type: tools take it for the whole stream, or for each of its events.
    let mut events = Content::bytes("text/event-stream");
    events.example = json!(example);
    operation
        .header(last_event_id())
        .answer(
            Answer::empty(
                200,
                "The events, until the job is over or the listener may no longer listen.",
            )
            .of(events),
        )
        .answer(Answer::empty(
            204,
            "The job is over and everything was told; do not connect again.",
        ))
        .fails(&[NotFound, InvalidRequest])
}

const EVENTS: &str = "Server-sent events. `job.status_changed` comes with an `id` for each change of the job's status, and its data is that of the webhook of the same name; `job.progress` comes in between, without an `id`, with the job as it is. A stream ends after the last change. Connect again with the last `id` in `Last-Event-ID`, and what came in between is told.";

fn listen_to_job() -> Operation {
    stream(
        get(
            "/api/open/v1/jobs/{jobId}/events",
            "listenToJob",
            "Listen to a job",
            EVENTS,
        )
        .key(JobsRead),
    )
}

fn listen_as_person() -> Operation {
    stream(
        get(
            "/projects/{projectId}/jobs/{jobId}/events",
            "listenAsPerson",
            "Listen to a job as a person",
            EVENTS,
        )
        .behind(Door::Session),
    )
}
