//! One reply in the making: what its messages and chunks say, as pieces. Whole messages and streamed chunks go through the same code, so
//! that both give the same reply. Not the bytes.

use serde_json::value::RawValue;

use super::details::Details;
use super::dialect::ChatDialect;
use super::failure::malformed;
use super::wire::{Content, ContentPart, Said, WireCall};
use crate::tagged::{Piece, TagStream};
use crate::{Delta, Error, Finish, Protocol, Provenance};

/// More tool calls than any reply has.
const CALLS: usize = 4096;

/// Where the reasoning text of a reply stands. Vendors repeat the same text in two places; only the first of these is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Plain,
    Details,
    Content,
}

/// One reply.
#[derive(Debug)]
pub(super) struct Reading {
    dialect: ChatDialect,
    /// A whole message and not chunks of one.
    whole: bool,
    blocks: u32,
    reasoning: Option<u32>,
    /// Reasoning text came before.
    reasoned: bool,
    /// Text came after it: more reasoning is a new stretch of it.
    interrupted: bool,
    /// Reasoning came after text: in a content of typed parts, more text is a part of its own.
    resumed: bool,
    source: Option<Source>,
    text: Option<u32>,
    refusal: Option<u32>,
    tags: TagStream,
    details: Details,
    calls: Vec<Call>,
    extra: Option<String>,
    begun: bool,
    pub(super) finished: bool,
}

/// A tool call in the making.
#[derive(Debug)]
struct Call {
    index: Option<u64>,
    id: String,
    block: u32,
    begun: bool,
    /// Arguments that came before the name.
    held: String,
}

impl Reading {
    pub(super) fn new(dialect: ChatDialect, whole: bool) -> Self {
        Self {
            dialect,
            whole,
            blocks: 0,
            reasoning: None,
            reasoned: false,
            interrupted: false,
            resumed: false,
            source: None,
            text: None,
            refusal: None,
            tags: TagStream::new(dialect.in_band),
            details: Details::default(),
            calls: Vec::new(),
            extra: None,
            begun: false,
            finished: false,
        }
    }

    /// Says once that the reply has begun.
    pub(super) fn begin(&mut self, id: Option<&str>, model: Option<&str>, out: &mut Vec<Delta>) {
        if !std::mem::replace(&mut self.begun, true) {
            out.push(Delta::Begin { id: id.map(str::to_owned), model: model.map(str::to_owned) });
        }
    }

