//! Whose turn it is, and the leases under which work is done. A lease that lapses gives the work
//! back, so that whoever is killed loses nothing.
//!
//! Transactions that change a job take its row first, then its pages, then the workspace's.

use std::ops::RangeInclusive;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::store::{FileRow, JobRow, PageRow};
use super::{PageStatus, Status};
use crate::clock::{SECOND, Time};
use crate::db::Conn;
use crate::db::schema::{files, jobs, pages, workspaces};
use crate::documents::PageKind;
use crate::error::Result;
use crate::id;

/// How long claimed work is out of others' reach unless the claim is renewed.
pub const LEASE: i64 = 20 * SECOND;
/// How many pages are claimed together to be read: opening a large file takes a while.
const READ_AT_ONCE: RangeInclusive<i64> = 1..=8;
/// And to be looked at, which takes a tenth of the time: for fewer no reader is worth its start.
const SEEN_AT_ONCE: RangeInclusive<i64> = 8..=64;

/// What a worker does next, under a lease whose owner is named here.
#[derive(Clone, Debug)]
pub struct Turn {
    pub owner: String,
    pub job: JobRow,
    pub work: Work,
}

#[derive(Clone, Debug)]
pub enum Work {
    /// Open the job's files, and reserve for them when all pages have been looked at.
    Preflight,
    /// Look at listed pages of one file whose numbers follow each other.
    Survey(Box<FileRow>, Vec<PageRow>),
    /// Read pages of one file whose numbers follow each other.
    Pages(Box<FileRow>, Vec<PageRow>),
    /// Build the result.
    Finish,
}

impl Work {
    /// What pages that a turn holds are until it has done its work; none where it holds the job.
    fn held_pages(&self) -> Option<PageStatus> {
        match self {
            Self::Survey(..) => Some(PageStatus::Listed),
            Self::Pages(..) => Some(PageStatus::Pending),
            Self::Preflight | Self::Finish => None,
        }
    }
}

/// The job whose turn it is: workspaces take turns, and so do the jobs of each.
pub fn next(connection: &mut Conn, now: Time) -> Result<Option<JobRow>> {
    // Those that pages keep from the next step, and those of them that nobody holds.
    let waiting = |status| {
        pages::table
            .filter(pages::job_id.eq(jobs::id))
            .filter(pages::status.eq(status))
    };
    let free = |status| waiting(status).filter(pages::lease_until.le(now));
    Ok(jobs::table
        .inner_join(workspaces::table)
        .filter(jobs::lease_until.le(now))
        .filter(
            jobs::status
                .eq(Status::Preflighting)
                .and(exists(free(PageStatus::Listed)).or(not(exists(waiting(PageStatus::Listed)))))
                .or(jobs::status.eq(Status::Processing).and(
                    exists(free(PageStatus::Pending)).or(not(exists(waiting(PageStatus::Pending)))),
                )),
        )
        .order((workspaces::served_at, jobs::served_at, jobs::id))
        .select(JobRow::as_select())
        .first(connection)
        .optional()?)
}

/// Takes the next piece of a job's work; none when others were faster.
pub fn take(connection: &mut Conn, job: &JobRow, now: Time) -> Result<Option<Turn>> {
    let is_served = diesel::update(jobs::table)
        .filter(jobs::id.eq(&job.id))
        .filter(jobs::status.eq(job.status))
        .filter(jobs::lease_until.le(now))
        .set(jobs::served_at.eq(now))
        .execute(connection)?;
    if is_served == 0 {
        return Ok(None);
    }
    let owner = id::new(id::Kind::Row);
    let (status, at_once, after_all) = match job.status {
        Status::Preflighting => (PageStatus::Listed, SEEN_AT_ONCE, Work::Preflight),
        _ => (PageStatus::Pending, READ_AT_ONCE, Work::Finish),
    };
    let work = match take_pages(connection, (&job.id, status, at_once), &owner, now)? {
        Some((file, pages)) if status == PageStatus::Listed => Some(Work::Survey(file, pages)),
        Some((file, pages)) => Some(Work::Pages(file, pages)),
        None if has_pages(connection, &job.id, status)? => None,
        None => hold_job(connection, &job.id, &owner, now)?.then_some(after_all),
    };
    let Some(work) = work else {
        return Ok(None);
    };
    diesel::update(workspaces::table.filter(workspaces::id.eq(&job.workspace_id)))
        .set(workspaces::served_at.eq(now))
        .execute(connection)?;
    Ok(Some(Turn {
        owner,
        job: job.clone(),
        work,
    }))
}

