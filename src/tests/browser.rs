//! The pages in a real Chromium, driven through WebDriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, SCOPES, TestApp};
use crate::project_pages::job_page;
use crate::receiver::{Receiver, Reply};

/// A chromedriver of its own; ended with the test.
struct Driver(Child, u16);

impl Driver {
    fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is installed");
        let out = BufReader::new(child.stdout.take().unwrap());
        let port = out
            .lines()
            .find_map(|line| {
                let line = line.unwrap();
                let end = line.strip_suffix('.')?;
                end.rsplit_once("on port ")?.1.parse().ok()
            })
            .expect("chromedriver tells its port");
        Self(child, port)
    }

    async fn browser(&self, scripts: bool, width: u32) -> Client {
        self.browser_in(scripts, width, false).await
    }

    async fn browser_in(&self, scripts: bool, width: u32, dark: bool) -> Client {
        // Blink's names for the two colour schemes.
        let scheme = if dark { 0 } else { 1 };
        let mut options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", format!("--window-size={width},900"),
                format!("--blink-settings=preferredColorScheme={scheme}"),
            ],
        });
        if !scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.1))
            .await
            .expect("Chromium starts")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        self.0.wait().unwrap();
    }
}

async fn find(browser: &Client, css: &str) -> fantoccini::elements::Element {
    browser
        .wait()
        .at_most(Duration::from_secs(10))
        .for_element(Locator::Css(css))
        .await
        .unwrap_or_else(|error| panic!("{css}: {error}"))
}

async fn fill(browser: &Client, name: &str, text: &str) {
    let field = find(browser, &format!("[name={name}]")).await;
    field.send_keys(text).await.unwrap();
}

async fn click(browser: &Client, css: &str) {
    find(browser, css).await.click().await.unwrap();
}

/// Waits until the page says so.
async fn says(browser: &Client, words: &str) -> String {
    let mut found = String::new();
    for _ in 0..2_000 {
        // The page may be replaced between the finding and the reading.
        found = find(browser, "main").await.text().await.unwrap_or_default();
        if found.contains(words) {
            return found;
        }
    }
    panic!("the page never says {words:?}: {found}");
}

async fn set_up(app: &TestApp, browser: &Client) {
    let token = app.setup_token().await.unwrap();
    browser
        .goto(&format!("{}/setup?token={token}", app.url))
        .await
        .unwrap();
    fill(browser, "workspace", "Oak & Partners").await;
    fill(browser, "name", "Ada").await;
    fill(browser, "email", "ada@example.com").await;
    fill(browser, "password", PASSWORD).await;
    click(browser, "form[action='/setup'] button[type=submit]").await;
    says(browser, "Your workspace is ready.").await;
}

/// Fills the form, and answers the plaintext that the next page shows.
async fn create(browser: &Client, label: &str) -> String {
    click(browser, "a[href='/settings/api/new']").await;
    fill(browser, "label", label).await;
    for scope in ["jobs:read", "jobs:write", "artifacts:read"] {
        click(browser, &format!("input[value='{scope}']")).await;
    }
    click(
        browser,
        "form[action='/settings/api/keys'] button[type=submit]",
    )
    .await;
    let plain = find(browser, "#plaintext").await.text().await.unwrap();
    assert_eq!(plain.len(), 47, "{plain}");
    plain
}

