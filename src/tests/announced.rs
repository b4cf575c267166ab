//! Files that are announced before their bytes come: signed PUTs, parts, text, and the end of the
//! uploads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plangrep::clock::HOUR;
use plangrep::config::Settings;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Answer, SCOPES, TestApp, User, fixture, one_file, slow_body};

const JOBS: &str = "/api/open/v1/jobs";

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn described(name: &str, bytes: &[u8]) -> Value {
    json!({
        "fileName": name, "contentType": "application/pdf",
        "fileSize": bytes.len(), "sha256": sha256(bytes),
    })
}

async fn announce(key: &User, job: &str, files: Value) -> Answer {
    key.post(&format!("{JOBS}/{job}/uploads"), json!({ "files": files }))
        .await
}

async fn put(user: &User, url: &str, bytes: &[u8]) -> Answer {
    user.send(user.request("PUT", url).body(bytes.to_vec()))
        .await
}

async fn complete(key: &User, job: &str, body: Value) -> Answer {
    key.post(&format!("{JOBS}/{job}/uploads/complete"), body)
        .await
}

async fn job_of(key: &User, job: &str) -> Value {
    key.get(&format!("{JOBS}/{job}")).await.json["job"].clone()
}

/// Bytes of a job that are stored: names of files with their sizes.
fn stored(app: &TestApp, job: &str) -> Vec<u64> {
    let folder = app.folder.path().join("blobs/jobs").join(job);
    let mut sizes = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => sizes.push(entry.metadata().unwrap().len()),
            }
        }
    }
    sizes
}

fn small_parts(settings: &mut Settings) {
    settings.direct_upload_max_bytes = Some("1000".to_owned());
}

#[actix_web::test]
async fn a_file_is_announced_put_and_read() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let bytes = fixture("specification.pdf");
    let name = "Leistungsverzeichnis Süd 图.pdf";
    let answer = announce(&key, &job, json!([described(name, &bytes)])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["job"]["status"], "awaiting_uploads");
    assert_eq!(answer.json["job"]["files"][0]["status"], "awaiting_upload");
    let upload = answer.json["uploads"][0].clone();
    assert_eq!(
        (
            &upload["uploadMode"],
            &upload["status"],
            &upload["fileName"]
        ),
        (
            &json!("direct_put"),
            &json!("awaiting_upload"),
            &json!(name)
        )
    );
    assert_eq!(upload["expiresAt"], "2026-11-24T11:00:00.000Z");
    let document = upload["documentId"].as_str().unwrap();
    let url = upload["uploadUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/uploads/{document}?token=", app.url)));
    let early = complete(&key, &job, json!({})).await;
    assert_eq!((early.status, early.code()), (409, "uploads_incomplete"));
    assert!(early.message().contains(name) && early.message().contains(document));

    let anon = app.anon();
    for (wrong, code) in [
        (&bytes[1..], "size_mismatch"),
        (&[b"x", &bytes[..]].concat()[..], "size_mismatch"),
        (&[b"x", &bytes[1..]].concat()[..], "checksum_mismatch"),
    ] {
        let answer = put(&anon, url, wrong).await;
        assert_eq!((answer.status, answer.code()), (422, code));
        assert_eq!(stored(&app, &job), [0_u64; 0], "nothing stays");
    }
    for forged in [
        url.replace("token=", "token=1"),
        url.split('?').next().unwrap().to_owned(),
        url.replace(document, "file_00000000000000000000000000"),
    ] {
        assert_eq!(put(&anon, &forged, &bytes).await.status, 404, "{forged}");
    }
    for _ in 0..2 {
        let answer = put(&anon, url, &bytes).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("etag"), format!("\"{}\"", sha256(&bytes)));
        assert_eq!(stored(&app, &job), [bytes.len() as u64]);
    }
    let view = job_of(&key, &job).await;
    assert_eq!(
        (&view["status"], &view["files"][0]["status"]),
        (&json!("uploading"), &json!("uploaded"))
    );
    let again = announce(&key, &job, json!([described(name, &bytes)])).await;
    assert_eq!(
        again.json["uploads"],
        json!([{ "documentId": document, "fileName": name, "status": "skipped" }])
    );
    let token = upload["uploadToken"].as_str().unwrap();
    for (wrong, code) in [
        (
            json!({ "directUploads": [{ "documentId": document, "uploadToken": "x" }] }),
            400,
        ),
        (json!({ "documentIds": ["file_x"] }), 400),
        (
            json!({ "failedUploads": [{ "documentId": document }] }),
            400,
        ),
        (json!({ "uploads": [] }), 400),
    ] {
        assert_eq!(
            complete(&key, &job, wrong.clone()).await.status,
            code,
            "{wrong}"
        );
    }
    let done = complete(
        &key,
        &job,
        json!({
            "documentIds": [document],
            "directUploads": [{ "documentId": document, "uploadToken": token }],
        }),
    )
    .await;
    assert_eq!(
        (done.status, &done.json["job"]["status"]),
        (202, &json!("preflighting"))
    );
    let late = put(&anon, url, &bytes).await;
    assert_eq!((late.status, late.code()), (409, "uploads_closed"));
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(
        (&view["status"], &view["successfulPageCount"]),
        (&json!("completed"), &json!(3))
    );
}

