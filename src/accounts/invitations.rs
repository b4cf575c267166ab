//! Invitations: an admin names an address, and whoever opens the link that is sent to it joins the
//! workspace. A link works once, for seven days.

use super::invitation_store::{self as invitations, Invitation, NewInvitation};
use super::password::Password;
use super::team::acting_admin;
use super::{Accounts, Email, NewPerson, Person, Role, notices, record, store};
use crate::audit::{self, Action, Actor, Origin};
use crate::clock::{DAY, Time};
use crate::db::{Conn, lock_for_counting};
use crate::error::{Code, Error, Result};
use crate::id;
use crate::one_time::Purpose;
use crate::text;

/// How long a link works.
const LIFE: i64 = 7 * DAY;
/// Open invitations of a workspace.
const MOST: i64 = 100;

impl Accounts {
    /// The open invitations of a workspace, newest first; some may have expired.
    pub async fn invitations(&self, workspace_id: &str) -> Result<Vec<Invitation>> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| invitations::of_workspace(connection, &workspace_id))
            .await
    }

    /// Invites an address. A second invitation of the same address renews the first.
    pub async fn invite(&self, actor: &Actor, email: Email, role: Role) -> Result<()> {
        let (actor, now) = (actor.clone(), self.clock.now());
        self.db
            .write(move |connection| {
                lock_for_counting(connection, "invitations")?;
                let admin = acting_admin(connection, &actor)?;
                if store::with_password(connection, &email.0)?.is_some() {
                    return Err(Error::new(
                        Code::NameTaken,
                        "Somebody with this address has an account already.",
                    ));
                }
                let id = match invitations::by_email(connection, &admin.workspace_id, &email.0)? {
                    Some(open) => {
                        invitations::renew(connection, &open.id, role, &admin.id, now.plus(LIFE))?;
                        open.id
                    }
                    None => {
                        if invitations::count(connection, &admin.workspace_id)? >= MOST {
                            return Err(Error::new(
                                Code::LimitExceeded,
                                format!("{MOST} invitations are open. Cancel some first."),
                            ));
                        }
                        let id = id::new(id::Kind::Invitation);
                        invitations::insert(
                            connection,
                            &NewInvitation {
                                id: &id,
                                workspace_id: &admin.workspace_id,
                                email: &email.0,
                                role,
                                invited_by_user_id: &admin.id,
                                created_at: now,
                                expires_at: now.plus(LIFE),
                            },
                        )?;
                        id
                    }
                };
                send(connection, &actor, &admin.workspace_id, &id, now)
            })
            .await
    }

    /// Sends an open invitation again, with seven days from now.
    pub async fn resend_invitation(&self, actor: &Actor, id: &str) -> Result<Invitation> {
        let (actor, id, now) = (actor.clone(), id.to_owned(), self.clock.now());
        self.db
            .write(move |connection| {
                let admin = acting_admin(connection, &actor)?;
                let open = find(connection, &admin.workspace_id, &id)?;
                // Taken or cancelled by someone at this very moment.
                if !invitations::renew(connection, &id, open.role, &admin.id, now.plus(LIFE))? {
                    return Err(Error::not_found("invitation"));
                }
                send(connection, &actor, &admin.workspace_id, &id, now)?;
                Ok(open)
            })
            .await
    }

    /// Ends an open invitation: its link is dead from now on.
    pub async fn cancel_invitation(&self, actor: &Actor, id: &str) -> Result<Invitation> {
        let (actor, id, now) = (actor.clone(), id.to_owned(), self.clock.now());
        self.db
            .write(move |connection| {
                let admin = acting_admin(connection, &actor)?;
                let open = find(connection, &admin.workspace_id, &id)?;
                if !invitations::cancel(connection, &id, now)? {
                    return Err(Error::not_found("invitation"));
                }
                audit::record(
                    connection,
                    &open.workspace_id,
                    &actor,
                    Action::InvitationCancelled,
                    (&open.id, &open.email),
                    "",
                    now,
                )?;
                Ok(open)
            })
            .await
    }

    /// The invitation behind the token of a link; `None` when the link is dead or not ours.
    pub async fn invitation_of(&self, token: &str) -> Result<Option<Invitation>> {
        let Some(id) = self.links.open(Purpose::Invitation, token) else {
            return Ok(None);
        };
        let now = self.clock.now();
        self.db
            .read(move |connection| {
                let found = invitations::live(connection, &id, now)?;
                // They may have joined another workspace in the meantime.
                Ok(match found {
                    Some(open) if store::with_password(connection, &open.email)?.is_none() => {
                        Some(open)
                    }
                    _ => None,
                })
            })
            .await
    }

    /// Makes the invited person. The caller has the invitation from
    /// [`Accounts::invitation_of`]; of several who accept it at once, one joins.
    pub async fn accept(
        &self,
        invitation: Invitation,
        name: &str,
        password: &str,
        origin: &Origin,
    ) -> Result<Person> {
        let new = NewPerson::parse(&invitation.email, name, password, invitation.role)?;
        let hash = self.passwords.hash(new.password).await?;
        let (origin, now) = (origin.clone(), self.clock.now());
        self.db
            .write(move |connection| {
                // Its role may have been changed while the form was filled in.
                let open = invitations::live(connection, &invitation.id, now)?
                    .filter(|open| open.email == invitation.email)
                    .ok_or_else(dead)?;
                if !invitations::accept(connection, &open.id, now)? {
                    return Err(dead());
                }
                let person = store::insert_person(
                    connection,
                    &open.workspace_id,
                    &open.email,
                    &new.name,
                    &hash,
                    open.role,
                    now,
                )?;
                let actor = origin.person(&person);
                let detail = format!("as {}, invited by {}", open.role.word(), open.invited_by);
                record(
                    connection,
                    &actor,
                    Action::PersonJoined,
                    &person,
                    detail,
                    now,
                )?;
                record(connection, &actor, Action::SessionStarted, &person, "", now)?;
                Ok(person)
            })
            .await
    }
}

/// What is wrong with the fields of the form that accepts an invitation: name and password.
pub fn check_joining(
    invitation: &Invitation,
    name: &str,
    password: &str,
) -> (Option<Error>, Option<Error>) {
    let known = [invitation.email.as_str(), name, &invitation.workspace_name];
    (
        text::line("name", name, 120).err(),
        Password::parse(password, &known).err(),
    )
}

fn dead() -> Error {
    Error::new(
        Code::Expired,
        "This invitation has been used or cancelled, or it has expired.",
    )
}

fn find(connection: &mut Conn, workspace_id: &str, id: &str) -> Result<Invitation> {
    if !id::has_shape(id::Kind::Invitation, id) {
        return Err(Error::not_found("invitation"));
    }
    invitations::by_id(connection, workspace_id, id)?.ok_or_else(|| Error::not_found("invitation"))
}

/// Queues the mail of an invitation, and records that it is sent.
fn send(
    connection: &mut Conn,
    actor: &Actor,
    workspace_id: &str,
    id: &str,
    now: Time,
) -> Result<()> {
    let open = find(connection, workspace_id, id)?;
    notices::queue_invitation(connection, actor, &open, now)?;
    audit::record(
        connection,
        workspace_id,
        actor,
        Action::PersonInvited,
        (&open.id, &open.email),
        format!("as {}", open.role.word()),
        now,
    )
}
