//! The questions as they stand: the arm of each model whose accuracy is the score. No statistics.

use candor_trace::arm;

use super::structure::{Composed, Structure};
use crate::Attrition;
use crate::audits::perturbation::changes::{Role, role};
use crate::audits::perturbation::rows::Asked;
use crate::places::{Part, Place, by_place, label};
use crate::rows::Rows;
use crate::values::{CutOff, Measure, Values, gather};

/// The base arm of one model.
pub(super) struct Base {
    pub(super) place: Place,
    pub(super) values: Values,
    pub(super) losses: Attrition,
    pub(super) verifiers: Vec<String>,
    /// Whether some of its questions are composed of others, or have a depth.
    pub(super) is_structured: bool,
}

/// Every model's base arm that has verdicts.
pub(super) fn bases(rows: &Rows<Asked>, structure: &Structure, composed: &Composed) -> Vec<Base> {
    let mut bases = Vec::new();
    for (place, arms) in by_place(rows, Part::Arm) {
        let ranked = arms.iter().filter_map(|(name, at)| match role(name, &[]) {
            Role::Base(rank) => Some((rank, name, *at)),
            _ => None,
        });
        let Some((_, name, at)) = ranked.min_by_key(|(rank, ..)| *rank) else { continue };
        let Some((_, asked)) = rows.subjects.get(at) else { continue };
        let values = gather(asked.iter().map(|one| &one.kept), Measure::Verdicts, CutOff::Counted);
        if values.questions.is_empty() {
            continue;
        }
        let called = if name.is_empty() { arm::ORIGINAL } else { name };
        let label = label(&place);
        let arm = if label.is_empty() { called.to_owned() } else { format!("{label} · {called}") };
        let losses = values.attrition(arm, &values.questions.keys().copied().collect(), "");
        let mut verifiers = rows.verifiers.get(at).cloned().unwrap_or_default();
        verifiers.sort();
        let mut units = values.questions.keys();
        let is_structured = units.any(|unit| composed.steps.contains_key(unit) || structure.depth(*unit).is_some());
        bases.push(Base { place, values, losses, verifiers, is_structured });
    }
    bases
}
