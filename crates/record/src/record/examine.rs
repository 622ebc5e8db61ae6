//! An offline examination of a record or of its public part alone: the log by its own rules, content against the leaves, absences against erasures.
//!
//! Everything is foreign here: a copied folder in a stranger's hands, with nothing to believe but the public key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::export::{Bundle, CONTENTS, Contents, again};
use super::stamps::{self, Stamped};
use super::witnesses::{self, Cosigned};
use super::{Places, RecordError};
use crate::act::Acts;
use crate::canonical;
use crate::content::{Content, ContentError, Walked};
use crate::digest::Digest;
use crate::error::Error;
use crate::journal;
use crate::leaf::{Leaf, PartName};
use crate::log::verify::{Addendum, Finding, Judge, Options, State, Uncovered, Verification, verify};
use crate::log::{VerifierKey, store};

/// What an examination found.
#[derive(Debug)]
pub struct Examined {
    /// What was found in the log and in its content, in order.
    pub verification: Verification,
    /// Damage in the journal: of records that are not integrated yet. None where there is no journal.
    pub journal: Vec<journal::Finding>,
    /// Content that belongs to no leaf of the log, or that should be gone.
    pub strange: Vec<String>,
    /// Records in the journal that the log does not have yet.
    pub waiting: u64,
    /// Time stamps on checkpoints that hold with the certificates that they bring along; whom to trust is not looked at.
    pub stamps: Vec<Stamped>,
    /// Checkpoints with lines of witnesses, which the log signed and whose trees are beginnings of its tree; whose lines they are is not looked at.
    pub cosigned: Vec<Cosigned>,
    /// Of a bundle in whose log and content nothing was found: what it shows. Of leaves with more than 64 KiB the content is there for the first 64 alone.
    pub shown: Option<Bundle>,
    /// Leaves by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Parts that are there with the content that was logged.
    pub there: u64,
    /// Parts whose content a bundle says not to bring along.
    pub not_shown: u64,
    /// Parts that are gone, by the erasure that tells it.
    pub erased: Vec<Told>,
}

/// One erasure, and how many parts it explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its leaf.
    pub leaf: u64,
    /// When, by the operator's clock: milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The basis as the operator stated it; not examined.
    pub basis: String,
    /// Parts that are gone by it.
    pub parts: u64,
}

impl Examined {
    /// Whether nothing was found.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.verification.holds() && self.journal.is_empty() && self.strange.is_empty()
    }

    /// How many things are wrong.
    #[must_use]
    pub fn count(&self) -> u64 {
        let listed = self.verification.findings.len() + self.journal.len() + self.strange.len();
        listed as u64 + self.verification.more
    }

    /// Every finding as a line.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let of_log = self.verification.findings.iter().map(Finding::to_string);
        let of_journal = self.journal.iter().map(|finding| format!("journal: {finding}"));
        of_log.chain(self.strange.iter().cloned()).chain(of_journal)
    }
}

/// Where the log of a folder lies: in a record, or the folder itself where it is the public part alone.
#[must_use]
pub fn log_of(folder: &Path) -> PathBuf {
    let inside = Places::of(folder).log();
    if inside.join(store::CHECKPOINT).exists() || inside.join(store::VKEY).exists() {
        inside
    } else {
        folder.to_owned()
    }
}

/// Examines a record, a copy of one, or the public part of one.
///
/// # Errors
/// Where the journal cannot be read at all. Everything else that cannot be read is a finding.
pub fn examine(folder: &Path, key: &VerifierKey) -> Result<Examined, RecordError> {
    let log = log_of(folder);
    let places = Places::of(folder);
    let whole = log != folder;
    let packs = whole.then(|| places.content()).filter(|content| content.is_dir());
    let contents = contents(&log)?;
    let mut reading = Reading {
        acts: Acts::default(),
        kinds: BTreeMap::new(),
        packs: packs.as_deref().map(Packs::open).transpose()?,
        absent: Vec::new(),
        shown: contents
            .as_ref()
            .map(|contents| contents.shown.iter().map(|shown| (shown.leaf, shown.parts.clone())).collect()),
        not_shown: 0,
        names: Vec::new(),
        left: Vec::new(),
        there: 0,
        told: BTreeMap::new(),
        strange: Vec::new(),
    };
    // Every log of a record says of all its leaves which content they commit to, whether the marker, which nobody signs, is there or not.
    let options = Options { addenda: true, ..Options::default() };
    let verification = verify(&log, key, &options, &mut reading);
    let size = verification.checkpoint.as_ref().map_or(0, |signed| signed.checkpoint().size());
    let journal = places.journal();
    let (damage, waiting) = if whole && journal.is_dir() {
        let found = journal::examine(&journal)?;
        (found.findings, found.records.end.saturating_sub(size))
    } else {
        (Vec::new(), 0)
    };
    let (stamps, wrong) = stamps::examine(&log, key)?;
    reading.strange.extend(wrong);
    let (cosigned, wrong) = witnesses::examine(&log, key, verification.checkpoint.as_ref())?;
    reading.strange.extend(wrong);
    let shown = match &contents {
        Some(contents) if verification.holds() && reading.strange.is_empty() => {
            Some(again(&log, size, &contents.shown, &reading.acts)?)
        }
        _ => None,
    };
    Ok(Examined {
        verification,
        shown,
        journal: damage,
        strange: reading.strange,
        stamps,
        cosigned,
        waiting,
        kinds: reading.kinds,
        there: reading.there,
        not_shown: reading.not_shown,
        erased: reading.told.into_values().collect(),
    })
}

