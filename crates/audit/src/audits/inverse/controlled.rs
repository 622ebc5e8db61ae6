//! Budgets that were asked for: the curve with its band, every fall with simultaneous bounds, and the onset. The only part of the audit that may
//! say "hurts".

use candor_stats::derivation::Derivation;
use candor_stats::inverse::{Drop, Drops, Onset, drops, isotonic, peak};
use candor_stats::paired::Test;
use candor_stats::{
    Asserted, Clusters, Estimate, Finding as Flagged, Flag, Flags, Interval, Level, Method, Parameter, Size, Undefined,
};

use super::budgets::Budgets;
use super::figures::Shown;
use super::lines;
use super::report::Draft;
use crate::claims::{Stated, at_level, enough, in_worst_case, lost, measured, one_model, recorded};
use crate::derive::items;
use crate::efforts::Scale;
use crate::places;
use crate::words::{chance, p_value};
use crate::{Cell, Point, Row, Rule, Series};

/// The claims about one series; `each` is its share of the run's level.
pub(super) fn series(draft: &mut Draft<'_>, shown: &mut Shown, series: &Budgets, each: Level) {
    let names = draft.units;
    draft.claims.about(|| items(series.shared.iter().map(|unit| names.name(*unit))));
    let one = One::new(draft, series, each);
    one.accuracies(draft, shown);
    one.drops(draft);
    one.onset(draft, shown);
    one.largest(draft, shown);
    one.finding(draft);
    lines::budgets(draft, series, &one.flags, each);
    draft.attrition.extend(series.attrition());
    if let Some(note) = lengths(series) {
        draft.notes.push(note);
    }
    shown.orders.extend(series.order.note().filter(|_| series.scale == Scale::Levels).map(|note| note + &one.of()));
}

struct One<'s> {
    series: &'s Budgets,
    matrix: candor_stats::curve::simultaneous::Matrix,
    drops: Result<Drops, Undefined>,
    flags: Flags,
    each: Level,
    level: Level,
    size: Size,
    rising: Result<Test, Undefined>,
    peak: Result<Test, Undefined>,
}

impl<'s> One<'s> {
    fn new(draft: &Draft<'_>, series: &'s Budgets, each: Level) -> Self {
        let settings = draft.settings;
        let matrix = series.matrix();
        let design = match series.order.spent().filter(|_| series.scale == Scale::Levels) {
            Some(spent) => format!("the same questions at levels that were asked for, in the order of their {spent}"),
            None => "the same questions at budgets that were asked for".to_owned(),
        };
        let flags = recorded().holds(Flag::Design, design);
        let flags = one_model(measured(flags, series.measure, &series.verifiers), places::model(&series.place));
        // Half of the error for each side, so that both ends of the onset's interval hold together.
        let drops = drops(&matrix, each.bonferroni(2), settings.resamples, settings.seed);
        Self {
            rising: isotonic(&matrix, settings.resamples, settings.seed),
            peak: peak(&matrix, settings.seed),
            size: Size { units: series.shared.len() as u64, samples: series.samples() },
            level: settings.level,
            series,
            matrix,
            drops,
            flags,
            each,
        }
    }

    fn name(&self, what: &str, more: &[(&str, &str)]) -> String {
        places::named(&format!("inverse.{what}"), &self.series.place, more)
    }

    fn of(&self) -> String {
        places::of(&self.series.place)
    }

    /// Whether the losses of the budgets are small and alike.
    fn losses(&self) -> Flagged {
        lost(&self.series.attrition())
    }

