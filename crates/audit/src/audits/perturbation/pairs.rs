//! One arm beside the base arm of its model: the answers of every question in both, what was lost, and whether the right answer moved. No statistics
//! here.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::Undefined;
use candor_trace::arm;

use super::changes::{Relation, Role};
use super::compared::{Compared, compare};
use super::rows::Asked;
use crate::Attrition;
use crate::places::{self, Part, Place, by_place};
use crate::rows::Rows;
use crate::values::{CutOff, Measure, Values, gather};
use crate::words::counted as so_many;

/// One arm against the base of its model.
pub(in crate::audits) struct Pair {
    pub(in crate::audits) place: Place,
    /// The arm under its own name.
    pub(in crate::audits) arm: String,
    /// What it does: the name without the variant.
    pub(in crate::audits) stem: String,
    pub(super) base: String,
    pub(super) relation: Relation,
    pub(super) compared: Result<Compared, Undefined>,
    /// Per question that both arms have, by its number.
    pub(in crate::audits) before: Values,
    pub(in crate::audits) after: Values,
    /// Scalars of both arms.
    pub(super) scalars: [Numbers; 2],
    pub(in crate::audits) verifiers: Vec<String>,
    pub(super) losses: [Attrition; 2],
}

impl Pair {
    pub(super) fn name(&self, what: &str) -> String {
        places::named(&format!("perturbation.{what}"), &self.place, &[("arm", self.arm.as_str())])
    }

    /// The arm and where it was asked: `paraphrase · gpt-x`.
    pub(in crate::audits) fn under(&self) -> String {
        format!("{}{}", self.arm.escape_debug(), places::of(&self.place))
    }

    /// How the base arm is called.
    pub(in crate::audits) fn base(&self) -> &str {
        if self.base.is_empty() { arm::ORIGINAL } else { &self.base }
    }

    /// Questions with a value in both arms.
    pub(in crate::audits) fn shared(&self) -> Vec<u32> {
        self.before.questions.keys().copied().filter(|unit| self.after.questions.contains_key(unit)).collect()
    }
}

/// Every arm that changes something, beside its base; and what a reader must know of the others.
/// `role` says what an arm of a name is.
pub(in crate::audits) fn pairs(rows: &Rows<Asked>, role: impl Fn(&str) -> Role) -> (Vec<Pair>, Vec<String>) {
    let (mut pairs, mut unknown, mut baseless, mut bases) = (Vec::new(), BTreeSet::new(), 0_u64, 0_u64);
    for (place, arms) in by_place(rows, Part::Arm) {
        let mut base: Option<(u8, &str, usize)> = None;
        let mut changes = Vec::new();
        for (name, at) in &arms {
            match role(name) {
                Role::Base(rank) => {
                    bases += u64::from(base.is_some());
                    if base.is_none_or(|(best, ..)| rank < best) {
                        base = Some((rank, name, *at));
                    }
                }
                Role::Change(relation) => changes.push((name.as_str(), *at, relation)),
                Role::Cue => {}
                Role::Unknown => {
                    unknown.insert(name.escape_debug().to_string());
                }
            }
        }
        let Some((_, base, base_at)) = base else {
            baseless += u64::from(!changes.is_empty());
            continue;
        };
        changes.sort_unstable_by(|a, b| a.0.cmp(b.0));
        pairs.extend(
            changes.into_iter().map(|(name, at, relation)| pair(rows, &place, (base, base_at), (name, at), relation)),
        );
    }
    let mut notes = Vec::new();
    if !pairs.is_empty() && !unknown.is_empty() {
        let names: Vec<String> = unknown.into_iter().take(8).collect();
        notes.push(format!(
            "arms left out, since nobody says that their answers must stay: {} (setting `perturbation.same`)",
            names.join(", ")
        ));
    }
    if !pairs.is_empty() && bases > 0 {
        notes.push(
            "several base arms: `original` stands before `uncued`, and that before calls without an arm".to_owned(),
        );
    }
    if baseless > 0 {
        notes.push(format!("{} with changed arms but no base arm", so_many(baseless, "model")));
    }
    (pairs, notes)
}

