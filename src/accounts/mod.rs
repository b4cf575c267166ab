//! People, workspaces and roles; setup, sign-in and sessions. A person belongs to one workspace.

mod invitation_store;
mod invitations;
mod notices;
mod own;
mod password;
mod policy;
mod reset_store;
mod resets;
mod sessions;
mod store;
mod team;
mod throttle;

use std::net::IpAddr;

use hmac::Mac;
use subtle::ConstantTimeEq;

use crate::audit::{self, Action, Actor, Origin};
use crate::clock::{Clock, Time};
use crate::credits;
use crate::db::{Conn, Db};
use crate::error::{Code, Detail, Error, Result};
use crate::id;
use crate::one_time::OneTimeLinks;
use crate::secret::{HmacSha256, Secret, hexadecimal};
use crate::text;

pub use invitation_store::Invitation;
pub use invitations::check_joining;
pub use password::Password;
pub use policy::{Policy, number};
pub use sessions::{
    AGENT, BEGAN_AT, CONFIRMED_AT, IP, SESSION_ID, SessionLimits, SessionRow, Sessions, USER,
};
pub use store::{Person, Profile, people_of, workspace_name};
pub use team::Colleague;

use password::Passwords;

/// What a person may do in their workspace.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Role {
    Member,
    Admin,
}
crate::db::columns::stored_by_name!(Role);

impl Role {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// In a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "a member",
            Self::Admin => "an admin",
        }
    }
}

/// A mail address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self> {
        let text = text::line("email", text, 254)?.to_lowercase();
        match text.parse::<lettre::Address>() {
            Ok(address) if can_be_sent_to(&text, address.clone()) => Ok(Self(text)),
            _ => Err(Error::invalid(
                "`email` must be a mail address such as name@example.com.",
            )),
        }
    }
}

/// Some addresses are right by RFC 5321 and yet no message to them can be composed, or they hold
/// what no one sees: nobody would ever get a mail there.
fn can_be_sent_to(text: &str, address: lettre::Address) -> bool {
    let mailbox = lettre::message::Mailbox::new(None, address);
    text.chars()
        .all(|letter| letter.is_ascii_graphic() || letter.is_alphanumeric())
        && lettre::Message::builder()
            .from(mailbox.clone())
            .to(mailbox)
            .body(String::new())
            .is_ok()
}

/// A person to be made, checked.
pub struct NewPerson {
    pub email: Email,
    pub name: String,
    pub password: Password,
    pub role: Role,
}

impl NewPerson {
    pub fn parse(email: &str, name: &str, password: &str, role: Role) -> Result<Self> {
        let email = Email::parse(email)?;
        let name = text::line("name", name, 120)?;
        let password = Password::parse(password, &[&email.0, &name])?;
        Ok(Self {
            email,
            name,
            password,
            role,
        })
    }
}

pub struct Accounts {
    db: Db,
    clock: Clock,
    passwords: Passwords,
    setup_mac: HmacSha256,
    subject_mac: HmacSha256,
    initial_credits: i64,
    limits: SessionLimits,
    links: OneTimeLinks,
    base_url: String,
}

impl Accounts {
    pub fn new(
        db: Db,
        clock: Clock,
        secret: &Secret,
        initial_credits: i64,
        limits: SessionLimits,
        base_url: String,
    ) -> Result<Self> {
        Ok(Self {
            db,
            clock,
            passwords: Passwords::new()?,
            setup_mac: secret.mac("setup link"),
            subject_mac: secret.mac("sign-in subject"),
            initial_credits,
            limits,
            links: OneTimeLinks::new(secret, base_url.clone()),
            base_url,
        })
    }

