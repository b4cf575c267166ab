//! `/api/open-api/session`: the caller's own session.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Rooms;
use crate::clock::Time;
use crate::error::Result;
use crate::http::{Body, Member, confirm_session};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    password: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Confirmed {
    confirmed_at: Time,
}

/// Takes the password once more, for what a sign-in of long ago does not allow.
pub async fn confirm(
    member: Member,
    rooms: web::Data<Rooms>,
    session: Session,
    Body(Confirmation { password }): Body<Confirmation>,
) -> Result<HttpResponse> {
    rooms.accounts.confirm(&member.actor(), &password).await?;
    let confirmed_at = rooms.clock.now();
    confirm_session(&session, confirmed_at)?;
    Ok(HttpResponse::Ok().json(Confirmed { confirmed_at }))
}
