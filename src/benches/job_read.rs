//! `cargo bench --bench job_read`: the authenticated `GET /api/open/v1/jobs/{id}` of the real
//! server against a bare actix-web handler that returns the same bytes, side by side in one run.
//! The load is `wrk` (Debian package of that name); both servers listen on loopback only.

use std::process::Command;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, ensure};
use plangrep::accounts::{NewPerson, Role};
use plangrep::app::Application;
use plangrep::clock::Clock;
use plangrep::config::{Config, Settings};
use serde_json::{Value, json};

const ROUNDS: usize = 5;
const SECONDS: u32 = 4;

fn main() -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let settings = Settings {
        rate_limit: Some("0".to_owned()),
        bind: Some("127.0.0.1:0".to_owned()),
        data_dir: Some(folder.path().display().to_string()),
        // Set it to measure PostgreSQL; the default is SQLite.
        database_url: std::env::var("PLANGREP_BENCH_DATABASE_URL").ok(),
        ..Settings::default()
    };
    // As in production: a line in the log for each request.
    let log = std::fs::File::create(folder.path().join("log"))?;
    tracing_subscriber::fmt()
        .with_target(false)
        .with_ansi(false)
        .with_writer(log)
        .init();
    let config = Config::from_settings(&settings)?;
    let application = Application::build(config, Clock::system(), "/bin/false".into())?;
    let url = format!("http://{}", application.address());
    let rooms = application.rooms();
    actix_web::rt::spawn(application.run());

    let password = "orbit-walnut-sleeve-42";
    let person = NewPerson::parse("ada@example.com", "Ada", password, Role::Admin)?;
    rooms.accounts.create("Bench", person).await?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("TLS was set up before"))?;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let signed_in = client
        .post(format!("{url}/sign-in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email=ada%40example.com&password={password}"))
        .send()
        .await?;
    let cookie = signed_in
        .headers()
        .get("set-cookie")
        .context("no session")?
        .to_str()?
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let made: Value = client
        .post(format!("{url}/api/open-api/keys"))
        .header("cookie", cookie)
        .json(&json!({ "label": "Bench", "scopes": ["jobs:read", "jobs:write"] }))
        .send()
        .await?
        .json()
        .await?;
    let key = text(&made, "/plaintextKey")?;
    let post = |path: String, body: Value| {
        let request = client
            .post(format!("{url}{path}"))
            .bearer_auth(&key)
            .json(&body);
        async move { anyhow::Ok(request.send().await?.json::<Value>().await?) }
    };
    let made = post(
        "/api/open/v1/projects".to_owned(),
        json!({ "name": "Bench" }),
    )
    .await?;
    let project = text(&made, "/project/id")?;
    let jobs = format!("/api/open/v1/projects/{project}/jobs");
    let mut job = String::new();
    for _ in 0..100 {
        match text(&post(jobs.clone(), json!({})).await?, "/job/id") {
            Ok(id) => {
                job = id;
                break;
            }
            // Not provisioned yet.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    ensure!(!job.is_empty(), "the project was never ready");
    let path = format!("/api/open/v1/jobs/{job}");
    let answer = client
        .get(format!("{url}{path}"))
        .bearer_auth(&key)
        .send()
        .await?;
    ensure!(answer.status() == 200, "the job cannot be read");
    let bytes = answer.bytes().await?;

    let bare = HttpServer::new(move || {
        let bytes = bytes.clone();
        App::new().service(web::resource("/api/open/v1/jobs/{id}").route(web::get().to(
            move || {
                let bytes = bytes.clone();
                async move {
                    HttpResponse::Ok()
                        .content_type("application/json")
                        .body(bytes)
                }
            },
        )))
    })
    .bind("127.0.0.1:0")?;
    let bare_url = format!("http://{}", bare.addrs().first().context("no address")?);
    actix_web::rt::spawn(bare.run());

    let mut ratios = Vec::new();
    println!("round      ours, requests/s      bare, requests/s     ratio");
    for round in 1..=ROUNDS {
        let ours = load(format!("{url}{path}"), key.clone()).await?;
        let theirs = load(format!("{bare_url}{path}"), key.clone()).await?;
        println!(
            "{round:>5} {ours:>21.0} {theirs:>21.0} {:>9.3}",
            ours / theirs
        );
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "median ratio {:.3}",
        ratios.get(ROUNDS / 2).copied().unwrap_or_default()
    );
    Ok(())
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .with_context(|| format!("no {pointer} in {value}"))?
        .to_owned())
}

/// Requests a second, as wrk counts them; every answer must be a 2xx.
async fn load(url: String, key: String) -> anyhow::Result<f64> {
    tokio::task::spawn_blocking(move || {
        let output = Command::new("wrk")
            .args(["-t", "2", "-c", "64", "-d", &format!("{SECONDS}s"), "-H"])
            .arg(format!("Authorization: Bearer {key}"))
            .arg(url)
            .output()
            .context("wrk is needed: apt-get install wrk")?;
        let report = String::from_utf8(output.stdout)?;
        ensure!(!report.contains("Non-2xx"), "refused requests: {report}");
        let line = report
            .lines()
            .find_map(|line| line.strip_prefix("Requests/sec:"));
        Ok(line.context("wrk reported nothing")?.trim().parse()?)
    })
    .await?
}
