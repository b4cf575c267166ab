//! The preflight of large files, whose pages workers share.

use diesel::prelude::*;
use plangrep::clock::MINUTE;
use plangrep::db::schema::{credit_ledger, pages};
use serde_json::{Value, json};

use crate::bad_readers::reader_at;
use crate::harness::{TestApp, User, one_file};
use crate::pdf_maker::{letter, pdf, sheet};

const JOBS: &str = "/api/open/v1/jobs";

/// A completed upload of one file: eight pages of text, then so many sheets, then more of text.
async fn job(app: &TestApp, key: &User, sheets: u32, texts: u32) -> String {
    let text = |number: u32| letter(&[(72.0, "To whom it may concern")], &number.to_string());
    let mut pages: Vec<_> = (1..=8).map(text).collect();
    pages.extend(
        (1..=sheets).map(|number| sheet(&format!("A10{number}"), &["FLOOR PLAN"], &["OFFICE"])),
    );
    pages.extend((1..=texts).map(|number| text(8 + sheets + number)));
    let file = pdf(&pages, &[]);
    let job = app.job(key).await;
    key.upload(&job, one_file("a.pdf", file)).await;
    let path = format!("{JOBS}/{job}/uploads/complete");
    assert_eq!(key.post_nothing(&path).await.status, 202);
    job
}

async fn status(key: &User, job: &str) -> Value {
    key.get(&format!("{JOBS}/{job}")).await.json["job"]["status"].clone()
}

async fn statuses(app: &TestApp) -> Vec<String> {
    let all = |c: &mut _| {
        pages::table
            .order(pages::page_number)
            .select(pages::status)
            .load(c)
    };
    app.query(all).await
}

#[actix_web::test]
async fn workers_share_the_pages_of_a_large_file_and_one_that_is_killed_loses_nothing() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let job = job(&app, &key, 6, 12).await;
    let balance = app.balance().await;
    app.turn().await;
    let seen = [vec!["pending"; 8], vec!["listed"; 18]].concat();
    assert_eq!(statuses(&app).await, seen);

    let killed = app.begin_turn().await;
    let other = app.begin_turn().await;
    drop(killed);
    other.await;
    let seen = |status| vec![status; 8];
    assert_eq!(statuses(&app).await[8..16], seen("listed"));
    assert_eq!(statuses(&app).await[16..24], seen("pending"));
    assert_eq!(statuses(&app).await[24..], ["listed"; 2]);
    app.drain().await;
    assert_eq!(statuses(&app).await[8..16], seen("listed"));
    assert_eq!(statuses(&app).await[24..], ["pending"; 2]);
    assert_eq!(
        status(&key, &job).await,
        "preflighting",
        "pages are still held"
    );
    assert_eq!(app.balance().await, balance, "nothing is reserved yet");

    app.clock.advance(MINUTE);
    app.drain().await;
    assert_eq!(status(&key, &job).await, "completed");
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    let document = &result["documents"][0];
    assert_eq!(document["classification"], "mixed", "by all of its pages");
    assert_eq!(document["sheets"].as_array().unwrap().len(), 6);
    assert_eq!(result["usage"]["creditsReserved"], 80);
    assert_eq!(result["usage"]["creditsDebited"], 80);
    let reservations: i64 = app
        .query(|c| {
            credit_ledger::table
                .filter(credit_ledger::entry.eq("reserve"))
                .count()
                .get_result(c)
        })
        .await;
    assert_eq!(reservations, 1);
}

#[actix_web::test]
async fn a_page_that_stops_the_look_at_it_is_an_error_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let reader = reader_at(folder.path(), ("survey", 10), "exit 1");
    let app = TestApp::start_with_reader(reader).await;
    let (_, key) = app.admin_and_key().await;
    let job = job(&app, &key, 3, 0).await;
    app.drain().await;
    assert_eq!(status(&key, &job).await, "completed_with_errors");
    let result = key.get(&format!("{JOBS}/{job}/result")).await.json;
    assert_eq!(result["usage"]["creditsReserved"], 28);
    assert_eq!(result["usage"]["creditsDebited"], 28);
    let errors = result["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (&errors[0]["code"], &errors[0]["pageNumber"]),
        (&json!("reader_crashed"), &json!(10))
    );
}
