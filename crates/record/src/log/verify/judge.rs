//! Who knows what entries say: whether an entry is sound, and whether an absent addendum was erased with a reason. Entries are opaque to the log itself.

use crate::digest::Digest;

/// What became of the content behind a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// There, with the content that was logged.
    Present,
    /// Not there.
    Absent,
    /// There, with other content or unreadable: a finding of its own already.
    Changed,
}

/// A digest that an entry indicates, and what became of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Addendum {
    /// SHA-256 of the addendum.
    pub digest: Digest,
    /// What became of it.
    pub state: State,
}

/// An absent addendum whose absence nothing explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// The leaf that indicates it.
    pub leaf: u64,
    /// Its digest.
    pub digest: Digest,
    /// What was looked for in vain.
    pub why: String,
}

/// Reads the entries of a log while it is examined.
pub trait Judge {
    /// An entry as it lies on disk, with the addenda that it indicates, in order of the leaves. Leaves that cannot be read are left out; an entry that is not the
    /// one that was signed is shown all the same, since that is known only at the end. Returns what is wrong with the entry itself.
    ///
    /// # Errors
    /// With what is wrong; it becomes a finding about this leaf.
    fn entry(&mut self, leaf: u64, entry: &[u8], addenda: &[Addendum]) -> Result<(), String>;

    /// After the last entry: the absent addenda whose absence nothing explains. An entry that explains one may come long after the one that indicates it.
    fn uncovered(&mut self) -> Vec<Uncovered>;
}

/// Accepts every absence, and counts it: for logs whose entries nobody here can read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Absences;

impl Judge for Absences {
    fn entry(&mut self, _: u64, _: &[u8], _: &[Addendum]) -> Result<(), String> {
        Ok(())
    }

    fn uncovered(&mut self) -> Vec<Uncovered> {
        Vec::new()
    }
}

/// Accepts no absence: for logs from which nothing was erased.
#[derive(Debug, Clone, Default)]
pub struct Unexplained(Vec<Uncovered>);

impl Judge for Unexplained {
    fn entry(&mut self, leaf: u64, _: &[u8], addenda: &[Addendum]) -> Result<(), String> {
        let absent = addenda.iter().filter(|addendum| addendum.state == State::Absent);
        self.0.extend(absent.map(|absent| Uncovered {
            leaf,
            digest: absent.digest,
            why: "expected the addendum, found no such file".to_owned(),
        }));
        Ok(())
    }

    fn uncovered(&mut self) -> Vec<Uncovered> {
        std::mem::take(&mut self.0)
    }
}
