//! From rows to a report: every model's efforts against the lowest and step by step, paired on questions, simultaneous over all of them.

use std::collections::BTreeSet;

use candor_stats::curve::simultaneous::{Bound, Contrast, Family, Matrix, simultaneous};
use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::ratio::fieller::Means;
use candor_stats::{Asserted, Clusters, Estimate, Flag, Flags, Interval, Level, Method, Parameter, Size, Undefined};

use crate::claims::{Claims, Stated, counted, enough, lost, measured, one_model, recorded};
use crate::derive::items;
use crate::efforts::Order;
use crate::places::{self, Part, Place, by_place};
use crate::rows::{Kept, Rows};
use crate::shown::Shown;
use crate::values::{CutOff, Measure, Value, Values, gather, measure};
use crate::words::counted as so_many;
use crate::{Attrition, Cell, Column, Error, Figure, Finding, Forest, Limits, Report, Row, Settings, Table};

/// One model (in one arm, under one kind of cue) at several efforts, lowest first, on the questions that all of them have.
struct Group {
    place: Place,
    efforts: Vec<(String, Values)>,
    order: Order,
    shared: Vec<u32>,
    measure: Measure,
    verifiers: Vec<String>,
}

/// The report; `None` where nothing was asked at two efforts.
pub(super) fn report(rows: &Rows, settings: &Settings) -> Result<Option<Report>, Error> {
    let (groups, mut notes) = groups(rows);
    if groups.is_empty() {
        return Ok(None);
    }
    let mut draft = Draft {
        settings,
        claims: Claims::new(settings.level, rows.planted),
        each: settings.level.bonferroni(groups.len()),
        shown: Shown::of(&groups.iter().map(|group| places::model(&group.place)).collect::<Vec<_>>()),
        lines: Vec::new(),
        forest: Vec::new(),
        findings: Vec::new(),
        attrition: Vec::new(),
        money: false,
        method: BTreeSet::new(),
        tops: Vec::new(),
        orders: BTreeSet::new(),
    };
    for group in &groups {
        draft.group(group, rows)?;
    }
    draft.over_models();
    notes.extend(draft.shown.note());
    let figures = draft.figures(groups.len());
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(crate::report::MOST_FINDINGS);
    let questions = groups.iter().map(|group| group.shared.len()).max().unwrap_or(0);
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!("lift of effort · {} · {}", places::models(groups.iter().map(|group| &group.place)), so_many(questions as u64, "question")),
        planted: rows.planted,
        estimand: "the mean over questions like these of the change of the probability to be right, when the same model is asked at another \
                   effort"
            .to_owned(),
        findings: draft.findings,
        claims: draft.claims.made,
        figures,
        attrition: draft.attrition,
        notes,
        limits: limits(),
    }))
}

/// Rows by model, arm and cue; those with at least two efforts on common questions.
fn groups(rows: &Rows) -> (Vec<Group>, Vec<String>) {
    let (mut groups, mut alone, mut apart) = (Vec::new(), 0_u64, 0_u64);
    for (place, mut efforts) in by_place(rows, Part::Effort) {
        let spent = |(effort, at): &'_ (String, usize)| Some((effort.clone(), rows.spent.get(*at)?));
        let order = {
            let known: Vec<_> = efforts.iter().filter_map(spent).collect();
            Order::of(known.iter().map(|(effort, spent)| (effort.as_str(), *spent)))
        };
        efforts.sort_by_key(|(effort, _)| order.place(effort));
        let kept: Vec<&[Kept]> =
            efforts.iter().filter_map(|(_, at)| rows.subjects.get(*at)).map(|(_, kept)| kept.as_slice()).collect();
        let measure = measure(kept.iter().copied().flatten());
        let mut verifiers: Vec<String> =
            efforts.iter().filter_map(|(_, at)| rows.verifiers.get(*at)).flatten().cloned().collect();
        verifiers.sort();
        verifiers.dedup();
        let gathered: Vec<(String, Values)> = efforts
            .into_iter()
            .zip(&kept)
            .map(|((effort, _), kept)| (effort, gather(*kept, measure, CutOff::Counted)))
            .filter(|(_, found)| !found.questions.is_empty())
            .collect();
        let [(_, first), others @ ..] = gathered.as_slice() else { continue };
        if others.is_empty() {
            alone += 1;
            continue;
        }
        let shared: Vec<u32> = first
            .questions
            .keys()
            .copied()
            .filter(|unit| others.iter().all(|(_, other)| other.questions.contains_key(unit)))
            .collect();
        if shared.is_empty() {
            apart += 1;
            continue;
        }
        groups.push(Group { place, efforts: gathered, order, shared, measure, verifiers });
    }
    let mut notes = Vec::new();
    if alone > 0 {
        notes.push(format!("{} asked at one effort only: nothing to compare", so_many(alone, "model")));
    }
    if apart > 0 {
        notes.push(format!("{} whose efforts have no question in common", so_many(apart, "model")));
    }
    (groups, notes)
}

