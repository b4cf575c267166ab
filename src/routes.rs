//! Every URL of the product on one page, with the right it needs, and the order of the layers
//! around it.

use std::collections::BTreeMap;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession, TtlExtensionPolicy};
use actix_web::cookie::{Key, SameSite, time::Duration};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard, web};

use crate::accounts::Sessions;
use crate::api::{description, events, jobs, keys, leaks, ops, projects, session, uploads};
use crate::error::{Code, Detail, Error, Result};
use crate::http::{catch, require_key, require_same_site, who_is_it};
use crate::keys::Scope::{self, ArtifactsRead, JobsRead, JobsWrite};
use crate::pages;

/// Who gets through to a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Whoever sends a live key with the scope.
    Key(Scope),
    /// Whoever sends a live key, whatever its scopes.
    AnyKey,
    /// Whoever is signed in; JSON.
    Session,
    /// People; HTML. The page itself says whether it wants a session.
    Page,
    /// Anyone: what guards it, if anything, is in the URL.
    Open,
}

/// One method of one URL.
pub struct Endpoint {
    pub method: Method,
    pub path: &'static str,
    pub door: Door,
    route: fn(Route) -> Route,
}

/// The table. A GET answers HEAD too.
pub fn table() -> Vec<Endpoint> {
    use Door::{AnyKey, Key as K, Open, Page, Session};
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    let (put, delete) = (Method::PUT, Method::DELETE);
    let mut table = Vec::new();
    let mut add = |method: &Method, path, door, route| {
        table.push(Endpoint {
            method: method.clone(),
            path,
            door,
            route,
        });
    };

    // The open API, for integrators. Patterns are tried in this order: the one that is polled is
    // the first.
    add(&get, "/api/open/v1/jobs/{job_id}", K(JobsRead), |r| {
        r.to(jobs::get_job)
    });
    add(&post, "/api/open/v1/projects", K(JobsWrite), |r| {
        r.to(projects::create_project)
    });
    add(&get, "/api/open/v1/projects", K(JobsRead), |r| {
        r.to(projects::list_projects)
    });
    add(
        &get,
        "/api/open/v1/projects/{project_id}",
        K(JobsRead),
        |r| r.to(projects::get_project),
    );
    add(
        &post,
        "/api/open/v1/projects/{project_id}/jobs",
        K(JobsWrite),
        |r| r.to(jobs::create_job),
    );
    add(
        &get,
        "/api/open/v1/projects/{project_id}/jobs",
        K(JobsRead),
        |r| r.to(jobs::list_jobs),
    );
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/files",
        K(JobsWrite),
        |r| r.to(uploads::upload_files),
    );
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/uploads",
        K(JobsWrite),
        |r| r.to(uploads::announce_uploads),
    );
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/uploads/{document_id}/content",
        K(JobsWrite),
        |r| r.to(uploads::upload_content),
    );
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/uploads/complete",
        K(JobsWrite),
        |r| r.to(jobs::complete_uploads),
    );
    add(&delete, "/api/open/v1/jobs/{job_id}", K(JobsWrite), |r| {
        r.to(jobs::delete_job)
    });
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/cancel",
        K(JobsWrite),
        |r| r.to(jobs::cancel_job),
    );
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/resume",
        K(JobsWrite),
        |r| r.to(jobs::resume_job),
    );
    add(
        &get,
        "/api/open/v1/jobs/{job_id}/result",
        K(JobsRead),
        |r| r.to(jobs::get_result),
    );
    add(
        &get,
        "/api/open/v1/jobs/{job_id}/artifact",
        K(ArtifactsRead),
        |r| r.to(jobs::get_artifact),
    );
    add(
        &post,
        "/api/open/v1/jobs/{job_id}/artifact-downloads",
        K(ArtifactsRead),
        |r| r.to(jobs::create_job_download),
    );
    add(
        &get,
        "/api/open/v1/jobs/{job_id}/events",
        K(JobsRead),
        |r| r.to(events::listen_to_job),
    );
    add(
        &get,
        "/api/open/v1/projects/{project_id}/summary",
        K(JobsRead),
        |r| r.to(projects::get_summary),
    );
    add(
        &get,
        "/api/open/v1/projects/{project_id}/artifact",
        K(ArtifactsRead),
        |r| r.to(jobs::get_project_artifact),
    );
    add(
        &post,
        "/api/open/v1/projects/{project_id}/artifact-downloads",
        K(ArtifactsRead),
        |r| r.to(jobs::create_project_download),
    );
    add(&get, "/api/open/v1/artifact-downloads/{token}", Open, |r| {
        r.to(jobs::get_download)
    });
    add(&get, "/api/open/v1/key", AnyKey, |r| {
        r.to(keys::get_own_key)
    });
    add(&put, "/uploads/{document_id}", Open, |r| {
        r.to(uploads::put_upload)
    });
    add(
        &put,
        "/uploads/{document_id}/parts/{part_number}",
        Open,
        |r| r.to(uploads::put_part),
    );
    add(&get, "/results/{job_id}", Open, |r| {
        r.to(jobs::get_linked_result)
    });

    // The workspace API, for people who are signed in.
    add(&get, "/api/open-api/keys", Session, |r| {
        r.to(keys::list_keys)
    });
    add(&post, "/api/open-api/keys", Session, |r| {
        r.to(keys::create_key)
    });
    add(&post, "/api/open-api/keys/revoke-all", Session, |r| {
        r.to(keys::revoke_all_keys)
    });
    add(&post, "/api/open-api/keys/{key_id}/revoke", Session, |r| {
        r.to(keys::revoke_key)
    });
    add(&post, "/api/open-api/keys/{key_id}/rotate", Session, |r| {
        r.to(keys::rotate_key)
    });
    add(&get, "/api/open-api/keys/{key_id}", Session, |r| {
        r.to(keys::get_key)
    });
    add(&patch, "/api/open-api/keys/{key_id}", Session, |r| {
        r.to(keys::change_key)
    });

    add(&post, "/api/open-api/session/confirm", Session, |r| {
        r.to(session::confirm)
    });

    add(
        &get,
        "/projects/{project_id}/jobs/{job_id}/events",
        Session,
        |r| r.to(events::listen_as_person),
    );

    // For secret scanners: the form of our keys, and where to report one.
    add(&get, "/.well-known/secret-scanning.json", Open, |r| {
        r.to(leaks::key_format)
    });
    add(&post, "/api/open-api/leaks", Open, |r| {
        r.to(leaks::report_leaks)
    });

    // The pages.
    add(&get, "/", Page, |r| r.to(pages::home));
    add(&get, "/setup", Page, |r| r.to(pages::show_setup));
    add(&post, "/setup", Page, |r| r.to(pages::set_up));
    add(&get, "/sign-in", Page, |r| r.to(pages::show_sign_in));
    add(&post, "/sign-in", Page, |r| r.to(pages::sign_in));
    add(&post, "/sign-out", Page, |r| r.to(pages::sign_out));
    add(&get, "/settings/api", Page, |r| r.to(pages::list_keys));
    add(&get, "/settings/api/new", Page, |r| r.to(pages::new_key));
    add(&post, "/settings/api/keys", Page, |r| {
        r.to(pages::create_key)
    });
    add(&get, "/settings/api/keys/{key_id}/revoke", Page, |r| {
        r.to(pages::ask_revoke)
    });
    add(&post, "/settings/api/keys/{key_id}/revoke", Page, |r| {
        r.to(pages::revoke)
    });
    add(&get, "/settings/api/keys/{key_id}", Page, |r| {
        r.to(pages::show_key)
    });
    add(&post, "/settings/api/keys/{key_id}/edit", Page, |r| {
        r.to(pages::edit_key)
    });
    add(&get, "/settings/api/keys/{key_id}/rotate", Page, |r| {
        r.to(pages::ask_rotate)
    });
    add(&post, "/settings/api/keys/{key_id}/rotate", Page, |r| {
        r.to(pages::rotate)
    });
    add(&get, "/settings/api/found", Page, |r| {
        r.to(pages::ask_found)
    });
    add(&post, "/settings/api/found", Page, |r| {
        r.to(pages::report_found)
    });
    add(&get, "/settings/api/revoke-all", Page, |r| {
        r.to(pages::ask_revoke_all)
    });
    add(&post, "/settings/api/revoke-all", Page, |r| {
        r.to(pages::revoke_all)
    });

    add(&get, "/settings/policy", Page, |r| r.to(pages::show_policy));
    add(&post, "/settings/policy", Page, |r| r.to(pages::set_policy));
    add(&get, "/settings/audit", Page, |r| r.to(pages::show_audit));
    add(&get, "/settings/audit/export", Page, |r| {
        r.to(pages::export_audit)
    });
    add(&get, "/settings/mail", Page, |r| r.to(pages::show_mail));
    add(&post, "/settings/mail/test", Page, |r| {
        r.to(pages::send_test_mail)
    });

    // The pages of people: how they come in, their team and their own account.
    add(&get, "/join", Page, |r| r.to(pages::show_join));
    add(&post, "/join", Page, |r| r.to(pages::join));
    add(&get, "/forgot-password", Page, |r| {
        r.to(pages::show_forgot_password)
    });
    add(&post, "/forgot-password", Page, |r| {
        r.to(pages::forgot_password)
    });
    add(&get, "/reset-password", Page, |r| {
        r.to(pages::show_reset_password)
    });
    add(&post, "/reset-password", Page, |r| {
        r.to(pages::reset_password)
    });
    add(&get, "/settings/team", Page, |r| r.to(pages::show_team));
    add(&post, "/settings/team/invitations", Page, |r| {
        r.to(pages::invite)
    });
    add(
        &post,
        "/settings/team/invitations/{invitation_id}/cancel",
        Page,
        |r| r.to(pages::cancel_invitation),
    );
    add(
        &post,
        "/settings/team/invitations/{invitation_id}/resend",
        Page,
        |r| r.to(pages::resend_invitation),
    );
    add(&post, "/settings/team/{user_id}/role", Page, |r| {
        r.to(pages::set_role)
    });
    add(&post, "/settings/team/{user_id}/end-sessions", Page, |r| {
        r.to(pages::end_sessions)
    });
    add(&get, "/settings/team/{user_id}/remove", Page, |r| {
        r.to(pages::ask_remove)
    });
    add(&post, "/settings/team/{user_id}/remove", Page, |r| {
        r.to(pages::remove)
    });
    add(&get, "/settings/account", Page, |r| {
        r.to(pages::show_account)
    });
    add(&post, "/settings/account/name", Page, |r| {
        r.to(pages::rename)
    });
    add(&post, "/settings/account/password", Page, |r| {
        r.to(pages::change_password)
    });
    add(
        &post,
        "/settings/account/sessions/{session_id}/end",
        Page,
        |r| r.to(pages::end_session),
    );
    add(&post, "/settings/account/sessions/end-others", Page, |r| {
        r.to(pages::end_other_sessions)
    });

    // The pages of projects and jobs, of what they cost and what was told of them.
    add(&get, "/projects", Page, |r| r.to(pages::list_projects));
    add(&get, "/projects/{project_id}", Page, |r| {
        r.to(pages::show_project)
    });
    add(&get, "/projects/{project_id}/jobs/{job_id}", Page, |r| {
        r.to(pages::show_job)
    });
    add(
        &get,
        "/projects/{project_id}/jobs/{job_id}/cancel",
        Page,
        |r| r.to(pages::ask_cancel_job),
    );
    add(
        &post,
        "/projects/{project_id}/jobs/{job_id}/cancel",
        Page,
        |r| r.to(pages::cancel_job),
    );
    add(
        &post,
        "/projects/{project_id}/jobs/{job_id}/resume",
        Page,
        |r| r.to(pages::resume_job),
    );
    add(
        &get,
        "/projects/{project_id}/jobs/{job_id}/result",
        Page,
        |r| r.to(pages::download_result),
    );
    add(
        &get,
        "/projects/{project_id}/jobs/{job_id}/artifact",
        Page,
        |r| r.to(pages::show_artifact),
    );
    add(&get, "/settings/usage", Page, |r| r.to(pages::show_usage));
    add(&get, "/settings/webhooks", Page, |r| {
        r.to(pages::list_deliveries)
    });
    add(&get, "/settings/webhooks/{delivery_id}", Page, |r| {
        r.to(pages::show_delivery)
    });
    add(
        &post,
        "/settings/webhooks/{delivery_id}/redeliver",
        Page,
        |r| r.to(pages::redeliver),
    );

    add(&get, "/static/app.css", Open, |r| r.to(pages::app_css));
    add(&get, "/static/app.js", Open, |r| r.to(pages::app_js));
    add(&get, "/static/favicon.svg", Open, |r| r.to(pages::favicon));
    add(&get, "/api/openapi.json", Open, |r| {
        r.to(description::openapi_json)
    });
    add(&get, "/api/docs", Open, |r| r.to(pages::show_api_docs));
    add(&get, "/healthz", Open, |r| r.to(ops::healthz));
    add(&get, "/readyz", Open, |r| r.to(ops::readyz));
    add(&get, "/metrics", Open, |r| r.to(ops::metrics));
    table
}

