//! Readers of documents that stop or hang, as hostile pages make them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use plangrep::db::schema::pages;
use serde_json::{Value, json};

use crate::harness::{TestApp, User, fixture, one_file, program};

const JOBS: &str = "/api/open/v1/jobs";

/// A program that runs the real reader, and `then` in bash when it begins to read page 2.
fn reader(folder: &Path, then: &str) -> PathBuf {
    reader_at(folder, ("read", 2), then)
}

/// The same when a task begins with a page.
pub fn reader_at(folder: &Path, (task, page): (&str, u32), then: &str) -> PathBuf {
    let path = folder.join("reader");
    let script = format!(
        "#!/bin/bash\n\
         task=$2\n\
         '{}' \"$@\" | while IFS= read -r line; do\n\
           printf '%s\\n' \"$line\"\n\
           case \"$task$line\" in {task}*'\"pageStarted\":{{\"pageNumber\":{page}}}'*) {then};; esac\n\
         done\n",
        program().display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A job with the three pages of a specification, ready to be run.
async fn job(app: &TestApp, key: &User) -> String {
    let job = app.job(key).await;
    key.upload(&job, one_file("a.pdf", fixture("specification.pdf")))
        .await;
    key.post_nothing(&format!("{JOBS}/{job}/uploads/complete"))
        .await;
    job
}

async fn view(key: &User, job: &str) -> Value {
    key.get(&format!("{JOBS}/{job}")).await.json["job"].clone()
}

async fn crashes(app: &TestApp) -> Vec<i64> {
    app.query(|c| {
        pages::table
            .order(pages::page_number)
            .select(pages::crashes)
            .load(c)
    })
    .await
}

#[actix_web::test]
async fn a_page_on_which_the_reader_stops_twice_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_with_reader(reader(folder.path(), "exit 1")).await;
    let (_, key) = app.admin_and_key().await;
    let job = job(&app, &key).await;
    app.drain().await;
    let found = view(&key, &job).await;
    assert_eq!(
        (
            &found["status"],
            &found["pageCount"],
            &found["successfulPageCount"],
            &found["billing"]
        ),
        (
            &json!("completed_with_errors"),
            &json!(3),
            &json!(2),
            &json!({ "creditsReserved": 3, "creditsDebited": 2 })
        )
    );
    assert_eq!(
        crashes(&app).await,
        [0, 1, 0],
        "the second time it was given up"
    );
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    let errors = result["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (&errors[0]["code"], &errors[0]["pageNumber"]),
        (&json!("reader_crashed"), &json!(2))
    );
    assert_eq!(result["documents"][0]["status"], "completed_with_errors");
}

#[actix_web::test]
async fn a_page_on_which_the_reader_stops_once_is_read_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let once = format!("if mkdir '{}' 2>/dev/null; then exit 1; fi", mark.display());
    let app = TestApp::start_with_reader(reader(folder.path(), &once)).await;
    let (_, key) = app.admin_and_key().await;
    let job = job(&app, &key).await;
    app.drain().await;
    let found = view(&key, &job).await;
    assert_eq!(
        (&found["status"], &found["successfulPageCount"]),
        (&json!("completed"), &json!(3))
    );
    assert!(mark.exists() && crashes(&app).await == [0, 1, 0]);
}

#[actix_web::test]
async fn a_page_that_is_being_read_is_let_go_when_its_job_is_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let hang = format!("mkdir '{}'; sleep 20 >&- 2>&-", begun.display());
    let app = TestApp::start_with_reader(reader(folder.path(), &hang)).await;
    let (_, key) = app.admin_and_key().await;
    let job = job(&app, &key).await;
    app.turn().await;
    app.turn().await;
    let reading = tokio::spawn(app.begin_turn().await);
    while !begun.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let answer = key.post_nothing(&format!("{JOBS}/{job}/cancel")).await;
    assert_eq!(answer.json["job"]["status"], "cancelled", "{}", answer.text);
    // It would be a page that failed had it not been let go.
    reading.await.unwrap();
    let states: Vec<String> = app
        .query(|c| {
            pages::table
                .order(pages::page_number)
                .select(pages::status)
                .load(c)
        })
        .await;
    assert_eq!(states, ["done", "pending", "pending"]);
    assert_eq!(
        view(&key, &job).await["billing"],
        json!({ "creditsReserved": 3, "creditsDebited": 1 })
    );
}
