//! The audit log: who did what to which key, member, session, job or policy, when and from where.
//! Rooms record an event in the transaction of the change; rows are only ever added.

mod export;
mod store;

use std::net::IpAddr;

use crate::accounts::Person;
use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id;

pub use export::Format;
pub use store::{Event, Filter, latest, of_subject, places_of};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub ip: IpAddr,
    pub request_id: String,
}

impl Origin {
    /// A person who sent a request from there.
    pub fn person(&self, person: &Person) -> Actor {
        Actor::Person {
            person: person.clone(),
            ip: self.ip,
            request_id: self.request_id.clone(),
        }
    }

    /// Someone there of whom nothing else is known.
    pub fn stranger(&self) -> Actor {
        Actor::Stranger {
            ip: self.ip,
            request_id: self.request_id.clone(),
        }
    }
}

/// Who changes something, for the log and the notices.
#[derive(Clone, Debug)]
pub enum Actor {
    Person {
        person: Person,
        ip: IpAddr,
        request_id: String,
    },
    /// A scanner that reported a leaked key, by its name.
    Scanner {
        name: String,
        ip: IpAddr,
        request_id: String,
    },
    /// A request that carried the key itself.
    Key {
        label: String,
        ip: IpAddr,
        request_id: String,
    },
    /// Someone who is not signed in.
    Stranger {
        ip: IpAddr,
        request_id: String,
    },
    CommandLine,
    /// The server's own clock.
    Server,
}

impl Actor {
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::Person { person, .. } => Some(&person.id),
            _ => None,
        }
    }

    /// For people: `Ada (ada@example.com)`.
    pub fn name(&self) -> String {
        match self {
            Self::Person { person, .. } => format!("{} ({})", person.name, person.email),
            Self::Scanner { name, .. } => name.clone(),
            Self::Key { label, .. } => format!("the key “{label}”"),
            Self::Stranger { .. } => "someone who was not signed in".to_owned(),
            Self::CommandLine => "the server’s command line".to_owned(),
            Self::Server => "Plangrep".to_owned(),
        }
    }

    pub fn ip(&self) -> Option<String> {
        match self {
            Self::Person { ip, .. }
            | Self::Scanner { ip, .. }
            | Self::Key { ip, .. }
            | Self::Stranger { ip, .. } => Some(ip.to_string()),
            Self::CommandLine | Self::Server => None,
        }
    }

    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Person { request_id, .. }
            | Self::Scanner { request_id, .. }
            | Self::Key { request_id, .. }
            | Self::Stranger { request_id, .. } => {
                Some(request_id.as_str()).filter(|id| !id.is_empty())
            }
            Self::CommandLine | Self::Server => None,
        }
    }
}

/// What happened; the column and the exports hold the dotted name.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::EnumIter,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Action {
    #[strum(serialize = "key.created")]
    KeyCreated,
    #[strum(serialize = "key.changed")]
    KeyChanged,
    #[strum(serialize = "key.rotated")]
    KeyRotated,
    #[strum(serialize = "key.revoked")]
    KeyRevoked,
    #[strum(serialize = "key.leaked")]
    KeyLeaked,
    #[strum(serialize = "key.expired")]
    KeyExpired,
    #[strum(serialize = "key.used_from_new_network")]
    KeyUsedFromNewNetwork,
    #[strum(serialize = "key.scope_refused")]
    KeyScopeRefused,
    #[strum(serialize = "key.use_refused")]
    KeyUseRefused,
    #[strum(serialize = "person.invited")]
    PersonInvited,
    #[strum(serialize = "person.invitation_cancelled")]
    InvitationCancelled,
    #[strum(serialize = "person.joined")]
    PersonJoined,
    #[strum(serialize = "person.role_changed")]
    RoleChanged,
    #[strum(serialize = "person.removed")]
    PersonRemoved,
    #[strum(serialize = "person.name_changed")]
    NameChanged,
    #[strum(serialize = "person.password_changed")]
    PasswordChanged,
    #[strum(serialize = "person.password_reset_asked")]
    PasswordResetAsked,
    #[strum(serialize = "person.password_reset")]
    PasswordReset,
    #[strum(serialize = "session.started")]
    SessionStarted,
    #[strum(serialize = "session.confirmed")]
    SessionConfirmed,
    #[strum(serialize = "session.refused")]
    SessionRefused,
    #[strum(serialize = "session.ended")]
    SessionEnded,
    #[strum(serialize = "policy.changed")]
    PolicyChanged,
    #[strum(serialize = "job.cancelled")]
    JobCancelled,
    #[strum(serialize = "job.resumed")]
    JobResumed,
    #[strum(serialize = "webhook.redelivered")]
    WebhookRedelivered,
    #[strum(serialize = "credits.granted")]
    CreditsGranted,
}
crate::db::columns::stored_by_name!(Action);

