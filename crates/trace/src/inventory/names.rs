//! Counts by name, bounded: a heap of files may hold more names than anybody reads. Not what the names are of.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Serialize, Serializer};

/// Beyond so many different names of a kind the rest is counted together.
const MOST_NAMES: usize = 10_000;
/// What the rest is counted under.
const REST: &str = "…";

/// Counts by name, the first 10,000 names by themselves and the rest together under `…`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    counts: BTreeMap<String, u64>,
    /// Of a part, its names in the order in which they came: which of them stand by themselves is known when it is added.
    order: Option<Vec<String>>,
}

impl Names {
    /// The names of a part, which ends before they are too many.
    pub(super) fn of_part() -> Self {
        Self { counts: BTreeMap::new(), order: Some(Vec::new()) }
    }

    /// Counts a name.
    pub(super) fn count(&mut self, name: &str) {
        self.add_times(name, 1);
    }

    /// Takes in a part, as if its names had been counted here one by one.
    pub(super) fn add(&mut self, part: &Self) {
        for name in part.order.iter().flatten() {
            self.add_times(name, part.counts.get(name).copied().unwrap_or(0));
        }
    }

    fn add_times(&mut self, name: &str, times: u64) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += times;
        } else if let Some(order) = &mut self.order {
            self.counts.insert(name.to_owned(), times);
            order.push(name.to_owned());
        } else if self.counts.len() < MOST_NAMES {
            self.counts.insert(name.to_owned(), times);
        } else {
            *self.counts.entry(REST.to_owned()).or_default() += times;
        }
    }
}

impl Deref for Names {
    type Target = BTreeMap<String, u64>;

    fn deref(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.counts.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_count_as_if_every_name_had_come_alone() {
        // More names than stand alone, some again after the bound is reached, in an order that is not that of the alphabet.
        let names: Vec<String> = (0..25_000_u32).map(|at| (at.wrapping_mul(7919) % 12_007).to_string()).collect();
        let mut alone = Names::default();
        names.iter().for_each(|name| alone.count(name));
        assert_eq!((alone.len(), alone.values().sum::<u64>()), (MOST_NAMES + 1, 25_000));
        for size in [1, 4_000, 11_000, 25_000] {
            let mut whole = Names::default();
            for few in names.chunks(size) {
                let mut part = Names::of_part();
                few.iter().for_each(|name| part.count(name));
                whole.add(&part);
            }
            assert_eq!(whole, alone, "{size}");
        }
    }
}
