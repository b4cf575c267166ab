//! What happens to a key between its making and its end: rotation, networks, policy, counts,
//! expiry and limits.

use diesel::prelude::*;
use plangrep::accounts::Role;
use plangrep::clock::{DAY, HOUR, MINUTE, SECOND};
use plangrep::db::schema::{api_keys, audit_events, key_uses, workspaces};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, SCOPES, TestApp, User};

const KEYS: &str = "/api/open-api/keys";
const READ: &str = "/api/open/v1/projects";

pub fn id(key: &Value) -> String {
    key["id"].as_str().unwrap().to_owned()
}

fn with_key(app: &TestApp, answer: &crate::harness::Answer) -> User {
    let mut user = app.anon();
    user.bearer = Some(answer.json["plaintextKey"].as_str().unwrap().to_owned());
    user
}

async fn actions(app: &TestApp, subject: &str) -> Vec<String> {
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

#[actix_web::test]
async fn a_key_reads_itself_and_no_secret() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for scope in SCOPES {
        let (key, row) = app.key_of(&admin, &[scope]).await;
        let answer = key.get("/api/open/v1/key").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json["key"]["id"], row["id"]);
        assert_eq!(answer.json["key"]["scopes"], json!([scope]));
        assert!(!answer.text.contains(&key.bearer.unwrap()[13..]));
    }
}

#[actix_web::test]
async fn a_rotated_key_works_until_its_successor_is_used() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let expires_at = app.clock.now().plus(90 * DAY).to_string();
    let body = json!({
        "label": "Takeoff", "scopes": ["jobs:read"], "expiresAt": expires_at,
        "allowedNetworks": ["127.0.0.0/8"],
    });
    let made = admin.post(KEYS, body).await;
    let (old, old_id) = (with_key(&app, &made), id(&made.json["key"]));
    app.clock.advance(10 * MINUTE);
    let path = format!("{KEYS}/{old_id}/rotate");
    let rotated = admin.post(&path, json!({ "grace": "7d" })).await;
    assert_eq!(rotated.status, 201, "{}", rotated.text);
    assert_eq!(rotated.header("cache-control"), "no-store");
    let key = &rotated.json["key"];
    assert_eq!(key["label"], "Takeoff");
    assert_eq!(key["scopes"], json!(["jobs:read"]));
    assert_eq!(key["allowedNetworks"], json!(["127.0.0.0/8"]));
    assert_eq!(
        key["expiresAt"],
        app.clock.now().plus(90 * DAY).to_string(),
        "as long a life as before"
    );
    let replaced = &rotated.json["replacedKey"];
    assert_eq!(replaced["replacedByKeyId"], key["id"]);
    assert_eq!(
        replaced["expiresAt"],
        app.clock.now().plus(7 * DAY).to_string()
    );
    // Once more is refused: it has a successor.
    let again = admin.post(&path, json!({})).await;
    assert_eq!((again.status, again.code()), (409, "key_not_active"));

    app.drain().await;
    app.mails();
    assert_eq!(old.get(READ).await.status, 200, "still in use");
    let new = with_key(&app, &rotated);
    assert_eq!(new.get(READ).await.status, 200);
    assert_eq!(
        old.get(READ).await.status,
        401,
        "from the very next request"
    );
    assert_eq!(new.get(READ).await.status, 200);
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "API key replaced: Takeoff");
    assert_eq!(
        actions(&app, &old_id).await[..3],
        ["key.created", "key.rotated", "key.used_from_new_network"]
    );
    assert!(
        actions(&app, &old_id)
            .await
            .contains(&"key.revoked".to_owned())
    );
}

