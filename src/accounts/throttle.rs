//! Slows guessing of passwords down. Failures of the last 15 minutes count twice: for the network
//! that they come from, and for the address that they are about. The second bound is the higher
//! one, and does not hold for networks that the person is known from, or a stranger could lock
//! anyone out. Requests for links by mail are counted the same way, each of them.

use std::net::IpAddr;

use diesel::prelude::*;

use super::{Person, neighbourhood, too_many};
use crate::audit::{self, Action};
use crate::clock::{DAY, MINUTE, SECOND, Time};
use crate::db::schema::sign_in_failures as failures;
use crate::db::{Conn, lock_for_counting};
use crate::error::Result;

const WINDOW: i64 = 15 * MINUTE;
/// Failures from one network.
const MOST: i64 = 10;
/// Failures about one address: more than one network may make.
const MOST_OF_ADDRESS: i64 = 30;
/// How long a network from which someone has signed in is known as theirs.
const KNOWN: i64 = 90 * DAY;

/// What is counted: the address and the network, each as a digest.
pub type Subjects = [String; 2];

/// Notes an attempt as failed, or refuses it when there were too many of `what`. Forgets what is
/// older than the window. `person` is whom the address belongs to.
pub fn note_attempt(
    connection: &mut Conn,
    attempt: &str,
    subjects: &Subjects,
    (person, ip): (Option<&Person>, IpAddr),
    what: &str,
    now: Time,
) -> Result<()> {
    lock_for_counting(connection, "sign_in_failures")?;
    let since = now.plus(-WINDOW);
    diesel::delete(failures::table.filter(failures::failed_at.le(since))).execute(connection)?;
    let [address, network] = subjects;
    for (subject, most) in [(network, MOST), (address, MOST_OF_ADDRESS)] {
        // The last but so many: a new try is allowed when that one leaves the window.
        let oldest: Option<Time> = failures::table
            .filter(failures::subject.eq(subject))
            .filter(failures::failed_at.gt(since))
            .order(failures::failed_at.desc())
            .offset(most - 1)
            .select(failures::failed_at)
            .first(connection)
            .optional()?;
        let Some(oldest) = oldest else { continue };
        if subject == address && is_known(connection, person, ip, now)? {
            continue;
        }
        let wait = oldest.plus(WINDOW).0.saturating_sub(now.0);
        return Err(too_many(what, (wait / SECOND).max(1)));
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

/// Whether the person has signed in from that network, or set a new password by mail there.
fn is_known(connection: &mut Conn, person: Option<&Person>, ip: IpAddr, now: Time) -> Result<bool> {
    // Asked for nobody too, so that the time tells nothing of who is here.
    let id = person.map_or("", |person| &person.id);
    let actions = [Action::SessionStarted, Action::PasswordReset];
    let places = audit::places_of(connection, id, &actions, now.plus(-KNOWN))?;
    Ok(places
        .iter()
        .filter_map(|place| place.parse().ok())
        .any(|place| neighbourhood(place) == neighbourhood(ip)))
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

/// Forgets the failures about an address, for the networks that they came from too: whoever has
/// set a new password by mail has shown whose address it is.
pub fn clear(connection: &mut Conn, addresses: &[String]) -> Result<()> {
    let ids: Vec<String> = failures::table
        .filter(failures::subject.eq_any(addresses))
        .select(failures::id)
        .load(connection)?;
    let twins: Vec<String> = ids
        .iter()
        .filter_map(|id| Some(format!("{}_1", id.strip_suffix("_0")?)))
        .collect();
    diesel::delete(failures::table.filter(failures::id.eq_any(ids).or(failures::id.eq_any(twins))))
        .execute(connection)?;
    Ok(())
}
