//! Simultaneous bounds on differences between settings that were measured on the same questions: max-t over a seeded question
//! bootstrap. Not a test of one difference chosen beforehand: that needs no correction.

use std::cmp::Ordering;

use crate::derivation::{self, Column, Derivation};
use crate::interval::Level;
use crate::paired::{FEWEST_CHANGED, Limits, ends_beyond_t, unseen};
use crate::seed::Seed;
use crate::special::critical;
use crate::undefined::Undefined;

/// Fewer questions than this and the bootstrap is replaced by Bonferroni's correction of Student's t.
pub const FEWEST_FOR_BOOTSTRAP: usize = 20;

/// How a contrast with fewer than [`FEWEST_CHANGED`] changed questions is bounded.
pub const FEW_CHANGED: &str = "Gaffke's bound, Bonferroni over the curve";

/// How a contrast is bounded in which a few questions changed by much.
pub const SKEWED: &str = "the farther of t over the curve and Gaffke's bound, Bonferroni over the curve";

/// More draws than this in all and the resampling is done on the limiting normal distribution of the means.
const MOST_DRAWS: u64 = 400_000_000;

/// Values of several settings on the same questions: one row per question, one column per setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    columns: usize,
    values: Vec<f64>,
    /// What a question's difference between two settings can be, later minus earlier; where empty, of two shares.
    limits: Vec<Limits>,
}

impl Matrix {
    /// An empty matrix of so many settings.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns, values: Vec::new(), limits: Vec::new() }
    }

    /// With what a question's difference can be: of `limits(from, to)`, from < to, for the value at `to` less that at `from`.
    #[must_use]
    pub fn within(mut self, limits: impl Fn(usize, usize) -> Limits) -> Self {
        self.limits = (0..self.columns * self.columns)
            .map(|at| (at / self.columns, at % self.columns))
            .map(|(from, to)| match from.cmp(&to) {
                Ordering::Less => limits(from, to),
                Ordering::Equal => Limits { least: 0.0, most: 0.0 },
                Ordering::Greater => limits(to, from).turned(),
            })
            .collect();
        self
    }

    /// What a question's value at `to` less that at `from` can be.
    #[must_use]
    pub fn limits(&self, from: usize, to: usize) -> Limits {
        self.limits.get(from * self.columns + to).copied().unwrap_or(Limits::SHARES)
    }

    /// Adds a question. Values beyond the number of settings are ignored, missing ones are 0: callers give exactly as many.
    pub fn push(&mut self, row: impl IntoIterator<Item = f64>) {
        let start = self.values.len();
        self.values.extend(row.into_iter().take(self.columns));
        self.values.resize(start + self.columns, 0.0);
    }

    /// How many settings.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many questions.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The values of one setting.
    pub fn column(&self, at: usize) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().skip(at).step_by(self.columns.max(1)).copied()
    }

    /// The value at `to` less that at `from`, question by question.
    fn differences(&self, from: usize, to: usize) -> impl Iterator<Item = f64> + '_ {
        self.iter_rows().map(move |row| row[to] - row[from])
    }

    pub(crate) fn iter_rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.columns.max(1))
    }
}

/// A difference between two settings: to minus from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The column that is subtracted.
    pub from: usize,
    /// The column that it is subtracted from.
    pub to: usize,
    /// Mean difference over the questions.
    pub value: f64,
    /// Its standard error, sqrt(sum (d - mean)^2 / (G (G-1))) (CR1 on question means).
    pub error: f64,
    /// Questions whose difference is above zero.
    pub rose: u64,
    /// Questions whose difference is below zero.
    pub fell: u64,
    /// Questions whose difference is not that of the middle question: what the standard error rests on.
    pub apart: u64,
    limits: Limits,
    unseen: Unseen,
}

/// How far questions that were not drawn may reach, where t does not say: Gaffke's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Unseen {
    low: Option<f64>,
    high: Option<f64>,
    /// As `high`, for an upper bound alone.
    upper: Option<f64>,
}