#[actix_web::test]
async fn a_rotated_key_ends_at_the_chosen_time_or_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (old, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/rotate", id(&row));
    let rotated = admin.post(&path, json!({ "grace": "1h" })).await;
    app.clock.advance(HOUR - 1);
    assert_eq!(old.get(READ).await.status, 200);
    app.clock.advance(1);
    assert_eq!(old.get(READ).await.status, 401);
    // The successor's first use has nothing left to end.
    let new = with_key(&app, &rotated);
    assert_eq!(new.get(READ).await.status, 200);
    let admin = app.sign_in(&admin).await;
    let path = format!("{KEYS}/{}/rotate", id(&rotated.json["key"]));
    let answer = admin.post(&path, json!({ "grace": "now" })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(new.get(READ).await.status, 401);
    assert_eq!(with_key(&app, &answer).get(READ).await.status, 200);
    for (body, field) in [
        (json!({ "grace": "soon" }), "grace"),
        (json!({ "expiresAt": "soon" }), "expiresAt"),
    ] {
        let path = format!("{KEYS}/{}/rotate", id(&answer.json["key"]));
        let answer = admin.post(&path, body).await;
        assert_eq!(answer.status, 400);
        assert!(answer.message().contains(field));
    }
}

#[actix_web::test]
async fn of_two_rotations_at_once_one_makes_a_successor() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (_, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/rotate", id(&row));
    let rotate = async |_: usize| admin.post(&path, json!({})).await.status;
    let mut answers = futures_util::future::join_all((0..8).map(rotate)).await;
    answers.sort_unstable();
    assert_eq!(answers, [201, 409, 409, 409, 409, 409, 409, 409]);
    let keys = admin.get(KEYS).await.json["keys"].as_array().unwrap().len();
    assert_eq!(keys, 2);
}

#[actix_web::test]
async fn members_change_only_their_own_keys() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (_, theirs) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}", id(&theirs));
    let rename = || json!({ "label": "Mine" });
    let answer = member
        .send(member.request("PATCH", &path).json(&rename()))
        .await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden"));
    let answer = member.post(&format!("{path}/rotate"), json!({})).await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden"));
    for page in ["edit", "rotate"] {
        let fields = [("label", "x"), ("grace", "now"), ("expiry", "same")];
        let path = format!("/settings/api/keys/{}/{page}", id(&theirs));
        assert_eq!(member.post_form(&path, &fields).await.status, 403, "{page}");
    }
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    let answer = stranger
        .send(stranger.request("PATCH", &path).json(&rename()))
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(
        stranger
            .post(&format!("{path}/rotate"), json!({}))
            .await
            .status,
        404
    );
    let answer = admin
        .send(admin.request("PATCH", &path).json(&rename()))
        .await;
    assert_eq!(answer.json["key"]["label"], "Mine");
    assert_eq!(
        actions(&app, &id(&theirs)).await,
        ["key.created", "key.changed"]
    );
}

#[actix_web::test]
async fn outside_its_networks_a_key_gets_the_same_401() {
    let app = TestApp::start_with(|settings| {
        settings.trusted_proxies = Some("127.0.0.1".to_owned());
    })
    .await;
    let admin = app.admin().await;
    let body = json!({
        "label": "Office", "scopes": ["jobs:read"],
        "allowedNetworks": ["203.0.113.0/24", "2001:db8::/32"],
    });
    let made = admin.post(KEYS, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let key = with_key(&app, &made);
    let unknown = {
        let mut user = app.anon();
        user.bearer = Some("pgk_live_0000000000000000000000000000000028HM0x".to_owned());
        user.get(READ).await
    };
    let from = |ip: &'static str| {
        let request = key.request("GET", READ).header("x-forwarded-for", ip);
        key.send(request)
    };
    for ip in ["203.0.113.9", "2001:db8::1", "::ffff:203.0.113.7"] {
        assert_eq!(from(ip).await.status, 200, "{ip}");
    }
    for ip in ["203.0.114.9", "2001:db9::1", "198.51.100.1", "rubbish"] {
        let answer = from(ip).await;
        assert_eq!(answer.status, 401, "{ip}");
        assert_eq!(answer.bytes, unknown.bytes, "the same bytes");
    }
    app.drain().await;
    // Refusals are counted and stand in the key's history, and are no last use.
    let page = admin
        .get(&format!("/settings/api/keys/{}", id(&made.json["key"])))
        .await;
    assert!(
        page.text.contains("outside the key’s networks"),
        "{}",
        page.text
    );
    let list = admin.get(KEYS).await;
    assert_eq!(list.json["keys"][0]["lastUsedIp"], "203.0.113.7");
    for network in ["example.com", "10.0.0.0/33", "", " ", ","] {
        let body = json!({ "label": "x", "scopes": ["jobs:read"], "allowedNetworks": [network] });
        let answer = admin.post(KEYS, body).await;
        assert_eq!(answer.status, 400);
        assert!(answer.message().contains("allowedNetworks"));
    }
}

