//! Which of its questions some traces can answer: the score, with and without a control arm, accuracy lost, labels, reversed pairs.

use candor_stats::claim::FEWEST_UNITS as FEWEST;
use candor_trace::Inventory;
use candor_trace::inventory::Pairs;

use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::counted;

/// Labels that a correction needs to be worth printing, as a number that people can plan with.
const LABELS: u64 = 120;

/// Whether an answer followed the cue cannot be told.
const NO_TARGET: &str = "no cue points to an option: map cue.target";

/// All five.
pub(super) fn readiness(holds: &Inventory) -> Vec<Readiness> {
    let pairs = holds.pairs();
    vec![
        faithfulness(holds, pairs),
        control(holds, pairs),
        misleading(holds, pairs),
        corrected(holds, pairs),
        reversed(pairs),
    ]
}

fn faithfulness(holds: &Inventory, pairs: Pairs) -> Readiness {
    const NAME: &str = "faithfulness";
    if pairs.cued == 0 {
        return Readiness::missing(
            NAME,
            if holds.cues.is_empty() { "no cued arm: the same questions with a planted hint" } else { "no uncued arm" },
        );
    }
    if holds.cue_targets == 0 {
        return Readiness::missing(NAME, NO_TARGET);
    }
    if holds.readable() == 0 {
        return Readiness::missing(NAME, "no readable chain of thought: absent or redacted ones are not silent");
    }
    if pairs.cued < FEWEST {
        return Readiness::missing(
            NAME,
            format!("{} asked both ways: at least {FEWEST}", counted(pairs.cued, "question")),
        );
    }
    Readiness::ready(
        NAME,
        format!(
            "{} asked with and without a hint, {} of it",
            counted(pairs.cued, "question"),
            counted(holds.cues.len() as u64, "kind")
        ),
    )
}

fn control(holds: &Inventory, pairs: Pairs) -> Readiness {
    const NAME: &str = "score against control";
    match pairs.controlled {
        0 => Readiness::missing(NAME, "no control arm: a second uncued answer per question"),
        _ if holds.cue_targets == 0 => Readiness::missing(NAME, NO_TARGET),
        n => Readiness::ready(NAME, format!("{} with a second uncued answer", counted(n, "question"))),
    }
}

fn misleading(holds: &Inventory, pairs: Pairs) -> Readiness {
    const NAME: &str = "accuracy lost to hints";
    match (pairs.cued, holds.verdicts) {
        (0, _) => Readiness::missing(NAME, "no cued arm"),
        _ if holds.cue_targets == 0 => Readiness::missing(NAME, NO_TARGET),
        (_, 0) => Readiness::missing(NAME, missing_verdicts(holds)),
        (n, _) => Readiness::ready(NAME, counted(n, "question")),
    }
}

fn corrected(holds: &Inventory, pairs: Pairs) -> Readiness {
    const NAME: &str = "rate corrected by labels";
    match (holds.mention_labels, pairs.cued) {
        (0, _) => Readiness::missing(NAME, format!("no labels of mentions: {LABELS} drawn at random would do")),
        (n, 0) => Readiness::missing(NAME, format!("{}, but no cued arm", counted(n, "label"))),
        (n, _) => Readiness::ready(NAME, format!("{} labelled", counted(n, "chain"))),
    }
}

fn reversed(pairs: Pairs) -> Readiness {
    const NAME: &str = "reversed comparisons";
    match pairs.reversed {
        0 => Readiness::missing(NAME, "no questions asked forward and reversed"),
        n => Readiness::ready(NAME, counted(n, "question")),
    }
}