    fn accuracies(&self, draft: &mut Draft<'_>, shown: &mut Shown) {
        let band = self.each.bonferroni(self.series.budgets.len());
        let losses = self.series.attrition();
        let mut points = Vec::new();
        for (at, budget) in self.series.budgets.iter().enumerate() {
            let place = [("budget", budget.name.as_str())];
            let (accuracy, worst) = (self.name("accuracy", &place), self.name("accuracy_worst_case", &place));
            let clusters = Clusters::from_values(self.matrix.column(at).map(|value| [value]));
            let (estimate, interval) = match &clusters {
                Ok(clusters) => (at_level(clusters.proportion(band), self.level), clusters.interval_finding()),
                Err(_) => (Err(Undefined::no_data("questions")), Flagged::fails("no questions", "questions")),
            };
            draft.claims.make(Stated {
                name: accuracy.clone(),
                statement: format!("accuracy at budget {}{}", budget.name, self.of()),
                parameter: Parameter::SHARE,
                estimate,
                flags: self.flags.clone().with(Flag::Attrition, self.losses()).with(Flag::Interval, interval.clone()),
            });
            draft.claims.make(Stated {
                name: worst.clone(),
                statement: format!(
                    "accuracy at budget {} whatever the lost samples would have been: all wrong to all right{}",
                    budget.name,
                    self.of()
                ),
                parameter: Parameter::SHARE,
                estimate: self.worst_case(at, band),
                flags: self
                    .flags
                    .clone()
                    .holds(Flag::Attrition, "bounds over every outcome of the lost samples")
                    .with(Flag::Interval, interval),
            });
            let (best, fall) = self.fall_to(at);
            shown.budgets.push(Row {
                cells: vec![
                    Cell::text(draft.shown.name(&places::label(&self.series.place))),
                    Cell::text(budget.name.clone()),
                    Cell::Count(self.size.units),
                    Cell::claim(accuracy.clone()),
                    best,
                    fall.clone().map_or_else(|| self.no_fall(), Cell::claim),
                    fall.map_or_else(|| Cell::mark(accuracy.clone()), Cell::mark),
                ],
                remark: None,
            });
            if let Some(losses) = losses.get(at).filter(|losses| losses.seen > losses.used) {
                shown.losses.push(Row {
                    cells: vec![
                        Cell::text(draft.shown.name(&places::label(&self.series.place))),
                        Cell::text(budget.name.clone()),
                        Cell::Count(losses.seen),
                        Cell::Count(losses.seen - losses.used),
                        Cell::claim(accuracy.clone()),
                        Cell::claim(worst),
                    ],
                    remark: None,
                });
            }
            points.push(Point { x: self.x(at), claim: accuracy });
        }
        let label = draft.shown.name(&places::label(&self.series.place));
        shown.curves.push((self.series.scale, Series { label, points, predicted: false }));
    }

    /// Where a budget stands on the axis: its tokens, or its place in the order.
    fn x(&self, at: usize) -> f64 {
        match self.series.scale {
            Scale::Tokens => self.series.budgets.get(at).map_or(0.0, |budget| budget.at),
            Scale::Levels => 1.0 + at as f64,
        }
    }

    /// The bounds of the share right over questions that were asked at every budget, with sampling error on either side.
    fn worst_case(&self, at: usize, band: Level) -> Result<Estimate, Undefined> {
        let budget = self.series.budgets.get(at).ok_or_else(|| Undefined::no_data("budgets"))?;
        let bounds: Vec<(f64, f64)> = self.series.asked.iter().filter_map(|unit| budget.values.bounds(*unit)).collect();
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| {
            let clusters = Clusters::from_values(bounds.iter().map(|pair| [of(pair)]))
                .map_err(|_| Undefined::no_data("questions"))?;
            clusters.proportion(band)
        };
        let (low, high) = (mean(&|pair| pair.0)?, mean(&|pair| pair.1)?);
        let ends = match (low.interval(), high.interval()) {
            (Ok(low), Ok(high)) => {
                Interval::new(low.low(), high.high(), self.level).map_err(|_| Undefined::no_data("questions"))
            }
            (Err(why), _) | (_, Err(why)) => Err(why.clone()),
        };
        // The middle of what is possible: which of it is true cannot be seen.
        let size = Size { units: bounds.len() as u64, samples: budget.values.seen };
        let middle = 0.5 * (low.value() + high.value());
        let estimate = Estimate::new(middle, ends, size, Method::named("worst case, Wilson at n_eff"))?;
        Ok(estimate.derived(|| Derivation::by("between").part(low.derivation()).part(high.derivation())))
    }

    /// The smaller budget from which the fall to this one is largest by its bound, and the name of that claim.
    fn fall_to(&self, to: usize) -> (Cell, Option<String>) {
        let largest = self.drops.iter().flat_map(|drops| &drops.drops).filter(|drop| drop.to == to);
        match largest.max_by(|a, b| a.at_least.total_cmp(&b.at_least)) {
            Some(drop) => (Cell::text(self.series.name(drop.from)), Some(self.drop_name(drop.from, to))),
            None => (Cell::text("-"), None),
        }
    }

    /// Why a budget has no fall.
    fn no_fall(&self) -> Cell {
        let why = self.drops.as_ref().err().map(ToString::to_string);
        Cell::Absent(why.unwrap_or_else(|| "nothing smaller".to_owned()))
    }

    fn drop_name(&self, from: usize, to: usize) -> String {
        self.name("drop", &[("from", self.series.name(from)), ("to", self.series.name(to))])
    }

    fn drops(&self, draft: &mut Draft<'_>) {
        let Ok(drops) = &self.drops else { return };
        for drop in &drops.drops {
            let (smaller, larger) = (self.series.name(drop.from), self.series.name(drop.to));
            let of = self.of();
            draft.claims.assert(
                Stated {
                    name: self.drop_name(drop.from, drop.to),
                    statement: format!("a larger budget hurts: worse at {larger} than at {smaller}{of}"),
                    parameter: Parameter::DIFFERENCE,
                    estimate: self.bounds(drop),
                    flags: self.flags_of(drop),
                },
                Asserted::Better,
                &format!("a larger budget helps: better at {larger} than at {smaller}{of}"),
            );
        }
    }

