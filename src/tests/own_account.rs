//! One's own account: name, password, sessions; forgotten passwords, and what the log tells.

use std::collections::HashMap;

use actix_session::storage::{SessionKey, SessionStore};
use actix_web::cookie::time::Duration;
use diesel::prelude::*;
use plangrep::accounts::{SessionLimits, Sessions};
use plangrep::clock::{DAY, MINUTE};
use plangrep::db::schema::{audit_events, password_resets, sessions};
use serde_json::json;

use crate::harness::{Answer, PASSWORD, SCOPES, TestApp};
use crate::people::{OTHER, ask_reset, id_of, link, mails_to, reset, sign_in_with, told};

#[actix_web::test]
async fn a_changed_password_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let elsewhere = app.sign_in(&ada).await;
    ask_reset(&app, &ada.email).await;
    let mails = mails_to(&app, &ada.email).await;
    let old_link = link(&app, &mails[0]);
    let path = "/settings/account/password";
    for (current, new, wrong, words) in [
        ("wrong", OTHER, "current-error", "The password is wrong."),
        ("", OTHER, "current-error", "Type your current password."),
        (
            PASSWORD,
            "short",
            "password-error",
            "at least 12 characters",
        ),
        (
            PASSWORD,
            "oak & partners",
            "password-error",
            "too easy to guess",
        ),
    ] {
        let fields = [("current_password", current), ("password", new)];
        let answer = ada.post_form(path, &fields).await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.text.contains(wrong) && answer.text.contains(words),
            "{words}"
        );
        assert!(!answer.text.contains(PASSWORD) && !answer.text.contains(OTHER));
    }
    assert_eq!(elsewhere.get("/settings/api").await.status, 200);
    assert!(mails_to(&app, &ada.email).await.is_empty());

    let before = ada.clone();
    let fields = [("current_password", PASSWORD), ("password", OTHER)];
    let answer = ada.post_form(path, &fields).await;
    let page = ada.follow(answer).await;
    assert!(page.text.contains("Your password is changed."));
    assert_eq!(elsewhere.get("/settings/api").await.status, 303);
    assert_eq!(
        before.get("/settings/api").await.status,
        303,
        "the session has a new secret"
    );
    assert_eq!(
        app.anon().get(&old_link).await.status,
        410,
        "older links are dead"
    );
    assert_eq!(sign_in_with(&app, &ada.email, PASSWORD).await.status, 401);
    assert_eq!(sign_in_with(&app, &ada.email, OTHER).await.status, 303);
    let mails = mails_to(&app, &ada.email).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Your password was changed");
    assert!(mails[0].text.contains("127.0.0.1"));
    assert!(
        mails[0]
            .text
            .contains(&format!("{}/forgot-password", app.url))
    );
    let seen = told(&app, &id_of(&app, &ada.email).await).await;
    for action in [
        "session.started",
        "session.refused",
        "session.confirmed",
        "person.password_changed",
    ] {
        assert!(seen.iter().any(|one| one == action), "{action}: {seen:?}");
    }
}

#[actix_web::test]
async fn people_call_themselves_what_they_want() {
    let app = TestApp::start().await;
    let mut ben = app.member().await;
    let path = "/settings/account/name";
    for name in ["", " ", "a\u{202e}b", &"x".repeat(121)] {
        let answer = ben.post_form(path, &[("name", name)]).await;
        assert_eq!(answer.status, 400, "{name:?}");
        assert!(answer.text.contains("name-error"));
    }
    let answer = ben.post_form(path, &[("name", " Benedikt <b> ")]).await;
    let page = ben.follow(answer).await;
    assert!(page.text.contains("Your name is saved."));
    assert!(page.text.contains("Benedikt &#60;b&#62;") && !page.text.contains("<b>"));
    let id = id_of(&app, &ben.email).await;
    let detail: String = app
        .query(move |c| {
            audit_events::table
                .filter(audit_events::action.eq("person.name_changed"))
                .filter(audit_events::subject_id.eq(id))
                .select(audit_events::detail)
                .first(c)
        })
        .await;
    assert_eq!(detail, "from “Ben” to “Benedikt <b>”");
}

