//! A server that speaks HTTP/2 and does what a script says, faults of streams and of the whole connection included.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Ping, PingPong, Reason, RecvStream, SendStream};
use http::{Request, Response};
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::sync::{self, Notify, mpsc};
use tokio_rustls::server::TlsStream;

use super::asking::{BEGIN, GOOD, MORE};
use super::listener::Listener;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    /// Over which connection, from 0.
    pub(crate) connection: usize,
    /// Which one, from 0, over all connections.
    pub(crate) number: usize,
    /// Its `idempotency-key`.
    pub(crate) name: String,
}

/// One thing that the server does in answer.
#[derive(Clone)]
pub(crate) enum Step {
    /// A status and a kind of content.
    Head(u16, &'static str),
    /// Bytes of the body, as the other side has room for them.
    Data(Vec<u8>),
    /// The same again and again, until nobody takes them any more.
    Endless(Vec<u8>),
    /// Waits until so many requests were being answered at the same time.
    Until(usize),
    /// Waits; the connection goes on.
    Wait(Duration),
    /// Waits until the other side has what was sent so far.
    Reached,
    /// Ends the stream (`RST_STREAM`), and drops what was not written yet.
    Reset(Reason),
    /// Says that the connection takes no further calls, and goes on with those on it (`GOAWAY`).
    Leave,
    /// Says so, and ends it with all that is on it.
    Abort(Reason),
    /// Ends the connection without a word.
    Drop,
    /// Keeps the connection open, and neither reads nor writes there any more.
    Die,
    /// Does nothing more until the other side resets the stream.
    Hang,
}

pub(crate) fn good() -> Vec<Step> {
    vec![Step::Head(200, "application/json"), Step::Data(GOOD.into())]
}

/// The beginning of a streamed reply.
pub(crate) fn begun() -> Vec<Step> {
    vec![Step::Head(200, "text/event-stream"), event(BEGIN)]
}

/// All of one, but the end of its stream.
pub(crate) fn streamed() -> Vec<Step> {
    [begun(), vec![event(MORE), event("[DONE]")]].concat()
}

fn event(data: &str) -> Step {
    Step::Data(format!("data: {data}\n\n").into_bytes())
}

type Script = dyn Fn(&Came) -> Vec<Step> + Send + Sync;

pub(crate) struct Server {
    pub(crate) listener: Listener,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    came: Mutex<Vec<Came>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    sent: AtomicUsize,
    resets: AtomicUsize,
    changed: Notify,
}

impl Seen {
    fn add(&self, to: &AtomicUsize, how_many: usize) {
        to.fetch_add(how_many, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    fn begins(&self) {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    fn ends(&self) {
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    async fn until(&self, holds: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            if holds(self) {
                return;
            }
            changed.await;
        }
    }
}

impl Server {
    pub(crate) async fn start(
        config: Arc<ServerConfig>,
        script: impl Fn(&Came) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        Self::taking(1000, config, script).await
    }

    /// One that says to take so many calls at once over a connection.
    pub(crate) async fn taking(
        streams: u32,
        config: Arc<ServerConfig>,
        script: impl Fn(&Came) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let (seen, script): (_, Arc<Script>) = (Arc::new(Seen::default()), Arc::new(script));
        let shared = Arc::clone(&seen);
        let listener = Listener::secured(config, move |stream, number| {
            connection(stream, number, streams, Arc::clone(&script), Arc::clone(&shared))
        })
        .await;
        Self { listener, seen }
    }

    /// What came so far, in order.
    pub(crate) fn came(&self) -> Vec<Came> {
        self.seen.came.lock().unwrap().clone()
    }

    /// Bytes of bodies that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.seen.sent.load(Ordering::SeqCst)
    }

    /// How many requests were being answered at the same time at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.seen.most_at_once.load(Ordering::SeqCst)
    }

    /// Waits until so many requests are being answered.
    pub(crate) async fn answering(&self, requests: usize) {
        self.seen.until(|seen| seen.at_once.load(Ordering::SeqCst) == requests).await;
    }

    /// Waits until the other side has reset so many streams.
    pub(crate) async fn resets(&self, streams: usize) {
        self.seen.until(|seen| seen.resets.load(Ordering::SeqCst) == streams).await;
    }

    /// Waits until so many bytes of bodies were sent.
    pub(crate) async fn sending(&self, bytes: usize) {
        self.seen.until(|seen| seen.sent.load(Ordering::SeqCst) >= bytes).await;
    }
}

/// What a stream does to its connection.
enum Ending {
    Leave,
    Abort(Reason),
    Drop,
    Die,
}

async fn connection(stream: TlsStream<TcpStream>, number: usize, streams: u32, script: Arc<Script>, seen: Arc<Seen>) {
    let settings = h2::server::Builder::new().max_concurrent_streams(streams).handshake(stream);
    let Ok(mut connection) = settings.await else { return };
    let (end, mut ends) = mpsc::unbounded_channel();
    let pings = Arc::new(sync::Mutex::new(connection.ping_pong().unwrap()));
    loop {
        tokio::select! {
            next = connection.accept() => {
                let Some(Ok((request, respond))) = next else { return };
                let name = request.headers().get("idempotency-key").map_or("", |name| name.to_str().unwrap()).to_owned();
                let came = {
                    let mut all = seen.came.lock().unwrap();
                    let came = Came { connection: number, number: all.len(), name };
                    all.push(came.clone());
                    came
                };
                let (steps, end, pings, seen) = (script(&came), end.clone(), Arc::clone(&pings), Arc::clone(&seen));
                tokio::spawn(async move {
                    seen.begins();
                    answer(request, respond, steps, &end, &pings, &seen).await;
                    seen.ends();
                });
            }
            Some(ending) = ends.recv() => match ending {
                Ending::Leave => connection.graceful_shutdown(),
                Ending::Abort(reason) => connection.abrupt_shutdown(reason),
                Ending::Drop => return,
                Ending::Die => std::future::pending().await,
            }
        }
    }
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    steps: Vec<Step>,
    end: &mpsc::UnboundedSender<Ending>,
    pings: &sync::Mutex<PingPong>,
    seen: &Seen,
) {
    let mut body = request.into_body();
    while let Some(Ok(bytes)) = body.data().await {
        body.flow_control().release_capacity(bytes.len()).unwrap();
    }
    let mut sending: Option<SendStream<Bytes>> = None;
    for step in steps {
        let goes_on = match (step, &mut sending) {
            (Step::Head(status, kind), _) => {
                let head = Response::builder().status(status).header("content-type", kind).body(()).unwrap();
                sending = respond.send_response(head, false).ok();
                sending.is_some()
            }
            (Step::Data(bytes), Some(stream)) => send(stream, bytes.into(), seen).await,
            (Step::Endless(bytes), Some(stream)) => {
                let bytes = Bytes::from(bytes);
                while send(stream, bytes.clone(), seen).await {}
                false
            }
            (Step::Until(requests), _) => {
                seen.until(|seen| seen.most_at_once.load(Ordering::SeqCst) >= requests).await;
                true
            }
            (Step::Wait(time), _) => {
                tokio::time::sleep(time).await;
                true
            }
            (Step::Reached, _) => {
                let mut pings = pings.lock().await;
                // A ping is written before the bodies that wait; the second one is written after them.
                pings.ping(Ping::opaque()).await.is_ok() && pings.ping(Ping::opaque()).await.is_ok()
            }
            (Step::Reset(reason), stream) => {
                match stream {
                    Some(stream) => stream.send_reset(reason),
                    None => respond.send_reset(reason),
                }
                return;
            }
            (Step::Leave, _) => end.send(Ending::Leave).is_ok(),
            (Step::Abort(reason), _) => end.send(Ending::Abort(reason)).is_ok(),
            (Step::Drop, _) => end.send(Ending::Drop).is_ok(),
            (Step::Die, _) => end.send(Ending::Die).is_ok(),
            (Step::Hang, _) => false,
            (Step::Data(_) | Step::Endless(_), None) => panic!("a body before its head"),
        };
        if !goes_on {
            let reset = match &mut sending {
                Some(stream) => poll_fn(|context| stream.poll_reset(context)).await,
                None => poll_fn(|context| respond.poll_reset(context)).await,
            };
            if reset.is_ok() {
                seen.add(&seen.resets, 1);
            }
            return;
        }
    }
    if let Some(mut stream) = sending {
        // Nobody may be there any more.
        let _ = stream.send_data(Bytes::new(), true);
    }
}

/// Says whether somebody took them.
async fn send(stream: &mut SendStream<Bytes>, mut bytes: Bytes, seen: &Seen) -> bool {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        let Some(Ok(room)) = poll_fn(|context| stream.poll_capacity(context)).await else { return false };
        let part = bytes.split_to(room.min(bytes.len()));
        let sent = part.len();
        if stream.send_data(part, false).is_err() {
            return false;
        }
        seen.add(&seen.sent, sent);
    }
    true
}