struct Draft<'a> {
    settings: &'a Settings,
    claims: Claims,
    /// The level of each model's family, so that all models together hold the run's level.
    each: Level,
    shown: Shown,
    lines: Vec<Row>,
    forest: Vec<(String, String)>,
    findings: Vec<Finding>,
    attrition: Vec<Attrition>,
    money: bool,
    method: BTreeSet<&'static str>,
    /// Per model: the claim of the highest effort against the lowest, where it is known which these are.
    tops: Vec<String>,
    /// From where an order is known that the names of the efforts do not say, or why it is not known.
    orders: BTreeSet<String>,
}

impl Draft<'_> {
    fn group(&mut self, group: &Group, rows: &Rows) -> Result<(), Error> {
        let shared: BTreeSet<u32> = group.shared.iter().copied().collect();
        for (effort, found) in &group.efforts {
            let model = places::model(&group.place);
            let who = if model.is_empty() { String::new() } else { format!("{model} · ") };
            let apart = "question not asked at every effort";
            self.attrition.push(found.attrition(format!("{who}effort {effort}"), &shared, apart));
        }
        let of = places::of(&group.place);
        self.orders.extend(group.order.note().map(|note| note + &of));
        let mut matrix = Matrix::new(group.efforts.len());
        let mut samples = 0;
        for unit in &group.shared {
            let values: Vec<&Value> = group.efforts.iter().filter_map(|(_, found)| found.questions.get(unit)).collect();
            samples += values.iter().map(|value| value.samples).sum::<u64>();
            matrix.push(values.iter().map(|value| value.accuracy));
        }
        self.claims.about(|| items(group.shared.iter().map(|unit| rows.units.name(*unit))));
        let flags = flags(group, &self.attrition);
        for (at, (effort, _)) in group.efforts.iter().enumerate() {
            self.accuracy(group, effort, &matrix, at, &flags)?;
        }
        let last = group.efforts.len() - 1;
        let mut pairs: Vec<(usize, usize)> = (1..=last).map(|to| (0, to)).collect();
        pairs.extend((1..last).map(|from| (from, from + 1)));
        let family = simultaneous(&matrix, &pairs, self.each, self.settings.resamples, self.settings.seed);
        if let Ok(family) = &family {
            self.method.extend(family.contrasts.iter().map(|contrast| family.method_of(contrast)));
        }
        for (at, (from, to)) in pairs.iter().enumerate() {
            let found = family.as_ref().map_err(Clone::clone).and_then(|family| {
                let missing = || Undefined::no_data("questions");
                family.contrasts.get(at).map(|contrast| (family, contrast)).ok_or_else(missing)
            });
            self.step(group, (*from, *to), (&found, &matrix), samples, &flags, rows);
        }
        Ok(())
    }

    fn name(&self, what: &str, group: &Group, more: &[(&str, &str)]) -> String {
        places::named(&format!("lift.{what}"), &group.place, more)
    }

    fn accuracy(
        &mut self,
        group: &Group,
        effort: &str,
        matrix: &Matrix,
        at: usize,
        flags: &Flags,
    ) -> Result<(), Error> {
        let clusters = Clusters::from_values(matrix.column(at).map(|value| [value]))?;
        let name = self.name("accuracy", group, &[("effort", effort)]);
        self.claims.make(Stated {
            name,
            statement: format!("accuracy at effort {effort}{}", places::of(&group.place)),
            parameter: Parameter::SHARE,
            estimate: clusters.proportion(self.settings.level),
            flags: flags.clone().with(Flag::Interval, clusters.interval_finding()),
        });
        Ok(())
    }

    /// One effort against a lower one: its claims and its row.
    fn step(
        &mut self,
        group: &Group,
        (from, to): (usize, usize),
        (found, matrix): (&Result<(&Family, &Contrast), Undefined>, &Matrix),
        samples: u64,
        flags: &Flags,
        rows: &Rows,
    ) {
        let (Some((low, lower)), Some((high, higher))) = (group.efforts.get(from), group.efforts.get(to)) else {
            return;
        };
        let place = [("from", low.as_str()), ("to", high.as_str())];
        let size = Size { units: group.shared.len() as u64, samples };
        let level = self.settings.level;
        let estimate = found.clone().and_then(|(family, contrast)| {
            let (low, high) = family.ends(contrast);
            let ends = Interval::new(low.max(-1.0), high.min(1.0), level)
                .map_err(|_| Undefined::NoVariation { what: "differences between efforts".into() });
            let estimate = Estimate::new(contrast.value, ends, size, Method::named(family.method_of(contrast)))?;
            Ok(estimate.derived(|| family.derivation(matrix, contrast, Bound::Ends)))
        });
        let changed = found.as_ref().map_or((0, 0), |(_, contrast)| (contrast.rose, contrast.fell));
        let gain = self.name("gain", group, &place);
        let model = places::of(&group.place);
        self.claims.assert(
            Stated {
                name: gain.clone(),
                statement: format!("effort {high} is better than {low}{model}"),
                parameter: Parameter::DIFFERENCE,
                estimate,
                flags: flags.clone().with(Flag::Interval, enough(size.units, changed.0 + changed.1)),
            },
            Asserted::Better,
            &format!("effort {high} is worse than {low}{model}"),
        );
        for (what, statement, count) in [
            ("gained", format!("questions that effort {high} answers better than {low}{model}"), changed.0),
            ("lost", format!("questions that effort {high} answers worse than {low}{model}"), changed.1),
        ] {
            let name = self.name(what, group, &place);
            self.claims.count(name, statement, count, size, counted());
            let by = if what == "gained" { "rose" } else { "fell" };
            self.claims.follows(|| {
                let column = |at| Derived::reals(matrix.column(at));
                Derivation::by(by).column(column(from)).column(column(to))
            });
        }
        let dearer = per_point(group, lower, higher, samples, level);
        let price = dearer.map(|estimate| {
            self.money = true;
            let name = self.name("cost_per_point", group, &place);
            self.claims.make(Stated {
                name: name.clone(),
                statement: format!("dollars per question and point gained by effort {high} over {low}{model}"),
                parameter: Parameter { low: f64::NEG_INFINITY, ..Parameter::DOLLARS },
                estimate,
                flags: flags.clone().with(Flag::Interval, enough(size.units, changed.0 + changed.1)),
            });
            name
        });
        let claim = |what: &str, effort: &str| Cell::claim(self.name(what, group, &[("effort", effort)]));
        let mut cells = vec![
            Cell::text(self.shown.name(&places::label(&group.place))),
            Cell::text(low.clone()),
            Cell::text(high.clone()),
            Cell::Count(size.units),
            claim("accuracy", low),
            claim("accuracy", high),
            Cell::claim(gain.clone()),
            Cell::text(format!("{} / {}", changed.0, changed.1)),
        ];
        cells.push(price.map_or_else(|| Cell::Absent("no cost recorded".to_owned()), Cell::claim));
        cells.push(Cell::mark(gain.clone()));
        self.lines.push(Row { cells, remark: None });
        if from == 0 && to + 1 == group.efforts.len() && group.order.ordered(low, high) {
            self.forest.push((self.shown.name(&places::label(&group.place)), gain.clone()));
            self.tops.push(gain.clone());
        }
        self.finding(group, (low, high), &gain, higher, rows);
    }

    fn finding(&mut self, group: &Group, (low, high): (&str, &str), gain: &str, higher: &Values, rows: &Rows) {
        if !group.order.ordered(low, high) {
            return;
        }
        let Some(claim) = self.claims.find(gain) else { return };
        let Ok(estimate) = claim.estimate() else { return };
        let model = places::model(&group.place);
        let who = if model.is_empty() { "the model" } else { model };
        let points = 100.0 * estimate.value();
        let ends = estimate.interval().map(|interval| (interval.low(), interval.high()));
        let (sentence, weight) = match ends {
            Ok((_, most)) if most < 0.0 => {
                (format!("{who}: effort {high} answers worse than {low} on these questions"), -points)
            }
            Ok((least, _)) if least > 0.0 => (format!("{who}: effort {high} answers better than {low}"), 0.5),
            _ => (format!("{who}: effort {high} is not shown to answer better than {low}"), 1.0),
        };
        let sentence = match group.order.spent() {
            Some(spent) => format!("{sentence}; which is the higher is told by their {spent}"),
            None => sentence,
        };
        let wrong = higher.questions.values().filter(|value| value.accuracy < 1.0).map(|value| value.spot).min();
        self.findings.push(Finding {
            weight: Finding::weigh(claim, weight),
            sentence,
            beside: Vec::new(),
            claim: gain.to_owned(),
            trace: wrong.map(|spot| rows.spots.cite(spot)),
            closer: "audit run lift".to_owned(),
        });
    }

    /// How many models there are, and for how many the highest effort stands below the lowest.
    fn over_models(&mut self) {
        let size = Size::single(self.tops.len() as u64);
        let value = |name: &String| self.claims.find(name).and_then(|claim| claim.estimate().ok()).map(Estimate::value);
        let worse = self.tops.iter().filter(|name| value(name).is_some_and(|value| value < 0.0)).count() as u64;
        let shown = self
            .tops
            .iter()
            .filter(|name| {
                self.claims
                    .find(name)
                    .and_then(|claim| claim.estimate().ok())
                    .is_some_and(|estimate| estimate.interval().is_ok_and(|interval| interval.high() < 0.0))
            })
            .count() as u64;
        for (name, statement, count) in [
            ("lift.models", "models asked at two efforts or more whose order is known", self.tops.len() as u64),
            ("lift.worse", "of them, models whose accuracy is lower at the highest effort than at the lowest", worse),
            (
                "lift.shown_worse",
                "of those, models for which the whole interval is below 0, simultaneous over models",
                shown,
            ),
        ] {
            self.claims.count(name.to_owned(), statement, count, size, counted());
            let which = match name {
                "lift.models" => "all",
                "lift.worse" => "below",
                _ => "shown-below",
            };
            let gains: Vec<Option<Derivation>> =
                self.tops.iter().map(|top| self.claims.find(top)?.estimate().ok()?.derivation().cloned()).collect();
            self.claims.follows(|| {
                let start = Derivation::by("how-many").word("what", which);
                gains.iter().fold(start, |all, gain| all.part(gain.as_ref()))
            });
        }
    }

    fn figures(&mut self, groups: usize) -> Vec<Figure> {
        let mut columns = vec![
            Column::text("model"),
            Column::text("from"),
            Column::text("to"),
            Column::number("questions"),
            Column::number("accuracy"),
            Column::number("then"),
            Column::number("lift"),
            Column::number("items +/-"),
            Column::number("$ / point"),
            Column::text("mark"),
        ];
        let mut rows = std::mem::take(&mut self.lines);
        let mut title = "The same questions at another effort".to_owned();
        // What is the same in every row stands in the title, and money that nobody recorded nowhere.
        let mut drop = |at: usize, columns: &mut Vec<Column>| {
            columns.remove(at);
            rows.iter_mut().for_each(|row| drop_cell(row, at));
        };
        if !self.money {
            drop(8, &mut columns);
        }
        if groups == 1 {
            drop(0, &mut columns);
        }
        if groups == 1
            && let Some((label, _)) = self.forest.first()
            && !label.is_empty()
        {
            title = format!("{title} · {label}");
        }
        let method: Vec<&str> = std::mem::take(&mut self.method).into_iter().collect();
        let note = format!(
            "lift is paired on questions and simultaneous over {} ({}); accuracies and dollars a point are not: each stands alone",
            if groups == 1 { "the rows" } else { "all rows of all models" },
            method.join("; ")
        );
        let items = "items +/-: questions answered better / worse; more effort is not a superset of less".to_owned();
        let mut notes: Vec<String> = std::mem::take(&mut self.orders).into_iter().collect();
        notes.extend([note, items, "the mark is that of the lift".to_owned()]);
        let table = Table { name: "lift.table".to_owned(), title, columns, rows, notes };
        let mut figures = vec![Figure::Table(table)];
        if self.forest.len() > 1 {
            figures.push(Figure::Forest(Forest {
                name: "lift.models".to_owned(),
                title: "Highest effort against the lowest, by model".to_owned(),
                rows: std::mem::take(&mut self.forest),
                reference: Some(0.0),
                notes: vec!["simultaneous over the models: the most extreme row may be read like any other".to_owned()],
            }));
        }
        figures
    }
}