async fn overflows(browser: &Client) -> bool {
    let script =
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    browser.execute(script, vec![]).await.unwrap() == Value::Bool(true)
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn from_setup_to_a_revoked_key_and_the_plaintext_never_comes_back() {
    let app = TestApp::start().await;
    let driver = Driver::start();
    let browser = driver.browser(true, 1280).await;
    set_up(&app, &browser).await;
    let plain = create(&browser, "Takeoff").await;
    let mut key = app.anon();
    key.bearer = Some(plain.clone());
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    click(&browser, "[data-copy=plaintext]").await;
    browser
        .wait()
        .for_element(Locator::Css("[data-say]"))
        .await
        .unwrap();

    browser.refresh().await.unwrap();
    assert!(
        !browser.source().await.unwrap().contains(&plain[13..]),
        "after a reload"
    );
    browser
        .goto(&format!("{}/settings/api", app.url))
        .await
        .unwrap();
    let list = says(&browser, "Takeoff").await;
    assert!(
        list.contains(&plain[..13]) && list.contains("Active"),
        "{list}"
    );
    browser.back().await.unwrap();
    assert!(
        !browser.source().await.unwrap().contains(&plain[13..]),
        "after Back"
    );

    browser
        .goto(&format!("{}/settings/api", app.url))
        .await
        .unwrap();
    click(&browser, "a[href$='/revoke']").await;
    let dialog = find(&browser, "dialog[open]").await;
    let words = dialog.text().await.unwrap();
    assert!(
        words.contains("Takeoff") && words.contains("This can’t be undone."),
        "{words}"
    );
    let focused = browser
        .active_element()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(focused, "Keep key", "the safe button first");
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    click(&browser, "dialog[open] button[type=submit]").await;
    says(&browser, "“Takeoff” is revoked.").await;
    assert_eq!(key.get("/api/open/v1/projects").await.status, 401);

    let plain = create(&browser, "Second").await;
    browser
        .goto(&format!("{}/settings/api", app.url))
        .await
        .unwrap();
    click(&browser, "a.button[href='/settings/api/revoke-all']").await;
    click(&browser, "dialog[open] button[type=submit]").await;
    says(&browser, "1 key is revoked.").await;
    key.bearer = Some(plain);
    assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    click(&browser, "form[action='/sign-out'] button").await;
    find(&browser, "[name=password]").await;
    browser.close().await.unwrap();
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn without_scripts_and_on_a_phone_everything_works() {
    let app = TestApp::start().await;
    let driver = Driver::start();
    let browser = driver.browser(false, 375).await;
    set_up(&app, &browser).await;
    let plain = create(&browser, "Takeoff").await;
    assert!(
        find(&browser, "#curl")
            .await
            .text()
            .await
            .unwrap()
            .contains(&plain)
    );
    click(&browser, ".actions a[href='/settings/api']").await;
    says(&browser, "Takeoff").await;
    click(&browser, "a[href$='/revoke']").await;
    says(&browser, "Revoke this key?").await;
    click(&browser, "form[method=post] button.danger").await;
    says(&browser, "“Takeoff” is revoked.").await;
    let mut key = app.anon();
    key.bearer = Some(plain);
    assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    browser.close().await.unwrap();

    let browser = driver.browser(true, 375).await;
    for path in ["/sign-in", "/setup", "/nothing"] {
        browser.goto(&format!("{}{path}", app.url)).await.unwrap();
        find(&browser, "main").await;
        assert!(!overflows(&browser).await, "{path}");
    }
    browser.close().await.unwrap();
}

/// Where `.ci/run` puts axe-core; it is fetched from npm and not part of the repository.
fn axe() -> String {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe-core/package/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; fetch it: npm pack axe-core@4 --pack-destination target, and unpack it into target/axe-core",
            path.display()
        )
    })
}

/// The link of the last mail to someone.
async fn link_in_mail(app: &TestApp, recipient: &str) -> String {
    app.drain().await;
    let mails = app.mails();
    let mail = mails
        .iter()
        .rev()
        .find(|mail| mail.recipient == recipient)
        .expect("a mail came");
    let start = mail.text.find(&app.url).expect("the mail has a link");
    mail.text[start..]
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned()
}

