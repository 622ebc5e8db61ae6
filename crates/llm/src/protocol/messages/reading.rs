//! One reply in the making: what its events and blocks say, as pieces. Whole replies and streams go through the same code. Not the bytes.

use std::collections::BTreeMap;

use super::NAME;
use super::dialect::MessagesDialect;
use crate::protocol::chat::failure::{inside, not_the_protocol};
use crate::protocol::events::{Reading, State};
use crate::protocol::json::{Object, as_text};
use crate::{Assembler, Delta, Error, Finish, Part, Protocol, Provenance, Usage};

/// One reply.
#[derive(Debug)]
pub(super) struct Message {
    dialect: MessagesDialect,
    /// The model shows its own chain of thought, signed or not.
    own_text: bool,
    begun: bool,
    finished: bool,
    closed: bool,
    next: u32,
    /// The blocks that are not closed, under their numbers on the wire.
    open: BTreeMap<u32, (u32, Block)>,
    counts: Counts,
}

/// A block in the making.
#[derive(Debug)]
enum Block {
    Text,
    Thinking(Thinking),
    ToolUse {
        /// What stood there as input when the block began.
        given: String,
        streamed: bool,
    },
    /// Nothing that there is a noun for.
    Passed,
}

#[derive(Debug)]
struct Thinking {
    /// The block as it began.
    block: Object,
    text: String,
    /// More than white space came: that alone may be all that there is of a text that is held back.
    shown: bool,
    signature: String,
}

/// The blocks of a message as parts.
///
/// # Errors
/// [`Error::Malformed`].
pub(super) fn blocks(dialect: MessagesDialect, blocks: &[Object]) -> Result<Vec<Part>, Error> {
    let mut message = Message::new(dialect);
    let mut out = Vec::new();
    message.blocks(blocks, &mut out)?;
    let mut all = Assembler::default();
    out.into_iter().for_each(|delta| all.push(delta));
    Ok(all.finish().message.parts)
}

