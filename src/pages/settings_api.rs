//! Settings → API: the keys of the workspace.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use strum::IntoEnumIterator;

use super::frame::{Frame, leave_word};
use super::time_words::{When, count};
use super::{for_people, page, see_other};
use crate::app::Rooms;
use crate::audit::Actor;
use crate::clock::{DAY, Time};
use crate::error::{Error, Result};
use crate::http::{Admin, Fields, Member};
use crate::keys::{self, Expiry, LONGEST_LIFE, Label, NewKey, Scope, Scopes};

const HERE: &str = "/settings/api";

#[derive(Template)]
#[template(path = "settings_api.html")]
struct ApiPage {
    frame: Frame,
    keys: Vec<KeyRow>,
    active_count: usize,
    can_revoke_all: bool,
}

#[derive(Template)]
#[template(path = "new_key.html")]
struct NewKeyPage {
    frame: Frame,
    label: String,
    scopes: Vec<ScopeChoice>,
    expiry: String,
    expiry_date: String,
    earliest_date: String,
    latest_date: String,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "key_created.html")]
struct KeyCreatedPage {
    frame: Frame,
    key: KeyRow,
    plaintext: String,
    curl: String,
}

#[derive(Template)]
#[template(path = "revoke_key.html")]
struct RevokeKeyPage {
    frame: Frame,
    key: KeyRow,
}

#[derive(Template)]
#[template(path = "revoke_all.html")]
struct RevokeAllPage {
    frame: Frame,
    keys: Vec<KeyRow>,
}

#[derive(Default)]
struct Problems {
    label: Option<String>,
    scopes: Option<String>,
    expiry: Option<String>,
}

struct ScopeChoice {
    name: &'static str,
    grants: &'static str,
    ticked: bool,
}

struct KeyRow {
    id: String,
    label: String,
    prefix: String,
    scopes: Vec<&'static str>,
    status: &'static str,
    status_text: String,
    created_by: String,
    created: When,
    expires: Option<When>,
    last_used: Option<When>,
    last_used_ip: Option<String>,
    revoked: Option<When>,
    can_revoke: bool,
}

impl KeyRow {
    fn new(row: keys::KeyRow, created_by: String, actor: &Actor, now: Time) -> Self {
        let when = |time: Option<Time>| time.map(|time| When::new(time, now));
        let (status, status_text) = match (row.revoked_at, row.expires_at) {
            (Some(_), _) => ("revoked", "Revoked".to_owned()),
            (None, Some(at)) if at <= now => ("expired", "Expired".to_owned()),
            (None, Some(at)) if at <= now.plus(14 * DAY) => {
                let left = at.0.saturating_sub(now.0);
                let text = match left / DAY {
                    0 => "Expires today".to_owned(),
                    days => format!("Expires in {}", count(days, "day")),
                };
                ("expiring", text)
            }
            _ => ("active", "Active".to_owned()),
        };
        Self {
            can_revoke: row.revoked_at.is_none() && keys::may_revoke(actor, &row),
            scopes: Scopes::from_column(&row.scopes).names(),
            created: When::new(row.created_at, now),
            expires: when(row.expires_at),
            last_used: when(row.last_used_at),
            revoked: when(row.revoked_at),
            id: row.id,
            label: row.label,
            prefix: row.key_prefix,
            last_used_ip: row.last_used_ip,
            status,
            status_text,
            created_by,
        }
    }

    fn is_active(&self) -> bool {
        matches!(self.status, "active" | "expiring")
    }
}

async fn rows(rooms: &Rooms, member: &Member) -> Result<Vec<KeyRow>> {
    let now = rooms.keys.now();
    let found = rooms.keys.list(&member.person.workspace_id).await?;
    Ok(found
        .into_iter()
        .map(|(row, created_by)| KeyRow::new(row, created_by, &member.actor(), now))
        .collect())
}

pub async fn list_keys(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let keys = rows(&rooms, &member).await?;
    page(
        200,
        &ApiPage {
            frame: Frame::settings("API keys", "api", &member.person, &session)?,
            active_count: keys.iter().filter(|key| key.is_active()).count(),
            can_revoke_all: member.person.is_admin(),
            keys,
        },
    )
}

pub async fn new_key(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let frame = Frame::settings("Create an API key", "api", &member.person, &session)?;
    page(
        200,
        &form_page(
            frame,
            &Typed::default(),
            Problems::default(),
            rooms.keys.now(),
        ),
    )
}

/// What was typed into the form.
struct Typed {
    label: String,
    scopes: Vec<String>,
    expiry: String,
    expiry_date: String,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            label: String::new(),
            scopes: Vec::new(),
            expiry: "90d".to_owned(),
            expiry_date: String::new(),
        }
    }
}

