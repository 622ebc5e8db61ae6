//! The columns: what of a trace stands in each. Scalars are there to be asked, parts to be read again without loss. Not how they are written.

use std::borrow::Cow;

use candor_llm::Finish;
use candor_verify::Outcome;

use crate::recorded::{self, PARTS};
use crate::{Event, Trace};

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, as in the index where that has it too.
    pub name: &'static str,
    /// What it holds.
    pub what: &'static str,
    pub(super) take: Take,
}

/// How a value is taken out of a trace; the type of the column follows from it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Take {
    Text(fn(&Trace) -> Option<Cow<'_, str>>),
    Whole(fn(&Trace) -> Option<i64>),
    /// Milliseconds since 1970 (UTC).
    Time(fn(&Trace) -> Option<i64>),
    Real(fn(&Trace) -> Option<f64>),
    Truth(fn(&Trace) -> Option<bool>),
    /// A part of the trace as the record splits it.
    Part(&'static str),
}

const fn column(name: &'static str, what: &'static str, take: Take) -> Column {
    Column { name, what, take }
}

/// The columns, in their order.
pub const COLUMNS: [Column; 34] = [
    column("id", "identifier of the trace: 32 hexadecimal digits", Take::Text(|trace| own(trace.id().to_string()))),
    column("called_at", "when the call began (UTC)", Take::Time(|trace| trace.at_ms)),
    column("model", "as the source names it", Take::Text(|trace| lent(trace.model.as_ref()))),
    column("effort", "off, a level, or a budget", Take::Text(|trace| own(trace.effort.as_ref()?.to_string()))),
    column("unit", "the question", Take::Text(|trace| Some(trace.trial.unit.as_str().into()))),
    column("audit", "the audit that asked for it", Take::Text(|trace| lent(trace.trial.audit.as_ref()))),
    column("arm", "its arm", Take::Text(|trace| lent(trace.trial.arm.as_ref()))),
    column("sample", "which sample, from 0", Take::Whole(|trace| Some(trace.trial.sample.into()))),
    column("stratum", "task, category, language", Take::Text(|trace| lent(trace.stratum.as_ref()))),
    column("outcome", "the last verdict: correct, wrong, no_answer, error", Take::Text(outcome)),
    column("is_correct", "true and false for the outcomes correct and wrong, else null", Take::Truth(is_correct)),
    column("verifier", "who gave it", Take::Text(verifier)),
    column("answer", "the answer given", Take::Text(|trace| trace.answer().map(Cow::from))),
    column("gold", "the right one", Take::Text(|trace| lent(trace.question.gold.as_ref()))),
    column(
        "options",
        "how many a multiple-choice question has",
        Take::Whole(|trace| Some(trace.question.options?.into())),
    ),
    column("cue", "kind of a planted cue", Take::Text(|trace| Some(trace.cue.as_ref()?.kind.as_str().into()))),
    column("cue_target", "the option that it points to", Take::Text(|trace| lent(trace.cue.as_ref()?.target.as_ref()))),
    column("score", "the first number that was given to the call", Take::Real(|trace| trace.score(None))),
    column(
        "finish",
        "why the model stopped: stop, length, tool_calls, filtered, or the vendor's word",
        Take::Text(finish),
    ),
    column(
        "reasoning",
        "provenance of the chain of thought: raw, summary, redacted, truncated, absent",
        Take::Text(|trace| Some(trace.provenance().as_str().into())),
    ),
    column("tokens_input", "tokens", Take::Whole(|trace| count(trace.usage.input))),
    column("tokens_cached_input", "tokens", Take::Whole(|trace| count(trace.usage.cached_input))),
    column("tokens_output", "tokens", Take::Whole(|trace| count(trace.usage.output))),
    column("tokens_reasoning", "tokens", Take::Whole(|trace| count(trace.usage.reasoning))),
    column("cost_micro", "millionths of a dollar", Take::Whole(|trace| Some(trace.cost?.0))),
    column("planted", "a planted process, not a language model", Take::Truth(|trace| Some(trace.planted))),
    column("part_trace", "everything but the events: JSON", Take::Part(recorded::REST)),
    column("part_request", "what was asked: JSON", Take::Part("request")),
    column("part_retrieval", "what was fetched: JSON", Take::Part("retrieval")),
    column("part_tools", "tools called and what they gave back: JSON", Take::Part("tools")),
    column(
        "part_reasoning",
        "chain of thought, left open unless it was asked for: JSON",
        Take::Part(recorded::REASONING),
    ),
    column("part_output", "what the caller got: JSON", Take::Part("output")),
    column("part_verdict", "verdicts, scores and erasures: JSON", Take::Part("verdict")),
    column("part_label", "what was said about it: JSON", Take::Part("label")),
];

/// How many of them are parts; they stand last.
pub(super) const SCALARS: usize = COLUMNS.len() - PARTS.len();

fn own(text: String) -> Option<Cow<'static, str>> {
    Some(text.into())
}

fn lent(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| text.as_str().into())
}

fn count(tokens: Option<u64>) -> Option<i64> {
    i64::try_from(tokens?).ok()
}

fn outcome(trace: &Trace) -> Option<Cow<'_, str>> {
    Some(trace.verdict()?.outcome.as_str().into())
}

fn is_correct(trace: &Trace) -> Option<bool> {
    match trace.verdict()?.outcome {
        Outcome::Correct => Some(true),
        Outcome::Wrong => Some(false),
        _ => None,
    }
}

fn verifier(trace: &Trace) -> Option<Cow<'_, str>> {
    trace.events.iter().rev().find_map(|event| match event {
        Event::Verdict { verifier, .. } => Some(verifier.as_str().into()),
        _ => None,
    })
}

fn finish(trace: &Trace) -> Option<Cow<'_, str>> {
    trace.events.iter().rev().find_map(|event| match event {
        Event::Output { finish, .. } => finish.as_ref().map(word),
        _ => None,
    })
}

fn word(finish: &Finish) -> Cow<'_, str> {
    match finish {
        Finish::Stop => "stop".into(),
        Finish::Length => "length".into(),
        Finish::ToolCalls => "tool_calls".into(),
        Finish::Filtered => "filtered".into(),
        Finish::Other(word) => word.into(),
    }
}
