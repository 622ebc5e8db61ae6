//! Over several arms: the mean and the worst change, and how far the variants of one change lie apart.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::curve::simultaneous::{Bound, Matrix, simultaneous};
use candor_stats::derivation::Derivation;
use candor_stats::paired::bounded_difference;
use candor_stats::{Asserted, Clusters, Estimate, Flag, Interval, Level, Method, Parameter, Size, Undefined};

use super::accuracy::{flags, many, no_questions};
use super::pairs::Pair;
use super::report::Draft;
use crate::claims::{Stated, at_level};
use crate::places::{self, Place};
use crate::{Cell, Row, Settings};

/// The claims about all arms of a model together, and about the variants of one change.
pub(super) fn claims(draft: &mut Draft<'_>, pairs: &[Pair]) {
    let mut models: BTreeMap<&Place, Vec<&Pair>> = BTreeMap::new();
    let mut kinds: BTreeMap<(&Place, &str), Vec<&Pair>> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| !pair.shared().is_empty()) {
        models.entry(&pair.place).or_default().push(pair);
        kinds.entry((&pair.place, &pair.stem)).or_default().push(pair);
    }
    models.retain(|_, arms| arms.len() > 1);
    kinds.retain(|_, arms| arms.len() > 1);
    // Two numbers for each model, one for each kind of change; together they hold the level of the run.
    let each = draft.settings.level.bonferroni(2 * models.len() + kinds.len());
    for arms in models.values() {
        all_arms(draft, arms, each);
    }
    for ((_, stem), arms) in &kinds {
        spread(draft, stem, arms, each);
    }
}

/// Question means: the base first, then the arms, on the questions that all of them have; with the samples behind them.
fn matrix(arms: &[&Pair]) -> (Matrix, u64, Vec<u32>) {
    let mut matrix = Matrix::new(arms.len() + 1);
    let (mut samples, mut shared) = (0, Vec::new());
    let Some(first) = arms.first() else { return (matrix, 0, shared) };
    let units: BTreeSet<u32> = first.before.questions.keys().copied().collect();
    for unit in units {
        let values: Vec<_> = std::iter::once(first.before.questions.get(&unit))
            .chain(arms.iter().map(|arm| arm.after.questions.get(&unit)))
            .flatten()
            .collect();
        if values.len() == arms.len() + 1 {
            samples += values.iter().map(|value| value.samples).sum::<u64>();
            matrix.push(values.iter().map(|value| value.accuracy));
            shared.push(unit);
        }
    }
    (matrix, samples, shared)
}

fn all_arms(draft: &mut Draft<'_>, arms: &[&Pair], each: Level) {
    let Some(first) = arms.first() else { return };
    let level = draft.settings.level;
    let (matrix, samples, shared) = matrix(arms);
    draft.about(&shared);
    let size = Size { units: matrix.rows() as u64, samples };
    let of = places::of(&first.place);
    let name = |what: &str| places::named(&format!("perturbation.{what}"), &first.place, &[]);
    let columns: Vec<Vec<f64>> = (0..matrix.columns()).map(|at| matrix.column(at).collect()).collect();
    let differences: Vec<f64> = match columns.split_first() {
        Some((base, others)) => base
            .iter()
            .enumerate()
            .map(|(at, base)| {
                let changed: f64 = others.iter().filter_map(|column| column.get(at)).sum();
                (changed / others.len() as f64 - base).clamp(-1.0, 1.0)
            })
            .collect(),
        None => Vec::new(),
    };
    let mean = at_level(bounded_difference(&differences, each), level);
    let pairs: Vec<(usize, usize)> = (1..matrix.columns()).map(|to| (0, to)).collect();
    let worst = simultaneous(&matrix, &pairs, each, draft.settings.resamples, draft.settings.seed).and_then(|family| {
        let ends: Vec<(f64, f64)> = family.contrasts.iter().map(|contrast| family.ends(contrast)).collect();
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let value = least(&mut family.contrasts.iter().map(|contrast| contrast.value));
        let (low, high) = (least(&mut ends.iter().map(|end| end.0)), least(&mut ends.iter().map(|end| end.1)));
        // What the lower end rests on: the lowest of all.
        let lowest = family.contrasts.iter().zip(&ends).min_by(|a, b| a.1.0.total_cmp(&b.1.0));
        let method = lowest.map_or(family.method, |(contrast, _)| family.method_of(contrast));
        let worst = bounded(value, (low, high), size, level, method)?;
        Ok(worst.derived(|| {
            let contrasts = family.contrasts.iter();
            contrasts.fold(Derivation::by("least"), |all, contrast| {
                all.part(Some(&family.derivation(&matrix, contrast, Bound::Ends)))
            })
        }))
    });
    let count = arms.len();
    for (what, statement, negation, estimate) in [
        (
            "mean_change",
            format!("accuracy falls on average over the {count} changes{of}"),
            format!("accuracy rises on average over the {count} changes{of}"),
            mean,
        ),
        (
            "worst_change",
            format!("accuracy falls under the worst of the {count} changes{of}"),
            format!("accuracy rises even under the worst of the {count} changes{of}"),
            worst,
        ),
    ] {
        let name = name(what);
        draft.claims.assert(
            Stated {
                name: name.clone(),
                statement,
                parameter: Parameter::DIFFERENCE,
                estimate,
                flags: flags(arms).with(Flag::Interval, many(size.units)),
            },
            Asserted::Worse,
            &negation,
        );
        let words = if what == "mean_change" { "mean" } else { "worst" };
        row(draft, &first.place, format!("{words} change of {count}"), size.units, &name, None);
    }
}