impl Contrast {
    /// Whether enough questions changed for a mean and its standard error to describe the difference.
    fn is_common(&self) -> bool {
        self.apart >= FEWEST_CHANGED && self.error > 0.0
    }

    /// With Gaffke's bounds where they are needed, `alpha` being this contrast's share of the error.
    fn bounded(mut self, matrix: &Matrix, alpha: f64) -> Self {
        let limits = matrix.limits(self.from, self.to);
        let differences: Vec<f64> = matrix.differences(self.from, self.to).collect();
        // Rounding may lead beyond a limit by the last digit.
        let limits = differences.iter().fold(limits, |limits, d| limits.holding(*d));
        let (low, high) = ends_beyond_t(&differences, limits, !self.is_common(), 0.5 * alpha);
        let upper = high.map(|_| unseen::upper(&differences, limits.most, alpha));
        self.unseen = Unseen { low, high, upper };
        self.limits = limits;
        self
    }
}

/// Contrasts of a family with the two critical values that hold for all of them together.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The contrasts, in the order asked for.
    pub contrasts: Vec<Contrast>,
    /// |estimate - truth| / error stays below this for all at once, with the level's probability.
    pub two_sided: f64,
    /// (truth - estimate) / error stays below this for all at once, with the level's probability: for upper bounds.
    pub upper: f64,
    /// How the critical values were found.
    pub method: &'static str,
    /// Questions.
    pub questions: usize,
    level: Level,
    /// What the critical values were read from, where derivations are kept and there was something to resample.
    resampled: Option<Resampled>,
}

/// The upper tails of what resamples gave, sorted, down to the critical value.
#[derive(Debug, Clone, PartialEq)]
struct Resampled {
    /// How many resamples there are.
    count: u64,
    /// Contrasts that were resampled.
    varying: u64,
    largest: Vec<f64>,
    lowest: Vec<f64>,
}

/// Which bound of a contrast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Both ends, within what a difference can be.
    Ends,
    /// The upper bound alone.
    Upper,
}

impl Family {
    /// Simultaneous two-sided ends of one contrast.
    ///
    /// Where fewer than [`FEWEST_CHANGED`] questions changed, t has no scale; then each end is Gaffke's bound ([`crate::paired::unseen`]) at
    /// Bonferroni's level over the family. At an end towards which the differences are skewed, as [`crate::paired::bounded_mean`] tells it, the
    /// end is the farther of both. Conservative there. No end lies beyond what a question's difference can be.
    #[must_use]
    pub fn ends(&self, contrast: &Contrast) -> (f64, f64) {
        let Unseen { low, high, .. } = contrast.unseen;
        let (t_low, t_high) = if contrast.is_common() {
            let reach = self.two_sided * contrast.error;
            (contrast.value - reach, contrast.value + reach)
        } else {
            (f64::INFINITY, f64::NEG_INFINITY)
        };
        let Limits { least, most } = contrast.limits;
        (low.map_or(t_low, |low| low.min(t_low)).max(least), high.map_or(t_high, |high| high.max(t_high)).min(most))
    }

