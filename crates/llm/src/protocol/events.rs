//! Streams of typed events that make one reply (Messages and Responses): the frame around them. Not what an event means, and not the streams of
//! Chat Completions, which hold several replies.

use super::StreamDecoder;
use super::chat::failure::not_the_protocol;
use super::json::Object;
use crate::sse::{Event, EventStream};
use crate::transport::Broken;
use crate::{Assembler, Delta, Error, Reply};

/// The longest reply over all of its events: beyond it something runs away.
const LIMIT: usize = 64 * 1024 * 1024;

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

/// What kind of body comes.
#[derive(Debug)]
enum Body {
    /// Nothing but white space came so far.
    Unknown,
    /// Events, as asked for.
    Events(EventStream),
    /// Some servers answer a call for a stream with a whole reply, or with an error.
    Whole(Vec<u8>),
}

/// Reads one streamed reply.
#[derive(Debug)]
pub(super) struct Stream<R> {
    reading: R,
    body: Body,
    received: usize,
    /// The end mark of Chat Completions, which some compatible servers send here too.
    done: bool,
    /// An error that is told once the pieces before it are handed over.
    failed: Option<Error>,
}

impl<R: Reading> Stream<R> {
    pub(super) fn new(reading: R) -> Self {
        Self { reading, body: Body::Unknown, received: 0, done: false, failed: None }
    }

    fn take(&mut self, mut bytes: &[u8], out: &mut Vec<Delta>) -> Result<(), Error> {
        self.received = self.received.saturating_add(bytes.len());
        if self.received > LIMIT {
            return Err(Error::TooLarge { limit: LIMIT });
        }
        if matches!(self.body, Body::Unknown) {
            // White space and a byte order mark say nothing yet.
            let skipped = |byte: &u8| byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte);
            let Some(at) = bytes.iter().position(|byte| !skipped(byte)) else { return Ok(()) };
            bytes = &bytes[at..];
            let whole = bytes.first().is_some_and(|byte| b"{[".contains(byte));
            self.body = if whole { Body::Whole(Vec::new()) } else { Body::Events(EventStream::default()) };
        }
        match &mut self.body {
            Body::Unknown => {}
            Body::Whole(so_far) => so_far.extend_from_slice(bytes),
            Body::Events(events) => {
                for event in events.push(bytes)? {
                    self.event(&event, out)?;
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, event: &Event, out: &mut Vec<Delta>) -> Result<(), Error> {
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
        self.reading.event(&kind, &object, out)
    }

    fn finish(&mut self, out: &mut Vec<Delta>) -> Result<(), Error> {
        let cut = || Error::Broken(Broken::Cut("the stream ended before the reply did".to_owned()));
        let last = match &mut self.body {
            Body::Unknown => return Err(cut()),
            Body::Whole(body) => {
                let body = std::mem::take(body);
                return take_whole(&mut self.reading, &body, out);
            }
            Body::Events(events) => events.end()?,
        };
        if let Some(event) = last {
            // An event without its end may itself be cut.
            self.event(&event, out).map_err(|error| match error {
                Error::Malformed { .. } => cut(),
                other => other,
            })?;
        }
        match self.reading.state() {
            State::Complete | State::Closed => Ok(()),
            // An end mark alone does not make a reply of which the protocol says how it ends.
            State::Awaited | State::Begun => Err(cut()),
        }
    }
}

impl<R: Reading> StreamDecoder for Stream<R> {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<(u32, Delta)>, Error> {
        let mut out = Vec::new();
        if self.failed.is_none() {
            self.failed = self.take(bytes, &mut out).err();
        }
        match &self.failed {
            Some(error) if out.is_empty() => Err(error.clone()),
            _ => Ok(only(out)),
        }
    }

    fn end(&mut self) -> Result<Vec<(u32, Delta)>, Error> {
        let mut out = Vec::new();
        match self.failed.clone() {
            Some(error) => Err(error),
            None => self.finish(&mut out).map(|()| only(out)),
        }
    }
}

/// There is one choice, and it has the number 0.
fn only(out: Vec<Delta>) -> Vec<(u32, Delta)> {
    out.into_iter().map(|delta| (0, delta)).collect()
}
