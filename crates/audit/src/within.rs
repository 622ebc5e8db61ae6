//! Within questions: are samples that show something right more or less often than the other samples of the same question? Association
//! only: what makes a sample go wrong may be what makes it show the thing.

use std::collections::BTreeMap;

use candor_stats::derivation::{self, Column};
use candor_stats::paired::bounded_difference;
use candor_stats::{Estimate, Finding, Level, Size, Undefined};

use crate::derive::items;
use crate::rows::Decided;

/// Fewer questions, or fewer that differ, carry no evidence.
const FEWEST_QUESTIONS: usize = 30;
const FEWEST_CHANGED: usize = 10;

/// One difference per question that has samples of both kinds.
#[derive(Debug, Default)]
pub(crate) struct Within {
    differences: Vec<f64>,
    /// The questions of the differences, and what they are called where derivations are kept.
    units: Vec<u32>,
    items: Option<Column>,
    samples: u64,
    /// Questions all of whose samples show it, or none of them: they cannot be compared.
    pub(crate) alike: u64,
    /// Samples whose answer nobody decided.
    pub(crate) undecided: u64,
}

impl Within {
    /// From (question, whether the sample shows it, what was decided) per sample. No answer is not right.
    pub(crate) fn of(samples: impl IntoIterator<Item = (u32, bool, Decided)>) -> Self {
        #[derive(Default)]
        struct Sides {
            n: [u64; 2],
            right: [u64; 2],
        }
        let mut questions: BTreeMap<u32, Sides> = BTreeMap::new();
        let mut found = Self::default();
        for (unit, shows, verdict) in samples {
            let right = match verdict {
                Decided::Correct => 1,
                Decided::Wrong | Decided::NoAnswer => 0,
                Decided::Undecided => {
                    found.undecided += 1;
                    continue;
                }
            };
            let sides = questions.entry(unit).or_default();
            let [others, showing] = &mut sides.n;
            let [others_right, showing_right] = &mut sides.right;
            let (n, so_many) = if shows { (showing, showing_right) } else { (others, others_right) };
            *n += 1;
            *so_many += right;
        }
        for (unit, Sides { n: [others, showing], right: [others_right, showing_right] }) in questions {
            if others == 0 || showing == 0 {
                found.alike += 1;
                continue;
            }
            let share = |right: u64, n: u64| right as f64 / n as f64;
            found.differences.push(share(showing_right, showing) - share(others_right, others));
            found.units.push(unit);
            found.samples += others + showing;
        }
        found
    }

    /// Says what the questions are called; asked for only where derivations are kept.
    pub(crate) fn called<'a>(mut self, name: impl Fn(u32) -> &'a str) -> Self {
        self.items = derivation::is_kept().then(|| items(self.units.iter().map(|unit| name(*unit))));
        self
    }

    pub(crate) fn questions(&self) -> u64 {
        self.differences.len() as u64
    }

    /// Share right among the samples that show it minus that among the others, mean over questions that have both; CR1 with t(G-1), or the
    /// wider bound where hardly any question differs, or a few by much ([`bounded_difference`]).
    pub(crate) fn estimate(&self, level: Level) -> Result<Estimate, Undefined> {
        if self.differences.is_empty() {
            return Err(Undefined::no_data("questions with both kinds of samples, decided"));
        }
        let mean = bounded_difference(&self.differences, level)?;
        let size = Size { units: self.questions(), samples: self.samples };
        let mean = mean.resized(size);
        Ok(match &self.items {
            Some(items) => mean.over(|| items.clone()),
            None => mean,
        })
    }

    /// The finding on V1.
    pub(crate) fn finding(&self) -> Finding {
        let questions = self.differences.len();
        let changed = self.differences.iter().filter(|difference| difference.abs() > 1e-12).count();
        let there = format!("{questions} questions with both kinds of samples, {changed} of them differ");
        if questions >= FEWEST_QUESTIONS && changed >= FEWEST_CHANGED {
            Finding::holds(there)
        } else {
            Finding::fails(there, format!("at least {FEWEST_QUESTIONS} questions, {FEWEST_CHANGED} of which differ"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_questions_with_both_kinds_of_samples_are_compared() {
        use Decided::{Correct, NoAnswer, Undecided, Wrong};
        let found = Within::of([
            (1, true, Correct),
            (1, true, NoAnswer),
            (1, false, Correct),
            (2, true, Wrong),
            (2, false, Wrong),
            (2, false, Undecided),
            (3, true, Correct),
        ]);
        assert_eq!((found.questions(), found.alike, found.undecided), (2, 1, 1));
        let estimate = found.estimate(Level::P95).unwrap();
        assert!((estimate.value() + 0.25).abs() < 1e-12, "{estimate:?}");
        assert_eq!(estimate.size(), Some(Size { units: 2, samples: 5 }));
        assert!(matches!(found.finding(), Finding::Fails { .. }));
        assert!(Within::of([]).estimate(Level::P95).is_err());
    }
}
