//! Gains along a curve, the wall, and where the marginal gain falls below a margin. Not the curve's own values.

use super::simultaneous::{Bound, Contrast, Family, Matrix, families};
use crate::derivation::Derivation;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::seed::Seed;
use crate::undefined::Undefined;

/// What one step along the curve brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The setting before, in paths.
    pub from: u32,
    /// The setting after, in paths.
    pub to: u32,
    /// Accuracy after minus accuracy before; simultaneous over the steps of the curve.
    pub gain: Result<Estimate, Undefined>,
    /// The same per doubling of the number of paths: gain / log2(to / from).
    pub per_doubling: Result<Estimate, Undefined>,
    /// Questions gained: the sum over questions of the rise of their value. With values of 0 and 1 a count; gained minus lost is always the
    /// mean gain times the number of questions.
    pub gained: f64,
    /// Questions lost: the sum over questions of the fall of their value.
    pub lost: f64,
    /// Standard deviation over questions of the difference: what a power calculation needs.
    pub spread: f64,
}

/// Where a curve stops rising by more than a margin.
#[derive(Debug, Clone, PartialEq)]
pub enum Wall {
    /// The smallest setting from which no larger measured setting gains as much as the margin.
    At {
        /// The setting, in paths.
        paths: u32,
        /// The largest simultaneous upper bound of a gain over it.
        upper: f64,
    },
    /// No measured setting has this property: some gain as large as the margin is possible from each.
    NotShown {
        /// The setting, short of the largest, whose largest upper bound is smallest.
        nearest: u32,
        /// That bound.
        upper: f64,
        /// The setting, short of the largest, at which the fewest questions would show one if every gain stays as measured, and how many: a plan, not an
        /// inference. `None` where a later setting gains as much as the margin, as measured, over each.
        enough: Option<(u32, u64)>,
    },
}

/// Gains of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Gains {
    /// Step by step.
    pub steps: Vec<Step>,
    /// The wall; undefined below two settings or two questions.
    pub wall: Result<Wall, Undefined>,
    /// For each setting but the last: the largest simultaneous upper bound of the gain to any larger measured setting.
    pub upper_bounds: Vec<(u32, f64)>,
    /// The first setting whose gain over the one before is below the margin, by the point estimates.
    pub falls_below: Option<u32>,
    /// How the simultaneous bounds were found.
    pub method: &'static str,
    /// All pairs of settings, which the upper bounds come from.
    pub overall: Result<Family, Undefined>,
}

/// Gains between settings `paths` (rising), whose values per question are the columns of `matrix` in [0, 1].
///
/// Steps: paired on questions, simultaneous two-sided over the steps. The wall at k: the simultaneous upper bound (over all pairs) of
/// the gain from k to *every* larger measured setting is below `margin`: a plateau that rises again is no wall. Simultaneous bounds as in
/// [`super::simultaneous::simultaneous`]. Scanning for the first bound below the margin without correction claims a wall wrongly in 14 to 26 % of flat-at-the-margin
/// curves with six settings.
#[must_use]
pub fn gains(matrix: &Matrix, paths: &[u32], margin: f64, level: Level, resamples: u32, seed: Seed) -> Gains {
    gains_where(matrix, paths, |_| true, margin, level, resamples, seed)
}

/// As [`gains`], with a wall looked for only at settings (in paths) that `may_be` one: nothing above may gain by construction.
#[must_use]
pub fn gains_where(
    matrix: &Matrix,
    paths: &[u32],
    may_be: impl Fn(u32) -> bool,
    margin: f64,
    level: Level,
    resamples: u32,
    seed: Seed,
) -> Gains {
    let count = paths.len().min(matrix.columns());
    let paths = &paths[..count];
    let neighbours: Vec<(usize, usize)> = (1..count).map(|to| (to - 1, to)).collect();
    let all: Vec<(usize, usize)> = (0..count).flat_map(|from| (from + 1..count).map(move |to| (from, to))).collect();
    let [stepwise, overall] = families(matrix, [&neighbours, &all], level, resamples, seed);
    let steps: Vec<Step> = neighbours.iter().map(|(a, b)| step(matrix, (*a, *b), paths, &stepwise, level)).collect();
    let upper_bounds = overall.as_ref().map_or_else(|_| Vec::new(), |family| bounds(family, paths));
    let wall = match &overall {
        Err(undefined) => Err(undefined.clone()),
        Ok(family) => {
            let candidates: Vec<(u32, f64)> =
                upper_bounds.iter().filter(|(paths, _)| may_be(*paths)).copied().collect();
            wall(&candidates, margin, || enough(matrix, family, paths, &may_be, margin))
        }
    };
    let falls_below = falls_below(
        &steps.iter().filter_map(|step| Some((step.to, step.gain.as_ref().ok()?.value()))).collect::<Vec<_>>(),
        margin,
    );
    let method = stepwise.as_ref().map_or("none", |family| family.method);
    Gains { steps, wall, upper_bounds, falls_below, method, overall }
}