impl Action {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// For people, as the start of a sentence whose end is the subject's name.
    pub fn words(self) -> &'static str {
        match self {
            Self::KeyCreated => "Created the key",
            Self::KeyChanged => "Changed the key",
            Self::KeyRotated => "Rotated the key",
            Self::KeyRevoked => "Revoked the key",
            Self::KeyLeaked => "Reported as leaked the key",
            Self::KeyExpired => "Expired: the key",
            Self::KeyUsedFromNewNetwork => "Used from a new network: the key",
            Self::KeyScopeRefused => "Refused for a missing scope: the key",
            Self::KeyUseRefused => "Refused a use of the key",
            Self::PersonInvited => "Invited",
            Self::InvitationCancelled => "Cancelled the invitation of",
            Self::PersonJoined => "Joined:",
            Self::RoleChanged => "Changed the role of",
            Self::PersonRemoved => "Removed",
            Self::NameChanged => "Changed the name of",
            Self::PasswordChanged => "Changed the password of",
            Self::PasswordResetAsked => "Asked for a new password:",
            Self::PasswordReset => "Set a new password by mail:",
            Self::SessionStarted => "Signed in:",
            Self::SessionConfirmed => "Confirmed the password:",
            Self::SessionRefused => "Refused a sign-in of",
            Self::SessionEnded => "Ended a session of",
            Self::PolicyChanged => "Changed the policy of",
            Self::JobCancelled => "Cancelled the job",
            Self::JobResumed => "Resumed the job",
            Self::WebhookRedelivered => "Sent again the webhook",
            Self::CreditsGranted => "Granted credits to",
        }
    }
}

/// Records an event; `subject` is an id and a name for people.
pub fn record(
    connection: &mut Conn,
    workspace_id: &str,
    actor: &Actor,
    action: Action,
    subject: (&str, &str),
    detail: impl Into<String>,
    now: Time,
) -> Result<()> {
    store::insert(
        connection,
        &Event {
            id: id::new(id::Kind::Audit),
            workspace_id: workspace_id.to_owned(),
            happened_at: now,
            action,
            actor_user_id: actor.user_id().map(str::to_owned),
            actor_name: actor.name(),
            subject_id: subject.0.to_owned(),
            subject_name: subject.1.to_owned(),
            ip: actor.ip(),
            request_id: actor.request_id().map(str::to_owned),
            detail: detail.into(),
        },
    )
}

/// The log as its readers see it.
pub struct Audit {
    db: Db,
}

impl Audit {
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// The newest `limit` events of a workspace that match and are older than the event `before`.
    pub async fn page(
        &self,
        workspace_id: &str,
        filter: &Filter,
        before: Option<String>,
        limit: i64,
    ) -> Result<Vec<Event>> {
        let (workspace_id, filter) = (workspace_id.to_owned(), filter.clone());
        self.db
            .read(move |connection| {
                store::page(connection, &workspace_id, &filter, before.as_deref(), limit)
            })
            .await
    }
}
