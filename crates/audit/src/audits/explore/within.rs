//! Within questions: does a feature stand higher in the wrong samples of a question than in its right ones? Found on one half of the questions,
//! judged on the other by permuting right and wrong within each question.
//!
//! Per question d = P(a wrong sample has more) - P(a right one has more), over pairs of its samples: Somers' d, in [-1, 1], 0 where the feature
//! says nothing. With few samples d is skewed although its mean is 0, so that neither t nor sign-flips hold their level; permutation does.

use candor_stats::derivation::Column;
use candor_stats::multiplicity::benjamini_hochberg;
use candor_stats::paired::{bounded_difference, mean_difference};
use candor_stats::slices::FEWEST_QUESTIONS;
use candor_stats::{Estimate, Finding, Level, Seed, Size, Stream, Undefined};

use super::features::FEATURES;
use super::rows::Read;
use crate::chains::Seated;
use crate::claims::enough;

/// Two sums closer than this are equal: a tie counts as extreme.
const TIE: f64 = 1e-9;

/// Samples that are dealt for one feature before fewer permutations must do.
const MOST_DEALT: u64 = 100_000_000;

/// The samples of one question, wrong ones first; it has both kinds.
#[derive(Debug, Clone)]
pub(super) struct Mixed {
    unit: u32,
    wrong: usize,
    /// Per feature the values of the samples.
    values: Vec<Vec<f64>>,
}

impl Mixed {
    /// `None` where all are right, or all wrong. Samples in the order of their numbers.
    pub(super) fn of(samples: &[&Read]) -> Option<Self> {
        let of = |right: bool| samples.iter().copied().filter(move |read| read.right() == Some(right));
        let (wrong, right) = (of(false).count(), of(true).count());
        if wrong == 0 || right == 0 {
            return None;
        }
        let values: Vec<Vec<f64>> =
            FEATURES.iter().map(|feature| of(false).chain(of(true)).map(|read| feature.of(read)).collect()).collect();
        Some(Self { unit: samples.first()?.seat().unit, wrong, values })
    }

    fn samples(&self) -> usize {
        self.values.first().map_or(0, Vec::len)
    }

    fn values(&self, feature: usize) -> &[f64] {
        self.values.get(feature).map_or(&[], Vec::as_slice)
    }

    /// All its values, for an order that is the same whatever the order of the calls.
    fn bits(&self) -> impl Iterator<Item = u64> + '_ {
        self.values.iter().flatten().map(|value| value.to_bits())
    }

    /// Whether its samples have the feature unlike: else d is 0 whichever of them are wrong.
    fn differs(&self, feature: usize) -> bool {
        let mut pairs = self.values(feature).windows(2);
        pairs.any(|pair| pair.first() != pair.last())
    }

    /// d from the sum of the ranks of those that are called wrong.
    fn d(&self, sum: f64) -> f64 {
        let (wrong, right) = (self.wrong as f64, (self.samples() - self.wrong) as f64);
        (2.0 * (sum - wrong * (wrong + 1.0) / 2.0) / (wrong * right) - 1.0).clamp(-1.0, 1.0)
    }

    fn observed(&self, feature: usize) -> f64 {
        self.d(ranks(self.values(feature)).iter().take(self.wrong).sum())
    }

    /// Mean of the wrong samples minus mean of the right ones, in the feature's own unit.
    fn difference(&self, feature: usize) -> f64 {
        let values = self.values(feature);
        let (wrong, right) = values.split_at(self.wrong.min(values.len()));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        mean(wrong) - mean(right)
    }

    /// d with right and wrong dealt anew; `deck` is the ranks of the samples in any order.
    fn dealt(&self, deck: &mut [f64], stream: &mut Stream) -> f64 {
        let mut sum = 0.0;
        for at in 0..self.wrong {
            let other = at + stream.index(deck.len() - at);
            deck.swap(at, other);
            sum += deck.get(at).copied().unwrap_or(0.0);
        }
        self.d(sum)
    }
}

/// A feature that the first half pointed at, and what the second half says of it.
pub(super) struct Found {
    pub(super) feature: usize,
    /// Mean d over the questions of the second half, adjusted for selection.
    pub(super) d: Result<Estimate, Undefined>,
    /// The mean difference there in the feature's own unit, adjusted for selection.
    pub(super) difference: Result<Estimate, Undefined>,
    /// Permutation p, adjusted over the features found (Benjamini and Hochberg).
    pub(super) adjusted: f64,
    pub(super) confirmed: bool,
    /// On flag V1.
    pub(super) interval: Finding,
}

