//! Settings: read once at the start, from the environment or flags of the same name.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use clap::Args;
use ipnet::IpNet;

use crate::accounts::SessionLimits;
use crate::blobs::{Place, Variables};
use crate::clock::{self, DAY};
use crate::db::Target;
use crate::mail::Transport;

/// The settings as an operator writes them; empty ones count as missing.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "PLANGREP_BIND", hide_env_values = true, global = true)]
    pub bind: Option<String>,
    /// Where people and integrators reach the server, for links and signed URLs; https makes
    /// cookies Secure and adds HSTS [default: http:// + bind]
    #[arg(long, env = "PLANGREP_BASE_URL", hide_env_values = true, global = true)]
    pub base_url: Option<String>,
    /// Folder of the database, the files, the mails and the secret [default: ./data]
    #[arg(long, env = "PLANGREP_DATA_DIR", hide_env_values = true, global = true)]
    pub data_dir: Option<String>,
    /// sqlite://PATH or postgres://… [default: sqlite://<data>/plangrep.db]
    #[arg(
        long,
        env = "PLANGREP_DATABASE_URL",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Option<String>,
    /// file://FOLDER, or s3://BUCKET/PREFIX with the usual AWS_… variables
    /// [default: file://<data>/blobs]
    #[arg(
        long,
        env = "PLANGREP_BLOBS_URL",
        hide_env_values = true,
        global = true
    )]
    pub blobs_url: Option<String>,
    /// The `AWS_…` variables, instead of those of the environment.
    #[arg(skip)]
    pub aws: Option<Variables>,
    /// At least 32 random bytes in base64 or hex [default: <data>/secret.key, made at the first start]
    #[arg(long, env = "PLANGREP_SECRET", hide_env_values = true, global = true)]
    pub secret: Option<String>,
    /// smtp://… (STARTTLS) or smtps://… [default: mails become .eml files in <data>/mail]
    #[arg(long, env = "PLANGREP_SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Sender of the mails [default: Plangrep <plangrep@localhost>]
    #[arg(
        long,
        env = "PLANGREP_MAIL_FROM",
        hide_env_values = true,
        global = true
    )]
    pub mail_from: Option<String>,
    /// Networks (CIDR, comma-separated) whose forwarding headers are believed [default: none]
    #[arg(
        long,
        env = "PLANGREP_TRUSTED_PROXIES",
        hide_env_values = true,
        global = true
    )]
    pub trusted_proxies: Option<String>,
    /// Networks (CIDR, comma-separated) that may read /metrics [default: 127.0.0.0/8,::1]
    #[arg(
        long,
        env = "PLANGREP_METRICS_FROM",
        hide_env_values = true,
        global = true
    )]
    pub metrics_from: Option<String>,
    /// Pages processed at once in this process; 0: serve only [default: number of cores]
    #[arg(long, env = "PLANGREP_WORKERS", hide_env_values = true, global = true)]
    pub workers: Option<String>,
    /// Credits that a new workspace starts with [default: 100000]
    #[arg(
        long,
        env = "PLANGREP_INITIAL_CREDITS",
        hide_env_values = true,
        global = true
    )]
    pub initial_credits: Option<String>,
    /// Price of a project in credits [default: 0]
    #[arg(
        long,
        env = "PLANGREP_PROJECT_CREDITS",
        hide_env_values = true,
        global = true
    )]
    pub project_credits: Option<String>,
    /// Requests a minute and key; 0: no limit [default: 600]
    #[arg(
        long,
        env = "PLANGREP_RATE_LIMIT",
        hide_env_values = true,
        global = true
    )]
    pub rate_limit: Option<String>,
    /// true lets webhooks go to plain http and private addresses: for development [default: false]
    #[arg(
        long,
        env = "PLANGREP_WEBHOOK_ALLOW_PRIVATE",
        hide_env_values = true,
        global = true
    )]
    pub webhook_allow_private: Option<String>,
    /// The tesseract executable, such as /usr/bin/tesseract: pages that are pictures of text are
    /// recognised with it [default: they are not]
    #[arg(long, env = "PLANGREP_OCR", hide_env_values = true, global = true)]
    pub ocr: Option<String>,
    /// How long a session lasts without being used, such as 12h or 3d [default: 3d]
    #[arg(
        long,
        env = "PLANGREP_SESSION_IDLE",
        hide_env_values = true,
        global = true
    )]
    pub session_idle: Option<String>,
    /// How long a session lasts altogether [default: 14d]
    #[arg(
        long,
        env = "PLANGREP_SESSION_LIFE",
        hide_env_values = true,
        global = true
    )]
    pub session_life: Option<String>,
    /// How old a sign-in may be when a key is created; then the password is asked for again
    /// [default: 15m]
    #[arg(
        long,
        env = "PLANGREP_CONFIRM_AFTER",
        hide_env_values = true,
        global = true
    )]
    pub confirm_after: Option<String>,
    /// Secret shared with a scanner of your own that reports leaked keys [default: none]
    #[arg(
        long,
        env = "PLANGREP_LEAK_SECRET",
        hide_env_values = true,
        global = true
    )]
    pub leak_secret: Option<String>,
    /// JSON file with the public keys of GitHub's secret scanning, as its API gives them
    /// [default: none]
    #[arg(
        long,
        env = "PLANGREP_LEAK_PUBLIC_KEYS",
        hide_env_values = true,
        global = true
    )]
    pub leak_public_keys: Option<String>,
    /// The largest file in bytes that is uploaded in one PUT; larger ones come in parts
    /// [default: 5000000000]
    #[arg(
        long,
        env = "PLANGREP_DIRECT_UPLOAD_MAX_BYTES",
        hide_env_values = true,
        global = true
    )]
    pub direct_upload_max_bytes: Option<String>,
    /// error, warn, info, debug or trace [default: info]
    #[arg(long, env = "PLANGREP_LOG", hide_env_values = true, global = true)]
    pub log: Option<String>,
    /// text or json [default: text]
    #[arg(
        long,
        env = "PLANGREP_LOG_FORMAT",
        hide_env_values = true,
        global = true
    )]
    pub log_format: Option<String>,
}

