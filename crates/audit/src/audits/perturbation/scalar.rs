//! The shift of a scalar judgement under a change: a recorded score, or answers that are numbers. Welch against the base.

use candor_stats::multiplicity::holm;
use candor_stats::paired::Test;
use candor_stats::perturbation::Scalars;
use candor_stats::{Asserted, Estimate, Finding as Flagged, Flag, Level, Parameter, Undefined};

use super::pairs::{Numbers, Pair};
use super::report::Draft;
use crate::claims::{Stated, at_level, lost, one_model, recorded};
use crate::places;
use crate::words::{chance, p_value};
use crate::{Cell, Error, Row};

/// One arm and its base as scalars.
struct Arms<'p> {
    pair: &'p Pair,
    before: Scalars,
    after: Scalars,
    /// Units of the smaller arm.
    units: u64,
    test: Result<Test, Undefined>,
}

/// The claims about all arms that have scalars beside their base: one family.
pub(super) fn claims(draft: &mut Draft<'_>, pairs: &[Pair], counted: &str) -> Result<(), Error> {
    let mut arms = Vec::new();
    for pair in pairs {
        let [base, arm] = &pair.scalars;
        let (before, after) = (units(base), units(arm));
        if before.is_empty() || after.is_empty() {
            continue;
        }
        // One question: its draws are the units. With several, in either arm, the question is.
        let (before, after) =
            if before.len() == 1 && after.len() == 1 { (apart(&before), apart(&after)) } else { (before, after) };
        draft.attrition.extend([base.losses.clone(), arm.losses.clone()]);
        let smaller = before.len().min(after.len()) as u64;
        let (before, after) = (Scalars::from_questions(before)?, Scalars::from_questions(after)?);
        let test = before.welch(&after);
        arms.push(Arms { pair, before, after, units: smaller, test });
    }
    let raw: Vec<f64> = arms.iter().map(|one| one.test.as_ref().map_or(1.0, |test| test.p)).collect();
    let each = draft.settings.level.bonferroni(arms.len());
    for (one, adjusted) in arms.iter().zip(holm(&raw)?) {
        shift(draft, one, adjusted, each, counted);
    }
    Ok(())
}

fn units(numbers: &Numbers) -> Vec<Vec<f64>> {
    numbers.questions.values().cloned().collect()
}

fn apart(questions: &[Vec<f64>]) -> Vec<Vec<f64>> {
    questions.iter().flatten().map(|value| vec![*value]).collect()
}

fn shift(draft: &mut Draft<'_>, arms: &Arms<'_>, adjusted: f64, each: Level, counted: &str) {
    let pair = arms.pair;
    let under = pair.under();
    let name = pair.name("shift");
    let minimum = draft.settings.perturbation.minimum_shift;
    let p = arms.test.as_ref().ok().map(|_| adjusted);
    let test = p.map_or_else(String::new, |p| format!(" (Welch {}, Holm)", p_value(p)));
    let interval = if arms.units >= 10 {
        Flagged::holds(format!("{} units in the smaller arm", arms.units))
    } else {
        Flagged::fails(format!("{} units in the smaller arm", arms.units), "at least 10 units in each arm")
    };
    let flags = recorded()
        .holds(Flag::Design, "the same model, only the change differs")
        .holds(Flag::Measurement, "the number as it was recorded; nothing is said of what it measures")
        .with(Flag::Attrition, lost(pair.scalars.iter().map(|numbers| &numbers.losses)))
        .with(Flag::Interval, interval);
    let stated = Stated {
        name: name.clone(),
        statement: match minimum {
            Some(minimum) => format!("the mean of {counted} stays within {minimum}{test}: {under}"),
            None => format!("shift of the mean of {counted}{test}: {under}"),
        },
        parameter: Parameter::NUMBER,
        estimate: at_level(arms.before.shift(&arms.after, each), draft.settings.level),
        flags: one_model(flags, places::model(&pair.place)),
    };
    match minimum {
        Some(margin) => draft.claims.assert(
            stated,
            Asserted::NoDifference { margin },
            &format!("the mean of {counted} moves by more than {margin}{test}: {under}"),
        ),
        None => draft.claims.make(stated),
    }
    draft.tables.scalars.push(Row {
        cells: vec![
            Cell::text(draft.label(&pair.place)),
            Cell::text(pair.arm.clone()),
            Cell::Count(arms.units),
            Cell::claim(name.clone()),
            p.map_or_else(|| Cell::Absent("not tested".to_owned()), |p| Cell::text(chance(p))),
            Cell::mark(name.clone()),
        ],
        remark: None,
    });
    let moved = |estimate: &Estimate| {
        let beyond = minimum.unwrap_or(0.0);
        estimate.interval().is_ok_and(|interval| interval.low() > beyond || interval.high() < -beyond)
    };
    if draft.claims.find(&name).is_some_and(|claim| claim.estimate().is_ok_and(moved)) {
        let who = draft.who(&pair.place);
        let sentence = format!("{who}: the mean of {counted} moves under {}", pair.arm.escape_debug());
        // A scalar has no points: it stands behind every finding that has.
        draft.find(&name, sentence, |_| 1.0, None);
    }
}
