//! Planted truth beside what was found: which intervals cover, and which miss. Not where the truth comes from: whoever planted it says what it is.

use candor_stats::Claim;
use serde::{Deserialize, Serialize};

use crate::digits;
use crate::words::counted;
use crate::{Cell, Column, Figure, Limits, Report, Row, Run, Table};

/// One thing that is true of a planted process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planted {
    /// The claim whose parameter this is.
    pub claim: String,
    /// What it is, in words.
    pub what: String,
    /// Its value, in the claim's own unit.
    pub truth: f64,
    /// Claims of one family hold together: it counts as covered where all of them cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// A detector reads it, and how much it finds is promised by nobody: shown, and not counted.
    #[serde(default)]
    pub read: bool,
}

/// How an interval stands to the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The interval holds the truth.
    Covers,
    /// It does not.
    Misses,
    /// There is no such claim, or no interval.
    NotFound,
}

/// A run held against the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// Each truth with its standing, in the order in which they were given.
    pub rows: Vec<(Planted, Standing)>,
    /// Intervals, or families of them, that promise to cover.
    pub promised: u64,
    /// Those of them that cover.
    pub covered: u64,
    /// What of them misses, in words.
    pub misses: Vec<String>,
}

/// Holds a run against what is true.
#[must_use]
pub fn examine(run: &Run, planted: &[Planted]) -> Examined {
    let rows: Vec<(Planted, Standing)> =
        planted.iter().map(|planted| (planted.clone(), standing(find(run, &planted.claim), planted.truth))).collect();
    // A family counts once, at the place of its first member.
    let mut promised: Vec<(&str, &str, bool)> = Vec::new();
    for (planted, standing) in
        rows.iter().filter(|(planted, standing)| !planted.read && *standing != Standing::NotFound)
    {
        let covers = *standing == Standing::Covers;
        let name = planted.family.as_deref().unwrap_or(&planted.claim);
        match promised.iter_mut().find(|(held, ..)| *held == name) {
            Some((_, what, all)) => {
                if *all && !covers {
                    *what = &planted.what;
                }
                *all &= covers;
            }
            None => promised.push((name, &planted.what, covers)),
        }
    }
    let misses = promised.iter().filter(|(.., covers)| !covers).map(|(_, what, _)| (*what).to_owned()).collect();
    let covered = promised.iter().filter(|(.., covers)| *covers).count() as u64;
    Examined { promised: promised.len() as u64, covered, misses, rows }
}

fn find<'r>(run: &'r Run, name: &str) -> Option<&'r Claim> {
    run.reports.iter().find_map(|report| report.claim(name))
}

fn standing(claim: Option<&Claim>, truth: f64) -> Standing {
    let interval = claim.and_then(|claim| claim.estimate().ok()).and_then(|estimate| estimate.interval().ok());
    match interval {
        None => Standing::NotFound,
        // An end that is meant to be the truth is not missed by the last digit of a double.
        Some(interval) if truth >= interval.low() - 1e-12 && truth <= interval.high() + 1e-12 => Standing::Covers,
        Some(_) => Standing::Misses,
    }
}

impl Examined {
    /// `19 of 20 intervals cover; misses: …`.
    #[must_use]
    pub fn said(&self) -> String {
        let misses = match self.misses.as_slice() {
            [] => String::new(),
            [one] => format!("; miss: {one}"),
            many => format!("; misses: {}", many.join(", ")),
        };
        format!("{} of {} cover{misses}", self.covered, counted(self.promised, "interval"))
    }

    /// The truth beside every estimate, as a report of the same run.
    #[must_use]
    pub fn report(&self, run: &Run) -> Report {
        let found: Vec<(&Planted, &Claim, Standing)> = self
            .rows
            .iter()
            .filter(|(_, standing)| *standing != Standing::NotFound)
            .filter_map(|(planted, standing)| Some((planted, find(run, &planted.claim)?, *standing)))
            .collect();
        let rows = |read: bool| -> Vec<Row> {
            found
                .iter()
                .filter(|(planted, ..)| planted.read == read)
                .map(|(planted, claim, standing)| Row {
                    cells: vec![
                        Cell::text(planted.what.clone()),
                        Cell::text(digits::planted(planted.truth, claim)),
                        Cell::claim(claim.name()),
                        Cell::text(match standing {
                            Standing::Covers => "covers",
                            Standing::Misses | Standing::NotFound => "misses",
                        }),
                    ],
                    remark: None,
                })
                .collect()
        };
        let columns =
            || vec![Column::text("what"), Column::number("planted"), Column::number("found"), Column::text("")];
        let mut figures = vec![Figure::Table(Table {
            name: "planted.promised".to_owned(),
            title: format!("What is true, and what was found: {}", self.said()),
            columns: columns(),
            rows: rows(false),
            notes: vec![
                "rows of one kind hold together where their table says so, and count as one interval".to_owned(),
                "all kinds of cue are held against the same plain answers: where those lie off, several miss together"
                    .to_owned(),
            ],
        })];
        let read = rows(true);
        let mut leading = 0;
        if !read.is_empty() {
            leading = 1;
            figures.push(Figure::Table(Table {
                name: "planted.read".to_owned(),
                title: "What detectors read in the chains, which promise nothing of what they do not find".to_owned(),
                columns: columns(),
                rows: read,
                notes: vec!["planted: what the chains say; found: what detectors see of it".to_owned()],
            }));
        }
        Report {
            leading,
            audit: "planted".to_owned(),
            title: "planted truth beside each estimate".to_owned(),
            planted: true,
            estimand: "the planted process, on questions drawn as these were".to_owned(),
            findings: Vec::new(),
            claims: found.iter().map(|(_, claim, _)| (*claim).clone()).collect(),
            figures,
            attrition: Vec::new(),
            notes: Vec::new(),
            limits: Limits::new(
                "a planted process has the shape that its authors gave it: that intervals cover here says nothing of a process of another shape",
                ["one run is one draw: of twenty intervals that promise 95 % one misses, and should".to_owned()],
            ),
        }
    }
}