#[actix_web::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let ben = app.member().await;
    let mut firefox = app.anon();
    let request = firefox
        .request("POST", "/sign-in")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
        )
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email=ada%40example.com&password={PASSWORD}"));
    let answer = firefox.send(request).await;
    firefox.cookie = answer.session_cookie();
    let third = app.sign_in(&ada).await;

    let page = ada.get("/settings/account").await;
    assert!(page.text.contains("Firefox on Linux") && page.text.contains("127.0.0.1"));
    assert_eq!(page.text.matches("This session").count(), 1);
    assert!(page.text.contains("Unknown device"));
    let ids: Vec<String> = page
        .text
        .split("/settings/account/sessions/")
        .filter_map(|rest| rest.split_once("/end\"").map(|(id, _)| id.to_owned()))
        .filter(|id| id.starts_with("ses_"))
        .collect();
    assert_eq!(ids.len(), 2, "not one's own");
    let end = |id: &str| format!("/settings/account/sessions/{id}/end");
    for id in &ids {
        assert_eq!(ben.post_form(&end(id), &[]).await.status, 404, "not theirs");
    }
    for id in ["ses_00000000000000000000000000", "x"] {
        assert_eq!(ada.post_form(&end(id), &[]).await.status, 404);
    }
    let row: Vec<(String, Option<String>)> = app
        .query(|c| {
            sessions::table
                .select((sessions::id, sessions::user_agent))
                .load(c)
        })
        .await;
    let of_firefox = row
        .iter()
        .find(|(_, agent)| {
            agent
                .as_ref()
                .is_some_and(|agent| agent.contains("Firefox"))
        })
        .map(|(id, _)| id.clone())
        .unwrap();
    assert!(ids.contains(&of_firefox));
    let answer = ada.post_form(&end(&of_firefox), &[]).await;
    let page = ada.follow(answer).await;
    assert!(page.text.contains("That session is ended."));
    assert!(!page.text.contains("Firefox on Linux"));
    assert_eq!(firefox.get("/settings/api").await.status, 303);
    assert_eq!(third.get("/settings/api").await.status, 200);
    assert_eq!(ada.post_form(&end(&of_firefox), &[]).await.status, 404);

    let answer = ada
        .post_form("/settings/account/sessions/end-others", &[])
        .await;
    let page = ada.follow(answer).await;
    assert!(page.text.contains("1 other session is ended."));
    assert_eq!(third.get("/settings/api").await.status, 303);
    assert_eq!(ben.get("/settings/api").await.status, 200);
    assert_eq!(ada.get("/settings/api").await.status, 200);
    let answer = ada.post_nothing("/sign-out").await;
    assert_eq!(answer.status, 303);
    let seen = told(&app, &id_of(&app, &ada.email).await).await;
    assert_eq!(
        seen.iter()
            .filter(|action| *action == "session.ended")
            .count(),
        3
    );
}

#[actix_web::test]
async fn a_session_that_has_run_out_is_not_listed() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    app.clock.advance(2 * DAY);
    let again = app.sign_in(&ada).await;
    assert!(
        again
            .get("/settings/account")
            .await
            .text
            .contains("Sign out all other sessions")
    );
    app.clock.advance(DAY);
    let page = again.get("/settings/account").await;
    assert!(!page.text.contains("Sign out all other sessions"));
    assert_eq!(
        ada.get("/settings/account").await.status,
        303,
        "unused for three days"
    );
    // In use, it ends after fourteen days.
    for _ in 0..5 {
        app.clock.advance(2 * DAY);
        assert_eq!(again.get("/settings/account").await.status, 200);
    }
    app.clock.advance(2 * DAY);
    assert_eq!(again.get("/settings/account").await.status, 200);
    app.clock.advance(DAY);
    assert_eq!(again.get("/settings/account").await.status, 303);
}

#[actix_web::test]
async fn a_session_that_was_ended_does_not_come_back() {
    let app = TestApp::start().await;
    let limits = SessionLimits {
        idle: 3 * DAY,
        life: 14 * DAY,
    };
    let store = Sessions::new(app.db.clone(), app.clock.clone(), limits);
    let ttl = Duration::days(14);
    let begin = async || -> SessionKey { store.save(HashMap::new(), &ttl).await.unwrap() };
    // Renewed as the middleware does it.
    let first = begin().await;
    let state = store.load(&first).await.unwrap().unwrap();
    store.delete(&first).await.unwrap();
    assert!(store.load(&first).await.unwrap().is_none());
    let second = store.save(state.clone(), &ttl).await.unwrap();
    assert_eq!(store.load(&second).await.unwrap().unwrap(), state);
    assert!(store.load(&first).await.unwrap().is_none());
    // Ended before, and in the middle of it.
    let end = || app.query(|c| diesel::delete(sessions::table).execute(c));
    let state = store.load(&second).await.unwrap().unwrap();
    end().await;
    store.delete(&second).await.unwrap();
    let third = store.save(state, &ttl).await.unwrap();
    assert!(store.load(&third).await.unwrap().is_none());
    let fourth = begin().await;
    let state = store.load(&fourth).await.unwrap().unwrap();
    store.delete(&fourth).await.unwrap();
    end().await;
    let fifth = store.save(state.clone(), &ttl).await.unwrap();
    assert!(store.load(&fifth).await.unwrap().is_none());
    let sixth = store.update(fifth, state, &ttl).await.unwrap();
    assert!(store.load(&sixth).await.unwrap().is_none());
}

