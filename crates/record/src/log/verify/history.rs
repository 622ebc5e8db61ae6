//! Older checkpoints: each must be the beginning of the tree. This is what finds a log that was rewritten, if one of them left the house in time.

use std::collections::BTreeMap;

use super::Examination;
use super::finding::{Finding, Kind};
use super::tree::Tree;
use crate::digest::Digest;
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};

/// Roots that the key signed, by size.
pub(super) type Known = BTreeMap<u64, Digest>;

impl Examination<'_> {
    pub(super) fn history(
        &mut self,
        kept: &[(String, SignedCheckpoint)],
        current: &SignedCheckpoint,
        tree: &mut Tree,
    ) -> Known {
        let current = current.checkpoint();
        let mut known = Known::from([(current.size(), *current.root())]);
        for (path, signed) in kept {
            if self.belongs(path, signed.checkpoint(), &mut known, tree) {
                self.counts.checkpoints += 1;
            }
        }
        known
    }

    /// Whether a signed checkpoint is the beginning of the tree; a finding about its file where it is not.
    pub(super) fn belongs(&mut self, path: &str, signed: &Checkpoint, known: &mut Known, tree: &mut Tree) -> bool {
        let (size, root) = (signed.size(), signed.root());
        if let Some(other) = known.get(&size).filter(|other| *other != root) {
            let what = format!("two roots are signed for size {size}: {other} and {root}");
            self.findings.push(Finding::of_file(Kind::Fork, path, what));
            return false;
        }
        known.insert(size, *root);
        if size > tree.size() {
            let what = format!("size {size} was signed before, the log has {}", tree.size());
            self.findings.push(Finding::of_file(Kind::Rollback, path, what).about(tree.size()..size));
            return false;
        }
        // The size of the current checkpoint was settled with it.
        if size == tree.size() {
            return true;
        }
        let what = match tree.root(size) {
            Ok(found) if found == *root => return true,
            Ok(found) => {
                format!("not a prefix: the first {size} leaves have the root {found}, this checkpoint signed {root}")
            }
            Err(error) => format!("cannot be compared: {error}"),
        };
        self.findings.push(Finding::of_file(Kind::NotAPrefix, path, what).about(0..size));
        false
    }
}
