//! A table of a report: numbers looked up in its claims, each a link to what stands behind it; reasons as footnotes.

use std::collections::BTreeMap;

use candor_audit::{Cell, Table};
use candor_stats::{Estimate, Unit};
use maud::{Markup, html};

use super::claims::{Claims, ends};
use crate::text::clean;
use crate::{mark, number, text};

/// Reasons that stand below a table, each once.
#[derive(Debug, Default)]
struct Footnotes {
    numbers: BTreeMap<String, usize>,
    /// In the order of their numbers.
    reasons: Vec<String>,
}

impl Footnotes {
    /// The number of a reason, from 1.
    fn number(&mut self, why: &str) -> usize {
        let reasons = &mut self.reasons;
        *self.numbers.entry(why.to_owned()).or_insert_with(|| {
            reasons.push(why.to_owned());
            reasons.len()
        })
    }
}

/// The table with its footnotes. `part` is unique on the page.
pub(super) fn table(table: &Table, part: &str, planted: bool, claims: &Claims<'_>) -> Markup {
    let columns: Vec<Column> = (0..table.columns.len()).map(|at| Column::of(table, at, claims)).collect();
    let remarks = table.rows.iter().any(|row| row.remark.is_some());
    // Where every row has a remark, none stands out.
    let some = table.rows.iter().any(|row| row.remark.is_none());
    let mut footnotes = Footnotes::default();
    let body = html! {
        @for row in &table.rows {
            tr class=[(some && row.remark.is_some()).then_some("remarked")] {
                @for (at, cell) in row.cells.iter().enumerate().take(columns.len()) {
                    @if let Some(column) = columns.get(at) { (field(cell, at == 0, column, part, &mut footnotes, claims)) }
                }
                @if remarks { td.remark { @if let Some(remark) = &row.remark { (clean(remark)) } } }
            }
        }
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(clean(&table.title)) {
            table {
                thead {
                    tr {
                        @for (title, column) in table.columns.iter().zip(&columns) {
                            th.number[title.numeric] scope="col" colspan=[column.estimates.then_some("2")] {
                                (clean(&title.title))
                                @if planted && column.estimates { " " span.planted { "planted" } }
                            }
                        }
                        @if remarks { td {} }
                    }
                }
                tbody { (body) }
            }
        }
        @if !footnotes.reasons.is_empty() {
            ol.footnotes {
                @for (number, why) in footnotes.reasons.iter().enumerate() {
                    li id={ (part) "-note" (number + 1) } { (clean(why)) }
                }
            }
        }
    }
}

/// What the cells of a column share.
#[derive(Debug)]
struct Column {
    numeric: bool,
    /// Whether any cell is an estimate: then value and interval have a column each.
    estimates: bool,
    decimals: usize,
}

impl Column {
    fn of(table: &Table, at: usize, claims: &Claims<'_>) -> Self {
        let names: Vec<&str> = table
            .rows
            .iter()
            .filter_map(|row| match row.cells.get(at) {
                Some(Cell::Claim(name)) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        Self {
            numeric: table.columns.get(at).is_some_and(|column| column.numeric),
            estimates: !names.is_empty(),
            decimals: decimals(names.into_iter(), claims),
        }
    }
}

/// The decimals that the claims of these names need when they stand under each other.
pub(super) fn decimals<'n>(names: impl Iterator<Item = &'n str>, claims: &Claims<'_>) -> usize {
    let mut units: BTreeMap<String, (Unit, Vec<&Estimate>)> = BTreeMap::new();
    for claim in names.filter_map(|name| claims.get(name)) {
        let unit = claim.parameter().unit;
        let estimates = &mut units.entry(format!("{unit:?}")).or_insert_with(|| (unit, Vec::new())).1;
        estimates.extend(claim.estimate().ok());
    }
    units.into_values().map(|(unit, estimates)| number::decimals(unit, estimates)).max().unwrap_or(1)
}

fn field(
    cell: &Cell,
    first: bool,
    column: &Column,
    part: &str,
    footnotes: &mut Footnotes,
    claims: &Claims<'_>,
) -> Markup {
    let span = column.estimates.then_some("2");
    match cell {
        Cell::Text(words) if first && !column.numeric => html! { th scope="row" colspan=[span] { (clean(words)) } },
        Cell::Text(words) => html! { td.number[column.numeric] colspan=[span] { (clean(words)) } },
        Cell::Count(count) => html! { td.number colspan=[span] { (text::thousands(*count)) } },
        Cell::Mark(name) => html! {
            td colspan=[span] { @if let Some(claim) = claims.get(name) { (mark::chip(claim.standing())) } @else { "—" } }
        },
        Cell::MarkOf { claim: name, says } => html! {
            td colspan=[span] {
                @if let Some(claim) = claims.get(name) { (mark::chip(claim.standing())) " " (clean(says)) } @else { "—" }
            }
        },
        Cell::Absent(why) => {
            let note = (!why.is_empty()).then(|| footnotes.number(why));
            html! { td.absent.number[column.numeric] colspan=[span] { "—" (reference(part, note)) } }
        }
        Cell::Claim(name) => estimate(name, column, part, footnotes, claims),
    }
}

/// Value and interval of a claim, or a dash with its reason.
fn estimate(name: &str, column: &Column, part: &str, footnotes: &mut Footnotes, claims: &Claims<'_>) -> Markup {
    let dash = |why: &str, footnotes: &mut Footnotes| {
        let note = footnotes.number(why);
        html! { td.absent.number colspan="2" { "—" (reference(part, Some(note))) } }
    };
    let Some(claim) = claims.get(name) else {
        return dash(&format!("the report has no claim `{name}`"), footnotes);
    };
    let estimate = match claim.estimate() {
        Ok(estimate) => estimate,
        Err(why) => return dash(&why.to_string(), footnotes),
    };
    let unit = claim.parameter().unit;
    let digits = number::digits(unit, estimate, column.decimals);
    let note = estimate.interval().err().map(|why| footnotes.number(&format!("no interval: {why}")));
    html! {
        td.value {
            @match claims.link(name) {
                Some(link) => a href=(link) { (digits.value) },
                None => (digits.value),
            }
            (reference(part, note))
        }
        td.interval { @if let Some(ends) = ends(claim, &digits) { (ends) } }
    }
}

/// The sign of a footnote.
fn reference(part: &str, note: Option<usize>) -> Markup {
    html! { @if let Some(note) = note { sup { a href={ "#" (part) "-note" (note) } { (note) } } } }
}
