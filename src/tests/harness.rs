//! An application of its own for each test, and its users as types that share `get` and `post`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use plangrep::accounts::{NewPerson, Role};
use plangrep::app::{Application, Rooms};
use plangrep::clock::{Clock, Time};
use plangrep::config::{Config, Settings};
use plangrep::db::schema::{credit_ledger, workspaces};
use plangrep::db::{Conn, Db};
use plangrep::mail::{Sent, Transport};
use plangrep::worker::Worker;
use serde_json::{Value, json};

pub const PASSWORD: &str = "orbit-walnut-sleeve-42";
pub const SCOPES: [&str; 3] = ["jobs:read", "artifacts:read", "jobs:write"];

pub struct TestApp {
    pub url: String,
    pub clock: Clock,
    pub mails: Arc<Mutex<Vec<Sent>>>,
    pub db: Db,
    pub folder: tempfile::TempDir,
    worker: Arc<Worker>,
    rooms: actix_web::web::Data<Rooms>,
    server: actix_web::dev::ServerHandle,
    database_url: Option<String>,
    _database: Option<OwnDatabase>,
}

/// A database on the server of `PLANGREP_TEST_DATABASE_URL`, dropped with the test.
pub struct OwnDatabase {
    server: String,
    name: String,
}

impl OwnDatabase {
    pub fn create() -> Option<(Self, String)> {
        let server = std::env::var("PLANGREP_TEST_DATABASE_URL").ok()?;
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        let name = format!("plangrep_test_{:016x}", u64::from_le_bytes(bytes));
        let mut connection = PgConnection::establish(&server).unwrap();
        connection
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        let (front, query) = server.split_once('?').unwrap_or((&server, ""));
        let host = front.rsplit_once('/').unwrap().0;
        let url = format!("{host}/{name}?{query}");
        Some((Self { server, name }, url))
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let mut connection = PgConnection::establish(&self.server).unwrap();
        connection
            .batch_execute(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            ))
            .unwrap();
    }
}

/// An HTTP client that trusts nobody: the servers of the tests speak plain HTTP, and reading the
/// system's certificates for each would take its time.
pub fn client() -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
}

