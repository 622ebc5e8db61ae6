//! From rows to a report: tables, cited chains, findings, losses and limits. What the numbers are is said in `measures` and `labels`.

use candor_stats::Level;
use candor_verify::signal::consistency::Kind;

use super::labels;
use super::measures::{Measures, name, says};
use super::rows::Read;
use crate::chains::{Chains, Named};
use crate::claims::{ALONE, Claims};
use crate::report::MOST_FINDINGS;
use crate::shown::Shown;
use crate::within::Within;
use crate::words::counted as so_many;
use crate::{Cell, Column, Figure, Finding, Limits, Report, Row, Settings, Table};

/// Chains that are cited, per kind of finding.
const MOST_CITED: usize = 3;

/// The report; `None` where no chain can be read.
pub(super) fn report(chains: &Chains<Read>, settings: &Settings) -> Option<Report> {
    let all = chains.groups();
    let groups: Vec<&Named<'_, Read>> = all.iter().filter(|group| !group.rows.is_empty()).collect();
    if groups.is_empty() {
        return None;
    }
    let labels: Vec<String> = groups.iter().map(|group| group.label()).collect();
    let mut draft = Draft {
        chains,
        claims: Claims::new(settings.level, chains.planted),
        shown: Shown::of(&labels.iter().map(String::as_str).collect::<Vec<_>>()),
        findings: Vec::new(),
    };
    let within: Vec<Within> = groups.iter().map(|group| draft.group(group)).collect();
    let compared = within.iter().filter(|within| within.questions() > 0).count();
    let each = settings.level.bonferroni(compared.max(1));
    for (group, within) in groups.iter().zip(&within) {
        draft.association(group, within, each);
    }
    let mut figures = vec![draft.table(&groups), draft.kinds(&groups)];
    figures.extend(draft.right(&groups, &within));
    figures.extend(labels::against(&groups, &mut draft.claims));
    figures.extend(draft.cited(&groups));
    let mut notes: Vec<String> = draft.shown.note().into_iter().collect();
    notes.extend(groups.iter().filter_map(|group| {
        group.worst_case(draft.claims.find(&name("any", group, &[]))?, "the share with a finding")
    }));
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(MOST_FINDINGS);
    let read = groups.iter().map(|group| group.rows.len() as u64).sum::<u64>();
    let who = match labels.as_slice() {
        [one] if !one.is_empty() => one.clone(),
        [_] | [] => "one model".to_owned(),
        many => so_many(many.len() as u64, "group"),
    };
    Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!("{} · {who} · {}", super::ABOUT.name, so_many(read, "chain")),
        planted: chains.planted,
        estimand: "whole chains like these, on questions like these: what these rules find in them".to_owned(),
        findings: draft.findings,
        claims: draft.claims.made,
        figures,
        attrition: all.iter().map(|group| group.losses.clone()).collect(),
        notes,
        limits: limits(),
    })
}

struct Draft<'a> {
    chains: &'a Chains<Read>,
    claims: Claims,
    shown: Shown,
    findings: Vec<Finding>,
}

