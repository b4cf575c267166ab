//! How a message leaves: by SMTP, into a folder as `.eml` files, or into memory for tests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::outbox::Waiting;

/// A message as a test sees it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Clone, Debug)]
pub enum Transport {
    Smtp(Box<Smtp>),
    File(PathBuf),
    Memory(Arc<Mutex<Vec<Sent>>>),
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// `smtp.example.com:587`, for people.
    place: String,
    patience: Duration,
    hidden: Hidden,
}

/// What no error may repeat: the password, and the forms in which it is sent.
#[derive(Clone)]
struct Hidden(Vec<String>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Hidden")
    }
}

/// The longest that handing one message over may take, well below the lease of the message: a
/// server that never answers must neither hold up the others nor be given it twice.
const PATIENCE: Duration = Duration::from_secs(90);
const CONNECT: Duration = Duration::from_secs(20);
/// So many characters of a secret in an error are taken for the secret, for it may be cut off.
const REPEATED: usize = 8;
/// The longest that is kept of an error, in characters.
const LONGEST_PROBLEM: usize = 300;

impl Transport {
    /// `smtp://user:password@host:587` speaks STARTTLS, `smtps://…` TLS from the first byte. The
    /// error is a sentence without the URL, which may hold a password.
    pub fn smtp(url: &str) -> Result<Self, &'static str> {
        Self::smtp_within(url, PATIENCE)
    }

    /// As [`Transport::smtp`]; gives a message up for now when handing it over takes longer.
    pub fn smtp_within(url: &str, patience: Duration) -> Result<Self, &'static str> {
        const WRONG: &str = "is not a URL such as smtp://user:password@mail.example.com:587";
        // lettre takes a plain `smtp://` for one without TLS, which is what `?tls=none` says here.
        let is_plain = url.contains("?tls=none");
        let spelled = match url.strip_prefix("smtp://") {
            Some(_) if url.contains('?') => url.replace("?tls=none", ""),
            Some(_) => format!("{url}?tls=required"),
            None if url.starts_with("smtps://") => url.to_owned(),
            None => return Err("must start with smtp:// (STARTTLS) or smtps://"),
        };
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(&spelled).map_err(|_| WRONG)?;
        let parts = url::Url::parse(url).map_err(|_| WRONG)?;
        let port = parts.port().unwrap_or(match parts.scheme() {
            "smtps" => lettre::transport::smtp::SUBMISSIONS_PORT,
            _ if is_plain => lettre::transport::smtp::SMTP_PORT,
            _ => lettre::transport::smtp::SUBMISSION_PORT,
        });
        Ok(Self::Smtp(Box::new(Smtp {
            transport: builder.timeout(Some(patience.min(CONNECT))).build(),
            place: format!("{}:{port}", parts.host_str().unwrap_or_default()),
            patience,
            hidden: Hidden::of(&parts),
        })))
    }

    /// How mail leaves, as a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Smtp(smtp) => format!("Mail goes out by {}.", smtp.place),
            Self::File(folder) => {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                format!(
                    "Mail is written as .eml files into the folder “{name}” of the data folder. \
                     Set PLANGREP_SMTP_URL to send it."
                )
            }
            Self::Memory(_) => "Mail stays in memory.".to_owned(),
        }
    }

    /// Hands a message over. The error is for people, and repeats neither the password of the mail
    /// server nor `secret`, which stands in the message.
    pub(super) async fn send(
        &self,
        from: &Mailbox,
        row: &Waiting,
        secret: Option<&str>,
    ) -> Result<(), String> {
        self.hand_over(from, row)
            .await
            .map_err(|error| self.problem(&error.to_string(), secret))
    }

    /// Some servers repeat the line that they refuse, and some scanners the link.
    fn problem(&self, words: &str, secret: Option<&str>) -> String {
        let of_server = match self {
            Self::Smtp(smtp) => smtp.hidden.0.as_slice(),
            Self::File(_) | Self::Memory(_) => &[],
        };
        let in_message = secret
            .and_then(|url| url.split_once("token="))
            .map(|(_, token)| token);
        let repeats = of_server
            .iter()
            .map(String::as_str)
            .chain(in_message)
            .any(|hidden| words.contains(hidden.get(..REPEATED).unwrap_or(hidden)));
        match repeats {
            true => {
                let kind = words.split(':').next().unwrap_or_default();
                format!("{kind}: the server’s words are not kept, since they repeat a secret")
            }
            false => words
                .chars()
                .map(|letter| if letter.is_control() { ' ' } else { letter })
                .take(LONGEST_PROBLEM)
                .collect(),
        }
    }

    async fn hand_over(&self, from: &Mailbox, row: &Waiting) -> anyhow::Result<()> {
        let message = compose(from, row)?;
        match self {
            Self::Smtp(smtp) => {
                // lettre bounds the connecting only; a server that falls silent later is up to us.
                tokio::time::timeout(smtp.patience, smtp.transport.send(message))
                    .await
                    .map_err(|_| {
                        anyhow::anyhow!("the server did not answer within {:?}", smtp.patience)
                    })??;
            }
            Self::File(folder) => {
                let folder = folder.clone();
                let id = row.id.clone();
                tokio::task::spawn_blocking(move || {
                    std::fs::create_dir_all(&folder)?;
                    // The name is the message's id, so that a second try replaces the first.
                    let draft = folder.join(format!(".{id}.draft"));
                    std::fs::write(&draft, message.formatted())?;
                    std::fs::rename(&draft, folder.join(format!("{id}.eml")))
                })
                .await??;
            }
            Self::Memory(sent) => {
                if let Ok(mut sent) = sent.lock() {
                    sent.push(Sent {
                        recipient: row.recipient.clone(),
                        subject: row.subject.clone(),
                        text: row.text_body.clone(),
                        html: row.html_body.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Hidden {
    fn of(url: &url::Url) -> Self {
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        };
        let Some(password) = url.password().map(decode).filter(|text| !text.is_empty()) else {
            return Self(Vec::new());
        };
        let user = decode(url.username());
        // As AUTH PLAIN (RFC 4616) and AUTH LOGIN send it.
        let forms = [format!("\0{user}\0{password}"), password.clone()];
        let sent = forms.iter().map(|form| BASE64_STANDARD.encode(form));
        Self(sent.chain([password]).collect())
    }
}

/// RFC 3834: tells auto-responders not to answer.
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn compose(from: &Mailbox, row: &Waiting) -> anyhow::Result<lettre::Message> {
    let to = row
        .recipient
        .parse()
        .context("the recipient is not a mail address")?;
    // The same message always has the same Message-ID: should it be sent twice because the server
    // died between the sending and its mark, the receiver can tell.
    lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(row.subject.clone())
        .message_id(Some(format!("<{}@{}>", row.id, from.email.domain())))
        .date(std::time::UNIX_EPOCH + Duration::from_millis(row.created_at.0.unsigned_abs()))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            row.text_body.clone(),
            row.html_body.clone(),
        ))
        .context("the message cannot be composed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_by_its_url_before_anything_runs() {
        for url in [
            "smtp://ada:secret@mail.example.com:587",
            "smtps://mail.example.com",
            "smtp://localhost:25?tls=none",
        ] {
            assert!(
                matches!(Transport::smtp(url), Ok(Transport::Smtp(_))),
                "{url}"
            );
        }
        for url in [
            "",
            "mail.example.com",
            "http://ada:secret@mail.example.com",
            "smtp://ada:secret@",
            "smtp://ada:secret@mail example.com",
        ] {
            let problem = Transport::smtp(url).unwrap_err();
            assert!(!problem.contains("secret"), "{url}");
        }
    }

    #[test]
    fn people_are_told_the_server_and_nothing_of_the_password() {
        for (url, place) in [
            (
                "smtp://ada:hush%20hush@mail.example.com",
                "mail.example.com:587",
            ),
            (
                "smtps://ada:hush%20hush@mail.example.com",
                "mail.example.com:465",
            ),
            ("smtp://localhost?tls=none", "localhost:25"),
            ("smtp://ada:hush%20hush@[::1]:2525", "[::1]:2525"),
        ] {
            let transport = Transport::smtp(url).unwrap();
            assert_eq!(transport.words(), format!("Mail goes out by {place}."));
            assert!(!format!("{transport:?}").contains("hush"), "{transport:?}");
        }
        let folder = Transport::File("/data/mail".into()).words();
        assert!(folder.contains("folder “mail”"), "{folder}");
    }

    #[test]
    fn an_error_that_repeats_a_secret_is_cut() {
        let transport = Transport::smtp("smtp://ada:hush%20hush@mail.example.com").unwrap();
        let plain = BASE64_STANDARD.encode("\0ada\0hush hush");
        let url = "https://plans.example.com/join?token=inv_0123456789.abcdef";
        for words in [
            format!("permanent error (500): unrecognized AUTH PLAIN {plain}"),
            format!(
                "permanent error (500): unrecognized AUTH PLAIN {}",
                &plain[..12]
            ),
            format!(
                "permanent error (500): no {}",
                BASE64_STANDARD.encode("hush hush")
            ),
            "permanent error (500): what is hush hush".to_owned(),
            format!("permanent error (500): the link {url} is listed"),
        ] {
            let told = transport.problem(&words, Some(url));
            assert_eq!(
                told,
                "permanent error (500): the server’s words are not kept, since they repeat a secret"
            );
        }
        assert_eq!(
            transport.problem("transient error (451): wait\r\na little", None),
            "transient error (451): wait  a little"
        );
        assert_eq!(transport.problem(&"x".repeat(999), None).len(), 300);
    }
}