fn hold_job(connection: &mut Conn, job_id: &str, owner: &str, now: Time) -> Result<bool> {
    let held = diesel::update(jobs::table)
        .filter(jobs::id.eq(job_id))
        .filter(jobs::lease_until.le(now))
        .set((
            jobs::lease_owner.eq(owner),
            jobs::lease_until.eq(now.plus(LEASE)),
        ))
        .execute(connection)?;
    Ok(held == 1)
}

/// Pages that nobody holds: the first ones of a file, as many as leave work for others too.
fn take_pages(
    connection: &mut Conn,
    (job_id, status, at_once): (&str, PageStatus, RangeInclusive<i64>),
    owner: &str,
    now: Time,
) -> Result<Option<(Box<FileRow>, Vec<PageRow>)>> {
    let free = || {
        pages::table
            .filter(pages::job_id.eq(job_id))
            .filter(pages::status.eq(status))
            .filter(pages::lease_until.le(now))
    };
    let count: i64 = free().count().get_result(connection)?;
    let most = ((count + 3) / 4).clamp(*at_once.start(), *at_once.end());
    let mut found: Vec<PageRow> = free()
        .order((pages::file_id, pages::page_number))
        .limit(most)
        .select(PageRow::as_select())
        .load(connection)?;
    let Some(first) = found.first().cloned() else {
        return Ok(None);
    };
    let mut number = first.page_number;
    let run = found
        .iter()
        .take_while(|page| {
            let follows = page.file_id == first.file_id && page.page_number == number;
            number += 1;
            follows
        })
        .count();
    found.truncate(run);
    let mut ids: Vec<&str> = found.iter().map(|page| page.id.as_str()).collect();
    ids.sort_unstable();
    let until = now.plus(LEASE);
    diesel::update(pages::table)
        .filter(pages::id.eq_any(ids))
        .set((pages::lease_owner.eq(owner), pages::lease_until.eq(until)))
        .execute(connection)?;
    let file = files::table
        .filter(files::id.eq(&first.file_id))
        .select(FileRow::as_select())
        .first(connection)?;
    Ok(Some((Box::new(file), found)))
}

/// Whether a job has pages of a status.
pub fn has_pages(connection: &mut Conn, job_id: &str, status: PageStatus) -> Result<bool> {
    let found = pages::table
        .filter(pages::job_id.eq(job_id))
        .filter(pages::status.eq(status));
    Ok(diesel::select(exists(found)).get_result(connection)?)
}

/// Prolongs what an owner holds until `until`; false when nothing of it is theirs any more, or the
/// job is in another state by now.
pub fn renew(connection: &mut Conn, turn: &Turn, until: Time) -> Result<bool> {
    if !is_in_status(connection, &turn.job)? {
        return Ok(false);
    }
    let renewed = match turn.work.held_pages() {
        Some(status) => diesel::update(pages::table)
            .filter(pages::job_id.eq(&turn.job.id))
            .filter(pages::lease_owner.eq(&turn.owner))
            .filter(pages::status.eq(status))
            .set(pages::lease_until.eq(until))
            .execute(connection)?,
        None => diesel::update(jobs::table)
            .filter(jobs::id.eq(&turn.job.id))
            .filter(jobs::lease_owner.eq(&turn.owner))
            .set(jobs::lease_until.eq(until))
            .execute(connection)?,
    };
    Ok(renewed > 0)
}

/// Whether a job is still in the state in which it was claimed.
pub fn is_in_status(connection: &mut Conn, job: &JobRow) -> Result<bool> {
    let found: Option<Status> = jobs::table
        .filter(jobs::id.eq(&job.id))
        .select(jobs::status)
        .first(connection)
        .optional()?;
    Ok(found == Some(job.status))
}

/// Takes a job's row for the rest of the transaction; false when it is in another state by now.
pub fn lock(connection: &mut Conn, job: &JobRow) -> Result<bool> {
    let locked = diesel::update(jobs::table)
        .filter(jobs::id.eq(&job.id))
        .filter(jobs::status.eq(job.status))
        .set(jobs::served_at.eq(jobs::served_at))
        .execute(connection)?;
    Ok(locked == 1)
}

/// Whether a page is pending and its owner's: to be asked under the job's lock.
pub fn holds_page(connection: &mut Conn, page_id: &str, owner: &str) -> Result<bool> {
    let held = pages::table
        .filter(pages::id.eq(page_id))
        .filter(pages::lease_owner.eq(owner))
        .filter(pages::status.eq(PageStatus::Pending));
    Ok(diesel::select(exists(held)).get_result(connection)?)
}

/// What a page that was read cost and told.
pub struct Read<'a> {
    pub reading: &'a str,
    pub kind: PageKind,
    pub credits: i64,
    pub discipline: Option<&'a str>,
}

