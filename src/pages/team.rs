//! Settings → Team: people, roles and invitations; for admins.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, leave_word};
use super::time_words::{When, count};
use super::{for_people, page, see_other};
use crate::accounts::{Colleague, Email, Invitation, Role};
use crate::app::Rooms;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::{Admin, Fields, Member};

const HERE: &str = "/settings/team";

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    frame: Frame,
    people: Vec<PersonRow>,
    invitations: Vec<InvitationRow>,
    invite: InviteForm,
}

#[derive(Template)]
#[template(path = "remove_person.html")]
struct RemovePersonPage {
    frame: Frame,
    person: PersonRow,
    problem: Option<String>,
}

struct PersonRow {
    id: String,
    name: String,
    email: String,
    is_admin: bool,
    is_you: bool,
    is_last_admin: bool,
    joined: When,
    last_seen: Option<When>,
    active_keys: i64,
    sessions: i64,
}

struct InvitationRow {
    id: String,
    email: String,
    is_admin: bool,
    invited_by: String,
    expires: When,
    is_expired: bool,
}

/// What was typed into the form that invites.
#[derive(Default)]
struct InviteForm {
    email: String,
    role: String,
    problem: Option<String>,
}

impl PersonRow {
    fn new(colleague: Colleague, you: &Member, now: Time) -> Self {
        let person = colleague.person;
        Self {
            is_admin: person.is_admin(),
            is_you: person.id == you.person.id,
            is_last_admin: colleague.is_last_admin,
            joined: When::new(colleague.joined_at, now),
            last_seen: colleague.last_seen_at.map(|time| When::new(time, now)),
            active_keys: colleague.active_keys,
            sessions: colleague.sessions,
            id: person.id,
            name: person.name,
            email: person.email,
        }
    }
}

impl InvitationRow {
    fn new(invitation: Invitation, now: Time) -> Self {
        Self {
            is_admin: invitation.role == Role::Admin,
            expires: When::new(invitation.expires_at, now),
            is_expired: invitation.expires_at <= now,
            id: invitation.id,
            email: invitation.email,
            invited_by: invitation.invited_by,
        }
    }
}

async fn team_page(
    rooms: &Rooms,
    member: &Member,
    session: &Session,
    status: u16,
    invite: InviteForm,
) -> Result<HttpResponse> {
    let now = rooms.clock.now();
    let workspace_id = &member.person.workspace_id;
    let people = rooms.accounts.team(workspace_id).await?;
    let invitations = rooms.accounts.invitations(workspace_id).await?;
    page(
        status,
        &TeamPage {
            frame: Frame::settings("Team", "team", &member.person, session)?,
            people: people
                .into_iter()
                .map(|colleague| PersonRow::new(colleague, member, now))
                .collect(),
            invitations: invitations
                .into_iter()
                .map(|invitation| InvitationRow::new(invitation, now))
                .collect(),
            invite,
        },
    )
}

pub async fn show_team(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    team_page(&rooms, &member, &session, 200, InviteForm::default()).await
}

fn role_of(form: &Fields) -> Result<Role> {
    form.get("role")
        .parse()
        .map_err(|_| Error::invalid("Choose a role: admin or member."))
}

