//! The recorded steps of one request - calls to models, tools, retrievals, judgements, each with its beginning - in order, as a trace. Not a
//! format: `otlp` and `langfuse` bring steps here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use candor_llm::{Conversation, Effort, Finish, Message, Part, Provenance, Reasoning, Role, Usage};

use super::reading::{Reading, Stop};
use super::wire;
use crate::{Document, Event, Money, Place, Trace, TraceId, Trial};

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    /// When it began, in nanoseconds since 1970; the order of a trace. What has none stands at the end.
    pub(super) began: Option<u64>,
    pub(super) what: What,
}

/// What happened.
#[derive(Debug)]
pub(super) enum What {
    Call(Box<Called>),
    Tool(Ran),
    Retrieval {
        query: String,
        documents: Vec<Document>,
    },
    /// A score, a label, a verdict.
    Judged(Event),
}

/// A call to a model.
#[derive(Debug, Default)]
pub(super) struct Called {
    /// Everything that the model was given, earlier turns included.
    pub(super) input: Vec<Message>,
    pub(super) output: Vec<(Message, Option<Finish>)>,
    pub(super) model: Option<String>,
    pub(super) effort: Option<Effort>,
    pub(super) usage: Usage,
    pub(super) cost: Option<Money>,
}

/// A tool that ran.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// The model's identifier of the call; `None` where the source has none.
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) arguments: String,
    pub(super) result: Option<String>,
    pub(super) is_error: Option<bool>,
}

/// The requests of a file, each under its name, whose steps may stand anywhere in it.
#[derive(Debug, Default)]
pub(super) struct Requests {
    by_name: BTreeMap<String, usize>,
    in_order: Vec<Request>,
    /// The record that a request was last met in, and how many were.
    met: (u64, u32),
    /// About how many bytes of the file are held.
    held: usize,
}

/// One request: what identifies it, and its steps so far.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) place: Place,
    pub(super) unit: String,
    pub(super) stratum: Option<String>,
    pub(super) recorded_id: Option<TraceId>,
    pub(super) steps: Vec<Step>,
    /// Steps that sum up others (an agent's own): they count only where none of what they sum up is recorded.
    pub(super) sums: Vec<Step>,
}

impl Requests {
    /// The request of that name; it begins where it is first met.
    pub(super) fn named(&mut self, name: &str, place: Place) -> &mut Request {
        let next = self.in_order.len();
        let at = *self.by_name.entry(name.to_owned()).or_insert(next);
        if at == next {
            // A record may speak of several requests: each is a part of it.
            let part = if self.met.0 == place.record { self.met.1 } else { 0 };
            self.met = (place.record, part.saturating_add(1));
            let place = Place { part, ..place };
            self.in_order.push(Request { place, unit: name.to_owned(), ..Request::default() });
        }
        &mut self.in_order[at]
    }

    /// Takes into account that so many bytes are held until the file ends.
    pub(super) fn hold(&mut self, bytes: usize, reading: &Reading<'_>) -> Result<(), Stop> {
        self.held = self.held.saturating_add(bytes);
        let most = reading.options.limits.loaded;
        if self.held <= most {
            return Ok(());
        }
        let file = crate::error::shown(reading.file());
        let what = "what must be held until the last step of every request is read";
        Err(crate::Error::TooLarge { file, what, limit: format!("{most} bytes") }.into())
    }

    /// Hands every request over, in the order in which they were first met.
    pub(super) fn end(self, reading: &mut Reading<'_>) -> Result<(), Stop> {
        for request in self.in_order {
            request.hand_over(reading)?;
        }
        Ok(())
    }
}

impl Request {
    /// Hands the request over as a trace; without a call to a model it is none.
    pub(super) fn hand_over(mut self, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let is_call = |step: &Step| matches!(step.what, What::Call(_));
        if !self.steps.iter().any(is_call) {
            // The outermost began first, and sums up the others.
            let sums = std::mem::take(&mut self.sums).into_iter();
            self.steps.extend(sums.min_by_key(|step| step.began.unwrap_or(u64::MAX)));
        }
        if !self.steps.iter().any(is_call) {
            reading.set_aside("steps without a call to a model");
            return Ok(());
        }
        let place = self.place;
        reading.request(place, self.into_trace())
    }

