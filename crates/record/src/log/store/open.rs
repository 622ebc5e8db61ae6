//! Creating a log, and opening one: what is on disk must be the tree that the last checkpoint signed before anything new is signed on top of it.

use std::path::Path;

use super::edge::Edge;
use super::{ADDENDA_MARKER, CHECKPOINT, CHECKPOINTS, Log, Settings, VKEY, kept_path};
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::disk::{Disk, Files};
use crate::log::error::Error;
use crate::log::folder::{Folder, Kind};
use crate::log::key::{SigningKey, VerifierKey};
use crate::log::merkle;
use crate::log::note::MOST_NOTE_BYTES;
use crate::log::tiles::Tiles;

impl Log {
    /// Makes a log without entries in a directory that has none: `vkey`, `addenda.v1` and a checkpoint of the empty tree.
    ///
    /// # Errors
    /// Where there is a log already, or the disk refuses.
    pub fn create(path: &Path, key: SigningKey, settings: Settings) -> Result<Self, Error> {
        Self::create_on(Box::new(Files::new(path, settings.durable)), path, key, settings)
    }

    pub(super) fn create_on(
        mut disk: Box<dyn Disk>,
        path: &Path,
        key: SigningKey,
        settings: Settings,
    ) -> Result<Self, Error> {
        let folder = Folder::new(path);
        // `vkey` and `addenda.v1` may be there from an attempt that was cut off; the checkpoint is written last.
        for taken in [CHECKPOINT, CHECKPOINTS, "tile"] {
            if folder.kind(taken)? != Kind::Nothing {
                return Err(Error::Exists { path: path.join(taken).display().to_string() });
            }
        }
        let mut place =
            |name: &str, bytes: &[u8]| disk.replace(name, bytes).map_err(|error| Error::io(name, "writing", error));
        place(VKEY, format!("{}\n", key.verifier()).as_bytes())?;
        if settings.addenda {
            place(ADDENDA_MARKER, b"")?;
        }
        let published = SignedCheckpoint::sign(Checkpoint::new(key.verifier().name(), 0, merkle::empty())?, &key)?;
        place(CHECKPOINT, published.to_string().as_bytes())?;
        Ok(Self::at(disk, path, key, settings, Edge::empty(), published))
    }

    /// Opens a log at its last signed checkpoint. What lies beyond it on disk, from a crash, is written again by the next [`Log::integrate`].
    ///
    /// Shown before anything new can be signed: the key is that of `vkey` and of the checkpoint; the hashes at the right edge have the signed root; the entries
    /// of the last bundle have the hashes of the last tile; the largest kept checkpoint is the beginning of this tree. What lies further left is
    /// examined by a verification, not here.
    ///
    /// # Errors
    /// Where one of these does not hold, a larger size was signed before ([`Error::Rollback`]), or the disk refuses.
    pub fn open(path: &Path, key: SigningKey, settings: Settings) -> Result<Self, Error> {
        Self::open_on(Box::new(Files::new(path, settings.durable)), path, key, settings)
    }

    pub(super) fn open_on(
        disk: Box<dyn Disk>,
        path: &Path,
        key: SigningKey,
        settings: Settings,
    ) -> Result<Self, Error> {
        let folder = Folder::new(path);
        let vkey = read(&folder, VKEY)?;
        let public = VerifierKey::parse(&String::from_utf8_lossy(&vkey)).map_err(|error| error.inside(VKEY))?;
        if &public != key.verifier() {
            return Err(Error::malformed(VKEY, format!("the key {}", key.verifier().label()), public.label()));
        }
        let published =
            SignedCheckpoint::open(&read(&folder, CHECKPOINT)?, &public).map_err(|error| error.inside(CHECKPOINT))?;
        let edge = Edge::read(&folder, published.checkpoint().size(), published.checkpoint().root())?;
        no_rollback(path, &folder, &published, &public)?;
        Ok(Self::at(disk, path, key, settings, edge, published))
    }

    fn at(
        disk: Box<dyn Disk>,
        path: &Path,
        key: SigningKey,
        settings: Settings,
        edge: Edge,
        published: SignedCheckpoint,
    ) -> Self {
        let path = path.to_owned();
        Self { path, disk, key, settings, edge, published, kept: None, filled: Vec::new(), stopped: false }
    }
}

fn read(folder: &Folder, name: &str) -> Result<Vec<u8>, Error> {
    folder.read(name, MOST_NOTE_BYTES as u64)?.ok_or_else(|| Error::malformed(name, "a file", "no such file"))
}

/// The largest kept checkpoint must be one of this tree. That it is the beginning of the tree holds for the smaller ones too, if this log signed them.
fn no_rollback(path: &Path, folder: &Folder, current: &SignedCheckpoint, key: &VerifierKey) -> Result<(), Error> {
    let names = folder.names(CHECKPOINTS)?;
    let sizes =
        names.iter().filter_map(|name| name.parse().ok().filter(|size| kept_path(*size).ends_with(name.as_str())));
    let Some(largest) = sizes.max() else { return Ok(()) };
    let name = kept_path(largest);
    let kept = SignedCheckpoint::open(&read(folder, &name)?, key).map_err(|error| error.inside(&name))?;
    let (kept, current) = (kept.checkpoint(), current.checkpoint());
    if kept.size() > current.size() {
        return Err(Error::Rollback { place: name, size: kept.size(), found: current.size() });
    }
    let found = Tiles::new(path, current.size()).root(kept.size())?;
    if found == *kept.root() { Ok(()) } else { Err(Error::Hash { place: name, expected: *kept.root(), found }) }
}
