//! Whether some traces can answer whether effort helps.

use candor_trace::Inventory;

use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "effort levels";
    match holds.efforts.len() as u64 {
        0 => Readiness::missing(NAME, "no effort recorded: the same questions at two settings"),
        1 => Readiness::missing(NAME, "one effort recorded: the same questions at a second one"),
        _ if holds.verdicts == 0 && holds.scores.is_empty() => Readiness::missing(NAME, missing_verdicts(holds)),
        efforts => Readiness::ready(NAME, format!("{} recorded", counted(efforts, "level"))),
    }
}
