//! Erasing: what is chosen and not barred by a hold, told in a leaf first, removed after. Not what makes an erasure due.

use std::collections::BTreeMap;

use super::{Inner, Record, RecordError, reader};
use crate::act::{Act, Erasure, Gone, Hold, MOST_RUNS, Release, Selection};
use crate::digest::Digest;
use crate::leaf::{Leaf, PartName};

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The leaves that tell it.
    pub told: Vec<u64>,
    /// Leaves that lost content, in order.
    pub leaves: Vec<u64>,
    /// Parts that are gone.
    pub parts: u64,
    /// Bytes that they took in the packs.
    pub bytes: u64,
}

/// A leaf whose content may not be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The leaf.
    pub leaf: u64,
    /// The name of the hold.
    pub hold: String,
}

impl Record {
    /// Erases the content that is chosen: appends the leaves that say so, signs, then removes it from the packs and from the journal.
    ///
    /// All or nothing: where a hold stands for any of it, nothing is erased.
    ///
    /// # Errors
    /// Where a hold stands, nothing with content is chosen, or the disk refuses. After an interruption behind the leaf, opening the record finishes it.
    pub fn erase(&self, chosen: &Selection, basis: &str, now_ms: i64) -> Result<Erased, RecordError> {
        let mut inner = self.inner();
        self.integrate_into(&mut inner, now_ms)?;
        let parts = choose(&inner, chosen)?;
        let leaves: Vec<u64> = parts.keys().copied().collect();
        let runs = runs(&parts);
        let mut told = Vec::new();
        for gone in runs.chunks(MOST_RUNS) {
            let act = Act::Erasure(Erasure { basis: basis.to_owned(), chosen: chosen.clone(), gone: gone.to_vec() });
            let leaf = Leaf::of(act.to_head(now_ms)?, &[])?;
            told.push(self.journal.append(&super::payload::encode(&leaf, &[])?)?);
        }
        self.integrate_into(&mut inner, now_ms)?;
        let (count, bytes) = self.remove(&mut inner, &leaves)?;
        Ok(Erased { told, leaves, parts: count, bytes })
    }

    /// Leaves and parts that [`Record::erase`] would erase. Nothing is changed.
    ///
    /// # Errors
    /// Where a hold stands, or the log cannot be read. Nothing chosen is none of both.
    pub fn would_erase(&self, chosen: &Selection) -> Result<(u64, u64), RecordError> {
        let inner = self.inner();
        let parts = match choose(&inner, chosen) {
            Err(RecordError::Nothing { .. }) => return Ok((0, 0)),
            parts => parts?,
        };
        let mut heads = reader::Heads::new(inner.log.tiles());
        let mut count = 0;
        for (leaf, names) in &parts {
            count += if names.is_empty() { heads.leaf(*leaf)?.head.parts.len() } else { names.len() } as u64;
        }
        Ok((parts.len() as u64, count))
    }

    /// Bars the erasure of what is chosen. Returns the leaf that says so.
    ///
    /// # Errors
    /// Where its name or reason is empty or too long, or the disk refuses.
    pub fn hold(&self, hold: Hold, now_ms: i64) -> Result<u64, RecordError> {
        self.act(&Act::Hold(hold), now_ms)
    }

    /// Lifts a hold. Returns the leaf that says so.
    ///
    /// # Errors
    /// Where no hold of that name stands, or as [`Record::hold`].
    pub fn release(&self, release: Release, now_ms: i64) -> Result<u64, RecordError> {
        if !self.inner().acts.holds().any(|hold| hold.hold == release.hold) {
            return Err(RecordError::Nothing { chosen: format!("hold {}", release.hold.escape_debug()) });
        }
        self.act(&Act::Release(release), now_ms)
    }

