//! Whether some traces can answer what kind of competence a score is.

use candor_trace::{Inventory, arm};

use super::structure::{DEPTH, STEPS};
use super::twins::is_twin;
use crate::Readiness;
use crate::readiness::missing_verdicts;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "kind of competence";
    let twins = holds.arms.keys().filter(|name| is_twin(&arm::stem(name))).count() as u64;
    let labels: Vec<&str> = [STEPS, DEPTH].into_iter().filter(|name| holds.labels.get(*name).is_some()).collect();
    if twins == 0 && labels.is_empty() {
        return Readiness::missing(NAME, "no twins (arms rename, renumber, fresh), no labels steps or depth");
    }
    if holds.verdicts == 0 {
        return Readiness::missing(NAME, missing_verdicts(holds));
    }
    let mut says = Vec::new();
    if twins > 0 {
        says.push(counted(twins, "twin arm"));
    }
    if !labels.is_empty() {
        says.push(format!("labels {}", labels.join(", ")));
    }
    Readiness::ready(NAME, says.join("; "))
}
