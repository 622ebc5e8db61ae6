//! Whether some traces can answer where chains go back on themselves.

use candor_llm::Provenance;
use candor_trace::Inventory;

use crate::Readiness;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "backtracking";
    match holds.reasoning.get(&Provenance::Raw).copied().unwrap_or(0) {
        0 => Readiness::missing(NAME, "no whole chain of thought recorded"),
        chains => Readiness::ready(NAME, counted(chains, "chain")),
    }
}
