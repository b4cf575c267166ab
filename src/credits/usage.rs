//! What was spent, and the ledger as people read it: added up in SQL, so that a hundred thousand
//! entries are read as fast as a hundred.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::Entry;
use crate::clock::{DAY, Time};
use crate::db::schema::{api_keys, credit_ledger, jobs, projects};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::jobs::Status;

/// Entries that a page of the ledger looks back on at least, before they are put together.
const WINDOW: i64 = 5_000;

/// What people see of their workspace's credits.
pub struct Credits {
    db: Db,
}

impl Credits {
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Credits that are available, and that jobs hold at this moment.
    pub async fn balance(&self, workspace_id: &str) -> Result<(i64, i64)> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| {
                let held: Option<i64> = jobs::table
                    .filter(jobs::status.eq_any(Status::unfinished()))
                    .filter(jobs::workspace_id.eq(&workspace_id))
                    // A sum of BIGINT is a NUMERIC in PostgreSQL.
                    .select(sql::<Nullable<BigInt>>(
                        "CAST(SUM(credits_reserved - credits_debited) AS BIGINT)",
                    ))
                    .first(connection)?;
                Ok((
                    super::available(connection, &workspace_id)?,
                    held.unwrap_or(0),
                ))
            })
            .await
    }

    /// What was spent on pages since the day `first_day`.
    pub async fn spending(&self, workspace_id: &str, first_day: i64) -> Result<Spending> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| spending(connection, &workspace_id, first_day))
            .await
    }

    /// A page of the ledger, from where the page before ended.
    pub async fn ledger(
        &self,
        workspace_id: &str,
        from: Option<Mark>,
        limit: i64,
    ) -> Result<Ledger> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| ledger(connection, &workspace_id, from, limit))
            .await
    }
}

/// Pages that were read, and the credits that they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub pages: i64,
    pub credits: i64,
}

impl Spent {
    fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.credits += other.credits;
    }
}

/// A part of what was spent.
#[derive(Clone, Debug, Default)]
pub struct Share {
    pub id: String,
    pub name: String,
    pub spent: Spent,
}

/// What was spent on pages since a day.
#[derive(Clone, Debug, Default)]
pub struct Spending {
    /// By days since 1970; a day without any is missing.
    pub days: HashMap<i64, Spent>,
    /// The dearest first.
    pub projects: Vec<Share>,
    pub keys: Vec<Share>,
}

/// Where a page of the ledger begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Only days before this one.
    pub before_day: i64,
    /// Lines that were shown of them already.
    pub skip: i64,
}

impl Mark {
    pub const NEWEST: Self = Self {
        before_day: i64::MAX / DAY,
        skip: 0,
    };
}

/// Something that happened to the credits: one entry, or all pages of a job on one day.
#[derive(Clone, Debug)]
pub struct Line {
    pub entry: Entry,
    /// Of the last entry.
    pub at: Time,
    pub entries: i64,
    pub project_id: Option<String>,
    pub project_name: Option<String>,
    pub job_id: Option<String>,
    /// The job was forgotten.
    pub is_forgotten: bool,
    pub key_label: Option<String>,
    pub available_change: i64,
    pub reserved_change: i64,
}

pub struct Ledger {
    /// Newest first.
    pub lines: Vec<Line>,
    pub next: Option<Mark>,
}

/// Sums by day and job in SQL; jobs, of which there are fewer, are put together here. Asking for
/// the project and the key of each entry would take twice as long.
fn spending(connection: &mut Conn, workspace_id: &str, first_day: i64) -> Result<Spending> {
    let since = Time(first_day.saturating_mul(DAY));
    let sums: Vec<(i64, Option<String>, i64, i64)> = credit_ledger::table
        .filter(credit_ledger::workspace_id.eq(workspace_id))
        .filter(credit_ledger::created_at.ge(since))
        .filter(credit_ledger::entry.eq(Entry::Debit))
        .group_by((
            sql::<BigInt>("created_at / 86400000"),
            credit_ledger::job_id,
        ))
        .select((
            sql::<BigInt>("created_at / 86400000"),
            sql::<Nullable<Text>>("job_id"),
            sql::<BigInt>("COUNT(*)"),
            // A sum of BIGINT is a NUMERIC in PostgreSQL.
            sql::<BigInt>("CAST(-SUM(reserved_change) AS BIGINT)"),
        ))
        .load(connection)?;
    // Whatever is billed to a job changes it.
    let places: Vec<(String, String, String, String, String)> = projects::table
        .inner_join(jobs::table)
        .inner_join(api_keys::table.on(api_keys::id.eq(jobs::created_by_key_id)))
        .filter(projects::workspace_id.eq(workspace_id))
        .filter(jobs::updated_at.ge(since))
        .select((
            jobs::id,
            projects::id,
            projects::name,
            api_keys::id,
            api_keys::label,
        ))
        .load(connection)?;
    let places: HashMap<String, _> = places
        .into_iter()
        .map(|(job_id, project_id, project, key_id, key)| {
            (job_id, ((project_id, project), (key_id, key)))
        })
        .collect();
    let mut spending = Spending::default();
    let (mut by_project, mut by_key) = (HashMap::new(), HashMap::new());
    for (day, job_id, pages, credits) in sums {
        let spent = Spent { pages, credits };
        spending.days.entry(day).or_default().add(spent);
        let Some((project, key)) = job_id.and_then(|id| places.get(&id)) else {
            continue;
        };
        for (shares, (id, name)) in [(&mut by_project, project), (&mut by_key, key)] {
            let share = shares.entry(id.clone()).or_insert_with(|| Share {
                id: id.clone(),
                name: name.clone(),
                spent: Spent::default(),
            });
            share.spent.add(spent);
        }
    }
    spending.projects = dearest(by_project);
    spending.keys = dearest(by_key);
    Ok(spending)
}