impl Message {
    pub(super) fn new(dialect: MessagesDialect) -> Self {
        Self {
            dialect,
            own_text: false,
            begun: false,
            finished: false,
            closed: false,
            next: 0,
            open: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    fn begin(&mut self, message: &Object, out: &mut Vec<Delta>) {
        self.begun = true;
        let model = message.named("model");
        self.own_text = model.as_deref().is_some_and(|model| self.dialect.shows_own_text(model));
        out.push(Delta::Begin { id: message.named("id"), model });
        self.count(&message.object("usage"), out);
    }

    fn blocks(&mut self, blocks: &[Object], out: &mut Vec<Delta>) -> Result<(), Error> {
        for (index, block) in (0..).zip(blocks) {
            self.start(index, block, out)?;
            self.stop(index, out);
        }
        Ok(())
    }

    fn start(&mut self, index: u32, block: &Object, out: &mut Vec<Delta>) -> Result<(), Error> {
        self.stop(index, out);
        let number = self.next;
        self.next = self.next.saturating_add(1);
        let made = match block.kind().as_str() {
            "text" => {
                say(number, legible(block, "text")?, out);
                Block::Text
            }
            "thinking" => {
                let signature = legible(block, "signature")?;
                let mut thinking = Thinking { block: block.clone(), text: String::new(), shown: false, signature };
                thinking.think(number, &legible(block, "thinking")?, self.shown(), out);
                Block::Thinking(thinking)
            }
            "redacted_thinking" => {
                out.push(redacted(number));
                if block.named("data").is_some() {
                    out.push(sealed(number, block));
                }
                Block::Passed
            }
            "tool_use" => {
                out.push(Delta::ToolCall { block: number, id: block.words("id"), name: block.words("name") });
                Block::ToolUse { given: block.raw("input").map_or_else(|| "{}".to_owned(), as_text), streamed: false }
            }
            _ => Block::Passed,
        };
        self.open.insert(index, (number, made));
        Ok(())
    }

    /// What kind of text thinking is, as long as it is not signed.
    fn shown(&self) -> Provenance {
        if self.own_text { Provenance::Raw } else { self.dialect.shown }
    }

    fn more(&mut self, index: u32, delta: &Object, out: &mut Vec<Delta>) -> Result<(), Error> {
        let shown = self.shown();
        let Some((number, block)) = self.open.get_mut(&index) else {
            return Err(not_the_protocol(NAME, "a block that has begun", index.to_string().as_bytes()));
        };
        match (delta.kind().as_str(), block) {
            ("text_delta", Block::Text) => say(*number, legible(delta, "text")?, out),
            ("thinking_delta", Block::Thinking(thinking)) => {
                thinking.think(*number, &legible(delta, "thinking")?, shown, out);
            }
            ("signature_delta", Block::Thinking(thinking)) => {
                thinking.signature.push_str(&legible(delta, "signature")?);
            }
            ("input_json_delta", Block::ToolUse { streamed, .. }) => {
                let text = legible(delta, "partial_json")?;
                if !text.is_empty() {
                    *streamed = true;
                    out.push(Delta::Arguments { block: *number, text });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn stop(&mut self, index: u32, out: &mut Vec<Delta>) {
        match self.open.remove(&index) {
            Some((number, Block::Thinking(thinking))) => thinking.close(number, self.own_text, out),
            Some((number, Block::ToolUse { given, streamed: false })) => {
                out.push(Delta::Arguments { block: number, text: given });
            }
            _ => {}
        }
    }

    fn stop_all(&mut self, out: &mut Vec<Delta>) {
        while let Some(index) = self.open.keys().next().copied() {
            self.stop(index, out);
        }
    }

    fn finish(&mut self, reason: Option<String>, out: &mut Vec<Delta>) {
        if let Some(reason) = reason {
            self.stop_all(out);
            self.finished = true;
            out.push(Delta::Finish(finish(reason)));
        }
    }

    fn count(&mut self, usage: &Object, out: &mut Vec<Delta>) {
        let before = self.counts.usage();
        self.counts.take(usage);
        let now = self.counts.usage();
        if now != before {
            out.push(Delta::Usage(now));
        }
    }
}

impl Reading for Message {
    const PROTOCOL: &'static str = NAME;

    fn event(&mut self, kind: &str, event: &Object, out: &mut Vec<Delta>) -> Result<(), Error> {
        let index = event.small("index");
        match (kind, index) {
            ("message_start", _) => self.begin(&event.object("message"), out),
            ("content_block_start", Some(index)) => self.start(index, &event.object("content_block"), out)?,
            ("content_block_delta", Some(index)) => self.more(index, &event.object("delta"), out)?,
            ("content_block_stop", Some(index)) => self.stop(index, out),
            ("content_block_start" | "content_block_delta" | "content_block_stop", None) => {
                return Err(not_the_protocol(NAME, "the number of a block", event.json().as_bytes()));
            }
            ("message_delta", _) => {
                self.finish(event.object("delta").named("stop_reason"), out);
                self.count(&event.object("usage"), out);
            }
            ("message_stop", _) => {
                if !self.begun {
                    return Err(not_the_protocol(NAME, "message_start", event.json().as_bytes()));
                }
                self.stop_all(out);
                self.closed = true;
            }
            ("error", _) => return Err(inside(&event.json())),
            _ => {}
        }
        Ok(())
    }

    fn whole(&mut self, body: &Object, out: &mut Vec<Delta>) -> Result<(), Error> {
        if body.kind() == "error" || body.raw("error").is_some() {
            return Err(inside(&body.json()));
        }
        if !body.raw("content").is_some_and(|content| content.get().starts_with('[')) {
            return Err(not_the_protocol(NAME, "a list `content`", body.json().as_bytes()));
        }
        self.begin(body, out);
        self.blocks(&body.objects("content"), out)?;
        self.finish(body.named("stop_reason"), out);
        self.closed = true;
        Ok(())
    }

    fn state(&self) -> State {
        match (self.closed, self.finished, self.begun) {
            (true, _, _) => State::Closed,
            (_, true, true) => State::Complete,
            (_, _, true) => State::Begun,
            _ => State::Awaited,
        }
    }
}

impl Thinking {
    fn think(&mut self, block: u32, text: &str, shown: Provenance, out: &mut Vec<Delta>) {
        let before = self.shown;
        self.shown |= !text.trim().is_empty();
        self.text.push_str(text);
        if self.shown && !text.is_empty() {
            let text = if before { text.to_owned() } else { self.text.clone() };
            out.push(Delta::Reasoning { block, text, provenance: shown });
        }
    }

    fn close(mut self, block: u32, own_text: bool, out: &mut Vec<Delta>) {
        if self.signature.is_empty() {
            return;
        }
        if !self.shown {
            out.push(redacted(block));
        } else if !own_text {
            out.push(Delta::Reasoning { block, text: String::new(), provenance: Provenance::Summary });
        }
        self.block.put("thinking", &self.text);
        self.block.put("signature", &self.signature);
        out.push(sealed(block, &self.block));
    }
}

/// A text that was said.
fn legible(object: &Object, name: &str) -> Result<String, Error> {
    object.legible(name).ok_or_else(|| not_the_protocol(NAME, "text", object.json().as_bytes()))
}

fn say(block: u32, text: String, out: &mut Vec<Delta>) {
    if !text.is_empty() {
        out.push(Delta::Text { block, text });
    }
}

fn redacted(block: u32) -> Delta {
    Delta::Reasoning { block, text: String::new(), provenance: Provenance::Redacted }
}

fn sealed(block: u32, of: &Object) -> Delta {
    Delta::Sealed { block, protocol: Protocol::Messages, json: of.json() }
}

fn finish(reason: String) -> Finish {
    match reason.as_str() {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::ToolCalls,
        "refusal" => Finish::Filtered,
        _ => Finish::Other(reason),
    }
}

/// Counts so far. The three of the input are disjoint.
#[derive(Debug, Default)]
struct Counts {
    fresh: Option<u64>,
    written: Option<u64>,
    read: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
}

impl Counts {
    fn take(&mut self, usage: &Object) {
        let details = usage.object("output_tokens_details");
        self.fresh = usage.count("input_tokens").or(self.fresh);
        self.written = usage.count("cache_creation_input_tokens").or(self.written);
        self.read = usage.count("cache_read_input_tokens").or(self.read);
        self.output = usage.count("output_tokens").or(self.output);
        self.thinking = details.count("thinking_tokens").or(self.thinking);
    }

    fn usage(&self) -> Usage {
        Usage {
            input: [self.fresh, self.written, self.read].into_iter().flatten().reduce(u64::saturating_add),
            cached_input: self.read,
            output: self.output,
            reasoning: self.thinking,
        }
    }
}
