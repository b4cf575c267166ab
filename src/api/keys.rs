//! `/api/open-api/keys`: the keys of a workspace, for people who are signed in.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::accounts::Profile;
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::http::{Admin, Body, Member};
use crate::keys::{Expiry, KeyView, Label, NewKey, Scope, Scopes};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRequest {
    label: String,
    scopes: Vec<String>,
    #[serde(default)]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct KeysAndProfile {
    keys: Vec<KeyView>,
    profile: Profile,
}

impl KeyRequest {
    fn parse(self, now: Time) -> Result<NewKey> {
        let scopes = self
            .scopes
            .iter()
            .map(|name| {
                name.parse::<Scope>().map_err(|_| {
                    Error::invalid(
                        "`scopes` must be of `jobs:read`, `jobs:write` and `artifacts:read`.",
                    )
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let expires_at = match self.expires_at {
            None => None,
            Some(text) => Some(Time::parse(&text).ok_or_else(|| {
                Error::invalid("`expiresAt` must be a time such as 2027-01-31T12:00:00.000Z.")
            })?),
        };
        Ok(NewKey {
            label: Label::parse(&self.label)?,
            scopes: Scopes::new(scopes)
                .ok_or_else(|| Error::invalid("`scopes` must name at least one scope."))?,
            expiry: Expiry::parse(expires_at, now)?,
        })
    }
}

pub async fn list_keys(member: Member, rooms: web::Data<Rooms>) -> Result<HttpResponse> {
    let keys = rooms.keys.list(&member.person.workspace_id).await?;
    let profile = rooms.accounts.profile(&member.person.workspace_id).await?;
    Ok(HttpResponse::Ok().json(KeysAndProfile {
        keys: keys.iter().map(|(row, _)| KeyView::from(row)).collect(),
        profile,
    }))
}

pub async fn create_key(
    member: Member,
    rooms: web::Data<Rooms>,
    Body(request): Body<KeyRequest>,
) -> Result<HttpResponse> {
    let new = request.parse(rooms.keys.now())?;
    let (row, plain) = rooms.keys.create(&member.person, new).await?;
    Ok(HttpResponse::Created().json(json!({
        "key": KeyView::from(&row),
        "plaintextKey": plain.reveal(),
    })))
}

pub async fn revoke_key(
    member: Member,
    rooms: web::Data<Rooms>,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let row = rooms.keys.revoke(&member.actor(), &key_id).await?;
    Ok(HttpResponse::Ok().json(json!({ "key": KeyView::from(&row) })))
}

pub async fn revoke_all_keys(admin: Admin, rooms: web::Data<Rooms>) -> Result<HttpResponse> {
    let rows = rooms.keys.revoke_all(&admin.0.actor()).await?;
    let keys: Vec<KeyView> = rows.iter().map(KeyView::from).collect();
    Ok(HttpResponse::Ok().json(json!({ "keys": keys })))
}
