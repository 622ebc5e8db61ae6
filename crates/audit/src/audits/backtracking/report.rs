//! From rows to a report: tables, findings, losses and limits. What the numbers are is said in `measures` and `sections`.

use std::cmp::Reverse;

use candor_stats::Level;
use candor_verify::signal::backtrack::Class;

use super::measures::{LengthIn, Measures, THIRDS, key, name};
use super::rows::Read;
use super::sections::Sections;
use crate::chains::{Chains, Named};
use crate::claims::{ALONE, Claims};
use crate::report::MOST_FINDINGS;
use crate::shown::Shown;
use crate::validity::measured::said;
use crate::within::Within;
use crate::words::counted as so_many;
use crate::{Cell, Column, Figure, Finding, Limits, Report, Row, Settings, Table};

/// The report; `None` where no chain can be read and no section is labelled.
pub(super) fn report(chains: &Chains<Read>, sections: &Sections, settings: &Settings) -> Option<Report> {
    let all = chains.groups();
    let groups: Vec<&Named<'_, Read>> = all.iter().filter(|group| !group.rows.is_empty()).collect();
    if groups.is_empty() && sections.responses() == 0 {
        return None;
    }
    let labels: Vec<String> = groups.iter().map(|group| group.label()).collect();
    let planted = chains.planted || sections.planted;
    let mut draft = Draft {
        chains,
        claims: Claims::new(settings.level, planted),
        shown: Shown::of(&labels.iter().map(String::as_str).collect::<Vec<_>>()),
        findings: Vec::new(),
        lengths: Vec::new(),
    };
    let within: Vec<Within> = groups.iter().map(|group| draft.group(group)).collect();
    let compared = within.iter().filter(|within| within.questions() > 0).count();
    let each = settings.level.bonferroni(compared.max(1));
    for (group, within) in groups.iter().zip(&within) {
        draft.association(group, within, each);
    }
    let mut figures = draft.figures(&groups, &within);
    figures.extend(sections.report(&mut draft.claims));
    let read = groups.iter().map(|group| group.rows.len() as u64).sum::<u64>();
    let mut notes: Vec<String> = draft.shown.note().into_iter().collect();
    if let (Some(recall), Some(precision)) = (said("backtracking.recall"), said("backtracking.precision")) {
        notes.push(format!(
            "the detector's recall was {recall}, its precision {precision}, on labelled chains of one model (candor validity backtracking): a rate of none is \
             none that it finds"
        ));
    }
    if draft.lengths.contains(&LengthIn::Words) {
        notes.push(
            "where not every chain has recorded reasoning tokens, lengths are words set apart by white space"
                .to_owned(),
        );
    }
    notes.extend(groups.iter().filter_map(|group| {
        group.worst_case(draft.claims.find(&name("share", group, &[]))?, "the share with a counted place")
    }));
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(MOST_FINDINGS);
    Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: title(&labels, read),
        planted,
        estimand: "chains like these, on questions like these: places at which this version of the detector sees a chain go back on itself"
            .to_owned(),
        findings: draft.findings,
        claims: draft.claims.made,
        figures,
        attrition: all.iter().map(|group| group.losses.clone()).collect(),
        notes,
        limits: limits(),
    })
}

fn title(labels: &[String], chains: u64) -> String {
    let who = match labels {
        [one] if !one.is_empty() => one.clone(),
        [_] | [] => "one model".to_owned(),
        many => so_many(many.len() as u64, "group"),
    };
    format!("{} · {who} · {}", super::ABOUT.name, so_many(chains, "chain"))
}

struct Draft<'a> {
    chains: &'a Chains<Read>,
    claims: Claims,
    shown: Shown,
    findings: Vec<Finding>,
    lengths: Vec<LengthIn>,
}