#[actix_web::test]
async fn the_policy_bounds_new_keys_and_tells_of_them() {
    let app = TestApp::start().await;
    app.admin().await;
    let member = app.member().await;
    app.query(|c| {
        diesel::update(workspaces::table)
            .set((
                workspaces::longest_key_life_days.eq(60),
                workspaces::mail_on_key_creation.eq(true),
            ))
            .execute(c)
    })
    .await;
    for body in [
        json!({ "label": "a", "scopes": ["jobs:read"] }),
        json!({ "label": "a", "scopes": ["jobs:read"], "expiresAt": app.clock.now().plus(61 * DAY).to_string() }),
    ] {
        let answer = member.post(KEYS, body).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
        assert!(answer.message().contains("60 days"), "{}", answer.message());
    }
    let form = [
        ("label", "Nightly"),
        ("scopes", "jobs:read"),
        ("expiry", "never"),
    ];
    let answer = member.post_form("/settings/api/keys", &form).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("at most 60 days"), "{}", answer.text);
    app.drain().await;
    assert!(app.mails().is_empty(), "nothing was made");

    let body = json!({ "label": "Nightly", "scopes": ["jobs:read"], "expiresAt": app.clock.now().plus(60 * DAY).to_string() });
    let made = member.post(KEYS, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    app.drain().await;
    let mails = app.mails();
    let mut told: Vec<_> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["ada@example.com", "ben@example.com"]);
    let plain = made.json["plaintextKey"].as_str().unwrap();
    for mail in &mails {
        assert_eq!(mail.subject, "API key created: Nightly");
        assert!(!mail.text.contains(&plain[13..]) && !mail.html.contains(&plain[13..]));
    }
    // A successor keeps to it too.
    let path = format!("{KEYS}/{}/rotate", id(&made.json["key"]));
    let rotated = member.post(&path, json!({})).await;
    assert_eq!(
        rotated.json["key"]["expiresAt"],
        app.clock.now().plus(60 * DAY).to_string()
    );
}

