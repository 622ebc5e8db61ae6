//! Replies in the protocol's spelling, whole and streamed: the side of a server. The spelling is OpenAI's, with raw reasoning in
//! `reasoning_content` and other reasoning in `reasoning_details`, where most clients look.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::said::{Fields, SealedCall, calls, content, fields, raw, raw_reasoning, seal, texts};
use crate::protocol::StreamEncoder;
use crate::{Delta, Finish, Part, Protocol, Provenance, Reasoning, Reply, Usage};

/// Spells a whole reply.
pub(super) fn encode(reply: &Reply) -> Vec<u8> {
    let parts = &reply.message.parts;
    let sealed = seal(parts);
    let mut message = fields(json!({ "role": "assistant" }));
    let own = raw_reasoning(parts);
    if !own.is_empty() {
        message.insert("reasoning_content".to_owned(), raw(&own));
    }
    let made: Vec<Box<RawValue>> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Reasoning(Reasoning { text, provenance }) => detail(text, *provenance),
            _ => None,
        })
        .map(|detail| raw(&detail))
        .collect();
    let details = if sealed.reasoning_details.is_empty() { made } else { sealed.reasoning_details };
    if !details.is_empty() {
        message.insert("reasoning_details".to_owned(), raw(&details));
    }
    let calls = calls(parts, &sealed.tool_calls);
    message.insert("content".to_owned(), content(&texts(parts), !calls.is_empty()));
    if !calls.is_empty() {
        message.insert("tool_calls".to_owned(), raw(&calls));
    }
    if let Some(extra) = sealed.extra_content {
        message.insert("extra_content".to_owned(), extra);
    }
    let mut choice = fields(json!({
        "index": 0, "finish_reason": reply.finish.as_ref().map(reason), "logprobs": null,
    }));
    choice.insert("message".to_owned(), raw(&message));
    let mut body = envelope("chat.completion", reply.id.as_deref(), reply.model.as_deref());
    body.insert("choices".to_owned(), raw(&[choice]));
    if let Some(usage) = counted(reply.usage) {
        body.insert("usage".to_owned(), raw(&usage));
    }
    raw(&body).get().as_bytes().to_vec()
}

/// A detail that says of reasoning what a plain field cannot.
fn detail(text: &str, provenance: Provenance) -> Option<Value> {
    match provenance {
        Provenance::Summary if !text.is_empty() => {
            Some(json!({ "type": "reasoning.summary", "summary": text, "index": 0 }))
        }
        Provenance::Redacted => Some(json!({ "type": "reasoning.encrypted", "data": "", "index": 0 })),
        _ => None,
    }
}

fn is_encrypted(detail: &RawValue) -> bool {
    let fields: Option<Value> = serde_json::from_str(detail.get()).ok();
    fields.is_some_and(|fields| fields.get("type") == Some(&Value::from("reasoning.encrypted")))
}

fn envelope(object: &str, id: Option<&str>, model: Option<&str>) -> Fields {
    // There is no clock here; clients want the field.
    fields(json!({
        "id": id.unwrap_or_default(), "object": object, "created": 0, "model": model.unwrap_or_default(),
    }))
}

fn reason(finish: &Finish) -> &str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::Filtered => "content_filter",
        Finish::Other(other) => other,
    }
}

/// The counts that are known; a total only where both of its halves are.
fn counted(usage: Usage) -> Option<Value> {
    let mut counted = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            counted.insert(name.to_owned(), value);
        }
    };
    put("prompt_tokens", usage.input.map(Value::from));
    put("completion_tokens", usage.output.map(Value::from));
    let total = usage.input.zip(usage.output).and_then(|(input, output)| input.checked_add(output));
    put("total_tokens", total.map(Value::from));
    put("prompt_tokens_details", usage.cached_input.map(|tokens| json!({ "cached_tokens": tokens })));
    put("completion_tokens_details", usage.reasoning.map(|tokens| json!({ "reasoning_tokens": tokens })));
    (!counted.is_empty()).then_some(Value::Object(counted))
}

/// Spells a reply as it is made.
#[derive(Debug, Default)]
pub(super) struct Streaming {
    id: Option<String>,
    model: Option<String>,
    usage: Usage,
    /// The blocks and identifiers of the tool calls, in the order of their numbers on the wire.
    calls: Vec<(u32, String)>,
    /// Reasoning text went out: sealed pieces that repeat it do not.
    reasoned: bool,
}

