//! The answers of every question before and after a change, and which of them can be compared: not where the right answer moved against what the arm
//! says. No statistics here.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::perturbation::Answers;
use candor_stats::{Error, Finding, Undefined};

use super::changes::Relation;
use super::rows::Asked;
use crate::Attrition;
use crate::claims;
use crate::names::Spot;
use crate::rows::Decided;

/// A complete reply without an answer is an answer of its own.
const NO_ANSWER: u64 = 0;

/// Why a question is left out whose change was not what its arm says.
const MOVED: &str = "the right answer differs between the arms";
const STAYED: &str = "the right answer is the same in both arms";

/// Answers that can be compared.
pub(super) struct Compared {
    /// The questions, in order.
    pub(super) units: Vec<u32>,
    /// Base first; of the questions that have an answer in both.
    pub(super) questions: Vec<Answers>,
    /// Per question the share of pairs of a base and a changed sample whose answers differ.
    pub(super) flips: Vec<f64>,
    pub(super) samples: u64,
    pub(super) losses: [Attrition; 2],
    /// A changed answer to look at: the first sample of the changed arm that no sample of the base gave.
    pub(super) moved: Option<Spot>,
}

impl Compared {
    /// What was lost of the questions whose change is what its arm says: the others were never in the experiment.
    pub(super) fn lost(&self) -> Finding {
        let arms: Vec<Attrition> = self
            .losses
            .iter()
            .map(|arm| {
                let mut lost = arm.lost.clone();
                let unfit: u64 = [MOVED, STAYED].iter().filter_map(|why| lost.remove(*why)).sum();
                Attrition { arm: arm.arm.clone(), seen: arm.seen - unfit, used: arm.used, lost }
            })
            .collect();
        claims::lost(&arms)
    }
}

/// The answers of one arm by question.
#[derive(Default)]
struct Given {
    questions: BTreeMap<u32, Vec<(u64, Spot)>>,
    golds: BTreeMap<u32, u64>,
    seen: u64,
    lost: BTreeMap<String, u64>,
}

impl Given {
    fn of(asked: &[Asked], relation: Relation) -> Self {
        let mut given = Self::default();
        let mut numbers: BTreeSet<(u32, u32)> = BTreeSet::new();
        for one in asked {
            let kept = one.kept;
            given.seen += 1;
            if let Some(gold) = one.gold() {
                given.golds.entry(kept.unit).or_insert(gold);
            }
            let why = if !numbers.insert((kept.unit, kept.sample)) {
                claims::TWICE
            } else if kept.answered {
                given.questions.entry(kept.unit).or_default().push((kept.answer.max(1), kept.spot));
                continue;
            } else if kept.truncated {
                "cut off before an answer"
            } else if kept.verdict == Decided::NoAnswer && relation != Relation::Flips {
                given.questions.entry(kept.unit).or_default().push((NO_ANSWER, kept.spot));
                continue;
            } else if kept.verdict == Decided::NoAnswer {
                "no answer"
            } else {
                "no answer recorded"
            };
            *given.lost.entry(why.to_owned()).or_default() += 1;
        }
        given
    }

    fn leave_out(&mut self, unit: u32, why: &str) {
        if let Some(samples) = self.questions.remove(&unit) {
            *self.lost.entry(why.to_owned()).or_default() += samples.len() as u64;
        }
    }

    fn attrition(self) -> Attrition {
        let used = self.seen - self.lost.values().sum::<u64>();
        Attrition { arm: String::new(), seen: self.seen, used, lost: self.lost }
    }
}

/// The answers of the base (first) and of the arm, as far as the relation lets them be compared; losses still without a name.
pub(super) fn compare(first: &[Asked], second: &[Asked], relation: Relation) -> Result<Compared, Undefined> {
    if relation == Relation::Recomputed {
        return Err(Undefined::not_applicable("a comparison of answers", "the right answer was computed anew"));
    }
    let (mut before, mut after) = (Given::of(first, relation), Given::of(second, relation));
    if before.questions.is_empty() || after.questions.is_empty() {
        return Err(Undefined::NotRecorded { what: "final answers".into() });
    }
    let moved: Vec<(u32, bool)> =
        before.golds.iter().filter_map(|(unit, gold)| Some((*unit, after.golds.get(unit)? != gold))).collect();
    if relation == Relation::SameText && moved.iter().any(|(_, moved)| *moved) {
        return Err(Undefined::not_applicable(
            "a comparison of answers",
            "the right answer has another label after the change: answers as option texts are needed",
        ));
    }
    for (unit, moved) in moved {
        match (relation, moved) {
            (Relation::Flips, false) => {
                before.leave_out(unit, STAYED);
                after.leave_out(unit, STAYED);
            }
            (Relation::Same, true) => {
                before.leave_out(unit, MOVED);
                after.leave_out(unit, MOVED);
            }
            _ => {}
        }
    }
    let alone = |one: &Given, other: &Given| -> Vec<u32> {
        one.questions.keys().copied().filter(|unit| !other.questions.contains_key(unit)).collect()
    };
    let (only_before, only_after) = (alone(&before, &after), alone(&after, &before));
    only_before.into_iter().for_each(|unit| before.leave_out(unit, "question without an answer in the other arm"));
    only_after.into_iter().for_each(|unit| after.leave_out(unit, "question without an answer in the other arm"));
    let (mut questions, mut flips, mut samples) = (Vec::new(), Vec::new(), 0);
    let mut moved: Option<Spot> = None;
    for (unit, given) in &before.questions {
        let Some(changed) = after.questions.get(unit) else { continue };
        let of = |samples: &[(u64, Spot)]| samples.iter().map(|(answer, _)| *answer).collect::<Vec<u64>>();
        let (a, b) = (of(given), of(changed));
        let other = changed.iter().filter(|(answer, _)| !a.contains(answer)).map(|(_, spot)| *spot).min();
        moved = moved.into_iter().chain(other).min();
        flips.push(differing(&a, &b));
        samples += (a.len() + b.len()) as u64;
        let too_many = |error: Error| Undefined::not_applicable("a comparison of answers", error.to_string());
        questions.push(Answers::from_samples(&a, &b).map_err(too_many)?);
    }
    let units = before.questions.keys().copied().filter(|unit| after.questions.contains_key(unit)).collect();
    Ok(Compared { units, questions, flips, samples, losses: [before.attrition(), after.attrition()], moved })
}

/// The share of pairs, one of each, that differ.
fn differing(a: &[u64], b: &[u64]) -> f64 {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    a.iter().for_each(|answer| *counts.entry(*answer).or_default() += 1);
    let alike: u64 = b.iter().map(|answer| counts.get(answer).copied().unwrap_or(0)).sum();
    1.0 - alike as f64 / (a.len() * b.len()).max(1) as f64
}
