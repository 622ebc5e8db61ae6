//! The fields that a query can name, and what a trace holds under them. Not how they are compared.

use std::borrow::Cow;

use candor_llm::{Conversation, Part};

use crate::{Event, Trace, Whom};

/// A field whose values are texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Id,
    Unit,
    Arm,
    Model,
    Effort,
    Stratum,
    Cue,
    Verdict,
    Reasoning,
    Answer,
    Gold,
    Tool,
    File,
    Subject,
    Label(String),
}

/// A field whose values are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    Sample,
    InputTokens,
    OutputTokens,
    ReasoningTokens,
    Cost,
    Exit,
    /// Milliseconds since 1970 (UTC).
    At,
    Score(String),
}

/// Something that is recorded or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    Reasoning,
    Tools,
    Failure,
    Retrieval,
    Verdict,
    Answer,
    Label,
    Score,
    Cost,
    Tokens,
    Effort,
    Cue,
    Truncated,
    Planted,
}

/// The fields of texts by name.
pub(super) const TEXTS: [(&str, Text); 14] = [
    ("id", Text::Id),
    ("unit", Text::Unit),
    ("arm", Text::Arm),
    ("model", Text::Model),
    ("effort", Text::Effort),
    ("stratum", Text::Stratum),
    ("cue", Text::Cue),
    ("verdict", Text::Verdict),
    ("reasoning", Text::Reasoning),
    ("answer", Text::Answer),
    ("gold", Text::Gold),
    ("tool", Text::Tool),
    ("file", Text::File),
    ("subject", Text::Subject),
];

/// The fields of numbers by name.
pub(super) const NUMBERS: [(&str, Number); 8] = [
    ("sample", Number::Sample),
    ("tokens", Number::OutputTokens),
    ("tokens.output", Number::OutputTokens),
    ("tokens.input", Number::InputTokens),
    ("tokens.reasoning", Number::ReasoningTokens),
    ("cost", Number::Cost),
    ("exit", Number::Exit),
    ("at", Number::At),
];

/// What `has:` can ask for, by name.
pub(super) const RECORDED: [(&str, Recorded); 14] = [
    ("reasoning", Recorded::Reasoning),
    ("tools", Recorded::Tools),
    ("failure", Recorded::Failure),
    ("retrieval", Recorded::Retrieval),
    ("verdict", Recorded::Verdict),
    ("answer", Recorded::Answer),
    ("label", Recorded::Label),
    ("score", Recorded::Score),
    ("cost", Recorded::Cost),
    ("tokens", Recorded::Tokens),
    ("effort", Recorded::Effort),
    ("cue", Recorded::Cue),
    ("truncated", Recorded::Truncated),
    ("planted", Recorded::Planted),
];

impl Text {
    /// Whether any value of this field makes `wanted` true. A trace without a value has none.
    pub(super) fn any(&self, trace: &Trace, wanted: &mut dyn FnMut(&str) -> bool) -> bool {
        let mut one = |value: Option<&str>| value.is_some_and(&mut *wanted);
        match self {
            // Where it was read names a trace too: reports cite it so.
            Self::Id => wanted(&trace.id().to_string()) || wanted(&trace.origin.trace_id().to_string()),
            Self::Unit => wanted(&trace.trial.unit),
            Self::Arm => one(trace.trial.arm.as_deref()),
            Self::Model => one(trace.model.as_deref()),
            Self::Effort => trace.effort.as_ref().is_some_and(|effort| wanted(&effort.to_string())),
            Self::Stratum => one(trace.stratum.as_deref()),
            Self::Cue => one(trace.cue.as_ref().map(|cue| cue.kind.as_str())),
            Self::Verdict => one(trace.verdict().map(|verdict| verdict.outcome.as_str())),
            Self::Reasoning => wanted(trace.provenance().as_str()),
            Self::Answer => one(trace.answer()),
            Self::Gold => one(trace.question.gold.as_deref()),
            Self::Tool => trace.events.iter().any(|event| match event {
                Event::ToolCall { name, .. } => wanted(name),
                _ => false,
            }),
            Self::File => wanted(&trace.origin.file),
            Self::Subject => one(trace.whom.as_ref().and_then(Whom::pseudonym)),
            Self::Label(name) => trace.events.iter().any(|event| match event {
                Event::Label(label) if label.name == *name => wanted(&label.value.as_text()),
                _ => false,
            }),
        }
    }
}

