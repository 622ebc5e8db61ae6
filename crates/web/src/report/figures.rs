//! The figures of a report: tables, curves with their tables, forest plots. Numbers come from the claims, places from the charts.

use std::collections::BTreeSet;

use candor_audit::{Cell, Column, Curve, Figure, Forest, Point, Report, Row, Series, Table};
use candor_stats::{Claim, Estimate, Unit};
use maud::{Markup, html};

use super::claims::{self, Claims};
use super::{planted, table};
use crate::chart::{self, Value};
use crate::text::clean;
use crate::{number, text};

/// A figure with its title, its words, and what its numbers stand on.
pub(super) fn figure(figure: &Figure, report: &Report, claims: &Claims<'_>) -> Markup {
    let number = report.figures.iter().position(|other| std::ptr::eq(other, figure)).unwrap_or_default();
    let part = format!("r{}f{number}", claims.report);
    let (title, notes) = match figure {
        Figure::Table(table) => (&table.title, &table.notes),
        Figure::Curve(curve) => (&curve.title, &curve.notes),
        Figure::Forest(forest) => (&forest.title, &forest.notes),
    };
    html! {
        figure id=(part) {
            figcaption { h3 { (clean(title)) (planted(report)) } }
            @match figure {
                Figure::Table(table) => (table::table(table, &part, report.planted, claims)),
                Figure::Curve(curve) => (of_curve(curve, &part, report, claims)),
                Figure::Forest(forest) => (of_forest(forest, report, claims)),
            }
            (basis(figure, claims))
            @if !notes.is_empty() { ul.notes { @for note in notes { li { (clean(note)) } } } }
        }
    }
}

/// The chart's title, which says when it is about a planted process.
fn title(title: &str, report: &Report) -> String {
    let title = clean(title);
    if report.planted { format!("{title} ({})", crate::mark::PLANTED) } else { title.into_owned() }
}

fn value(estimate: &Estimate) -> Value {
    Value { value: estimate.value(), ends: estimate.interval().ok().map(|interval| (interval.low(), interval.high())) }
}

/// n, in words; empty where unknown.
fn size(estimate: &Estimate) -> String {
    estimate.size().map(|size| text::thousands(size.units)).unwrap_or_default()
}

/// The unit of the first claim that is there.
fn unit<'n>(names: impl IntoIterator<Item = &'n str>, claims: &Claims<'_>) -> Unit {
    names.into_iter().find_map(|name| claims.get(name)).map_or(Unit::Number, |claim| claim.parameter().unit)
}

fn of_curve(curve: &Curve, part: &str, report: &Report, claims: &Claims<'_>) -> Markup {
    let names = || curve.series.iter().flat_map(|series| &series.points).map(|point| point.claim.as_str());
    let unit = unit(names(), claims);
    let title = title(&curve.title, report);
    let (x, y) = (clean(&curve.x.label), clean(&curve.y.label));
    let several = curve.series.len() > 1;
    let drawing = chart::curve::Curve {
        id: part,
        title: &title,
        x: &x,
        doublings: curve.x.doublings,
        y: &y,
        unit,
        series: curve
            .series
            .iter()
            .map(|series| chart::curve::Series {
                label: clean(&series.label).into_owned(),
                predicted: series.predicted,
                points: own_points(curve, series)
                    .map(|point| chart::curve::Point {
                        x: point.x,
                        y: claims.get(&point.claim).and_then(|claim| claim.estimate().ok()).map(value),
                        text: in_words(several.then_some(&*series.label), &x, point, claims),
                        link: claims.link(&point.claim),
                    })
                    .collect(),
            })
            .collect(),
        rules: curve
            .rules
            .iter()
            .map(|rule| chart::curve::Rule { x: rule.x, label: clean(&rule.label).into_owned() })
            .collect(),
    };
    html! {
        (chart::curve::draw(&drawing))
        details.same {
            summary { "The same as a table" }
            (table::table(&as_table(curve), part, report.planted, claims))
        }
    }
}

/// The points of a line without those that only repeat a measured point, from which a prediction sets out.
fn own_points<'c>(curve: &'c Curve, series: &'c Series) -> impl Iterator<Item = &'c Point> {
    series.points.iter().filter(move |point| {
        let measured = || curve.series.iter().filter(|other| !other.predicted).flat_map(|other| &other.points);
        !(series.predicted && measured().any(|other| other.claim == point.claim))
    })
}

/// A point in words: its line where there are several, setting, value, interval, n and mark.
fn in_words(line: Option<&str>, x: &str, point: &Point, claims: &Claims<'_>) -> String {
    let name = &point.claim;
    let line = line.map(|line| format!("{}, ", clean(line))).unwrap_or_default();
    let place = format!("{line}{x} {}", number::setting(point.x));
    match claims.get(name) {
        None => format!("{place}: the report has no claim {}", clean(name)),
        Some(claim) => match claim.estimate() {
            Err(why) => format!("{place}: undefined, {}", clean(&why.to_string())),
            Ok(estimate) => {
                let size =
                    estimate.size().map_or_else(|| "n unknown".to_owned(), |_| format!("n = {}", size(estimate)));
                let sentence = number::sentence(claim.parameter().unit, estimate);
                format!("{place}: {}, {size}, {}", clean(&sentence), claim.standing())
            }
        },
    }
}

