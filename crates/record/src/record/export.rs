//! A bundle for a stranger: the whole public log up to its checkpoint, proofs, and of the content what was chosen and still exists. Not where it is packed, and not its
//! first page.
//!
//! Layout: that of a log (`vkey`, `checkpoint`, `checkpoints/`, `tile/`, `addenda.v1`), with `proofs/`, `consistency/`, `addenda/` and `bundle.json`, which says what was chosen:
//! what is absent otherwise is not shown, not missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::reader::each;
use super::{Places, Reader, RecordError, State};
use crate::act::{Acts, Covered};
use crate::canonical;
use crate::leaf::{Leaf, Part, PartHead, PartName};
use crate::log::tile::{LEVELS, Level, Tile};
use crate::log::{Tiles, addenda, proof, store, timestamp};

/// The file that says what was chosen.
pub const CONTENTS: &str = "bundle.json";

/// What a bundle says of itself. Nobody signs it: it explains absences, it shows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The layout, 1.
    pub version: u8,
    /// Leaves of the log.
    pub size: u64,
    /// The parts whose content is in the bundle.
    pub shown: Vec<Shown>,
}

/// Parts of a leaf whose content is in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The leaf.
    pub leaf: u64,
    /// The parts.
    pub parts: Vec<PartName>,
}

/// What a bundle shows, and what else the log says of the same traces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The chosen leaves.
    pub exported: Vec<Exported>,
    /// Leaves of the traces of those that were not chosen, in order, [`MOST_LEFT_OUT`] at most: the list of what was chosen is not signed, the log is.
    pub left_out: Vec<(u64, Leaf)>,
}

/// How many leaves that were left out are told of.
pub const MOST_LEFT_OUT: usize = 1000;

/// A chosen leaf, and what became of each of its parts in the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its number.
    pub leaf: u64,
    /// What it says.
    pub told: Leaf,
    /// Its parts in order.
    pub parts: Vec<(PartHead, Fate)>,
}

impl Exported {
    /// Parts whose content is in the bundle.
    #[must_use]
    pub fn shown(&self) -> u64 {
        self.parts.iter().filter(|(_, fate)| matches!(fate, Fate::Shown(_))).count() as u64
    }
}

/// What became of a part of a chosen leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its content is in the bundle.
    Shown(Vec<u8>),
    /// It was not chosen.
    NotChosen,
    /// It was erased: when, and the basis as the operator stated it.
    Erased {
        /// Milliseconds since 1970 (UTC).
        at_ms: i64,
        /// Not examined.
        basis: String,
    },
}

/// Where the files of a bundle go: a path with `/` between its parts, and its bytes.
pub type Put<'a> = dyn FnMut(&str, &[u8]) -> std::io::Result<()> + 'a;

impl Reader {
    /// Writes a bundle of these leaves; `chosen` says of each of their parts whether it is shown. The record may not be written meanwhile.
    ///
    /// # Errors
    /// Where content that should be shown is missing or damaged, the log cannot be read, or `put` refuses.
    pub fn export(
        &mut self,
        folder: &Path,
        leaves: &[u64],
        chosen: &dyn Fn(&PartHead) -> bool,
        put: &mut Put<'_>,
    ) -> Result<Bundle, RecordError> {
        let log = Places::of(folder).log();
        let mut write = |path: &str, bytes: &[u8]| {
            put(path, bytes).map_err(RecordError::io(Path::new(path), "writing into the bundle"))
        };
        public(&log, self.size(), &mut write)?;
        let mut exported = Vec::new();
        for number in leaves {
            let told = self.leaf(*number)?;
            let mut parts = Vec::new();
            for (part, digest) in told.clone().parts() {
                let fate = match self.part(*number, part, digest)? {
                    State::Erased { at_ms, basis, .. } => Fate::Erased { at_ms, basis },
                    _ if !chosen(part) => Fate::NotChosen,
                    State::There(found) => {
                        write(&addenda::path(digest), &found.to_addendum())?;
                        Fate::Shown(found.into_content())
                    }
                    State::Missing => {
                        return Err(RecordError::Nothing { chosen: format!("leaf {number}, part {}", part.name) });
                    }
                    State::Damaged(error) => return Err(error.into()),
                };
                parts.push((part.clone(), fate));
            }
            write(&format!("proofs/{number:010}.tlog-proof"), self.prove(*number)?.as_bytes())?;
            exported.push(Exported { leaf: *number, told, parts });
        }
        for old in kept(&log)?.into_keys() {
            if old < self.size() {
                let path = self.tiles().consistency(old)?;
                let name = proof::file::consistency_name(old, self.size());
                write(&format!("consistency/{name}"), proof::file::consistency(&path).as_bytes())?;
            }
        }
        let shown = exported.iter().map(|leaf| Shown {
            leaf: leaf.leaf,
            parts: leaf
                .parts
                .iter()
                .filter(|(_, fate)| matches!(fate, Fate::Shown(_)))
                .map(|(part, _)| part.name.clone())
                .collect(),
        });
        let contents = Contents { version: 1, size: self.size(), shown: shown.collect() };
        write(CONTENTS, &canonical::to_vec(&contents)?)?;
        let left_out = left_out(self.tiles(), &exported)?;
        Ok(Bundle { exported, left_out })
    }
}

