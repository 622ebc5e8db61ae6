//! Reading a record without writing: leaves in order, their parts with what became of them. A copied folder will do.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::{Places, RecordError};
use crate::act::Acts;
use crate::content::{Content, ContentError};
use crate::leaf::{Leaf, Part, PartHead, kind};
use crate::log::proof::file::InclusionFile;
use crate::log::tiles::Tiles;
use crate::log::{SignedCheckpoint, VerifierKey, store};

/// A record as its last signed checkpoint tells it.
#[derive(Debug)]
pub struct Reader {
    heads: Heads,
    content: Content,
    acts: Acts,
    labels: Labels,
    checkpoint: SignedCheckpoint,
}

/// Leaves of kind `label`, by the trace that they speak of; in order.
pub(super) type Labels = BTreeMap<String, Vec<u64>>;

/// What became of a part.
#[derive(Debug)]
pub enum State {
    /// It is there, and it is what the leaf committed to.
    There(Part),
    /// It was erased.
    Erased {
        /// The leaf that tells it.
        leaf: u64,
        /// When, by the operator's clock: milliseconds since 1970 (UTC).
        at_ms: i64,
        /// The basis as the operator stated it; not examined.
        basis: String,
    },
    /// It is not there and no leaf tells why.
    Missing,
    /// Something else lies in its place.
    Damaged(ContentError),
}

/// Leaves from bundles, each bundle read once while leaves are asked for in order.
#[derive(Debug)]
pub(super) struct Heads {
    tiles: Tiles,
    bundle: Option<(u64, Vec<Vec<u8>>)>,
}

impl Heads {
    pub(super) fn new(tiles: Tiles) -> Self {
        Self { tiles, bundle: None }
    }

    /// The leaf with that number.
    pub(super) fn leaf(&mut self, leaf: u64) -> Result<Leaf, RecordError> {
        let wanted = leaf / 256;
        if self.bundle.as_ref().is_none_or(|(number, _)| *number != wanted) {
            self.bundle = Some((wanted, self.tiles.bundle(wanted)?));
        }
        let entry = self.bundle.as_ref().and_then(|(_, entries)| entries.get(usize::try_from(leaf % 256).ok()?));
        match entry {
            Some(entry) => Ok(Leaf::from_entry(entry)?),
            // The tiles say why.
            None => Ok(Leaf::from_entry(&self.tiles.entry(leaf)?)?),
        }
    }
}

/// The acts of a log.
pub(super) fn acts(tiles: &Tiles) -> Result<Acts, RecordError> {
    let mut acts = Acts::default();
    each(tiles, &mut |leaf, entry| Ok(acts.fold_entry(leaf, entry).map(drop)?))?;
    Ok(acts)
}

