//! Tiles above the leaf hashes, partial tiles of older sizes, and whatever else lies in `tile/`.

use super::Examination;
use super::finding::{Finding, Kind};
use super::tree::Tree;
use crate::digest::Digest;
use crate::log::error::Error;
use crate::log::folder::Kind as Stands;
use crate::log::merkle;
use crate::log::tile::{HEIGHT, LEVELS, Level, Tile, WIDTH};
use crate::log::tiles::{read_bundle, read_hashes};

const TILE: &str = "tile";

/// Directories below `tile` that the longest path of a tile has.
const MOST_DEPTH: usize = 10;

impl Examination<'_> {
    /// Compares every tile from level 1 on that the tree has.
    pub(super) fn upper_tiles(&mut self, tree: &mut Tree) {
        for level in 1..LEVELS {
            let mut index = 0;
            // As far as subtrees were rebuilt: a tree that could not be read through is not counted through either.
            while index * WIDTH < tree.level(level).len() as u64
                && let Some(tile) = Tile::of_tree(tree.size(), Level::Hashes(level), index)
            {
                self.compare(&tile, tree);
                index += 1;
            }
        }
    }

    /// Looks at every other file in `tile/`.
    pub(super) fn other_tiles(&mut self, tree: &mut Tree) {
        let mut folders = vec![TILE.to_owned()];
        while let Some(folder) = folders.pop() {
            for name in self.names(&folder, Kind::Tile) {
                let path = format!("{folder}/{name}");
                match self.folder.kind(&path) {
                    Ok(Stands::Folder) if path.matches('/').count() < MOST_DEPTH => folders.push(path),
                    Ok(Stands::File(_)) => match Tile::parse(&path) {
                        Ok(tile) => self.other_tile(&tile, tree),
                        Err(_) => self.counts.strangers += 1,
                    },
                    // Links and devices where a tile has to be were found when it was read.
                    _ => self.counts.strangers += 1,
                }
            }
        }
    }

    fn other_tile(&mut self, tile: &Tile, tree: &mut Tree) {
        match Tile::of_tree(tree.size(), tile.level(), tile.index()) {
            Some(required) if required == *tile => {}
            Some(required) if required.width() > tile.width() => self.compare(tile, tree),
            _ => self.counts.beyond += 1,
        }
    }

    /// Compares a tile of hashes, or a partial bundle of an older size, with what was rebuilt.
    fn compare(&mut self, tile: &Tile, tree: &mut Tree) {
        let (kind, each) = match tile.level() {
            Level::Entries => (Kind::Entry, 1),
            Level::Hashes(level) => (Kind::Tile, 1_u64 << (HEIGHT * level).min(63)),
        };
        let first = tile.index() * WIDTH;
        match self.found(tile).and_then(|found| Ok((found, rebuilt(tile, tree)?))) {
            Err(error) => {
                let leaves = first * each..((first + u64::from(tile.width())) * each).min(tree.size());
                self.findings.push(Finding::of_error(kind, tile.path(), &error).about(leaves));
            }
            Ok((found, rebuilt)) => {
                let mut differing = found
                    .iter()
                    .zip(&rebuilt)
                    .zip(first..)
                    .filter(|((found, rebuilt), _)| rebuilt.as_ref().is_some_and(|rebuilt| rebuilt != *found));
                if let Some(((found, rebuilt), at)) = differing.next() {
                    let more = differing.count();
                    let whose = if tree.signed { "the signed entries rebuild" } else { "the entries rebuild" };
                    let expected = rebuilt.map(|rebuilt| rebuilt.to_string()).unwrap_or_default();
                    let what = format!(
                        "hash {} of it: expected {expected}, as {whose}, found {found}; {more} more differ",
                        at - first
                    );
                    self.findings.push(Finding::of_file(kind, tile.path(), what).about(at * each..(at + 1) * each));
                } else {
                    self.counts.tiles += u64::from(kind == Kind::Tile);
                }
            }
        }
    }

    /// The hashes in the file.
    fn found(&self, tile: &Tile) -> Result<Vec<Digest>, Error> {
        match tile.level() {
            Level::Entries => Ok(read_bundle(&self.folder, tile)?.entries()?.into_iter().map(merkle::leaf).collect()),
            Level::Hashes(_) => read_hashes(&self.folder, tile),
        }
    }
}

/// The hashes that it must have, where they are known.
fn rebuilt(tile: &Tile, tree: &mut Tree) -> Result<Vec<Option<Digest>>, Error> {
    let width = usize::from(tile.width());
    match tile.level() {
        Level::Entries | Level::Hashes(0) => {
            Ok(tree.leaves(tile.index())?.iter().copied().map(Some).take(width).collect())
        }
        Level::Hashes(level) => {
            let start = usize::try_from(tile.index() * WIDTH).unwrap_or(usize::MAX);
            Ok(tree.level(level).iter().copied().skip(start).take(width).collect())
        }
    }
}