#[actix_web::test]
async fn an_end_is_told_seven_days_and_one_day_before_once_each() {
    let app = TestApp::start().await;
    let member = app.member().await;
    app.admin().await;
    let end = app.clock.now().plus(30 * DAY).to_string();
    let body = json!({ "label": "Nightly", "scopes": ["jobs:read"], "expiresAt": end });
    let made = member.post(KEYS, body).await;
    let key_id = id(&made.json["key"]);
    let short = app.clock.now().plus(2 * DAY).to_string();
    let body = json!({ "label": "Short", "scopes": ["jobs:read"], "expiresAt": short });
    assert_eq!(member.post(KEYS, body).await.status, 201);
    let mut told = Vec::new();
    for _ in 0..31 * 4 {
        app.drain().await;
        app.drain().await;
        told.extend(app.mails());
        app.clock.advance(6 * HOUR);
    }
    let subjects: Vec<_> = told.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "API key expires tomorrow: Short",
            "API key expires in 7 days: Nightly",
            "API key expires tomorrow: Nightly",
        ],
        "a key that was made for two days gets no notice of seven"
    );
    assert!(told.iter().all(|mail| mail.recipient == member.email));
    let link = format!("{}/settings/api/new?successor_of={key_id}", app.url);
    assert!(told[1].text.contains(&link), "{}", told[1].text);
    assert_eq!(actions(&app, &key_id).await, ["key.created", "key.expired"]);
    let member = app.sign_in(&member).await;
    let form = member
        .get(&format!("/settings/api/new?successor_of={key_id}"))
        .await;
    assert!(form.text.contains(r#"value="Nightly""#));
    assert!(form.text.contains(r#"value="jobs:read""#) && form.text.contains("checked"));
}

#[actix_web::test]
async fn the_creator_is_told_of_a_new_network_once() {
    let app = TestApp::start_with(|settings| {
        settings.trusted_proxies = Some("127.0.0.1".to_owned());
    })
    .await;
    let member = app.member().await;
    app.admin().await;
    let (key, row) = app.key_of(&member, &SCOPES).await;
    for (ip, told) in [
        ("203.0.113.9", 0),
        ("203.0.113.200", 0),
        ("198.51.100.1", 1),
        ("198.51.100.1", 0),
        ("203.0.113.9", 0),
        ("2001:db8::1", 1),
    ] {
        let request = key.request("GET", READ).header("x-forwarded-for", ip);
        assert_eq!(key.send(request).await.status, 200);
        app.drain().await;
        app.drain().await;
        let mails = app.mails();
        assert_eq!(mails.len(), told, "{ip}");
        for mail in mails {
            assert_eq!(mail.recipient, member.email);
            assert!(mail.text.contains(ip), "{}", mail.text);
            assert!(
                mail.text
                    .contains(&format!("{}/settings/api/keys/", app.url))
            );
        }
    }
    let (subject, unnamed) = (id(&row), audit_events::request_id.is_null());
    let unnamed: i64 = app
        .query(move |c| {
            audit_events::table
                .filter(audit_events::subject_id.eq(subject))
                .filter(unnamed)
                .count()
                .get_result(c)
        })
        .await;
    assert_eq!(unnamed, 0, "each leads back to its request");
    let seen = actions(&app, &id(&row)).await;
    assert_eq!(
        seen.iter()
            .filter(|action| *action == "key.used_from_new_network")
            .count(),
        3
    );
}

#[actix_web::test]
async fn requests_are_counted_by_day_route_and_outcome() {
    let app = TestApp::start_with(|settings| settings.rate_limit = Some("6".to_owned())).await;
    let admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &["jobs:read"]).await;
    for _ in 0..3 {
        assert_eq!(key.get(READ).await.status, 200);
    }
    let refused = key.post(READ, json!({ "name": "x" })).await;
    assert_eq!(refused.code(), "insufficient_scope");
    assert_eq!(key.get("/api/open/v1/key").await.status, 200);
    let wrong_method = key.send(key.request("DELETE", READ)).await;
    assert_eq!(wrong_method.status, 405);
    let limited = key.get(READ).await;
    assert_eq!((limited.status, limited.code()), (429, "rate_limited"));
    app.drain().await;
    let key_id = id(&row);
    let rows: Vec<(String, i64, i64, i64)> = app
        .query(move |c| {
            key_uses::table
                .filter(key_uses::key_id.eq(key_id))
                .order(key_uses::route)
                .select((
                    key_uses::route,
                    key_uses::answered,
                    key_uses::scope_refused,
                    key_uses::rate_limited,
                ))
                .load(c)
        })
        .await;
    let of = |route: &str| {
        let row = rows.iter().find(|row| row.0 == route).unwrap();
        (row.1, row.2, row.3)
    };
    assert_eq!(of("GET /api/open/v1/projects"), (3, 0, 1));
    assert_eq!(of("POST /api/open/v1/projects"), (0, 1, 0));
    assert_eq!(of("GET /api/open/v1/key"), (1, 0, 0));
    assert_eq!(rows.len(), 3, "there is no DELETE to count");
    let list = admin.get("/settings/api").await;
    assert!(
        list.text
            .contains("6 requests in 30 days: 4 answered, 1 refused for scope, 1 rate-limited"),
        "{}",
        list.text
    );
    let page = admin.get(&format!("/settings/api/keys/{}", id(&row))).await;
    for words in [
        "POST /api/open/v1/projects",
        "Refused for a missing scope",
        "first use, from 127.0.0.0/24",
        "Created",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
}

#[actix_web::test]
async fn a_key_has_a_rate_and_is_told_of_it() {
    let app = TestApp::start_with(|settings| settings.rate_limit = Some("60".to_owned())).await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let (other, _) = app.key_of(&admin, &SCOPES).await;
    let first = key.get(READ).await;
    assert_eq!(first.header("ratelimit-policy"), r#""key";q=60;w=60"#);
    assert_eq!(first.header("ratelimit"), r#""key";r=59;t=1"#);
    for _ in 0..59 {
        assert_eq!(key.get(READ).await.status, 200);
    }
    let limited = key.get(READ).await;
    assert_eq!((limited.status, limited.code()), (429, "rate_limited"));
    assert_eq!(limited.header("retry-after"), "1");
    assert_eq!(limited.header("ratelimit"), r#""key";r=0;t=60"#);
    assert_eq!(other.get(READ).await.status, 200, "each key has its own");
    app.clock.advance(SECOND);
    assert_eq!(key.get(READ).await.status, 200);
    assert_eq!(key.get(READ).await.status, 429);
}

#[actix_web::test]
async fn a_flood_of_wrong_keys_is_slowed_and_good_ones_are_not() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let mut wrong = app.anon();
    wrong.bearer = Some("pgk_live_0000000000000000000000000000000028HM0x".to_owned());
    for _ in 0..300 {
        assert_eq!(wrong.get(READ).await.status, 401);
    }
    let slowed = wrong.get(READ).await;
    assert_eq!((slowed.status, slowed.code()), (429, "rate_limited"));
    assert!(!slowed.header("retry-after").is_empty());
    assert_eq!(key.get(READ).await.status, 200);
    app.clock.advance(MINUTE);
    assert_eq!(wrong.get(READ).await.status, 401);
}

#[actix_web::test]
async fn an_old_sign_in_must_be_confirmed_for_what_weighs_much() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &SCOPES).await;
    app.clock.advance(15 * MINUTE);
    let body = json!({ "label": "a", "scopes": ["jobs:read"] });
    for path in [
        KEYS.to_owned(),
        format!("{KEYS}/revoke-all"),
        format!("{KEYS}/{}/rotate", id(&row)),
    ] {
        let body = match path.ends_with("rotate") {
            true => json!({}),
            false => body.clone(),
        };
        let answer = admin.post(&path, body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "password_required"),
            "{path}"
        );
    }
    let new = [
        ("label", "Typed already"),
        ("scopes", "jobs:read"),
        ("expiry", "30d"),
    ];
    let rotate = [("grace", "now"), ("expiry", "same")];
    let rotate_path = format!("/settings/api/keys/{}/rotate", id(&row));
    for (path, fields) in [
        ("/settings/api/keys", &new[..]),
        (rotate_path.as_str(), &rotate[..]),
        ("/settings/api/revoke-all", &[]),
    ] {
        for wrong in ["", "not the password"] {
            let mut fields = fields.to_vec();
            fields.push(("current_password", wrong));
            let answer = admin.post_form(path, &fields).await;
            assert_eq!(answer.status, 400, "{path}");
            assert!(answer.text.contains("current_password"), "{path}");
            assert!(!answer.text.contains("pgk_live_") || path != "/settings/api/keys");
        }
    }
    assert_eq!(key.get(READ).await.status, 200, "nothing was revoked");
    let keys = admin.get(KEYS).await.json["keys"].as_array().unwrap().len();
    assert_eq!(keys, 1, "nothing was made");
    // Revoking one needs no more than a sign-in: it must be quick.
    let mut fields = new.to_vec();
    fields.push(("current_password", PASSWORD));
    let answer = admin.post_form("/settings/api/keys", &fields).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut admin = admin;
    admin.cookie = answer.session_cookie();
    let answer = admin.post(KEYS, body).await;
    assert_eq!(answer.status, 201, "confirmed for the next 15 minutes");
}

#[actix_web::test]
async fn a_thousand_keys_come_in_pages() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (_, row) = app.key_of(&admin, &SCOPES).await;
    let template: Vec<(String, String)> = app
        .query(|c| {
            api_keys::table
                .select((api_keys::workspace_id, api_keys::created_by_user_id))
                .load(c)
        })
        .await;
    let (workspace, user) = template[0].clone();
    let start = app.clock.now();
    app.query(move |c| {
        for number in 0..1_000_i64 {
            diesel::insert_into(api_keys::table)
                .values((
                    (
                        api_keys::id.eq(format!("key_{number:026}")),
                        api_keys::workspace_id.eq(&workspace),
                        api_keys::created_by_user_id.eq(&user),
                        api_keys::label.eq(format!("Übergabe {number:04}")),
                        api_keys::label_folded.eq(format!("übergabe {number:04}")),
                        api_keys::key_prefix.eq(format!("pgk_live_{number:04}")),
                        api_keys::digest.eq(format!("{number:064}")),
                        api_keys::hash_version.eq("v1"),
                        api_keys::secret_fingerprint.eq("x"),
                        api_keys::scopes.eq("jobs:read artifacts:read jobs:write"),
                    ),
                    (
                        api_keys::created_at.eq(start.plus(-number * HOUR)),
                        api_keys::expires_at
                            .eq((number % 3 == 0).then_some(start.plus((number - 100) * DAY))),
                        api_keys::revoked_at.eq((number % 5 == 0).then_some(start)),
                        api_keys::networks.eq(""),
                        api_keys::expiry_told.eq(3),
                    ),
                ))
                .execute(c)?;
            for day in 0..30 {
                diesel::insert_into(key_uses::table)
                    .values((
                        key_uses::key_id.eq(format!("key_{number:026}")),
                        key_uses::day.eq(start.0 / DAY - day),
                        key_uses::route.eq("GET /api/open/v1/projects"),
                        key_uses::answered.eq(1 + (number * 7 + day * 13) % 900),
                        key_uses::scope_refused.eq(day % 3),
                        key_uses::rate_limited.eq(day % 2),
                        key_uses::refused.eq(0),
                    ))
                    .execute(c)?;
            }
        }
        Ok(())
    })
    .await;
    let first = admin.get("/settings/api").await;
    assert_eq!(first.status, 200);
    assert!(first.bytes.len() < 60_000, "{} bytes", first.bytes.len());
    assert!(first.text.contains("1,001"), "{}", first.text.len());
    assert!(first.text.contains(row["keyPrefix"].as_str().unwrap()));
    let mut seen = std::collections::HashSet::new();
    let mut next = Some("/settings/api".to_owned());
    while let Some(path) = next {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.bytes.len() < 60_000, "{path}: {}", page.bytes.len());
        for part in page.text.split("href=\"/settings/api/keys/").skip(1) {
            seen.insert(part[..30].to_owned());
        }
        next = page.text.split("rel=\"next\" href=\"").nth(1).map(|rest| {
            rest.split('"')
                .next()
                .unwrap()
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        });
    }
    assert_eq!(seen.len(), 1_001, "each key on one page");
    for (query, words, not) in [
        ("q=%C3%9CBERGABE+0007", "Übergabe 0007", "Übergabe 0008"),
        ("q=pgk_live_0042", "Übergabe 0042", "Übergabe 0043"),
        (
            "status=revoked&sort=label",
            "Übergabe 0000",
            "Übergabe 0001",
        ),
        ("status=expired", "Übergabe 0006", "Übergabe 0001"),
        ("q=%25", "No key matches", "Übergabe 0001"),
        ("q=nothing", "No key matches", "Übergabe 0001"),
        ("sort=expires", "Übergabe 0003", "Übergabe 0000"),
    ] {
        let page = admin.get(&format!("/settings/api?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.text.contains(words), "{query}: {words}");
        assert!(!page.text.contains(not), "{query}: {not}");
    }
    for query in [
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=x",
        "q=%00",
        "status=x&sort=y",
    ] {
        let page = admin.get(&format!("/settings/api?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
    }
    for (query, shown, previous) in [
        (
            "page=400",
            "<p class=\"num\">1,001–1,001 of 1,001</p>",
            "page=50\"",
        ),
        ("page=9999&status=expired", " of 27</p>", "page=1\""),
    ] {
        let page = admin.get(&format!("/settings/api?{query}")).await;
        assert!(page.text.contains(shown), "{query}: {}", page.text);
        assert!(page.text.contains("key-label"), "{query}");
        assert!(
            page.text.contains(previous) || query.contains("status"),
            "{query}"
        );
    }
}
