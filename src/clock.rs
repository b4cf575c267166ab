//! The only `now()` of the product, and the one type for an instant.
//! Everything that compares or stores a time takes it from here, so that tests can move the clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Serialize, Serializer};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC with
/// milliseconds, in the database a BIGINT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Time(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// `15m`, `12h` or `90d` in milliseconds.
pub fn duration(text: &str) -> Option<i64> {
    let (number, unit) = [("m", MINUTE), ("h", HOUR), ("d", DAY)]
        .into_iter()
        .find_map(|(letter, unit)| Some((text.strip_suffix(letter)?, unit)))?;
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    i64::from(number.parse::<u32>().ok()?).checked_mul(unit)
}

impl Time {
    /// The instant `milliseconds` later (or earlier, when negative).
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Parses RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self(time.timestamp_millis()))
            .ok()
    }

    /// The calendar view of this instant; instants outside the calendar show as 1970.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Time
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Time
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

/// Where the time comes from.
#[derive(Clone, Debug)]
pub struct Clock {
    latest: Arc<AtomicI64>,
    frozen: bool,
}

impl Clock {
    /// The system's clock. Within a process it never steps back: a clock that is set back must not
    /// revive what has expired.
    pub fn system() -> Self {
        Self {
            latest: Arc::new(AtomicI64::new(i64::MIN)),
            frozen: false,
        }
    }

    /// A clock that stands still until it is moved.
    pub fn frozen_at(time: Time) -> Self {
        Self {
            latest: Arc::new(AtomicI64::new(time.0)),
            frozen: true,
        }
    }

    pub fn now(&self) -> Time {
        if self.frozen {
            return Time(self.latest.load(Ordering::Acquire));
        }
        let system = Utc::now().timestamp_millis();
        Time(self.latest.fetch_max(system, Ordering::AcqRel).max(system))
    }

    /// Moves a frozen clock; a system clock cannot be moved.
    pub fn advance(&self, milliseconds: i64) {
        if self.frozen {
            self.latest.fetch_add(milliseconds, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rfc_3339_in_utc_with_milliseconds() {
        let time = Time::parse("2026-11-23T12:00:00.5+02:00").unwrap();
        assert_eq!(time.to_string(), "2026-11-23T10:00:00.500Z");
        assert_eq!(Time::parse(&time.to_string()), Some(time));
        assert_eq!(Time::parse("tomorrow"), None);
    }

    #[test]
    fn a_system_clock_that_is_set_back_stands_still() {
        let clock = Clock::system();
        let later = clock.now().plus(HOUR);
        clock.latest.store(later.0, Ordering::Release);
        assert_eq!(clock.now(), later);
    }
}
