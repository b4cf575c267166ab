//! A key's own page: what it is, what it is used for, what happened to it; and the form for a key
//! that someone found.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, leave_word};
use super::key_rows::{DAYS, Day, KeyRow, Spark, grouped, today};
use super::new_key::for_networks;
use super::settings_api::one;
use super::time_words::When;
use super::{for_people, page, see_other};
use crate::app::Rooms;
use crate::audit::{Action, Event};
use crate::clock::{DAY, Time};
use crate::error::Result;
use crate::http::{Fields, Member};
use crate::keys::{Label, Networks, UseRow};

#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage {
    frame: Frame,
    key: KeyRow,
    chart: Chart,
    routes: Vec<RouteUse>,
    history: Vec<Entry>,
    edit: EditForm,
}

struct Chart {
    text: String,
    days: Vec<DayUse>,
    answered: String,
    scope: String,
    limited: String,
    most: i64,
    first_day: String,
    last_day: String,
    is_empty: bool,
}

struct DayUse {
    date: String,
    answered: i64,
    scope: i64,
    limited: i64,
    refused: i64,
    total: i64,
}

struct RouteUse {
    route: String,
    answered: i64,
    scope: i64,
    limited: i64,
    total: i64,
}

struct Entry {
    when: When,
    text: &'static str,
    by: String,
    from: String,
    detail: String,
}

struct EditForm {
    label: String,
    networks: String,
    problems: EditProblems,
}

#[derive(Default)]
struct EditProblems {
    label: Option<String>,
    networks: Option<String>,
}

#[derive(Template)]
#[template(path = "found.html")]
struct FoundPage {
    frame: Frame,
    place: String,
    problem: Option<String>,
    outcomes: Vec<Outcome>,
}

struct Outcome {
    kind: &'static str,
    key: Option<KeyRow>,
}

fn chart(uses: &[UseRow], now: Time) -> Chart {
    let first = today(now) - DAYS + 1;
    let date = |day: i64| {
        Time(day.saturating_mul(DAY))
            .utc()
            .format("%Y-%m-%d")
            .to_string()
    };
    let mut drawn = Vec::new();
    let mut days = Vec::new();
    for day in first..=today(now) {
        let sum = |part: fn(&UseRow) -> i64| {
            uses.iter()
                .filter(|row| row.day == day)
                .map(part)
                .sum::<i64>()
        };
        let one = Day {
            answered: sum(|row| row.answered),
            scope: sum(|row| row.scope_refused),
            limited: sum(|row| row.rate_limited),
        };
        days.push(DayUse {
            date: date(day),
            answered: one.answered,
            scope: one.scope,
            limited: one.limited,
            refused: sum(|row| row.refused),
            total: one.total(),
        });
        drawn.push(one);
    }
    let spark = Spark::draw(&drawn, 600, 120);
    let refused: i64 = days.iter().map(|day| day.refused).sum();
    Chart {
        text: match refused {
            0 => spark.text,
            refused => format!(
                "{}. Besides, {} refused because the key had ended or came from outside its networks",
                spark.text,
                grouped(refused)
            ),
        },
        answered: spark.answered,
        scope: spark.scope,
        limited: spark.limited,
        most: days.iter().map(|day| day.total).max().unwrap_or(0),
        first_day: date(first),
        last_day: date(today(now)),
        is_empty: spark.is_empty && refused == 0,
        days,
    }
}

/// Uses by route, the most used first.
fn routes(uses: &[UseRow]) -> Vec<RouteUse> {
    let mut routes: Vec<RouteUse> = Vec::new();
    for row in uses {
        let total = row.answered + row.scope_refused + row.rate_limited;
        if total == 0 {
            continue;
        }
        match routes.iter_mut().find(|known| known.route == row.route) {
            Some(known) => {
                known.answered += row.answered;
                known.scope += row.scope_refused;
                known.limited += row.rate_limited;
                known.total += total;
            }
            None => routes.push(RouteUse {
                route: row.route.clone(),
                answered: row.answered,
                scope: row.scope_refused,
                limited: row.rate_limited,
                total,
            }),
        }
    }
    routes.sort_by_key(|route| std::cmp::Reverse(route.total));
    routes
}