async fn goto(browser: &Client, app: &TestApp, path: &str) {
    browser.goto(&format!("{}{path}", app.url)).await.unwrap();
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn a_key_is_rotated_and_its_page_tells_which_one_is_in_use() {
    let app = TestApp::start().await;
    let driver = Driver::start();
    let browser = driver.browser(true, 1280).await;
    set_up(&app, &browser).await;
    let mut old = app.anon();
    old.bearer = Some(create(&browser, "Takeoff").await);
    assert_eq!(old.get("/api/open/v1/projects").await.status, 200);
    goto(&browser, &app, "/settings/api").await;
    click(&browser, "a.key-label").await;
    says(&browser, "GET /api/open/v1/projects").await;
    click(&browser, "a[href$='/rotate']").await;
    click(&browser, "form[action$='/rotate'] button[type=submit]").await;
    let plain = find(&browser, "#plaintext").await.text().await.unwrap();
    goto(&browser, &app, "/settings/api").await;
    says(&browser, "Retires").await;
    assert_eq!(old.get("/api/open/v1/projects").await.status, 200);
    let mut new = app.anon();
    new.bearer = Some(plain);
    assert_eq!(new.get("/api/open/v1/projects").await.status, 200);
    assert_eq!(old.get("/api/open/v1/projects").await.status, 401);
    goto(&browser, &app, "/settings/api").await;
    says(&browser, "Revoked").await;
    browser.close().await.unwrap();
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn someone_is_invited_joins_and_sets_a_new_password_by_mail() {
    let app = TestApp::start().await;
    let driver = Driver::start();
    let browser = driver.browser(true, 1280).await;
    set_up(&app, &browser).await;
    goto(&browser, &app, "/settings/team").await;
    fill(&browser, "email", "ben@example.com").await;
    click(
        &browser,
        "form[action='/settings/team/invitations'] button[type=submit]",
    )
    .await;
    says(&browser, "ben@example.com").await;
    let link = link_in_mail(&app, "ben@example.com").await;
    click(&browser, "form[action='/sign-out'] button").await;
    find(&browser, "[name=password]").await;

    browser.goto(&link).await.unwrap();
    fill(&browser, "name", "Ben").await;
    fill(&browser, "password", PASSWORD).await;
    click(&browser, "form[action='/join'] button[type=submit]").await;
    says(&browser, "No API keys yet").await;
    goto(&browser, &app, "/settings/team").await;
    says(&browser, "Not allowed").await;
    goto(&browser, &app, "/settings/account").await;
    says(&browser, "This session").await;
    click(&browser, "form[action='/sign-out'] button").await;

    click(&browser, "a[href='/forgot-password']").await;
    fill(&browser, "email", "ben@example.com").await;
    click(
        &browser,
        "form[action='/forgot-password'] button[type=submit]",
    )
    .await;
    says(&browser, "30 minutes").await;
    let link = link_in_mail(&app, "ben@example.com").await;
    browser.goto(&link).await.unwrap();
    fill(&browser, "password", "harbour-tinsel-ledger-77").await;
    click(
        &browser,
        "form[action='/reset-password'] button[type=submit]",
    )
    .await;
    says(&browser, "Sign in").await;
    fill(&browser, "email", "ben@example.com").await;
    fill(&browser, "password", "harbour-tinsel-ledger-77").await;
    click(&browser, "form[action='/sign-in'] button[type=submit]").await;
    says(&browser, "No API keys yet").await;
    browser.close().await.unwrap();
}

/// Presses Tab until the element with the focus matches.
async fn tab_to(browser: &Client, css: &str) -> fantoccini::elements::Element {
    let script = "return document.activeElement.matches(arguments[0])";
    for _ in 0..60 {
        let found = browser.execute(script, vec![json!(css)]).await.unwrap();
        let focused = browser.active_element().await.unwrap();
        if found == Value::Bool(true) {
            return focused;
        }
        focused.send_keys("\u{e004}").await.unwrap();
    }
    panic!("Tab never reaches {css}");
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn with_the_keyboard_alone_a_key_is_made_and_revoked() {
    let app = TestApp::start().await;
    let driver = Driver::start();
    let browser = driver.browser(true, 1280).await;
    set_up(&app, &browser).await;
    let enter = "\u{e007}";
    tab_to(&browser, "a.skip").await;
    let link = tab_to(&browser, "a[href='/settings/api/new']").await;
    link.send_keys(enter).await.unwrap();
    find(&browser, "[name=label]").await;
    let label = tab_to(&browser, "[name=label]").await;
    label.send_keys("By keyboard").await.unwrap();
    let scope = tab_to(&browser, "[value='jobs:read']").await;
    scope.send_keys(" ").await.unwrap();
    let button = tab_to(
        &browser,
        "form[action='/settings/api/keys'] button[type=submit]",
    )
    .await;
    button.send_keys(enter).await.unwrap();
    let plain = find(&browser, "#plaintext").await.text().await.unwrap();
    let mut key = app.anon();
    key.bearer = Some(plain);
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    goto(&browser, &app, "/settings/api").await;
    let revoke = tab_to(&browser, "a[href$='/revoke']").await;
    revoke.send_keys(enter).await.unwrap();
    find(&browser, "dialog[open]").await;
    // Escape is the safe way out, and gives the focus back.
    let inside = browser.active_element().await.unwrap();
    inside.send_keys("\u{e00c}").await.unwrap();
    let revoke = tab_to(&browser, "a[href$='/revoke']").await;
    assert_eq!(key.get("/api/open/v1/projects").await.status, 200);
    revoke.send_keys(enter).await.unwrap();
    find(&browser, "dialog[open]").await;
    let button = tab_to(&browser, "dialog[open] button[type=submit]").await;
    button.send_keys(enter).await.unwrap();
    says(&browser, "“By keyboard” is revoked.").await;
    assert_eq!(key.get("/api/open/v1/projects").await.status, 401);
    browser.close().await.unwrap();
}

/// Signs Ada in.
async fn enter(browser: &Client, app: &TestApp) {
    goto(browser, app, "/sign-in").await;
    fill(browser, "email", "ada@example.com").await;
    fill(browser, "password", PASSWORD).await;
    click(browser, "form[action='/sign-in'] button[type=submit]").await;
    says(browser, "API keys").await;
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn events_move_the_progress_of_a_job_until_it_ends() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let here = job_page(&app, &key, json!({}), &[]).await;
    let driver = Driver::start();
    let browser = driver.browser(true, 1280).await;
    enter(&browser, &app).await;
    goto(&browser, &app, &here).await;
    says(&browser, "Waiting for files").await;
    // The page's own source would tell the job's true state in between.
    browser.execute("window.stop();", vec![]).await.unwrap();
    // The script again, with a source of events that the test feeds.
    let fake = "window.EventSource = class { constructor(url) { this.url = url; window.source = this; this.on = {}; }
        addEventListener(name, act) { this.on[name] = act; } close() { this.closed = true; } };";
    let script = include_str!("../../static/app.js");
    let run = format!("{fake} (() => {{ {script} }})(); return window.source.url;");
    let url = browser.execute(&run, vec![]).await.unwrap();
    assert_eq!(url, json!(format!("{here}/events")));
    let tell = "window.source.on[arguments[0]]({ data: JSON.stringify({ data: { job: arguments[1] } }) });";
    let billing = json!({ "creditsReserved": 12_000, "creditsDebited": 5_000 });
    let job = json!({ "status": "processing", "pageCount": 1_200, "successfulPageCount": 500,
        "billing": billing });
    let event = vec![json!("job.progress"), job];
    browser.execute(tell, event).await.unwrap();
    let words = says(&browser, "500 of 1,200 pages").await;
    assert!(
        words.contains("Processing") && words.contains("5,000 spent of 12,000"),
        "{words}"
    );
    let bar = "const bar = document.querySelector('progress'); return [bar.value, bar.max];";
    let bar = browser.execute(bar, vec![]).await.unwrap();
    assert_eq!(bar, json!([500, 1_200]));
    let resume = find(&browser, "form[action$='/resume']").await;
    assert!(!resume.is_displayed().await.unwrap());
    let blocked = json!({ "status": "blocked_insufficient_credits", "pageCount": 1_200,
        "successfulPageCount": 501 });
    let event = vec![json!("job.status_changed"), blocked];
    browser.execute(tell, event).await.unwrap();
    says(&browser, "too few credits for the pages").await;
    assert!(resume.is_displayed().await.unwrap());

    // Its end brings the page anew.
    let path = here.replace(here.split("job_").next().unwrap(), "/api/open/v1/jobs/");
    key.post_nothing(&format!("{path}/cancel")).await;
    let over = json!({ "status": "cancelled", "pageCount": 1_200, "successfulPageCount": 501 });
    let event = vec![json!("job.status_changed"), over];
    browser.execute(tell, event).await.unwrap();
    says(&browser, "Kept until").await;
    let left = browser
        .execute("return window.source === undefined", vec![])
        .await;
    assert_eq!(
        left.unwrap(),
        Value::Bool(true),
        "the page was loaded again"
    );
    browser.close().await.unwrap();
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn a_job_is_cancelled_by_keyboard_and_without_scripts() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let first = job_page(&app, &key, json!({ "externalId": "First" }), &[]).await;
    let project = first.split("/jobs").next().unwrap();
    let path = format!("/api/open/v1{project}/jobs");
    key.post(&path, json!({ "externalId": "Second" })).await;
    let driver = Driver::start();
    let browser = driver.browser(true, 1280).await;
    enter(&browser, &app).await;
    let enter_key = "\u{e007}";
    for css in ["a[href='/projects']", "th a.key-label"] {
        let link = tab_to(&browser, css).await;
        link.send_keys(enter_key).await.unwrap();
        find(&browser, "main h1").await;
    }
    goto(&browser, &app, &first).await;
    let link = tab_to(&browser, "a[data-ask=ask-cancel]").await;
    link.send_keys(enter_key).await.unwrap();
    find(&browser, "dialog[open]").await;
    let safe = browser.active_element().await.unwrap();
    assert_eq!(safe.text().await.unwrap(), "Keep job");
    let button = tab_to(&browser, "dialog[open] button[type=submit]").await;
    button.send_keys(enter_key).await.unwrap();
    says(&browser, "The job is cancelled.").await;
    browser.close().await.unwrap();

    let browser = driver.browser(false, 375).await;
    enter(&browser, &app).await;
    click(&browser, ".areas a[href='/projects']").await;
    click(&browser, "th a.key-label").await;
    says(&browser, "Second").await;
    click(&browser, "th a.key-label").await;
    says(&browser, "Waiting for files").await;
    click(&browser, "a[href$='/cancel']").await;
    says(&browser, "Cancel this job?").await;
    click(&browser, "main form button.danger").await;
    says(&browser, "The job is cancelled.").await;
    browser.close().await.unwrap();
}

#[actix_web::test]
#[ignore = "needs Chromium"]
async fn axe_finds_nothing_on_any_page() {
    let source = axe();
    let app = TestApp::start_with(|settings| {
        settings.webhook_allow_private = Some("true".to_owned());
    })
    .await;
    let admin = app.admin().await;
    let (key, row) = app.key_of(&admin, &["jobs:read"]).await;
    key.get("/api/open/v1/projects").await;
    let (full, _) = app.key_of(&admin, &SCOPES).await;
    let receiver = Receiver::start([Reply::Status(503)]).await;
    let hook = json!({ "externalId": "Set 1", "webhookUrl": receiver.url });
    let files = ["two-sheets.pdf", "specification.pdf", "not-a-pdf.pdf"];
    let job = job_page(&app, &full, hook, &files).await;
    let project = job.split("/jobs").next().unwrap().to_owned();
    let answer = full
        .post(&format!("/api/open/v1{project}/jobs"), json!({}))
        .await;
    let waiting = format!(
        "{project}/jobs/{}",
        answer.json["job"]["id"].as_str().unwrap()
    );
    let hooks = admin.get("/settings/webhooks").await.text;
    let delivery = hooks
        .split('"')
        .find(|part| part.starts_with("/settings/webhooks/ev_"))
        .unwrap()
        .to_owned();
    key.post("/api/open/v1/projects", json!({ "name": "x" }))
        .await;
    app.key_of(&admin, &["jobs:read"]).await;
    app.member().await;
    let invite = [("email", "eve@example.com"), ("role", "member")];
    let answer = admin.post_form("/settings/team/invitations", &invite).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let join = link_in_mail(&app, "eve@example.com").await;
    admin
        .post_form("/forgot-password", &[("email", "ada@example.com")])
        .await;
    let reset = link_in_mail(&app, "ada@example.com").await;
    let team = admin.get("/settings/team").await.text;
    let remove = team
        .split('"')
        .find(|part| part.starts_with("/settings/team/usr_") && part.ends_with("/remove"))
        .unwrap()
        .to_owned();
    let id = row["id"].as_str().unwrap();
    let plain = [
        "/sign-in".to_owned(),
        "/sign-in?done=password".to_owned(),
        "/forgot-password".to_owned(),
        join.replace(&app.url, ""),
        reset.replace(&app.url, ""),
        "/join?token=x".to_owned(),
        "/setup".to_owned(),
        "/nothing".to_owned(),
    ];
    let signed_in = [
        "/settings/api".to_owned(),
        "/settings/api?q=nothing".to_owned(),
        "/settings/api/new".to_owned(),
        format!("/settings/api/keys/{id}"),
        format!("/settings/api/keys/{id}/rotate"),
        format!("/settings/api/keys/{id}/revoke"),
        "/settings/api/revoke-all".to_owned(),
        "/settings/api/found".to_owned(),
        "/settings/account".to_owned(),
        "/settings/team".to_owned(),
        remove,
        "/settings/policy".to_owned(),
        "/settings/audit".to_owned(),
        "/settings/mail".to_owned(),
        "/projects".to_owned(),
        format!("{project}?status=failed"),
        project,
        job,
        format!("{waiting}/cancel"),
        waiting,
        "/projects/x".to_owned(),
        "/settings/usage".to_owned(),
        "/settings/webhooks".to_owned(),
        "/settings/webhooks?job=x".to_owned(),
        delivery,
    ];
    let driver = Driver::start();
    for (width, dark) in [(1280, false), (375, true)] {
        let browser = driver.browser_in(true, width, dark).await;
        let is_dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
        for path in &plain {
            goto(&browser, &app, path).await;
            assert_eq!(
                browser.execute(is_dark, vec![]).await.unwrap(),
                Value::Bool(dark)
            );
            check_page(&browser, &source, path).await;
        }
        goto(&browser, &app, "/sign-in").await;
        fill(&browser, "email", "ada@example.com").await;
        fill(&browser, "password", PASSWORD).await;
        click(&browser, "form[action='/sign-in'] button[type=submit]").await;
        says(&browser, "API keys").await;
        for path in &signed_in {
            goto(&browser, &app, path).await;
            check_page(&browser, &source, path).await;
        }
        browser.close().await.unwrap();
    }
}

async fn check_page(browser: &Client, axe: &str, path: &str) {
    find(browser, "main h1").await;
    assert!(!overflows(browser).await, "{path} is wider than its window");
    browser.execute(axe, vec![]).await.unwrap();
    let run = "const done = arguments[arguments.length - 1];
        axe.run({ resultTypes: ['violations'] }).then(
            (found) => done({ passes: found.passes.length, violations: found.violations.map(
                (one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')) }),
            (error) => done({ passes: 0, violations: [String(error)] }));";
    let found = browser.execute_async(run, vec![]).await.unwrap();
    assert_eq!(found["violations"], json!([]), "{path}");
    assert!(found["passes"].as_i64().unwrap() > 10, "{path}: axe ran");
}
