//! The password once more, where the sign-in is old and the act weighs much.

use actix_session::Session;

use super::for_people;
use crate::app::Rooms;
use crate::error::{Code, Result};
use crate::http::{Fields, Member, confirm_session};

/// Asks for the password in a form.
pub struct Confirm {
    pub problem: Option<String>,
}

/// Whether a form must ask.
pub fn ask(member: &Member, rooms: &Rooms) -> Option<Confirm> {
    (!member.is_confirmed(rooms)).then_some(Confirm { problem: None })
}

/// Takes the password from a form that had to ask; answers what to ask again when it is missing
/// or wrong.
pub async fn check(
    member: &Member,
    rooms: &Rooms,
    session: &Session,
    form: &Fields,
) -> Result<Option<Confirm>> {
    if member.is_confirmed(rooms) {
        return Ok(None);
    }
    let again = |problem: String| {
        Ok(Some(Confirm {
            problem: Some(problem),
        }))
    };
    let password = form.get("current_password");
    if password.is_empty() {
        return again("Type your password to confirm.".to_owned());
    }
    match rooms.accounts.confirm(&member.actor(), password).await {
        Ok(()) => {
            confirm_session(session, rooms.clock.now())?;
            Ok(None)
        }
        Err(error) if matches!(error.code, Code::Unauthorized | Code::RateLimited) => {
            again(for_people(&error))
        }
        Err(error) => Err(error),
    }
}
