//! What was said, in the protocol's spelling and read from it. Not the settings of a call.

use serde_json::json;
use serde_json::value::RawValue;

use super::NAME;
use super::dialect::MessagesDialect;
use super::reading;
use crate::protocol::chat::failure::not_the_protocol;
use crate::protocol::json::{Object, as_text, raw, verbatim_object};
use crate::{Conversation, Error, Message, Part, Protocol, Provenance, Reasoning, Refusal, Role};

/// What becomes of thinking that no vendor signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// It is left out.
    Dropped,
    /// It is sent with an empty signature.
    Sent,
}

/// The system's words at the head of a conversation, and the messages after them.
///
/// # Errors
/// [`Refusal::Parameter`] where the arguments of a tool call are no JSON object.
pub(super) fn spell(
    conversation: &Conversation,
    unsigned: bool,
) -> Result<(Option<Box<RawValue>>, Vec<Object>), Refusal> {
    let unsigned = if unsigned { Unsigned::Sent } else { Unsigned::Dropped };
    let head = conversation.messages.iter().take_while(|message| message.role == Role::System).count();
    let (head, rest) = conversation.messages.split_at(head);
    let system: Vec<Box<RawValue>> = head.iter().flat_map(|message| texts(&message.parts)).collect();
    let mut messages: Vec<Object> = Vec::new();
    let mut results: Vec<Box<RawValue>> = Vec::new();
    for message in rest {
        // All results that one turn asked for have to stand in one message.
        results.extend(message.parts.iter().filter_map(result));
        let blocks = match message.role {
            Role::Tool => continue,
            Role::System | Role::User => texts(&message.parts),
            Role::Assistant => assistant(&message.parts, unsigned, refused)?,
        };
        if !results.is_empty() {
            messages.push(turn("user", &std::mem::take(&mut results)));
        }
        let role = match message.role {
            Role::Assistant if blocks.is_empty() => continue,
            Role::Assistant => "assistant",
            Role::System => "system",
            Role::User | Role::Tool if blocks.is_empty() && message.parts.iter().any(|part| result(part).is_some()) => {
                continue;
            }
            Role::User | Role::Tool => "user",
        };
        messages.push(turn(role, &blocks));
    }
    if !results.is_empty() {
        messages.push(turn("user", &results));
    }
    let system = (!system.is_empty()).then(|| content(&system));
    Ok((system, messages))
}

fn turn(role: &str, blocks: &[Box<RawValue>]) -> Object {
    let mut message = Object::of(json!({ "role": role }));
    message.put("content", &content(blocks));
    message
}

/// Blocks as a content: one text as it is, none as empty text.
fn content(blocks: &[Box<RawValue>]) -> Box<RawValue> {
    let only = match blocks {
        [] => Some(String::new()),
        [only] => Object::read(only.get()).filter(|block| block.kind() == "text").map(|block| block.words("text")),
        _ => None,
    };
    only.map_or_else(|| raw(blocks), |text| raw(&text))
}

fn texts(parts: &[Part]) -> Vec<Box<RawValue>> {
    parts.iter().filter_map(text).collect()
}

fn text(part: &Part) -> Option<Box<RawValue>> {
    match part {
        // The vendor refuses empty blocks.
        Part::Text { text } if !text.is_empty() => Some(raw(&json!({ "type": "text", "text": text }))),
        _ => None,
    }
}

fn result(part: &Part) -> Option<Box<RawValue>> {
    match part {
        Part::ToolResult { id, content, is_error, .. } => {
            let mut block = Object::of(json!({ "type": "tool_result", "tool_use_id": id, "content": content }));
            block.put_some("is_error", *is_error);
            Some(raw(&block))
        }
        _ => None,
    }
}

fn refused(name: &str, _: &str) -> Result<Box<RawValue>, Refusal> {
    Err(Refusal::Parameter(format!("the arguments of a call of tool `{name}` are no JSON object")))
}

