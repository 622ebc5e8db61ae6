//! From rows to one value per question and setting: what stands for accuracy, and what was lost on the way. No statistics here.

use std::collections::{BTreeMap, BTreeSet};

use crate::Attrition;
use crate::names::Spot;
use crate::rows::{Decided, Kept};

/// What stands for accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The share of samples that a verifier called right.
    Verdicts,
    /// A recorded score in [0, 1].
    Score,
}

/// What becomes of replies that ran into their token limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CutOff {
    /// Counted as they were decided; without an answer they are not right.
    Counted,
    /// Left out, and lost.
    Lost,
}

/// One question at one setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value {
    /// The mean over its samples, in [0, 1].
    pub(crate) accuracy: f64,
    /// The mean cost in dollars, where every sample has one.
    pub(crate) cost: Option<f64>,
    pub(crate) samples: u64,
    /// A sample to look at: the first that is not right, else the first.
    pub(crate) spot: Spot,
}

/// The questions of one setting.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) questions: BTreeMap<u32, Value>,
    /// Samples per question that were lost: cut off, or without an outcome.
    pub(crate) missing: BTreeMap<u32, u64>,
    pub(crate) seen: u64,
    pub(crate) lost: BTreeMap<String, u64>,
}

/// What can stand for accuracy in these rows: verdicts where there are any, else scores.
pub(crate) fn measure<'k>(rows: impl IntoIterator<Item = &'k Kept>) -> Measure {
    let decided = rows.into_iter().any(|kept| kept.verdict != Decided::Undecided);
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

/// The reason under which replies that were cut off are lost.
pub(crate) const CUT_OFF: &str = "cut off by the token limit";

/// Gathers the rows of one setting by question.
pub(crate) fn gather<'k>(rows: impl IntoIterator<Item = &'k Kept>, measure: Measure, cut_off: CutOff) -> Values {
    let mut found = Values::default();
    let mut questions: BTreeMap<u32, (Vec<f64>, Option<f64>, Spot, bool)> = BTreeMap::new();
    let mut numbers: BTreeSet<(u32, u32)> = BTreeSet::new();
    for kept in rows {
        found.seen += 1;
        if !numbers.insert((kept.unit, kept.sample)) {
            *found.lost.entry(crate::claims::TWICE.to_owned()).or_default() += 1;
            continue;
        }
        let outcome = if kept.truncated && cut_off == CutOff::Lost { Err(CUT_OFF) } else { outcome(kept, measure) };
        match outcome {
            Ok(value) => {
                let cost = kept.costed.then_some(kept.cost as f64 * 1e-6);
                let entry = questions.entry(kept.unit).or_insert((Vec::new(), Some(0.0), kept.spot, value < 1.0));
                entry.0.push(value);
                entry.1 = entry.1.zip(cost).map(|(sum, cost)| sum + cost);
                if value < 1.0 && !entry.3 {
                    (entry.2, entry.3) = (kept.spot, true);
                }
            }
            Err(why) => {
                *found.lost.entry(why.to_owned()).or_default() += 1;
                *found.missing.entry(kept.unit).or_default() += 1;
            }
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

impl Values {
    /// What was lost on the way to the questions that every setting has; `apart` says why the others were left out.
    pub(crate) fn attrition(&self, arm: String, shared: &BTreeSet<u32>, apart: &str) -> Attrition {
        let mut lost = self.lost.clone();
        let elsewhere: u64 =
            self.questions.iter().filter(|(unit, _)| !shared.contains(unit)).map(|(_, value)| value.samples).sum();
        if elsewhere > 0 {
            lost.insert(apart.to_owned(), elsewhere);
        }
        let used = self.seen - lost.values().sum::<u64>();
        Attrition { arm, seen: self.seen, used, lost }
    }

    /// The smallest and the largest share right that a question can have, whatever its lost samples would have been; `None` where it
    /// has none at all.
    pub(crate) fn bounds(&self, unit: u32) -> Option<(f64, f64)> {
        let (right, samples) =
            self.questions.get(&unit).map_or((0.0, 0), |value| (value.accuracy * value.samples as f64, value.samples));
        let missing = self.missing.get(&unit).copied().unwrap_or(0);
        let all = (samples + missing) as f64;
        (all > 0.0).then(|| ((right / all).clamp(0.0, 1.0), ((right + missing as f64) / all).clamp(0.0, 1.0)))
    }
}
