//! Webhooks: to a real receiver on loopback, over TCP.

use std::collections::VecDeque;
use std::io::BufRead;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use hmac::{KeyInit, Mac};
use plangrep::app::Foundation;
use plangrep::audit::Actor;
use plangrep::clock::{DAY, HOUR, MINUTE, SECOND, Time};
use plangrep::config::{Config, Settings};
use plangrep::db::schema::{
    audit_events, job_transitions, jobs, users, webhook_attempts, webhook_deliveries,
};
use plangrep::webhooks::{LookUp, PATIENCE, RESULT_PLACE, Status, Webhooks, queue};
use plangrep::worker::Bell;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::harness::{TestApp, User};
use crate::receiver::{Receiver, Reply, Request};

/// An application, a job in it, and the room of webhooks as the application builds it.
struct Scene {
    app: TestApp,
    settings: Settings,
    admin: User,
    key: User,
    job: String,
    workspace: String,
    hooks: Arc<Webhooks>,
}

impl Scene {
    async fn start() -> Self {
        Self::start_with(true, |hooks| hooks).await
    }

    async fn start_with(allow_private: bool, change: impl FnOnce(Webhooks) -> Webhooks) -> Self {
        let mut kept = None;
        let app = TestApp::start_with(|settings| {
            settings.webhook_allow_private = Some(allow_private.to_string());
            kept = Some(settings.clone());
        })
        .await;
        let settings = kept.unwrap();
        let (admin, key) = app.admin_and_key().await;
        let job = app.job(&key).await;
        let workspace = app
            .query(|c| users::table.select(users::workspace_id).first(c))
            .await;
        let hooks = Arc::new(change(webhooks(&app, &settings)));
        Self {
            app,
            settings,
            admin,
            key,
            job,
            workspace,
            hooks,
        }
    }

    /// Lets changes of a job's status be told to a URL.
    async fn tell(&self, job: &str, url: &str, sequences: &[i64]) {
        let (workspace, job, url) = (self.workspace.clone(), job.to_owned(), url.to_owned());
        let (sequences, now) = (sequences.to_vec(), self.app.clock.now());
        self.app
            .db
            .write(move |c| {
                diesel::update(jobs::table.filter(jobs::id.eq(&job)))
                    .set(jobs::webhook_url.eq(&url))
                    .execute(c)?;
                for sequence in sequences {
                    diesel::insert_into(job_transitions::table)
                        .values((
                            job_transitions::id.eq(format!("{job}-{sequence}")),
                            job_transitions::job_id.eq(&job),
                            job_transitions::sequence.eq(sequence),
                            job_transitions::to_status.eq("completed"),
                            job_transitions::happened_at.eq(now),
                            job_transitions::event.eq(event(&job, sequence)),
                        ))
                        .execute(c)?;
                    queue(c, &workspace, &job, sequence, now)?;
                }
                Ok(())
            })
            .await
            .unwrap();
    }

    async fn deliver(&self) -> usize {
        self.hooks.deliver().await.unwrap()
    }

    /// Status and attempts since the last start of each delivery, and its next attempt.
    async fn deliveries(&self) -> Vec<(String, i32, Time)> {
        self.app
            .query(|c| {
                webhook_deliveries::table
                    .order(webhook_deliveries::id)
                    .select((
                        webhook_deliveries::status,
                        webhook_deliveries::attempts,
                        webhook_deliveries::next_attempt_at,
                    ))
                    .load(c)
            })
            .await
    }

    /// Status codes and problems of all attempts, in their order.
    async fn attempts(&self) -> Vec<(Option<i32>, Option<String>)> {
        self.app
            .query(|c| {
                webhook_attempts::table
                    .order(webhook_attempts::id)
                    .select((webhook_attempts::status_code, webhook_attempts::problem))
                    .load(c)
            })
            .await
    }
}

