//! Keys as the pages show them: a row of the list, a small chart of use, an expiry to choose.

use crate::audit::Actor;
use crate::clock::{DAY, Time};
use crate::error::{Error, Result};
use crate::http::Fields;
use crate::keys::{self, DayRow, EXPIRING, Expiry, LONGEST_LIFE, Scopes};

use super::time_words::{When, count};

/// Days that the charts show.
pub const DAYS: i64 = 30;

pub struct Link {
    pub id: String,
    pub label_text: String,
}

pub struct KeyRow {
    pub id: String,
    pub label: String,
    pub prefix: String,
    pub scopes: Vec<&'static str>,
    pub status: &'static str,
    pub status_text: String,
    pub created_by: String,
    pub created: When,
    pub expires: Option<When>,
    pub last_used: Option<When>,
    pub last_used_ip: Option<String>,
    pub revoked: Option<When>,
    pub can_revoke: bool,
    pub can_edit: bool,
    pub networks: Vec<String>,
    pub successor: Option<Link>,
    pub predecessor: Option<Link>,
    pub spark: Spark,
}

impl KeyRow {
    pub fn new(row: keys::KeyRow, created_by: String, actor: &Actor, now: Time) -> Self {
        let when = |time: Option<Time>| time.map(|time| When::new(time, now));
        let may_change = keys::may_change(actor, &row);
        let (status, status_text) = status(&row, now);
        let link = |id: Option<String>, text: &str| {
            id.map(|id| Link {
                id,
                label_text: text.to_owned(),
            })
        };
        Self {
            status,
            status_text,
            can_revoke: row.revoked_at.is_none() && may_change,
            can_edit: may_change,
            scopes: Scopes::from_column(&row.scopes).names(),
            created: When::new(row.created_at, now),
            expires: when(row.expires_at),
            last_used: when(row.last_used_at),
            revoked: when(row.revoked_at),
            networks: row.networks.split_whitespace().map(str::to_owned).collect(),
            successor: link(row.replaced_by_key_id, "has a successor"),
            predecessor: link(row.replaces_key_id, "an earlier key"),
            id: row.id,
            label: row.label,
            prefix: row.key_prefix,
            last_used_ip: row.last_used_ip,
            created_by,
            spark: Spark::default(),
        }
    }
}

fn status(row: &keys::KeyRow, now: Time) -> (&'static str, String) {
    let left = |at: Time| match at.0.saturating_sub(now.0) / DAY {
        0 => "today".to_owned(),
        days => format!("in {}", count(days, "day")),
    };
    match (row.revoked_at, row.expires_at) {
        (Some(_), _) => ("revoked", "Revoked".to_owned()),
        (None, Some(at)) if at <= now => ("expired", "Expired".to_owned()),
        (None, Some(at)) if row.replaced_by_key_id.is_some() => {
            ("retiring", format!("Retires {}", When::new(at, now).words))
        }
        (None, Some(at)) if at <= now.plus(EXPIRING) => {
            ("expiring", format!("Expires {}", left(at)))
        }
        _ => ("active", "Active".to_owned()),
    }
}

/// One day's requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Day {
    pub answered: i64,
    pub scope: i64,
    pub limited: i64,
}

impl Day {
    pub fn total(self) -> i64 {
        self.answered + self.scope + self.limited
    }
}

/// Requests of 30 days as the data of three SVG paths of upright strokes, one upon the other.
#[derive(Default)]
pub struct Spark {
    pub text: String,
    pub answered: String,
    pub scope: String,
    pub limited: String,
    pub is_empty: bool,
}

impl Spark {
    /// Draws into a box of these units; a day with any request shows.
    pub fn draw(days: &[Day], width: i64, height: i64) -> Self {
        let most = days.iter().map(|day| day.total()).max().unwrap_or(0);
        let step = width / i64::try_from(days.len()).unwrap_or(1).max(1);
        let mut spark = Self {
            text: words(days),
            is_empty: most == 0,
            ..Self::default()
        };
        for (position, day) in (0_i64..).zip(days) {
            let x = position * step + step / 2;
            let mut below = 0;
            let mut drawn = height;
            for (part, path) in [
                (day.answered, &mut spark.answered),
                (day.scope, &mut spark.scope),
                (day.limited, &mut spark.limited),
            ] {
                if part == 0 {
                    continue;
                }
                below += part;
                let scaled = i128::from(below) * i128::from(height) / i128::from(most.max(1));
                let top = (height - i64::try_from(scaled).unwrap_or(height)).clamp(0, height);
                let top = top.min(drawn - 1).max(0);
                path.push_str(&format!("M{x} {drawn}V{top}"));
                drawn = top;
            }
        }
        spark
    }
}

fn words(days: &[Day]) -> String {
    let sum = |part: fn(&Day) -> i64| days.iter().map(part).sum::<i64>();
    let total = sum(|day| day.total());
    if total == 0 {
        return "No requests in 30 days".to_owned();
    }
    format!(
        "{} request{} in 30 days: {} answered, {} refused for scope, {} rate-limited",
        grouped(total),
        if total == 1 { "" } else { "s" },
        grouped(sum(|day| day.answered)),
        grouped(sum(|day| day.scope)),
        grouped(sum(|day| day.limited)),
    )
}

