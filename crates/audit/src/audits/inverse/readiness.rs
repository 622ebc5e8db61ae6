//! Whether some traces can answer where a larger budget hurts, and whether longer chains are less often right.

use candor_trace::Inventory;

use super::budgets::FEWEST_BUDGETS;
use crate::Readiness;
use crate::efforts::{Scale, on};
use crate::readiness::missing_verdicts;
use crate::words::counted;

/// Both questions.
pub(super) fn readiness(holds: &Inventory) -> Vec<Readiness> {
    vec![controlled(holds), natural(holds)]
}

fn controlled(holds: &Inventory) -> Readiness {
    const NAME: &str = "onset of a fall";
    // Names that say no order stand by what their calls spent, where that is recorded of most calls.
    let spent = 2 * holds.reasoning_tokens.max(holds.tokens).max(holds.costs) > holds.traces;
    let ordered = |scale: Scale| {
        let unranked = |effort: &str| {
            spent
                && scale == Scale::Levels
                && [Scale::Tokens, Scale::Levels].iter().all(|scale| on(*scale, effort).is_none())
        };
        holds.efforts.keys().filter(|effort| on(scale, effort).is_some() || unranked(effort)).count()
    };
    match ordered(Scale::Tokens).max(ordered(Scale::Levels)) {
        0 => Readiness::missing(NAME, format!("no budget recorded: the same questions at {FEWEST_BUDGETS} or more")),
        few if few < FEWEST_BUDGETS => {
            Readiness::missing(NAME, format!("{} recorded: at least {FEWEST_BUDGETS}", counted(few as u64, "budget")))
        }
        _ if holds.verdicts == 0 && holds.scores.is_empty() => Readiness::missing(NAME, missing_verdicts(holds)),
        budgets => Readiness::ready(NAME, format!("{} in order", counted(budgets as u64, "budget"))),
    }
}

fn natural(holds: &Inventory) -> Readiness {
    const NAME: &str = "length against right";
    let several = holds.depth().is_some_and(|depth| depth.median > 1);
    let lengths = holds.reasoning_tokens.max(holds.readable());
    match (lengths, holds.verdicts) {
        (0, _) => Readiness::missing(NAME, "no length of a chain: reasoning tokens, or the chain itself"),
        _ if !several => Readiness::missing(NAME, "one sample per question: record at least 4"),
        (_, 0) => Readiness::missing(NAME, missing_verdicts(holds)),
        (lengths, _) => {
            Readiness::ready(NAME, format!("{} of known length; association only", counted(lengths, "chain")))
        }
    }
}
