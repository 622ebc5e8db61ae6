//! Which of its questions some traces can answer: a curve, and the best of several by score.

use candor_stats::claim::FEWEST_UNITS as FEWEST;
use candor_trace::Inventory;
use candor_trace::inventory::Depth;

use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::{counted, thousands};

/// Both questions.
pub(super) fn readiness(holds: &Inventory) -> Vec<Readiness> {
    let depth = holds.depth();
    vec![curve(holds, depth), best_of_k(holds, depth)]
}

fn curve(holds: &Inventory, depth: Option<Depth>) -> Readiness {
    const NAME: &str = "compute curve";
    match depth {
        None => Readiness::missing(NAME, "no traces"),
        Some(depth) if depth.median < 2 => {
            Readiness::missing(NAME, "one sample per question: record at least 4, better 16")
        }
        Some(depth) if depth.median < 3 => {
            Readiness::missing(NAME, "two samples per question cast no majority: record at least 4, better 16")
        }
        Some(depth) if depth.decided == 0 => Readiness::missing(NAME, missing_verdicts(holds)),
        Some(depth) if depth.questions < FEWEST => {
            Readiness::missing(NAME, format!("{}: at least {FEWEST}", counted(depth.questions, "question")))
        }
        Some(depth) => {
            let asked = format!(
                "{}, {} samples each",
                counted(depth.questions, "question"),
                thousands(u64::from(depth.median))
            );
            // Without answers there is nothing to vote on: any right sample counts, which takes a checker that never errs.
            let read = if holds.answers == 0 { "; any-right only (pass@k): no answers to vote with" } else { "" };
            Readiness::ready(NAME, format!("{asked}{read}"))
        }
    }
}

fn best_of_k(holds: &Inventory, depth: Option<Depth>) -> Readiness {
    const NAME: &str = "best-of-k by score";
    let several = depth.is_some_and(|depth| depth.median > 1 && depth.decided > 0);
    match holds.scores.iter().max_by_key(|(_, count)| **count) {
        None => Readiness::missing(NAME, "no recorded score"),
        Some(_) if !several => Readiness::missing(NAME, "needs several samples per question, with verdicts"),
        Some((name, count)) => Readiness::ready(NAME, format!("{} scored by {name}", counted(*count, "sample"))),
    }
}