/// The settings, understood.
#[derive(Clone, Debug)]
pub struct Config {
    pub bind: SocketAddr,
    /// Scheme, host, port and path without a slash at the end; `None`: made from the bound address.
    pub base_url: Option<String>,
    pub data_dir: PathBuf,
    pub database: Target,
    pub blobs: Place,
    /// `None`: the secret file in the data folder.
    pub secret: Option<String>,
    pub mail: Transport,
    pub mail_from: lettre::message::Mailbox,
    pub trusted_proxies: Vec<IpNet>,
    pub metrics_from: Vec<IpNet>,
    pub workers: usize,
    pub initial_credits: i64,
    pub project_credits: i64,
    /// Requests a minute and key; `None`: no limit.
    pub rate_limit: Option<u32>,
    /// Whether webhooks may go to plain http and private addresses.
    pub webhook_allow_private: bool,
    /// The tesseract executable; `None`: no text is recognised.
    pub ocr: Option<PathBuf>,
    /// Bytes.
    pub direct_upload_max: i64,
    pub sessions: SessionLimits,
    /// Age of a sign-in in milliseconds from which on the password is asked for again.
    pub confirm_after: i64,
    pub leak_secret: Option<String>,
    pub leak_public_keys: Option<PathBuf>,
    pub log: tracing::Level,
    pub log_json: bool,
}

/// A sentence that names the wrong setting, for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct Wrong {
    setting: &'static str,
    problem: String,
}

fn wrong(setting: &'static str, problem: impl Into<String>) -> Wrong {
    Wrong {
        setting,
        problem: problem.into(),
    }
}