    /// The drop with both of its one-sided bounds, each at half of the error.
    fn bounds(&self, drop: &Drop) -> Result<Estimate, Undefined> {
        let found = drop.estimate.as_ref().map_err(Clone::clone)?;
        let value = found.value();
        let ends = Interval::new(drop.at_least.min(value), drop.at_most.max(value), self.level)
            .map_err(|_| Undefined::no_data("questions"));
        let estimate = Estimate::new(value, ends, self.size, found.method().clone())?;
        Ok(estimate.derived(|| fall("drops", std::slice::from_ref(drop))))
    }

    fn flags_of(&self, drop: &Drop) -> Flags {
        let pairs = self.matrix.column(drop.from).zip(self.matrix.column(drop.to));
        let changed = pairs.filter(|(a, b)| (a - b).abs() > 1e-12).count() as u64;
        self.flags
            .clone()
            .with(Flag::Interval, enough(self.size.units, changed))
            .with(Flag::Attrition, self.losses_of(drop))
    }

    fn losses_of(&self, drop: &Drop) -> Flagged {
        let (Some(smaller), Some(larger)) = (self.series.budgets.get(drop.from), self.series.budgets.get(drop.to))
        else {
            return self.losses();
        };
        let (before, after) = (&smaller.values, &larger.values);
        let worst: Vec<f64> = self
            .series
            .asked
            .iter()
            .filter_map(|unit| Some(before.bounds(*unit)?.0 - after.bounds(*unit)?.1))
            .collect();
        let pairs = self.drops.as_ref().map_or(1, |drops| drops.drops.len());
        in_worst_case(self.losses(), &worst, self.each.bonferroni(pairs))
    }

    fn onset(&self, draft: &mut Draft<'_>, shown: &mut Shown) {
        let parameter = match self.series.scale {
            Scale::Tokens => Parameter::TOKENS,
            Scale::Levels => Parameter::COUNT,
        };
        let largest = self.series.largest();
        let (estimate, statement, flags) = match &self.drops {
            Err(why) => (Err(why.clone()), "where accuracy begins to fall".to_owned(), self.flags.clone()),
            Ok(Drops { onset: Onset::NotFound { .. }, .. }) => (
                Err(Undefined::not_applicable(
                    "the onset of a fall",
                    format!("no fall is found up to the largest budget measured, {largest}"),
                )),
                format!("no budget up to {largest} is shown to hurt"),
                self.flags.clone().with(Flag::Attrition, self.losses()),
            ),
            Ok(Drops { onset: Onset::At { budget, from, earliest, .. }, drops, method }) => {
                let flags = drops
                    .iter()
                    .find(|drop| drop.from == *from && drop.to == *budget)
                    .map_or_else(Flags::unexamined, |drop| self.flags_of(drop));
                let ends = Interval::new(self.x(*earliest), self.x(*budget), self.level)
                    .map_err(|_| Undefined::no_data("budgets"));
                let name = self.series.name(*budget);
                shown.rules.push((self.series.scale, Rule { x: self.x(*budget), label: format!("falls by {name}") }));
                let place = match self.series.scale {
                    Scale::Tokens => String::new(),
                    Scale::Levels => ", as its place among the levels".to_owned(),
                };
                (
                    Estimate::new(self.x(*budget), ends, self.size, Method::named(method)).map(|onset| {
                        let at: Vec<String> = drops.iter().map(|drop| format!("{}", self.x(drop.to))).collect();
                        onset.derived(|| fall("onset", drops).word("places", at.join(",")))
                    }),
                    format!(
                        "{name} is the first budget that is shown to hurt, against {}; the fall begins no earlier than at {}{place}",
                        self.series.name(*from),
                        self.series.name(*earliest)
                    ),
                    flags,
                )
            }
        };
        draft.claims.make(Stated {
            name: self.name("onset", &[]),
            statement: format!("{statement}{}", self.of()),
            parameter,
            estimate,
            flags,
        });
    }

    fn finding(&self, draft: &mut Draft<'_>) {
        let model = places::model(&self.series.place);
        let who = if model.is_empty() { "the model" } else { model };
        let Ok(drops) = &self.drops else { return };
        match drops.onset {
            Onset::At { budget, from, .. } => {
                let (smaller, larger) = (self.series.name(from), self.series.name(budget));
                let claim = self.drop_name(from, budget);
                let spots = self.series.budgets.get(budget).map(|budget| &budget.values);
                let trace = spots.and_then(|values| {
                    values.questions.values().filter(|value| value.accuracy < 1.0).map(|value| value.spot).min()
                });
                draft.find(
                    &claim,
                    format!("{who}: a larger budget hurts on these questions: it answers worse at {larger} than at {smaller}"),
                    |points| points,
                    trace,
                );
            }
            Onset::NotFound { .. } => draft.find(
                &self.name("largest_drop", &[]),
                format!(
                    "{who}: no fall along the budgets is found up to the largest measured, {}",
                    self.series.largest()
                ),
                |_| 0.5,
                None,
            ),
        }
    }

