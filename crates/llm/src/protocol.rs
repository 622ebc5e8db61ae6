//! The wire protocols, in both directions, without sockets: what a call looks like in a vendor's spelling, and what a vendor's bytes mean.

use serde::{Deserialize, Serialize};

use crate::{Call, Delta, Error, Provider, Reply};

pub mod chat;
mod events;
mod frame;
mod json;
pub mod messages;
pub mod responses;

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// OpenAI Chat Completions, and whatever is compatible with it.
    ChatCompletions,
    /// OpenAI Responses.
    Responses,
    /// Anthropic Messages.
    Messages,
}

/// The codec of a protocol.
#[must_use]
pub fn codec(protocol: Protocol) -> &'static dyn Codec {
    match protocol {
        Protocol::ChatCompletions => &chat::ChatCompletions,
        Protocol::Responses => &responses::Responses,
        Protocol::Messages => &messages::Messages,
    }
}

/// A call in a vendor's spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The path below the provider's base URL, with its leading `/`.
    pub path: String,
    /// Headers beyond authentication and content type, in lower case.
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    pub body: Vec<u8>,
}

/// One protocol, in both directions. A codec knows bytes and nouns; it opens nothing and waits for nothing.
///
/// Unknown fields, events, blocks and enumerated values of the vendor are passed over, never refused; what a *caller* asks for and
/// the vendor cannot do is refused before anything is sent.
pub trait Codec: Sync {
    /// Which protocol.
    fn protocol(&self) -> Protocol;

    /// Spells a call for a provider.
    ///
    /// # Errors
    /// [`Error::Refused`] where the provider cannot be asked for this.
    fn encode_call(&self, provider: &Provider, call: &Call, stream: bool) -> Result<Encoded, Error>;

    /// Reads a call, and whether a stream is asked for: the side of a server.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    fn decode_call(&self, body: &[u8]) -> Result<(Call, bool), Error>;

    /// Reads a whole reply: one [`Reply`] for each choice, in the order of their numbers.
    ///
    /// # Errors
    /// [`Error::Malformed`], and [`Error::Upstream`] where the body is an error in spite of its status.
    fn decode_reply(&self, provider: &Provider, body: &[u8]) -> Result<Vec<Reply>, Error>;

    /// Spells a whole reply: the side of a server.
    fn encode_reply(&self, reply: &Reply) -> Vec<u8>;

    /// Reads the body of an error, of whatever form: there is always an error to show.
    fn decode_error(&self, status: u16, headers: &[(String, String)], body: &[u8]) -> Error;

    /// Begins to read a streamed reply.
    fn decode_stream(&self, provider: &Provider) -> Box<dyn StreamDecoder>;

    /// Begins to spell a streamed reply: the side of a server.
    fn encode_stream(&self) -> Box<dyn StreamEncoder>;
}

/// Reads a stream as it comes, cut at whatever byte.
pub trait StreamDecoder: Send {
    /// Takes in bytes and gives the pieces that they complete, each with the number of its choice (0 unless several were asked for).
    ///
    /// # Errors
    /// [`Error::Malformed`] and [`Error::TooLarge`]; [`Error::Upstream`] where the stream holds an error of the vendor.
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<(u32, Delta)>, Error>;

    /// Ends the stream: what is still held back comes out. Always called: a stream that was not ended is not a whole reply.
    ///
    /// # Errors
    /// [`Error::Broken`] where the stream ended before the reply did.
    fn end(&mut self) -> Result<Vec<(u32, Delta)>, Error>;

    /// Whether the protocol's own end mark came: whatever follows does not belong to the reply.
    fn is_over(&self) -> bool;
}

/// Spells a stream as it is made.
pub trait StreamEncoder: Send {
    /// The bytes for the next piece; may be empty.
    fn push(&mut self, delta: &Delta) -> Vec<u8>;

    /// The bytes that close the stream.
    fn end(&mut self) -> Vec<u8>;
}
