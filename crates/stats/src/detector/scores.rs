//! Precision, recall and F1 with intervals by a bootstrap of questions on counts.

use serde::{Deserialize, Serialize};

use crate::estimate::Estimate;
use crate::interval::Level;
use crate::resample::bootstrap::percentile_ratio;
use crate::seed::Seed;
use crate::serialised::outcome;
use crate::undefined::Undefined;

/// What a detector said about the labelled traces of one question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Said yes, labelled yes.
    pub true_positive: u32,
    /// Said yes, labelled no.
    pub false_positive: u32,
    /// Said no, labelled yes.
    pub false_negative: u32,
    /// Said no, labelled no.
    pub true_negative: u32,
}

impl Confusion {
    /// One trace.
    #[must_use]
    pub fn one(said: bool, label: bool) -> Self {
        let mut counts = Self::default();
        match (said, label) {
            (true, true) => counts.true_positive = 1,
            (true, false) => counts.false_positive = 1,
            (false, true) => counts.false_negative = 1,
            (false, false) => counts.true_negative = 1,
        }
        counts
    }
}

/// A detector's scores. Each is a ratio of sums over questions, with the percentile interval of resampled questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// All counts added up.
    pub true_positive: u64,
    /// Said yes, labelled no.
    pub false_positive: u64,
    /// Said no, labelled yes.
    pub false_negative: u64,
    /// Said no, labelled no.
    pub true_negative: u64,
    /// TP/(TP + FP).
    #[serde(with = "outcome")]
    pub precision: Result<Estimate, Undefined>,
    /// TP/(TP + FN): sensitivity.
    #[serde(with = "outcome")]
    pub recall: Result<Estimate, Undefined>,
    /// TN/(TN + FP).
    #[serde(with = "outcome")]
    pub specificity: Result<Estimate, Undefined>,
    /// 2TP/(2TP + FP + FN).
    #[serde(with = "outcome")]
    pub f1: Result<Estimate, Undefined>,
}

/// Precision, recall, specificity and F1 over questions, each with an interval ([`percentile_ratio`]).
///
/// Assumes independent questions and labels that are right; label error has to be measured by double labels.
/// Without any false answer an interval degenerates to a point: it is then undefined, and Wilson on the counts says more.
#[must_use]
pub fn scores(questions: &[Confusion], level: Level, resamples: usize, seed: Seed) -> Scores {
    let total = |f: fn(&Confusion) -> u32| questions.iter().map(|q| u64::from(f(q))).sum();
    let ratio = |parts: fn(&Confusion) -> (f64, f64), what: &'static str| {
        let rows: Vec<(f64, f64)> = questions.iter().map(parts).collect();
        if rows.iter().all(|(_, den)| *den <= 0.0) {
            return Err(Undefined::no_data(what));
        }
        let estimate = percentile_ratio(&rows, level, resamples, seed)?;
        match estimate.interval() {
            Ok(interval) if interval.width() <= 0.0 => Estimate::new(
                estimate.value(),
                Err(Undefined::NoVariation { what: "answers over questions".into() }),
                estimate.size().unwrap_or(crate::Size::new(rows.len(), rows.len())),
                estimate.method().clone(),
            ),
            _ => Ok(estimate),
        }
    };
    Scores {
        true_positive: total(|q| q.true_positive),
        false_positive: total(|q| q.false_positive),
        false_negative: total(|q| q.false_negative),
        true_negative: total(|q| q.true_negative),
        precision: ratio(
            |q| (f64::from(q.true_positive), f64::from(q.true_positive + q.false_positive)),
            "traces the detector says yes to",
        ),
        recall: ratio(
            |q| (f64::from(q.true_positive), f64::from(q.true_positive + q.false_negative)),
            "traces that are labelled yes",
        ),
        specificity: ratio(
            |q| (f64::from(q.true_negative), f64::from(q.true_negative + q.false_positive)),
            "traces that are labelled no",
        ),
        f1: ratio(
            |q| {
                (
                    2.0 * f64::from(q.true_positive),
                    2.0 * f64::from(q.true_positive) + f64::from(q.false_positive) + f64::from(q.false_negative),
                )
            },
            "traces that somebody says yes to",
        ),
    }
}
