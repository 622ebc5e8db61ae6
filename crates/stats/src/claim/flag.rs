//! The eight validity flags, each with its reason.
//!
//! A flag nobody looked at does not hold: silence is never taken for validity.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What must hold, beside the interval, before a claim is evidence-backed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// V1: the interval's method is validated at this number of clusters, and a proportion has at least 5 on each side.
    Interval,
    /// V2: a fixed plan, or an interval that holds at any time it is looked at.
    Looks,
    /// V3: what is claimed was chosen on other data, or the choice is corrected for.
    Selection,
    /// V4: a programmatic verifier, or a detector calibrated on labels for this model, cue and version.
    Measurement,
    /// V5: sampling probabilities are known and above zero.
    Sampling,
    /// V6: causal words only from controlled arms.
    Design,
    /// V7: lost units are under 5 %, or cannot change the conclusion even in the worst case.
    Attrition,
    /// V8: same model version, route and task class as the statement, within its best-before.
    Scope,
}

impl Flag {
    /// Every flag, in the order V1 to V8.
    pub const ALL: [Self; 8] = [
        Self::Interval,
        Self::Looks,
        Self::Selection,
        Self::Measurement,
        Self::Sampling,
        Self::Design,
        Self::Attrition,
        Self::Scope,
    ];

    /// The short code used in reports: "V1" to "V8".
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Interval => "V1",
            Self::Looks => "V2",
            Self::Selection => "V3",
            Self::Measurement => "V4",
            Self::Sampling => "V5",
            Self::Design => "V6",
            Self::Attrition => "V7",
            Self::Scope => "V8",
        }
    }

    /// What the flag asks, as a clause.
    #[must_use]
    pub fn asks(self) -> &'static str {
        match self {
            Self::Interval => "the interval is validated at this size, with at least 5 clusters on each side",
            Self::Looks => "a fixed plan, or an anytime-valid interval",
            Self::Selection => "chosen on other data, or corrected for the choice",
            Self::Measurement => "a programmatic verifier, or a detector calibrated for this model, cue and version",
            Self::Sampling => "sampling probabilities known and above zero",
            Self::Design => "causal words only from controlled arms",
            Self::Attrition => "losses under 5 %, or harmless in the worst case",
            Self::Scope => "same model version, route and task class as the statement",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code(), self.asks())
    }
}

/// What was found when a flag was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// It holds.
    Holds {
        /// Why, such as "recorded data, read once".
        because: String,
    },
    /// It does not hold.
    Fails {
        /// Why, such as "3 questions carry the minority outcome".
        because: String,
        /// What would make it hold, such as "120 labels".
        raise: String,
    },
}

impl Finding {
    /// It holds, because.
    pub fn holds(because: impl Into<String>) -> Self {
        Self::Holds { because: because.into() }
    }

    /// It fails, because; and what would make it hold.
    pub fn fails(because: impl Into<String>, raise: impl Into<String>) -> Self {
        Self::Fails { because: because.into(), raise: raise.into() }
    }
}

/// The findings on the eight flags of one claim. A flag without a finding fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flags(BTreeMap<Flag, Finding>);

impl Flags {
    /// No flag looked at yet: all fail.
    #[must_use]
    pub fn unexamined() -> Self {
        Self::default()
    }

    /// With the finding on one flag. A failure is never replaced by a later success; the first reason stays.
    #[must_use]
    pub fn with(mut self, flag: Flag, finding: Finding) -> Self {
        match self.0.get(&flag) {
            Some(Finding::Fails { .. }) => {}
            _ => {
                self.0.insert(flag, finding);
            }
        }
        self
    }

    /// With one flag holding.
    #[must_use]
    pub fn holds(self, flag: Flag, because: impl Into<String>) -> Self {
        self.with(flag, Finding::holds(because))
    }

    /// With one flag failing.
    #[must_use]
    pub fn fails(self, flag: Flag, because: impl Into<String>, raise: impl Into<String>) -> Self {
        self.with(flag, Finding::fails(because, raise))
    }

    /// The finding on one flag.
    #[must_use]
    pub fn finding(&self, flag: Flag) -> Option<&Finding> {
        self.0.get(&flag)
    }

    /// Every flag that does not hold, with why and what would make it hold, in the order V1 to V8.
    #[must_use]
    pub fn failing(&self) -> Vec<(Flag, String, String)> {
        let mut failing = Vec::new();
        for flag in Flag::ALL {
            match self.0.get(&flag) {
                Some(Finding::Holds { .. }) => {}
                Some(Finding::Fails { because, raise }) => failing.push((flag, because.clone(), raise.clone())),
                None => failing.push((flag, format!("nobody looked for: {}", flag.asks()), flag.asks().to_owned())),
            }
        }
        failing
    }
}