fn webhooks(app: &TestApp, settings: &Settings) -> Webhooks {
    let config = Config::from_settings(settings).unwrap();
    let allow_private = config.webhook_allow_private;
    let foundation = Foundation::lay(config, app.clock.clone()).unwrap();
    let link = |job_id: &str| format!("https://plans.example.com/results/{job_id}?token=\"1\"");
    Webhooks::new(
        foundation.db,
        foundation.clock,
        &foundation.secret,
        Bell::new(),
        allow_private,
        link,
    )
    .unwrap()
}

fn event(job: &str, sequence: i64) -> String {
    format!(
        "{{\"type\":\"job.status_changed\",\"timestamp\":\"2026-11-24T10:00:00.000Z\",\
         \"data\":{{\"job\":{{\"id\":\"{job}\",{RESULT_PLACE}}},\
         \"previousStatus\":\"processing\",\"sequence\":{sequence}}}}}"
    )
}

/// The signature that a receiver expects, made from the secret as it is shown.
fn signature(secret: &str, request: &Request) -> String {
    let key = STANDARD
        .decode(secret.strip_prefix("wss_").unwrap())
        .unwrap();
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    let [id, timestamp] = ["webhook-id", "webhook-timestamp"].map(|name| request.header(name));
    mac.update(format!("{id}.{timestamp}.{}", request.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[actix_web::test]
async fn a_receiver_that_recovers_gets_one_signed_event_under_one_id() {
    let scene = Scene::start().await;
    let replies = [Reply::Status(500), Reply::Status(404), Reply::Status(302)];
    let receiver = Receiver::start(replies).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    assert_eq!(scene.deliver().await, 1);
    assert_eq!(scene.deliver().await, 0, "it is not due yet");
    let mut times = vec![scene.app.clock.now().0 / SECOND];
    for pause in [5 * SECOND, 5 * MINUTE, 30 * MINUTE] {
        scene.app.clock.advance(pause * 89 / 100);
        assert_eq!(scene.deliver().await, 0);
        scene.app.clock.advance(pause * 22 / 100);
        assert_eq!(scene.deliver().await, 1);
        times.push(scene.app.clock.now().0 / SECOND);
    }
    scene.app.clock.advance(DAY);
    assert_eq!(scene.deliver().await, 0);

    let deliveries = scene.deliveries().await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(
        (deliveries[0].0.as_str(), deliveries[0].1),
        ("delivered", 4)
    );
    let codes: Vec<_> = scene.attempts().await;
    assert_eq!(
        codes.iter().map(|attempt| attempt.0).collect::<Vec<_>>(),
        [Some(500), Some(404), Some(302), Some(200)]
    );
    let got = receiver.got();
    assert_eq!((got.len(), receiver.connections()), (4, 4));
    let secret = scene.hooks.signing_secret(&scene.job);
    let link = format!(
        "https://plans.example.com/results/{}?token=\"1\"",
        scene.job
    );
    for (request, time) in got.iter().zip(times) {
        assert!(request.head.starts_with("POST /hook HTTP/1.1\r\n"));
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("user-agent"), "Plangrep");
        assert_eq!(request.header("webhook-id"), got[0].header("webhook-id"));
        assert!(request.header("webhook-id").starts_with("ev_"));
        assert_eq!(request.header("webhook-timestamp"), time.to_string());
        assert_eq!(
            request.header("webhook-signature"),
            signature(&secret, request)
        );
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "job.status_changed", "timestamp": "2026-11-24T10:00:00.000Z",
                "data": {
                    "job": { "id": scene.job, "resultUrl": link },
                    "previousStatus": "processing", "sequence": 101,
                },
            })
        );
    }
}

#[actix_web::test]
async fn a_receiver_that_never_takes_it_is_given_up_after_ten_attempts() {
    let scene = Scene::start().await;
    let receiver = Receiver::start(vec![Reply::Status(503); 20]).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    let mut tried = 0;
    for _ in 0..15 {
        tried += scene.deliver().await;
        scene.app.clock.advance(27 * HOUR);
    }
    assert_eq!((tried, receiver.got().len()), (10, 10));
    let deliveries = scene.deliveries().await;
    assert_eq!(
        (deliveries[0].0.as_str(), deliveries[0].1),
        ("given_up", 10)
    );
}

