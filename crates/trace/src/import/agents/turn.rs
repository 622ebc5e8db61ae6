//! One request of a session and everything that followed it until the next. Not a session: that is a row of these.

use std::collections::{BTreeMap, BTreeSet};

use candor_llm::{Conversation, Effort, Message, Reasoning, Usage};

use super::earlier::{CUT, Earlier};
use crate::error::Problem;
use crate::import::reading::{Reading, Stop};
use crate::import::wire;
use crate::{Event, Label, LabelValue, Labeller, Money, Place, Trace, Trial};

/// The requests of one chain of a session, one at a time: the person's own, or those that an agent makes to an agent below it.
#[derive(Debug, Default)]
pub(super) struct Turns {
    current: Option<Turn>,
    /// What was called in the requests before.
    earlier: Earlier,
    /// The requests after the current one stand on less than the log has.
    cut: bool,
    /// What kind of chain this is, where it is not the person's.
    stratum: Option<&'static str>,
}

/// One request and what followed.
#[derive(Debug, Default)]
pub(super) struct Turn {
    place: Place,
    at_ms: Option<i64>,
    asked: Vec<Message>,
    events: Vec<Event>,
    replied: bool,
    /// How many bytes of the file speak of it.
    bytes: usize,
    /// It grew too large; what was held of it is gone.
    dropped: bool,
    pub(super) model: Option<String>,
    pub(super) effort: Option<Effort>,
    pub(super) usage: Counted,
    pub(super) cost: Option<Money>,
    /// Exit codes that are recorded apart from the results, by the identifier of the call.
    pub(super) exits: BTreeMap<String, i32>,
    /// The calls of tools that hold nothing but a thought.
    thought: BTreeSet<String>,
}

/// Tokens of the calls that one request took.
#[derive(Debug, Default)]
pub(super) struct Counted {
    by_call: BTreeMap<String, Usage>,
    sum: Option<Usage>,
}

impl Turns {
    /// Those that an agent makes to an agent below it.
    pub(super) fn below() -> Self {
        Self { stratum: Some("subagent"), ..Self::default() }
    }

    /// Somebody asks. It is a new request where the last one has been answered, else a further message of the same one.
    pub(super) fn ask(
        &mut self,
        message: Message,
        place: Place,
        at_ms: Option<i64>,
        unit: &str,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        if self.is_answered() {
            self.end(unit, reading)?;
        }
        self.current(place, at_ms).asked.push(message);
        Ok(())
    }

    /// Whether the current request has been answered, so that the next one is another.
    pub(super) fn is_answered(&self) -> bool {
        self.current.as_ref().is_some_and(|turn| turn.replied)
    }

    /// What is going on; a log that begins with a reply begins with a request that is not known.
    pub(super) fn current(&mut self, place: Place, at_ms: Option<i64>) -> &mut Turn {
        self.current.get_or_insert_with(|| Turn { place, at_ms, ..Turn::default() })
    }

    /// Takes the bytes of a record into account. A request may be as large as a record may be: then it is reported and let go. Gives
    /// whether it was.
    pub(super) fn grow(&mut self, bytes: usize, reading: &mut Reading<'_>) -> Result<bool, Stop> {
        let Some(turn) = &mut self.current else { return Ok(false) };
        turn.bytes = turn.bytes.saturating_add(bytes);
        let most = reading.options.limits.record;
        if turn.bytes <= most || turn.dropped {
            return Ok(turn.dropped);
        }
        let place = turn.place;
        *turn = Turn { place, replied: true, dropped: true, ..Turn::default() };
        let expected = format!("at most {most} bytes from one request to the next");
        reading.invalid(Problem::new("", expected, "more").hint("a larger limit on records reads it"), place)?;
        Ok(true)
    }

    /// Hands over what has been answered; a request that nothing answers is counted.
    pub(super) fn end(&mut self, unit: &str, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let Some(turn) = self.current.take() else { return Ok(()) };
        if turn.dropped {
            // What was called in it is not known to the next.
            self.earlier.cut = true;
            return Ok(());
        }
        if !turn.replied {
            reading.set_aside("a request that nothing answers");
            return Ok(());
        }
        let place = turn.place;
        // A log that begins with a reply begins in the middle of its session.
        self.earlier.cut |= turn.asked.is_empty();
        let trace = turn.into_trace(unit, self.stratum, &self.earlier);
        self.earlier.add(&trace.events);
        self.earlier.cut |= std::mem::take(&mut self.cut);
        reading.request(place, trace)
    }

    /// The agent goes on from a summary: what it speaks of next may have happened where nothing was logged.
    pub(super) fn cut(&mut self) {
        if self.is_answered() {
            self.cut = true;
        } else {
            self.earlier.cut = true;
        }
    }

    /// Another session begins.
    pub(super) fn forget(&mut self) {
        self.earlier.forget();
    }
}

