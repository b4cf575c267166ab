//! Chains of keys and their successors, and what becomes of them when one ends before it was used.

use plangrep::clock::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};

use crate::harness::{Answer, SCOPES, TestApp, User};
use crate::key_lives::id;

const KEYS: &str = "/api/open-api/keys";
const READ: &str = "/api/open/v1/projects";

/// A key with its id.
struct Made(User, String);

impl Made {
    async fn status(&self) -> u16 {
        self.0.get(READ).await.status
    }
}

fn made(app: &TestApp, answer: &Answer) -> Made {
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut user = app.anon();
    user.bearer = Some(answer.json["plaintextKey"].as_str().unwrap().to_owned());
    Made(user, id(&answer.json["key"]))
}

async fn key(app: &TestApp, person: &User) -> Made {
    let body = json!({ "label": "Takeoff", "scopes": SCOPES });
    made(app, &person.post(KEYS, body).await)
}

async fn rotate(app: &TestApp, person: &User, key: &Made, grace: &str) -> Made {
    let path = format!("{KEYS}/{}/rotate", key.1);
    made(app, &person.post(&path, json!({ "grace": grace })).await)
}

async fn revoke(person: &User, key: &Made) {
    let path = format!("{KEYS}/{}/revoke", key.1);
    assert_eq!(person.post_nothing(&path).await.status, 200);
}

async fn view(person: &User, key: &Made) -> Value {
    let answer = person.get(&format!("{KEYS}/{}", key.1)).await;
    answer.json["key"].clone()
}

#[actix_web::test]
async fn a_key_whose_successor_is_revoked_unused_is_as_it_was_before() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let end = app.clock.now().plus(10 * DAY).to_string();
    let body = json!({ "label": "Takeoff", "scopes": SCOPES, "expiresAt": end });
    let bounded = made(&app, &admin.post(KEYS, body).await);
    let endless = key(&app, &admin).await;
    for (old, own_end) in [(&bounded, json!(end)), (&endless, Value::Null)] {
        let new = rotate(&app, &admin, old, "24h").await;
        assert_ne!(view(&admin, old).await["expiresAt"], own_end);
        revoke(&admin, &new).await;
        let now = view(&admin, old).await;
        assert_eq!(now["expiresAt"], own_end);
        assert_eq!(now["replacedByKeyId"], Value::Null);
        let page = admin.get(&format!("/settings/api/keys/{}", old.1)).await;
        assert!(
            !page.text.contains("until its successor") && !page.text.contains("its successor</a>")
        );
        assert!(page.text.contains("ended before its first use"));
        assert_eq!(new.status().await, 401);
        // Once more, with the same outcome.
        let new = rotate(&app, &admin, old, "1h").await;
        revoke(&admin, &new).await;
        assert_eq!(view(&admin, old).await["expiresAt"], own_end);
    }
    app.drain().await;
    app.mails();
    for _ in 0..10 * 4 {
        assert_eq!(endless.status().await, 200);
        assert_eq!(bounded.status().await, 200);
        app.clock.advance(6 * HOUR);
        app.drain().await;
    }
    assert_eq!((bounded.status().await, endless.status().await), (401, 200));
    let told: Vec<_> = app.mails().into_iter().map(|mail| mail.subject).collect();
    assert_eq!(
        told,
        [
            "API key expires in 7 days: Takeoff",
            "API key expires tomorrow: Takeoff"
        ]
    );
}

#[actix_web::test]
async fn a_key_whose_successor_expires_unused_can_be_rotated_again() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let old = key(&app, &admin).await;
    let path = format!("{KEYS}/{}/rotate", old.1);
    let end = app.clock.now().plus(MINUTE).to_string();
    let body = json!({ "grace": "7d", "expiresAt": end });
    let short = made(&app, &admin.post(&path, body.clone()).await);
    assert_eq!(admin.post(&path, json!({})).await.status, 409);
    app.clock.advance(MINUTE);
    assert_eq!(short.status().await, 401);
    // Also before the worker has seen that it is over.
    let new = rotate(&app, &admin, &old, "24h").await;
    revoke(&admin, &new).await;
    assert_eq!(view(&admin, &old).await["expiresAt"], Value::Null);
    let end = app.clock.now().plus(MINUTE).to_string();
    let body = json!({ "grace": "7d", "expiresAt": end });
    made(&app, &admin.post(&path, body).await);
    app.clock.advance(MINUTE);
    app.drain().await;
    assert_eq!(view(&admin, &old).await["expiresAt"], Value::Null);
    app.clock.advance(8 * DAY);
    assert_eq!(old.status().await, 200);
}

