//! The frame around streamed replies, of every protocol: bytes, cut wherever, to events; a whole body where a stream was asked for; an end that comes
//! too early. Not what an event means.

use super::StreamDecoder;
use crate::sse::{Event, EventStream};
use crate::transport::Broken;
use crate::{Delta, Error};

/// The longest stream. An event a token with a few hundred bytes around it makes the longest replies more than 100 MiB.
const STREAM_LIMIT: usize = 512 * 1024 * 1024;
/// The longest whole reply.
const WHOLE_LIMIT: usize = 64 * 1024 * 1024;

/// What stands in the frame. Pieces go with the number of their choice.
pub(super) trait Framed: Send {
    /// Takes in an event.
    ///
    /// # Errors
    /// [`Error::Upstream`], [`Error::Malformed`].
    fn event(&mut self, event: &Event, out: &mut Vec<(u32, Delta)>) -> Result<(), Error>;

    /// Takes in a whole reply that came in the place of events.
    ///
    /// # Errors
    /// [`Error::Upstream`], [`Error::Malformed`].
    fn whole(&mut self, body: &[u8], out: &mut Vec<(u32, Delta)>) -> Result<(), Error>;

    /// Nothing more comes. `Ok(false)` where the reply has not ended.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    fn end(&mut self, out: &mut Vec<(u32, Delta)>) -> Result<bool, Error>;

    /// Whether the end mark came.
    fn is_over(&self) -> bool;
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
pub(super) struct Stream<F> {
    framed: F,
    body: Body,
    received: usize,
    /// An error that is told once the pieces before it are handed over.
    failed: Option<Error>,
}

impl<F: Framed> Stream<F> {
    pub(super) fn new(framed: F) -> Self {
        Self { framed, body: Body::Unknown, received: 0, failed: None }
    }

    fn take(&mut self, mut bytes: &[u8], out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        self.received = self.received.saturating_add(bytes.len());
        let limit = if matches!(self.body, Body::Whole(_)) { WHOLE_LIMIT } else { STREAM_LIMIT };
        if self.received > limit {
            return Err(Error::TooLarge { limit });
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
                    self.framed.event(&event, out)?;
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        let cut = || Error::Broken(Broken::Cut("the stream ended before the reply did".to_owned()));
        let last = match &mut self.body {
            Body::Unknown => return Err(cut()),
            Body::Whole(body) => return self.framed.whole(&std::mem::take(body), out),
            Body::Events(events) => events.end()?,
        };
        if let Some(event) = last {
            // An event without its end may itself be cut.
            self.framed.event(&event, out).map_err(|error| match error {
                Error::Malformed { .. } => cut(),
                other => other,
            })?;
        }
        if self.framed.end(out)? { Ok(()) } else { Err(cut()) }
    }
}

impl<F: Framed> StreamDecoder for Stream<F> {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<(u32, Delta)>, Error> {
        let mut out = Vec::new();
        if self.failed.is_none() {
            self.failed = self.take(bytes, &mut out).err();
        }
        match &self.failed {
            Some(error) if out.is_empty() => Err(error.clone()),
            _ => Ok(out),
        }
    }

    fn end(&mut self) -> Result<Vec<(u32, Delta)>, Error> {
        let mut out = Vec::new();
        match self.failed.clone() {
            Some(error) => Err(error),
            None => self.finish(&mut out).map(|()| out),
        }
    }

    fn is_over(&self) -> bool {
        self.framed.is_over()
    }
}
