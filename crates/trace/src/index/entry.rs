//! What one leaf says to the index: its trace with the texts that still exist, its act, or the fact that it is. Pure; not how it is written.

use candor_llm::{Conversation, Part, Provenance};
use candor_record::Digest;
use candor_record::act::Act;
use candor_record::leaf::{Head, Leaf, PartHead};

use super::told::{State, misread};
use crate::recorded::{Found, Heard, KIND, LABEL, PARTS, REASONING, REST, hear, heard, join};
use crate::{Event, Trace, TraceId};

/// Bytes of one text that are indexed at most: a row must stay below what SQLite can hold.
const MOST_TEXT: usize = 64 << 20;

/// A leaf, read.
#[derive(Debug)]
pub(super) enum Entry {
    /// A call.
    Trace(Box<Call>),
    /// What somebody said of a call later.
    Label(Box<Later>),
    /// An erasure, a hold or its release.
    Act(Box<(Head, Act)>),
    /// Something else.
    Fact(Box<(Head, Parts)>),
    /// An entry that is no leaf of this version.
    Misread(String),
}

/// The parts of a leaf, with what became of them.
pub(super) type Parts = Vec<(PartHead, Digest, &'static str)>;

/// A call, as far as it still exists.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) head: Head,
    pub(super) parts: Parts,
    /// The events that exist; without events where nothing can be read.
    pub(super) trace: Trace,
    /// Whether its place in an experiment exists.
    pub(super) placed: bool,
    /// Whether the chain of thought is gone.
    pub(super) chain_gone: bool,
    /// Why it cannot be read as a trace.
    pub(super) unreadable: Option<&'static str>,
}

impl Entry {
    /// The leaf of an entry; `state` says what became of a part.
    pub(super) fn read<E>(
        entry: &[u8],
        mut state: impl FnMut(&PartHead, &Digest) -> Result<State, E>,
    ) -> Result<Self, E> {
        let leaf = match Leaf::from_entry(entry) {
            Ok(leaf) => leaf,
            Err(error) => return Ok(Self::Misread(misread(&error))),
        };
        match Act::of_head(&leaf.head) {
            Ok(Some(act)) => return Ok(Self::Act(Box::new((leaf.head, act)))),
            Ok(None) => {}
            Err(error) => return Ok(Self::Misread(misread(&error))),
        }
        let (mut parts, mut found) = (Vec::with_capacity(leaf.digests.len()), Vec::new());
        for (part, digest) in leaf.parts() {
            let state = state(part, digest)?;
            parts.push((part.clone(), *digest, state.as_str()));
            found.push((part.name.as_str().to_owned(), state));
        }
        if leaf.head.kind == KIND {
            return Ok(Self::Trace(Box::new(Call::of(leaf.head, parts, found))));
        }
        if leaf.head.kind == LABEL {
            return Ok(Self::Label(Box::new(Later::of(leaf.head, parts, found))));
        }
        Ok(Self::Fact(Box::new((leaf.head, parts))))
    }
}

/// A leaf that says something of a call before it.
#[derive(Debug)]
pub(super) struct Later {
    pub(super) head: Head,
    pub(super) parts: Parts,
    /// What it says, or why that cannot be read.
    said: Result<Heard, &'static str>,
}

impl Later {
    fn of(head: Head, parts: Parts, found: Vec<(String, State)>) -> Self {
        let gone = found.iter().find_map(|(_, state)| match state {
            State::Damaged | State::Missing => Some(state.as_str()),
            State::There(_) | State::Erased => None,
        });
        let found: Vec<(String, Found)> = found
            .into_iter()
            .map(|(name, state)| match state {
                State::There(content) => (name, Found::Content(content)),
                _ => (name, Found::Erased { at_ms: 0, basis: String::new() }),
            })
            .collect();
        let said = gone.map_or_else(|| heard(&head, &found).map_err(|_| "misread"), Err);
        Self { head, parts, said }
    }
}

impl Call {
    fn of(head: Head, parts: Parts, found: Vec<(String, State)>) -> Self {
        let placed = found.iter().any(|(name, state)| name == REST && matches!(state, State::There(_)));
        let chain_gone = found.iter().any(|(name, state)| name == REASONING && !matches!(state, State::There(_)));
        let any = |wanted: &str| parts.iter().any(|(_, _, state)| *state == wanted);
        let mut unreadable = if any(State::Damaged.as_str()) {
            Some("damaged")
        } else if any(State::Missing.as_str()) {
            Some("missing")
        } else if placed {
            None
        } else {
            Some("erased")
        };
        // Where the place in an experiment is gone, what is left is read under an empty one: its texts still exist.
        let blank = || serde_json::to_vec(&Trace::default()).unwrap_or_default();
        let mut joined: Vec<(String, Found)> = found
            .into_iter()
            .map(|(name, state)| match state {
                State::There(content) => (name, Found::Content(content)),
                _ if name == REST => (name, Found::Content(blank())),
                _ => (name, Found::Erased { at_ms: 0, basis: String::new() }),
            })
            .collect();
        if joined.iter().all(|(name, _)| name != REST) {
            joined.push((REST.to_owned(), Found::Content(blank())));
        }
        let id = head.trace.clone().and_then(|id| TraceId::try_from(id).ok()).unwrap_or(TraceId([0; 16]));
        let trace = join(id, &joined).unwrap_or_else(|_| {
            unreadable = unreadable.or(Some("misread"));
            Trace::default()
        });
        let placed = placed && unreadable != Some("misread");
        Self { head, parts, trace, placed, chain_gone, unreadable }
    }

