//! The mails about keys, queued in the transaction of what they tell: to every admin of the
//! workspace, and to the creator of a key about their own.

use super::{KeyRow, Scopes};
use crate::accounts::{self, Person};
use crate::audit::Actor;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::Result;
use crate::id;
use crate::mail::{self, Envelope, KeyLine, Notice, exact};

/// Why keys were revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason<'a> {
    /// Someone wanted it.
    Asked,
    /// Their successor has taken over.
    Rotated,
    /// Someone found it where it should not be; the place, as it was told.
    Leaked { place: &'a str },
}

/// Where the keys of a workspace are looked after.
pub fn settings_url(base_url: &str) -> String {
    format!("{base_url}/settings/api")
}

/// The page of one key.
pub fn key_url(base_url: &str, key_id: &str) -> String {
    format!("{base_url}/settings/api/keys/{key_id}")
}

fn line(key: &KeyRow, people: &[Person]) -> KeyLine {
    KeyLine {
        label: key.label.clone(),
        prefix: key.key_prefix.clone(),
        scopes: Scopes::from_column(&key.scopes).names().join(", "),
        created_by: people
            .iter()
            .find(|person| person.id == key.created_by_user_id)
            .map_or("someone who has left", |person| &person.name)
            .to_owned(),
        last_use: match (key.last_used_at, &key.last_used_ip) {
            (Some(at), Some(ip)) => format!("{} from {ip}", exact(at)),
            (Some(at), None) => exact(at),
            _ => "never".to_owned(),
        },
    }
}

pub fn queue_revoked(
    connection: &mut Conn,
    actor: &Actor,
    revoked: &[KeyRow],
    reason: Reason<'_>,
    base_url: &str,
    now: Time,
) -> Result<()> {
    let Some(first) = revoked.first() else {
        return Ok(());
    };
    let workspace = accounts::workspace_name(connection, &first.workspace_id)?;
    let people = accounts::people_of(connection, &first.workspace_id)?;
    // Names this one act: a key is revoked once, but many keys may be revoked together.
    let act = match revoked {
        [only] => only.id.clone(),
        _ => id::new(id::Kind::Row),
    };
    for recipient in &people {
        let theirs: Vec<&KeyRow> = revoked
            .iter()
            .filter(|key| recipient.is_admin() || key.created_by_user_id == recipient.id)
            .collect();
        if theirs.is_empty() {
            continue;
        }
        let one = theirs.len() == 1;
        let what = match reason {
            Reason::Leaked { .. } => "was found in a place where others can read it, and revoked",
            Reason::Rotated => "was replaced by its successor, and revoked",
            Reason::Asked if one => "was revoked",
            Reason::Asked => "were revoked together",
        };
        let lead = match theirs.len() {
            1 => format!(
                "an API key of {workspace} {what}. Requests that carry it are refused from now on."
            ),
            many => format!(
                "{many} API keys of {workspace} {what}. Requests that carry one of them are refused from now on."
            ),
        };
        let mut facts = vec![("Revoked by", actor.name()), ("When", exact(now))];
        facts.extend(actor.ip().map(|ip| ("From", ip)));
        if let Reason::Leaked { place } = reason {
            facts.push(("Found at", place.to_owned()));
        }
        let next = match reason {
            Reason::Asked => vec![
                format!(
                    "If you expected this: give the software that used {} a new one.",
                    if one { "the key" } else { "these keys" }
                ),
                "If you did not: ask the person named above, change your password, and look through the other keys.".to_owned(),
            ],
            Reason::Rotated => vec![
                "Nothing, if the software that used it has the successor by now.".to_owned(),
            ],
            Reason::Leaked { .. } => vec![
                "Look through the requests of the key since it may have been read by others.".to_owned(),
                "Remove it from the place where it was found, and from its history.".to_owned(),
                "Give the software that used it a new key.".to_owned(),
            ],
        };
        let notice = Notice {
            recipient: recipient.name.clone(),
            lead,
            facts,
            keys: theirs.iter().map(|key| line(key, &people)).collect(),
            next,
            link: Some(("Your workspace’s API keys", settings_url(base_url))),
        };
        let subject = match (theirs.as_slice(), reason) {
            ([only], Reason::Leaked { .. }) => {
                format!("API key leaked and revoked: {}", only.label)
            }
            ([only], Reason::Rotated) => format!("API key replaced: {}", only.label),
            ([only], Reason::Asked) => format!("API key revoked: {}", only.label),
            (several, _) => format!("{} API keys revoked in {workspace}", several.len()),
        };
        let event = format!("keys_revoked:{act}:{}", recipient.id);
        mail::send(
            connection,
            Envelope::to(recipient, event, subject),
            &notice,
            now,
        )?;
    }
    Ok(())
}

