//! What was said, as items of the protocol and read from them. Not the settings of a call.

use serde_json::json;
use serde_json::value::RawValue;

use super::NAME;
use super::dialect::ResponsesDialect;
use super::reading::{parts, text_of};
use crate::protocol::chat::failure::not_the_protocol;
use crate::protocol::json::{Object, as_text, raw, verbatim_object};
use crate::{Conversation, Error, Message, Part, Protocol, Provenance, Reasoning, Role};

/// The instructions at the head of a conversation, and the items after them.
pub(super) fn spell(conversation: &Conversation) -> (Option<String>, Vec<Box<RawValue>>) {
    let mut rest = conversation.messages.as_slice();
    let mut instructions = None;
    if let [Message { role: Role::System, parts }, others @ ..] = rest
        && let [Part::Text { text }] = parts.as_slice()
        && !text.is_empty()
    {
        instructions = Some(text.clone());
        rest = others;
    }
    let mut items = Vec::new();
    for message in rest {
        items.extend(message.parts.iter().filter_map(result));
        let role = match message.role {
            Role::Assistant => {
                items.extend(assistant(&message.parts, |_| None));
                continue;
            }
            Role::System => "system",
            Role::User | Role::Tool => "user",
        };
        let texts: Vec<&str> = message.parts.iter().filter_map(text).collect();
        let content = match texts.as_slice() {
            [] if message.parts.iter().any(|part| matches!(part, Part::ToolResult { .. })) => continue,
            [] => raw(""),
            [only] => raw(only),
            several => {
                let part = |text: &&str| json!({ "type": "input_text", "text": text });
                raw(&several.iter().map(part).collect::<Vec<_>>())
            }
        };
        let mut item = Object::of(json!({ "type": "message", "role": role }));
        item.put("content", &content);
        items.push(raw(&item));
    }
    (instructions, items)
}

fn text(part: &Part) -> Option<&str> {
    match part {
        Part::Text { text } if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn result(part: &Part) -> Option<Box<RawValue>> {
    match part {
        // The protocol has no word for a call that failed: the result says it.
        Part::ToolResult { id, content, .. } => {
            Some(raw(&json!({ "type": "function_call_output", "call_id": id, "output": content })))
        }
        _ => None,
    }
}

/// The items of an assistant's message. A sealed item stands for what comes before it, and for itself byte for byte; reasoning that is not
/// sealed is what `unsealed` makes of it.
pub(super) fn assistant(parts: &[Part], unsealed: impl Fn(&Reasoning) -> Option<Object>) -> Vec<Box<RawValue>> {
    let mut items = Vec::new();
    let mut texts: Vec<&str> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Text { .. } => texts.extend(text(part)),
            Part::Reasoning(reasoning) => {
                let is_sealed = parts.get(place + 1).and_then(sealed).is_some();
                if let Some(item) = unsealed(reasoning).filter(|_| !is_sealed) {
                    flush(&mut texts, &mut items);
                    items.push(raw(&item));
                }
            }
            Part::ToolCall { id, name, arguments } => {
                flush(&mut texts, &mut items);
                items.push(raw(&call(id, name, arguments)));
            }
            Part::Sealed { .. } => {
                if let Some(sealed) = sealed(part) {
                    texts.truncate(texts.len().saturating_sub(stands_for(&sealed)));
                    flush(&mut texts, &mut items);
                    items.push(sealed);
                }
            }
            Part::ToolResult { .. } => {}
        }
    }
    flush(&mut texts, &mut items);
    items
}

fn flush(texts: &mut Vec<&str>, items: &mut Vec<Box<RawValue>>) {
    if !texts.is_empty() {
        items.push(raw(&message(texts)));
        texts.clear();
    }
}

/// A message of the assistant.
pub(super) fn message(texts: &[&str]) -> Object {
    let part = |text: &&str| json!({ "type": "output_text", "text": text, "annotations": [] });
    Object::of(json!({
        "type": "message", "role": "assistant", "status": "completed",
        "content": texts.iter().map(part).collect::<Vec<_>>(),
    }))
}

/// A call of a tool.
pub(super) fn call(id: &str, name: &str, arguments: &str) -> Object {
    Object::of(json!({
        "type": "function_call", "call_id": id, "name": name, "arguments": arguments, "status": "completed",
    }))
}

