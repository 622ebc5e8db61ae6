//! One attempt at a test input as a trace: a grid alone, or a grid with what arc-agi-benchmarking records of the call. Not which attempt it is.

use candor_llm::{Conversation, Effort, Message, Provenance, Reasoning, Role, Usage};
use candor_verify::Verdict;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{grid, unit};
use crate::error::Problem;
use crate::import::{instant, wire};
use crate::{Event, Money, Trace, Trial};

/// Who decided, where the source says what is right.
const VERIFIER: &str = "arc-agi-benchmarking";

/// What the file and the place in it say of an attempt.
pub(super) struct Meant<'a> {
    pub(super) task: &'a str,
    pub(super) input: u64,
    pub(super) submission: Option<&'a str>,
}

/// An attempt.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    /// The grid; `None` where there is no answer.
    grid: Option<String>,
    /// The answer where it is words and not a grid.
    words: Option<String>,
    correct: Option<bool>,
    metadata: Metadata<'a>,
}

#[derive(Debug, Deserialize)]
struct Recorded<'a> {
    #[serde(borrow)]
    answer: &'a RawValue,
    #[serde(borrow, default)]
    metadata: Option<Metadata<'a>>,
    #[serde(default)]
    correct: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata<'a> {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    start_timestamp: Option<String>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    reasoning_summary: Option<String>,
    #[serde(default)]
    kwargs: Option<Asked>,
    #[serde(default)]
    usage: Option<Tokens>,
    #[serde(default)]
    cost: Option<Cost>,
    #[serde(default)]
    task_id: Option<String>,
    #[serde(default)]
    pair_index: Option<u64>,
    #[serde(default)]
    test_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Choice<'a> {
    #[serde(borrow, default)]
    message: Option<Said<'a>>,
}

#[derive(Debug, Deserialize)]
struct Said<'a> {
    #[serde(default)]
    role: Option<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

/// The effort among what a provider was asked for.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    reasoning_effort: Option<String>,
    #[serde(default)]
    reasoning: Option<Reasoned>,
    #[serde(default)]
    thinking: Option<Thinking>,
}

#[derive(Debug, Deserialize)]
struct Reasoned {
    #[serde(default)]
    effort: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Thinking {
    #[serde(default)]
    budget_tokens: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens_details: Option<Details>,
}

#[derive(Debug, Deserialize)]
struct Details {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Cost {
    #[serde(default)]
    total_cost: Option<f64>,
}

impl<'a> Attempt<'a> {
    /// Reads `null`, a grid, or an object with `answer` and what was recorded beside it.
    pub(super) fn read(value: &'a RawValue) -> Result<Self, Problem> {
        let text = value.get();
        if !text.starts_with('{') {
            let (grid, words) = answer(value)?;
            return Ok(Self { grid, words, correct: None, metadata: Metadata::default() });
        }
        let recorded = serde_json::from_str::<Recorded<'a>>(text).map_err(|error| {
            let mut problem = Problem::json_in(text.as_bytes(), &error);
            if !problem.field.is_empty() {
                problem.field.insert(0, '.');
            }
            problem
        })?;
        let (grid, words) = answer(recorded.answer).map_err(|mut problem| {
            problem.field.insert_str(0, ".answer");
            problem
        })?;
        let metadata = recorded.metadata.unwrap_or_default();
        Ok(Self { grid, words, correct: recorded.correct, metadata })
    }

