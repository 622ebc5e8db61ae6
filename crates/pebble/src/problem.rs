//! A problem as arithmetic: a start, steps, and what is asked of the result. Not its text.

use serde::{Deserialize, Serialize};

/// What kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// A counter keeps only the last digit of each result. Asked: the digit at the end.
    Chain,
    /// Things are counted, and other things lie between them. Asked: how many. Here each check can do harm.
    Count,
    /// One side changes in steps, the other stands. Asked: is this total larger than that one?
    Comparison,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chain, Self::Count, Self::Comparison];

    /// The name used in identifiers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Count => "count",
            Self::Comparison => "comparison",
        }
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `×`, in chains only.
    Multiply,
}

impl Operation {
    /// The sign that chains of thought carry.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '×',
        }
    }

    fn applied(self, left: i64, by: i64) -> i64 {
        match self {
            Self::Add => left + by,
            Self::Subtract => left - by,
            Self::Multiply => left * by,
        }
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub operation: Operation,
    /// With which number.
    pub by: i64,
}

/// A step written out: `left sign by = right`, of which `kept` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Equation {
    pub(crate) left: i64,
    pub(crate) step: Step,
    pub(crate) right: i64,
    pub(crate) kept: i64,
}

impl Equation {
    /// Whether what is written holds.
    pub(crate) fn holds(&self) -> bool {
        self.right == self.step.operation.applied(self.left, self.step.by)
    }
}

/// A problem. Every step can be taken back, so that a wrong end determines the wrong result that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub family: Family,
    /// The value before the first step.
    pub start: i64,
    /// The steps, at least one.
    pub steps: Vec<Step>,
    /// How many things there are that should not be counted (family count).
    pub aside: i64,
    /// The total of the side that stands (family comparison).
    pub other: i64,
    /// Whether it is asked if the standing side is the larger one (family comparison).
    pub reversed: bool,
}

impl Problem {
    /// The step written out from a value, done right.
    pub(crate) fn equation(&self, value: i64, step: Step) -> Equation {
        let Step { operation, by } = step;
        if self.family == Family::Chain {
            // A counter that runs below nothing borrows as many tens as it needs.
            let borrowed = if operation == Operation::Subtract { ((by - value).max(0) + 9) / 10 * 10 } else { 0 };
            let left = value + borrowed;
            let right = operation.applied(left, by);
            Equation { left, step, right, kept: right.rem_euclid(10) }
        } else {
            let right = operation.applied(value, by);
            Equation { left: value, step, right, kept: right }
        }
    }

    /// The same step with another result, so that `kept` stays.
    pub(crate) fn equation_with(&self, value: i64, step: Step, kept: i64) -> Equation {
        let right = self.equation(value, step);
        Equation { right: right.right - right.kept + kept, kept, ..right }
    }

    /// The value after all steps from number `done` on (0: from the first).
    pub(crate) fn carried(&self, value: i64, done: usize) -> i64 {
        self.steps.iter().skip(done).fold(value, |value, step| self.equation(value, *step).kept)
    }

    /// The right value after the first `done` steps.
    pub(crate) fn carried_to(&self, done: usize) -> i64 {
        self.steps.iter().take(done).fold(self.start, |value, step| self.equation(value, *step).kept)
    }