impl Config {
    pub fn from_settings(settings: &Settings) -> Result<Self, Wrong> {
        let data_dir = PathBuf::from(given(&settings.data_dir).unwrap_or("./data"));
        let database = match given(&settings.database_url) {
            Some(url) => Target::parse(url).ok_or_else(|| {
                wrong(
                    "PLANGREP_DATABASE_URL",
                    "must start with sqlite:// and a path, or with postgres://",
                )
            })?,
            None => Target::Sqlite(data_dir.join("plangrep.db")),
        };
        Ok(Self {
            bind: bind(given(&settings.bind).unwrap_or("127.0.0.1:8080"))?,
            base_url: given(&settings.base_url).map(base_url).transpose()?,
            blobs: place(settings, &data_dir)?,
            secret: given(&settings.secret).map(secret).transpose()?,
            mail: match given(&settings.smtp_url) {
                Some(url) => {
                    Transport::smtp(url).map_err(|problem| wrong("PLANGREP_SMTP_URL", problem))?
                }
                None => Transport::File(data_dir.join("mail")),
            },
            mail_from: given(&settings.mail_from)
                .unwrap_or("Plangrep <plangrep@localhost>")
                .parse()
                .map_err(|_| {
                    wrong(
                        "PLANGREP_MAIL_FROM",
                        "must be a mail address such as Plangrep <plangrep@example.com>",
                    )
                })?,
            trusted_proxies: networks(
                "PLANGREP_TRUSTED_PROXIES",
                given(&settings.trusted_proxies).unwrap_or(""),
            )?,
            metrics_from: networks(
                "PLANGREP_METRICS_FROM",
                given(&settings.metrics_from).unwrap_or("127.0.0.0/8,::1"),
            )?,
            workers: match given(&settings.workers) {
                Some(text) => usize::try_from(number("PLANGREP_WORKERS", text, 256)?)
                    .map_err(|_| wrong("PLANGREP_WORKERS", "is too large"))?,
                None => available_parallelism().map_or(1, usize::from),
            },
            initial_credits: number(
                "PLANGREP_INITIAL_CREDITS",
                given(&settings.initial_credits).unwrap_or("100000"),
                1_000_000_000_000,
            )?,
            project_credits: number(
                "PLANGREP_PROJECT_CREDITS",
                given(&settings.project_credits).unwrap_or("0"),
                1_000_000_000,
            )?,
            rate_limit: match number(
                "PLANGREP_RATE_LIMIT",
                given(&settings.rate_limit).unwrap_or("600"),
                1_000_000,
            )? {
                0 => None,
                most => u32::try_from(most).ok(),
            },
            webhook_allow_private: match given(&settings.webhook_allow_private).unwrap_or("false") {
                "true" => true,
                "false" => false,
                _ => {
                    return Err(wrong(
                        "PLANGREP_WEBHOOK_ALLOW_PRIVATE",
                        "must be true or false",
                    ));
                }
            },
            ocr: settings.ocr()?,
            direct_upload_max: number(
                "PLANGREP_DIRECT_UPLOAD_MAX_BYTES",
                given(&settings.direct_upload_max_bytes).unwrap_or("5000000000"),
                5_000_000_000,
            )?,
            sessions: SessionLimits {
                idle: duration("PLANGREP_SESSION_IDLE", &settings.session_idle, "3d")?,
                life: duration("PLANGREP_SESSION_LIFE", &settings.session_life, "14d")?,
            },
            confirm_after: duration("PLANGREP_CONFIRM_AFTER", &settings.confirm_after, "15m")?,
            leak_secret: match given(&settings.leak_secret) {
                Some(secret) if secret.len() < 32 => {
                    return Err(wrong(
                        "PLANGREP_LEAK_SECRET",
                        "must have at least 32 characters; make one with `openssl rand -hex 32`",
                    ));
                }
                secret => secret.map(str::to_owned),
            },
            leak_public_keys: given(&settings.leak_public_keys).map(PathBuf::from),
            log: given(&settings.log)
                .unwrap_or("info")
                .parse()
                .map_err(|_| wrong("PLANGREP_LOG", "must be error, warn, info, debug or trace"))?,
            log_json: match given(&settings.log_format).unwrap_or("text") {
                "text" => false,
                "json" => true,
                _ => return Err(wrong("PLANGREP_LOG_FORMAT", "must be text or json")),
            },
            data_dir,
            database,
        })
    }

    /// Where people and integrators reach a server that is bound to `address`.
    pub fn base_url(&self, address: SocketAddr) -> String {
        match &self.base_url {
            Some(url) => url.clone(),
            None => format!("http://{address}"),
        }
    }
}

impl Settings {
    /// The tesseract executable; the one setting that matters without a server too.
    pub fn ocr(&self) -> Result<Option<PathBuf>, Wrong> {
        match given(&self.ocr).map(PathBuf::from) {
            Some(program) if !program.is_absolute() || !program.is_file() => Err(wrong(
                "PLANGREP_OCR",
                "must be the path of the tesseract executable, such as /usr/bin/tesseract",
            )),
            program => Ok(program),
        }
    }
}

fn given(setting: &Option<String>) -> Option<&str> {
    setting
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn bind(text: &str) -> Result<SocketAddr, Wrong> {
    text.replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| {
            wrong(
                "PLANGREP_BIND",
                format!("{text:?} is not an address with a port such as 127.0.0.1:8080"),
            )
        })
}

