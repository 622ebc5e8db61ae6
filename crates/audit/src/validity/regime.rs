//! The six conditions under which a promise is tried. Not what a world makes of them: that is its process.

use serde::{Deserialize, Serialize};

/// A condition under which a promise is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// What the method assumes: questions drawn independently, samples of a question more alike than those of two.
    AsAssumed,
    /// Samples of a question are very much alike (intraclass correlation .5), and their number differs fivefold between questions.
    Clustered,
    /// Questions become easier in the order in which they are asked.
    Drifting,
    /// Eight of ten questions are always right or always wrong.
    Tied,
    /// One of ten verdicts, labels or recorded values is wrong, at random.
    WrongLabels,
    /// Twenty questions.
    Few,
}

impl Regime {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::AsAssumed, Self::Clustered, Self::Drifting, Self::Tied, Self::WrongLabels, Self::Few];

    /// The heading of its column.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::AsAssumed => "as assumed",
            Self::Clustered => "clustered",
            Self::Drifting => "drifting",
            Self::Tied => "tied",
            Self::WrongLabels => "10 % wrong labels",
            Self::Few => "n = 20",
        }
    }

    /// The word for it in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AsAssumed => "as_assumed",
            Self::Clustered => "clustered",
            Self::Drifting => "drifting",
            Self::Tied => "tied",
            Self::WrongLabels => "wrong_labels",
            Self::Few => "few",
        }
    }

    /// The regime of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|regime| regime.name() == name)
    }
}