impl Number {
    /// Whether any value of this field makes `wanted` true.
    pub(super) fn any(&self, trace: &Trace, wanted: &dyn Fn(f64) -> bool) -> bool {
        let one = |value: Option<u64>| value.is_some_and(|value| wanted(value as f64));
        match self {
            Self::Sample => wanted(f64::from(trace.trial.sample)),
            Self::InputTokens => one(trace.usage.input),
            Self::OutputTokens => one(trace.usage.output),
            Self::ReasoningTokens => one(trace.usage.reasoning),
            Self::Cost => trace.cost.is_some_and(|cost| wanted(cost.units())),
            Self::At => trace.at_ms.is_some_and(|at| wanted(at as f64)),
            Self::Exit => trace.events.iter().any(|event| match event {
                Event::ToolResult { exit_code: Some(code), .. } => wanted(f64::from(*code)),
                _ => false,
            }),
            Self::Score(name) => trace.events.iter().any(|event| match event {
                Event::Score { name: found, value } if found == name => wanted(*value),
                _ => false,
            }),
        }
    }
}

impl Recorded {
    pub(super) fn holds(self, trace: &Trace) -> bool {
        let any = |wanted: fn(&Event) -> bool| trace.events.iter().any(wanted);
        match self {
            Self::Reasoning => trace.reasoning().is_some_and(|reasoning| reasoning.readable().is_some()),
            Self::Tools => any(|event| matches!(event, Event::ToolCall { .. })),
            Self::Failure => any(|event| {
                matches!(event, Event::ToolResult { exit_code, is_error, .. }
                    if exit_code.is_some_and(|code| code != 0) || *is_error == Some(true))
            }),
            Self::Retrieval => any(|event| matches!(event, Event::Retrieval { .. })),
            Self::Verdict => trace.verdict().is_some(),
            Self::Answer => trace.answer().is_some(),
            Self::Label => any(|event| matches!(event, Event::Label(_))),
            Self::Score => any(|event| matches!(event, Event::Score { .. })),
            Self::Cost => trace.cost.is_some(),
            Self::Tokens => trace.usage.output.is_some(),
            Self::Effort => trace.effort.is_some(),
            Self::Cue => trace.cue.is_some(),
            Self::Truncated => trace.is_truncated(),
            Self::Planted => trace.planted,
        }
    }
}

/// Whether any text of the trace makes `wanted` true: what was asked, fetched, called, thought and answered.
pub(super) fn any_text(trace: &Trace, wanted: &mut dyn FnMut(&str) -> bool) -> bool {
    trace.events.iter().any(|event| match event {
        Event::Request(conversation) => texts(conversation).any(|text| wanted(&text)),
        Event::Retrieval { query, documents } => {
            wanted(query) || documents.iter().any(|document| wanted(&document.text))
        }
        Event::ToolCall { name, arguments, .. } => wanted(name) || wanted(arguments),
        Event::ToolResult { content, .. } => wanted(content),
        Event::Reasoning(reasoning) => wanted(&reasoning.text),
        Event::Output { text, answer, .. } => wanted(text) || answer.as_deref().is_some_and(&mut *wanted),
        Event::Verdict { verdict, .. } => wanted(&verdict.why),
        Event::Label(label) => wanted(&label.value.as_text()),
        Event::Score { .. } | Event::Erasure { .. } => false,
    })
}

fn texts(conversation: &Conversation) -> impl Iterator<Item = Cow<'_, str>> {
    conversation.messages.iter().flat_map(|message| &message.parts).map(|part| match part {
        Part::Text { text } => Cow::Borrowed(text.as_str()),
        Part::Reasoning(reasoning) => Cow::Borrowed(reasoning.text.as_str()),
        Part::ToolCall { name, arguments, .. } => Cow::Owned(format!("{name} {arguments}")),
        Part::ToolResult { content, .. } => Cow::Borrowed(content.as_str()),
        Part::Sealed { .. } => Cow::Borrowed(""),
    })
}
