//! Two lines instead of a parabola: does being right rise with length up to a breakpoint and fall beyond it?
//!
//! Not for a handful of budgets: below 10 distinct lengths it is undefined, and [`super::onset`] serves. Not a quadratic, and not Lind and
//! Mehlum's test of one, which rests on the quadratic and declares a turn wherever a curve merely flattens.

use super::FEWEST_QUESTIONS;
use super::within::{Fit, fit};
use crate::derivation::Derivation;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::resample::bootstrap::quantile;
use crate::special::critical;
use crate::undefined::Undefined;

/// Fewer distinct lengths than this and no breakpoint is looked for.
pub const FEWEST_LENGTHS: usize = 10;

/// Slopes before and after a breakpoint of length, relative to the question's mean length.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoLines {
    /// The breakpoint: length minus the question's mean length.
    pub breakpoint: f64,
    /// Change of the outcome per unit of length below the breakpoint.
    pub before: Estimate,
    /// Change of the outcome per unit of length above it.
    pub after: Estimate,
}

impl TwoLines {
    /// Whether both are shown: a rise before the breakpoint and a fall after it.
    #[must_use]
    pub fn rises_then_falls(&self) -> bool {
        let above = self.before.interval().is_ok_and(|interval| interval.low() > 0.0);
        above && self.after.interval().is_ok_and(|interval| interval.high() < 0.0)
    }
}

/// Simonsohn's two lines on lengths centred within questions, from (length, outcome) per sample, one slice per question.
///
/// With u = length minus the question's mean length: outcome = level of the question + b min(u - c, 0) + d max(u - c, 0) +
/// e 1[u >= c], by least squares within questions; standard errors clustered by question (CR1), intervals with t(G-1). Both slopes
/// must be shown, each at `level`.
///
/// Breakpoint c ("Robin Hood"): a restricted cubic spline with knots at the 5, 27.5, 50, 72.5 and 95 % quantiles of u is fitted within
/// questions; u between its 10 and 90 % quantiles whose fitted value plus one standard error reaches the highest fitted value
/// there are the flat part; two lines at the median of the flat part give t_b and t_d; c is its |t_d|/(|t_b| + |t_d|)
/// quantile, so that the weaker line gets more samples. The published procedure smooths with a penalised spline instead; the smoother only
/// proposes c.
///
/// Of natural lengths it is an association ([`super::natural()`]). Assumes independent questions. Source: Simonsohn, AMPPS 1 (2018) 538.
///
/// # Errors
/// Below 10 distinct lengths or 10 questions with two lengths, for values that are not finite, and where one side of the breakpoint does not vary.
pub fn two_lines<V: AsRef<[(f64, f64)]>>(questions: &[V], level: Level) -> Result<TwoLines, Undefined> {
    let all = || questions.iter().flat_map(|question| question.as_ref().iter());
    if all().any(|(x, y)| !(x.is_finite() && y.is_finite())) {
        return Err(Undefined::not_applicable("two lines", "a length or an outcome is not finite"));
    }
    let mut lengths: Vec<f64> = all().map(|(x, _)| *x).collect();
    lengths.sort_unstable_by(f64::total_cmp);
    lengths.dedup_by(|a, b| a.total_cmp(b).is_eq());
    if lengths.len() < FEWEST_LENGTHS {
        return Err(Undefined::too_few("distinct lengths", lengths.len(), FEWEST_LENGTHS));
    }
    let mut centred: Vec<Vec<(f64, f64)>> = questions.iter().filter_map(|question| centre(question.as_ref())).collect();
    if centred.len() < FEWEST_QUESTIONS {
        return Err(Undefined::too_few("questions with two lengths", centred.len(), FEWEST_QUESTIONS));
    }
    // Sums in one order: results do not depend on the order of the questions, not even in the last digit.
    let by_sample = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1));
    centred.iter_mut().for_each(|question| question.sort_unstable_by(by_sample));
    centred.sort_by(|a, b| {
        let differing = a.iter().zip(b).map(|(x, y)| by_sample(x, y)).find(|order| order.is_ne());
        differing.unwrap_or_else(|| a.len().cmp(&b.len()))
    });
    let mut sorted: Vec<f64> = centred.iter().flatten().map(|(u, _)| *u).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let flat = flat_part(&centred, &sorted)?;
    let rough = lines(&centred, quantile(&flat, 0.5))?;
    let (before, after) = ((rough.slopes[0] / rough.error(0)).abs(), (rough.slopes[1] / rough.error(1)).abs());
    let share = after / (before + after);
    // An exact fit has no scale; the middle stays.
    let breakpoint = quantile(&flat, if share.is_finite() { share } else { 0.5 });
    let fit = lines(&centred, breakpoint)?;
    let size = Size::new(centred.len(), sorted.len());
    let slope = |at: usize| {
        let error = fit.error(at);
        let interval = if error > 0.0 {
            let half = critical(level, centred.len() as f64 - 1.0) * error;
            Ok(Interval::ordered(fit.slopes[at] - half, fit.slopes[at] + half, level))
        } else {
            Err(Undefined::NoVariation { what: "residuals".into() })
        };
        let method = Method::named("two lines within questions, CR1, t(G-1)");
        let estimate = Estimate::new(fit.slopes[at], interval, size, method)?;
        // Its samples would be the largest part of what a stranger is given, for two numbers.
        Ok(estimate.derived(|| Derivation::by("two-lines").lacking("a fit of two lines through the samples")))
    };
    Ok(TwoLines { breakpoint, before: slope(0)?, after: slope(1)? })
}