    /// The token of the setup link, or `None` once someone has set the server up. It is made from
    /// the instant of the installation, so every process prints the same link, and a database made
    /// anew has another.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        let installation = self.db.read(store::installation).await?;
        Ok(installation
            .set_up_at
            .is_none()
            .then(|| self.token_for(installation.created_at)))
    }

    /// Whether the token is that of a setup link that still works.
    pub async fn is_setup_token(&self, token: &str) -> Result<bool> {
        Ok(self
            .setup_token()
            .await?
            .is_some_and(|right| bool::from(right.as_bytes().ct_eq(token.as_bytes()))))
    }

    fn token_for(&self, installed_at: Time) -> String {
        let mut mac = self.setup_mac.clone();
        mac.update(&installed_at.0.to_be_bytes());
        hexadecimal(&mac.finalize().into_bytes())
    }

    /// Makes the first admin and workspace, once. The caller has checked the token.
    pub async fn set_up(
        &self,
        workspace: &str,
        person: NewPerson,
        origin: &Origin,
    ) -> Result<Person> {
        let workspace = text::line("workspace", workspace, 120)?;
        let hash = self.passwords.hash(person.password).await?;
        let (origin, now, credits) = (origin.clone(), self.clock.now(), self.initial_credits);
        self.db
            .write(move |connection| {
                if !store::mark_set_up(connection, now)? {
                    return Err(Error::new(Code::Expired, "This setup link has been used."));
                }
                let workspace_id = store::insert_workspace(connection, &workspace, credits, now)?;
                credits::record_grant(connection, &workspace_id, credits, now)?;
                let admin = store::insert_person(
                    connection,
                    &workspace_id,
                    &person.email.0,
                    &person.name,
                    &hash,
                    Role::Admin,
                    now,
                )?;
                let actor = origin.person(&admin);
                record(connection, &actor, Action::SessionStarted, &admin, "", now)?;
                Ok(admin)
            })
            .await
    }

    /// Gives credits to a workspace by its name; answers what it has then.
    pub async fn grant_credits(&self, workspace: &str, credits: i64) -> Result<i64> {
        if credits < 1 {
            return Err(Error::invalid("Grant at least one credit."));
        }
        let (workspace, now) = (workspace.to_owned(), self.clock.now());
        self.db
            .write(move |connection| {
                let id = store::workspace_by_name(connection, &workspace)?
                    .ok_or_else(|| Error::not_found("workspace"))?;
                credits::grant(connection, &id, credits, now)?;
                let detail = format!("{credits} credits");
                audit::record(
                    connection,
                    &id,
                    &Actor::CommandLine,
                    Action::CreditsGranted,
                    (&id, &workspace),
                    detail,
                    now,
                )?;
                credits::available(connection, &id)
            })
            .await
    }

    /// Makes a person from the command line; a workspace that does not exist is made.
    pub async fn create(&self, workspace: &str, person: NewPerson) -> Result<Person> {
        let workspace = text::line("workspace", workspace, 120)?;
        let hash = self.passwords.hash(person.password).await?;
        let (now, credits) = (self.clock.now(), self.initial_credits);
        self.db
            .write(move |connection| {
                // A member alone could not go on: the setup link stays until there is an admin.
                if person.role == Role::Admin {
                    store::mark_set_up(connection, now)?;
                }
                let workspace_id = match store::workspace_by_name(connection, &workspace)? {
                    Some(id) => id,
                    None => {
                        let id = store::insert_workspace(connection, &workspace, credits, now)?;
                        credits::record_grant(connection, &id, credits, now)?;
                        id
                    }
                };
                store::insert_person(
                    connection,
                    &workspace_id,
                    &person.email.0,
                    &person.name,
                    &hash,
                    person.role,
                    now,
                )
            })
            .await
    }

    /// Checks a sign-in. An unknown address costs as much time as a wrong password and gets the
    /// same answer; after too many failures in 15 minutes, 429. The log of the person's workspace
    /// tells both outcomes.
    pub async fn sign_in(&self, email: &str, password: &str, origin: &Origin) -> Result<Person> {
        let found = self
            .check_password(email, password, origin, Action::SessionStarted)
            .await?;
        match found {
            Some((person, _)) => Ok(person),
            None => Err(Error::new(
                Code::Unauthorized,
                "The address or the password is wrong.",
            )),
        }
    }

    /// Asks someone who is signed in for their password once more: throttled as a sign-in, and
    /// told in the log. A wrong one is 401, too many are 429. The caller renews the session's
    /// confirmation after it.
    pub async fn confirm(&self, actor: &Actor, password: &str) -> Result<()> {
        self.confirmed_hash(actor, password).await?;
        Ok(())
    }

    /// As [`Accounts::confirm`]; answers the hash that the password was checked against.
    async fn confirmed_hash(&self, actor: &Actor, password: &str) -> Result<String> {
        let Actor::Person {
            person,
            ip,
            request_id,
        } = actor
        else {
            return Err(Error::no_session());
        };
        let origin = Origin {
            ip: *ip,
            request_id: request_id.clone(),
        };
        let found = self
            .check_password(&person.email, password, &origin, Action::SessionConfirmed)
            .await?;
        match found {
            Some((found, hash)) if found.id == person.id => Ok(hash),
            _ => Err(Error::new(Code::Unauthorized, "The password is wrong.")),
        }
    }

    /// The person whose password it is, with its hash; `told` is what the log says of it then.
    async fn check_password(
        &self,
        email: &str,
        password: &str,
        origin: &Origin,
        told: Action,
    ) -> Result<Option<(Person, String)>> {
        let email = email.trim().to_lowercase();
        let subjects = self.subjects("", &email, origin.ip);
        let now = self.clock.now();
        // The attempt is noted as failed before it is judged, so that a hundred at once count as
        // a hundred.
        let attempt = id::new(id::Kind::Row);
        let (noted, noting, ip) = (attempt.clone(), subjects.clone(), origin.ip);
        let stored = self
            .db
            .write(move |connection| {
                let stored = match email.contains('\0') {
                    true => None,
                    false => store::with_password(connection, &email)?,
                };
                let who = (stored.as_ref().map(|(person, _)| person), ip);
                let what = "failed sign-ins";
                throttle::note_attempt(connection, &noted, &noting, who, what, now)?;
                Ok(stored)
            })
            .await?;
        let hash = stored.as_ref().map(|(_, hash)| hash.clone());
        let right = self.passwords.verify(password, hash).await?;
        let (now, origin) = (self.clock.now(), origin.clone());
        let [address, _] = subjects;
        self.db
            .write(move |connection| {
                let Some((person, hash)) = stored else {
                    // As much work as telling the log of a wrong password.
                    throttle::touch(connection, &attempt, now)?;
                    return Ok(None);
                };
                // Whoever got a new password, or left, while this one was checked is not let in
                // by it.
                let holds = right
                    && store::with_password(connection, &person.email)?
                        .is_some_and(|(same, still)| same.id == person.id && still == hash);
                let (actor, action) = match (holds, told) {
                    (true, told) => (origin.person(&person), told),
                    (false, Action::SessionConfirmed) => {
                        (origin.person(&person), Action::SessionRefused)
                    }
                    (false, _) => (origin.stranger(), Action::SessionRefused),
                };
                record(connection, &actor, action, &person, "", now)?;
                if !holds {
                    return Ok(None);
                }
                throttle::forgive(connection, &attempt, &address)?;
                Ok(Some((person, hash)))
            })
            .await
    }

    /// What attempts are counted by: the address and where they come from. Those of one `kind` do
    /// not count for another.
    fn subjects(&self, kind: &str, email: &str, ip: IpAddr) -> throttle::Subjects {
        [
            subject(&self.subject_mac, &format!("{kind}email {email}")),
            subject(
                &self.subject_mac,
                &format!("{kind}ip {}", neighbourhood(ip)),
            ),
        ]
    }

    /// The person behind a session's user id, if they still exist.
    pub async fn person(&self, user_id: &str) -> Result<Option<Person>> {
        let user_id = user_id.to_owned();
        self.db
            .peek(move |connection| store::by_id(connection, &user_id))
            .await
    }

    pub async fn person_by_email(&self, email: &str) -> Result<Option<Person>> {
        let email = Email::parse(email)?;
        Ok(self
            .db
            .read(move |connection| store::with_password(connection, &email.0))
            .await?
            .map(|(person, _)| person))
    }

    /// What the API's profile says of a workspace.
    pub async fn profile(&self, workspace_id: &str) -> Result<Profile> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| store::profile(connection, &workspace_id))
            .await
    }
}

