//! The one writer of a log: integrates entries into bundles and tiles, and signs checkpoints of what is durable. Not the journal that makes entries durable
//! before, and not the lock that keeps a second writer away: both are the caller's.
//!
//! ```text
//! integrate   full bundles and tiles to disk, the right edge in memory
//! publish     partial bundles and tiles, wait for the disk, sign, replace `checkpoint`, wait for the disk
//! ```
//!
//! Nothing is durable before [`Log::publish`] returns. After a crash, [`Log::open`] starts at the last signed checkpoint; the caller integrates
//! from that leaf on once more, and the same bytes come to the same places.

mod edge;
mod open;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::{Path, PathBuf};

use edge::Edge;

use crate::log::MOST_LEAVES;
use crate::log::bundle::{self, MOST_ENTRY_BYTES};
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::disk::Disk;
use crate::log::error::Error;
use crate::log::folder::Folder;
use crate::log::key::SigningKey;
use crate::log::note::Signature;
use crate::log::tile::Tile;
use crate::log::tiles::Tiles;

/// File of the current checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Directory of kept checkpoints, each under its size: see [`kept_path`].
pub const CHECKPOINTS: &str = "checkpoints";
/// File of the verifier key.
pub const VKEY: &str = "vkey";
/// Empty file that says that every entry ends in an addenda index.
pub const ADDENDA_MARKER: &str = "addenda.v1";

/// Path of the kept checkpoint of a size below the log's directory. Twenty digits, so that names sort as sizes do.
#[must_use]
pub fn kept_path(size: u64) -> String {
    format!("{CHECKPOINTS}/{size:020}")
}

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Seconds between checkpoints that are kept under `checkpoints/`; 0 keeps each. The first after opening is always kept.
    pub keep_every: u64,
    /// Whether every entry ends in an addenda index; a new log then says so in `addenda.v1`.
    pub addenda: bool,
    /// Whether to wait for the disk. Only measurements and throw-away logs do not.
    pub durable: bool,
}

impl Default for Settings {
    /// One checkpoint an hour kept, addenda, durable.
    fn default() -> Self {
        Self { keep_every: 3600, addenda: true, durable: true }
    }
}

/// The one writer of a log.
pub struct Log {
    path: PathBuf,
    disk: Box<dyn Disk>,
    key: SigningKey,
    settings: Settings,
    edge: Edge,
    published: SignedCheckpoint,
    /// Seconds since 1970 at which a checkpoint was last kept.
    kept: Option<u64>,
    /// Tiles that became full since the last checkpoint: their partial ones can go once it is signed.
    filled: Vec<Tile>,
    stopped: bool,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let published = self.published.checkpoint().size();
        out.debug_struct("Log")
            .field("path", &self.path)
            .field("size", &self.size())
            .field("published", &published)
            .finish_non_exhaustive()
    }
}

