//! The process behind a transport, in this process: bytes in and bytes out in whatever protocol it is given. Not a server: nothing listens.

use std::collections::VecDeque;

use candor_llm::transport::{Body, Boxed, Broken, Request, Response, Transport, Whole};
use candor_llm::{Codec, Delta, Error, Part, Protocol, Provenance, Reply, Usage};
use serde_json::json;

use crate::Pebble;

/// The header that tells repeated samples of one call apart: its value is the draw. Calls without it all have the empty draw.
pub const DRAW: &str = "idempotency-key";

/// Words in one piece of a stream.
const PIECE: usize = 12;

/// A [`Pebble`] that answers requests.
pub struct Served {
    pebble: Pebble,
    codecs: Vec<(&'static str, &'static dyn Codec)>,
}

impl std::fmt::Debug for Served {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<_> = self.codecs.iter().map(|(path, _)| path).collect();
        out.debug_struct("Served").field("pebble", &self.pebble).field("paths", &paths).finish()
    }
}

impl Served {
    /// Serves each codec at the URLs that end in its path, such as `/chat/completions`.
    #[must_use]
    pub fn new(pebble: Pebble, codecs: Vec<(&'static str, &'static dyn Codec)>) -> Self {
        Self { pebble, codecs }
    }

    /// Answers one request: 404 where no codec has the path, 400 where the body is not its protocol, in the protocol's form of an error.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Response {
        let path = request.url.split(['?', '#']).next().unwrap_or_default();
        let codec = self.codecs.iter().find(|(end, _)| request.post && path.ends_with(end)).map(|(_, codec)| *codec);
        let Some(codec) = codec else {
            let method = if request.post { "POST" } else { "GET" };
            return failure(
                Protocol::ChatCompletions,
                404,
                "not_found_error",
                &format!("nothing answers {method} {path}"),
            );
        };
        match codec.decode_call(&request.body) {
            Ok((call, stream)) => {
                let draw = request.headers.iter().find(|(name, _)| name == DRAW).map_or("", |(_, value)| value);
                let reply = self.pebble.reply(&call, draw.as_bytes());
                if stream { streamed(codec, &reply) } else { whole(codec, &reply) }
            }
            Err(error) => failure(codec.protocol(), 400, "invalid_request_error", &said(&error)),
        }
    }
}

impl Transport for Served {
    fn send(&self, request: Request) -> Boxed<'_, Result<Response, Broken>> {
        let response = self.answer(&request);
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn whole(codec: &dyn Codec, reply: &Reply) -> Response {
    response(200, "application/json", Whole(Some(codec.encode_reply(reply))))
}

fn streamed(codec: &dyn Codec, reply: &Reply) -> Response {
    let mut encoder = codec.encode_stream();
    let mut chunks: VecDeque<Vec<u8>> = deltas(reply).iter().map(|delta| encoder.push(delta)).collect();
    chunks.push_back(encoder.end());
    chunks.retain(|chunk| !chunk.is_empty());
    response(200, "text/event-stream", Pieces(chunks))
}

/// The reply in pieces. A cut chain is raw here, as it is on any wire: that it was cut is known at the end.
fn deltas(reply: &Reply) -> Vec<Delta> {
    let mut deltas = vec![
        Delta::Begin { id: reply.id.clone(), model: reply.model.clone() },
        Delta::Usage(Usage { input: reply.usage.input, ..Usage::default() }),
    ];
    for (block, part) in (0..).zip(&reply.message.parts) {
        match part {
            Part::Reasoning(reasoning) => deltas.extend(pieces(&reasoning.text).map(|text| Delta::Reasoning {
                block,
                text: text.to_owned(),
                provenance: Provenance::Raw,
            })),
            Part::Text { text } => {
                deltas.extend(pieces(text).map(|text| Delta::Text { block, text: text.to_owned() }));
            }
            // The process neither asks for tools nor seals anything.
            Part::ToolCall { .. } | Part::ToolResult { .. } | Part::Sealed { .. } => {}
        }
    }
    deltas.push(Delta::Usage(reply.usage));
    deltas.extend(reply.finish.clone().map(Delta::Finish));
    deltas
}

/// A text in pieces of some words, white space included.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.match_indices(' ').nth(PIECE - 1).map_or(rest.len(), |(at, _)| at + 1);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What was wrong with a call, without the name of the protocol that its sender knows.
fn said(error: &Error) -> String {
    match error {
        Error::Malformed { expected, found, .. } => format!("expected {expected}, found {found}"),
        other => other.to_string(),
    }
}

fn failure(protocol: Protocol, status: u16, kind: &str, message: &str) -> Response {
    let error = match protocol {
        Protocol::ChatCompletions | Protocol::Responses => {
            json!({ "error": { "message": message, "type": kind, "param": null, "code": null } })
        }
        Protocol::Messages => json!({ "type": "error", "error": { "type": kind, "message": message } }),
    };
    response(status, "application/json", Whole(Some(error.to_string().into_bytes())))
}

fn response(status: u16, content: &str, body: impl Body + 'static) -> Response {
    let headers = vec![("content-type".to_owned(), content.to_owned())];
    Response { status, headers, body: Box::new(body) }
}

/// The pieces of a stream, made before they are asked for.
struct Pieces(VecDeque<Vec<u8>>);

impl Body for Pieces {
    fn chunk(&mut self) -> Boxed<'_, Result<Option<Vec<u8>>, Broken>> {
        let next = self.0.pop_front();
        Box::pin(std::future::ready(Ok(next)))
    }
}