#[actix_web::test]
async fn the_answer_about_a_forgotten_password_tells_nothing() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let page = app.anon().get("/forgot-password").await;
    assert!(page.status == 200 && page.text.contains("Send the link"));
    let known = ask_reset(&app, " ADA@example.com").await;
    let unknown = ask_reset(&app, "nobody@example.com").await;
    assert_eq!((known.status, unknown.status), (200, 200));
    assert_eq!(known.bytes, unknown.bytes);
    let names = |answer: &Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&known), names(&unknown));
    let rows: Vec<(String, Option<String>)> = app
        .query(|c| {
            password_resets::table
                .order(password_resets::id)
                .select((password_resets::email, password_resets::user_id))
                .load(c)
        })
        .await;
    let none = |email: &str| (email.to_owned(), None);
    assert_eq!(rows, [none("ada@example.com"), none("nobody@example.com")]);
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].recipient, "ada@example.com");
    assert!(mails[0].text.contains("127.0.0.1"));
    app.drain().await;
    assert!(app.mails().is_empty(), "once");
    assert_eq!(
        told(&app, &id_of(&app, &ada.email).await).await,
        ["session.started", "person.password_reset_asked"]
    );
    for email in ["", "nobody", "\u{0}@example.com"] {
        let answer = ask_reset(&app, email).await;
        assert_eq!(answer.status, 400, "{email:?}");
        assert!(answer.text.contains("email-error"));
    }
    // A day after they have expired, the rows are forgotten.
    let left = || app.query(|c| password_resets::table.count().get_result::<i64>(c));
    assert_eq!(left().await, 2);
}

#[actix_web::test]
async fn a_forgotten_password_is_set_by_a_link_that_works_once() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let elsewhere = app.sign_in(&ada).await;
    let mut links = Vec::new();
    for _ in 0..2 {
        ask_reset(&app, &ada.email).await;
        let mails = mails_to(&app, &ada.email).await;
        assert_eq!(mails[0].subject, "Choose a new password");
        links.push(link(&app, &mails[0]));
    }
    assert_ne!(links[0], links[1]);
    for path in &links {
        assert_eq!(app.anon().get(path).await.status, 200);
    }
    let join = links[0].replace("/reset-password", "/join");
    assert_eq!(app.anon().get(&join).await.status, 410);
    for password in ["", "short", "ada@example.com"] {
        let answer = reset(&app, &links[0], password).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains("password-error"));
    }
    assert_eq!(
        ada.get("/settings/api").await.status,
        200,
        "nothing happened yet"
    );

    let answer = reset(&app, &links[0], OTHER).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/sign-in?done=password")
    );
    assert_eq!(answer.session_cookie(), None, "it does not sign in");
    let page = app.anon().get("/sign-in?done=password").await;
    assert!(page.text.contains("Your password is changed."));
    for session in [&ada, &elsewhere] {
        assert_eq!(session.get("/settings/api").await.status, 303);
    }
    for path in &links {
        assert_eq!(app.anon().get(path).await.status, 410);
        assert_eq!(reset(&app, path, PASSWORD).await.status, 410);
    }
    assert_eq!(sign_in_with(&app, &ada.email, PASSWORD).await.status, 401);
    assert_eq!(sign_in_with(&app, &ada.email, OTHER).await.status, 303);
    let mails = mails_to(&app, &ada.email).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Your password was changed");
    let seen = told(&app, &id_of(&app, &ada.email).await).await;
    assert!(seen.iter().any(|action| action == "person.password_reset"));

    // Half an hour.
    ask_reset(&app, &ada.email).await;
    let mails = mails_to(&app, &ada.email).await;
    let path = link(&app, &mails[0]);
    app.clock.advance(30 * MINUTE - 1);
    assert_eq!(app.anon().get(&path).await.status, 200);
    app.clock.advance(1);
    assert_eq!(app.anon().get(&path).await.status, 410);
    assert_eq!(reset(&app, &path, PASSWORD).await.status, 410);
    // One that nobody looked at in time is not sent.
    ask_reset(&app, &ada.email).await;
    app.clock.advance(30 * MINUTE);
    assert!(mails_to(&app, &ada.email).await.is_empty());
}

