//! The features of a chain that are compared. Each is one number; a thing that was not found counts as not there.

use super::rows::Read;

/// One feature.
pub(super) struct Feature {
    /// As tables and claims call it.
    pub(super) name: &'static str,
    /// What a chain has: "have more …"; where it has it or not, what it does: "more often …".
    what: &'static str,
    /// Whether a chain has it or not; else it is a number.
    pub(super) is_share: bool,
    /// Whether it is counted exactly, and not found by rules that miss some.
    pub(super) is_exact: bool,
    value: fn(&Read) -> f64,
}

/// Every feature, in the order in which ties are broken.
pub(super) static FEATURES: [Feature; 11] = [
    number("words", "words", true, |read| f64::from(read.words)),
    number("passages", "passages (steps)", false, |read| f64::from(read.passages)),
    number("backtracking", "backtracking per 1,000 words", false, |read| per_thousand(read.backtracks, read)),
    number("checks", "confirming checks per 1,000 words", false, |read| per_thousand(read.checks, read)),
    number("hedges", "hedging per 1,000 words", false, |read| per_thousand(read.hedges, read)),
    number("equations", "equations of numbers per 1,000 words", false, |read| per_thousand(read.equations, read)),
    share("wrong equation", "hold an equation that is wrong", |read| one_if(read.broken > 0)),
    share("states an answer", "state an answer", |read| one_if(read.states)),
    share("other answer", "last state another answer than the one given", |read| one_if(read.other)),
    share("taken back", "take back the answer given", |read| one_if(read.retracts)),
    share("concludes nothing", "state and conclude nothing", |read| one_if(read.concludes_nothing)),
];

impl Feature {
    /// The number of a chain.
    pub(super) fn of(&self, read: &Read) -> f64 {
        (self.value)(read)
    }

    /// What chains do that have more of it, or less: "have more words", "less often state an answer".
    pub(super) fn says(&self, more: bool) -> String {
        match (self.is_share, more) {
            (false, true) => format!("have more {}", self.what),
            (false, false) => format!("have fewer {}", self.what),
            (true, true) => format!("more often {}", self.what),
            (true, false) => format!("less often {}", self.what),
        }
    }

    /// What is counted: "words", "share of chains that state an answer".
    pub(super) fn counted(&self) -> String {
        if self.is_share { format!("share of chains that {}", self.what) } else { self.what.to_owned() }
    }
}

const fn number(name: &'static str, what: &'static str, is_exact: bool, value: fn(&Read) -> f64) -> Feature {
    Feature { name, what, is_share: false, is_exact, value }
}

const fn share(name: &'static str, what: &'static str, value: fn(&Read) -> f64) -> Feature {
    Feature { name, what, is_share: true, is_exact: false, value }
}

fn one_if(there: bool) -> f64 {
    f64::from(u8::from(there))
}

fn per_thousand(count: u16, read: &Read) -> f64 {
    1_000.0 * f64::from(count) / f64::from(read.words.max(1))
}
