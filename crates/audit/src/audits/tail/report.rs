//! From rows to a report: per part the accuracy over all questions, and beside it the worst slices that one half found and the other half judged.

use candor_stats::attrition::MOST_LOST;
use candor_stats::derivation::Column as Derived;
use candor_stats::slices::{Confirmation, Direction, Found, confirm};
use candor_stats::{Asserted, Clusters, Estimate, Finding as Flagged, Flag, Flags, Level, Parameter, Size, Undefined};
use candor_trace::arm;

use super::attributes::{Asked, Attributes};
use super::parts::{Part, Setting, parts};
use super::slices::{Questions, Slice};
use crate::claims::{Claims, Stated, at_level, counted_as, lost, measured, one_model, recorded, sides};
use crate::derive::{item, items};
use crate::places;
use crate::rows::Rows;
use crate::shown::Shown;
use crate::words::{chance, counted as so_many};
use crate::{Attrition, Cell, Column, Error, Figure, Finding, Limits, Report, Row, Settings, Table};

/// The report; `None` where nothing was decided.
pub(super) fn report(
    rows: &Rows<Asked>,
    attributes: &Attributes,
    settings: &Settings,
) -> Result<Option<Report>, Error> {
    let (parts, slices) = parts(rows);
    let parts: Vec<(Part<'_>, Questions)> = parts
        .into_iter()
        .map(|part| {
            let questions = Questions::of(&part, &slices, rows, attributes);
            (part, questions)
        })
        .filter(|(_, questions)| !questions.values.questions.is_empty() && !questions.slices.is_empty())
        .collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let labels: Vec<String> = parts.iter().map(|(part, _)| places::label(&part.place)).collect();
    let mut draft = Draft {
        settings,
        rows,
        claims: Claims::new(settings.level, rows.planted),
        each: settings.level.bonferroni(parts.len()),
        several_models: slices.iter().any(|setting| setting.name == "model"),
        shown: Shown::of(&labels.iter().map(String::as_str).collect::<Vec<_>>()),
        lines: Vec::new(),
        findings: Vec::new(),
        attrition: Vec::new(),
        notes: Vec::new(),
    };
    for (part, questions) in &parts {
        draft.part(part, questions)?;
    }
    draft.say_what_is_sliced(&parts, &slices, attributes);
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(crate::report::MOST_FINDINGS);
    let questions = parts.iter().map(|(_, questions)| questions.values.questions.len()).max().unwrap_or(0);
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!(
            "tail · {} · {}",
            places::models(parts.iter().map(|(part, _)| &part.place)),
            so_many(questions as u64, "question")
        ),
        planted: rows.planted,
        estimand: "the probability to be right on questions like those of a slice, and how far it lies below that of the other questions"
            .to_owned(),
        figures: vec![draft.table(parts.len() > 1)],
        findings: draft.findings,
        claims: draft.claims.made,
        attrition: draft.attrition,
        notes: draft.notes,
        limits: limits(),
    }))
}

/// The same with questions called by their names where they were numbered.
fn named(mut confirmation: Confirmation, name: impl Fn(i64) -> String) -> Confirmation {
    for Found { gap, mean, .. } in &mut confirmation.found {
        for estimate in [gap, mean] {
            *estimate = estimate.clone().map(|estimate| estimate.called(&name));
        }
    }
    confirmation
}

struct Draft<'a> {
    settings: &'a Settings,
    rows: &'a Rows<Asked>,
    claims: Claims,
    /// The level of each part, so that all parts together hold the run's level.
    each: Level,
    several_models: bool,
    shown: Shown,
    lines: Vec<Row>,
    findings: Vec<Finding>,
    attrition: Vec<Attrition>,
    notes: Vec<String>,
}