    /// Takes in a message, or a piece of one.
    ///
    /// # Errors
    /// [`Error::Malformed`] where there are more tool calls than any reply has.
    pub(super) fn take(&mut self, said: Said, model: Option<&str>, out: &mut Vec<Delta>) -> Result<(), Error> {
        let plain = said.plain_reasoning().map(str::to_owned);
        self.detailed(said.reasoning_details, model, out);
        // Details say what kind of text the plain field repeats.
        if let Some(text) = plain
            && self.source != Some(Source::Details)
        {
            // A blank field says nothing: there may be tags yet.
            if !text.trim().is_empty() {
                self.set_source(Source::Plain, out);
            }
            self.reason(&text, self.dialect.provenance, out);
        }
        match said.content {
            Some(Content::Text(text)) => self.say(&text, out),
            Some(Content::Parts(parts)) => {
                for (place, part) in parts.into_iter().enumerate() {
                    self.part(&part, place > 0, out);
                }
            }
            None => {}
        }
        if let Some(text) = said.refusal.filter(|text| !text.is_empty()) {
            self.end_of_text(out);
            let block = *self.refusal.get_or_insert_with(|| next(&mut self.blocks));
            out.push(Delta::Text { block, text });
        }
        for call in said.tool_calls {
            self.call(&call, out)?;
        }
        // Where it holds no signature it says only that the text is a thought.
        if let Some(extra) = said.extra_content.filter(|extra| extra.get().contains("signature")) {
            self.extra = Some(format!(r#"{{"extra_content":{}}}"#, extra.get()));
        }
        Ok(())
    }

    /// The model stopped: held-back text comes out.
    pub(super) fn finish(&mut self, reason: &str, out: &mut Vec<Delta>) {
        self.end_of_text(out);
        self.finished = true;
        out.push(Delta::Finish(Finish::from_foreign(reason)));
    }

    /// Nothing more follows.
    pub(super) fn end(&mut self, out: &mut Vec<Delta>) {
        self.end_of_text(out);
        for at in 0..self.calls.len() {
            self.begin_call(at, Some(""), out);
        }
        if let Some(json) = self.details.sealed() {
            self.seal(json, out);
        }
        if let Some(json) = self.extra.take() {
            self.seal(json, out);
        }
    }

    fn seal(&mut self, json: String, out: &mut Vec<Delta>) {
        let block = *self.reasoning.get_or_insert_with(|| next(&mut self.blocks));
        out.push(Delta::Sealed { block, protocol: Protocol::ChatCompletions, json });
    }

    /// Reasoning in a place of its own has begun: text is no longer searched for tags.
    fn set_source(&mut self, source: Source, out: &mut Vec<Delta>) {
        if self.source.is_none() {
            self.end_of_text(out);
            self.source = Some(source);
        }
    }

    fn detailed(&mut self, list: Vec<Box<RawValue>>, model: Option<&str>, out: &mut Vec<Delta>) {
        for (place, raw) in list.into_iter().enumerate() {
            let continues = !self.whole && place == 0;
            let indexed = !self.whole && raw.get().contains(r#""index""#);
            let Some(shown) = self.details.push(raw, continues || indexed, model) else { continue };
            if !shown.text.is_empty() {
                self.set_source(Source::Details, out);
            }
            let repeated = self.source != Some(Source::Details);
            let text = if repeated { "" } else { shown.text.as_str() };
            if shown.opens && !repeated && self.reasoned {
                self.reason("\n\n", shown.provenance, out);
            }
            self.reason(text, shown.provenance, out);
        }
    }

    fn reason(&mut self, text: &str, provenance: Provenance, out: &mut Vec<Delta>) {
        if text.is_empty() && provenance == Provenance::Raw {
            return;
        }
        let block = *self.reasoning.get_or_insert_with(|| next(&mut self.blocks));
        if !text.is_empty() {
            self.reasoned = true;
            self.interrupted = false;
            self.resumed = self.text.is_some();
        }
        out.push(Delta::Reasoning { block, text: text.to_owned(), provenance });
    }

    fn say(&mut self, text: &str, out: &mut Vec<Delta>) {
        let mut pieces = Vec::new();
        self.tags.push(text, &mut pieces);
        self.spell_out(pieces, out);
    }

    fn end_of_text(&mut self, out: &mut Vec<Delta>) {
        let mut pieces = Vec::new();
        self.tags.end(&mut pieces);
        self.spell_out(pieces, out);
    }

    fn spell_out(&mut self, pieces: Vec<Piece>, out: &mut Vec<Delta>) {
        for piece in pieces {
            match piece {
                Piece::Reasoning(text) => {
                    self.source.get_or_insert(Source::Content);
                    self.reason(&text, self.dialect.provenance, out);
                }
                Piece::Unclosed => self.reason("", Provenance::Truncated, out),
                Piece::Text(text) => {
                    self.interrupted = self.reasoned;
                    if std::mem::take(&mut self.resumed) && self.source == Some(Source::Content) {
                        self.text = None;
                    }
                    let block = *self.text.get_or_insert_with(|| next(&mut self.blocks));
                    out.push(Delta::Text { block, text });
                }
            }
        }
    }

    /// One part of a content that is a list. The first of a list goes on where the last list left off, the others stand for themselves.
    fn part(&mut self, part: &ContentPart, apart: bool, out: &mut Vec<Delta>) {
        if let Some(text) = part.thinking() {
            self.set_source(Source::Content, out);
            let signed = part.signature.as_deref().is_some_and(|signature| !signature.is_empty());
            let provenance = if text.is_empty() && signed { Provenance::Redacted } else { self.dialect.provenance };
            if (apart && self.reasoned || self.interrupted) && !text.is_empty() {
                self.reason("\n\n", provenance, out);
            }
            self.reason(&text, provenance, out);
            return;
        }
        if let Some(text) = part.text.as_deref().or(part.refusal.as_deref()) {
            if apart && self.text.is_some() {
                self.end_of_text(out);
                self.text = None;
            }
            self.say(text, out);
        }
    }

    fn call(&mut self, call: &WireCall, out: &mut Vec<Delta>) -> Result<(), Error> {
        // A call has begun: what was said before it is complete.
        self.end_of_text(out);
        let id = call.id.as_deref().filter(|id| !id.is_empty());
        let known = match (call.index, id) {
            // One vendor gives parallel calls the same index: a new identifier begins a new call.
            (Some(_), id) => self.calls.iter().rposition(|held| {
                held.index == call.index && (id.is_none() || held.id.is_empty() || id == Some(&held.id))
            }),
            (None, Some(id)) => self.calls.iter().rposition(|held| held.id == id),
            (None, None) if call.name().is_none() => self.calls.len().checked_sub(1),
            (None, None) => None,
        };
        let known = known.filter(|_| !self.whole);
        let at = match known {
            Some(at) => at,
            None if self.calls.len() >= CALLS => {
                return Err(malformed("at most 4096 tool calls", b"more"));
            }
            None => {
                let block = next(&mut self.blocks);
                let id = id.unwrap_or_default().to_owned();
                self.calls.push(Call { index: call.index, id, block, begun: false, held: String::new() });
                self.calls.len() - 1
            }
        };
        if let (Some(held), Some(id)) = (self.calls.get_mut(at), id)
            && !held.begun
        {
            id.clone_into(&mut held.id);
        }
        let name = if self.whole { Some(call.name().unwrap_or_default()) } else { call.name() };
        self.begin_call(at, name, out);
        let Some(held) = self.calls.get_mut(at) else { return Ok(()) };
        if let Some(text) = call.arguments().filter(|text| !text.is_empty()) {
            if held.begun {
                out.push(Delta::Arguments { block: held.block, text });
            } else {
                held.held.push_str(&text);
            }
        }
        if let Some(extra) = &call.extra_content {
            let id = serde_json::Value::from(held.id.as_str());
            let json = format!(r#"{{"tool_calls":[{{"id":{id},"extra_content":{}}}]}}"#, extra.get());
            out.push(Delta::Sealed { block: held.block, protocol: Protocol::ChatCompletions, json });
        }
        Ok(())
    }

    /// Begins a call once its name is there.
    fn begin_call(&mut self, at: usize, name: Option<&str>, out: &mut Vec<Delta>) {
        let (Some(call), Some(name)) = (self.calls.get_mut(at), name) else { return };
        if std::mem::replace(&mut call.begun, true) {
            return;
        }
        out.push(Delta::ToolCall { block: call.block, id: call.id.clone(), name: name.to_owned() });
        if !call.held.is_empty() {
            out.push(Delta::Arguments { block: call.block, text: std::mem::take(&mut call.held) });
        }
    }
}

fn next(blocks: &mut u32) -> u32 {
    let block = *blocks;
    *blocks += 1;
    block
}
