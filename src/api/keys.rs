//! `/api/open-api/keys`: the keys of a workspace, for people who are signed in.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Profile;
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::http::{Admin, AnyCaller, Body, Member, OptionalBody};
use crate::keys::{Expiry, Grace, KeyRow, KeyView, Label, Networks, NewKey, Scope, Scopes};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewOpenApiKey)]
pub struct KeyRequest {
    /// 1 to 120 characters after trimming, none of them a control character.
    #[schema(min_length = 1, max_length = 120)]
    label: String,
    /// What the key may do; duplicates are folded.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
    /// In the future, at most ten years away; without it the key never expires.
    #[serde(default)]
    #[schema(value_type = Option<Time>)]
    expires_at: Option<String>,
    /// Networks (CIDR) or single addresses that the key may be used from; empty: from anywhere.
    #[serde(default)]
    #[schema(max_items = 50)]
    allowed_networks: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = OpenApiKeyChange)]
pub struct KeyChange {
    /// 1 to 120 characters after trimming, none of them a control character.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 120)]
    label: Option<String>,
    /// Networks (CIDR) or single addresses that the key may be used from; empty: from anywhere.
    #[serde(default)]
    #[schema(max_items = 50)]
    allowed_networks: Option<Vec<String>>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = OpenApiKeyRotation)]
pub struct RotationRequest {
    /// How long the old key still works, unless its successor is used before: `now`, `1h`, `24h`
    /// (default) or `7d`.
    #[serde(default)]
    #[schema(pattern = "^(now|1h|24h|7d)$", default = "24h")]
    grace: Option<String>,
    /// When the successor ends; without it, it lives as long as the old key was meant to.
    #[serde(default)]
    #[schema(value_type = Option<Time>)]
    expires_at: Option<String>,
}

/// `None` when it is missing.
fn time(text: Option<String>) -> Result<Option<Time>> {
    text.map(|text| {
        Time::parse(&text).ok_or_else(|| {
            Error::invalid("`expiresAt` must be a time such as 2027-01-31T12:00:00.000Z.")
        })
    })
    .transpose()
}

#[derive(Serialize, ToSchema)]
#[schema(as = OpenApiKeysAndProfile)]
pub struct KeysAndProfile {
    /// Newest first, revoked and expired ones included.
    keys: Vec<KeyView>,
    profile: Profile,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OpenApiKeyAnswer)]
pub struct OneKey {
    key: KeyView,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OpenApiKeyList)]
pub struct ManyKeys {
    keys: Vec<KeyView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CreatedOpenApiKey)]
pub struct CreatedKey<'a> {
    key: KeyView,
    /// The key itself; shown only here.
    #[schema(pattern = "^pgk_live_[0-9A-Za-z]{38}$")]
    plaintext_key: &'a str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RotatedOpenApiKey)]
pub struct RotatedKey<'a> {
    key: KeyView,
    /// The successor itself; shown only here.
    #[schema(pattern = "^pgk_live_[0-9A-Za-z]{38}$")]
    plaintext_key: &'a str,
    replaced_key: KeyView,
}

impl OneKey {
    fn of(row: &KeyRow) -> Self {
        Self { key: row.into() }
    }
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
        Ok(NewKey {
            label: Label::parse(&self.label)?,
            scopes: Scopes::new(scopes)
                .ok_or_else(|| Error::invalid("`scopes` must name at least one scope."))?,
            expiry: Expiry::parse(time(self.expires_at)?, now)?,
            networks: Networks::parse_list(&self.allowed_networks)?,
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
    member.must_be_confirmed(&rooms)?;
    let new = request.parse(rooms.keys.now())?;
    let (row, plain) = rooms
        .keys
        .create(&member.actor(), &member.person, new)
        .await?;
    Ok(HttpResponse::Created().json(CreatedKey {
        key: KeyView::from(&row),
        plaintext_key: plain.reveal(),
    }))
}

pub async fn revoke_key(
    member: Member,
    rooms: web::Data<Rooms>,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let row = rooms.keys.revoke(&member.actor(), &key_id).await?;
    Ok(HttpResponse::Ok().json(OneKey::of(&row)))
}

pub async fn revoke_all_keys(admin: Admin, rooms: web::Data<Rooms>) -> Result<HttpResponse> {
    admin.0.must_be_confirmed(&rooms)?;
    let rows = rooms.keys.revoke_all(&admin.0.actor()).await?;
    let keys = rows.iter().map(KeyView::from).collect();
    Ok(HttpResponse::Ok().json(ManyKeys { keys }))
}

pub async fn get_key(
    member: Member,
    rooms: web::Data<Rooms>,
    key_id: web::Path<String>,
) -> Result<HttpResponse> {
    let (row, _) = rooms
        .keys
        .find(&member.person.workspace_id, &key_id)
        .await?;
    Ok(HttpResponse::Ok().json(OneKey::of(&row)))
}

pub async fn change_key(
    member: Member,
    rooms: web::Data<Rooms>,
    key_id: web::Path<String>,
    Body(request): Body<KeyChange>,
) -> Result<HttpResponse> {
    let label = request.label.as_deref().map(Label::parse).transpose()?;
    let networks = request
        .allowed_networks
        .map(|list| Networks::parse_list(&list))
        .transpose()?;
    let row = rooms
        .keys
        .change(&member.actor(), &key_id, label, networks)
        .await?;
    Ok(HttpResponse::Ok().json(OneKey::of(&row)))
}

pub async fn rotate_key(
    member: Member,
    rooms: web::Data<Rooms>,
    key_id: web::Path<String>,
    OptionalBody(request): OptionalBody<RotationRequest>,
) -> Result<HttpResponse> {
    member.must_be_confirmed(&rooms)?;
    let grace = request
        .grace
        .as_deref()
        .unwrap_or("24h")
        .parse::<Grace>()
        .map_err(|_| Error::invalid("`grace` must be `now`, `1h`, `24h` or `7d`."))?;
    let expiry = time(request.expires_at)?
        .map(|end| Expiry::parse(Some(end), rooms.keys.now()))
        .transpose()?;
    let rotated = rooms
        .keys
        .rotate(&member.actor(), &key_id, grace, expiry)
        .await?;
    Ok(HttpResponse::Created().json(RotatedKey {
        key: KeyView::from(&rotated.new),
        plaintext_key: rotated.plain.reveal(),
        replaced_key: KeyView::from(&rotated.old),
    }))
}

/// What a key says of itself.
pub async fn get_own_key(caller: AnyCaller, rooms: web::Data<Rooms>) -> Result<HttpResponse> {
    let row = rooms.keys.own_record(&caller.0).await?;
    Ok(HttpResponse::Ok().json(OneKey::of(&row)))
}