    fn into_trace(mut self) -> Trace {
        self.steps.sort_by_key(|step| step.began.unwrap_or(u64::MAX));
        let at_ms = self.steps.iter().find_map(|step| step.began).map(|began| (began / 1_000_000).cast_signed());
        let mut told = Told::default();
        let mut usage: Option<Usage> = None;
        let mut trace = Trace {
            trial: Trial { unit: self.unit, ..Trial::default() },
            recorded_id: self.recorded_id,
            stratum: self.stratum,
            at_ms,
            ..Trace::default()
        };
        // A tool whose own step is recorded is told there, and not again from what the next call was given.
        told.own_steps = self
            .steps
            .iter()
            .filter_map(|step| match &step.what {
                What::Tool(ran) => ran.id.clone(),
                _ => None,
            })
            .collect();
        for step in self.steps {
            match step.what {
                What::Call(call) => {
                    trace.model = call.model.clone().or(trace.model);
                    trace.effort = call.effort.clone().or(trace.effort);
                    if !call.usage.is_empty() {
                        usage = Some(usage.map_or(call.usage, |sum| wire::added(sum, call.usage)));
                    }
                    if let Some(Money(cost)) = call.cost {
                        trace.cost = Some(Money(trace.cost.unwrap_or_default().0.saturating_add(cost)));
                    }
                    told.call(*call, &mut trace);
                }
                What::Tool(ran) => told.ran(ran, &mut trace.events),
                What::Retrieval { query, documents } => trace.events.push(Event::Retrieval { query, documents }),
                What::Judged(event) => trace.events.push(event),
            }
        }
        trace.usage = usage.unwrap_or_default();
        trace
    }
}

/// What has been told already.
#[derive(Debug, Default)]
struct Told {
    /// Whether any call was.
    begun: bool,
    /// The last request that was told.
    asked: Vec<Message>,
    /// Calls of tools that nothing answers yet, by identifier, and all calls of a name in their order.
    open: BTreeSet<String>,
    by_name: BTreeMap<String, VecDeque<String>>,
    answered: BTreeSet<String>,
    own_steps: BTreeSet<String>,
}

impl Told {
    /// A call: of what the model was given, only what is new; then what it said.
    fn call(&mut self, call: Called, trace: &mut Trace) {
        let begun = std::mem::replace(&mut self.begun, true);
        let last_reply = call.input.iter().rposition(|message| message.role == Role::Assistant);
        // The first call of a request shows all that came before it.
        let news = last_reply.filter(|_| begun).map_or(0, |at| at + 1);
        let mut asked = Vec::new();
        for message in call.input.into_iter().skip(news) {
            if message.role != Role::Tool || !begun {
                asked.push(message);
                continue;
            }
            for part in message.parts {
                if let Part::ToolResult { id, content, exit_code, is_error } = part
                    && !self.own_steps.contains(&id)
                    && !self.answered.contains(&id)
                {
                    self.open.remove(&id);
                    self.answered.insert(id.clone());
                    trace.events.push(Event::ToolResult { id, content, exit_code, is_error });
                }
            }
        }
        if !asked.is_empty() && asked != self.asked {
            trace.events.push(Event::Request(Conversation { messages: asked.clone() }));
            self.asked = asked;
        }
        let shown = call.output.iter().flat_map(|(message, _)| &message.parts);
        let hidden = call.usage.reasoning.is_some_and(|tokens| tokens > 0)
            && !shown.into_iter().any(|part| matches!(part, Part::Reasoning(_)));
        if hidden {
            // The tokens were counted and not shown: held back, which is not the same as absent.
            trace.events.push(Event::Reasoning(Reasoning { text: String::new(), provenance: Provenance::Redacted }));
        }
        for (message, finish) in call.output {
            for part in &message.parts {
                if let Part::ToolCall { id, name, .. } = part {
                    self.open.insert(id.clone());
                    self.by_name.entry(name.clone()).or_default().push_back(id.clone());
                }
            }
            wire::reply_into(message, finish, None, trace);
        }
    }

    /// A tool's own step. It answers the call that it names, else the first open one of its name; without any it is told with its call.
    fn ran(&mut self, ran: Ran, events: &mut Vec<Event>) {
        let open = match &ran.id {
            Some(id) => self.open.take(id),
            None => self.first_open(&ran.name),
        };
        let id = match open {
            Some(id) => id,
            None => {
                let id = ran.id.unwrap_or_default();
                if id.is_empty() || !self.answered.contains(&id) {
                    events.push(Event::ToolCall { id: id.clone(), name: ran.name, arguments: ran.arguments });
                }
                id
            }
        };
        if let Some(content) = ran.result {
            self.answered.insert(id.clone());
            events.push(Event::ToolResult { id, content, exit_code: None, is_error: ran.is_error });
        } else if ran.is_error.is_some() {
            self.answered.insert(id.clone());
            events.push(Event::ToolResult { id, content: String::new(), exit_code: None, is_error: ran.is_error });
        }
    }

    /// The first call of a tool that nothing answers yet.
    fn first_open(&mut self, name: &str) -> Option<String> {
        let calls = self.by_name.get_mut(name)?;
        while let Some(id) = calls.pop_front() {
            // Calls without an identifier are told apart by their order alone.
            if self.open.remove(&id) || id.is_empty() {
                return Some(id);
            }
        }
        None
    }
}
