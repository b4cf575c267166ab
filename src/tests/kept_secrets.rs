//! Keys where they do not belong: nothing keeps one, and whoever found one can hand in the line
//! that it stands in.

use diesel::prelude::*;
use plangrep::db::schema::{api_keys, audit_events, mail_outbox};
use serde_json::json;

use crate::harness::{Answer, SCOPES, TestApp};
use crate::key_lives::id;
use crate::leaks::{LEAKS, SECRET, signed};

const KEYS: &str = "/api/open-api/keys";
const READ: &str = "/api/open/v1/projects";

async fn report(app: &TestApp, body: &str) -> Answer {
    let user = app.anon();
    let request = user
        .request("POST", LEAKS)
        .header("content-type", "application/json")
        .header("x-hub-signature-256", signed(SECRET, body))
        .body(body.to_owned());
    user.send(request).await
}

/// Everything that the tables of keys, mails and the log hold as text.
async fn kept(app: &TestApp) -> String {
    app.query(|c| {
        let mails: Vec<(String, String, String)> = mail_outbox::table
            .select((
                mail_outbox::subject,
                mail_outbox::text_body,
                mail_outbox::html_body,
            ))
            .load(c)?;
        let events: Vec<(String, String, Option<String>)> = audit_events::table
            .select((
                audit_events::subject_name,
                audit_events::detail,
                audit_events::request_id,
            ))
            .load(c)?;
        let labels: Vec<String> = api_keys::table.select(api_keys::label).load(c)?;
        Ok(format!("{mails:?}{events:?}{labels:?}"))
    })
    .await
}

#[actix_web::test]
async fn the_place_of_a_leak_may_hold_keys_and_none_is_kept() {
    let app = TestApp::start_with(|settings| settings.leak_secret = Some(SECRET.to_owned())).await;
    let admin = app.admin().await;
    let (live, _) = app.key_of(&admin, &SCOPES).await;
    let live = live.bearer.unwrap();
    let prefix = &live[..13];
    let padding = "x".repeat(460);
    for (place, shown) in [
        (
            format!("https://paste.example/?a={live};b=1"),
            format!("https://paste.example/?a={prefix}…;b=1"),
        ),
        (
            format!("https://paste.example/?a={}", live.replace('_', "%5F")),
            "https://paste.example/?a=pgk%5Flive%5F".to_owned(),
        ),
        // Cut off, most of a key is a secret too.
        (format!("{padding} {live}"), format!("{padding} {prefix}…")),
        (format!("in {}", &live[..40]), format!("in {prefix}…")),
    ] {
        for by_form in [false, true] {
            let (leaked, row) = app.key_of(&admin, &SCOPES).await;
            let leaked = leaked.bearer.unwrap();
            let answer = match by_form {
                true => {
                    let fields = [("key", leaked.as_str()), ("place", place.as_str())];
                    admin.post_form("/settings/api/found", &fields).await
                }
                false => {
                    let body = json!([{ "token": leaked, "url": place }]).to_string();
                    report(&app, &body).await
                }
            };
            assert_eq!(answer.status, 200, "{}", answer.text);
            app.drain().await;
            let page = admin.get(&format!("/settings/api/keys/{}", id(&row))).await;
            assert!(page.text.contains(&shown), "{shown}");
            let mails = app.mails();
            assert!(mails[0].text.contains(&shown), "{}", mails[0].text);
            for text in [&page.text, &answer.text, &format!("{mails:?}")] {
                assert!(!text.contains(&live[13..25]) && !text.contains(&leaked[13..25]));
            }
        }
    }
    let export = admin.get("/settings/audit/export?format=csv").await;
    for text in [&kept(&app).await, &export.text] {
        assert!(text.contains("paste.example") && !text.contains(&live[13..25]));
    }
}

#[actix_web::test]
async fn a_label_with_a_key_in_it_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &SCOPES).await;
    let plain = key.bearer.clone().unwrap();
    let label = format!("Old: {plain}");
    let answer = admin
        .post(KEYS, json!({ "label": label, "scopes": SCOPES }))
        .await;
    assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
    assert_eq!(answer.message(), "`label` must not contain an API key.");
    let path = format!("{KEYS}/{}", id(&row));
    let request = admin
        .request("PATCH", &path)
        .json(&json!({ "label": label }));
    assert_eq!(admin.send(request).await.status, 400);
    let fields = [("label", label.as_str()), ("networks", "")];
    let edit = format!("/settings/api/keys/{}/edit", id(&row));
    let answer = admin.post_form(&edit, &fields).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("Label must not contain an API key."));
    // Stored before such labels were refused, it goes no further.
    let old = label.clone();
    app.query(move |c| {
        diesel::update(api_keys::table)
            .set(api_keys::label.eq(old))
            .execute(c)
    })
    .await;
    let rotated = admin.post(&format!("{path}/rotate"), json!({})).await;
    assert_eq!(rotated.status, 201);
    assert_eq!(
        rotated.json["key"]["label"],
        format!("Old: {}…", &plain[..13])
    );
    // The prefix alone is public.
    let request = admin
        .request("PATCH", &path)
        .json(&json!({ "label": format!("Was {}…", &plain[..13]) }));
    assert_eq!(admin.send(request).await.status, 200);
}