/// Ends a page that was read, and counts it.
pub fn end_read(connection: &mut Conn, page: &PageRow, read: &Read<'_>, now: Time) -> Result<()> {
    diesel::update(pages::table.filter(pages::id.eq(&page.id)))
        .set((
            pages::status.eq(PageStatus::Done),
            pages::kind.eq(read.kind.as_str()),
            pages::credits.eq(read.credits),
            pages::reading.eq(read.reading),
            pages::discipline.eq(read.discipline),
            pages::lease_owner.eq(None::<String>),
            pages::updated_at.eq(now),
        ))
        .execute(connection)?;
    diesel::update(jobs::table.filter(jobs::id.eq(&page.job_id)))
        .set((
            jobs::successful_page_count.eq(jobs::successful_page_count + 1),
            jobs::credits_debited.eq(jobs::credits_debited + read.credits),
            jobs::interruptions.eq(0),
            jobs::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends a page that cannot be read.
pub fn end_failed(
    connection: &mut Conn,
    page: &PageRow,
    error: (&str, &str),
    now: Time,
) -> Result<()> {
    diesel::update(pages::table.filter(pages::id.eq(&page.id)))
        .set((
            pages::status.eq(PageStatus::Failed),
            pages::error_code.eq(error.0),
            pages::error_message.eq(error.1),
            pages::lease_owner.eq(None::<String>),
            pages::updated_at.eq(now),
        ))
        .execute(connection)?;
    touch(connection, &page.job_id, now)
}

/// Notes that a reader stopped on a page, and gives the page back.
pub fn note_crash(connection: &mut Conn, page: &PageRow, now: Time) -> Result<()> {
    diesel::update(pages::table.filter(pages::id.eq(&page.id)))
        .set((
            pages::crashes.eq(pages::crashes + 1),
            pages::lease_owner.eq(None::<String>),
            pages::lease_until.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that a page costs more than was reserved for it, and gives all pages of its job back.
pub fn reprice(connection: &mut Conn, page: &PageRow, read: &Read<'_>, now: Time) -> Result<()> {
    diesel::update(pages::table.filter(pages::id.eq(&page.id)))
        .set((
            pages::kind.eq(read.kind.as_str()),
            pages::credits.eq(read.credits),
        ))
        .execute(connection)?;
    diesel::update(pages::table)
        .filter(pages::job_id.eq(&page.job_id))
        .filter(pages::status.eq(PageStatus::Pending))
        .set((
            pages::lease_owner.eq(None::<String>),
            pages::lease_until.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

fn touch(connection: &mut Conn, job_id: &str, now: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set(jobs::updated_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Puts more credits aside for a job.
pub fn add_reservation(connection: &mut Conn, job_id: &str, credits: i64) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set(jobs::credits_reserved.eq(jobs::credits_reserved + credits))
        .execute(connection)?;
    Ok(())
}

pub fn set_page_count(connection: &mut Conn, job_id: &str, page_count: i64) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set(jobs::page_count.eq(page_count))
        .execute(connection)?;
    Ok(())
}

/// Ends the job's own lease: its preflight is over, or waits for its pages.
pub fn release(connection: &mut Conn, job_id: &str, now: Time) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(job_id)))
        .set((
            jobs::lease_owner.eq(None::<String>),
            jobs::lease_until.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that something of ours interrupted a turn, and lets the job rest, unless another turn has
/// noted it already.
pub fn note_interruption(connection: &mut Conn, job: &JobRow, until: Time) -> Result<()> {
    diesel::update(jobs::table)
        .filter(jobs::id.eq(&job.id))
        .filter(jobs::interruptions.eq(job.interruptions))
        .set((
            jobs::interruptions.eq(jobs::interruptions + 1),
            jobs::lease_owner.eq(None::<String>),
            jobs::lease_until.eq(until),
        ))
        .execute(connection)?;
    Ok(())
}

/// Gives back what an owner holds.
pub fn give_back(connection: &mut Conn, turn: &Turn, now: Time) -> Result<()> {
    match turn.work.held_pages() {
        Some(status) => {
            diesel::update(pages::table)
                .filter(pages::job_id.eq(&turn.job.id))
                .filter(pages::lease_owner.eq(&turn.owner))
                .filter(pages::status.eq(status))
                .set((
                    pages::lease_owner.eq(None::<String>),
                    pages::lease_until.eq(now),
                ))
                .execute(connection)?;
        }
        None => {
            diesel::update(jobs::table)
                .filter(jobs::id.eq(&turn.job.id))
                .filter(jobs::lease_owner.eq(&turn.owner))
                .set((
                    jobs::lease_owner.eq(None::<String>),
                    jobs::lease_until.eq(now),
                ))
                .execute(connection)?;
        }
    }
    Ok(())
}
