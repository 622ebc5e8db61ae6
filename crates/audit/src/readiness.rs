//! Whether a heap of traces can answer a question, said from counts only, before an audit runs. Each audit says it of its own questions.

use candor_trace::Inventory;
use serde::Serialize;

/// A question about models, and whether the data can answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// The question's name.
    pub name: &'static str,
    /// Whether the data can answer it with this version.
    pub ready: bool,
    /// What there is for it, or what is missing.
    pub says: String,
}

impl Readiness {
    /// The data can answer it; from what.
    pub fn ready(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, ready: true, says: says.into() }
    }

    /// It cannot; what is missing.
    pub fn missing(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, ready: false, says: says.into() }
    }
}

/// Every question, those that can be answered first; else in the order of the catalogue of audits.
#[must_use]
pub fn questions(holds: &Inventory) -> Vec<Readiness> {
    let mut all: Vec<Readiness> = crate::audits::ALL.iter().flat_map(|audit| audit.readiness(holds)).collect();
    all.push(crate::compare::readiness(holds));
    all.sort_by_key(|question| !question.ready);
    all
}

/// Why there are no verdicts, and what gives them.
pub(crate) fn missing_verdicts(holds: &Inventory) -> &'static str {
    if holds.answers > 0 {
        "answers without verdicts: a mapping with the right answer (gold) gives them"
    } else {
        "no verdicts: what is right was not recorded"
    }
}

#[cfg(test)]
mod tests {
    use candor_trace::{Cue, Event, Trace, Trial, arm};
    use candor_verify::{CueKind, Verdict};

    use super::*;

    fn trace(unit: usize, arm: Option<&str>, verdict: bool) -> Trace {
        pointed(unit, arm, verdict, Some("B"))
    }

    fn pointed(unit: usize, arm: Option<&str>, verdict: bool, target: Option<&str>) -> Trace {
        let events =
            verdict.then(|| Event::Verdict { verifier: "exact".to_owned(), verdict: Verdict::of(true, "A", "") });
        Trace {
            trial: Trial { unit: unit.to_string(), arm: arm.map(str::to_owned), ..Trial::default() },
            cue: (arm == Some(arm::CUED)).then_some(Cue {
                kind: CueKind::Sycophancy,
                target: target.map(str::to_owned),
                text: None,
            }),
            events: events.into_iter().collect(),
            ..Trace::default()
        }
    }

    fn says(holds: &Inventory, name: &str) -> (bool, String) {
        let found = questions(holds).into_iter().find(|question| question.name == name).unwrap();
        (found.ready, found.says)
    }

    #[test]
    fn samples_with_verdicts_give_a_curve_and_without_them_say_what_is_missing() {
        let mut with = Inventory::default();
        let mut without = Inventory::default();
        for unit in 0..20 {
            (0..4).for_each(|_| with.see(&trace(unit, None, true)));
            (0..4).for_each(|_| without.see(&trace(unit, None, false)));
        }
        assert_eq!(says(&with, "compute curve"), (true, "20 questions, 4 samples each".to_owned()));
        assert!(!says(&without, "compute curve").0);
        assert!(questions(&with)[0].ready, "what can be answered stands first");
        assert!(!says(&Inventory::default(), "compute curve").0);
    }

    #[test]
    fn cues_that_point_to_no_option_are_not_ready_and_say_what_to_map() {
        let mut holds = Inventory::default();
        for unit in 0..20 {
            for arm in [arm::UNCUED, arm::CUED] {
                holds.see(&pointed(unit, Some(arm), true, None));
            }
        }
        for name in ["faithfulness", "accuracy lost to hints"] {
            assert_eq!(says(&holds, name), (false, "no cue points to an option: map cue.target".to_owned()));
        }
        assert!(!says(&holds, "score against control").0);
    }

    #[test]
    fn pairs_without_a_readable_chain_are_not_ready() {
        let mut holds = Inventory::default();
        for unit in 0..20 {
            for arm in [arm::UNCUED, arm::CUED] {
                holds.see(&trace(unit, Some(arm), true));
            }
        }
        let (ready, why) = says(&holds, "faithfulness");
        assert!(!ready && why.contains("absent or redacted"), "{why}");
        assert_eq!(says(&holds, "accuracy lost to hints"), (true, "20 questions".to_owned()));
        assert!(!says(&holds, "score against control").0);
    }
}
