//! A server that does what a script says, faults included: stalls, cuts in the midst of a chunk, endless streams, bytes that are no HTTP.
//! It speaks just enough HTTP/1.1 for clients under test and is never meant to be reached by anything else.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Which one, from 0, over all connections.
    pub number: usize,
    /// `POST /v1/messages`
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The first header of that name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// One thing that the server does in answer.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes these bytes as they are.
    Bytes(Vec<u8>),
    /// Writes a head with this status and these headers; what follows is its body, in chunks.
    Head(u16, Vec<(&'static str, String)>),
    /// Writes one chunk of the body; nothing where it is empty.
    Chunk(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Writes this chunk again and again until nobody takes it any more.
    Endless(Vec<u8>),
    /// Does nothing more and keeps the connection open until the other side closes it.
    Hang,
    /// Closes the connection, whatever is outstanding.
    Cut,
}

/// A whole answer.
#[must_use]
pub fn whole(status: u16, headers: &[(&'static str, &str)], body: &str) -> Vec<Step> {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    vec![Step::Head(status, headers), Step::Chunk(body.as_bytes().to_vec())]
}

/// A stream of server-sent events, a chunk each.
#[must_use]
pub fn events(events: &[&str]) -> Vec<Step> {
    let head = Step::Head(200, vec![("content-type", "text/event-stream".to_owned())]);
    let chunks = events.iter().map(|event| Step::Chunk(format!("data: {event}\n\n").into_bytes()));
    std::iter::once(head).chain(chunks).collect()
}

type Script = dyn Fn(&Received) -> Vec<Step> + Send + Sync;

/// A server that follows a script.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    seen: Arc<Seen>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Seen {
    received: Mutex<Vec<Received>>,
    keep: bool,
    number: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    changed: Notify,
}

impl Seen {
    fn begins(&self) {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    fn ends(&self) {
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }
}

impl Upstream {
    /// Begins to listen on a free port of this machine.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn start(script: impl Fn(&Received) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::begin(script, true).await
    }

    /// The same, without keeping what was received: for benchmarks.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn forgetful(script: impl Fn(&Received) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::begin(script, false).await
    }

    #[expect(clippy::expect_used, reason = "a test without a port cannot go on")]
    async fn begin(script: impl Fn(&Received) -> Vec<Step> + Send + Sync + 'static, keep: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Seen { keep, ..Seen::default() });
        let script: Arc<Script> = Arc::new(script);
        let shared = Arc::clone(&seen);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&shared));
                tokio::spawn(async move {
                    // A connection that breaks is what tests are about.
                    let _ = serve(stream, &*script, &seen).await;
                });
            }
        });
        Self { address, seen, accepting }
    }

    /// Its URL, without a `/` at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was received so far, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.seen.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests were received.
    #[must_use]
    pub fn count(&self) -> usize {
        self.seen.number.load(Ordering::SeqCst)
    }

    /// How many requests were being answered at the same time, at most.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.seen.most_at_once.load(Ordering::SeqCst)
    }

    /// Waits until so many requests are being answered. Whoever waits bounds the wait.
    pub async fn answering(&self, requests: usize) {
        loop {
            let changed = self.seen.changed.notified();
            if self.seen.at_once.load(Ordering::SeqCst) == requests {
                return;
            }
            changed.await;
        }
    }
}

/// A URL of this machine at which nobody listens.
///
/// # Panics
/// Where no port is free.
#[must_use]
#[expect(clippy::expect_used, reason = "a test without a port cannot go on")]
pub fn nobody() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut stream: TcpStream, script: &Script, seen: &Seen) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    loop {
        let Some((line, headers, body)) = request(&mut stream, &mut pending).await? else { return Ok(()) };
        let number = seen.number.fetch_add(1, Ordering::SeqCst);
        let received = Received { number, line, headers, body };
        seen.begins();
        if seen.keep {
            seen.received.lock().unwrap_or_else(PoisonError::into_inner).push(received.clone());
        }
        let answered = answer(&mut stream, script(&received)).await;
        seen.ends();
        if !answered? {
            return Ok(());
        }
    }
}

/// Follows the script for one request; says whether the connection can be used again.
async fn answer(stream: &mut TcpStream, steps: Vec<Step>) -> std::io::Result<bool> {
    let mut chunked = false;
    // What need not wait for anything goes out at once, as a server's would.
    let mut ready = Vec::new();
    for step in steps {
        match step {
            Step::Bytes(bytes) => ready.extend_from_slice(&bytes),
            Step::Head(status, headers) => {
                chunked = true;
                ready.extend_from_slice(
                    format!("HTTP/1.1 {status} Scripted\r\ntransfer-encoding: chunked\r\n").as_bytes(),
                );
                for (name, value) in headers {
                    ready.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
                }
                ready.extend_from_slice(b"\r\n");
            }
            Step::Chunk(bytes) => chunk(&mut ready, &bytes),
            Step::Wait(time) => {
                stream.write_all(&std::mem::take(&mut ready)).await?;
                tokio::time::sleep(time).await;
            }
            Step::Endless(bytes) => {
                chunk(&mut ready, &bytes);
                let again = ready.split_off(ready.len() - chunk_length(&bytes));
                stream.write_all(&ready).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
            Step::Hang => {
                stream.write_all(&std::mem::take(&mut ready)).await?;
                let mut nothing = [0; 64];
                while stream.read(&mut nothing).await? > 0 {}
                return Ok(false);
            }
            Step::Cut => {
                stream.write_all(&ready).await?;
                return Ok(false);
            }
        }
    }
    if chunked {
        ready.extend_from_slice(b"0\r\n\r\n");
    }
    stream.write_all(&ready).await?;
    Ok(chunked)
}

fn chunk(into: &mut Vec<u8>, bytes: &[u8]) {
    // A chunk of no bytes would be the end of the body.
    if bytes.is_empty() {
        return;
    }
    into.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    into.extend_from_slice(bytes);
    into.extend_from_slice(b"\r\n");
}

fn chunk_length(bytes: &[u8]) -> usize {
    format!("{:x}", bytes.len()).len() + bytes.len() + 4
}

type Parsed = (String, Vec<(String, String)>, Vec<u8>);

/// Reads one request; `None` where the other side has closed the connection.
async fn request(stream: &mut TcpStream, pending: &mut Vec<u8>) -> std::io::Result<Option<Parsed>> {
    let mut buffer = vec![0; 16 << 10];
    let head = loop {
        if let Some(at) = pending.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(None);
        }
        pending.extend(buffer.iter().take(read));
    };
    let text = String::from_utf8_lossy(pending.get(..head).unwrap_or_default()).into_owned();
    let mut lines = text.split("\r\n");
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse::<usize>().ok())
        .unwrap_or(0);
    pending.drain(..head + 4);
    while pending.len() < length {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(None);
        }
        pending.extend(buffer.iter().take(read));
    }
    let body = pending.drain(..length).collect();
    Ok(Some((line, headers, body)))
}
