//! Questions whose single steps were asked too: are they right as often as their steps, taken together, would make them? And the compositionality gap:
//! of those whose steps are all answered, the share that is missed.

use std::collections::BTreeMap;

use candor_stats::paired::bounded_difference;
use candor_stats::{Asserted, Clusters, Estimate, Finding as Flagged, Flag, Flags, Parameter, Size, Undefined};

use super::base::Base;
use super::report::Draft;
use super::structure::Composed;
use crate::claims::{Stated, at_level, enough};
use crate::names::Spot;
use crate::places;
use crate::words::counted as so_many;
use crate::{Cell, Error, Row};

/// Of the composed questions, so many may share a step before they are no longer taken for independent.
const MOST_SHARED: f64 = 0.1;

/// One composed question and its steps.
struct Whole {
    accuracy: f64,
    /// The product of the accuracies of its steps: unbiased, since steps are other questions with draws of their own.
    product: f64,
    /// Whether every step is answered.
    answered: bool,
    samples: u64,
    spot: Spot,
}

/// How many numbers are read off a base's composed questions.
pub(super) const READINGS: usize = 2;

/// The composed questions of a base that are decided, with all their steps; and how many lack one.
fn wholes(base: &Base, composed: &Composed, answered: f64) -> (Vec<Whole>, u64, bool) {
    let (mut wholes, mut lost) = (Vec::new(), 0);
    let mut users: BTreeMap<u32, u64> = BTreeMap::new();
    let mut taken: Vec<&Vec<u32>> = Vec::new();
    for (unit, steps) in &composed.steps {
        let Some(whole) = base.values.questions.get(unit) else { continue };
        let Some(found) = steps.iter().map(|step| base.values.questions.get(step)).collect::<Option<Vec<_>>>() else {
            lost += 1;
            continue;
        };
        wholes.push(Whole {
            accuracy: whole.accuracy,
            product: found.iter().map(|step| step.accuracy).product(),
            answered: found.iter().all(|step| step.accuracy > answered),
            samples: whole.samples + found.iter().map(|step| step.samples).sum::<u64>(),
            spot: whole.spot,
        });
        steps.iter().for_each(|step| *users.entry(*step).or_default() += 1);
        taken.push(steps);
    }
    let shares = |steps: &&&Vec<u32>| steps.iter().any(|step| users.get(step).is_some_and(|users| *users > 1));
    let sharing = taken.iter().filter(shares).count();
    (wholes, lost, sharing as f64 > MOST_SHARED * taken.len() as f64)
}

/// Whether a base has anything composed to read.
pub(super) fn is_composed(base: &Base, composed: &Composed) -> bool {
    base.values.questions.keys().any(|unit| composed.steps.contains_key(unit))
}

/// The claims about the composed questions of one base.
pub(super) fn claims(draft: &mut Draft<'_>, base: &Base, composed: &Composed) -> Result<(), Error> {
    let level = draft.settings.level;
    let of = places::of(&base.place);
    let (wholes, lost, sharing) = wholes(base, composed, draft.settings.competence.answered);
    if lost > 0 {
        let lost = so_many(lost, "composed question");
        draft.notes.push(format!("{lost}{of} left out: a step was not asked, or not decided"));
    }
    let mut flags = draft.flags(base);
    if sharing {
        flags = flags.fails(
            Flag::Interval,
            "more than a tenth of the composed questions share a step with another: they are not independent",
            "composed questions with steps of their own",
        );
    }
    let size = Size { units: wholes.len() as u64, samples: wholes.iter().map(|whole| whole.samples).sum() };
    let accuracy = Clusters::from_values(wholes.iter().map(|whole| [whole.accuracy]))?;
    let product = Clusters::from_values(wholes.iter().map(|whole| [whole.product]))?;
    let names = ["composed", "steps_product", "composition_loss", "compositionality_gap"]
        .map(|what| places::named(&format!("competence.{what}"), &base.place, &[]));
    let [composed_name, product_name, loss_name, gap_name] = &names;
    for (name, statement, clusters) in [
        (composed_name, "accuracy of composed questions", &accuracy),
        (product_name, "product of the accuracies of their single steps", &product),
    ] {
        draft.claims.make(Stated {
            name: name.clone(),
            statement: format!("{statement}{of}"),
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(level),
            flags: flags.clone().with(Flag::Interval, clusters.interval_finding()),
        });
    }
    let losses: Vec<f64> = wholes.iter().map(|whole| (whole.product - whole.accuracy).clamp(-1.0, 1.0)).collect();
    let changed = losses.iter().filter(|loss| loss.abs() > 1e-12).count() as u64;
    let loss = bounded_difference(&losses, draft.each).and_then(|estimate| sized(&estimate, size));
    draft.claims.assert(
        Stated {
            name: loss_name.clone(),
            statement: format!("composed questions are right less often than the product of their single steps{of}"),
            parameter: Parameter::DIFFERENCE,
            estimate: at_level(loss, level),
            flags: flags.clone().with(Flag::Interval, enough(size.units, changed)),
        },
        Asserted::Better,
        &format!("composed questions are right more often than the product of their single steps{of}"),
    );
    gap(draft, &wholes, gap_name, &of, &flags)?;
    let label = draft.label(&base.place);
    draft.tables.composed.push(Row {
        cells: vec![
            Cell::text(label.clone()),
            Cell::text("all steps asked"),
            Cell::Count(size.units),
            Cell::claim(composed_name.clone()),
            Cell::claim(product_name.clone()),
            Cell::claim(loss_name.clone()),
            Cell::mark(loss_name.clone()),
        ],
        remark: None,
    });
    let answered = wholes.iter().filter(|whole| whole.answered).count() as u64;
    draft.tables.gaps.push(Row {
        cells: vec![
            Cell::text(label),
            Cell::Count(answered),
            Cell::claim(gap_name.clone()),
            Cell::mark(gap_name.clone()),
        ],
        remark: None,
    });
    let wrong = wholes.iter().filter(|whole| whole.answered && whole.accuracy < 1.0).map(|whole| whole.spot).min();
    let sentence = format!(
        "{}: composed questions are right less often than the product of their single steps",
        draft.who(&base.place)
    );
    draft.find(loss_name, sentence, wrong);
    Ok(())
}

/// Of the composed questions whose steps are all answered, the share that is missed.
fn gap(draft: &mut Draft<'_>, wholes: &[Whole], name: &str, of: &str, flags: &Flags) -> Result<(), Error> {
    let missed = wholes.iter().filter(|whole| whole.answered).map(|whole| [(1.0 - whole.accuracy).clamp(0.0, 1.0)]);
    let missed = Clusters::from_values(missed)?;
    let estimate = if missed.questions() == 0 {
        Err(Undefined::no_data("composed questions all of whose steps are answered"))
    } else {
        missed.proportion(draft.each)
    };
    let interval = if missed.questions() == 0 {
        Flagged::fails("no questions", "at least 10 questions")
    } else {
        missed.interval_finding()
    };
    draft.claims.make(Stated {
        name: name.to_owned(),
        statement: format!("compositionality gap: missed, of composed questions whose steps are all answered{of}"),
        parameter: Parameter::SHARE,
        estimate: at_level(estimate, draft.settings.level),
        flags: flags.clone().with(Flag::Interval, interval),
    });
    Ok(())
}

fn sized(estimate: &Estimate, size: Size) -> Result<Estimate, Undefined> {
    Ok(estimate.clone().resized(size))
}
