//! The roster as sets of tasks: how many there are, and which of them can be scored. Not the attempts.

use std::collections::BTreeMap;

use super::rows::{Seen, place};

/// A set of tasks: a folder of task files, or a file of many.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) tasks: BTreeMap<String, Task>,
}

/// A task.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// Examples, where the source counts them.
    pub(super) train: Option<u32>,
    /// Test inputs by their number, with the number of their name.
    pub(super) inputs: BTreeMap<u32, Input>,
}

/// A test input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input {
    /// The number of its name.
    pub(super) unit: u32,
    pub(super) gold: Gold,
}

/// What is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gold {
    Missing,
    Grid(u64),
    /// Two files of the set say different things.
    Contradictory,
}

/// Every set, by its name.
pub(super) fn sets(seen: &Seen) -> Vec<Set> {
    let mut sets: BTreeMap<&str, Set> = BTreeMap::new();
    for entry in &seen.roster {
        let Some((task, number)) = place(seen.inputs.name(entry.input)) else { continue };
        let name = seen.sets.name(entry.set);
        let set = sets.entry(name).or_insert_with(|| Set { name: name.to_owned(), ..Set::default() });
        let task = set.tasks.entry(task.to_owned()).or_default();
        task.train = task.train.or(entry.train);
        let input = task.inputs.entry(number).or_insert(Input { unit: entry.input, gold: Gold::Missing });
        input.gold = match (input.gold, entry.gold) {
            (gold, None) => gold,
            (Gold::Missing, Some(grid)) => Gold::Grid(grid),
            (Gold::Grid(before), Some(grid)) if before == grid => Gold::Grid(grid),
            _ => Gold::Contradictory,
        };
    }
    sets.into_values().collect()
}

impl Set {
    /// Test inputs of all tasks.
    pub(super) fn inputs(&self) -> u64 {
        self.tasks.values().map(|task| task.inputs.len() as u64).sum()
    }

    /// Examples of all tasks; `None` where they are not counted for every one.
    pub(super) fn train(&self) -> Option<u64> {
        self.tasks.values().map(|task| task.train.map(u64::from)).sum()
    }

    /// Tasks whose every right answer is known, and of one mind.
    pub(super) fn scored(&self) -> u64 {
        self.tasks.values().filter(|task| task.is_scored()).count() as u64
    }
}

impl Task {
    pub(super) fn is_scored(&self) -> bool {
        self.inputs.values().all(|input| matches!(input.gold, Gold::Grid(_)))
    }
}