#[actix_web::test]
async fn a_receiver_that_is_gone_is_not_asked_again() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([Reply::Status(410)]).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    assert_eq!(scene.deliver().await, 1);
    scene.app.clock.advance(DAY);
    assert_eq!(scene.deliver().await, 0);
    assert_eq!(scene.deliveries().await[0].0, "given_up");
}

#[actix_web::test]
async fn redirects_are_not_followed() {
    let scene = Scene::start().await;
    let elsewhere = Receiver::start([]).await;
    let receiver = Receiver::start([Reply::To(elsewhere.url.clone())]).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    assert_eq!(scene.deliver().await, 1);
    assert_eq!(elsewhere.connections(), 0);
    assert_eq!(scene.deliveries().await[0].0, "waiting");
    let problem = "Redirects are not followed.".to_owned();
    assert_eq!(scene.attempts().await, [(Some(307), Some(problem))]);
}

#[actix_web::test]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    let patience = Duration::from_secs(1);
    let scene = Scene::start_with(true, |hooks| hooks.with(LookUp::System, patience).unwrap());
    let scene = scene.await;
    let slow = Receiver::start(vec![Reply::Hang; 20]).await;
    for _ in 0..6 {
        let job = scene.app.job(&scene.key).await;
        scene.tell(&job, &slow.url, &[101]).await;
    }
    scene.app.clock.advance(SECOND);
    let quick = Receiver::start([]).await;
    scene.tell(&scene.job, &quick.url, &[101, 102]).await;
    let begun = Instant::now();
    let hooks = scene.hooks.clone();
    let delivering = tokio::spawn(async move { hooks.deliver().await.unwrap() });
    while quick.got().len() < 2 {
        assert!(begun.elapsed() < patience, "it waited for the slow one");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(slow.connections(), 2, "at most two at once to one receiver");
    // What becomes due meanwhile goes out too.
    scene.tell(&scene.job, &quick.url, &[103]).await;
    assert_eq!(delivering.await.unwrap(), 9);
    assert_eq!(quick.got().len(), 3);
    let timed_out = (None, Some("There was no answer in time.".to_owned()));
    let attempts = scene.attempts().await;
    let count = attempts.iter().filter(|attempt| **attempt == timed_out);
    assert_eq!(count.count(), 6);
}

#[actix_web::test]
async fn many_that_fail_at_once_hold_up_neither_each_other_nor_the_database() {
    let scene = Scene::start().await;
    for port in 1..=40 {
        let job = scene.app.job(&scene.key).await;
        // Nothing listens on ports that are reserved.
        let url = format!("http://127.0.0.1:{port}/");
        scene.tell(&job, &url, &[101]).await;
    }
    let hooks = scene.hooks.clone();
    let delivering = tokio::spawn(async move { hooks.deliver().await.unwrap() });
    scene.app.project(&scene.key, "Meanwhile").await;
    let patience = Duration::from_secs(60);
    let tried = tokio::time::timeout(patience, delivering).await;
    assert_eq!(tried.unwrap().unwrap(), 40);
}

#[actix_web::test]
async fn the_events_of_a_job_go_out_in_their_order() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([Reply::Status(500)]).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    scene.deliver().await;
    scene.app.clock.advance(SECOND);
    let more: Vec<i64> = (102..115).collect();
    scene.tell(&scene.job, &receiver.url, &more).await;
    scene.app.clock.advance(5 * SECOND);
    assert_eq!(scene.deliver().await, 14);
    let order: Vec<i64> = receiver.got().iter().map(Request::sequence).collect();
    let expected: Vec<i64> = [101].into_iter().chain(101..115).collect();
    assert_eq!(order, expected);
}