impl Streaming {
    fn chunk(&self, delta: &Fields, finish: Option<&Finish>) -> Vec<u8> {
        let mut choice = fields(json!({ "index": 0, "finish_reason": finish.map(reason), "logprobs": null }));
        choice.insert("delta".to_owned(), raw(delta));
        self.event(&[choice], None)
    }

    fn event(&self, choices: &[Fields], usage: Option<&Value>) -> Vec<u8> {
        let mut body = envelope("chat.completion.chunk", self.id.as_deref(), self.model.as_deref());
        body.insert("choices".to_owned(), raw(&choices));
        if let Some(usage) = usage {
            body.insert("usage".to_owned(), raw(usage));
        }
        format!("data: {}\n\n", raw(&body).get()).into_bytes()
    }

    fn sealed(&self, json: &str) -> Vec<u8> {
        let part = Part::Sealed { protocol: Protocol::ChatCompletions, json: json.to_owned() };
        let mut sealed = seal(std::slice::from_ref(&part));
        let mut delta = Fields::new();
        if self.reasoned {
            sealed.reasoning_details.retain(|detail| is_encrypted(detail));
        }
        if !sealed.reasoning_details.is_empty() {
            delta.insert("reasoning_details".to_owned(), raw(&sealed.reasoning_details));
        }
        if let Some(extra) = sealed.extra_content {
            delta.insert("extra_content".to_owned(), extra);
        }
        let numbered = |call: SealedCall| {
            let number = self.calls.iter().rposition(|(_, id)| *id == call.id)?;
            let mut spelled = fields(json!({ "index": number, "id": call.id }));
            spelled.insert("extra_content".to_owned(), call.extra_content?);
            Some(spelled)
        };
        let calls: Vec<Fields> = sealed.tool_calls.into_iter().filter_map(numbered).collect();
        if !calls.is_empty() {
            delta.insert("tool_calls".to_owned(), raw(&calls));
        }
        if delta.is_empty() { Vec::new() } else { self.chunk(&delta, None) }
    }
}

impl StreamEncoder for Streaming {
    fn push(&mut self, delta: &Delta) -> Vec<u8> {
        match delta {
            Delta::Begin { id, model } => {
                self.id.clone_from(id);
                self.model.clone_from(model);
                self.chunk(&fields(json!({ "role": "assistant", "content": "" })), None)
            }
            Delta::Reasoning { text, provenance, .. } => {
                self.reasoned |= !text.is_empty();
                match detail(text, *provenance) {
                    Some(detail) => self.chunk(&fields(json!({ "reasoning_details": [detail] })), None),
                    None if text.is_empty() || !provenance.is_readable() => Vec::new(),
                    None => self.chunk(&fields(json!({ "reasoning_content": text })), None),
                }
            }
            Delta::Sealed { protocol: Protocol::ChatCompletions, json, .. } => self.sealed(json),
            Delta::Sealed { .. } => Vec::new(),
            Delta::Text { text, .. } => self.chunk(&fields(json!({ "content": text })), None),
            Delta::ToolCall { block, id, name } => {
                self.calls.push((*block, id.clone()));
                let call = json!({
                    "index": self.calls.len() - 1, "id": id, "type": "function",
                    "function": { "name": name, "arguments": "" },
                });
                self.chunk(&fields(json!({ "tool_calls": [call] })), None)
            }
            Delta::Arguments { block, text } => {
                let Some(index) = self.calls.iter().rposition(|(held, _)| held == block) else { return Vec::new() };
                let call = json!({ "index": index, "function": { "arguments": text } });
                self.chunk(&fields(json!({ "tool_calls": [call] })), None)
            }
            Delta::Usage(usage) => {
                self.usage = self.usage.updated(*usage);
                Vec::new()
            }
            Delta::Finish(finish) => self.chunk(&Fields::new(), Some(finish)),
        }
    }

    fn end(&mut self) -> Vec<u8> {
        let mut bytes = match counted(self.usage) {
            Some(usage) => self.event(&[], Some(&usage)),
            None => Vec::new(),
        };
        bytes.extend_from_slice(b"data: [DONE]\n\n");
        bytes
    }
}
