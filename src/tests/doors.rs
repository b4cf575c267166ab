//! Every route, asked with every kind of credential.

use plangrep::accounts::Role;
use plangrep::routes::{Door, table};
use serde_json::{Value, json};

use crate::harness::{Answer, SCOPES, TestApp, User};

/// A path of the table with real ids in the place of its parameters.
fn fill(path: &str, project: &str, job: &str, key: &str) -> String {
    path.replace("{project_id}", project)
        .replace("{job_id}", job)
        .replace("{key_id}", key)
        .replace("{user_id}", "usr_00000000000000000000000000")
        .replace("{invitation_id}", "inv_00000000000000000000000000")
        .replace("{delivery_id}", "ev_00000000000000000000000000")
        .replace("{session_id}", "ses_00000000000000000000000000")
}

async fn ask(user: &User, method: &str, path: &str) -> Answer {
    let request = user.request(method, path);
    match method {
        "GET" => user.send(request).await,
        _ => user.send(request.json(&json!({}))).await,
    }
}

/// What a refusal must look like, to the byte, for whoever has no live key.
fn is_the_one_401(answer: &Answer, sent: bool) -> bool {
    let challenge = match sent {
        true => r#"Bearer realm="plangrep", error="invalid_token""#,
        false => r#"Bearer realm="plangrep""#,
    };
    answer.status == 401
        && answer.header("www-authenticate") == challenge
        && answer.json
            == json!({"error": {"code": "unauthorized", "message": "Send a valid API key as `Authorization: Bearer <key>`."}})
}