/// The acts of a log, and its labels: both may speak of leaves before them.
fn acts_and_labels(tiles: &Tiles) -> Result<(Acts, Labels), RecordError> {
    let (mut acts, mut labels) = (Acts::default(), Labels::new());
    let may_be_label = memchr::memmem::Finder::new(br#""kind":"label""#);
    each(tiles, &mut |leaf, entry| {
        acts.fold_entry(leaf, entry)?;
        if may_be_label.find(entry).is_some() {
            let head = Leaf::from_entry(entry)?.head;
            if let (kind::LABEL, Some(trace)) = (head.kind.as_str(), head.trace) {
                labels.entry(trace).or_default().push(leaf);
            }
        }
        Ok(())
    })?;
    Ok((acts, labels))
}

/// Takes an entry with its number.
type Take<'a> = dyn FnMut(u64, &[u8]) -> Result<(), RecordError> + 'a;

/// Hands over every entry of a log, in order.
pub(super) fn each(tiles: &Tiles, take: &mut Take<'_>) -> Result<(), RecordError> {
    for number in 0..tiles.size().div_ceil(256) {
        for (leaf, entry) in (number * 256..).zip(tiles.bundle(number)?) {
            take(leaf, &entry)?;
        }
    }
    Ok(())
}

impl Reader {
    /// Opens the record in a folder.
    ///
    /// # Errors
    /// Where there is none, its checkpoint is not signed by its key, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, RecordError> {
        let places = Places::of(folder);
        let key = VerifierKey::read(&places.log().join(store::VKEY))?;
        let path = places.log().join(store::CHECKPOINT);
        let bytes = std::fs::read(&path).map_err(RecordError::io(&path, "reading"))?;
        let checkpoint = SignedCheckpoint::open(&bytes, &key)?;
        let tiles = Tiles::new(&places.log(), checkpoint.checkpoint().size());
        let (acts, labels) = acts_and_labels(&tiles)?;
        let content = Content::read(&places.content())?;
        Ok(Self { heads: Heads::new(tiles), content, acts, labels, checkpoint })
    }

    /// Leaves of the record.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.checkpoint().size()
    }

    /// Its last signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// What was done to its content.
    #[must_use]
    pub fn acts(&self) -> &Acts {
        &self.acts
    }

    /// Reads a log that stands alone, as a copy of the public part does: leaves and proofs, no content.
    ///
    /// # Errors
    /// Where its checkpoint is not signed by that key, or it cannot be read.
    pub fn of_log(log: &Path, key: &VerifierKey) -> Result<Self, RecordError> {
        let path = log.join(store::CHECKPOINT);
        let bytes = std::fs::read(&path).map_err(RecordError::io(&path, "reading"))?;
        let checkpoint = SignedCheckpoint::open(&bytes, key)?;
        let tiles = Tiles::new(log, checkpoint.checkpoint().size());
        let (acts, labels) = acts_and_labels(&tiles)?;
        Ok(Self { heads: Heads::new(tiles), content: Content::none(), acts, labels, checkpoint })
    }

    /// Leaves behind that one of which each says something about its trace, in order.
    #[must_use]
    pub fn labels_of(&self, trace: &str, behind: u64) -> &[u64] {
        let all = self.labels.get(trace).map_or(&[][..], Vec::as_slice);
        all.split_at_checked(all.partition_point(|leaf| *leaf <= behind)).map_or(&[][..], |(_, later)| later)
    }

    /// A leaf.
    ///
    /// # Errors
    /// Where the log has none of that number, or its bundle cannot be read.
    pub fn leaf(&mut self, leaf: u64) -> Result<Leaf, RecordError> {
        self.heads.leaf(leaf)
    }

    /// The leaves whose entries hold these bytes, as `"kind":"import"` or `"trace":"7f3a`: canonical JSON has one spelling of a member. The caller looks at the leaf once more,
    /// since a text within may hold them too.
    ///
    /// # Errors
    /// As [`Reader::leaf`].
    pub fn holding(&mut self, bytes: &str) -> Result<Vec<(u64, Leaf)>, RecordError> {
        self.holding_any(&[bytes])
    }

    /// The leaves whose entries hold one of these, in one pass.
    ///
    /// # Errors
    /// As [`Reader::leaf`].
    pub fn holding_any(&mut self, any: &[&str]) -> Result<Vec<(u64, Leaf)>, RecordError> {
        let finders: Vec<_> = any.iter().map(|bytes| memchr::memmem::Finder::new(bytes.as_bytes())).collect();
        let mut found = Vec::new();
        each(&self.heads.tiles, &mut |leaf, entry| {
            if finders.iter().any(|finder| finder.find(entry).is_some()) {
                found.push((leaf, Leaf::from_entry(entry)?));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The leaves of a range, in order.
    pub fn leaves(&mut self, range: Range<u64>) -> impl Iterator<Item = (u64, Result<Leaf, RecordError>)> {
        range.map(|leaf| (leaf, self.heads.leaf(leaf)))
    }

    /// What became of a part of a leaf.
    ///
    /// # Errors
    /// Where a pack cannot be read; damage is a state.
    pub fn part(&mut self, leaf: u64, told: &PartHead, digest: &crate::Digest) -> Result<State, RecordError> {
        match self.content.get(leaf, digest) {
            Ok(Some(addendum)) => Ok(State::There(Part::from_addendum(&addendum)?)),
            Ok(None) => Ok(self.acts.covered(leaf, &told.name).map_or(State::Missing, |covered| State::Erased {
                leaf: covered.leaf,
                at_ms: covered.at_ms,
                basis: covered.basis.to_owned(),
            })),
            Err(damaged @ ContentError::Damaged { .. }) => Ok(State::Damaged(damaged)),
            Err(error) => Err(error.into()),
        }
    }

    /// The proof that a leaf is in the signed log, as a file (c2sp.org/tlog-proof).
    ///
    /// # Errors
    /// As [`Reader::leaf`].
    pub fn prove(&mut self, leaf: u64) -> Result<String, RecordError> {
        let path = self.heads.tiles.inclusion(leaf)?;
        Ok(InclusionFile { leaf, path, extra: None, checkpoint: self.checkpoint.clone() }.to_string())
    }

    /// Its tiles: entries and proofs.
    pub fn tiles(&mut self) -> &mut Tiles {
        &mut self.heads.tiles
    }
}
