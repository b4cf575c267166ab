//! The tables of deliveries and their attempts.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::sender::Outcome;
use super::{Attempt, Row, Status, Verdict};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{job_transitions, jobs, projects, webhook_attempts, webhook_deliveries};
use crate::error::Result;
use crate::id;

#[derive(Insertable)]
#[diesel(table_name = webhook_deliveries)]
struct NewDelivery<'a> {
    id: String,
    workspace_id: &'a str,
    job_id: &'a str,
    sequence: i64,
    status: Status,
    attempts: i32,
    next_attempt_at: Time,
    created_at: Time,
}

/// Queues the webhook of a status change inside the transaction that makes the change.
pub fn queue(
    connection: &mut Conn,
    workspace_id: &str,
    job_id: &str,
    sequence: i64,
    now: Time,
) -> Result<()> {
    diesel::insert_into(webhook_deliveries::table)
        .values(&NewDelivery {
            id: id::new(id::Kind::Event),
            workspace_id,
            job_id,
            sequence,
            status: Status::Waiting,
            attempts: 0,
            next_attempt_at: now,
            created_at: now,
        })
        .execute(connection)?;
    Ok(())
}

/// Deliveries of one job that are this process's to send, in order, until `until`.
pub struct Batch {
    pub job_id: String,
    pub url: String,
    pub events: Vec<Claimed>,
    pub until: Time,
}

pub struct Claimed {
    pub id: String,
    /// Attempts since it was queued or sent again by a person.
    pub attempts: i32,
    /// Empty when the change is no longer known.
    pub body: String,
}

/// What is being sent already, and so is left alone.
#[derive(Default)]
pub struct Busy {
    pub jobs: Vec<String>,
    pub urls: Vec<String>,
}

/// Claims what is due of the job that has waited longest, at most `most` deliveries.
pub fn claim(
    connection: &mut Conn,
    busy: &Busy,
    most: i64,
    now: Time,
    until: Time,
) -> Result<Option<Batch>> {
    loop {
        let next: Option<(String, Option<String>)> = webhook_deliveries::table
            .inner_join(jobs::table)
            .filter(webhook_deliveries::status.eq(Status::Waiting))
            .filter(webhook_deliveries::next_attempt_at.le(now))
            .filter(webhook_deliveries::job_id.ne_all(&busy.jobs))
            .filter(jobs::webhook_url.assume_not_null().ne_all(&busy.urls))
            .order((webhook_deliveries::next_attempt_at, webhook_deliveries::id))
            .select((webhook_deliveries::job_id, jobs::webhook_url))
            .first(connection)
            .optional()?;
        let Some((job_id, url)) = next else {
            return Ok(None);
        };
        let events = claim_of_job(connection, &job_id, most, now, until)?;
        // None: another process was faster, and what it took is no longer due.
        if !events.is_empty() {
            return Ok(Some(Batch {
                job_id,
                url: url.unwrap_or_default(),
                events,
                until,
            }));
        }
    }
}

fn claim_of_job(
    connection: &mut Conn,
    job_id: &str,
    most: i64,
    now: Time,
    until: Time,
) -> Result<Vec<Claimed>> {
    let due: Vec<(String, i64, i32, Time)> = webhook_deliveries::table
        .filter(webhook_deliveries::job_id.eq(job_id))
        .filter(webhook_deliveries::status.eq(Status::Waiting))
        .filter(webhook_deliveries::next_attempt_at.le(now))
        .order(webhook_deliveries::sequence)
        .limit(most)
        .select((
            webhook_deliveries::id,
            webhook_deliveries::sequence,
            webhook_deliveries::attempts,
            webhook_deliveries::next_attempt_at,
        ))
        .load(connection)?;
    let mut events = Vec::with_capacity(due.len());
    for (id, sequence, attempts, next_attempt_at) in due {
        let taken = diesel::update(webhook_deliveries::table)
            .filter(webhook_deliveries::id.eq(&id))
            .filter(webhook_deliveries::status.eq(Status::Waiting))
            .filter(webhook_deliveries::next_attempt_at.eq(next_attempt_at))
            .set(webhook_deliveries::next_attempt_at.eq(until))
            .execute(connection)?;
        if taken == 1 {
            let body = event(connection, job_id, sequence)?;
            events.push(Claimed { id, attempts, body });
        }
    }
    Ok(events)
}