#[actix_web::test]
async fn a_grace_that_is_over_stays_over() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let old = key(&app, &admin).await;
    let new = rotate(&app, &admin, &old, "1h").await;
    app.clock.advance(HOUR);
    revoke(&admin, &new).await;
    app.drain().await;
    assert_eq!((old.status().await, new.status().await), (401, 401));
}

#[actix_web::test]
async fn the_first_use_of_the_last_of_a_chain_ends_all_before_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for graces in [["7d", "now"], ["7d", "24h"], ["7d", "1h"]] {
        let first = key(&app, &admin).await;
        let second = rotate(&app, &admin, &first, graces[0]).await;
        let third = rotate(&app, &admin, &second, graces[1]).await;
        assert_eq!(first.status().await, 200, "{graces:?}");
        if graces[1] == "1h" {
            // The middle one ends by itself, whether or not the worker has seen it.
            app.clock.advance(HOUR);
        }
        app.drain().await;
        app.mails();
        assert_eq!(third.status().await, 200, "{graces:?}");
        assert_eq!(
            (first.status().await, second.status().await),
            (401, 401),
            "{graces:?}"
        );
        assert_eq!(third.status().await, 200);
        app.drain().await;
        let mails = app.mails().len();
        assert_eq!(mails, if graces[1] == "24h" { 2 } else { 1 }, "{graces:?}");
    }
}

#[actix_web::test]
async fn whichever_link_of_a_chain_is_revoked_its_neighbours_are_joined() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for revoked in 0..3 {
        let first = key(&app, &admin).await;
        let second = rotate(&app, &admin, &first, "7d").await;
        let third = rotate(&app, &admin, &second, "7d").await;
        let chain = [first, second, third];
        revoke(&admin, &chain[revoked]).await;
        let left: Vec<&Made> = (0..3)
            .filter(|number| *number != revoked)
            .map(|number| &chain[number])
            .collect();
        let heir = view(&admin, left[0]).await["replacedByKeyId"].clone();
        assert_eq!(heir, left[1].1.as_str());
        assert_eq!(left[0].status().await, 200);
        assert_eq!(left[1].status().await, 200);
        assert_eq!(left[0].status().await, 401, "{revoked}");
        let last = view(&admin, left[1]).await;
        assert_eq!(
            last["replacedByKeyId"].is_null(),
            revoked != 0 || left[1].1 == chain[2].1
        );
    }
    // The last of a chain that was cut short and revoked in its turn frees the first.
    let first = key(&app, &admin).await;
    let second = rotate(&app, &admin, &first, "7d").await;
    let third = rotate(&app, &admin, &second, "now").await;
    revoke(&admin, &third).await;
    let now = view(&admin, &first).await;
    assert_eq!(
        (&now["expiresAt"], &now["replacedByKeyId"]),
        (&Value::Null, &Value::Null)
    );
    // All at once ends all, and nothing comes back.
    rotate(&app, &admin, &first, "7d").await;
    let answer = admin.post_nothing(&format!("{KEYS}/revoke-all")).await;
    assert_eq!(answer.status, 200);
    app.drain().await;
    assert_eq!(first.status().await, 401);
}

#[actix_web::test]
async fn a_chain_that_is_ended_from_all_sides_at_once_ends_without_an_error() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for _ in 0..5 {
        let first = key(&app, &admin).await;
        let second = rotate(&app, &admin, &first, "7d").await;
        let third = rotate(&app, &admin, &second, "7d").await;
        let uses = async || {
            let each = [&first, &second, &third, &third, &second, &first];
            futures_util::future::join_all(each.map(Made::status)).await
        };
        let (used, again, _, _, all) = futures_util::join!(
            uses(),
            uses(),
            revoke(&admin, &second),
            revoke(&admin, &first),
            admin.post_nothing("/api/open-api/keys/revoke-all"),
        );
        assert_eq!(all.status, 200);
        for status in used.into_iter().chain(again) {
            assert!(matches!(status, 200 | 401), "{status}");
        }
        for key in [&first, &second, &third] {
            assert_eq!(key.status().await, 401);
        }
    }
}

#[actix_web::test]
async fn a_page_says_which_key_replaces_which() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let old = key(&app, &admin).await;
    let new = rotate(&app, &admin, &old, "7d").await;
    for (key, words, other) in [(&old, "Replaced by", &new), (&new, "Replaces", &old)] {
        let page = admin.get(&format!("/settings/api/keys/{}", key.1)).await;
        let prefix = &other.0.bearer.as_ref().unwrap()[..13];
        let link = format!(
            "{words} <a href=\"/settings/api/keys/{}\"><code translate=\"no\">{prefix}…</code></a>",
            other.1
        );
        assert!(page.text.contains(&link), "{}", page.text);
    }
    // In a sentence, a time keeps its small letter.
    let css = app.anon().get("/static/app.css").await;
    assert!(css.text.contains("> time:not(.sub)::first-letter"));
}
