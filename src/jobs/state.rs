//! The state machine of a job: one table of legal transitions, and the two functions that make
//! one. Each change is told: it becomes an event that webhooks and event streams deliver.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::JobView;
use super::store::{self, JobRow};
use super::views::RESULT_URL_PLACE;
use crate::blobs::Stored;
use crate::clock::Time;
use crate::credits::{self, Cause};
use crate::db::Conn;
use crate::db::schema::{job_transitions, jobs};
use crate::error::Result;
use crate::{id, webhooks};

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    ToSchema,
    serde::Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::EnumIter,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
#[schema(as = JobStatus)]
pub enum Status {
    Provisioning,
    AwaitingUploads,
    Uploading,
    Preflighting,
    BlockedInsufficientCredits,
    Processing,
    Completed,
    CompletedWithErrors,
    Failed,
    Cancelled,
    Expired,
}
crate::db::columns::stored_by_name!(Status);

impl Status {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What may follow; nothing follows a terminal state.
    pub fn next(self) -> &'static [Self] {
        use Status::{
            AwaitingUploads, BlockedInsufficientCredits, Cancelled, Completed, CompletedWithErrors,
            Expired, Failed, Preflighting, Processing, Provisioning, Uploading,
        };
        match self {
            Provisioning => &[AwaitingUploads, Cancelled, Expired],
            AwaitingUploads => &[Uploading, Cancelled, Expired],
            Uploading => &[Preflighting, Cancelled, Expired],
            Preflighting => &[
                Processing,
                BlockedInsufficientCredits,
                Failed,
                Cancelled,
                Expired,
            ],
            Processing => &[
                Completed,
                CompletedWithErrors,
                BlockedInsufficientCredits,
                Failed,
                Cancelled,
                Expired,
            ],
            BlockedInsufficientCredits => &[Preflighting, Cancelled, Expired],
            Completed | CompletedWithErrors | Failed | Cancelled | Expired => &[],
        }
    }

    pub fn is_terminal(self) -> bool {
        self.next().is_empty()
    }

    pub fn takes_uploads(self) -> bool {
        matches!(self, Self::AwaitingUploads | Self::Uploading)
    }

    /// All states that something follows.
    pub fn unfinished() -> Vec<Self> {
        use strum::IntoEnumIterator;
        Self::iter()
            .filter(|status| !status.is_terminal())
            .collect()
    }
}

#[derive(Insertable)]
#[diesel(table_name = job_transitions)]
struct Transition<'a> {
    id: String,
    job_id: &'a str,
    sequence: i64,
    from_status: Option<Status>,
    to_status: Status,
    happened_at: Time,
    event: String,
}

/// What webhooks and event streams deliver: one change of a job's status.
#[derive(Serialize, ToSchema)]
#[schema(as = JobStatusChanged)]
pub struct Event {
    r#type: &'static str,
    timestamp: Time,
    data: EventData,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobStatusChangedData)]
pub struct EventData {
    job: JobView,
    previous_status: Status,
    sequence: i64,
}

/// How a job ends.
pub enum Ending<'a> {
    /// With a result, which tells its own end.
    Result {
        to: Status,
        blob: &'a str,
        stored: &'a Stored,
        expires_at: Time,
    },
    /// Code and message.
    Failed(&'a str, &'a str),
    Cancelled,
    Expired,
}

impl Ending<'_> {
    fn to(&self) -> Status {
        match self {
            Self::Result { to, .. } => *to,
            Self::Failed(..) => Status::Failed,
            Self::Cancelled => Status::Cancelled,
            Self::Expired => Status::Expired,
        }
    }
}

/// Tells of a job that was inserted just now: its provisioning is over by then.
pub fn begin(connection: &mut Conn, job_id: &str, now: Time) -> Result<()> {
    note(connection, job_id, Status::Provisioning, now)
}

/// Moves a job from one state to another that is not its end, by compare-and-set; false, and
/// nothing changed, when the job is no longer in `from` or the table does not allow it.
pub fn advance(
    connection: &mut Conn,
    job_id: &str,
    from: Status,
    to: Status,
    now: Time,
) -> Result<bool> {
    if !from.next().contains(&to) || to.is_terminal() {
        return Ok(false);
    }
    let changed = diesel::update(jobs::table)
        .filter(jobs::id.eq(job_id))
        .filter(jobs::status.eq(from))
        .set((jobs::status.eq(to), jobs::updated_at.eq(now)))
        .execute(connection)?;
    if changed == 1 {
        note(connection, job_id, from, now)?;
    }
    Ok(changed == 1)
}