    /// Joins what later leaves say of it, in their order.
    pub(super) fn hear(&mut self, later: Later) {
        match later.said {
            Ok(said) => hear(&mut self.trace, [said]),
            Err(why) => self.unreadable = self.unreadable.or(Some(why)),
        }
    }

    /// The provenance of its chain of thought: as the leaf says, and redacted once it is gone.
    pub(super) fn reasoning(&self) -> Option<&str> {
        if self.chain_gone {
            return Some(Provenance::Redacted.as_str());
        }
        self.said("reasoning")
    }

    /// A word that the leaf says.
    pub(super) fn said(&self, name: &str) -> Option<&str> {
        self.head.about.get(name)?.as_str()
    }

    /// A whole number that the leaf says.
    pub(super) fn counted(&self, name: &str) -> Option<i64> {
        self.head.about.get(name)?.as_i64()
    }

    /// Tokens that the leaf says.
    pub(super) fn tokens(&self, name: &str) -> Option<i64> {
        self.head.about.get("tokens")?.get(name)?.as_i64()
    }

    /// Verifier and outcome of the verdicts that the leaf says.
    pub(super) fn verdicts(&self) -> impl Iterator<Item = (&str, &str)> {
        let verdicts = self.head.about.get("verdicts").and_then(serde_json::Value::as_array);
        verdicts
            .into_iter()
            .flatten()
            .filter_map(|verdict| Some((verdict.get("verifier")?.as_str()?, verdict.get("outcome")?.as_str()?)))
    }

    /// The texts, one for each of [`TEXTS`], and whether one was cut.
    pub(super) fn texts(&self) -> ([String; TEXTS.len()], bool) {
        let mut texts: [Gathered; TEXTS.len()] = Default::default();
        let [request, retrieval, tools, reasoning, output, verdict, label] = &mut texts;
        for event in &self.trace.events {
            match event {
                Event::Request(conversation) => asked(conversation, request, reasoning),
                Event::Retrieval { query, documents } => {
                    retrieval.add(query);
                    documents.iter().for_each(|document| retrieval.add(&document.text));
                }
                Event::ToolCall { name, arguments, .. } => {
                    tools.add(name);
                    tools.add(arguments);
                }
                Event::ToolResult { content, .. } => tools.add(content),
                Event::Reasoning(chain) => reasoning.add(&chain.text),
                Event::Output { text, answer, .. } => {
                    output.add(text);
                    answer.iter().for_each(|answer| output.add(answer));
                }
                Event::Verdict { verdict: decided, .. } => verdict.add(&decided.why),
                Event::Label(said) => {
                    label.add(&said.value.as_text());
                    said.note.iter().for_each(|note| label.add(note));
                }
                Event::Score { .. } | Event::Erasure { .. } => {}
            }
        }
        let cut = texts.iter().any(|gathered| gathered.cut);
        (texts.map(|gathered| gathered.text), cut)
    }
}

/// The columns of texts, which are the parts that hold some.
pub(super) const TEXTS: [&str; 7] = ["request", "retrieval", "tools", REASONING, "output", "verdict", "label"];

const _: () = assert!(TEXTS.len() + 1 == PARTS.len());

/// The texts of a conversation; earlier chains of thought belong to the others of their kind.
fn asked(conversation: &Conversation, request: &mut Gathered, reasoning: &mut Gathered) {
    for part in conversation.messages.iter().flat_map(|message| &message.parts) {
        match part {
            Part::Text { text } => request.add(text),
            Part::Reasoning(chain) => reasoning.add(&chain.text),
            Part::ToolCall { name, arguments, .. } => request.add(&format!("{name} {arguments}")),
            Part::ToolResult { content, .. } => request.add(content),
            Part::Sealed { .. } => {}
        }
    }
}

/// Texts of one column, a line break between two.
#[derive(Debug, Default)]
struct Gathered {
    text: String,
    cut: bool,
}

impl Gathered {
    fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let room = MOST_TEXT.saturating_sub(self.text.len());
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.cut |= end < text.len();
        self.text.push_str(&text[..end]);
    }
}