impl Draft<'_> {
    fn part(&mut self, part: &Part<'_>, questions: &Questions) -> Result<(), Error> {
        let label = places::label(&part.place);
        let arm = if label.is_empty() { "all calls".to_owned() } else { label };
        let losses = questions.values.attrition(arm, &questions.values.questions.keys().copied().collect(), "");
        let flags = self.flags(part, questions, &losses);
        self.claims.about(|| items(questions.values.questions.keys().map(|unit| self.rows.units.name(*unit))));
        let clusters = Clusters::from_values(questions.values.questions.values().map(|value| [value.accuracy]))?;
        let overall = places::named("tail.accuracy", &part.place, &[]);
        let estimate = clusters.proportion(self.settings.level);
        self.worst_case(&losses, &estimate);
        self.claims.make(Stated {
            name: overall.clone(),
            statement: format!("accuracy over all questions{}", places::of(&part.place)),
            parameter: Parameter::SHARE,
            estimate,
            flags: flags.clone().with(Flag::Interval, clusters.interval_finding()),
        });
        self.attrition.push(losses);
        let mut cells = vec![Cell::text(self.shown.name(&places::label(&part.place))), Cell::text("all questions")];
        cells.extend([Cell::Count(questions.values.questions.len() as u64), Cell::claim(overall.clone())]);
        cells.extend([
            Cell::Absent("the slices are compared with the questions outside of them".to_owned()),
            Cell::Absent("not tested".to_owned()),
            Cell::mark(overall),
        ]);
        self.lines.push(Row { cells, remark: None });
        let own = &self.settings.tail;
        match confirm(&questions.sliced()?, Direction::Lower, own.most, self.each, self.settings.seed) {
            Ok(confirmation) => {
                let units: Vec<u32> = questions.values.questions.keys().copied().collect();
                let called = |place: i64| {
                    let unit = usize::try_from(place).ok().and_then(|place| units.get(place));
                    unit.map_or_else(String::new, |unit| item(self.rows.units.name(*unit)))
                };
                self.found(part, questions, &named(confirmation, called), &flags);
            }
            Err(why) => self.undefined(part, why, &flags),
        }
        Ok(())
    }

    fn flags(&self, part: &Part<'_>, questions: &Questions, losses: &Attrition) -> Flags {
        let flags = recorded().holds(Flag::Design, "no causal words").with(Flag::Attrition, lost([losses]));
        let flags = measured(flags, questions.measure, &part.verifiers);
        if self.several_models {
            flags.fails(Flag::Scope, "several models, each on other questions", "one model on all questions")
        } else {
            one_model(flags, places::model(&part.place))
        }
    }

    /// Where losses are not small: between what the accuracy lies, whatever the lost calls would have been.
    fn worst_case(&mut self, losses: &Attrition, estimate: &Result<Estimate, Undefined>) {
        let missing = candor_stats::Attrition { planned: losses.seen, lost: losses.seen - losses.used };
        if missing.share().is_ok_and(|share| share >= MOST_LOST)
            && let Ok(estimate) = estimate
            && let Ok((low, high)) = missing.worst_case(estimate.value())
        {
            self.notes.push(format!(
                "{}: {} of {} calls gave no outcome; whatever they were, accuracy on these calls lies between {:.1} and {:.1} %",
                losses.arm,
                missing.lost,
                missing.planned,
                100.0 * low,
                100.0 * high
            ));
        }
    }

    fn undefined(&mut self, part: &Part<'_>, why: Undefined, flags: &Flags) {
        self.claims.assert(
            Stated {
                name: places::named("tail.gap", &part.place, &[]),
                statement: format!(
                    "some slice is right less often than the other questions{}",
                    places::of(&part.place)
                ),
                parameter: Parameter::DIFFERENCE,
                estimate: Err(why),
                flags: flags.clone(),
            },
            Asserted::Worse,
            "",
        );
    }

    fn found(&mut self, part: &Part<'_>, questions: &Questions, confirmation: &Confirmation, flags: &Flags) {
        let of = places::of(&part.place);
        let size = Size::single(questions.values.questions.len() as u64);
        let confirmed = confirmation.found.iter().filter(|found| found.confirmed).count();
        for (what, statement, count) in [
            ("slices", "slices with enough questions on both halves", confirmation.considered),
            ("left_out", "slices with too few questions, or without spread, on a half", confirmation.left_out),
            ("found", "slices that one half found to be lowest", confirmation.found.len()),
            ("confirmed", "of those, slices that the other half confirms", confirmed),
        ] {
            let is = |(slice, enough): (usize, &bool)| {
                let mut found = confirmation.found.iter().filter(|found| found.slice == slice);
                match what {
                    "slices" => *enough,
                    "left_out" => !enough,
                    "found" => found.next().is_some(),
                    _ => found.any(|found| found.confirmed),
                }
            };
            let name = places::named(&format!("tail.{what}"), &part.place, &[]);
            let flags = counted_as("recorded attributes compared as texts");
            self.claims.count(name, format!("{statement}{of}"), count as u64, size, flags);
            self.claims.counts(|| {
                let called = questions.slices.iter().map(|(attribute, value)| format!("{attribute}\u{1f}{value}"));
                (items(called), vec![Derived::flags(confirmation.enough.iter().enumerate().map(is))])
            });
        }
        let flags = flags.clone().with(Flag::Selection, confirmation.selection_finding());
        for found in &confirmation.found {
            if let (Some(slice), Some(members)) =
                (questions.slices.get(found.slice), questions.members.get(found.slice))
            {
                let wrong = members.iter().filter_map(|unit| questions.values.questions.get(unit));
                let wrong = wrong.filter(|value| value.accuracy < 1.0).map(|value| value.spot).min();
                self.slice(part, slice, found, &flags);
                if found.confirmed {
                    self.finding(part, slice, wrong);
                }
            }
        }
    }

    fn slice(&mut self, part: &Part<'_>, slice: &Slice, found: &Found, flags: &Flags) {
        let level = self.settings.level;
        let of = places::of(&part.place);
        let (attribute, value) = slice;
        let flags = flags.clone().with(Flag::Interval, sides_of(&found.mean));
        let (mean, gap) = (name("slice_accuracy", part, slice), name("gap", part, slice));
        self.claims.make(Stated {
            name: mean.clone(),
            statement: format!("accuracy where {attribute} is {}{of}", value.escape_debug()),
            parameter: Parameter::SHARE,
            estimate: at_level(found.mean.clone(), level),
            flags: flags.clone(),
        });
        let statement = |how: &str| {
            let adjusted = chance(found.adjusted);
            format!(
                "questions whose {attribute} is {} are right {how} often than the others (p {adjusted}, Benjamini-Hochberg){of}",
                value.escape_debug()
            )
        };
        self.claims.assert(
            Stated {
                name: gap.clone(),
                statement: statement("less"),
                parameter: Parameter::DIFFERENCE,
                estimate: at_level(found.gap.clone(), level),
                flags,
            },
            Asserted::Worse,
            &statement("more"),
        );
        let questions = found.mean.as_ref().ok().and_then(Estimate::size).map_or(0, |size| size.units);
        let cells = vec![
            Cell::text(self.shown.name(&places::label(&part.place))),
            Cell::text(format!("{attribute}: {value}")),
            Cell::Count(questions),
            Cell::claim(mean),
            Cell::claim(gap.clone()),
            Cell::text(chance(found.adjusted)),
            Cell::mark(gap),
        ];
        let remark = if found.confirmed { "confirmed" } else { "not confirmed" };
        self.lines.push(Row { cells, remark: Some(remark.to_owned()) });
    }

    fn finding(&mut self, part: &Part<'_>, slice: &Slice, wrong: Option<crate::names::Spot>) {
        let Some(claim) = self.claims.find(&name("gap", part, slice)) else { return };
        let Ok(estimate) = claim.estimate() else { return };
        let model = places::model(&part.place);
        let who = if model.is_empty() { "the model" } else { model };
        // Two ways of asking may both fail there: each finding says which it is.
        let asked = part.place.iter().filter(|(name, value)| *name != "model" && value != arm::UNCUED);
        let asked: Vec<String> = asked.map(|(name, value)| format!("{name} {}", value.escape_debug())).collect();
        let under = if asked.is_empty() { String::new() } else { format!(" ({})", asked.join(", ")) };
        self.findings.push(Finding {
            weight: Finding::weigh(claim, -100.0 * estimate.value()),
            sentence: format!(
                "{who}{under}: answers are less often right where {} is {}",
                slice.0,
                slice.1.escape_debug()
            ),
            beside: Vec::new(),
            claim: claim.name().to_owned(),
            trace: wrong.map(|spot| self.rows.spots.cite(spot)),
            closer: "audit run tail".to_owned(),
        });
    }

    /// Which attributes there are, and which have no slices.
    fn say_what_is_sliced(
        &mut self,
        parts: &[(Part<'_>, Questions)],
        settings: &[&'static Setting],
        attributes: &Attributes,
    ) {
        let sorted = |names: &mut Vec<&str>| {
            names.sort_unstable();
            names.dedup();
        };
        let mut taken: Vec<&str> = parts
            .iter()
            .flat_map(|(_, questions)| &questions.slices)
            .map(|(attribute, _)| attribute.as_str())
            .collect();
        sorted(&mut taken);
        self.notes.push(format!("slices by what was known before the answer: {}", taken.join(", ")));
        let mut own: Vec<&str> =
            parts.iter().flat_map(|(_, questions)| &questions.own_values).map(String::as_str).collect();
        own.extend(attributes.too_many());
        sorted(&mut own);
        own.retain(|attribute| !taken.contains(attribute));
        if !own.is_empty() {
            self.notes
                .push(format!("no slices, since nearly every question has a value of its own: {}", own.join(", ")));
        }
        if !settings.is_empty() {
            let names: Vec<&str> = settings.iter().map(|setting| setting.name).collect();
            self.notes.push(format!("no question was asked under two of: {}; so they are slices", names.join(", ")));
        }
        self.notes.extend(self.shown.note());
    }

    fn table(&mut self, several: bool) -> Figure {
        let mut columns = vec![
            Column::text("model"),
            Column::text("slice"),
            Column::number("questions"),
            Column::number("accuracy"),
            Column::number("to the others"),
            Column::number("p"),
            Column::text("mark"),
        ];
        let mut rows = std::mem::take(&mut self.lines);
        if !several {
            columns.remove(0);
            rows.iter_mut().for_each(|row| {
                row.cells.remove(0);
            });
        }
        let together = if several { ", all models together" } else { "" };
        let notes = vec![
            "the lowest slices of one seeded half of the questions, judged by the other half: its questions, its accuracy, its gap".to_owned(),
            format!(
                "of the confirmed rows at most 5 in 100 are expected to miss with their interval (false coverage rate){together}; p by Benjamini-Hochberg over the slices found"
            )
            .replace("5 in 100", &format!("{:.0} in 100", 100.0 * self.settings.level.alpha())),
            "slices may overlap; the accuracy over all questions stands for itself".to_owned(),
        ];
        Figure::Table(Table {
            name: "tail.table".to_owned(),
            title: "The worst slices".to_owned(),
            columns,
            rows,
            notes,
        })
    }
}

fn name(what: &str, part: &Part<'_>, (attribute, value): &Slice) -> String {
    places::named(&format!("tail.{what}"), &part.place, &[("slice", &format!("{attribute}: {value}"))])
}

/// V1 on the half that confirms: the slice's questions, and how many of them are right or wrong.
fn sides_of(mean: &Result<Estimate, Undefined>) -> Flagged {
    let size = mean.as_ref().ok().and_then(|estimate| Some((estimate.size()?.units, estimate.value())));
    let (questions, mean) = size.unwrap_or((0, 0.0));
    sides((mean * questions as f64).round() as u64, questions)
}

fn limits() -> Limits {
    Limits::new(
        "a slice that is worse is worse for whatever reason: what its questions have in common need not be why",
        [
            "slices of few questions are not seen: one needs 10 questions on each half, and a gap that half the questions can show",
            "a slice that is not confirmed is not shown to be sound",
        ]
        .map(str::to_owned),
    )
}
