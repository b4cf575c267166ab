//! Setup, sign-in, sessions, and slowing guesses down.

use diesel::prelude::*;
use plangrep::accounts::Role;
use plangrep::clock::{DAY, MINUTE};
use plangrep::db::schema::{sessions, users, workspaces};

use crate::harness::{PASSWORD, TestApp};

const FIELDS: [(&str, &str); 4] = [
    ("workspace", "Oak & Partners"),
    ("name", "Ada"),
    ("email", "Ada@Example.com"),
    ("password", PASSWORD),
];

fn with_token<'a>(token: &'a str, change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("token", token)];
    for (name, value) in FIELDS {
        let changed = change.iter().find(|(other, _)| *other == name);
        fields.push((name, changed.map_or(value, |(_, value)| value)));
    }
    fields
}

#[actix_web::test]
async fn the_setup_link_makes_the_first_admin_and_is_dead_then() {
    let app = TestApp::start().await;
    let mut anon = app.anon();
    let token = app.setup_token().await.unwrap();
    assert_eq!(anon.get("/setup").await.status, 410);
    assert_eq!(anon.get("/setup?token=wrong").await.status, 410);
    let page = anon.get(&format!("/setup?token={token}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(r#"name="password""#) && page.text.contains(&token));

    for (field, value) in [
        ("password", "short"),
        ("password", "passwordpassword"),
        ("password", "ada@example.com"),
        ("email", "nobody"),
        ("name", " "),
        ("workspace", "\u{0}"),
    ] {
        let answer = anon
            .post_form("/setup", &with_token(&token, &[(field, value)]))
            .await;
        assert_eq!(answer.status, 400, "{field}={value}");
        assert!(
            answer.text.contains(&format!("{field}-error")),
            "{field}={value}"
        );
        assert!(
            !answer.text.contains(PASSWORD),
            "a password is never sent back"
        );
    }
    assert_eq!(
        anon.post_form("/setup", &with_token("wrong", &[]))
            .await
            .status,
        410
    );
    let people: i64 = app.query(|c| users::table.count().get_result(c)).await;
    assert_eq!(people, 0, "nothing refused has made anything");

    let answer = anon.post_form("/setup", &with_token(&token, &[])).await;
    let page = anon.follow(answer).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Oak &#38; Partners") && page.text.contains("No API keys yet"));

    assert_eq!(
        app.anon()
            .get(&format!("/setup?token={token}"))
            .await
            .status,
        410
    );
    assert_eq!(
        app.anon()
            .post_form("/setup", &with_token(&token, &[]))
            .await
            .status,
        410
    );
    assert_eq!(app.setup_token().await, None);
    let credits: i64 = app
        .query(|c| {
            workspaces::table
                .select(workspaces::credits_available)
                .first(c)
        })
        .await;
    assert_eq!(credits, 100_000);
    let log = anon.get("/settings/audit").await;
    assert!(log.text.contains("Signed in:"), "{}", log.text);
}

#[actix_web::test]
async fn of_two_setups_at_once_one_wins() {
    let app = TestApp::start().await;
    let token = app.setup_token().await.unwrap();
    let anon = app.anon();
    let one = with_token(&token, &[]);
    let two = with_token(
        &token,
        &[("email", "eve@example.com"), ("workspace", "Elm")],
    );
    let (one, two) = futures_util::join!(
        anon.post_form("/setup", &one),
        anon.post_form("/setup", &two)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    let people: i64 = app.query(|c| users::table.count().get_result(c)).await;
    assert_eq!(people, 1);
}

#[actix_web::test]
async fn signing_in_renews_the_session_and_signing_out_ends_it() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let first = ada.cookie.clone().unwrap();
    assert_eq!(ada.get("/settings/api").await.status, 200);

    let fields = [
        ("email", "ADA@example.com "),
        ("password", PASSWORD),
        ("next", "/settings/api/new"),
    ];
    let again = ada.post_form("/sign-in", &fields).await;
    assert_eq!(
        (again.status, again.header("location")),
        (303, "/settings/api/new")
    );
    let set = again.header("set-cookie");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"),
        "{set}"
    );
    assert!(!set.contains("Secure"), "plain http");
    let second = again.session_cookie().unwrap();
    assert_ne!(first, second);
    assert_eq!(
        ada.get("/settings/api").await.status,
        303,
        "the old id is dead"
    );

    let mut ada = ada;
    ada.cookie = Some(second);
    assert_eq!(ada.get("/sign-in").await.status, 303, "signed in already");
    assert_eq!(ada.get("/sign-out").await.status, 405);
    let answer = ada.post_nothing("/sign-out").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/sign-in")
    );
    assert_eq!(ada.get("/settings/api").await.status, 303);
    assert_eq!(ada.get("/api/open-api/keys").await.status, 401);
    // What the renewal laid aside is dead, and goes with the next housekeeping.
    let now = app.clock.now().0;
    let live: i64 = app
        .query(move |c| {
            sessions::table
                .filter(sessions::expires_at.gt(now))
                .count()
                .get_result(c)
        })
        .await;
    assert_eq!(live, 0);
}