fn subject(mac: &HmacSha256, text: &str) -> String {
    let mut mac = mac.clone();
    mac.update(text.as_bytes());
    hexadecimal(&mac.finalize().into_bytes())
}

/// Records what happened to a person.
fn record(
    connection: &mut Conn,
    actor: &Actor,
    action: Action,
    person: &Person,
    detail: impl Into<String>,
    now: Time,
) -> Result<()> {
    audit::record(
        connection,
        &person.workspace_id,
        actor,
        action,
        (&person.id, &person.name),
        detail,
        now,
    )
}

/// Notes which secret this database belongs to when it is new; answers whether it is this one.
pub fn check_installation(connection: &mut Conn, secret: &Secret, clock: &Clock) -> Result<bool> {
    Ok(
        store::ensure_installation(connection, &secret.fingerprint(), clock.now())?
            .secret_fingerprint
            == secret.fingerprint(),
    )
}

/// What one sender of an address can be expected to command: the address in IPv4, the /64 in IPv6.
pub fn neighbourhood(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

fn too_many(what: &str, seconds: i64) -> Error {
    let minutes = (seconds + 59) / 60;
    Error {
        detail: Detail::RetryAfter(seconds),
        ..Error::new(
            Code::RateLimited,
            format!(
                "Too many {what}. Wait {minutes} minute{} and try again.",
                if minutes == 1 { "" } else { "s" }
            ),
        )
    }
}