    /// How the bounds of one contrast were found: by the family's method, or with Gaffke's bound.
    #[must_use]
    pub fn method_of(&self, contrast: &Contrast) -> &'static str {
        match contrast.unseen {
            _ if !contrast.is_common() => FEW_CHANGED,
            Unseen { low: None, high: None, .. } => self.method,
            _ => SKEWED,
        }
    }

    /// Simultaneous upper bound of one contrast.
    #[must_use]
    pub fn upper_bound(&self, contrast: &Contrast) -> f64 {
        let t = if contrast.is_common() { contrast.value + self.upper * contrast.error } else { f64::NEG_INFINITY };
        contrast.unseen.upper.map_or(t, |upper| upper.max(t)).min(contrast.limits.most)
    }

    /// So many questions like these put [`Self::upper_bound`] of one contrast below `bound`, at the same critical value: a plan, not an inference. `None` where
    /// the mean itself is not below it.
    pub(crate) fn questions_below(&self, matrix: &Matrix, contrast: &Contrast, bound: f64) -> Option<f64> {
        let questions = self.questions as f64;
        if contrast.value >= bound {
            return None;
        }
        let reach = if contrast.is_common() { self.upper * contrast.error } else { 0.0 };
        let by_t = questions * (reach / (bound - contrast.value)).powi(2);
        if contrast.unseen.upper.is_none() {
            return Some(by_t);
        }
        let differences: Vec<f64> = matrix.differences(contrast.from, contrast.to).collect();
        let tail = self.level.bonferroni(self.contrasts.len()).alpha();
        let times = unseen::times_below(&differences, contrast.limits.most, tail, bound)?;
        Some(by_t.max(questions * times))
    }

    /// How a bound of one contrast follows from the two columns of `matrix`, the resamples and the level.
    #[must_use]
    pub fn derivation(&self, matrix: &Matrix, contrast: &Contrast, bound: Bound) -> Derivation {
        let column = |at| Column::reals(matrix.column(at));
        let by = if bound == Bound::Ends { "contrast" } else { "contrast-upper" };
        let derivation = Derivation::by(by)
            .level(self.level)
            .counted("family", self.contrasts.len() as u64)
            .column(column(contrast.from))
            .column(column(contrast.to));
        let limits = matrix.limits(contrast.from, contrast.to);
        let derivation = if limits == Limits::SHARES {
            derivation
        } else {
            derivation.told("least", limits.least).told("most", limits.most)
        };
        match &self.resampled {
            None => derivation,
            Some(Resampled { count, varying, largest, lowest }) => {
                let tail = if bound == Bound::Ends { largest } else { lowest };
                derivation
                    .counted("resamples", *count)
                    .counted("varying", *varying)
                    .column(Column::reals(tail.iter().copied()))
            }
        }
    }
}

/// Simultaneous bounds for the differences `pairs` (from, to) between columns.
///
/// Studentised question bootstrap: whole questions are drawn with replacement, each resample gives t* = (d* - d)/se(d*) for every
/// contrast with its own standard error, and the critical value is the level's quantile of the largest over the family (Romano and
/// Wolf 2005). Below [`FEWEST_FOR_BOOTSTRAP`] questions: t with G-1 degrees of freedom at Bonferroni's level. The critical values are
/// never below those of a single contrast. The order of the questions does not matter.
///
/// # Errors
/// [`Undefined::TooFew`] below 2 questions, [`Undefined::NoData`] without pairs.
pub fn simultaneous(
    matrix: &Matrix,
    pairs: &[(usize, usize)],
    level: Level,
    resamples: u32,
    seed: Seed,
) -> Result<Family, Undefined> {
    let [family] = families(matrix, [pairs], level, resamples, seed);
    family
}

