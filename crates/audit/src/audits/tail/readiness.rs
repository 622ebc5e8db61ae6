//! Whether some traces can answer where it is worst.

use candor_stats::slices::FEWEST_QUESTIONS;
use candor_trace::Inventory;

use super::attributes::LABELS;
use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "worst slices";
    // A slice and the other questions, on each half.
    const FEWEST: u64 = 4 * FEWEST_QUESTIONS as u64;
    let questions = holds.depth().map_or(0, |depth| depth.questions);
    if holds.verdicts == 0 && holds.scores.is_empty() {
        return Readiness::missing(NAME, missing_verdicts(holds));
    }
    if questions < FEWEST {
        return Readiness::missing(NAME, format!("{}: at least {FEWEST} are needed", counted(questions, "question")));
    }
    let labels = holds.labels.keys().filter(|label| LABELS.contains(&label.as_str())).count() as u64;
    let mut by = Vec::new();
    if holds.strata.len() > 1 {
        by.push(format!("{} categories", holds.strata.len()));
    }
    if labels > 0 {
        by.push(counted(labels, "label"));
    }
    if by.is_empty() {
        by.push(
            "no category recorded: by right answer, options and length of the prompt, as far as they are there"
                .to_owned(),
        );
    }
    Readiness::ready(NAME, format!("{}; {}", counted(questions, "question"), by.join(", ")))
}