#[actix_web::test]
async fn of_two_links_used_at_once_one_sets_the_password() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut links = Vec::new();
    for _ in 0..2 {
        ask_reset(&app, &ada.email).await;
        let mails = mails_to(&app, &ada.email).await;
        links.push(link(&app, &mails[0]));
    }
    let (one, two) = futures_util::join!(
        reset(&app, &links[0], OTHER),
        reset(&app, &links[1], "velvet-quarry-thimble-9")
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
}

#[actix_web::test]
async fn links_for_a_new_password_are_not_sent_without_end() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let answers =
        futures_util::future::join_all((0..12).map(|_| ask_reset(&app, "ada@example.com"))).await;
    let count = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((count(200), count(429)), (10, 2));
    let refused = ask_reset(&app, "other@example.com").await;
    assert_eq!(refused.status, 429, "also by the IP");
    assert_eq!(refused.header("retry-after"), "900");
    assert!(
        refused
            .text
            .contains("Too many requests for a new password. Wait 15 minutes")
    );
    assert_eq!(mails_to(&app, &ada.email).await.len(), 10);
    // They do not count as sign-ins, nor does a sign-in forgive them.
    app.sign_in(&ada).await;
    assert_eq!(ask_reset(&app, "ada@example.com").await.status, 429);
    app.clock.advance(15 * MINUTE);
    assert_eq!(ask_reset(&app, "ada@example.com").await.status, 200);
}

#[actix_web::test]
async fn the_password_is_confirmed_once_more() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let path = "/api/open-api/session/confirm";
    app.clock.advance(20 * MINUTE);
    let key = json!({ "label": "Takeoff", "scopes": SCOPES });
    let answer = ada.post("/api/open-api/keys", key.clone()).await;
    assert_eq!(answer.status, 403);
    let answer = ada.post(path, json!({ "password": "wrong" })).await;
    assert_eq!(
        (answer.status, answer.code(), answer.message()),
        (401, "unauthorized", "The password is wrong.")
    );
    assert_eq!(
        ada.post("/api/open-api/keys", key.clone()).await.status,
        403
    );
    for body in [json!({}), json!({ "password": 1 }), json!({ "pass": "x" })] {
        assert_eq!(ada.post(path, body).await.status, 400);
    }
    let old = ada.clone();
    let answer = ada.post(path, json!({ "password": PASSWORD })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json,
        json!({ "confirmedAt": app.clock.now().to_string() })
    );
    ada.cookie = answer.session_cookie();
    assert_eq!(ada.post("/api/open-api/keys", key).await.status, 201);
    assert_eq!(old.get("/settings/api").await.status, 303, "a new secret");

    let seen = told(&app, &id_of(&app, &ada.email).await).await;
    assert_eq!(
        seen,
        ["session.started", "session.refused", "session.confirmed"]
    );
    let answers = futures_util::future::join_all(
        (0..12).map(|_| ada.post(path, json!({ "password": "wrong" }))),
    )
    .await;
    let count = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((count(401), count(429)), (9, 3), "as sign-ins do");
    let answer = ada.post(path, json!({ "password": PASSWORD })).await;
    assert_eq!((answer.status, answer.code()), (429, "rate_limited"));
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(
        ada.get("/settings/api").await.status,
        200,
        "still signed in"
    );
}

#[actix_web::test]
async fn the_log_tells_of_sign_ins() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    sign_in_with(&app, &ada.email, "wrong").await;
    sign_in_with(&app, "nobody@example.com", "wrong").await;
    ada.post_nothing("/sign-out").await;
    ask_reset(&app, &ada.email).await;
    app.drain().await;
    type Row = (
        String,
        Option<String>,
        String,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = app
        .query(|c| {
            audit_events::table
                .order(audit_events::id)
                .select((
                    audit_events::action,
                    audit_events::actor_user_id,
                    audit_events::actor_name,
                    audit_events::ip,
                    audit_events::request_id,
                ))
                .load(c)
        })
        .await;
    let actions: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(
        actions,
        [
            "session.started",
            "session.refused",
            "session.ended",
            "person.password_reset_asked"
        ]
    );
    let id = id_of(&app, &ada.email).await;
    assert_eq!(rows[0].1.as_ref(), Some(&id));
    assert_eq!(rows[1].1, None, "nobody knows who that was");
    assert_eq!(rows[1].2, "someone who was not signed in");
    for row in &rows {
        assert_eq!(row.3.as_deref(), Some("127.0.0.1"));
        assert!(row.4.as_ref().unwrap().starts_with("req_"));
    }
}