/// The features found, the clearest on the first half first.
pub(super) struct Confirmation {
    pub(super) found: Vec<Found>,
    pub(super) considered: usize,
}

/// Features found on one half and judged by the other; `resamples` permutations each.
pub(super) fn confirm(
    mut questions: Vec<Mixed>,
    most: usize,
    level: Level,
    resamples: u32,
    seed: Seed,
) -> Result<Confirmation, Undefined> {
    // The split does not depend on the order of the questions.
    questions.sort_by(|a, b| a.wrong.cmp(&b.wrong).then_with(|| a.bits().cmp(b.bits())));
    let order = seed.stream("explore/split").order(questions.len());
    let (first, second) = order.split_at(order.len() / 2);
    let half = |of: &[usize]| -> Vec<&Mixed> { of.iter().filter_map(|at| questions.get(*at)).collect() };
    let (first, second) = (half(first), half(second));
    if first.len() < FEWEST_QUESTIONS {
        let what = "questions with wrong and right chains";
        return Err(Undefined::too_few(what, questions.len(), 2 * FEWEST_QUESTIONS));
    }
    // A feature that differs within hardly any question of a half cannot be judged there: no matter which way it differs.
    let differs = |half: &[&Mixed], feature: usize| half.iter().filter(|one| one.differs(feature)).count();
    let mut clear: Vec<(f64, usize)> = (0..FEATURES.len())
        .filter(|feature| [&first, &second].iter().all(|half| differs(half, *feature) >= FEWEST_QUESTIONS))
        .map(|feature| (clearness(&first, feature), feature))
        .collect();
    let considered = clear.len();
    clear.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    clear.truncate(most);
    let resamples = enough_permutations(&second, resamples, clear.len(), level);
    let chances: Vec<f64> = clear.iter().map(|(_, feature)| permuted(&second, *feature, resamples, seed)).collect();
    let adjusted = benjamini_hochberg(&chances).unwrap_or_else(|_| vec![1.0; chances.len()]);
    let rejected = adjusted.iter().filter(|p| **p <= level.alpha()).count().max(1);
    let share = rejected as f64 / clear.len().max(1) as f64;
    let each = Level::new(1.0 - level.alpha() * share).unwrap_or(level);
    let found = clear
        .iter()
        .zip(&adjusted)
        .map(|((clearness, feature), adjusted)| judged(&second, *feature, *clearness, *adjusted, level, each))
        .collect();
    Ok(Confirmation { found, considered })
}

/// How often right and wrong are dealt: as asked, less often where that takes long, never so seldom that the smallest p could not be confirmed.
fn enough_permutations(half: &[&Mixed], asked: u32, features: usize, level: Level) -> u32 {
    let dealt: u64 = half.iter().map(|one| one.wrong as u64).sum();
    let affordable = u32::try_from(MOST_DEALT / dealt.max(1)).unwrap_or(u32::MAX);
    // p is at least 1 / (1 + permutations), and Benjamini-Hochberg multiplies it by the number of features at most.
    let needed = (2.0 * features as f64 / level.alpha()).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded above, and positive")]
    let needed = needed.min(1e6) as u32;
    asked.min(affordable).max(needed)
}

fn judged(half: &[&Mixed], feature: usize, clearness: f64, adjusted: f64, level: Level, each: Level) -> Found {
    let ds: Vec<f64> = half.iter().map(|one| one.observed(feature)).collect();
    let differences: Vec<f64> = half.iter().map(|one| one.difference(feature)).collect();
    let is_share = FEATURES.get(feature).is_some_and(|feature| feature.is_share);
    let samples: usize = half.iter().map(|one| one.samples()).sum();
    let size = Size { units: half.len() as u64, samples: samples as u64 };
    let sized = |estimate: Result<Estimate, Undefined>| {
        let items = || Column::counts(half.iter().map(|one| one.unit));
        estimate.map(|estimate| estimate.resized(size).over(items))
    };
    let d = sized(bounded_difference(&ds, each));
    let difference =
        if is_share { bounded_difference(&differences, each) } else { mean_difference(&differences, each) };
    let changed = ds.iter().filter(|d| d.abs() > TIE).count() as u64;
    let significant = adjusted <= level.alpha();
    let excludes = d.as_ref().is_ok_and(|d| d.interval().is_ok_and(|interval| !interval.contains(0.0)));
    let interval = if significant == excludes {
        enough(size.units, changed)
    } else {
        Finding::fails(
            "the interval and the permutation test disagree",
            "more questions with wrong and right chains, until both say the same",
        )
    };
    let along = d.as_ref().is_ok_and(|d| d.value() * clearness > 0.0);
    Found { feature, d, difference: sized(difference), adjusted, confirmed: significant && along, interval }
}

