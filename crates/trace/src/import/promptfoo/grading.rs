//! What promptfoo's checks say, told apart by who judges: a program, a model or a person. Not a judgement of the checks.

use candor_verify::{Outcome, Verdict};
use serde::Deserialize;

use crate::{Event, Label, LabelValue, Labeller};

/// A check, or several under one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grading {
    #[serde(default)]
    pass: Option<bool>,
    #[serde(default)]
    score: Option<f64>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    component_results: Option<Vec<Grading>>,
    #[serde(default)]
    assertion: Option<Assertion>,
}

#[derive(Debug, Deserialize)]
struct Assertion {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Option<serde_json::Value>,
}

/// Checks in which a model judges (promptfoo's documentation, "model-graded metrics"); `not-` may stand before each.
const JUDGED: [&str; 19] = [
    "agent-rubric",
    "answer-relevance",
    "classifier",
    "context-faithfulness",
    "context-recall",
    "context-relevance",
    "conversation-relevance",
    "factuality",
    "g-eval",
    "guardrails",
    "llm-rubric",
    "model-graded-closedqa",
    "model-graded-factuality",
    "moderation",
    "pi",
    "search-rubric",
    "select-best",
    "similar",
    "trajectory:goal-success",
];

impl Assertion {
    /// The name, and who judges.
    fn judge(&self) -> (String, Option<Labeller>) {
        let kind = self.kind.clone().unwrap_or_else(|| "check".to_owned());
        let bare = kind.strip_prefix("not-").unwrap_or(&kind);
        let by = if bare == "human" {
            Some(Labeller::Human)
        } else if JUDGED.contains(&bare) || bare.starts_with("promptfoo:") || bare.starts_with("similar:") {
            Some(Labeller::Judge)
        } else {
            None
        };
        (kind, by)
    }
}

impl Grading {
    /// The right answer, where exactly one check compares with one.
    pub(super) fn gold(&self) -> Option<String> {
        let mut found = self.component_results.iter().flatten().filter_map(|part| {
            let assertion = part.assertion.as_ref()?;
            (assertion.kind.as_deref() == Some("equals")).then(|| match assertion.value.as_ref()? {
                serde_json::Value::String(text) => Some(text.clone()),
                serde_json::Value::Null => None,
                value => Some(value.to_string()),
            })?
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The checks in their order, then what they come to. It is a verdict only where programs alone decided.
    pub(super) fn into_events(self, success: bool, failed: bool, events: &mut Vec<Event>) {
        let parts: Vec<Grading> = self.component_results.unwrap_or_default();
        let reason = self.reason.unwrap_or_default();
        let why = reason.lines().next().unwrap_or_default().to_owned();
        if failed {
            let verdict = Verdict { outcome: Outcome::Error, extracted: None, why };
            events.push(Event::Verdict { verifier: "promptfoo".to_owned(), verdict });
            return;
        }
        let judges: Vec<Option<Labeller>> =
            parts.iter().map(|part| part.assertion.as_ref().and_then(|assertion| assertion.judge().1)).collect();
        let alone = parts.len() == 1;
        let empty = parts.is_empty();
        for part in parts {
            part.push(alone, events);
        }
        // Without any check everything passes, which says nothing.
        if empty || alone {
            return;
        }
        let by = judges.into_iter().flatten().max_by_key(|by| *by == Labeller::Judge);
        judged("promptfoo".to_owned(), by, success, why, events);
    }

    /// One check of several.
    fn push(self, alone: bool, events: &mut Vec<Event>) {
        let Some(pass) = self.pass else { return };
        let (kind, by) = self.assertion.as_ref().map_or_else(|| ("check".to_owned(), None), Assertion::judge);
        let why = self.reason.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        judged(format!("promptfoo {kind}"), by, pass, why, events);
        if let Some(value) = self.score
            && by.is_some()
            && !alone
        {
            events.push(Event::Score { name: format!("promptfoo {kind}"), value });
        }
    }
}

/// A verdict of a program, or what somebody else says.
fn judged(name: String, by: Option<Labeller>, pass: bool, why: String, events: &mut Vec<Event>) {
    match by {
        None => {
            let outcome = if pass { Outcome::Correct } else { Outcome::Wrong };
            let verdict = Verdict { outcome, extracted: None, why };
            events.push(Event::Verdict { verifier: name, verdict });
        }
        Some(by) => events.push(Event::Label(Label { name, value: LabelValue::Bool(pass), by, who: None, note: None })),
    }
}
