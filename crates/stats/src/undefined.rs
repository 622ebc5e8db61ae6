//! Why an estimate does not exist, and what would define it.
//!
//! Not an error: the data was read and understood; it cannot carry the number. Undefined is never printed as 0 or NaN.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The reason why an estimate or an interval does not exist.
///
/// `Display` gives the reason in lower case; [`Undefined::remedy`] says what would define it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Undefined {
    /// There is nothing to compute from.
    NoData {
        /// What is missing, in the plural, such as "eligible questions".
        what: Cow<'static, str>,
    },
    /// There is something, but less than the method needs.
    TooFew {
        /// What is counted, in the plural.
        what: Cow<'static, str>,
        /// How many there are.
        have: u64,
        /// The smallest number at which the estimate exists.
        needed: u64,
    },
    /// A ratio whose denominator is zero.
    ZeroDenominator {
        /// What the denominator is.
        what: Cow<'static, str>,
    },
    /// The cue moved answers no more than accident does, so that nothing can be normalised by its effect.
    CueWithoutEffect {
        /// The estimated share of switches that followed the cue, at most 0.
        share: f64,
    },
    /// More samples asked for than any question has; sampled curves are never extended.
    BeyondSampled {
        /// Samples asked for.
        asked: u64,
        /// Samples that every question has.
        sampled: u64,
    },
    /// A field that the method needs was not recorded.
    NotRecorded {
        /// Which field, such as "final answers".
        what: Cow<'static, str>,
    },
    /// A published number came without it.
    NotPublished {
        /// What was not published, such as "n".
        what: Cow<'static, str>,
    },
    /// The confidence set is not a bounded interval: the data do not bound the ratio.
    Unbounded {
        /// Which quantity.
        what: Cow<'static, str>,
    },
    /// Every unit is alike, so that the method has no scale to measure with.
    NoVariation {
        /// What does not vary.
        what: Cow<'static, str>,
    },
    /// A fit found no finite maximum or minimum.
    NotConverged {
        /// Which fit.
        what: Cow<'static, str>,
    },
    /// The data has a shape for which the quantity has no meaning.
    NotApplicable {
        /// Which quantity.
        what: Cow<'static, str>,
        /// Why it has no meaning here.
        why: Cow<'static, str>,
    },
}

impl Undefined {
    /// Nothing to compute from.
    pub fn no_data(what: impl Into<Cow<'static, str>>) -> Self {
        Self::NoData { what: what.into() }
    }

    /// Fewer than the method needs.
    pub fn too_few(what: impl Into<Cow<'static, str>>, have: usize, needed: usize) -> Self {
        Self::TooFew { what: what.into(), have: have as u64, needed: needed as u64 }
    }

    /// A quantity without meaning for data of this shape.
    pub fn not_applicable(what: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self::NotApplicable { what: what.into(), why: why.into() }
    }

    /// What would define it: one clause, lower case, such as "at least 2 questions".
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoData { what } => format!("data with {what}"),
            Self::TooFew { what, needed, .. } => format!("at least {needed} {what}"),
            Self::ZeroDenominator { what } => format!("{what} above zero"),
            Self::CueWithoutEffect { .. } => "a cue that changes answers more often than accident does".to_owned(),
            Self::BeyondSampled { asked, .. } => format!("at least {asked} samples of every question"),
            Self::NotRecorded { what } => format!("records that contain {what}"),
            Self::NotPublished { what } => format!("a source that states {what}"),
            Self::Unbounded { what } => format!("more data, until the denominator of {what} is clearly not zero"),
            Self::NoVariation { what } => format!("units that differ in {what}"),
            Self::NotConverged { what } => format!("data on which {what} has a finite solution"),
            Self::NotApplicable { why, .. } => format!("data for which this does not hold: {why}"),
        }
    }
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoData { what } => write!(f, "no {what}"),
            Self::TooFew { what, have, needed } => write!(f, "too few {what}: {have}, needs {needed}"),
            Self::ZeroDenominator { what } => write!(f, "{what} is zero"),
            Self::CueWithoutEffect { share } => {
                write!(f, "the cue did not work: the share of switches that followed it is {share:.3}")
            }
            Self::BeyondSampled { asked, sampled } => {
                write!(f, "{asked} samples asked for, but every question has only {sampled}")
            }
            Self::NotRecorded { what } => write!(f, "{what} not recorded"),
            Self::NotPublished { what } => write!(f, "no {what} published"),
            Self::Unbounded { what } => write!(f, "the data do not bound {what}"),
            Self::NoVariation { what } => write!(f, "no variation in {what}"),
            Self::NotConverged { what } => write!(f, "{what} did not converge"),
            Self::NotApplicable { what, why } => write!(f, "{what} has no meaning here: {why}"),
        }
    }
}

impl std::error::Error for Undefined {}