fn base_url(text: &str) -> Result<String, Wrong> {
    let problem = || {
        wrong(
            "PLANGREP_BASE_URL",
            "must be an http:// or https:// URL without a query, such as https://plans.example.com",
        )
    };
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or_else(problem)?;
    let authority = rest.split('/').next().unwrap_or_default();
    let strange = |character: char| {
        character.is_whitespace() || character.is_control() || "?#@\"<>\\".contains(character)
    };
    if authority.is_empty() || rest.chars().any(strange) {
        return Err(problem());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn place(settings: &Settings, data_dir: &Path) -> Result<Place, Wrong> {
    let variables = || match &settings.aws {
        Some(variables) => variables.clone(),
        None => std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("AWS_"))
            .collect(),
    };
    Place::parse(given(&settings.blobs_url), data_dir, variables)
        .map_err(|(setting, problem)| wrong(setting, problem))
}

fn secret(text: &str) -> Result<String, Wrong> {
    crate::secret::Secret::parse(text)
        .map(|_| text.to_owned())
        .map_err(|problem| wrong("PLANGREP_SECRET", problem))
}

fn number(setting: &'static str, text: &str, most: i64) -> Result<i64, Wrong> {
    text.parse()
        .ok()
        .filter(|number| (0..=most).contains(number))
        .ok_or_else(|| wrong(setting, format!("must be a whole number from 0 to {most}")))
}

/// `15m`, `12h` or `3d` in milliseconds.
fn duration(
    setting: &'static str,
    setting_text: &Option<String>,
    default: &str,
) -> Result<i64, Wrong> {
    let text = given(setting_text).unwrap_or(default);
    clock::duration(text)
        .filter(|length| (1..=366 * DAY).contains(length))
        .ok_or_else(|| {
            wrong(
                setting,
                "must be a number with m, h or d, such as 15m, and at most a year",
            )
        })
}

fn networks(setting: &'static str, text: &str) -> Result<Vec<IpNet>, Wrong> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    wrong(
                        setting,
                        format!("{part:?} is not a network such as 10.0.0.0/8"),
                    )
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings::default();
        change(&mut settings);
        Config::from_settings(&settings).unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_those_of_the_manual() {
        let config = Config::from_settings(&Settings::default()).unwrap();
        assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
        assert_eq!(config.base_url(config.bind), "http://127.0.0.1:8080");
        assert_eq!(config.database, Target::Sqlite("./data/plangrep.db".into()));
        assert_eq!(config.initial_credits, 100_000);
        assert_eq!(config.project_credits, 0);
        assert!(!config.webhook_allow_private);
    }

    #[test]
    fn private_webhooks_are_for_who_says_so() {
        for (text, allowed) in [("true", true), ("false", false), ("", false)] {
            let settings = Settings {
                webhook_allow_private: Some(text.to_owned()),
                ..Settings::default()
            };
            let config = Config::from_settings(&settings).unwrap();
            assert_eq!(config.webhook_allow_private, allowed);
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        let text = |text: &str| Some(text.to_owned());
        for (sentence, setting) in [
            (refused(|s| s.bind = text("8080")), "PLANGREP_BIND"),
            (
                refused(|s| s.base_url = text("plans.example.com")),
                "PLANGREP_BASE_URL",
            ),
            (
                refused(|s| s.base_url = text("https://a b")),
                "PLANGREP_BASE_URL",
            ),
            (
                refused(|s| s.database_url = text("mysql://x")),
                "PLANGREP_DATABASE_URL",
            ),
            (
                refused(|s| s.blobs_url = text("ftp://bucket")),
                "PLANGREP_BLOBS_URL",
            ),
            (refused(|s| s.secret = text("short")), "PLANGREP_SECRET"),
            (
                refused(|s| s.smtp_url = text("http://x")),
                "PLANGREP_SMTP_URL",
            ),
            (
                refused(|s| s.mail_from = text("nobody")),
                "PLANGREP_MAIL_FROM",
            ),
            (
                refused(|s| s.trusted_proxies = text("10/8")),
                "PLANGREP_TRUSTED_PROXIES",
            ),
            (
                refused(|s| s.metrics_from = text("all")),
                "PLANGREP_METRICS_FROM",
            ),
            (refused(|s| s.workers = text("-1")), "PLANGREP_WORKERS"),
            (
                refused(|s| s.initial_credits = text("1.5")),
                "PLANGREP_INITIAL_CREDITS",
            ),
            (
                refused(|s| s.project_credits = text("x")),
                "PLANGREP_PROJECT_CREDITS",
            ),
            (
                refused(|s| s.rate_limit = text("many")),
                "PLANGREP_RATE_LIMIT",
            ),
            (
                refused(|s| s.webhook_allow_private = text("yes")),
                "PLANGREP_WEBHOOK_ALLOW_PRIVATE",
            ),
            (refused(|s| s.ocr = text("tesseract")), "PLANGREP_OCR"),
            (
                refused(|s| s.ocr = text("/nowhere/tesseract")),
                "PLANGREP_OCR",
            ),
            (
                refused(|s| s.direct_upload_max_bytes = text("5 GB")),
                "PLANGREP_DIRECT_UPLOAD_MAX_BYTES",
            ),
            (
                refused(|s| s.session_idle = text("0d")),
                "PLANGREP_SESSION_IDLE",
            ),
            (
                refused(|s| s.session_life = text("2 weeks")),
                "PLANGREP_SESSION_LIFE",
            ),
            (
                refused(|s| s.confirm_after = text("500d")),
                "PLANGREP_CONFIRM_AFTER",
            ),
            (
                refused(|s| s.leak_secret = text("short")),
                "PLANGREP_LEAK_SECRET",
            ),
            (refused(|s| s.log = text("loud")), "PLANGREP_LOG"),
            (
                refused(|s| s.log_format = text("xml")),
                "PLANGREP_LOG_FORMAT",
            ),
        ] {
            assert!(sentence.starts_with(setting), "{sentence}");
        }
    }
}
