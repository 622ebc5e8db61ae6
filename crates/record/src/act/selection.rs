//! How content is chosen: by trace, by subject, by retention class and age, or leaf by leaf. Not what is done with it.

use serde::{Deserialize, Serialize};

use crate::leaf::{Head, PartHead, PartName};

/// A choice of content. Whoever reads the log sees it: a subject stands here by its random pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Everything of one trace.
    Trace(String),
    /// Everything of one subject.
    Subject(String),
    /// The parts of one retention class in leaves recorded before a moment.
    Retention {
        /// The class.
        class: String,
        /// Milliseconds since 1970 (UTC).
        before_ms: i64,
    },
    /// The named parts of one leaf; none means all.
    Leaf {
        /// The leaf.
        leaf: u64,
        /// The parts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<PartName>,
    },
    /// Everything that has content.
    Everything,
}

impl Selection {
    /// Whether a part of a leaf is chosen.
    #[must_use]
    pub fn holds(&self, leaf: u64, head: &Head, part: &PartHead) -> bool {
        match self {
            Self::Trace(trace) => head.trace.as_ref() == Some(trace),
            Self::Subject(subject) => head.subject.as_ref() == Some(subject),
            Self::Retention { class, before_ms } => part.retention == *class && head.at_ms < *before_ms,
            Self::Leaf { leaf: chosen, parts } => *chosen == leaf && (parts.is_empty() || parts.contains(&part.name)),
            Self::Everything => true,
        }
    }
}

impl std::fmt::Display for Selection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trace(trace) => write!(out, "trace {trace}"),
            Self::Subject(subject) => write!(out, "subject {subject}"),
            Self::Retention { class, .. } => write!(out, "retention class {class}"),
            Self::Leaf { leaf, parts } if parts.is_empty() => write!(out, "leaf {leaf}"),
            Self::Leaf { leaf, parts } => {
                write!(out, "leaf {leaf}:")?;
                parts.iter().try_for_each(|part| write!(out, " {part}"))
            }
            Self::Everything => out.write_str("everything"),
        }
    }
}
