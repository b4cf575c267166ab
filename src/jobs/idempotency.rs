//! `Idempotency-Key`: a request that is sent again gets the first answer again, for a day.
//!
//! A key is taken before the work, and its answer is stored in the transaction of the work, so
//! that a crash in between leaves neither. Until then others with the same key are told to wait.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::clock::{DAY, MINUTE, Time};
use crate::db::Conn;
use crate::db::schema::idempotency_keys;
use crate::error::{Code, Error, Result};
use crate::id;
use crate::secret::hexadecimal;

/// How long an answer is kept.
const KEPT: i64 = DAY;
/// How long the work of a request may take until another may try.
const LEASE: i64 = MINUTE;
/// The most characters of a key.
const LONGEST: usize = 256;

/// What a client calls a request: visible ASCII, 1 to 256 characters.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).unwrap_or_default().trim();
        let is_good = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        match is_good {
            true => Ok(Self(text.to_owned())),
            false => Err(Error::invalid(format!(
                "`Idempotency-Key` must have 1 to {LONGEST} characters of ASCII."
            ))),
        }
    }
}

/// One request under its key.
#[derive(Clone, Debug)]
pub struct Attempt {
    id: String,
    request_digest: String,
    owner: String,
}

/// What a request finds under its key.
pub enum Found {
    /// Nothing: the work is to be done, and its answer stored with [`complete`].
    Nothing,
    /// The answer of the first request.
    Answer(String),
}

impl Attempt {
    /// `resource` is the id that the request is about; `request` what it says.
    pub fn new(
        workspace_id: &str,
        route: &str,
        resource: &str,
        key: &IdempotencyKey,
        request: &[u8],
    ) -> Self {
        let mut hasher = Sha256::new();
        for part in [workspace_id, route, resource, &key.0] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self {
            id: hexadecimal(&hasher.finalize()),
            request_digest: hexadecimal(&Sha256::digest(request)),
            owner: id::new(id::Kind::Row),
        }
    }
}

type Row = (String, Time, Option<String>, Time);

fn row(connection: &mut Conn, id: &str) -> Result<Option<Row>> {
    Ok(idempotency_keys::table
        .filter(idempotency_keys::id.eq(id))
        .select((
            idempotency_keys::request_digest,
            idempotency_keys::lease_until,
            idempotency_keys::answer,
            idempotency_keys::created_at,
        ))
        .first(connection)
        .optional()?)
}

/// Takes the key, or tells what stands under it.
pub fn begin(connection: &mut Conn, attempt: &Attempt, now: Time) -> Result<Found> {
    diesel::delete(idempotency_keys::table)
        .filter(idempotency_keys::id.eq(&attempt.id))
        .filter(idempotency_keys::created_at.le(now.plus(-KEPT)))
        .execute(connection)?;
    let insert = diesel::insert_into(idempotency_keys::table).values((
        idempotency_keys::id.eq(&attempt.id),
        idempotency_keys::request_digest.eq(&attempt.request_digest),
        idempotency_keys::owner.eq(&attempt.owner),
        idempotency_keys::lease_until.eq(now.plus(LEASE)),
        idempotency_keys::created_at.eq(now),
    ));
    let inserted = match connection {
        Conn::Sqlite(sqlite) => insert.on_conflict_do_nothing().execute(sqlite)?,
        Conn::Postgres(postgres) => insert.on_conflict_do_nothing().execute(postgres)?,
    };
    if inserted == 1 {
        return Ok(Found::Nothing);
    }
    // Gone again by now: its request was refused in this very moment.
    let Some((request_digest, lease_until, answer, _)) = row(connection, &attempt.id)? else {
        return Err(in_progress());
    };
    if request_digest != attempt.request_digest {
        return Err(Error::new(
            Code::IdempotencyKeyReused,
            "This `Idempotency-Key` was used for another request. Take a new one for each.",
        ));
    }
    if let Some(answer) = answer {
        return Ok(Found::Answer(answer));
    }
    // Whoever took it was cut off when its time has run out.
    let taken = diesel::update(idempotency_keys::table)
        .filter(idempotency_keys::id.eq(&attempt.id))
        .filter(idempotency_keys::answer.is_null())
        .filter(idempotency_keys::lease_until.eq(lease_until))
        .filter(idempotency_keys::lease_until.le(now))
        .set((
            idempotency_keys::owner.eq(&attempt.owner),
            idempotency_keys::lease_until.eq(now.plus(LEASE)),
        ))
        .execute(connection)?;
    match taken {
        1 => Ok(Found::Nothing),
        _ => Err(in_progress()),
    }
}

/// Stores the answer, in the transaction of the work.
pub fn complete(connection: &mut Conn, attempt: &Attempt, answer: &str) -> Result<()> {
    let stored = diesel::update(idempotency_keys::table)
        .filter(idempotency_keys::id.eq(&attempt.id))
        .filter(idempotency_keys::owner.eq(&attempt.owner))
        .set(idempotency_keys::answer.eq(answer))
        .execute(connection)?;
    match stored {
        1 => Ok(()),
        // Another one took over meanwhile: its work counts, and this one's is undone.
        _ => Err(in_progress()),
    }
}

/// Gives the key back: the request was refused, and may be sent again.
pub fn abandon(connection: &mut Conn, attempt: &Attempt) -> Result<()> {
    diesel::delete(idempotency_keys::table)
        .filter(idempotency_keys::id.eq(&attempt.id))
        .filter(idempotency_keys::owner.eq(&attempt.owner))
        .filter(idempotency_keys::answer.is_null())
        .execute(connection)?;
    Ok(())
}

/// Forgets answers that are older than a day.
pub fn purge(connection: &mut Conn, now: Time) -> Result<()> {
    diesel::delete(
        idempotency_keys::table.filter(idempotency_keys::created_at.le(now.plus(-KEPT))),
    )
    .execute(connection)?;
    Ok(())
}

fn in_progress() -> Error {
    Error::new(
        Code::IdempotencyInProgress,
        "A request with this `Idempotency-Key` is still running. Send it again in a moment.",
    )
}