/// A new key, where the workspace's policy wants it told: to the admins and the creator.
pub fn queue_created(
    connection: &mut Conn,
    actor: &Actor,
    key: &KeyRow,
    base_url: &str,
    now: Time,
) -> Result<()> {
    let workspace = accounts::workspace_name(connection, &key.workspace_id)?;
    let people = accounts::people_of(connection, &key.workspace_id)?;
    for recipient in &people {
        if !recipient.is_admin() && recipient.id != key.created_by_user_id {
            continue;
        }
        let mut facts = vec![("Created by", actor.name()), ("When", exact(now))];
        facts.extend(actor.ip().map(|ip| ("From", ip)));
        facts.push(("Expires", key.expires_at.map_or("never".to_owned(), exact)));
        let notice = Notice {
            recipient: recipient.name.clone(),
            lead: format!("a new API key of {workspace} was created."),
            facts,
            keys: vec![line(key, &people)],
            next: vec![
                "If you expected this: nothing.".to_owned(),
                "If you did not: revoke the key, and ask the person named above.".to_owned(),
            ],
            link: Some(("This key", key_url(base_url, &key.id))),
        };
        mail::send(
            connection,
            Envelope::to(
                recipient,
                format!("key_created:{}:{}", key.id, recipient.id),
                format!("API key created: {}", key.label),
            ),
            &notice,
            now,
        )?;
    }
    Ok(())
}

/// A key that ends soon: to its creator, or to the admins when the creator has left.
pub fn queue_expiring(
    connection: &mut Conn,
    key: &KeyRow,
    ends: Time,
    days: i64,
    base_url: &str,
    now: Time,
) -> Result<()> {
    let workspace = accounts::workspace_name(connection, &key.workspace_id)?;
    let people = accounts::people_of(connection, &key.workspace_id)?;
    let is_here = people
        .iter()
        .any(|person| person.id == key.created_by_user_id);
    let left = if days == 1 {
        "tomorrow".to_owned()
    } else {
        format!("in {days} days")
    };
    for recipient in &people {
        let wanted = match is_here {
            true => recipient.id == key.created_by_user_id,
            false => recipient.is_admin(),
        };
        if !wanted {
            continue;
        }
        let notice = Notice {
            recipient: recipient.name.clone(),
            lead: format!(
                "an API key of {workspace} expires {left}. Requests that carry it are refused from then on."
            ),
            facts: vec![("Expires", exact(ends))],
            keys: vec![line(key, &people)],
            next: vec![
                "If its software is still needed: create a successor by the link below, and give it to the software."
                    .to_owned(),
                "If not: nothing.".to_owned(),
            ],
            link: Some((
                "Create a successor",
                format!("{base_url}/settings/api/new?successor_of={}", key.id),
            )),
        };
        mail::send(
            connection,
            Envelope::to(
                recipient,
                format!("key_expiring:{days}:{}:{}", key.id, recipient.id),
                format!("API key expires {left}: {}", key.label),
            ),
            &notice,
            now,
        )?;
    }
    Ok(())
}
