//! One call and everything that it left behind. Not a conversation store: a trace is one call.

use std::fmt;
use std::sync::Arc;

use candor_llm::{Effort, Finish, Provenance, Reasoning, Usage};
use candor_record::Digest;
use candor_verify::{CueKind, Verdict};
use serde::{Deserialize, Serialize};

use crate::{Event, LabelValue, Money, Trial};

/// One call and everything that it left behind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The identifier that the record or the source gave; [`Trace::id`] derives one where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_id: Option<TraceId>,
    /// Where it was read: the file that it came from, also where it was stored in candor's own form since.
    #[serde(skip)]
    pub origin: Origin,
    /// Where it had been read before it was stored, as it is written with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_from: Option<Box<Origin>>,
    /// Whom it is about, where that is known. Never written with the trace.
    #[serde(skip)]
    pub whom: Option<Whom>,
    /// Its place in an experiment.
    pub trial: Trial,
    /// The fixed stratum (task, category, language) that the question belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratum: Option<String>,
    /// The model as the source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The effort that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// When the call began, in milliseconds since 1970 (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
    /// What is known of the question.
    #[serde(default, skip_serializing_if = "Question::is_empty")]
    pub question: Question,
    /// The cue that was planted in the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cue: Option<Cue>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Tokens.
    #[serde(default, skip_serializing_if = "Usage::is_empty")]
    pub usage: Usage,
    /// What the call cost, as the source recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The process that produced this was planted, not a language model; every figure that uses it says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub planted: bool,
}

/// Whom a trace is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// By the identifier that the source has for them.
    Identifier(String),
    /// By the random pseudonym of the record that it was read from.
    Pseudonym(String),
}

impl Whom {
    /// The pseudonym, where it is one.
    #[must_use]
    pub fn pseudonym(&self) -> Option<&str> {
        match self {
            Self::Pseudonym(pseudonym) => Some(pseudonym),
            Self::Identifier(_) => None,
        }
    }
}

/// What is known of the question apart from its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gold: Option<String>,
    /// How many options a multiple-choice question has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<u16>,
}

impl Question {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gold.is_none() && self.options.is_none()
    }
}

/// A cue planted in the prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    /// What kind of cue.
    pub kind: CueKind,
    /// The option that it points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The words that were added to the prompt, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The name of a trace: 16 bytes, written as 32 hexadecimal digits; the first 8 usually suffice on a command line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceId(pub [u8; 16]);

/// Where in a file a trace was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line (from 1) of a line-based file, else the element (from 1) of the outermost list or archive; the leaf (from 0) of a record.
    pub record: u64,
    /// Which trace (from 0) of those that the record holds.
    pub part: u32,
}

/// Where a trace was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Origin {
    /// The file, relative to the folder that the import was pointed at, with `/` between its parts.
    pub file: Arc<str>,
    /// Where in it.
    pub place: Place,
}

/// An [`Origin`] as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    file: String,
    record: u64,
    #[serde(default, skip_serializing_if = "is_first")]
    part: u32,
}

fn is_first(part: &u32) -> bool {
    *part == 0
}

impl From<Origin> for Written {
    fn from(origin: Origin) -> Self {
        let Origin { file, place: Place { record, part } } = origin;
        Self { file: file.as_ref().to_owned(), record, part }
    }
}

impl TryFrom<Written> for Origin {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        /// Paths are no longer than this.
        const LONGEST: usize = 4096;
        let Written { file, record, part } = written;
        if file.is_empty() || file.len() > LONGEST {
            return Err(format!("expected the path of a file of 1 to {LONGEST} bytes, found {} bytes", file.len()));
        }
        Ok(Self { file: Arc::from(file), place: Place { record, part } })
    }
}

impl Default for Origin {
    fn default() -> Self {
        // One empty name for all that a thread makes: a trace is made for every record, and gets its own origin later. Threads that shared
        // one would wait for each other at its count.
        thread_local! {
            static NOWHERE: Arc<str> = Arc::from("");
        }
        let file = NOWHERE.try_with(Arc::clone).unwrap_or_else(|_| Arc::from(""));
        Self { file, place: Place::default() }
    }
}

impl Origin {
    /// The identifier of the trace that was read here: the first 16 bytes of SHA-256 over file and place, so that re-reading the
    /// same files names the same traces without a store.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        let text = format!("candor trace 1\n{}\n{}\n{}", self.file, self.place.record, self.place.part);
        let digest = Digest::of(text.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&digest.as_bytes()[..16]);
        TraceId(id)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.place.record)
    }
}

impl Trace {
    /// The identifier: the recorded one, else the one derived from where the trace was read.
    #[must_use]
    pub fn id(&self) -> TraceId {
        self.recorded_id.unwrap_or_else(|| self.origin.trace_id())
    }

    /// The first reasoning event; `None` where the source records no reasoning channel at all, which reads as absent.
    #[must_use]
    pub fn reasoning(&self) -> Option<&Reasoning> {
        self.events.iter().find_map(|event| match event {
            Event::Reasoning(reasoning) => Some(reasoning),
            _ => None,
        })
    }

    /// The provenance of the reasoning, [`Provenance::Absent`] where there is none.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.reasoning().map_or(Provenance::Absent, |reasoning| reasoning.provenance)
    }

    /// The visible text of the last output.
    #[must_use]
    pub fn output(&self) -> Option<&str> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Output { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }

    /// What may stand beside the text of the last output: the answer as the source extracted it, and why the model stopped.
    pub(crate) fn last_output(&mut self) -> Option<(&mut Option<String>, &mut Option<Finish>)> {
        self.events.iter_mut().rev().find_map(|event| match event {
            Event::Output { answer, finish, .. } => Some((answer, finish)),
            _ => None,
        })
    }

    /// The answer: as the last verdict extracted it, else as the source recorded it with the output. A reply that was cut off
    /// before its answer has none.
    #[must_use]
    pub fn answer(&self) -> Option<&str> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Verdict { verdict, .. } => verdict.extracted.as_deref(),
            Event::Output { answer, .. } => answer.as_deref(),
            _ => None,
        })
    }

    /// The last verdict.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Verdict { verdict, .. } => Some(verdict),
            _ => None,
        })
    }

    /// The first label of that name.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&LabelValue> {
        self.events.iter().find_map(|event| match event {
            Event::Label(label) if label.name == name => Some(&label.value),
            _ => None,
        })
    }

    /// The first score; of that name where one is given.
    #[must_use]
    pub fn score(&self, wanted: Option<&str>) -> Option<f64> {
        self.events.iter().find_map(|event| match event {
            Event::Score { name, value } if wanted.is_none_or(|wanted| wanted == name) => Some(*value),
            _ => None,
        })
    }

    /// Whether the model ran into its token limit, by the finish reason or by reasoning that never closed.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.provenance() == Provenance::Truncated
            || self.events.iter().any(|event| matches!(event, Event::Output { finish: Some(Finish::Length), .. }))
    }
}

impl TraceId {
    /// The first eight digits, as shown in tables.
    #[must_use]
    pub fn short(self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TraceId({self})")
    }
}

impl From<TraceId> for String {
    fn from(id: TraceId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for TraceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refuse = || format!("expected 32 hexadecimal digits, found `{}`", text.escape_debug());
        if text.len() != 32 || !text.is_ascii() {
            return Err(refuse());
        }
        let mut id = [0; 16];
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| refuse())?;
        }
        Ok(Self(id))
    }
}
