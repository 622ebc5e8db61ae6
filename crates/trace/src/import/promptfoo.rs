//! Results of promptfoo: what `promptfoo eval -o results.json` and `-o results.jsonl` write. Known from its source (promptfoo/promptfoo:
//! `src/types/index.ts`, `src/types/shared.ts`). Not its tables (CSV, HTML): they leave out what was graded by what.
//!
//! | file | what |
//! |---|---|
//! | `grading` | which of promptfoo's checks are programs and which are models |

mod grading;

use std::collections::BTreeMap;

use candor_llm::{Conversation, Message, Part, Provenance, Reasoning, Role, Usage, split_tagged};
use candor_record::Digester;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::bytes::Window;
use super::keys::Keys;
use super::reading::{Reading, Stop};
use super::records::{self, Records};
use super::wire::{self, Blocks, WireMessage};
use crate::error::Problem;
use crate::mapping::path::Step;
use crate::{Event, Label, LabelValue, Labeller, Money, Place, Question, Trace, Trial};
use grading::Grading;

/// Whether a file holds such results: as one document, or one a line.
pub(super) fn recognises(keys: &Keys) -> bool {
    is_document(keys) || (keys.has("promptIdx") && keys.has("testIdx"))
}

fn is_document(keys: &Keys) -> bool {
    keys.begins("results", b'{')
        && keys.has("results.version")
        && ["results.results", "results.prompts", "results.stats", "results.timestamp"].iter().any(|key| keys.has(key))
}

/// Reads the results of a file.
pub(super) fn read(window: &mut Window, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let field = |name: &str| Step::Field(name.to_owned());
    let head = window.head().trim_ascii_start();
    if is_document(&Keys::of(head)) {
        let steps = [field("results"), field("results"), Step::Items];
        return records::json(window, Some(&steps), &mut Results, reading);
    }
    if head.starts_with(b"[") {
        return records::json(window, Some(&[Step::Items]), &mut Results, reading);
    }
    records::lines(window, &mut Results, reading)
}

/// Reads one result after the other.
struct Results;

/// One prompt, filled with the variables of one test, answered by one provider.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    #[serde(default)]
    test_idx: Option<u64>,
    #[serde(borrow, default)]
    test_case: Option<TestCase<'a>>,
    #[serde(default)]
    provider: Option<Provider>,
    #[serde(borrow, default)]
    prompt: Option<Prompt<'a>>,
    #[serde(default)]
    vars: Option<BTreeMap<String, serde_json::Value>>,
    #[serde(borrow, default)]
    response: Option<Response<'a>>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    failure_reason: Option<u8>,
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    score: Option<f64>,
    #[serde(default)]
    grading_result: Option<Grading>,
    #[serde(default)]
    named_scores: Option<BTreeMap<String, f64>>,
    #[serde(default)]
    cost: Option<f64>,
    #[serde(default)]
    token_usage: Option<Tokens>,
}

#[derive(Debug, Deserialize)]
struct TestCase<'a> {
    #[serde(default)]
    description: Option<String>,
    #[serde(borrow, default)]
    assert: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Provider {
    Name(String),
    Named { id: String },
}

#[derive(Debug, Deserialize)]
struct Prompt<'a> {
    #[serde(borrow)]
    raw: &'a RawValue,
    #[serde(default)]
    label: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    #[serde(borrow, default)]
    output: Option<&'a RawValue>,
    #[serde(default)]
    token_usage: Option<Tokens>,
    #[serde(default)]
    cached: Option<bool>,
    #[serde(default)]
    cost: Option<f64>,
    #[serde(default)]
    reasoning: Option<Blocks>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tokens {
    #[serde(default)]
    prompt: Option<u64>,
    #[serde(default)]
    completion: Option<u64>,
    #[serde(default)]
    completion_details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    #[serde(default)]
    reasoning: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
}

/// promptfoo's number for a result that ended in an error of its own and not in a judgement.
const ERROR: u8 = 2;

impl Records for Results {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        let outcome = match serde_json::from_slice::<Outcome<'_>>(bytes) {
            Ok(outcome) => outcome,
            Err(error) => return reading.invalid(Problem::json_in(bytes, &error), place),
        };
        let Some(success) = outcome.success else {
            let problem = Problem::new("success", "true or false", "nothing");
            return reading.invalid(problem.hint("every result of promptfoo says whether it passed"), place);
        };
        let output = outcome.response.as_ref().and_then(|response| response.output).filter(|raw| raw.get() != "null");
        match output {
            Some(output) => {
                let text = plain(output);
                reading.trace(place, outcome.into_trace(text, success, place), false)
            }
            None => {
                reading.set_aside(&outcome.failure());
                Ok(())
            }
        }
    }
}

