//! The pages for people: server-rendered, usable without scripts.

mod account;
mod api_docs;
mod assets;
mod audit;
mod badges;
mod confirm;
mod device;
mod error_page;
mod forgotten;
mod frame;
mod job_page;
mod join;
mod key_page;
mod key_rows;
mod mail;
mod new_key;
mod paging;
mod policy;
mod projects;
mod settings_api;
mod setup;
mod sign_in;
mod team;
mod time_words;
mod usage;
mod webhooks;

pub use account::{change_password, end_other_sessions, end_session, rename, show_account};
pub use api_docs::show_api_docs;
pub use assets::{app_css, app_js, favicon};
pub use audit::{export_audit, show_audit};
pub use error_page::{dress, not_found_page};
pub use forgotten::{forgot_password, reset_password, show_forgot_password, show_reset_password};
pub use job_page::{
    ask_cancel_job, cancel_job, download_result, resume_job, show_artifact, show_job,
};
pub use join::{join, show_join};
pub use key_page::{ask_found, edit_key, report_found, show_key};
pub use mail::{send_test_mail, show_mail};
pub use new_key::{ask_rotate, create_key, new_key, rotate};
pub use policy::{set_policy, show_policy};
pub use projects::{list_projects, show_project};
pub use settings_api::{ask_revoke, ask_revoke_all, list_keys, revoke, revoke_all};
pub use setup::{set_up, show_setup};
pub use sign_in::{home, show_sign_in, sign_in, sign_out};
pub use team::{
    ask_remove, cancel_invitation, end_sessions, invite, remove, resend_invitation, set_role,
    show_team,
};
pub use usage::show_usage;
pub use webhooks::{list_deliveries, redeliver, show_delivery};

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;

use crate::error::{Error, Result};

/// What a page of ours may load and do: its own style sheet, script and icon, and forms to this
/// server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     object-src 'none'; frame-ancestors 'none'";

/// Renders a page; nothing of it is stored by a browser or a proxy.
fn page(status: u16, template: &impl Template) -> Result<HttpResponse> {
    let html = template.render().map_err(Error::internal)?;
    let status = actix_web::http::StatusCode::from_u16(status).map_err(Error::internal)?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(html))
}

/// Sends a browser on to a page of ours after a form (RFC 9110, 303).
fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// An error's sentence beside a form: fields by their words, not by their names on the wire.
fn for_people(error: &Error) -> String {
    let text = error.told().replace('`', "");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
