//! Making a key, and making the successor of one: the two pages that ever show a plaintext.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::confirm::{self, Confirm};
use super::frame::Frame;
use super::key_rows::{ExpiryChoice, ExpiryForm, KeyRow};
use super::settings_api::one;
use super::time_words::{When, count};
use super::{for_people, page};
use crate::app::Rooms;
use crate::clock::{DAY, Time};
use crate::error::{Code, Error, Result};
use crate::http::{Fields, Member, Query};
use crate::keys::{Expiry, Grace, Label, Networks, NewKey, PlainKey, Scope, Scopes};

#[derive(Template)]
#[template(path = "new_key.html")]
struct NewKeyPage {
    frame: Frame,
    label: String,
    scopes: Vec<ScopeChoice>,
    networks: String,
    expiry: String,
    expiry_date: String,
    earliest_date: String,
    latest_date: String,
    choices: Vec<ExpiryChoice>,
    may_never: bool,
    longest: Option<String>,
    successor_of: Option<String>,
    problems: Problems,
    confirm: Option<Confirm>,
}

#[derive(Template)]
#[template(path = "rotate_key.html")]
struct RotatePage {
    frame: Frame,
    key: KeyRow,
    grace: String,
    expiry: String,
    expiry_date: String,
    earliest_date: String,
    latest_date: String,
    choices: Vec<ExpiryChoice>,
    may_never: bool,
    longest: Option<String>,
    problem: Option<String>,
    expiry_problem: Option<String>,
    confirm: Option<Confirm>,
}

#[derive(Template)]
#[template(path = "key_created.html")]
struct KeyCreatedPage {
    frame: Frame,
    key: KeyRow,
    plaintext: String,
    curl: String,
    replaces: Option<KeyRow>,
    replaces_text: String,
}

#[derive(Default)]
struct Problems {
    label: Option<String>,
    scopes: Option<String>,
    networks: Option<String>,
    expiry: Option<String>,
}

struct ScopeChoice {
    name: &'static str,
    grants: &'static str,
    ticked: bool,
}

#[derive(Deserialize)]
pub struct Start {
    /// The key whose successor is wanted; the form starts with what that one has.
    #[serde(default)]
    successor_of: String,
}

/// What was typed into the form.
#[derive(Default)]
struct Typed {
    label: String,
    scopes: Vec<String>,
    networks: String,
    successor_of: Option<String>,
}

impl Typed {
    fn from_form(form: &Fields) -> Self {
        Self {
            label: form.get("label").to_owned(),
            scopes: form.all("scopes").map(str::to_owned).collect(),
            networks: form.get("networks").to_owned(),
            successor_of: None,
        }
    }

    fn scopes(&self) -> Result<Scopes> {
        let known = self
            .scopes
            .iter()
            .map(|name| name.parse::<Scope>())
            .collect::<Result<Vec<_>, _>>();
        known
            .ok()
            .and_then(Scopes::new)
            .ok_or_else(|| Error::invalid("Tick at least one scope."))
    }
}

fn form_page(
    frame: Frame,
    typed: Typed,
    expiry: ExpiryForm,
    problems: Problems,
    confirm: Option<Confirm>,
) -> NewKeyPage {
    NewKeyPage {
        frame,
        scopes: Scope::iter()
            .map(|scope| ScopeChoice {
                name: scope.as_str(),
                grants: scope.grants(),
                ticked: typed.scopes.iter().any(|name| name == scope.as_str()),
            })
            .collect(),
        label: typed.label,
        networks: typed.networks,
        successor_of: typed.successor_of,
        expiry: expiry.expiry,
        expiry_date: expiry.expiry_date,
        earliest_date: expiry.earliest_date,
        latest_date: expiry.latest_date,
        choices: expiry.choices,
        may_never: expiry.may_never,
        longest: expiry.longest,
        problems,
        confirm,
    }
}

async fn expiry_form(rooms: &Rooms, member: &Member) -> Result<ExpiryForm> {
    let longest = rooms.keys.longest_life(&member.person.workspace_id).await?;
    Ok(ExpiryForm::new(longest, rooms.keys.now()))
}

