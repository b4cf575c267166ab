//! Times as people say them, with the exact one beside.

use crate::clock::{DAY, HOUR, MINUTE, Time};

pub struct When {
    /// For `<time datetime>`.
    pub iso: String,
    pub exact: String,
    pub words: String,
}

impl When {
    pub fn new(time: Time, now: Time) -> Self {
        Self {
            iso: time.to_string(),
            exact: time.utc().format("%-d %B %Y, %H:%M UTC").to_string(),
            words: words(time, now),
        }
    }
}

fn words(time: Time, now: Time) -> String {
    let distance = time.0.saturating_sub(now.0);
    let length = distance.saturating_abs();
    let amount = match length {
        _ if length < MINUTE => {
            return if distance < 0 {
                "just now"
            } else {
                "in a moment"
            }
            .to_owned();
        }
        _ if length < HOUR => count(length / MINUTE, "minute"),
        _ if length < DAY => count(length / HOUR, "hour"),
        _ if length < 60 * DAY || distance > 0 && length < 730 * DAY => {
            count((length + DAY / 2) / DAY, "day")
        }
        _ if length < 730 * DAY => count(length / (30 * DAY), "month"),
        _ => count(length / (365 * DAY), "year"),
    };
    match distance < 0 {
        true => format!("{amount} ago"),
        false => format!("in {amount}"),
    }
}

/// `1 day`, `2 days`.
pub fn count(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_words() {
        let now = Time(1_800_000_000_000);
        for (distance, expected) in [
            (-5_000, "just now"),
            (5_000, "in a moment"),
            (-MINUTE, "1 minute ago"),
            (-3 * HOUR - MINUTE, "3 hours ago"),
            (-DAY, "1 day ago"),
            (90 * DAY, "in 90 days"),
            (-90 * DAY, "3 months ago"),
            (-3 * 365 * DAY, "3 years ago"),
        ] {
            assert_eq!(words(now.plus(distance), now), expected);
        }
        assert_eq!(When::new(Time(0), now).exact, "1 January 1970, 00:00 UTC");
    }
}
