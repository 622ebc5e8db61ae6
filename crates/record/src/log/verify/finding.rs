//! What an examination names: which leaves, which file, what is wrong. Not what follows from it.

use std::fmt;
use std::ops::Range;

use crate::log::error::Error;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The log's own copy of the key is another one.
    Key,
    /// A checkpoint is missing, malformed or not signed by the key.
    Checkpoint,
    /// Two roots are signed for one size.
    Fork,
    /// A larger size was signed before.
    Rollback,
    /// An older checkpoint is not the beginning of the tree.
    NotAPrefix,
    /// The entries do not have the signed root.
    Root,
    /// Entries are lost, or are not those that were signed.
    Entry,
    /// A tile is lost, or is not what the entries rebuild.
    Tile,
    /// An inclusion proof does not hold.
    Inclusion,
    /// A consistency proof does not hold.
    Consistency,
    /// An addendum has other content, is missing without a reason, or nothing of the log indicates it.
    Addendum,
    /// The judge says that an entry says something wrong.
    Judged,
    /// The examination was cut short.
    Stopped,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// The leaves that it is about, where it is about some.
    pub leaves: Option<Range<u64>>,
    /// The file that shows it, below the log's directory.
    pub file: Option<String>,
    /// What was expected and what was found.
    pub what: String,
}

impl Finding {
    pub(super) fn of_file(kind: Kind, file: impl Into<String>, what: impl Into<String>) -> Self {
        Self { kind, leaves: None, file: Some(file.into()), what: what.into() }
    }

    /// An error that was met at a file, without naming the file twice.
    pub(super) fn of_error(kind: Kind, file: impl Into<String>, error: &Error) -> Self {
        let file = file.into();
        let whole = error.to_string();
        let what = whole.strip_prefix(&format!("{file}: ")).unwrap_or(&whole).to_owned();
        Self { kind, leaves: None, file: Some(file), what }
    }

    pub(super) fn about(self, leaves: Range<u64>) -> Self {
        Self { leaves: Some(leaves), ..self }
    }

    pub(super) fn about_leaf(self, leaf: u64) -> Self {
        self.about(leaf..leaf.saturating_add(1))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(leaves) = &self.leaves {
            match leaves.end.saturating_sub(1) {
                last if last <= leaves.start => write!(out, "leaf {last}: ")?,
                last => write!(out, "leaves {} to {last}: ", leaves.start)?,
            }
        }
        // Names of files are foreign.
        if let Some(file) = &self.file {
            write!(out, "{}: ", file.escape_debug())?;
        }
        let name = match self.kind {
            Kind::Fork => "FORK: ",
            Kind::Rollback => "ROLLBACK: ",
            _ => "",
        };
        write!(out, "{name}{}", self.what)
    }
}

/// Findings up to a bound, and how many there were beyond it.
pub(super) struct Findings {
    all: Vec<Finding>,
    most: usize,
    more: u64,
}

impl Findings {
    pub(super) const fn new(most: usize) -> Self {
        Self { all: Vec::new(), most, more: 0 }
    }

    pub(super) fn push(&mut self, finding: Finding) {
        if self.all.len() < self.most {
            self.all.push(finding);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Finding>, u64) {
        (self.all, self.more)
    }
}
