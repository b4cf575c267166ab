//! The state machine of a job: one table of legal transitions, and the one function that makes one.

use diesel::prelude::*;
use serde::Serialize;

use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{job_transitions, jobs};
use crate::error::Result;
use crate::id;

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::EnumIter,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Status {
    AwaitingUploads,
    Uploading,
    Preflighting,
    BlockedInsufficientCredits,
    Processing,
    Completed,
    CompletedWithErrors,
    Failed,
}
crate::db::columns::stored_by_name!(Status);

impl Status {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What may follow; nothing follows a terminal state.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::AwaitingUploads => &[Self::Uploading],
            Self::Uploading => &[Self::Preflighting],
            Self::Preflighting => &[
                Self::Processing,
                Self::BlockedInsufficientCredits,
                Self::Failed,
            ],
            Self::BlockedInsufficientCredits => &[Self::Preflighting],
            Self::Processing => &[Self::Completed, Self::CompletedWithErrors, Self::Failed],
            Self::Completed | Self::CompletedWithErrors | Self::Failed => &[],
        }
    }

    pub fn is_terminal(self) -> bool {
        self.next().is_empty()
    }

    pub fn takes_uploads(self) -> bool {
        matches!(self, Self::AwaitingUploads | Self::Uploading)
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
}

/// Notes the state that a job begins with.
pub fn begin(connection: &mut Conn, job_id: &str, status: Status, now: Time) -> Result<()> {
    note(connection, job_id, None, status, now)
}

/// Moves a job from one state to another by compare-and-set; false when the job is no longer in
/// `from`, or the table does not allow it.
pub fn advance(
    connection: &mut Conn,
    job_id: &str,
    from: Status,
    to: Status,
    now: Time,
) -> Result<bool> {
    if !from.next().contains(&to) {
        return Ok(false);
    }
    let changed = diesel::update(jobs::table)
        .filter(jobs::id.eq(job_id))
        .filter(jobs::status.eq(from))
        .set((jobs::status.eq(to), jobs::updated_at.eq(now)))
        .execute(connection)?;
    if changed == 1 {
        note(connection, job_id, Some(from), to, now)?;
    }
    Ok(changed == 1)
}

fn note(
    connection: &mut Conn,
    job_id: &str,
    from: Option<Status>,
    to: Status,
    now: Time,
) -> Result<()> {
    let last: Option<i64> = job_transitions::table
        .filter(job_transitions::job_id.eq(job_id))
        .select(diesel::dsl::max(job_transitions::sequence))
        .first(connection)?;
    diesel::insert_into(job_transitions::table)
        .values(&Transition {
            id: id::new(id::Kind::Row),
            job_id,
            sequence: last.unwrap_or(0) + 1,
            from_status: from,
            to_status: to,
            happened_at: now,
        })
        .execute(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_state_but_the_first_is_reached_and_the_end_is_frozen() {
        for status in Status::iter().filter(|status| *status != Status::AwaitingUploads) {
            assert!(
                Status::iter().any(|from| from.next().contains(&status)),
                "{status:?}"
            );
        }
        for status in [
            Status::Completed,
            Status::CompletedWithErrors,
            Status::Failed,
        ] {
            assert!(status.is_terminal());
        }
        assert!(!Status::BlockedInsufficientCredits.is_terminal());
    }
}
