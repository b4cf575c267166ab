//! Keys over the workspace API: making, listing, revoking, last use, notices.

use diesel::prelude::*;
use plangrep::accounts::Role;
use plangrep::clock::{DAY, SECOND};
use plangrep::db::schema::{api_keys, mail_outbox};
use serde_json::{Value, json};

use crate::harness::{SCOPES, TestApp, client};

const KEYS: &str = "/api/open-api/keys";

#[actix_web::test]
async fn a_key_is_made_shown_once_and_listed_without_its_secret() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let expires_at = app.clock.now().plus(90 * DAY).to_string();
    let body = json!({
        "label": "  Takeoff  ", "scopes": ["jobs:write", "jobs:read", "jobs:write"], "expiresAt": expires_at,
    });
    let answer = admin.post(KEYS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let plain = answer.json["plaintextKey"].as_str().unwrap();
    assert_eq!(plain.len(), 47);
    let mut key = answer.json["key"].clone();
    assert_eq!(key["keyPrefix"], plain[..13]);

    let list = admin.get(KEYS).await;
    assert_eq!(list.status, 200);
    assert_eq!(list.json["keys"], json!([key]));
    assert!(!list.text.contains(&plain[13..]));
    for field in ["id", "createdByUserId", "keyPrefix"] {
        key[field] = json!(format!("[{field}]"));
    }
    assert_eq!(
        key,
        json!({
            "id": "[id]", "label": "Takeoff", "keyPrefix": "[keyPrefix]",
            "scopes": ["jobs:read", "jobs:write"], "createdByUserId": "[createdByUserId]",
            "hashVersion": "v1", "createdAt": "2026-11-24T10:00:00.000Z",
            "expiresAt": "2027-02-22T10:00:00.000Z", "lastUsedAt": null, "lastUsedIp": null,
            "revokedAt": null, "allowedNetworks": [], "replacedByKeyId": null,
        })
    );
    assert_eq!(
        list.json["profile"],
        json!({
            "drawingCreditsPerPage": 10, "documentCreditsPerPage": 1, "enabled": true,
            "jobPageLimit": 500, "retentionDays": 30, "updatedAt": "2026-11-24T10:00:00.000Z",
        })
    );
    // The table holds a digest and nothing else of it.
    let row: (String, String, String) = app
        .query(|c| {
            api_keys::table
                .select((api_keys::digest, api_keys::key_prefix, api_keys::label))
                .first(c)
        })
        .await;
    assert_eq!(row.0.len(), 64);
    assert!(!format!("{row:?}").contains(&plain[13..20]));
}

#[actix_web::test]
async fn what_a_key_cannot_be_is_refused_by_name_and_nothing_is_made() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let now = app.clock.now();
    let late = now.plus(3_653 * DAY).to_string();
    let long = "x".repeat(121);
    for (body, field) in [
        (json!({ "scopes": SCOPES }), "label"),
        (json!({ "label": " ", "scopes": SCOPES }), "label"),
        (
            json!({ "label": "\u{200b}\u{3164}", "scopes": SCOPES }),
            "label",
        ),
        (json!({ "label": long, "scopes": SCOPES }), "label"),
        (json!({ "label": "a\nb", "scopes": SCOPES }), "label"),
        (json!({ "label": "a\u{0}b", "scopes": SCOPES }), "label"),
        (json!({ "label": 5, "scopes": SCOPES }), "label"),
        (json!({ "label": "a" }), "scopes"),
        (json!({ "label": "a", "scopes": [] }), "scopes"),
        (json!({ "label": "a", "scopes": ["*"] }), "scopes"),
        (json!({ "label": "a", "scopes": "jobs:read" }), "scopes"),
        (
            json!({ "label": "a", "scopes": SCOPES, "expiresAt": now.to_string() }),
            "expiresAt",
        ),
        (
            json!({ "label": "a", "scopes": SCOPES, "expiresAt": late }),
            "expiresAt",
        ),
        (
            json!({ "label": "a", "scopes": SCOPES, "expiresAt": "soon" }),
            "expiresAt",
        ),
        (
            json!({ "label": "a", "scopes": SCOPES, "expires_at": null }),
            "expires_at",
        ),
    ] {
        let answer = admin.post(KEYS, body.clone()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_request"),
            "{body}"
        );
        assert!(
            answer.message().contains(field),
            "{body}: {}",
            answer.message()
        );
    }
    assert_eq!(admin.get(KEYS).await.json["keys"], json!([]));
}

