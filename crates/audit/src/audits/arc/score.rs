//! Attempts held against a set: which test inputs of which task are solved, by which attempt, and for how much. No statistics here.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Seen, place};
use super::sets::{Gold, Set};
use crate::Attrition;
use crate::names::Spot;
use crate::rows::{Decided, Kept};

/// The attempts of one submission by test input, in their order, each number once.
#[derive(Debug)]
pub(super) struct Attempts {
    by_input: BTreeMap<u32, Vec<Kept>>,
    /// The number of the first attempt: sources count from 0 or from 1.
    first: u32,
    seen: u64,
    twice: u64,
}

/// What became of one task.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) inputs: u32,
    /// Test inputs solved by an attempt that counts.
    pub(super) solved: u32,
    /// By the first attempt.
    pub(super) at_once: u32,
    /// By any attempt, also those that do not count.
    pub(super) at_all: u32,
    pub(super) attempts: u64,
    /// Attempts beyond those that count.
    pub(super) beyond: u64,
    /// Dollars of all attempts; `None` where one of them has no recorded cost.
    pub(super) spent: Option<f64>,
    /// Recorded verdicts, and of them those that the right grid contradicts.
    pub(super) verdicts: u64,
    pub(super) contradicted: u64,
    /// The first attempt at a test input that no counted attempt solves, else the first attempt.
    pub(super) spot: Option<Spot>,
}

/// The outcome of every task of a set that can be scored, by name.
pub(super) type Outcomes = BTreeMap<String, Outcome>;

impl Attempts {
    /// Of the rows of a submission.
    pub(super) fn of(rows: &[Kept]) -> Self {
        let mut by_input: BTreeMap<u32, Vec<Kept>> = BTreeMap::new();
        for kept in rows {
            by_input.entry(kept.unit).or_default().push(*kept);
        }
        let mut twice = 0;
        for attempts in by_input.values_mut() {
            let all = attempts.len();
            // Stable, so that the first of two records with one number stays.
            attempts.sort_by_key(|kept| kept.sample);
            attempts.dedup_by_key(|kept| kept.sample);
            twice += (all - attempts.len()) as u64;
        }
        let first = rows.iter().map(|kept| kept.sample).min().unwrap_or(0);
        Self { by_input, first, seen: rows.len() as u64, twice }
    }

    /// The names of the tasks that were attempted.
    pub(super) fn tasks<'s>(&self, seen: &'s Seen) -> BTreeSet<&'s str> {
        self.by_input.keys().filter_map(|unit| place(seen.inputs.name(*unit))).map(|(task, _)| task).collect()
    }

    /// Whether an attempt is among the first so many. By its number and not by its rank: where the first attempt could not be read, the
    /// third does not take its place.
    fn counts(&self, kept: &Kept, cap: u32) -> bool {
        kept.sample - self.first.min(kept.sample) < cap
    }

    /// What became of the tasks of a set.
    pub(super) fn against(&self, set: &Set, cap: u32) -> Outcomes {
        let scored = set.tasks.iter().filter(|(_, task)| task.is_scored());
        scored
            .map(|(name, task)| {
                let mut outcome = Outcome { spent: Some(0.0), ..Outcome::default() };
                let mut unsolved = None;
                for input in task.inputs.values() {
                    let Gold::Grid(gold) = input.gold else { continue };
                    outcome.inputs += 1;
                    let attempts = self.by_input.get(&input.unit).map_or(&[][..], Vec::as_slice);
                    let right = |kept: &&Kept| kept.answered && kept.answer == gold;
                    let solved = attempts.iter().filter(right).any(|kept| self.counts(kept, cap));
                    outcome.solved += u32::from(solved);
                    outcome.at_once += u32::from(attempts.iter().filter(right).any(|kept| self.counts(kept, 1)));
                    outcome.at_all += u32::from(attempts.iter().any(|kept| right(&kept)));
                    outcome.attempts += attempts.len() as u64;
                    outcome.spot = outcome.spot.or_else(|| attempts.first().map(|kept| kept.spot));
                    if !solved {
                        unsolved = unsolved.or_else(|| attempts.first().map(|kept| kept.spot));
                    }
                    for kept in attempts {
                        outcome.beyond += u64::from(!self.counts(kept, cap));
                        let cost = kept.costed.then_some(kept.cost as f64 * 1e-6);
                        outcome.spent = outcome.spent.zip(cost).map(|(sum, cost)| sum + cost);
                        if kept.verdict != Decided::Undecided {
                            outcome.verdicts += 1;
                            outcome.contradicted += u64::from((kept.verdict == Decided::Correct) != right(&kept));
                        }
                    }
                }
                outcome.spot = unsolved.or(outcome.spot);
                (name.clone(), outcome)
            })
            .collect()
    }

    /// What was lost on the way from the attempts to the scores.
    pub(super) fn attrition(&self, arm: String, sets: &[Set], cap: u32) -> Attrition {
        let mut scored: BTreeMap<u32, bool> = BTreeMap::new();
        for task in sets.iter().flat_map(|set| set.tasks.values()) {
            for input in task.inputs.values() {
                *scored.entry(input.unit).or_default() |= task.is_scored();
            }
        }
        let mut lost: BTreeMap<String, u64> = BTreeMap::new();
        let mut lose = |why: String, count: u64| {
            if count > 0 {
                *lost.entry(why).or_default() += count;
            }
        };
        lose("the same attempt stands twice".to_owned(), self.twice);
        for (unit, attempts) in &self.by_input {
            match scored.get(unit) {
                None => lose("no such test input in the tasks given".to_owned(), attempts.len() as u64),
                Some(false) => lose("the tasks given do not say what is right".to_owned(), attempts.len() as u64),
                Some(true) => {
                    let beyond = attempts.iter().filter(|kept| !self.counts(kept, cap)).count();
                    lose(format!("beyond the first {cap} attempts"), beyond as u64);
                }
            }
        }
        let used = self.seen - lost.values().sum::<u64>();
        Attrition { arm, seen: self.seen, used, lost }
    }
}

impl Outcome {
    /// Whether every test input is solved.
    pub(super) fn is_solved(&self) -> bool {
        self.solved == self.inputs
    }

    pub(super) fn is_attempted(&self) -> bool {
        self.attempts > 0
    }

    /// The share of its test inputs that is solved.
    pub(super) fn share(&self) -> f64 {
        f64::from(self.solved) / f64::from(self.inputs.max(1))
    }
}
