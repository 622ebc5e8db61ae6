//! Precision, recall, specificity and F1 with Wilson's interval, the question being the unit.
//!
//! Not agreement with a second reader: that is [`crate::agreement`].

use serde::{Deserialize, Serialize};

use crate::claim::flag::Finding;
use crate::clusters::Tally;
use crate::clusters::pooled::Pooled;
use crate::derivation::Derivation;
use crate::estimate::{Estimate, Method};
use crate::interval::Level;
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

/// A detector's scores: counts, and each score as a share of traces by question.
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

impl Scores {
    /// The finding on flag V1 of one of the shares: whether enough questions stand on either side of it.
    #[must_use]
    pub fn finding(questions: &[Confusion], score: Score) -> Finding {
        score.pooled(questions).interval_finding()
    }
}

/// One of the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// TP/(TP + FP).
    Precision,
    /// TP/(TP + FN).
    Recall,
    /// TN/(TN + FP).
    Specificity,
    /// 2TP/(2TP + FP + FN).
    F1,
}

impl Score {
    /// What it is a share of, by question. F1 stands for the share J = TP/(TP + FP + FN) that it is a function of.
    fn pooled(self, questions: &[Confusion]) -> Pooled {
        Pooled::of(questions.iter().map(|q| {
            let (correct, others) = match self {
                Self::Precision => (q.true_positive, q.false_positive),
                Self::Recall => (q.true_positive, q.false_negative),
                Self::Specificity => (q.true_negative, q.false_positive),
                Self::F1 => (q.true_positive, q.false_positive.saturating_add(q.false_negative)),
            };
            Tally { samples: correct.saturating_add(others), correct }
        }))
    }

    fn estimate(self, questions: &[Confusion], level: Level) -> Result<Estimate, Undefined> {
        let pooled = self.pooled(questions);
        if pooled.size().samples == 0 {
            return Err(Undefined::no_data(match self {
                Self::Precision => "traces the detector says yes to",
                Self::Recall => "traces that are labelled yes",
                Self::Specificity => "traces that are labelled no",
                Self::F1 => "traces that somebody says yes to",
            }));
        }
        let share = pooled.share(level)?;
        if self == Self::F1 {
            let method = Method::described(format!("{} on TP/(TP + FP + FN), transformed", share.method()));
            let f1 = share.map(|jaccard| 2.0 * jaccard / (1.0 + jaccard), method)?;
            return Ok(f1.derived(|| Derivation::by("doubled").part(share.derivation())));
        }
        Ok(share)
    }
}

/// Precision, recall, specificity and F1 over questions, each with Wilson's interval at the number of independent traces that the
/// questions are worth ([`Pooled::share`]).
///
/// F1 = 2J/(1 + J) rises with J = TP/(TP + FP + FN), the share of true finds among all finds and misses: the interval of J,
/// transformed, is one of F1 with the same coverage. A percentile bootstrap, the usual choice, has no width where no answer is false.
///
/// Assumes independent questions and labels that are right; label error has to be measured by double labels.
#[must_use]
pub fn scores(questions: &[Confusion], level: Level) -> Scores {
    let total = |f: fn(&Confusion) -> u32| questions.iter().map(|q| u64::from(f(q))).sum();
    Scores {
        true_positive: total(|q| q.true_positive),
        false_positive: total(|q| q.false_positive),
        false_negative: total(|q| q.false_negative),
        true_negative: total(|q| q.true_negative),
        precision: Score::Precision.estimate(questions, level),
        recall: Score::Recall.estimate(questions, level),
        specificity: Score::Specificity.estimate(questions, level),
        f1: Score::F1.estimate(questions, level),
    }
}
