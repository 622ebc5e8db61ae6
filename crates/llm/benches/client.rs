//! Calls in a second and processor time for each, 64 on their way on one thread, against the scripted upstream in a process of its own.
//! Not the way over a network, and no TLS.
//!   cargo bench -p candor-llm --bench client [-- CALLS (20000)]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made ends")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use candor_llm::client::How;
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::transport::http::{Http, Route};
use candor_llm::{Assembler, Call, Client, Codec as _, Conversation, Delta, Message, Provider, Reply, Role, providers};
use candor_testkit::upstream::{Step, Upstream, events, whole};

const ON_THEIR_WAY: usize = 64;
/// Makes this program the upstream, for the named kind of reply.
const SERVE: &str = "--serve";

/// A kind of reply: its name, whether it is a stream, and its size in words. A word is an event of a stream.
const KINDS: [(&str, bool, usize); 4] = [
    ("whole, 700 words", false, 700),
    ("streamed, 10 words", true, 10),
    ("streamed, 100 words", true, 100),
    ("streamed, 700 words", true, 700),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().position(|argument| argument == SERVE) {
        Some(at) => serve(arguments.get(at + 1).expect("a kind")),
        None => {
            let calls = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(20_000);
            for (kind, stream, words) in KINDS {
                measure(kind, stream, words, calls);
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Answers until standard input is closed.
fn serve(kind: &str) {
    let (_, stream, words) = KINDS.into_iter().find(|(name, ..)| *name == kind).expect("a known kind");
    let steps = reply(stream, words);
    // The runtime is driven on a thread of its own: this one waits for the end of the input.
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let upstream = Upstream::forgetful(move |_| steps.clone()).await;
            told.send(upstream.url()).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    let mut out = std::io::stdout();
    writeln!(out, "{}", address.recv().expect("an address")).expect("somebody reads");
    let _ = std::io::stdin().lines().count();
}

/// A reply of so many words, most of them reasoning.
fn reply(stream: bool, words: usize) -> Vec<Step> {
    let id = r#""id":"chatcmpl-0123456789","object":"chat.completion","created":1764115200,"model":"m""#;
    let usage = format!(r#""usage":{{"prompt_tokens":40,"completion_tokens":{words},"total_tokens":{}}}"#, words + 40);
    if !stream {
        let reasoning = "wordy ".repeat(words);
        let body = format!(
            r#"{{{id},"choices":[{{"index":0,"message":{{"role":"assistant","reasoning_content":"{reasoning}","content":"Answer: B"}},"finish_reason":"stop"}}],{usage}}}"#
        );
        return whole(200, &[("content-type", "application/json")], &body);
    }
    let piece = |delta: &str, finish: &str| {
        format!(r#"{{{id},"choices":[{{"index":0,"delta":{{{delta}}},"finish_reason":{finish}}}]}}"#)
    };
    let mut all = vec![piece(r#""role":"assistant","reasoning_content":"wordy ""#, "null")];
    all.resize(words.saturating_sub(1), piece(r#""reasoning_content":"wordy ""#, "null"));
    all.push(piece(r#""content":"Answer: B""#, r#""stop""#));
    all.push(format!(r#"{{{id},"choices":[],{usage}}}"#));
    all.push("[DONE]".to_owned());
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    events(&all)
}

/// The upstream in its own process; it ends with this one.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn begin(kind: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args([SERVE, kind])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let mut url = String::new();
        let said = child.stdout.take().expect("its output");
        BufReader::new(said).read_line(&mut url).expect("its address");
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn measure(kind: &str, stream: bool, words: usize, calls: usize) {
    let served = Served::begin(kind);
    let route = Route { idle: ON_THEIR_WAY, ..Route::default() };
    let transport = Arc::new(Http::new(&route).expect("a transport"));
    let provider = providers::compatible(&served.url).expect("a provider");
    let how = How { stream, connections: ON_THEIR_WAY, attempts: 1, ..How::default() };
    let client = Arc::new(Client::new(provider.clone(), &ChatCompletions, transport, None, how).expect("a client"));
    let question = format!("{}\n\n(A) one\n(B) two\n\nAnswer with the letter of one option.", "wordy ".repeat(60));
    let conversation = Conversation { messages: vec![Message::text(Role::User, question)] };
    let call = Arc::new(Call { model: "m".to_owned(), conversation, ..Call::default() });

    let runtime = runtime();
    // Connections are opened before the clock runs.
    runtime.block_on(ask(&client, &call, 10 * ON_THEIR_WAY));
    let (ours, theirs) = (used("self"), used(&served.child.id().to_string()));
    let began = Instant::now();
    runtime.block_on(ask(&client, &call, calls));
    let wall = began.elapsed().as_secs_f64();
    let used_by_client = used("self");
    let body: Vec<u8> = reply(stream, words).into_iter().flat_map(bytes).collect();
    let before_decoding = used("self");
    for _ in 0..calls {
        std::hint::black_box(decode(&provider, stream, std::hint::black_box(&body)));
    }
    let each = |before: Option<f64>, after: Option<f64>| match (before, after) {
        (Some(before), Some(after)) => format!("{:.3} ms", (after - before) * 1e3 / calls as f64),
        _ => "not known here".to_owned(),
    };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{kind} ({} kB): {:.0} calls/s, processor time for each {} in the client ({} of it to decode), {} in the upstream",
        body.len() / 1000,
        calls as f64 / wall,
        each(ours, used_by_client),
        each(before_decoding, used("self")),
        each(theirs, used(&served.child.id().to_string())),
    )
    .expect("somebody reads");
}

async fn ask(client: &Arc<Client>, call: &Arc<Call>, calls: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let asking = || {
        let (client, call, next) = (Arc::clone(client), Arc::clone(call), Arc::clone(&next));
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < calls {
                let asked = client.ask(&call, "0123456789abcdef").await.expect("a reply");
                assert_eq!(asked.reply.message.visible_text(), "Answer: B");
            }
        })
    };
    let asking: Vec<_> = (0..ON_THEIR_WAY).map(|_| asking()).collect();
    for one in asking {
        one.await.expect("it goes on");
    }
}

fn bytes(step: Step) -> Vec<u8> {
    if let Step::Chunk(bytes) = step { bytes } else { Vec::new() }
}

/// What the codec alone does with a reply; a stream is cut after each event, as the upstream cuts it.
fn decode(provider: &Provider, stream: bool, body: &[u8]) -> Reply {
    if !stream {
        return ChatCompletions.decode_reply(provider, body).expect("a reply").remove(0);
    }
    let mut decoder = ChatCompletions.decode_stream(provider);
    let mut assembler = Assembler::default();
    let mut take = |deltas: Vec<(u32, Delta)>| deltas.into_iter().for_each(|(_, delta)| assembler.push(delta));
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        take(decoder.push(line).expect("events"));
    }
    take(decoder.end().expect("an end"));
    assembler.finish()
}

/// Processor time of a process so far, in seconds, all threads together: fields 14 and 15 of `/proc/PID/stat`, in hundredths. `None`
/// where there is no such file.
fn used(process: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}
