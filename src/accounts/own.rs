//! What people do with their own account: name, password, sessions.

use super::sessions::{self, SessionRow};
use super::{Accounts, Password, Person, notices, record, reset_store, store};
use crate::audit::{Action, Actor};
use crate::error::{Code, Error, Result};
use crate::{id, text};

impl Accounts {
    /// Calls the person something else.
    pub async fn rename(&self, actor: &Actor, name: &str) -> Result<()> {
        let person = themselves(actor)?.clone();
        let name = text::line("name", name, 120)?;
        if name == person.name {
            return Ok(());
        }
        let (actor, now) = (actor.clone(), self.clock.now());
        self.db
            .write(move |connection| {
                store::set_name(connection, &person.id, &name)?;
                let detail = format!("from “{}” to “{name}”", person.name);
                let person = Person { name, ..person };
                record(
                    connection,
                    &actor,
                    Action::NameChanged,
                    &person,
                    detail,
                    now,
                )
            })
            .await
    }

    /// Sets another password. Asks for the present one as [`Accounts::confirm`] does; ends all
    /// sessions but the one named, and tells the person by mail.
    pub async fn change_password(
        &self,
        actor: &Actor,
        session_id: &str,
        current: &str,
        new: Password,
    ) -> Result<()> {
        let person = themselves(actor)?.clone();
        let old = self.confirmed_hash(actor, current).await?;
        let hash = self.passwords.hash(new).await?;
        let (actor, session_id) = (actor.clone(), session_id.to_owned());
        let (base_url, now) = (self.base_url.clone(), self.clock.now());
        self.db
            .write(move |connection| {
                // Of two changes at once, the second was asked for with a password that is none
                // any more.
                if !store::set_password(connection, &person.id, &hash, Some(&old))? {
                    return Err(Error::new(Code::Unauthorized, "The password is wrong."));
                }
                sessions::end_all(connection, &person.id, Some(&session_id))?;
                reset_store::end_all(connection, &person.id, now)?;
                notices::queue_password_changed(connection, &actor, &person, &base_url, now)?;
                record(
                    connection,
                    &actor,
                    Action::PasswordChanged,
                    &person,
                    "",
                    now,
                )
            })
            .await
    }

    /// The live sessions of a person, last used first.
    pub async fn sessions_of(&self, user_id: &str) -> Result<Vec<SessionRow>> {
        let (user_id, limits, now) = (user_id.to_owned(), self.limits, self.clock.now());
        self.db
            .read(move |connection| sessions::of_person(connection, &user_id, limits, now))
            .await
    }

    /// Ends one of the person's own sessions.
    /// Whether a session may still be used.
    pub async fn is_session_live(&self, session_id: &str) -> Result<bool> {
        let (id, now, limits) = (session_id.to_owned(), self.clock.now(), self.limits);
        self.db
            .peek(move |connection| sessions::is_live(connection, &id, now, limits))
            .await
    }

    pub async fn end_session(&self, actor: &Actor, session_id: &str) -> Result<()> {
        if !id::has_shape(id::Kind::Session, session_id) {
            return Err(Error::not_found("session"));
        }
        let person = themselves(actor)?.clone();
        let (actor, now) = (actor.clone(), self.clock.now());
        let session_id = session_id.to_owned();
        self.db
            .write(move |connection| {
                if !sessions::end_one(connection, &person.id, &session_id)? {
                    return Err(Error::not_found("session"));
                }
                record(connection, &actor, Action::SessionEnded, &person, "", now)
            })
            .await
    }

    /// Ends the person's own sessions but the one named; answers how many.
    pub async fn end_other_sessions(&self, actor: &Actor, session_id: &str) -> Result<usize> {
        let person = themselves(actor)?.clone();
        let (actor, now) = (actor.clone(), self.clock.now());
        let session_id = session_id.to_owned();
        self.db
            .write(move |connection| {
                let ended = sessions::end_all(connection, &person.id, Some(&session_id))?;
                if ended > 0 {
                    let detail = "all but the one in use";
                    record(
                        connection,
                        &actor,
                        Action::SessionEnded,
                        &person,
                        detail,
                        now,
                    )?;
                }
                Ok(ended)
            })
            .await
    }
}

fn themselves(actor: &Actor) -> Result<&Person> {
    match actor {
        Actor::Person { person, .. } => Ok(person),
        _ => Err(Error::no_session()),
    }
}
