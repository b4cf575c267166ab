//! Mail to a real mail server: a process of its own, reached over TCP. `.ci/run` installs what it
//! needs.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use diesel::prelude::*;
use plangrep::clock::{DAY, HOUR, MINUTE, SECOND};
use plangrep::db::schema::mail_outbox;
use plangrep::mail::Transport;
use serde_json::Value;

use crate::harness::{OwnDatabase, PASSWORD, TestApp, User, program};

const TEST: &str = "/settings/mail/test";

/// `src/tests/smtp_server.py`; ends with the test.
struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/smtp_server.py");
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self {
            child,
            lines,
            port: 0,
        };
        server.port = server.next()["port"].as_u64().unwrap().try_into().unwrap();
        server
    }

    /// The next thing that happens to it.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("the mail server ended"))
    }

    /// Ends it; what has happened to it and was not read yet.
    fn end(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        rest.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        self.child.wait().unwrap();
    }
}

/// A port on which nothing listens.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// An application with a frozen clock that hands its mail to this port, without TLS.
async fn app_for(who: &str, port: u16, patience: Duration) -> (TestApp, User) {
    let url = format!("smtp://{who}localhost:{port}?tls=none");
    let transport = Transport::smtp_within(&url, patience).unwrap();
    let app = TestApp::start_with_mail(Some(transport), |_| {}).await;
    let admin = app.admin().await;
    (app, admin)
}

const PATIENT: Duration = Duration::from_secs(20);

/// How often the one message was tried, whether it is out, and what was wrong last.
async fn state(app: &TestApp) -> (i32, bool, Option<String>) {
    app.query(|c| {
        mail_outbox::table
            .select((
                mail_outbox::attempts,
                mail_outbox::sent_at.is_not_null(),
                mail_outbox::last_error,
            ))
            .first(c)
    })
    .await
}

/// The program itself, sending to a mail server whose certificate it knows.
struct Program {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
    _database: Option<OwnDatabase>,
}

