//! Whole replies in the protocol's spelling: the side of a server. Streams are in `streaming`.

use serde_json::json;
use serde_json::value::RawValue;

use super::said::{assistant, thought};
use crate::protocol::json::Object;
use crate::{Finish, Reply, Usage};

/// Spells a whole reply.
pub(super) fn encode(reply: &Reply) -> Vec<u8> {
    let items = assistant(&reply.message.parts, thought);
    let body =
        response(reply.id.as_deref(), reply.model.as_deref(), &items, Some(ended(reply.finish.as_ref())), reply.usage);
    body.json().into_bytes()
}

/// How a reply ended: its status, and the reason where it is incomplete.
pub(super) type Ended = (&'static str, Option<String>);

/// How that is said here. Whether a tool was called the items say.
pub(super) fn ended(finish: Option<&Finish>) -> Ended {
    match finish {
        None | Some(Finish::Stop | Finish::ToolCalls) => ("completed", None),
        Some(Finish::Length) => ("incomplete", Some("max_output_tokens".to_owned())),
        Some(Finish::Filtered) => ("incomplete", Some("content_filter".to_owned())),
        Some(Finish::Other(other)) => ("incomplete", Some(other.clone())),
    }
}

/// The response, done or in the making.
pub(super) fn response(
    id: Option<&str>,
    model: Option<&str>,
    items: &[Box<RawValue>],
    ended: Option<Ended>,
    usage: Usage,
) -> Object {
    let (status, reason) = ended.unwrap_or(("in_progress", None));
    let mut response = Object::of(json!({
        "id": id.unwrap_or_default(), "object": "response", "model": model.unwrap_or_default(), "status": status,
        // There is no clock here; clients want the field.
        "created_at": 0, "error": null, "incomplete_details": reason.map(|reason| json!({ "reason": reason })),
    }));
    response.put("output", items);
    response.put_some("usage", counted(usage));
    response
}

/// The counts that are known; a total only where both of its halves are.
fn counted(usage: Usage) -> Option<Object> {
    let mut counted = Object::default();
    counted.put_some("input_tokens", usage.input);
    counted.put_some("output_tokens", usage.output);
    let total = usage.input.zip(usage.output).and_then(|(input, output)| input.checked_add(output));
    counted.put_some("total_tokens", total);
    counted.put_some("input_tokens_details", usage.cached_input.map(|tokens| json!({ "cached_tokens": tokens })));
    counted.put_some("output_tokens_details", usage.reasoning.map(|tokens| json!({ "reasoning_tokens": tokens })));
    (!counted.is_empty()).then_some(counted)
}
