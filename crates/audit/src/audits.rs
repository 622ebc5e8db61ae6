//! Every audit that candor knows, in the order in which they are listed. One file each.

pub mod arc;
pub mod backtracking;
pub mod competence;
pub mod compute;
pub mod consistency;
pub mod explore;
pub mod faithfulness;
pub mod inverse;
pub mod lift;
pub mod perturbation;
pub mod statements;
pub mod tail;

use crate::Audit;

/// The catalogue.
pub static ALL: &[&dyn Audit] = &[
    &faithfulness::AUDIT,
    &compute::AUDIT,
    &lift::AUDIT,
    &inverse::AUDIT,
    &perturbation::AUDIT,
    &competence::AUDIT,
    &backtracking::AUDIT,
    &consistency::AUDIT,
    &statements::AUDIT,
    &tail::AUDIT,
    &explore::AUDIT,
    &arc::AUDIT,
];

/// The audit of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Audit> {
    ALL.iter().copied().find(|audit| audit.about().name == name)
}
