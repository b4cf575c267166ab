//! Settings → Usage: what the workspace has, what it spent, and every change of it.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use futures_util::future::try_join3;
use serde::Deserialize;

use super::frame::Frame;
use super::job_page::short;
use super::key_rows::{DAYS, Day, Spark, grouped, today};
use super::page;
use super::paging::href;
use super::time_words::{When, count};
use crate::app::Rooms;
use crate::clock::{DAY, Time};
use crate::credits::Entry;
use crate::credits::usage::{Line, Mark, Share, Spending, Spent};
use crate::error::Result;
use crate::http::{Member, Query};

const HERE: &str = "/settings/usage";
const PER_PAGE: i64 = 50;
/// Projects and keys that are told one by one.
const SHARES: usize = 20;

#[derive(Template)]
#[template(path = "usage.html")]
struct UsagePage {
    frame: Frame,
    available: String,
    held: String,
    pages: String,
    credits: String,
    is_quiet: bool,
    charts: Vec<Chart>,
    days: Vec<DayLine>,
    shares: Vec<Shares>,
    lines: Vec<LedgerLine>,
    newest: Option<String>,
    older: Option<String>,
}

struct Chart {
    title: &'static str,
    text: String,
    most: String,
    bars: String,
    first_day: String,
    last_day: String,
}

struct DayLine {
    date: String,
    pages: String,
    credits: String,
}

/// Who spent it: the projects, or the keys.
struct Shares {
    title: &'static str,
    id: &'static str,
    column: &'static str,
    rows: Vec<ShareRow>,
    more: String,
}

struct ShareRow {
    name: String,
    href: String,
    pages: String,
    credits: String,
}

struct LedgerLine {
    when: When,
    text: String,
    project: Option<(String, String)>,
    job: Option<(String, String)>,
    is_forgotten: bool,
    key_label: Option<String>,
    available: String,
    reserved: String,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    before: String,
    #[serde(default)]
    skip: String,
}

impl Asked {
    /// What is no number asks for the newest.
    fn mark(&self) -> Option<Mark> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
        Some(Mark {
            before_day: number(&self.before)?.min(Mark::NEWEST.before_day),
            skip: number(&self.skip).unwrap_or(0).min(1_000_000),
        })
    }
}

fn older(mark: Mark) -> String {
    let skip = match mark.skip {
        0 => String::new(),
        skip => skip.to_string(),
    };
    let before = mark.before_day.to_string();
    href(HERE, &[("before", &before), ("skip", &skip)])
}

fn date(day: i64) -> String {
    let start = Time(day.saturating_mul(DAY));
    start.utc().format("%Y-%m-%d").to_string()
}

fn chart(title: &'static str, unit: &str, numbers: &[i64], first: i64) -> Chart {
    let days: Vec<Day> = numbers
        .iter()
        .map(|number| Day {
            answered: *number,
            ..Day::default()
        })
        .collect();
    let most = numbers.iter().copied().max().unwrap_or(0);
    Chart {
        title,
        text: format!(
            "{} {unit} in {DAYS} days, at most {} in a day",
            grouped(numbers.iter().sum()),
            grouped(most)
        ),
        most: grouped(most),
        bars: Spark::draw(&days, 600, 120).answered,
        first_day: date(first),
        last_day: date(first + DAYS - 1),
    }
}

fn shares(
    title: &'static str,
    id: &'static str,
    column: &'static str,
    found: Vec<Share>,
    path: &str,
) -> Shares {
    let more = found.len().saturating_sub(SHARES);
    Shares {
        title,
        id,
        column,
        rows: found
            .into_iter()
            .take(SHARES)
            .map(|share| ShareRow {
                href: format!("{path}/{}", share.id),
                name: share.name,
                pages: grouped(share.spent.pages),
                credits: grouped(share.spent.credits),
            })
            .collect(),
        more: match more {
            0 => String::new(),
            more => format!("and {more} more"),
        },
    }
}

/// `+1,200`, `−10`, `0`.
fn signed(number: i64) -> String {
    let amount = i64::try_from(number.unsigned_abs()).map_or_else(|_| String::new(), grouped);
    match number {
        0 => amount,
        _ if number < 0 => format!("−{amount}"),
        _ => format!("+{amount}"),
    }
}

fn ledger_line(line: Line, now: Time) -> LedgerLine {
    let job_id = line.job_id.filter(|_| !line.is_forgotten);
    LedgerLine {
        when: When::new(line.at, now),
        text: match line.entry {
            Entry::Grant => "Credits granted".to_owned(),
            Entry::Project => "Price of the project".to_owned(),
            Entry::Reserve => "Reserved for pages".to_owned(),
            Entry::Debit => format!(
                "{} read",
                match line.entries {
                    1 => count(1, "page"),
                    many => format!("{} pages", grouped(many)),
                }
            ),
            Entry::Release => "Reservation returned".to_owned(),
        },
        job: job_id
            .zip(line.project_id.as_ref())
            .map(|(id, project)| (short(&id), format!("/projects/{project}/jobs/{id}"))),
        project: line.project_name.zip(line.project_id),
        is_forgotten: line.is_forgotten,
        key_label: line.key_label,
        available: signed(line.available_change),
        reserved: signed(line.reserved_change),
    }
}

/// The last days, oldest first.
fn by_day(spending: &Spending, first: i64) -> Vec<(i64, Spent)> {
    (first..first + DAYS)
        .map(|day| (day, spending.days.get(&day).copied().unwrap_or_default()))
        .collect()
}

pub async fn show_usage(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let (workspace_id, now) = (&member.person.workspace_id, rooms.clock.now());
    let first = today(now) - DAYS + 1;
    let mark = asked.mark();
    // Side by side: the sums take longer than all the rest.
    let ((available, held), spending, ledger) = try_join3(
        rooms.credits.balance(workspace_id),
        rooms.credits.spending(workspace_id, first),
        rooms.credits.ledger(workspace_id, mark, PER_PAGE),
    )
    .await?;
    let days = by_day(&spending, first);
    let pages: Vec<i64> = days.iter().map(|(_, spent)| spent.pages).collect();
    let credits: Vec<i64> = days.iter().map(|(_, spent)| spent.credits).collect();
    page(
        200,
        &UsagePage {
            frame: Frame::settings("Usage", "usage", &member.person, &session)?,
            available: grouped(available),
            held: grouped(held),
            pages: grouped(pages.iter().sum()),
            credits: grouped(credits.iter().sum()),
            is_quiet: pages.iter().all(|pages| *pages == 0),
            charts: vec![
                chart("Pages a day", "pages", &pages, first),
                chart("Credits a day", "credits", &credits, first),
            ],
            days: days
                .into_iter()
                .rev()
                .map(|(day, spent)| DayLine {
                    date: date(day),
                    pages: grouped(spent.pages),
                    credits: grouped(spent.credits),
                })
                .collect(),
            shares: vec![
                shares(
                    "By project",
                    "projects-title",
                    "Project",
                    spending.projects,
                    "/projects",
                ),
                shares(
                    "By key",
                    "keys-title",
                    "Key",
                    spending.keys,
                    "/settings/api/keys",
                ),
            ],
            lines: ledger
                .lines
                .into_iter()
                .map(|line| ledger_line(line, now))
                .collect(),
            newest: mark.map(|_| format!("{HERE}#ledger")),
            older: ledger.next.map(|mark| format!("{}#ledger", older(mark))),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(signed(0), "0");
        assert_eq!(signed(100_000), "+100,000");
        assert_eq!(signed(-1_200), "−1,200");
        assert_eq!(signed(-120), "−120");
    }
}
