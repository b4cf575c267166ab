//! The life of jobs beside their reading: cancel, resume, forget, expire; lists; idempotency;
//! events; downloads that work once.

use std::collections::BTreeSet;

use diesel::prelude::*;
use futures_util::StreamExt;
use futures_util::future::join_all;
use plangrep::clock::{DAY, MINUTE};
use plangrep::db::schema::{download_tokens, files, job_transitions, jobs, pages, workspaces};
use serde_json::{Value, json};

use crate::harness::{TestApp, User, fixture, one_file, slow_body};
use crate::receiver::{Receiver, Reply};

const JOBS: &str = "/api/open/v1/jobs";

/// A job with one file, completed but not run.
async fn completed(app: &TestApp, key: &User, name: &str) -> String {
    let job = app.job(key).await;
    let answer = key.upload(&job, one_file(name, fixture(name))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = key
        .post_nothing(&format!("{JOBS}/{job}/uploads/complete"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    job
}

async fn status(key: &User, job: &str) -> Value {
    key.get(&format!("{JOBS}/{job}")).await.json["job"]["status"].clone()
}

/// Whether any bytes of a job are stored.
fn has_bytes(app: &TestApp, job: &str) -> bool {
    app.folder.path().join("blobs/jobs").join(job).exists()
}

async fn set_credits(app: &TestApp, credits: i64) {
    app.query(move |c| {
        diesel::update(workspaces::table)
            .set(workspaces::credits_available.eq(credits))
            .execute(c)
    })
    .await;
}

#[actix_web::test]
async fn a_cancelled_job_gives_back_what_it_has_not_spent_and_stays_cancelled() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = completed(&app, &key, "two-sheets.pdf").await;
    app.turn().await;
    assert_eq!(status(&key, &job).await, "processing");
    assert_eq!(app.balance().await, 100_000 - 20);
    // One page is read; the other is not.
    app.turn().await;
    let path = format!("{JOBS}/{job}");
    let answer = key.post_nothing(&format!("{path}/cancel")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["job"]["status"], "cancelled");
    assert_eq!(
        answer.json["job"]["billing"],
        json!({ "creditsReserved": 20, "creditsDebited": 10 })
    );
    assert_eq!(
        answer.json["job"]["completedAt"],
        "2026-11-24T10:00:00.000Z"
    );
    assert_eq!(
        (app.balance().await, app.ledger().await),
        (100_000 - 10, (100_000 - 10, 0))
    );
    app.drain().await;
    assert_eq!(status(&key, &job).await, "cancelled");
    for (action, code) in [
        ("cancel", "job_not_cancellable"),
        ("resume", "job_not_resumable"),
        ("uploads/complete", "uploads_closed"),
    ] {
        let answer = key.post_nothing(&format!("{path}/{action}")).await;
        assert_eq!((answer.status, answer.code()), (409, code));
        assert!(answer.message().contains("cancelled"), "{}", answer.text);
    }
    let answer = key.get(&format!("{path}/result")).await;
    assert_eq!((answer.status, answer.code()), (409, "result_not_ready"));
    assert!(has_bytes(&app, &job), "a worker may still be writing");
    app.clock.advance(MINUTE);
    app.drain().await;
    assert!(!has_bytes(&app, &job), "nobody can read them any more");
}

#[actix_web::test]
async fn a_job_with_too_few_credits_waits_until_it_is_resumed() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    set_credits(&app, 19).await;
    let job = completed(&app, &key, "two-sheets.pdf").await;
    let path = format!("{JOBS}/{job}");
    let early = key.post_nothing(&format!("{path}/resume")).await;
    assert_eq!((early.status, early.code()), (409, "job_not_resumable"));
    app.drain().await;
    assert_eq!(status(&key, &job).await, "blocked_insufficient_credits");
    assert_eq!(app.balance().await, 19);
    // Nothing has changed: it is blocked again.
    let answer = key.post_nothing(&format!("{path}/resume")).await;
    assert_eq!(
        (answer.status, &answer.json["job"]["status"]),
        (200, &json!("preflighting"))
    );
    app.drain().await;
    assert_eq!(status(&key, &job).await, "blocked_insufficient_credits");
    set_credits(&app, 20).await;
    key.post_nothing(&format!("{path}/resume")).await;
    app.drain().await;
    assert_eq!(status(&key, &job).await, "completed");
    assert_eq!(app.balance().await, 0);
    let count: i64 = app.query(|c| pages::table.count().get_result(c)).await;
    assert_eq!(count, 2, "surveyed once");
}

#[actix_web::test]
async fn a_page_that_costs_more_than_expected_blocks_a_job_in_the_middle() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    set_credits(&app, 11).await;
    let job = completed(&app, &key, "two-sheets.pdf").await;
    app.query(|c| {
        diesel::update(jobs::table)
            .set(jobs::drawing_credits_per_page.eq(1))
            .execute(c)
    })
    .await;
    // The survey takes both for cheap pages.
    app.turn().await;
    assert_eq!(app.balance().await, 9);
    app.query(|c| {
        diesel::update(jobs::table)
            .set(jobs::drawing_credits_per_page.eq(10))
            .execute(c)
    })
    .await;
    app.drain().await;
    let path = format!("{JOBS}/{job}");
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(
        (
            &view["status"],
            &view["successfulPageCount"],
            &view["billing"]
        ),
        (
            &json!("blocked_insufficient_credits"),
            &json!(1),
            &json!({ "creditsReserved": 11, "creditsDebited": 10 })
        )
    );
    assert_eq!(app.balance().await, 0);
    set_credits(&app, 9).await;
    key.post_nothing(&format!("{path}/resume")).await;
    app.drain().await;
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(
        (&view["status"], &view["billing"]),
        (
            &json!("completed"),
            &json!({ "creditsReserved": 20, "creditsDebited": 20 })
        )
    );
    assert_eq!(app.balance().await, 0);
}

