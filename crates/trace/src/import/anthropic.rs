//! Calls in the shape of Anthropic's messages: pairs of request and response, bare messages, lines of a batch result. Not the wire
//! itself: these are records of calls.

use candor_llm::Finish;

use super::calls::{self, Replies, Reply};
use super::reading::{Reading, Stop};
use super::records::Records;
use super::wire::WireMessage;
use super::wire::call::{Call, Inner};
use crate::Place;

/// Reads recorded calls.
#[derive(Debug, Default)]
pub(super) struct Anthropic;

impl Records for Anthropic {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        calls::record(bytes, place, reading, &replies)
    }

    fn fork(&self) -> Option<Box<dyn Records + Send + '_>> {
        Some(Box::new(Self))
    }
}

/// A message has content, and says why it ended or that it is one.
fn is_reply(call: &Call) -> bool {
    let is_message = matches!(call.kind.get(), Some(crate::mapping::Scalar::Text(text)) if text == "message");
    is_message || (!call.content.is_empty() && call.stop_reason.is_some())
}

fn replies(call: &mut Call) -> Result<Option<Replies>, String> {
    if is_reply(call) {
        return Ok(Some(read(call)));
    }
    match calls::innermost(call, &is_reply)? {
        None => Ok(None),
        Some(Inner::Call(mut inner)) => Ok(Some(read(&mut inner))),
        Some(Inner::Text(text)) => {
            let wire = WireMessage::of(Some("assistant"), text.into());
            let reply = Reply { message: wire.into_message(call.model.as_deref()), finish: None };
            Ok(Some(Replies { replies: vec![reply], model: None, usage: None, at: call.created.clone() }))
        }
    }
}

fn read(call: &mut Call) -> Replies {
    let model = call.model.take();
    let wire = WireMessage::of(Some("assistant"), std::mem::take(&mut call.content));
    let message = wire.into_message(model.as_deref());
    let finish = call.stop_reason.take().map(|text| Finish::from_foreign(&text));
    let usage = call.usage.take();
    let at = std::mem::take(&mut call.created);
    Replies { replies: vec![Reply { message, finish }], model, usage, at }
}
