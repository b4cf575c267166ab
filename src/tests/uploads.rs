//! Files on their way into a job: what is taken, what is refused, and what stays of it.

use diesel::prelude::*;
use plangrep::db::schema::files;
use serde_json::{Value, json};

use crate::harness::{TestApp, fixture, one_file};

#[actix_web::test]
async fn an_upload_that_is_wrong_is_refused_whole() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let pdf = || fixture("specification.pdf");
    let part = |text: String| reqwest::multipart::Part::text(text);
    let with =
        |metadata: Value| one_file("a.pdf", pdf()).part("metadata", part(metadata.to_string()));
    let said = |change: Value| {
        let mut file = json!({ "partName": "file0", "fileName": "a.pdf" });
        file.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        with(json!({ "files": [file] }))
    };
    for (form, status, code) in [
        (
            reqwest::multipart::Form::new().part("metadata", part("{}".to_owned())),
            400,
            "no_files",
        ),
        (
            one_file("a.pdf", pdf()).part("other", part("x".to_owned())),
            400,
            "invalid_request",
        ),
        (
            one_file("a.pdf", pdf()).part("file0", part("x".to_owned())),
            400,
            "invalid_request",
        ),
        (with(json!("x")), 400, "invalid_request"),
        (with(json!({ "colour": 1 })), 400, "invalid_request"),
        (
            with(json!({ "files": [{ "partName": "file9", "fileName": "b.pdf" }] })),
            400,
            "invalid_request",
        ),
        (
            with(
                json!({ "files": [{ "partName": "file0", "fileName": "b" }, { "partName": "file0", "fileName": "c" }] }),
            ),
            400,
            "invalid_request",
        ),
        (
            said(json!({ "classification": "poetry" })),
            400,
            "invalid_request",
        ),
        (
            said(json!({ "fileName": "a\u{0}b" })),
            400,
            "invalid_request",
        ),
        (said(json!({ "fileName": "" })), 400, "invalid_request"),
        (
            said(json!({ "contentType": "a\r\nb" })),
            400,
            "invalid_request",
        ),
        (
            said(json!({ "sha256": "0".repeat(64) })),
            422,
            "checksum_mismatch",
        ),
        (
            one_file("a.pdf", pdf()).part("metadata", part("x".repeat((1 << 20) + 1))),
            413,
            "payload_too_large",
        ),
    ] {
        let answer = key.upload(&job, form).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{}",
            answer.text
        );
    }
    let path = format!("/api/open/v1/jobs/{job}/files");
    for (kind, body, status) in [
        ("application/json", "{}", 415),
        ("multipart/form-data", "x", 400),
        ("multipart/form-data; boundary=b", "no boundary here", 400),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"file0\"; filename=\"a\"\r\n\r\ncut off",
            400,
        ),
    ] {
        let answer = key
            .send(
                key.request("POST", &path)
                    .header("content-type", kind)
                    .body(body),
            )
            .await;
        assert_eq!(answer.status, status, "{kind} {body}: {}", answer.text);
        assert!(!answer.code().is_empty());
    }
    let view = key.get(&format!("/api/open/v1/jobs/{job}")).await.json["job"].clone();
    assert_eq!(
        (&view["status"], &view["files"]),
        (&json!("awaiting_uploads"), &json!([]))
    );
    let answer = key
        .post_nothing(&format!("/api/open/v1/jobs/{job}/uploads/complete"))
        .await;
    assert_eq!((answer.status, answer.code()), (400, "no_files"));
    let answer = key
        .post(
            &format!("/api/open/v1/jobs/{job}/uploads/complete"),
            json!({ "documentIds": ["file_x"] }),
        )
        .await;
    assert_eq!(answer.status, 400);

    // Names are data, the metadata's over the part's; a right checksum passes in either case.
    let digest = key.upload(&job, one_file("a.pdf", pdf())).await.json["uploads"][0]["sha256"]
        .as_str()
        .unwrap()
        .to_uppercase();
    let answer = key.upload(&job, said(json!({ "fileName": "../图纸 \"é\".pdf", "sha256": digest, "classification": "addenda" }))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["uploads"][0]["fileName"], "图纸 \"é\".pdf");
    let rows: Vec<Option<String>> = app
        .query(|c| {
            files::table
                .order(files::id)
                .select(files::classification)
                .load(c)
        })
        .await;
    assert_eq!(rows, [None, Some("addenda".to_owned())]);
}

#[actix_web::test]
async fn what_a_refused_upload_had_stored_is_deleted_again() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let form = one_file("a.pdf", fixture("two-sheets.pdf"))
        .part("metadata", reqwest::multipart::Part::text("not json"));
    assert_eq!(key.upload(&job, form).await.status, 400);
    let folder = app
        .folder
        .path()
        .join("blobs/jobs")
        .join(&job)
        .join("uploads");
    let left = || std::fs::read_dir(&folder).map_or(0, |entries| entries.count());
    for _ in 0..100_000 {
        if left() == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(left(), 0);
}

#[actix_web::test]
async fn a_job_takes_a_hundred_files_and_no_more() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let form = |from: usize, to: usize| {
        (from..to).fold(reqwest::multipart::Form::new(), |form, number| {
            let part = reqwest::multipart::Part::bytes(format!("{number}").into_bytes())
                .file_name(format!("{number}.pdf"));
            form.part(format!("file{number}"), part)
        })
    };
    let answer = key.upload(&job, form(0, 101)).await;
    assert_eq!((answer.status, answer.code()), (422, "limit_exceeded"));
    assert_eq!(key.upload(&job, form(0, 99)).await.status, 200);
    let answer = key.upload(&job, form(100, 102)).await;
    assert_eq!((answer.status, answer.code()), (422, "limit_exceeded"));
    assert_eq!(key.upload(&job, form(100, 101)).await.status, 200);
    let answer = key.upload(&job, form(101, 102)).await;
    assert_eq!((answer.status, answer.code()), (422, "limit_exceeded"));
    let answer = key
        .send(
            key.request("POST", &format!("/api/open/v1/jobs/{job}/files"))
                .header("content-type", "multipart/form-data; boundary=b")
                .header("content-length", "20000000000"),
        )
        .await;
    assert_eq!(
        (answer.status, answer.code()),
        (422, "limit_exceeded"),
        "refused before bytes move"
    );
    let count: i64 = app.query(|c| files::table.count().get_result(c)).await;
    assert_eq!(count, 100);
}

#[actix_web::test]
async fn first_uploads_at_once_are_all_taken() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let uploads = (0..6).map(|number| {
        let form = one_file(&format!("{number}.pdf"), format!("{number}").into_bytes());
        key.upload(&job, form)
    });
    for answer in futures_util::future::join_all(uploads).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let view = key.get(&format!("/api/open/v1/jobs/{job}")).await;
    assert_eq!(view.json["job"]["files"].as_array().unwrap().len(), 6);
}
