//! A receiver of webhooks, as an integrator runs one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a receiver got.
#[derive(Clone, Debug)]
pub struct Request {
    pub head: String,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    pub fn sequence(&self) -> i64 {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["data"]["sequence"].as_i64().unwrap()
    }
}

#[derive(Clone)]
pub enum Reply {
    Status(u16),
    /// A redirect to here.
    To(String),
    Hang,
    /// 200 and a body without an end.
    Endless,
}

/// A receiver of webhooks on loopback; when it has given its replies, it says 200.
pub struct Receiver {
    pub url: String,
    got: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
    /// Bytes of endless bodies that it could send.
    pub sent: Arc<AtomicUsize>,
}

impl Receiver {
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = Self {
            url: format!("http://127.0.0.1:{port}/hook"),
            got: Arc::default(),
            connections: Arc::default(),
            sent: Arc::default(),
        };
        let replies: Arc<Mutex<VecDeque<Reply>>> =
            Arc::new(Mutex::new(replies.into_iter().collect()));
        let (got, connections) = (receiver.got.clone(), receiver.connections.clone());
        let sent = receiver.sent.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let (got, replies, sent) = (got.clone(), replies.clone(), sent.clone());
                tokio::spawn(async move {
                    let mut stream = stream;
                    let request = read(&mut stream).await;
                    got.lock().unwrap().push(request);
                    let reply = replies.lock().unwrap().pop_front();
                    answer(stream, reply.unwrap_or(Reply::Status(200)), &sent).await;
                });
            }
        });
        receiver
    }

    pub fn got(&self) -> Vec<Request> {
        self.got.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(length > 0, "the request ended early");
        bytes.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let request = Request {
            head: head.to_owned(),
            body: body.to_owned(),
        };
        let length: usize = request.header("content-length").parse().unwrap();
        if body.len() == length {
            return request;
        }
    }
}

async fn answer(mut stream: TcpStream, reply: Reply, sent: &AtomicUsize) {
    match reply {
        Reply::Status(status) => {
            let text = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 2\r\n\r\nok");
            stream.write_all(text.as_bytes()).await.unwrap();
        }
        Reply::To(url) => {
            let text =
                format!("HTTP/1.1 307 There\r\nlocation: {url}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(text.as_bytes()).await.unwrap();
        }
        Reply::Hang => std::future::pending().await,
        Reply::Endless => {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            while stream.write_all(&[b'a'; 4096]).await.is_ok() {
                sent.fetch_add(4096, Ordering::SeqCst);
            }
        }
    }
}