/// What a bundle says of itself; `None` where the folder is none.
fn contents(log: &Path) -> Result<Option<Contents>, RecordError> {
    let path = log.join(CONTENTS);
    match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RecordError::io(&path, "reading")(error)),
        Ok(found) if found.len() > canonical::MOST_BYTES as u64 => {
            return Err(Error::TooLong { most: canonical::MOST_BYTES, found: usize::MAX }.into());
        }
        Ok(_) => {}
    }
    let bytes = std::fs::read(&path).map_err(RecordError::io(&path, "reading"))?;
    Ok(Some(canonical::from_slice(&bytes)?))
}

/// Reads the leaves while the log is examined.
struct Reading {
    acts: Acts,
    kinds: BTreeMap<String, u64>,
    packs: Option<Packs>,
    /// Parts without content, until every erasure is known.
    absent: Vec<(u64, PartName, Digest)>,
    /// In a bundle, the parts whose content it says to have.
    shown: Option<BTreeMap<u64, Vec<PartName>>>,
    not_shown: u64,
    /// Names of parts that were met; the position is the bit in `left`. Of more than 32 the further ones are not looked at for being left.
    names: Vec<PartName>,
    /// Which parts of each leaf are there, until it is known whether an erasure says that they are not: four bytes a leaf.
    left: Vec<u32>,
    there: u64,
    told: BTreeMap<u64, Told>,
    strange: Vec<String>,
}

/// Content in the order of leaves.
struct Packs {
    walk: Box<dyn Iterator<Item = Result<Walked, ContentError>>>,
    next: Option<Result<Walked, ContentError>>,
    /// The leaf of what was read last, and the one behind which a pack cannot be read on.
    last: u64,
    broken: Option<u64>,
    /// Leaves from which and up to which content may have lain behind such damage.
    gaps: Vec<(u64, u64)>,
}

impl Packs {
    fn open(folder: &Path) -> Result<Self, RecordError> {
        let walk: Box<dyn Iterator<Item = _>> = Box::new(Content::read(folder)?.walk());
        let mut packs = Self { walk, next: None, last: 0, broken: None, gaps: Vec::new() };
        packs.advance();
        Ok(packs)
    }

    fn advance(&mut self) {
        self.next = self.walk.next();
        let until = match &self.next {
            Some(Ok(walked)) => {
                self.last = walked.leaf;
                walked.leaf
            }
            Some(Err(_)) => {
                self.broken.get_or_insert(self.last);
                return;
            }
            None => u64::MAX,
        };
        self.gaps.extend(self.broken.take().map(|from| (from, until)));
    }

    /// The damage behind which content of a leaf may lie.
    fn gap(&self, leaf: u64) -> Option<usize> {
        self.gaps.iter().position(|(from, until)| (*from..=*until).contains(&leaf))
    }

    /// What lies in the packs for the leaves up to this one: what is whole, by digest, and what is wrong.
    fn take(&mut self, leaf: u64) -> (Vec<Digest>, Vec<String>) {
        let (mut whole, mut wrong) = (Vec::new(), Vec::new());
        loop {
            match self.next.take() {
                None => break,
                Some(Ok(walked)) if walked.leaf > leaf => {
                    self.next = Some(Ok(walked));
                    break;
                }
                Some(Ok(walked)) => match walked.addendum {
                    Ok(_) if walked.leaf == leaf => whole.push(walked.digest),
                    Ok(_) => {
                        wrong
                            .push(format!("content {} of leaf {} that no leaf commits to", walked.digest, walked.leaf));
                    }
                    Err(error) => wrong.push(format!("content: {error}")),
                },
                Some(Err(error)) => wrong.push(format!("content: {error}")),
            }
            self.advance();
        }
        (whole, wrong)
    }
}

