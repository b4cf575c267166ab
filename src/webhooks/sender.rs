//! Sends one delivery over HTTP: to the very address that passed the guard, in a limited time, and
//! following nobody.

use std::collections::VecDeque;
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect};

use super::guard::is_public;
use super::target::Target;
use crate::error::{Error, Result};
use crate::tls;

/// For a look-up, the connection and the head of the answer together (contract: "Webhooks").
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of an answer's body that are read, and thrown away, so that a receiver with a few words to
/// say does not see the connection break.
const READ: usize = 16 * 1024;

/// Who tells the addresses of a host.
#[derive(Clone)]
pub enum LookUp {
    System,
    /// Gives these answers one after the other, then none; for tests.
    Scripted(Arc<Mutex<VecDeque<Vec<IpAddr>>>>),
}

impl LookUp {
    async fn addresses(&self, host: &str) -> Vec<IpAddr> {
        match self {
            // Why there is no answer does not matter to anyone but the operator of that host.
            Self::System => match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => found.map(|address| address.ip()).collect(),
                Err(_) => Vec::new(),
            },
            Self::Scripted(answers) => answers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
                .unwrap_or_default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum NoAddress {
    #[error("The name of the host could not be looked up.")]
    Unknown,
    #[error("The host leads to an address that is not public.")]
    Inside,
}

/// Looks a host up for the client, which connects to what it gets and asks nobody else.
struct GuardedLookUp {
    look_up: LookUp,
    allow_private: bool,
}

impl Resolve for GuardedLookUp {
    fn resolve(&self, name: Name) -> Resolving {
        let (look_up, allow_private) = (self.look_up.clone(), self.allow_private);
        Box::pin(async move {
            let found = look_up.addresses(name.as_str()).await;
            if found.is_empty() {
                return Err(NoAddress::Unknown.into());
            }
            let passing: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allow_private || is_public(*address))
                // The client puts the port of the URL in place of 0.
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if passing.is_empty() {
                return Err(NoAddress::Inside.into());
            }
            Ok(Box::new(passing.into_iter()) as Addrs)
        })
    }
}

/// What is sent.
pub struct Parcel<'a> {
    pub url: &'a str,
    pub id: &'a str,
    /// Seconds since 1970.
    pub timestamp: i64,
    pub signature: &'a str,
    pub body: String,
}

/// What came of it: the status of the answer, or what went wrong; in how many milliseconds.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status_code: Option<u16>,
    /// A sentence without the URL or anything of the answer.
    pub problem: Option<String>,
    pub duration: i64,
}

pub struct Sender {
    client: Client,
    allow_private: bool,
    pub(super) patience: Duration,
}

impl Sender {
    pub fn new(look_up: LookUp, allow_private: bool, patience: Duration) -> Result<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::client()?)
            .dns_resolver(Arc::new(GuardedLookUp {
                look_up,
                allow_private,
            }))
            .user_agent("Plangrep")
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            // A kept connection would outlive the check of its address.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(Error::internal)?;
        Ok(Self {
            client,
            allow_private,
            patience,
        })
    }

    pub async fn send(&self, parcel: Parcel<'_>) -> Outcome {
        let begun = Instant::now();
        let (status_code, problem) = self.try_send(parcel, begun).await;
        Outcome {
            status_code,
            problem,
            duration: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
        }
    }

    async fn try_send(&self, parcel: Parcel<'_>, begun: Instant) -> (Option<u16>, Option<String>) {
        // Addresses in place of names are never looked up, so this judges them. The setting may
        // have changed since the job was made.
        let Ok(target) = Target::parse(parcel.url, self.allow_private) else {
            let problem = "This server does not send webhooks to such a URL.";
            return (None, Some(problem.to_owned()));
        };
        let request = self
            .client
            .post(target.url())
            .header("content-type", "application/json")
            .header("webhook-id", parcel.id)
            .header("webhook-timestamp", parcel.timestamp)
            .header("webhook-signature", parcel.signature)
            .body(parcel.body);
        match tokio::time::timeout(self.patience, request.send()).await {
            Err(_) => (None, Some("There was no answer in time.".to_owned())),
            Ok(Err(error)) => (None, Some(words(&error))),
            Ok(Ok(response)) => {
                let status = response.status();
                let left = self.patience.saturating_sub(begun.elapsed());
                read_a_little(response, left).await;
                let problem = status
                    .is_redirection()
                    .then(|| "Redirects are not followed.".to_owned());
                (Some(status.as_u16()), problem)
            }
        }
    }
}

/// The status alone decides, so it does not matter how this ends.
async fn read_a_little(mut response: reqwest::Response, time: Duration) {
    let reading = async {
        let mut read = 0;
        while read < READ {
            match response.chunk().await {
                Ok(Some(chunk)) => read += chunk.len(),
                Ok(None) | Err(_) => break,
            }
        }
    };
    if tokio::time::timeout(time, reading).await.is_err() {
        tracing::debug!("the body of a webhook's answer did not end in time");
    }
}

