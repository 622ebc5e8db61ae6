//! The process behind a transport, through a small codec of this test: lines of JSON, the nouns as they are.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use candor_llm::protocol::{Encoded, StreamDecoder, StreamEncoder};
use candor_llm::transport::{Request, Response, Transport};
use candor_llm::{Assembler, Call, Codec, Delta, Error, Protocol, Provider, Reply};
use candor_pebble::problems::items;
use candor_pebble::{Pebble, Served, Truth};

use crate::asking::{asked, plain};

/// A protocol of one JSON value a line.
struct Plain(Protocol);

impl Codec for Plain {
    fn protocol(&self) -> Protocol {
        self.0
    }

    fn encode_call(&self, _: &Provider, call: &Call, stream: bool) -> Result<Encoded, Error> {
        let body = serde_json::to_vec(&(call, stream)).expect("a call is JSON");
        Ok(Encoded { path: "/plain".to_owned(), headers: Vec::new(), body })
    }

    fn decode_call(&self, body: &[u8]) -> Result<(Call, bool), Error> {
        serde_json::from_slice(body).map_err(|error| Error::Malformed {
            protocol: "plain",
            expected: "a call and whether to stream".to_owned(),
            found: error.to_string(),
        })
    }

    fn decode_reply(&self, _: &Provider, body: &[u8]) -> Result<Vec<Reply>, Error> {
        Ok(vec![serde_json::from_slice(body).expect("a reply")])
    }

    fn encode_reply(&self, reply: &Reply) -> Vec<u8> {
        serde_json::to_vec(reply).expect("a reply is JSON")
    }

    fn decode_error(&self, status: u16, _: &[(String, String)], body: &[u8]) -> Error {
        let message = String::from_utf8_lossy(body).into_owned();
        Error::Upstream { status, kind: None, message, after: None, again: None }
    }

    fn decode_stream(&self, _: &Provider) -> Box<dyn StreamDecoder> {
        Box::new(Lines)
    }

    fn encode_stream(&self) -> Box<dyn StreamEncoder> {
        Box::new(Lines)
    }
}

struct Lines;

impl StreamEncoder for Lines {
    fn push(&mut self, delta: &Delta) -> Vec<u8> {
        let mut line = serde_json::to_vec(delta).expect("a piece is JSON");
        line.push(b'\n');
        line
    }

    fn end(&mut self) -> Vec<u8> {
        b"done\n".to_vec()
    }
}

impl StreamDecoder for Lines {
    fn is_over(&self) -> bool {
        false
    }

    fn push(&mut self, _: &[u8]) -> Result<Vec<(u32, Delta)>, Error> {
        Ok(Vec::new())
    }

    fn end(&mut self) -> Result<Vec<(u32, Delta)>, Error> {
        Ok(Vec::new())
    }
}

static CHAT: Plain = Plain(Protocol::ChatCompletions);
static MESSAGES: Plain = Plain(Protocol::Messages);

fn served() -> Served {
    Served::new(Pebble::new(Truth::default()), vec![("/chat/completions", &CHAT), ("/messages", &MESSAGES)])
}

/// Nothing here ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn chunks(mut response: Response) -> Vec<String> {
    let mut chunks = Vec::new();
    while let Some(chunk) = now(response.body.chunk()).expect("nothing breaks") {
        chunks.push(String::from_utf8(chunk).expect("text"));
    }
    chunks
}

fn send(path: &str, body: Vec<u8>, draw: Option<&str>) -> Response {
    let headers = draw.map(|draw| ("idempotency-key".to_owned(), draw.to_owned())).into_iter().collect();
    let request = Request { post: true, url: format!("http://pebble/v1{path}"), headers, body };
    now(served().send(request)).expect("nothing breaks")
}

fn body(stream: bool) -> (Call, Vec<u8>) {
    let call = asked(plain(&items(1, 1)[0].original), "medium");
    let body = serde_json::to_vec(&(&call, stream)).expect("a call is JSON");
    (call, body)
}

#[test]
fn a_whole_reply_is_that_of_the_draw() {
    let (call, body) = body(false);
    let pebble = Pebble::new(Truth::default());
    for (draw, bytes) in [(Some("00ff"), &b"00ff"[..]), (Some("00fe"), b"00fe"), (None, b"")] {
        let response = send("/chat/completions?x=1", body.clone(), draw);
        assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")));
        let reply: Reply = serde_json::from_str(&chunks(response).concat()).expect("a reply");
        assert_eq!(reply, pebble.reply(&call, bytes));
    }
}

#[test]
fn a_stream_comes_in_pieces_that_make_the_same_reply() {
    let (mut call, _) = body(true);
    for limit in [None, Some(30)] {
        call.max_output = limit;
        let body = serde_json::to_vec(&(&call, true)).expect("a call is JSON");
        let response = send("/messages", body, Some("7"));
        assert_eq!(response.header("content-type"), Some("text/event-stream"));
        let chunks = chunks(response);
        assert!(chunks.len() > 6, "{chunks:?}");
        let mut assembler = Assembler::default();
        for line in chunks.concat().lines().filter(|line| *line != "done") {
            assembler.push(serde_json::from_str(line).expect("a piece"));
        }
        assert_eq!(assembler.finish(), Pebble::new(Truth::default()).reply(&call, b"7"));
        assert!(chunks.concat().ends_with("done\n"));
    }
}

#[test]
fn nonsense_gets_the_error_of_its_protocol() {
    let error = |path, body: &[u8]| {
        let response = send(path, body.to_vec(), None);
        (response.status, serde_json::from_str::<serde_json::Value>(&chunks(response).concat()).expect("JSON"))
    };
    let (status, chat) = error("/chat/completions", b"{");
    assert_eq!((status, &chat["error"]["type"]), (400, &"invalid_request_error".into()));
    assert!(chat["error"]["message"].as_str().is_some_and(|message| message.starts_with("expected a call")), "{chat}");
    let (status, messages) = error("/messages", b"");
    assert_eq!(
        (status, &messages["type"], &messages["error"]["type"]),
        (400, &"error".into(), &"invalid_request_error".into())
    );
    let (status, nowhere) = error("/embeddings", &body(false).1);
    assert_eq!(
        (status, &nowhere["error"]["message"]),
        (404, &"nothing answers POST http://pebble/v1/embeddings".into())
    );
    let get =
        Request { post: false, url: "http://pebble/v1/messages".to_owned(), headers: Vec::new(), body: Vec::new() };
    assert_eq!(served().answer(&get).status, 404);
}
