//! Invitations, roles, leaving, one's own account, forgotten passwords, and what the log tells.

use std::collections::HashMap;

use actix_session::storage::{SessionKey, SessionStore};
use actix_web::cookie::time::Duration;
use diesel::prelude::*;
use plangrep::accounts::{Role, SessionLimits, Sessions};
use plangrep::clock::{DAY, MINUTE, SECOND};
use plangrep::db::schema::{
    audit_events, invitations, mail_outbox, password_resets, sessions, users,
};
use plangrep::mail::Sent;
use serde_json::json;

use crate::harness::{Answer, PASSWORD, SCOPES, TestApp, User};

const OTHER: &str = "gravel-lantern-onion-77";

async fn id_of(app: &TestApp, email: &str) -> String {
    let email = email.to_owned();
    app.query(move |c| {
        users::table
            .filter(users::email.eq(email))
            .select(users::id)
            .first(c)
    })
    .await
}

/// The log's actions about a subject, oldest first.
async fn told(app: &TestApp, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    app.query(move |c| {
        audit_events::table
            .filter(audit_events::subject_id.eq(subject))
            .order(audit_events::id)
            .select(audit_events::action)
            .load(c)
    })
    .await
}

async fn admins(app: &TestApp) -> i64 {
    app.query(|c| {
        users::table
            .filter(users::role.eq("admin"))
            .filter(users::removed_at.is_null())
            .count()
            .get_result(c)
    })
    .await
}

/// The path and query of the one-time link of a mail.
fn link(app: &TestApp, mail: &Sent) -> String {
    let start = mail.text.find(&app.url).unwrap();
    let url = mail.text[start..].split_whitespace().next().unwrap();
    assert!(mail.html.contains(url));
    assert!(!mail.text.contains(".invalid"));
    url.strip_prefix(&app.url).unwrap().to_owned()
}

fn token(path: &str) -> &str {
    path.split_once("?token=").unwrap().1
}

/// Everything that waits is done; the mails of it to an address.
async fn mails_to(app: &TestApp, email: &str) -> Vec<Sent> {
    app.drain().await;
    let mails = app.mails();
    mails
        .into_iter()
        .filter(|mail| mail.recipient == email)
        .collect()
}

