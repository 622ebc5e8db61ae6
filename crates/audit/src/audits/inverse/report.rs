//! From rows to a report: budgets that were asked for first, then lengths that came about by themselves.

use super::budgets::budgets;
use super::controlled;
use super::figures;
use super::natural;
use super::rows::Chain;
use crate::claims::Claims;
use crate::derive::item;
use crate::names::{Names, Spot, Spots};
use crate::places;
use crate::rows::Rows;
use crate::shown::Shown;
use crate::words::counted as so_many;
use crate::{Attrition, Column, Error, Figure, Finding, Limits, Report, Row, Settings};

/// What the parts of the audit add to.
pub(super) struct Draft<'a> {
    pub(super) settings: &'a Settings,
    pub(super) claims: Claims,
    pub(super) shown: Shown,
    pub(super) attrition: Vec<Attrition>,
    pub(super) notes: Vec<String>,
    findings: Vec<Finding>,
    association: Option<(bool, Finding)>,
    spots: &'a Spots,
    /// What questions are called.
    pub(super) units: &'a Names,
}

/// What the question at that place of a list is called in derivations.
pub(super) fn question(names: &Names, units: &[u32], place: i64) -> String {
    let unit = usize::try_from(place).ok().and_then(|place| units.get(place));
    unit.map_or_else(String::new, |unit| item(names.name(*unit)))
}

impl Draft<'_> {
    /// Adds a finding about a claim that has a value; `points` makes its weight of that value in points.
    pub(super) fn find(&mut self, claim: &str, sentence: String, points: impl Fn(f64) -> f64, trace: Option<Spot>) {
        let found = self.finding(claim, sentence, points, trace);
        self.findings.extend(found);
    }

    /// The same of an association, of which only the strongest becomes a finding: ten of them are no more than one. One among plain calls
    /// comes before any among cued ones.
    pub(super) fn associate(
        &mut self,
        claim: &str,
        cued: bool,
        sentence: String,
        points: impl Fn(f64) -> f64,
        trace: Option<Spot>,
    ) {
        let found = self.finding(claim, sentence, points, trace);
        let strongest = self.association.take().into_iter().chain(found.map(|found| (cued, found.of_cued(cued))));
        self.association = strongest.reduce(|a, b| {
            let better = if a.0 == b.0 { b.1.weight > a.1.weight } else { a.0 };
            if better { b } else { a }
        });
    }

    fn finding(
        &self,
        claim: &str,
        sentence: String,
        points: impl Fn(f64) -> f64,
        trace: Option<Spot>,
    ) -> Option<Finding> {
        let found = self.claims.find(claim)?;
        let value = found.estimate().ok()?.value();
        Some(Finding {
            weight: Finding::weigh(found, points(100.0 * value)),
            sentence,
            beside: Vec::new(),
            claim: claim.to_owned(),
            trace: trace.map(|spot| self.spots.cite(spot)),
            closer: "audit run inverse".to_owned(),
        })
    }
}

/// The report; `None` without three ordered budgets and without a question's own samples of known length.
pub(super) fn report(rows: &Rows<Chain>, settings: &Settings) -> Result<Option<Report>, Error> {
    let (series, notes) = budgets(rows);
    let lengths = natural::lengths(rows);
    if series.is_empty() && lengths.is_empty() {
        return Ok(None);
    }
    let everyone = || series.iter().map(|one| &one.place).chain(lengths.iter().map(|one| &one.place));
    let labels: Vec<&str> = everyone().map(places::model).collect();
    let mut draft = Draft {
        settings,
        claims: Claims::new(settings.level, rows.planted),
        shown: Shown::of(&labels),
        attrition: Vec::new(),
        notes,
        findings: Vec::new(),
        association: None,
        spots: &rows.spots,
        units: &rows.units,
    };
    let mut controlled = figures::Shown::default();
    for one in &series {
        controlled::series(&mut draft, &mut controlled, one, settings.level.bonferroni(series.len()));
    }
    let mut lines = Vec::new();
    for one in &lengths {
        lines.push(natural::claims(&mut draft, one, settings.level.bonferroni(lengths.len()))?);
    }
    let mut counted: Vec<&str> = lengths.iter().map(natural::Lengths::counted).collect();
    counted.sort_unstable();
    counted.dedup();
    let mut figures: Vec<Figure> = controlled.figures(series.len() > 1);
    figures.extend(natural::figure(lines, lengths.len() > 1, &counted.join(" or ")));
    if series.is_empty() {
        draft.notes.push(
            "no budgets that were asked for: whether longer reasoning hurts cannot be said from this data".to_owned(),
        );
    }
    draft.notes.extend(natural::note(&lengths));
    draft.notes.extend(draft.shown.note());
    draft.findings.extend(draft.association.take().map(|(_, found)| found));
    draft.findings.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    draft.findings.truncate(crate::report::MOST_FINDINGS);
    let questions = series
        .iter()
        .map(|one| one.shared.len())
        .chain(lengths.iter().map(natural::Lengths::questions))
        .max()
        .unwrap_or(0);
    Ok(Some(Report {
        leading: 0,
        audit: super::ABOUT.name.to_owned(),
        title: format!("inverse scaling · {} · {}", places::models(everyone()), so_many(questions as u64, "question")),
        planted: rows.planted,
        estimand: "the mean over questions like these of the change of the probability to be right, when the same model is asked at a larger \
                   budget; for own lengths, an association within a question"
            .to_owned(),
        findings: draft.findings,
        claims: draft.claims.made,
        figures,
        attrition: draft.attrition,
        notes: draft.notes,
        limits: limits(),
    }))
}

/// Columns and rows without the first column, where there is one model only.
pub(super) fn without_model(mut columns: Vec<Column>, mut rows: Vec<Row>, several: bool) -> (Vec<Column>, Vec<Row>) {
    if !several {
        columns.remove(0);
        for row in &mut rows {
            row.cells.remove(0);
        }
    }
    (columns, rows)
}

fn limits() -> Limits {
    Limits::new(
        "a question's own lengths say nothing of cause: wrong answers may merely take longer",
        [
            "a budget is what was asked for, not how long the model reasoned",
            "a fall that begins beyond the largest budget measured is not seen; nor one smaller than what these questions can show",
            "these questions and questions like them: where a larger budget hurts here it may help on another task",
        ]
        .map(str::to_owned),
    )
}
