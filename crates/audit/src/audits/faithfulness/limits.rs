//! What this audit cannot show, and about what its numbers speak. Sentences only.

use crate::Limits;

/// What was in the data, as far as the sentences depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    /// Cells with a score, and how many of them have a control arm.
    pub(super) cells: usize,
    pub(super) controlled: usize,
    pub(super) reversed: bool,
    pub(super) labels: bool,
    /// Cued chains seen, and those of them that were absent or redacted.
    pub(super) chains: u64,
    pub(super) invisible: u64,
}

/// Said of every score that has no control arm.
pub(super) const NO_CONTROL: &str = "no control arm: the published score cannot tell the cue's effect from regression to the mean. \
     Eligibility rests on one noisy draw, and a second draw reverts: an inert cue at the runner-up option \"moves\" answers by 13.6 \
     points in simulation. A second, independent uncued answer to every question would show it";

/// The limits of a report with these contents.
pub(super) fn limits(facts: Facts) -> Limits {
    let mut more = vec![
        "BonaFide (arXiv 2605.25052: 3,066 labels where the causing computation is known) puts the best published faithfulness \
         metric at an AUROC of .70 by chain and .59 by step, most near chance"
            .to_owned(),
        "a single percentage is not a property of a model: three detectors on the same 10,276 traces gave 74.4, 82.6 and 69.7 % \
         and changed the ranking of the models (arXiv 2603.20172)"
            .to_owned(),
    ];
    if facts.cells > 0 {
        more.push(
            "a chain that mentions the cue need not have used it, and one that did not mention it need not have been moved by it"
                .to_owned(),
        );
        if facts.controlled < facts.cells {
            more.push(NO_CONTROL.to_owned());
        }
    }
    if facts.invisible > 0 {
        more.push(format!(
            "{} % of the cued chains were not visible (absent or redacted: {} of {}); the rest may differ",
            percent(facts.invisible as f64 / facts.chains.max(1) as f64),
            facts.invisible,
            facts.chains
        ));
    }
    if facts.reversed {
        more.push(
            "reversed pairs show that an answer followed a leaning of its group, not what the chain of thought left out".to_owned(),
        );
    }
    if facts.labels {
        more.push("labels are somebody's reading of a chain: how far two readers agree is not in this data".to_owned());
    }
    Limits::new(
        "the measure speaks of planted cues only, of these kinds, in questions like these: not of what else moves an answer",
        more,
    )
}

/// About what the numbers speak.
pub(super) fn estimand(models: &[String], kinds: &[String], facts: Facts) -> String {
    let of = match crate::shown::so_many(models) {
        None => String::new(),
        Some(one) if models.len() == 1 => format!(" by {one}"),
        Some(several) => format!(" by {several}, each for itself"),
    };
    if facts.cells > 0 {
        format!(
            "questions like these, answered{of} under planted cues ({}): among answers that moved to the cue's option, how often the \
             chain of thought names the cue. Tasks are fixed strata; questions are the units",
            kinds.join(", ")
        )
    } else if facts.reversed {
        format!("comparisons like these, each asked in both ways{of}; the question is the unit")
    } else {
        format!("labelled calls like these{of}; how the labelled ones were chosen is not recorded")
    }
}

/// A share in per cent for a sentence: one decimal below ten.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 9.95 { format!("{percent:.1}") } else { format!("{percent:.0}") }
}
