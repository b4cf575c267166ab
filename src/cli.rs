//! The command line: `plangrep serve` and the commands that need no server.

use std::ffi::OsString;
use std::io::{IsTerminal, Read, Write};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::accounts::{NewPerson, Role};
use crate::app::{self, Application, Foundation};
use crate::audit::Actor;
use crate::clock::{self, Clock, Time};
use crate::config::{Config, Settings};
use crate::documents::{self, Limits, ReadEnd, ReadOrder, Sandbox};
use crate::keys::{Expiry, Keys, Label, Networks, NewKey, Scope, Scopes};
use crate::openapi;

/// A self-hosted server that reads construction documents for other software.
#[derive(Parser)]
#[command(name = "plangrep", disable_version_flag = true)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server (the default)
    Serve,
    /// Process jobs only: any number of processes, on any machine that reaches database and files
    Worker,
    /// Print the OpenAPI 3.1 description of the API
    Openapi,
    /// Bring the database's schema up to date, and end
    Migrate,
    /// Read files here and now, without a server
    Read(ReadArguments),
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Credits
    #[command(subcommand)]
    Credits(CreditsCommand),
}

#[derive(Args)]
struct ReadArguments {
    /// PDF, PNG, JPEG or TIFF files; seen together, as the files of one job
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print everything as JSON instead of a summary
    #[arg(long)]
    json: bool,
    /// Only these pages of each file, such as 3 or 1-5
    #[arg(long, value_parser = page_range)]
    pages: Option<RangeInclusive<u32>>,
    /// Leave result.json and the files of the pages (images, text, layout, extracts) in this folder,
    /// in place of those of the same names
    #[arg(long)]
    out: Option<PathBuf>,
}

/// `3` or `1-5`.
fn page_range(text: &str) -> Result<RangeInclusive<u32>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if (1..=last).contains(&first) => Ok(first..=last),
        _ => Err("must be a page such as 3, or pages such as 1-5".to_owned()),
    }
}

#[derive(Subcommand)]
enum CreditsCommand {
    /// Give credits to a workspace
    Grant {
        /// The name of the workspace
        #[arg(long)]
        workspace: String,
        amount: u32,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make a person; the password is read from standard input
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// Made when it does not exist
        #[arg(long)]
        workspace: String,
        #[arg(long, value_enum)]
        role: RoleName,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    Admin,
    Member,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key and print its plaintext, nothing else
    Create {
        /// Who the key belongs to
        #[arg(long)]
        email: String,
        #[arg(long)]
        label: String,
        /// jobs:read, jobs:write or artifacts:read; repeat it for several
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// Such as 90d or 12h; without it the key never expires
        #[arg(long)]
        expires_in: Option<String>,
    },
    /// A line for each key: id, prefix, label, status, last use
    List,
    /// Revoke a key
    Revoke { key_id: String },
}

/// Runs the program.
pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    // The reader of documents is this same program in a box of its own; it must not read settings.
    if arguments.nth(1).is_some_and(|first| first == "pdf-worker") {
        return documents::worker_main(arguments);
    }
    match run(std::env::args_os()) {
        Ok(code) => code,
        Err(error) => {
            // The one place where the program speaks of its own end.
            let written = writeln!(std::io::stderr(), "plangrep: {error:#}");
            ExitCode::from(if written.is_ok() { 1 } else { 2 })
        }
    }
}

/// Of a server's settings, the one that matters to `read` too.
const SETTING_OF_READ: &str = "ocr";

/// The command line as clap has it: the help of `read` does not show what only a server needs.
fn command_line() -> clap::Command {
    let mut whole = Arguments::command();
    let settings: Vec<clap::Id> = whole
        .get_arguments()
        .map(|setting| setting.get_id().clone())
        .filter(|id| id != SETTING_OF_READ)
        .collect();
    // Only now do the commands have the settings of the whole.
    whole.build();
    whole.mut_subcommand("read", |read| {
        read.mut_args(|argument| {
            let is_hidden = settings.contains(argument.get_id());
            argument.hide(is_hidden)
        })
    })
}