#[actix_web::test]
async fn several_processes_send_each_event_once() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([]).await;
    for _ in 0..4 {
        let job = scene.app.job(&scene.key).await;
        scene
            .tell(&job, &receiver.url, &(101..112).collect::<Vec<_>>())
            .await;
    }
    let others = [(); 3].map(|()| webhooks(&scene.app, &scene.settings));
    let tried = tokio::join!(
        scene.deliver(),
        async { others[0].deliver().await.unwrap() },
        async { others[1].deliver().await.unwrap() },
        async { others[2].deliver().await.unwrap() },
    );
    assert_eq!(tried.0 + tried.1 + tried.2 + tried.3, 44);
    let mut ids: Vec<String> = receiver
        .got()
        .iter()
        .map(|request| request.header("webhook-id").to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), receiver.got().len()), (44, 44));
}

#[actix_web::test]
async fn a_process_that_stops_gives_back_what_hangs() {
    let stop = watch::Sender::new(false);
    let watched = stop.subscribe();
    let patience = Duration::from_millis(800);
    let scene = Scene::start_with(true, |hooks| {
        let hooks = hooks.with(LookUp::System, patience).unwrap();
        hooks.stopping_with(watched)
    })
    .await;
    let receiver = Receiver::start([Reply::Hang]).await;
    scene.tell(&scene.job, &receiver.url, &[101, 102]).await;
    let hooks = scene.hooks.clone();
    let delivering = tokio::spawn(async move { hooks.deliver().await.unwrap() });
    while receiver.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send_replace(true);
    assert_eq!(delivering.await.unwrap(), 0);
    let now = scene.app.clock.now();
    let waiting = ("waiting".to_owned(), 0, now);
    assert_eq!(scene.deliveries().await, [waiting.clone(), waiting]);
    let other = webhooks(&scene.app, &scene.settings);
    assert_eq!(other.deliver().await.unwrap(), 2);
}

#[actix_web::test]
async fn what_a_killed_process_had_claimed_is_sent_after_a_while() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([Reply::Hang]).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    let hooks = scene.hooks.clone();
    let delivering = tokio::spawn(async move { hooks.deliver().await.unwrap() });
    while receiver.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    delivering.abort();
    assert_eq!(scene.deliver().await, 0);
    scene.app.clock.advance(2 * MINUTE);
    assert_eq!(scene.deliver().await, 1);
    assert_eq!(scene.deliveries().await[0].0, "delivered");
}

#[actix_web::test]
async fn an_answer_without_an_end_is_not_read() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([Reply::Endless]).await;
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    let begun = Instant::now();
    assert_eq!(scene.deliver().await, 1);
    assert!(begun.elapsed() < PATIENCE / 2);
    assert_eq!(scene.deliveries().await[0].0, "delivered");
    // What lies in the buffers of the two sockets counts too.
    assert!(receiver.sent.load(Ordering::SeqCst) < 16_000_000);
}

#[actix_web::test]
async fn nothing_on_the_inside_is_called() {
    let inside: Vec<IpAddr> = vec!["127.0.0.1".parse().unwrap()];
    let answers = LookUp::Scripted(Arc::new(Mutex::new([inside.clone(), inside].into())));
    let scene = Scene::start_with(false, |hooks| hooks.with(answers, PATIENCE).unwrap()).await;
    let receiver = Receiver::start([]).await;
    let port = receiver.url.split([':', '/']).nth(4).unwrap();
    // The first could be stored while private addresses were allowed.
    for (sequence, url) in [
        (101, receiver.url.clone()),
        (102, format!("https://127.0.0.1:{port}/hook")),
        (103, format!("https://[::ffff:7f00:1]:{port}/hook")),
        (104, format!("https://hooks.example.com:{port}/hook")),
    ] {
        assert_eq!(
            scene.hooks.target(&url).is_ok(),
            url.contains("example.com"),
            "{url}"
        );
        scene.tell(&scene.job, &url, &[sequence]).await;
        assert_eq!(scene.deliver().await, 1, "{url}");
    }
    assert_eq!(receiver.connections(), 0);
    for (code, problem) in scene.attempts().await {
        let problem = problem.unwrap();
        assert_eq!(code, None);
        assert!(!problem.contains("127.0.0.1") && !problem.contains("hook\""));
    }
}

