//! Content: the addenda of leaves, in packs beside the log, where it can be erased without touching the log.
//!
//! Not the log, which only knows digests, and not the decision what is erased. One process writes; a copied directory can be read by
//! anybody.
//!
//! | file | what |
//! |---|---|
//! | `content/NNNNNNNNNNNNNNNN.pack` | addenda of consecutive leaves, in their order; the name is the first leaf it may hold |
//! | `content/end` | through which leaf everything is durable, and where the pack that is written ends: canonical JSON |
//!
//! docs/formats/content.md has the bytes. A leaf's addenda lie in one pack, so that erasing them rewrites one file.

mod end;
mod frame;
mod pack;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;

use end::End;
pub use frame::{Addendum, Stored};
pub use pack::{Walk, Walked};

/// What went wrong with content.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A file could not be read or written.
    #[error("{}: {doing}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Bytes that no writer of this version leaves behind.
    #[error("{}: byte {at}: expected {expected}, found {found}", path.display())]
    Damaged {
        /// The pack.
        path: PathBuf,
        /// Where in it.
        at: u64,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A part beyond what a pack can hold.
    #[error("leaf {leaf}: a part of {bytes} bytes: expected at most {most}")]
    TooLong {
        /// The leaf.
        leaf: u64,
        /// Its part's bytes.
        bytes: u64,
        /// The bound.
        most: u64,
    },
}

impl ContentError {
    fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }
}

/// A pack that has reached this many bytes takes no further leaf: it bounds what one erasure rewrites.
const FULL: u64 = 64 << 20;

/// The packs of a record.
#[derive(Debug)]
pub struct Content {
    folder: PathBuf,
    /// First leaf of every pack, in order.
    firsts: Vec<u64>,
    /// The pack that is written, with its first leaf and its length; `None` until something is.
    writing: Option<(File, u64, u64)>,
    /// Everything of the leaves before this one is durable.
    durable: u64,
    /// What erasures of the leaves before this one told is removed.
    erased: u64,
    /// Where the addenda of the pack read last lie: leaves that are read together lie together.
    seen: Option<(u64, Places)>,
    full: u64,
}

/// Where the addenda of one pack lie, by leaf and digest.
type Places = BTreeMap<(u64, Digest), Stored>;

/// Makes the folder, for its owner alone.
fn private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

impl Content {
    /// The content of a record whose log holds `leaves` leaves, for its one writer. What a crash left behind the last [`Content::sync`] is cut
    /// off: it is still in the journal and comes again.
    ///
    /// # Errors
    /// Where the folder cannot be read or made, or holds less than was durable, or less than the log has leaves.
    pub fn open(folder: &Path, leaves: u64) -> Result<Self, ContentError> {
        private(folder).map_err(ContentError::io(folder, "making the folder"))?;
        pack::sweep(folder)?;
        let mut content = Self::read(folder)?;
        let end = End::read(folder)?.unwrap_or_default();
        if end.leaves < leaves {
            return Err(ContentError::Damaged {
                path: End::path(folder),
                at: 0,
                expected: format!("content of the {leaves} leaves of the log"),
                found: format!("content of {}: an older copy, or the folder of another record", end.leaves),
            });
        }
        content.durable = end.leaves;
        content.erased = end.erased;
        while let Some(&first) = content.firsts.last() {
            let path = content.path(first);
            if first > end.pack || end.length == 0 {
                fs::remove_file(&path).map_err(ContentError::io(&path, "removing"))?;
                content.firsts.pop();
                continue;
            }
            break;
        }
        if end.length > 0 {
            let path = content.path(end.pack);
            content.writing = Some((pack::cut(&path, end.length)?, end.pack, end.length));
        }
        Ok(content)
    }

    /// The content of a record for reading only; nothing is changed. A record that nothing was written to yet has no folder, and no content.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn read(folder: &Path) -> Result<Self, ContentError> {
        let firsts = match pack::list(folder) {
            Err(ContentError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound && !folder.exists() => {
                Vec::new()
            }
            listed => listed?,
        };
        Ok(Self { folder: folder.to_owned(), firsts, writing: None, durable: 0, erased: 0, seen: None, full: FULL })
    }

    /// The content of a log that stands alone: none.
    #[must_use]
    pub fn none() -> Self {
        let folder = PathBuf::new();
        Self { folder, firsts: Vec::new(), writing: None, durable: 0, erased: 0, seen: None, full: FULL }
    }

    fn path(&self, first: u64) -> PathBuf {
        self.folder.join(pack::name(first))
    }

    /// Appends the addenda of the next leaf. Leaves come in order; they are durable after [`Content::sync`]. A leaf whose addenda are durable
    /// already, and which comes again since its place in the log was not, is left as it is.
    ///
    /// # Errors
    /// Where an addendum is too long or cannot be written. After an error of writing the record is to be opened anew.
    pub fn append(&mut self, leaf: u64, addenda: &[Vec<u8>]) -> Result<(), ContentError> {
        if leaf < self.durable || addenda.is_empty() {
            return Ok(());
        }
        let bytes = frame::encode(leaf, addenda)?;
        if self.writing.as_ref().is_none_or(|(_, _, length)| *length >= self.full) {
            self.begin(leaf)?;
        }
        let folder = &self.folder;
        if let Some((file, first, length)) = &mut self.writing {
            io::Write::write_all(file, &bytes)
                .map_err(ContentError::io(&folder.join(pack::name(*first)), "writing"))?;
            *length += bytes.len() as u64;
        }
        self.seen = None;
        Ok(())
    }