/// The blocks of an assistant's message. A sealed block stands for the reasoning before it, and for itself byte for byte.
///
/// # Errors
/// Whatever `odd` makes of arguments that are no JSON object.
pub(super) fn assistant<E>(
    parts: &[Part],
    unsigned: Unsigned,
    odd: impl Fn(&str, &str) -> Result<Box<RawValue>, E>,
) -> Result<Vec<Box<RawValue>>, E> {
    let mut blocks = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let is_sealed = parts.get(place + 1).and_then(sealed).is_some();
        match part {
            Part::Text { .. } => blocks.extend(text(part)),
            Part::Sealed { .. } => blocks.extend(sealed(part)),
            Part::Reasoning(reasoning) if !is_sealed && unsigned == Unsigned::Sent => blocks.extend(thought(reasoning)),
            Part::ToolCall { id, name, arguments } => {
                let input = match verbatim_object(arguments) {
                    Some(input) => input,
                    None if arguments.trim().is_empty() => raw(&json!({})),
                    None => odd(name, arguments)?,
                };
                let mut block = Object::of(json!({ "type": "tool_use", "id": id, "name": name }));
                block.put("input", &input);
                blocks.push(raw(&block));
            }
            Part::Reasoning(_) | Part::ToolResult { .. } => {}
        }
    }
    Ok(blocks)
}

/// A sealed block of this protocol.
fn sealed(part: &Part) -> Option<Box<RawValue>> {
    match part {
        Part::Sealed { protocol: Protocol::Messages, json } => verbatim_object(json),
        _ => None,
    }
}

/// Reasoning that nobody sealed.
fn thought(reasoning: &Reasoning) -> Option<Box<RawValue>> {
    match (reasoning.readable(), reasoning.provenance) {
        (Some(text), _) => Some(raw(&json!({ "type": "thinking", "thinking": text, "signature": "" }))),
        (None, Provenance::Redacted) => Some(raw(&json!({ "type": "redacted_thinking", "data": "" }))),
        (None, _) => None,
    }
}

/// The system's words.
pub(super) fn system(asked: &Object) -> Option<Message> {
    let parts = text_parts(asked, "system");
    (!parts.is_empty()).then_some(Message { role: Role::System, parts })
}

/// A field that holds text or blocks, as parts. What is no text is named.
fn text_parts(object: &Object, field: &str) -> Vec<Part> {
    match object.text(field) {
        Some(text) if text.is_empty() => Vec::new(),
        Some(text) => vec![Part::Text { text }],
        None => object.objects(field).iter().map(text_part).collect(),
    }
}

fn text_part(block: &Object) -> Part {
    Part::Text { text: block.text("text").unwrap_or_else(|| format!("[{}]", block.kind().escape_debug())) }
}

/// One message as nouns: results of tools are messages of their own here.
///
/// # Errors
/// [`Error::Malformed`] where the role is unknown.
pub(super) fn hear(message: &Object) -> Result<Vec<Message>, Error> {
    let role = message.words("role");
    let role = match role.as_str() {
        "user" => Role::User,
        "system" => Role::System,
        "assistant" => Role::Assistant,
        _ => return Err(not_the_protocol(NAME, "role user, assistant or system", role.as_bytes())),
    };
    if role == Role::Assistant && message.text("content").is_none() {
        let parts = reading::blocks(MessagesDialect::COMPATIBLE, &message.objects("content"))?;
        return Ok(vec![Message { role, parts }]);
    }
    let blocks = message.objects("content");
    let (results, others): (Vec<&Object>, Vec<&Object>) =
        blocks.iter().partition(|block| block.kind() == "tool_result");
    let mut heard = Vec::new();
    if !results.is_empty() {
        let parts = results.into_iter().map(heard_result).collect();
        heard.push(Message { role: Role::Tool, parts });
    }
    if heard.is_empty() || !others.is_empty() {
        let parts = match message.text("content") {
            Some(_) => text_parts(message, "content"),
            None => others.into_iter().map(text_part).collect(),
        };
        heard.push(Message { role, parts });
    }
    Ok(heard)
}

fn heard_result(block: &Object) -> Part {
    let content = match block.raw("content") {
        Some(content) if content.get().starts_with('[') => {
            Message { role: Role::Tool, parts: text_parts(block, "content") }.visible_text()
        }
        Some(content) => as_text(content),
        None => String::new(),
    };
    Part::ToolResult { id: block.words("tool_use_id"), content, exit_code: None, is_error: block.flag("is_error") }
}