#[actix_web::test]
async fn people_see_the_deliveries_of_their_workspace_and_send_them_again() {
    let scene = Scene::start().await;
    let replies = [Reply::Status(500), Reply::Status(200), Reply::Status(500)];
    let receiver = Receiver::start(replies).await;
    let url = format!("{}?token=hush", receiver.url);
    scene.tell(&scene.job, &url, &[101]).await;
    scene.app.clock.advance(1);
    scene.tell(&scene.job, &url, &[102]).await;
    assert_eq!(scene.deliver().await, 2);
    let other_job = scene.app.job(&scene.key).await;
    scene.app.clock.advance(1);
    scene.tell(&other_job, &url, &[101]).await;
    let (hooks, workspace) = (&scene.hooks, scene.workspace.as_str());
    assert_eq!(scene.deliver().await, 1);

    let rows = hooks.of_workspace(workspace, None, None, 50).await.unwrap();
    let jobs: Vec<&str> = rows.iter().map(|row| row.job_id.as_str()).collect();
    assert_eq!(jobs, [&other_job, &scene.job, &scene.job], "newest first");
    let rows = hooks
        .of_workspace(workspace, Some(&scene.job), None, 50)
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    let first = &rows[1];
    assert_eq!(
        (first.sequence, first.to_status.as_str()),
        (101, "completed")
    );
    assert_eq!(first.host, "127.0.0.1");
    assert!(first.project_name.starts_with("Library"));
    assert_eq!(first.attempts, 1);
    let older = hooks
        .of_workspace(workspace, None, Some(&rows[0].id), 50)
        .await
        .unwrap();
    assert_eq!(older.len(), 1);
    assert_eq!(older[0].id, first.id);
    let one = hooks.of_workspace(workspace, None, None, 1).await.unwrap();
    assert_eq!((one.len(), one[0].job_id.as_str()), (1, other_job.as_str()));

    // A delivered one: the same id again, and a whole row of retries.
    let delivered = rows.iter().find(|row| row.status == Status::Delivered);
    let id = delivered.unwrap().id.clone();
    assert_eq!(delivered.unwrap().next_attempt_at, None);
    scene.app.clock.advance(1);
    let actor = Actor::CommandLine;
    hooks.redeliver(&actor, workspace, &id).await.unwrap();
    let now = scene.app.clock.now();
    let delivery = hooks.delivery(workspace, &id).await.unwrap();
    assert_eq!(delivery.row.status, Status::Waiting);
    assert_eq!(delivery.row.next_attempt_at, Some(now));
    assert_eq!((delivery.row.ended_at, delivery.attempts.len()), (None, 1));
    assert!(
        delivery
            .body
            .contains("\n    \"previousStatus\": \"processing\",\n")
    );
    assert!(delivery.body.contains("a new link"));
    assert_eq!(scene.deliver().await, 1);
    let got = receiver.got();
    assert_eq!(got.len(), 4);
    assert_eq!(got[3].header("webhook-id"), id);
    let delivery = hooks.delivery(workspace, &id).await.unwrap();
    assert_eq!(
        (delivery.row.status, delivery.row.attempts),
        (Status::Delivered, 2)
    );
    let recorded: Vec<(String, String)> = scene
        .app
        .query(|c| {
            audit_events::table
                .filter(audit_events::action.eq("webhook.redelivered"))
                .select((audit_events::subject_id, audit_events::detail))
                .load(c)
        })
        .await;
    assert_eq!(recorded, [(id.clone(), "to 127.0.0.1".to_owned())]);

    // Others' are not there, and nothing happens to them.
    let stranger = "ws_00000000000000000000000000";
    for (workspace, id) in [
        (stranger, id.as_str()),
        (workspace, "ev_00000000000000000000000000"),
        (workspace, "ev_'"),
    ] {
        let refused = hooks.redeliver(&actor, workspace, id).await.unwrap_err();
        assert_eq!(refused.code.status(), 404);
        assert!(hooks.delivery(workspace, id).await.is_err());
    }
    let rows = hooks.of_workspace(stranger, None, None, 50).await.unwrap();
    assert!(rows.is_empty());
    assert_eq!(scene.deliver().await, 0);
    let page = scene.admin.get("/settings/audit").await;
    assert!(page.text.contains("Sent again the webhook"));
}

