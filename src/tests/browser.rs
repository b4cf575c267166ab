//! The pages in a real Chromium, driven through WebDriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, TestApp};

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
        let mut options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", format!("--window-size={width},900"),
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