pub async fn invite(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let outcome = match (Email::parse(form.get("email")), role_of(&form)) {
        (Ok(email), Ok(role)) => rooms.accounts.invite(&member.actor(), email, role).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let email = form.get("email").trim().to_owned();
    match outcome {
        Ok(()) => {
            leave_word(
                &session,
                &format!("An invitation is on its way to {email}."),
            )?;
            Ok(see_other(HERE))
        }
        Err(error)
            if matches!(
                error.code,
                Code::InvalidRequest | Code::NameTaken | Code::LimitExceeded
            ) =>
        {
            let invite = InviteForm {
                email,
                role: form.get("role").to_owned(),
                problem: Some(for_people(&error)),
            };
            team_page(&rooms, &member, &session, error.code.status(), invite).await
        }
        Err(error) => Err(error),
    }
}

pub async fn resend_invitation(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    invitation_id: web::Path<String>,
) -> Result<HttpResponse> {
    let invitation = rooms
        .accounts
        .resend_invitation(&member.actor(), &invitation_id)
        .await?;
    leave_word(
        &session,
        &format!(
            "The invitation is on its way to {} again.",
            invitation.email
        ),
    )?;
    Ok(see_other(HERE))
}

pub async fn cancel_invitation(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    invitation_id: web::Path<String>,
) -> Result<HttpResponse> {
    let invitation = rooms
        .accounts
        .cancel_invitation(&member.actor(), &invitation_id)
        .await?;
    leave_word(
        &session,
        &format!("The invitation of {} is cancelled.", invitation.email),
    )?;
    Ok(see_other(HERE))
}

pub async fn set_role(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    user_id: web::Path<String>,
    form: Fields,
) -> Result<HttpResponse> {
    let role = role_of(&form)?;
    let person = rooms
        .accounts
        .set_role(&member.actor(), &user_id, role)
        .await?;
    let word = person.role.word();
    if person.id == member.person.id && !person.is_admin() {
        leave_word(&session, &format!("You are {word} now."))?;
        return Ok(see_other("/settings/account"));
    }
    leave_word(&session, &format!("{} is {word} now.", person.name))?;
    Ok(see_other(HERE))
}

pub async fn end_sessions(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    user_id: web::Path<String>,
) -> Result<HttpResponse> {
    let person = rooms
        .accounts
        .end_sessions_of(&member.actor(), &user_id)
        .await?;
    if person.id == member.person.id {
        session.purge();
        return Ok(see_other("/sign-in"));
    }
    leave_word(
        &session,
        &format!("{} is signed out everywhere.", person.name),
    )?;
    Ok(see_other(HERE))
}

async fn removal_page(
    rooms: &Rooms,
    member: &Member,
    session: &Session,
    user_id: &str,
    refusal: Option<&Error>,
) -> Result<HttpResponse> {
    let colleague = rooms
        .accounts
        .team(&member.person.workspace_id)
        .await?
        .into_iter()
        .find(|colleague| colleague.person.id == user_id)
        .ok_or_else(|| Error::not_found("person"))?;
    page(
        refusal.map_or(200, |error| error.code.status()),
        &RemovePersonPage {
            frame: Frame::settings("Remove a person", "team", &member.person, session)?,
            person: PersonRow::new(colleague, member, rooms.clock.now()),
            problem: refusal.map(for_people),
        },
    )
}

pub async fn ask_remove(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    user_id: web::Path<String>,
) -> Result<HttpResponse> {
    removal_page(&rooms, &member, &session, &user_id, None).await
}

pub async fn remove(
    Admin(member): Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    user_id: web::Path<String>,
    form: Fields,
) -> Result<HttpResponse> {
    let revoke_keys = form.get("revoke_keys") == "yes";
    if revoke_keys && let Err(error) = rooms.keys.flush_last_use().await {
        // The mail will not name the very last use: no reason to let anyone stay.
        tracing::warn!(%error, "the last uses of keys could not be written yet");
    }
    let outcome = rooms
        .accounts
        .remove(&member.actor(), &user_id, revoke_keys)
        .await;
    let (person, revoked) = match outcome {
        Ok(done) => done,
        Err(error) if error.code == Code::Forbidden => {
            return removal_page(&rooms, &member, &session, &user_id, Some(&error)).await;
        }
        Err(error) => return Err(error),
    };
    if person.id == member.person.id {
        session.purge();
        return Ok(see_other("/sign-in?done=left"));
    }
    let keys = match revoked {
        0 => String::new(),
        1 => " 1 key is revoked.".to_owned(),
        many => {
            let number = i64::try_from(many).unwrap_or(i64::MAX);
            format!(" {} are revoked.", count(number, "key"))
        }
    };
    leave_word(&session, &format!("{} is removed.{keys}", person.name))?;
    Ok(see_other(HERE))
}