impl Outcome<'_> {
    /// Why there is no output, in the first words of the error.
    fn failure(&self) -> String {
        const WORDS: usize = 60;
        let error = self.error.or_else(|| self.response.as_ref()?.error).filter(|raw| raw.get() != "null");
        let Some(error) = error else { return "a result without output".to_owned() };
        let text = plain(error);
        let words: String = text.lines().next().unwrap_or_default().chars().take(WORDS).collect();
        format!("the call failed: {words}")
    }

    fn into_trace(mut self, text: String, success: bool, place: Place) -> Trace {
        let unit = self.unit(place);
        let response = self.response.take();
        let (tokens, cached, reasoning, cost) = match response {
            Some(Response { token_usage, cached, reasoning, cost, .. }) => (token_usage, cached, reasoning, cost),
            None => (None, None, None, None),
        };
        let usage = tokens.or(self.token_usage.take()).map(Usage::from).unwrap_or_default();
        let mut trace = Trace {
            trial: Trial { unit, arm: self.arm(), ..Trial::default() },
            model: self.provider.take().map(|provider| match provider {
                Provider::Name(name) | Provider::Named { id: name } => name,
            }),
            question: Question { gold: self.grading_result.as_ref().and_then(Grading::gold), options: None },
            usage,
            cost: self.cost.or(cost).and_then(Money::from_units),
            ..Trace::default()
        };
        if let Some(prompt) = &self.prompt {
            trace.events.push(Event::Request(Conversation { messages: asked(prompt.raw) }));
        }
        spoken(text, reasoning, usage.reasoning, &mut trace.events);
        let mut note = |name: &str, value: bool| {
            let value = LabelValue::Bool(value);
            trace.events.push(Event::Label(Label {
                name: name.to_owned(),
                value,
                by: Labeller::Source,
                who: None,
                note: None,
            }));
        };
        if cached == Some(true) {
            note("cached", true);
        }
        let failed = self.failure_reason == Some(ERROR);
        if let Some(grading) = self.grading_result {
            grading.into_events(success, failed, &mut trace.events);
        }
        for (name, value) in self
            .score
            .map(|score| ("score".to_owned(), score))
            .into_iter()
            .chain(self.named_scores.into_iter().flatten())
        {
            trace.events.push(Event::Score { name, value });
        }
        trace
    }

    /// The same variables under the same checks are the same question, whichever prompt and provider they go to and however often.
    fn unit(&self, place: Place) -> String {
        let case = self.test_case.as_ref();
        let description = case.and_then(|case| case.description.as_deref()).unwrap_or_default();
        let asserted = case.and_then(|case| case.assert).map(plain).unwrap_or_default();
        // What promptfoo itself adds to the variables changes from run to run.
        let vars = self.vars.iter().flatten().filter(|(name, _)| !name.starts_with('_') && *name != "sessionId");
        let mut digester = Digester::tagged("candor promptfoo test 1");
        let mut parts = vec![description.to_owned(), asserted];
        for (name, value) in vars {
            parts.push(name.clone());
            parts.push(value.to_string());
        }
        if parts.iter().all(String::is_empty) {
            return self.test_idx.map_or_else(|| format!("record {}", place.record), |test| format!("test {test}"));
        }
        for part in parts {
            digester.update(&(part.len() as u64).to_le_bytes());
            digester.update(part.as_bytes());
        }
        format!("test {}", &digester.finish().to_string()[..16])
    }

    /// The prompt's label, which is how promptfoo names the arms of its comparison. A label that is the whole prompt is named by digest.
    fn arm(&mut self) -> Option<String> {
        const LONGEST: usize = 80;
        let label = self.prompt.as_mut()?.label.take()?;
        if label.len() <= LONGEST && !label.contains('\n') {
            return Some(label);
        }
        let mut digester = Digester::tagged("candor promptfoo prompt 1");
        digester.update(label.as_bytes());
        Some(format!("prompt {}", &digester.finish().to_string()[..16]))
    }
}

/// A prompt that is a list of messages in JSON, or text of the user.
fn asked(raw: &RawValue) -> Vec<Message> {
    let text = plain(raw);
    if text.trim_start().starts_with('[')
        && let Ok(messages) = serde_json::from_str::<Vec<WireMessage>>(&text)
        && !messages.is_empty()
        && messages.iter().all(|message| message.role.as_deref().is_some_and(|role| wire::role(role).is_some()))
    {
        return messages.into_iter().map(|message| message.into_message(None)).collect();
    }
    vec![Message::text(Role::User, text)]
}

/// What the model said: reasoning where promptfoo keeps it apart, or between tags; else as it stands.
fn spoken(text: String, reasoning: Option<Blocks>, tokens: Option<u64>, events: &mut Vec<Event>) {
    let apart =
        reasoning.filter(|blocks| !blocks.is_empty()).map(|blocks| WireMessage::of(None, blocks).into_message(None));
    let apart = apart.into_iter().flat_map(|message| message.parts).find_map(|part| match part {
        Part::Reasoning(reasoning) => Some(reasoning),
        _ => None,
    });
    let tagged = split_tagged(&text);
    let within = (tagged.answer.len() != text.len()).then(|| tagged.to_reasoning());
    let answer = if within.is_some() { tagged.answer.to_owned() } else { text };
    // promptfoo puts thinking in front of the answer, and nothing marks where it ends: it is left there and said so.
    let in_front = answer.starts_with("Thinking: ");
    let hidden = (tokens.is_some_and(|tokens| tokens > 0) && !in_front)
        .then(|| Reasoning { text: String::new(), provenance: Provenance::Redacted });
    let reasoning = apart.or(within).or(hidden).filter(|reasoning| reasoning.provenance != Provenance::Absent);
    events.extend(reasoning.map(Event::Reasoning));
    events.push(Event::Output { text: answer, answer: None, finish: None });
    if in_front {
        let value = LabelValue::Bool(true);
        events.push(Event::Label(Label {
            name: "thinking_in_output".to_owned(),
            value,
            by: Labeller::Source,
            who: None,
            note: None,
        }));
    }
}

/// A JSON string without its quotes, or any other value as JSON without white space: the same whichever way the file is laid out.
fn plain(raw: &RawValue) -> String {
    match serde_json::from_str::<serde_json::Value>(raw.get()) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => raw.get().to_owned(),
    }
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        let details = tokens.completion_details.unwrap_or_default();
        Self {
            input: tokens.prompt,
            // `cached` counts what promptfoo's own cache answered: those tokens were not sent at all.
            cached_input: details.cache_read_input_tokens,
            output: tokens.completion,
            reasoning: details.reasoning,
        }
    }
}
