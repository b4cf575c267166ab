//! How often: so many requests a minute, in one burst or spread (the generic cell rate algorithm
//! of ITU-T I.371).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::clock::{MINUTE, SECOND, Time};

/// The window of every limit, in milliseconds.
const WINDOW: i64 = MINUTE;
/// Above this many addresses, those that have been quiet are forgotten.
const MOST_ADDRESSES: usize = 10_000;

/// One sender's bucket: when it will be full again, in microseconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bucket(i64);

/// What a request found in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests a minute.
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until the bucket is full again.
    pub full_in: i64,
    /// Seconds to wait, when the request is one too many.
    pub wait: Option<i64>,
}

impl Bucket {
    /// Takes one from the bucket, or says how long to wait.
    pub fn take(&mut self, limit: u32, now: Time) -> Allowance {
        let now = now.0.saturating_mul(1_000);
        let window = WINDOW * 1_000;
        let each = (window / i64::from(limit.max(1))).max(1);
        let next = self.0.max(now).saturating_add(each);
        let over = next - now - window;
        let seconds = |micros: i64| (micros + SECOND * 1_000 - 1) / (SECOND * 1_000);
        if over > 0 {
            return Allowance {
                limit,
                remaining: 0,
                full_in: seconds(self.0 - now),
                wait: Some(seconds(over).max(1)),
            };
        }
        self.0 = next;
        Allowance {
            limit,
            remaining: u32::try_from((window - (next - now)) / each).unwrap_or(0),
            full_in: seconds(next - now),
            wait: None,
        }
    }

    /// Whether nothing has been taken lately.
    pub fn is_full(&self, now: Time) -> bool {
        self.0 <= now.0.saturating_mul(1_000)
    }
}

/// Buckets of addresses.
#[derive(Default)]
pub struct Addresses(Mutex<HashMap<IpAddr, Bucket>>);

impl Addresses {
    pub fn take(&self, ip: IpAddr, limit: u32, now: Time) -> Allowance {
        // Each change of the map is one call, so a panic elsewhere leaves it whole.
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > MOST_ADDRESSES {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        buckets.entry(ip).or_default().take(limit, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_as_many_as_a_minute_allows() {
        let mut bucket = Bucket::default();
        let start = Time(1_800_000_000_000);
        for left in (0..60).rev() {
            let found = bucket.take(60, start);
            assert_eq!((found.remaining, found.wait), (left, None));
        }
        assert_eq!(bucket.take(60, start).wait, Some(1));
        assert_eq!(bucket.take(60, start.plus(SECOND)).wait, None);
        assert_eq!(bucket.take(60, start.plus(SECOND)).wait, Some(1));
        assert!(!bucket.is_full(start.plus(MINUTE)));
        assert!(bucket.is_full(start.plus(MINUTE + SECOND)));
    }
}
