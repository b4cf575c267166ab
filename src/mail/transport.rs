//! How a message leaves: by SMTP, into a folder as `.eml` files, or into memory for tests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
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
    /// The connection, and host and port for people.
    Smtp(AsyncSmtpTransport<Tokio1Executor>, String),
    File(PathBuf),
    Memory(Arc<Mutex<Vec<Sent>>>),
}

/// How long a mail server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(20);

impl Transport {
    /// Where mail goes, as a sentence; without the password of the URL.
    pub fn words(&self) -> String {
        match self {
            Self::Smtp(_, place) => format!("Mail goes out by {place}."),
            Self::File(_) => "Mail is written as .eml files into the folder “mail” of the data folder. Set PLANGREP_SMTP_URL to send it.".to_owned(),
            Self::Memory(_) => "Mail is kept in memory.".to_owned(),
        }
    }

    /// `smtp://user:password@host:587` speaks STARTTLS, `smtps://…` TLS from the first byte. The
    /// error is a sentence without the URL, which may hold a password.
    pub fn smtp(url: &str) -> Result<Self, &'static str> {
        // lettre takes a plain `smtp://` for one without TLS, which is what `?tls=none` says here.
        let url = match url.strip_prefix("smtp://") {
            Some(_) if url.contains('?') => url.replace("?tls=none", ""),
            Some(_) => format!("{url}?tls=required"),
            None if url.starts_with("smtps://") => url.to_owned(),
            None => return Err("must start with smtp:// (STARTTLS) or smtps://"),
        };
        let after_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = after_scheme.split(['/', '?']).next().unwrap_or_default();
        let place = authority.rsplit('@').next().unwrap_or_default().to_owned();
        AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map(|builder| Self::Smtp(builder.timeout(Some(TIMEOUT)).build(), place))
            .map_err(|_| "is not a URL such as smtp://user:password@mail.example.com:587")
    }

    pub(super) async fn send(&self, from: &Mailbox, row: &Waiting) -> anyhow::Result<()> {
        let message = compose(from, row)?;
        match self {
            Self::Smtp(transport, _) => {
                transport.send(message).await?;
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
                matches!(Transport::smtp(url), Ok(Transport::Smtp(..))),
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
}
