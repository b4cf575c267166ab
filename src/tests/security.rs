//! What a careful reviewer tries, beside the other suites: several processes at once, races, and
//! what logs and mails give away.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use diesel::prelude::*;
use plangrep::db::schema::{api_keys, mail_outbox};
use serde_json::json;

use crate::command_line::{Place, Server};
use crate::harness::{PASSWORD, SCOPES, TestApp, client};

const KEYS: &str = "/api/open-api/keys";

#[actix_web::test]
async fn a_revoked_key_is_refused_by_every_process_on_open_connections_too() {
    let place = Place::new();
    let plain = place.ada_and_key(&["jobs:read"]);
    let settings = [("PLANGREP_RATE_LIMIT", "0"), ("PLANGREP_LOG", "error")];
    let servers = [
        Server::start_with(&place, &settings),
        Server::start_with(&place, &settings),
    ];
    let client = client()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(400)
        .build()
        .unwrap();
    let url = &servers[0].1;
    let form = format!("email=ada%40example.com&password={PASSWORD}");
    let signed_in = client
        .post(format!("{url}/sign-in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let list: serde_json::Value = client
        .get(format!("{url}{KEYS}"))
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = list["keys"][0]["id"].as_str().unwrap().to_owned();

    let revoked = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for number in 0..300 {
        let (client, plain) = (client.clone(), plain.clone());
        let (revoked, answered) = (revoked.clone(), answered.clone());
        let url = format!("{}/api/open/v1/projects", servers[number % 2].1);
        tasks.push(actix_web::rt::spawn(async move {
            let mut after = 0;
            // Until three requests have begun after the revocation was acknowledged.
            while after < 3 {
                let began_after = revoked.load(Ordering::SeqCst);
                let answer = client.get(&url).bearer_auth(&plain).send().await.unwrap();
                let status = answer.status().as_u16();
                answer.bytes().await.unwrap();
                if began_after {
                    assert!(matches!(status, 401 | 429), "{status} after the revocation");
                    after += 1;
                } else if status == 200 {
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            }
        }));
    }
    while answered.load(Ordering::SeqCst) < 600 {
        actix_web::rt::task::yield_now().await;
    }
    let answer = client
        .post(format!("{url}{KEYS}/{id}/revoke"))
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    revoked.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
}

#[actix_web::test]
async fn keys_made_while_all_are_revoked_are_either_revoked_or_work() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for _ in 0..5 {
        app.key_of(&admin, &SCOPES).await;
    }
    let make = async |_: usize| app.key_of(&admin, &SCOPES).await;
    let (mut made, revoked) = futures_util::join!(
        futures_util::future::join_all((0..20).map(make)),
        admin.post_nothing("/api/open-api/keys/revoke-all"),
    );
    assert_eq!(revoked.status, 200);
    made.push(app.key_of(&admin, &SCOPES).await);
    let dead: Vec<_> = revoked.json["keys"].as_array().unwrap().clone();
    assert!(dead.len() >= 5);
    for (key, row) in &made {
        let is_dead = dead.iter().any(|dead| dead["id"] == row["id"]);
        let status = key.get("/api/open/v1/projects").await.status;
        assert_eq!(status, if is_dead { 401 } else { 200 });
    }
    let (last, _) = made.last().unwrap();
    assert_eq!(last.get("/api/open/v1/projects").await.status, 200);
}

#[actix_web::test]
async fn one_person_makes_so_many_keys_an_hour() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (_, row) = app.key_of(&admin, &SCOPES).await;
    let id = row["id"].as_str().unwrap().to_owned();
    app.query(move |c| {
        let (workspace, user, at): (String, String, i64) = api_keys::table
            .filter(api_keys::id.eq(id))
            .select((
                api_keys::workspace_id,
                api_keys::created_by_user_id,
                api_keys::created_at,
            ))
            .first(c)?;
        for number in 0..499 {
            diesel::insert_into(api_keys::table)
                .values((
                    api_keys::id.eq(format!("key_{number:026}")),
                    api_keys::workspace_id.eq(&workspace),
                    api_keys::created_by_user_id.eq(&user),
                    api_keys::label.eq("x"),
                    api_keys::label_folded.eq("x"),
                    api_keys::key_prefix.eq("pgk_live_0000"),
                    api_keys::digest.eq(format!("{number:064}")),
                    api_keys::hash_version.eq("v1"),
                    api_keys::secret_fingerprint.eq("x"),
                    api_keys::scopes.eq("jobs:read"),
                    api_keys::created_at.eq(at),
                    api_keys::networks.eq(""),
                    api_keys::expiry_told.eq(0),
                ))
                .execute(c)?;
        }
        Ok(())
    })
    .await;
    let body = json!({ "label": "a", "scopes": ["jobs:read"] });
    let answer = admin.post(KEYS, body.clone()).await;
    assert_eq!((answer.status, answer.code()), (422, "limit_exceeded"));
    app.clock.advance(plangrep::clock::HOUR);
    let admin = app.sign_in(&admin).await;
    assert_eq!(admin.post(KEYS, body).await.status, 201);
}

#[actix_web::test]
async fn links_of_mails_lead_to_the_configured_address_whatever_host_is_sent() {
    let app = TestApp::start_with(|settings| {
        settings.base_url = Some("https://plans.example.com".to_owned());
    })
    .await;
    let admin = app.admin().await;
    let (_, row) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/revoke", row["id"].as_str().unwrap());
    let request = admin
        .request("POST", &path)
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example");
    assert_eq!(admin.send(request).await.status, 200);
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    for body in [&mails[0].text, &mails[0].html] {
        assert!(!body.contains("evil"), "{body}");
        for link in body.split("http").skip(1) {
            assert!(link.starts_with("s://plans.example.com/"), "{link}");
        }
    }
    let waiting: i64 = app
        .query(|c| {
            mail_outbox::table
                .filter(mail_outbox::sent_at.is_null())
                .count()
                .get_result(c)
        })
        .await;
    assert_eq!(waiting, 0);
}

#[actix_web::test]
async fn the_log_holds_no_key_and_no_line_that_a_stranger_wrote() {
    for format in ["text", "json"] {
        let place = Place::new();
        let plain = place.ada_and_key(&["jobs:read"]);
        let mut server = Server::start_with(
            &place,
            &[("PLANGREP_LOG", "trace"), ("PLANGREP_LOG_FORMAT", format)],
        );
        let client = client().build().unwrap();
        let url = server.1.clone();
        for (path, key) in [
            ("/api/open/v1/projects", plain.as_str()),
            ("/api/open/v1/projects?access_token=", plain.as_str()),
            ("/api/open/v1/jobs/%0d%0aINFO%20forged", plain.as_str()),
            (&format!("/api/open/v1/jobs/{plain}"), plain.as_str()),
            (&format!("/{}", plain.replace('_', "%5F")), plain.as_str()),
            ("/api/open/v1/jobs/%1b[31mred", "pgk_live_wrong"),
        ] {
            let query = if path.ends_with('=') { key } else { "" };
            let answer = client
                .get(format!("{url}{path}{query}"))
                .bearer_auth(key)
                .header("user-agent", "a\tforged")
                .header("x-request-id", "forged id")
                .send()
                .await
                .unwrap();
            assert!(answer.status().as_u16() < 500);
        }
        let method = reqwest::Method::from_bytes(plain.as_bytes()).unwrap();
        for request in [client.get(&url), client.request(method, &url)] {
            let answer = request.header("x-request-id", &plain).send().await.unwrap();
            assert!(answer.status().as_u16() < 500);
        }
        let mut log = server.0.stderr.take().unwrap();
        drop(server);
        let mut written = String::new();
        log.read_to_string(&mut written).unwrap();
        assert!(written.contains("/api/open/v1/projects"), "{written}");
        assert!(!written.contains(&plain[13..]), "a key is in the log");
        for line in written.lines() {
            let begins = line.starts_with("20") || line.starts_with('{');
            assert!(begins && !line.contains('\u{1b}'), "{line:?}");
        }
    }
}
