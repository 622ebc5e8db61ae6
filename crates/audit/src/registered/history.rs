//! A plan with all its runs, folded from leaves in their order: those that ended, and those that were begun and never ended.

use std::collections::{BTreeMap, BTreeSet};

use candor_record::leaf::Head;
use candor_record::{Digest, Error};

use super::{PlanLeaf, RunLeaf};

/// A leaf and when it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub leaf: u64,
    /// By the clock of whoever recorded, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
}

/// The end of a run, for now or for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Where it is told.
    pub told: Told,
    /// Whether everything was read or asked that the plan wants.
    pub finished: bool,
    /// SHA-256 of `report.json`.
    pub report: Digest,
    /// SHA-256 of what its claims were computed from.
    pub derived: Digest,
    /// SHA-256 of its numbers.
    pub numbers: Digest,
    /// SHA-256 of paths and digests of what was read.
    pub source: Digest,
}

/// A run of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOfPlan {
    /// Its identifier.
    pub run: String,
    /// Its number among the runs of the plan, from 1.
    pub number: u64,
    /// Where its beginning is told; `None` where it was begun outside of the record.
    pub begun: Option<Told>,
    /// The run whose replies it judged again.
    pub rescored: Option<String>,
    /// Where it went on.
    pub went_on: Vec<Told>,
    /// Its ends: each time that it stopped.
    pub ended: Vec<Ended>,
}

impl RunOfPlan {
    /// Its leaves, in order.
    #[must_use]
    pub fn leaves(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.begun.iter().map(|told| told.leaf).collect();
        all.extend(self.went_on.iter().map(|told| told.leaf));
        all.extend(self.ended.iter().map(|ended| ended.told.leaf));
        all.sort_unstable();
        all
    }

    /// The end that counts: the last one.
    #[must_use]
    pub fn end(&self) -> Option<&Ended> {
        self.ended.last()
    }
}

/// A plan and its runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Where the plan was registered first, and what it says.
    pub plan: Option<(Told, PlanLeaf)>,
    /// Its runs, in the order in which they were begun.
    pub runs: Vec<RunOfPlan>,
    /// What does not fit: leaf by leaf.
    pub wrong: Vec<(u64, String)>,
}

impl History {
    /// Folds leaves, which come in their order. Leaves of other plans and other kinds are passed over.
    ///
    /// # Errors
    /// Where a leaf says that it is of a plan or of a run and cannot be read.
    pub fn of<'h>(plan: &Digest, leaves: impl IntoIterator<Item = (u64, &'h Head)>) -> Result<Self, Error> {
        let mut history = Self::default();
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        for (leaf, head) in leaves {
            let told = Told { leaf, at_ms: head.at_ms };
            if let Some(said) = PlanLeaf::of_head(head)?.filter(|said| said.plan == *plan) {
                match &history.plan {
                    None => history.plan = Some((told, said)),
                    Some(_) => history.wrong.push((leaf, "the plan is registered a second time".to_owned())),
                }
            }
            if let Some(said) = RunLeaf::of_head(head)?.filter(|said| said.of().1 == plan) {
                history.take(told, said, &mut at);
            }
        }
        Ok(history)
    }

    /// The run of that identifier.
    #[must_use]
    pub fn run(&self, id: &str) -> Option<&RunOfPlan> {
        self.runs.iter().find(|run| run.run == id)
    }

    /// The number that the next run gets.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.runs.iter().map(|run| run.number).max().unwrap_or(0) + 1
    }

    fn take(&mut self, told: Told, said: RunLeaf, at: &mut BTreeMap<String, usize>) {
        let (id, _, number) = said.of();
        let known = at.get(id).copied();
        if let Some(run) = known.and_then(|at| self.runs.get(at))
            && run.number != number
        {
            self.wrong.push((told.leaf, format!("run {id}: expected number {}, found {number}", run.number)));
        }
        if known.is_none() {
            if number != self.next() {
                self.wrong.push((told.leaf, format!("run {id}: expected number {}, found {number}", self.next())));
            }
            if self.plan.is_none() {
                self.wrong.push((told.leaf, format!("run {id}: expected its plan registered before it, found it not")));
            }
        }
        let place = known.unwrap_or(self.runs.len());
        if known.is_none() {
            at.insert(id.to_owned(), place);
            self.runs.push(RunOfPlan {
                run: id.to_owned(),
                number,
                begun: None,
                rescored: None,
                went_on: Vec::new(),
                ended: Vec::new(),
            });
        }
        let Some(run) = self.runs.get_mut(place) else { return };
        match said {
            RunLeaf::Begun { run: id, .. } if known.is_some() => {
                self.wrong.push((told.leaf, format!("run {id}: begun a second time")));
            }
            RunLeaf::Begun { rescored, .. } => {
                run.begun = Some(told);
                run.rescored = rescored;
            }
            RunLeaf::WentOn { .. } => run.went_on.push(told),
            RunLeaf::Ended { run: id, .. } if known.is_none() => {
                self.wrong.push((told.leaf, format!("run {id}: expected it begun before it ended, found it not")));
            }
            RunLeaf::Ended { finished, report, derived, numbers, source, .. } => {
                run.ended.push(Ended { told, finished, report, derived, numbers, source });
            }
        }
    }
}