fn drop_cell(row: &mut Row, at: usize) {
    if at < row.cells.len() {
        row.cells.remove(at);
    }
}

/// Dollars per question for one point: mean extra cost over mean gain in points, Fieller; `None` where a cost is missing.
fn per_point(
    group: &Group,
    lower: &Values,
    higher: &Values,
    samples: u64,
    level: Level,
) -> Option<Result<Estimate, Undefined>> {
    let (mut extra, mut points) = (Vec::new(), Vec::new());
    for unit in &group.shared {
        let (low, high) = (lower.questions.get(unit)?, higher.questions.get(unit)?);
        extra.push(high.cost? - low.cost?);
        points.push(100.0 * (high.accuracy - low.accuracy));
    }
    let means = Means::of(&extra, &points).map_err(|why| Undefined::not_applicable("cost per point", why.to_string()));
    Some(means.and_then(|means| {
        if means.denominator > 0.0 {
            let ratio = means.estimate(samples, level)?;
            Ok(ratio.derived(|| Means::derivation(&extra, &points, level)))
        } else {
            Err(Undefined::not_applicable("cost per point", "nothing is gained"))
        }
    }))
}

fn flags(group: &Group, losses: &[Attrition]) -> Flags {
    let flags = recorded()
        .holds(Flag::Design, "the same model on the same questions, only the effort differs")
        .with(Flag::Attrition, lost(losses.iter().rev().take(group.efforts.len())));
    one_model(measured(flags, group.measure, &group.verifiers), places::model(&group.place))
}

fn limits() -> Limits {
    Limits::new(
        "these questions and questions like them: where effort helps here it may hurt on another task",
        [
            "an effort is what was asked for, not how long the model reasoned",
            "a model that was not asked at two efforts on the same questions is not in it",
        ]
        .map(str::to_owned),
    )
}