#[actix_web::test]
async fn every_route_with_every_credential() {
    let app = TestApp::start().await;
    let (admin, full) = app.admin_and_key().await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    let (strange, _) = app.key_of(&stranger, &SCOPES).await;
    let job = app.job(&full).await;
    let project = full.get(&format!("/api/open/v1/jobs/{job}")).await.json["job"]["projectId"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, victim) = app.key_of(&admin, &SCOPES).await;
    let victim = victim["id"].as_str().unwrap();

    let (revoked, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("/api/open-api/keys/{}/revoke", row["id"].as_str().unwrap());
    assert_eq!(admin.post_nothing(&path).await.status, 200);
    let mut expired = app.anon();
    let soon = app.clock.now().plus(1_000).to_string();
    let body = json!({ "label": "Short", "scopes": SCOPES, "expiresAt": soon });
    let answer = admin.post("/api/open-api/keys", body).await;
    expired.bearer = answer.json["plaintextKey"].as_str().map(str::to_owned);
    app.clock.advance(1_000);
    let mut wrong = app.anon();
    // Right in every way a key can be checked without the table.
    wrong.bearer = Some("pgk_live_00000000000000000000000000000000#".replace('#', CHECK_OF_ZEROS));

    let mut bodies = std::collections::HashSet::new();
    let mut asked = 0;
    for endpoint in table() {
        let method = endpoint.method.as_str();
        let path = fill(endpoint.path, &project, &job, victim);
        match endpoint.door {
            Door::Key(scope) => {
                asked += 1;
                let nobody = ask(&app.anon(), method, &path).await;
                assert!(is_the_one_401(&nobody, false), "no key: {method} {path}");
                for (name, user) in [
                    ("wrong", &wrong),
                    ("revoked", &revoked),
                    ("expired", &expired),
                ] {
                    let answer = ask(user, method, &path).await;
                    assert!(
                        is_the_one_401(&answer, true),
                        "{name} key: {method} {path}: {}",
                        answer.text
                    );
                    bodies.insert(answer.text);
                }
                let cookie = ask(&admin, method, &path).await;
                assert!(is_the_one_401(&cookie, false), "session: {method} {path}");

                let others: Vec<&str> = SCOPES
                    .into_iter()
                    .filter(|other| *other != scope.as_str())
                    .collect();
                let (narrow, _) = app.key_of(&admin, &others).await;
                let answer = ask(&narrow, method, &path).await;
                assert_eq!(
                    (answer.status, answer.code()),
                    (403, "insufficient_scope"),
                    "{method} {path}"
                );
                assert!(answer.message().contains(scope.as_str()));
                assert_eq!(
                    answer.header("www-authenticate"),
                    format!(
                        r#"Bearer realm="plangrep", error="insufficient_scope", scope="{}""#,
                        scope.as_str()
                    )
                );

                let (fitting, _) = app.key_of(&admin, &[scope.as_str()]).await;
                let answer = ask(&fitting, method, &path).await;
                assert!(
                    !matches!(answer.status, 401 | 403 | 405 | 500..),
                    "right scope: {method} {path}: {} {}",
                    answer.status,
                    answer.text
                );

                if endpoint.path.contains('{') && method == "GET"
                    || endpoint.path.ends_with("complete")
                {
                    let path = match endpoint.path.ends_with("artifact") {
                        true => format!("{path}?path=x"),
                        false => path.clone(),
                    };
                    let answer = ask(&strange, method, &path).await;
                    assert_eq!(
                        (answer.status, answer.code()),
                        (404, "not_found"),
                        "stranger: {method} {path}: {}",
                        answer.text
                    );
                }
            }
            Door::AnyKey => {
                asked += 1;
                let nobody = ask(&app.anon(), method, &path).await;
                assert!(is_the_one_401(&nobody, false), "no key: {method} {path}");
                for user in [&wrong, &revoked, &expired] {
                    let answer = ask(user, method, &path).await;
                    assert!(is_the_one_401(&answer, true), "{}", answer.text);
                }
                let cookie = ask(&admin, method, &path).await;
                assert!(is_the_one_401(&cookie, false), "session: {method} {path}");
                for scope in SCOPES {
                    let (narrow, _) = app.key_of(&admin, &[scope]).await;
                    assert_eq!(ask(&narrow, method, &path).await.status, 200, "{scope}");
                }
            }
            Door::Session => {
                asked += 1;
                for (name, user) in [
                    ("nobody", &app.anon()),
                    ("key", &full),
                    ("revoked", &revoked),
                ] {
                    let answer = ask(user, method, &path).await;
                    assert_eq!(
                        (answer.status, answer.code()),
                        (401, "unauthorized"),
                        "{name}: {method} {path}"
                    );
                }
                // A session does not help a request that carries a key.
                let mut both = admin.clone();
                both.bearer = full.bearer.clone();
                assert_eq!(
                    ask(&both, method, &path).await.status,
                    401,
                    "both: {method} {path}"
                );
            }
            Door::Page => {
                asked += 1;
                let answer = ask(&full, method, &path).await;
                assert!(
                    answer.status == 401,
                    "key: {method} {path}: {}",
                    answer.status
                );
                let area = ["/settings", "/projects"]
                    .into_iter()
                    .find(|area| path.starts_with(area));
                if let Some(area) = area.filter(|_| method == "GET") {
                    let answer = ask(&app.anon(), method, &path).await;
                    assert!(
                        answer.status == 303
                            && answer
                                .header("location")
                                .starts_with(&area.replace('/', "/sign-in?next=%2F")),
                        "nobody: {path}"
                    );
                }
            }
            Door::Open => {
                let answer = ask(&app.anon(), method, &path).await;
                // A report of leaks must be signed.
                assert!(
                    matches!(answer.status, 200 | 404)
                        || answer.status == 401 && path == "/api/open-api/leaks",
                    "{method} {path}: {}",
                    answer.status
                );
            }
        }
    }
    assert!(asked > 25, "the table was walked");
    assert_eq!(
        bodies.len(),
        1,
        "unknown, revoked and expired keys get the same bytes"
    );
    // Nothing that was refused changed anything.
    let keys = admin.get("/api/open-api/keys").await.json["keys"].clone();
    let of = |id: &str| {
        keys.as_array()
            .unwrap()
            .iter()
            .find(|key| key["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(of(victim)["revokedAt"], Value::Null);
}

/// Base62 CRC-32 of `pgk_live_` and 32 zeros.
const CHECK_OF_ZEROS: &str = "28HM0x";

#[actix_web::test]
async fn another_workspace_is_simply_not_found() {
    let app = TestApp::start().await;
    let (admin, key) = app.admin_and_key().await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    let (strange, _) = app.key_of(&stranger, &SCOPES).await;
    let job = app.job(&key).await;
    let project = key.get(&format!("/api/open/v1/jobs/{job}")).await.json["job"]["projectId"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = crate::harness::one_file("a.pdf", *b"%PDF-1.4");
    let answer = strange.upload(&job, form).await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    let answer = strange
        .post(&format!("/api/open/v1/projects/{project}/jobs"), json!({}))
        .await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    assert_eq!(
        strange.get("/api/open/v1/projects").await.json["projects"],
        json!([])
    );

    let keys = admin.get("/api/open-api/keys").await.json["keys"].clone();
    let id = keys[0]["id"].as_str().unwrap();
    let answer = stranger
        .post_nothing(&format!("/api/open-api/keys/{id}/revoke"))
        .await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    assert_eq!(
        stranger
            .get(&format!("/settings/api/keys/{id}/revoke"))
            .await
            .status,
        404
    );
    assert_eq!(
        stranger
            .post_nothing("/api/open-api/keys/revoke-all")
            .await
            .status,
        200
    );
    assert_eq!(
        key.get("/api/open/v1/projects").await.status,
        200,
        "their revoke-all is not ours"
    );
    app.drain().await;
    assert!(
        app.mails()
            .iter()
            .all(|mail| mail.recipient == "eve@example.com")
    );
}

#[actix_web::test]
async fn a_key_counts_only_in_one_authorization_header() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let plain = key.bearer.clone().unwrap();
    let anon = app.anon();
    let path = "/api/open/v1/projects";
    for query in ["access_token", "api_key", "key", "token"] {
        let answer = anon.get(&format!("{path}?{query}={plain}")).await;
        assert_eq!(answer.status, 401, "{query}");
    }
    let answer = anon.post_form(path, &[("access_token", &plain)]).await;
    assert_eq!(answer.status, 401);
    let request = anon
        .request("GET", path)
        .header("cookie", format!("plangrep_session={plain}; token={plain}"));
    assert_eq!(anon.send(request).await.status, 401);
    let request = key
        .request("GET", path)
        .header("authorization", format!("Bearer {plain}"));
    let answer = anon.send(request).await;
    assert!(
        is_the_one_401(&answer, true),
        "two headers: {}",
        answer.text
    );

    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = anon
            .request("GET", path)
            .header("authorization", format!("{scheme} {plain}"));
        assert_eq!(anon.send(request).await.status, 200, "{scheme}");
    }
    let long = format!("Bearer {}", "k".repeat(8192));
    let odd = [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Token x",
        "Bearer x",
        &long,
        "Bearer pgk_live_",
        "Bearer \u{e4}",
    ];
    for value in odd {
        let request = anon
            .request("GET", path)
            .header("authorization", value.as_bytes());
        let answer = anon.send(request).await;
        assert!(is_the_one_401(&answer, true), "{value:?}: {}", answer.text);
    }
}
