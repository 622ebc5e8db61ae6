//! Streamed replies: bytes, cut wherever, to pieces. Whole replies are in `reply`.

use std::collections::BTreeMap;

use super::choice::Reading;
use super::dialect::ChatDialect;
use super::failure::malformed;
use super::reply::{chunk, named, pieces};
use super::wire::Chunk;
use crate::protocol::frame::{Framed, Stream};
use crate::sse::Event;
use crate::{Delta, Error, Usage};

/// More choices than anybody asks for.
const CHOICES: usize = 1024;

/// The chunks of one streamed call in their frame.
#[derive(Debug)]
pub(super) struct Chunks {
    dialect: ChatDialect,
    id: Option<String>,
    model: Option<String>,
    choices: BTreeMap<u32, Reading>,
    usage: Usage,
    done: bool,
}

/// Reads one streamed reply.
pub(super) fn stream(dialect: ChatDialect) -> Stream<Chunks> {
    Stream::new(Chunks {
        dialect,
        id: None,
        model: None,
        choices: BTreeMap::new(),
        usage: Usage::default(),
        done: false,
    })
}

impl Chunks {
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
}

impl Framed for Chunks {
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

    fn whole(&mut self, body: &[u8], out: &mut Vec<(u32, Delta)>) -> Result<(), Error> {
        out.extend(pieces(self.dialect, body)?);
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<(u32, Delta)>) -> Result<bool, Error> {
        if !self.done && (self.choices.is_empty() || self.choices.values().any(|reading| !reading.finished)) {
            return Ok(false);
        }
        if self.choices.is_empty() {
            return Err(malformed("at least one choice", b"[DONE]"));
        }
        if !self.done {
            self.close(out);
        }
        Ok(true)
    }

    fn is_over(&self) -> bool {
        self.done
    }
}
