//! Typed events that make one reply (Messages and Responses). Not what an event means, and not the streams of Chat Completions, which hold several
//! replies.

use super::chat::failure::not_the_protocol;
use super::frame::{Framed, Stream};
use super::json::Object;
use crate::sse::Event;
use crate::{Assembler, Delta, Error, Reply};

/// What a protocol makes of its events and of a whole reply. Both go through one reading, so that both give the same reply.
pub(super) trait Reading: Send {
    /// The protocol's name, for messages.
    const PROTOCOL: &'static str;

    /// Takes in an event of that type. Types that it does not know it passes over.
    ///
    /// # Errors
    /// [`Error::Upstream`], [`Error::Malformed`].
    fn event(&mut self, kind: &str, event: &Object, out: &mut Vec<Delta>) -> Result<(), Error>;

    /// Takes in a whole reply.
    ///
    /// # Errors
    /// [`Error::Upstream`], [`Error::Malformed`].
    fn whole(&mut self, body: &Object, out: &mut Vec<Delta>) -> Result<(), Error>;

    /// How far the reply is.
    fn state(&self) -> State;
}

/// How far a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing of it came.
    Awaited,
    /// Some of it came.
    Begun,
    /// Nothing that belongs to it is missing.
    Complete,
    /// Whatever comes now does not belong to it.
    Closed,
}

/// The pieces of a whole reply, put together.
///
/// # Errors
/// [`Error::Upstream`], [`Error::Malformed`].
pub(super) fn whole<R: Reading>(mut reading: R, body: &[u8]) -> Result<Reply, Error> {
    let mut out = Vec::new();
    take_whole(&mut reading, body, &mut out)?;
    let mut reply = Assembler::default();
    out.into_iter().for_each(|delta| reply.push(delta));
    Ok(reply.finish())
}

fn take_whole<R: Reading>(reading: &mut R, body: &[u8], out: &mut Vec<Delta>) -> Result<(), Error> {
    let object = Object::of_bytes(body).ok_or_else(|| not_the_protocol(R::PROTOCOL, "a JSON object", body))?;
    reading.whole(&object, out)
}

/// The events of one reply in their frame.
#[derive(Debug)]
pub(super) struct Typed<R> {
    reading: R,
    /// The end mark of Chat Completions, which some compatible servers send here too.
    done: bool,
}

/// Reads one streamed reply.
pub(super) fn stream<R: Reading>(reading: R) -> Stream<Typed<R>> {
    Stream::new(Typed { reading, done: false })
}

/// There is one choice, and it has the number 0.
fn only(read: impl FnOnce(&mut Vec<Delta>) -> Result<(), Error>, out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
    let mut said = Vec::new();
    let read = read(&mut said);
    out.extend(said.into_iter().map(|delta| (0, delta)));
    read
}

impl<R: Reading> Framed for Typed<R> {
    fn event(&mut self, event: &Event, out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        if self.done || self.reading.state() == State::Closed {
            return Ok(());
        }
        if event.data.trim() == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let object = Object::read(&event.data)
            .ok_or_else(|| not_the_protocol(R::PROTOCOL, "a JSON object", event.data.as_bytes()))?;
        let kind = object.named("type").or_else(|| event.name.clone()).unwrap_or_default();
        only(|said| self.reading.event(&kind, &object, said), out)
    }

    fn whole(&mut self, body: &[u8], out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        only(|said| take_whole(&mut self.reading, body, said), out)
    }

    fn end(&mut self, _: &mut Vec<(u32, Delta)>) -> Result<bool, Error> {
        // An end mark alone does not make a reply of which the protocol says how it ends.
        Ok(matches!(self.reading.state(), State::Complete | State::Closed))
    }

    fn is_over(&self) -> bool {
        self.done || self.reading.state() == State::Closed
    }
}