/// The first setting whose gain over the one before is below the margin.
#[must_use]
pub fn falls_below(gains: &[(u32, f64)], margin: f64) -> Option<u32> {
    gains.iter().find(|(_, gain)| *gain < margin).map(|(paths, _)| *paths)
}

fn step(
    matrix: &Matrix,
    (from, to): (usize, usize),
    paths: &[u32],
    family: &Result<Family, Undefined>,
    level: Level,
) -> Step {
    let questions = matrix.rows();
    let (mut gained, mut lost) = (0.0, 0.0);
    for row in matrix.iter_rows() {
        gained += (row[to] - row[from]).max(0.0);
        lost += (row[from] - row[to]).max(0.0);
    }
    let size = Size::new(questions, questions);
    let (gain, spread) = match family {
        Err(undefined) => (Err(undefined.clone()), 0.0),
        Ok(family) => {
            let contrast = family.contrasts.iter().find(|contrast| contrast.from == from && contrast.to == to);
            match contrast {
                None => (Err(Undefined::no_data("settings to compare")), 0.0),
                Some(contrast) => {
                    (estimate(matrix, contrast, family, size, level), contrast.error * (questions as f64).sqrt())
                }
            }
        }
    };
    let doublings = (f64::from(paths[to]) / f64::from(paths[from])).log2();
    let per_doubling = match &gain {
        Ok(gain) if doublings > 0.0 => gain
            .map(|gain| gain / doublings, gain.method().clone())
            .map(|per| per.derived(|| Derivation::by("affine").told("over", doublings).part(gain.derivation()))),
        Ok(_) => Err(Undefined::not_applicable("a gain per doubling", "the settings do not rise")),
        Err(undefined) => Err(undefined.clone()),
    };
    Step { from: paths[from], to: paths[to], gain, per_doubling, gained, lost, spread }
}

fn estimate(
    matrix: &Matrix,
    contrast: &Contrast,
    family: &Family,
    size: Size,
    level: Level,
) -> Result<Estimate, Undefined> {
    let (low, high) = family.ends(contrast);
    let interval = Interval::ordered(low.max(-1.0), high.min(1.0), level);
    let estimate = Estimate::new(contrast.value, Ok(interval), size, Method::named(family.method_of(contrast)))?;
    Ok(estimate.derived(|| family.derivation(matrix, contrast, Bound::Ends)))
}

fn bounds(family: &Family, paths: &[u32]) -> Vec<(u32, f64)> {
    (0..paths.len().saturating_sub(1))
        .map(|from| {
            let upper = family
                .contrasts
                .iter()
                .filter(|contrast| contrast.from == from)
                .map(|contrast| family.upper_bound(contrast))
                .fold(f64::NEG_INFINITY, f64::max);
            (paths[from], upper)
        })
        .collect()
}

/// See [`Wall::NotShown`].
fn enough(
    matrix: &Matrix,
    family: &Family,
    paths: &[u32],
    may_be: impl Fn(u32) -> bool,
    margin: f64,
) -> Option<(u32, u64)> {
    let questions = |from: usize| {
        let later = family.contrasts.iter().filter(|contrast| contrast.from == from);
        let needed = later.map(|contrast| family.questions_below(matrix, contrast, margin));
        needed.collect::<Option<Vec<f64>>>().map(|needed| needed.into_iter().fold(0.0, f64::max))
    };
    let candidates = (0..paths.len().saturating_sub(1)).filter(|at| may_be(paths[*at]));
    let settings = candidates.filter_map(|from| Some((paths[from], questions(from)?)));
    settings.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(paths, needed)| (paths, needed.ceil() as u64))
}

