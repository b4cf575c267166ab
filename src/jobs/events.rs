//! What happens to a job, for who listens: its changes of status, told as webhooks tell them, and
//! how far it is.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{JobView, Jobs, known_shape, own_job, store};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::job_transitions;
use crate::error::Result;
use crate::webhooks::RESULT_PLACE;

/// What a listener has not heard yet.
pub struct News {
    /// Sequence and JSON of each change of status, in order.
    pub changes: Vec<(i64, String)>,
    pub job: JobView,
}

/// How far a job is, as an event.
#[derive(Serialize, ToSchema)]
#[schema(as = JobProgress)]
struct Progress<'a> {
    r#type: &'static str,
    timestamp: Time,
    data: ProgressData<'a>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobProgressData)]
struct ProgressData<'a> {
    job: &'a JobView,
}

impl News {
    /// Whether nothing will follow.
    pub fn is_last(&self) -> bool {
        self.job.status.is_terminal()
    }

    /// The JSON of an event that tells how far the job is.
    pub fn progress(&self) -> Result<String> {
        Ok(serde_json::to_string(&Progress {
            r#type: "job.progress",
            timestamp: self.job.updated_at,
            data: ProgressData { job: &self.job },
        })?)
    }
}

impl Jobs {
    /// What happened to a job after a change of that sequence.
    pub async fn news(&self, workspace_id: &str, job_id: &str, after: i64) -> Result<News> {
        let job_id = known_shape(job_id)?;
        let workspace_id = workspace_id.to_owned();
        let (row, files, mut changes) = self
            .db
            .peek(move |connection| {
                let row = own_job(connection, &workspace_id, &job_id)?;
                let files = store::files_of(connection, &job_id)?;
                // After the row: what it says has been told by then, or is told now.
                let changes = changes(connection, &job_id, after)?;
                Ok((row, files, changes))
            })
            .await?;
        if row.result_blob.is_some() {
            let link = serde_json::to_string(&self.result_url(&row.id))?;
            for (_, event) in &mut changes {
                *event = event.replace(RESULT_PLACE, &format!("\"resultUrl\":{link}"));
            }
        }
        Ok(News {
            changes,
            job: self.view(row, files),
        })
    }
}

fn changes(connection: &mut Conn, job_id: &str, after: i64) -> Result<Vec<(i64, String)>> {
    Ok(job_transitions::table
        .filter(job_transitions::job_id.eq(job_id))
        .filter(job_transitions::sequence.gt(after))
        // Changes of before there were events have none.
        .filter(job_transitions::event.ne(""))
        .order(job_transitions::sequence)
        .select((job_transitions::sequence, job_transitions::event))
        .load(connection)?)
}
