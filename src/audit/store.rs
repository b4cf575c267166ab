//! The queries of the audit log.

use diesel::prelude::*;

use super::Action;
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::audit_events;
use crate::error::Result;

diesel::define_sql_function! {
    /// In both databases; SQLite's knows only ASCII.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A row of the log.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
pub struct Event {
    pub id: String,
    pub workspace_id: String,
    pub happened_at: Time,
    pub action: Action,
    pub actor_user_id: Option<String>,
    pub actor_name: String,
    pub subject_id: String,
    pub subject_name: String,
    pub ip: Option<String>,
    pub request_id: Option<String>,
    /// More about it, for people; may be empty.
    pub detail: String,
}

/// Which events are wanted; empty parts ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub action: Option<Action>,
    /// A part of the actor's or the subject's name, or a whole IP, request id or subject id.
    pub text: String,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

pub fn insert(connection: &mut Conn, event: &Event) -> Result<()> {
    diesel::insert_into(audit_events::table)
        .values(event)
        .execute(connection)?;
    Ok(())
}

/// The newest `limit` events that match and are older than the event `before`.
pub fn page(
    connection: &mut Conn,
    workspace_id: &str,
    filter: &Filter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Event>> {
    let mut query = audit_events::table
        .filter(audit_events::workspace_id.eq(workspace_id))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(audit_events::id.lt(before));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_events::action.eq(action));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_events::happened_at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_events::happened_at.lt(until));
    }
    if !filter.text.is_empty() {
        let part = format!("%{}%", crate::text::escape_like(&filter.text));
        query = query.filter(
            lower(audit_events::actor_name)
                .like(lower(part.clone()))
                .escape('\\')
                .or(lower(audit_events::subject_name)
                    .like(lower(part))
                    .escape('\\'))
                .or(audit_events::subject_id.eq(&filter.text))
                .or(audit_events::ip.eq(&filter.text).assume_not_null())
                .or(audit_events::request_id.eq(&filter.text).assume_not_null()),
        );
    }
    Ok(query
        .order(audit_events::id.desc())
        .limit(limit)
        .select(Event::as_select())
        .load(connection)?)
}

/// What happened to one key or person, newest first.
pub fn of_subject(
    connection: &mut Conn,
    workspace_id: &str,
    subject_id: &str,
    limit: i64,
) -> Result<Vec<Event>> {
    Ok(audit_events::table
        .filter(audit_events::workspace_id.eq(workspace_id))
        .filter(audit_events::subject_id.eq(subject_id))
        .order(audit_events::id.desc())
        .limit(limit)
        .select(Event::as_select())
        .load(connection)?)
}

/// The last event of one kind about a key or person.
pub fn latest(connection: &mut Conn, subject_id: &str, action: Action) -> Result<Option<Event>> {
    Ok(audit_events::table
        .filter(audit_events::subject_id.eq(subject_id))
        .filter(audit_events::action.eq(action))
        .order(audit_events::id.desc())
        .select(Event::as_select())
        .first(connection)
        .optional()?)
}

/// The IPs from which there were events of these kinds about a person since.
pub fn places_of(
    connection: &mut Conn,
    subject_id: &str,
    actions: &[Action],
    since: Time,
) -> Result<Vec<String>> {
    Ok(audit_events::table
        .filter(audit_events::subject_id.eq(subject_id))
        .filter(audit_events::action.eq_any(actions))
        .filter(audit_events::happened_at.gt(since))
        .filter(audit_events::ip.is_not_null())
        .select(audit_events::ip.assume_not_null())
        .distinct()
        .load(connection)?)
}
