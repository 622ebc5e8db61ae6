//! Whether some traces can answer what separates wrong from right chains.

use candor_llm::Provenance;
use candor_stats::slices::FEWEST_QUESTIONS;
use candor_trace::Inventory;

use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "wrong against right";
    // A feature's questions and the others, on each half.
    const FEWEST: u64 = 4 * FEWEST_QUESTIONS as u64;
    let depth = holds.depth();
    let questions = depth.map_or(0, |depth| depth.questions);
    let chains = holds.reasoning.get(&Provenance::Raw).copied().unwrap_or(0);
    if chains == 0 {
        Readiness::missing(NAME, "no whole chain of thought recorded")
    } else if holds.verdicts == 0 {
        Readiness::missing(NAME, missing_verdicts(holds))
    } else if depth.is_some_and(|depth| depth.median > 1) {
        Readiness::ready(NAME, format!("{}, several to a question", counted(chains, "chain")))
    } else if questions < FEWEST {
        Readiness::missing(
            NAME,
            format!("{}, one chain each: at least {FEWEST} are needed", counted(questions, "question")),
        )
    } else {
        Readiness::ready(NAME, format!("{}; one to a question: across questions only", counted(chains, "chain")))
    }
}
