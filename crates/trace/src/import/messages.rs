//! Messages that came as JSON values, in the two spellings that tools around models use: the vendors' (`content`) and OpenTelemetry's (`parts`).
//! Not the vendors' calls themselves: those are read by `wire`.

use candor_llm::{Finish, Message, Part, Provenance, Reasoning, Role};
use serde_json::Value;

use super::wire::{self, Blocks, WireMessage};

/// Who said something, as far as that tells whether reasoning that is shown is the model's own text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Speaker<'s> {
    pub(super) provider: Option<&'s str>,
    pub(super) model: Option<&'s str>,
}

impl Speaker<'_> {
    /// Reasoning as a part says it. The part does not say whether it is a summary; these vendors show nothing else.
    fn reasoning(self, text: String) -> Reasoning {
        if text.trim().is_empty() {
            // A part without text says that there was reasoning and that it is not shown.
            return wire::redacted();
        }
        let provider = self.provider.unwrap_or_default();
        let model = self.model.unwrap_or_default();
        let summarised = matches!(provider, "openai" | "azure.ai.openai" | "anthropic")
            || provider.starts_with("gcp.")
            || model.contains("claude")
            || model.contains("gemini");
        let own = model.contains("claude-3-7") || model.contains("claude-3.7");
        let provenance = if summarised && !own { Provenance::Summary } else { Provenance::Raw };
        Reasoning { text, provenance }
    }
}

/// A value as text: a string as it stands, nothing as nothing, anything else as its JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

/// The JSON that a string holds, where it holds an object or a list; else the value itself.
pub(super) fn unfolded(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        value => value,
    }
}

/// What a model was given: a list of messages, one of them, an object that holds such a list, or text of the user.
pub(super) fn given(value: Value, speaker: Speaker<'_>) -> Vec<Message> {
    match unfolded(value) {
        Value::Null => Vec::new(),
        Value::Array(items) if items.iter().all(is_message) => items
            .into_iter()
            .filter_map(|item| message(item, Role::User, speaker))
            .map(|(message, _)| message)
            .collect(),
        Value::Object(mut object) if object.get("messages").is_some_and(Value::is_array) => {
            let system = object.remove("system").filter(|system| !system.is_null());
            let messages = object.remove("messages").unwrap_or_default();
            let mut all: Vec<Message> =
                system.map(|system| Message::text(Role::System, text(&system))).into_iter().collect();
            all.extend(given(messages, speaker));
            all
        }
        value if is_message(&value) => {
            message(value, Role::User, speaker).map(|(message, _)| message).into_iter().collect()
        }
        value => vec![Message::text(Role::User, text(&value))],
    }
}

/// What a model said: messages, choices that hold them, pieces of one, or text.
pub(super) fn said(value: Value, speaker: Speaker<'_>) -> Vec<(Message, Option<Finish>)> {
    match unfolded(value) {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::Array(items) if !items.is_empty() && items.iter().all(is_message) => {
            items.into_iter().filter_map(|item| message(item, Role::Assistant, speaker)).collect()
        }
        Value::Array(items)
            if !items.is_empty() && items.iter().all(|item| item.get("type").is_some_and(Value::is_string)) =>
        {
            let parts = Value::Array(items);
            match serde_json::from_value::<Blocks>(parts.clone()) {
                Ok(blocks) => vec![(WireMessage::of(Some("assistant"), blocks).into_message(speaker.model), None)],
                Err(_) => vec![plain(&parts)],
            }
        }
        Value::Object(mut object) if object.get("choices").is_some_and(Value::is_array) => {
            let Some(Value::Array(choices)) = object.remove("choices") else { return Vec::new() };
            choices
                .into_iter()
                .filter_map(|mut choice| {
                    let finish = choice.get("finish_reason").and_then(Value::as_str).map(Finish::from_foreign);
                    let inner = choice.get_mut("message").map(Value::take)?;
                    message(inner, Role::Assistant, speaker).map(|(message, own)| (message, own.or(finish)))
                })
                .collect()
        }
        value if is_message(&value) => message(value, Role::Assistant, speaker).into_iter().collect(),
        value => vec![plain(&value)],
    }
}

fn plain(value: &Value) -> (Message, Option<Finish>) {
    (WireMessage::of(Some("assistant"), text(value).into()).into_message(None), None)
}

fn is_message(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some_and(|value| !value.is_null());
    has("parts")
        || (value.get("role").is_some_and(Value::is_string)
            && (has("content") || has("tool_calls") || has("function_call")))
        || (has("content") && has("tool_calls"))
}

