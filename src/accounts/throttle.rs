//! Slows guessing of passwords down: ten failures in 15 minutes for an address or an IP. Requests
//! for links by mail are counted the same way, each of them.

use diesel::prelude::*;

use super::too_many;
use crate::clock::{MINUTE, SECOND, Time};
use crate::db::schema::sign_in_failures as failures;
use crate::db::{Conn, lock_for_counting};
use crate::error::Result;

const WINDOW: i64 = 15 * MINUTE;
const MOST: i64 = 10;

/// Notes an attempt as failed for each subject, or refuses it when one of them has failed too
/// often: there were too many of `what` then. Forgets what is older than the window.
pub fn note_attempt(
    connection: &mut Conn,
    attempt: &str,
    subjects: &[String; 2],
    what: &str,
    now: Time,
) -> Result<()> {
    lock_for_counting(connection, "sign_in_failures")?;
    let since = now.plus(-WINDOW);
    diesel::delete(failures::table.filter(failures::failed_at.le(since))).execute(connection)?;
    for subject in subjects {
        // The tenth-last failure: a new try is allowed when that one leaves the window.
        let tenth: Option<Time> = failures::table
            .filter(failures::subject.eq(subject))
            .filter(failures::failed_at.gt(since))
            .order(failures::failed_at.desc())
            .offset(MOST - 1)
            .select(failures::failed_at)
            .first(connection)
            .optional()?;
        if let Some(tenth) = tenth {
            let wait = tenth.plus(WINDOW).0.saturating_sub(now.0);
            return Err(too_many(what, (wait / SECOND).max(1)));
        }
    }
    for (number, subject) in subjects.iter().enumerate() {
        diesel::insert_into(failures::table)
            .values((
                failures::id.eq(format!("{attempt}_{number}")),
                failures::subject.eq(subject),
                failures::failed_at.eq(now),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Changes nothing, at the price of a small write.
pub fn touch(connection: &mut Conn, attempt: &str, now: Time) -> Result<()> {
    diesel::update(failures::table.filter(failures::id.eq(format!("{attempt}_0"))))
        .set(failures::failed_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// A right password: the attempt was no failure, and the address's earlier ones are forgotten.
/// Those of the IP stay, or one good account would hide the guessing of others.
pub fn forgive(connection: &mut Conn, attempt: &str, address: &str) -> Result<()> {
    diesel::delete(
        failures::table.filter(
            failures::subject
                .eq(address)
                .or(failures::id.eq(format!("{attempt}_1"))),
        ),
    )
    .execute(connection)?;
    Ok(())
}
