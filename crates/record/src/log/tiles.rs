//! A reader of tiles and entry bundles: hashes of subtrees, entries, and the proofs made from them. It checks shapes, not signatures
//! and not content.

use std::collections::BTreeMap;
use std::path::Path;

use crate::digest::Digest;
use crate::log::error::Error;
use crate::log::folder::Folder;
use crate::log::proof::Nodes;
use crate::log::tile::{HASH_BYTES, HEIGHT, Level, Tile, WIDTH};
use crate::log::{bundle, merkle, proof};

/// Tiles that are remembered: those of one proof, at each level the one of the leaf and the one at the edge, several times over. 512 KiB.
const MOST_REMEMBERED: usize = 64;

/// The hashes of a tile, from the file of that width or the front of the full one that took its place.
pub(crate) fn read_hashes(folder: &Folder, tile: &Tile) -> Result<Vec<Digest>, Error> {
    let bytes = |tile: &Tile| u64::from(tile.width()) * HASH_BYTES as u64;
    let mut found = (*tile, folder.read(&tile.path(), bytes(tile))?);
    if found.1.is_none() && !tile.is_full() {
        let full = Tile::full(tile.level(), tile.index());
        found = (full, folder.read(&full.path(), bytes(&full))?);
    }
    let (read, Some(content)) = found else {
        return Err(Error::malformed(tile, format!("{} hashes", tile.width()), "no such file"));
    };
    if content.len() as u64 != bytes(&read) {
        return Err(Error::malformed(read, format!("{} bytes", bytes(&read)), format!("{} bytes", content.len())));
    }
    Ok(content
        .as_chunks()
        .0
        .iter()
        .take(tile.width().into())
        .map(|bytes: &[u8; HASH_BYTES]| Digest::from_bytes(*bytes))
        .collect())
}

/// An entry bundle, from the file of that width or the full one that took its place; [`Bundle::entries`] has as many as were asked for.
pub(crate) struct Bundle {
    /// The file that was read.
    pub(crate) tile: Tile,
    pub(crate) bytes: Vec<u8>,
    wanted: usize,
}

impl Bundle {
    pub(crate) fn entries(&self) -> Result<Vec<&[u8]>, Error> {
        let mut entries =
            bundle::split(&self.bytes, self.tile.width().into()).map_err(|error| error.inside(&self.tile.path()))?;
        entries.truncate(self.wanted);
        Ok(entries)
    }
}

/// Reads a bundle. See [`Bundle`].
pub(crate) fn read_bundle(folder: &Folder, tile: &Tile) -> Result<Bundle, Error> {
    let read = |tile: Tile| folder.read(&tile.path(), bundle::MOST_BUNDLE_BYTES);
    let mut found = (*tile, read(*tile)?);
    if found.1.is_none() && !tile.is_full() {
        let full = Tile::full(tile.level(), tile.index());
        found = (full, read(full)?);
    }
    let wanted = tile.width().into();
    match found {
        (tile, Some(bytes)) => Ok(Bundle { tile, bytes, wanted }),
        (_, None) => Err(Error::malformed(tile, format!("{} entries", tile.width()), "no such file")),
    }
}

/// The tiles of a tree of a known size.
#[derive(Debug)]
pub struct Tiles {
    folder: Folder,
    size: u64,
    remembered: BTreeMap<Tile, Vec<Digest>>,
}

impl Tiles {
    /// The tiles below a log's directory, of which the tree of the first `size` leaves is read.
    #[must_use]
    pub fn new(log: &Path, size: u64) -> Self {
        Self { folder: Folder::new(log), size, remembered: BTreeMap::new() }
    }

    /// Leaves of the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// An entry.
    ///
    /// # Errors
    /// Where the tree has no such leaf or its bundle cannot be read.
    pub fn entry(&self, leaf: u64) -> Result<Vec<u8>, Error> {
        let bundle = read_bundle(&self.folder, &self.tile(Level::Entries, leaf)?)?;
        let entries = bundle.entries()?;
        let entry = entries.get((leaf % WIDTH) as usize);
        entry.map(|entry| entry.to_vec()).ok_or_else(|| self.beyond(leaf))
    }

    /// The entries of an entry bundle: those of the leaves from `256 * number` on, 256 of them or as many as the tree has.
    ///
    /// # Errors
    /// Where the tree has no such bundle or it cannot be read.
    pub fn bundle(&self, number: u64) -> Result<Vec<Vec<u8>>, Error> {
        let first = number.checked_mul(WIDTH).ok_or_else(|| self.beyond(number))?;
        let bundle = read_bundle(&self.folder, &self.tile(Level::Entries, first)?)?;
        Ok(bundle.entries()?.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// The inclusion proof of a leaf in this tree.
    ///
    /// # Errors
    /// Where the tree has no such leaf or a tile cannot be read.
    pub fn inclusion(&mut self, leaf: u64) -> Result<Vec<Digest>, Error> {
        let size = self.size;
        proof::inclusion(self, leaf, size)
    }

    /// The proof that the tree of `old` leaves is the beginning of this one.
    ///
    /// # Errors
    /// Where `old` is larger than this tree or a tile cannot be read.
    pub fn consistency(&mut self, old: u64) -> Result<Vec<Digest>, Error> {
        let size = self.size;
        proof::consistency(self, old, size)
    }

    /// Root of the tree of the first `size` leaves of this one.
    ///
    /// # Errors
    /// Where `size` is larger than this tree or a tile cannot be read.
    pub fn root(&mut self, size: u64) -> Result<Digest, Error> {
        if size > self.size {
            return Err(Error::Beyond { place: "tree size".to_owned(), most: self.size, found: size });
        }
        proof::root(self, size)
    }

    /// The tile that holds hash or entry number `at` of a level.
    fn tile(&self, level: Level, at: u64) -> Result<Tile, Error> {
        Tile::of_tree(self.size, level, at / WIDTH)
            .filter(|tile| at % WIDTH < u64::from(tile.width()))
            .ok_or_else(|| self.beyond(at))
    }

    fn beyond(&self, found: u64) -> Error {
        Error::Beyond { place: "leaf or subtree".to_owned(), most: self.size.saturating_sub(1), found }
    }
}

impl Nodes for Tiles {
    fn node(&mut self, height: u8, index: u64) -> Result<Digest, Error> {
        let (level, above) = (height / HEIGHT, height % HEIGHT);
        let width = 1_u64 << above;
        let last = index
            .checked_mul(width)
            .and_then(|first| first.checked_add(width - 1))
            .ok_or_else(|| self.beyond(index))?;
        let tile = self.tile(Level::Hashes(level), last)?;
        let end = (last % WIDTH) as usize + 1;
        if !self.remembered.contains_key(&tile) {
            if self.remembered.len() >= MOST_REMEMBERED {
                self.remembered.clear();
            }
            self.remembered.insert(tile, read_hashes(&self.folder, &tile)?);
        }
        let hashes = self.remembered.get(&tile).and_then(|hashes| hashes.get(end - width as usize..end));
        hashes.map(merkle::root).ok_or_else(|| self.beyond(last))
    }
}