/// The program that the sandbox runs.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_plangrep"))
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_with_mail(None, change).await
    }

    /// Mail leaves by this transport, instead of staying in memory.
    pub async fn start_with_mail(
        transport: Option<Transport>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::build(transport, program(), change).await
    }

    /// Documents are read by this program.
    pub async fn start_with_reader(reader: PathBuf) -> Self {
        Self::build(None, reader, |_| {}).await
    }

    async fn build(
        transport: Option<Transport>,
        reader: PathBuf,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnDatabase::create();
        let mut settings = Settings {
            bind: Some("127.0.0.1:0".to_owned()),
            data_dir: Some(folder.path().display().to_string()),
            database_url: own.as_ref().map(|(_, url)| url.clone()),
            workers: Some("0".to_owned()),
            ..Settings::default()
        };
        change(&mut settings);
        let mut config = Config::from_settings(&settings).unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        config.mail = transport.unwrap_or(Transport::Memory(mails.clone()));
        let clock = Clock::frozen_at(Time::parse("2026-11-24T10:00:00Z").unwrap());
        let target = config.database.clone();
        let application = Application::build(config, clock.clone(), reader).unwrap();
        let app = Self {
            url: format!("http://{}", application.address()),
            clock,
            mails,
            db: Db::open(&target).unwrap(),
            folder,
            worker: application.worker(),
            rooms: application.rooms(),
            server: application.handle(),
            database_url: settings.database_url,
            _database: own.map(|(database, _)| database),
        };
        actix_web::rt::spawn(application.run());
        app
    }

    /// Where another server finds the same database.
    pub fn database_url(&self) -> String {
        let file = self.folder.path().join("plangrep.db");
        let here = || format!("sqlite://{}", file.display());
        self.database_url.clone().unwrap_or_else(here)
    }

    /// Does all that waits beside the requests.
    pub async fn drain(&self) {
        self.worker.drain().await.unwrap();
    }

    /// Does one piece of the work of jobs.
    pub async fn turn(&self) {
        self.begin_turn().await.await;
    }

    /// The same, claimed by the time that this returns, so that something can happen meanwhile.
    pub async fn begin_turn(&self) -> impl Future<Output = ()> + use<> {
        let runner = self.worker.runner.clone();
        let turn = runner.claim().await.unwrap().unwrap();
        async move { runner.run(turn).await }
    }

    pub async fn stop(&self) {
        self.server.stop(true).await;
    }

    pub fn mails(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.mails.lock().unwrap())
    }

    pub async fn setup_token(&self) -> Option<String> {
        self.rooms.accounts.setup_token().await.unwrap()
    }

    /// Reads the database with a query of the test's own.
    pub async fn query<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.db
            .read(move |connection| {
                sender.send(work(connection).unwrap()).ok().unwrap();
                Ok(())
            })
            .await
            .ok()
            .unwrap();
        receiver.await.unwrap()
    }

    /// Credits of the one workspace.
    pub async fn balance(&self) -> i64 {
        self.query(|c| {
            workspaces::table
                .select(workspaces::credits_available)
                .first(c)
        })
        .await
    }

    /// Every credit that the ledger knows of: available and reserved.
    pub async fn ledger(&self) -> (i64, i64) {
        let rows: Vec<(i64, i64)> = self
            .query(|c| {
                credit_ledger::table
                    .select((
                        credit_ledger::available_change,
                        credit_ledger::reserved_change,
                    ))
                    .load(c)
            })
            .await;
        rows.iter()
            .fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
    }

    pub fn anon(&self) -> User {
        User::at(&self.url)
    }

    /// Someone with a session.
    pub async fn person(&self, workspace: &str, name: &str, role: Role) -> User {
        let email = format!("{}@example.com", name.to_lowercase());
        let new = NewPerson::parse(&email, name, PASSWORD, role).ok().unwrap();
        self.rooms
            .accounts
            .create(workspace, new)
            .await
            .ok()
            .unwrap();
        let mut user = self.anon();
        user.email = email;
        self.sign_in(&user).await
    }

    /// The same person with a new session.
    pub async fn sign_in(&self, user: &User) -> User {
        let mut user = user.clone();
        user.cookie = None;
        let fields = [("email", user.email.as_str()), ("password", PASSWORD)];
        let answer = user.post_form("/sign-in", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        user.cookie = Some(answer.session_cookie().unwrap());
        user
    }

    pub async fn admin(&self) -> User {
        self.person("Oak & Partners", "Ada", Role::Admin).await
    }

    pub async fn member(&self) -> User {
        self.person("Oak & Partners", "Ben", Role::Member).await
    }

    /// A key with these scopes, made by a person.
    pub async fn key_of(&self, person: &User, scopes: &[&str]) -> (User, Value) {
        let answer = person
            .post(
                "/api/open-api/keys",
                json!({ "label": "Takeoff", "scopes": scopes }),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let mut user = self.anon();
        user.bearer = Some(answer.json["plaintextKey"].as_str().unwrap().to_owned());
        (user, answer.json["key"].clone())
    }

    /// An admin and a key with every scope.
    pub async fn admin_and_key(&self) -> (User, User) {
        let admin = self.admin().await;
        let (key, _) = self.key_of(&admin, &SCOPES).await;
        (admin, key)
    }

    /// A project that is ready; its id.
    pub async fn project(&self, key: &User, name: &str) -> String {
        let answer = key
            .post("/api/open/v1/projects", json!({ "name": name }))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        // Only this: whatever else waits is the test's.
        self.rooms.projects.provision().await.ok().unwrap();
        answer.json["project"]["id"].as_str().unwrap().to_owned()
    }

    /// A job in a project of its own; its id.
    pub async fn job(&self, key: &User) -> String {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        let name = format!("Library {:x}", u64::from_le_bytes(bytes));
        let project = self.project(key, &name).await;
        let answer = key
            .post(&format!("/api/open/v1/projects/{project}/jobs"), json!({}))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json["job"]["id"].as_str().unwrap().to_owned()
    }
}

/// Someone who sends requests, with whatever they have to show.
#[derive(Clone)]
pub struct User {
    url: String,
    pub cookie: Option<String>,
    pub bearer: Option<String>,
    pub email: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
    /// Null when the body is not JSON.
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }

    /// The `plangrep_session=…` that the answer sets.
    pub fn session_cookie(&self) -> Option<String> {
        let set = self.headers.get_all("set-cookie").iter();
        set.map(|value| {
            value
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned()
        })
        .find(|cookie| cookie.starts_with("plangrep_session="))
    }
}

impl User {
    /// Someone without anything to show, at a server of this URL.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            cookie: None,
            bearer: None,
            email: String::new(),
        }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let client = client()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let method = method.parse().unwrap();
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.url),
        };
        let mut request = client.request(method, url);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(key) = &self.bearer {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        request
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        Answer {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path).json(&body)).await
    }

    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(self.request("POST", path)).await
    }

    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    pub async fn upload(&self, job: &str, form: reqwest::multipart::Form) -> Answer {
        let path = format!("/api/open/v1/jobs/{job}/files");
        self.send(self.request("POST", &path).multipart(form)).await
    }

    /// Follows what a page's form answers with a redirect.
    pub async fn follow(&mut self, answer: Answer) -> Answer {
        assert_eq!(answer.status, 303, "{}", answer.text);
        if let Some(cookie) = answer.session_cookie() {
            self.cookie = Some(cookie);
        }
        let path = answer.header("location").to_owned();
        self.get(&path).await
    }
}

/// A form with one file.
pub fn one_file(name: &str, bytes: impl Into<Vec<u8>>) -> reqwest::multipart::Form {
    let part = reqwest::multipart::Part::bytes(bytes.into())
        .file_name(name.to_owned())
        .mime_str("application/pdf")
        .unwrap();
    reqwest::multipart::Form::new().part("file0", part)
}

pub fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/tests/fixtures")
        .join(name);
    std::fs::read(path).unwrap()
}

/// A body that comes as it is sent here, and ends with its sender.
pub fn slow_body() -> (tokio::sync::mpsc::UnboundedSender<Vec<u8>>, reqwest::Body) {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        let bytes: Vec<u8> = receiver.recv().await?;
        Some((Ok::<_, std::io::Error>(bytes), receiver))
    });
    (sender, reqwest::Body::wrap_stream(stream))
}