fn dearest(shares: HashMap<String, Share>) -> Vec<Share> {
    let mut shares: Vec<Share> = shares.into_values().collect();
    shares.sort_by(|one, other| {
        let order = |share: &Share| (share.spent.credits, share.spent.pages);
        order(other)
            .cmp(&order(one))
            .then_with(|| one.name.cmp(&other.name))
    });
    shares
}

/// Puts together whole days only, so that each line stands on one page; as many as hold
/// [`WINDOW`] entries.
fn ledger(
    connection: &mut Conn,
    workspace_id: &str,
    from: Option<Mark>,
    limit: i64,
) -> Result<Ledger> {
    let from = from.unwrap_or(Mark::NEWEST);
    let until = Time(from.before_day.saturating_mul(DAY));
    let last: Option<Time> = credit_ledger::table
        .filter(credit_ledger::workspace_id.eq(workspace_id))
        .filter(credit_ledger::created_at.lt(until))
        .order(credit_ledger::created_at.desc())
        .offset(WINDOW)
        .select(credit_ledger::created_at)
        .first(connection)
        .optional()?;
    let first_day = last.map(|at| at.0.div_euclid(DAY));
    let since = Time(first_day.unwrap_or(0).saturating_mul(DAY));
    let mut lines = lines(connection, workspace_id, (since, until), from.skip, limit)?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let next = match lines.len() > shown {
        true => Some(Mark {
            skip: from.skip.saturating_add(limit),
            ..from
        }),
        false => first_day.map(|before_day| Mark {
            before_day,
            skip: 0,
        }),
    };
    lines.truncate(shown);
    name(connection, &mut lines)?;
    Ok(Ledger { lines, next })
}

type Sum = (Entry, Time, i64, Option<String>, Option<String>, i64, i64);

/// One more than `limit`, which tells whether there are others.
fn lines(
    connection: &mut Conn,
    workspace_id: &str,
    (since, until): (Time, Time),
    skip: i64,
    limit: i64,
) -> Result<Vec<Line>> {
    let sums: Vec<Sum> = credit_ledger::table
        .filter(credit_ledger::workspace_id.eq(workspace_id))
        .filter(credit_ledger::created_at.ge(since))
        .filter(credit_ledger::created_at.lt(until))
        .group_by((
            credit_ledger::entry,
            credit_ledger::project_id,
            credit_ledger::job_id,
            sql::<BigInt>("created_at / 86400000"),
            // Each other entry is a line of its own.
            sql::<Text>("CASE WHEN entry = 'debit' THEN '' ELSE id END"),
        ))
        .order((
            sql::<BigInt>("MAX(created_at) DESC"),
            sql::<Text>("MAX(id) DESC"),
        ))
        .offset(skip)
        .limit(limit.saturating_add(1))
        .select((
            sql::<Text>("entry"),
            sql::<BigInt>("MAX(created_at)"),
            sql::<BigInt>("COUNT(*)"),
            sql::<Nullable<Text>>("project_id"),
            sql::<Nullable<Text>>("job_id"),
            sql::<BigInt>("CAST(SUM(available_change) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(reserved_change) AS BIGINT)"),
        ))
        .load(connection)?;
    Ok(sums
        .into_iter()
        .map(
            |(entry, at, entries, project_id, job_id, available_change, reserved_change)| Line {
                entry,
                at,
                entries,
                project_id,
                project_name: None,
                job_id,
                is_forgotten: false,
                key_label: None,
                available_change,
                reserved_change,
            },
        )
        .collect())
}

/// Gives the lines the names of their projects and keys.
fn name(connection: &mut Conn, lines: &mut [Line]) -> Result<()> {
    let ids = |part: fn(&Line) -> Option<&String>| -> Vec<String> {
        lines.iter().filter_map(part).cloned().collect()
    };
    let names: Vec<(String, String)> = projects::table
        .filter(projects::id.eq_any(ids(|line| line.project_id.as_ref())))
        .select((projects::id, projects::name))
        .load(connection)?;
    let labels: Vec<(String, Option<Time>, String)> = jobs::table
        .inner_join(api_keys::table.on(api_keys::id.eq(jobs::created_by_key_id)))
        .filter(jobs::id.eq_any(ids(|line| line.job_id.as_ref())))
        .select((jobs::id, jobs::deleted_at, api_keys::label))
        .load(connection)?;
    let names: HashMap<String, String> = names.into_iter().collect();
    let labels: HashMap<String, (bool, String)> = labels
        .into_iter()
        .map(|(id, deleted_at, label)| (id, (deleted_at.is_some(), label)))
        .collect();
    for line in lines {
        line.project_name = line
            .project_id
            .as_ref()
            .and_then(|id| names.get(id))
            .cloned();
        if let Some((is_forgotten, label)) = line.job_id.as_ref().and_then(|id| labels.get(id)) {
            line.is_forgotten = *is_forgotten;
            line.key_label = Some(label.clone());
        }
    }
    Ok(())
}