/// The body of a change's webhook; empty when the change is no longer known.
pub fn event(connection: &mut Conn, job_id: &str, sequence: i64) -> Result<String> {
    Ok(job_transitions::table
        .filter(job_transitions::job_id.eq(job_id))
        .filter(job_transitions::sequence.eq(sequence))
        .select(job_transitions::event)
        .first(connection)
        .optional()?
        .unwrap_or_default())
}

/// Gives back what was claimed and has not been settled.
pub fn hand_back(connection: &mut Conn, job_id: &str, until: Time, now: Time) -> Result<()> {
    diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::job_id.eq(job_id))
        .filter(webhook_deliveries::status.eq(Status::Waiting))
        .filter(webhook_deliveries::next_attempt_at.eq(until))
        .set(webhook_deliveries::next_attempt_at.eq(now))
        .execute(connection)?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = webhook_attempts)]
struct NewAttempt<'a> {
    id: String,
    delivery_id: &'a str,
    attempted_at: Time,
    duration: i64,
    status_code: Option<i32>,
    problem: Option<&'a str>,
}

/// Notes an attempt and what follows from it. Nothing follows when the delivery is no longer this
/// process's: its lease ran out, or a person wants it sent again.
pub fn settle(
    connection: &mut Conn,
    claimed: &Claimed,
    until: Time,
    outcome: &Outcome,
    verdict: Verdict,
    (attempted_at, now): (Time, Time),
) -> Result<()> {
    diesel::insert_into(webhook_attempts::table)
        .values(&NewAttempt {
            id: id::new(id::Kind::Row),
            delivery_id: &claimed.id,
            attempted_at,
            duration: outcome.duration,
            status_code: outcome.status_code.map(i32::from),
            problem: outcome.problem.as_deref(),
        })
        .execute(connection)?;
    let (status, next_attempt_at, ended_at) = match verdict {
        Verdict::Delivered => (Status::Delivered, now, Some(now)),
        Verdict::GivenUp => (Status::GivenUp, now, Some(now)),
        Verdict::RetryAt(time) => (Status::Waiting, time, None),
    };
    diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::id.eq(&claimed.id))
        .filter(webhook_deliveries::status.eq(Status::Waiting))
        .filter(webhook_deliveries::next_attempt_at.eq(until))
        .set((
            webhook_deliveries::status.eq(status),
            webhook_deliveries::attempts.eq(claimed.attempts + 1),
            webhook_deliveries::next_attempt_at.eq(next_attempt_at),
            webhook_deliveries::ended_at.eq(ended_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Which deliveries are wanted.
pub enum Which<'a> {
    One(&'a str),
    /// The newest `limit`, of one job or of all, that are older than the delivery `before`.
    Page {
        job_id: Option<&'a str>,
        before: Option<&'a str>,
        limit: i64,
    },
}

type RowColumns = (
    webhook_deliveries::id,
    webhook_deliveries::job_id,
    projects::name,
    diesel::dsl::AssumeNotNull<jobs::webhook_url>,
    webhook_deliveries::sequence,
    job_transitions::to_status,
    webhook_deliveries::status,
    webhook_deliveries::next_attempt_at,
    webhook_deliveries::created_at,
    webhook_deliveries::ended_at,
);

/// Deliveries of a workspace, newest first, with how often each was tried.
pub fn rows(connection: &mut Conn, workspace_id: &str, which: &Which<'_>) -> Result<Vec<Row>> {
    let columns: RowColumns = (
        webhook_deliveries::id,
        webhook_deliveries::job_id,
        projects::name,
        jobs::webhook_url.assume_not_null(),
        webhook_deliveries::sequence,
        job_transitions::to_status,
        webhook_deliveries::status,
        webhook_deliveries::next_attempt_at,
        webhook_deliveries::created_at,
        webhook_deliveries::ended_at,
    );
    let mut query = webhook_deliveries::table
        .inner_join(jobs::table.inner_join(projects::table))
        .inner_join(
            job_transitions::table.on(job_transitions::job_id
                .eq(webhook_deliveries::job_id)
                .and(job_transitions::sequence.eq(webhook_deliveries::sequence))),
        )
        .filter(webhook_deliveries::workspace_id.eq(workspace_id))
        .filter(jobs::webhook_url.is_not_null())
        .filter(jobs::deleted_at.is_null())
        .into_boxed();
    match which {
        Which::One(id) => query = query.filter(webhook_deliveries::id.eq(*id)),
        Which::Page {
            job_id,
            before,
            limit,
        } => {
            if let Some(job_id) = job_id {
                query = query.filter(webhook_deliveries::job_id.eq(*job_id));
            }
            if let Some(before) = before {
                query = query.filter(webhook_deliveries::id.lt(*before));
            }
            query = query.limit(*limit);
        }
    }
    let mut rows: Vec<Row> = query
        .order(webhook_deliveries::id.desc())
        .select(columns)
        .load::<Stored>(connection)?
        .into_iter()
        .map(Row::from)
        .collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let counts: Vec<(String, i64)> = webhook_attempts::table
        .filter(webhook_attempts::delivery_id.eq_any(ids))
        .group_by(webhook_attempts::delivery_id)
        .select((webhook_attempts::delivery_id, count_star()))
        .load(connection)?;
    for row in &mut rows {
        let count = counts.iter().find(|(id, _)| *id == row.id);
        row.attempts = count.map_or(0, |(_, count)| *count);
    }
    Ok(rows)
}

#[derive(Queryable)]
struct Stored {
    id: String,
    job_id: String,
    project_name: String,
    url: String,
    sequence: i64,
    to_status: String,
    status: Status,
    next_attempt_at: Time,
    created_at: Time,
    ended_at: Option<Time>,
}

impl From<Stored> for Row {
    fn from(stored: Stored) -> Self {
        let host = url::Url::parse(&stored.url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        Self {
            id: stored.id,
            job_id: stored.job_id,
            project_name: stored.project_name,
            host: host.unwrap_or_default(),
            sequence: stored.sequence,
            to_status: stored.to_status,
            status: stored.status,
            attempts: 0,
            next_attempt_at: (stored.status == Status::Waiting).then_some(stored.next_attempt_at),
            created_at: stored.created_at,
            ended_at: stored.ended_at,
        }
    }
}

/// What was tried for a delivery, oldest first.
pub fn attempts(connection: &mut Conn, delivery_id: &str) -> Result<Vec<Attempt>> {
    Ok(webhook_attempts::table
        .filter(webhook_attempts::delivery_id.eq(delivery_id))
        .order((webhook_attempts::attempted_at, webhook_attempts::id))
        .select((
            webhook_attempts::attempted_at,
            webhook_attempts::duration,
            webhook_attempts::status_code,
            webhook_attempts::problem,
        ))
        .load(connection)?)
}

/// Begins a delivery anew, with the whole row of retries before it.
pub fn restart(connection: &mut Conn, id: &str, now: Time) -> Result<()> {
    diesel::update(webhook_deliveries::table.filter(webhook_deliveries::id.eq(id)))
        .set((
            webhook_deliveries::status.eq(Status::Waiting),
            webhook_deliveries::attempts.eq(0),
            webhook_deliveries::next_attempt_at.eq(now),
            webhook_deliveries::ended_at.eq(None::<Time>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Forgets what ended before an instant; at most `most` deliveries, and answers how many.
pub fn purge(connection: &mut Conn, before: Time, most: i64) -> Result<usize> {
    let ids: Vec<String> = webhook_deliveries::table
        .filter(webhook_deliveries::status.ne(Status::Waiting))
        .filter(webhook_deliveries::created_at.lt(before))
        .filter(webhook_deliveries::ended_at.assume_not_null().lt(before))
        .limit(most)
        .select(webhook_deliveries::id)
        .load(connection)?;
    diesel::delete(webhook_attempts::table)
        .filter(webhook_attempts::delivery_id.eq_any(&ids))
        .execute(connection)?;
    diesel::delete(webhook_deliveries::table)
        .filter(webhook_deliveries::id.eq_any(&ids))
        .execute(connection)?;
    Ok(ids.len())
}