fn pair(
    rows: &Rows<Asked>,
    place: &Place,
    (base, base_at): (&str, usize),
    (name, at): (&str, usize),
    relation: Relation,
) -> Pair {
    let asked = |at: usize| rows.subjects.get(at).map_or(&[][..], |(_, asked)| asked.as_slice());
    let (first, second) = (asked(base_at), asked(at));
    let mut verifiers: Vec<String> =
        [base_at, at].iter().filter_map(|at| rows.verifiers.get(*at)).flatten().cloned().collect();
    verifiers.sort();
    verifiers.dedup();
    let label = places::label(place);
    let called = |arm: &str| {
        let arm = if arm.is_empty() { arm::ORIGINAL } else { arm };
        if label.is_empty() { arm.to_owned() } else { format!("{label} · {arm}") }
    };
    let values = |asked: &[Asked]| gather(asked.iter().map(|one| &one.kept), Measure::Verdicts, CutOff::Counted);
    let (before, after) = (values(first), values(second));
    let shared: BTreeSet<u32> =
        before.questions.keys().copied().filter(|unit| after.questions.contains_key(unit)).collect();
    let apart = "question without a verdict in the other arm";
    let losses = [
        named(before.attrition(called(base), &shared, apart), Some(name), "verdicts"),
        named(after.attrition(called(name), &shared, apart), None, "verdicts"),
    ];
    let compared = compare(first, second, relation).map(|compared| {
        let [base_lost, lost] = compared.losses;
        let base_lost = named(Attrition { arm: called(base), ..base_lost }, Some(name), "answers");
        let lost = named(Attrition { arm: called(name), ..lost }, None, "answers");
        Compared { losses: [base_lost, lost], ..compared }
    });
    Pair {
        place: place.clone(),
        arm: name.to_owned(),
        stem: arm::stem(name),
        base: base.to_owned(),
        relation,
        compared,
        before,
        after,
        scalars: [Numbers::of(first, called(base), Some(name)), Numbers::of(second, called(name), None)],
        verifiers,
        losses,
    }
}

/// Losses under the name of their arm alone where there are none, so that one line stands for all; else with what was lost, of a base also for
/// which arm.
fn named(losses: Attrition, beside: Option<&str>, what: &str) -> Attrition {
    if losses.lost.is_empty() {
        return losses;
    }
    let beside = beside.map_or_else(String::new, |arm| format!(" (for {arm})"));
    Attrition { arm: format!("{}{beside} · {what}", losses.arm), ..losses }
}

/// The scalars of one arm, per question.
pub(super) struct Numbers {
    pub(super) questions: BTreeMap<u32, Vec<f64>>,
    losses: Attrition,
    /// The arm that it is the base of.
    beside: Option<String>,
}

impl Numbers {
    fn of(asked: &[Asked], arm: String, beside: Option<&str>) -> Self {
        let mut questions: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        let mut lost: BTreeMap<String, u64> = BTreeMap::new();
        let mut numbers: BTreeSet<(u32, u32)> = BTreeSet::new();
        for one in asked {
            let why = if !numbers.insert((one.kept.unit, one.kept.sample)) {
                crate::claims::TWICE
            } else if one.kept.score.is_finite() {
                questions.entry(one.kept.unit).or_default().push(one.kept.score);
                continue;
            } else {
                "no number"
            };
            *lost.entry(why.to_owned()).or_default() += 1;
        }
        let seen = asked.len() as u64;
        let used = seen - lost.values().sum::<u64>();
        Self { questions, losses: Attrition { arm, seen, used, lost }, beside: beside.map(str::to_owned) }
    }

    /// What was lost.
    pub(super) fn losses(&self) -> Attrition {
        named(self.losses.clone(), self.beside.as_deref(), "numbers")
    }

    /// What was lost on the way to a comparison of these questions alone, in order.
    pub(super) fn losses_beyond(&self, shared: &[u32]) -> Attrition {
        let elsewhere = self.questions.iter().filter(|(unit, _)| shared.binary_search(unit).is_err());
        let elsewhere: u64 = elsewhere.map(|(_, values)| values.len() as u64).sum();
        let mut losses = self.losses.clone();
        if elsewhere > 0 {
            losses.lost.insert("question without a number in the other arm".to_owned(), elsewhere);
            losses.used -= elsewhere;
        }
        named(losses, self.beside.as_deref(), "numbers")
    }
}
