//! One bundle and its tile of leaf hashes, read and compared: what the threads of an examination do, each for every so-many-th bundle, handed over in order.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use super::addenda::Shelves;
use super::finding::{Finding, Kind};
use super::judge::Addendum;
use crate::digest::Digest;
use crate::log::addenda;
use crate::log::folder::Folder;
use crate::log::merkle;
use crate::log::tile::{Level, Tile, WIDTH};
use crate::log::tiles::{Bundle, read_bundle, read_hashes};

/// Bundles that a thread may be ahead: bounds the memory, at 16 MiB for the longest.
const AHEAD: usize = 2;

/// Hashes of leaves and their root as a subtree.
pub(super) struct Leaves {
    pub(super) hashes: Vec<Digest>,
    pub(super) root: Digest,
}

impl Leaves {
    fn of(hashes: Vec<Digest>) -> Self {
        Self { root: merkle::root(&hashes), hashes }
    }
}

/// What a bundle and the tile over it turned out to be.
pub(super) struct Examined {
    pub(super) tile: Tile,
    /// The bundle, where it can be read.
    pub(super) bundle: Option<Bundle>,
    /// What its entries hash to, where it can be read.
    pub(super) entries: Option<Leaves>,
    /// What the tile says, where it can be read and is not the same.
    pub(super) other: Option<Leaves>,
    /// Whether the tile says the same.
    pub(super) agrees: bool,
    /// Addenda of every entry that indicates some, by its number in the bundle.
    pub(super) addenda: Vec<(usize, Vec<Addendum>)>,
    pub(super) findings: Vec<Finding>,
}

impl Examined {
    /// Number of its first leaf.
    pub(super) const fn start(&self) -> u64 {
        self.tile.index() * WIDTH
    }

    /// Looks for the addenda of an entry.
    fn look_up(&mut self, folder: &Folder, shelves: &Shelves, file: &Tile, at: usize, entry: &[u8]) {
        let leaf = self.start() + at as u64;
        match addenda::split(entry) {
            Err(error) => self.findings.push(Finding::of_error(Kind::Addendum, file.path(), &error).about_leaf(leaf)),
            Ok((_, digests)) if digests.is_empty() => {}
            Ok((_, digests)) => {
                let mut all = Vec::with_capacity(digests.len());
                for digest in digests {
                    let (state, finding) = shelves.state(folder, &digest);
                    self.findings.extend(finding.map(|finding| finding.about_leaf(leaf)));
                    all.push(Addendum { digest, state });
                }
                self.addenda.push((at, all));
            }
        }
    }
}

/// Reads and hashes bundle `index` of a tree of `size` leaves.
fn examine(folder: &Folder, shelves: Option<&Shelves>, size: u64, index: u64) -> Option<Examined> {
    let tile = Tile::of_tree(size, Level::Entries, index)?;
    let over = Tile::of_tree(size, Level::Hashes(0), index)?;
    let mut examined = Examined {
        tile,
        bundle: None,
        entries: None,
        other: None,
        agrees: false,
        addenda: Vec::new(),
        findings: Vec::new(),
    };
    let leaves = examined.start()..examined.start() + u64::from(tile.width());
    match read_bundle(folder, &tile) {
        Err(error) => examined.findings.push(Finding::of_error(Kind::Entry, tile.path(), &error).about(leaves.clone())),
        Ok(bundle) => match bundle.entries() {
            Err(error) => {
                examined
                    .findings
                    .push(Finding::of_error(Kind::Entry, bundle.tile.path(), &error).about(leaves.clone()));
            }
            Ok(entries) => {
                examined.entries = Some(Leaves::of(entries.iter().map(|entry| merkle::leaf(entry)).collect()));
                for (at, entry) in entries.iter().enumerate() {
                    if let Some(shelves) = shelves {
                        examined.look_up(folder, shelves, &bundle.tile, at, entry);
                    }
                }
                examined.bundle = Some(bundle);
            }
        },
    }
    match read_hashes(folder, &over) {
        Err(error) => examined.findings.push(Finding::of_error(Kind::Tile, over.path(), &error).about(leaves)),
        Ok(hashes) if examined.entries.as_ref().is_some_and(|entries| entries.hashes == hashes) => {
            examined.agrees = true;
        }
        Ok(hashes) => examined.other = Some(Leaves::of(hashes)),
    }
    Some(examined)
}

/// Starts the threads; bundle n comes from receiver n modulo their number. Dropping the receivers ends them.
pub(super) fn start<'scope, 'env: 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    folder: &'env Folder,
    shelves: Option<&'env Shelves>,
    size: u64,
    threads: usize,
) -> Vec<Receiver<Examined>> {
    let step = threads as u64;
    (0..step)
        .map(|first| {
            let (sender, receiver): (SyncSender<Examined>, _) = sync_channel(AHEAD);
            scope.spawn(move || {
                let mut index = first;
                while let Some(examined) = examine(folder, shelves, size, index) {
                    if sender.send(examined).is_err() {
                        return;
                    }
                    index += step;
                }
            });
            receiver
        })
        .collect()
}