/// What the layers of signed-in people need.
#[derive(Clone)]
pub struct Cookies {
    pub sessions: Sessions,
    pub key: Key,
    /// Whether the cookie goes over https only.
    pub secure: bool,
    /// How long a session lasts at most, in milliseconds.
    pub life: i64,
}

impl Cookies {
    fn layer(&self) -> SessionMiddleware<Sessions> {
        SessionMiddleware::builder(self.sessions.clone(), self.key.clone())
            .cookie_name("plangrep_session".to_owned())
            .cookie_secure(self.secure)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(
                PersistentSession::default()
                    .session_ttl(Duration::milliseconds(self.life))
                    .session_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges),
            )
            .build()
    }
}

/// Mounts the table.
pub fn mount(config: &mut web::ServiceConfig, cookies: &Cookies) {
    let mut by_path: BTreeMap<&'static str, Vec<Endpoint>> = BTreeMap::new();
    let mut paths = Vec::new();
    for endpoint in table() {
        if !by_path.contains_key(endpoint.path) {
            paths.push(endpoint.path);
        }
        by_path.entry(endpoint.path).or_default().push(endpoint);
    }
    for path in paths {
        let endpoints = by_path.remove(path).unwrap_or_default();
        let Some(door) = endpoints.first().map(|endpoint| endpoint.door) else {
            continue;
        };
        let resource = resource(path, endpoints);
        // The last layer is the outermost.
        match door {
            Door::Key(_) | Door::AnyKey => {
                config.service(
                    resource
                        .wrap(from_fn(move |request, next| {
                            require_key(path, request, next)
                        }))
                        .wrap(from_fn(catch)),
                );
            }
            Door::Session => {
                config.service(
                    resource
                        .wrap(from_fn(who_is_it))
                        .wrap(from_fn(require_same_site))
                        .wrap(cookies.layer())
                        .wrap(from_fn(catch)),
                );
            }
            Door::Page => {
                config.service(
                    resource
                        .wrap(from_fn(who_is_it))
                        .wrap(from_fn(require_same_site))
                        .wrap(cookies.layer())
                        .wrap(from_fn(catch))
                        .wrap(from_fn(pages::dress)),
                );
            }
            Door::Open => {
                config.service(resource.wrap(from_fn(catch)));
            }
        }
    }
    config.default_service(web::to(nothing_here));
}

fn resource(path: &str, endpoints: Vec<Endpoint>) -> Resource {
    let mut allowed = Vec::new();
    let mut resource = web::resource(path);
    for endpoint in endpoints {
        allowed.push(endpoint.method.to_string());
        let route = match endpoint.method {
            Method::GET => {
                allowed.push("HEAD".to_owned());
                web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
            }
            method => web::method(method),
        };
        resource = resource.route((endpoint.route)(route));
    }
    let allowed = allowed.join(", ");
    resource.default_service(web::to(move || {
        let allowed = allowed.clone();
        async move {
            Err::<HttpResponse, Error>(Error {
                message: format!("This URL answers to {allowed}.").into(),
                detail: Detail::Allow(allowed),
                ..Error::new(Code::MethodNotAllowed, "")
            })
        }
    }))
}

/// A page for browsers that look at pages, the one shape for everyone else.
async fn nothing_here(request: HttpRequest) -> Result<HttpResponse> {
    let wants_html = request
        .headers()
        .get("accept")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    match wants_html && !request.path().starts_with("/api/") {
        true => pages::not_found_page(&request),
        false => Err(Error::new(Code::NotFound, "There is nothing at this URL.")),
    }
}
