//! What only admins see: the audit log, the policy, and the outbox of mail.

use diesel::prelude::*;
use plangrep::accounts::Role;
use plangrep::clock::{DAY, MINUTE};
use plangrep::db::schema::{audit_events, workspaces};
use serde_json::{Value, json};

use crate::harness::{SCOPES, TestApp};

const POLICY: [(&str, &str); 5] = [
    ("enabled", "yes"),
    ("drawing_credits_per_page", "10"),
    ("document_credits_per_page", "1"),
    ("job_page_limit", "500"),
    ("retention_days", "30"),
];

#[actix_web::test]
async fn members_reach_no_page_and_no_action_of_admins() {
    let app = TestApp::start().await;
    app.admin().await;
    let member = app.member().await;
    for path in [
        "/settings/audit",
        "/settings/audit/export?format=csv",
        "/settings/policy",
        "/settings/mail",
        "/settings/team",
        "/settings/api/revoke-all",
    ] {
        let answer = member.get(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text.contains("Only an admin"), "{path}");
    }
    for path in [
        "/settings/policy",
        "/settings/mail/test",
        "/settings/team/invitations",
        "/settings/api/revoke-all",
    ] {
        let answer = member.post_form(path, &POLICY).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let answer = member.post_nothing("/api/open-api/keys/revoke-all").await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden"));
    let page = member.get("/settings/api").await;
    assert!(!page.text.contains("/settings/audit"), "not offered either");
    app.drain().await;
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn the_log_tells_who_did_what_and_can_be_searched() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (_, row) = app.key_of(&member, &SCOPES).await;
    let request = admin
        .request(
            "POST",
            &format!("/settings/api/keys/{}/revoke", row["id"].as_str().unwrap()),
        )
        .header("x-request-id", "review-7")
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(admin.send(request).await.status, 303);
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    app.key_of(&stranger, &SCOPES).await;

    let page = admin.get("/settings/audit").await;
    assert_eq!(page.status, 200);
    for words in [
        "key.created",
        "key.revoked",
        "Ben (ben@example.com)",
        "Ada (ada@example.com)",
        "127.0.0.1",
        "review-7",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("eve@"), "another workspace’s");
    let today = app.clock.now().to_string()[..10].to_owned();
    let tomorrow = app.clock.now().plus(DAY).to_string()[..10].to_owned();
    for (query, found) in [
        ("action=key.revoked".to_owned(), true),
        ("action=key.created".to_owned(), false),
        ("q=review-7".to_owned(), true),
        ("q=Takeoff&action=key.revoked".to_owned(), true),
        ("q=tAkEoFf&action=key.revoked".to_owned(), true),
        ("q=%25".to_owned(), false),
        (format!("from={today}&to={today}"), true),
        (format!("from={tomorrow}"), false),
        (format!("to={tomorrow}"), true),
    ] {
        let page = admin.get(&format!("/settings/audit?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(page.text.contains("review-7</code>"), found, "{query}");
    }
    for query in [
        "action=x",
        "from=yesterday",
        "to=2026-13-01",
        "from=%00",
        "q=%00",
        "before=%00",
        "from=2026-11-24&to=2026-11-23",
    ] {
        let page = admin.get(&format!("/settings/audit?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        let export = admin
            .get(&format!("/settings/audit/export?format=csv&{query}"))
            .await;
        assert_eq!(export.status, 400, "{query}");
    }
    assert_eq!(
        admin.get("/settings/audit/export?format=xml").await.status,
        400
    );
}

#[actix_web::test]
async fn the_log_comes_in_pages_and_streams_whole_into_a_file() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let body = json!({ "label": "=HYPERLINK(\"http://evil.example\")", "scopes": ["jobs:read"] });
    assert_eq!(admin.post("/api/open-api/keys", body).await.status, 201);
    let start = app.clock.now();
    app.query(move |c| {
        let workspace: String = workspaces::table.select(workspaces::id).first(c)?;
        for number in 0..2_300_i64 {
            diesel::insert_into(audit_events::table)
                .values((
                    audit_events::id.eq(format!("aud_{number:026}")),
                    audit_events::workspace_id.eq(&workspace),
                    audit_events::happened_at.eq(start.plus(-number)),
                    audit_events::action.eq("key.changed"),
                    audit_events::actor_name.eq("Ada"),
                    audit_events::subject_id.eq("key_x"),
                    audit_events::subject_name.eq(format!("Key {number}")),
                    audit_events::detail.eq("label: a → \"b\", c"),
                ))
                .execute(c)?;
        }
        Ok(())
    })
    .await;
    let mut seen = 0;
    let mut next = Some("/settings/audit?action=key.changed".to_owned());
    while let Some(path) = next {
        let page = admin.get(&path).await;
        seen += page
            .text
            .matches("<code class=\"sub\" translate=\"no\">key.changed")
            .count();
        next = page
            .text
            .split('"')
            .find(|part| part.contains("before=") && part.starts_with("/settings/audit?"))
            .map(|href| href.replace("&#38;", "&").replace("&amp;", "&"))
            .filter(|href| *href != path && page.text.contains("Older"));
    }
    assert_eq!(seen, 2_300);

    let csv = admin.get("/settings/audit/export?format=csv").await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"audit-2026-11-24.csv\""
    );
    assert!(csv.text.starts_with("id,at,action,actor,"));
    assert_eq!(csv.text.matches(",key.changed,").count(), 2_300);
    assert!(
        csv.text
            .contains(",\"'=HYPERLINK(\"\"http://evil.example\"\")\","),
        "no formula"
    );
    let jsonl = admin
        .get("/settings/audit/export?format=jsonl&action=key.created")
        .await;
    assert_eq!(jsonl.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = jsonl
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        lines[0]["subjectName"], "=HYPERLINK(\"http://evil.example\")",
        "the true value"
    );
    assert_eq!(lines[0]["at"], "2026-11-24T10:00:00.000Z");
}

#[actix_web::test]
async fn nothing_in_the_log_can_be_changed_or_taken_out() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.key_of(&admin, &SCOPES).await;
    let refused = app
        .query(|c| {
            Ok([
                diesel::update(audit_events::table)
                    .set(audit_events::detail.eq("x"))
                    .execute(c)
                    .is_err(),
                diesel::delete(audit_events::table).execute(c).is_err(),
            ])
        })
        .await;
    assert_eq!(refused, [true, true]);
    let rows: i64 = app
        .query(|c| audit_events::table.count().get_result(c))
        .await;
    assert!(rows > 0);
}

#[actix_web::test]
async fn the_policy_is_kept_within_bounds_and_recorded() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    let (theirs, _) = app.key_of(&stranger, &SCOPES).await;
    assert_eq!(admin.get("/settings/policy").await.status, 200);
    for (field, value) in [
        ("longest_key_life", "0"),
        ("longest_key_life", "3653"),
        ("drawing_credits_per_page", "-1"),
        ("document_credits_per_page", "1.5"),
        ("job_page_limit", ""),
        ("job_page_limit", "+5"),
        ("retention_days", "99999999999999999999"),
    ] {
        let mut fields: Vec<_> = POLICY
            .iter()
            .copied()
            .filter(|(name, _)| *name != field)
            .collect();
        fields.push((field, value));
        let answer = admin.post_form("/settings/policy", &fields).await;
        assert_eq!(answer.status, 400, "{field}");
        assert!(answer.text.contains("whole number"), "{field}");
    }
    let mut fields = POLICY.to_vec();
    fields.push(("longest_key_life", "90"));
    let answer = admin.post_form("/settings/policy", &fields).await;
    assert_eq!(answer.status, 303);
    // The same once more is no change.
    assert_eq!(
        admin.post_form("/settings/policy", &fields).await.status,
        303
    );
    let off: Vec<_> = fields
        .iter()
        .copied()
        .filter(|(name, _)| *name != "enabled")
        .collect();
    assert_eq!(admin.post_form("/settings/policy", &off).await.status, 303);
    let answer = key.get("/api/open/v1/projects").await;
    assert_eq!((answer.status, answer.code()), (403, "api_disabled"));
    assert_eq!(theirs.get("/api/open/v1/projects").await.status, 200);
    let profile = admin.get("/api/open-api/keys").await.json["profile"].clone();
    assert_eq!(profile["enabled"], false);
    assert_eq!(
        admin.post_form("/settings/policy", &fields).await.status,
        303
    );
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    let details: Vec<String> = app
        .query(|c| {
            audit_events::table
                .filter(audit_events::action.eq("policy.changed"))
                .order(audit_events::id)
                .select(audit_events::detail)
                .load(c)
        })
        .await;
    assert_eq!(
        details,
        [
            "longest life of a key: none → 90 days",
            "API: on → off",
            "API: off → on"
        ]
    );
}

#[actix_web::test]
async fn the_outbox_is_shown_and_a_test_mail_goes_once_a_minute() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    // However many ask at once, one goes.
    let ask = async |_: usize| admin.post_nothing("/settings/mail/test").await.status;
    let answers = futures_util::future::join_all((0..8).map(ask)).await;
    assert_eq!(answers, [303; 8]);
    let page = admin.get("/settings/mail").await;
    assert!(page.text.contains("Test mail from Plangrep") && page.text.contains("ada@example.com"));
    assert!(page.text.contains("on its way already"), "{}", page.text);
    assert!(
        page.text.contains("role=\"alert\""),
        "a refusal is no success"
    );
    let theirs = stranger.get("/settings/mail").await;
    assert!(!theirs.text.contains("ada@example.com"));
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].recipient, "ada@example.com");
    assert!(
        mails[0]
            .text
            .contains(&format!("{}/settings/mail", app.url))
    );
    assert!(
        admin
            .get("/settings/mail")
            .await
            .text
            .contains("No mail is waiting")
    );
    app.clock.advance(MINUTE);
    admin.post_nothing("/settings/mail/test").await;
    app.drain().await;
    assert_eq!(app.mails().len(), 1);
}

#[actix_web::test]
async fn a_page_of_the_log_past_its_end_leads_back() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let oldest = format!("aud_{:026}", 0);
    let page = admin.get(&format!("/settings/audit?before={oldest}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("No older events"), "{}", page.text);
    assert!(page.text.contains("Show the newest"));
}

#[actix_web::test]
async fn the_list_of_keys_says_that_the_api_is_switched_off() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let words = "The API of this workspace is switched off.";
    assert!(!admin.get("/settings/api").await.text.contains(words));
    let answer = admin.post_form("/settings/policy", &POLICY[1..]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    for person in [&admin, &member] {
        let page = person.get("/settings/api").await;
        assert!(page.text.contains(words));
    }
}
