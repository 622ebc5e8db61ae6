//! All acts of a record so far, folded in the order of leaves: what an erasure covers, and which holds stand.

use std::collections::BTreeMap;

use super::{Act, Erasure, Hold};
use crate::error::Error;
use crate::leaf::{Head, Leaf, PartHead, PartName};

/// The acts of the leaves before [`Acts::through`].
#[derive(Debug, Clone, Default)]
pub struct Acts {
    through: u64,
    told: Vec<Told>,
    /// Runs of erased leaves, by their first.
    runs: BTreeMap<u64, Vec<Run>>,
    /// Leaves in the longest run: how far before a leaf a run that holds it can begin.
    longest: u64,
    holds: BTreeMap<String, Hold>,
}

/// One leaf that tells an erasure.
#[derive(Debug, Clone)]
struct Told {
    leaf: u64,
    at_ms: i64,
    basis: String,
}

#[derive(Debug, Clone)]
struct Run {
    to: u64,
    parts: Vec<PartName>,
    told: usize,
}

/// The erasure that covers a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered<'a> {
    /// The leaf that tells it.
    pub leaf: u64,
    /// When, by the operator's clock: milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The basis as the operator stated it; not examined.
    pub basis: &'a str,
}

impl Acts {
    /// Leaves before this one have been folded in.
    #[must_use]
    pub fn through(&self) -> u64 {
        self.through
    }

    /// The next leaf. Returns its erasure, where it tells one.
    ///
    /// # Errors
    /// Where it says that it is an act and does not say which. It counts as seen.
    pub fn fold(&mut self, leaf: u64, head: &Head) -> Result<Option<Erasure>, Error> {
        self.through = leaf + 1;
        match Act::of_head(head)? {
            None => Ok(None),
            Some(Act::Hold(hold)) => {
                self.holds.insert(hold.hold.clone(), hold);
                Ok(None)
            }
            Some(Act::Release(release)) => {
                self.holds.remove(&release.hold);
                Ok(None)
            }
            Some(Act::Erasure(erasure)) => {
                let told = self.told.len();
                self.told.push(Told { leaf, at_ms: head.at_ms, basis: erasure.basis.clone() });
                // A leaf can only erase what stood before it.
                for gone in erasure.gone.iter().filter(|gone| gone.from <= gone.to && gone.to < leaf) {
                    self.longest = self.longest.max(gone.to - gone.from + 1);
                    let run = Run { to: gone.to, parts: gone.parts.clone(), told };
                    self.runs.entry(gone.from).or_default().push(run);
                }
                Ok(Some(erasure))
            }
        }
    }

    /// The next leaf as an entry: read only where it may tell an act. Returns its erasure, where it tells one.
    ///
    /// # Errors
    /// Where it may be an act and is no leaf, or says that it is one and does not say which.
    pub fn fold_entry(&mut self, leaf: u64, entry: &[u8]) -> Result<Option<Erasure>, Error> {
        if Act::may_be(entry) {
            return self.fold(leaf, &Leaf::from_entry(entry)?.head);
        }
        self.through = leaf + 1;
        Ok(None)
    }

    /// The leaves that erasures told from that leaf on speak of.
    pub fn erased_since(&self, told: u64) -> impl Iterator<Item = u64> {
        let late = move |run: &Run| self.told.get(run.told).is_some_and(|by| by.leaf >= told);
        self.runs
            .iter()
            .flat_map(move |(from, runs)| runs.iter().filter(move |run| late(run)).map(|run| *from..=run.to))
            .flatten()
    }

    /// The first erasure that covers a part of a leaf.
    #[must_use]
    pub fn covered(&self, leaf: u64, part: &PartName) -> Option<Covered<'_>> {
        let first = (leaf + 1).saturating_sub(self.longest);
        self.runs
            .range(first..=leaf)
            .flat_map(|(_, runs)| runs)
            .filter(|run| run.to >= leaf && (run.parts.is_empty() || run.parts.contains(part)))
            .min_by_key(|run| run.told)
            .and_then(|run| self.told.get(run.told))
            .map(|told| Covered { leaf: told.leaf, at_ms: told.at_ms, basis: &told.basis })
    }

    /// Whether any erasure covers a part of this leaf.
    #[must_use]
    pub fn touches(&self, leaf: u64) -> bool {
        let first = (leaf + 1).saturating_sub(self.longest);
        self.runs.range(first..=leaf).flat_map(|(_, runs)| runs).any(|run| run.to >= leaf)
    }

    /// The hold that bars the erasure of a part, where one stands.
    #[must_use]
    pub fn held(&self, leaf: u64, head: &Head, part: &PartHead) -> Option<&Hold> {
        self.holds.values().find(|hold| hold.chosen.holds(leaf, head, part))
    }

    /// The holds that stand, by name.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.values()
    }

    /// How many leaves tell an erasure.
    #[must_use]
    pub fn erasures(&self) -> usize {
        self.told.len()
    }
}
