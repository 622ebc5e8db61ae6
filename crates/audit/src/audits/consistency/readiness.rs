//! Whether some traces can answer how chains and answers hang together.

use candor_llm::Provenance;
use candor_trace::Inventory;

use crate::Readiness;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "chain against answer";
    let chains = holds.reasoning.get(&Provenance::Raw).copied().unwrap_or(0);
    if chains == 0 {
        Readiness::missing(NAME, "no whole chain of thought recorded")
    } else if holds.answers == 0 {
        Readiness::ready(
            NAME,
            format!("{}; no answer extracted: outputs are read as they are", counted(chains, "chain")),
        )
    } else {
        Readiness::ready(NAME, counted(chains, "chain"))
    }
}