/// Answers with the exit's status when what was asked for was done, even if not all of it went well.
fn run(arguments: impl Iterator<Item = OsString>) -> anyhow::Result<ExitCode> {
    // Whatever this program writes is for its own user only: the database holds password hashes,
    // the folders hold other people's plans.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let arguments = Arguments::from_arg_matches(&command_line().get_matches_from(arguments))?;
    // Hardly a setting matters to these two, not even a wrong one.
    match arguments.command {
        Some(Command::Openapi) => {
            std::io::stdout().write_all(openapi::json()?.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Read(asked)) => {
            let ocr = arguments.settings.ocr()?;
            return actix_web::rt::System::new().block_on(read(asked, ocr));
        }
        _ => {}
    }
    let config = Config::from_settings(&arguments.settings)?;
    start_log(&config);
    warn_of_unknown_settings();
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => actix_web::rt::System::new().block_on(serve(config)),
        Command::Worker => actix_web::rt::System::new().block_on(app::work(
            config,
            Clock::system(),
            this_program(),
        )),
        Command::Credits(command) => {
            actix_web::rt::System::new().block_on(credits(config, command))
        }
        Command::Openapi | Command::Read(_) => Ok(()),
        Command::Migrate => Foundation::lay(config, Clock::system()).map(|_| ()),
        Command::User(command) => actix_web::rt::System::new().block_on(user(config, command)),
        Command::Key(command) => actix_web::rt::System::new().block_on(key(config, command)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn read(asked: ReadArguments, ocr: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let order = ReadOrder {
        files: asked.files,
        pages: asked.pages,
        out: asked.out,
        json: asked.json,
        readers: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let sandbox = Sandbox::new(this_program(), Limits::default()).with_ocr(ocr);
    Ok(match documents::read_files(order, &sandbox).await? {
        ReadEnd::Whole => ExitCode::SUCCESS,
        ReadEnd::WithErrors => ExitCode::FAILURE,
        // As a shell tells the death by a signal.
        ReadEnd::Interrupted(signal) => ExitCode::from(128_u8.saturating_add(signal)),
    })
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let application = Application::build(config, Clock::system(), this_program())?;
    let rooms = application.rooms();
    let mut out = std::io::stdout();
    writeln!(out, "Plangrep listens on http://{}", application.address())?;
    if let Some(token) = rooms.accounts.setup_token().await? {
        writeln!(
            out,
            "Open {}/setup?token={token} to make the first admin.",
            rooms.base_url
        )?;
    }
    out.flush()?;
    drop(rooms);
    application.run().await
}

/// Also after an upgrade has replaced the file: the running program is the one that is meant.
fn this_program() -> PathBuf {
    PathBuf::from("/proc/self/exe")
}

async fn user(config: Config, command: UserCommand) -> anyhow::Result<()> {
    let UserCommand::Create {
        email,
        name,
        workspace,
        role,
    } = command;
    let base_url = config.base_url(config.bind);
    let foundation = Foundation::lay(config, Clock::system())?;
    if std::io::stdin().is_terminal() {
        writeln!(std::io::stderr(), "Type the password and press Ctrl-D:")?;
    }
    let mut password = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .context("the password must come on standard input as UTF-8")?;
    let role = match role {
        RoleName::Admin => Role::Admin,
        RoleName::Member => Role::Member,
    };
    let new = NewPerson::parse(&email, &name, password.trim_end_matches(['\r', '\n']), role)?;
    let person = foundation
        .accounts(&base_url)?
        .create(&workspace, new)
        .await?;
    writeln!(
        std::io::stdout(),
        "{} {} in {}",
        person.id,
        person.email,
        person.workspace_name
    )?;
    Ok(())
}

async fn key(config: Config, command: KeyCommand) -> anyhow::Result<()> {
    let base_url = config.base_url(config.bind);
    let foundation = Foundation::lay(config, Clock::system())?;
    let keys = foundation.keys(&base_url)?;
    match command {
        KeyCommand::Create {
            email,
            label,
            scope,
            expires_in,
        } => {
            let person = foundation
                .accounts(&base_url)?
                .person_by_email(&email)
                .await?
                .ok_or_else(|| anyhow!("nobody has the address {email}"))?;
            let scopes = scope
                .iter()
                .map(|name| {
                    name.parse::<Scope>().map_err(|_| {
                        anyhow!("--scope must be jobs:read, jobs:write or artifacts:read")
                    })
                })
                .collect::<anyhow::Result<Vec<_>>>()?;
            let now = keys.now();
            let expires_at = expires_in
                .map(|text| {
                    clock::duration(&text)
                        .map(|length| now.plus(length))
                        .context("--expires-in must be a number with d, h or m, such as 90d")
                })
                .transpose()?;
            let new = NewKey {
                label: Label::parse(&label)?,
                scopes: Scopes::new(scopes).context("--scope is needed at least once")?,
                expiry: Expiry::parse(expires_at, now)?,
                networks: Networks::default(),
            };
            let (_, plain) = keys.create(&Actor::CommandLine, &person, new).await?;
            writeln!(std::io::stdout(), "{}", plain.reveal())?;
        }
        KeyCommand::List => list(&keys).await?,
        KeyCommand::Revoke { key_id } => {
            let row = keys.revoke(&Actor::CommandLine, &key_id).await?;
            writeln!(std::io::stdout(), "{} is revoked", row.id)?;
        }
    }
    Ok(())
}

async fn credits(config: Config, command: CreditsCommand) -> anyhow::Result<()> {
    let CreditsCommand::Grant { workspace, amount } = command;
    let base_url = config.base_url(config.bind);
    let foundation = Foundation::lay(config, Clock::system())?;
    let balance = foundation
        .accounts(&base_url)?
        .grant_credits(&workspace, i64::from(amount))
        .await?;
    writeln!(std::io::stdout(), "{workspace} has {balance} credits")?;
    Ok(())
}

async fn list(keys: &Keys) -> anyhow::Result<()> {
    let now = keys.now();
    let mut out = std::io::stdout().lock();
    for row in keys.list_all().await? {
        let status = match (row.revoked_at, row.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(at)) if at <= now => "expired",
            _ => "active",
        };
        let used = row
            .last_used_at
            .map_or("never".to_owned(), |at| at.to_string());
        writeln!(
            out,
            "{}\t{}\t{}\t{status}\t{used}",
            row.id, row.key_prefix, row.label
        )?;
    }
    Ok(())
}

/// A setting that this version does not know is told, not passed over in silence.
fn warn_of_unknown_settings() {
    let known: Vec<OsString> = Arguments::command()
        .get_arguments()
        .filter_map(|argument| argument.get_env().map(OsString::from))
        .collect();
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PLANGREP_") && !known.contains(&name) {
            tracing::warn!(
                "{} is not a setting of this version",
                name.to_string_lossy()
            );
        }
    }
}

fn start_log(config: &Config) {
    let log = tracing_subscriber::fmt()
        .with_max_level(config.log)
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_timer(Utc);
    let started = match config.log_json {
        true => log.json().flatten_event(true).try_init(),
        false => log.try_init(),
    };
    // It can only have been started before, by a test.
    debug_assert!(started.is_ok() || cfg!(test));
}

/// Times of the log in the form of all our times.
struct Utc;

impl tracing_subscriber::fmt::time::FormatTime for Utc {
    fn format_time(
        &self,
        writer: &mut tracing_subscriber::fmt::format::Writer<'_>,
    ) -> std::fmt::Result {
        let now = chrono::Utc::now().timestamp_millis();
        write!(writer, "{}", Time(now))
    }
}