/// One message; `None` where it cannot be read as one.
fn message(value: Value, role: Role, speaker: Speaker<'_>) -> Option<(Message, Option<Finish>)> {
    let named = value.get("role").and_then(Value::as_str).and_then(wire::role);
    if !value.get("parts").is_some_and(Value::is_array) {
        let wire: WireMessage = serde_json::from_value(value).ok()?;
        let mut message = wire.into_message(speaker.model);
        message.role = named.unwrap_or(role);
        return Some((message, None));
    }
    let finish = value.get("finish_reason").and_then(Value::as_str).map(finished);
    let Value::Object(mut object) = value else { return None };
    let Some(Value::Array(parts)) = object.remove("parts") else { return None };
    let parts = parts.into_iter().map(|value| part(value, speaker)).collect();
    Some((Message { role: named.unwrap_or(role), parts }, finish))
}

/// One part, as OpenTelemetry spells it.
pub(super) fn part(mut value: Value, speaker: Speaker<'_>) -> Part {
    if value.is_string() {
        return Part::Text { text: text(&value) };
    }
    let mut take = |name: &str| value.get_mut(name).map(Value::take).filter(|value| !value.is_null());
    let kind = take("type").map_or_else(|| "text".to_owned(), |kind| text(&kind));
    let id = take("id").map(|id| text(&id)).unwrap_or_default();
    match kind.as_str() {
        "text" => {
            Part::Text { text: take("content").or(take("text")).map(|content| text(&content)).unwrap_or_default() }
        }
        "reasoning" => {
            Part::Reasoning(speaker.reasoning(take("content").map(|content| text(&content)).unwrap_or_default()))
        }
        "tool_call" => Part::ToolCall {
            id,
            name: take("name").map(|name| text(&name)).unwrap_or_default(),
            arguments: take("arguments").map(|arguments| text(&arguments)).unwrap_or_default(),
        },
        "tool_call_response" => {
            let content = take("response").or(take("result")).map(|response| text(&response)).unwrap_or_default();
            Part::ToolResult { id, content, exit_code: None, is_error: None }
        }
        // Something that is not text stands there: it is named, not passed over.
        other => Part::Text { text: format!("[{}]", crate::error::shown(other)) },
    }
}

/// OpenTelemetry's `tool_call` is what others call `tool_calls`.
pub(super) fn finished(reason: &str) -> Finish {
    if reason == "tool_call" { Finish::ToolCalls } else { Finish::from_foreign(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_message_is_read_in_every_spelling() {
        let spellings = [
            r#"[{"role":"user","content":"2+2?"}]"#,
            r#"[{"role":"user","content":[{"type":"text","text":"2+2?"}]}]"#,
            r#"[{"role":"user","parts":[{"type":"text","content":"2+2?"}]}]"#,
            r#"{"messages":[{"role":"user","content":"2+2?"}]}"#,
            r#"{"role":"user","content":"2+2?"}"#,
            r#""2+2?""#,
            r#""[{\"role\":\"user\",\"content\":\"2+2?\"}]""#,
        ];
        for text in spellings {
            let found = given(serde_json::from_str(text).unwrap(), Speaker::default());
            assert_eq!(found, [Message::text(Role::User, "2+2?")], "{text}");
        }
        let spellings = [
            r#"{"role":"assistant","content":"4"}"#,
            r#"{"choices":[{"message":{"role":"assistant","content":"4"}}]}"#,
            r#"[{"role":"assistant","parts":[{"type":"text","content":"4"}]}]"#,
            r#"[{"type":"text","text":"4"}]"#,
            r#""4""#,
            "4",
        ];
        for text in spellings {
            let found = said(serde_json::from_str(text).unwrap(), Speaker::default());
            assert_eq!(found, [(Message::text(Role::Assistant, "4"), None)], "{text}");
        }
        assert!(said(Value::Null, Speaker::default()).is_empty());
        assert_eq!(given(serde_json::json!({"q": 1}), Speaker::default()), [Message::text(Role::User, "{\"q\":1}")]);
    }

    #[test]
    fn what_reasoning_is_depends_on_who_shows_it() {
        let speaker =
            |provider: &'static str, model: &'static str| Speaker { provider: Some(provider), model: Some(model) };
        let cases = [
            (speaker("openai", "gpt-made-up"), "x", Provenance::Summary),
            (speaker("aws.bedrock", "anthropic.claude-9"), "x", Provenance::Summary),
            (speaker("anthropic", "claude-3-7-sonnet"), "x", Provenance::Raw),
            (speaker("deepseek", "r9"), "x", Provenance::Raw),
            (speaker("deepseek", "r9"), " ", Provenance::Redacted),
        ];
        for (speaker, text, provenance) in cases {
            assert_eq!(speaker.reasoning(text.to_owned()).provenance, provenance, "{speaker:?}");
        }
    }
}