/// Several families on the same resamples: [`simultaneous`] for each, at the price of one. Each holds by itself.
pub fn families<const N: usize>(
    matrix: &Matrix,
    pairs: [&[(usize, usize)]; N],
    level: Level,
    resamples: u32,
    seed: Seed,
) -> [Result<Family, Undefined>; N] {
    let questions = matrix.rows();
    let all: [Vec<Contrast>; N] = pairs.map(|pairs| {
        let measured = if questions < 2 { &[] } else { pairs };
        measured.iter().map(|(from, to)| contrast(matrix, *from, *to)).collect()
    });
    let varying: Vec<Vec<Contrast>> = all
        .iter()
        .map(|contrasts| contrasts.iter().copied().filter(Contrast::is_common).collect())
        .map(|varying: Vec<Contrast>| if varying.len() < 2 { Vec::new() } else { varying })
        .collect();
    let resampled =
        varying.iter().any(|varying| !varying.is_empty()) && questions >= FEWEST_FOR_BOOTSTRAP && resamples >= 100;
    let draws = questions as u64 * u64::from(resamples);
    let (mut extremes, resampling) = if !resampled {
        (varying.iter().map(|_| Extremes::default()).collect(), "")
    } else if draws <= MOST_DRAWS {
        (bootstrap(matrix, &varying, resamples, seed), "studentised question bootstrap, max-t over the curve")
    } else {
        (normal_limit(matrix, &varying, resamples, seed), "max-t over the curve, multivariate normal limit")
    };
    let freedom = questions.saturating_sub(1) as f64;
    let one_sided = |level: Level| critical(Level::new(1.0 - 2.0 * level.alpha()).unwrap_or(level), freedom);
    let mut families = all.into_iter().zip(&varying).zip(&mut extremes);
    std::array::from_fn(|_| {
        let Some(((contrasts, varying), extremes)) = families.next() else {
            return Err(Undefined::no_data("settings to compare"));
        };
        if questions < 2 {
            return Err(Undefined::too_few("questions", questions, 2));
        }
        if contrasts.is_empty() {
            return Err(Undefined::no_data("settings to compare"));
        }
        // The rare contrasts of the family take their Bonferroni share of the error; the rest is what the others may spend.
        let each = level.bonferroni(contrasts.len());
        let contrasts: Vec<Contrast> =
            contrasts.into_iter().map(|contrast| contrast.bounded(matrix, each.alpha())).collect();
        let spent = level.alpha() * varying.len() as f64 / contrasts.len() as f64;
        let (two_sided, upper, method) = if varying.is_empty() {
            (critical(each, freedom), one_sided(each), "paired t on question means")
        } else if !resampled {
            (critical(each, freedom), one_sided(each), "paired t on question means, Bonferroni over the curve")
        } else {
            let two_sided = quantile(&mut extremes.largest, 1.0 - spent).max(critical(level, freedom));
            (two_sided, quantile(&mut extremes.lowest, 1.0 - spent).max(one_sided(level)), resampling)
        };
        let resampled = (resampled && !varying.is_empty() && derivation::is_kept()).then(|| Resampled {
            count: extremes.largest.len() as u64,
            varying: varying.len() as u64,
            largest: tail(&extremes.largest, 1.0 - spent),
            lowest: tail(&extremes.lowest, 1.0 - spent),
        });
        Ok(Family { contrasts, two_sided, upper, method, questions, level, resampled })
    })
}

/// The largest |t*| and the largest -t* of every resample.
#[derive(Debug, Clone, Default)]
struct Extremes {
    largest: Vec<f64>,
    lowest: Vec<f64>,
}

fn contrast(matrix: &Matrix, from: usize, to: usize) -> Contrast {
    let questions = matrix.rows() as f64;
    let differences = || matrix.differences(from, to);
    let value = differences().sum::<f64>() / questions;
    let squares: f64 = differences().map(|difference| (difference - value).powi(2)).sum();
    let rose = differences().filter(|difference| *difference > 1e-12).count() as u64;
    let fell = differences().filter(|difference| *difference < -1e-12).count() as u64;
    let mut sorted: Vec<f64> = differences().collect();
    let middle = sorted.len() / 2;
    let median = *sorted.select_nth_unstable_by(middle, f64::total_cmp).1;
    let apart = differences().filter(|difference| (difference - median).abs() > 1e-9).count() as u64;
    let error = (squares / (questions * (questions - 1.0))).sqrt();
    // Rounding leaves a trace of variance where no question moved or all moved by the same amount.
    let error = if error < 1e-12 { 0.0 } else { error };
    let limits = matrix.limits(from, to);
    Contrast { from, to, value, error, rose, fell, apart, limits, unseen: Unseen::default() }
}

/// Rows that are alike, once each, in one order whatever the order of the questions.
pub(crate) struct Kinds {
    /// The distinct rows, minus the columns' means.
    pub(crate) centred: Vec<f64>,
    /// Which of them each question is.
    pub(crate) of: Vec<u32>,
}

