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
        if let Some(answers) = holds.right_answers().filter(|answers| *answers > 1) {
            by.push(format!("{answers} right answers"));
        }
        if holds.numbers_of_options() > 1 {
            by.push("number of options".to_owned());
        }
        if holds.prompts > 0 {
            by.push("length of the prompt".to_owned());
        }
    }
    if by.is_empty() {
        return Readiness::missing(NAME, "no category, prompt or short right answer: nothing to slice by");
    }
    Readiness::ready(NAME, format!("{}; {}", counted(questions, "question"), by.join(", ")))
}