    fn act(&self, act: &Act, now_ms: i64) -> Result<u64, RecordError> {
        let mut inner = self.inner();
        let leaf = Leaf::of(act.to_head(now_ms)?, &[])?;
        let number = self.journal.append(&super::payload::encode(&leaf, &[])?)?;
        self.integrate_into(&mut inner, now_ms)?;
        Ok(number)
    }

    /// Holds that stand.
    #[must_use]
    pub fn holds(&self) -> Vec<Hold> {
        self.inner().acts.holds().cloned().collect()
    }

    /// Removes what erasures cover and a crash left.
    pub(super) fn finish_erasures(&self) -> Result<(), RecordError> {
        let mut inner = self.inner();
        let mut leaves = inner.acts.erased_since(inner.content.erased()).collect::<Vec<_>>();
        leaves.sort_unstable();
        leaves.dedup();
        if !leaves.is_empty() {
            self.remove(&mut inner, &leaves)?;
        }
        Ok(())
    }

    /// Removes from the packs of these leaves whatever erasures cover, and lets the journal forget its copy.
    fn remove(&self, inner: &mut Inner, leaves: &[u64]) -> Result<(u64, u64), RecordError> {
        let mut gone: BTreeMap<u64, Vec<Digest>> = BTreeMap::new();
        let mut heads = reader::Heads::new(inner.log.tiles());
        for leaf in leaves {
            let told = heads.leaf(*leaf)?;
            let covered = told.parts().filter(|(part, _)| inner.acts.covered(*leaf, &part.name).is_some());
            gone.insert(*leaf, covered.map(|(_, digest)| *digest).collect());
        }
        let erased = |leaf: u64, digest: &Digest| gone.get(&leaf).is_some_and(|gone| gone.contains(digest));
        let removed = inner.content.remove(leaves, &erased)?;
        inner.content.set_erased(inner.acts.through())?;
        self.journal.rotate()?;
        self.journal.release(inner.log.size())?;
        Ok(removed)
    }
}

/// The parts that are chosen and not erased yet, by leaf.
fn choose(inner: &Inner, chosen: &Selection) -> Result<BTreeMap<u64, Vec<PartName>>, RecordError> {
    let (mut parts, mut held) = (BTreeMap::new(), Vec::new());
    let mut heads = reader::Heads::new(inner.log.tiles());
    let all = match chosen {
        Selection::Leaf { leaf, .. } if *leaf < inner.log.size() => *leaf..leaf + 1,
        Selection::Leaf { .. } => 0..0,
        _ => 0..inner.log.size(),
    };
    for leaf in all {
        let told = heads.leaf(leaf)?;
        let names: Vec<PartName> = told
            .head
            .parts
            .iter()
            .filter(|part| chosen.holds(leaf, &told.head, part) && inner.acts.covered(leaf, &part.name).is_none())
            .inspect(|part| {
                held.extend(inner.acts.held(leaf, &told.head, part).map(|hold| Held { leaf, hold: hold.hold.clone() }));
            })
            .map(|part| part.name.clone())
            .collect();
        if !names.is_empty() {
            // All of a leaf's parts are told as none: the list stays short.
            let all = names.len() == told.head.parts.len();
            parts.insert(leaf, if all { Vec::new() } else { names });
        }
    }
    if !held.is_empty() {
        held.dedup();
        return Err(RecordError::Held(held));
    }
    if parts.is_empty() {
        return Err(RecordError::Nothing { chosen: chosen.to_string() });
    }
    Ok(parts)
}

/// Neighbouring leaves that lose the same parts, as runs.
fn runs(parts: &BTreeMap<u64, Vec<PartName>>) -> Vec<Gone> {
    let mut runs: Vec<Gone> = Vec::new();
    for (leaf, names) in parts {
        match runs.last_mut() {
            Some(run) if run.to + 1 == *leaf && run.parts == *names => run.to = *leaf,
            _ => runs.push(Gone { from: *leaf, to: *leaf, parts: names.clone() }),
        }
    }
    runs
}