fn wall(bounds: &[(u32, f64)], margin: f64, enough: impl FnOnce() -> Option<(u32, u64)>) -> Result<Wall, Undefined> {
    if let Some((paths, upper)) = bounds.iter().find(|(_, upper)| *upper < margin) {
        return Ok(Wall::At { paths: *paths, upper: *upper });
    }
    bounds
        .iter()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(nearest, upper)| Wall::NotShown { nearest: *nearest, upper: *upper, enough: enough() })
        .ok_or_else(|| Undefined::too_few("settings that can differ", 1, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(questions: usize, shares: &[f64], seed: u64) -> Matrix {
        let mut stream = Seed(seed).stream("test");
        let mut matrix = Matrix::new(shares.len());
        for _ in 0..questions {
            // One hardness per question, so that neighbouring settings agree on most of them, as real curves do.
            let hardness = stream.unit();
            matrix.push(shares.iter().map(|share| f64::from(u8::from(hardness < *share))));
        }
        matrix
    }

    const PATHS: [u32; 5] = [1, 4, 8, 16, 32];

    #[test]
    fn a_plateau_is_a_wall_and_a_plateau_before_a_rise_is_not() {
        let flat = gains(&curve(2_000, &[0.6, 0.7, 0.8, 0.801, 0.802], 1), &PATHS, 0.02, Level::P95, 500, Seed(1));
        assert!(matches!(flat.wall, Ok(Wall::At { paths: 8, .. })), "{:?}", flat.wall);
        assert_eq!(flat.falls_below, Some(16));
        let later = gains(&curve(2_000, &[0.6, 0.7, 0.701, 0.702, 0.8], 1), &PATHS, 0.02, Level::P95, 500, Seed(1));
        assert!(matches!(later.wall, Ok(Wall::NotShown { .. })), "{:?}", later.wall);
        assert_eq!(later.falls_below, Some(8));
    }

    #[test]
    fn a_setting_that_nothing_can_exceed_is_no_wall() {
        let flat = curve(2_000, &[0.6, 0.7, 0.7], 1);
        let of = |may_be: fn(u32) -> bool| gains_where(&flat, &[1, 3, 4], may_be, 0.02, Level::P95, 500, Seed(1)).wall;
        assert!(matches!(of(|_| true), Ok(Wall::At { paths: 3, .. })));
        assert!(matches!(of(|paths| paths != 3), Ok(Wall::NotShown { nearest: 1, enough: None, .. })));
        assert!(of(|_| false).is_err());
    }

    #[test]
    fn few_questions_show_no_wall() {
        let few = gains(&curve(40, &[0.6, 0.7, 0.8, 0.8, 0.8], 1), &PATHS, 0.02, Level::P95, 500, Seed(1));
        assert!(matches!(few.wall, Ok(Wall::NotShown { .. })), "{:?}", few.wall);
    }

    #[test]
    fn as_many_questions_as_it_names_show_a_wall_and_fewer_do_not() {
        let wall = |matrix: &Matrix| gains(matrix, &PATHS, 0.02, Level::P95, 500, Seed(1)).wall;
        let times = |matrix: &Matrix, share: f64| {
            let rows = (share * matrix.rows() as f64) as usize;
            let mut more = Matrix::new(matrix.columns());
            matrix.iter_rows().cycle().take(rows).for_each(|row| more.push(row.iter().copied()));
            more
        };
        let mut stream = Seed(1).stream("test");
        let mut many_changed = Matrix::new(2);
        (0..200).for_each(|_| many_changed.push([0.6, 0.59].map(|share| f64::from(u8::from(stream.unit() < share)))));
        let few_changed = [[0.6, 0.7, 0.8, 0.8, 0.8], [0.6, 0.7, 0.801, 0.807, 0.804], [0.5, 0.51, 0.5, 0.515, 0.514]];
        for few in few_changed.iter().map(|shares| curve(200, shares, 1)).chain([many_changed]) {
            let Ok(Wall::NotShown { enough: Some((at, needed)), .. }) = wall(&few) else { panic!("{:?}", wall(&few)) };
            let share = needed as f64 / 200.0;
            assert!(matches!(wall(&times(&few, 0.8 * share)), Ok(Wall::NotShown { .. })), "{at} {needed}");
            let shown = wall(&times(&few, 1.2 * share));
            assert!(matches!(shown, Ok(Wall::At { paths, .. }) if paths == at), "{at} {needed} {shown:?}");
        }
        let rising = curve(200, &[0.1, 0.2, 0.3, 0.4, 0.5], 1);
        assert!(matches!(wall(&rising), Ok(Wall::NotShown { enough: None, .. })), "{:?}", wall(&rising));
    }

    #[test]
    fn gained_and_lost_items_and_doublings_are_counted() {
        let mut matrix = Matrix::new(2);
        for (row, times) in [([0.0, 1.0], 30), ([1.0, 0.0], 10), ([1.0, 1.0], 60)] {
            (0..times).for_each(|_| matrix.push(row));
        }
        let found = gains(&matrix, &[1, 4], 0.02, Level::P95, 500, Seed(1));
        let step = &found.steps[0];
        assert!((step.gained - 30.0).abs() < 1e-9 && (step.lost - 10.0).abs() < 1e-9);
        let (gain, per) = (step.gain.as_ref().unwrap(), step.per_doubling.as_ref().unwrap());
        assert!((gain.value() - 0.2).abs() < 1e-12 && (per.value() - 0.1).abs() < 1e-12);
        assert!((2.0 * per.interval().unwrap().low() - gain.interval().unwrap().low()).abs() < 1e-12);
    }
}