#[actix_web::test]
async fn a_revoked_key_is_refused_on_its_next_request_and_everyone_concerned_is_told_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.person("Oak & Partners", "Cleo", Role::Admin).await;
    let member = app.member().await;
    app.person("Oak & Partners", "Dan", Role::Member).await;
    let (key, row) = app.key_of(&member, &SCOPES).await;
    let path = "/api/open/v1/projects";
    assert_eq!(key.get(path).await.status, 200);
    let revoke = format!("{KEYS}/{}/revoke", row["id"].as_str().unwrap());

    let client = client().build().unwrap();
    let kept_alive = || {
        client
            .get(format!("{}{path}", app.url))
            .bearer_auth(key.bearer.as_ref().unwrap())
            .send()
    };
    assert_eq!(kept_alive().await.unwrap().status(), 200);
    let answer = admin.post_nothing(&revoke).await;
    assert_eq!(answer.status, 200);
    assert_eq!(kept_alive().await.unwrap().status(), 401);
    let at = answer.json["key"]["revokedAt"].clone();
    assert_eq!(at, "2026-11-24T10:00:00.000Z");

    app.clock.advance(5 * SECOND);
    let again = admin.post_nothing(&revoke).await;
    assert_eq!((again.status, &again.json["key"]["revokedAt"]), (200, &at));
    app.drain().await;
    let mut mails = app.mails();
    mails.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    let recipients: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(
        recipients,
        ["ada@example.com", "ben@example.com", "cleo@example.com"]
    );
    let prefix = row["keyPrefix"].as_str().unwrap();
    let text = mails[0]
        .text
        .replace(prefix, "[prefix]")
        .replace(&app.url, "[url]");
    assert_eq!(mails[0].subject, "API key revoked: Takeoff");
    insta::assert_snapshot!("key_revoked_text", text);
    let html = mails[0]
        .html
        .replace(prefix, "[prefix]")
        .replace(&app.url, "[url]");
    insta::assert_snapshot!("key_revoked_html", html);
    app.drain().await;
    assert!(app.mails().is_empty(), "nothing is sent twice");
}

#[actix_web::test]
async fn members_revoke_their_own_keys_only() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (admins_key, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/revoke", row["id"].as_str().unwrap());
    let answer = member.post_nothing(&path).await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden"));
    let answer = member.post_nothing(&format!("{KEYS}/revoke-all")).await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden"));
    assert_eq!(admins_key.get("/api/open/v1/projects").await.status, 200);
    app.drain().await;
    assert!(app.mails().is_empty());

    let (_, row) = app.key_of(&member, &SCOPES).await;
    let path = format!("{KEYS}/{}/revoke", row["id"].as_str().unwrap());
    assert_eq!(member.post_nothing(&path).await.status, 200);
    for id in ["key_x", "key_00000000000000000000000000", "..", "%00"] {
        let answer = member.post_nothing(&format!("{KEYS}/{id}/revoke")).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{id}");
    }
}

