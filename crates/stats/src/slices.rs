//! Slices of the questions (and exploratory features of them): found on one half, confirmed on the other.
//!
//! Not a table of every slice with 95 % each: the worst of many slices looks bad by chance, and its own interval does not know that it was
//! chosen.

use crate::claim::flag::Finding;
use crate::clusters::Clusters;
use crate::derivation::{Column, is_kept};
use crate::error::Error;
use crate::estimate::Estimate;
use crate::interval::Level;
use crate::multiplicity::benjamini_hochberg;
use crate::seed::Seed;
use crate::undefined::Undefined;

/// A slice, and the rest of the questions, needs so many questions on each half.
pub const FEWEST_QUESTIONS: usize = crate::claim::FEWEST_UNITS as usize;

/// Slices that are carried from the first half to the second when nobody asks for another number.
pub const MOST_FOUND: usize = 5;

/// The smallest p-value that is told apart from 0.
const SMALLEST_P: f64 = 1e-12;

/// Questions with a value in [0, 1] each, and the slices they belong to; slices may overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Sliced {
    slices: usize,
    /// Value and slices per question, in a canonical order.
    rows: Vec<(f64, Vec<usize>)>,
    /// Which of the questions, as they came, each row is.
    came: Vec<u32>,
}

impl Sliced {
    /// From the value (a question mean) and the slices of each question, numbered 0..`slices`.
    ///
    /// # Errors
    /// When a value is outside [0, 1], or a slice's number is not below `slices`.
    pub fn new(slices: usize, questions: impl IntoIterator<Item = (f64, Vec<usize>)>) -> Result<Self, Error> {
        let numbered = (0_u32..).zip(questions);
        let mut rows: Vec<(f64, Vec<usize>, u32)> =
            numbered.map(|(came, (value, members))| (value, members, came)).collect();
        for (value, members, _) in &mut rows {
            if !(0.0..=1.0).contains(value) {
                return Err(Error::domain("value of a question", "a number in [0, 1]", value));
            }
            if let Some(bad) = members.iter().find(|slice| **slice >= slices) {
                return Err(Error::domain("slice", format!("a number below {slices}"), bad));
            }
            members.sort_unstable();
            members.dedup();
        }
        // The split does not depend on the order of the questions.
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let (mut ordered, mut came) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for (value, members, number) in rows {
            ordered.push((value, members));
            came.push(number);
        }
        Ok(Self { slices, rows: ordered, came })
    }
}

/// Which slices are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Slices with lower values than the rest: the tail.
    Lower,
    /// Slices that differ from the rest either way: exploratory features.
    Either,
}

/// A slice found on the first half, and what the second half says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its number.
    pub slice: usize,
    /// Mean of the slice minus mean of the rest on the first half: chosen for being extreme, so that it exaggerates. Never reported
    /// as an estimate.
    pub found_with: f64,
    /// The same on the second half, with the interval adjusted for selection.
    pub gap: Result<Estimate, Undefined>,
    /// Mean of the slice on the second half, with the interval adjusted for selection.
    pub mean: Result<Estimate, Undefined>,
    /// p-value of "no gap" on the second half, two-sided, dual to the interval of the gap.
    pub p: f64,
    /// The same adjusted over all slices found (Benjamini and Hochberg).
    pub adjusted: f64,
    /// Whether the second half confirms the gap, in the direction in which it was found.
    pub confirmed: bool,
}

/// Slices that one half of the questions pointed at, judged by the other half.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// Those found, the most extreme on the first half first.
    pub found: Vec<Found>,
    /// Slices with enough questions on both halves.
    pub considered: usize,
    /// Which they are, by their numbers.
    pub enough: Vec<bool>,
    /// Slices left out because they, or the rest, have fewer than 10 questions on a half, or no spread there.
    pub left_out: usize,
    /// The level of every interval here: 1 - alpha x confirmed/found, with at least one counted as confirmed.
    pub level: Level,
}

impl Confirmation {
    /// The finding on flag V3: selection and estimate come from different questions.
    #[must_use]
    pub fn selection_finding(&self) -> Finding {
        Finding::holds(format!(
            "found among {} slices on one half of the questions, confirmed on the other at {}",
            self.considered, self.level
        ))
    }
}