    /// Begins the pack whose first leaf this is. The pack before it is durable then.
    fn begin(&mut self, leaf: u64) -> Result<(), ContentError> {
        if let Some((file, first, _)) = &self.writing {
            file.sync_data().map_err(ContentError::io(&self.path(*first), "making it durable"))?;
        }
        let (file, length) = pack::create(&self.folder, &self.path(leaf))?;
        if self.firsts.last() != Some(&leaf) {
            self.firsts.push(leaf);
        }
        self.writing = Some((file, leaf, length));
        Ok(())
    }

    /// Makes the addenda of the leaves before `leaves` durable, and says so on the disk.
    ///
    /// # Errors
    /// Where the system could not. What was appended is then not to be relied upon.
    pub fn sync(&mut self, leaves: u64) -> Result<(), ContentError> {
        if leaves <= self.durable {
            return Ok(());
        }
        self.mark(leaves)
    }

    fn mark(&mut self, leaves: u64) -> Result<(), ContentError> {
        let (pack, length) = match &self.writing {
            None => (0, 0),
            Some((file, first, length)) => {
                file.sync_data().map_err(ContentError::io(&self.path(*first), "making it durable"))?;
                (*first, *length)
            }
        };
        End { leaves, pack, length, erased: self.erased }.write(&self.folder)?;
        self.durable = leaves;
        Ok(())
    }

    /// The addendum of a leaf with that digest, checked against it; `None` where it is not there.
    ///
    /// # Errors
    /// Where the pack cannot be read, is damaged, or holds other bytes under that digest.
    pub fn get(&mut self, leaf: u64, digest: &Digest) -> Result<Option<Addendum>, ContentError> {
        let Some(first) = self.pack_of(leaf) else { return Ok(None) };
        let path = self.path(first);
        if self.seen.as_ref().is_none_or(|(seen, _)| *seen != first) {
            let mut places = Places::new();
            for stored in Walk::open(&path)? {
                let stored = stored?;
                places.insert((stored.leaf, stored.digest), stored);
            }
            self.seen = Some((first, places));
        }
        let found = self.seen.as_ref().and_then(|(_, places)| places.get(&(leaf, *digest)));
        found.map(|stored| frame::load(&path, stored)).transpose()
    }

    /// Which pack a leaf's addenda would lie in, by its first leaf.
    fn pack_of(&self, leaf: u64) -> Option<u64> {
        let after = self.firsts.partition_point(|first| *first <= leaf);
        after.checked_sub(1).and_then(|at| self.firsts.get(at)).copied()
    }

    /// Every addendum with its content, in the order of leaves, each pack read once from its beginning to its end.
    ///
    /// # Errors
    /// On opening a pack; damage within one comes as an element.
    pub fn walk(&self) -> impl Iterator<Item = Result<Walked, ContentError>> + use<> {
        let paths: Vec<_> = self.firsts.iter().map(|first| self.path(*first)).collect();
        paths.into_iter().flat_map(|path| pack::whole(&path))
    }

    /// What erasures of the leaves before this one told has been removed.
    #[must_use]
    pub fn erased(&self) -> u64 {
        self.erased
    }

    /// Remembers that what erasures of the leaves before this one told has been removed.
    ///
    /// # Errors
    /// Where the system could not.
    pub fn set_erased(&mut self, through: u64) -> Result<(), ContentError> {
        self.erased = through;
        self.mark(self.durable)
    }

    /// Removes the addenda for which `erased` says so (leaf, digest) from the packs that hold one of `leaves`, each pack rewritten and
    /// replaced whole. Returns how many were removed and their stored bytes.
    ///
    /// # Errors
    /// Where a pack cannot be read, is damaged, or cannot be replaced; packs before it are done.
    pub fn remove(
        &mut self,
        leaves: &[u64],
        erased: &dyn Fn(u64, &Digest) -> bool,
    ) -> Result<(u64, u64), ContentError> {
        let mut firsts: Vec<u64> = leaves.iter().filter_map(|leaf| self.pack_of(*leaf)).collect();
        firsts.sort_unstable();
        firsts.dedup();
        self.seen = None;
        let (mut count, mut bytes) = (0, 0);
        for first in firsts {
            if self.writing.as_ref().is_some_and(|(_, writing, _)| *writing == first) {
                // `end` speaks of the length of the pack that is written: that one is never rewritten.
                let next = self.durable.max(first + 1);
                self.begin(next)?;
                self.mark(self.durable)?;
            }
            let (removed, freed) = pack::rewrite(&self.folder, &self.path(first), erased)?;
            count += removed;
            bytes += freed;
        }
        Ok((count, bytes))
    }
}

#[cfg(test)]
mod tests;