#[actix_web::test]
async fn a_key_for_a_request_id_is_not_taken_and_not_told() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &["jobs:read"]).await;
    let plain = key.bearer.clone().unwrap();
    for request in [
        key.request("POST", READ).json(&json!({ "name": "x" })),
        admin
            .request("POST", KEYS)
            .json(&json!({ "label": "a", "scopes": ["jobs:read"] })),
    ] {
        let answer = key.send(request.header("x-request-id", &plain)).await;
        assert!(answer.header("x-request-id").starts_with("req_"));
    }
    // Nor does a refusal repeat one.
    for body in [
        json!({ "label": "a", "scopes": ["jobs:read"], "allowedNetworks": [plain] }),
        json!({ "label": "a", "scopes": ["jobs:read"], plain.clone(): 1 }),
    ] {
        let answer = admin.post(KEYS, body).await;
        assert_eq!(answer.status, 400);
        assert!(!answer.text.contains(&plain[13..]), "{}", answer.text);
    }
    app.drain().await;
    assert!(!kept(&app).await.contains(&plain[13..]));
}

#[actix_web::test]
async fn a_found_key_may_come_with_the_line_that_it_stands_in() {
    let app = TestApp::start_with(|settings| settings.leak_secret = Some(SECRET.to_owned())).await;
    let (admin, member) = (app.admin().await, app.member().await);
    for frame in [
        "Bearer KEY",
        "\"KEY\"",
        "PLANGREP_KEY=KEY",
        "{\"key\":\"KEY\"}, // of Ben",
        "https://plans.example.com/?key=KEY#x",
    ] {
        let (key, _) = app.key_of(&admin, &SCOPES).await;
        let line = frame.replace("KEY", key.bearer.as_ref().unwrap());
        let answer = member
            .post_form("/settings/api/found", &[("key", &line)])
            .await;
        assert!(answer.text.contains("<strong>Revoked.</strong>"), "{frame}");
        assert!(!answer.text.contains(&key.bearer.as_ref().unwrap()[13..]));
        assert_eq!(key.get(READ).await.status, 401, "{frame}");

        let (key, _) = app.key_of(&admin, &SCOPES).await;
        let line = frame.replace("KEY", key.bearer.as_ref().unwrap());
        let body = json!([{ "token": line, "type": null, "url": null }]).to_string();
        let answer = report(&app, &body).await;
        assert_eq!(answer.json[0]["label"], "true_positive", "{}", answer.text);
        assert_eq!(key.get(READ).await.status, 401, "{frame}");
    }
    let (one, _) = app.key_of(&admin, &SCOPES).await;
    let (two, _) = app.key_of(&admin, &SCOPES).await;
    let stranger = app
        .person("Elm Ltd", "Eve", plangrep::accounts::Role::Admin)
        .await;
    let (theirs, _) = app.key_of(&stranger, &SCOPES).await;
    let of = |key: &crate::harness::User| key.bearer.clone().unwrap();
    let lines = format!("{} {} {}", of(&one), of(&theirs), of(&two));
    let answer = member
        .post_form("/settings/api/found", &[("key", &lines)])
        .await;
    assert_eq!(answer.text.matches("<strong>Revoked.</strong>").count(), 2);
    assert_eq!(one.get(READ).await.status, 401);
    assert_eq!(two.get(READ).await.status, 401);
    assert_eq!(theirs.get(READ).await.status, 200, "another workspace’s");
    for (text, words) in [
        (of(&theirs), "This is not a key of this workspace."),
        ("rubbish".to_owned(), "There is no whole key in this text."),
        (
            of(&theirs)[..46].to_owned(),
            "There is no whole key in this text.",
        ),
    ] {
        let answer = member
            .post_form("/settings/api/found", &[("key", &text)])
            .await;
        assert!(answer.text.contains(words), "{words}");
    }
}
