//! A sample of Inspect AI as a trace: question, conversation, output, scores.

use std::borrow::Cow;
use std::collections::BTreeMap;

use candor_llm::{Conversation, Finish, Message, Part, Role, Usage};
use candor_verify::{Outcome, Verdict};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Header;
use super::message::{Attachments, Spoken};
use crate::{Event, Question, Trace, Trial};

#[derive(Debug, Deserialize)]
pub(super) struct Sample<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(default = "first")]
    epoch: u32,
    #[serde(borrow, default)]
    target: Option<Target<'a>>,
    #[serde(borrow, default)]
    choices: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    messages: Vec<Spoken<'a>>,
    #[serde(borrow, default)]
    output: Option<Output<'a>>,
    #[serde(borrow, default)]
    scores: Option<BTreeMap<Cow<'a, str>, Score<'a>>>,
    #[serde(borrow, default)]
    attachments: Attachments<'a>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

fn first() -> u32 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Target<'a> {
    #[serde(borrow)]
    One(Cow<'a, str>),
    #[serde(borrow)]
    Several(Vec<Cow<'a, str>>),
}

#[derive(Debug, Deserialize)]
struct Output<'a> {
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    #[serde(default)]
    usage: Option<Counted>,
}

#[derive(Debug, Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Spoken<'a>,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
struct Counted {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
    #[serde(default)]
    reasoning_tokens: Option<u64>,
    #[serde(default)]
    input_tokens_cache_read: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Score<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, default)]
    answer: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    explanation: Option<Cow<'a, str>>,
}

impl Sample<'_> {
    pub(super) fn into_trace(self, header: &Header) -> Trace {
        let mut messages: Vec<Message> =
            self.messages.iter().filter_map(|message| message.to_message(&self.attachments)).collect();
        let choice = self.output.as_ref().and_then(|output| output.choices.first());
        // A sample that ended early may hold its last reply in the output alone.
        if !messages.iter().any(|message| message.role == Role::Assistant) {
            messages.extend(choice.and_then(|choice| choice.message.to_message(&self.attachments)));
        }
        let mut events = conversation(messages);
        let finish = choice.and_then(|choice| choice.stop_reason.as_deref()).map(Finish::from_foreign);
        if let Some(Event::Output { finish: into, .. }) =
            events.iter_mut().rev().find(|event| matches!(event, Event::Output { .. }))
        {
            *into = finish;
        }
        let failed = self.error.is_some_and(|error| error.get() != "null");
        for (name, score) in self.scores.iter().flatten() {
            events.push(score.event(name));
        }
        if failed && !events.iter().any(|event| matches!(event, Event::Verdict { .. })) {
            let verdict =
                Verdict { outcome: Outcome::Error, extracted: None, why: "the sample ended in an error".to_owned() };
            events.push(Event::Verdict { verifier: "inspect".to_owned(), verdict });
        }
        let usage = self.output.and_then(|output| output.usage).map_or_else(Usage::default, |usage| Usage {
            input: usage.input_tokens,
            cached_input: usage.input_tokens_cache_read,
            output: usage.output_tokens,
            reasoning: usage.reasoning_tokens,
        });
        Trace {
            trial: Trial { unit: plain(self.id), sample: self.epoch.saturating_sub(1), ..Trial::default() },
            stratum: header.task.clone(),
            model: header.model.clone(),
            effort: header.effort.clone(),
            question: Question {
                gold: self.target.and_then(Target::only),
                options: self.choices.and_then(|choices| u16::try_from(choices.len()).ok()).filter(|count| *count > 0),
            },
            events,
            usage,
            ..Trace::default()
        }
    }
}

impl Target<'_> {
    /// The one right answer; where several are accepted, none stands for them all.
    fn only(self) -> Option<String> {
        match self {
            Self::One(target) => Some(target.into_owned()).filter(|target| !target.is_empty()),
            Self::Several(targets) => match targets.as_slice() {
                [one] => Some(one.clone().into_owned()),
                _ => None,
            },
        }
    }
}

impl Score<'_> {
    /// `C` and `I`, true and false, 1 and 0 are verdicts; `N` is no answer; anything else is a score.
    fn event(&self, name: &str) -> Event {
        let text = plain(self.value);
        let number = text.parse::<f64>().ok();
        let is = |wanted: f64| number.is_some_and(|number| (number - wanted).abs() < 1e-12);
        let outcome = match text.as_str() {
            "C" | "true" => Some(Outcome::Correct),
            "I" | "false" => Some(Outcome::Wrong),
            "N" => Some(Outcome::NoAnswer),
            _ if is(1.0) => Some(Outcome::Correct),
            _ if is(0.0) => Some(Outcome::Wrong),
            _ => None,
        };
        match (outcome, number) {
            (Some(outcome), _) => Event::Verdict {
                verifier: name.to_owned(),
                verdict: Verdict {
                    outcome,
                    extracted: self.answer.clone().map(Cow::into_owned),
                    why: self.explanation.clone().unwrap_or_default().into_owned(),
                },
            },
            (None, Some(value)) => Event::Score { name: name.to_owned(), value },
            // `P` is half right by Inspect's own conversion.
            (None, None) if text == "P" => Event::Score { name: name.to_owned(), value: 0.5 },
            (None, None) => Event::Label(crate::Label {
                name: name.to_owned(),
                value: crate::LabelValue::Text(text),
                by: crate::Labeller::Source,
                who: None,
                note: None,
            }),
        }
    }
}

/// A JSON string without its quotes, or any other value as it stands.
fn plain(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

/// The messages up to the first reply are the request; from then on every part is an event, and the last reply's text is the output.
fn conversation(messages: Vec<Message>) -> Vec<Event> {
    let first = messages.iter().position(|message| message.role == Role::Assistant).unwrap_or(messages.len());
    let last = messages.iter().rposition(|message| message.role == Role::Assistant);
    let mut asked = Vec::new();
    let mut events = Vec::new();
    for (at, message) in messages.into_iter().enumerate() {
        if at < first {
            asked.push(message);
            continue;
        }
        if message.role == Role::User || message.role == Role::System {
            events.push(Event::Request(Conversation { messages: vec![message] }));
            continue;
        }
        let text = message.visible_text();
        for part in message.parts {
            match part {
                Part::Reasoning(reasoning) => events.push(Event::Reasoning(reasoning)),
                Part::ToolCall { id, name, arguments } => events.push(Event::ToolCall { id, name, arguments }),
                Part::ToolResult { id, content, exit_code, is_error } => {
                    events.push(Event::ToolResult { id, content, exit_code, is_error });
                }
                Part::Text { .. } | Part::Sealed { .. } => {}
            }
        }
        if Some(at) == last || (message.role == Role::Assistant && !text.trim().is_empty()) {
            events.push(Event::Output { text, answer: None, finish: None });
        }
    }
    if !asked.is_empty() {
        events.insert(0, Event::Request(Conversation { messages: asked }));
    }
    events
}
