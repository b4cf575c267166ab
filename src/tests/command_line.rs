//! The program from outside: starting, refusing wrong settings, and the commands without a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};

use crate::harness::{OwnDatabase, PASSWORD, TestApp, client, program};

pub struct Place {
    pub folder: tempfile::TempDir,
    pub database: Option<(OwnDatabase, String)>,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: OwnDatabase::create(),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .env_clear()
            .env("PLANGREP_DATA_DIR", self.folder.path())
            .env("PLANGREP_BIND", "127.0.0.1:0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some((_, url)) = &self.database {
            command.env("PLANGREP_DATABASE_URL", url);
        }
        command
    }

    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).spawn().unwrap();
        // A command that reads nothing may have closed its end already.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    }
}

impl Place {
    /// A person and a key with these scopes, made from the command line; the key's plaintext.
    pub fn ada_and_key(&self, scopes: &[&str]) -> String {
        let ada = "user create --email ada@example.com --name Ada --workspace Oak --role admin";
        let ada: Vec<&str> = ada.split(' ').collect();
        assert!(self.run(&ada, PASSWORD).status.success());
        let key = "key create --email ada@example.com --label Nightly";
        let mut key: Vec<&str> = key.split(' ').collect();
        for scope in scopes {
            key.extend(["--scope", scope]);
        }
        let made = self.run(&key, "");
        assert!(made.status.success(), "{}", text(&made.stderr));
        text(&made.stdout).trim().to_owned()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server of its own; ended with the test.
pub struct Server(pub Child, pub String, BufReader<std::process::ChildStdout>);

impl Server {
    pub fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    pub fn start_with(place: &Place, settings: &[(&str, &str)]) -> Self {
        let mut command = place.command(&[]);
        let mut child = command.envs(settings.iter().copied()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("Plangrep listens on ")
            .unwrap()
            .to_owned();
        Self(child, url, out)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        self.0.wait().unwrap();
    }
}

#[actix_web::test]
async fn a_key_made_on_the_command_line_opens_the_door_and_can_be_revoked_there() {
    let place = Place::new();
    let made = place.run(
        &[
            "user",
            "create",
            "--email",
            "Ada@example.com",
            "--name",
            "Ada",
            "--workspace",
            "Oak",
            "--role",
            "admin",
        ],
        &format!("{PASSWORD}\n"),
    );
    assert!(made.status.success(), "{}", text(&made.stderr));
    let twice = place.run(
        &[
            "user",
            "create",
            "--email",
            "ada@example.com",
            "--name",
            "Eve",
            "--workspace",
            "Elm",
            "--role",
            "member",
        ],
        PASSWORD,
    );
    assert!(!twice.status.success());
    let weak = place.run(
        &[
            "user",
            "create",
            "--email",
            "b@example.com",
            "--name",
            "Ben",
            "--workspace",
            "Oak",
            "--role",
            "member",
        ],
        "passwordpassword",
    );
    assert!(text(&weak.stderr).contains("too easy to guess"));
    let wrong = place.run(
        &[
            "key",
            "create",
            "--email",
            "ada@example.com",
            "--label",
            "x",
            "--scope",
            "all",
        ],
        "",
    );
    assert!(!wrong.status.success() && wrong.stdout.is_empty());
    let created = place.run(
        &[
            "key",
            "create",
            "--email",
            "ada@example.com",
            "--label",
            "Nightly",
            "--scope",
            "jobs:read",
            "--scope",
            "jobs:write",
            "--expires-in",
            "90d",
        ],
        "",
    );
    let plain = text(&created.stdout).trim().to_owned();
    assert_eq!(
        plain.len(),
        47,
        "the plaintext and nothing else: {}",
        text(&created.stderr)
    );
    let list = text(&place.run(&["key", "list"], "").stdout);
    let fields: Vec<&str> = list.trim().split('\t').collect();
    assert_eq!(fields[1..], [&plain[..13], "Nightly", "active", "never"]);

    let server = Server::start(&place);
    let ask = || {
        client()
            .build()
            .unwrap()
            .get(format!("{}/api/open/v1/projects", server.1))
            .bearer_auth(&plain)
            .send()
    };
    assert_eq!(ask().await.unwrap().status(), 200);
    let revoked = place.run(&["key", "revoke", fields[0]], "");
    assert!(revoked.status.success(), "{}", text(&revoked.stderr));
    assert_eq!(
        ask().await.unwrap().status(),
        401,
        "revoked by another process"
    );
    assert!(text(&place.run(&["key", "list"], "").stdout).contains("\trevoked\t"));
    assert!(!place.run(&["key", "revoke", "key_x"], "").status.success());
}

#[actix_web::test]
async fn the_first_start_prints_a_setup_link_and_a_stop_is_clean() {
    let place = Place::new();
    let mut server = Server::start(&place);
    let mut line = String::new();
    server.2.read_line(&mut line).unwrap();
    let link = line
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .unwrap()
        .to_owned();
    assert!(link.starts_with(&format!("{}/setup?token=", server.1)));
    let client = client().build().unwrap();
    let page = client.get(&link).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let pid = i32::try_from(server.0.id()).unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    assert!(server.0.wait().unwrap().success(), "exit code 0");
    let mut log = String::new();
    server
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(log.contains("GET /setup"), "{log}");
    let token = link.split('=').nth(1).unwrap();
    assert!(!log.contains(token), "the log has no query");

    let server = Server::start(&place);
    let again = client
        .get(link.replace(&link[..link.find("/setup").unwrap()], &server.1))
        .send()
        .await
        .unwrap();
    assert_eq!(
        again.status(),
        200,
        "the link survives a restart until it is used"
    );
    assert!(place.folder.path().join("secret.key").exists());
}

#[test]
fn a_wrong_setting_stops_the_start_with_a_sentence_that_names_it() {
    let place = Place::new();
    for (setting, value) in [
        ("PLANGREP_BIND", "here"),
        ("PLANGREP_SECRET", "changeme"),
        ("PLANGREP_BLOBS_URL", "ftp://bucket"),
        ("PLANGREP_WORKERS", "many"),
    ] {
        let output = place
            .command(&["serve"])
            .env(setting, value)
            .output()
            .unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            error.starts_with(&format!("plangrep: {setting}: ")),
            "{error}"
        );
        assert!(!error.contains("changeme"), "a secret is not repeated");
    }
    let flag = place.command(&["--log-format", "xml"]).output().unwrap();
    assert!(text(&flag.stderr).contains("PLANGREP_LOG_FORMAT"));
    let help = place
        .command(&["--help"])
        .env("PLANGREP_SECRET", "hush-hush-hush")
        .output()
        .unwrap();
    assert!(!text(&help.stdout).contains("hush"));
}

#[actix_web::test]
async fn a_taken_port_is_told() {
    let app = TestApp::start().await;
    let place = Place::new();
    let address = app.url.strip_prefix("http://").unwrap();
    let output = place
        .command(&["serve"])
        .env("PLANGREP_BIND", address)
        .output()
        .unwrap();
    assert!(
        text(&output.stderr).contains("PLANGREP_BIND"),
        "{}",
        text(&output.stderr)
    );
}

#[actix_web::test]
async fn what_the_program_writes_is_for_its_own_user_only() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    // As a volume or a service manager makes it.
    std::fs::set_permissions(place.folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    drop(Server::start(&place));
    let mut seen = 0;
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!(mode, 0, "{:?}", entry.path());
        seen += 1;
    }
    assert!(seen >= 2);
}

#[test]
fn a_member_alone_leaves_the_setup_link_alive_and_an_unknown_setting_is_told() {
    let place = Place::new();
    let mut command = place.command(&[
        "user",
        "create",
        "--email",
        "b@example.com",
        "--name",
        "Ben",
        "--workspace",
        "Oak",
        "--role",
        "member",
    ]);
    command.env("PLANGREP_COLOUR", "blue");
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(PASSWORD.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(
        text(&output.stderr).contains("PLANGREP_COLOUR is not a setting"),
        "{}",
        text(&output.stderr)
    );
    let mut server = Server::start(&place);
    let mut line = String::new();
    server.2.read_line(&mut line).unwrap();
    assert!(line.contains("/setup?token="), "{line}");
}