#[actix_web::test]
async fn only_ended_deliveries_are_forgotten_after_thirty_days() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([Reply::Status(200), Reply::Status(500)]).await;
    scene.tell(&scene.job, &receiver.url, &[101, 102]).await;
    scene.deliver().await;
    scene.app.clock.advance(30 * DAY);
    scene.hooks.purge().await.unwrap();
    assert_eq!(scene.deliveries().await.len(), 2);
    scene.app.clock.advance(1);
    scene.hooks.purge().await.unwrap();
    let left = scene.deliveries().await;
    assert_eq!((left.len(), left[0].0.as_str()), (1, "waiting"));
    assert_eq!(scene.attempts().await, [(Some(500), None)]);
}

/// A certificate of its own making, for the right name.
#[actix_web::test]
#[ignore = "needs openssl"]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let answers = Arc::new(Mutex::new(VecDeque::from([vec![
        "127.0.0.1".parse().unwrap(),
    ]])));
    let scene = Scene::start_with(true, |hooks| {
        hooks.with(LookUp::Scripted(answers), PATIENCE).unwrap()
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: &str| {
        let mut command = std::process::Command::new("openssl");
        command
            .args(arguments.split(' '))
            .current_dir(folder.path())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null());
        command
    };
    let made = openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key -out certificate \
         -subj /CN=hooks.example.com -addext subjectAltName=DNS:hooks.example.com",
    )
    .status();
    assert!(made.unwrap().success());
    let mut server = openssl(&format!(
        "s_server -www -accept {port} -key key -cert certificate"
    ))
    .spawn()
    .unwrap();
    let mut lines = std::io::BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ACCEPT") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended");
    }
    let url = format!("https://hooks.example.com:{port}/hook");
    scene.tell(&scene.job, &url, &[101]).await;
    assert_eq!(scene.deliver().await, 1);
    server.kill().unwrap();
    server.wait().unwrap();
    let (code, problem) = scene.attempts().await.remove(0);
    assert_eq!(code, None);
    let problem = problem.unwrap();
    assert!(problem.contains("known authority"), "{problem}");
}

/// Receivers check deliveries with the libraries of the specification.
#[actix_web::test]
#[ignore = "needs standardwebhooks"]
async fn a_library_of_the_specification_takes_a_delivery() {
    let scene = Scene::start().await;
    let receiver = Receiver::start([]).await;
    // It refuses what is not of these minutes.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.unwrap().as_millis()).unwrap();
    scene.app.clock.advance(now - scene.app.clock.now().0);
    scene.tell(&scene.job, &receiver.url, &[101]).await;
    assert_eq!(scene.deliver().await, 1);
    let request = receiver.got().remove(0);
    let secret = scene.hooks.signing_secret(&scene.job);
    let verify = |body: &str| {
        let headers: serde_json::Map<String, Value> =
            ["webhook-id", "webhook-timestamp", "webhook-signature"]
                .into_iter()
                .map(|name| (name.to_owned(), request.header(name).into()))
                .collect();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        // `.ci/run` makes it.
        let own = root.join("target/standardwebhooks/bin/python3");
        let python = if own.exists() { own } else { "python3".into() };
        let script = root.join("src/tests/verify_webhook.py");
        std::process::Command::new(python)
            .arg(script)
            .arg(secret.strip_prefix("wss_").unwrap())
            .arg(Value::Object(headers).to_string())
            .arg(body)
            .output()
            .unwrap()
    };
    let output = verify(&request.body);
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        seen.trim(),
        "101",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let forged = verify(&request.body.replace("processing", "completed"));
    assert!(!forged.status.success());
}