#[actix_web::test]
async fn a_session_runs_out_and_a_forged_one_is_none() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    // In use, it lasts for fourteen days.
    for _ in 0..6 {
        app.clock.advance(2 * DAY);
        assert_eq!(ada.get("/api/open-api/keys").await.status, 200);
    }
    app.clock.advance(2 * DAY - 1);
    assert_eq!(ada.get("/api/open-api/keys").await.status, 200);
    app.clock.advance(1);
    assert_eq!(ada.get("/api/open-api/keys").await.status, 401);

    // Unused, for three.
    let ada = app.sign_in(&ada).await;
    app.clock.advance(3 * DAY - 1);
    assert_eq!(ada.get("/api/open-api/keys").await.status, 200);
    app.clock.advance(3 * DAY);
    assert_eq!(ada.get("/api/open-api/keys").await.status, 401);

    let digest: String = app
        .query(|c| sessions::table.select(sessions::digest).first(c))
        .await;
    assert!(
        !ada.cookie.clone().unwrap().contains(&digest),
        "the table holds no usable id"
    );
    let mut forged = app.anon();
    for cookie in [
        "plangrep_session=x",
        &format!("plangrep_session={digest}"),
        "plangrep_session=%00",
        "plangrep_session=",
    ] {
        forged.cookie = Some(cookie.to_owned());
        assert_eq!(
            forged.get("/api/open-api/keys").await.status,
            401,
            "{cookie}"
        );
    }
}

#[actix_web::test]
async fn over_https_the_cookie_is_secure_and_hsts_is_sent() {
    let app = TestApp::start_with(|settings| {
        settings.base_url = Some("https://plans.example.com".to_owned());
    })
    .await;
    app.person("Oak", "Ada", Role::Admin).await;
    let answer = app
        .anon()
        .post_form(
            "/sign-in",
            &[("email", "ada@example.com"), ("password", PASSWORD)],
        )
        .await;
    assert!(answer.header("set-cookie").contains("Secure"));
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
    // Links go to the configured place, whatever Host a request names.
    let mut ada = app.anon();
    ada.cookie = answer.session_cookie();
    app.key_of(&ada, &["jobs:read"]).await;
    let request = ada
        .request("POST", "/api/open-api/keys/revoke-all")
        .header("host", "evil.example");
    assert_eq!(ada.send(request).await.status, 200);
    app.drain().await;
    let mails = app.mails();
    assert!(
        mails[0]
            .text
            .contains("https://plans.example.com/settings/api")
    );
    assert!(!mails[0].text.contains("evil") && !mails[0].html.contains("evil"));
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    let app = TestApp::start().await;
    app.admin().await;
    let anon = app.anon();
    let wrong = anon
        .post_form(
            "/sign-in",
            &[("email", "ada@example.com"), ("password", "wrong")],
        )
        .await;
    let unknown = anon
        .post_form(
            "/sign-in",
            &[("email", "eve@example.com"), ("password", "wrong")],
        )
        .await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.text.replace("ada@", "eve@"), unknown.text);
    for email in ["", "\u{0}", "' or 1=1 --", &"x".repeat(10_000)] {
        let answer = anon
            .post_form("/sign-in", &[("email", email), ("password", "wrong")])
            .await;
        assert_eq!(answer.status, 401, "{email:.20}");
    }
    let long = "x".repeat(60_000);
    let answer = anon
        .post_form(
            "/sign-in",
            &[("email", "ada@example.com"), ("password", &long)],
        )
        .await;
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn thirty_failures_slow_an_address_down_and_time_forgives() {
    let app =
        TestApp::start_with(|settings| settings.trusted_proxies = Some("127.0.0.1".to_owned()))
            .await;
    app.admin().await;
    let anon = app.anon();
    let attempt = |password: &'static str, ip: String| {
        let request = anon
            .request("POST", "/sign-in")
            .header("x-forwarded-for", ip)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("email=ada%40example.com&password={password}"));
        anon.send(request)
    };
    // All at once, each from another address: they count before they are judged.
    let answers = futures_util::future::join_all(
        (0..34).map(|n| attempt("wrong", format!("198.51.100.{n}"))),
    )
    .await;
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((count(401), count(429)), (30, 4));
    let answer = attempt(PASSWORD, "203.0.113.1".to_owned()).await;
    assert_eq!(answer.status, 429, "also with the right password");
    assert!(
        answer
            .text
            .contains("Too many failed sign-ins. Wait 15 minutes"),
        "{}",
        answer.text
    );
    assert_eq!(answer.header("retry-after"), "900");
    app.clock.advance(15 * MINUTE);
    assert_eq!(
        attempt(PASSWORD, "203.0.113.1".to_owned()).await.status,
        303
    );
    // A success wipes the address's slate.
    for _ in 0..9 {
        assert_eq!(attempt("wrong", "203.0.113.2".to_owned()).await.status, 401);
    }
    assert_eq!(
        attempt(PASSWORD, "203.0.113.2".to_owned()).await.status,
        303
    );
    assert_eq!(attempt("wrong", "203.0.113.3".to_owned()).await.status, 401);
}

