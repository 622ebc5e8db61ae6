//! Single proportions, one draw per question: coverage as an exact sum over every possible count, not by simulation.
//!
//! Coverage at p = sum over x of C(n, x) p^x (1-p)^(n-x) [p in I(x)]; the row is the mean over a grid of p with at least 5 expected on either
//! side. A single p says little: coverage oscillates with it.

use candor_stats::{Interval, Level, Proportion};

use super::delivered::{Delivered, Share, State};
use super::draws::Draws;
use super::regime::Regime;
use super::row::{Kind, Row};
use super::table::Line;
use crate::Error;

type Method = fn(Proportion) -> Option<Interval>;

/// What is judged so: the row, how its interval is made, and the least and the most mean coverage.
const EXACT: [(Row, Method); 2] = [
    (
        Row::new("proportion.wilson", "a share of questions with one draw each, exact sums", Kind::Nominal, REVERSED),
        wilson,
    ),
    (Row::new("proportion.exact", "Clopper-Pearson, exact sums", Kind::Conservative, &[]), clopper_pearson),
];

/// Pairs of a question and its reverse; what chance gives is an exact number and moves both ends alike.
const REVERSED: &[&str] = &["reversed.share", "reversed.excess"];

/// One draw per question: nothing can be clustered, and a drift or ties change nothing.
const SIZES: [(Regime, &[u64]); 2] = [(Regime::AsAssumed, &[40, 100, 300, 1_000]), (Regime::Few, &[20])];

fn wilson(proportion: Proportion) -> Option<Interval> {
    proportion.wilson(Level::P95).ok()?.interval().ok().copied()
}

fn clopper_pearson(proportion: Proportion) -> Option<Interval> {
    proportion.clopper_pearson(Level::P95).ok()?.interval().ok().copied()
}

/// The shares tried at n: every .05 with at least 5 expected on either side.
fn shares(n: u64) -> impl Iterator<Item = f64> {
    (1..20).map(|step| f64::from(step) / 20.0).filter(move |p| n as f64 * p.min(1.0 - p) >= 5.0 - 1e-9)
}

/// The lines of the table, with the intervals written out where draws are wanted.
pub(super) fn lines(wanted: &dyn Fn(&str) -> bool, draws: &mut Draws<'_>) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for (row, method) in EXACT.iter().filter(|(row, _)| wanted(row.name)) {
        let mut cells = Vec::new();
        for regime in Regime::ALL {
            let Some((_, sizes)) = SIZES.iter().find(|(other, _)| *other == regime) else {
                cells.push(Delivered::absent("one draw per question"));
                continue;
            };
            cells.push(cell(row, *method, regime, sizes, draws)?);
        }
        lines.push(Line::of(row, cells));
    }
    Ok(lines)
}

fn cell(row: &Row, method: Method, regime: Regime, sizes: &[u64], draws: &mut Draws<'_>) -> Result<Delivered, Error> {
    let (mut sum, mut width, mut least, mut places) = (0.0, 0.0, 1.0_f64, 0_u64);
    for n in sizes {
        let intervals: Vec<Interval> = (0..=*n).filter_map(|x| Proportion::new(x, *n).ok().and_then(method)).collect();
        for p in shares(*n) {
            let (mut covered, mut wide) = (0.0, 0.0);
            for (x, (probability, interval)) in (0..).zip(binomial(*n, p).into_iter().zip(&intervals)) {
                covered += if interval.contains(p) { probability } else { 0.0 };
                wide += probability * interval.width();
                draws.exact(row.name, regime, (p, *n, x), (interval.low(), interval.high()))?;
            }
            sum += covered;
            width += wide;
            least = least.min(covered);
            places += 1;
        }
    }
    let share = sum / places.max(1) as f64;
    let (least_mean, least_place) = if row.kind == Kind::Nominal { (0.94, 0.92) } else { (0.945, 0.945) };
    let state = match share {
        _ if share < least_mean || least < least_place => State::Broken,
        _ if row.kind == Kind::Nominal && share > 0.96 => State::Wide,
        _ => State::Holds,
    };
    let why = format!("exact; least at one place {:.1} %", 100.0 * least);
    // Exact: the Monte-Carlo interval is the number itself.
    let share = Some(Share { share, low: share, high: share, of: places });
    Ok(Delivered { state, share, width: Some(width / places.max(1) as f64), power: None, undefined: 0.0, why })
}

/// Binomial probabilities from 0 to n: by logarithms outwards from the mode, so that nothing underflows where it matters.
fn binomial(n: u64, p: f64) -> Vec<f64> {
    let mut logs = Vec::with_capacity(n as usize + 1);
    let mut log = n as f64 * (1.0 - p).ln();
    logs.push(log);
    for x in 1..=n {
        log += ((n - x + 1) as f64 / x as f64).ln() + (p / (1.0 - p)).ln();
        logs.push(log);
    }
    logs.into_iter().map(f64::exp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_and_known_coverages_come_out() {
        for (n, p) in [(20, 0.3), (1_000, 0.05), (300, 0.95)] {
            assert!((binomial(n, p).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{n} {p}");
        }
        let coverage = |n: u64, p: f64, method: Method| -> f64 {
            let kept = |x: u64| method(Proportion::new(x, n).unwrap()).unwrap().contains(p);
            (0..=n).zip(binomial(n, p)).filter(|(x, _)| kept(*x)).map(|(_, probability)| probability).sum()
        };
        // n = 20, p = .5: both intervals leave out x <= 5 and x >= 15, 2 * 21,700 / 2^20.
        for method in [wilson as Method, clopper_pearson] {
            let found = coverage(20, 0.5, method);
            assert!((found - (1.0 - 43_400.0 / 1_048_576.0)).abs() < 1e-12, "{found}");
        }
    }

    #[test]
    fn both_rows_keep_their_promise() {
        let lines = lines(&|_| true, &mut Draws::unwanted()).unwrap();
        for line in lines {
            for cell in &line.cells {
                assert!(matches!(cell.state, State::Holds | State::Wide | State::Absent), "{}: {cell:?}", line.row);
            }
        }
    }
}