#[actix_web::test]
async fn jobs_that_never_end_expire_and_results_are_deleted_after_their_time() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let open = app.job(&key).await;
    key.upload(&open, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    let done = completed(&app, &key, "specification.pdf").await;
    app.drain().await;
    let result = key.get(&format!("{JOBS}/{done}/result")).await.json;
    let artifact = result["documents"][0]["artifacts"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    app.clock.advance(7 * DAY - 1);
    app.drain().await;
    assert_eq!(status(&key, &open).await, "uploading");
    app.clock.advance(1);
    app.drain().await;
    assert_eq!(status(&key, &open).await, "expired");
    app.clock.advance(MINUTE);
    app.drain().await;
    assert!(!has_bytes(&app, &open));
    let late = key
        .upload(&open, one_file("b.pdf", fixture("specification.pdf")))
        .await;
    assert_eq!((late.status, late.code()), (409, "uploads_closed"));

    assert!(has_bytes(&app, &done));
    app.clock.advance(23 * DAY);
    app.drain().await;
    assert!(!has_bytes(&app, &done));
    for path in [format!("{JOBS}/{done}/result"), artifact] {
        let answer = key.get(&path).await;
        assert_eq!((answer.status, answer.code()), (410, "expired"), "{path}");
    }
    assert_eq!(status(&key, &done).await, "completed", "frozen");
}

#[actix_web::test]
async fn a_forgotten_job_is_gone_with_its_bytes_and_its_costs_stay() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = completed(&app, &key, "specification.pdf").await;
    let path = format!("{JOBS}/{job}");
    let early = key.send(key.request("DELETE", &path)).await;
    assert_eq!((early.status, early.code()), (409, "job_not_terminal"));
    assert!(early.message().contains("preflighting"));
    app.drain().await;
    let view = key.get(&path).await.json["job"].clone();
    let project = view["projectId"].as_str().unwrap().to_owned();
    let link = view["resultUrl"].as_str().unwrap().to_owned();
    let answer = key.send(key.request("DELETE", &path)).await;
    assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    assert!(!has_bytes(&app, &job));
    for gone in [
        path.clone(),
        format!("{path}/result"),
        format!("{path}/events"),
        link,
    ] {
        assert_eq!(key.get(&gone).await.status, 404, "{gone}");
    }
    assert_eq!(key.send(key.request("DELETE", &path)).await.status, 404);
    let list = key
        .get(&format!("/api/open/v1/projects/{project}/jobs"))
        .await;
    assert_eq!(list.json["jobs"], json!([]));
    let left: (i64, i64, i64) = app
        .query(|c| {
            Ok((
                files::table.count().get_result(c)?,
                pages::table.count().get_result(c)?,
                job_transitions::table.count().get_result(c)?,
            ))
        })
        .await;
    assert_eq!(left, (0, 0, 0));
    assert_eq!(app.ledger().await, (100_000 - 3, 0));
}

