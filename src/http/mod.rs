//! What both doors share: how a request is observed, who sent it, how its body is read, and how
//! errors and files are answered.

mod answer;
mod body;
mod caller;
mod client;
mod cross_site;
mod download;
mod observe;
mod person;

pub use answer::error_of;
pub use body::{
    Body, Fields, OptionalBody, Query, RawJson, parse as parse_json, parse_any as parse_any_json,
};
pub use caller::{AnyCaller, ArtifactsRead, Caller, JobsRead, JobsWrite, require_key};
pub use client::Client;
pub use download::{names as names_tag, stream, stream_whole};
pub use observe::{catch, observe};
pub use person::{
    Admin, Member, begin_session, confirm_session, require_same_site, user_agent, who_is_it,
};

pub const JSON: &str = "application/json";