impl Kinds {
    pub(crate) fn new(matrix: &Matrix, means: &[f64]) -> Self {
        let mut rows: Vec<&[f64]> = matrix.iter_rows().collect();
        let order = |a: &&[f64], b: &&[f64]| {
            let differing = a.iter().zip(*b).map(|(x, y)| x.total_cmp(y)).find(|order| order.is_ne());
            differing.unwrap_or(Ordering::Equal)
        };
        rows.sort_unstable_by(order);
        let (mut centred, mut of) = (Vec::new(), Vec::with_capacity(rows.len()));
        for (kind, alike) in (0_u32..).zip(rows.chunk_by(|a, b| order(a, b).is_eq())) {
            centred
                .extend(alike.iter().take(1).flat_map(|row| row.iter().zip(means).map(|(value, mean)| value - mean)));
            of.extend(alike.iter().map(|_| kind));
        }
        Self { centred, of }
    }
}

/// Draws questions with replacement; alike questions are counted together, so that a resample costs one draw per question and one
/// pass over the distinct rows.
fn bootstrap(matrix: &Matrix, families: &[Vec<Contrast>], resamples: u32, seed: Seed) -> Vec<Extremes> {
    let (questions, columns) = (matrix.rows(), matrix.columns());
    let means: Vec<f64> = (0..columns).map(|column| matrix.column(column).sum::<f64>() / questions as f64).collect();
    let Kinds { centred, of } = Kinds::new(matrix, &means);
    let mut stream = seed.stream("curve/max-t");
    let mut counts = vec![0_u32; centred.len() / columns.max(1)];
    let mut sums = vec![0.0; columns];
    let mut products = vec![0.0; columns * columns];
    let mut extremes = vec![Extremes::default(); families.len()];
    for _ in 0..resamples {
        counts.fill(0);
        for _ in 0..questions {
            counts[of[stream.index(questions)] as usize] += 1;
        }
        sums.fill(0.0);
        products.fill(0.0);
        for (row, count) in centred.chunks_exact(columns).zip(&counts) {
            if *count > 0 {
                let count = f64::from(*count);
                for (i, left) in row.iter().enumerate() {
                    let weighted = count * left;
                    sums[i] += weighted;
                    for (j, right) in row.iter().enumerate().take(i + 1) {
                        products[i * columns + j] += weighted * right;
                    }
                }
            }
        }
        let product = |i: usize, j: usize| products[i.max(j) * columns + i.min(j)];
        let n = questions as f64;
        for (contrasts, extremes) in families.iter().zip(&mut extremes) {
            let (mut high, mut low) = (0.0_f64, f64::NEG_INFINITY);
            for contrast in contrasts {
                let (a, b) = (contrast.from, contrast.to);
                let shift = (sums[b] - sums[a]) / n;
                let variance =
                    ((product(b, b) - 2.0 * product(a, b) + product(a, a)) / n - shift * shift).max(0.0) / (n - 1.0);
                // A resample without any variation says nothing about scale; the full data's error stands in.
                let error =
                    if variance > 1e-9 * contrast.error * contrast.error { variance.sqrt() } else { contrast.error };
                high = high.max((shift / error).abs());
                low = low.max(-shift / error);
            }
            extremes.largest.push(high);
            extremes.lowest.push(low);
        }
    }
    extremes
}