/// Reasoning that nobody sealed, as a client of a server reads it.
pub(super) fn thought(reasoning: &Reasoning) -> Option<Object> {
    let item = match (reasoning.readable(), reasoning.provenance) {
        (Some(text), Provenance::Summary) => {
            json!({ "type": "reasoning", "summary": [{ "type": "summary_text", "text": text }] })
        }
        (Some(text), _) => json!({
            "type": "reasoning", "summary": [], "content": [{ "type": "reasoning_text", "text": text }],
        }),
        (None, Provenance::Redacted) => json!({ "type": "reasoning", "summary": [], "encrypted_content": "" }),
        (None, _) => return None,
    };
    Some(Object::of(item))
}

/// A sealed item of this protocol.
fn sealed(part: &Part) -> Option<Box<RawValue>> {
    match part {
        Part::Sealed { protocol: Protocol::Responses, json } => verbatim_object(json),
        _ => None,
    }
}

/// For how many texts a sealed item stands.
fn stands_for(sealed: &RawValue) -> usize {
    let item = Object::read(sealed.get()).unwrap_or_default();
    if item.kind() != "message" {
        return 0;
    }
    match item.named("content") {
        Some(_) => 1,
        None => item.objects("content").iter().filter_map(text_of).filter(|text| !text.is_empty()).count(),
    }
}

/// Items as messages: what the assistant said in a row is one, and so are the results of its calls.
///
/// # Errors
/// [`Error::Malformed`] where a role is unknown.
pub(super) fn hear(items: &[Box<RawValue>]) -> Result<Vec<Message>, Error> {
    let mut messages: Vec<Message> = Vec::new();
    let mut spoken: Vec<Box<RawValue>> = Vec::new();
    for json in items {
        let Some(mut item) = Object::read(json.get()) else { continue };
        if item.kind().is_empty() && item.text("role").is_some() {
            item.put("type", "message");
        }
        let kind = item.kind();
        let role = (kind == "message").then(|| item.words("role"));
        if matches!(kind.as_str(), "reasoning" | "function_call") || role.as_deref() == Some("assistant") {
            spoken.push(raw_item(&item, json));
            continue;
        }
        let role = match (kind.as_str(), role.as_deref()) {
            ("function_call_output", _) => Role::Tool,
            (_, Some("user")) => Role::User,
            (_, Some("system" | "developer")) => Role::System,
            (_, Some(role)) => {
                return Err(not_the_protocol(NAME, "role user, assistant, system or developer", role.as_bytes()));
            }
            (_, None) => continue,
        };
        said(&mut spoken, &mut messages)?;
        match messages.last_mut() {
            Some(last) if role == Role::Tool && last.role == Role::Tool => last.parts.push(heard_result(&item)),
            _ if role == Role::Tool => messages.push(Message { role, parts: vec![heard_result(&item)] }),
            _ => messages.push(Message { role, parts: text_parts(&item, "content") }),
        }
    }
    said(&mut spoken, &mut messages)?;
    Ok(messages)
}

/// The item as it stood, unless its type had to be added.
fn raw_item(item: &Object, json: &RawValue) -> Box<RawValue> {
    if json.get().contains("\"type\"") { json.to_owned() } else { raw(item) }
}

fn said(spoken: &mut Vec<Box<RawValue>>, messages: &mut Vec<Message>) -> Result<(), Error> {
    if !spoken.is_empty() {
        let parts = parts(ResponsesDialect::COMPATIBLE, spoken)?;
        messages.push(Message { role: Role::Assistant, parts });
        spoken.clear();
    }
    Ok(())
}

fn heard_result(item: &Object) -> Part {
    let content = match item.raw("output") {
        Some(output) if output.get().starts_with('[') => {
            Message { role: Role::Tool, parts: text_parts(item, "output") }.visible_text()
        }
        Some(output) => as_text(output),
        None => String::new(),
    };
    Part::ToolResult { id: item.words("call_id"), content, exit_code: None, is_error: None }
}

/// A field that holds text or parts, as parts. What is no text is named.
fn text_parts(item: &Object, field: &str) -> Vec<Part> {
    match item.text(field) {
        Some(text) if text.is_empty() => Vec::new(),
        Some(text) => vec![Part::Text { text }],
        None => {
            let text = |part: &Object| text_of(part).unwrap_or_else(|| format!("[{}]", part.kind().escape_debug()));
            item.objects(field).iter().map(|part| Part::Text { text: text(part) }).collect()
        }
    }
}