/// What went wrong, for the people of the workspace. The error itself tells the URL.
fn words(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(no_address) = error.downcast_ref::<NoAddress>() {
            return no_address.to_string();
        }
        if is_tls(error) {
            return "No secure connection could be made: see whether the certificate is valid for the host and whether a known authority signed it.".to_owned();
        }
        cause = error.source();
    }
    match error.is_connect() {
        true => "No connection could be made.".to_owned(),
        false => "The connection broke before an answer came.".to_owned(),
    }
}

fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // What an I/O error wraps is not its source: that is the source of what it wraps.
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripted(answers: &[&[&str]]) -> Arc<Mutex<VecDeque<Vec<IpAddr>>>> {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Mutex::new(answers.iter().map(parse).collect()))
    }

    async fn ask(guarded: &GuardedLookUp) -> Result<Vec<String>, String> {
        match guarded.resolve("hooks.example.com".parse().unwrap()).await {
            Ok(addresses) => Ok(addresses.map(|address| address.ip().to_string()).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[tokio::test]
    async fn only_public_addresses_are_handed_on_whatever_the_name_led_to_before() {
        let answers = scripted(&[
            &["1.1.1.1"],
            &["127.0.0.1"],
            &[
                "10.0.0.1",
                "8.8.8.8",
                "::1",
                "2606:4700::1",
                "169.254.169.254",
            ],
            &["::ffff:127.0.0.1", "64:ff9b::7f00:1"],
            &[],
        ]);
        let guarded = GuardedLookUp {
            look_up: LookUp::Scripted(answers.clone()),
            allow_private: false,
        };
        assert_eq!(ask(&guarded).await.unwrap(), ["1.1.1.1"]);
        let inside = NoAddress::Inside.to_string();
        assert_eq!(ask(&guarded).await.unwrap_err(), inside);
        assert_eq!(ask(&guarded).await.unwrap(), ["8.8.8.8", "2606:4700::1"]);
        assert_eq!(ask(&guarded).await.unwrap_err(), inside);
        assert_eq!(
            ask(&guarded).await.unwrap_err(),
            NoAddress::Unknown.to_string()
        );
        assert!(answers.lock().unwrap().is_empty());
    }

    fn parcel<'a>(url: &'a str) -> Parcel<'a> {
        Parcel {
            url,
            id: "ev_a",
            timestamp: 1,
            signature: "v1,a",
            body: "{}".to_owned(),
        }
    }

    /// What a listener on loopback sees first of a connection.
    async fn first_bytes(listener: std::net::TcpListener) -> Vec<u8> {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 4096];
        let length = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes)
            .await
            .unwrap();
        bytes.truncate(length);
        bytes
    }

    #[tokio::test]
    async fn the_address_that_was_looked_up_is_called_by_the_name_of_the_host() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = scripted(&[&["127.0.0.1"], &["127.0.0.2"]]);
        let sender = Sender::new(LookUp::Scripted(answers.clone()), true, PATIENCE).unwrap();
        let url = format!("https://hooks.example.com:{port}/hook?token=hush");
        let (outcome, seen) = tokio::join!(sender.send(parcel(&url)), first_bytes(listener));
        assert_eq!(seen.first(), Some(&0x16), "a TLS handshake");
        let host = b"hooks.example.com";
        assert!(seen.windows(host.len()).any(|part| part == host), "SNI");
        assert_eq!(outcome.status_code, None);
        let problem = outcome.problem.unwrap();
        assert!(!problem.contains("hush") && !problem.contains("hooks"));
        assert_eq!(answers.lock().unwrap().len(), 1, "looked up once");
    }

    #[tokio::test]
    async fn a_name_that_comes_to_lead_inside_is_not_called() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = scripted(&[&[], &["127.0.0.1"], &["::ffff:127.0.0.1", "10.0.0.1"]]);
        let sender = Sender::new(LookUp::Scripted(answers), false, PATIENCE).unwrap();
        let url = format!("https://hooks.example.com:{port}/");
        let unknown = sender.send(parcel(&url)).await;
        assert_eq!(unknown.problem, Some(NoAddress::Unknown.to_string()));
        for _ in 0..2 {
            let refused = sender.send(parcel(&url)).await;
            assert_eq!(refused.problem, Some(NoAddress::Inside.to_string()));
        }
        for url in [
            format!("https://127.0.0.1:{port}/"),
            format!("https://[::ffff:127.0.0.1]:{port}/"),
            format!("https://2130706433:{port}/"),
            format!("http://hooks.example.com:{port}/"),
            String::new(),
        ] {
            let refused = sender.send(parcel(&url)).await;
            assert!(refused.problem.unwrap().contains("such a URL"), "{url}");
        }
        let nobody = listener.accept().unwrap_err();
        assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    }
}