/// The same on the limiting distribution: jointly normal contrasts with the estimated correlations.
fn normal_limit(matrix: &Matrix, families: &[Vec<Contrast>], resamples: u32, seed: Seed) -> Vec<Extremes> {
    let questions = matrix.rows() as f64;
    let columns = matrix.columns();
    let means: Vec<f64> = (0..columns).map(|column| matrix.column(column).sum::<f64>() / questions).collect();
    let mut covariance = vec![0.0; columns * columns];
    for row in matrix.iter_rows() {
        for i in 0..columns {
            for j in 0..=i {
                covariance[i * columns + j] += (row[i] - means[i]) * (row[j] - means[j]);
            }
        }
    }
    let scale = 1.0 / (questions * (questions - 1.0));
    let factor = cholesky(&covariance.iter().map(|c| c * scale).collect::<Vec<_>>(), columns);
    let mut stream = seed.stream("curve/max-t/normal");
    let mut extremes = vec![Extremes::default(); families.len()];
    // The limit is cheap, so that its quantile is taken from more draws than a bootstrap could afford.
    for _ in 0..u64::from(resamples) * 10 {
        let normals: Vec<f64> =
            (0..columns).map(|_| crate::special::normal_quantile(stream.unit().clamp(1e-300, 1.0 - 1e-16))).collect();
        let shifts: Vec<f64> =
            (0..columns).map(|i| (0..=i).map(|j| factor[i * columns + j] * normals[j]).sum()).collect();
        for (contrasts, extremes) in families.iter().zip(&mut extremes) {
            let (mut high, mut low) = (0.0_f64, f64::NEG_INFINITY);
            for contrast in contrasts {
                let t = (shifts[contrast.to] - shifts[contrast.from]) / contrast.error;
                high = high.max(t.abs());
                low = low.max(-t);
            }
            extremes.largest.push(high);
            extremes.lowest.push(low);
        }
    }
    extremes
}

/// Lower triangular L with L L' = the lower triangle given; columns without variance of their own become 0.
fn cholesky(lower: &[f64], size: usize) -> Vec<f64> {
    let mut factor = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i * size + k] * factor[j * size + k]).sum();
            let rest = lower[i * size + j] - dot;
            factor[i * size + j] = if i == j {
                rest.max(0.0).sqrt()
            } else if factor[j * size + j] > 1e-15 {
                rest / factor[j * size + j]
            } else {
                0.0
            };
        }
    }
    factor
}

/// The smallest value that at least `share` of (R + 1) reach: conservative for a finite number of resamples.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(place(values, share)).copied().unwrap_or(f64::INFINITY)
}

fn place(values: &[f64], share: f64) -> usize {
    let at = ((values.len() + 1) as f64 * share).ceil() as usize;
    at.min(values.len()).saturating_sub(1)
}