#[actix_web::test]
async fn ten_failures_slow_an_ip_down_whatever_the_address() {
    let app = TestApp::start().await;
    let anon = app.anon();
    for n in 0..10 {
        let email = format!("nobody{n}@example.com");
        let answer = anon
            .post_form("/sign-in", &[("email", &email), ("password", "wrong")])
            .await;
        assert_eq!(answer.status, 401);
    }
    let answer = anon
        .post_form(
            "/sign-in",
            &[("email", "nobody@example.com"), ("password", "wrong")],
        )
        .await;
    assert_eq!(answer.status, 429);
}

#[actix_web::test]
async fn nobody_is_locked_out_by_the_failures_of_strangers() {
    let app =
        TestApp::start_with(|settings| settings.trusted_proxies = Some("127.0.0.1".to_owned()))
            .await;
    let admin = app.admin().await;
    let anon = app.anon();
    let post = |path: &'static str, fields: Vec<(&'static str, String)>, ip: String| {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = anon
            .request("POST", path)
            .header("x-forwarded-for", ip)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        anon.send(request)
    };
    let sign_in = |password: &str, ip: &str| {
        let fields = vec![
            ("email", "ada@example.com".to_owned()),
            ("password", password.to_owned()),
        ];
        post("/sign-in", fields, ip.to_owned())
    };
    let forgot = |ip: String| {
        let fields = vec![("email", "ada@example.com".to_owned())];
        post("/forgot-password", fields, ip)
    };
    // One stranger exhausts their own tries, and nobody else's.
    for _ in 0..10 {
        assert_eq!(sign_in("wrong", "198.51.100.1").await.status, 401);
        assert_eq!(forgot("198.51.100.1".to_owned()).await.status, 200);
    }
    assert_eq!(sign_in(PASSWORD, "198.51.100.1").await.status, 429);
    assert_eq!(forgot("198.51.100.1".to_owned()).await.status, 429);
    assert_eq!(forgot("203.0.113.7".to_owned()).await.status, 200);
    assert_eq!(sign_in(PASSWORD, "203.0.113.7").await.status, 303);

    // Many strangers close the address for places that are new, and for none that is known.
    for n in 0..30 {
        let ip = format!("198.51.100.{}", 10 + n);
        assert_eq!(sign_in("wrong", &ip).await.status, 401);
        forgot(ip).await;
    }
    assert_eq!(sign_in(PASSWORD, "192.0.2.1").await.status, 429);
    assert_eq!(forgot("192.0.2.1".to_owned()).await.status, 429);
    assert_eq!(forgot("203.0.113.7".to_owned()).await.status, 200);
    app.drain().await;
    let mails = app.mails();
    let mail = mails.last().unwrap();
    let path = crate::people::link(&app, mail);
    assert_eq!(sign_in("wrong", "203.0.113.7").await.status, 401);

    // Ten mistakes of one's own are forgotten with the new password.
    for _ in 0..9 {
        assert_eq!(sign_in("wrong", "203.0.113.7").await.status, 401);
    }
    assert_eq!(sign_in(PASSWORD, "203.0.113.7").await.status, 429);
    let fields = vec![
        ("token", crate::people::token(&path).to_owned()),
        ("password", crate::people::OTHER.to_owned()),
    ];
    let answer = post("/reset-password", fields, "192.0.2.1".to_owned()).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(
        sign_in(crate::people::OTHER, "203.0.113.7").await.status,
        303
    );
    assert_eq!(sign_in(crate::people::OTHER, "192.0.2.9").await.status, 303);
    assert_eq!(admin.get("/settings/api").await.status, 303, "signed out");
}