#[actix_web::test]
async fn revoke_all_stops_every_live_key_at_one_instant_with_one_mail_each() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (one, _) = app.key_of(&admin, &SCOPES).await;
    let (two, _) = app.key_of(&member, &["jobs:read"]).await;
    let (_, gone) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/revoke", gone["id"].as_str().unwrap());
    admin.post_nothing(&path).await;
    app.drain().await;
    app.mails();

    app.clock.advance(SECOND);
    let answer = admin.post_nothing(&format!("{KEYS}/revoke-all")).await;
    assert_eq!(answer.status, 200);
    let revoked = answer.json["keys"].as_array().unwrap();
    assert_eq!(revoked.len(), 2);
    assert!(
        revoked
            .iter()
            .all(|key| key["revokedAt"] == "2026-11-24T10:00:01.000Z")
    );
    for key in [&one, &two] {
        assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    }
    let (three, _) = app.key_of(&admin, &SCOPES).await;
    assert_eq!(
        three.get("/api/open/v1/projects").await.status,
        200,
        "a later key lives"
    );
    app.drain().await;
    let mut mails = app.mails();
    mails.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].subject, "2 API keys revoked in Oak & Partners");
    assert_eq!(
        mails[1].subject, "API key revoked: Takeoff",
        "the member hears of their own key"
    );
    insta::assert_snapshot!("keys_revoked_text", {
        let mut text = mails[0].text.replace(&app.url, "[url]");
        for key in revoked {
            text = text.replace(key["keyPrefix"].as_str().unwrap(), "[prefix]");
        }
        text
    });
}

#[actix_web::test]
async fn an_expired_key_is_refused_from_its_instant_on() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let body = json!({ "label": "Short", "scopes": SCOPES, "expiresAt": app.clock.now().plus(1_000).to_string() });
    let answer = admin.post(KEYS, body).await;
    let mut key = app.anon();
    key.bearer = answer.json["plaintextKey"].as_str().map(str::to_owned);
    app.clock.advance(999);
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    app.clock.advance(1);
    assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    let list = admin.get(KEYS).await;
    assert_eq!(list.json["keys"][0]["revokedAt"], Value::Null);
}

#[actix_web::test]
async fn the_last_use_is_written_behind_and_at_a_clean_stop() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let forged = key
        .request("GET", "/api/open/v1/projects")
        .header("x-forwarded-for", "198.51.100.1");
    assert_eq!(key.send(forged).await.status, 200);
    let used = |c: &mut plangrep::db::Conn| {
        api_keys::table
            .select((api_keys::last_used_at, api_keys::last_used_ip))
            .first::<(Option<plangrep::clock::Time>, Option<String>)>(c)
    };
    assert_eq!(
        app.query(used).await,
        (None, None),
        "no write in the request's path"
    );
    app.drain().await;
    let first = app.clock.now();
    assert_eq!(
        app.query(used).await,
        (Some(first), Some("127.0.0.1".to_owned()))
    );

    app.clock.advance(SECOND);
    let refused = key.get("/api/open/v1/jobs/job_x").await;
    assert_eq!(refused.status, 404);
    app.stop().await;
    // The stop answers when the server has ended; the last write follows it.
    let mut seen = app.query(used).await.0;
    for _ in 0..20_000 {
        if seen == Some(first.plus(SECOND)) {
            break;
        }
        tokio::task::yield_now().await;
        seen = app.query(used).await.0;
    }
    assert_eq!(seen, Some(first.plus(SECOND)));
}

#[actix_web::test]
async fn behind_a_trusted_proxy_the_forwarded_address_is_noted() {
    let app = TestApp::start_with(|settings| {
        settings.trusted_proxies = Some("127.0.0.0/8".to_owned());
    })
    .await;
    let (admin, key) = app.admin_and_key().await;
    let request = key
        .request("GET", "/api/open/v1/projects")
        .header("x-forwarded-for", "10.9.9.9, ::ffff:198.51.100.1");
    key.send(request).await;
    let list = admin.get(KEYS).await;
    assert_eq!(list.json["keys"][0]["lastUsedIp"], "198.51.100.1");
}

#[actix_web::test]
async fn revocations_and_uses_at_once_never_pass_a_revoked_key() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/revoke", row["id"].as_str().unwrap());
    let answers = futures_util::future::join_all((0..20).map(|_| admin.post_nothing(&path))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let uses = (0..20).map(|_| key.get("/api/open/v1/projects"));
    for answer in futures_util::future::join_all(uses).await {
        assert_eq!(answer.status, 401);
    }
    app.drain().await;
    assert_eq!(app.mails().len(), 1);
    let rows: i64 = app
        .query(|c| mail_outbox::table.count().get_result(c))
        .await;
    assert_eq!(rows, 1);
}