#[actix_web::test]
async fn a_completion_is_answered_again_when_its_tokens_have_run_out() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let bytes = fixture("specification.pdf");
    let answer = announce(&key, &job, json!([described("a.pdf", &bytes)])).await;
    let upload = &answer.json["uploads"][0];
    put(&app.anon(), upload["uploadUrl"].as_str().unwrap(), &bytes).await;
    let body = json!({ "directUploads": [
        { "documentId": upload["documentId"], "uploadToken": upload["uploadToken"] }
    ] });
    let complete = async |id: &str| {
        let request = key
            .request("POST", &format!("{JOBS}/{job}/uploads/complete"))
            .header("idempotency-key", id)
            .json(&body);
        key.send(request).await
    };
    let first = complete("k").await;
    assert_eq!(first.status, 202, "{}", first.text);
    app.clock.advance(2 * HOUR);
    let again = complete("k").await;
    assert_eq!(
        (again.status, &again.json["idempotent"]),
        (202, &json!(true))
    );
    assert_eq!(again.json["job"], first.json["job"]);
    assert_eq!(complete("other").await.code(), "expired");
}

#[actix_web::test]
async fn a_name_that_is_no_id_is_not_said_again() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let long = "pgk_live_".repeat(1_000);
    for body in [
        json!({ "documentIds": [long] }),
        json!({ "failedUploads": [{ "documentId": long }, { "documentId": long }] }),
        json!({ "directUploads": [{ "documentId": long, "uploadToken": "x" }] }),
    ] {
        let answer = complete(&key, &job, body).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
        assert!(answer.text.len() < 300 && !answer.text.contains("pgk_"));
    }
}

