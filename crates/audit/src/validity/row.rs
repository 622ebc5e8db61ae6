//! What candor promises: one row for every interval, test and detector rate that it prints. Not how it was kept.

use serde::{Deserialize, Serialize};

use super::regime::Regime;

/// What is promised, and so by which rule the promise is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An interval that covers in 95 %: neither less nor, by much, more.
    Nominal,
    /// An interval that covers in at least 95 % by construction; it pays with width.
    Conservative,
    /// A test or decision that calls a planted null an effect in at most 5 %.
    Test,
    /// A detector's rate, measured on labels: what was found, not what was promised.
    Measured,
}

impl Kind {
    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Conservative => "conservative",
            Self::Test => "test",
            Self::Measured => "measured",
        }
    }

    /// The promise in words.
    #[must_use]
    pub fn promise(self) -> &'static str {
        match self {
            Self::Nominal => "covers 95 %",
            Self::Conservative => "covers >= 95 %",
            Self::Test => "false alarms <= 5 %",
            Self::Measured => "as measured",
        }
    }
}

/// A promise.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its name: that of the claims it is about, with what tells it from other rows about them.
    pub name: &'static str,
    /// What it speaks of.
    pub what: &'static str,
    /// What is promised.
    pub kind: Kind,
    /// The first part of the names of the claims that rest on it, up to the bracket: `compute.gain`, or `labels.*` for all that begin
    /// so.
    pub claims: &'static [&'static str],
    /// Regimes in which nothing is promised, and what a report says there instead.
    pub beyond: &'static [(Regime, &'static str)],
    /// Whether a bootstrap, many permutations or a bound by numerical inversion stand inside, or texts are read, so that fewer replications must do.
    pub heavy: bool,
    /// Heavy, and yet with as many replications as a light interval has: with 2,000 it came out beyond its bounds and not beyond doubt.
    pub often: bool,
}

impl Row {
    /// A row that promises in every regime.
    #[must_use]
    pub const fn new(name: &'static str, what: &'static str, kind: Kind, claims: &'static [&'static str]) -> Self {
        Self { name, what, kind, claims, beyond: &[], heavy: false, often: false }
    }

    /// With regimes in which nothing is promised.
    #[must_use]
    pub const fn beyond(self, beyond: &'static [(Regime, &'static str)]) -> Self {
        Self { beyond, ..self }
    }

    /// With a bootstrap, permutations or reading inside.
    #[must_use]
    pub const fn heavy(self) -> Self {
        Self { heavy: true, ..self }
    }

    /// With bootstrap, permutations or reading inside, and as many replications as a light row all the same.
    #[must_use]
    pub const fn often(self) -> Self {
        Self { heavy: true, often: true, ..self }
    }

    /// Why nothing is promised in that regime.
    #[must_use]
    pub fn beyond_in(&self, regime: Regime) -> Option<&'static str> {
        self.beyond.iter().find(|(other, _)| *other == regime).map(|(_, why)| *why)
    }
}

/// Whether claims whose names begin with `stem`, up to the bracket, are among those of a row: named in full, or up to a star (`labels.*`).
pub(super) fn is_of(claims: &str, stem: &str) -> bool {
    claims.strip_suffix('*').map_or(claims == stem, |start| stem.starts_with(start))
}

/// What is said of numbers that take recorded verdicts for the truth.
pub(super) const VERDICTS: &[(Regime, &str)] =
    &[(Regime::WrongLabels, "verdicts are taken as recorded; V4 names who decided")];
