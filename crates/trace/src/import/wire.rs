//! Messages as vendors spell them: OpenAI (chat and responses), Anthropic, Mistral, OpenRouter, local servers, Inspect AI. Read into the
//! nouns of `candor-llm`. Not the envelopes around them: those are in `call` and in each importer.

pub(super) mod call;
pub(super) mod loose;
mod turns;

use std::fmt;

use candor_llm::{Finish, Message, Part, Provenance, Reasoning, Role, Usage, cut_within, split_tagged};
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::{Event, Trace};
use loose::Loose;
pub(super) use turns::{ends_with_reply, messages_into, persons_words, tools_into};

/// One message.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireMessage {
    #[serde(default)]
    pub(super) role: Option<String>,
    #[serde(default)]
    pub(super) content: Blocks,
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning: Blocks,
    #[serde(default)]
    thinking: Blocks,
    #[serde(default)]
    reasoning_details: Blocks,
    #[serde(default)]
    tool_calls: Blocks,
    #[serde(default)]
    tool_call_id: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    pub(super) model: Option<String>,
}

/// Text, or a list of typed pieces, or nothing.
#[derive(Debug, Default)]
pub(super) struct Blocks(pub(super) Vec<Block>);

/// One typed piece of a message, or one item of a response. Kinds differ in which fields they fill.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Block {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) role: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    thinking: Blocks,
    #[serde(default)]
    reasoning: Option<String>,
    #[serde(default)]
    summary: Blocks,
    #[serde(default)]
    redacted: Option<bool>,
    #[serde(default)]
    signature: Option<String>,
    #[serde(default)]
    encrypted_content: Option<String>,
    #[serde(default)]
    pub(super) content: Blocks,
    #[serde(default)]
    id: Loose,
    #[serde(default)]
    call_id: Option<String>,
    #[serde(default)]
    tool_use_id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    input: Option<Box<serde_json::value::RawValue>>,
    #[serde(default)]
    arguments: Option<Box<serde_json::value::RawValue>>,
    #[serde(default)]
    function: Option<FunctionField>,
    #[serde(default)]
    output: Blocks,
    #[serde(default)]
    is_error: Option<bool>,
}

/// OpenAI nests a call's name and arguments; Inspect AI writes the name alone.
#[derive(Debug)]
enum FunctionField {
    Name(String),
    Nested { name: Option<String>, arguments: Option<String> },
}

