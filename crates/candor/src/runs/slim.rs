//! A trace without its texts: what comparisons and re-runs need, in the canonical form, so that it is read back as a trace. Requests,
//! retrievals, tool traffic and chains stay out; a long answer is replaced by its digest.

use std::borrow::Cow;

use candor_llm::{Effort, Finish, Provenance, Usage};
use candor_record::Digest;
use candor_trace::{Event, Label, Money, Question, Trace, TraceId, Trial};
use candor_verify::{CueKind, Outcome};
use serde::Serialize;

/// An answer longer than this is known by its digest only.
const LONGEST_ANSWER: usize = 64;

/// A trace without its texts.
#[derive(Debug, Serialize)]
pub(super) struct Slim<'t> {
    recorded_id: TraceId,
    trial: &'t Trial,
    #[serde(skip_serializing_if = "Option::is_none")]
    stratum: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'t Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<i64>,
    question: Known<'t>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cue: Option<Cue<'t>>,
    events: Vec<Kept<'t>>,
    usage: &'t Usage,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Money>,
    planted: bool,
}

#[derive(Debug, Serialize)]
struct Known<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    gold: Option<Cow<'t, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<u16>,
}

#[derive(Debug, Serialize)]
struct Cue<'t> {
    kind: &'t CueKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'t str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kept<'t> {
    Reasoning {
        text: &'static str,
        provenance: Provenance,
    },
    Output {
        text: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<Cow<'t, str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        finish: Option<&'t Finish>,
    },
    Verdict {
        verifier: &'t str,
        verdict: Verdict<'t>,
    },
    Score {
        name: &'t str,
        value: f64,
    },
    Label(&'t Label),
    Erasure {
        at_ms: i64,
        basis: &'t str,
    },
}

#[derive(Debug, Serialize)]
struct Verdict<'t> {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    extracted: Option<Cow<'t, str>>,
    why: &'static str,
}

impl<'t> Slim<'t> {
    /// What one trace says apart from its texts.
    pub(super) fn of(trace: &'t Trace) -> Self {
        let Question { gold, options } = &trace.question;
        Self {
            recorded_id: trace.id(),
            trial: &trace.trial,
            stratum: trace.stratum.as_deref(),
            model: trace.model.as_deref(),
            effort: trace.effort.as_ref(),
            at_ms: trace.at_ms,
            question: Known { gold: gold.as_deref().map(short), options: *options },
            cue: trace.cue.as_ref().map(|cue| Cue { kind: &cue.kind, target: cue.target.as_deref() }),
            events: trace.events.iter().filter_map(kept).collect(),
            usage: &trace.usage,
            cost: trace.cost,
            planted: trace.planted,
        }
    }
}

fn kept(event: &Event) -> Option<Kept<'_>> {
    match event {
        Event::Request(_) | Event::Retrieval { .. } | Event::ToolCall { .. } | Event::ToolResult { .. } => None,
        Event::Reasoning(reasoning) => Some(Kept::Reasoning { text: "", provenance: reasoning.provenance }),
        Event::Output { answer, finish, .. } => {
            Some(Kept::Output { text: "", answer: answer.as_deref().map(short), finish: finish.as_ref() })
        }
        Event::Verdict { verifier, verdict } => Some(Kept::Verdict {
            verifier,
            verdict: Verdict { outcome: verdict.outcome, extracted: verdict.extracted.as_deref().map(short), why: "" },
        }),
        Event::Score { name, value } => Some(Kept::Score { name, value: *value }),
        Event::Label(label) => Some(Kept::Label(label)),
        Event::Erasure { at_ms, basis } => Some(Kept::Erasure { at_ms: *at_ms, basis }),
    }
}

/// The answer, or the digest of a long one: equal answers stay equal.
fn short(answer: &str) -> Cow<'_, str> {
    if answer.len() <= LONGEST_ANSWER {
        Cow::Borrowed(answer)
    } else {
        Cow::Owned(format!("sha256:{}", Digest::of(answer.trim().as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use candor_llm::{Conversation, Reasoning};
    use candor_trace::{LabelValue, Labeller};

    use super::*;

    #[test]
    fn a_slim_trace_is_a_trace_without_texts() {
        let long = "x".repeat(100);
        let trace = Trace {
            trial: Trial { unit: "q1".to_owned(), arm: Some("cued".to_owned()), ..Trial::default() },
            cue: Some(candor_trace::Cue {
                kind: CueKind::Sycophancy,
                target: Some("B".to_owned()),
                text: Some("secret cue".to_owned()),
            }),
            effort: Some(Effort::Off),
            events: vec![
                Event::Request(Conversation::default()),
                Event::Reasoning(Reasoning::raw("secret chain")),
                Event::Output { text: "secret".to_owned(), answer: Some(long.clone()), finish: Some(Finish::Stop) },
                Event::Verdict {
                    verifier: "exact".to_owned(),
                    verdict: candor_verify::Verdict::of(true, "B", "secret why"),
                },
                Event::Score { name: "reward".to_owned(), value: 0.5 },
                Event::Label(Label {
                    name: "mentions_cue".to_owned(),
                    value: LabelValue::Bool(true),
                    by: Labeller::Human,
                    who: None,
                    note: None,
                }),
            ],
            planted: true,
            ..Trace::default()
        };
        let line = serde_json::to_string(&Slim::of(&trace)).unwrap();
        assert!(!line.contains("secret"), "{line}");
        let back: Trace = serde_json::from_str(&line).unwrap();
        assert_eq!(back.id(), trace.id());
        assert_eq!(
            (back.trial.clone(), back.effort.clone(), back.planted),
            (trace.trial.clone(), trace.effort.clone(), true)
        );
        assert_eq!((back.provenance(), back.answer(), back.score(None)), (Provenance::Raw, Some("B"), Some(0.5)));
        assert_eq!(back.events.len(), trace.events.len() - 1, "only the request is left out");
        assert!(matches!(&back.events[1], Event::Output { answer: Some(answer), .. } if answer.starts_with("sha256:")));
    }
}
