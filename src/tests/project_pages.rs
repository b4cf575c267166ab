//! The pages of projects and jobs, of usage and of webhooks, without scripts.

use diesel::RunQueryDsl;
use plangrep::accounts::Role;
use plangrep::clock::DAY;
use serde_json::{Value, json};

use crate::harness::{SCOPES, TestApp, User, fixture, one_file};
use crate::receiver::{Receiver, Reply};

/// A job with these files, run to its end; its page.
pub async fn job_page(app: &TestApp, key: &User, body: Value, names: &[&str]) -> String {
    let project = app.project(key, "Library <i>").await;
    let path = format!("/api/open/v1/projects/{project}/jobs");
    let answer = key.post(&path, body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let job = answer.json["job"]["id"].as_str().unwrap().to_owned();
    for name in names {
        let answer = key.upload(&job, one_file(name, fixture(name))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    if !names.is_empty() {
        let path = format!("/api/open/v1/jobs/{job}/uploads/complete");
        assert_eq!(key.post_nothing(&path).await.status, 202);
        app.drain().await;
    }
    format!("/projects/{project}/jobs/{job}")
}

/// The values of an attribute in a page, as a browser reads them.
fn attributes(page: &str, name: &str, part: &str) -> Vec<String> {
    page.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|value| value.contains(part))
        .map(|value| value.replace("&#38;", "&"))
        .collect()
}

#[actix_web::test]
async fn every_member_follows_a_job_from_the_list_to_its_sheets() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let member = app.member().await;
    let empty = member.get("/projects").await;
    assert!(empty.text.contains("No projects yet") && empty.text.contains("/settings/api"));
    assert_eq!(member.get("/").await.header("location"), "/projects");

    let files = ["two-sheets.pdf", "specification.pdf", "not-a-pdf.pdf"];
    let here = job_page(&app, &key, json!({ "externalId": "set <b>" }), &files).await;
    let project = here.split("/jobs").next().unwrap();
    let list = member.get("/projects").await;
    assert_eq!(list.status, 200);
    assert!(list.text.contains("Library &#60;i&#62;") && !list.text.contains("<i>"));
    assert!(list.text.contains("Completed with errors") && list.text.contains(&here));
    let jobs = member.get(project).await;
    assert!(jobs.text.contains("set &#60;b&#62;") && jobs.text.contains("5 of 5 pages"));
    assert!(
        jobs.text
            .contains(r#"<progress class="bar" max="5" value="5""#)
    );
    let none = member.get(&format!("{project}?status=failed")).await;
    assert!(
        none.text
            .contains("No job of this project has this status.")
    );
    let far = member.get(&format!("{project}?page=900")).await;
    assert!(
        far.text.contains("set &#60;b&#62;"),
        "the last page instead"
    );

    let page = member.get(&here).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for words in [
        "23</span> spent of <span data-count=\"reserved\">23",
        "Takeoff",
        "not-a-pdf.pdf",
        "Counting pages",
        "A101",
        "Sheets and pages",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("data-live"), "nothing moves any more");
    let thumbnails = attributes(&page.text, "src", "/artifact?path=");
    assert_eq!(thumbnails.len(), 5);
    for path in &thumbnails {
        let picture = member.get(path).await;
        assert_eq!(picture.status, 200, "{path}");
        assert_eq!(picture.header("content-type"), "image/webp");
        assert!(picture.header("content-disposition").starts_with("inline"));
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
        assert!(
            picture
                .header("content-security-policy")
                .contains("sandbox")
        );
        assert_eq!(&picture.bytes[..4], b"RIFF");
    }
    let image = attributes(&page.text, "href", "/artifact?path=")[0].clone();
    assert_eq!(
        member.get(&image).await.header("content-type"),
        "image/webp"
    );
    let layout = image.replace(".webp", ".json");
    let saved = member.get(&layout).await;
    assert_eq!(saved.status, 200, "{layout}");
    assert!(
        saved
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert_eq!(
        member.get(&format!("{here}/artifact?path=x")).await.status,
        404
    );
    let result = member.get(&format!("{here}/result")).await;
    assert_eq!(result.json["schemaVersion"], "v1");
    assert!(
        result
            .header("content-disposition")
            .starts_with("attachment")
    );

    // Past the retention the page stays, and leads to nothing that is gone.
    app.clock.advance(31 * DAY);
    let member = app.sign_in(&member).await;
    let page = member.get(&here).await;
    assert!(page.text.contains("Past its retention") && !page.text.contains("/artifact?"));
    assert_eq!(member.get(&format!("{here}/result")).await.status, 410);
}

#[actix_web::test]
async fn others_jobs_and_forgotten_ones_are_not_found() {
    let app = TestApp::start_with(|settings| {
        settings.webhook_allow_private = Some("true".to_owned());
    })
    .await;
    let (admin, key) = app.admin_and_key().await;
    let receiver = Receiver::start([]).await;
    let body = json!({ "webhookUrl": receiver.url });
    let here = job_page(&app, &key, body, &["two-sheets.pdf"]).await;
    let (project, job) = here.split_once("/jobs/").unwrap();
    let picture = attributes(&admin.get(&here).await.text, "src", "/artifact?path=")[0].clone();
    let list = admin.get("/settings/webhooks").await;
    let delivery = attributes(&list.text, "href", "/settings/webhooks/ev_")[0].clone();
    let other = app.project(&key, "Another").await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    let of_job = [
        here.clone(),
        format!("{here}/cancel"),
        format!("{here}/result"),
        picture.clone(),
        delivery.clone(),
    ];
    for path in of_job.iter().chain([&project.to_owned()]) {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text.contains("Not found"), "a page: {path}");
    }
    for path in [
        format!("{here}/cancel"),
        format!("{here}/resume"),
        format!("{delivery}/redeliver"),
    ] {
        assert_eq!(stranger.post_form(&path, &[]).await.status, 404, "{path}");
    }
    assert!(
        !stranger
            .get("/projects")
            .await
            .text
            .contains("Library &#60;")
    );
    assert!(
        !stranger
            .get("/settings/usage")
            .await
            .text
            .contains("Library &#60;")
    );
    let list = stranger.get(&format!("/settings/webhooks?job={job}")).await;
    assert!(list.text.contains("No delivery here"));
    // A job is found under its own project only.
    for path in [&here, &format!("{here}/result"), &picture] {
        let wrong = path.replace(project, &format!("/projects/{other}"));
        assert_eq!(admin.get(&wrong).await.status, 404, "{wrong}");
    }
    for wrong in ["/projects/x", "/projects/proj_%00", "/settings/webhooks/x"] {
        assert_eq!(admin.get(wrong).await.status, 404, "{wrong}");
    }

    let path = format!("/api/open/v1/jobs/{job}");
    assert_eq!(key.send(key.request("DELETE", &path)).await.status, 204);
    for path in &of_job {
        assert_eq!(admin.get(path).await.status, 404, "{path}");
    }
    assert!(admin.get(project).await.text.contains("No jobs yet"));
    let usage = admin.get("/settings/usage").await;
    assert!(usage.text.contains("a job that was deleted") && !usage.text.contains(job));
}

#[actix_web::test]
async fn a_member_cancels_and_resumes() {
    let app = TestApp::start_with(|settings| settings.initial_credits = Some("2".to_owned())).await;
    let (admin, key) = app.admin_and_key().await;
    let mut member = app.member().await;
    let body = json!({ "externalId": "bid-7" });
    let here = job_page(&app, &key, body, &["specification.pdf"]).await;
    let page = member.get(&here).await;
    assert!(page.text.contains("Blocked: too few credits"));
    assert!(page.text.contains("data-live") && page.text.contains("/resume"));
    assert!(!page.text.contains("/result\""));
    let answer = member.post_form(&format!("{here}/resume"), &[]).await;
    let page = member.follow(answer).await;
    assert!(page.text.contains("The job goes on where it stopped."));
    let again = member.post_form(&format!("{here}/resume"), &[]).await;
    assert!(
        member
            .follow(again)
            .await
            .text
            .contains("no longer blocked")
    );

    let ask = member.get(&format!("{here}/cancel")).await;
    assert!(ask.text.contains("Cancel this job?") && ask.text.contains("can’t be undone"));
    let status = key
        .get(&here.replace(here.split("job_").next().unwrap(), "/api/open/v1/jobs/"))
        .await;
    assert_eq!(
        status.json["job"]["status"], "preflighting",
        "asking changes nothing"
    );
    let answer = member.post_form(&format!("{here}/cancel"), &[]).await;
    let page = member.follow(answer).await;
    assert!(page.text.contains("The job is cancelled.") && page.text.contains("Cancelled"));
    assert_eq!(member.get(&format!("{here}/cancel")).await.status, 303);
    let again = member.post_form(&format!("{here}/cancel"), &[]).await;
    assert!(member.follow(again).await.text.contains("over already"));
    let answer = member.get(&format!("{here}/result")).await;
    assert_eq!(answer.status, 409);

    // Each once, whatever was refused; and nothing of what a key does.
    let path = format!("/api/open/v1{}", here.rsplit_once('/').unwrap().0);
    let other = key.post(&path, json!({ "externalId": "by a key" })).await;
    let other = other.json["job"]["id"].as_str().unwrap();
    let path = format!("/api/open/v1/jobs/{other}/cancel");
    assert_eq!(key.post_nothing(&path).await.status, 200);
    let log = admin.get("/settings/audit?q=bid-7").await.text;
    for (words, was) in [
        ("Cancelled the job “bid-7”", "it was preflighting"),
        (
            "Resumed the job “bid-7”",
            "it was blocked_insufficient_credits",
        ),
    ] {
        assert_eq!(log.matches(words).count(), 1, "{words}: {log}");
        assert!(log.contains(was), "{was}");
    }
    assert!(log.contains(&member.email), "{log}");
    let log = admin.get("/settings/audit").await.text;
    assert!(!log.contains("by a key"), "{log}");
}

#[actix_web::test]
async fn what_was_told_is_listed_and_can_be_sent_again() {
    let app = TestApp::start_with(|settings| {
        settings.webhook_allow_private = Some("true".to_owned());
    })
    .await;
    let (_, key) = app.admin_and_key().await;
    let mut member = app.member().await;
    let empty = member.get("/settings/webhooks").await;
    assert!(empty.text.contains("Nothing has been sent yet"));
    assert!(empty.text.contains("webhook-signature") && empty.text.contains("shown once"));
    let receiver = Receiver::start([Reply::Status(503)]).await;
    let url = format!("{}?token=secret", receiver.url);
    let here = job_page(&app, &key, json!({ "webhookUrl": url }), &[]).await;
    app.drain().await;
    let job = here.rsplit('/').next().unwrap();
    let list = member.get(&format!("/settings/webhooks?job={job}")).await;
    for words in [
        "Waiting for files",
        "127.0.0.1",
        "Waiting</span>",
        "Library",
    ] {
        assert!(list.text.contains(words), "{words}");
    }
    assert!(!list.text.contains("secret"), "a URL may hold a token");
    let delivery = attributes(&list.text, "href", "/settings/webhooks/ev_")[0].clone();
    assert!(member.get(&here).await.text.contains(&delivery));
    let page = member.get(&delivery).await;
    for words in [
        "503",
        "Not taken",
        "&#34;job.status_changed&#34;",
        "Send now",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let answer = member
        .post_form(&format!("{delivery}/redeliver"), &[])
        .await;
    assert!(
        member
            .follow(answer)
            .await
            .text
            .contains("is sent again now")
    );
    app.drain().await;
    let page = member.get(&delivery).await;
    assert!(page.text.contains("Delivered") && page.text.contains("Send again"));
    assert_eq!(receiver.got().len(), 2);
    let wrong = member.get("/settings/webhooks?job=x").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("A job’s ID looks like"));
    let far = "/settings/webhooks?before=ev_00000000000000000000000000";
    assert!(
        member
            .get(far)
            .await
            .text
            .contains("There are no older ones.")
    );
}

/// Gives the one job 100,000 pages that were read over 29 days.
async fn fill_ledger(app: &TestApp) {
    let now = app.clock.now().0;
    let statement = move |numbers: &str| {
        format!(
            "INSERT INTO credit_ledger (id, workspace_id, project_id, job_id, page_id, entry, \
             available_change, reserved_change, created_at) {numbers} \
             SELECT 'led_' || (1000000 + n), jobs.workspace_id, jobs.project_id, jobs.id, \
             'page_' || (1000000 + n), 'debit', 0, -10, {now} - CAST(n AS BIGINT) * 25000 \
             FROM numbers, jobs"
        )
    };
    let counting = "WITH RECURSIVE numbers(n) AS \
                    (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)";
    app.db
        .write(move |connection| {
            diesel::sql_query(statement(counting)).execute(connection)?;
            Ok(())
        })
        .await
        .unwrap();
}

#[actix_web::test]
async fn the_ledger_of_a_hundred_thousand_pages_stays_readable_and_quick() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let member = app.member().await;
    let quiet = member.get("/settings/usage").await;
    assert!(quiet.text.contains("Credits granted") && quiet.text.contains("+100,000"));
    assert!(
        quiet
            .text
            .contains("No page has been read in the last 30 days.")
    );
    job_page(&app, &key, json!({}), &[]).await;
    fill_ledger(&app).await;
    member.get("/settings/usage").await;
    let began = std::time::Instant::now();
    let page = member.get("/settings/usage").await;
    let took = began.elapsed();
    println!("usage of 100,000 entries: {took:?}");
    // Far above what it takes, as other tests run at the same time.
    assert!(took.as_millis() < 1_000, "{took:?}");
    for words in [
        "Library &#60;i&#62;",
        "Takeoff",
        "3,456 pages read",
        "−34,560",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(page.text.contains("1,000,000"), "the credits of 30 days");

    // Every entry is on one page of the ledger.
    let mut pages_read = 0_i64;
    let (mut next, mut pages) = (Some("/settings/usage".to_owned()), 0);
    while let Some(path) = next {
        let page = member.get(&path).await;
        for line in page.text.split("<span class=\"key-label\">").skip(1) {
            if let Some((number, _)) = line.split_once(" pages read<") {
                pages_read += number.replace(',', "").parse::<i64>().unwrap();
            }
        }
        pages += 1;
        next = page
            .text
            .split("<a ")
            .find(|link| link.contains("rel=\"next\""))
            .map(|link| attributes(&format!(" {link}"), "href", "/")[0].clone());
    }
    assert_eq!(pages_read, 100_000);
    assert!(pages > 5, "{pages}");
}

#[actix_web::test]
async fn usage_is_told_by_project_and_key() {
    let app = TestApp::start().await;
    let (admin, key) = app.admin_and_key().await;
    let here = job_page(&app, &key, json!({}), &["specification.pdf"]).await;
    let (other, row) = app.key_of(&admin, &SCOPES).await;
    let project = app.project(&other, "Town hall").await;
    let path = format!("/api/open/v1/projects/{project}/jobs");
    let job = other.post(&path, json!({})).await.json["job"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = one_file("a.pdf", fixture("two-sheets.pdf"));
    other.upload(&job, form).await;
    other
        .post_nothing(&format!("/api/open/v1/jobs/{job}/uploads/complete"))
        .await;
    app.drain().await;
    let usage = admin.get("/settings/usage").await;
    let id = row["id"].as_str().unwrap();
    for words in [
        "99,977",
        "<td>2</td><td>20</td>",
        "<td>3</td><td>3</td>",
        "2 pages read",
        "3 pages read",
        "Reserved for pages",
        &here,
        &format!("/settings/api/keys/{id}"),
    ] {
        assert!(usage.text.contains(words), "{words}: {}", usage.text);
    }
    for odd in ["before=-1", "before=x&skip=y", "before=999999999999999999"] {
        let answer = admin.get(&format!("/settings/usage?{odd}")).await;
        assert_eq!(answer.status, 200, "{odd}");
    }
    let old = admin.get("/settings/usage?before=1").await;
    assert!(old.text.contains("There is nothing older."));
}
