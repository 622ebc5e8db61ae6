//! A chat message of Inspect AI: text or parts, reasoning with its provenance, tool calls. Attachments are resolved here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use candor_llm::{Message, Part, Provenance, Reasoning, Role, split_tagged};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Long strings that a log keeps apart, by their hash.
pub(super) type Attachments<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

#[derive(Debug, Deserialize)]
pub(super) struct Spoken<'a> {
    #[serde(borrow)]
    pub(super) role: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Content<'a>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Called<'a>>>,
    #[serde(borrow, default)]
    tool_call_id: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    #[serde(borrow)]
    Text(Cow<'a, str>),
    #[serde(borrow)]
    Parts(Vec<Piece<'a>>),
    Nothing(()),
}

impl Default for Content<'_> {
    fn default() -> Self {
        Self::Nothing(())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reasoning: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    summary: Option<Cow<'a, str>>,
    #[serde(default)]
    redacted: bool,
}

#[derive(Debug, Deserialize)]
struct Called<'a> {
    #[serde(borrow, default)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    function: Cow<'a, str>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

impl Spoken<'_> {
    /// As a message of ours. `None` for a role that is none.
    pub(super) fn to_message(&self, attachments: &Attachments<'_>) -> Option<Message> {
        let role = match self.role.as_ref() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" => Role::Tool,
            _ => return None,
        };
        let mut parts = Vec::new();
        match &self.content {
            Content::Text(text) => speak(&resolve(text, attachments), role, &mut parts),
            Content::Parts(pieces) => {
                let reasons = pieces.iter().any(|piece| piece.kind == "reasoning");
                for piece in pieces {
                    match piece.kind.as_ref() {
                        "reasoning" => parts.push(Part::Reasoning(piece.reasoning(attachments))),
                        "text" => {
                            let text = resolve(piece.text.as_deref().unwrap_or(""), attachments);
                            if reasons {
                                parts.push(Part::Text { text: text.into_owned() });
                            } else {
                                speak(&text, role, &mut parts);
                            }
                        }
                        // Pictures and sounds are no text; the message keeps its place without them.
                        _ => {}
                    }
                }
            }
            Content::Nothing(()) => {}
        }
        for call in self.tool_calls.iter().flatten() {
            parts.push(Part::ToolCall {
                id: call.id.clone().into_owned(),
                name: call.function.clone().into_owned(),
                arguments: call.arguments.map_or("", RawValue::get).to_owned(),
            });
        }
        if role == Role::Tool {
            let content = Message { role, parts }.visible_text();
            let id = self.tool_call_id.clone().unwrap_or_default().into_owned();
            parts = vec![Part::ToolResult { id, content, exit_code: None, is_error: None }];
        }
        Some(Message { role, parts })
    }
}

impl Piece<'_> {
    /// A redacted part holds the vendor's ciphertext, not a chain of thought; its summary, where there is one, can be read.
    fn reasoning(&self, attachments: &Attachments<'_>) -> Reasoning {
        let text = |text: &Option<Cow<'_, str>>| resolve(text.as_deref().unwrap_or(""), attachments).into_owned();
        let summary = text(&self.summary);
        if self.redacted {
            return if summary.trim().is_empty() {
                Reasoning { text: String::new(), provenance: Provenance::Redacted }
            } else {
                Reasoning { text: summary, provenance: Provenance::Summary }
            };
        }
        let raw = Reasoning::raw(text(&self.reasoning));
        if raw.provenance == Provenance::Absent && !summary.trim().is_empty() {
            return Reasoning { text: summary, provenance: Provenance::Summary };
        }
        raw
    }
}

/// Plain text; an assistant's may carry its reasoning between tags.
fn speak(text: &str, role: Role, parts: &mut Vec<Part>) {
    if role == Role::Assistant {
        let tagged = split_tagged(text);
        if tagged.provenance != Provenance::Absent {
            parts.push(Part::Reasoning(tagged.to_reasoning()));
        }
        parts.push(Part::Text { text: tagged.answer.to_owned() });
    } else {
        parts.push(Part::Text { text: text.to_owned() });
    }
}

/// The string itself, or what it stands for. An attachment that the log does not hold stays a reference: nothing is invented.
fn resolve<'t>(text: &'t str, attachments: &'t Attachments<'_>) -> Cow<'t, str> {
    match text.strip_prefix("attachment://").and_then(|hash| attachments.get(hash)) {
        Some(content) => Cow::Borrowed(content.as_ref()),
        None => Cow::Borrowed(text),
    }
}