impl Program {
    async fn start(smtp_url: &str, certificates: &Path) -> (Self, User) {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnDatabase::create();
        let command = |arguments: &[&str]| {
            let mut command = Command::new(program());
            command
                .args(arguments)
                .env_clear()
                .env("PLANGREP_DATA_DIR", folder.path())
                .env("PLANGREP_BIND", "127.0.0.1:0")
                .env("PLANGREP_SMTP_URL", smtp_url)
                .env("PLANGREP_MAIL_FROM", "Plan Room <plans@example.org>")
                .env("SSL_CERT_FILE", certificates)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            if let Some((_, url)) = &own {
                command.env("PLANGREP_DATABASE_URL", url);
            }
            command
        };
        let made = "user create --email ada@example.com --name Ada --workspace Oak --role admin";
        let arguments: Vec<&str> = made.split(' ').collect();
        let mut child = command(&arguments).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
        assert!(child.wait_with_output().unwrap().status.success());

        let mut child = command(&["serve"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("Plangrep listens on ")
            .unwrap()
            .to_owned();
        let mut admin = User::at(&url);
        let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
        let answer = admin.post_form("/sign-in", &fields).await;
        admin.cookie = Some(answer.session_cookie().unwrap());
        let program = Self {
            child,
            url,
            folder,
            _database: own.map(|(database, _)| database),
        };
        (program, admin)
    }

    /// Waits until a line of the log says this.
    fn wait_for(&mut self, words: &str) -> String {
        let mut log = BufReader::new(self.child.stderr.as_mut().unwrap());
        loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended: {words}");
            if line.contains(words) {
                return line;
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        self.child.wait().unwrap();
    }
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn the_program_delivers_once_over_starttls_with_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mut server = Server::start(&["--certificate", path, "--password", "secret"]);
    let smtp_url = format!("smtp://user:secret@localhost:{}", server.port);
    let (program, admin) = Program::start(&smtp_url, &folder.path().join("cert.pem")).await;
    let page = admin.get("/settings/mail").await;
    let place = format!("Mail goes out by localhost:{}.", server.port);
    assert!(page.text.contains(&place), "{}", page.text);
    assert!(!page.text.contains("secret"));

    assert_eq!(admin.post_nothing(TEST).await.status, 303);
    assert_eq!(server.next()["event"], "auth");
    let message = server.next();
    assert_eq!(message["event"], "message");
    assert_eq!(message["tls"], true);
    assert_eq!(message["user"], "user");
    assert_eq!(message["sender"], "plans@example.org");
    assert_eq!(
        message["recipients"],
        serde_json::json!(["ada@example.com"])
    );
    let data = message["data"].as_str().unwrap();
    let head = data.split("\r\n\r\n").next().unwrap();
    let field = |name: &str| {
        let mut found = head.lines().filter(|line| line.starts_with(name));
        let value = found.next().unwrap_or_else(|| panic!("{name} in {head}"));
        assert!(found.next().is_none(), "{name} once");
        value[name.len()..].trim().to_owned()
    };
    assert_eq!(field("From:"), "\"Plan Room\" <plans@example.org>");
    assert_eq!(field("To:"), "ada@example.com");
    assert_eq!(field("Subject:"), "Test mail from Plangrep");
    assert_eq!(field("Auto-Submitted:"), "auto-generated");
    assert!(field("Date:").ends_with("+0000"));
    let message_id = field("Message-ID:");
    assert!(
        message_id.starts_with("<mail_") && message_id.ends_with("@example.org>"),
        "{message_id}"
    );
    assert!(field("Content-Type:").starts_with("multipart/alternative"));
    let plain = data
        .find("Content-Type: text/plain; charset=utf-8")
        .unwrap();
    let html = data.find("Content-Type: text/html; charset=utf-8").unwrap();
    assert!(plain < html, "the best form is the last (RFC 2046, 5.1.4)");
    assert!(data.contains(&format!("{}/settings/mail", program.url)));
    // The mail is marked as sent after the server has it: what the page says is the end of it.
    let mut page = admin.get("/settings/mail").await;
    while !page.text.contains("No mail is waiting.") {
        page = admin.get("/settings/mail").await;
    }
    drop(program);
    assert!(server.end().is_empty(), "once");
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn the_password_never_goes_out_without_tls_nor_to_a_stranger_nor_into_the_log() {
    // A server that offers no STARTTLS.
    let open = Server::start(&["--password", "secret"]);
    let nothing = tempfile::tempdir().unwrap();
    let certificates = nothing.path().join("none.pem");
    let smtp_url = format!("smtp://user:secret@localhost:{}", open.port);
    let (mut program, admin) = Program::start(&smtp_url, &certificates).await;
    admin.post_nothing(TEST).await;
    let line = program.wait_for("a mail could not be sent");
    assert!(!line.contains("secret"), "{line}");
    drop(program);
    assert!(open.end().is_empty());

    // A server whose certificate nobody vouches for.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let unknown = Server::start(&["--certificate", path, "--password", "secret"]);
    let smtp_url = format!("smtp://user:secret@localhost:{}", unknown.port);
    let (mut program, admin) = Program::start(&smtp_url, &certificates).await;
    admin.post_nothing(TEST).await;
    program.wait_for("a mail could not be sent");
    drop(program);
    assert!(unknown.end().is_empty());

    // A server that repeats the password in its refusal.
    let rude = Server::start(&["--certificate", path, "--password", "secret", "--echo"]);
    let smtp_url = format!("smtp://user:secret@localhost:{}", rude.port);
    let certificates = folder.path().join("cert.pem");
    let (mut program, admin) = Program::start(&smtp_url, &certificates).await;
    admin.post_nothing(TEST).await;
    let line = program.wait_for("a mail could not be sent");
    assert!(
        line.contains("(535)") && !line.contains("secret@") && !line.contains("no secret"),
        "{line}"
    );
    // The error is logged before it is stored: what the page says is the end of it.
    let mut page = admin.get("/settings/mail").await;
    for _ in 0..2_000 {
        if page.text.contains("repeat a secret") {
            break;
        }
        page = admin.get("/settings/mail").await;
    }
    assert!(page.text.contains("repeat a secret"), "{}", page.text);
    for entry in std::fs::read_dir(program.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes.windows(9).any(|part| part == b"no secret");
            assert!(!holds, "{path:?}");
        }
    }
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn a_message_that_is_put_off_is_delivered_later_and_once() {
    let mut server = Server::start(&["--put-off", "2"]);
    let (app, admin) = app_for("", server.port, PATIENT).await;
    admin.post_nothing(TEST).await;
    app.drain().await;
    let (attempts, sent, problem) = state(&app).await;
    assert_eq!((attempts, sent), (1, false));
    assert!(problem.unwrap().contains("come back later"));
    let page = admin.get("/settings/mail").await;
    assert!(page.text.contains("come back later") && page.text.contains("in a moment"));
    app.drain().await;
    assert_eq!(state(&app).await.0, 1, "not before its time");
    app.clock.advance(10 * SECOND);
    app.drain().await;
    app.clock.advance(MINUTE);
    app.drain().await;
    assert_eq!(state(&app).await, (3, true, None));
    app.clock.advance(HOUR);
    app.drain().await;
    assert_eq!(server.next()["event"], "put off");
    assert_eq!(server.next()["event"], "put off");
    assert_eq!(server.next()["event"], "message");
    assert!(server.end().is_empty());
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn a_wrong_password_delays_a_message_and_does_not_lose_it() {
    let mut server = Server::start(&["--password", "another"]);
    let port = server.port;
    let (app, admin) = app_for("user:secret@", port, PATIENT).await;
    admin.post_nothing(TEST).await;
    app.drain().await;
    assert_eq!(server.next()["right"], false);
    let (attempts, sent, problem) = state(&app).await;
    assert_eq!((attempts, sent), (1, false));
    assert!(problem.unwrap().contains("535"));
    drop(server);
    let mut server = Server::start(&["--password", "secret", "--port", &port.to_string()]);
    app.clock.advance(10 * SECOND);
    app.drain().await;
    assert_eq!(state(&app).await, (2, true, None));
    assert_eq!(server.next()["right"], true);
    assert_eq!(server.next()["event"], "message");
    assert!(server.end().is_empty());
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn a_refused_recipient_does_not_hold_up_the_others() {
    let mut server = Server::start(&["--refuse", "ada@example.com"]);
    let (app, admin) = app_for("", server.port, PATIENT).await;
    admin.post_nothing(TEST).await;
    let other = app
        .person("Elm", "Eve", plangrep::accounts::Role::Admin)
        .await;
    other.post_nothing(TEST).await;
    app.drain().await;
    assert_eq!(server.next()["event"], "refused");
    let message = server.next();
    assert_eq!(
        message["recipients"],
        serde_json::json!(["eve@example.com"])
    );
    let (attempts, sent, problem) = state(&app).await;
    assert_eq!((attempts, sent), (1, false));
    assert!(problem.unwrap().contains("no such person"));
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn a_server_that_falls_silent_is_left_and_nothing_is_lost_or_doubled() {
    let mut silent = Server::start(&["--hang"]);
    let port = silent.port;
    let (app, admin) = app_for("", port, Duration::from_millis(200)).await;
    admin.post_nothing(TEST).await;
    app.drain().await;
    assert_eq!(silent.next()["event"], "connected");
    let (attempts, sent, problem) = state(&app).await;
    assert_eq!((attempts, sent), (1, false));
    assert!(problem.unwrap().contains("did not answer within 200ms"));
    drop(silent);
    let mut server = Server::start(&["--port", &port.to_string()]);
    app.clock.advance(10 * SECOND);
    app.drain().await;
    assert_eq!(server.next()["event"], "message");
    app.clock.advance(HOUR);
    app.drain().await;
    assert!(server.end().is_empty());
}

#[actix_web::test]
async fn after_five_days_a_mail_is_given_up_and_said_to_be() {
    let (app, admin) = app_for("", closed_port(), PATIENT).await;
    admin.post_nothing(TEST).await;
    app.drain().await;
    app.clock.advance(2 * DAY);
    app.drain().await;
    assert_eq!(state(&app).await.0, 2);
    let admin = app.sign_in(&admin).await;
    assert!(!admin.get("/settings/mail").await.text.contains("Given up"));
    app.clock.advance(3 * DAY);
    app.drain().await;
    assert_eq!(state(&app).await.0, 2, "tried no more");
    let admin = app.sign_in(&admin).await;
    assert!(admin.get("/settings/mail").await.text.contains("Given up"));
}

#[actix_web::test]
#[ignore = "needs aiosmtpd"]
async fn an_hour_without_a_mail_server_ends_in_one_delivery() {
    let port = closed_port();
    let (app, admin) = app_for("", port, PATIENT).await;
    admin.post_nothing(TEST).await;
    app.drain().await;
    let mut attempts = 1;
    for pause in [10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR] {
        app.clock.advance(pause - 1);
        app.drain().await;
        assert_eq!(state(&app).await.0, attempts, "not before its time");
        app.clock.advance(1);
        app.drain().await;
        attempts += 1;
        let (tried, sent, problem) = state(&app).await;
        assert_eq!((tried, sent), (attempts, false));
        assert!(problem.unwrap().contains("refused"));
    }
    let mut server = Server::start(&["--port", &port.to_string()]);
    app.clock.advance(HOUR);
    app.drain().await;
    assert_eq!(state(&app).await, (attempts + 1, true, None));
    assert_eq!(server.next()["event"], "message");
    app.clock.advance(2 * HOUR);
    app.drain().await;
    assert!(server.end().is_empty(), "once");
}
