//! What servers do wrong, seen from outside: which calls are tried again, what is kept of those that are given up, and how the program ends. Not the
//! client's own matrix, which looks at every attempt.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use candor_testkit::upstream::{Received, Step, Upstream, events, whole};

use crate::environment::{Ran, TestEnvironment, only_run};

const CALLS: usize = 8;

/// What a server does at the n-th attempt (from 1) of a call; `None` answers it.
type Fault = fn(usize) -> Option<Vec<Step>>;

/// How often every call came, by its name.
type Attempts = Arc<Mutex<BTreeMap<String, usize>>>;

fn good(request: &Received) -> Vec<Step> {
    const STREAM: &[u8] = br#""stream":true"#;
    if request.body.windows(STREAM.len()).any(|part| part == STREAM) {
        return events(&[
            r#"{"id":"1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Answer: B"},"finish_reason":"stop"}]}"#,
            r#"{"id":"1","object":"chat.completion.chunk","model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#,
            "[DONE]",
        ]);
    }
    let body = r#"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Answer: B"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#;
    whole(200, &[("content-type", "application/json")], body)
}

fn status(status: u16, headers: &[(&'static str, &str)]) -> Vec<Step> {
    whole(status, headers, r#"{"error":{"message":"not now"}}"#)
}

/// A server in this process that does that, its URL, and what it saw.
#[expect(clippy::expect_used, reason = "a test without a server cannot go on")]
fn serving(fault: Fault) -> (String, Attempts) {
    let attempts = Attempts::default();
    let seen = Arc::clone(&attempts);
    let (told, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let upstream = Upstream::forgetful(move |request| {
                let name = request.header("idempotency-key").unwrap_or_default().to_owned();
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let attempt = seen.entry(name).or_default();
                *attempt += 1;
                fault(*attempt).unwrap_or_else(|| good(request))
            })
            .await;
            told.send(upstream.url()).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    (format!("{}/v1", url.recv().expect("a URL")), attempts)
}

/// Asks it 8 calls, with at most two attempts each and a second of patience.
fn ask(environment: &TestEnvironment, base: &str) -> Ran {
    environment.done(&["init", "mine"]);
    let config = format!(
        "[providers.mine]\nlike = \"vllm\"\nbase = \"{base}\"\n[client]\nattempts = 2\nfirst_byte_seconds = 2\nstall_seconds = 1\n"
    );
    environment.write("candor.toml", &config);
    environment.run(&["audit", "run", "compute", "--on", "mine:m", "--task", "mine/task.jsonl", "--repeat", "2"])
}

fn counts(attempts: &Attempts) -> Vec<usize> {
    attempts.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
}

/// Words of the ledger's lines.
fn ledger(environment: &TestEnvironment, word: &str) -> usize {
    let path = environment.path(&format!(".candor/runs/{}/ledger-0", only_run(environment)));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| line.starts_with(word)).count()
}

#[test]
fn what_passes_is_tried_again_and_leaves_a_whole_run() {
    let faults: [(&str, Fault); 9] = [
        ("429", |attempt| (attempt == 1).then(|| status(429, &[("retry-after", "0")]))),
        ("500", |attempt| (attempt == 1).then(|| status(500, &[]))),
        ("503", |attempt| (attempt == 1).then(|| status(503, &[("retry-after-ms", "10")]))),
        ("529", |attempt| (attempt == 1).then(|| status(529, &[]))),
        ("closed without a word", |attempt| (attempt == 1).then(|| vec![Step::Cut])),
        ("cut in the body", |attempt| {
            let head = vec![("content-type", "text/event-stream".to_owned())];
            (attempt == 1).then(|| vec![Step::Head(200, head), Step::Chunk(b"data: {\"id\":".to_vec()), Step::Cut])
        }),
        ("no HTTP", |attempt| (attempt == 1).then(|| vec![Step::Bytes(b"\x16\x03\x01\x02\x00".to_vec()), Step::Cut])),
        ("silent", |attempt| (attempt == 1).then(|| vec![Step::Hang])),
        ("silent after a word", |attempt| {
            let head = vec![("content-type", "text/event-stream".to_owned())];
            (attempt == 1).then(|| vec![Step::Head(200, head), Step::Chunk(b"data: {".to_vec()), Step::Hang])
        }),
    ];
    std::thread::scope(|scope| {
        for (name, fault) in faults {
            scope.spawn(move || {
                let environment = TestEnvironment::new();
                let (base, attempts) = serving(fault);
                let ran = ask(&environment, &base);
                assert_eq!(ran.code, Some(0), "{name}: {}", ran.err);
                assert_eq!(counts(&attempts), [2; CALLS], "{name}: every call came twice");
                assert_eq!((ledger(&environment, "reply "), ledger(&environment, "lost ")), (CALLS, 0), "{name}");
                assert!(ran.err.contains("8 of 8 calls") && ran.err.contains("8 retries"), "{name}: {}", ran.err);
            });
        }
    });
}

#[test]
fn what_stays_ends_with_4_and_can_go_on() {
    let faults: [(&str, Fault, usize); 6] = [
        ("401", |_| Some(status(401, &[])), 1),
        ("404", |_| Some(status(404, &[])), 1),
        ("always 500", |_| Some(status(500, &[])), 2),
        ("always 429", |_| Some(status(429, &[("retry-after", "0")])), 2),
        ("no JSON", |_| Some(whole(200, &[("content-type", "application/json")], "<html>busy</html>")), 2),
        (
            "endless",
            |_| {
                let head = vec![("content-type", "text/event-stream".to_owned())];
                Some(vec![Step::Head(200, head), Step::Endless(vec![b'x'; 1 << 16])])
            },
            1,
        ),
    ];
    std::thread::scope(|scope| {
        for (name, fault, most) in faults {
            scope.spawn(move || {
                let environment = TestEnvironment::new();
                let (base, attempts) = serving(fault);
                let ran = ask(&environment, &base);
                assert_eq!(ran.code, Some(4), "{name}: {}\n{}", ran.out, ran.err);
                assert_eq!(ledger(&environment, "reply "), 0, "{name}");
                let counts = counts(&attempts);
                assert!(counts.iter().all(|count| *count <= most), "{name}: {counts:?}");
                // Nothing of it counts as asked: what failed is asked for again.
                assert!(ran.err.contains("candor audit resume"), "{name}: {}", ran.err);
            });
        }
        scope.spawn(|| {
            let environment = TestEnvironment::new();
            // A port that was free a moment ago.
            let port = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr());
            let ran = ask(&environment, &format!("http://{}/v1", port.expect("a port")));
            assert_eq!(ran.code, Some(4), "refused: {}", ran.err);
        });
    });
}

#[test]
fn one_call_that_is_given_up_stays_in_the_run_as_a_call_without_an_answer() {
    let environment = TestEnvironment::new();
    static FIRST: Mutex<Option<String>> = Mutex::new(None);
    let (told, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let upstream = Upstream::forgetful(|request| {
                let name = request.header("idempotency-key").unwrap_or_default().to_owned();
                let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
                let unlucky = first.get_or_insert_with(|| name.clone());
                if *unlucky == name { status(500, &[]) } else { good(request) }
            })
            .await;
            told.send(upstream.url()).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    let ran = ask(&environment, &format!("{}/v1", url.recv().expect("a URL")));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!((ledger(&environment, "reply "), ledger(&environment, "lost ")), (CALLS - 1, 1));
    assert!(ran.err.contains("1 given up"), "{}", ran.err);
    let said = environment.done(&["audit", "report", "--full"]);
    assert!(said.contains("m · uncued     8     7  1 no verdict"), "{said}");
}