impl Turn {
    /// Something happened. What is thought in a tool made for it, or between tags in a text, is a chain of thought.
    pub(super) fn push(&mut self, event: Event) {
        if self.dropped {
            return;
        }
        self.replied |= matches!(event, Event::Reasoning(_) | Event::Output { .. } | Event::ToolCall { .. });
        match event {
            Event::Output { text, answer, finish } => {
                let (chains, text) = wire::untagged(text);
                let only_thought = !chains.is_empty() && text.trim().is_empty() && answer.is_none();
                self.events.extend(chains.into_iter().filter_map(reasoned));
                if !only_thought {
                    self.events.push(Event::Output { text, answer, finish });
                }
            }
            Event::ToolCall { id, name, arguments } => match thought(&name, &arguments) {
                Some(thought) => {
                    self.thought.insert(id);
                    self.events.push(Event::Reasoning(Reasoning::raw(thought)));
                }
                None => self.events.push(Event::ToolCall { id, name, arguments }),
            },
            // It says that the thought was taken, or repeats it.
            Event::ToolResult { id, content, .. } if self.thought.contains(&id) => {
                self.events.extend(reasoned(wire::readable(content, candor_llm::Provenance::Raw)));
            }
            other => self.events.push(other),
        }
    }

    /// There is a reply, though it may still change.
    pub(super) fn has_reply(&mut self) {
        self.replied = true;
    }

    /// Something was said to the model that no person asked: before the first reply it belongs to the request, later it stands where it
    /// was said.
    pub(super) fn inject(&mut self, message: Message) {
        if self.replied {
            self.push(Event::Request(Conversation { messages: vec![message] }));
        } else {
            self.asked.push(message);
        }
    }

    /// The log says something about the request.
    pub(super) fn note(&mut self, name: &str, value: LabelValue) {
        self.push(Event::Label(Label { name: name.to_owned(), value, by: Labeller::Source, who: None, note: None }));
    }

    /// Who replies, with which effort; where several models do, the last one stands for all.
    pub(super) fn by(&mut self, model: Option<&str>, effort: Option<&Effort>) {
        if let Some(model) = model {
            self.model = Some(model.to_owned());
        }
        if let Some(effort) = effort {
            self.effort = Some(effort.clone());
        }
    }

    fn into_trace(self, unit: &str, stratum: Option<&str>, earlier: &Earlier) -> Trace {
        let usage = self.usage.total();
        let mut events = Vec::with_capacity(self.events.len() + 2);
        if !self.asked.is_empty() {
            let mut messages = earlier.messages();
            messages.extend(self.asked);
            events.push(Event::Request(Conversation { messages }));
        }
        if usage.reasoning.is_some_and(|tokens| tokens > 0)
            && !self.events.iter().any(|event| matches!(event, Event::Reasoning(_)))
        {
            // The tokens were counted and not shown: held back, which is not the same as absent.
            events.push(Event::Reasoning(wire::redacted()));
        }
        events.extend(self.events);
        for event in &mut events {
            if let Event::ToolResult { id, exit_code: exit_code @ None, .. } = event {
                *exit_code = self.exits.get(id).copied();
            }
        }
        if earlier.cut {
            let (name, value) = (CUT.to_owned(), LabelValue::Bool(true));
            events.push(Event::Label(Label { name, value, by: Labeller::Source, who: None, note: None }));
        }
        Trace {
            trial: Trial { unit: unit.to_owned(), ..Trial::default() },
            stratum: stratum.map(str::to_owned),
            model: self.model,
            effort: self.effort,
            at_ms: self.at_ms,
            events,
            usage,
            cost: self.cost,
            ..Trace::default()
        }
    }
}

impl Counted {
    /// The tokens of one call. A log may repeat a call, each time with what was counted so far: the largest counts stand, once.
    pub(super) fn call(&mut self, id: Option<&str>, usage: Usage) {
        if usage.is_empty() {
            return;
        }
        let Some(id) = id else {
            self.sum = Some(self.sum.map_or(usage, |sum| wire::added(sum, usage)));
            return;
        };
        match self.by_call.get_mut(id) {
            Some(seen) => {
                *seen = Usage {
                    input: seen.input.max(usage.input),
                    cached_input: seen.cached_input.max(usage.cached_input),
                    output: seen.output.max(usage.output),
                    reasoning: seen.reasoning.max(usage.reasoning),
                };
            }
            None => drop(self.by_call.insert(id.to_owned(), usage)),
        }
    }

    /// All calls together. What one of them does not record is not known of their sum.
    fn total(&self) -> Usage {
        self.sum.into_iter().chain(self.by_call.values().copied()).reduce(wire::added).unwrap_or_default()
    }
}

/// What a model thinks in a tool that does nothing but hold it: `think`, and the server for thinking step by step.
fn thought(name: &str, arguments: &str) -> Option<String> {
    const TOOLS: [&str; 3] = ["think", "sequentialthinking", "sequential_thinking"];
    #[derive(serde::Deserialize)]
    struct Thought {
        thought: String,
    }
    let name = name.rsplit("__").next().unwrap_or(name).to_ascii_lowercase();
    let is_thought = TOOLS.contains(&name.as_str());
    let thought: Thought = is_thought.then(|| serde_json::from_str(arguments).ok()).flatten()?;
    (!thought.thought.trim().is_empty()).then_some(thought.thought)
}

/// Reasoning as its own event; absent reasoning leaves none.
pub(super) fn reasoned(reasoning: Reasoning) -> Option<Event> {
    (reasoning.provenance != candor_llm::Provenance::Absent).then_some(Event::Reasoning(reasoning))
}
