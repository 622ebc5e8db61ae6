//! One question, sample by sample: its votes, and when they were settled. Not which samples are drawn.

use candor_llm::Reply;
use candor_stats::curve;
use candor_stats::curve::settled::{Votes, fewest_more, is_settled};
use candor_trace::Origin;

use crate::live::probe::Probe;
use crate::rows::{Decided, decided, normalised_digest};

/// What a sample came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// An answer, and whether it is right.
    Vote(u64, bool),
    /// A reply without an answer: it uses a sample and casts no vote.
    Silent,
    /// A call that was given up, or a verifier that failed: as silent, and counted.
    Lost,
}

impl Sample {
    /// Read as the audits read it.
    pub(super) fn of(probe: &Probe, reply: Option<&Reply>) -> Self {
        let Some(reply) = reply else { return Self::Lost };
        let trace = probe.trace(Origin::default(), Some(reply), None, false);
        match (decided(&trace), trace.answer()) {
            (Decided::Undecided, _) => Self::Lost,
            (Decided::NoAnswer, _) | (_, None) => Self::Silent,
            (verdict, Some(answer)) => Self::Vote(normalised_digest(answer), verdict == Decided::Correct),
        }
    }
}

/// A question on its way.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    answers: Vec<Option<u64>>,
    right: Vec<bool>,
    votes: Votes,
    /// Samples after which it was settled, and the accuracy of its majority there.
    settled: Option<(u32, f64)>,
    pub(super) lost: u64,
}

impl Course {
    /// Samples taken in.
    pub(super) fn drawn(&self) -> u32 {
        u32::try_from(self.answers.len()).unwrap_or(u32::MAX)
    }

    /// Takes in the next sample.
    pub(super) fn take(&mut self, sample: Sample, threshold: f64) {
        match sample {
            Sample::Vote(answer, right) => {
                self.votes.cast(answer, right);
                self.answers.push(Some(answer));
                self.right.push(right);
            }
            Sample::Silent | Sample::Lost => {
                self.lost += u64::from(sample == Sample::Lost);
                self.answers.push(None);
                self.right.push(false);
            }
        }
        let (first, second) = self.votes.leaders();
        if self.settled.is_none() && is_settled(first, second, threshold) {
            self.settled = Some((self.drawn(), self.votes.accuracy()));
        }
    }

    /// How many samples follow before it can be settled; none where it is, or where all `most` are drawn.
    pub(super) fn due(&self, threshold: f64, most: u32) -> u32 {
        let left = most.saturating_sub(self.drawn());
        if self.settled.is_some() || left == 0 {
            return 0;
        }
        let (first, second) = self.votes.leaders();
        fewest_more(first, second, threshold, left)
    }

    /// Where it is left: after how many samples, and how right its majority is there; `None` where samples are missing.
    pub(super) fn left(&self, most: u32) -> Option<(u32, f64)> {
        let all = (self.drawn() >= most).then(|| (most, self.votes.accuracy()));
        self.settled.or(all)
    }

    /// How right the majority of everything that was drawn is.
    pub(super) fn accuracy(&self) -> f64 {
        self.votes.accuracy()
    }

    /// As a replay reads it.
    pub(super) fn replayed(self) -> curve::Adaptive {
        curve::Adaptive { answers: self.answers, right: self.right, tokens: None }
    }
}