pub async fn new_key(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Query(Start { successor_of }): Query<Start>,
) -> Result<HttpResponse> {
    let mut typed = Typed::default();
    if !successor_of.is_empty() {
        let (row, _) = one(&rooms, &member, &successor_of).await?;
        typed = Typed {
            scopes: Scopes::from_column(&row.scopes)
                .names()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            networks: row.networks.replace(' ', "\n"),
            successor_of: Some(row.label.clone()),
            label: row.label,
        };
    }
    let frame = Frame::settings("Create an API key", "api", &member.person, &session)?;
    let expiry = expiry_form(&rooms, &member).await?;
    let confirm = confirm::ask(&member, &rooms);
    page(
        200,
        &form_page(frame, typed, expiry, Problems::default(), confirm),
    )
}

/// The answer to this POST is the one place that ever shows the key.
pub async fn create_key(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let now = rooms.keys.now();
    let typed = Typed::from_form(&form);
    let mut expiry = expiry_form(&rooms, &member).await?;
    expiry.fill(&form);
    let chosen = expiry
        .parse(now)
        .and_then(|chosen| chosen.ok_or_else(|| Error::invalid("Choose when the key expires.")));
    let parsed = (
        Label::parse(&typed.label),
        typed.scopes(),
        Networks::parse(&typed.networks),
        chosen,
    );
    let frame = || Frame::settings("Create an API key", "api", &member.person, &session);
    let new = match parsed {
        (Ok(label), Ok(scopes), Ok(networks), Ok(expiry)) => NewKey {
            label,
            scopes,
            expiry,
            networks,
        },
        (label, scopes, networks, chosen) => {
            let problems = Problems {
                label: label.err().as_ref().map(for_people),
                scopes: scopes.err().as_ref().map(for_people),
                networks: networks.err().as_ref().map(for_networks),
                expiry: chosen.err().as_ref().map(for_people),
            };
            let confirm = confirm::ask(&member, &rooms);
            return page(400, &form_page(frame()?, typed, expiry, problems, confirm));
        }
    };
    if let Some(again) = confirm::check(&member, &rooms, &session, &form).await? {
        let page_again = form_page(frame()?, typed, expiry, Problems::default(), Some(again));
        return page(400, &page_again);
    }
    let made = rooms
        .keys
        .create(&member.actor(), &member.person, new)
        .await;
    let (row, plain) = match made {
        Ok(made) => made,
        // Only the workspace's policy for lives is left to refuse it.
        Err(error) if error.code == Code::InvalidRequest => {
            let problems = Problems {
                expiry: Some(policy_words(&expiry)),
                ..Problems::default()
            };
            return page(400, &form_page(frame()?, typed, expiry, problems, None));
        }
        Err(error) => return Err(error),
    };
    let created_by = member.person.name.clone();
    let key = KeyRow::new(row, created_by, &member.actor(), now);
    let frame = Frame::settings("API key created", "api", &member.person, &session)?;
    created_page(frame, key, &plain, &rooms.base_url, None, String::new())
}

fn policy_words(expiry: &ExpiryForm) -> String {
    match &expiry.longest {
        Some(longest) => format!("Your workspace allows a key to live for at most {longest}."),
        None => "Choose when the key expires.".to_owned(),
    }
}

/// The field has another name in the form than on the wire.
pub fn for_networks(error: &Error) -> String {
    for_people(error).replace("AllowedNetworks", "Allowed networks")
}

fn created_page(
    frame: Frame,
    key: KeyRow,
    plain: &PlainKey,
    base_url: &str,
    replaces: Option<KeyRow>,
    replaces_text: String,
) -> Result<HttpResponse> {
    let mut answer = page(
        201,
        &KeyCreatedPage {
            frame,
            curl: format!(
                "curl -H 'Authorization: Bearer {}' \\\n  {base_url}/api/open/v1/key",
                plain.reveal(),
            ),
            plaintext: plain.reveal().to_owned(),
            key,
            replaces,
            replaces_text,
        },
    )?;
    answer.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    Ok(answer)
}

