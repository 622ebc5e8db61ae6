//! Whether some traces can answer which share of tasks is solved.

use candor_trace::Inventory;

use crate::Readiness;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "ARC-AGI score";
    if holds.roster == 0 {
        return Readiness::missing(NAME, "no roster: the task files beside the submissions");
    }
    let inputs = counted(holds.roster, "test input");
    if holds.traces == 0 {
        return Readiness::ready(NAME, format!("{inputs}: counts only, scores need submissions beside the tasks"));
    }
    Readiness::ready(NAME, format!("{inputs}, {}", counted(holds.traces, "call")))
}
