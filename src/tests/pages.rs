//! The pages, without scripts.

use plangrep::accounts::Role;
use plangrep::clock::DAY;

use crate::harness::{SCOPES, TestApp};

const NEW: [(&str, &str); 4] = [
    ("label", "Estimating <sync> & \"co\""),
    ("scopes", "jobs:read"),
    ("scopes", "jobs:write"),
    ("expiry", "90d"),
];

/// The one key in a page's text, if there is one.
fn plaintext(text: &str) -> Option<&str> {
    let start = text.find("pgk_live_")?;
    let word = &text[start..];
    let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    (end == 47).then(|| &word[..end])
}

#[actix_web::test]
async fn a_key_is_made_in_the_browser_and_shown_in_that_answer_only() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let form = admin.get("/settings/api/new").await;
    assert_eq!(form.status, 200);
    let order: Vec<usize> = ["jobs:read", "artifacts:read", "jobs:write"]
        .iter()
        .map(|scope| form.text.find(scope).unwrap())
        .collect();
    assert!(order.is_sorted(), "least first");
    assert!(!form.text.contains(r#"type="checkbox" checked"#));

    let created = admin.post_form("/settings/api/keys", &NEW).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.header("cache-control"), "no-store");
    let plain = plaintext(&created.text).unwrap().to_owned();
    assert!(created.text.contains("/api/open/v1/key"));
    assert!(
        created
            .text
            .contains("Estimating &#60;sync&#62; &#38; &#34;co&#34;")
    );
    let mut key = app.anon();
    key.bearer = Some(plain.clone());
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);

    let list = admin.get("/settings/api").await;
    assert!(!list.text.contains(&plain[13..]));
    assert!(
        list.text.contains(&plain[..13])
            && list.text.contains("127.0.0.1")
            && list.text.contains("Active")
    );
    assert!(list.text.contains("in 90 days") && list.text.contains("22 February 2027, 10:00 UTC"));
    assert!(!list.text.contains("<sync>"), "labels are escaped");
    assert_eq!(admin.get("/settings/api/keys").await.status, 405);
}

#[actix_web::test]
async fn what_is_wrong_in_the_form_is_said_beside_the_field_and_nothing_is_made() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let path = "/settings/api/keys";
    let far = "2037-12-31";
    for (fields, words) in [
        (
            vec![("label", ""), ("scopes", "jobs:read"), ("expiry", "90d")],
            "Label must not be empty.",
        ),
        (
            vec![("label", "a"), ("expiry", "90d")],
            "Tick at least one scope.",
        ),
        (
            vec![("label", "a"), ("scopes", "everything"), ("expiry", "90d")],
            "Tick at least one scope.",
        ),
        (
            vec![("label", "a"), ("scopes", "jobs:read")],
            "Choose when the key expires.",
        ),
        (
            vec![("label", "a"), ("scopes", "jobs:read"), ("expiry", "date")],
            "Choose the date",
        ),
        (
            vec![
                ("label", "a"),
                ("scopes", "jobs:read"),
                ("expiry", "date"),
                ("expiry_date", "2026-11-23"),
            ],
            "Choose a date from today on",
        ),
        (
            vec![
                ("label", "a"),
                ("scopes", "jobs:read"),
                ("expiry", "date"),
                ("expiry_date", far),
            ],
            "Choose a date from today on",
        ),
        (
            vec![
                ("label", "\u{202e}a"),
                ("scopes", "jobs:read"),
                ("expiry", "never"),
            ],
            "Label must not contain control characters.",
        ),
    ] {
        let answer = admin.post_form(path, &fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        assert!(answer.text.contains(words), "{fields:?}");
        assert!(answer.text.contains("No key has been created yet."));
    }
    assert!(
        admin
            .get("/settings/api")
            .await
            .text
            .contains("No API keys yet")
    );
    for (expiry, date, words) in [
        ("30d", "", "in 30 days"),
        ("1y", "", "in 365 days"),
        ("date", "2026-11-24", "in 13 hours"),
        ("never", "", "Never"),
    ] {
        let fields = [
            ("label", expiry),
            ("scopes", "jobs:read"),
            ("expiry", expiry),
            ("expiry_date", date),
        ];
        assert_eq!(admin.post_form(path, &fields).await.status, 201, "{expiry}");
        assert!(
            admin.get("/settings/api").await.text.contains(words),
            "{expiry}"
        );
    }
}

#[actix_web::test]
async fn revoking_asks_first_and_says_what_happened() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("/settings/api/keys/{}/revoke", row["id"].as_str().unwrap());
    let ask = admin.get(&path).await;
    assert_eq!(ask.status, 200);
    assert!(ask.text.contains("Takeoff") && ask.text.contains("refused from the next one on"));
    assert_eq!(
        key.get("/api/open/v1/projects").await.status,
        200,
        "asking revokes nothing"
    );
    let answer = admin.post_form(&path, &[]).await;
    let page = admin.follow(answer).await;
    assert!(page.text.contains("“Takeoff” is revoked.") && page.text.contains("Revoked"));
    assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    assert!(
        !admin
            .get("/settings/api")
            .await
            .text
            .contains("“Takeoff” is revoked."),
        "said once"
    );

    let (one, _) = app.key_of(&admin, &SCOPES).await;
    let ask = admin.get("/settings/api/revoke-all").await;
    assert!(ask.text.contains("Takeoff") && ask.status == 200);
    let answer = admin.post_form("/settings/api/revoke-all", &[]).await;
    let page = admin.follow(answer).await;
    assert!(page.text.contains("1 key is revoked."), "{}", page.text);
    assert_eq!(one.get("/api/open/v1/projects").await.status, 401);
    app.drain().await;
    assert_eq!(app.mails().len(), 2);
}