#[actix_web::test]
async fn writes_of_other_sites_pages_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &SCOPES).await;
    let id = row["id"].as_str().unwrap();
    for path in [
        format!("{KEYS}/{id}/revoke"),
        format!("{KEYS}/revoke-all"),
        KEYS.to_owned(),
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = admin
                .request("POST", &path)
                .header(name, value)
                .json(&json!({ "label": "x", "scopes": SCOPES }));
            let answer = admin.send(request).await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "forbidden"),
                "{path} {name}"
            );
        }
    }
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    assert_eq!(
        admin.get(KEYS).await.json["keys"].as_array().unwrap().len(),
        1
    );
    let request = admin
        .request("POST", KEYS)
        .header("content-type", "text/plain")
        .body("{}");
    assert_eq!(admin.send(request).await.code(), "unsupported_media_type");
    let request = admin
        .request("POST", &format!("{KEYS}/{id}/revoke"))
        .header("sec-fetch-site", "same-origin");
    assert_eq!(admin.send(request).await.status, 200);
}

#[actix_web::test]
async fn a_workspace_whose_api_is_off_is_told_so() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    app.query(|c| {
        diesel::update(plangrep::db::schema::workspaces::table)
            .set(plangrep::db::schema::workspaces::api_enabled.eq(false))
            .execute(c)
    })
    .await;
    let answer = key.get("/api/open/v1/projects").await;
    assert_eq!((answer.status, answer.code()), (403, "api_disabled"));
}

#[actix_web::test]
async fn an_unknown_scope_in_the_table_opens_nothing() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    app.query(|c| {
        diesel::update(api_keys::table)
            .set(api_keys::scopes.eq("* jobs:admin"))
            .execute(c)
    })
    .await;
    let answer = key.get("/api/open/v1/projects").await;
    assert_eq!((answer.status, answer.code()), (403, "insufficient_scope"));
}

#[actix_web::test]
async fn no_plaintext_and_no_password_is_left_in_the_data_folder() {
    let app = TestApp::start_with(|settings| settings.database_url = None).await;
    let (admin, key) = app.admin_and_key().await;
    let plain = key.bearer.clone().unwrap();
    key.get(&format!("/api/open/v1/projects?key={plain}")).await;
    let list = admin.get(KEYS).await;
    let id = list.json["keys"][0]["id"].as_str().unwrap();
    admin.post_nothing(&format!("{KEYS}/{id}/revoke")).await;
    app.drain().await;
    let mut looked_at = 0;
    for entry in std::fs::read_dir(app.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            looked_at += bytes.len();
            for secret in [&plain.as_bytes()[13..], crate::harness::PASSWORD.as_bytes()] {
                let found = bytes.windows(secret.len()).any(|window| window == secret);
                assert!(!found, "{}", path.display());
            }
        }
    }
    assert!(looked_at > 50_000);
    for mail in app.mails() {
        assert!(!mail.text.contains(&plain[13..]) && !mail.html.contains(&plain[13..]));
    }
}

#[actix_web::test]
async fn writing_last_uses_stands_in_nobodys_way() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let mut keys = Vec::new();
    for _ in 0..12 {
        keys.push(app.key_of(&admin, &SCOPES).await);
    }
    for round in 0..4 {
        let uses = keys.iter().map(|(key, _)| key.get("/api/open/v1/projects"));
        let lists = (0..8).map(|_| admin.get(KEYS));
        let path = format!("{KEYS}/{}/revoke", keys[round].1["id"].as_str().unwrap());
        let (_, lists, revoked) = futures_util::join!(
            futures_util::future::join_all(uses),
            futures_util::future::join_all(lists),
            admin.post_nothing(&path)
        );
        assert!(lists.iter().all(|answer| answer.status == 200));
        assert_eq!(revoked.status, 200, "{}", revoked.text);
    }
    assert_eq!(
        admin
            .post_nothing(&format!("{KEYS}/revoke-all"))
            .await
            .status,
        200
    );
}
