//! Streamed replies: bytes, cut wherever, to pieces. Whole replies are in `reply`.

use std::collections::BTreeMap;

use super::choice::Reading;
use super::dialect::ChatDialect;
use super::failure::malformed;
use super::reply::{chunk, named, pieces};
use super::wire::Chunk;
use crate::protocol::StreamDecoder;
use crate::sse::{Event, EventStream};
use crate::transport::Broken;
use crate::{Delta, Error, Usage};

/// The longest stream. An event a token with a few hundred bytes around it makes the longest replies more than 100 MiB.
const STREAM_LIMIT: usize = 512 * 1024 * 1024;
/// The longest whole reply.
const WHOLE_LIMIT: usize = 64 * 1024 * 1024;
/// More choices than anybody asks for.
const CHOICES: usize = 1024;

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
pub(super) struct Stream {
    dialect: ChatDialect,
    body: Body,
    received: usize,
    id: Option<String>,
    model: Option<String>,
    choices: BTreeMap<u32, Reading>,
    usage: Usage,
    done: bool,
    /// An error that is told once the pieces before it are handed over.
    failed: Option<Error>,
}

impl Stream {
    pub(super) fn new(dialect: ChatDialect) -> Self {
        Self {
            dialect,
            body: Body::Unknown,
            received: 0,
            id: None,
            model: None,
            choices: BTreeMap::new(),
            usage: Usage::default(),
            done: false,
            failed: None,
        }
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
                    self.event(&event, out)?;
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, event: &Event, out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        if self.done {
            return Ok(());
        }
        if event.data.trim() == "[DONE]" {
            self.close(out);
            return Ok(());
        }
        if event.name.as_deref() == Some("error") {
            return Err(super::failure::inside(&event.data));
        }
        self.chunk(chunk(&event.data)?, out)
    }

    fn chunk(&mut self, chunk: Chunk, out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        self.id = self.id.take().or(named(chunk.id));
        self.model = self.model.take().or(named(chunk.model));
        for (place, choice) in (0..).zip(chunk.choices.unwrap_or_default()) {
            let number = choice.index.unwrap_or(place);
            if self.choices.len() >= CHOICES && !self.choices.contains_key(&number) {
                return Err(malformed("at most 1024 choices", b"more"));
            }
            let dialect = self.dialect;
            let reading = self.choices.entry(number).or_insert_with(|| Reading::new(dialect, false));
            let mut said = Vec::new();
            reading.begin(self.id.as_deref(), self.model.as_deref(), &mut said);
            if let Some(delta) = choice.delta.or(choice.message) {
                reading.take(delta, self.model.as_deref(), &mut said)?;
            }
            if let Some(reason) = &choice.finish_reason {
                reading.finish(reason, &mut said);
            }
            out.extend(said.into_iter().map(|delta| (number, delta)));
        }
        let counted = chunk.usage.or(chunk.x_groq.and_then(|groq| groq.usage));
        if let Some(usage) = counted.map(|usage| self.usage.updated(usage.usage(self.dialect.reasoning_outside)))
            && usage != self.usage
        {
            self.usage = usage;
            // Tokens are counted over all choices and stand with the first.
            out.push((self.choices.keys().next().copied().unwrap_or(0), Delta::Usage(usage)));
        }
        Ok(())
    }

    fn close(&mut self, out: &mut Vec<(u32, Delta)>) {
        self.done = true;
        for (number, reading) in &mut self.choices {
            let mut said = Vec::new();
            reading.end(&mut said);
            out.extend(said.into_iter().map(|delta| (*number, delta)));
        }
    }

    fn finish(&mut self, out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        let cut = || Error::Broken(Broken::Cut("the stream ended before the reply did".to_owned()));
        let last = match &mut self.body {
            Body::Unknown => return Err(cut()),
            Body::Whole(body) => {
                let body = std::mem::take(body);
                out.extend(pieces(self.dialect, &body)?);
                return Ok(());
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
        if !self.done && (self.choices.is_empty() || self.choices.values().any(|reading| !reading.finished)) {
            return Err(cut());
        }
        if self.choices.is_empty() {
            return Err(malformed("at least one choice", b"[DONE]"));
        }
        if !self.done {
            self.close(out);
        }
        Ok(())
    }
}

impl StreamDecoder for Stream {
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
}
