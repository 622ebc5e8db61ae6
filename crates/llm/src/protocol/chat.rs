//! OpenAI Chat Completions: the codec and what vendors differ in.
//!
//! Whole replies and streams go through the same reading, so that both give the same reply. Reasoning is read wherever vendors put it: in
//! `reasoning_content`, `reasoning`, `thinking`, `reasoning_details`, in parts of type `thinking`, and between tags; where one of
//! them repeats another it is read once. What only the vendor can read is kept as a sealed piece: the fields of the message that it
//! came from, byte for byte. Tokens of several choices are counted together by vendors and stand with the first.

mod call;
mod choice;
mod continuing;
mod details;
mod dialect;
mod effort;
pub(super) mod failure;
mod reply;
mod said;
mod served;
mod stream;
mod wire;

pub use dialect::{ChatDialect, Continuing, EffortDials, Fixed, InBand, Knob, Replay, Setting};

use super::{Codec, Encoded, Protocol, StreamDecoder, StreamEncoder};
use crate::{Call, Dialect, Error, Provider, Reply};

/// The codec of OpenAI Chat Completions and what is compatible with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChatCompletions;

impl Codec for ChatCompletions {
    fn protocol(&self) -> Protocol {
        Protocol::ChatCompletions
    }

    fn encode_call(&self, provider: &Provider, call: &Call, stream: bool) -> Result<Encoded, Error> {
        call::encode(&dialect_of(provider)?, call, stream)
            .map_err(|refusal| Error::Refused { provider: provider.name.to_string(), refusal })
    }

    fn decode_call(&self, body: &[u8]) -> Result<(Call, bool), Error> {
        call::decode(body)
    }

    fn decode_reply(&self, provider: &Provider, body: &[u8]) -> Result<Vec<Reply>, Error> {
        reply::decode(dialect_of(provider)?, body)
    }

    fn encode_reply(&self, reply: &Reply) -> Vec<u8> {
        served::encode(reply)
    }

    fn decode_error(&self, status: u16, headers: &[(String, String)], body: &[u8]) -> Error {
        failure::of_body(status, headers, body)
    }

    /// A provider of another protocol is read as one of which nothing is known.
    fn decode_stream(&self, provider: &Provider) -> Box<dyn StreamDecoder> {
        Box::new(stream::stream(dialect_of(provider).unwrap_or_default()))
    }

    fn encode_stream(&self) -> Box<dyn StreamEncoder> {
        Box::new(served::Streaming::default())
    }
}

fn dialect_of(provider: &Provider) -> Result<ChatDialect, Error> {
    match provider.dialect {
        Dialect::Chat(dialect) => Ok(dialect),
        Dialect::Responses(_) | Dialect::Messages(_) => {
            Err(Error::Configured { what: format!("provider `{}` does not speak Chat Completions", provider.name) })
        }
    }
}