#[actix_web::test]
async fn a_large_file_comes_in_parts_and_is_put_together() {
    let app = TestApp::start_with(small_parts).await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    // A document that is followed by many bytes that mean nothing.
    let mut bytes = fixture("specification.pdf");
    bytes.resize((20 << 20) + 5, b'\n');
    let answer = announce(&key, &job, json!([described("book.pdf", &bytes)])).await;
    let upload = answer.json["uploads"][0].clone();
    assert_eq!(upload["uploadMode"], "multipart", "{}", answer.text);
    let (document, token, id) = (
        upload["documentId"].as_str().unwrap(),
        upload["uploadToken"].as_str().unwrap(),
        upload["uploadId"].as_str().unwrap(),
    );
    let parts = upload["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    let anon = app.anon();
    let mut sent = Vec::new();
    // In any order, and once more after a mistake.
    for part in parts.iter().rev() {
        let (offset, size) = (
            part["offset"].as_u64().unwrap() as usize,
            part["size"].as_u64().unwrap() as usize,
        );
        let url = part["url"].as_str().unwrap();
        let short = put(&anon, url, &bytes[offset..offset + size - 1]).await;
        assert_eq!((short.status, short.code()), (422, "size_mismatch"));
        let wrong = put(&anon, url, &vec![b'x'; size]).await;
        assert_eq!(wrong.status, 200, "a part says nothing of its bytes");
        let answer = put(&anon, url, &bytes[offset..offset + size]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        sent.push(json!({ "partNumber": part["partNumber"], "etag": answer.header("etag") }));
    }
    let finished = |parts: &[Value], id: &str| {
        json!({ "multipartUploads": [
            { "documentId": document, "uploadId": id, "uploadToken": token, "parts": parts }
        ] })
    };
    let unnamed = complete(&key, &job, json!({})).await;
    assert_eq!(
        (unnamed.status, unnamed.code()),
        (409, "uploads_incomplete")
    );
    assert_eq!(
        complete(&key, &job, finished(&sent, "row_x")).await.status,
        400
    );
    assert_eq!(
        complete(&key, &job, finished(&sent[..2], id)).await.status,
        400
    );
    let done = complete(&key, &job, finished(&sent, id)).await;
    assert_eq!(done.status, 202, "{}", done.text);
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(
        (&view["status"], &view["successfulPageCount"]),
        (&json!("completed"), &json!(3)),
        "{view}"
    );
    let parts = app
        .folder
        .path()
        .join("blobs/jobs")
        .join(&job)
        .join("parts");
    assert!(!parts.join(document).exists(), "the parts are gone");
}

#[actix_web::test]
async fn parts_that_make_other_bytes_fail_their_file_alone() {
    let app = TestApp::start_with(small_parts).await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let good = fixture("specification.pdf");
    let mut bad = fixture("two-sheets.pdf");
    let said = described("bad.pdf", &bad);
    let answer = announce(&key, &job, json!([described("good.pdf", &good), said])).await;
    bad[100] ^= 1;
    let mut finished = Vec::new();
    for (upload, bytes) in answer.json["uploads"]
        .as_array()
        .unwrap()
        .iter()
        .zip([&good, &bad])
    {
        let url = upload["parts"][0]["url"].as_str().unwrap();
        let tag = put(&app.anon(), url, bytes).await.header("etag").to_owned();
        finished.push(json!({
            "documentId": upload["documentId"], "uploadId": upload["uploadId"],
            "uploadToken": upload["uploadToken"], "parts": [{ "partNumber": 1, "etag": tag }],
        }));
    }
    let done = complete(&key, &job, json!({ "multipartUploads": finished })).await;
    assert_eq!(done.status, 202, "{}", done.text);
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(view["status"], "completed_with_errors");
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    assert_eq!(result["errors"][0]["code"], "checksum_mismatch");
    assert_eq!(result["errors"][0]["fileName"], "bad.pdf");
    assert_eq!(view["successfulPageCount"], 3);
}

#[actix_web::test]
async fn a_form_brings_what_was_announced_and_never_came() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let bytes = fixture("specification.pdf");
    let files = json!([described("specification.pdf", &bytes)]);
    let announced = announce(&key, &job, files).await;
    let form = || one_file("specification.pdf", bytes.clone());
    for status in ["uploaded", "skipped"] {
        let answer = key.upload(&job, form()).await;
        assert_eq!(
            answer.json["uploads"][0]["status"], status,
            "{}",
            answer.text
        );
    }
    // Whoever still sends them to the URL does no harm.
    let url = announced.json["uploads"][0]["uploadUrl"].as_str().unwrap();
    assert_eq!(put(&app.anon(), url, &bytes).await.status, 200);
    assert_eq!(complete(&key, &job, json!({})).await.status, 202);
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(view["successfulPageCount"], 3, "{view}");
    let files = view["files"].as_array().unwrap();
    let document = &announced.json["uploads"][0]["documentId"];
    assert_eq!((files.len(), &files[0]["id"]), (1, document));
}

#[actix_web::test]
async fn a_file_that_could_not_be_sent_is_named_and_the_rest_goes_on() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let bytes = fixture("specification.pdf");
    let answer = announce(
        &key,
        &job,
        json!([described("a.pdf", &bytes), described("lost.pdf", b"x")]),
    )
    .await;
    let (sent, lost) = (&answer.json["uploads"][0], &answer.json["uploads"][1]);
    let failed = json!([{ "documentId": lost["documentId"], "message": "The disk was pulled." }]);
    let all = json!([
        { "documentId": lost["documentId"] }, { "documentId": sent["documentId"] }
    ]);
    let nothing = complete(&key, &job, json!({ "failedUploads": all })).await;
    assert_eq!((nothing.status, nothing.code()), (400, "no_files"));
    put(&app.anon(), sent["uploadUrl"].as_str().unwrap(), &bytes).await;
    let done = complete(&key, &job, json!({ "failedUploads": failed })).await;
    assert_eq!(done.status, 202, "{}", done.text);
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(view["status"], "completed_with_errors");
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    assert_eq!(result["errors"][0]["code"], "upload_failed");
    assert_eq!(result["errors"][0]["message"], "The disk was pulled.");
}