#[actix_web::test]
async fn members_see_all_keys_and_revoke_their_own() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (_, theirs) = app.key_of(&admin, &SCOPES).await;
    let (_, own) = app.key_of(&member, &SCOPES).await;
    let list = member.get("/settings/api").await;
    let path = |key: &serde_json::Value| {
        format!("/settings/api/keys/{}/revoke", key["id"].as_str().unwrap())
    };
    assert!(list.text.contains(&path(&own)) && !list.text.contains(&path(&theirs)));
    assert!(!list.text.contains("/settings/api/revoke-all"));
    for (method, path) in [
        ("GET", path(&theirs)),
        ("POST", path(&theirs)),
        ("GET", "/settings/api/revoke-all".to_owned()),
        ("POST", "/settings/api/revoke-all".to_owned()),
    ] {
        let request = member.request(method, &path);
        let answer = member.send(request).await;
        assert_eq!(answer.status, 403, "{method} {path}");
        assert!(
            answer.text.contains("<h1>Not allowed</h1>"),
            "a page, not JSON"
        );
    }
    app.drain().await;
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn forms_of_other_sites_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for path in [
        "/settings/api/keys",
        "/settings/api/revoke-all",
        "/sign-out",
        "/sign-in",
        "/setup",
    ] {
        let request = admin
            .request("POST", path)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("label=a&scopes=jobs%3Aread&expiry=never");
        let answer = admin.send(request).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text.contains("another site"), "{path}");
    }
    assert!(
        admin
            .get("/settings/api")
            .await
            .text
            .contains("No API keys yet")
    );
}

#[actix_web::test]
async fn the_states_of_a_key_are_words() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let path = "/settings/api/keys";
    for days in [5, 40] {
        let date = app.clock.now().plus(days * DAY).to_string()[..10].to_owned();
        let label = format!("in {days}");
        let fields = [
            ("label", label.as_str()),
            ("scopes", "jobs:read"),
            ("expiry", "date"),
            ("expiry_date", &date),
        ];
        admin.post_form(path, &fields).await;
    }
    assert!(
        admin
            .get("/settings/api")
            .await
            .text
            .contains("Expires in 5 days")
    );
    app.clock.advance(6 * DAY);
    let admin = app.sign_in(&admin).await;
    let page = admin.get("/settings/api").await;
    assert!(page.text.contains("Expired") && page.text.contains("Active"));
}

#[actix_web::test]
async fn signing_in_leads_back_and_never_away() {
    let app = TestApp::start().await;
    app.person("Oak", "Ada", Role::Admin).await;
    let answer = app.anon().get("/settings/api/new").await;
    assert_eq!(
        answer.header("location"),
        "/sign-in?next=%2Fsettings%2Fapi%2Fnew"
    );
    let page = app.anon().get(answer.header("location")).await;
    assert!(page.text.contains(r#"value="/settings/api/new""#));
    // With all that the link said.
    for path in [
        "/settings/api/new?successor_of=key_1",
        "/settings/api?q=%C3%9Cbergabe+1&status=active&page=2",
    ] {
        let answer = app.anon().get(path).await;
        let location = answer.header("location").to_owned();
        let page = app.anon().get(&location).await;
        let field = format!(r#"name="next" value="{}""#, path.replace('&', "&#38;"));
        assert!(page.text.contains(&field), "{location}: {}", page.text);
        let fields = [
            ("email", "ada@example.com"),
            ("password", crate::harness::PASSWORD),
            ("next", path),
        ];
        let answer = app.anon().post_form("/sign-in", &fields).await;
        assert_eq!(answer.header("location"), path);
    }
    let long = format!("/settings/api?q={}", "x".repeat(7_000));
    assert_eq!(
        app.anon().get(&long).await.header("location"),
        "/sign-in?next=%2Fsettings%2Fapi"
    );
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "//evil.example?a=b",
        "https:?a=b",
        "/x?a=//evil.example\\",
        "",
    ] {
        let fields = [
            ("email", "ada@example.com"),
            ("password", crate::harness::PASSWORD),
            ("next", next),
        ];
        let answer = app.anon().post_form("/sign-in", &fields).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/settings/api"),
            "{next}"
        );
    }
    let page = app.anon().get("/sign-in?next=%22%3E%3Cscript%3E").await;
    assert!(!page.text.contains("<script>"), "escaped");
}

#[actix_web::test]
async fn assets_are_kept_by_browsers_under_names_of_their_content() {
    let app = TestApp::start().await;
    let page = app.anon().get("/sign-in").await;
    for (name, kind) in [
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
    ] {
        let start = page.text.find(&format!("/static/{name}?v=")).unwrap();
        let url = page.text[start..].split('"').next().unwrap();
        let answer = app.anon().get(url).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert!(answer.header("cache-control").contains("immutable"));
    }
    for text in [&page.text, &app.anon().get("/nothing").await.text] {
        assert!(
            !text.contains("style=") && !text.contains("onclick") && !text.contains("<script>")
        );
    }
}