impl Reading {
    /// Whether this is a bundle that says not to bring that content along.
    fn hides(&self, leaf: u64, part: &PartName) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.get(&leaf).is_none_or(|parts| !parts.contains(part)))
    }

    fn is_there(&mut self, leaf: u64, part: &PartName) {
        self.there += 1;
        let bit = self.names.iter().position(|name| name == part).unwrap_or_else(|| {
            self.names.push(part.clone());
            self.names.len() - 1
        });
        // Leaves come in order, as many as entries were read: the list is never longer than the log.
        let at = usize::try_from(leaf).unwrap_or(usize::MAX);
        if at >= self.left.len() {
            self.left.resize(at + 1, 0);
        }
        if let (Some(parts), true) = (self.left.get_mut(at), bit < 32) {
            *parts |= 1 << bit;
        }
    }

    /// Parts that are there although an erasure says that they are gone.
    fn left(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (leaf, parts) in (0..).zip(&self.left).filter(|(leaf, parts)| **parts != 0 && self.acts.touches(*leaf)) {
            for part in self.names.iter().enumerate().filter(|(bit, _)| *bit < 32 && parts & (1 << bit) != 0) {
                let Some(by) = self.acts.covered(leaf, part.1) else { continue };
                found.push(format!(
                    "leaf {leaf}: expected its part {} to be gone, as leaf {} tells, found its content",
                    part.1, by.leaf
                ));
            }
        }
        found
    }
}

impl Judge for Reading {
    fn entry(&mut self, number: u64, entry: &[u8], addenda: &[Addendum]) -> Result<(), String> {
        let leaf = Leaf::from_entry(entry).map_err(|error| error.to_string())?;
        self.acts.fold(number, &leaf.head).map_err(|error| error.to_string())?;
        let (mut whole, mut wrong) = self.packs.as_mut().map(|packs| packs.take(number)).unwrap_or_default();
        for ((part, digest), addendum) in leaf.parts().zip(addenda) {
            let in_pack = whole.iter().position(|found| found == digest).map(|at| whole.swap_remove(at)).is_some();
            match addendum.state {
                State::Present => self.is_there(number, &part.name),
                State::Absent if in_pack => self.is_there(number, &part.name),
                State::Absent => self.absent.push((number, part.name.clone(), *digest)),
                State::Changed => {}
            }
        }
        wrong.extend(whole.iter().map(|digest| format!("content {digest} that it does not commit to")));
        *self.kinds.entry(leaf.head.kind).or_insert(0) += 1;
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    fn uncovered(&mut self) -> Vec<Uncovered> {
        // All of it, so that it is known where packs cannot be read on.
        let beyond = self.packs.as_mut().map(|packs| packs.take(u64::MAX).1).unwrap_or_default();
        let mut uncovered: Vec<Uncovered> = Vec::new();
        // What lay behind the same damage is one finding: where it stands in the list, how many parts more, up to which leaf.
        let mut behind: BTreeMap<usize, (usize, u64, u64)> = BTreeMap::new();
        for (leaf, part, digest) in std::mem::take(&mut self.absent) {
            match self.acts.covered(leaf, &part) {
                Some(by) => {
                    let told = || Told { leaf: by.leaf, at_ms: by.at_ms, basis: by.basis.to_owned(), parts: 0 };
                    self.told.entry(by.leaf).or_insert_with(told).parts += 1;
                }
                None if self.hides(leaf, &part) => self.not_shown += 1,
                None => {
                    let gap = self.packs.as_ref().and_then(|packs| packs.gap(leaf));
                    if let Some((_, more, until)) = gap.and_then(|gap| behind.get_mut(&gap)) {
                        (*more, *until) = (*more + 1, leaf);
                        continue;
                    }
                    if let Some(gap) = gap {
                        behind.insert(gap, (uncovered.len(), 0, leaf));
                    }
                    let why = format!(
                        "expected the content of its part {part} or a leaf that tells its erasure, found neither"
                    );
                    uncovered.push(Uncovered { leaf, digest, why });
                }
            }
        }
        for (at, more, until) in behind.into_values().filter(|(_, more, _)| *more > 0) {
            if let Some(first) = uncovered.get_mut(at) {
                first.why += &format!(
                    "; nor for {more} more parts of leaves up to {until}, whose content lay behind the damage to a pack that is named beside this, or was never there"
                );
            }
        }
        let left = self.left();
        self.strange.extend(left);
        self.strange.extend(beyond);
        uncovered
    }
}
