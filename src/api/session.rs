//! `/api/open-api/session`: the caller's own session.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::app::Rooms;
use crate::error::Result;
use crate::http::{Body, Member, confirm_session};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    password: String,
}

/// Takes the password once more, for what a sign-in of long ago does not allow.
pub async fn confirm(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Body(Confirmation { password }): Body<Confirmation>,
) -> Result<HttpResponse> {
    rooms.accounts.confirm(&member.actor(), &password).await?;
    let now = rooms.clock.now();
    confirm_session(&session, now)?;
    Ok(HttpResponse::Ok().json(json!({ "confirmedAt": now })))
}