#[actix_web::test]
async fn a_small_file_comes_as_text() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let bytes = fixture("specification.pdf");
    let answer = announce(&key, &job, json!([described("a.pdf", &bytes)])).await;
    let upload = answer.json["uploads"][0].clone();
    let document = upload["documentId"].as_str().unwrap();
    let path = format!("{JOBS}/{job}/uploads/{document}/content");
    let content = |token: &Value, bytes: &[u8], sha256: Option<&str>| {
        json!({
            "uploadToken": token, "contentBase64": STANDARD.encode(bytes), "sha256": sha256,
        })
    };
    let token = &upload["uploadToken"];
    for (body, status, code) in [
        (content(&json!("x"), &bytes, None), 400, "invalid_request"),
        (content(token, &bytes[1..], None), 422, "size_mismatch"),
        (
            content(token, &vec![b'x'; bytes.len()], None),
            422,
            "checksum_mismatch",
        ),
        (content(token, &bytes, Some("00")), 422, "checksum_mismatch"),
        (
            json!({ "uploadToken": token, "contentBase64": "?" }),
            400,
            "invalid_request",
        ),
    ] {
        let answer = key.post(&path, body).await;
        assert_eq!((answer.status, answer.code()), (status, code));
    }
    let large = key
        .request("POST", &path)
        .header("content-type", "application/json")
        .body(vec![b' '; (32 << 20) + 1]);
    let answer = key.send(large).await;
    assert_eq!((answer.status, answer.code()), (413, "payload_too_large"));
    assert_eq!(stored(&app, &job), [0_u64; 0]);
    let answer = key.post(&path, content(token, &bytes, None)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        answer.json,
        json!({
            "status": "uploaded", "documentId": document, "fileName": "a.pdf",
            "fileSize": bytes.len(), "contentType": "application/pdf", "uploadMode": "direct_put",
            "directUpload": { "documentId": document, "uploadToken": token },
        })
    );
    let body = json!({ "directUploads": [answer.json["directUpload"]] });
    assert_eq!(complete(&key, &job, body).await.status, 202);
    app.drain().await;
    assert_eq!(job_of(&key, &job).await["status"], "completed");
}

#[actix_web::test]
async fn who_sends_text_slowly_keeps_only_their_own_workspace_waiting() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let stranger = app
        .person("Elm Ltd", "Eve", plangrep::accounts::Role::Admin)
        .await;
    let (slow, _) = app.key_of(&stranger, &SCOPES).await;
    let path = format!("{JOBS}/job_00000000000000000000000000/uploads/x/content");
    let mut senders = Vec::new();
    let mut sending = Vec::new();
    for _ in 0..10 {
        let (sender, body) = slow_body();
        let request = slow
            .request("POST", &path)
            .header("content-type", "application/json")
            .body(body);
        sender.send(b"{".to_vec()).unwrap();
        senders.push(sender);
        sending.push(tokio::spawn(request.send()));
    }
    let job = app.job(&key).await;
    let bytes = fixture("specification.pdf");
    let answer = announce(&key, &job, json!([described("a.pdf", &bytes)])).await;
    let upload = &answer.json["uploads"][0];
    let document = upload["documentId"].as_str().unwrap();
    let body = json!({
        "uploadToken": upload["uploadToken"], "contentBase64": STANDARD.encode(&bytes),
    });
    let answer = key
        .post(&format!("{JOBS}/{job}/uploads/{document}/content"), body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for task in sending {
        task.abort();
    }
}

