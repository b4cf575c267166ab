//! The people of a workspace, as its admins look after them: who is here, roles, and leaving. A
//! workspace always has an admin.

use std::collections::HashMap;

use super::{Accounts, Person, Role, invitation_store, record, reset_store, sessions, store};
use crate::audit::{Action, Actor};
use crate::clock::Time;
use crate::db::{Conn, lock_for_counting};
use crate::error::{Error, Result};
use crate::{id, keys};

/// Someone of the workspace, for the list of them.
#[derive(Clone, Debug)]
pub struct Colleague {
    pub person: Person,
    pub joined_at: Time,
    pub last_seen_at: Option<Time>,
    /// Live sessions.
    pub sessions: i64,
    /// Live keys that they made.
    pub active_keys: i64,
    /// Whether nobody else is an admin.
    pub is_last_admin: bool,
}

impl Accounts {
    /// Everyone of a workspace, oldest first.
    pub async fn team(&self, workspace_id: &str) -> Result<Vec<Colleague>> {
        let (workspace_id, now, limits) = (workspace_id.to_owned(), self.clock.now(), self.limits);
        self.db
            .read(move |connection| {
                let people = store::colleagues(connection, &workspace_id)?;
                let seen = sessions::seen_of_workspace(connection, &workspace_id, limits, now)?;
                let keys: HashMap<String, i64> =
                    keys::active_by_person(connection, &workspace_id, now)?
                        .into_iter()
                        .collect();
                let admins = people.iter().filter(|(person, _)| person.is_admin());
                let is_alone = admins.count() == 1;
                Ok(people
                    .into_iter()
                    .map(|(person, joined_at)| {
                        let seen = seen.get(&person.id).copied().unwrap_or_default();
                        Colleague {
                            joined_at,
                            last_seen_at: seen.last,
                            sessions: seen.live,
                            active_keys: keys.get(&person.id).copied().unwrap_or_default(),
                            is_last_admin: is_alone && person.is_admin(),
                            person,
                        }
                    })
                    .collect())
            })
            .await
    }

    /// Gives someone a role; answers them as they are then.
    pub async fn set_role(&self, actor: &Actor, user_id: &str, role: Role) -> Result<Person> {
        let (actor, user_id, now) = (actor.clone(), user_id.to_owned(), self.clock.now());
        self.db
            .write(move |connection| {
                lock_for_counting(connection, "users")?;
                let person = find(connection, &actor, &user_id)?;
                if person.role == role {
                    return Ok(person);
                }
                if person.is_admin() {
                    must_not_be_last(connection, &person)?;
                }
                store::set_role(connection, &person.id, role)?;
                let detail = format!("from {} to {}", person.role.name(), role.name());
                record(
                    connection,
                    &actor,
                    Action::RoleChanged,
                    &person,
                    detail,
                    now,
                )?;
                Ok(Person { role, ..person })
            })
            .await
    }

    /// Ends all sessions of someone of the workspace; answers who it is.
    pub async fn end_sessions_of(&self, actor: &Actor, user_id: &str) -> Result<Person> {
        let (actor, user_id, now) = (actor.clone(), user_id.to_owned(), self.clock.now());
        self.db
            .write(move |connection| {
                let person = find(connection, &actor, &user_id)?;
                let ended = sessions::end_all(connection, &person.id, None)?;
                if ended > 0 {
                    let detail = "all of them";
                    record(
                        connection,
                        &actor,
                        Action::SessionEnded,
                        &person,
                        detail,
                        now,
                    )?;
                }
                Ok(person)
            })
            .await
    }

    /// Removes someone from the workspace: their sessions end at once, their address is free for
    /// another invitation, and with `revoke_keys` the keys that they made are revoked too; answers
    /// who it was and how many keys. The caller has written the noted last uses of keys.
    pub async fn remove(
        &self,
        actor: &Actor,
        user_id: &str,
        revoke_keys: bool,
    ) -> Result<(Person, usize)> {
        let (actor, user_id, now) = (actor.clone(), user_id.to_owned(), self.clock.now());
        let base_url = self.base_url.clone();
        self.db
            .write(move |connection| {
                lock_for_counting(connection, "users")?;
                if revoke_keys {
                    keys::one_chain_at_a_time(connection)?;
                }
                let person = find(connection, &actor, &user_id)?;
                if person.is_admin() {
                    must_not_be_last(connection, &person)?;
                }
                store::mark_removed(connection, &person.id, now)?;
                sessions::end_all(connection, &person.id, None)?;
                reset_store::end_all(connection, &person.id, now)?;
                invitation_store::cancel_of_person(connection, &person.id, now)?;
                record(
                    connection,
                    &actor,
                    Action::PersonRemoved,
                    &person,
                    person.email.clone(),
                    now,
                )?;
                let revoked = match revoke_keys {
                    false => 0,
                    true => keys::revoke_of_person(
                        connection,
                        &actor,
                        &person.workspace_id,
                        &person.id,
                        &base_url,
                        now,
                    )?,
                };
                Ok((person, revoked))
            })
            .await
    }
}

/// The admin who acts. The request found them to be one, but that may have ended since.
pub fn acting_admin(connection: &mut Conn, actor: &Actor) -> Result<Person> {
    let found = match actor.user_id() {
        Some(id) => store::by_id(connection, id)?,
        None => None,
    };
    found
        .filter(Person::is_admin)
        .ok_or_else(|| Error::forbidden("Only an admin of the workspace can do this."))
}

/// Someone of the acting admin's workspace.
fn find(connection: &mut Conn, actor: &Actor, user_id: &str) -> Result<Person> {
    let admin = acting_admin(connection, actor)?;
    if !id::has_shape(id::Kind::User, user_id) {
        return Err(Error::not_found("person"));
    }
    store::colleague(connection, &admin.workspace_id, user_id)?
        .ok_or_else(|| Error::not_found("person"))
}

/// Nobody could invite, or make an admin, where there is none. The caller holds the lock.
fn must_not_be_last(connection: &mut Conn, admin: &Person) -> Result<()> {
    match store::count_admins(connection, &admin.workspace_id)? {
        0 | 1 => Err(Error::forbidden(
            "The last admin can’t become a member or be removed. Make somebody else an admin first.",
        )),
        _ => Ok(()),
    }
}
