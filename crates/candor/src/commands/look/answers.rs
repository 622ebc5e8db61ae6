//! Which questions a heap of traces can answer, and what is missing for the others. From counts only.

use candor_trace::Inventory;
use candor_trace::inventory::{Depth, Pairs};
use serde::Serialize;

use crate::show::text::{counted, thousands};

/// Fewer independent units than this are no measurement.
const FEWEST: u64 = candor_stats::claim::FEWEST_UNITS;

/// Labels that a correction needs to be worth printing, as a number that people can plan with.
const LABELS: u64 = 120;

/// A question about models, and whether the data can answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Question {
    /// The question's name.
    pub(crate) name: &'static str,
    /// Whether the data can answer it with this version.
    pub(crate) ready: bool,
    /// What there is for it, or what is missing.
    pub(crate) says: String,
}

impl Question {
    fn ready(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, ready: true, says: says.into() }
    }

    fn missing(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, ready: false, says: says.into() }
    }
}

/// Every question, those that can be answered first.
pub(crate) fn questions(holds: &Inventory) -> Vec<Question> {
    let (depth, pairs) = (holds.depth(), holds.pairs());
    let mut all = vec![
        curve(holds, depth),
        best_of_k(holds, depth),
        faithfulness(holds, pairs),
        control(pairs),
        misleading(holds, pairs),
        corrected(holds, pairs),
        reversed(pairs),
        comparison(holds, depth),
    ];
    all.extend(later(holds));
    all.sort_by_key(|question| !question.ready);
    all
}

fn curve(holds: &Inventory, depth: Option<Depth>) -> Question {
    const NAME: &str = "compute curve";
    match depth {
        None => Question::missing(NAME, "no traces"),
        Some(depth) if depth.median < 2 => {
            Question::missing(NAME, "one sample per question: record at least 4, better 16")
        }
        Some(depth) if depth.decided == 0 => Question::missing(NAME, missing_verdicts(holds)),
        Some(depth) if depth.questions < FEWEST => {
            Question::missing(NAME, format!("{}: at least {FEWEST}", counted(depth.questions, "question")))
        }
        Some(depth) => Question::ready(
            NAME,
            format!("{}, {} samples each", counted(depth.questions, "question"), thousands(u64::from(depth.median))),
        ),
    }
}

/// Why there are no verdicts, and what gives them.
fn missing_verdicts(holds: &Inventory) -> &'static str {
    if holds.answers > 0 {
        "answers without verdicts: a mapping with the right answer (gold) gives them"
    } else {
        "no verdicts: what is right was not recorded"
    }
}

fn best_of_k(holds: &Inventory, depth: Option<Depth>) -> Question {
    const NAME: &str = "best-of-k by score";
    let several = depth.is_some_and(|depth| depth.median > 1 && depth.decided > 0);
    match holds.scores.iter().max_by_key(|(_, count)| **count) {
        None => Question::missing(NAME, "no recorded score"),
        Some(_) if !several => Question::missing(NAME, "needs several samples per question, with verdicts"),
        Some((name, count)) => Question::ready(NAME, format!("{} scored by {name}", counted(*count, "sample"))),
    }
}

fn faithfulness(holds: &Inventory, pairs: Pairs) -> Question {
    const NAME: &str = "faithfulness";
    if pairs.cued == 0 {
        return Question::missing(
            NAME,
            if holds.cues.is_empty() { "no cued arm: the same questions with a planted hint" } else { "no uncued arm" },
        );
    }
    if holds.readable() == 0 {
        return Question::missing(NAME, "no readable chain of thought: absent or redacted ones are not silent");
    }
    if pairs.cued < FEWEST {
        return Question::missing(
            NAME,
            format!("{} asked both ways: at least {FEWEST}", counted(pairs.cued, "question")),
        );
    }
    Question::ready(
        NAME,
        format!(
            "{} asked with and without a hint, {} of it",
            counted(pairs.cued, "question"),
            counted(holds.cues.len() as u64, "kind")
        ),
    )
}

fn control(pairs: Pairs) -> Question {
    const NAME: &str = "score against control";
    match pairs.controlled {
        0 => Question::missing(NAME, "no control arm: a second uncued answer per question"),
        n => Question::ready(NAME, format!("{} with a second uncued answer", counted(n, "question"))),
    }
}

fn misleading(holds: &Inventory, pairs: Pairs) -> Question {
    const NAME: &str = "accuracy lost to hints";
    match (pairs.cued, holds.verdicts) {
        (0, _) => Question::missing(NAME, "no cued arm"),
        (_, 0) => Question::missing(NAME, missing_verdicts(holds)),
        (n, _) => Question::ready(NAME, counted(n, "question")),
    }
}

fn corrected(holds: &Inventory, pairs: Pairs) -> Question {
    const NAME: &str = "rate corrected by labels";
    match (holds.mention_labels, pairs.cued) {
        (0, _) => Question::missing(NAME, format!("no labels of mentions: {LABELS} drawn at random would do")),
        (n, 0) => Question::missing(NAME, format!("{}, but no cued arm", counted(n, "label"))),
        (n, _) => Question::ready(NAME, format!("{} labelled", counted(n, "chain"))),
    }
}

fn reversed(pairs: Pairs) -> Question {
    const NAME: &str = "reversed comparisons";
    match pairs.reversed {
        0 => Question::missing(NAME, "no questions asked forward and reversed"),
        n => Question::ready(NAME, counted(n, "question")),
    }
}

fn comparison(holds: &Inventory, depth: Option<Depth>) -> Question {
    const NAME: &str = "before against after";
    if holds.verdicts == 0 {
        return Question::missing(NAME, missing_verdicts(holds));
    }
    Question::ready(
        NAME,
        format!("{}: candor compare BEFORE AFTER", counted(depth.map_or(0, |depth| depth.questions), "question")),
    )
}

/// What the data holds material for that this version does not audit yet.
fn later(holds: &Inventory) -> Vec<Question> {
    let mut later = Vec::new();
    if holds.efforts.len() > 1 {
        later
            .push(Question::missing("effort levels", format!("{} recorded; not in this version", holds.efforts.len())));
    }
    if holds.tools > 0 {
        let calls = counted(holds.tools, "call");
        later.push(Question::missing("claims against record", format!("{calls} with tools; not in this version")));
    }
    if holds.readable() > 0 {
        let chains = counted(holds.readable(), "chain");
        later.push(Question::missing("chain against answer", format!("{chains}; not in this version")));
    }
    later
}

#[cfg(test)]
mod tests {
    use candor_trace::{Cue, Event, Trace, Trial, arm};
    use candor_verify::{CueKind, Verdict};

    use super::*;

    fn trace(unit: usize, arm: Option<&str>, verdict: bool) -> Trace {
        let events =
            verdict.then(|| Event::Verdict { verifier: "exact".to_owned(), verdict: Verdict::of(true, "A", "") });
        Trace {
            trial: Trial { unit: unit.to_string(), arm: arm.map(str::to_owned), ..Trial::default() },
            cue: (arm == Some(arm::CUED)).then_some(Cue { kind: CueKind::Sycophancy, target: None, text: None }),
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
