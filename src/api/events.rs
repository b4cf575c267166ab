//! `GET /api/open/v1/jobs/{jobId}/events`: a job's changes as server-sent events (WHATWG HTML,
//! "Server-sent events"). The pages use the same stream.

use std::collections::VecDeque;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream::unfold;

use crate::app::Rooms;
use crate::error::{Error, Result};
use crate::http::{Caller, JobsRead, Member};

/// How often a stream looks for news,
const LOOK: Duration = Duration::from_secs(1);
/// and after how many looks without any it says that it is still there.
const LOOKS_A_SIGN: u32 = 15;

/// Who listens, and how it is found that they may no longer.
pub enum Listener {
    Key(String),
    Session(String),
}

impl Listener {
    async fn may_listen(&self, rooms: &Rooms) -> Result<bool> {
        match self {
            Self::Key(id) => rooms.keys.is_live(id).await,
            Self::Session(id) => rooms.accounts.is_session_live(id).await,
        }
    }
}

struct Stream {
    rooms: web::Data<Rooms>,
    listener: Listener,
    workspace_id: String,
    job_id: String,
    /// The last change that was told.
    sequence: i64,
    /// The last progress that was told.
    told: String,
    ready: VecDeque<Bytes>,
    quiet: u32,
    is_over: bool,
}

pub async fn listen_to_job(
    caller: Caller<JobsRead>,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    job_id: web::Path<String>,
) -> Result<HttpResponse> {
    let listener = Listener::Key(caller.key_id.clone());
    stream_job(
        rooms,
        listener,
        (&caller.workspace_id, None, &job_id),
        &request,
    )
    .await
}

/// The same for who is signed in: the page of a job listens.
pub async fn listen_as_person(
    member: Member,
    rooms: web::Data<Rooms>,
    request: HttpRequest,
    ids: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (project_id, job_id) = ids.into_inner();
    let listener = Listener::Session(member.session_id.clone());
    stream_job(
        rooms,
        listener,
        (&member.person.workspace_id, Some(&project_id), &job_id),
        &request,
    )
    .await
}

/// Answers with the events of a job, from the one after `Last-Event-ID` on, until the job is over
/// or the listener may no longer listen. Nothing is left to tell: 204, so that browsers stop
/// asking. The job is named by its workspace, its project where the URL says one, and its id.
async fn stream_job(
    rooms: web::Data<Rooms>,
    listener: Listener,
    (workspace_id, project_id, job_id): (&str, Option<&str>, &str),
    request: &HttpRequest,
) -> Result<HttpResponse> {
    let sequence = match request.headers().get("last-event-id") {
        None => 0,
        Some(value) => value
            .to_str()
            .ok()
            .and_then(|text| text.parse::<i64>().ok())
            .ok_or_else(|| Error::invalid("`Last-Event-ID` must be the id of an event."))?,
    };
    let news = rooms.jobs.news(workspace_id, job_id, sequence).await?;
    if project_id.is_some_and(|project_id| project_id != news.job.project_id) {
        return Err(Error::not_found("job"));
    }
    if news.is_last() && news.changes.is_empty() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let stream = Stream {
        rooms,
        listener,
        workspace_id: workspace_id.to_owned(),
        job_id: job_id.to_owned(),
        sequence,
        told: String::new(),
        ready: VecDeque::new(),
        quiet: 0,
        is_over: false,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Proxies hold small answers back otherwise.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(unfold(stream, |mut stream| async move {
            match stream.next().await {
                Ok(Some(bytes)) => Some((Ok::<_, Error>(bytes), stream)),
                Ok(None) => None,
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ended early");
                    None
                }
            }
        })))
}

impl Stream {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Ok(Some(bytes));
            }
            if self.is_over || !self.listener.may_listen(&self.rooms).await? {
                return Ok(None);
            }
            self.look().await?;
            if self.ready.is_empty() && !self.is_over {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    async fn look(&mut self) -> Result<()> {
        let jobs = &self.rooms.jobs;
        let news = jobs
            .news(&self.workspace_id, &self.job_id, self.sequence)
            .await?;
        for (sequence, event) in &news.changes {
            self.sequence = *sequence;
            let text = format!("id: {sequence}\nevent: job.status_changed\ndata: {event}\n\n");
            self.ready.push_back(text.into());
        }
        self.is_over = news.is_last();
        let job = &news.job;
        let progress = format!(
            "{} {} {:?}",
            job.page_count,
            job.successful_page_count,
            job.files.iter().map(|file| file.status).collect::<Vec<_>>()
        );
        if news.changes.is_empty() && progress != self.told && !self.told.is_empty() {
            let text = format!("event: job.progress\ndata: {}\n\n", news.progress()?);
            self.ready.push_back(text.into());
        }
        self.told = progress;
        self.quiet = match self.ready.is_empty() {
            true => self.quiet + 1,
            false => 0,
        };
        if self.quiet >= LOOKS_A_SIGN {
            self.quiet = 0;
            self.ready
                .push_back(Bytes::from_static(b": still here\n\n"));
        }
        Ok(())
    }
}
