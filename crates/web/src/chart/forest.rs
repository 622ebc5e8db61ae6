//! Estimates under each other on one scale: a table with one column that draws what the others say.
//!
//! It is its own accessible equivalent: label, value, interval, n and mark are text. Places in the drawing are shares of the
//! column, so that it fits every width without script.

use candor_stats::{Mark, Standing, Unit};
use maud::{Markup, html};

use super::scale::{At, Scale, Ticks, ticks};
use super::{Value, range};
use crate::{mark, number};

/// Estimates under each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest<'a> {
    /// What the table shows, for those who hear it.
    pub title: &'a str,
    /// The unit of all values.
    pub unit: Unit,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Where a vertical line stands, such as 0 for "no effect".
    pub reference: Option<f64>,
}

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub label: String,
    /// Value and interval; `None` where it is undefined.
    pub value: Option<Value>,
    /// The value in words; a dash where it is undefined.
    pub shown: String,
    /// The interval in words, or the reason why there is no value or no interval.
    pub interval: String,
    /// The number of independent units, in words; empty where unknown.
    pub n: String,
    /// The mark; `None` where there is no claim.
    pub standing: Option<Standing>,
    /// Where more is said about it, such as `#claim-7`.
    pub link: Option<String>,
}

/// From the edge of the column to the ends of the scale, in per cent.
const INSET: f64 = 3.0;

/// The forest as a table.
#[must_use]
pub fn draw(forest: &Forest<'_>) -> Markup {
    let axis = Axis::over(forest);
    html! {
        table.forest {
            caption.unseen { (forest.title) }
            thead {
                tr {
                    th.label scope="col" { span.unseen { "what" } }
                    th.strip scope="col" { span.unseen { "drawn" } }
                    th.value scope="col" { (heading(forest.unit)) }
                    th.interval scope="col" { "interval" }
                    th.n scope="col" { "n" }
                    th.standing scope="col" { "mark" }
                }
            }
            tbody {
                @for row in &forest.rows {
                    tr {
                        th.label scope="row" { (row.label) }
                        td.strip { @if let Some(axis) = &axis { (axis.strip(row)) } }
                        td.value {
                            @match &row.link {
                                Some(link) => a href=(link) { (row.shown) },
                                None => (row.shown),
                            }
                        }
                        td.interval { (row.interval) }
                        td.n { (row.n) }
                        td.standing { @if let Some(standing) = row.standing { (mark::chip(standing)) } }
                    }
                }
            }
            @if let Some(axis) = &axis {
                tfoot aria-hidden="true" {
                    tr { td.label {} td.strip { (axis.ticks(forest.unit)) } td.value {} td.interval {} td.n {} td.standing {} }
                }
            }
        }
    }
}

/// The heading of the values: their unit.
fn heading(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "%",
        Unit::Points => "points",
        Unit::Tokens => "tokens",
        Unit::Seconds => "s",
        _ => "value",
    }
}

/// The common scale.
struct Axis {
    scale: Scale,
    ticks: Ticks,
    factor: f64,
    reference: Option<f64>,
}

impl Axis {
    /// `None` where no row has a value.
    fn over(forest: &Forest<'_>) -> Option<Self> {
        let values = || forest.rows.iter().filter_map(|row| row.value).flat_map(Value::finite);
        range(values())?;
        let reference = forest.reference.filter(|x| x.is_finite());
        let (low, high) = range(values().chain(reference))?;
        let factor = number::factor(forest.unit);
        let ticks = ticks(low * factor, high * factor, 4);
        let (first, last) = (ticks.values.first().copied()?, ticks.values.last().copied()?);
        let scale = Scale::even(first / factor, last / factor, INSET, 100.0 - INSET);
        Some(Self { scale, ticks, factor, reference })
    }

    fn at(&self, x: f64) -> String {
        if x.is_infinite() {
            return if x < 0.0 { "0%" } else { "100%" }.to_owned();
        }
        format!("{}%", self.scale.at(x))
    }

    /// One row: reference, interval and value.
    fn strip(&self, row: &Row) -> Markup {
        html! {
            svg.chart.strip aria-hidden="true" {
                @for tick in &self.ticks.values {
                    @let x = self.at(tick / self.factor);
                    line.grid x1=(x) x2=(x) y1="0" y2="100%" {}
                }
                @if let Some(reference) = self.reference {
                    @let x = self.at(reference);
                    line.reference x1=(x) x2=(x) y1="0" y2="100%" {}
                }
                @match row.value {
                    Some(value) => {
                        @if let Some((low, high)) = value.ends {
                            @let (low, high) = (self.at(low), self.at(high));
                            line.whisker x1=(low) x2=(high) y1="50%" y2="50%" {}
                        }
                        @let hollow = row.standing == Some(Standing::Marked(Mark::Hope));
                        circle class={ "marker" @if hollow { " hollow" } } cx=(self.at(value.value)) cy="50%" r="4.5" {}
                    }
                    None => line.absent x1="48%" x2="52%" y1="50%" y2="50%" {}
                }
            }
        }
    }

    fn ticks(&self, unit: Unit) -> Markup {
        html! {
            svg.chart.strip.scale {
                @for tick in &self.ticks.values {
                    text.tick x=(self.at(tick / self.factor)) y=(At(13.0)) text-anchor="middle" {
                        (number::plain(unit, tick / self.factor, self.ticks.decimals))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