/// Invites an address; the path of the link.
async fn invited(app: &TestApp, admin: &User, email: &str, role: &str) -> String {
    let fields = [("email", email), ("role", role)];
    let answer = admin.post_form("/settings/team/invitations", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let mails = mails_to(app, email).await;
    assert_eq!(mails.len(), 1);
    link(app, &mails[0])
}

async fn join(user: &User, path: &str, name: &str) -> Answer {
    let fields = [
        ("token", token(path)),
        ("name", name),
        ("password", PASSWORD),
    ];
    user.post_form("/join", &fields).await
}

async fn ask_reset(app: &TestApp, email: &str) -> Answer {
    app.anon()
        .post_form("/forgot-password", &[("email", email)])
        .await
}

async fn reset(app: &TestApp, path: &str, password: &str) -> Answer {
    let fields = [("token", token(path)), ("password", password)];
    app.anon().post_form("/reset-password", &fields).await
}

async fn sign_in_with(app: &TestApp, email: &str, password: &str) -> Answer {
    let fields = [("email", email), ("password", password)];
    app.anon().post_form("/sign-in", &fields).await
}

#[actix_web::test]
async fn an_invited_person_joins_by_the_link_of_the_mail() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let request = admin
        .request("POST", "/settings/team/invitations")
        .header("host", "evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=+Cleo%40Example.com&role=admin");
    let answer = admin.send(request).await;
    let page = admin.follow(answer).await;
    assert!(page.text.contains("An invitation is on its way to"));
    assert!(page.text.contains("cleo@example.com") && page.text.contains("Waiting"));
    let mails = mails_to(&app, "cleo@example.com").await;
    assert_eq!(mails[0].subject, "Invitation to Oak & Partners");
    assert!(mails[0].text.contains(
        "Ada (ada@example.com) invites you to join Oak & Partners on Plangrep as an admin."
    ));
    assert!(mails[0].text.contains("1 December 2026, 10:00:00 UTC"));
    assert!(!mails[0].text.contains("evil") && !mails[0].html.contains("evil"));
    let path = link(&app, &mails[0]);
    let stored: Vec<String> = app
        .query(|c| mail_outbox::table.select(mail_outbox::text_body).load(c))
        .await;
    let seal = token(&path).split_once('.').unwrap().1;
    assert!(
        stored.iter().all(|text| !text.contains(seal)),
        "no table opens the link"
    );

    let mut anon = app.anon();
    let page = anon.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("cleo@example.com") && page.text.contains("an admin"));
    for (name, password, wrong) in [
        ("", PASSWORD, "name-error"),
        ("Cleo", "short", "password-error"),
        ("Cleo", "cleo@example.com", "password-error"),
    ] {
        let fields = [
            ("token", token(&path)),
            ("name", name),
            ("password", password),
        ];
        let answer = anon.post_form("/join", &fields).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(wrong) && !answer.text.contains(PASSWORD));
    }
    let answer = join(&anon, &path, "Cleo").await;
    assert_eq!(answer.header("location"), "/settings/api");
    let page = anon.follow(answer).await;
    assert!(page.text.contains("Welcome to Oak &#38; Partners."));
    let page = anon.get("/settings/team").await;
    assert_eq!(page.status, 200, "an admin");
    assert!(page.text.contains("Ada") && page.text.contains("cleo@example.com"));
    assert!(!page.text.contains("Waiting"));

    let cleo = id_of(&app, "cleo@example.com").await;
    assert_eq!(
        told(&app, &cleo).await,
        ["person.joined", "session.started"]
    );
    let invitation = token(&path).split_once('.').unwrap().0;
    assert_eq!(told(&app, invitation).await, ["person.invited"]);
    assert_eq!(anon.get(&path).await.status, 410, "once");
    assert_eq!(join(&app.anon(), &path, "Eve").await.status, 410);
    assert_eq!(
        sign_in_with(&app, "cleo@example.com", PASSWORD)
            .await
            .status,
        303
    );
}

#[actix_web::test]
async fn the_link_of_an_invitation_dies() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let anon = app.anon();
    let path = invited(&app, &admin, "cleo@example.com", "member").await;
    let invitation = token(&path).split_once('.').unwrap().0.to_owned();

    let forged = path.replace(&path[path.len() - 4..], "0000");
    for path in ["/join", "/join?token=", "/join?token=x.y", forged.as_str()] {
        let page = anon.get(path).await;
        assert_eq!(page.status, 410, "{path}");
        assert!(page.text.contains("This invitation does not work"));
    }
    let reset = path.replace("/join", "/reset-password");
    assert_eq!(anon.get(&reset).await.status, 410, "another purpose");

    app.clock.advance(DAY);
    let resend = format!("/settings/team/invitations/{invitation}/resend");
    let answer = admin.post_form(&resend, &[]).await;
    assert_eq!(answer.status, 303);
    let again = mails_to(&app, "cleo@example.com").await;
    assert_eq!(again.len(), 1);
    assert_eq!(link(&app, &again[0]), path);
    assert!(again[0].text.contains("2 December 2026"));
    // Even at the same instant.
    admin.post_form(&resend, &[]).await;
    assert_eq!(mails_to(&app, "cleo@example.com").await.len(), 1);

    for _ in 0..3 {
        app.clock.advance(2 * DAY);
        admin.get("/settings/api").await;
    }
    app.clock.advance(DAY - SECOND);
    assert_eq!(anon.get(&path).await.status, 200);
    app.clock.advance(SECOND);
    assert_eq!(anon.get(&path).await.status, 410, "expired");
    assert_eq!(join(&anon, &path, "Cleo").await.status, 410);
    let page = admin.get("/settings/team").await;
    assert!(page.text.contains("Expired"));
    admin.post_form(&resend, &[]).await;
    assert_eq!(anon.get(&path).await.status, 200, "alive again");

    let cancel = format!("/settings/team/invitations/{invitation}/cancel");
    let answer = admin.post_form(&cancel, &[]).await;
    let page = admin.follow(answer).await;
    assert!(
        page.text
            .contains("The invitation of cleo@example.com is cancelled.")
    );
    assert_eq!(anon.get(&path).await.status, 410, "cancelled");
    assert_eq!(join(&anon, &path, "Cleo").await.status, 410);
    assert_eq!(admin.post_form(&cancel, &[]).await.status, 404);
    assert_eq!(admin.post_form(&resend, &[]).await.status, 404);
    let people: i64 = app.query(|c| users::table.count().get_result(c)).await;
    assert_eq!(people, 1);
    assert_eq!(
        told(&app, &invitation).await,
        [
            "person.invited",
            "person.invited",
            "person.invited",
            "person.invited",
            "person.invitation_cancelled"
        ]
    );
}