/// `1,204`.
pub fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Today as days since 1970, UTC.
pub fn today(now: Time) -> i64 {
    now.0.div_euclid(DAY)
}

/// The days of one key, oldest first, ending today.
pub fn days_of(key_id: &str, rows: &[DayRow], now: Time) -> Vec<Day> {
    let first = today(now) - DAYS + 1;
    let mut days = vec![Day::default(); usize::try_from(DAYS).unwrap_or(0)];
    for row in rows.iter().filter(|row| row.key_id == key_id) {
        let place = usize::try_from(row.day - first)
            .ok()
            .and_then(|place| days.get_mut(place));
        if let Some(day) = place {
            day.answered += row.answered;
            day.scope += row.scope_refused;
            day.limited += row.rate_limited;
        }
    }
    days
}

pub struct ExpiryChoice {
    pub value: &'static str,
    pub text: String,
}

/// What a form offers and what was chosen in it.
pub struct ExpiryForm {
    pub expiry: String,
    pub expiry_date: String,
    pub earliest_date: String,
    pub latest_date: String,
    pub choices: Vec<ExpiryChoice>,
    pub may_never: bool,
    pub longest: Option<String>,
}

impl ExpiryForm {
    /// `longest`: days that the workspace's policy allows.
    pub fn new(longest: Option<i64>, now: Time) -> Self {
        let date = |time: Time| time.utc().format("%Y-%m-%d").to_string();
        let choices: Vec<ExpiryChoice> = [
            ("30d", 30, "30 days"),
            ("90d", 90, "90 days"),
            ("1y", 365, "1 year"),
        ]
        .into_iter()
        .filter(|(_, days, _)| longest.is_none_or(|most| *days <= most))
        .map(|(value, _, text)| ExpiryChoice {
            value,
            text: text.to_owned(),
        })
        .collect();
        let preferred = match longest {
            Some(most) if most < 30 => "date",
            Some(most) if most < 90 => "30d",
            _ => "90d",
        };
        let life = longest.map_or(LONGEST_LIFE, |days| days.saturating_mul(DAY));
        Self {
            expiry: preferred.to_owned(),
            expiry_date: String::new(),
            earliest_date: date(now),
            // The day whose last instant is still within the longest life.
            latest_date: date(now.plus(life - DAY)),
            choices,
            may_never: longest.is_none(),
            longest: longest.map(|days| count(days, "day")),
        }
    }

    pub fn fill(&mut self, form: &Fields) {
        form.get("expiry").clone_into(&mut self.expiry);
        form.get("expiry_date").clone_into(&mut self.expiry_date);
    }

    /// What was chosen; `None` for "same length as before".
    pub fn parse(&self, now: Time) -> Result<Option<Expiry>> {
        let days = |days: i64| Expiry::parse(Some(now.plus(days * DAY)), now).map(Some);
        match self.expiry.as_str() {
            "same" => Ok(None),
            "30d" => days(30),
            "90d" => days(90),
            "1y" => days(365),
            "never" => Ok(Some(Expiry::NEVER)),
            "date" => {
                let end = Time::parse(&format!("{}T23:59:59.999Z", self.expiry_date));
                match end {
                    None => Err(Error::invalid("Choose the date on which the key expires.")),
                    end => Expiry::parse(end, now).map(Some).map_err(|_| {
                        Error::invalid("Choose a date from today on, at most ten years away.")
                    }),
                }
            }
            _ => Err(Error::invalid("Choose when the key expires.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_stacks_its_parts_and_shows_even_one_request() {
        let mut days = vec![Day::default(); 30];
        days[0] = Day {
            answered: 1,
            ..Day::default()
        };
        days[29] = Day {
            answered: 1_200,
            scope: 600,
            limited: 600,
        };
        let spark = Spark::draw(&days, 120, 24);
        assert_eq!(spark.answered, "M2 24V23M118 24V12");
        assert_eq!(spark.scope, "M118 12V6");
        assert_eq!(spark.limited, "M118 6V0");
        assert_eq!(
            spark.text,
            "2,401 requests in 30 days: 1,201 answered, 600 refused for scope, 600 rate-limited"
        );
        assert!(Spark::draw(&[Day::default(); 30], 120, 24).is_empty);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_204), "1,204");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn a_policy_shortens_what_is_offered() {
        let now = Time::parse("2026-11-24T10:00:00Z").unwrap();
        let form = ExpiryForm::new(Some(60), now);
        assert_eq!(form.choices.len(), 1);
        assert!(!form.may_never);
        assert_eq!(form.expiry, "30d");
        assert_eq!(form.latest_date, "2027-01-22");
        assert_eq!(ExpiryForm::new(None, now).choices.len(), 3);
    }
}
