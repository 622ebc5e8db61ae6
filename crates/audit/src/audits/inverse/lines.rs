//! Two lines where there are ten distinct lengths or more: a rise before a breakpoint, a fall beyond it. The onset does not come from here.

use candor_stats::inverse::two_lines;
use candor_stats::inverse::two_lines::FEWEST_LENGTHS;
use candor_stats::{Finding as Flagged, Flag, Flags, Level, Parameter, Unit};

use super::budgets::Budgets;
use super::report::{Draft, question};
use crate::claims::{Stated, at_level};
use crate::efforts::Scale;
use crate::places::{self, Place};

/// A change of the share right per 1,000 of what length is counted in.
const SLOPE: Parameter = Parameter { unit: Unit::Points, low: f64::NEG_INFINITY, high: f64::INFINITY };

/// Along budgets in tokens: ten of them or more. Below that there is nothing to say, and nothing is claimed.
pub(super) fn budgets(draft: &mut Draft<'_>, series: &Budgets, flags: &Flags, each: Level) {
    if series.scale != Scale::Tokens || series.budgets.len() < FEWEST_LENGTHS {
        return;
    }
    let questions: Vec<Vec<(f64, f64)>> = series
        .shared
        .iter()
        .map(|unit| {
            let at = series.budgets.iter();
            at.filter_map(|budget| Some((budget.at, budget.values.questions.get(unit)?.accuracy))).collect()
        })
        .collect();
    let flags = flags.clone().with(Flag::Attrition, crate::claims::lost(&series.attrition()));
    claims(draft, (&series.shared, &questions), &series.place, ("budget", "tokens of budget"), &flags, each);
}

/// Length and outcome of every sample, by question.
type Samples<'q> = &'q [Vec<(f64, f64)>];

/// Both slopes, per 1,000; `flags` without the one on the interval.
pub(super) fn claims(
    draft: &mut Draft<'_>,
    (units, questions): (&[u32], Samples<'_>),
    place: &Place,
    (what, counted): (&str, &str),
    flags: &Flags,
    each: Level,
) {
    let thousands: Vec<Vec<(f64, f64)>> =
        questions.iter().map(|question| question.iter().map(|(x, y)| (x / 1000.0, *y)).collect()).collect();
    // Two slopes under one level.
    let lines = two_lines(&thousands, each.bonferroni(2));
    let association = if what == "length" { "association only: " } else { "" };
    for (side, words) in [("before", "below"), ("after", "above")] {
        let estimate = lines.as_ref().map_err(Clone::clone).map(|lines| match side {
            "before" => lines.before.clone(),
            _ => lines.after.clone(),
        });
        let estimate = estimate.map(|estimate| estimate.called(|at| question(draft.units, units, at)));
        let units = estimate.as_ref().ok().and_then(candor_stats::Estimate::size).map_or(0, |size| size.units);
        let interval = if units >= 30 {
            Flagged::holds(format!("{units} questions"))
        } else {
            Flagged::fails(format!("{units} questions"), "at least 30 questions")
        };
        draft.claims.make(Stated {
            name: places::named(&format!("inverse.{what}_line_{side}"), place, &[]),
            statement: format!(
                "{association}change of the share right per 1,000 {counted} {words} the breakpoint{}{}",
                lines.as_ref().map_or_else(
                    |_| String::new(),
                    |lines| format!(" ({:+.0} from the question's mean)", 1000.0 * lines.breakpoint)
                ),
                places::of(place)
            ),
            parameter: SLOPE,
            estimate: estimate.and_then(|estimate| at_level(Ok(estimate), draft.settings.level)),
            flags: flags.clone().with(Flag::Interval, interval),
        });
    }
}