impl Typed {
    fn from_form(form: &Fields) -> Self {
        Self {
            label: form.get("label").to_owned(),
            scopes: form.all("scopes").map(str::to_owned).collect(),
            expiry: form.get("expiry").to_owned(),
            expiry_date: form.get("expiry_date").to_owned(),
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

    fn expiry(&self, now: Time) -> Result<Expiry> {
        let days = |days: i64| Expiry::parse(Some(now.plus(days * DAY)), now);
        match self.expiry.as_str() {
            "30d" => days(30),
            "90d" => days(90),
            "1y" => days(365),
            "never" => Ok(Expiry::NEVER),
            "date" => {
                let end = Time::parse(&format!("{}T23:59:59.999Z", self.expiry_date));
                match end {
                    None => Err(Error::invalid("Choose the date on which the key expires.")),
                    end => Expiry::parse(end, now).map_err(|_| {
                        Error::invalid("Choose a date from today on, at most ten years away.")
                    }),
                }
            }
            _ => Err(Error::invalid("Choose when the key expires.")),
        }
    }
}

fn form_page(frame: Frame, typed: &Typed, problems: Problems, now: Time) -> NewKeyPage {
    let date = |time: Time| time.utc().format("%Y-%m-%d").to_string();
    NewKeyPage {
        frame,
        label: typed.label.clone(),
        scopes: Scope::iter()
            .map(|scope| ScopeChoice {
                name: scope.as_str(),
                grants: scope.grants(),
                ticked: typed.scopes.iter().any(|name| name == scope.as_str()),
            })
            .collect(),
        expiry: typed.expiry.clone(),
        expiry_date: typed.expiry_date.clone(),
        earliest_date: date(now),
        // The day whose last instant is still within the longest life.
        latest_date: date(now.plus(LONGEST_LIFE - DAY)),
        problems,
    }
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
    let new = match (
        Label::parse(&typed.label),
        typed.scopes(),
        typed.expiry(now),
    ) {
        (Ok(label), Ok(scopes), Ok(expiry)) => NewKey {
            label,
            scopes,
            expiry,
        },
        (label, scopes, expiry) => {
            let frame = Frame::settings("Create an API key", "api", &member.person, &session)?;
            let problems = Problems {
                label: label.err().as_ref().map(for_people),
                scopes: scopes.err().as_ref().map(for_people),
                expiry: expiry.err().as_ref().map(for_people),
            };
            return page(400, &form_page(frame, &typed, problems, now));
        }
    };
    let (row, plain) = rooms.keys.create(&member.person, new).await?;
    let created_by = member.person.name.clone();
    let mut answer = page(
        201,
        &KeyCreatedPage {
            frame: Frame::settings("API key created", "api", &member.person, &session)?,
            curl: format!(
                "curl -H 'Authorization: Bearer {}' \\\n  {}/api/open/v1/projects",
                plain.reveal(),
                rooms.base_url
            ),
            plaintext: plain.reveal().to_owned(),
            key: KeyRow::new(row, created_by, &member.actor(), now),
        },
    )?;
    answer.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    Ok(answer)
}

pub async fn ask_revoke(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let key = rows(&rooms, &member)
        .await?
        .into_iter()
        .find(|key| key.id == *key_id)
        .ok_or_else(|| Error::not_found("key"))?;
    if !key.can_revoke {
        return match key.revoked {
            Some(_) => Ok(see_other(HERE)),
            None => Err(Error::forbidden(
                "Members revoke their own keys; ask an admin to revoke this one.",
            )),
        };
    }
    page(
        200,
        &RevokeKeyPage {
            frame: Frame::settings("Revoke a key", "api", &member.person, &session)?,
            key,
        },
    )
}

pub async fn revoke(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let row = rooms.keys.revoke(&member.actor(), &key_id).await?;
    leave_word(
        &session,
        &format!(
            "“{}” is revoked. Its next request will be refused.",
            row.label
        ),
    )?;
    Ok(see_other(HERE))
}

pub async fn ask_revoke_all(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let mut keys = rows(&rooms, &admin.0).await?;
    keys.retain(KeyRow::is_active);
    page(
        200,
        &RevokeAllPage {
            frame: Frame::settings("Revoke all keys", "api", &admin.0.person, &session)?,
            keys,
        },
    )
}

pub async fn revoke_all(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let revoked = rooms.keys.revoke_all(&admin.0.actor()).await?;
    let word = match revoked.len() {
        0 => "No key was active, so none was revoked.".to_owned(),
        1 => "1 key is revoked. Its next request will be refused.".to_owned(),
        many => format!("{many} keys are revoked. Their next requests will be refused."),
    };
    leave_word(&session, &word)?;
    Ok(see_other(HERE))
}