impl Draft<'_> {
    /// The claims of one group but its association, which needs to know how many groups can be compared.
    fn group(&mut self, group: &Named<'_, Read>) -> Within {
        let mut measures = Measures::new(group, &mut self.claims);
        measures.make();
        let within = measures.within();
        // A chain that leaves the conclusion to its reply is counted, but contradicts nothing: it is no finding of the first minute.
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ConcludedNothing) {
            let row = group.rows.iter().copied().find(|row| row.has(kind));
            let sentence = format!("{}: {}", group.who(), says(kind).0);
            self.finding(&name("kind", group, &[("kind", kind.as_str())]), sentence, row);
        }
        within
    }

    fn association(&mut self, group: &Named<'_, Read>, within: &Within, level: Level) {
        if within.questions() == 0 {
            return;
        }
        Measures::new(group, &mut self.claims).association(within, level);
        let claim = name("right_difference", group, &[]);
        let below = self.claims.find(&claim).is_some_and(|claim| {
            claim.estimate().is_ok_and(|estimate| estimate.interval().is_ok_and(|interval| interval.high() < 0.0))
        });
        if below {
            let sentence = format!(
                "{}: replies whose chain does not hang together are right less often than others to the same question (association only)",
                group.who()
            );
            self.finding(&claim, sentence, group.rows.iter().copied().find(|row| row.inconsistent()));
        }
    }

    fn finding(&mut self, claim: &str, sentence: String, row: Option<&Read>) {
        let Some(claim) = self.claims.find(claim) else { return };
        let Ok(estimate) = claim.estimate() else { return };
        let points = 100.0 * estimate.value().abs();
        if points > 0.0 {
            self.findings.push(Finding {
                weight: Finding::weigh(claim, points),
                sentence,
                beside: Vec::new(),
                claim: claim.name().to_owned(),
                trace: row.map(|row| self.chains.cite(row)),
                closer: "audit run consistency".to_owned(),
            });
        }
    }

    fn table(&self, groups: &[&Named<'_, Read>]) -> Figure {
        let rows = groups.iter().map(|group| {
            let found = group.rows.iter().filter(|row| row.inconsistent()).count() as u64;
            // Where nothing could be compared the share is undefined, and what was found is of one kind alone: it stands with its kind.
            let is_read = self.claims.find(&name("any", group, &[])).is_some_and(|claim| claim.estimate().is_ok());
            let found = if is_read {
                Cell::Count(found)
            } else {
                Cell::Absent("no chains with a stated answer, or an equation, that these rules can check".to_owned())
            };
            let comparable = group.rows.iter().filter(|row| row.comparable()).count() as u64;
            Row {
                cells: vec![
                    Cell::text(self.shown.name(&group.label())),
                    Cell::Count(group.rows.len() as u64),
                    Cell::Count(comparable),
                    found,
                    Cell::claim(name("any", group, &[])),
                    Cell::mark(name("any", group, &[])),
                ],
                remark: None,
            }
        });
        Figure::Table(Table {
            name: "consistency.table".to_owned(),
            title: "Chains that do not hang together".to_owned(),
            columns: vec![
                Column::text("group"),
                Column::number("chains"),
                Column::number("comparable"),
                Column::number("found"),
                Column::number("share"),
                Column::text("mark"),
            ],
            rows: rows.collect(),
            notes: vec![
                "comparable: the last answer that the chain states can be compared with the one given; not where it is the option that a \
                 cue points to, which may be quoted from the prompt"
                    .to_owned(),
                "a chain that was cut off is no answer, not a wrong one: left out and counted".to_owned(),
                ALONE.to_owned(),
            ],
        })
    }

    fn kinds(&self, groups: &[&Named<'_, Read>]) -> Figure {
        let mut rows = Vec::new();
        for group in groups {
            let count = |is: &dyn Fn(&Read) -> bool| group.rows.iter().filter(|row| is(row)).count() as u64;
            let sum = |of: &dyn Fn(&Read) -> u64| group.rows.iter().map(|row| of(row)).sum::<u64>();
            let mut line = |what: String, found: u64, of: u64, share: String| {
                let cells = vec![
                    Cell::text(self.shown.name(&group.label())),
                    Cell::text(what),
                    Cell::Count(found),
                    Cell::Count(of),
                    Cell::claim(share.clone()),
                    Cell::mark(share),
                ];
                // Where nothing could have been found there is nothing to show: the claim says that it is undefined.
                if of > 0 {
                    rows.push(Row { cells, remark: None });
                }
            };
            for kind in Kind::ALL {
                let share = name("kind", group, &[("kind", kind.as_str())]);
                let found = count(&|row| row.could_have(kind) && row.has(kind));
                line(kind.as_str().replace('_', " "), found, count(&|row| row.could_have(kind)), share);
            }
            let wrong = sum(&|row| u64::from(row.of_kind(Kind::Arithmetic).min(row.equations)));
            let checked = sum(&|row| u64::from(row.equations));
            line("equations".to_owned(), wrong, checked, name("equations", group, &[]));
        }
        let mut notes: Vec<String> = Kind::ALL
            .iter()
            .map(|kind| {
                let (found, of) = says(*kind);
                format!("{}: {found}, of {of}", kind.as_str().replace('_', " "))
            })
            .collect();
        notes.push("equations: single equations that do not hold, of all that can be checked".to_owned());
        notes.push("rows of which nothing could have been found are left out".to_owned());
        notes.push(ALONE.to_owned());
        Figure::Table(Table {
            name: "consistency.kinds".to_owned(),
            title: "By kind".to_owned(),
            columns: vec![
                Column::text("group"),
                Column::text("finding"),
                Column::number("found"),
                Column::number("of"),
                Column::number("share"),
                Column::text("mark"),
            ],
            rows,
            notes,
        })
    }

    fn right(&self, groups: &[&Named<'_, Read>], within: &[Within]) -> Option<Figure> {
        let compared = groups.iter().zip(within).filter(|(_, within)| within.questions() > 0);
        let rows: Vec<Row> = compared
            .map(|(group, within)| {
                let difference = name("right_difference", group, &[]);
                Row {
                    cells: vec![
                        Cell::text(self.shown.name(&group.label())),
                        Cell::Count(within.questions()),
                        Cell::Count(within.alike),
                        Cell::claim(difference.clone()),
                        Cell::mark(difference),
                    ],
                    remark: None,
                }
            })
            .collect();
        (!rows.is_empty()).then(|| {
            Figure::Table(Table {
                name: "consistency.right".to_owned(),
                title: "Replies with a finding against others to the same question (association only)".to_owned(),
                columns: vec![
                    Column::text("group"),
                    Column::number("questions"),
                    Column::number("all alike"),
                    Column::number("right, difference"),
                    Column::text("mark"),
                ],
                rows,
                notes: vec![
                    "all alike: questions whose replies all have a finding, or none; simultaneous over the rows (Bonferroni)".to_owned(),
                    "a wrong step and a wrong answer may have one cause: nothing here says that one made the other".to_owned(),
                ],
            })
        })
    }

    /// A few chains of every kind, to look at.
    fn cited(&self, groups: &[&Named<'_, Read>]) -> Option<Figure> {
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let found = groups.iter().flat_map(|group| group.rows.iter().map(move |row| (group, *row)));
            for (group, row) in found.filter(|(_, row)| row.has(kind)).take(MOST_CITED) {
                let cited = self.chains.cite(row);
                rows.push(Row {
                    cells: vec![
                        Cell::text(kind.as_str().replace('_', " ")),
                        Cell::text(self.shown.name(&group.label())),
                        Cell::text(self.chains.question(row)),
                        Cell::text(cited.id.short()),
                    ],
                    remark: Some(cited.place),
                });
            }
        }
        (!rows.is_empty()).then(|| {
            Figure::Table(Table {
                name: "consistency.cited".to_owned(),
                title: "Chains to look at".to_owned(),
                columns: vec![
                    Column::text("finding"),
                    Column::text("group"),
                    Column::text("question"),
                    Column::text("trace"),
                ],
                rows,
                notes: vec![format!("the first {MOST_CITED} of each kind, in reading order; not a sample")],
            })
        })
    }
}

fn limits() -> Limits {
    Limits::new(
        "what is stated in the chain against what was given: a chain that argues for another answer without stating it is not seen",
        [
            "English; the rules were adjusted on the texts they were tried on, and how much they miss is not known",
            "not a verdict: a chain may contradict a right answer, and hang together around a wrong one",
        ]
        .map(str::to_owned),
    )
}
