//! What this process counts and what the database holds, as numbers for whoever watches over the
//! server.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::schema::{jobs, mail_outbox, pages, webhook_deliveries};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::jobs::{PageStatus, Status};
use crate::webhooks;

/// Upper bounds of the classes of request times, in milliseconds.
const BOUNDS: [u64; 8] = [1, 5, 10, 50, 100, 500, 1_000, 10_000];

pub struct Gauges {
    db: Db,
    /// By the hundreds of the status: 1xx to 5xx.
    answers: [AtomicU64; 5],
    /// Requests that took at most the bound of the same place.
    times: [AtomicU64; BOUNDS.len()],
    micros: AtomicU64,
}

/// What waits in the database.
struct Waiting {
    jobs: Vec<(Status, i64)>,
    pages: i64,
    mails: i64,
    deliveries: i64,
}

impl Gauges {
    pub fn new(db: Db) -> Self {
        Self {
            db,
            answers: Default::default(),
            times: Default::default(),
            micros: AtomicU64::new(0),
        }
    }

    /// Counts an answered request.
    pub fn count(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(counter) = self.answers.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (counter, bound) in self.times.iter().zip(BOUNDS) {
            if micros <= bound * 1_000 {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// All of it in the text format of Prometheus, version 0.0.4.
    pub async fn text(&self) -> Result<String> {
        let waiting = self.db.read(waiting).await?;
        let mut text = String::new();
        let mut head = |name: &str, kind: &str, help: &str, lines: Vec<(String, String)>| {
            // Writing to a String cannot fail.
            writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}").unwrap_or_default();
            for (label, value) in lines {
                writeln!(text, "{name}{label} {value}").unwrap_or_default();
            }
        };
        let answers: Vec<u64> = self
            .answers
            .iter()
            .map(|counter| counter.load(Ordering::Relaxed))
            .collect();
        head(
            "plangrep_http_requests_total",
            "counter",
            "Requests by the class of their status.",
            answers
                .iter()
                .zip(1..)
                .map(|(count, class)| (format!("{{status=\"{class}xx\"}}"), count.to_string()))
                .collect(),
        );
        let all: u64 = answers.iter().sum();
        let mut times: Vec<(String, String)> = BOUNDS
            .iter()
            .zip(&self.times)
            .map(|(bound, counter)| {
                let seconds = *bound as f64 / 1_000.0;
                let count = counter.load(Ordering::Relaxed);
                (format!("_bucket{{le=\"{seconds}\"}}"), count.to_string())
            })
            .collect();
        times.push(("_bucket{le=\"+Inf\"}".to_owned(), all.to_string()));
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        times.push(("_sum".to_owned(), seconds.to_string()));
        times.push(("_count".to_owned(), all.to_string()));
        head(
            "plangrep_http_request_seconds",
            "histogram",
            "Time until the head of the answer.",
            times,
        );
        let found: BTreeMap<&str, i64> = waiting
            .jobs
            .iter()
            .map(|(status, count)| (status.as_str(), *count))
            .collect();
        head(
            "plangrep_jobs",
            "gauge",
            "Jobs that are not over, by status.",
            Status::unfinished()
                .into_iter()
                .map(|status| {
                    let name = status.as_str();
                    let count = found.get(name).copied().unwrap_or(0);
                    (format!("{{status=\"{name}\"}}"), count.to_string())
                })
                .collect(),
        );
        for (name, help, count) in [
            (
                "plangrep_pages_pending",
                "Pages that wait or are being read.",
                waiting.pages,
            ),
            (
                "plangrep_mail_waiting",
                "Mails that have not been sent.",
                waiting.mails,
            ),
            (
                "plangrep_webhooks_waiting",
                "Webhook deliveries that have not arrived.",
                waiting.deliveries,
            ),
        ] {
            head(
                name,
                "gauge",
                help,
                vec![(String::new(), count.to_string())],
            );
        }
        Ok(text)
    }
}

fn waiting(connection: &mut Conn) -> Result<Waiting> {
    Ok(Waiting {
        jobs: jobs::table
            .filter(jobs::status.eq_any(Status::unfinished()))
            .group_by(jobs::status)
            .select((jobs::status, count_star()))
            .load(connection)?,
        pages: pages::table
            .filter(pages::status.eq(PageStatus::Pending))
            .filter(
                pages::job_id.eq_any(
                    jobs::table
                        .filter(jobs::status.eq(Status::Processing))
                        .select(jobs::id),
                ),
            )
            .count()
            .get_result(connection)?,
        mails: mail_outbox::table
            .filter(mail_outbox::sent_at.is_null())
            .count()
            .get_result(connection)?,
        deliveries: webhook_deliveries::table
            .filter(webhook_deliveries::status.eq(webhooks::Status::Waiting))
            .count()
            .get_result(connection)?,
    })
}