#[actix_web::test]
async fn announcements_keep_the_limits_of_a_job() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let file = |name: &str, size: i64| {
        json!({
            "fileName": name, "contentType": "application/pdf", "fileSize": size,
            "sha256": sha256(name.as_bytes()),
        })
    };
    let many: Vec<Value> = (0..60)
        .map(|number| file(&format!("{number}.pdf"), 1))
        .collect();
    for (files, status, code) in [
        (json!([]), 400, "invalid_request"),
        (json!(vec![file("a", 1); 101]), 400, "invalid_request"),
        (json!([file("a", -1)]), 400, "invalid_request"),
        (json!([file("a", 10_000_000_001)]), 422, "limit_exceeded"),
        (
            json!([file("a", 9_000_000_000), file("b", 2_000_000_000)]),
            422,
            "limit_exceeded",
        ),
        (json!([file("a\u{0}", 1)]), 400, "invalid_request"),
        (
            json!([{ "fileName": "a", "contentType": "x", "fileSize": 1, "sha256": "00" }]),
            400,
            "invalid_request",
        ),
    ] {
        let answer = announce(&key, &job, files).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{}",
            answer.text
        );
    }
    assert_eq!(
        job_of(&key, &job).await["files"],
        json!([]),
        "nothing is half-registered"
    );
    assert_eq!(announce(&key, &job, json!(many)).await.status, 200);
    let more: Vec<Value> = (60..101)
        .map(|number| file(&format!("{number}.pdf"), 1))
        .collect();
    let answer = announce(&key, &job, json!(more)).await;
    assert_eq!((answer.status, answer.code()), (422, "limit_exceeded"));
    let whole = file("100.pdf", 10_000_000_000 - 60);
    assert_eq!(announce(&key, &job, json!([whole])).await.status, 200);
    // Nothing is left for a form.
    let form = key.upload(&job, one_file("x.pdf", b"x".to_vec())).await;
    assert_eq!((form.status, form.code()), (422, "limit_exceeded"));
}

#[actix_web::test]
async fn a_signed_url_dies_with_its_hour_its_job_and_its_key() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, record) = app.key_of(&admin, &SCOPES).await;
    let (other, _) = app.key_of(&admin, &SCOPES).await;
    let (anon, bytes) = (app.anon(), b"%PDF-".to_vec());
    let url_of = async |key: &User, job: &str| {
        let answer = announce(key, job, json!([described("a.pdf", &bytes)])).await;
        answer.json["uploads"][0]["uploadUrl"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let job = app.job(&other).await;
    let url = url_of(&other, &job).await;
    app.clock.advance(HOUR);
    let answer = put(&anon, &url, &bytes).await;
    assert_eq!((answer.status, answer.code()), (410, "expired"));
    let url = url_of(&other, &job).await;
    other.post_nothing(&format!("{JOBS}/{job}/cancel")).await;
    let answer = put(&anon, &url, &bytes).await;
    assert_eq!((answer.status, answer.code()), (409, "uploads_closed"));
    let job = app.job(&key).await;
    let url = url_of(&key, &job).await;
    let id = record["id"].as_str().unwrap();
    let admin = app.sign_in(&admin).await;
    let revoked = admin
        .post_nothing(&format!("/api/open-api/keys/{id}/revoke"))
        .await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    assert_eq!(put(&anon, &url, &bytes).await.status, 404);
}
