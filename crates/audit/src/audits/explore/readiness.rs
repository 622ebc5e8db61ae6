//! Whether some traces can answer what separates wrong from right chains.

use candor_llm::Provenance;
use candor_trace::Inventory;

use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "wrong against right chains";
    let chains = holds.reasoning.get(&Provenance::Raw).copied().unwrap_or(0);
    if chains == 0 {
        Readiness::missing(NAME, "no whole chain of thought recorded")
    } else if holds.verdicts == 0 {
        Readiness::missing(NAME, missing_verdicts(holds))
    } else if holds.depth().is_none_or(|depth| depth.median < 2) {
        Readiness::ready(NAME, format!("{}; one sample each: across questions only", counted(chains, "chain")))
    } else {
        Readiness::ready(NAME, format!("{}, several to a question", counted(chains, "chain")))
    }
}