impl Draft<'_> {
    /// The claims of one group but its association, which needs to know how many groups can be compared.
    fn group(&mut self, group: &Named<'_, Read>) -> Within {
        let mut measures = Measures::new(group, &mut self.claims);
        measures.make();
        let (length, within) = (measures.length_in(), measures.within());
        self.lengths.push(length);
        let sentence = format!("{}: chains go back on themselves", group.who());
        let most = group.rows.iter().copied().max_by_key(|row| (row.counted(), Reverse(row.words)));
        self.finding(&name("share", group, &[]), sentence, most, |_| 0.5);
        within
    }

    fn association(&mut self, group: &Named<'_, Read>, within: &Within, level: Level) {
        if within.questions() == 0 {
            return;
        }
        Measures::new(group, &mut self.claims).association(within, level);
        let claim = name("right_difference", group, &[]);
        let ends = self.claims.find(&claim).and_then(|claim| {
            let interval = *claim.estimate().ok()?.interval().ok()?;
            Some((interval.low(), interval.high()))
        });
        let often = match ends {
            Some((low, _)) if low > 0.0 => "more",
            Some((_, high)) if high < 0.0 => "less",
            _ => return,
        };
        let sentence = format!(
            "{}: samples that go back on themselves are right {often} often than others of the same question (association only)",
            group.who()
        );
        let row = group.rows.iter().copied().find(|row| row.backtracks());
        self.finding(&claim, sentence, row, |value| 100.0 * value.abs());
    }

    fn finding(&mut self, claim: &str, sentence: String, row: Option<&Read>, points: impl Fn(f64) -> f64) {
        let Some(claim) = self.claims.find(claim) else { return };
        let Ok(estimate) = claim.estimate() else { return };
        if estimate.value().abs() <= 0.0 {
            return;
        }
        self.findings.push(Finding {
            weight: Finding::weigh(claim, points(estimate.value())),
            sentence,
            beside: Vec::new(),
            claim: claim.name().to_owned(),
            trace: row.map(|row| self.chains.cite(row)),
            closer: "audit run backtracking".to_owned(),
        });
    }

    /// A table with a line per group; what a table is about stands in its title.
    fn table(
        &self,
        (of, title): (&str, &str),
        columns: Vec<Column>,
        lines: impl Iterator<Item = (String, Vec<Cell>)>,
        notes: &[&str],
    ) -> Option<Figure> {
        let rows: Vec<Row> = lines
            .map(|(label, cells)| {
                let mut whole = vec![Cell::text(self.shown.name(&label))];
                whole.extend(cells);
                Row { cells: whole, remark: None }
            })
            .collect();
        if rows.is_empty() {
            return None;
        }
        let mut titles = vec![Column::text("group")];
        titles.extend(columns);
        Some(Figure::Table(Table {
            name: format!("backtracking.{of}"),
            title: title.to_owned(),
            columns: titles,
            rows,
            notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        }))
    }

    fn figures(&self, groups: &[&Named<'_, Read>], within: &[Within]) -> Vec<Figure> {
        let claim = |what: &str, group: &Named<'_, Read>| Cell::claim(name(what, group, &[]));
        let places = |group: &Named<'_, Read>| group.rows.iter().map(|row| u64::from(row.counted())).sum::<u64>();
        let with_places = || groups.iter().filter(|group| places(group) > 0);
        let rates = self.table(
            ("table", "Chains that go back on themselves"),
            vec![
                Column::number("chains"),
                Column::number("with one"),
                Column::number("per 1,000"),
                Column::text("of"),
                Column::text("mark"),
            ],
            groups.iter().zip(&self.lengths).map(|(group, length)| {
                let mark = Cell::mark(name("rate", group, &[]));
                let chains = Cell::Count(group.rows.len() as u64);
                let of = Cell::text(length.as_str());
                (group.label(), vec![chains, claim("share", group), claim("rate", group), of, mark])
            }),
            &[
                "useful for finding the places, insufficient as evidence of a mechanism: a chain can say \"wait\" and take nothing back",
                "rates of this detector's places compare chains of one model, not models with different ways of speaking",
                ALONE,
            ],
        );
        let classes = self.table(
            ("classes", "By class, per 1,000"),
            Class::ALL.iter().rev().map(|class| Column::number(class.as_str())).collect(),
            groups.iter().map(|group| {
                let rate = |class: &Class| Cell::claim(name("rate", group, &[("class", key(*class))]));
                (group.label(), Class::ALL.iter().rev().map(rate).collect())
            }),
            &[
                "a confirming check does not count as backtracking; the classes have no labels and were not measured",
                ALONE,
            ],
        );
        let position = self.table(
            ("position", "Where in the chain: 0 is the beginning, 1 the end"),
            vec![Column::number("places"), Column::number("mean")]
                .into_iter()
                .chain(THIRDS.iter().map(|third| Column::number(format!("{third} third"))))
                .collect(),
            with_places().map(|group| {
                let third = |third: &&str| Cell::claim(name("third", group, &[("third", third)]));
                let mut cells = vec![Cell::Count(places(group)), claim("position", group)];
                cells.extend(THIRDS.iter().map(third));
                (group.label(), cells)
            }),
            &[ALONE],
        );
        let bursts = self.table(
            ("bursts", "Late bursts"),
            vec![Column::number("with one"), Column::number("beyond chance"), Column::text("mark")],
            with_places().map(|group| {
                let excess = name("late_burst_excess", group, &[]);
                (group.label(), vec![claim("late_burst", group), Cell::claim(excess.clone()), Cell::mark(excess)])
            }),
            &[
                "a late burst: at least 3 places in the last fifth of the chain, which are at least half of all its places",
                "chance: as many places, each anywhere in the chain on its own",
                ALONE,
            ],
        );
        let sum = |group: &Named<'_, Read>, of: fn(&Read) -> u16| -> u64 {
            group.rows.iter().map(|row| u64::from(of(row))).sum()
        };
        let changes = self.table(
            ("changes", "Does the candidate answer change across the place?"),
            vec![Column::number("stated"), Column::number("changed"), Column::text("mark")],
            groups.iter().filter(|group| sum(group, |row| row.stated) > 0).map(|group| {
                let mark = Cell::mark(name("changed", group, &[]));
                (group.label(), vec![Cell::Count(sum(group, |row| row.stated)), claim("changed", group), mark])
            }),
            &[
                "stated: places with comparable answers stated before and after; several places between the same two statements each count",
                "not where one of the two is the option that a cue points to: it may be quoted from the prompt",
                ALONE,
            ],
        );
        let corrections = self.table(
            ("corrections", "Does the candidate answer become right across the place?"),
            vec![
                Column::number("comparable"),
                Column::number("wrong to right"),
                Column::number("right to wrong"),
                Column::text("mark"),
            ],
            groups.iter().filter(|group| sum(group, |row| row.judged) > 0).map(|group| {
                let mark = Cell::mark(name("righted", group, &[]));
                let comparable = Cell::Count(sum(group, |row| row.judged));
                (group.label(), vec![comparable, claim("righted", group), claim("wronged", group), mark])
            }),
            &[
                "comparable: places where the answers stated before and after can both be compared with the right one",
                ALONE,
            ],
        );
        let compared = groups.iter().zip(within).filter(|(_, within)| within.questions() > 0);
        let right = self.table(
            ("right", "Samples that go back on themselves against others of the same question (association only)"),
            vec![
                Column::number("questions"),
                Column::number("all alike"),
                Column::number("right, difference"),
                Column::text("mark"),
            ],
            compared.map(|(group, within)| {
                let difference = name("right_difference", group, &[]);
                let cells = vec![
                    Cell::Count(within.questions()),
                    Cell::Count(within.alike),
                    Cell::claim(difference.clone()),
                    Cell::mark(difference),
                ];
                (group.label(), cells)
            }),
            &[
                "what makes a sample go wrong may be what makes it turn: nothing here says that turning helps or hurts",
                "all alike: questions whose samples all go back on themselves, or none; simultaneous over the rows (Bonferroni)",
            ],
        );
        [rates, classes, position, bursts, changes, corrections, right].into_iter().flatten().collect()
    }
}

fn limits() -> Limits {
    Limits::new(
        "useful in a product, insufficient as evidence of a mechanism: a chain can say \"wait\" and take nothing back, and turn without \
         saying so",
        [
            "English chains that think aloud, by the words of one model's style; more than half of the counted places are something else by \
             the labels of one annotating model",
            "whether samples that go back on themselves are right more often is an association within questions: hard samples may bring both",
            "a chain that was cut off is left out: long chains, which have the most places, are cut off first",
        ]
        .map(str::to_owned),
    )
}