impl<'de> Deserialize<'de> for Blocks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BlocksVisitor;
        impl<'de> Visitor<'de> for BlocksVisitor {
            type Value = Blocks;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("text, a list of parts, or null")
            }

            fn visit_unit<E>(self) -> Result<Blocks, E> {
                Ok(Blocks::default())
            }

            fn visit_none<E>(self) -> Result<Blocks, E> {
                Ok(Blocks::default())
            }

            fn visit_str<E>(self, text: &str) -> Result<Blocks, E> {
                Ok(Blocks(vec![Block { text: Some(text.to_owned()), ..Block::default() }]))
            }

            fn visit_string<E>(self, text: String) -> Result<Blocks, E> {
                Ok(Blocks(vec![Block { text: Some(text), ..Block::default() }]))
            }

            // A reason of a vendor's own (`reasoning: true`, a number): nothing to read, nothing to fail on.
            fn visit_bool<E>(self, _: bool) -> Result<Blocks, E> {
                Ok(Blocks::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Blocks, E> {
                Ok(Blocks::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Blocks, E> {
                Ok(Blocks::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Blocks, E> {
                Ok(Blocks::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Blocks, A::Error> {
                let mut blocks = Vec::new();
                while let Some(OneBlock(block)) = list.next_element()? {
                    blocks.extend(block);
                }
                Ok(Blocks(blocks))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Blocks, A::Error> {
                Block::deserialize(de::value::MapAccessDeserializer::new(map)).map(|block| Blocks(vec![block]))
            }
        }
        deserializer.deserialize_any(BlocksVisitor)
    }
}

/// An item of a list of parts: usually an object, sometimes bare text.
struct OneBlock(Option<Block>);

impl<'de> Deserialize<'de> for OneBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Blocks::deserialize(deserializer).map(|blocks| Self(blocks.0.into_iter().next()))
    }
}

impl<'de> Deserialize<'de> for FunctionField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FunctionVisitor;
        impl<'de> Visitor<'de> for FunctionVisitor {
            type Value = FunctionField;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a function's name, or its name and arguments")
            }

            fn visit_str<E>(self, name: &str) -> Result<FunctionField, E> {
                Ok(FunctionField::Name(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FunctionField, A::Error> {
                let (mut name, mut arguments) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "name" => name = map.next_value()?,
                        "arguments" => {
                            let raw: Box<serde_json::value::RawValue> = map.next_value()?;
                            arguments = Some(argument_text(&raw).map_err(A::Error::custom)?);
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(FunctionField::Nested { name, arguments })
            }
        }
        deserializer.deserialize_any(FunctionVisitor)
    }
}

/// Arguments as the model wrote them: text as it stands, an object as its JSON.
fn argument_text(raw: &serde_json::value::RawValue) -> Result<String, serde_json::Error> {
    if raw.get().starts_with('"') { serde_json::from_str(raw.get()) } else { Ok(raw.get().to_owned()) }
}

impl From<String> for Blocks {
    fn from(text: String) -> Self {
        Self(vec![Block { text: Some(text), ..Block::default() }])
    }
}

impl Blocks {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of all parts, joined by line breaks.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for block in &self.0 {
            let text = block.text.as_deref().or(block.refusal.as_deref()).unwrap_or_default();
            if !out.is_empty() && !text.is_empty() {
                out.push('\n');
            }
            out.push_str(text);
        }
        out
    }
}

/// Whether thinking that this model signs is its own text. Later models sign a summary of it.
fn signs_its_own_text(model: Option<&str>) -> bool {
    model.is_some_and(|model| model.contains("claude-3-7") || model.contains("claude-3.7"))
}

impl Block {
    /// What the block says, in the nouns of a conversation; `None` where it says nothing.
    fn into_part(self, model: Option<&str>) -> Option<Part> {
        let kind = self.kind.as_deref().unwrap_or(if self.function.is_some() { "function" } else { "text" });
        match kind {
            "text" | "input_text" | "output_text" | "summary_text" => {
                self.text.or(self.refusal).map(|text| Part::Text { text })
            }
            "refusal" => self.refusal.or(self.text).map(|text| Part::Text { text }),
            "thinking" => {
                let text = if self.thinking.is_empty() { self.text.unwrap_or_default() } else { self.thinking.text() };
                let signed = self.signature.is_some_and(|signature| !signature.is_empty());
                Some(Part::Reasoning(signed_reasoning(text, signed, model)))
            }
            "redacted_thinking" => Some(Part::Reasoning(redacted())),
            "reasoning" => Some(Part::Reasoning(self.into_reasoning(model))),
            "reasoning.text" => {
                let signed = self.signature.is_some_and(|signature| !signature.is_empty());
                Some(Part::Reasoning(signed_reasoning(self.text.unwrap_or_default(), signed, model)))
            }
            "reasoning.summary" => Some(Part::Reasoning(readable(self.summary.text(), Provenance::Summary))),
            "reasoning.encrypted" => Some(Part::Reasoning(redacted())),
            "tool_use" | "server_tool_use" | "function_call" | "custom_tool_call" | "function" | "tool_call" => {
                self.into_tool_call()
            }
            "tool_result" | "function_call_output" | "custom_tool_call_output" => {
                let id = self.tool_use_id.or(self.call_id).or_else(|| self.id.into_text()).unwrap_or_default();
                let content = if self.content.is_empty() { self.output.text() } else { self.content.text() };
                Some(Part::ToolResult { id, content, exit_code: None, is_error: self.is_error })
            }
            // Something that is not text stands there: it is named, not passed over.
            other => {
                Some(Part::Text { text: self.text.unwrap_or_else(|| format!("[{}]", crate::error::shown(other))) })
            }
        }
    }

    /// Inspect AI's and OpenAI's reasoning items share a name but no field.
    fn into_reasoning(self, model: Option<&str>) -> Reasoning {
        let signed = self.signature.is_some_and(|signature| !signature.is_empty());
        if let Some(text) = self.reasoning {
            if self.redacted != Some(true) {
                return signed_reasoning(text, signed, model);
            }
            let summary = self.summary.text();
            return if summary.trim().is_empty() { redacted() } else { readable(summary, Provenance::Summary) };
        }
        let own = self.content.text();
        if !own.trim().is_empty() {
            return Reasoning::raw(own);
        }
        let summary = self.summary.text();
        if !summary.trim().is_empty() {
            return readable(summary, Provenance::Summary);
        }
        // An item without any text says that there was reasoning and that it is not shown.
        if self.encrypted_content.is_some() || !self.id.is_nothing() { redacted() } else { Reasoning::absent() }
    }

    fn into_tool_call(self) -> Option<Part> {
        let (mut name, mut arguments) = (self.name, None);
        match self.function {
            Some(FunctionField::Name(text)) => name = name.or(Some(text)),
            Some(FunctionField::Nested { name: inner, arguments: text }) => {
                name = name.or(inner);
                arguments = text;
            }
            None => {}
        }
        let raw = self.arguments.or(self.input);
        let arguments = match (arguments, raw) {
            (Some(text), _) => text,
            (None, Some(raw)) => argument_text(&raw).ok()?,
            (None, None) => String::new(),
        };
        let id = self.call_id.or_else(|| self.id.into_text()).unwrap_or_default();
        Some(Part::ToolCall { id, name: name.unwrap_or_default(), arguments })
    }
}

pub(super) fn redacted() -> Reasoning {
    Reasoning { text: String::new(), provenance: Provenance::Redacted }
}

pub(super) fn readable(text: String, provenance: Provenance) -> Reasoning {
    if text.trim().is_empty() { Reasoning::absent() } else { Reasoning { text, provenance } }
}

pub(super) fn signed_reasoning(text: String, signed: bool, model: Option<&str>) -> Reasoning {
    match (text.trim().is_empty(), signed) {
        (true, true) => redacted(),
        (true, false) => Reasoning::absent(),
        (false, true) if !signs_its_own_text(model) => Reasoning { text, provenance: Provenance::Summary },
        (false, _) => Reasoning { text, provenance: Provenance::Raw },
    }
}

/// Reasoning that came in several pieces, as one. Of two provenances the one that says less for the text stands.
fn merged(pieces: Vec<Reasoning>) -> Option<Reasoning> {
    let mut pieces = pieces.into_iter();
    let mut all = pieces.next()?;
    for piece in pieces {
        match (all.provenance.is_readable(), piece.provenance.is_readable()) {
            (true, true) => {
                all.text.push_str("\n\n");
                all.text.push_str(&piece.text);
                if piece.provenance != Provenance::Raw {
                    all.provenance = piece.provenance;
                }
            }
            (false, true) => all = piece,
            (false, false) if piece.provenance == Provenance::Redacted => all = piece,
            _ => {}
        }
    }
    Some(all)
}

/// The role of a vendor's spelling; `None` for what is no role of a conversation.
pub(super) fn role(text: &str) -> Option<Role> {
    Some(match text {
        "system" | "developer" => Role::System,
        "user" | "human" => Role::User,
        "assistant" | "model" | "ai" | "gpt" => Role::Assistant,
        "tool" | "function" => Role::Tool,
        _ => return None,
    })
}

impl WireMessage {
    /// A message of a role with these parts and nothing beside them.
    pub(super) fn of(role: Option<&str>, content: Blocks) -> Self {
        Self { role: role.map(str::to_owned), content, ..Self::default() }
    }

    /// The message as a noun; reasoning from wherever the vendor puts it, once.
    pub(super) fn into_message(self, model: Option<&str>) -> Message {
        let role = self.role.as_deref().and_then(role).unwrap_or(Role::Assistant);
        let model = self.model.as_deref().or(model);
        let mut reasoning = Vec::new();
        let mut parts = Vec::new();
        for block in self.content.0 {
            match block.into_part(model) {
                Some(Part::Reasoning(piece)) => reasoning.push(piece),
                Some(part) => parts.push(part),
                None => {}
            }
        }
        let details: Vec<Reasoning> = self
            .reasoning_details
            .0
            .into_iter()
            .filter_map(|block| match block.into_part(model) {
                Some(Part::Reasoning(piece)) => Some(piece),
                _ => None,
            })
            .collect();
        if reasoning.is_empty() {
            let text = self.reasoning_content.filter(|text| !text.trim().is_empty());
            let text = text.unwrap_or_else(|| self.reasoning.text());
            let text = if text.trim().is_empty() { self.thinking.text() } else { text };
            match merged(details) {
                // The details say what kind of text the plain field repeats.
                Some(piece) if piece.provenance != Provenance::Absent => reasoning.push(piece),
                _ if !text.trim().is_empty() => reasoning.push(Reasoning::raw(text)),
                _ => {}
            }
        }
        if role == Role::Assistant {
            // Also where a field of its own holds one: what stands between tags is none of the text.
            cut_tags(&mut parts, &mut reasoning);
        }
        if let Some(text) = self.refusal.filter(|text| !text.is_empty()) {
            parts.push(Part::Text { text });
        }
        if role == Role::Tool && !parts.iter().any(|part| matches!(part, Part::ToolResult { .. })) {
            let content = Message { role, parts: std::mem::take(&mut parts) }.visible_text();
            let id = self.tool_call_id.unwrap_or_default();
            parts.push(Part::ToolResult { id, content, exit_code: None, is_error: None });
        }
        if let Some(reasoning) = merged(reasoning) {
            parts.insert(0, Part::Reasoning(reasoning));
        }
        parts.extend(self.tool_calls.0.into_iter().filter_map(Block::into_tool_call));
        Message { role, parts }
    }
}

/// A text without the reasoning between tags in it, and that reasoning.
pub(super) fn untagged(text: String) -> (Vec<Reasoning>, String) {
    let (mut parts, mut reasoning) = ([Part::Text { text }], Vec::new());
    cut_tags(&mut parts, &mut reasoning);
    let [Part::Text { text }] = parts else { return (reasoning, String::new()) };
    (reasoning, text)
}

/// Takes reasoning between tags out of the visible text.
fn cut_tags(parts: &mut [Part], reasoning: &mut Vec<Reasoning>) {
    if let Some(Part::Text { text }) = parts.first_mut() {
        let tagged = split_tagged(text);
        if tagged.answer.len() != text.len() {
            let cut = tagged.to_reasoning();
            // Some servers put the same chain into both places.
            if !reasoning.iter().any(|known| known.text.trim() == cut.text) {
                reasoning.push(cut);
            }
            *text = tagged.answer.to_owned();
        }
    }
    for part in parts {
        let Part::Text { text } = part else { continue };
        let (chains, rest) = cut_within(text);
        if !chains.is_empty() {
            reasoning.extend(chains);
            *text = rest;
        }
    }
}

/// Appends what an assistant's message says to a trace.
pub(super) fn reply_into(message: Message, finish: Option<Finish>, answer: Option<String>, trace: &mut Trace) {
    let mut text = String::new();
    let mut spoke = false;
    let first = trace.events.len();
    let mut calls = Vec::new();
    for part in message.parts {
        match part {
            Part::Text { text: more } => {
                if spoke {
                    text.push('\n');
                }
                spoke = true;
                text.push_str(&more);
            }
            Part::Reasoning(reasoning) => trace.events.push(Event::Reasoning(reasoning)),
            Part::ToolCall { id, name, arguments } => calls.push(Event::ToolCall { id, name, arguments }),
            Part::ToolResult { id, content, exit_code, is_error } => {
                calls.push(Event::ToolResult { id, content, exit_code, is_error });
            }
            // Only its vendor can read it, and importers make none.
            Part::Sealed { .. } => {}
        }
    }
    if finish == Some(Finish::Length) && text.trim().is_empty() {
        // The budget went into the chain: it was cut off, even where nothing marks its end.
        for event in &mut trace.events[first..] {
            if let Event::Reasoning(reasoning) = event
                && reasoning.provenance == Provenance::Raw
            {
                reasoning.provenance = Provenance::Truncated;
            }
        }
    }
    if spoke || calls.is_empty() || answer.is_some() {
        trace.events.push(Event::Output { text, answer, finish });
    }
    trace.events.extend(calls);
}

/// The tokens of two calls together. What one of them does not record is not known of their sum.
pub(super) fn added(left: Usage, right: Usage) -> Usage {
    let sum = |left: Option<u64>, right: Option<u64>| Some(left?.saturating_add(right?));
    Usage {
        input: sum(left.input, right.input),
        cached_input: sum(left.cached_input, right.cached_input),
        output: sum(left.output, right.output),
        reasoning: sum(left.reasoning, right.reasoning),
    }
}
