//! The queries of people, workspaces and the installation.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::Role;
use super::policy::Policy;
use crate::clock::Time;
use crate::db::schema::{installation, users, workspaces};
use crate::db::{Conn, is_taken, lock_for_counting};
use crate::error::{Code, Error, Result};
use crate::id;

/// The row that stands for this installation; there is one.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = installation)]
pub struct Installation {
    pub id: String,
    pub secret_fingerprint: String,
    pub created_at: Time,
    pub set_up_at: Option<Time>,
}

/// A person with their workspace.
#[derive(Clone, Debug, Queryable)]
pub struct Person {
    pub id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub email: String,
    pub name: String,
    pub role: Role,
}

impl Person {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// The terms of a workspace's API.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenApiProfile)]
pub struct Profile {
    pub drawing_credits_per_page: i64,
    pub document_credits_per_page: i64,
    pub enabled: bool,
    pub job_page_limit: i64,
    pub retention_days: i64,
    pub updated_at: Time,
}

/// What a new workspace starts with.
const DRAWING_CREDITS_PER_PAGE: i64 = 10;
const DOCUMENT_CREDITS_PER_PAGE: i64 = 1;
const JOB_PAGE_LIMIT: i64 = 500;
const RETENTION_DAYS: i64 = 30;

#[derive(Insertable)]
#[diesel(table_name = workspaces)]
struct NewWorkspace<'a> {
    id: &'a str,
    name: &'a str,
    api_enabled: bool,
    drawing_credits_per_page: i64,
    document_credits_per_page: i64,
    job_page_limit: i64,
    retention_days: i64,
    credits_available: i64,
    created_at: Time,
    updated_at: Time,
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewUser<'a> {
    id: &'a str,
    workspace_id: &'a str,
    email: &'a str,
    name: &'a str,
    password_hash: &'a str,
    role: Role,
    created_at: Time,
}

pub fn installation(connection: &mut Conn) -> Result<Installation> {
    Ok(installation::table
        .select(Installation::as_select())
        .first(connection)?)
}

/// Makes the installation's row at the first start; of several processes that start at once, one
/// makes it.
pub fn ensure_installation(
    connection: &mut Conn,
    secret_fingerprint: &str,
    now: Time,
) -> Result<Installation> {
    lock_for_counting(connection, "installation")?;
    let found: Option<Installation> = installation::table
        .select(Installation::as_select())
        .first(connection)
        .optional()?;
    if let Some(found) = found {
        return Ok(found);
    }
    let row = Installation {
        id: id::new(id::Kind::Row),
        secret_fingerprint: secret_fingerprint.to_owned(),
        created_at: now,
        set_up_at: None,
    };
    diesel::insert_into(installation::table)
        .values(&row)
        .execute(connection)?;
    Ok(row)
}

/// Ends the setup; false when it had ended already.
pub fn mark_set_up(connection: &mut Conn, now: Time) -> Result<bool> {
    let changed = diesel::update(installation::table.filter(installation::set_up_at.is_null()))
        .set(installation::set_up_at.eq(now))
        .execute(connection)?;
    Ok(changed == 1)
}

pub fn insert_workspace(
    connection: &mut Conn,
    name: &str,
    credits: i64,
    now: Time,
) -> Result<String> {
    let id = id::new(id::Kind::Workspace);
    diesel::insert_into(workspaces::table)
        .values(&NewWorkspace {
            id: &id,
            name,
            api_enabled: true,
            drawing_credits_per_page: DRAWING_CREDITS_PER_PAGE,
            document_credits_per_page: DOCUMENT_CREDITS_PER_PAGE,
            job_page_limit: JOB_PAGE_LIMIT,
            retention_days: RETENTION_DAYS,
            credits_available: credits,
            created_at: now,
            updated_at: now,
        })
        .execute(connection)
        .map_err(|error| match is_taken(&error) {
            true => Error::new(
                Code::NameTaken,
                "There is a `workspace` of this name already.",
            ),
            false => error.into(),
        })?;
    Ok(id)
}

pub fn insert_person(
    connection: &mut Conn,
    workspace_id: &str,
    email: &str,
    name: &str,
    password_hash: &str,
    role: Role,
    now: Time,
) -> Result<Person> {
    let id = id::new(id::Kind::User);
    diesel::insert_into(users::table)
        .values(&NewUser {
            id: &id,
            workspace_id,
            email,
            name,
            password_hash,
            role,
            created_at: now,
        })
        .execute(connection)
        .map_err(|error| match is_taken(&error) {
            true => Error::new(Code::NameTaken, "Someone with this `email` exists already."),
            false => error.into(),
        })?;
    by_id(connection, &id)?.ok_or_else(|| Error::not_found("person"))
}

#[diesel::dsl::auto_type]
fn people() -> _ {
    users::table.inner_join(workspaces::table)
}

type PersonColumns = (
    users::id,
    users::workspace_id,
    workspaces::name,
    users::email,
    users::name,
    users::role,
);
const PERSON: PersonColumns = (
    users::id,
    users::workspace_id,
    workspaces::name,
    users::email,
    users::name,
    users::role,
);

pub fn by_id(connection: &mut Conn, id: &str) -> Result<Option<Person>> {
    Ok(people()
        .filter(users::id.eq(id))
        .filter(users::removed_at.is_null())
        .select(PERSON)
        .first(connection)
        .optional()?)
}

pub fn with_password(connection: &mut Conn, email: &str) -> Result<Option<(Person, String)>> {
    Ok(people()
        .filter(users::email.eq(email))
        .filter(users::removed_at.is_null())
        .select((PERSON, users::password_hash))
        .first(connection)
        .optional()?)
}

