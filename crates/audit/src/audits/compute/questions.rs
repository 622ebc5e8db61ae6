//! From rows to what the estimators take: per question a tally of answers, scores and costs. No statistics here.

use std::collections::BTreeMap;

use candor_stats::curve::Tally;

use super::settings::Aggregate;
use crate::Attrition;
use crate::rows::{Decided, Kept, by_question};

/// The share of questions that must have as many samples as the curve is long.
const ENOUGH: f64 = 0.95;

/// One question with everything that a curve needs.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) samples: Vec<Kept>,
    pub(super) tally: Option<Tally>,
    pub(super) right: u32,
}

impl Asked {
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.samples.len()).unwrap_or(u32::MAX)
    }

    /// Samples as (score, right); a score is NaN where none was recorded.
    pub(super) fn scored(&self) -> Vec<(f64, bool)> {
        self.samples.iter().map(|kept| (kept.score, kept.verdict == Decided::Correct)).collect()
    }
}

/// The questions of one subject that a curve can be drawn through.
#[derive(Debug)]
pub(super) struct Questions {
    pub(super) asked: Vec<Asked>,
    /// Their numbers.
    pub(super) units: Vec<u32>,
    /// How many samples every one of them has at least: the longest curve.
    pub(super) longest: u32,
    /// Whether every answer is recorded, so that votes can be counted.
    pub(super) votes: bool,
    /// Whether every sample has a score.
    pub(super) scores: bool,
    pub(super) attrition: Attrition,
    /// Questions in which one and the same answer was called right once and wrong another time.
    pub(super) contradictory: u64,
    /// Records that bear the number of another one of the same question: left out.
    pub(super) twice: usize,
}

impl Questions {
    /// How many samples a curve takes: a majority of two is either of them, so that maj@2 = maj@1 says nothing.
    pub(super) fn fewest_for_a_curve(&self, asked: Option<Aggregate>) -> u32 {
        let majority = asked.map_or(self.votes, |aggregate| aggregate == Aggregate::Majority);
        if majority { 3 } else { 2 }
    }
}

/// Gathers the rows of one subject.
pub(super) fn gather(rows: &[Kept], arm: String) -> Questions {
    let mut lost: BTreeMap<String, u64> = BTreeMap::new();
    let (mut undecided, mut twice) = (0, 0);
    let mut questions: Vec<(u32, Vec<Kept>)> = by_question(rows)
        .into_iter()
        .map(|question| {
            let mut samples = question.samples;
            let all = samples.len();
            // Stable, so that the first of two records with one number stays.
            samples.sort_by_key(|kept| kept.sample);
            samples.dedup_by_key(|kept| kept.sample);
            twice += all - samples.len();
            let before = samples.len();
            samples.retain(|kept| kept.verdict != Decided::Undecided);
            undecided += before - samples.len();
            (question.unit, samples)
        })
        .collect();
    questions.retain(|(_, samples)| !samples.is_empty());
    if twice > 0 {
        lost.insert(crate::claims::TWICE.to_owned(), twice as u64);
    }
    if undecided > 0 {
        lost.insert("no verdict".to_owned(), undecided as u64);
    }
    let longest = longest(&questions);
    let mut short = 0;
    questions.retain(|(_, samples)| {
        let enough = samples.len() >= longest;
        short += if enough { 0 } else { samples.len() };
        enough
    });
    if short > 0 {
        lost.insert(format!("question has fewer than {longest} samples"), short as u64);
    }
    let all = || questions.iter().flat_map(|(_, samples)| samples);
    let votes = all().any(|kept| kept.answered) && all().all(|kept| kept.answered || kept.verdict != Decided::Correct);
    let scores = !questions.is_empty() && all().all(|kept| !kept.score.is_nan());
    let (mut contradictory, mut used) = (0, 0);
    let (mut asked, mut units) = (Vec::with_capacity(questions.len()), Vec::with_capacity(questions.len()));
    for (unit, samples) in questions {
        let right = samples.iter().filter(|kept| kept.verdict == Decided::Correct).count();
        let tally = votes.then(|| tally(&samples));
        contradictory += u64::from(tally.as_ref().is_some_and(|(_, both)| *both));
        used += samples.len();
        units.push(unit);
        asked.push(Asked {
            samples,
            tally: tally.map(|(tally, _)| tally),
            right: u32::try_from(right).unwrap_or(u32::MAX),
        });
    }
    Questions {
        asked,
        units,
        longest: u32::try_from(longest).unwrap_or(u32::MAX),
        votes,
        scores,
        attrition: Attrition { arm, seen: rows.len() as u64, used: used as u64, lost },
        contradictory,
        twice,
    }
}

/// The largest number of samples that at least [`ENOUGH`] of the questions have.
fn longest(questions: &[(u32, Vec<Kept>)]) -> usize {
    let mut counts: Vec<usize> = questions.iter().map(|(_, samples)| samples.len()).collect();
    counts.sort_unstable();
    let may_be_short = ((1.0 - ENOUGH) * counts.len() as f64).floor() as usize;
    counts.get(may_be_short).copied().unwrap_or(0)
}

/// Counts equal answers and how many of their samples are right; and whether some answer was called both.
fn tally(samples: &[Kept]) -> (Tally, bool) {
    let mut answers: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
    let mut silent = 0;
    for kept in samples {
        if kept.answered && kept.verdict != Decided::NoAnswer {
            let (count, right) = answers.entry(kept.answer).or_default();
            *count += 1;
            *right += u32::from(kept.verdict == Decided::Correct);
        } else {
            silent += 1;
        }
    }
    let both = answers.values().any(|(count, right)| *right > 0 && right < count);
    (Tally::new(answers.into_values(), silent), both)
}
