//! Does accuracy fall under a change? Paired on questions, simultaneous over all arms.

use candor_stats::{
    Asserted, Clusters, Estimate, Finding as Flagged, Flag, Flags, Level, Paired, Parameter, Undefined,
};

use super::pairs::Pair;
use super::report::Draft;
use crate::claims::{Stated, at_level, enough, in_worst_case, lost, measured, one_model, recorded};
use crate::places;
use crate::values::Measure;
use crate::{Cell, Error, Row};

/// The claims about the accuracy of every arm that has verdicts beside its base.
pub(super) fn claims(draft: &mut Draft<'_>, pairs: &[Pair]) -> Result<(), Error> {
    let with: Vec<&Pair> = pairs.iter().filter(|pair| !pair.shared().is_empty()).collect();
    let each = draft.settings.level.bonferroni(with.len());
    for pair in with {
        one(draft, pair, each)?;
        draft.attrition.extend(pair.losses.iter().cloned());
    }
    Ok(())
}

/// Flags without the one on the interval.
pub(super) fn flags(pairs: &[&Pair]) -> Flags {
    let flags = recorded()
        .holds(Flag::Design, "the same model on the same questions, only the change differs")
        .with(Flag::Attrition, lost(pairs.iter().flat_map(|pair| &pair.losses)));
    let mut verifiers: Vec<String> = pairs.iter().flat_map(|pair| pair.verifiers.iter().cloned()).collect();
    verifiers.sort();
    verifiers.dedup();
    let model = pairs.first().map_or("", |pair| places::model(&pair.place));
    one_model(measured(flags, Measure::Verdicts, &verifiers), model)
}

fn one(draft: &mut Draft<'_>, pair: &Pair, each: Level) -> Result<(), Error> {
    let level = draft.settings.level;
    let under = pair.under();
    let (mut before, mut after, mut samples) = (Vec::new(), Vec::new(), 0);
    for unit in pair.shared() {
        if let (Some(first), Some(second)) = (pair.before.questions.get(&unit), pair.after.questions.get(&unit)) {
            before.push(first.accuracy);
            after.push(second.accuracy);
            samples += first.samples + second.samples;
        }
    }
    draft.about(&pair.shared());
    let plain = lost(&pair.losses);
    let mut names = Vec::new();
    for (what, arm, values) in [("accuracy_before", pair.base(), &before), ("accuracy", pair.arm.as_str(), &after)] {
        let clusters = Clusters::from_values(values.iter().map(|value| [*value]))?;
        let name = pair.name(what);
        draft.claims.make(Stated {
            name: name.clone(),
            statement: format!("accuracy of {} on the questions of both: {under}", arm.escape_debug()),
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(level),
            flags: flags(&[pair]).with(Flag::Interval, clusters.interval_finding()),
        });
        names.push(Cell::claim(name));
    }
    let paired = Paired::new(before, after, samples)?;
    let (rose, fell) = paired.gained_and_lost();
    let units = paired.questions() as u64;
    let worst: Vec<f64> = worst_falls(pair);
    let flags = recorded_without_losses(pair)
        .with(Flag::Attrition, in_worst_case(plain, &worst, each))
        .with(Flag::Interval, enough(units, rose + fell));
    let name = pair.name("change");
    draft.claims.assert(
        Stated {
            name: name.clone(),
            statement: format!("accuracy falls: {under}"),
            parameter: Parameter::DIFFERENCE,
            estimate: at_level(paired.difference(each), level),
            flags,
        },
        Asserted::Worse,
        &format!("accuracy rises: {under}"),
    );
    let mut cells = vec![Cell::text(draft.label(&pair.place)), Cell::text(pair.arm.clone())];
    cells.extend(names);
    cells.extend([Cell::claim(name.clone()), Cell::text(format!("{rose} / {fell}")), Cell::mark(name.clone())]);
    draft.tables.accuracy.push(Row { cells, remark: None });
    let below = |estimate: &Estimate| estimate.interval().is_ok_and(|interval| interval.high() < 0.0);
    if draft.claims.find(&name).is_some_and(|claim| claim.estimate().is_ok_and(below)) {
        let who = draft.who(&pair.place);
        let wrong = pair.after.questions.values().filter(|value| value.accuracy < 1.0).map(|value| value.spot).min();
        let sentence = format!("{who}: answers are less often right under {}", pair.arm.escape_debug());
        draft.find(&name, sentence, |points| -points, wrong);
    }
    Ok(())
}

/// The flags of an arm whose losses are judged by its own worst case.
fn recorded_without_losses(pair: &Pair) -> Flags {
    let flags = recorded().holds(Flag::Design, "the same model on the same questions, only the change differs");
    one_model(measured(flags, Measure::Verdicts, &pair.verifiers), places::model(&pair.place))
}

/// Per question of both arms the smallest fall that the lost samples leave possible.
fn worst_falls(pair: &Pair) -> Vec<f64> {
    let units: std::collections::BTreeSet<u32> =
        pair.before.questions.keys().chain(pair.before.missing.keys()).copied().collect();
    units.into_iter().filter_map(|unit| Some(pair.before.bounds(unit)?.0 - pair.after.bounds(unit)?.1)).collect()
}

/// A finding that needs questions, and how many there are.
pub(in crate::audits) fn many(units: u64) -> Flagged {
    if units >= 30 {
        Flagged::holds(format!("{units} questions"))
    } else {
        Flagged::fails(format!("{units} questions"), "at least 30 questions")
    }
}

/// No claim without questions.
pub(super) fn no_questions() -> Undefined {
    Undefined::no_data("questions that every arm has")
}