#[actix_web::test]
async fn of_two_who_use_an_invitation_at_once_one_joins() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let path = invited(&app, &admin, "cleo@example.com", "member").await;
    let anon = app.anon();
    let (one, two) =
        futures_util::join!(join(&anon, &path, "Cleo"), join(&anon, &path, "Cleopatra"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    let people: i64 = app.query(|c| users::table.count().get_result(c)).await;
    assert_eq!(people, 2);
}

#[actix_web::test]
async fn what_cannot_be_invited_is_said_beside_the_field() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.person("Elm Ltd", "Eve", Role::Admin).await;
    let path = "/settings/team/invitations";
    for (email, role, status, words) in [
        ("nobody", "member", 400, "Email must be a mail address"),
        ("", "member", 400, "Email must not be empty."),
        ("a@example.com", "owner", 400, "Choose a role"),
        ("ada@example.com", "member", 409, "has an account already"),
        ("EVE@example.com", "member", 409, "has an account already"),
    ] {
        let answer = admin
            .post_form(path, &[("email", email), ("role", role)])
            .await;
        assert_eq!(answer.status, status, "{email}");
        assert!(answer.text.contains(words), "{email}: {}", answer.text);
        assert!(answer.text.contains("email-error"));
    }
    app.drain().await;
    assert!(app.mails().is_empty());
    let open: i64 = app
        .query(|c| invitations::table.count().get_result(c))
        .await;
    assert_eq!(open, 0, "nothing refused has made anything");

    // A second invitation of an address renews the first, with the role that is wanted now.
    let one = invited(&app, &admin, "cleo@example.com", "admin").await;
    let two = invited(&app, &admin, "cleo@example.com", "member").await;
    assert_eq!(one, two);
    let page = app.anon().get(&one).await;
    assert!(page.text.contains("a member") && !page.text.contains("an admin"));
    for n in 1..100 {
        let fields = [
            ("email", format!("p{n}@example.com")),
            ("role", "member".to_owned()),
        ];
        let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(admin.post_form(path, &fields).await.status, 303);
    }
    let fields = [("email", "late@example.com"), ("role", "member")];
    let answer = admin.post_form(path, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("100 invitations are open."));
    let again = [("email", "p7@example.com"), ("role", "admin")];
    assert_eq!(admin.post_form(path, &again).await.status, 303);

    // Who joined elsewhere in the meantime cannot join here.
    app.person("Elm Ltd", "P8", Role::Member).await;
    let mails = mails_to(&app, "p8@example.com").await;
    let path = link(&app, &mails[0]);
    assert_eq!(app.anon().get(&path).await.status, 410);
}

