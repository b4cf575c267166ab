//! What surrounds every page: title, assets, who is signed in, and the word on what just happened.

use actix_session::Session;

use super::assets::URLS;
use crate::accounts;
use crate::error::Result;

pub struct Frame {
    pub title: String,
    pub css: &'static str,
    pub js: &'static str,
    pub icon: &'static str,
    pub person: Option<Person>,
    /// The part of the product that is open, `projects` or `settings`; empty outside of them.
    pub area: &'static str,
    /// The section of the settings that is open; empty outside of them.
    pub section: &'static str,
    pub flash: Option<Flash>,
}

pub struct Person {
    pub name: String,
    pub email: String,
    pub workspace: String,
    pub is_admin: bool,
}

/// What the form before this page did.
pub struct Flash {
    /// `success` or `error`.
    pub kind: &'static str,
    pub text: String,
}

/// Where a session keeps its word for the next page: one entry for each kind of flash.
const FLASHES: [&str; 2] = ["success", "error"];

impl Frame {
    /// The frame of a page for anyone.
    pub fn plain(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            css: &URLS.css,
            js: &URLS.js,
            icon: &URLS.icon,
            person: None,
            area: "",
            section: "",
            flash: None,
        }
    }

    /// The frame of a page of the settings; takes the flash.
    pub fn settings(
        title: &str,
        section: &'static str,
        person: &accounts::Person,
        session: &Session,
    ) -> Result<Self> {
        let mut flash = None;
        for kind in FLASHES {
            let text = session
                .get::<String>(kind)
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            if let Some(text) = text {
                session.remove(kind);
                flash = Some(Flash { kind, text });
            }
        }
        Ok(Self {
            person: Some(Person {
                name: person.name.clone(),
                email: person.email.clone(),
                workspace: person.workspace_name.clone(),
                is_admin: person.is_admin(),
            }),
            area: "settings",
            section,
            flash,
            ..Self::plain(title)
        })
    }
}

impl Frame {
    /// The frame of a page of the projects; takes the flash.
    pub fn projects(title: &str, person: &accounts::Person, session: &Session) -> Result<Self> {
        Ok(Self {
            area: "projects",
            ..Self::settings(title, "", person, session)?
        })
    }
}

/// Leaves a word for the next page: what was done.
pub fn leave_word(session: &Session, text: &str) -> Result<()> {
    leave(session, "success", text)
}

/// Leaves a word for the next page: why nothing was done.
pub fn leave_refusal(session: &Session, text: &str) -> Result<()> {
    leave(session, "error", text)
}

fn leave(session: &Session, kind: &str, text: &str) -> Result<()> {
    session
        .insert(kind, text)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(())
}
