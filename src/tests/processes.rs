//! Several processes on one database: servers that only serve, workers that only work.

use std::collections::BTreeSet;
use std::process::Child;
use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::command_line::{Place, Server, text};
use crate::harness::{SCOPES, User, fixture, one_file};

/// A worker of its own; ended with the test.
struct Worker(Child);

impl Worker {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["worker"]);
        Self(command.env("PLANGREP_LOG", "error").spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        self.0.wait().unwrap();
    }
}

/// Nobody reads their logs, and a full pipe would stop them.
const SERVE_ONLY: [(&str, &str); 3] = [
    ("PLANGREP_WORKERS", "0"),
    ("PLANGREP_RATE_LIMIT", "0"),
    ("PLANGREP_LOG", "error"),
];

/// A key with every scope, made by the command line.
fn key_of(place: &Place, url: &str) -> User {
    let mut user = User::at(url);
    user.bearer = Some(place.ada_and_key(&SCOPES));
    user
}

/// A project that a worker has made ready.
async fn ready_project(key: &User) -> String {
    let made = key
        .post("/api/open/v1/projects", json!({ "name": "Library" }))
        .await;
    let project = made.json["project"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/open/v1/projects/{project}");
    while key.get(&path).await.json["project"]["status"] != "ready" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    project
}

async fn new_job(key: &User, project: &str) -> String {
    let answer = key
        .post(&format!("/api/open/v1/projects/{project}/jobs"), json!({}))
        .await;
    answer.json["job"]["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_worker_runs_the_jobs_of_a_server_that_only_serves_and_stops_cleanly() {
    let place = Place::new();
    let server = Server::start_with(&place, &SERVE_ONLY);
    let mut workers = [Worker::start(&place), Worker::start(&place)];
    let key = key_of(&place, &server.1);
    let project = ready_project(&key).await;
    let job = new_job(&key, &project).await;
    let path = format!("/api/open/v1/jobs/{job}");
    key.upload(&job, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    key.upload(&job, one_file("b.pdf", fixture("two-sheets.pdf")))
        .await;
    key.post_nothing(&format!("{path}/uploads/complete")).await;
    // The stream ends when the job is over.
    let events = key.get(&format!("{path}/events")).await;
    assert!(
        events.text.contains("\"status\":\"completed\""),
        "{}",
        events.text
    );
    let view = key.get(&path).await.json["job"].clone();
    assert_eq!(
        (&view["successfulPageCount"], &view["billing"]),
        (
            &json!(5),
            &json!({ "creditsReserved": 23, "creditsDebited": 23 })
        )
    );
    for worker in &mut workers {
        worker.signal(Signal::TERM);
        assert!(worker.0.wait().unwrap().success(), "exit code 0");
    }
    let scratch = place.folder.path().join("scratch");
    let left = std::fs::read_dir(scratch).unwrap().count();
    assert_eq!(left, 2, "the folder of the server and its lock");
}

#[actix_web::test]
async fn an_idempotency_key_holds_across_servers_and_restarts() {
    let place = Place::new();
    let server = Server::start_with(&place, &SERVE_ONLY);
    let other = Server::start_with(&place, &SERVE_ONLY);
    let worker = Worker::start(&place);
    let key = key_of(&place, &server.1);
    let project = ready_project(&key).await;
    drop(worker);
    let create = async |url: &str| {
        let mut sender = User::at(url);
        sender.bearer.clone_from(&key.bearer);
        let request = sender
            .request("POST", &format!("/api/open/v1/projects/{project}/jobs"))
            .header("idempotency-key", "bid 7")
            .json(&json!({ "externalId": "7" }));
        sender.send(request).await
    };
    let urls = [&server.1, &other.1];
    let answers = join_all((0..200).map(|number| create(urls[number % 2]))).await;
    let mut ids: BTreeSet<String> = answers
        .iter()
        .filter(|answer| answer.status == 202)
        .map(|answer| answer.json["job"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 202 | 409))
    );
    let firsts = answers
        .iter()
        .filter(|answer| answer.status == 202 && answer.json["idempotent"] == Value::Null);
    assert_eq!(firsts.count(), 1);
    drop((server, other));
    let server = Server::start_with(&place, &SERVE_ONLY);
    let again = create(&server.1).await;
    assert_eq!(again.json["idempotent"], true);
    ids.insert(again.json["job"]["id"].as_str().unwrap().to_owned());
    assert_eq!(ids.len(), 1);
}

#[actix_web::test]
async fn granted_credits_are_on_the_balance_and_in_the_log() {
    let place = Place::new();
    let server = Server::start_with(&place, &SERVE_ONLY);
    key_of(&place, &server.1);
    let grant = place.run(&["credits", "grant", "--workspace", "Oak", "250"], "");
    assert_eq!(text(&grant.stdout), "Oak has 100250 credits\n");
    for wrong in [
        ["credits", "grant", "--workspace", "Elm", "1"],
        ["credits", "grant", "--workspace", "Oak", "0"],
        ["credits", "grant", "--workspace", "Oak", "x"],
    ] {
        assert!(!place.run(&wrong, "").status.success(), "{wrong:?}");
    }
    let metrics = User::at(&server.1).get("/metrics").await;
    assert_eq!(metrics.status, 200);
    for line in [
        "plangrep_http_requests_total{status=\"2xx\"} 0",
        "plangrep_jobs{status=\"processing\"} 0",
        "plangrep_http_request_seconds_bucket{le=\"+Inf\"} 0",
        "plangrep_mail_waiting 0",
    ] {
        assert!(metrics.text.contains(line), "{line}: {}", metrics.text);
    }
    let forwarded = User::at(&server.1)
        .request("GET", "/metrics")
        .header("x-forwarded-for", "203.0.113.9");
    let answer = User::at(&server.1).send(forwarded).await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
}
