//! From rows to a report: per group the features in which wrong and right chains differ, within questions where there are enough, else across them.

use std::collections::BTreeMap;

use candor_stats::derivation::Column as Derived;
use candor_stats::slices::{Direction, FEWEST_QUESTIONS, confirm};
use candor_stats::{Asserted, Estimate, Finding as Flagged, Flag, Flags, Level, Parameter, Size, Undefined};

use super::across;
use super::features::{FEATURES, Feature};
use super::rows::Read;
use super::within::{self, Mixed};
use crate::chains::{Chains, Named, Seated};
use crate::claims::{Claims, Stated, at_level, counted_as, lost, named, sides};
use crate::derive::{item, items};
use crate::places::is_cued;
use crate::report::MOST_FINDINGS;
use crate::shown::Shown;
use crate::words::{chance, counted as so_many};
use crate::{Attrition, Cell, Column, Error, Figure, Finding, Limits, Report, Row, Settings, Table};

/// Said in every heading.
const ASSOCIATION: &str = "association only";

/// The report; `None` where no chain can be read, or no answer was decided.
pub(super) fn report(chains: &Chains<Read>, settings: &Settings) -> Result<Option<Report>, Error> {
    let all = chains.groups();
    let groups: Vec<Group<'_>> = all.iter().map(Group::of).filter(|group| !group.questions.is_empty()).collect();
    if groups.is_empty() {
        return Ok(None);
    }
    let labels: Vec<String> = groups.iter().map(|group| group.named.label()).collect();
    let mut draft = Draft {
        chains,
        settings,
        claims: Claims::new(settings.level, chains.planted),
        each: settings.level.bonferroni(groups.len()),
        shown: Shown::of(&labels.iter().map(String::as_str).collect::<Vec<_>>()),
        within: Vec::new(),
        across: Vec::new(),
        findings: Vec::new(),
    };
    for group in &groups {
        draft.group(group)?;
    }
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(MOST_FINDINGS);
    let who = match labels.as_slice() {
        [one] if !one.is_empty() => one.clone(),
        [_] | [] => "one model".to_owned(),
        many => so_many(many.len() as u64, "group"),
    };
    let read: usize = groups.iter().map(Group::chains).sum();
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!("explore · {who} · {} · {ASSOCIATION}", so_many(read as u64, "chain")),
        planted: chains.planted,
        estimand: "whole chains like these, on questions like these: in which features wrong ones differ from right ones; why is not asked"
            .to_owned(),
        figures: draft.figures(groups.len() > 1),
        findings: draft.findings,
        claims: draft.claims.made,
        attrition: groups.into_iter().map(|group| group.losses).collect(),
        notes: draft.shown.note().into_iter().collect(),
        limits: limits(),
    }))
}

/// One group's decided chains by question.
struct Group<'a> {
    named: &'a Named<'a, Read>,
    questions: BTreeMap<u32, Vec<&'a Read>>,
    losses: Attrition,
}

impl<'a> Group<'a> {
    fn of(named: &'a Named<'a, Read>) -> Self {
        let mut questions: BTreeMap<u32, Vec<&Read>> = BTreeMap::new();
        let mut losses = named.losses.clone();
        for row in &named.rows {
            if row.right().is_some() {
                questions.entry(row.seat().unit).or_default().push(row);
            } else {
                losses.used -= 1;
                *losses.lost.entry("no verdict".to_owned()).or_default() += 1;
            }
        }
        questions.values_mut().for_each(|samples| samples.sort_by_key(|row| row.seat().sample));
        Self { named, questions, losses }
    }

    fn chains(&self) -> usize {
        self.questions.values().map(Vec::len).sum()
    }

    /// What a question of that number is called in derivations.
    fn called(&self, unit: i64) -> String {
        item(self.named.question(u32::try_from(unit).unwrap_or(u32::MAX)))
    }

    fn mixed(&self) -> Vec<Mixed> {
        self.questions.values().filter_map(|samples| Mixed::of(samples)).collect()
    }