/// From that value of the sorted ones on.
fn tail(sorted: &[f64], share: f64) -> Vec<f64> {
    sorted.get(place(sorted, share)..).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(questions: usize, gain: f64, seed: u64) -> Matrix {
        let mut stream = Seed(seed).stream("test");
        let mut matrix = Matrix::new(3);
        for _ in 0..questions {
            let p = stream.unit() * 0.6 + 0.1;
            matrix.push([0.0, gain, gain].map(|gain| f64::from(u8::from(stream.chance(p + gain)))));
        }
        matrix
    }

    const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

    #[test]
    fn a_planted_gain_is_found_and_a_planted_null_is_not() {
        let family = simultaneous(&planted(400, 0.2, 1), &PAIRS, Level::P95, 500, Seed(7)).unwrap();
        assert!(family.ends(&family.contrasts[0]).0 > 0.0 && family.ends(&family.contrasts[2]).0 < 0.0);
        let mut alarms = 0;
        for seed in 0..200 {
            let family = simultaneous(&planted(60, 0.0, seed), &PAIRS, Level::P95, 200, Seed(seed)).unwrap();
            alarms += u32::from(family.contrasts.iter().any(|c| family.ends(c).0 > 0.0 || family.ends(c).1 < 0.0));
        }
        // 200 runs at 5 %: more than 20 alarms has probability 2e-3.
        assert!(alarms <= 20, "{alarms} of 200");
    }

    #[test]
    fn no_end_lies_beyond_what_a_difference_can_be() {
        // More tries cannot lose: one question gains much, thirteen a little.
        let mut matrix = Matrix::new(2).within(|_, _| Limits { least: 0.0, most: 0.9375 });
        for at in 0..100 {
            matrix.push([[0.0625, 1.0], [0.9375, 1.0], [1.0, 1.0]][usize::from(at >= 1) + usize::from(at >= 14)]);
        }
        let family = simultaneous(&matrix, &[(0, 1)], Level::P95, 500, Seed(1)).unwrap();
        let (low, high) = family.ends(&family.contrasts[0]);
        assert!(family.contrasts[0].value - family.two_sided * family.contrasts[0].error < 0.0, "t alone would");
        assert!((0.0..0.0175).contains(&low) && high < 0.9375, "{low} {high}");
    }

    #[test]
    fn the_normal_limit_agrees_with_the_bootstrap_on_many_questions() {
        let matrix = planted(5_000, 0.1, 3);
        let contrasts: Vec<Contrast> = PAIRS.iter().map(|(a, b)| contrast(&matrix, *a, *b)).collect();
        let mut boot = bootstrap(&matrix, std::slice::from_ref(&contrasts), 1_000, Seed(1));
        let mut limit = normal_limit(&matrix, &[contrasts], 1_000, Seed(1));
        let (a, b) = (quantile(&mut boot[0].largest, 0.95), quantile(&mut limit[0].largest, 0.95));
        assert!((a - b).abs() < 0.15, "{a} {b}");
    }

    #[test]
    fn the_order_of_questions_does_not_matter_and_families_share_resamples() {
        let matrix = planted(200, 0.1, 3);
        let mut turned = Matrix::new(3);
        let rows: Vec<&[f64]> = matrix.iter_rows().collect();
        rows.iter().rev().for_each(|row| turned.push(row.iter().copied()));
        let here = simultaneous(&matrix, &PAIRS, Level::P95, 300, Seed(7)).unwrap();
        let there = simultaneous(&turned, &PAIRS, Level::P95, 300, Seed(7)).unwrap();
        assert!((here.two_sided - there.two_sided).abs() < 1e-9 && (here.upper - there.upper).abs() < 1e-9);
        let [steps, all] = families(&matrix, [&PAIRS[..2], &PAIRS], Level::P95, 300, Seed(7));
        assert_eq!(all.unwrap(), here);
        assert!(steps.unwrap().two_sided <= here.two_sided);
    }

    #[test]
    fn no_change_at_all_is_bounded_and_not_certain() {
        let mut matrix = Matrix::new(2);
        (0..100).for_each(|i| matrix.push([f64::from(i % 2), f64::from(i % 2)]));
        let family = simultaneous(&matrix, &[(0, 1)], Level::P95, 500, Seed(1)).unwrap();
        let (low, high) = family.ends(&family.contrasts[0]);
        assert!(low < -0.03 && high > 0.03 && high < 0.04, "{low} {high}");
        // A curve that cannot fall is not said to.
        let rising = matrix.within(|_, _| Limits { least: 0.0, most: 0.5 });
        let family = simultaneous(&rising, &[(0, 1), (1, 0)], Level::P95, 500, Seed(1)).unwrap();
        let ((low, high), turned) = (family.ends(&family.contrasts[0]), family.ends(&family.contrasts[1]));
        assert!(low.abs() < 1e-12 && high > 0.015 && high < 0.025, "{low} {high}");
        assert!((turned.0 + high).abs() < 1e-9 && turned.1.abs() < 1e-12, "{turned:?}");
        assert!(simultaneous(&Matrix::new(2), &[(0, 1)], Level::P95, 500, Seed(1)).is_err());
    }

    #[test]
    fn a_few_questions_that_stay_do_not_blow_the_bounds_up() {
        // 98 questions rise alike and 2 never move: t has no scale there, and Gaffke's bound speaks.
        let mut matrix = Matrix::new(3);
        (0..100).for_each(|i| matrix.push(if i < 98 { [0.875, 0.97, 1.0] } else { [0.0; 3] }));
        let family = simultaneous(&matrix, &[(0, 1), (1, 2)], Level::P95, 500, Seed(1)).unwrap();
        for contrast in &family.contrasts {
            let (low, high) = family.ends(contrast);
            assert!(low > -0.1 && high <= 1.0, "{low} {high}");
        }
    }
}
