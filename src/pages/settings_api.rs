//! Settings → API: the keys of the workspace, and their end.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::confirm::{self, Confirm};
use super::frame::{Frame, leave_word};
use super::key_rows::{DAYS, KeyRow, Spark, days_of, today};
use super::paging::{PageNumber, Pages, href, said};
use super::{page, see_other};
use crate::app::Rooms;
use crate::error::{Error, Result};
use crate::http::{Admin, Fields, Member, Query};
use crate::keys::{self, ListFilter, Sort, Status};

pub const HERE: &str = "/settings/api";
/// Keys on one page of the list.
const PER_PAGE: i64 = 20;
/// Keys named by the dialog, and by the page, before all are revoked.
const NAMED: i64 = 8;
const NAMED_ON_PAGE: i64 = 200;

#[derive(Template)]
#[template(path = "settings_api.html")]
struct ApiPage {
    frame: Frame,
    keys: Vec<KeyRow>,
    total: i64,
    matching: i64,
    active_count: i64,
    can_revoke_all: bool,
    query: Asked,
    is_filtered: bool,
    pages: Pages,
    is_switched_off: bool,
    named: Vec<KeyRow>,
    more: i64,
    confirm: Option<Confirm>,
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
    more: i64,
    active_count: i64,
    confirm: Option<Confirm>,
}

/// Which keys the list shows, as its form says it.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

impl Asked {
    /// What is not known of it asks for nothing.
    fn filter(&self) -> ListFilter {
        ListFilter {
            status: self.status.parse().ok(),
            // No label holds a control character.
            text: self
                .q
                .trim()
                .chars()
                .filter(|letter| !letter.is_control())
                .take(120)
                .collect(),
            sort: self.sort.parse().unwrap_or_default(),
        }
    }

    fn href(&self, page: i64) -> String {
        href(
            HERE,
            &[
                ("q", &self.q),
                ("status", &self.status),
                ("sort", &self.sort),
                ("page", &said(page)),
            ],
        )
    }
}

pub async fn list_keys(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Query(query): Query<Asked>,
) -> Result<HttpResponse> {
    let now = rooms.keys.now();
    let filter = query.filter();
    let is_filtered = filter.status.is_some() || !filter.text.is_empty();
    let workspace_id = &member.person.workspace_id;
    let mut number = PageNumber::parse(&query.page, PER_PAGE);
    let since = today(now) - DAYS;
    let list = async |number: PageNumber| {
        let filter = filter.clone();
        let page = rooms
            .keys
            .page(workspace_id, filter, number.offset(), PER_PAGE, since);
        page.await
    };
    let (mut found, mut days) = list(number).await?;
    if found.rows.is_empty() && found.matching > 0 {
        number = number.within(found.matching);
        (found, days) = list(number).await?;
    }
    let profile = rooms.accounts.profile(workspace_id).await?;
    let actor = member.actor();
    let keys: Vec<KeyRow> = found
        .rows
        .into_iter()
        .map(|(row, created_by)| {
            let mut key = KeyRow::new(row, created_by, &actor, now);
            key.spark = Spark::draw(&days_of(&key.id, &days, now), 120, 24);
            key
        })
        .collect();
    let can_revoke_all = member.person.is_admin();
    let named = match can_revoke_all && found.active > 0 {
        true => live(&rooms, &member, NAMED).await?,
        false => Vec::new(),
    };
    page(
        200,
        &ApiPage {
            frame: Frame::settings("API keys", "api", &member.person, &session)?,
            total: found.total,
            matching: found.matching,
            active_count: found.active,
            can_revoke_all,
            pages: number.pages(found.matching, |number| query.href(number)),
            is_filtered,
            is_switched_off: !profile.enabled,
            more: found.active - i64::try_from(named.len()).unwrap_or(0),
            named,
            confirm: confirm::ask(&member, &rooms),
            keys,
            query,
        },
    )
}

/// The live keys that were used last.
async fn live(rooms: &Rooms, member: &Member, limit: i64) -> Result<Vec<KeyRow>> {
    let filter = ListFilter {
        status: Some(Status::Active),
        sort: Sort::Used,
        ..ListFilter::default()
    };
    let now = rooms.keys.now();
    let workspace_id = &member.person.workspace_id;
    let (found, _) = rooms
        .keys
        .page(workspace_id, filter, 0, limit, today(now) + 1)
        .await?;
    Ok(found
        .rows
        .into_iter()
        .map(|(row, created_by)| KeyRow::new(row, created_by, &member.actor(), now))
        .collect())
}

/// One key of the member's workspace, as the pages show it.
pub async fn one(rooms: &Rooms, member: &Member, key_id: &str) -> Result<(keys::KeyRow, KeyRow)> {
    let (row, created_by) = rooms.keys.find(&member.person.workspace_id, key_id).await?;
    let shown = KeyRow::new(row.clone(), created_by, &member.actor(), rooms.keys.now());
    Ok((row, shown))
}

pub async fn ask_revoke(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let (_, key) = one(&rooms, &member, &key_id).await?;
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

async fn revoke_all_page(
    admin: &Member,
    rooms: &Rooms,
    session: &Session,
    confirm: Option<Confirm>,
) -> Result<HttpResponse> {
    let keys = live(rooms, admin, NAMED_ON_PAGE).await?;
    let nothing = ListFilter {
        status: Some(Status::Active),
        ..ListFilter::default()
    };
    let (counted, _) = rooms
        .keys
        .page(&admin.person.workspace_id, nothing, 0, 0, 0)
        .await?;
    let status = match &confirm {
        Some(Confirm { problem: Some(_) }) => 400,
        _ => 200,
    };
    page(
        status,
        &RevokeAllPage {
            frame: Frame::settings("Revoke all keys", "api", &admin.person, session)?,
            more: counted.active - i64::try_from(keys.len()).unwrap_or(0),
            active_count: counted.active,
            keys,
            confirm,
        },
    )
}

pub async fn ask_revoke_all(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let confirm = confirm::ask(&admin.0, &rooms);
    revoke_all_page(&admin.0, &rooms, &session, confirm).await
}

pub async fn revoke_all(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    if let Some(again) = confirm::check(&admin.0, &rooms, &session, &form).await? {
        return revoke_all_page(&admin.0, &rooms, &session, Some(again)).await;
    }
    let revoked = rooms.keys.revoke_all(&admin.0.actor()).await?;
    let word = match revoked.len() {
        0 => "No key was active, so none was revoked.".to_owned(),
        1 => "1 key is revoked. Its next request will be refused.".to_owned(),
        many => format!("{many} keys are revoked. Their next requests will be refused."),
    };
    leave_word(&session, &word)?;
    Ok(see_other(HERE))
}