/// What a form to rotate starts with, and the key that it is for.
async fn rotation(rooms: &Rooms, member: &Member, key_id: &str) -> Result<(KeyRow, ExpiryForm)> {
    let (row, key) = one(rooms, member, key_id).await?;
    if !key.can_edit {
        return Err(Error::forbidden(
            "Members rotate their own keys; ask an admin to rotate this one.",
        ));
    }
    if !matches!(key.status, "active" | "expiring") {
        return Err(Error::new(
            Code::KeyNotActive,
            "This key has ended or has a successor already; create a new one.",
        ));
    }
    let mut expiry = expiry_form(rooms, member).await?;
    let life = row
        .expires_at
        .map(|end| (end.0 - row.created_at.0 + DAY - 1) / DAY);
    let text = match life {
        Some(days) => format!("Same length as before ({})", count(days, "day")),
        None if expiry.may_never => "Same as before (never)".to_owned(),
        None => "As long as the workspace allows".to_owned(),
    };
    expiry.choices.insert(
        0,
        ExpiryChoice {
            value: "same",
            text,
        },
    );
    "same".clone_into(&mut expiry.expiry);
    Ok((key, expiry))
}

fn rotate_page(
    frame: Frame,
    key: KeyRow,
    grace: &str,
    expiry: ExpiryForm,
    problems: (Option<String>, Option<String>),
    confirm: Option<Confirm>,
) -> RotatePage {
    let (problem, expiry_problem) = problems;
    RotatePage {
        frame,
        key,
        grace: grace.to_owned(),
        expiry: expiry.expiry,
        expiry_date: expiry.expiry_date,
        earliest_date: expiry.earliest_date,
        latest_date: expiry.latest_date,
        choices: expiry.choices,
        may_never: expiry.may_never,
        longest: expiry.longest,
        problem,
        expiry_problem,
        confirm,
    }
}

pub async fn ask_rotate(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let (key, expiry) = rotation(&rooms, &member, &key_id).await?;
    let frame = Frame::settings("Rotate a key", "api", &member.person, &session)?;
    let confirm = confirm::ask(&member, &rooms);
    page(
        200,
        &rotate_page(frame, key, "24h", expiry, (None, None), confirm),
    )
}

pub async fn rotate(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
    form: Fields,
) -> Result<HttpResponse> {
    let now = rooms.keys.now();
    let (key, mut expiry) = rotation(&rooms, &member, &key_id).await?;
    expiry.fill(&form);
    let typed = form.get("grace").to_owned();
    let frame = || Frame::settings("Rotate a key", "api", &member.person, &session);
    let (grace, chosen): (Result<Grace>, Result<Option<Expiry>>) = (
        typed
            .parse()
            .map_err(|_| Error::invalid("Choose when the old key stops working.")),
        expiry.parse(now),
    );
    let (grace, chosen) = match (grace, chosen) {
        (Ok(grace), Ok(chosen)) => (grace, chosen),
        (grace, chosen) => {
            let problems = (
                grace.err().as_ref().map(for_people),
                chosen.err().as_ref().map(for_people),
            );
            let confirm = confirm::ask(&member, &rooms);
            let again = rotate_page(frame()?, key, &typed, expiry, problems, confirm);
            return page(400, &again);
        }
    };
    if let Some(again) = confirm::check(&member, &rooms, &session, &form).await? {
        let again = rotate_page(frame()?, key, &typed, expiry, (None, None), Some(again));
        return page(400, &again);
    }
    let rotated = rooms
        .keys
        .rotate(&member.actor(), &key_id, grace, chosen)
        .await;
    let rotated = match rotated {
        Ok(rotated) => rotated,
        Err(error) if error.code == Code::InvalidRequest => {
            let problems = (None, Some(policy_words(&expiry)));
            return page(
                400,
                &rotate_page(frame()?, key, &typed, expiry, problems, None),
            );
        }
        Err(error) => return Err(error),
    };
    let actor = member.actor();
    let new = KeyRow::new(rotated.new, member.person.name.clone(), &actor, now);
    let text = replaces_text(grace, rotated.old.expires_at, now);
    let old = KeyRow::new(rotated.old, key.created_by, &actor, now);
    let frame = Frame::settings("API key rotated", "api", &member.person, &session)?;
    created_page(frame, new, &rotated.plain, &rooms.base_url, Some(old), text)
}

fn replaces_text(grace: Grace, until: Option<Time>, now: Time) -> String {
    match (grace, until) {
        (Grace::Now, _) | (_, None) => "The old key has stopped working.".to_owned(),
        (_, Some(until)) => {
            let when = When::new(until, now);
            format!(
                "The old key works until this one is first used, at the latest until {}.",
                when.exact
            )
        }
    }
}