/// Lengths minus their mean; `None` with one length only, which says nothing within the question.
fn centre(question: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
    let first = question.first()?.0;
    question.iter().any(|(x, _)| x.total_cmp(&first).is_ne()).then(|| {
        let mean = question.iter().map(|(x, _)| x).sum::<f64>() / question.len() as f64;
        question.iter().map(|(x, y)| (x - mean, *y)).collect()
    })
}

fn lines(questions: &[Vec<(f64, f64)>], breakpoint: f64) -> Result<Fit, Undefined> {
    regress(questions, 3, |u| {
        let from = u - breakpoint;
        vec![from.min(0.0), from.max(0.0), if from >= 0.0 { 1.0 } else { 0.0 }]
    })
}

fn regress(questions: &[Vec<(f64, f64)>], columns: usize, row: impl Fn(f64) -> Vec<f64>) -> Result<Fit, Undefined> {
    let design: Vec<(Vec<Vec<f64>>, Vec<f64>)> = questions
        .iter()
        .map(|question| (question.iter().map(|(u, _)| row(*u)).collect(), question.iter().map(|(_, y)| *y).collect()))
        .collect();
    fit(&design, columns)
}

/// The sorted u in the middle 80 % whose smoothed outcome may be the highest there.
fn flat_part(questions: &[Vec<(f64, f64)>], sorted: &[f64]) -> Result<Vec<f64>, Undefined> {
    let knots = [0.05, 0.275, 0.5, 0.725, 0.95].map(|p| quantile(sorted, p));
    let spline = |u: f64| restricted_cubic(u, knots);
    let fit = regress(questions, 4, spline)?;
    let n = sorted.len() as f64;
    let mut centre = vec![0.0; 4];
    for u in sorted {
        for (sum, value) in centre.iter_mut().zip(spline(*u)) {
            *sum += value / n;
        }
    }
    let (low, high) = (quantile(sorted, 0.1), quantile(sorted, 0.9));
    let fitted: Vec<(f64, f64, f64)> = sorted
        .iter()
        .filter(|u| low < **u && **u < high)
        .map(|u| {
            let row: Vec<f64> = spline(*u).iter().zip(&centre).map(|(value, mean)| value - mean).collect();
            let value = row.iter().zip(&fit.slopes).map(|(a, b)| a * b).sum::<f64>();
            (*u, value, value + fit.error_of(&row))
        })
        .collect();
    let highest = fitted.iter().map(|(_, value, _)| *value).fold(f64::NEG_INFINITY, f64::max);
    let flat: Vec<f64> = fitted.iter().filter(|(_, _, upper)| *upper >= highest).map(|(u, _, _)| *u).collect();
    if flat.is_empty() { Err(Undefined::NoVariation { what: "lengths in the middle".into() }) } else { Ok(flat) }
}

/// Harrell's restricted cubic spline: u and three cubic terms that are linear beyond the outer knots.
fn restricted_cubic(u: f64, [first, second, third, fourth, last]: [f64; 5]) -> Vec<f64> {
    let cube = |knot: f64| (u - knot).max(0.0).powi(3);
    let width = (last - first).powi(2);
    let term = |knot: f64| {
        (cube(knot) - cube(fourth) * (last - knot) / (last - fourth) + cube(last) * (fourth - knot) / (last - fourth))
            / width
    };
    vec![u, term(first), term(second), term(third)]
}