/// Other plans about the same thing, and their runs, among leaves in order: plans that name the same source or the same models and task, and plans whose runs read the
/// same files.
///
/// # Errors
/// Where a leaf says that it is of a plan or of a run and cannot be read.
pub fn others<'h>(plan: &Digest, leaves: impl IntoIterator<Item = (u64, &'h Head)>) -> Result<(u64, u64), Error> {
    let (mut on, mut sources) = (BTreeSet::new(), BTreeSet::new());
    let mut by_on: BTreeMap<Digest, BTreeSet<Digest>> = BTreeMap::new();
    let mut by_source: BTreeMap<Digest, BTreeSet<Digest>> = BTreeMap::new();
    let mut runs: BTreeMap<Digest, BTreeSet<String>> = BTreeMap::new();
    for (_, head) in leaves {
        if let Some(said) = PlanLeaf::of_head(head)? {
            if said.plan == *plan {
                on.insert(said.on)
            } else {
                by_on.entry(said.on).or_default().insert(said.plan)
            };
        }
        let Some(said) = RunLeaf::of_head(head)? else { continue };
        let (run, of, _) = said.of();
        runs.entry(*of).or_default().insert(run.to_owned());
        if let RunLeaf::Ended { source, .. } = &said {
            if of == plan {
                sources.insert(*source)
            } else {
                by_source.entry(*source).or_default().insert(*of)
            };
        }
    }
    let same = |mine: &BTreeSet<Digest>, theirs: &BTreeMap<Digest, BTreeSet<Digest>>| {
        mine.iter().filter_map(|key| theirs.get(key)).flatten().copied().collect::<BTreeSet<_>>()
    };
    let plans: BTreeSet<Digest> = same(&on, &by_on).union(&same(&sources, &by_source)).copied().collect();
    let count = plans.iter().filter_map(|other| runs.get(other)).map(|runs| runs.len() as u64).sum();
    Ok((plans.len() as u64, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(plan: Digest, steps: &[(&str, &str, u64)]) -> Vec<(u64, Head)> {
        let of = Digest::of(b"x");
        (0..)
            .zip(steps)
            .map(|(leaf, (step, run, number))| {
                let (run, number, candor) = ((*run).to_owned(), *number, "0".to_owned());
                let said = match *step {
                    "plan" => return (leaf, PlanLeaf { plan, on: of }.to_head(leaf as i64).unwrap()),
                    "begun" => RunLeaf::Begun { run, plan, number, candor, rescored: None },
                    "on" => RunLeaf::WentOn { run, plan, number, candor },
                    _ => RunLeaf::Ended {
                        run,
                        plan,
                        number,
                        finished: *step == "whole",
                        resumed: false,
                        report: of,
                        derived: of,
                        numbers: of,
                        source: of,
                    },
                };
                (leaf, said.to_head(leaf as i64).unwrap())
            })
            .collect()
    }

    fn history(steps: &[(&str, &str, u64)]) -> History {
        let plan = Digest::of(b"plan");
        let mut leaves = told(Digest::of(b"other"), &[("plan", "", 0), ("begun", "z", 1)]);
        leaves.extend(told(plan, steps).into_iter().map(|(leaf, head)| (leaf + 2, head)));
        History::of(&plan, leaves.iter().map(|(leaf, head)| (*leaf, head))).unwrap()
    }

    #[test]
    fn every_run_is_listed_also_the_one_that_was_begun_and_never_ended() {
        let found = history(&[
            ("plan", "", 0),
            ("begun", "a", 1),
            ("begun", "b", 2),
            ("part", "a", 1),
            ("on", "a", 1),
            ("whole", "a", 1),
        ]);
        assert_eq!(found.wrong, []);
        let (told, _) = found.plan.as_ref().unwrap();
        assert_eq!((told.leaf, found.runs.len(), found.next()), (2, 2, 3));
        assert_eq!(found.run("a").unwrap().leaves(), [3, 5, 6, 7]);
        assert!(found.run("a").unwrap().end().unwrap().finished);
        assert_eq!(found.run("b").unwrap().end(), None);
    }

    #[test]
    fn what_does_not_follow_is_named_with_its_leaf() {
        for (steps, leaf, what) in [
            (&[("begun", "a", 1), ("plan", "", 0)][..], 2, "registered before it"),
            (&[("plan", "", 0), ("begun", "a", 2)], 3, "expected number 1, found 2"),
            (&[("plan", "", 0), ("begun", "a", 1), ("begun", "a", 1)], 4, "begun a second time"),
            (&[("plan", "", 0), ("begun", "a", 1), ("whole", "a", 3)], 4, "expected number 1, found 3"),
            (&[("plan", "", 0), ("whole", "a", 1)], 3, "begun before it ended"),
            (&[("plan", "", 0), ("plan", "", 0)], 3, "a second time"),
        ] {
            let found = history(steps);
            assert!(found.wrong.iter().any(|(at, said)| *at == leaf && said.contains(what)), "{what}: {found:?}");
        }
    }
}
