//! The mails about people, queued in the transaction of what they tell.

use super::{Invitation, Person};
use crate::audit::Actor;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Result;
use crate::id;
use crate::mail::{self, Envelope, Notice, exact};
use crate::one_time::{Link, PLACE, Purpose};

/// An invitation, each time that it is sent.
pub fn queue_invitation(
    connection: &mut Conn,
    actor: &Actor,
    invitation: &Invitation,
    now: Time,
) -> Result<()> {
    let workspace = &invitation.workspace_name;
    let notice = Notice {
        recipient: invitation.email.clone(),
        lead: format!(
            "{} invites you to join {workspace} on Plangrep as {}.",
            actor.name(),
            invitation.role.word()
        ),
        facts: vec![("The link works until", exact(invitation.expires_at))],
        next: vec![
            "If you know what this is about: open the link below, and choose a name and a password. It works once.".to_owned(),
            "If you do not: nothing. Nobody joins without opening the link.".to_owned(),
        ],
        link: Some(("Join the workspace", PLACE.to_owned())),
        ..Notice::default()
    };
    let envelope = Envelope {
        // It may be sent again, to the same address.
        event: format!("invitation:{}:{}", invitation.id, id::new(id::Kind::Row)),
        workspace_id: &invitation.workspace_id,
        email: &invitation.email,
        subject: format!("Invitation to {workspace}"),
        one_time: Some(Link {
            purpose: Purpose::Invitation,
            id: invitation.id.clone(),
        }),
    };
    mail::send(connection, envelope, &notice, now)?;
    Ok(())
}

/// A link to choose a new password, for someone who forgot theirs.
pub fn queue_reset(
    connection: &mut Conn,
    person: &Person,
    reset_id: &str,
    asked_from: &str,
    expires_at: Time,
    now: Time,
) -> Result<()> {
    let notice = Notice {
        recipient: person.name.clone(),
        lead: "someone asked for a link to choose a new password for your account.".to_owned(),
        facts: vec![
            ("Asked from", asked_from.to_owned()),
            ("The link works until", exact(expires_at)),
        ],
        next: vec![
            "If it was you: open the link below. It works once, and signs you out everywhere."
                .to_owned(),
            "If it was not: nothing. Your password stays as it is.".to_owned(),
        ],
        link: Some(("Choose a new password", PLACE.to_owned())),
        ..Notice::default()
    };
    let envelope = Envelope {
        one_time: Some(Link {
            purpose: Purpose::PasswordReset,
            id: reset_id.to_owned(),
        }),
        ..Envelope::to(
            person,
            format!("password_reset:{reset_id}"),
            "Choose a new password",
        )
    };
    mail::send(connection, envelope, &notice, now)?;
    Ok(())
}

/// That somebody's password is another one now.
pub fn queue_password_changed(
    connection: &mut Conn,
    actor: &Actor,
    person: &Person,
    base_url: &str,
    now: Time,
) -> Result<()> {
    let mut facts = vec![("When", exact(now))];
    facts.extend(actor.ip().map(|ip| ("From", ip)));
    let notice = Notice {
        recipient: person.name.clone(),
        lead: "the password of your account was changed, and your other sessions were ended."
            .to_owned(),
        facts,
        next: vec![
            "If it was you: nothing.".to_owned(),
            "If it was not: choose a new one by the link below at once, and ask an admin of your workspace to look through the audit log.".to_owned(),
        ],
        link: Some((
            "Choose a new password",
            format!("{base_url}/forgot-password"),
        )),
        ..Notice::default()
    };
    let event = format!("password_changed:{}:{}", person.id, id::new(id::Kind::Row));
    let envelope = Envelope::to(person, event, "Your password was changed");
    mail::send(connection, envelope, &notice, now)?;
    Ok(())
}