#[actix_web::test]
async fn equal_requests_with_one_idempotency_key_make_one_job() {
    let app = TestApp::start_with(|settings| settings.rate_limit = Some("0".to_owned())).await;
    let (_, key) = app.admin_and_key().await;
    let project = app.project(&key, "Library").await;
    let path = format!("/api/open/v1/projects/{project}/jobs");
    let create = async |body: Value| {
        let request = key
            .request("POST", &path)
            .header("idempotency-key", "bid 7")
            .json(&body);
        key.send(request).await
    };
    let answers = join_all((0..200).map(|_| create(json!({ "externalId": "7" })))).await;
    let mut ids = BTreeSet::new();
    let mut first = 0;
    for answer in &answers {
        match answer.status {
            202 => {
                ids.insert(answer.json["job"]["id"].as_str().unwrap().to_owned());
                first += i64::from(answer.json.get("idempotent").is_none());
            }
            _ => assert_eq!(
                (answer.status, answer.code()),
                (409, "idempotency_in_progress")
            ),
        }
    }
    assert_eq!((ids.len(), first), (1, 1));
    let count: i64 = app.query(|c| jobs::table.count().get_result(c)).await;
    assert_eq!(count, 1);
    let again = create(json!({ "externalId": "7" })).await;
    assert_eq!(
        (again.status, &again.json["idempotent"]),
        (202, &json!(true))
    );
    let other = create(json!({ "externalId": "8" })).await;
    assert_eq!(
        (other.status, other.code()),
        (422, "idempotency_key_reused")
    );
    // What was refused can be sent again under its key.
    let refused = key
        .request("POST", "/api/open/v1/projects/proj_x/jobs")
        .header("idempotency-key", "new");
    assert_eq!(key.send(refused).await.status, 404);
    app.clock.advance(DAY);
    let fresh = create(json!({ "externalId": "8" })).await;
    assert_eq!(fresh.status, 202);
    assert!(
        fresh.json.get("idempotent").is_none(),
        "a day later it is new"
    );
}

#[actix_web::test]
async fn completing_again_with_the_same_idempotency_key_answers_the_same() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let complete = async |body: Value| {
        let request = key
            .request("POST", &format!("{JOBS}/{job}/uploads/complete"))
            .header("idempotency-key", "k")
            .json(&body);
        key.send(request).await
    };
    let early = complete(json!({})).await;
    assert_eq!((early.status, early.code()), (400, "no_files"));
    key.upload(&job, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    let first = complete(json!({})).await;
    assert_eq!(first.status, 202, "a refusal is not kept");
    app.drain().await;
    let again = complete(json!({})).await;
    assert_eq!(again.status, 202);
    assert_eq!(again.json["job"], first.json["job"]);
    assert_eq!(again.json["job"]["status"], "preflighting");
    assert_eq!(again.json["idempotent"], true);
    let other = complete(json!({ "documentIds": ["file_00000000000000000000000000"] })).await;
    assert_eq!(
        (other.status, other.code()),
        (422, "idempotency_key_reused")
    );
}