#[actix_web::test]
async fn a_workspace_keeps_an_admin() {
    let app = TestApp::start().await;
    let (ada, ben) = (app.admin().await, app.member().await);
    let (ada_id, ben_id) = (id_of(&app, &ada.email).await, id_of(&app, &ben.email).await);
    let role = |id: &str| format!("/settings/team/{id}/role");
    let remove = |id: &str| format!("/settings/team/{id}/remove");
    let page = ada.get("/settings/team").await;
    assert!(page.text.contains("The last admin"));
    let answer = ada.post_form(&role(&ada_id), &[("role", "member")]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("Make somebody else an admin first."));
    let answer = ada.post_form(&remove(&ada_id), &[]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("Make somebody else an admin first."));
    assert!(
        answer.text.contains("Leave this workspace?"),
        "the same page"
    );
    assert_eq!(
        ada.post_form(&role(&ben_id), &[("role", "owner")])
            .await
            .status,
        400
    );

    let mut ada = ada;
    let answer = ada.post_form(&role(&ben_id), &[("role", "admin")]).await;
    let page = ada.follow(answer).await;
    assert!(page.text.contains("Ben is an admin now."));
    assert_eq!(
        ben.get("/settings/team").await.status,
        200,
        "from the next request on"
    );
    // The same role again is no change.
    ada.post_form(&role(&ben_id), &[("role", "admin")]).await;
    assert_eq!(
        told(&app, &ben_id).await,
        ["session.started", "person.role_changed"]
    );

    // Each makes the other a member, at once: one stays an admin.
    for _ in 0..4 {
        let (one, two) = futures_util::join!(
            async { ada.post_form(&role(&ben_id), &[("role", "member")]).await },
            async { ben.post_form(&role(&ada_id), &[("role", "member")]).await }
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 403]);
        assert_eq!(admins(&app).await, 1);
        let (winner, loser_id) = match one.status {
            303 => (&ada, &ben_id),
            _ => (&ben, &ada_id),
        };
        let answer = winner
            .post_form(&role(loser_id), &[("role", "admin")])
            .await;
        assert_eq!(answer.status, 303);
    }
    // Each removes oneself, at once.
    let (one, two) = futures_util::join!(
        async { ada.post_form(&remove(&ada_id), &[]).await },
        async { ben.post_form(&remove(&ben_id), &[]).await }
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403]);
    assert_eq!(admins(&app).await, 1);
}

#[actix_web::test]
async fn admins_step_back_and_leave_when_another_stays() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let bea = app.person("Oak & Partners", "Bea", Role::Admin).await;
    let ada_id = id_of(&app, &ada.email).await;
    let path = format!("/settings/team/{ada_id}/role");
    let answer = ada.post_form(&path, &[("role", "member")]).await;
    assert_eq!(answer.header("location"), "/settings/account");
    let page = ada.follow(answer).await;
    assert!(page.text.contains("You are a member now."));
    assert_eq!(ada.get("/settings/team").await.status, 403);

    let bea_id = id_of(&app, &bea.email).await;
    bea.post_form(&path, &[("role", "admin")]).await;
    let path = format!("/settings/team/{bea_id}/remove");
    assert!(bea.get(&path).await.text.contains("Leave workspace"));
    let answer = bea.post_form(&path, &[]).await;
    assert_eq!(answer.header("location"), "/sign-in?done=left");
    let page = app.anon().get("/sign-in?done=left").await;
    assert!(page.text.contains("You have left the workspace."));
    assert_eq!(bea.get("/api/open-api/keys").await.status, 401);
    assert_eq!(sign_in_with(&app, &bea.email, PASSWORD).await.status, 401);
}