/// Someone of a workspace, by their id.
pub fn colleague(connection: &mut Conn, workspace_id: &str, id: &str) -> Result<Option<Person>> {
    Ok(people()
        .filter(users::id.eq(id))
        .filter(users::workspace_id.eq(workspace_id))
        .filter(users::removed_at.is_null())
        .select(PERSON)
        .first(connection)
        .optional()?)
}

/// Everyone of a workspace with the time when they joined, oldest first.
pub fn colleagues(connection: &mut Conn, workspace_id: &str) -> Result<Vec<(Person, Time)>> {
    Ok(people()
        .filter(users::workspace_id.eq(workspace_id))
        .filter(users::removed_at.is_null())
        .order((users::created_at, users::id))
        .select((PERSON, users::created_at))
        .load(connection)?)
}

pub fn count_admins(connection: &mut Conn, workspace_id: &str) -> Result<i64> {
    Ok(users::table
        .filter(users::workspace_id.eq(workspace_id))
        .filter(users::removed_at.is_null())
        .filter(users::role.eq(Role::Admin))
        .count()
        .get_result(connection)?)
}

pub fn set_role(connection: &mut Conn, id: &str, role: Role) -> Result<()> {
    diesel::update(users::table.filter(users::id.eq(id)))
        .set(users::role.eq(role))
        .execute(connection)?;
    Ok(())
}

pub fn set_name(connection: &mut Conn, id: &str, name: &str) -> Result<()> {
    diesel::update(users::table.filter(users::id.eq(id)))
        .set(users::name.eq(name))
        .execute(connection)?;
    Ok(())
}

/// Sets the password of someone who is here; with `instead_of`, only as long as their hash is that
/// one. False when it is not, or when they have left.
pub fn set_password(
    connection: &mut Conn,
    id: &str,
    hash: &str,
    instead_of: Option<&str>,
) -> Result<bool> {
    let mut who = diesel::update(users::table)
        .filter(users::id.eq(id))
        .filter(users::removed_at.is_null())
        .set(users::password_hash.eq(hash))
        .into_boxed();
    if let Some(old) = instead_of {
        who = who.filter(users::password_hash.eq(old));
    }
    Ok(who.execute(connection)? == 1)
}

/// Makes someone one who has left. Their row stays, since keys and the audit log name them; their
/// address is free again.
pub fn mark_removed(connection: &mut Conn, id: &str, now: Time) -> Result<()> {
    diesel::update(users::table.filter(users::id.eq(id)))
        .set((
            users::removed_at.eq(now),
            users::email.eq(format!("{id}@removed.invalid")),
            users::password_hash.eq(""),
        ))
        .execute(connection)?;
    Ok(())
}

/// Everyone of a workspace, oldest first.
pub fn people_of(connection: &mut Conn, workspace_id: &str) -> Result<Vec<Person>> {
    Ok(people()
        .filter(users::workspace_id.eq(workspace_id))
        .filter(users::removed_at.is_null())
        .order(users::created_at)
        .select(PERSON)
        .load(connection)?)
}

pub fn workspace_name(connection: &mut Conn, workspace_id: &str) -> Result<String> {
    Ok(workspaces::table
        .filter(workspaces::id.eq(workspace_id))
        .select(workspaces::name)
        .first(connection)?)
}

pub fn workspace_by_name(connection: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(workspaces::table
        .filter(workspaces::name.eq(name))
        .select(workspaces::id)
        .first(connection)
        .optional()?)
}

pub fn profile(connection: &mut Conn, workspace_id: &str) -> Result<Profile> {
    Ok(workspaces::table
        .filter(workspaces::id.eq(workspace_id))
        .select((
            workspaces::drawing_credits_per_page,
            workspaces::document_credits_per_page,
            workspaces::api_enabled,
            workspaces::job_page_limit,
            workspaces::retention_days,
            workspaces::updated_at,
        ))
        .first(connection)?)
}

type PolicyColumns = (
    workspaces::api_enabled,
    workspaces::longest_key_life_days,
    workspaces::mail_on_key_creation,
    workspaces::drawing_credits_per_page,
    workspaces::document_credits_per_page,
    workspaces::job_page_limit,
    workspaces::retention_days,
);
const POLICY: PolicyColumns = (
    workspaces::api_enabled,
    workspaces::longest_key_life_days,
    workspaces::mail_on_key_creation,
    workspaces::drawing_credits_per_page,
    workspaces::document_credits_per_page,
    workspaces::job_page_limit,
    workspaces::retention_days,
);

pub fn policy(connection: &mut Conn, workspace_id: &str) -> Result<(Policy, Time)> {
    Ok(workspaces::table
        .filter(workspaces::id.eq(workspace_id))
        .select((POLICY, workspaces::updated_at))
        .first(connection)?)
}

pub fn set_policy(
    connection: &mut Conn,
    workspace_id: &str,
    policy: &Policy,
    now: Time,
) -> Result<()> {
    diesel::update(workspaces::table.filter(workspaces::id.eq(workspace_id)))
        .set((
            workspaces::api_enabled.eq(policy.enabled),
            workspaces::longest_key_life_days.eq(policy.longest_key_life_days),
            workspaces::mail_on_key_creation.eq(policy.mail_on_key_creation),
            workspaces::drawing_credits_per_page.eq(policy.drawing_credits_per_page),
            workspaces::document_credits_per_page.eq(policy.document_credits_per_page),
            workspaces::job_page_limit.eq(policy.job_page_limit),
            workspaces::retention_days.eq(policy.retention_days),
            workspaces::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}
