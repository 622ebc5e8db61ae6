//! Which traces are meant: one small language for every list, export and page. Not a database language: a query looks at one trace at a time.
//!
//! Terms stand side by side and all must hold; `-` or `not:` before a term turns it round; commas mean "one of".
//!
//! | term | holds where |
//! |---|---|
//! | `model:gpt-*` | a text is the same, whatever its case; `*` stands for anything |
//! | `verdict:wrong,no_answer` | it is one of these |
//! | `unit~42` | a text contains this, whatever its case |
//! | `tokens>1000` `cost<=0.01` `exit!=0` | a number compares so; a trace without that number does not hold, whatever the comparison |
//! | `at>=2026-11-01` | it began then or later (UTC) |
//! | `has:tools` | something was recorded at all |
//! | `"all tests pass"` | the words stand anywhere in it |
//!
//! docs/formats/query.md lists the fields.

mod field;
mod parse;
mod term;

use std::fmt;
use std::str::FromStr;

use crate::Trace;
use field::Text;
pub(crate) use term::contains;
use term::{Condition, Term};

/// A query: every term must hold. The empty query holds for every trace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    terms: Vec<Term>,
}

impl Query {
    /// Whether the trace is meant.
    #[must_use]
    pub fn holds(&self, trace: &Trace) -> bool {
        self.terms.iter().all(|term| term.holds(trace))
    }

    /// Whether it asks for arms by their names: one that nobody used means no trace at all.
    #[must_use]
    pub fn names_arms(&self) -> bool {
        let of_arms = |condition: &Condition| {
            matches!(condition, Condition::Is(Text::Arm, _) | Condition::Contains(Text::Arm, _))
        };
        self.terms.iter().any(|term| of_arms(&term.condition))
    }

    /// Whether it looks for words that must stand somewhere.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.words().next().is_some()
    }

    /// Words, in lower case, that must stand somewhere in a trace.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match &term.condition {
            Condition::Says(words) if !term.negated => Some(words.as_str()),
            _ => None,
        })
    }

    /// Whether it holds for every trace.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl FromStr for Query {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        parse::query(text).map(|terms| Self { terms })
    }
}

/// A query that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Misread {
    /// The character (from 1) at which the term begins.
    pub at: usize,
    /// The term, bounded and escaped.
    pub term: String,
    /// What would do.
    pub expected: String,
    /// One thing to try.
    pub hint: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "query, character {}: expected {}, found `{}`", self.at, self.expected, self.term)
    }
}

#[cfg(test)]
mod tests;