#[actix_web::test]
async fn who_is_removed_is_out_at_once_and_their_keys_if_wanted() {
    let app = TestApp::start().await;
    let (mut ada, ben) = (app.admin().await, app.member().await);
    let also_ben = app.sign_in(&ben).await;
    let (mine, _) = app.key_of(&ada, &SCOPES).await;
    let (first, first_row) = app.key_of(&ben, &SCOPES).await;
    let (second, _) = app.key_of(&ben, &SCOPES).await;
    assert_eq!(first.get("/api/open/v1/projects").await.status, 200);
    ask_reset(&app, &ben.email).await;
    let mails = mails_to(&app, &ben.email).await;
    let link = link(&app, &mails[0]);
    let ben_id = id_of(&app, &ben.email).await;
    let path = format!("/settings/team/{ben_id}/remove");
    let page = ada.get(&path).await;
    assert!(page.text.contains("2 active keys") && page.text.contains("2 open"));
    assert_eq!(
        ben.get("/settings/api").await.status,
        200,
        "asking removes nobody"
    );

    let answer = ada.post_form(&path, &[("revoke_keys", "yes")]).await;
    let page = ada.follow(answer).await;
    assert!(
        page.text.contains("Ben is removed. 2 keys are revoked."),
        "{}",
        page.text
    );
    assert!(!page.text.contains("ben@example.com"));
    for session in [&ben, &also_ben] {
        assert_eq!(session.get("/api/open-api/keys").await.status, 401);
        assert_eq!(session.get("/settings/account").await.status, 303);
    }
    for key in [&first, &second] {
        assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    }
    assert_eq!(mine.get("/api/open/v1/projects").await.status, 200);
    assert_eq!(sign_in_with(&app, &ben.email, PASSWORD).await.status, 401);
    assert_eq!(
        app.anon().get(&link).await.status,
        410,
        "no way back by mail"
    );
    assert_eq!(ada.post_form(&path, &[]).await.status, 404);
    assert_eq!(ada.get(&path).await.status, 404);
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].recipient, "ada@example.com");
    assert_eq!(mails[0].subject, "2 API keys revoked in Oak & Partners");
    assert!(
        mails[0]
            .text
            .contains("24 November 2026, 10:00:00 UTC from 127.0.0.1")
    );
    let seen = told(&app, first_row["id"].as_str().unwrap()).await;
    // What it was used for afterwards stands behind it.
    assert!(seen.ends_with(&["key.revoked".to_owned(), "key.use_refused".to_owned()]));
    assert_eq!(told(&app, &ben_id).await.last().unwrap(), "person.removed");

    // The address can be invited again, and is somebody else then.
    let path = invited(&app, &ada, &ben.email, "member").await;
    assert_eq!(join(&app.anon(), &path, "Ben").await.status, 303);
    assert_ne!(id_of(&app, &ben.email).await, ben_id);
    assert!(
        !app.anon()
            .get("/sign-in")
            .await
            .text
            .contains("removed.invalid")
    );

    // Without the tick, keys go on.
    let cleo = app.person("Oak & Partners", "Cleo", Role::Member).await;
    let (key, _) = app.key_of(&cleo, &SCOPES).await;
    let cleo_id = id_of(&app, &cleo.email).await;
    let answer = ada
        .post_form(&format!("/settings/team/{cleo_id}/remove"), &[])
        .await;
    let page = ada.follow(answer).await;
    assert!(page.text.contains("Cleo is removed."));
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    let list = ada.get("/settings/api").await;
    assert!(
        list.text.contains("Cleo"),
        "the list still names who made it"
    );
}

