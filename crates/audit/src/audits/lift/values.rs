//! From rows to one value per question and effort. No statistics here.

use std::collections::{BTreeMap, BTreeSet};

use crate::Attrition;
use crate::names::Spot;
use crate::rows::{Decided, Kept};

/// What stands for accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The share of samples that a verifier called right.
    Verdicts,
    /// A recorded score in [0, 1].
    Score,
}

/// One question at one effort.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    /// The mean over its samples, in [0, 1].
    pub(super) accuracy: f64,
    /// The mean cost in dollars, where every sample has one.
    pub(super) cost: Option<f64>,
    pub(super) samples: u64,
    /// A sample to look at: the first that is not right, else the first.
    pub(super) spot: Spot,
}

/// The questions of one effort.
#[derive(Debug, Default)]
pub(super) struct OfEffort {
    pub(super) questions: BTreeMap<u32, Value>,
    pub(super) seen: u64,
    pub(super) lost: BTreeMap<String, u64>,
}

/// What can stand for accuracy in these rows: verdicts where there are any, else scores.
pub(super) fn measure(rows: &[&[Kept]]) -> Measure {
    let decided = rows.iter().flat_map(|rows| rows.iter()).any(|kept| kept.verdict != Decided::Undecided);
    if decided { Measure::Verdicts } else { Measure::Score }
}

fn outcome(kept: &Kept, measure: Measure) -> Result<f64, &'static str> {
    match measure {
        Measure::Verdicts => match kept.verdict {
            Decided::Correct => Ok(1.0),
            Decided::Wrong | Decided::NoAnswer => Ok(0.0),
            Decided::Undecided => Err("no verdict"),
        },
        Measure::Score if kept.score.is_nan() => Err("no score"),
        Measure::Score if !(0.0..=1.0).contains(&kept.score) => Err("a score outside 0 to 1: `scale` in the mapping"),
        Measure::Score => Ok(kept.score),
    }
}

/// Gathers the rows of one effort by question.
pub(super) fn gather(rows: &[Kept], measure: Measure) -> OfEffort {
    let mut found = OfEffort { seen: rows.len() as u64, ..OfEffort::default() };
    let mut questions: BTreeMap<u32, (Vec<f64>, Option<f64>, Spot, bool)> = BTreeMap::new();
    let mut numbers: BTreeSet<(u32, u32)> = BTreeSet::new();
    for kept in rows {
        if !numbers.insert((kept.unit, kept.sample)) {
            *found.lost.entry("the same sample stands twice".to_owned()).or_default() += 1;
            continue;
        }
        match outcome(kept, measure) {
            Ok(value) => {
                let cost = kept.costed.then_some(kept.cost as f64 * 1e-6);
                let entry = questions.entry(kept.unit).or_insert((Vec::new(), Some(0.0), kept.spot, value < 1.0));
                entry.0.push(value);
                entry.1 = entry.1.zip(cost).map(|(sum, cost)| sum + cost);
                if value < 1.0 && !entry.3 {
                    (entry.2, entry.3) = (kept.spot, true);
                }
            }
            Err(why) => *found.lost.entry(why.to_owned()).or_default() += 1,
        }
    }
    found.questions = questions
        .into_iter()
        .map(|(unit, (values, cost, spot, _))| {
            let n = values.len() as f64;
            let accuracy = (values.iter().sum::<f64>() / n).clamp(0.0, 1.0);
            (unit, Value { accuracy, cost: cost.map(|sum| sum / n), samples: values.len() as u64, spot })
        })
        .collect();
    found
}

impl OfEffort {
    /// What was lost on the way to the questions that every effort has.
    pub(super) fn attrition(&self, arm: String, shared: &BTreeSet<u32>) -> Attrition {
        let mut lost = self.lost.clone();
        let apart: u64 =
            self.questions.iter().filter(|(unit, _)| !shared.contains(unit)).map(|(_, value)| value.samples).sum();
        if apart > 0 {
            lost.insert("question not asked at every effort".to_owned(), apart);
        }
        let used = self.seen - lost.values().sum::<u64>();
        Attrition { arm, seen: self.seen, used, lost }
    }
}