/// The most extreme slices on one half of the questions, confirmed on the other.
///
/// The questions are split in two halves, seeded. On the first half each slice with 10 questions or more (and as many outside) has its gap,
/// mean of the slice minus mean of the rest, divided by the gap's distance from the end of its interval on the side of 0; the `most`
/// extreme in the `direction` are found. On the second half each of them is tested; Benjamini and Hochberg at alpha decides which
/// are confirmed. Intervals there have level 1 - alpha R/m, R of m found being confirmed: the expected share of confirmed slices whose
/// interval misses is at most alpha (false coverage rate), and a slice is confirmed exactly where its interval excludes 0 on the side it was
/// found.
///
/// Interval of a gap: [`Clusters::independent_difference`]; the p-value is the alpha at which it touches 0.
///
/// Assumes independent questions. Both procedures are exact for independent or positively dependent slices; each of two disjoint slices is
/// part of the other's rest, which makes them slightly negatively dependent: in simulation 1 to 2 % of runs with 20 equal
/// slices confirm one, and about 1 % of confirmed intervals miss. Sources: Benjamini and Yekutieli, JASA 100 (2005) 71; Benjamini and
/// Hochberg, JRSS B 57 (1995) 289.
///
/// # Errors
/// Where no slice has enough questions on both halves.
pub fn confirm(
    questions: &Sliced,
    direction: Direction,
    most: usize,
    level: Level,
    seed: Seed,
) -> Result<Confirmation, Undefined> {
    let rows = &questions.rows;
    let order = seed.stream("slices/split").order(rows.len());
    let (first, second) = order.split_at(rows.len() / 2);
    let compared: Vec<Option<(Gap, Gap)>> = (0..questions.slices)
        .map(|slice| Some((Gap::new(questions, first, slice, level)?, Gap::new(questions, second, slice, level)?)))
        .collect();
    let enough: Vec<bool> = compared.iter().map(Option::is_some).collect();
    let considered = compared.iter().flatten().count();
    if considered == 0 {
        return Err(Undefined::too_few("questions of a slice on each half", 0, FEWEST_QUESTIONS));
    }
    let mut extreme: Vec<(f64, usize, &Gap, &Gap)> = compared
        .iter()
        .enumerate()
        .filter_map(|(slice, halves)| halves.as_ref().map(|(here, there)| (here.distance(level), slice, here, there)))
        .filter(|(distance, ..)| direction == Direction::Either || *distance < 0.0)
        .collect();
    extreme.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
    extreme.truncate(most);
    let chances: Vec<f64> = extreme.iter().map(|(_, _, _, there)| there.p()).collect();
    let adjusted = benjamini_hochberg(&chances).unwrap_or_else(|_| vec![1.0; chances.len()]);
    let confirmed = |at: usize| {
        let (_, _, here, there) = extreme[at];
        adjusted[at] <= level.alpha() && here.value * there.value > 0.0
    };
    let rejected = adjusted.iter().filter(|p| **p <= level.alpha()).count().max(1);
    let share = rejected as f64 / extreme.len().max(1) as f64;
    let adjusted_level = Level::new(1.0 - level.alpha() * share).unwrap_or(level);
    let found = (0..extreme.len())
        .map(|at| {
            let (_, slice, here, there) = extreme[at];
            Found {
                slice,
                found_with: here.value,
                gap: there.estimate(adjusted_level),
                mean: there.inside.proportion(adjusted_level).map(|mean| mean.over(|| there.items(true))),
                p: chances[at],
                adjusted: adjusted[at],
                confirmed: confirmed(at),
            }
        })
        .collect();
    Ok(Confirmation { found, considered, enough, left_out: questions.slices - considered, level: adjusted_level })
}

/// A slice against the rest on one half.
struct Gap {
    inside: Clusters,
    outside: Clusters,
    value: f64,
    /// Which questions lie inside and outside, where derivations are kept.
    came: [Vec<u32>; 2],
}

impl Gap {
    /// `None` where a side has too few questions or no spread.
    fn new(questions: &Sliced, half: &[usize], slice: usize, level: Level) -> Option<Self> {
        let (mut inside, mut outside, mut came) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        let rows = |row: &usize| questions.rows.get(*row).zip(questions.came.get(*row));
        for ((value, members), number) in half.iter().filter_map(rows) {
            let is_inside = members.binary_search(&slice).is_ok();
            if is_inside { &mut inside } else { &mut outside }.push([*value]);
            if is_kept() {
                came[usize::from(!is_inside)].push(*number);
            }
        }
        if inside.len().min(outside.len()) < FEWEST_QUESTIONS {
            return None;
        }
        let (inside, outside) = (Clusters::from_values(&inside).ok()?, Clusters::from_values(&outside).ok()?);
        let gap = inside.independent_difference(&outside, level).ok()?;
        gap.interval().ok()?;
        Some(Self { inside, outside, value: gap.value(), came })
    }

    fn estimate(&self, level: Level) -> Result<Estimate, Undefined> {
        let gap = self.inside.independent_difference(&self.outside, level)?;
        // Who is inside, then who is outside: where both are as many, each part still has its own.
        Ok(gap.rederived(|mut derivation| {
            for (part, is_inside) in derivation.parts.iter_mut().zip([true, false]) {
                part.items = Some(self.items(is_inside));
            }
            derivation
        }))
    }

    fn items(&self, is_inside: bool) -> Column {
        Column::counts(self.came[usize::from(!is_inside)].iter().copied())
    }

    /// The gap in units of the interval's reach towards 0.
    fn distance(&self, level: Level) -> f64 {
        let reach = self.estimate(level).ok().and_then(|estimate| {
            let interval = estimate.interval().ok()?;
            Some(if self.value < 0.0 { interval.high() - self.value } else { self.value - interval.low() })
        });
        reach.filter(|reach| *reach > 0.0).map_or(0.0, |reach| self.value / reach)
    }

    /// The alpha at which the interval touches 0.
    fn p(&self) -> f64 {
        let excludes = |alpha: f64| {
            let estimate = Level::new(1.0 - alpha).ok().and_then(|level| self.estimate(level).ok());
            estimate.is_some_and(|estimate| estimate.interval().is_ok_and(|interval| !interval.contains(0.0)))
        };
        let (mut low, mut high) = (SMALLEST_P, 1.0);
        if excludes(low) {
            return low;
        }
        // Intervals are nested. Halved on a log scale first, so that small p-values keep their digits.
        for _ in 0..60 {
            let middle = if low * 4.0 < high { (low * high).sqrt() } else { 0.5 * (low + high) };
            if excludes(middle) {
                high = middle;
            } else {
                low = middle;
            }
            if high - low <= 1e-9 * high {
                break;
            }
        }
        high
    }
}

#[cfg(test)]
mod tests;
