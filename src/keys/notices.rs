//! The mails that a revocation causes, queued in its transaction: one to every admin of the
//! workspace, and one to each creator of a revoked key about their own.

use askama::Template;

use super::{Actor, KeyRow, Scopes};
use crate::accounts;
use crate::clock::Time;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id;
use crate::mail::{self, Message};

#[derive(Template)]
#[template(path = "mail/keys_revoked.txt")]
struct Text<'a> {
    notice: &'a Notice<'a>,
}

#[derive(Template)]
#[template(path = "mail/keys_revoked.html")]
struct Html<'a> {
    notice: &'a Notice<'a>,
}

struct Notice<'a> {
    recipient: &'a str,
    workspace: &'a str,
    by: String,
    from_ip: Option<String>,
    at: String,
    keys: Vec<Line<'a>>,
    settings_url: String,
}

struct Line<'a> {
    label: &'a str,
    prefix: &'a str,
    scopes: String,
    created_by: &'a str,
    last_use: String,
}

pub fn queue_revoked(
    connection: &mut Conn,
    actor: &Actor,
    revoked: &[KeyRow],
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
        let notice = Notice {
            recipient: &recipient.name,
            workspace: &workspace,
            by: match actor {
                Actor::Person { person, .. } => format!("{} ({})", person.name, person.email),
                Actor::CommandLine => "the server's command line".to_owned(),
            },
            from_ip: actor.ip(),
            at: exact(now),
            keys: theirs
                .iter()
                .map(|key| Line {
                    label: &key.label,
                    prefix: &key.key_prefix,
                    scopes: Scopes::from_column(&key.scopes).names().join(", "),
                    created_by: people
                        .iter()
                        .find(|person| person.id == key.created_by_user_id)
                        .map_or("someone who has left", |person| &person.name),
                    last_use: match (key.last_used_at, &key.last_used_ip) {
                        (Some(at), Some(ip)) => format!("{} from {ip}", exact(at)),
                        (Some(at), None) => exact(at),
                        _ => "never".to_owned(),
                    },
                })
                .collect(),
            settings_url: format!("{base_url}/settings/api"),
        };
        let subject = match theirs.as_slice() {
            [only] => format!("API key revoked: {}", only.label),
            several => format!("{} API keys revoked in {workspace}", several.len()),
        };
        let message = Message {
            event: format!("keys_revoked:{act}:{}", recipient.id),
            recipient: recipient.email.clone(),
            subject,
            text: Text { notice: &notice }.render().map_err(Error::internal)?,
            html: Html { notice: &notice }.render().map_err(Error::internal)?,
        };
        mail::queue(connection, message, now)?;
    }
    Ok(())
}

fn exact(time: Time) -> String {
    time.utc().format("%-d %B %Y, %H:%M:%S UTC").to_string()
}