/// The base and the variants of one change: largest minus smallest accuracy, and how often answers differ between them.
fn spread(draft: &mut Draft<'_>, stem: &str, arms: &[&Pair], each: Level) {
    let Some(first) = arms.first() else { return };
    let of = places::of(&first.place);
    let (estimate, size) = spread_of(arms, each, draft.settings);
    let name = places::named("perturbation.spread", &first.place, &[("change", stem)]);
    let count = arms.len() + 1;
    draft.claims.assert(
        Stated {
            name: name.clone(),
            statement: format!(
                "accuracy differs between the {count} variants of {stem}, the question as it stands included{of}"
            ),
            parameter: Parameter { low: 0.0, ..Parameter::DIFFERENCE },
            estimate,
            flags: flags(arms).with(Flag::Interval, many(size.units)),
        },
        Asserted::Better,
        &format!("accuracy does not differ between the {count} variants of {stem}{of}"),
    );
    let flips = flips(draft, stem, arms);
    row(draft, &first.place, format!("{stem}: spread of {count}"), size.units, &name, flips);
}

/// Largest minus smallest accuracy among the base and these arms, on the questions that all of them have; at level `each` of a family that holds
/// the level of the settings.
pub(in crate::audits) fn spread_of(
    arms: &[&Pair],
    each: Level,
    settings: &Settings,
) -> (Result<Estimate, Undefined>, Size) {
    let (matrix, samples, _) = matrix(arms);
    let size = Size { units: matrix.rows() as u64, samples };
    let columns = matrix.columns();
    let pairs: Vec<(usize, usize)> = (1..columns).flat_map(|to| (0..to).map(move |from| (from, to))).collect();
    let estimate = simultaneous(&matrix, &pairs, each, settings.resamples, settings.seed).and_then(|family| {
        let (mut value, mut low, mut high) = (0.0_f64, 0.0_f64, 0.0_f64);
        let mut method = family.method;
        for contrast in &family.contrasts {
            let (from, to) = family.ends(contrast);
            if contrast.value.abs() >= value {
                (value, method) = (contrast.value.abs(), family.method_of(contrast));
            }
            // A distance: whichever of both stands above, at least the end that is nearer to 0.
            low = low.max(from.max(-to));
            high = high.max(to.max(-from));
        }
        let spread = bounded(value, (low, high), size, settings.level, method)?;
        Ok(spread.derived(|| {
            family.contrasts.iter().fold(Derivation::by("spread"), |all, contrast| {
                all.part(Some(&family.derivation(&matrix, contrast, Bound::Ends)))
            })
        }))
    });
    (estimate, size)
}

/// How often an answer under a variant differs from one to the question as it stands: mean over the variants.
fn flips(draft: &mut Draft<'_>, stem: &str, arms: &[&Pair]) -> Option<String> {
    draft.claims.about_others();
    let compared: Vec<_> = arms.iter().filter_map(|arm| arm.compared.as_ref().ok()).collect();
    // Without the same questions in every variant a mean over variants is of nothing in particular.
    let questions = compared.first()?.flips.len();
    if compared.len() < arms.len() || compared.iter().any(|one| one.flips.len() != questions) {
        return None;
    }
    let mean = |at: usize| compared.iter().filter_map(|one| one.flips.get(at)).sum::<f64>() / compared.len() as f64;
    let clusters = Clusters::from_values((0..questions).map(|at| [mean(at).clamp(0.0, 1.0)])).ok()?;
    let name = places::named("perturbation.spread_flips", &arms.first()?.place, &[("change", stem)]);
    draft.claims.make(Stated {
        name: name.clone(),
        statement: format!(
            "an answer under a variant of {stem} differs from one to the question as it stands; shown, not tested{}",
            places::of(&arms.first()?.place)
        ),
        parameter: Parameter::SHARE,
        estimate: clusters.proportion(draft.settings.level),
        flags: flags(arms).with(Flag::Interval, clusters.interval_finding()),
    });
    Some(name)
}

fn bounded(
    value: f64,
    (low, high): (f64, f64),
    size: Size,
    level: Level,
    method: &'static str,
) -> Result<Estimate, Undefined> {
    let ends = Interval::new(low.max(-1.0), high.min(1.0), level).map_err(|_| no_questions());
    Estimate::new(value, ends, size, Method::named(method))
}

fn row(draft: &mut Draft<'_>, place: &Place, what: String, questions: u64, claim: &str, flips: Option<String>) {
    draft.tables.overall.push(Row {
        cells: vec![
            Cell::text(draft.label(place)),
            Cell::text(what),
            Cell::Count(questions),
            Cell::claim(claim),
            flips.map_or_else(|| Cell::Absent("of each arm in the table of flips".to_owned()), Cell::claim),
            Cell::mark(claim),
        ],
        remark: None,
    });
}
