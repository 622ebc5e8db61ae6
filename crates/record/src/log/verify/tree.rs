//! The tree that the entries rebuild, and who is wrong where a tile of leaf hashes says otherwise.
//!
//! Entries and tiles are two accounts of the same leaves. Whichever leads to the signed root is the one that was signed; so a changed entry is named
//! by its leaf, a changed tile by its file, and the rest of the examination goes on with the leaves that were signed.

use std::collections::{BTreeMap, BTreeSet};

use super::Examination;
use super::addenda::Shelves;
use super::bundles::{self, Examined};
use super::finding::{Finding, Kind};
use super::judge::{Judge, State};
use crate::digest::Digest;
use crate::log::checkpoint::Checkpoint;
use crate::log::error::Error;
use crate::log::folder::Folder;
use crate::log::merkle;
use crate::log::proof::{self, Nodes};
use crate::log::tile::{HEIGHT, Level, Tile, WIDTH};
use crate::log::tiles::{read_bundle, read_hashes};

/// Unreadable bundles after which an examination stops: a signed size can be beyond anything on disk.
const MOST_UNREADABLE: u64 = 1000;

/// Bundles whose leaf hashes are remembered for proofs: 512 KiB.
const MOST_REMEMBERED: usize = 64;

/// Threads where the caller leaves it open.
const MOST_THREADS: usize = 4;

/// A tree whose leaves are on disk and whose upper levels are in memory.
pub(super) struct Tree {
    folder: Folder,
    size: u64,
    /// From level 1 on, the roots of complete subtrees of 256^level leaves; `None` where a leaf is unknown.
    levels: Vec<Vec<Option<Digest>>>,
    /// Hashes of the leaves behind the last complete bundle.
    last: Option<Vec<Digest>>,
    /// Bundles whose leaf hashes are those of the tile.
    from_tile: BTreeSet<u64>,
    remembered: BTreeMap<u64, Vec<Digest>>,
    /// Whether it has the signed root.
    pub(super) signed: bool,
}

impl Tree {
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the first `size` leaves.
    pub(super) fn root(&mut self, size: u64) -> Result<Digest, Error> {
        proof::root(self, size)
    }

