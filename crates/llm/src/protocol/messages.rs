//! Anthropic Messages: the codec and what models and vendors differ in.
//!
//! Whole replies and streams go through the same reading, so that both give the same reply. Thinking that a vendor signed is kept as a
//! sealed piece and goes back unmodified, in its place; its text is a summary unless the model is one that shows its own.

mod call;
mod dialect;
mod reading;
mod said;
mod served;
mod settings;

pub use dialect::{MessagesDialect, MessagesModel, OffSwitch, SamplingRule, Takes};

use super::chat::failure::of_body;
use super::events::{stream, whole};
use super::{Codec, Encoded, Protocol, StreamDecoder, StreamEncoder};
use crate::{Call, Dialect, Error, Provider, Reply};

/// The protocol's name in messages.
const NAME: &str = "messages";

/// The codec of Anthropic Messages and what is compatible with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Messages;

impl Codec for Messages {
    fn protocol(&self) -> Protocol {
        Protocol::Messages
    }

    fn encode_call(&self, provider: &Provider, call: &Call, stream: bool) -> Result<Encoded, Error> {
        call::encode(&dialect_of(provider)?, call, stream)
            .map_err(|refusal| Error::Refused { provider: provider.name.to_string(), refusal })
    }

    fn decode_call(&self, body: &[u8]) -> Result<(Call, bool), Error> {
        call::decode(body)
    }

    fn decode_reply(&self, provider: &Provider, body: &[u8]) -> Result<Vec<Reply>, Error> {
        whole(reading::Message::new(dialect_of(provider)?), body).map(|reply| vec![reply])
    }

    fn encode_reply(&self, reply: &Reply) -> Vec<u8> {
        served::encode(reply)
    }

    fn decode_error(&self, status: u16, headers: &[(String, String)], body: &[u8]) -> Error {
        of_body(status, headers, body)
    }

    /// A provider of another protocol is read as one of which nothing is known.
    fn decode_stream(&self, provider: &Provider) -> Box<dyn StreamDecoder> {
        Box::new(stream(reading::Message::new(dialect_of(provider).unwrap_or_default())))
    }

    fn encode_stream(&self) -> Box<dyn StreamEncoder> {
        Box::new(served::Streaming::default())
    }
}

fn dialect_of(provider: &Provider) -> Result<MessagesDialect, Error> {
    match provider.dialect {
        Dialect::Messages(dialect) => Ok(dialect),
        Dialect::Chat(_) | Dialect::Responses(_) => {
            Err(Error::Configured { what: format!("provider `{}` does not speak Messages", provider.name) })
        }
    }
}
