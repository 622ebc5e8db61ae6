//! Whether some traces hold a question as it stands and changed.

use candor_trace::Inventory;

use super::changes::{Role, role};
use crate::Readiness;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "perturbation";
    let with = |wanted: &dyn Fn(Role) -> bool| holds.arms.keys().filter(|arm| wanted(role(arm, &[]))).count() as u64;
    let changes = with(&|role| matches!(role, Role::Change(_)));
    let named: u64 = holds.arms.values().sum();
    let base = with(&|role| matches!(role, Role::Base(_))) > 0 || holds.traces > named;
    if changes == 0 {
        return Readiness::missing(NAME, "no changed arm: the same questions paraphrased, reordered, …");
    }
    if !base {
        return Readiness::missing(NAME, "no arm `original`: the same questions as they stand");
    }
    if holds.depth().is_none_or(|depth| depth.median < 2) {
        return Readiness::ready(
            NAME,
            format!("{}; one sample each: flips are shown, not tested", counted(changes, "changed arm")),
        );
    }
    Readiness::ready(NAME, counted(changes, "changed arm"))
}