    /// The attempt of that number (from 0) as a trace.
    pub(super) fn into_trace(self, meant: &Meant<'_>, number: u32) -> Result<Trace, Problem> {
        let Self { grid, words, correct, metadata } = self;
        let at_ms = instant::in_field(".metadata.start_timestamp", metadata.start_timestamp.as_deref())?;
        let task = metadata.task_id.as_deref().filter(|task| !task.is_empty()).unwrap_or(meant.task);
        let arm = metadata.test_id.as_deref().filter(|name| !name.is_empty()).or(meant.submission);
        let tokens = metadata.usage.as_ref();
        let reasoning = tokens.and_then(|tokens| tokens.completion_tokens_details.as_ref()?.reasoning_tokens);
        let mut trace = Trace {
            trial: Trial {
                unit: unit(task, metadata.pair_index.unwrap_or(meant.input)),
                arm: arm.map(str::to_owned),
                sample: number,
                ..Trial::default()
            },
            effort: metadata.kwargs.as_ref().and_then(Asked::effort),
            at_ms,
            usage: Usage {
                input: tokens.and_then(|tokens| tokens.prompt_tokens),
                output: tokens.and_then(|tokens| tokens.completion_tokens),
                reasoning,
                ..Usage::default()
            },
            cost: metadata.cost.as_ref().and_then(|cost| cost.total_cost).and_then(Money::from_units),
            ..Trace::default()
        };
        let (asked, said) = spoken(metadata.choices.unwrap_or_default());
        if !asked.is_empty() {
            trace.events.push(Event::Request(Conversation { messages: asked }));
        }
        let chain = match metadata.reasoning_summary.filter(|summary| !summary.trim().is_empty()) {
            Some(text) => Some(Reasoning { text, provenance: Provenance::Summary }),
            // Counted, but not shown.
            None => reasoning
                .is_some_and(|tokens| tokens > 0)
                .then(|| Reasoning { text: String::new(), provenance: Provenance::Redacted }),
        };
        trace.events.extend(chain.map(Event::Reasoning));
        trace.model = metadata.model.filter(|model| !model.is_empty());
        let answer = grid.clone().or(words);
        let text = said.or_else(|| answer.clone()).unwrap_or_default();
        trace.events.push(Event::Output { text, answer: answer.clone(), finish: None });
        if let Some(correct) = correct {
            let why = "as the source recorded it";
            let verdict = match answer {
                Some(answer) => Verdict::of(correct, answer, why),
                None => Verdict::no_answer(why),
            };
            trace.events.push(Event::Verdict { verifier: VERIFIER.to_owned(), verdict });
        }
        Ok(trace)
    }
}

/// The grid of an answer, or its words where it is text that holds no grid by itself.
fn answer(value: &RawValue) -> Result<(Option<String>, Option<String>), Problem> {
    match value.get().as_bytes().first() {
        Some(b'n') => Ok((None, None)),
        Some(b'"') => {
            let text = serde_json::from_str::<String>(value.get()).map_err(|error| Problem::json(&error))?;
            let within = serde_json::from_str::<&RawValue>(text.trim()).ok().and_then(|value| grid::grid(value).ok());
            Ok(match within {
                Some(grid) => (grid, None),
                None => (None, (!text.trim().is_empty()).then_some(text)),
            })
        }
        _ => grid::grid(value).map(|grid| (grid, None)),
    }
}

/// What was asked, and what the model said last.
fn spoken(choices: Vec<Choice<'_>>) -> (Vec<Message>, Option<String>) {
    let (mut asked, mut said) = (Vec::new(), None);
    for Said { role, content } in choices.into_iter().filter_map(|choice| choice.message) {
        let Some(role) = role.as_deref().and_then(wire::role) else { continue };
        // What is no text, such as blocks of several kinds, is not shown.
        let Some(text) = content.and_then(|content| serde_json::from_str::<String>(content.get()).ok()) else {
            continue;
        };
        if role == Role::Assistant {
            said = Some(text);
        } else {
            asked.push(Message::text(role, text));
        }
    }
    (asked, said)
}

impl Asked {
    fn effort(&self) -> Option<Effort> {
        let named =
            self.reasoning_effort.as_deref().or(self.reasoning.as_ref().and_then(|asked| asked.effort.as_deref()));
        named
            .map(Effort::from_foreign)
            .or_else(|| self.thinking.as_ref().and_then(|thinking| thinking.budget_tokens).map(Effort::Budget))
    }
}
