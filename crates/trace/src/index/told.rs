//! The record as a fold reads it: leaves from some leaf on, the acts that those tell, and content as long as it is there. Not a general reader:
//! that one reads all acts of all leaves, which a fold has done before.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use candor_record::act::Acts;
use candor_record::content::{Content, ContentError};
use candor_record::leaf::{Part, PartHead};
use candor_record::log::tiles::Tiles;
use candor_record::log::{self, SignedCheckpoint, VerifierKey, proof, store};
use candor_record::record::{Places, RecordError};
use candor_record::{Digest, Error};

/// What a record has told up to its last signed checkpoint.
pub(super) struct Told {
    places: Places,
    key: VerifierKey,
    checkpoint: SignedCheckpoint,
    tiles: Tiles,
    bundle: Option<(u64, Vec<Vec<u8>>)>,
    content: Option<Content>,
    acts: Acts,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    There(Vec<u8>),
    Erased,
    Missing,
    Damaged,
}

impl State {
    /// The word in the table.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::There(_) => "there",
            Self::Erased => "erased",
            Self::Missing => "missing",
            Self::Damaged => "damaged",
        }
    }
}

fn io(path: PathBuf, doing: &'static str, source: std::io::Error) -> RecordError {
    RecordError::Io { path, doing, source }
}

impl Told {
    /// Opens a record.
    pub(super) fn open(folder: &Path) -> Result<Self, RecordError> {
        let places = Places::of(folder);
        let key = VerifierKey::read(&places.log().join(store::VKEY))?;
        let path = places.log().join(store::CHECKPOINT);
        let bytes = std::fs::read(&path).map_err(|source| io(path, "reading", source))?;
        let checkpoint = SignedCheckpoint::open(&bytes, &key)?;
        let tiles = Tiles::new(&places.log(), checkpoint.checkpoint().size());
        let content = content(&places)?;
        Ok(Self { places, key, checkpoint, tiles, bundle: None, content, acts: Acts::default() })
    }

    /// The key that signs it, with its origin.
    pub(super) fn record(&self) -> String {
        self.key.to_string()
    }

    /// Leaves.
    pub(super) fn size(&self) -> u64 {
        self.checkpoint.checkpoint().size()
    }

    /// The root of its first leaves.
    pub(super) fn root(&mut self, size: u64) -> Result<Digest, RecordError> {
        if size == self.size() {
            return Ok(*self.checkpoint.checkpoint().root());
        }
        Ok(self.tiles.root(size)?)
    }

    /// Whether what was signed last begins with the tree of that size and root.
    pub(super) fn continues(&mut self, size: u64, root: &Digest) -> bool {
        if size > self.size() {
            return false;
        }
        let shown = self.tiles.consistency(size).and_then(|shown| {
            let now = self.checkpoint.checkpoint();
            proof::check_consistency(&shown, size, root, now.size(), now.root())
        });
        shown.is_ok()
    }

    /// Reads the acts that the leaves from that one on tell. Acts before it are of no matter: what they erased has been left out.
    pub(super) fn read_acts(&mut self, from: u64) -> Result<(), RecordError> {
        for leaf in from..self.size() {
            let entry = self.entry(leaf)?;
            // An entry that cannot be read is a row of its own.
            let _ = self.acts.fold_entry(leaf, &entry);
            self.put_back(leaf, entry);
        }
        Ok(())
    }

    /// The acts that have been read.
    pub(super) fn acts(&self) -> &Acts {
        &self.acts
    }

    /// An entry of the log, taken out of its bundle.
    pub(super) fn entry(&mut self, leaf: u64) -> Result<Vec<u8>, log::Error> {
        let wanted = leaf / 256;
        if self.bundle.as_ref().is_none_or(|(number, _)| *number != wanted) {
            self.bundle = Some((wanted, self.tiles.bundle(wanted)?));
        }
        let place = self.bundle.as_mut().and_then(|(_, entries)| entries.get_mut(usize::try_from(leaf % 256).ok()?));
        match place {
            Some(entry) if !entry.is_empty() => Ok(std::mem::take(entry)),
            // It was taken before, or the tiles say why there is none.
            _ => self.tiles.entry(leaf),
        }
    }

    fn put_back(&mut self, leaf: u64, entry: Vec<u8>) {
        if let Some((_, entries)) = &mut self.bundle
            && let Some(place) = usize::try_from(leaf % 256).ok().and_then(|at| entries.get_mut(at))
        {
            *place = entry;
        }
    }

    /// What became of a part of a leaf. What is told to be erased is not looked for: it may still lie there for a moment.
    pub(super) fn part(&mut self, leaf: u64, part: &PartHead, digest: &Digest) -> Result<State, RecordError> {
        if self.acts.covered(leaf, &part.name).is_some() {
            return Ok(State::Erased);
        }
        match self.content(leaf, digest) {
            Ok(state) => Ok(state),
            // Packs are replaced while others read them: where they are then is looked up once more.
            Err(ContentError::Damaged { .. } | ContentError::Io { .. }) => {
                self.content = content(&self.places)?;
                match self.content(leaf, digest) {
                    Err(ContentError::Damaged { .. }) => Ok(State::Damaged),
                    other => Ok(other?),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    fn content(&mut self, leaf: u64, digest: &Digest) -> Result<State, ContentError> {
        let Some(content) = &mut self.content else { return Ok(State::Missing) };
        let Some(addendum) = content.get(leaf, digest)? else { return Ok(State::Missing) };
        Ok(Part::from_addendum(&addendum).map_or(State::Damaged, |part: Part| State::There(part.into_content())))
    }
}

/// The content of a record; a copy of its public half has none.
fn content(places: &Places) -> Result<Option<Content>, RecordError> {
    match Content::read(&places.content()) {
        Ok(content) => Ok(Some(content)),
        Err(ContentError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Why an entry is no leaf.
pub(super) fn misread(error: &Error) -> String {
    crate::error::shown(&error.to_string())
}
