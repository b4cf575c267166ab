//! Invitations, roles, and leaving.

use diesel::prelude::*;
use plangrep::accounts::Role;
use plangrep::clock::{DAY, MINUTE, SECOND};
use plangrep::db::schema::{audit_events, invitations, mail_outbox, users};
use plangrep::mail::Sent;

use crate::harness::{Answer, PASSWORD, SCOPES, TestApp, User};

pub const OTHER: &str = "gravel-lantern-onion-77";

pub async fn id_of(app: &TestApp, email: &str) -> String {
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
pub async fn told(app: &TestApp, subject: &str) -> Vec<String> {
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

pub async fn admins(app: &TestApp) -> i64 {
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
pub fn link(app: &TestApp, mail: &Sent) -> String {
    let start = mail.text.find(&app.url).unwrap();
    let url = mail.text[start..].split_whitespace().next().unwrap();
    assert!(mail.html.contains(url));
    assert!(!mail.text.contains(".invalid"));
    url.strip_prefix(&app.url).unwrap().to_owned()
}

pub fn token(path: &str) -> &str {
    path.split_once("?token=").unwrap().1
}

/// Everything that waits is done; the mails of it to an address.
pub async fn mails_to(app: &TestApp, email: &str) -> Vec<Sent> {
    app.drain().await;
    let mails = app.mails();
    mails
        .into_iter()
        .filter(|mail| mail.recipient == email)
        .collect()
}

/// Invites an address; the path of the link.
pub async fn invited(app: &TestApp, admin: &User, email: &str, role: &str) -> String {
    let fields = [("email", email), ("role", role)];
    let answer = admin.post_form("/settings/team/invitations", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let mails = mails_to(app, email).await;
    assert_eq!(mails.len(), 1);
    link(app, &mails[0])
}

pub async fn join(user: &User, path: &str, name: &str) -> Answer {
    let fields = [
        ("token", token(path)),
        ("name", name),
        ("password", PASSWORD),
    ];
    user.post_form("/join", &fields).await
}

pub async fn ask_reset(app: &TestApp, email: &str) -> Answer {
    app.anon()
        .post_form("/forgot-password", &[("email", email)])
        .await
}

pub async fn reset(app: &TestApp, path: &str, password: &str) -> Answer {
    let fields = [("token", token(path)), ("password", password)];
    app.anon().post_form("/reset-password", &fields).await
}

pub async fn sign_in_with(app: &TestApp, email: &str, password: &str) -> Answer {
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
async fn an_invitation_of_someone_who_was_removed_is_dead() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let second = app.person("Oak & Partners", "Sam", Role::Admin).await;
    let theirs = invited(&app, &second, "cleo@example.com", "member").await;
    let ours = invited(&app, &admin, "dora@example.com", "member").await;
    let remove = format!(
        "/settings/team/{}/remove",
        id_of(&app, "sam@example.com").await
    );
    assert_eq!(admin.post_form(&remove, &[]).await.status, 303);
    let anon = app.anon();
    assert_eq!(anon.get(&theirs).await.status, 410);
    assert_eq!(join(&anon, &theirs, "Cleo").await.status, 410);
    assert_eq!(anon.get(&ours).await.status, 200);
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
        (
            "\"x y\"@z.example",
            "member",
            400,
            "Email must be a mail address",
        ),
        (
            "inv5@[127.0.0.1]",
            "member",
            400,
            "Email must be a mail address",
        ),
        (
            "inv4@example.com\u{200b}",
            "member",
            400,
            "Email must be a mail address",
        ),
        (
            "inv\u{200b}4@example.com",
            "member",
            400,
            "Email must be a mail address",
        ),
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
