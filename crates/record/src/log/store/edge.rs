//! The right edge of a growing tree: everything that appending a leaf needs, and nothing else. At most 255 entries and 255 hashes a level.

use crate::digest::Digest;
use crate::log::error::Error;
use crate::log::folder::Folder;
use crate::log::merkle::{self, Frontier};
use crate::log::tile::{HASH_BYTES, HEIGHT, LEVELS, Level, Tile, WIDTH};
use crate::log::tiles::{read_bundle, read_hashes};
use crate::log::{MOST_LEAVES, bundle};

/// The tiles and the bundle that are not yet full, and the compact range over them.
#[derive(Debug)]
pub(super) struct Edge {
    frontier: Frontier,
    /// By level, the hashes of the tile that is not yet full.
    hashes: [Vec<Digest>; LEVELS as usize],
    /// The bundle that is not yet full; as many entries as `hashes[0]` has hashes.
    bundle: Vec<u8>,
}

/// Index of the tile of a level at which a tree of `size` leaves grows.
const fn growing(size: u64, level: Level) -> u64 {
    match level {
        Level::Entries => size / WIDTH,
        Level::Hashes(number) => (size / WIDTH) >> (HEIGHT * number),
    }
}

impl Edge {
    /// That of the tree without leaves.
    pub(super) fn empty() -> Self {
        Self { frontier: Frontier::default(), hashes: [const { Vec::new() }; LEVELS as usize], bundle: Vec::new() }
    }

    /// That of the tree of `size` leaves on disk, which has this root. The entries of its bundle have the hashes of its tile.
    pub(super) fn read(folder: &Folder, size: u64, root: &Digest) -> Result<Self, Error> {
        let mut edge = Self::empty();
        for (level, hashes) in (0..).zip(&mut edge.hashes) {
            let level = Level::Hashes(level);
            if let Some(tile) = Tile::of_tree(size, level, growing(size, level)) {
                *hashes = read_hashes(folder, &tile)?;
            }
        }
        edge.frontier = Frontier::from_edge(size, &edge.hashes).ok_or_else(|| Error::Beyond {
            place: "tree size".to_owned(),
            most: MOST_LEAVES,
            found: size,
        })?;
        let found = edge.root();
        if found != *root {
            let place = format!("tile: root of the {size} leaves whose hashes are on disk");
            return Err(Error::Hash { place, expected: *root, found });
        }
        if let Some(tile) = Tile::of_tree(size, Level::Entries, size / WIDTH) {
            let read = read_bundle(folder, &tile)?;
            let [leaves, ..] = &edge.hashes;
            for ((entry, expected), leaf) in read.entries()?.into_iter().zip(leaves).zip(size / WIDTH * WIDTH..) {
                let found = merkle::leaf(entry);
                if found != *expected {
                    return Err(Error::Hash {
                        place: format!("{}: leaf {leaf}", read.tile),
                        expected: *expected,
                        found,
                    });
                }
                bundle::push(&mut edge.bundle, entry)?;
            }
        }
        Ok(edge)
    }

    pub(super) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(super) fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// Appends an entry. `full` is handed every bundle and tile that it fills.
    pub(super) fn append(
        &mut self,
        entry: &[u8],
        mut full: impl FnMut(Tile, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        bundle::push(&mut self.bundle, entry)?;
        let leaf = self.size();
        let hashes = &mut self.hashes;
        self.frontier.append(merkle::leaf(entry), |height, hash| {
            if height % HEIGHT == 0
                && let Some(hashes) = hashes.get_mut(usize::from(height / HEIGHT))
            {
                hashes.push(hash);
            }
        });
        for (level, hashes) in (0..).zip(&mut self.hashes).take_while(|(_, hashes)| hashes.len() as u64 == WIDTH) {
            if level == 0 {
                full(Tile::full(Level::Entries, growing(leaf, Level::Entries)), &self.bundle)?;
                self.bundle.clear();
            }
            full(Tile::full(Level::Hashes(level), growing(leaf, Level::Hashes(level))), &bytes(hashes))?;
            hashes.clear();
        }
        Ok(())
    }

    /// Hands out the bundle and the tiles that are not full, as a tree of this size has them.
    pub(super) fn partial(&self, mut each: impl FnMut(Tile, &[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let tile = |level| Tile::of_tree(self.size(), level, growing(self.size(), level));
        if let Some(tile) = tile(Level::Entries) {
            each(tile, &self.bundle)?;
        }
        for (level, hashes) in (0..).zip(&self.hashes) {
            if let Some(tile) = tile(Level::Hashes(level)) {
                each(tile, &bytes(hashes))?;
            }
        }
        Ok(())
    }
}

fn bytes(hashes: &[Digest]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_BYTES);
    for hash in hashes {
        bytes.extend_from_slice(hash.as_bytes());
    }
    bytes
}
