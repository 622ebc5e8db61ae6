//! Calls in the shape of OpenAI's chat completions and responses, and of the many servers that speak it: pairs of request and response,
//! bare responses, lines of a batch output, lists of messages. Not the wire itself: these are records of calls.

use candor_llm::{Finish, Message, Part, Role};

use super::calls::{self, Replies, Reply};
use super::reading::{Reading, Stop};
use super::records::Records;
use super::wire::call::{Call, Inner};
use super::wire::{Blocks, WireMessage};
use crate::Place;

/// Reads recorded calls.
#[derive(Debug, Default)]
pub(super) struct OpenAi;

impl Records for OpenAi {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        calls::record(bytes, place, reading, &replies)
    }

    fn fork(&self) -> Option<Box<dyn Records + Send + '_>> {
        Some(Box::new(Self))
    }
}

fn is_reply(call: &Call) -> bool {
    call.choices.is_some() || is_responses(call)
}

/// The `responses` form: a list of items under `output`.
fn is_responses(call: &Call) -> bool {
    call.object.as_deref() == Some("response") || (!call.output.is_empty() && !call.status.is_nothing())
}

fn replies(call: &mut Call) -> Result<Option<Replies>, String> {
    if is_reply(call) {
        return read(call).map(Some);
    }
    match calls::innermost(call, &is_reply)? {
        None => Ok(None),
        Some(Inner::Call(mut inner)) => read(&mut inner).map(Some),
        Some(Inner::Text(text)) => {
            let wire = WireMessage::of(Some("assistant"), text.into());
            let reply = Reply { message: wire.into_message(call.model.as_deref()), finish: None };
            Ok(Some(Replies { replies: vec![reply], model: None, usage: None, at: call.created.clone() }))
        }
    }
}

fn read(call: &mut Call) -> Result<Replies, String> {
    if let Some(failure) = call.error.0.take() {
        return Err(format!("the call failed: {failure}"));
    }
    let model = call.model.take();
    let at = std::mem::take(&mut call.created).or(std::mem::take(&mut call.created_at));
    let usage = call.usage.take();
    let replies = match call.choices.take() {
        Some(choices) => {
            let mut replies = Vec::with_capacity(choices.len());
            for choice in choices {
                let wire = match choice.message {
                    Some(message) => message,
                    None => WireMessage::of(None, choice.text.unwrap_or_default().into()),
                };
                let finish = choice.finish_reason.or_else(|| choice.stop_reason.into_text());
                replies.push(Reply {
                    message: wire.into_message(model.as_deref()),
                    finish: finish.map(|text| Finish::from_foreign(&text)),
                });
            }
            replies
        }
        None => vec![responses(call, model.as_deref())],
    };
    Ok(Replies { replies, model, usage, at })
}

/// The items of a response, as one reply.
fn responses(call: &mut Call, model: Option<&str>) -> Reply {
    let mut content = Vec::new();
    for mut item in std::mem::take(&mut call.output).0 {
        if item.kind.as_deref() == Some("message") {
            content.extend(std::mem::take(&mut item.content).0);
        } else {
            content.push(item);
        }
    }
    let wire = WireMessage::of(None, Blocks(content));
    let mut message = wire.into_message(model);
    message.role = Role::Assistant;
    let reason = call.incomplete_details.take().and_then(|details| details.reason);
    let finish = match (reason, std::mem::take(&mut call.status).into_text()) {
        (Some(reason), _) => Some(Finish::from_foreign(&reason)),
        (None, Some(_)) if has_calls(&message) => Some(Finish::ToolCalls),
        (None, status) => status.map(|status| Finish::from_foreign(&status)),
    };
    Reply { message, finish }
}

fn has_calls(message: &Message) -> bool {
    message.parts.iter().any(|part| matches!(part, Part::ToolCall { .. }))
}
