//! Replies in the protocol's spelling, whole and streamed: the side of a server.

use std::convert::Infallible;

use serde_json::json;

use super::said::{Unsigned, assistant};
use crate::protocol::StreamEncoder;
use crate::protocol::json::{Object, event, raw};
use crate::{Delta, Finish, Protocol, Provenance, Reply, Usage};

/// Spells a whole reply. Arguments that are no JSON object stand there as text: a client gets what the model wrote.
pub(super) fn encode(reply: &Reply) -> Vec<u8> {
    let odd = |_: &str, arguments: &str| Ok::<_, Infallible>(raw(arguments));
    let content = assistant(&reply.message.parts, Unsigned::Sent, odd).unwrap_or_else(|never| match never {});
    let mut body = envelope(reply.id.as_deref(), reply.model.as_deref());
    body.put("content", &content);
    body.put("stop_reason", &reply.finish.as_ref().map(reason));
    body.put("usage", &counted(reply.usage));
    body.json().into_bytes()
}

fn envelope(id: Option<&str>, model: Option<&str>) -> Object {
    Object::of(json!({
        "id": id.unwrap_or_default(), "type": "message", "role": "assistant", "model": model.unwrap_or_default(),
        "content": [], "stop_reason": null, "stop_sequence": null,
    }))
}

fn reason(finish: &Finish) -> &str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
        Finish::Filtered => "refusal",
        Finish::Other(other) => other,
    }
}

/// The counts that are known.
fn counted(usage: Usage) -> Object {
    let mut counted = Object::default();
    let cached = usage.cached_input.unwrap_or(0);
    counted.put_some("input_tokens", usage.input.map(|input| input.saturating_sub(cached)));
    counted.put_some("cache_read_input_tokens", usage.cached_input);
    counted.put_some("output_tokens", usage.output);
    counted.put_some("output_tokens_details", usage.reasoning.map(|tokens| json!({ "thinking_tokens": tokens })));
    counted
}

/// Spells a reply as it is made.
#[derive(Debug, Default)]
pub(super) struct Streaming {
    usage: Usage,
    finish: Option<Finish>,
    begun: bool,
    /// The number of the next block on the wire.
    next: u32,
    /// What stands open: of which block of the reply, and of which kind.
    open: Option<(u32, Kind)>,
    /// Reasoning that is held back: its sealed block, which says so, may follow.
    held_back: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    ToolUse,
}

impl Streaming {
    fn begin(&mut self, id: Option<&str>, model: Option<&str>, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            let mut message = envelope(id, model);
            message.put("usage", &counted(self.usage));
            let mut data = Object::default();
            data.put("message", &message);
            out.extend(event("message_start", data));
        }
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            out.extend(event("content_block_stop", Object::of(json!({ "index": self.next }))));
            self.next += 1;
        }
        if std::mem::take(&mut self.held_back) {
            self.block(&Object::of(json!({ "type": "redacted_thinking", "data": "" })), out);
        }
    }

    fn start(&mut self, block: &Object, out: &mut Vec<u8>) {
        let mut data = Object::of(json!({ "index": self.next }));
        data.put("content_block", block);
        out.extend(event("content_block_start", data));
    }

    /// A block that comes whole.
    fn block(&mut self, block: &Object, out: &mut Vec<u8>) {
        self.start(block, out);
        out.extend(event("content_block_stop", Object::of(json!({ "index": self.next }))));
        self.next += 1;
    }

    /// Opens a block unless it is open already.
    fn open(&mut self, number: u32, kind: Kind, begins: &Object, out: &mut Vec<u8>) {
        if self.open != Some((number, kind)) {
            self.close(out);
            self.start(begins, out);
            self.open = Some((number, kind));
        }
    }

    fn more(&self, kind: &str, field: &str, text: &str, out: &mut Vec<u8>) {
        let mut data = Object::of(json!({ "index": self.next }));
        data.put("delta", &json!({ "type": kind, field: text }));
        out.extend(event("content_block_delta", data));
    }

    fn sealed(&mut self, block: u32, json: &str, out: &mut Vec<u8>) {
        let Some(sealed) = Object::read(json) else { return };
        self.held_back = false;
        match (sealed.kind().as_str(), self.open) {
            ("thinking", open) => {
                if !matches!(open, Some((of, Kind::Thinking)) if of == block) {
                    self.open(block, Kind::Thinking, &thinking(), out);
                    if let Some(text) = sealed.named("thinking") {
                        self.more("thinking_delta", "thinking", &text, out);
                    }
                }
                self.more("signature_delta", "signature", &sealed.words("signature"), out);
                self.close(out);
            }
            _ => {
                self.close(out);
                self.block(&sealed, out);
            }
        }
    }
}

fn thinking() -> Object {
    Object::of(json!({ "type": "thinking", "thinking": "", "signature": "" }))
}

impl StreamEncoder for Streaming {
    fn push(&mut self, delta: &Delta) -> Vec<u8> {
        let mut out = Vec::new();
        match delta {
            Delta::Begin { id, model } => self.begin(id.as_deref(), model.as_deref(), &mut out),
            Delta::Usage(usage) => self.usage = self.usage.updated(*usage),
            Delta::Finish(finish) => self.finish = Some(finish.clone()),
            content => {
                self.begin(None, None, &mut out);
                self.content(content, &mut out);
            }
        }
        out
    }

    fn end(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.begin(None, None, &mut out);
        self.close(&mut out);
        let mut data = Object::default();
        data.put("delta", &json!({ "stop_reason": self.finish.as_ref().map(reason), "stop_sequence": null }));
        data.put("usage", &counted(self.usage));
        out.extend(event("message_delta", data));
        out.extend(event("message_stop", Object::default()));
        out
    }
}

impl Streaming {
    fn content(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match delta {
            Delta::Reasoning { provenance: Provenance::Redacted, .. } => {
                self.close(out);
                self.held_back = true;
            }
            Delta::Reasoning { block, text, provenance } if provenance.is_readable() && !text.is_empty() => {
                self.open(*block, Kind::Thinking, &thinking(), out);
                self.more("thinking_delta", "thinking", text, out);
            }
            Delta::Sealed { block, protocol: Protocol::Messages, json } => self.sealed(*block, json, out),
            Delta::Text { block, text } if !text.is_empty() => {
                self.open(*block, Kind::Text, &Object::of(json!({ "type": "text", "text": "" })), out);
                self.more("text_delta", "text", text, out);
            }
            Delta::ToolCall { block, id, name } => {
                // Another call may have the same number as the one before it.
                self.close(out);
                let begins = json!({ "type": "tool_use", "id": id, "name": name, "input": {} });
                self.open(*block, Kind::ToolUse, &Object::of(begins), out);
            }
            Delta::Arguments { block, text } if self.open == Some((*block, Kind::ToolUse)) => {
                self.more("input_json_delta", "partial_json", text, out);
            }
            // Pieces without text, and sealed pieces of other protocols, say nothing here; arguments of a call that is over are nobody's.
            _ => {}
        }
    }
}