    /// The largest fall between any two budgets: the only claim that can say that none matters.
    fn largest(&self, draft: &mut Draft<'_>, shown: &mut Shown) {
        let margin = draft.settings.margin;
        let estimate = self.drops.as_ref().map_err(Clone::clone).and_then(|drops| {
            let most = |of: fn(&Drop) -> f64| drops.drops.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            let value_of = |drop: &Drop| drop.estimate.as_ref().map_or(f64::NEG_INFINITY, Estimate::value);
            let value = most(value_of);
            let largest = drops.drops.iter().max_by(|a, b| value_of(a).total_cmp(&value_of(b)));
            let method = largest.and_then(|drop| drop.estimate.as_ref().ok()).map(|estimate| estimate.method().clone());
            let ends =
                Interval::new(most(|drop| drop.at_least).min(value), most(|drop| drop.at_most).max(value), self.level)
                    .map_err(|_| Undefined::no_data("questions"));
            let estimate =
                Estimate::new(value, ends, self.size, method.unwrap_or_else(|| Method::named(drops.method)))?;
            Ok(estimate.derived(|| fall("drops", &drops.drops)))
        });
        let p = |test: &Result<Test, Undefined>| match test {
            Ok(test) => (chance(test.p), p_value(test.p)),
            Err(_) => ("-".to_owned(), "undefined".to_owned()),
        };
        let ((rising, says_rising), (peak, says_peak)) = (p(&self.rising), p(&self.peak));
        let points = crate::words::points(margin);
        let of = self.of();
        let tests = format!(
            "(isotonic test of a curve that never falls: {says_rising}; best budget against the largest: {says_peak})"
        );
        let name = self.name("largest_drop", &[]);
        draft.claims.assert(
            Stated {
                name: name.clone(),
                statement: format!("no budget answers worse than a smaller one by {points} or more {tests}{of}"),
                parameter: Parameter::DIFFERENCE,
                estimate,
                flags: self
                    .flags
                    .clone()
                    .with(Flag::Attrition, self.losses())
                    .with(Flag::Interval, enough(self.size.units, self.changed())),
            },
            Asserted::Below { bound: margin },
            &format!("some budget answers worse than a smaller one by {points} or more {tests}{of}"),
        );
        let onset = self.name("onset", &[]);
        let cell = match draft.claims.find(&onset).map(|claim| claim.estimate().is_ok()) {
            Some(true) => Cell::claim(onset),
            _ => Cell::Absent(format!("not found up to {}", self.series.largest())),
        };
        shown.series.push(Row {
            cells: vec![
                Cell::text(draft.shown.name(&places::label(&self.series.place))),
                cell,
                Cell::claim(name.clone()),
                Cell::text(rising),
                Cell::text(peak),
                Cell::mark(name),
            ],
            remark: None,
        });
    }

    /// Questions whose value is not the same at every budget.
    fn changed(&self) -> u64 {
        let columns: Vec<Vec<f64>> = (0..self.matrix.columns()).map(|at| self.matrix.column(at).collect()).collect();
        let Some((first, others)) = columns.split_first() else { return 0 };
        let differs = |(at, value): (usize, &f64)| {
            others.iter().any(|column| column.get(at).is_some_and(|other| (other - value).abs() > 1e-12))
        };
        first.iter().enumerate().filter(|pair| differs(*pair)).count() as u64
    }
}

/// How falls follow from their one-sided bounds: of each the rise and the fall, in order.
fn fall(by: &'static str, drops: &[Drop]) -> Derivation {
    let parts = drops.iter().flat_map(|drop| drop.derivation.iter().flatten());
    parts.fold(Derivation::by(by), |all, part| all.part(Some(part)))
}

/// A budget that did not make chains longer says nothing of length.
fn lengths(series: &Budgets) -> Option<String> {
    let flat = series.budgets.windows(2).find_map(|pair| match pair {
        [smaller, larger] => match (smaller.length, larger.length) {
            (Some(before), Some(after)) if after <= before => Some((&smaller.name, &larger.name)),
            _ => None,
        },
        _ => None,
    })?;
    Some(format!(
        "the chains at budget {} are not longer than at {}: what falls between them is not their length{}",
        flat.1,
        flat.0,
        places::of(&series.place)
    ))
}