#[actix_web::test]
async fn a_webhook_is_told_of_the_end_of_a_job_that_was_forgotten_at_once() {
    let app = TestApp::start_with(|settings| {
        settings.webhook_allow_private = Some("true".to_owned());
    })
    .await;
    let (member, key) = app.admin_and_key().await;
    // The first try fails.
    let receiver = Receiver::start([Reply::Status(500)]).await;
    let project = app.project(&key, "Told").await;
    let asked = json!({ "webhookUrl": receiver.url, "externalId": "job-1" });
    let jobs_of_project = format!("/api/open/v1/projects/{project}/jobs");
    let job = key.post(&jobs_of_project, asked).await.json["job"]["id"].clone();
    let path = format!("{JOBS}/{}", job.as_str().unwrap());
    key.post_nothing(&format!("{path}/cancel")).await;
    let shown = async || {
        member
            .get("/settings/webhooks")
            .await
            .text
            .contains(&path[JOBS.len()..])
    };
    assert!(shown().await);
    assert_eq!(key.send(key.request("DELETE", &path)).await.status, 204);
    assert!(!shown().await, "a forgotten job is not shown");
    for pause in [0, MINUTE, 10 * MINUTE, 40 * MINUTE] {
        app.clock.advance(pause);
        app.drain().await;
    }
    let told: Vec<Value> = receiver
        .got()
        .iter()
        .map(|request| serde_json::from_str(&request.body).unwrap())
        .collect();
    let told_of = |status: &str| {
        told.iter()
            .filter(|event| event["data"]["job"]["status"] == status)
            .filter(|event| event["data"]["job"]["externalId"] == "job-1")
            .count()
    };
    assert_eq!((told_of("awaiting_uploads"), told_of("cancelled")), (2, 1));
    // Then all that it said is gone.
    let left: (Option<String>, Option<String>) = app
        .query(|c| {
            jobs::table
                .select((jobs::external_id, jobs::webhook_url))
                .first(c)
        })
        .await;
    assert_eq!(left, (None, None));
}

#[actix_web::test]
async fn what_a_worker_still_writes_for_a_job_that_was_forgotten_is_deleted_too() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = completed(&app, &key, "specification.pdf").await;
    let path = format!("{JOBS}/{job}");
    key.post_nothing(&format!("{path}/cancel")).await;
    assert_eq!(key.send(key.request("DELETE", &path)).await.status, 204);
    assert!(!has_bytes(&app, &job));
    // A worker that has not noticed yet.
    let late = app.folder.path().join("blobs/jobs").join(&job);
    std::fs::create_dir_all(late.join("artifacts")).unwrap();
    app.drain().await;
    app.clock.advance(MINUTE);
    app.drain().await;
    assert!(!has_bytes(&app, &job));
    let left: i64 = app.query(|c| files::table.count().get_result(c)).await;
    assert_eq!(left, 0);
}

#[actix_web::test]
async fn an_upload_that_ends_after_its_job_is_refused_and_leaves_nothing() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    for (forget, status, code) in [(false, 409, "uploads_closed"), (true, 404, "not_found")] {
        // Beyond what is held back until the end, and below it.
        for size in [100, 3 << 20] {
            let job = app.job(&key).await;
            let path = format!("{JOBS}/{job}");
            let bytes = vec![b'x'; size];
            let file = json!({
                "fileName": "a.pdf", "contentType": "application/pdf", "fileSize": size,
                "sha256": crate::announced::sha256(&bytes),
            });
            let uploads = format!("{path}/uploads");
            let announced = key.post(&uploads, json!({ "files": [file] })).await;
            let url = announced.json["uploads"][0]["uploadUrl"].as_str().unwrap();
            let (sender, body) = slow_body();
            let request = app.anon().request("PUT", url).body(body);
            let half = bytes.len() / 2;
            sender.send(bytes[..half].to_vec()).unwrap();
            let sending = tokio::spawn(request.send());
            // It is under way when the draft is there, or else when it is looked at.
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            key.post_nothing(&format!("{path}/cancel")).await;
            if forget {
                assert_eq!(key.send(key.request("DELETE", &path)).await.status, 204);
                app.clock.advance(MINUTE);
                app.drain().await;
            }
            sender.send(bytes[half..].to_vec()).unwrap();
            drop(sender);
            let answer = sending.await.unwrap().unwrap();
            assert_eq!(answer.status(), status, "{forget} {size}");
            assert!(answer.text().await.unwrap().contains(code));
            let uploads = app
                .folder
                .path()
                .join("blobs/jobs")
                .join(&job)
                .join("uploads");
            let left = std::fs::read_dir(uploads).map_or(0, std::iter::Iterator::count);
            assert_eq!(left, 0, "{forget} {size}");
        }
    }
}