/// Ends a job, which is kept from here on as long as the workspace keeps results; what is left of
/// its reservation returns. False, and nothing changed, when the job is no longer in the state that
/// the row tells, or the table does not allow it.
pub fn end(connection: &mut Conn, job: &JobRow, ending: &Ending<'_>, now: Time) -> Result<bool> {
    let to = ending.to();
    if !job.status.next().contains(&to) || !to.is_terminal() {
        return Ok(false);
    }
    let (result, expires_at) = match ending {
        Ending::Result {
            blob,
            stored,
            expires_at,
            ..
        } => (Some((*blob, *stored)), *expires_at),
        _ => {
            let terms = store::terms(connection, &job.workspace_id)?;
            (None, terms.kept_until(now))
        }
    };
    let error = match ending {
        Ending::Failed(code, message) => Some((*code, *message)),
        _ => None,
    };
    let changed = diesel::update(jobs::table)
        .filter(jobs::id.eq(&job.id))
        .filter(jobs::status.eq(job.status))
        .set((
            jobs::status.eq(to),
            jobs::updated_at.eq(now),
            jobs::completed_at.eq(now),
            jobs::expires_at.eq(expires_at),
            jobs::error_code.eq(error.map(|(code, _)| code)),
            jobs::error_message.eq(error.map(|(_, message)| message)),
            jobs::result_blob.eq(result.map(|(blob, _)| blob)),
            jobs::result_size.eq(result.map(|(_, stored)| stored.size)),
            jobs::result_sha256.eq(result.map(|(_, stored)| stored.sha256.as_str())),
            jobs::lease_owner.eq(None::<String>),
        ))
        .execute(connection)?;
    if changed == 0 {
        return Ok(false);
    }
    // Read now that the row is this transaction's: no page can be debited any more.
    let ended = store::any_job(connection, &job.id)?;
    credits::release(connection, cause_of(&ended), ended.credits_held(), now)?;
    note(connection, &job.id, job.status, now)?;
    Ok(true)
}

/// What a job's changes of credits are for.
pub fn cause_of(job: &JobRow) -> Cause<'_> {
    Cause {
        workspace_id: &job.workspace_id,
        project_id: Some(&job.project_id),
        job_id: Some(&job.id),
        page_id: None,
    }
}

/// Writes the event of a change that the job's row shows already.
fn note(connection: &mut Conn, job_id: &str, from: Status, now: Time) -> Result<()> {
    let job = store::any_job(connection, job_id)?;
    let files = store::files_of(connection, job_id)?;
    let last: Option<i64> = job_transitions::table
        .filter(job_transitions::job_id.eq(job_id))
        .select(diesel::dsl::max(job_transitions::sequence))
        .first(connection)?;
    let sequence = last.unwrap_or(0) + 1;
    let (to, workspace_id, has_webhook) = (
        job.status,
        job.workspace_id.clone(),
        job.webhook_url.is_some(),
    );
    let result_url = job
        .result_blob
        .as_ref()
        .map(|_| RESULT_URL_PLACE.to_owned());
    let event = Event {
        r#type: "job.status_changed",
        timestamp: now,
        data: EventData {
            job: JobView::new(job, files, result_url),
            previous_status: from,
            sequence,
        },
    };
    diesel::insert_into(job_transitions::table)
        .values(&Transition {
            id: id::new(id::Kind::Row),
            job_id,
            sequence,
            from_status: Some(from),
            to_status: to,
            happened_at: now,
            event: serde_json::to_string(&event)?,
        })
        .execute(connection)?;
    if has_webhook {
        webhooks::queue(connection, &workspace_id, job_id, sequence, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_state_but_the_first_is_reached_and_the_end_is_frozen() {
        for status in Status::iter().filter(|status| *status != Status::Provisioning) {
            assert!(
                Status::iter().any(|from| from.next().contains(&status)),
                "{status:?}"
            );
        }
        let ends: Vec<_> = Status::iter()
            .filter(|status| status.is_terminal())
            .collect();
        assert_eq!(
            ends,
            [
                Status::Completed,
                Status::CompletedWithErrors,
                Status::Failed,
                Status::Cancelled,
                Status::Expired,
            ]
        );
    }

    #[test]
    fn whatever_is_not_over_can_be_cancelled_and_expires() {
        for status in Status::unfinished() {
            assert!(status.next().contains(&Status::Cancelled), "{status:?}");
            assert!(status.next().contains(&Status::Expired), "{status:?}");
        }
    }
}