impl Log {
    /// Leaves integrated so far, whether signed or not.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The last signed checkpoint.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.published
    }

    /// A reader of the tree of the last signed checkpoint.
    #[must_use]
    pub fn tiles(&self) -> Tiles {
        Tiles::new(&self.path, self.published.checkpoint().size())
    }

    /// Appends entries, in order, and says which leaves they became. Nothing of it is durable or signed before [`Log::publish`].
    ///
    /// # Errors
    /// Where an entry is longer than 65,535 bytes (nothing is then appended), or the disk refuses (the log is then stopped).
    pub fn integrate<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Range<u64>, Error> {
        self.running()?;
        let start = self.size();
        if let Some((at, entry)) = entries.iter().enumerate().find(|(_, entry)| entry.as_ref().len() > MOST_ENTRY_BYTES)
        {
            return Err(bundle::too_long(entry.as_ref().len()).inside(&format!("leaf {}", start + at as u64)));
        }
        if entries.len() as u64 > MOST_LEAVES - start {
            return Err(Error::Beyond { place: "tree size".to_owned(), most: MOST_LEAVES, found: start });
        }
        self.stopped = true;
        for entry in entries {
            self.edge.append(entry.as_ref(), |tile, bytes| {
                self.filled.push(tile);
                place(self.disk.as_mut(), tile, bytes)
            })?;
        }
        self.stopped = false;
        Ok(start..self.size())
    }

    /// Makes everything integrated durable, signs a checkpoint of it and puts it in place of the last one. `now` is in seconds since 1970; it decides
    /// only which checkpoints are kept. Nothing happens where nothing was integrated since the last one.
    ///
    /// # Errors
    /// Where the disk refuses; the log is then stopped.
    pub fn publish(&mut self, now: u64) -> Result<&SignedCheckpoint, Error> {
        self.running()?;
        if self.size() != self.published.checkpoint().size() {
            self.stopped = true;
            self.sign(now)?;
            self.stopped = false;
        }
        Ok(&self.published)
    }

    fn sign(&mut self, now: u64) -> Result<(), Error> {
        let size = self.size();
        let before = self.published.checkpoint().size();
        self.edge.partial(|tile, bytes| {
            // One that the last checkpoint has is durable already. Written again it would not be for a while, and that checkpoint could lose it.
            if Tile::of_tree(before, tile.level(), tile.index()) == Some(tile) {
                return Ok(());
            }
            place(self.disk.as_mut(), tile, bytes)
        })?;
        self.disk.settle().map_err(|error| Error::io("tile", "waiting for the disk", error))?;
        let checkpoint = Checkpoint::new(self.key.verifier().name(), size, self.edge.root())?;
        let signed = SignedCheckpoint::sign(checkpoint, &self.key)?;
        self.replace(CHECKPOINT, &signed)?;
        self.published = signed;
        if self.kept.is_none_or(|kept| now.saturating_sub(kept) >= self.settings.keep_every) {
            self.keep_current()?;
            self.kept = Some(now);
        }
        // Only now is there a signed tree that holds the full tiles; readers of older ones take the front of those.
        for tile in std::mem::take(&mut self.filled) {
            let path = tile.partials();
            self.disk.remove_folder(&path).map_err(|error| Error::io(&path, "removing", error))?;
        }
        Ok(())
    }

    fn replace(&mut self, path: &str, signed: &SignedCheckpoint) -> Result<(), Error> {
        self.disk.replace(path, signed.to_string().as_bytes()).map_err(|error| Error::io(path, "writing", error))
    }

    /// Keeps the last signed checkpoint under `checkpoints/`, whatever the time.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn keep(&mut self) -> Result<(), Error> {
        self.running()?;
        self.keep_current().inspect_err(|_| self.stopped = true)
    }

    fn keep_current(&mut self) -> Result<(), Error> {
        let path = kept_path(self.published.checkpoint().size());
        let signed = self.published.clone();
        self.replace(&path, &signed)
    }

    /// Puts a file that belongs to a checkpoint beside the checkpoints, durable on return.
    pub(crate) fn put_beside(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.running()?;
        self.disk.replace(path, bytes).map_err(|error| Error::io(path, "writing", error))
    }

    /// Removes partial tiles and bundles of older checkpoints that have no full ones yet. A log that is served keeps them (c2sp.org/tlog-tiles asks for that);
    /// a copy that is handed over needs only what its checkpoint calls for.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn remove_older_partials(&mut self) -> Result<(), Error> {
        self.running()?;
        let size = self.published.checkpoint().size();
        let mut needed = Vec::new();
        Edge::read(&Folder::new(&self.path), size, self.published.checkpoint().root())?.partial(|tile, _| {
            needed.push(tile);
            Ok(())
        })?;
        for tile in needed {
            let partials = tile.partials();
            for name in Folder::new(&self.path).names(&partials)? {
                let path = format!("{partials}/{name}");
                if path != tile.path() {
                    self.disk.remove_file(&path).map_err(|error| Error::io(&path, "removing", error))?;
                }
            }
        }
        Ok(())
    }

    /// Adds the cosignature of a witness to the current checkpoint. The caller has checked it ([`super::cosignature::check`]).
    ///
    /// # Errors
    /// Where there are too many, or the disk refuses.
    pub fn add_signature(&mut self, signature: Signature) -> Result<(), Error> {
        self.running()?;
        let mut signed = self.published.clone();
        signed.add(signature)?;
        self.replace(CHECKPOINT, &signed).inspect_err(|_| self.stopped = true)?;
        self.published = signed;
        Ok(())
    }

    fn running(&self) -> Result<(), Error> {
        if self.stopped { Err(Error::Stopped) } else { Ok(()) }
    }

    /// The directory of the log.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes a tile or a bundle.
fn place(disk: &mut dyn Disk, tile: Tile, bytes: &[u8]) -> Result<(), Error> {
    let path = tile.path();
    disk.place(&path, bytes).map_err(|error| Error::io(&path, "writing", error))
}
