//! Messages in the protocol's spelling. Not the settings of a call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::dialect::Replay;
use super::wire::{each, verbatim};
use crate::{Message, Part, Protocol, Provenance, Role};

/// An object whose values stand as they will travel.
pub(super) type Fields = BTreeMap<String, Box<RawValue>>;

/// A value as it will travel.
pub(super) fn raw(value: &impl Serialize) -> Box<RawValue> {
    // Only maps without text keys fail, and there are none here.
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// What a sealed piece of this protocol holds: the fields of the message that it came from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Seal {
    #[serde(default, deserialize_with = "each")]
    pub(super) reasoning_details: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "verbatim")]
    pub(super) extra_content: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "each")]
    pub(super) tool_calls: Vec<SealedCall>,
}

/// What belongs to one tool call.
#[derive(Debug, Deserialize)]
pub(super) struct SealedCall {
    pub(super) id: String,
    #[serde(default, deserialize_with = "verbatim")]
    pub(super) extra_content: Option<Box<RawValue>>,
}

/// The sealed pieces of this protocol in a message, as one.
pub(super) fn seal(parts: &[Part]) -> Seal {
    let mut all = Seal::default();
    for part in parts {
        if let Part::Sealed { protocol: Protocol::ChatCompletions, json } = part
            && let Ok(one) = serde_json::from_str::<Seal>(json)
        {
            all.reasoning_details.extend(one.reasoning_details);
            all.extra_content = one.extra_content.or(all.extra_content);
            all.tool_calls.extend(one.tool_calls);
        }
    }
    all
}

/// The reasoning that the model produced itself; a summary is not.
pub(super) fn raw_reasoning(parts: &[Part]) -> String {
    let own = parts.iter().filter_map(|part| match part {
        Part::Reasoning(reasoning) if matches!(reasoning.provenance, Provenance::Raw | Provenance::Truncated) => {
            Some(reasoning.text.as_str())
        }
        _ => None,
    });
    own.collect::<Vec<_>>().join("\n\n")
}

/// One message of ours as the messages of the protocol: each result of a tool is a message of its own there.
pub(super) fn messages(message: &Message, replay: Replay, tools: bool) -> Vec<Fields> {
    let mut all = Vec::new();
    for part in &message.parts {
        if let Part::ToolResult { id, content, .. } = part {
            all.push(fields(json!({ "role": "tool", "tool_call_id": id, "content": content })));
        }
    }
    let others = message.parts.iter().any(|part| !matches!(part, Part::ToolResult { .. }));
    if !others && !all.is_empty() {
        return all;
    }
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => {
            let content = message.visible_text();
            all.push(fields(json!({ "role": "tool", "tool_call_id": "", "content": content })));
            return all;
        }
    };
    let mut spoken = fields(json!({ "role": role }));
    let mut texts = texts(&message.parts);
    if message.role == Role::Assistant {
        let seal = seal(&message.parts);
        let own = raw_reasoning(&message.parts);
        let extra = replay == Replay::Extra;
        match replay {
            Replay::Field(field) if !own.is_empty() => drop(spoken.insert(field.to_owned(), raw(&own))),
            Replay::WithTools(field) if tools => drop(spoken.insert(field.to_owned(), raw(&own))),
            Replay::Details if !seal.reasoning_details.is_empty() => {
                spoken.insert("reasoning_details".to_owned(), raw(&seal.reasoning_details));
            }
            Replay::Details if !own.is_empty() => drop(spoken.insert("reasoning".to_owned(), raw(&own))),
            Replay::Parts if !own.is_empty() => texts.insert(0, thinking(&own, None)),
            _ => {}
        }
        let calls = calls(&message.parts, if extra { &seal.tool_calls } else { &[] });
        if !calls.is_empty() {
            spoken.insert("tool_calls".to_owned(), raw(&calls));
        }
        if let Some(content) = seal.extra_content.filter(|_| extra) {
            spoken.insert("extra_content".to_owned(), content);
        }
    }
    let nothing = spoken.contains_key("tool_calls");
    spoken.insert("content".to_owned(), content(&texts, nothing));
    all.push(spoken);
    all
}

/// The text parts, each as a part of the protocol.
pub(super) fn texts(parts: &[Part]) -> Vec<Value> {
    let text = |part: &Part| match part {
        Part::Text { text } => Some(json!({ "type": "text", "text": text })),
        _ => None,
    };
    parts.iter().filter_map(text).collect()
}

/// A part of type `thinking`.
pub(super) fn thinking(text: &str, closed: Option<bool>) -> Value {
    let mut part = json!({ "type": "thinking", "thinking": [{ "type": "text", "text": text }] });
    if let (Some(closed), Value::Object(fields)) = (closed, &mut part) {
        fields.insert("closed".to_owned(), closed.into());
    }
    part
}

/// Parts as a content: one text as it is, several parts as a list, none as null where something else was said and as empty text elsewhere.
pub(super) fn content(parts: &[Value], spoke: bool) -> Box<RawValue> {
    match parts {
        [] if spoke => raw(&Value::Null),
        [] => raw(&""),
        [only] if only.get("type") == Some(&Value::from("text")) => raw(&only.get("text")),
        several => raw(&several),
    }
}

/// The tool calls of a message.
pub(super) fn calls(parts: &[Part], sealed: &[SealedCall]) -> Vec<Fields> {
    let call = |part: &Part| match part {
        Part::ToolCall { id, name, arguments } => {
            let mut call = fields(json!({
                "id": id, "type": "function", "function": { "name": name, "arguments": arguments },
            }));
            let extra = sealed.iter().find(|sealed| sealed.id == *id).and_then(|sealed| sealed.extra_content.clone());
            if let Some(extra) = extra {
                call.insert("extra_content".to_owned(), extra);
            }
            Some(call)
        }
        _ => None,
    };
    parts.iter().filter_map(call).collect()
}

/// The fields of an object.
pub(super) fn fields(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, raw(&value))).collect(),
        _ => Fields::new(),
    }
}
