//! Faults of servers and connections over real sockets: each ends in the right number of tries, the right error and the right blame. How
//! long is waited is in `waiting`, how many are on their way in `connections`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

use std::sync::Arc;
use std::time::Duration;

use candor_llm::client::{Asked, Failed, How};
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::transport::http::{Http, Route};
use candor_llm::{Auth, Blame, Call, Client, Conversation, Finish, Message, Provider, Role, providers};
use candor_testkit::upstream::{Received, Step, Upstream, events, nobody, whole};

const KEY: &str = "sk-0123456789abcdef";
const NAME: &str = "7c1e";
const GOOD: &str = r#"{"id":"r","choices":[{"message":{"content":"Answer: B"},"finish_reason":"stop"}]}"#;
const BEGIN: &str = r#"{"id":"r","choices":[{"delta":{"role":"assistant","content":"Answer"}}]}"#;
const MORE: &str = r#"{"id":"r","choices":[{"delta":{"content":": B"},"finish_reason":"stop"}]}"#;
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// What a call ends as.
enum Ends {
    /// In a reply.
    Well,
    /// In an error that says this.
    Badly(&'static str, Blame),
}
use Ends::{Badly, Well};

type Script = Box<dyn Fn(&Received) -> Vec<Step> + Send + Sync>;

struct Case {
    name: &'static str,
    script: Script,
    /// Of at most three.
    attempts: u32,
    ends: Ends,
    how: How,
}

/// The same in answer to every request.
fn case(name: &'static str, steps: Vec<Step>, attempts: u32, ends: Ends) -> Case {
    by_request(name, move |_| steps.clone(), attempts, ends)
}

fn by_request(
    name: &'static str,
    script: impl Fn(&Received) -> Vec<Step> + Send + Sync + 'static,
    attempts: u32,
    ends: Ends,
) -> Case {
    Case { name, script: Box::new(script), attempts, ends, how: how() }
}

impl Case {
    fn with(mut self, change: impl FnOnce(&mut How)) -> Self {
        change(&mut self.how);
        self
    }
}

/// No pauses to speak of, and no patience that a slow machine would end.
fn how() -> How {
    let long = Duration::from_secs(60);
    let pause = Duration::from_millis(1);
    How { attempts: 3, pause, first_byte: long, stall: long, whole: long, ..How::default() }
}

const SHORT: Duration = Duration::from_millis(150);

fn stream() -> Vec<Step> {
    events(&[BEGIN, MORE, "[DONE]"])
}

fn then(mut steps: Vec<Step>, last: Step) -> Vec<Step> {
    steps.push(last);
    steps
}

fn refusal(status: u16, headers: &[(&'static str, &str)]) -> Vec<Step> {
    whole(status, headers, r#"{"error":{"message":"not now","type":"some_error"}}"#)
}

fn silence() -> Vec<Case> {
    let head = || whole(200, JSON, "");
    let drip = |pieces: usize| -> Vec<Step> {
        let comment = [Step::Chunk(b": on it\n\n".to_vec()), Step::Wait(Duration::from_millis(10))];
        let begun = events(&[BEGIN]).into_iter();
        begun.chain(comment.into_iter().cycle().take(2 * pieces)).collect()
    };
    let slow =
        drip(30).into_iter().chain([MORE, "[DONE]"].map(|event| Step::Chunk(format!("data: {event}\n\n").into())));
    vec![
        case("slow, and never silent for long", slow.collect(), 1, Well),
        case("silent before the first byte", vec![Step::Hang], 3, Badly("nothing came", Blame::Upstream))
            .with(|how| how.first_byte = SHORT),
        case("silent after the head", then(head(), Step::Hang), 3, Badly("nothing came", Blame::Upstream))
            .with(|how| how.stall = SHORT),
        case("silent in a stream", then(events(&[BEGIN]), Step::Hang), 3, Badly("nothing came", Blame::Upstream))
            .with(|how| how.stall = SHORT),
        // Whatever the patience, it is not for a connection that hangs after its reply.
        case("silent after the end of a stream", then(stream(), Step::Hang), 1, Well)
            .with(|how| how.stall = Duration::from_secs(3600)),
        case("something all the time, and no end", drip(10_000), 3, Badly("not at its end", Blame::Upstream))
            .with(|how| how.whole = SHORT),
    ]
}

fn cuts() -> Vec<Case> {
    let lost = || Badly("connection lost", Blame::Upstream);
    let in_a_chunk = Step::Bytes(b"40\r\n{\"id\":\"r\",".to_vec());
    vec![
        case("cut before anything", vec![Step::Cut], 3, lost()),
        case("cut in the head", vec![Step::Bytes(b"HTTP/1.1 200 OK\r\ncont".to_vec()), Step::Cut], 3, lost()),
        case("cut in a chunk", vec![Step::Head(200, vec![]), in_a_chunk, Step::Cut], 3, lost()),
        case("cut between chunks", then(whole(200, JSON, GOOD), Step::Cut), 3, lost()),
        case("cut in a stream", then(events(&[BEGIN]), Step::Cut), 3, lost()),
        case("cut after the end of a stream", then(stream(), Step::Cut), 1, Well),
        case("a stream that ends before its reply", events(&[BEGIN]), 3, lost()),
        case(
            "an error cut in its body",
            then(refusal(500, JSON), Step::Cut),
            3,
            Badly("500: not now", Blame::Upstream),
        ),
    ]
}

fn malformed() -> Vec<Case> {
    let not_read = || Badly("chat completions: expected", Blame::Upstream);
    let mut wide = b"HTTP/1.1 200 OK\r\nx-pad: ".to_vec();
    wide.resize(2 << 20, b'x');
    vec![
        case("no HTTP", vec![Step::Bytes(b"220 mail.invalid ready\r\n\r\n".to_vec()), Step::Hang], 3, {
            Badly("connection lost", Blame::Upstream)
        }),
        case("a head without end", vec![Step::Bytes(wide), Step::Hang], 3, Badly("connection lost", Blame::Upstream)),
        case("no chunk", vec![Step::Head(200, vec![]), Step::Bytes(b"zz\r\n".to_vec()), Step::Hang], 3, {
            Badly("connection lost", Blame::Upstream)
        }),
        case("no JSON", whole(200, JSON, r#"{"choices": [{"mess"#), 3, not_read()),
        case("a web page", whole(200, &[("content-type", "text/html")], "<html>log in</html>"), 3, not_read()),
        case("nothing", whole(200, JSON, ""), 3, not_read()),
        case(
            "compressed though nobody asked",
            whole(200, &[("content-encoding", "gzip")], "\u{1f}\u{8b}"),
            3,
            not_read(),
        ),
        case("no JSON in a stream", events(&[BEGIN, "{not", "[DONE]"]), 3, not_read()),
        case("a whole reply where a stream was asked for", whole(200, JSON, GOOD), 1, Well),
        by_request("malformed once", |received| if received.number == 0 { events(&["{"]) } else { stream() }, 2, Well),
    ]
}

fn statuses() -> Vec<Case> {
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    let mut cases = Vec::new();
    for status in [408, 409, 429, 500, 502, 503, 504, 529] {
        let said: &str = format!("{status}: not now").leak();
        cases.push(case("passes", refusal(status, JSON), 3, Badly(said, Blame::Upstream)));
    }
    for status in [400, 401, 402, 403, 404, 413, 422] {
        let said: &str = format!("{status}: not now").leak();
        cases.push(case("does not pass", refusal(status, JSON), 1, Badly(said, Blame::Caller)));
    }
    for status in [301, 302, 307, 308] {
        let said: &str = format!("{status}: ").leak();
        let elsewhere = refusal(status, &[("location", "/elsewhere")]);
        cases.push(case("is not followed", elsewhere, 1, Badly(said, Blame::Upstream)));
    }
    let quota = r#"{"error":{"message":"no credit","type":"insufficient_quota"}}"#;
    let inside = |error: &str| events(&[BEGIN, error]);
    let once = |headers: &'static [(&'static str, &'static str)]| {
        move |received: &Received| if received.number == 0 { refusal(429, headers) } else { stream() }
    };
    cases.extend([
        by_request("twice overloaded", |got| if got.number < 2 { refusal(529, JSON) } else { stream() }, 3, Well),
        by_request("a pause in milliseconds", once(&[("retry-after-ms", "20")]), 2, Well),
        by_request("a pause in seconds", once(&[("retry-after", "1")]), 2, Well),
        by_request("a pause until a date", once(&[("date", DATE), ("retry-after", DATE)]), 2, Well),
        case("a pause beyond patience", refusal(429, &[("retry-after", "3600")]), 1, Badly("429", Blame::Upstream)),
        case("not again, it says", refusal(500, &[("x-should-retry", "false")]), 1, Badly("500", Blame::Upstream)),
        case("again, it says", refusal(400, &[("x-should-retry", "true")]), 3, Badly("400", Blame::Caller)),
        case("a quota that is spent", whole(429, JSON, quota), 1, Badly("429: no credit", Blame::Caller)),
        case("overloaded in a stream", inside(r#"{"error":{"message":"busy","type":"overloaded_error"}}"#), 3, {
            Badly("200: busy", Blame::Upstream)
        }),
        case(
            "refused in a stream",
            inside(r#"{"error":{"message":"no","code":400}}"#),
            1,
            Badly("400: no", Blame::Caller),
        ),
        by_request(
            "the key repeated",
            |got| whole(401, JSON, &format!("{{\"error\":\"wrong key: {}\"}}", got.header("authorization").unwrap())),
            1,
            Badly("401: wrong key: Bearer [key]", Blame::Caller),
        ),
    ]);
    cases
}

fn sizes() -> Vec<Case> {
    let spaces = || Step::Endless(vec![b' '; 4096]);
    let comments = || Step::Endless(b": on it\n\n".repeat(400));
    let too_large = || Badly("a reply of more than 100000 bytes", Blame::Upstream);
    let cases = vec![
        case("a reply without end", vec![Step::Head(200, vec![]), spaces()], 1, too_large()),
        case("a stream without end", then(events(&[BEGIN]), comments()), 1, too_large()),
        case("a large reply", whole(200, JSON, &format!("{}{GOOD}", " ".repeat(100_000))), 1, too_large()),
        case("an error without end", vec![Step::Head(500, vec![]), spaces()], 3, Badly("500", Blame::Upstream)),
    ];
    cases.into_iter().map(|case| case.with(|how| how.largest = 100_000)).collect()
}

fn client(base: &str, how: How) -> Client {
    by(&Route::default(), base, how)
}

fn by(route: &Route, base: &str, how: How) -> Client {
    let provider = Provider { auth: Auth::Bearer, ..providers::compatible(base).unwrap() };
    let http = Http::new(route).unwrap();
    Client::new(provider, &ChatCompletions, Arc::new(http), Some(KEY.to_owned()), how).unwrap()
}

fn call() -> Call {
    let conversation = Conversation { messages: vec![Message::text(Role::User, "2 + 2?")] };
    Call { model: "m".to_owned(), conversation, ..Call::default() }
}

fn check(name: &str, came: &Result<Asked, Failed>, attempts: u32, ends: &Ends, base: &str) {
    match (came, ends) {
        (Ok(asked), Well) => {
            assert_eq!(asked.attempts, attempts, "{name}");
            assert_eq!(asked.reply.message.visible_text(), "Answer: B", "{name}");
            assert_eq!(asked.reply.finish, Some(Finish::Stop), "{name}");
        }
        (Err(Failed { error, attempts: tried }), Badly(said, blame)) => {
            let shown = error.to_string();
            assert!(shown.contains(said), "{name}: {shown}");
            assert_eq!((*tried, error.blame()), (attempts, *blame), "{name}: {shown}");
            let all = format!("{error} {error:?}");
            let host = base.trim_start_matches("http://");
            assert!(!all.contains(KEY) && !all.contains(host), "{name}: {all}");
        }
        (came, _) => panic!("{name}: {came:?}"),
    }
}

async fn run(case: Case) {
    let upstream = Upstream::start(case.script).await;
    let came = client(&upstream.url(), case.how).ask(&call(), NAME).await;
    check(case.name, &came, case.attempts, &case.ends, &upstream.url());
    let received = upstream.received();
    assert_eq!(
        received.len(),
        case.attempts as usize,
        "{}: every try, and nothing else, reaches the server",
        case.name
    );
    for request in &received {
        assert_eq!(request.line, "POST /chat/completions", "{}", case.name);
        assert_eq!(request.header("idempotency-key"), Some(NAME), "{}", case.name);
        assert_eq!(request.header("accept-encoding"), None, "{}", case.name);
        assert_eq!(request.body, received[0].body, "{}: every try asks the same", case.name);
    }
}

/// All at the same time: most of them only wait.
async fn all(cases: Vec<Case>) {
    let running: Vec<_> = cases.into_iter().map(|case| tokio::spawn(run(case))).collect();
    assert!(running.len() >= 4);
    for case in running {
        case.await.unwrap();
    }
}

#[tokio::test]
async fn silence_is_told_from_slowness() {
    all(silence()).await;
}

#[tokio::test]
async fn a_cut_connection_is_asked_again_unless_the_reply_is_there() {
    all(cuts()).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_asked_again() {
    all(malformed()).await;
}

#[tokio::test]
async fn a_status_says_whether_to_ask_again_and_whom_to_blame() {
    all(statuses()).await;
}

#[tokio::test]
async fn nothing_without_end_is_read_to_its_end() {
    all(sizes()).await;
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_sent() {
    let nobody = nobody();
    let came = client(&nobody, how()).ask(&call(), NAME).await;
    check("nobody", &came, 3, &Badly("no connection", Blame::Upstream), &nobody);
    // Nor where somebody listens who waits for something else than TLS.
    let upstream = Upstream::start(|_| stream()).await;
    let secured = upstream.url().replace("http://", "https://");
    let route = Route { connect: SHORT, ..Route::default() };
    let came = by(&route, &secured, how()).ask(&call(), NAME).await;
    check("no TLS", &came, 3, &Badly("no connection", Blame::Upstream), &upstream.url());
    assert_eq!(upstream.count(), 0);
}