/// A curve as a table: a row per setting, value and mark per line.
fn as_table(curve: &Curve) -> Table {
    let mut columns = vec![Column::number(curve.x.label.clone())];
    for series in &curve.series {
        columns.push(Column::number(series.label.clone()));
        columns.push(Column::text("mark"));
    }
    let mut settings: Vec<f64> = curve.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
    settings.sort_by(f64::total_cmp);
    settings.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let rows = settings.into_iter().map(|x| {
        let mut cells = vec![Cell::text(number::setting(x))];
        for series in &curve.series {
            match own_points(curve, series).find(|point| point.x.total_cmp(&x).is_eq()) {
                Some(point) => cells.extend([Cell::claim(point.claim.clone()), Cell::mark(point.claim.clone())]),
                None => cells.extend([Cell::Absent(String::new()), Cell::text("")]),
            }
        }
        let rules: Vec<&str> =
            curve.rules.iter().filter(|rule| rule.x.total_cmp(&x).is_eq()).map(|rule| rule.label.as_str()).collect();
        Row { cells, remark: (!rules.is_empty()).then(|| rules.join("; ")) }
    });
    let rows = rows.collect();
    Table { name: curve.name.clone(), title: curve.title.clone(), columns, rows, notes: Vec::new() }
}

fn of_forest(forest: &Forest, report: &Report, claims: &Claims<'_>) -> Markup {
    let names = || forest.rows.iter().map(|(_, name)| name.as_str());
    let (unit, decimals) = (unit(names(), claims), table::decimals(names(), claims));
    let row = |(label, name): &(String, String)| {
        let claim = claims.get(name);
        let estimate = claim.map(Claim::estimate);
        let (shown, interval) = match &estimate {
            None => ("—".to_owned(), format!("the report has no claim {}", clean(name))),
            Some(Err(why)) => ("—".to_owned(), clean(&why.to_string()).into_owned()),
            Some(Ok(estimate)) => {
                let digits = number::digits(unit, estimate, decimals);
                let ends = claim.and_then(|claim| claims::ends(claim, &digits));
                let interval = match (ends, estimate.interval()) {
                    (Some(ends), _) => ends,
                    (None, Err(why)) => format!("no interval: {}", clean(&why.to_string())),
                    (None, Ok(_)) => String::new(),
                };
                (digits.value, interval)
            }
        };
        let estimate = estimate.and_then(Result::ok);
        chart::forest::Row {
            label: clean(label).into_owned(),
            value: estimate.map(value),
            shown,
            interval,
            n: estimate.map(size).unwrap_or_default(),
            standing: claim.map(Claim::standing),
            link: claims.link(name),
        }
    };
    let title = title(&forest.title, report);
    chart::forest::draw(&chart::forest::Forest {
        title: &title,
        unit,
        rows: forest.rows.iter().map(row).collect(),
        reference: forest.reference,
    })
}

/// On what the numbers of a figure stand: n, level and methods.
fn basis(figure: &Figure, claims: &Claims<'_>) -> Markup {
    let names: BTreeSet<&str> = match figure {
        Figure::Table(table) => table
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .filter_map(|cell| match cell {
                Cell::Claim(name) | Cell::Mark(name) | Cell::MarkOf { claim: name, .. } => Some(name.as_str()),
                Cell::Text(_) | Cell::Count(_) | Cell::Absent(_) => None,
            })
            .collect(),
        Figure::Curve(curve) => curve.series.iter().flat_map(|s| &s.points).map(|point| point.claim.as_str()).collect(),
        Figure::Forest(forest) => forest.rows.iter().map(|(_, name)| name.as_str()).collect(),
    };
    let estimates: Vec<&Estimate> =
        names.into_iter().filter_map(|name| claims.get(name)).filter_map(|claim| claim.estimate().ok()).collect();
    let sizes: BTreeSet<u64> = estimates.iter().filter_map(|estimate| estimate.size()).map(|size| size.units).collect();
    let levels: BTreeSet<String> = estimates
        .iter()
        .filter_map(|estimate| estimate.interval().ok())
        .map(|interval| interval.level().to_string())
        .collect();
    let methods: BTreeSet<&str> = estimates.iter().map(|estimate| estimate.method().name()).collect();
    let joined = |words: Vec<&str>, with: &str| words.join(with);
    html! {
        @if !estimates.is_empty() {
            p.basis {
                @match (sizes.first(), sizes.last()) {
                    (Some(first), Some(last)) if first == last => { "n = " (text::thousands(*first)) },
                    (Some(first), Some(last)) => { "n from " (text::thousands(*first)) " to " (text::thousands(*last)) },
                    _ => "n unknown",
                }
                "; "
                @if levels.is_empty() { "no intervals" } @else {
                    (joined(levels.iter().map(String::as_str).collect(), " and ")) " intervals"
                }
                "; " (clean(&joined(methods.into_iter().collect(), "; ")))
            }
        }
    }
}
