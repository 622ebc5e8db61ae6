//! Acts on content: erasures, legal holds and their release, each a leaf of the record. What they say and what they cover, not the removing itself.

mod ledger;
mod selection;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::error::Error;
use crate::leaf::{Head, PartName, VERSION, kind};

pub use ledger::{Acts, Covered};
pub use selection::Selection;

/// Bytes that a stated basis, a reason or the name of a hold may have: they stand in the log for ever.
pub const MOST_WORDS: usize = 500;

/// Runs of leaves that one erasure can list, so that its leaf fits; a larger one is told in several leaves.
pub const MOST_RUNS: usize = 400;

/// Content was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The basis as the operator states it. It is not examined.
    pub basis: String,
    /// How the content was chosen.
    pub chosen: Selection,
    /// What is gone, by leaf.
    pub gone: Vec<Gone>,
}

/// Parts of a run of leaves that are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// The first leaf.
    pub from: u64,
    /// The last leaf.
    pub to: u64,
    /// The parts; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartName>,
}

/// Erasure is barred for what is chosen, until the hold of that name is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Its name.
    pub hold: String,
    /// What it is for, as the operator states it.
    pub reason: String,
    /// What may not be erased.
    pub chosen: Selection,
}

/// A hold ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The hold's name.
    pub hold: String,
    /// Why, as the operator states it.
    pub reason: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Content was erased.
    Erasure(Erasure),
    /// Erasure is barred.
    Hold(Hold),
    /// A bar is lifted.
    Release(Release),
}

impl Act {
    /// What its leaf says.
    ///
    /// # Errors
    /// Where a text is empty or longer than [`MOST_WORDS`].
    pub fn to_head(&self, at_ms: i64) -> Result<Head, Error> {
        let (kind, about, words) = match self {
            Self::Erasure(erasure) => (kind::ERASURE, serde_json::to_value(erasure), vec![&erasure.basis]),
            Self::Hold(hold) => (kind::HOLD, serde_json::to_value(hold), vec![&hold.hold, &hold.reason]),
            Self::Release(release) => {
                (kind::RELEASE, serde_json::to_value(release), vec![&release.hold, &release.reason])
            }
        };
        if let Some(wrong) = words.into_iter().find(|words| words.trim().is_empty() || words.len() > MOST_WORDS) {
            return Err(Error::Leaf {
                expected: format!("a basis, a reason or a name of 1 to {MOST_WORDS} bytes"),
                found: format!("{} bytes", wrong.len()),
            });
        }
        let about = match about.map_err(|error| Error::Shape(error.to_string()))? {
            serde_json::Value::Object(about) => about,
            other => return Err(Error::Shape(format!("an act that is no object: {other}"))),
        };
        Ok(Head {
            version: VERSION,
            kind: kind.to_owned(),
            at_ms,
            trace: None,
            subject: None,
            parts: Vec::new(),
            about,
        })
    }

    /// Whether an entry may tell an act: without reading it, and without missing one. Canonical bytes have one spelling of a member, so that its bytes are
    /// there where the member is; within another text its quotes would be escaped.
    #[must_use]
    pub fn may_be(entry: &[u8]) -> bool {
        static KINDS: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| {
            [r#""kind":"erasure""#, r#""kind":"hold""#, r#""kind":"release""#]
                .map(|member| Finder::new(member.as_bytes()))
        });
        KINDS.iter().any(|kind| kind.find(entry).is_some())
    }

    /// The act that a leaf tells; `None` where it tells another fact.
    ///
    /// # Errors
    /// Where the leaf says that it is an act and does not say which.
    pub fn of_head(head: &Head) -> Result<Option<Self>, Error> {
        fn read<T: serde::de::DeserializeOwned>(head: &Head) -> Result<T, Error> {
            // Through canonical bytes: what cannot be written is not read either.
            canonical::from_slice(&canonical::to_vec(&head.about)?)
        }
        match head.kind.as_str() {
            kind::ERASURE => read(head).map(|erasure| Some(Self::Erasure(erasure))),
            kind::HOLD => read(head).map(|hold| Some(Self::Hold(hold))),
            kind::RELEASE => read(head).map(|release| Some(Self::Release(release))),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