/// The leaves that speak of the traces of chosen ones and were not chosen.
fn left_out(tiles: &Tiles, exported: &[Exported]) -> Result<Vec<(u64, Leaf)>, RecordError> {
    /// Canonical JSON has one spelling of a member; a text within may hold it too, so that the leaf is looked at once more.
    const MEMBER: &str = "\"trace\":\"";
    let chosen: BTreeSet<u64> = exported.iter().map(|leaf| leaf.leaf).collect();
    let traces: BTreeSet<&str> = exported.iter().filter_map(|leaf| leaf.told.head.trace.as_deref()).collect();
    let finder = memchr::memmem::Finder::new(MEMBER);
    let mut found = Vec::new();
    each(tiles, &mut |number, entry| {
        let told = |at: usize| {
            let rest = entry.get(at + MEMBER.len()..)?;
            std::str::from_utf8(rest.get(..memchr::memchr(b'"', rest)?)?).ok()
        };
        let speaks = || finder.find_iter(entry).filter_map(told).any(|trace| traces.contains(trace));
        if found.len() < MOST_LEFT_OUT && !chosen.contains(&number) && speaks() {
            let leaf = Leaf::from_entry(entry)?;
            if leaf.head.trace.as_deref().is_some_and(|trace| traces.contains(trace)) {
                found.push((number, leaf));
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// Leaves of a bundle whose content is read again whatever its length, and the length up to which it is of all of them: memory stays bounded.
const READ_AGAIN: usize = 64;
const SHORT: u64 = 64 << 10;

/// What a bundle that was examined and found whole shows, as [`Reader::export`] gave it. Of leaves with more than
/// 64 KiB the content is read of the first 64 and left empty in the others.
///
/// # Errors
/// Where a leaf or content cannot be read.
pub(super) fn again(log: &Path, size: u64, shown: &[Shown], acts: &Acts) -> Result<Bundle, RecordError> {
    let tiles = Tiles::new(log, size);
    let mut exported = Vec::with_capacity(shown.len());
    let mut read = 0;
    for chosen in shown {
        let told = Leaf::from_entry(&tiles.entry(chosen.leaf)?)?;
        let is_short = told.head.parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.bytes)) <= SHORT;
        let is_read = is_short || read < READ_AGAIN;
        read += usize::from(!is_short);
        let mut parts = Vec::new();
        for (part, digest) in told.clone().parts() {
            let fate = if chosen.parts.contains(&part.name) {
                let path = log.join(addenda::path(digest));
                let bytes =
                    if is_read { fs::read(&path).map_err(RecordError::io(&path, "reading"))? } else { Vec::new() };
                Fate::Shown(if is_read { Part::from_addendum(&bytes)?.into_content() } else { Vec::new() })
            } else {
                let erased =
                    |covered: Covered<'_>| Fate::Erased { at_ms: covered.at_ms, basis: covered.basis.to_owned() };
                acts.covered(chosen.leaf, &part.name).map_or(Fate::NotChosen, erased)
            };
            parts.push((part.clone(), fate));
        }
        exported.push(Exported { leaf: chosen.leaf, told, parts });
    }
    let left_out = left_out(&tiles, &exported)?;
    Ok(Bundle { exported, left_out })
}

/// As [`Put`], with the error named.
type Write<'a> = dyn FnMut(&str, &[u8]) -> Result<(), RecordError> + 'a;

/// The public log: key, checkpoints, and the tiles of the current tree. Partial tiles of older trees stay behind: the current ones hold what they held.
fn public(log: &Path, size: u64, write: &mut Write<'_>) -> Result<(), RecordError> {
    let mut copy = |path: &str| {
        let bytes = fs::read(log.join(path)).map_err(RecordError::io(&log.join(path), "reading"))?;
        write(path, &bytes)
    };
    for file in [store::VKEY, store::CHECKPOINT, store::ADDENDA_MARKER] {
        copy(file)?;
    }
    for name in kept(log)?.into_values() {
        copy(&format!("{}/{name}", store::CHECKPOINTS))?;
    }
    for name in super::stamps::names(log)? {
        copy(&format!("{}/{name}", timestamp::TIMESTAMPS))?;
    }
    for file in super::witnesses::names(log)?.into_values() {
        copy(&file)?;
    }
    for level in std::iter::once(Level::Entries).chain((0..LEVELS).map(Level::Hashes)) {
        for tile in (0..).map_while(|index| Tile::of_tree(size, level, index)) {
            // The full tile may have taken the place of a partial one.
            let path = tile.path();
            let there = if log.join(&path).exists() { path } else { Tile::full(level, tile.index()).path() };
            copy(&there)?;
        }
    }
    Ok(())
}

/// The checkpoints that were kept: their sizes and the names of their files.
fn kept(log: &Path) -> Result<BTreeMap<u64, String>, RecordError> {
    let folder = log.join(store::CHECKPOINTS);
    let mut kept = BTreeMap::new();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(kept),
        entries => entries.map_err(RecordError::io(&folder, "listing"))?,
    };
    for entry in entries {
        let name = entry.map_err(RecordError::io(&folder, "listing"))?.file_name().to_string_lossy().into_owned();
        if let Some(size) = name.parse::<u64>().ok().filter(|size| *size > 0) {
            kept.insert(size, name);
        }
    }
    Ok(kept)
}
