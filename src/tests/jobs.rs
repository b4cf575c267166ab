//! Projects, jobs, uploads, running, results and artifacts.

use diesel::prelude::*;
use plangrep::clock::{DAY, HOUR};
use plangrep::db::schema::{
    artifacts, credit_ledger, files, job_transitions, jobs, pages, projects, workspaces,
};
use serde_json::{Value, json};

use crate::harness::{TestApp, User, fixture, one_file};

/// Uploads files to a new job, completes it, runs it, and answers the job as it is then.
async fn run(app: &TestApp, key: &User, names: &[&str]) -> Value {
    let job = app.job(key).await;
    for name in names {
        let answer = key.upload(&job, one_file(name, fixture(name))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let answer = key
        .post_nothing(&format!("/api/open/v1/jobs/{job}/uploads/complete"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.json["job"]["status"], "preflighting");
    app.drain().await;
    key.get(&format!("/api/open/v1/jobs/{job}")).await.json["job"].clone()
}

/// Things in the scratch folders of all processes.
fn in_scratch(app: &TestApp) -> usize {
    let place = std::fs::read_dir(app.folder.path().join("scratch")).unwrap();
    let folders = place
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    folders
        .map(|path| std::fs::read_dir(path).unwrap().count())
        .sum()
}

async fn result_of(key: &User, job: &Value) -> Value {
    let id = job["id"].as_str().unwrap();
    let answer = key.get(&format!("/api/open/v1/jobs/{id}/result")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json
}

/// A job whose first run was interrupted: its path in the API, and the file that stands where the
/// folder of its artifacts must be.
async fn obstructed_job(app: &TestApp, key: &User) -> (String, std::path::PathBuf) {
    let job = app.job(key).await;
    key.upload(&job, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    let folder = app.folder.path().join("blobs/jobs").join(&job);
    let place = folder.join("artifacts");
    std::fs::write(&place, "in the way").unwrap();
    let path = format!("/api/open/v1/jobs/{job}");
    key.post_nothing(&format!("{path}/uploads/complete")).await;
    app.drain().await;
    (path, place)
}

#[actix_web::test]
async fn a_project_is_provisioned_and_its_name_is_its_own() {
    let app =
        TestApp::start_with(|settings| settings.project_credits = Some("40".to_owned())).await;
    let (_, key) = app.admin_and_key().await;
    let path = "/api/open/v1/projects";
    let answer = key.post(path, json!({ "name": " Library " })).await;
    assert_eq!(answer.status, 202);
    assert_eq!(
        answer.json["billing"],
        json!({ "availableCredits": 99_960, "creditsCharged": 40, "requiredCredits": 40 })
    );
    let id = answer.json["project"]["id"].as_str().unwrap();
    assert_eq!(
        answer.json["project"],
        json!({
            "id": id, "name": "Library", "projectKind": "open_api", "status": "provisioning",
            "runtime": { "status": "starting", "upgradeStatus": "none" },
            "createdAt": "2026-11-24T10:00:00.000Z", "updatedAt": "2026-11-24T10:00:00.000Z",
        })
    );
    let early = key.post(&format!("{path}/{id}/jobs"), json!({})).await;
    assert_eq!((early.status, early.code()), (409, "project_not_ready"));
    let taken = key.post(path, json!({ "name": "Library" })).await;
    assert_eq!((taken.status, taken.code()), (409, "name_taken"));
    assert_eq!(
        app.balance().await,
        99_960,
        "a refused project costs nothing"
    );

    app.drain().await;
    let answer = key.get(&format!("{path}/{id}")).await;
    assert_eq!(answer.json["project"]["status"], "ready");
    assert_eq!(answer.json["project"]["runtime"]["status"], "running");
    app.clock.advance(1);
    key.post(path, json!({ "name": "School" })).await;
    let list = key.get(path).await;
    assert_eq!(list.json["projects"][0]["name"], "School", "newest first");
    assert_eq!(app.ledger().await, (99_920, 0));
}

#[actix_web::test]
async fn a_project_that_cannot_be_paid_is_not_made() {
    let app = TestApp::start_with(|settings| {
        settings.initial_credits = Some("10".to_owned());
        settings.project_credits = Some("11".to_owned());
    })
    .await;
    let (_, key) = app.admin_and_key().await;
    let answer = key
        .post("/api/open/v1/projects", json!({ "name": "Library" }))
        .await;
    assert_eq!(
        (answer.status, answer.code()),
        (402, "insufficient_credits")
    );
    let count: i64 = app.query(|c| projects::table.count().get_result(c)).await;
    assert_eq!((count, app.balance().await), (0, 10));
}

#[actix_web::test]
async fn a_job_runs_from_upload_to_result() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let project = app.project(&key, "Library").await;
    let answer = key
        .post(
            &format!("/api/open/v1/projects/{project}/jobs"),
            json!({ "externalId": "bid-7" }),
        )
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json["job"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.json["job"],
        json!({
            "id": id, "externalId": "bid-7", "status": "awaiting_uploads", "projectId": project,
            "limits": { "maxDeclaredBytes": 10_000_000_000_i64, "maxFiles": 100 },
            "pageCount": 0, "successfulPageCount": 0,
            "billing": { "creditsReserved": 0, "creditsDebited": 0 },
            "files": [], "resultUrl": null, "error": null,
            "createdAt": "2026-11-24T10:00:00.000Z", "updatedAt": "2026-11-24T10:00:00.000Z",
            "completedAt": null, "expiresAt": "2026-12-01T10:00:00.000Z",
        })
    );
    let path = format!("/api/open/v1/jobs/{id}");
    for (name, status) in [
        ("two-sheets.pdf", "uploaded"),
        ("specification.pdf", "uploaded"),
        ("two-sheets.pdf", "skipped"),
    ] {
        let answer = key.upload(&id, one_file(name, fixture(name))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json["status"], "uploaded");
        assert_eq!(answer.json["job"]["status"], "uploading");
        let upload = &answer.json["uploads"][0];
        assert_eq!(upload["status"], status, "{name}");
        assert_eq!(upload["fileName"], name);
        assert_eq!(upload["fileSize"], fixture(name).len());
        assert_eq!(upload["sha256"].as_str().unwrap().len(), 64);
    }
    let early = key.get(&format!("{path}/result")).await;
    assert_eq!((early.status, early.code()), (409, "result_not_ready"));
    assert!(early.message().contains("uploading"));
    let answer = key
        .post(&format!("{path}/uploads/complete"), json!({}))
        .await;
    assert_eq!(answer.status, 202);
    let late = key
        .upload(&id, one_file("b.pdf", fixture("two-sheets.pdf")))
        .await;
    assert_eq!((late.status, late.code()), (409, "uploads_closed"));
    assert!(late.message().contains("preflighting"));
    let twice = key.post_nothing(&format!("{path}/uploads/complete")).await;
    assert_eq!((twice.status, twice.code()), (409, "uploads_closed"));

    app.drain().await;
    let job = key.get(&path).await.json["job"].clone();
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(
        (&job["pageCount"], &job["successfulPageCount"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(
        job["billing"],
        json!({ "creditsReserved": 23, "creditsDebited": 23 })
    );
    assert_eq!(job["completedAt"], "2026-11-24T10:00:00.000Z");
    assert_eq!(job["expiresAt"], "2026-12-24T10:00:00.000Z");
    assert_eq!(app.balance().await, 100_000 - 23);
    assert_eq!(app.ledger().await, (100_000 - 23, 0));

    let result = result_of(&key, &job).await;
    assert_eq!(result["schemaVersion"], "v1");
    assert_eq!(
        result["usage"],
        json!({
            "pageCount": 5, "successfulPageCount": 5, "drawingPageCount": 2, "documentPageCount": 3,
            "successfulDrawingPageCount": 2, "successfulDocumentPageCount": 3,
            "drawingCreditsPerPage": 10, "documentCreditsPerPage": 1,
            "creditsReserved": 23, "creditsDebited": 23,
        })
    );
    let documents = result["documents"].as_array().unwrap();
    let named = |name: &str| {
        documents
            .iter()
            .find(|document| document["fileName"] == name)
            .unwrap()
    };
    let plans = named("two-sheets.pdf");
    assert_eq!(
        (&plans["classification"], &plans["status"]),
        (&json!("plans"), &json!("completed"))
    );
    let sheets: Vec<_> = plans["sheets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sheet| {
            (
                sheet["sheetNumber"].as_str().unwrap(),
                sheet["sheetName"].as_str().unwrap(),
                sheet["discipline"].as_str().unwrap(),
                sheet["drawingType"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        sheets,
        [
            ("A101", "FIRST FLOOR PLAN", "architectural", "floor_plan"),
            ("A102", "SECOND FLOOR PLAN", "architectural", "floor_plan")
        ]
    );
    assert_eq!(plans["sheets"][0]["widthPoints"], 1296.0);
    let book = named("specification.pdf");
    assert_eq!(
        (&book["classification"], &book["sheets"]),
        (&json!("specifications"), &json!([]))
    );
    assert_eq!(
        (&result["errors"], &result["warnings"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(
        result["job"]["resultUrl"],
        format!("{}{path}/result", app.url)
    );

    // Every artifact that the result names delivers its bytes.
    let mut types = std::collections::BTreeMap::new();
    let all = plans["sheets"]
        .as_array()
        .unwrap()
        .iter()
        .chain([book])
        .chain(book["specifications"].as_array().unwrap())
        .flat_map(|holder| holder["artifacts"].as_array().unwrap());
    for artifact in all {
        let answer = key.get(artifact["url"].as_str().unwrap()).await;
        assert_eq!(answer.status, 200, "{artifact}");
        assert_eq!(
            answer.bytes.len(),
            artifact["fileSize"].as_u64().unwrap() as usize
        );
        assert_eq!(
            answer.header("content-type"),
            artifact["contentType"].as_str().unwrap()
        );
        assert!(
            answer
                .header("content-disposition")
                .starts_with("attachment; filename=")
        );
        assert!(answer.header("content-security-policy").contains("sandbox"));
        if artifact["contentType"] == "image/webp" {
            assert_eq!(
                (&answer.bytes[..4], &answer.bytes[8..12]),
                (&b"RIFF"[..], &b"WEBP"[..])
            );
        }
        *types
            .entry(artifact["type"].as_str().unwrap().to_owned())
            .or_insert(0) += 1;
    }
    // Those of the regions are counted where regions are looked for.
    types.remove("region_image");
    let expected = [
        ("extracted_json", 3),
        ("page_image", 5),
        ("page_layout", 5),
        ("page_text", 5),
        ("thumbnail", 5),
    ]
    .map(|(name, count)| (name.to_owned(), count));
    assert_eq!(types.into_iter().collect::<Vec<_>>(), expected);
    let states: Vec<String> = app
        .query(|c| {
            job_transitions::table
                .order(job_transitions::sequence)
                .select(job_transitions::to_status)
                .load(c)
        })
        .await;
    assert_eq!(
        states,
        [
            "awaiting_uploads",
            "uploading",
            "preflighting",
            "processing",
            "completed"
        ]
    );

    let list = key
        .get(&format!("/api/open/v1/projects/{project}/jobs"))
        .await;
    assert_eq!(list.json["jobs"][0]["files"].as_array().unwrap().len(), 2);
    assert_eq!(list.json["jobs"][0]["id"], job["id"]);
    assert_eq!(in_scratch(&app), 0, "nothing is left in the scratch folder");
}

#[actix_web::test]
async fn the_result_is_served_by_ranges_and_by_signed_links() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = run(&app, &key, &["specification.pdf"]).await;
    let id = job["id"].as_str().unwrap();
    let path = format!("/api/open/v1/jobs/{id}/result");
    let whole = key.get(&path).await;
    let etag = whole.header("etag").to_owned();
    assert!(etag.len() == 66 && whole.header("accept-ranges") == "bytes");
    let part = key
        .send(key.request("GET", &path).header("range", "bytes=5-14"))
        .await;
    assert_eq!(
        (part.status, part.bytes.as_slice()),
        (206, &whole.bytes[5..15])
    );
    assert_eq!(
        part.header("content-range"),
        format!("bytes 5-14/{}", whole.bytes.len())
    );
    assert_eq!(part.header("content-length"), "10");
    let beyond = key
        .send(key.request("GET", &path).header("range", "bytes=99999999-"))
        .await;
    assert_eq!(
        (beyond.status, beyond.code()),
        (416, "range_not_satisfiable")
    );
    assert_eq!(
        beyond.header("content-range"),
        format!("bytes */{}", whole.bytes.len())
    );
    let same = key
        .send(key.request("GET", &path).header("if-none-match", &etag))
        .await;
    assert_eq!((same.status, same.bytes.len()), (304, 0));
    let head = key.send(key.request("HEAD", &path)).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.bytes.len().to_string());
    let other = key
        .send(
            key.request("GET", &path)
                .header("range", "bytes=0-1")
                .header("if-range", "\"x\""),
        )
        .await;
    assert_eq!(other.status, 200);

    let link = job["resultUrl"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{}/results/{id}?token=", app.url)));
    let anon = app.anon();
    assert_eq!(anon.get(&link).await.bytes, whole.bytes);
    for wrong in [
        link.replace("token=", "token=1"),
        link.split('?').next().unwrap().to_owned(),
        format!("{}x", &link[..link.len() - 1]),
    ] {
        let answer = anon.get(&wrong).await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "not_found"),
            "{wrong}"
        );
    }
    app.clock.advance(HOUR);
    assert_eq!(anon.get(&link).await.code(), "expired");
    let fresh = key.get(&format!("/api/open/v1/jobs/{id}")).await.json["job"]["resultUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        anon.get(&fresh).await.bytes,
        whole.bytes,
        "the bytes never change"
    );
    app.clock.advance(30 * DAY);
    assert_eq!(key.get(&path).await.code(), "expired");
}

#[actix_web::test]
async fn an_artifact_is_only_what_the_result_names() {
    let app = TestApp::start().await;
    let (admin, key) = app.admin_and_key().await;
    let job = run(&app, &key, &["specification.pdf"]).await;
    let id = job["id"].as_str().unwrap();
    let other = run(&app, &key, &["two-sheets.pdf"]).await;
    let foreign =
        result_of(&key, &other).await["documents"][0]["sheets"][0]["artifacts"][0]["path"]
            .as_str()
            .unwrap()
            .to_owned();
    for path in [
        "",
        "x",
        "../../secret.key",
        "/etc/passwd",
        "%00",
        &foreign,
        &format!("jobs/{id}/uploads/x"),
    ] {
        let answer = key
            .get(&format!("/api/open/v1/jobs/{id}/artifact?path={path}"))
            .await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
    }
    let own = result_of(&key, &job).await["documents"][0]["artifacts"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(key.get(&own).await.status, 200);
    let (reader, _) = app.key_of(&admin, &["jobs:read", "jobs:write"]).await;
    let answer = reader.get(&own).await;
    assert_eq!((answer.status, answer.code()), (403, "insufficient_scope"));
}

#[actix_web::test]
async fn hostile_and_foreign_files_fail_alone() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let names = ["not-a-pdf.pdf", "password.pdf", "two-sheets.pdf"];
    let job = run(&app, &key, &names).await;
    assert_eq!(job["status"], "completed_with_errors");
    assert_eq!(
        (&job["pageCount"], &job["successfulPageCount"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        job["billing"],
        json!({ "creditsReserved": 20, "creditsDebited": 20 })
    );
    let result = result_of(&key, &job).await;
    let codes: Vec<_> = result["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| {
            (
                document["fileName"].as_str().unwrap(),
                document["status"].as_str().unwrap(),
                document["error"]["code"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            ("not-a-pdf.pdf", "failed", "unsupported_format"),
            ("password.pdf", "failed", "password_protected"),
            ("two-sheets.pdf", "completed", "-"),
        ]
    );
    let errors = result["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    assert_eq!(
        (&errors[0]["code"], &errors[0]["fileName"]),
        (&json!("unsupported_format"), &json!("not-a-pdf.pdf"))
    );
    assert_eq!(app.balance().await, 100_000 - 20);
}

#[actix_web::test]
async fn a_job_over_the_page_limit_fails_before_any_debit() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    app.query(|c| {
        diesel::update(workspaces::table)
            .set(workspaces::job_page_limit.eq(4))
            .execute(c)
    })
    .await;
    let job = run(&app, &key, &["specification.pdf", "two-sheets.pdf"]).await;
    assert_eq!(
        (&job["status"], &job["error"]["code"]),
        (&json!("failed"), &json!("page_limit_exceeded"))
    );
    assert_eq!(job["resultUrl"], Value::Null);
    let id = job["id"].as_str().unwrap();
    let answer = key.get(&format!("/api/open/v1/jobs/{id}/result")).await;
    assert_eq!((answer.status, answer.code()), (409, "result_not_ready"));
    assert_eq!(
        (app.balance().await, app.ledger().await),
        (100_000, (100_000, 0))
    );
}

#[actix_web::test]
async fn a_job_that_cannot_be_paid_is_blocked_and_costs_nothing() {
    let app =
        TestApp::start_with(|settings| settings.initial_credits = Some("19".to_owned())).await;
    let (_, key) = app.admin_and_key().await;
    let job = run(&app, &key, &["two-sheets.pdf"]).await;
    assert_eq!(job["status"], "blocked_insufficient_credits");
    assert_eq!((app.balance().await, app.ledger().await), (19, (19, 0)));
}

#[actix_web::test]
async fn a_run_that_was_cut_off_goes_on_and_bills_no_page_twice() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = run(&app, &key, &["specification.pdf"]).await;
    let before = result_of(&key, &job).await;
    let id = job["id"].as_str().unwrap().to_owned();
    // As a kill between two pages leaves it: the job in the middle, one page done, the others not.
    let (done, wanted) = (id.clone(), id.clone());
    app.query(move |c| {
        let first: String = pages::table
            .filter(pages::job_id.eq(&done))
            .filter(pages::page_number.eq(1))
            .select(pages::id)
            .first(c)?;
        diesel::delete(artifacts::table.filter(artifacts::page_id.ne(&first))).execute(c)?;
        // Of the end of a job, nothing was stored.
        diesel::delete(artifacts::table.filter(artifacts::page_id.is_null())).execute(c)?;
        diesel::delete(credit_ledger::table.filter(credit_ledger::page_id.ne(&first)))
            .execute(c)?;
        diesel::update(pages::table.filter(pages::id.ne(&first)))
            .set((
                pages::status.eq("pending"),
                pages::reading.eq(None::<String>),
                pages::lease_until.eq(0),
            ))
            .execute(c)?;
        diesel::update(files::table)
            .set(files::status.eq("processing"))
            .execute(c)?;
        diesel::update(jobs::table.filter(jobs::id.eq(&wanted)))
            .set((
                jobs::status.eq("processing"),
                jobs::successful_page_count.eq(1),
                jobs::credits_debited.eq(1),
                jobs::result_blob.eq(None::<String>),
                jobs::lease_owner.eq("row_dead"),
                jobs::lease_until.eq(plangrep::clock::Time(i64::MAX)),
            ))
            .execute(c)
    })
    .await;
    app.drain().await;
    let path = format!("/api/open/v1/jobs/{id}");
    assert_eq!(
        key.get(&path).await.json["job"]["status"],
        "processing",
        "another worker holds it"
    );
    let now = app.clock.now();
    app.query(move |c| {
        diesel::update(jobs::table)
            .set(jobs::lease_until.eq(now))
            .execute(c)
    })
    .await;
    app.drain().await;
    let job = key.get(&path).await.json["job"].clone();
    assert_eq!(
        (&job["status"], &job["successfulPageCount"]),
        (&json!("completed"), &json!(3))
    );
    assert_eq!(
        job["billing"],
        json!({ "creditsReserved": 3, "creditsDebited": 3 })
    );
    // A section has its id from the result.
    let documents = |mut result: Value| {
        result["documents"][0]["specifications"][0]["specificationId"].take();
        result["documents"].take()
    };
    let after = result_of(&key, &job).await;
    assert_eq!(documents(after), documents(before));
    assert_eq!(app.ledger().await, (100_000 - 3, 0));
}

#[actix_web::test]
async fn a_job_needs_good_words() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let project = app.project(&key, "Library").await;
    let path = format!("/api/open/v1/projects/{project}/jobs");
    for id in ["\u{0}", "", &"x".repeat(181)] {
        assert_eq!(
            key.post(&path, json!({ "externalId": id })).await.status,
            400
        );
    }
    for header in ["", "\u{e9}", &"x".repeat(257)] {
        let request = key.request("POST", &path).header("idempotency-key", header);
        let answer = key.send(request).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
    }
    let count: i64 = app.query(|c| jobs::table.count().get_result(c)).await;
    assert_eq!(count, 0);
}

#[actix_web::test]
async fn a_job_that_is_interrupted_again_and_again_fails_and_gives_its_credits_back() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let (path, _) = obstructed_job(&app, &key).await;
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(view["status"], "processing", "it will be tried again");
    assert_eq!(app.balance().await, 100_000 - 3);
    for _ in 0..6 {
        app.clock.advance(HOUR);
        app.drain().await;
    }
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(
        (&view["status"], &view["error"]["code"]),
        (&json!("failed"), &json!("internal_error"))
    );
    assert_eq!(
        (app.balance().await, app.ledger().await),
        (100_000, (100_000, 0))
    );
}

#[actix_web::test]
async fn a_job_whose_interruption_passes_goes_on() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let (path, place) = obstructed_job(&app, &key).await;
    std::fs::remove_file(&place).unwrap();
    app.drain().await;
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(view["status"], "processing", "it rests first");
    app.clock.advance(10_000);
    app.drain().await;
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(
        (&view["status"], &view["successfulPageCount"]),
        (&json!("completed"), &json!(3))
    );
    assert_eq!(app.ledger().await, (100_000 - 3, 0));
}

#[actix_web::test]
async fn a_document_that_cannot_be_opened_says_why() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    key.upload(&job, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    let path = format!("/api/open/v1/jobs/{job}");
    key.post_nothing(&format!("{path}/uploads/complete")).await;
    // The bytes are gone by the time they are looked at.
    let uploads = app
        .folder
        .path()
        .join("blobs/jobs")
        .join(&job)
        .join("uploads");
    for entry in std::fs::read_dir(uploads).unwrap() {
        std::fs::write(entry.unwrap().path(), b"%PDF-1.4 cut off").unwrap();
    }
    app.drain().await;
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(view["status"], "completed_with_errors");
    let document = result_of(&key, &view).await["documents"][0].clone();
    assert_eq!(document["status"], "failed");
    assert!(!document["error"]["code"].as_str().unwrap().is_empty());
}