    /// The value at the end.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.carried(self.start, 0)
    }

    /// The value after the first `done` steps from which the rest leads to `total`: steps are taken back from the end.
    pub(crate) fn before(&self, total: i64, done: usize) -> i64 {
        self.steps.iter().skip(done).rev().fold(total, |value, step| {
            let back = match step.operation {
                Operation::Add => value - step.by,
                Operation::Subtract => value + step.by,
                Operation::Multiply => value * inverse(step.by),
            };
            if self.family == Family::Chain { back.rem_euclid(10) } else { back }
        })
    }

    /// Whether every step can be taken back: a multiplier of a chain ends in 1, 3, 7 or 9, and only chains multiply.
    pub(crate) fn can_be_taken_back(&self) -> bool {
        self.steps.iter().all(|step| {
            step.operation != Operation::Multiply || (self.family == Family::Chain && inverse(step.by) != 0)
        })
    }

    /// What a total says: the number itself, or for comparisons 1 (yes) and 0 (no).
    #[must_use]
    pub fn answer(&self, total: i64) -> i64 {
        match self.family {
            Family::Chain | Family::Count => total,
            Family::Comparison if self.reversed => i64::from(self.other > total),
            Family::Comparison => i64::from(total > self.other),
        }
    }

    /// A total that says this. `margin`, at least 1, is how far it lies from the standing side of a comparison.
    pub(crate) fn total_for(&self, answer: i64, margin: i64) -> i64 {
        match self.family {
            Family::Chain | Family::Count => answer,
            Family::Comparison if (answer == 1) == self.reversed => self.other - margin,
            Family::Comparison => self.other + margin,
        }
    }

    /// What the text of an option says, where it says anything here.
    pub(crate) fn said_by(&self, text: &str) -> Option<i64> {
        let text = text.trim().trim_end_matches('.');
        match self.family {
            Family::Chain => text.parse().ok().filter(|digit| (0..10).contains(digit)),
            Family::Count => text.parse().ok().filter(|count: &i64| count.abs() < 1_000_000),
            Family::Comparison if text.eq_ignore_ascii_case("yes") => Some(1),
            Family::Comparison if text.eq_ignore_ascii_case("no") => Some(0),
            Family::Comparison => None,
        }
    }

    /// The text that says an answer.
    #[must_use]
    pub fn text_of(&self, answer: i64) -> String {
        match self.family {
            Family::Chain | Family::Count => answer.to_string(),
            Family::Comparison => if answer == 1 { "Yes" } else { "No" }.to_owned(),
        }
    }

    /// How near a wrong answer lies: the nearest is the runner-up. Chains: how far the counter would have to go on. Counts: first the sum with the
    /// thing that should not be counted, then by distance.
    pub(crate) fn nearness(&self, wrong: i64) -> (i64, i64) {
        let right = self.answer(self.total());
        match self.family {
            Family::Chain => ((wrong - right).rem_euclid(10), 0),
            Family::Count if wrong == right + self.aside => (-1, 0),
            Family::Count => ((wrong - right).abs(), wrong),
            Family::Comparison => (0, 0),
        }
    }
}

/// The digit that undoes a multiplication of last digits; 0 where none does.
fn inverse(by: i64) -> i64 {
    match by.rem_euclid(10) {
        1 => 1,
        3 => 7,
        7 => 3,
        9 => 9,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_end_determines_what_led_to_it() {
        for operation in [Operation::Add, Operation::Subtract, Operation::Multiply] {
            for by in [1, 3, 7, 9, 13, 27, 39] {
                let steps = vec![Step { operation, by }, Step { operation: Operation::Subtract, by: 8 }];
                let chain = Problem { family: Family::Chain, start: 4, steps, aside: 0, other: 0, reversed: false };
                assert!(chain.can_be_taken_back());
                for total in 0..10 {
                    for done in 0..=2 {
                        assert_eq!(chain.carried(chain.before(total, done), done), total);
                    }
                }
            }
        }
    }

    #[test]
    fn equations_hold_and_a_counter_borrows() {
        let chain = Problem { family: Family::Chain, start: 3, steps: vec![], aside: 0, other: 0, reversed: false };
        let less = |by| chain.equation(3, Step { operation: Operation::Subtract, by });
        assert_eq!((less(7).left, less(7).right, less(7).kept), (13, 6, 6));
        assert_eq!((less(2).left, less(2).right), (3, 1));
        assert_eq!((less(23).left, less(23).right), (23, 0));
        let wrong = chain.equation_with(7, Step { operation: Operation::Add, by: 5 }, 4);
        assert_eq!((wrong.left, wrong.right, wrong.kept), (7, 14, 4));
    }
}