#[actix_web::test]
async fn a_list_of_jobs_comes_in_parts_and_by_filters() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let project = app.project(&key, "Library").await;
    let path = format!("/api/open/v1/projects/{project}/jobs");
    let mut made = Vec::new();
    for number in 0..5 {
        // Two at the same instant.
        app.clock.advance(i64::from(number != 3));
        let body = json!({ "externalId": format!("bid {}", number % 2) });
        let answer = key.post(&path, body).await;
        made.push(answer.json["job"]["id"].as_str().unwrap().to_owned());
    }
    made.reverse();
    let ids = |json: &Value| -> Vec<String> {
        let jobs = json["jobs"].as_array().unwrap().iter();
        jobs.map(|job| job["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let whole = key.get(&path).await;
    assert_eq!(ids(&whole.json), made);
    assert_eq!(whole.json["nextCursor"], Value::Null);
    let (mut found, mut next) = (Vec::new(), format!("{path}?limit=2"));
    for _ in 0..3 {
        let part = key.get(&next).await;
        found.extend(ids(&part.json));
        let cursor = part.json["nextCursor"].as_str().unwrap_or_default();
        next = format!("{path}?limit=2&cursor={cursor}");
    }
    assert_eq!(found, made);
    key.post_nothing(&format!("{JOBS}/{}/cancel", made[1]))
        .await;
    let some = key.get(&format!("{path}?status=cancelled")).await;
    assert_eq!(ids(&some.json), [made[1].clone()]);
    let some = key.get(&format!("{path}?externalId=bid+1")).await;
    assert_eq!(ids(&some.json), [made[1].clone(), made[3].clone()]);
    for wrong in ["limit=0", "limit=501", "limit=x", "cursor=x", "status=done"] {
        let answer = key.get(&format!("{path}?{wrong}")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_request"),
            "{wrong}"
        );
    }
}

#[actix_web::test]
async fn the_events_of_a_job_are_told_from_where_the_listener_stopped() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = completed(&app, &key, "specification.pdf").await;
    app.drain().await;
    let path = format!("{JOBS}/{job}/events");
    let answer = key.get(&path).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let events: Vec<(String, Value)> = answer
        .text
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| {
            let (id, rest) = event
                .split_once("\nevent: job.status_changed\ndata: ")
                .unwrap();
            (id.to_owned(), serde_json::from_str(rest).unwrap())
        })
        .collect();
    let told: Vec<_> = events
        .iter()
        .map(|(id, event)| {
            (
                id.as_str(),
                event["data"]["previousStatus"].as_str().unwrap(),
                event["data"]["job"]["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("id: 1", "provisioning", "awaiting_uploads"),
            ("id: 2", "awaiting_uploads", "uploading"),
            ("id: 3", "uploading", "preflighting"),
            ("id: 4", "preflighting", "processing"),
            ("id: 5", "processing", "completed"),
        ]
    );
    let last = &events[4].1;
    assert_eq!(last["type"], "job.status_changed");
    assert_eq!(last["data"]["sequence"], 5);
    let polled = key.get(&format!("{JOBS}/{job}")).await.json["job"].clone();
    assert_eq!(last["data"]["job"], polled, "the same JSON as poll");
    let rest = key
        .send(key.request("GET", &path).header("last-event-id", "4"))
        .await;
    assert!(rest.text.starts_with("id: 5\n"), "{}", rest.text);
    let over = key
        .send(key.request("GET", &path).header("last-event-id", "5"))
        .await;
    assert_eq!(over.status, 204, "there will be nothing more");
    let wrong = key
        .send(key.request("GET", &path).header("last-event-id", "x"))
        .await;
    assert_eq!((wrong.status, wrong.code()), (400, "invalid_request"));
}

#[actix_web::test]
async fn a_stream_of_events_ends_with_its_key() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, record) = app.key_of(&admin, &crate::harness::SCOPES).await;
    let job = app.job(&key).await;
    let request = key.request("GET", &format!("{JOBS}/{job}/events"));
    let mut stream = request.send().await.unwrap().bytes_stream();
    let first = stream.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"id: 1\n"));
    // It is alive: what happens now is told.
    key.upload(&job, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    let second = stream.next().await.unwrap().unwrap();
    assert!(second.starts_with(b"id: 2\n"));
    let id = record["id"].as_str().unwrap();
    let revoke = format!("/api/open-api/keys/{id}/revoke");
    assert_eq!(admin.post_nothing(&revoke).await.status, 200);
    assert!(stream.next().await.is_none());
}

