//! Coordinates of tiles and entry bundles, and their paths in the form of c2sp.org/tlog-tiles. Not their content.
//!
//! A full tile is 256 hashes wide. The tile `index` at `level` holds the roots of the subtrees of 256^level leaves, from subtree
//! 256 * index on. A tree of size s has at level l a partial tile of floor(s / 256^l) mod 256 hashes; none where that is 0.
//! Paths are `tile/<level>/<index>[.p/<width>]` and `tile/entries/<index>[.p/<width>]`, where 1234067 is spelt `x001/x234/067`.

use std::fmt;

use crate::log::error::Error;

/// Hashes, or entries, of a full tile.
pub const WIDTH: u64 = 256;

/// Height of the subtree over a full tile.
pub const HEIGHT: u8 = 8;

/// Bytes of a hash in a tile.
pub const HASH_BYTES: usize = 32;

/// Levels that a tree of at most 2^63 - 1 leaves has hash tiles on.
pub const LEVELS: u8 = 8;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Entries themselves: an entry bundle.
    Entries,
    /// Roots of subtrees of 256^level leaves.
    Hashes(u8),
}

impl Level {
    /// Leaves under one hash or entry.
    const fn leaves(self) -> u64 {
        match self {
            Self::Entries => 1,
            Self::Hashes(level) => match WIDTH.checked_pow(level as u32) {
                Some(leaves) => leaves,
                None => u64::MAX,
            },
        }
    }
}

/// A tile or an entry bundle, and how much of it there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    level: Level,
    index: u64,
    width: u16,
}

impl Tile {
    /// The full tile.
    #[must_use]
    pub const fn full(level: Level, index: u64) -> Self {
        Self { level, index, width: WIDTH as u16 }
    }

    /// The tile as a tree of `size` leaves has it: full, partial, or not at all.
    #[must_use]
    pub fn of_tree(size: u64, level: Level, index: u64) -> Option<Self> {
        let hashes = size / level.leaves();
        let before = index.checked_mul(WIDTH)?;
        match u16::try_from(hashes.saturating_sub(before).min(WIDTH)) {
            Ok(0) | Err(_) => None,
            Ok(width) => Some(Self { level, index, width }),
        }
    }

    /// What it holds.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Its number within the level, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Hashes or entries in it, 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether nothing can be added.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width as u64 == WIDTH
    }

    /// Path below the log's directory.
    #[must_use]
    pub fn path(&self) -> String {
        let stem = self.stem();
        if self.is_full() { stem } else { format!("{stem}.p/{}", self.width) }
    }

    /// Path of the directory that holds the partial tiles of the same coordinates.
    #[must_use]
    pub fn partials(&self) -> String {
        format!("{}.p", self.stem())
    }

    fn stem(&self) -> String {
        let mut groups = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        let path = groups.join("/");
        match self.level {
            Level::Entries => format!("tile/entries/{path}"),
            Level::Hashes(level) => format!("tile/{level}/{path}"),
        }
    }

    /// Reads a path below the log's directory; only the one spelling of a tile is read.
    ///
    /// # Errors
    /// Where the path is not one that [`Tile::path`] writes.
    pub fn parse(path: &str) -> Result<Self, Error> {
        Self::read(path)
            .filter(|tile| tile.path() == path)
            .ok_or_else(|| Error::text("path", "tile/<level>/<index>[.p/<width>] as in c2sp.org/tlog-tiles", path))
    }

    fn read(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => Level::Entries,
            number => Level::Hashes(number.parse().ok().filter(|level| *level < 64)?),
        };
        let (stem, width) = match rest.split_once(".p/") {
            Some((stem, width)) => (stem, width.parse().ok().filter(|width| u64::from(*width) < WIDTH && *width > 0)?),
            None => (rest, WIDTH as u16),
        };
        let mut index = 0_u64;
        for group in stem.split('/') {
            let digits = group.trim_start_matches('x');
            index = index
                .checked_mul(1000)?
                .checked_add(digits.parse::<u16>().ok().filter(|group| *group < 1000)?.into())?;
        }
        Some(Self { level, index, width })
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        for (tile, path) in [
            (Tile::full(Level::Hashes(0), 1_234_067), "tile/0/x001/x234/067"),
            (Tile::full(Level::Hashes(0), 1067), "tile/0/x001/067"),
            (Tile::full(Level::Entries, 0), "tile/entries/000"),
            (Tile { level: Level::Entries, index: 0, width: 17 }, "tile/entries/000.p/17"),
            (Tile { level: Level::Hashes(2), index: 999, width: 1 }, "tile/2/999.p/1"),
        ] {
            assert_eq!(tile.path(), path);
            assert_eq!(Tile::parse(path).unwrap(), tile);
        }
    }

    #[test]
    fn the_tiles_of_the_specification_s_example_come_out() {
        // "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one full level 1
        // tile, one partial level 1 tile of width 17, and one partial level 2 tile of width 1"
        let width = |level, index| Tile::of_tree(70_000, Level::Hashes(level), index).map(|tile| tile.width());
        assert_eq!((width(0, 272), width(0, 273), width(0, 274)), (Some(256), Some(112), None));
        assert_eq!((width(1, 0), width(1, 1), width(1, 2)), (Some(256), Some(17), None));
        assert_eq!((width(2, 0), width(2, 1), width(3, 0)), (Some(1), None, None));
        assert_eq!(Tile::of_tree(256, Level::Hashes(1), 0).map(|tile| tile.width()), Some(1));
        assert_eq!(Tile::of_tree(256, Level::Entries, 1), None);
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        for wrong in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/1",
            "tile/0/0001",
            "tile/00/001",
            "tile/64/001",
            "tile/-1/001",
            "tile/+1/001",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/0/xx001/002",
            "tile/0/x000/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/0/001.p",
            "tile/0/../001",
            "tile/8/data/001",
            "tile/0/001/",
            "/tile/0/001",
            "tile/0/+01",
            "tile/0/x001/é01",
        ] {
            assert!(Tile::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_tile_survives_its_path(level in 0_u8..64, index in any::<u64>(), width in 1_u16..=256, entries in any::<bool>()) {
            let level = if entries { Level::Entries } else { Level::Hashes(level) };
            let tile = Tile { level, index, width };
            prop_assert_eq!(Tile::parse(&tile.path()).unwrap(), tile);
        }

        #[test]
        fn foreign_paths_never_panic(path in ".{0,40}", tail in "[x0-9/.p]{0,40}") {
            let _ = Tile::parse(&path);
            let _ = Tile::parse(&format!("tile/{tail}"));
        }
    }
}