#[actix_web::test]
async fn the_team_is_for_admins_and_ends_at_the_workspace() {
    let app = TestApp::start().await;
    let (ada, ben) = (app.admin().await, app.member().await);
    let eve = app.person("Elm Ltd", "Eve", Role::Admin).await;
    app.person("Elm Ltd", "Eric", Role::Admin).await;
    let path = invited(&app, &ada, "cleo@example.com", "member").await;
    let invitation = token(&path).split_once('.').unwrap().0;
    let ada_id = id_of(&app, &ada.email).await;
    let ben_id = id_of(&app, &ben.email).await;
    let actions = [
        (
            "POST",
            format!("/settings/team/invitations/{invitation}/cancel"),
        ),
        (
            "POST",
            format!("/settings/team/invitations/{invitation}/resend"),
        ),
        ("POST", format!("/settings/team/{ben_id}/role")),
        ("POST", format!("/settings/team/{ben_id}/end-sessions")),
        ("POST", format!("/settings/team/{ada_id}/end-sessions")),
        ("GET", format!("/settings/team/{ben_id}/remove")),
        ("POST", format!("/settings/team/{ben_id}/remove")),
        ("POST", format!("/settings/team/{ada_id}/remove")),
    ];
    let everything: i64 = app
        .query(|c| audit_events::table.count().get_result(c))
        .await;
    for (method, path) in &actions {
        let ask = async |user: &User, path: &str| {
            let request = user
                .request(method, path)
                .header("content-type", "application/x-www-form-urlencoded");
            user.send(request.body("role=admin")).await
        };
        let answer = ask(&ben, path).await;
        assert_eq!(answer.status, 403, "member: {method} {path}");
        assert!(answer.text.contains("<h1>Not allowed</h1>"));
        let answer = ask(&eve, path).await;
        assert_eq!(answer.status, 404, "another workspace: {method} {path}");
        let odd = path
            .replace(&ben_id, "nobody")
            .replace(&ada_id, "usr_00000000000000000000000000")
            .replace(invitation, "inv_00000000000000000000000000");
        assert_eq!(ask(&ada, &odd).await.status, 404, "nobody: {method} {odd}");
    }
    assert_eq!(ben.get("/settings/team").await.status, 403);
    let fields = [("email", "new@example.com"), ("role", "admin")];
    let answer = ben.post_form("/settings/team/invitations", &fields).await;
    assert_eq!(answer.status, 403);
    let page = eve.get("/settings/team").await;
    assert!(!page.text.contains("ada@") && !page.text.contains("cleo@"));
    assert!(
        !ben.get("/settings/account")
            .await
            .text
            .contains(r#"href="/settings/team""#)
    );

    let after: i64 = app
        .query(|c| audit_events::table.count().get_result(c))
        .await;
    assert_eq!(after, everything, "nothing refused has changed anything");
    assert_eq!(ben.get("/settings/api").await.status, 200);
    assert_eq!(app.anon().get(&path).await.status, 200);
    app.drain().await;
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn the_team_page_counts_keys_and_sessions() {
    let app = TestApp::start().await;
    let (mut ada, ben) = (app.admin().await, app.member().await);
    app.key_of(&ben, &SCOPES).await;
    app.key_of(&ben, &SCOPES).await;
    let (_, row) = app.key_of(&ben, &SCOPES).await;
    let path = format!("/api/open-api/keys/{}/revoke", row["id"].as_str().unwrap());
    ben.post_nothing(&path).await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    app.key_of(&stranger, &SCOPES).await;
    app.clock.advance(2 * 60 * MINUTE);
    let page = ada.get("/settings/team").await;
    assert!(page.text.contains("<span>2</span>") && page.text.contains("<span>0</span>"));
    assert!(page.text.contains("2 hours ago") && page.text.contains("1 session is open."));

    let ben_id = id_of(&app, &ben.email).await;
    let answer = ada
        .post_form(&format!("/settings/team/{ben_id}/end-sessions"), &[])
        .await;
    let page = ada.follow(answer).await;
    assert!(page.text.contains("Ben is signed out everywhere."));
    assert!(page.text.contains("No session is open.") && page.text.contains("Never"));
    assert_eq!(ben.get("/settings/api").await.status, 303);
    assert_eq!(told(&app, &ben_id).await.last().unwrap(), "session.ended");
    assert_eq!(
        app.sign_in(&ben).await.get("/settings/api").await.status,
        200
    );

    let ada_id = id_of(&app, &ada.email).await;
    let answer = ada
        .post_form(&format!("/settings/team/{ada_id}/end-sessions"), &[])
        .await;
    assert_eq!(answer.header("location"), "/sign-in", "oneself too");
    assert_eq!(ada.get("/settings/api").await.status, 303);
}

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
        ["session.started", "session.refused", "session.ended"]
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