#[actix_web::test]
async fn a_download_token_is_spent_by_one_of_fifty() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = completed(&app, &key, "specification.pdf").await;
    app.drain().await;
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    let artifact = &result["documents"][0]["artifacts"][0];
    let path = artifact["path"].as_str().unwrap();
    let project = key.get(&format!("{JOBS}/{job}")).await.json["job"]["projectId"].clone();
    let project = project.as_str().unwrap();
    let places = [
        format!("{JOBS}/{job}"),
        format!("/api/open/v1/projects/{project}"),
    ];
    let anon = app.anon();
    for place in &places {
        let whole = key.get(&format!("{place}/artifact?path={path}")).await;
        assert_eq!(whole.status, 200, "{}", whole.text);
        let downloads = format!("{place}/artifact-downloads");
        let made = key.post(&downloads, json!({ "path": path })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.json["expiresAt"], "2026-11-24T10:05:00.000Z");
        let url = made.json["url"].as_str().unwrap();
        assert!(url.ends_with(made.json["token"].as_str().unwrap()));
        for _ in 0..2 {
            let head = anon.send(anon.request("HEAD", url)).await;
            assert_eq!(head.status, 200, "looking does not spend it");
            assert_eq!(head.header("content-length"), whole.bytes.len().to_string());
        }
        let answers = join_all((0..50).map(|_| anon.get(url))).await;
        let good: Vec<_> = answers.iter().filter(|one| one.status == 200).collect();
        assert_eq!(good.len(), 1);
        assert_eq!(good[0].bytes, whole.bytes);
        assert!(
            answers
                .iter()
                .filter(|one| one.status != 200)
                .all(|one| (one.status, one.code()) == (410, "expired"))
        );
        assert_eq!(anon.send(anon.request("HEAD", url)).await.status, 410);

        let late = key.post(&downloads, json!({ "path": path })).await;
        app.clock.advance(5 * MINUTE);
        assert_eq!(
            anon.get(late.json["url"].as_str().unwrap()).await.code(),
            "expired"
        );
        app.clock.advance(-5 * MINUTE);
        for wrong in ["x", "../secret.key", "\u{0}"] {
            let answer = key.post(&downloads, json!({ "path": wrong })).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"));
        }
        let forged = url.replace(&url[url.len() - 4..], "AAAA");
        assert_eq!(anon.get(&forged).await.status, 404);
    }
    let count: i64 = app
        .query(|c| download_tokens::table.count().get_result(c))
        .await;
    assert_eq!(count, 4);
}

#[actix_web::test]
async fn workspaces_take_turns() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let big = completed(&app, &key, "specification.pdf").await;
    let second = completed(&app, &key, "two-sheets.pdf").await;
    let other = app
        .person("Elm Ltd", "Eve", plangrep::accounts::Role::Admin)
        .await;
    let (theirs, _) = app.key_of(&other, &crate::harness::SCOPES).await;
    let small = completed(&app, &theirs, "two-sheets.pdf").await;
    let mut turns = 0;
    while status(&theirs, &small).await != "completed" {
        app.clock.advance(1);
        app.turn().await;
        turns += 1;
        assert!(turns <= 8, "every other turn is theirs");
    }
    assert_ne!(status(&key, &big).await, "completed");
    assert_ne!(status(&key, &second).await, "completed");
    app.drain().await;
    assert_eq!(status(&key, &second).await, "completed");
}

#[actix_web::test]
async fn a_project_is_summed_up() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = completed(&app, &key, "two-sheets.pdf").await;
    app.drain().await;
    let view = key.get(&format!("{JOBS}/{job}")).await.json["job"].clone();
    let project = view["projectId"].as_str().unwrap();
    let path = format!("/api/open/v1/projects/{project}/summary");
    let answer = key.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["project"]["id"], project);
    let summary = &answer.json["projectSummary"];
    assert_eq!(summary["projectId"], project);
    assert_eq!(summary["projectName"], answer.json["project"]["name"]);
    assert_eq!(
        summary["keyFiles"],
        json!([{ "id": view["files"][0]["id"], "fileName": "two-sheets.pdf", "classification": "plans" }])
    );
    assert_eq!(summary["detectedDisciplines"], json!(["architectural"]));
    assert_eq!(
        summary["counts"],
        json!({ "files": 1, "sheets": 2, "regions": 0, "specifications": 0, "docs": 0 })
    );
}
