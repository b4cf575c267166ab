//! Files in a bucket: a store of its own for each test, reached over HTTP as any S3 is. `.ci/run`
//! installs what it needs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plangrep::clock::{Clock, HOUR, MINUTE};
use plangrep::config::{Config, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Answer, TestApp, User, client, fixture, one_file, program};

const JOBS: &str = "/api/open/v1/jobs";

/// A store with the bucket `plans`; ends with the test.
struct Store {
    child: Child,
    url: String,
}

impl Store {
    async fn start() -> Self {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/moto/bin/moto_server");
        let mut child = Command::new(match installed.exists() {
            true => installed.as_path(),
            false => Path::new("moto_server"),
        })
        .args(["-H", "127.0.0.1", "-p", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines
            .find(|line| line.as_ref().unwrap().contains("Running on"))
            .unwrap()
            .unwrap();
        let url = line.split_whitespace().last().unwrap().to_owned();
        // It would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let store = Self { child, url };
        let made = client().build().unwrap();
        let answer = made.put(format!("{}/plans", store.url)).send().await;
        assert!(answer.unwrap().status().is_success());
        store
    }

    fn settings(&self, settings: &mut Settings) {
        settings.blobs_url = Some("s3://plans/plangrep/files".to_owned());
        settings.aws = Some(
            [
                ("AWS_ENDPOINT_URL", self.url.as_str()),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_ACCESS_KEY_ID", "reader"),
                ("AWS_SECRET_ACCESS_KEY", "hush"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        );
    }

    async fn app(&self) -> TestApp {
        TestApp::start_with(|settings| self.settings(settings)).await
    }

    /// Files above a thousand bytes come in parts.
    async fn app_with_parts(&self) -> TestApp {
        TestApp::start_with(|settings| {
            self.settings(settings);
            settings.direct_upload_max_bytes = Some("1000".to_owned());
        })
        .await
    }

    async fn ask(&self, query: &str) -> String {
        let url = format!("{}/plans?{query}", self.url);
        let answer = client().build().unwrap().get(url).send().await.unwrap();
        answer.text().await.unwrap()
    }

    /// The names of all objects.
    async fn names(&self) -> Vec<String> {
        between(&self.ask("list-type=2&max-keys=1000").await, "Key")
    }

    /// The ids of the uploads in parts that are under way.
    async fn uploads(&self) -> Vec<String> {
        between(&self.ask("uploads").await, "UploadId")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What stands in the elements of this name.
fn between(xml: &str, element: &str) -> Vec<String> {
    xml.split(&format!("<{element}>"))
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn described(name: &str, bytes: &[u8]) -> Value {
    let hex: String = sha256(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    json!({
        "fileName": name, "contentType": "application/pdf", "fileSize": bytes.len(), "sha256": hex,
    })
}

async fn announce(key: &User, job: &str, files: Value) -> Vec<Value> {
    let answer = key
        .post(&format!("{JOBS}/{job}/uploads"), json!({ "files": files }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["uploads"].as_array().unwrap().clone()
}

/// Sends a file to where its announcement says, as a client without any key.
async fn put(app: &TestApp, upload: &Value, bytes: &[u8]) -> Answer {
    let user = app.anon();
    let mut request = user.request("PUT", upload["uploadUrl"].as_str().unwrap());
    for (name, value) in upload["uploadHeaders"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    user.send(request.body(bytes.to_vec())).await
}

/// Sends the parts of a file; what is to be said of them in the end.
async fn put_parts(app: &TestApp, upload: &Value, bytes: &[u8]) -> Value {
    let mut sent = Vec::new();
    for part in upload["parts"].as_array().unwrap() {
        let offset = part["offset"].as_u64().unwrap() as usize;
        let end = offset + part["size"].as_u64().unwrap() as usize;
        let bytes = bytes.get(offset..end).unwrap_or(&bytes[offset..]).to_vec();
        let user = app.anon();
        let request = user.request("PUT", part["url"].as_str().unwrap());
        let answer = user.send(request.body(bytes)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        sent.push(json!({ "partNumber": part["partNumber"], "etag": answer.header("etag") }));
    }
    json!({
        "documentId": upload["documentId"], "uploadId": upload["uploadId"],
        "uploadToken": upload["uploadToken"], "parts": sent,
    })
}

async fn complete(key: &User, job: &str, body: Value) -> Answer {
    key.post(&format!("{JOBS}/{job}/uploads/complete"), body)
        .await
}

async fn job_of(key: &User, job: &str) -> Value {
    key.get(&format!("{JOBS}/{job}")).await.json["job"].clone()
}

/// Files that were brought to this machine and are still here.
fn brought(app: &TestApp) -> usize {
    let scratch = app.folder.path().join("scratch");
    std::fs::read_dir(scratch)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|folder| std::fs::read_dir(folder).unwrap().count())
        .sum()
}

#[actix_web::test]
#[ignore = "needs moto"]
async fn a_job_lives_in_a_bucket_whichever_way_its_files_come() {
    let store = Store::start().await;
    let app = store.app_with_parts().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let pdf = fixture("specification.pdf");
    // Large enough to leave this server in parts as well.
    let mut large = pdf.clone();
    large.resize((13 << 20) + 5, b'\n');
    let answer = key.upload(&job, one_file("form.pdf", large.clone())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut parts = pdf.clone();
    parts.resize((20 << 20) + 5, b'\n');
    let tiny = b"%PDF-1.4 tiny".to_vec();
    let text = b"not a document".to_vec();
    let uploads = announce(
        &key,
        &job,
        json!([
            described("parts.pdf", &parts),
            described("put.pdf", &tiny),
            described("text.pdf", &text),
        ]),
    )
    .await;
    assert_eq!(
        store.uploads().await,
        [uploads[0]["uploadId"].as_str().unwrap()]
    );
    let url = uploads[1]["uploadUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/plans/plangrep/files/jobs/{job}/", store.url)));
    assert!(
        url.contains(
            "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bx-amz-checksum-sha256"
        ) && url.contains("X-Amz-Expires=3600"),
        "{url}"
    );
    assert_eq!(
        uploads[1]["uploadHeaders"],
        json!({
            "content-type": "application/pdf",
            "x-amz-checksum-sha256": STANDARD.encode(sha256(&tiny)),
        })
    );
    let sent = put_parts(&app, &uploads[0], &parts).await;
    assert_eq!(put(&app, &uploads[1], &tiny).await.status, 200);
    let content = key
        .post(
            &format!(
                "{JOBS}/{job}/uploads/{}/content",
                uploads[2]["documentId"].as_str().unwrap()
            ),
            json!({
                "uploadToken": uploads[2]["uploadToken"], "contentBase64": STANDARD.encode(&text),
            }),
        )
        .await;
    assert_eq!(content.status, 200, "{}", content.text);
    let body = json!({
        "multipartUploads": [sent], "directUploads": [content.json["directUpload"]],
    });
    let done = complete(&key, &job, body).await;
    assert_eq!(done.status, 202, "{}", done.text);
    assert_eq!(store.uploads().await, [""; 0]);
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(
        (&view["status"], &view["successfulPageCount"]),
        (&json!("completed_with_errors"), &json!(6)),
        "{view}"
    );
    assert_eq!(brought(&app), 0, "what was brought here is gone");
    assert!(!app.folder.path().join("blobs").exists());

    let result = key.get(&format!("{JOBS}/{job}/result")).await;
    assert_eq!(result.json["job"]["id"], job.as_str(), "{}", result.text);
    let at = result.text.find("artifact?path=").unwrap();
    let path = result.text[at..].split('"').next().unwrap().to_owned();
    let url = format!("{JOBS}/{job}/{path}");
    let whole = key.get(&url).await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    let range = key.request("GET", &url).header("range", "bytes=3-9");
    let range = key.send(range).await;
    assert_eq!((range.status, &range.bytes[..]), (206, &whole.bytes[3..10]));

    app.clock.advance(2 * HOUR);
    let forget = key
        .send(key.request("DELETE", &format!("{JOBS}/{job}")))
        .await;
    assert_eq!(forget.status, 204, "{}", forget.text);
    assert_eq!(store.names().await, [""; 0]);
}

#[actix_web::test]
#[ignore = "needs moto"]
async fn what_did_not_come_or_came_short_is_told_at_the_end_and_can_be_sent_again() {
    let store = Store::start().await;
    let app = store.app_with_parts().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let mut large = fixture("specification.pdf");
    large.resize((9 << 20) + 5, b'\n');
    let files = json!([
        described("large.pdf", &large),
        described("small.pdf", b"small")
    ]);
    let uploads = announce(&key, &job, files.clone()).await;
    let (large_id, small_id) = (
        uploads[0]["documentId"].as_str().unwrap(),
        uploads[1]["documentId"].as_str().unwrap(),
    );
    let sent = put_parts(&app, &uploads[0], &large[..large.len() - 1]).await;
    let both = |sent: &Value| json!({ "multipartUploads": [sent] });

    // Parts that are not named, or not as they were sent.
    let mut other = sent.clone();
    other["parts"].as_array_mut().unwrap().pop();
    let answer = complete(&key, &job, both(&other)).await;
    assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
    let mut other = sent.clone();
    other["parts"][1]["etag"] = json!("\"00000000000000000000000000000000\"");
    let answer = complete(&key, &job, both(&other)).await;
    assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
    assert!(answer.message().contains("large.pdf"), "{}", answer.text);

    // A byte is missing: the upload is over, and a new one is begun.
    let answer = complete(&key, &job, both(&sent)).await;
    assert_eq!((answer.status, answer.code()), (422, "size_mismatch"));
    assert!(answer.message().contains(large_id), "{}", answer.text);
    assert_eq!(store.names().await, [""; 0]);
    let again = announce(&key, &job, files.clone()).await;
    assert_ne!(again[0]["uploadId"], uploads[0]["uploadId"]);
    assert_eq!(again[0]["documentId"], large_id);
    let sent = put_parts(&app, &again[0], &large).await;

    // The other one has not come at all, then short, then as it was announced.
    for _ in 0..2 {
        let answer = complete(&key, &job, both(&sent)).await;
        assert_eq!((answer.status, answer.code()), (409, "uploads_incomplete"));
        assert!(answer.message().contains(small_id), "{}", answer.text);
    }
    put(&app, &uploads[1], b"smal").await;
    if store.names().await.len() > 1 {
        // A store that does not look at the checksum by itself.
        let answer = complete(&key, &job, both(&sent)).await;
        assert_eq!((answer.status, answer.code()), (422, "size_mismatch"));
    }
    assert_eq!(put(&app, &again[1], b"small").await.status, 200);
    let done = complete(&key, &job, both(&sent)).await;
    assert_eq!(done.status, 202, "{}", done.text);
    let late = complete(&key, &job, both(&sent)).await;
    assert_eq!((late.status, late.code()), (409, "uploads_closed"));
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(view["successfulPageCount"], 3, "{view}");
}

#[actix_web::test]
#[ignore = "needs moto"]
async fn bytes_other_than_those_announced_fail_their_document_alone() {
    let store = Store::start().await;
    let app = store.app_with_parts().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let (good, mut bad) = (fixture("specification.pdf"), fixture("two-sheets.pdf"));
    let files = json!([described("good.pdf", &good), described("bad.pdf", &bad)]);
    let uploads = announce(&key, &job, files).await;
    bad[100] ^= 1;
    let sent = [
        put_parts(&app, &uploads[0], &good).await,
        put_parts(&app, &uploads[1], &bad).await,
    ];
    let body = json!({ "multipartUploads": sent });
    assert_eq!(complete(&key, &job, body).await.status, 202);
    app.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(view["status"], "completed_with_errors", "{view}");
    assert_eq!(view["successfulPageCount"], 3);
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    assert_eq!(result["errors"][0]["code"], "checksum_mismatch");
    assert_eq!(result["errors"][0]["fileName"], "bad.pdf");
    assert_eq!(brought(&app), 0);
}

#[actix_web::test]
#[ignore = "needs moto"]
async fn a_cancelled_job_leaves_nothing_in_the_bucket_not_even_what_comes_late() {
    let store = Store::start().await;
    let app = store.app_with_parts().await;
    let (_, key) = app.admin_and_key().await;
    let job = app.job(&key).await;
    let large = vec![b'x'; 9 << 20];
    let files = json!([
        described("large.pdf", &large),
        described("small.pdf", b"small")
    ]);
    let uploads = announce(&key, &job, files).await;
    put_parts(&app, &uploads[0], &large).await;
    put(&app, &uploads[1], b"small").await;
    // A sender that hangs up after a while.
    let mut body =
        b"--x\r\nContent-Disposition: form-data; name=\"file0\"; filename=\"a\"\r\n\r\n".to_vec();
    body.resize(12 << 20, b'x');
    let request = key
        .request("POST", &format!("{JOBS}/{job}/files"))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body);
    assert_eq!(key.send(request).await.status, 400);
    let answer = key.post_nothing(&format!("{JOBS}/{job}/cancel")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    app.clock.advance(2 * MINUTE);
    app.drain().await;
    assert_eq!(
        (store.names().await.len(), store.uploads().await.len()),
        (0, 0)
    );
    assert_eq!(put(&app, &uploads[1], b"small").await.status, 200);
    assert_eq!(store.names().await.len(), 1);
    app.clock.advance(HOUR);
    app.drain().await;
    assert_eq!(store.names().await.len(), 0);
}

#[actix_web::test]
#[ignore = "needs moto"]
async fn two_servers_share_a_bucket() {
    let store = Store::start().await;
    let first = store.app().await;
    let (_, key) = first.admin_and_key().await;
    let job = first.job(&key).await;
    let form = one_file("plans.pdf", fixture("two-sheets.pdf"));
    assert_eq!(key.upload(&job, form).await.status, 200);
    // Another server with the same database, as after a move to another machine.
    let kept = std::fs::read_to_string(first.folder.path().join("secret.key")).unwrap();
    let mut settings = Settings {
        bind: Some("127.0.0.1:0".to_owned()),
        data_dir: Some(first.folder.path().join("second").display().to_string()),
        database_url: Some(first.database_url()),
        secret: Some(kept),
        workers: Some("0".to_owned()),
        ..Settings::default()
    };
    store.settings(&mut settings);
    let config = Config::from_settings(&settings).unwrap();
    let second = plangrep::app::Application::build(config, first.clock.clone(), program()).unwrap();
    let worker = second.worker();
    assert_eq!(complete(&key, &job, json!({})).await.status, 202);
    // One looks, the other reads, and the first ends it.
    first.turn().await;
    let turn = worker.runner.claim().await.unwrap().unwrap();
    worker.runner.run(turn).await;
    first.drain().await;
    let view = job_of(&key, &job).await;
    assert_eq!(
        (&view["status"], &view["successfulPageCount"]),
        (&json!("completed"), &json!(2)),
        "{view}"
    );
}

#[actix_web::test]
#[ignore = "needs moto"]
async fn a_bucket_that_is_not_there_stops_the_start() {
    let store = Store::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings {
        bind: Some("127.0.0.1:0".to_owned()),
        data_dir: Some(folder.path().display().to_string()),
        ..Settings::default()
    };
    store.settings(&mut settings);
    settings.blobs_url = Some("s3://nowhere".to_owned());
    let config = Config::from_settings(&settings).unwrap();
    let built = plangrep::app::Application::build(config, Clock::system(), program());
    let problem = format!("{:#}", built.err().unwrap());
    assert!(
        problem.starts_with("PLANGREP_BLOBS_URL: the bucket nowhere cannot be listed"),
        "{problem}"
    );
}