/// The mean of d over its standard error. Only to choose by.
fn clearness(half: &[&Mixed], feature: usize) -> f64 {
    let ds: Vec<f64> = half.iter().map(|one| one.observed(feature)).collect();
    let n = ds.len() as f64;
    let mean = ds.iter().sum::<f64>() / n;
    let squares: f64 = ds.iter().map(|d| (d - mean).powi(2)).sum();
    let error = (squares / (n * (n - 1.0))).sqrt();
    if error > TIE { mean / error } else { 0.0 }
}

/// Two-sided p of "right and wrong samples of a question have the feature alike": (1 + #{|sum of d*| >= |sum of d|}) / (1 + resamples), right
/// and wrong dealt anew within every question. Valid at any size.
fn permuted(half: &[&Mixed], feature: usize, resamples: u32, seed: Seed) -> f64 {
    let mut stream = seed.stream_at("explore/permutation", feature as u64);
    let observed: f64 = half.iter().map(|one| one.observed(feature)).sum();
    let mut decks: Vec<(&Mixed, Vec<f64>)> =
        half.iter().filter(|one| one.differs(feature)).map(|one| (*one, ranks(one.values(feature)))).collect();
    let mut extreme = 0_u32;
    for _ in 0..resamples {
        let sum: f64 = decks.iter_mut().map(|(one, deck)| one.dealt(deck, &mut stream)).sum();
        extreme += u32::from(sum.abs() >= observed.abs() - TIE);
    }
    (1.0 + f64::from(extreme)) / (1.0 + f64::from(resamples))
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let of = |value: f64| {
        let below = values.iter().filter(|other| **other < value).count();
        let equal = values.iter().filter(|other| other.total_cmp(&value).is_eq()).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(|value| of(*value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(wrong: &[f64], right: &[f64]) -> Mixed {
        let values: Vec<f64> = wrong.iter().chain(right).copied().collect();
        Mixed { unit: 0, wrong: wrong.len(), values: vec![values] }
    }

    #[test]
    fn d_is_the_share_of_pairs_in_which_the_wrong_one_has_more_minus_the_others() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(question(&[3.0, 1.0], &[2.0]).observed(0), 0.0));
        assert!(close(question(&[3.0, 2.0], &[2.0, 1.0]).observed(0), 0.75));
        assert!(close(question(&[0.0], &[1.0, 1.0, 0.0]).observed(0), -2.0 / 3.0));
        assert!(close(question(&[3.0, 1.0], &[5.0]).difference(0), -3.0));
    }

    #[test]
    fn permutations_are_enough_for_the_level_and_not_more_than_can_be_afforded() {
        let one = question(&[1.0], &[0.0]);
        let half = vec![&one; 100];
        assert_eq!(enough_permutations(&half, 2_000, 5, Level::P95), 2_000);
        let strict = enough_permutations(&half, 2_000, 5, Level::P95.bonferroni(100));
        assert!((20_000..=20_001).contains(&strict), "{strict}");
        let long = vec![&one; 1_000_000];
        let long = enough_permutations(&long, 2_000, 5, Level::P95);
        assert!((200..=201).contains(&long), "{long}");
    }

    #[test]
    fn permutation_holds_its_level_where_signs_would_not() {
        // One wrong sample of eight, one sample of eight has the feature: d is 1, or -1/7 seven times as often.
        let (mut small, mut stream) = (0, Seed(1).stream("test"));
        for world in 0..400 {
            let half: Vec<Mixed> = (0..12)
                .map(|_| {
                    let mut values = vec![0.0; 8];
                    values[stream.index(8)] = 1.0;
                    Mixed { unit: 0, wrong: 1, values: vec![values] }
                })
                .collect();
            let half: Vec<&Mixed> = half.iter().collect();
            small += u32::from(permuted(&half, 0, 199, Seed(world)) <= 0.05);
        }
        assert!(small <= 34, "{small} of 400 at 5 %");
    }
}