    /// A wrong chain that has most of a feature, or least of it.
    fn striking(&self, feature: &Feature, most: bool) -> Option<&'a Read> {
        let sign = if most { 1.0 } else { -1.0 };
        let wrong = self.questions.values().flatten().copied().filter(|row| row.right() == Some(false));
        // The first of several: order must not depend on which comes last.
        wrong.reduce(|best, row| if sign * feature.of(row) > sign * feature.of(best) { row } else { best })
    }
}

struct Draft<'a> {
    chains: &'a Chains<Read>,
    settings: &'a Settings,
    claims: Claims,
    /// The level of each group, so that all groups together hold the run's level.
    each: Level,
    shown: Shown,
    within: Vec<Row>,
    across: Vec<Row>,
    findings: Vec<Finding>,
}

impl Draft<'_> {
    fn group(&mut self, group: &Group<'_>) -> Result<(), Error> {
        let mixed = group.mixed();
        let (questions, several) = (group.questions.len() as u64, mixed.len() as u64);
        let all = (|_| 1) as fn(&[&Read]) -> u32;
        for (what, statement, count, each) in [
            ("questions", "questions with decided chains", questions, all),
            ("mixed", "of those, questions with wrong and right chains", several, |samples| {
                u32::from(Mixed::of(samples).is_some())
            }),
        ] {
            let statement = format!("{statement}{}", group.named.of());
            let size = Size { units: questions, samples: group.chains() as u64 };
            self.claims.count(name(what, group, &[]), statement, count, size, counted_as("verdicts as recorded"));
            self.claims.counts(|| {
                let units = group.questions.keys().map(|unit| group.named.question(*unit));
                (items(units), vec![Derived::counts(group.questions.values().map(|samples| each(samples)))])
            });
        }
        let Settings { explore, resamples, seed, .. } = self.settings;
        if mixed.len() < 2 * FEWEST_QUESTIONS {
            return self.across_questions(group);
        }
        match within::confirm(mixed, explore.most, self.each, *resamples, *seed) {
            Ok(confirmation) => confirmation.found.iter().for_each(|found| {
                self.found_within(group, found, confirmation.considered);
            }),
            Err(why) => self.undefined(group, why),
        }
        Ok(())
    }

    fn flags(&self, group: &Group<'_>, feature: &Feature) -> Flags {
        let flags = group.named.flags().with(Flag::Attrition, lost([&group.losses]));
        match (group.named.judges(), feature.is_exact) {
            (Some(by), _) => flags.fails(
                Flag::Measurement,
                format!("a model or a person decided what is right ({by})"),
                "a programmatic verifier",
            ),
            (None, true) => flags.holds(Flag::Measurement, "words counted; verdicts as recorded"),
            (None, false) => flags.fails(
                Flag::Measurement,
                "counts by rules whose recall is not known",
                "chains of this model, labelled without the rules in view",
            ),
        }
    }

    fn found_within(&mut self, group: &Group<'_>, found: &within::Found, considered: usize) {
        let Some(feature) = FEATURES.get(found.feature) else { return };
        let level = self.settings.level;
        let (of, p) = (group.named.of(), chance(found.adjusted));
        let halves = format!(
            "found among {considered} features on one half of the questions, judged by the other; {p} by permutation, Benjamini-Hochberg"
        );
        let flags =
            self.flags(group, feature).with(Flag::Interval, found.interval.clone()).holds(Flag::Selection, halves);
        let statement = |more: bool| {
            let says = feature.says(more);
            format!("wrong chains {says} than right ones to the same question ({ASSOCIATION}; p {p}){of}")
        };
        let (d, difference) = (name("separates", group, &[feature.name]), name("difference", group, &[feature.name]));
        self.claims.assert(
            Stated {
                name: d.clone(),
                statement: statement(true),
                parameter: Parameter::DIFFERENCE,
                estimate: at_level(found.d.clone().map(|d| d.called(|unit| group.called(unit))), level),
                flags: flags.clone(),
            },
            Asserted::Better,
            &statement(false),
        );
        self.claims.make(Stated {
            name: difference.clone(),
            statement: format!(
                "{}, wrong minus right chains to the same question ({ASSOCIATION}){of}",
                feature.counted()
            ),
            parameter: if feature.is_share { Parameter::DIFFERENCE } else { Parameter::NUMBER },
            estimate: at_level(found.difference.clone().map(|one| one.called(|unit| group.called(unit))), level),
            flags,
        });
        let questions = found.d.as_ref().ok().and_then(Estimate::size).map_or(0, |size| size.units);
        let cells = vec![
            Cell::text(self.shown.name(&group.named.label())),
            Cell::text(feature.name),
            Cell::Count(questions),
            Cell::claim(d.clone()),
            Cell::text(p),
            Cell::claim(difference),
            Cell::mark(d.clone()),
        ];
        self.within.push(Row { cells, remark: Some(remark(found.confirmed)) });
        if found.confirmed {
            let more = found.d.as_ref().is_ok_and(|d| d.value() > 0.0);
            let sentence = format!(
                "{}: wrong chains {} than right ones to the same question ({ASSOCIATION})",
                group.named.who(),
                feature.says(more)
            );
            self.finding(group, &d, sentence, group.striking(feature, more));
        }
    }

    fn across_questions(&mut self, group: &Group<'_>) -> Result<(), Error> {
        let sliced = across::sliced(&group.questions)?;
        let Settings { explore, seed, level, .. } = self.settings;
        let confirmation = match confirm(&sliced, Direction::Either, explore.most, self.each, *seed) {
            Ok(confirmation) => confirmation,
            Err(why) => {
                self.undefined(group, why);
                return Ok(());
            }
        };
        let units: Vec<u32> = group.questions.keys().copied().collect();
        let called = |place: i64| {
            let unit = usize::try_from(place).ok().and_then(|place| units.get(place));
            unit.map_or_else(String::new, |unit| group.called(i64::from(*unit)))
        };
        for found in &confirmation.found {
            let Some(feature) = FEATURES.get(found.slice) else { continue };
            let (of, p) = (group.named.of(), chance(found.adjusted));
            let flags = self
                .flags(group, feature)
                .with(Flag::Interval, sides_of(&found.mean))
                .with(Flag::Selection, confirmation.selection_finding());
            let statement = |how: &str| {
                let says = feature.says(true);
                format!(
                    "questions whose chains {says} than the middle question's are right {how} often ({ASSOCIATION}; p {p}){of}"
                )
            };
            let gap = name("gap", group, &[feature.name]);
            let stated = Stated {
                name: gap.clone(),
                statement: statement("less"),
                parameter: Parameter::DIFFERENCE,
                estimate: at_level(found.gap.clone().map(|gap| gap.called(called)), *level),
                flags,
            };
            self.claims.assert(stated, Asserted::Worse, &statement("more"));
            let questions = found.mean.as_ref().ok().and_then(Estimate::size).map_or(0, |size| size.units);
            let cells = vec![
                Cell::text(self.shown.name(&group.named.label())),
                Cell::text(feature.name),
                Cell::Count(questions),
                Cell::claim(gap.clone()),
                Cell::text(p),
                Cell::mark(gap.clone()),
            ];
            self.across.push(Row { cells, remark: Some(remark(found.confirmed)) });
            if found.confirmed {
                let less = found.gap.as_ref().is_ok_and(|gap| gap.value() < 0.0);
                let how = if less { "less" } else { "more" };
                let sentence = format!(
                    "{}: questions whose chains {} are right {how} often, across questions ({ASSOCIATION})",
                    group.named.who(),
                    feature.says(true)
                );
                self.finding(group, &gap, sentence, group.striking(feature, less));
            }
        }
        Ok(())
    }

    fn undefined(&mut self, group: &Group<'_>, why: Undefined) {
        self.claims.make(Stated {
            name: name("separates", group, &[]),
            statement: format!(
                "what wrong chains have more or less of than right ones ({ASSOCIATION}){}",
                group.named.of()
            ),
            parameter: Parameter::DIFFERENCE,
            estimate: Err(why),
            flags: group.named.flags(),
        });
    }

    fn finding(&mut self, group: &Group<'_>, claim: &str, sentence: String, row: Option<&Read>) {
        let Some(claim) = self.claims.find(claim) else { return };
        let Ok(estimate) = claim.estimate() else { return };
        // An association, however clear, stands behind what was lost or gained: a tenth of its size.
        let weight = Finding::weigh(claim, 10.0 * estimate.value().abs());
        let finding = Finding {
            weight,
            sentence,
            beside: Vec::new(),
            claim: claim.name().to_owned(),
            trace: row.map(|row| self.chains.cite(row)),
            closer: "audit run explore".to_owned(),
        };
        self.findings.push(finding.of_cued(is_cued(&group.named.place)));
    }

    fn figures(&mut self, several: bool) -> Vec<Figure> {
        let together = if several { ", all groups together" } else { "" };
        let alpha = 100.0 * self.settings.level.alpha();
        let held = format!(
            "found on one seeded half of the questions, shown on the other; of the confirmed rows at most {alpha:.0} in 100 are expected to miss with their interval{together}; p by Benjamini-Hochberg over the features found"
        );
        let within = Table {
            name: "explore.within".to_owned(),
            title: format!("What separates wrong from right chains to the same question ({ASSOCIATION})"),
            columns: vec![
                Column::text("group"),
                Column::text("feature"),
                Column::number("questions"),
                Column::number("wrong has more"),
                Column::number("p"),
                Column::number("wrong - right"),
                Column::text("mark"),
            ],
            rows: std::mem::take(&mut self.within),
            notes: vec![
                "wrong has more: of pairs of a wrong and a right chain, those in which the wrong one has more minus those in which it has less"
                    .to_owned(),
                "wrong - right: mean difference, in words, passages, times per 1,000 words, or points where a chain has it or not".to_owned(),
                held.clone(),
            ],
        };
        let across = Table {
            name: "explore.across".to_owned(),
            title: format!("What separates wrong from right chains, across questions ({ASSOCIATION})"),
            columns: vec![
                Column::text("group"),
                Column::text("feature"),
                Column::number("questions"),
                Column::number("right, difference"),
                Column::number("p"),
                Column::text("mark"),
            ],
            rows: std::mem::take(&mut self.across),
            notes: vec![
                "questions with more of it than the middle question against the others; fewer than 20 questions have wrong and right chains, so that \
                 hard questions, which may be long, are not told from chains that go wrong"
                    .to_owned(),
                held,
            ],
        };
        [within, across]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .map(|mut table| {
                if !several {
                    table.columns.remove(0);
                    table.rows.iter_mut().for_each(|row| {
                        row.cells.remove(0);
                    });
                }
                Figure::Table(table)
            })
            .collect()
    }
}

fn remark(confirmed: bool) -> String {
    if confirmed { "confirmed" } else { "not confirmed" }.to_owned()
}

fn name(what: &str, group: &Group<'_>, feature: &[&str]) -> String {
    let mut place: Vec<(&str, &str)> = group.named.place.clone();
    place.extend(feature.iter().map(|feature| ("feature", *feature)));
    named(&format!("explore.{what}"), &place)
}

/// V1 on the half that confirms: the questions that have more, and how many of them are right or wrong.
fn sides_of(mean: &Result<Estimate, Undefined>) -> Flagged {
    let size = mean.as_ref().ok().and_then(|estimate| Some((estimate.size()?.units, estimate.value())));
    let (questions, mean) = size.unwrap_or((0, 0.0));
    sides((mean * questions as f64).round() as u64, questions)
}

fn limits() -> Limits {
    Limits::new(
        "an association: what makes an answer wrong may also make its chain long, so that shorter chains need not be right more often",
        [
            "features are what these detectors find: lists of words and rules in English, whose recall is not known",
            "chains that were cut off, summarised, redacted or not recorded are left out: where wrong chains are cut off more often, long ones are missing",
            "a feature that is not confirmed is not shown to say nothing",
        ]
        .map(str::to_owned),
    )
}