fn entry(event: Event, now: Time) -> Entry {
    Entry {
        when: When::new(event.happened_at, now),
        text: match event.action {
            Action::KeyCreated => "Created",
            Action::KeyChanged => "Changed",
            Action::KeyRotated => "Rotated",
            Action::KeyRevoked => "Revoked",
            Action::KeyLeaked => "Reported as leaked",
            Action::KeyExpired => "Expired",
            Action::KeyUsedFromNewNetwork => "Used from a new network",
            Action::KeyScopeRefused => "Refused for a missing scope",
            Action::KeyUseRefused => "Refused",
            other => other.words(),
        },
        by: event.actor_name,
        from: event.ip.unwrap_or_default(),
        detail: event.detail,
    }
}

async fn key_page(
    member: &Member,
    rooms: &Rooms,
    session: &Session,
    key_id: &str,
    typed: Option<EditForm>,
) -> Result<HttpResponse> {
    let now = rooms.keys.now();
    let (row, mut key) = one(rooms, member, key_id).await?;
    for link in [&mut key.successor, &mut key.predecessor]
        .into_iter()
        .flatten()
    {
        let (other, _) = rooms
            .keys
            .find(&member.person.workspace_id, &link.id)
            .await?;
        link.label_text = format!("{}…", other.key_prefix);
    }
    let uses = rooms.keys.uses(&row.id, today(now) - DAYS + 1).await?;
    let history = rooms.keys.history(&row).await?;
    let status = if typed.is_some() { 400 } else { 200 };
    page(
        status,
        &KeyPage {
            frame: Frame::settings(&row.label, "api", &member.person, session)?,
            chart: chart(&uses, now),
            routes: routes(&uses),
            history: history.into_iter().map(|event| entry(event, now)).collect(),
            edit: typed.unwrap_or_else(|| EditForm {
                label: row.label.clone(),
                networks: row.networks.replace(' ', "\n"),
                problems: EditProblems::default(),
            }),
            key,
        },
    )
}

pub async fn show_key(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    key_page(&member, &rooms, &session, &key_id, None).await
}

pub async fn edit_key(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
    form: Fields,
) -> Result<HttpResponse> {
    let (label, networks) = (form.get("label"), form.get("networks"));
    let (label, networks) = match (Label::parse(label), Networks::parse(networks)) {
        (Ok(label), Ok(networks)) => (label, networks),
        (bad_label, bad_networks) => {
            let typed = EditForm {
                label: label.to_owned(),
                networks: networks.to_owned(),
                problems: EditProblems {
                    label: bad_label.err().as_ref().map(for_people),
                    networks: bad_networks.err().as_ref().map(for_networks),
                },
            };
            return key_page(&member, &rooms, &session, &key_id, Some(typed)).await;
        }
    };
    let row = rooms
        .keys
        .change(&member.actor(), &key_id, Some(label), Some(networks))
        .await?;
    leave_word(&session, "The key is changed.")?;
    Ok(see_other(&format!("/settings/api/keys/{}", row.id)))
}

fn found_page(
    member: &Member,
    session: &Session,
    place: String,
    problem: Option<String>,
    outcomes: Vec<Outcome>,
) -> Result<HttpResponse> {
    page(
        if problem.is_some() { 400 } else { 200 },
        &FoundPage {
            frame: Frame::settings("I found a key", "api", &member.person, session)?,
            place,
            problem,
            outcomes,
        },
    )
}

pub async fn ask_found(member: Member, session: Session) -> Result<HttpResponse> {
    found_page(&member, &session, String::new(), None, Vec::new())
}

/// The key itself is never shown again, whatever comes out.
pub async fn report_found(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let place = form.get("place").to_owned();
    let text = form.get("key").trim();
    if text.is_empty() {
        let problem = Some("Paste the key that you found.".to_owned());
        return found_page(&member, &session, place, problem, Vec::new());
    }
    let now = rooms.keys.now();
    let actor = member.actor();
    let found = rooms
        .keys
        .report_found(&actor, &member.person.workspace_id, text, &place)
        .await?;
    let mut outcomes = Vec::new();
    for before in found.iter().flatten() {
        let (_, key) = one(&rooms, &member, &before.id).await?;
        outcomes.push(Outcome {
            kind: if before.is_live(now) {
                "revoked"
            } else {
                "dead"
            },
            key: Some(key),
        });
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome {
            kind: if found.is_some() { "unknown" } else { "none" },
            key: None,
        });
    }
    found_page(&member, &session, String::new(), None, outcomes)
}