    /// The roots at a level from 1 on.
    pub(super) fn level(&self, level: u8) -> &[Option<Digest>] {
        usize::from(level).checked_sub(1).and_then(|at| self.levels.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Hashes of the leaves of a bundle.
    pub(super) fn leaves(&mut self, bundle: u64) -> Result<&[Digest], Error> {
        if bundle == self.size / WIDTH {
            return self.last.as_deref().ok_or_else(|| unknown(bundle));
        }
        if !self.remembered.contains_key(&bundle) {
            let read = if self.from_tile.contains(&bundle) {
                read_hashes(&self.folder, &Tile::full(Level::Hashes(0), bundle))?
            } else {
                let read = read_bundle(&self.folder, &Tile::full(Level::Entries, bundle))?;
                read.entries()?.into_iter().map(merkle::leaf).collect()
            };
            if self.remembered.len() >= MOST_REMEMBERED {
                self.remembered.clear();
            }
            self.remembered.insert(bundle, read);
        }
        self.remembered.get(&bundle).map(Vec::as_slice).ok_or_else(|| unknown(bundle))
    }

    /// Hash of a leaf.
    pub(super) fn leaf(&mut self, leaf: u64) -> Result<Digest, Error> {
        if leaf >= self.size {
            return Err(Error::Beyond { place: "leaf".to_owned(), most: self.size.saturating_sub(1), found: leaf });
        }
        self.node(0, leaf)
    }

    /// Computes the upper levels from the roots of the complete bundles.
    fn raise(&mut self, bundles: Vec<Option<Digest>>) {
        self.levels = vec![bundles];
        while let Some(below) = self.levels.last().filter(|below| below.len() as u64 >= WIDTH) {
            let above =
                below.chunks_exact(WIDTH as usize).map(|hashes| hashes.iter().copied().collect::<Option<Vec<_>>>());
            let above = above.map(|hashes| hashes.map(|hashes| merkle::root(&hashes))).collect();
            self.levels.push(above);
        }
    }
}

fn unknown(bundle: u64) -> Error {
    let first = bundle * WIDTH;
    Error::malformed(format!("leaves from {first} on"), "entries or hashes that can be read", "none")
}

impl Nodes for Tree {
    fn node(&mut self, height: u8, index: u64) -> Result<Digest, Error> {
        let (level, above) = (height / HEIGHT, height % HEIGHT);
        let width = 1_usize << above;
        let first = index << above;
        if level == 0 {
            let leaves = self.leaves(first / WIDTH)?;
            let start = (first % WIDTH) as usize;
            return leaves.get(start..start + width).map(merkle::root).ok_or_else(|| unknown(first / WIDTH));
        }
        let missing = || unknown(first << (HEIGHT * (level - 1)));
        let start = usize::try_from(first).map_err(|_| missing())?;
        let hashes = self.level(level).get(start..start + width).ok_or_else(missing)?;
        let hashes: Option<Vec<Digest>> = hashes.iter().copied().collect();
        hashes.map(|hashes| merkle::root(&hashes)).ok_or_else(missing)
    }
}

/// What was gathered bundle by bundle.
#[derive(Default)]
struct Gathered {
    /// By complete bundle, the root over its entries, or over its tile where they cannot be read.
    bundles: Vec<Option<Digest>>,
    /// The leaves behind them, by entries and by tile.
    last: Option<Vec<Digest>>,
    last_by_tile: Option<Vec<Digest>>,
    /// Bundles whose tile says otherwise, with the root over the tile.
    disputed: BTreeMap<u64, Digest>,
    from_tile: BTreeSet<u64>,
    unreadable: u64,
    /// Addenda that are there.
    present: Vec<Digest>,
}

impl Examination<'_> {
    /// Reads every entry and every tile of leaf hashes, and rebuilds the tree. `complete`: no larger size is known to be signed.
    pub(super) fn rebuild(
        &mut self,
        signed: &Checkpoint,
        indicated: bool,
        complete: bool,
        judge: &mut dyn Judge,
    ) -> Tree {
        let size = signed.size();
        let shelves = indicated.then(|| Shelves::of(self));
        let threads = match self.options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS),
            some => some,
        };
        let folder = self.folder.clone();
        let mut gathered = Gathered::default();
        std::thread::scope(|scope| {
            let receivers = bundles::start(scope, &folder, shelves.as_ref(), size, threads);
            for (index, receiver) in (0..size.div_ceil(WIDTH)).zip(receivers.iter().cycle()) {
                match receiver.recv() {
                    Ok(examined) if gathered.unreadable < MOST_UNREADABLE => {
                        self.gather(examined, &mut gathered, judge);
                    }
                    _ => {
                        let what = format!(
                            "too many bundles cannot be read; leaves from {} on were not looked at",
                            index * WIDTH
                        );
                        self.findings.push(Finding {
                            kind: Kind::Stopped,
                            leaves: Some(index * WIDTH..size),
                            file: None,
                            what,
                        });
                        break;
                    }
                }
            }
        });
        for uncovered in judge.uncovered() {
            self.counts.unexplained += 1;
            let path = crate::log::addenda::path(&uncovered.digest);
            self.findings.push(Finding::of_file(Kind::Addendum, path, uncovered.why).about_leaf(uncovered.leaf));
        }
        // An entry that is not here may indicate what seems not to be indicated.
        if indicated && complete && gathered.unreadable == 0 {
            self.unindicated(std::mem::take(&mut gathered.present));
        }
        self.settle(signed, gathered)
    }

    fn gather(&mut self, examined: Examined, gathered: &mut Gathered, judge: &mut dyn Judge) {
        let index = examined.tile.index();
        let start = examined.start();
        self.counts.tiles += u64::from(examined.agrees);
        examined.findings.into_iter().for_each(|finding| self.findings.push(finding));
        if let Some(bundle) = &examined.bundle {
            let mut addenda = examined.addenda.into_iter().peekable();
            for (at, entry) in bundle.entries().unwrap_or_default().into_iter().enumerate() {
                let indicated =
                    addenda.next_if(|(number, _)| *number == at).map(|(_, addenda)| addenda).unwrap_or_default();
                for addendum in &indicated {
                    match addendum.state {
                        State::Present => {
                            self.counts.addenda += 1;
                            gathered.present.push(addendum.digest);
                        }
                        State::Absent => self.counts.absent += 1,
                        State::Changed => gathered.present.push(addendum.digest),
                    }
                }
                let length = entry.len() as u64;
                self.counts.entries += 1;
                self.counts.entry_bytes += length;
                self.counts.longest_entry = self.counts.longest_entry.max(length);
                if let Err(what) = judge.entry(start + at as u64, entry, &indicated) {
                    self.findings
                        .push(Finding::of_file(Kind::Judged, bundle.tile.path(), what).about_leaf(start + at as u64));
                }
            }
        }
        gathered.unreadable += u64::from(examined.entries.is_none());
        if let (Some(_), Some(other)) = (&examined.entries, &examined.other) {
            gathered.disputed.insert(index, other.root);
        } else if examined.entries.is_none() && examined.other.is_some() {
            gathered.from_tile.insert(index);
        }
        if examined.tile.is_full() {
            gathered.bundles.push(examined.entries.or(examined.other).map(|leaves| leaves.root));
        } else {
            gathered.last_by_tile = examined.other.map(|leaves| leaves.hashes);
            gathered.last = examined.entries.map(|leaves| leaves.hashes).or_else(|| gathered.last_by_tile.clone());
        }
    }

    /// Finds the account that leads to the signed root.
    fn settle(&mut self, signed: &Checkpoint, gathered: Gathered) -> Tree {
        let size = signed.size();
        let Gathered { bundles, last, last_by_tile, disputed, from_tile, .. } = gathered;
        let mut tree = Tree {
            folder: self.folder.clone(),
            size,
            levels: Vec::new(),
            last: last.clone(),
            from_tile: from_tile.clone(),
            remembered: BTreeMap::new(),
            signed: false,
        };
        let edge = size / WIDTH;
        let supported: BTreeSet<u64> = disputed
            .iter()
            .filter(|(index, root)| self.parent_says(size, **index, root))
            .map(|(index, _)| *index)
            .collect();
        let with_edge = supported.iter().copied().chain(disputed.contains_key(&edge).then_some(edge)).collect();
        // Entries first; then the tiles that the level above supports, without and with the one at the edge; then all tiles.
        let accounts = [BTreeSet::new(), supported, with_edge, disputed.keys().copied().collect()];
        let mut by_entries = None;
        for by_tile in accounts {
            let mut bundles = bundles.clone();
            for index in &by_tile {
                if let (Some(bundle), Some(root)) = (bundles.get_mut(*index as usize), disputed.get(index)) {
                    *bundle = Some(*root);
                }
            }
            tree.last = if by_tile.contains(&edge) { last_by_tile.clone() } else { last.clone() };
            tree.from_tile = from_tile.union(&by_tile).copied().collect();
            tree.raise(bundles);
            let root = tree.root(size);
            if root.as_ref().is_ok_and(|root| root == signed.root()) {
                tree.signed = true;
                self.disputes(size, &disputed, Some(&by_tile));
                return tree;
            }
            by_entries.get_or_insert(root);
        }
        let what = match by_entries {
            Some(Ok(root)) => {
                format!("expected entries with the signed root {}, found some with the root {root}", signed.root())
            }
            _ => format!("expected entries with the signed root {}, found some that cannot be read", signed.root()),
        };
        self.findings.push(Finding::of_file(Kind::Root, super::CHECKPOINT, what).about(0..size));
        tree.last = last;
        tree.from_tile = from_tile;
        tree.remembered.clear();
        tree.raise(bundles);
        self.disputes(size, &disputed, None);
        tree
    }

    /// Whether the level above has the root over this tile.
    fn parent_says(&self, size: u64, index: u64, root: &Digest) -> bool {
        let parent = Tile::of_tree(size, Level::Hashes(1), index / WIDTH);
        let hashes = parent.and_then(|parent| read_hashes(&self.folder, &parent).ok());
        hashes.is_some_and(|hashes| hashes.get((index % WIDTH) as usize) == Some(root))
    }

    /// Names what differs in disputed bundles. `by_tile` are those whose tile was signed; `None` where nobody knows.
    fn disputes(&mut self, size: u64, disputed: &BTreeMap<u64, Digest>, by_tile: Option<&BTreeSet<u64>>) {
        for index in disputed.keys() {
            let read = || {
                let bundle = read_bundle(&self.folder, &Tile::of_tree(size, Level::Entries, *index)?).ok()?;
                let over = Tile::of_tree(size, Level::Hashes(0), *index)?;
                let entries: Vec<Digest> = bundle.entries().ok()?.into_iter().map(merkle::leaf).collect();
                Some((bundle.tile, entries, over, read_hashes(&self.folder, &over).ok()?))
            };
            let Some((bundle, entries, over, hashes)) = read() else { continue };
            for range in runs(entries.iter().zip(&hashes).map(|(entry, hash)| entry != hash)) {
                let leaves = index * WIDTH + range.start as u64..index * WIDTH + range.end as u64;
                let (of, other) = match by_tile {
                    Some(by_tile) if by_tile.contains(index) => {
                        (Finding::of_file(Kind::Entry, bundle.path(), ""), "the signed tree has")
                    }
                    Some(_) => (Finding::of_file(Kind::Tile, over.path(), ""), "the tile has"),
                    None => (Finding::of_file(Kind::Entry, bundle.path(), ""), "the tile has"),
                };
                let hash = |all: &[Digest]| all.get(range.start).map(Digest::to_string).unwrap_or_default();
                let many = if range.len() > 1 { " first of them" } else { "" };
                let what = match of.kind {
                    Kind::Tile => format!(
                        "expected the hashes of the signed entries, found others;{many} entry hashes to {}, {other} {}",
                        hash(&entries),
                        hash(&hashes)
                    ),
                    _ => format!(
                        "expected the entries that were signed, found others;{many} entry hashes to {}, {other} {}",
                        hash(&entries),
                        hash(&hashes)
                    ),
                };
                self.findings.push(Finding { what, ..of }.about(leaves));
            }
        }
    }
}

/// Where a condition holds, as runs.
fn runs(differs: impl Iterator<Item = bool>) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in differs.enumerate().filter(|(_, differs)| *differs) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}
