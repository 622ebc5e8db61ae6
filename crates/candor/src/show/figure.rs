//! Tables, curves and forests of a report as grids: every number is looked up in the report's claims. Nothing is computed.

use std::collections::{BTreeMap, BTreeSet};

use candor_audit::{Cell, Curve, Figure, Forest, Report, Table};
use candor_stats::{Claim, Estimate, Interval, Size, Unit};

use super::number;
use super::page::Tone;
use super::table::{Field, Grid};
use super::text;

/// The claims of a report by name.
#[derive(Debug)]
pub(crate) struct Claims<'r>(BTreeMap<&'r str, &'r Claim>);

impl<'r> Claims<'r> {
    /// Those of this report.
    pub(crate) fn of(report: &'r Report) -> Self {
        Self(report.claims.iter().map(|claim| (claim.name(), claim)).collect())
    }

    /// The claim of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&'r Claim> {
        self.0.get(name).copied()
    }
}

/// A figure, ready to be written.
#[derive(Debug)]
pub(crate) struct Shown {
    /// What it shows.
    pub(crate) title: String,
    /// Rows and columns.
    pub(crate) grid: Grid,
    /// What a reader must know to read it, the sizes and methods of its numbers first.
    pub(crate) notes: Vec<String>,
}

/// The names of the claims that a figure shows.
pub(crate) fn named(figure: &Figure) -> BTreeSet<&str> {
    match figure {
        Figure::Table(table) => table
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .filter_map(|cell| match cell {
                Cell::Claim(name) | Cell::Mark(name) | Cell::MarkOf { claim: name, .. } => Some(name.as_str()),
                Cell::Text(_) | Cell::Count(_) | Cell::Absent(_) => None,
            })
            .collect(),
        Figure::Curve(curve) => {
            curve.series.iter().flat_map(|series| &series.points).map(|point| point.claim.as_str()).collect()
        }
        Figure::Forest(forest) => forest.rows.iter().map(|(_, name)| name.as_str()).collect(),
    }
}

/// The figure as a grid.
pub(crate) fn shown(figure: &Figure, claims: &Claims<'_>) -> Shown {
    let (title, grid, notes) = match figure {
        Figure::Table(table) => (&table.title, of_table(table, claims), &table.notes),
        Figure::Curve(curve) => (&curve.title, of_curve(curve, claims), &curve.notes),
        Figure::Forest(forest) => (&forest.title, of_forest(forest, claims), &forest.notes),
    };
    let mut all: Vec<String> = Vec::new();
    let cited: Vec<&Claim> = named(figure).into_iter().filter_map(|name| claims.get(name)).collect();
    all.extend(basis(&cited));
    all.extend(notes.iter().cloned());
    Shown { title: title.clone(), grid, notes: all }
}

/// On what the numbers of a figure stand: n, level and methods, as one line; `None` where there is no estimate.
fn basis(claims: &[&Claim]) -> Option<String> {
    let estimates: Vec<&Estimate> = claims.iter().filter_map(|claim| claim.estimate().ok()).collect();
    if estimates.is_empty() {
        return None;
    }
    let sizes: BTreeSet<(u64, u64)> =
        estimates.iter().filter_map(|estimate| estimate.size()).map(|size| (size.units, size.samples)).collect();
    let size = match (sizes.first(), sizes.last()) {
        (Some((units, samples)), Some(last)) if (*units, *samples) == *last => {
            number::size(Some(Size { units: *units, samples: *samples }))
        }
        (Some((units, _)), Some((most, samples))) if units == most => {
            format!("n = {} (up to {} samples)", text::thousands(*units), text::thousands(*samples))
        }
        (Some(first), Some(last)) => {
            format!("n from {} to {}", text::thousands(first.0), text::thousands(last.0))
        }
        _ => "n unknown".to_owned(),
    };
    let levels: BTreeSet<String> =
        estimates.iter().filter_map(|e| e.interval().ok()).map(|interval| interval.level().to_string()).collect();
    let methods: BTreeSet<&str> = estimates.iter().map(|estimate| estimate.method().name()).collect();
    let methods = methods.into_iter().collect::<Vec<_>>().join("; ");
    let levels = levels.into_iter().collect::<Vec<_>>().join(" and ");
    Some(if levels.is_empty() {
        format!("{size}; no intervals; {methods}")
    } else {
        format!("{size}; intervals {levels}; {methods}")
    })
}

/// Value and interval of a claim, or a dash with its reason.
fn estimate(grid: &mut Grid, name: &str, claims: &Claims<'_>, decimals: usize) -> Field {
    match claims.get(name) {
        None => Field::Absent(Some(grid.footnote(&format!("the report has no claim `{name}`")))),
        Some(claim) => match claim.estimate() {
            Err(why) => Field::Absent(Some(grid.footnote(&why.to_string()))),
            Ok(estimate) => {
                let note = estimate.interval().err().map(|why| grid.footnote(&format!("no interval: {why}")));
                Field::Estimate(number::digits(claim.parameter().unit, estimate, decimals), note)
            }
        },
    }
}

/// The mark of a claim with what the claim says, where the row does not show it, in the colour that goes with it.
fn mark(name: &str, says: Option<&str>, claims: &Claims<'_>) -> Field {
    claims.get(name).map_or(Field::Absent(None), |claim| {
        let says = says
            .map_or_else(String::new, |says| format!(": {}", text::clean(says).replace(' ', &text::TIED.to_string())));
        Field::Toned(format!("{}{says}", claim.standing()), Tone::Standing(claim.standing()))
    })
}

/// The decimals that the claims of these names need when they stand under each other.
fn decimals<'n>(names: impl Iterator<Item = &'n str>, claims: &Claims<'_>) -> usize {
    let found: Vec<&Claim> = names.filter_map(|name| claims.get(name)).collect();
    let unit = found.first().map_or(Unit::Number, |claim| claim.parameter().unit);
    number::decimals(unit, found.iter().filter_map(|claim| claim.estimate().ok()))
}

fn of_table(table: &Table, claims: &Claims<'_>) -> Grid {
    let mut grid = Grid::new(table.columns.iter().map(|column| (column.title.as_str(), column.numeric)));
    let digits: Vec<usize> = (0..table.columns.len())
        .map(|at| {
            let names = table.rows.iter().filter_map(|row| match row.cells.get(at) {
                Some(Cell::Claim(name)) => Some(name.as_str()),
                _ => None,
            });
            decimals(names, claims)
        })
        .collect();
    for row in &table.rows {
        let fields = row
            .cells
            .iter()
            .zip(table.columns.iter().zip(&digits))
            .map(|(cell, (column, digits))| match cell {
                Cell::Text(words) if column.numeric => Field::Count(text::clean(words).into_owned()),
                Cell::Text(words) => Field::words(words),
                Cell::Count(count) => Field::count(*count),
                Cell::Claim(name) => estimate(&mut grid, name, claims, *digits),
                Cell::Mark(name) => mark(name, None, claims),
                Cell::MarkOf { claim, says } => mark(claim, Some(says), claims),
                Cell::Absent(why) => Field::Absent((!why.is_empty()).then(|| grid.footnote(why))),
            })
            .collect();
        grid.row(fields, row.remark.as_deref());
    }
    grid
}

fn of_curve(curve: &Curve, claims: &Claims<'_>) -> Grid {
    let alone = curve.series.len() == 1;
    let titles: Vec<String> = curve
        .series
        .iter()
        .map(|series| if series.predicted { format!("{} (predicted)", series.label) } else { series.label.clone() })
        .collect();
    let mut columns = vec![(curve.x.label.as_str(), true)];
    for title in &titles {
        columns.push((title.as_str(), true));
        if alone {
            columns.push(("mark", false));
        }
    }
    let mut grid = Grid::new(columns);
    let mut settings: Vec<f64> = curve.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
    settings.sort_by(f64::total_cmp);
    settings.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let digits: Vec<usize> = curve
        .series
        .iter()
        .map(|series| decimals(series.points.iter().map(|point| point.claim.as_str()), claims))
        .collect();
    for x in settings {
        let mut fields = vec![Field::Count(setting(x))];
        for (series, digits) in curve.series.iter().zip(&digits) {
            let point = series.points.iter().find(|point| point.x.total_cmp(&x).is_eq());
            fields.push(point.map_or(Field::Absent(None), |point| estimate(&mut grid, &point.claim, claims, *digits)));
            if alone {
                fields.push(point.map_or(Field::Absent(None), |point| mark(&point.claim, None, claims)));
            }
        }
        let rule = curve.rules.iter().find(|rule| rule.x.total_cmp(&x).is_eq()).map(|rule| rule.label.as_str());
        grid.row(fields, rule);
    }
    grid
}

/// A setting on an axis: whole numbers without a fraction.
fn setting(x: f64) -> String {
    let shown = format!("{x:.3}");
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn of_forest(forest: &Forest, claims: &Claims<'_>) -> Grid {
    let mut grid = Grid::new([("", false), ("value", true), ("n", true), ("mark", false), ("", false)]);
    let digits = decimals(forest.rows.iter().map(|(_, name)| name.as_str()), claims);
    let scale = Scale::over(forest, claims);
    for (label, name) in &forest.rows {
        let claim = claims.get(name);
        let found = claim.and_then(|claim| claim.estimate().ok());
        let units = found.and_then(Estimate::size).map(|size| size.units);
        let strip = scale.as_ref().and_then(|scale| found.map(|estimate| scale.strip(estimate))).unwrap_or_default();
        let fields = vec![
            Field::words(label),
            estimate(&mut grid, name, claims, digits),
            units.map_or(Field::Absent(None), Field::count),
            mark(name, None, claims),
            Field::Strip(strip),
        ];
        grid.row(fields, None);
    }
    grid
}

/// The common scale of a forest's strips.
#[derive(Debug)]
struct Scale {
    low: f64,
    high: f64,
    reference: Option<f64>,
}

/// Columns of a strip.
const STRIP: usize = 25;

impl Scale {
    /// From the smallest to the largest finite end, and the reference; `None` where nothing has an extent.
    fn over(forest: &Forest, claims: &Claims<'_>) -> Option<Self> {
        let mut ends: Vec<f64> = forest.reference.into_iter().collect();
        for estimate in
            forest.rows.iter().filter_map(|(_, name)| claims.get(name)).filter_map(|claim| claim.estimate().ok())
        {
            ends.push(estimate.value());
            ends.extend(estimate.interval().ok().into_iter().flat_map(|i| [i.low(), i.high()]));
        }
        ends.retain(|end| end.is_finite());
        let (low, high) = (ends.iter().copied().reduce(f64::min)?, ends.iter().copied().reduce(f64::max)?);
        (high > low).then_some(Self { low, high, reference: forest.reference })
    }

    /// The column of a number; ends beyond the scale stand at its ends.
    fn at(&self, x: f64) -> usize {
        let share = ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (share * (STRIP - 1) as f64).round() as usize
    }

    /// The interval as `[----o---]`, the reference as `:`.
    fn strip(&self, estimate: &Estimate) -> String {
        let mut strip = vec![' '; STRIP];
        if let Ok(interval) = estimate.interval() {
            self.bar(interval, &mut strip);
        }
        if let Some(reference) = self.reference
            && let Some(place) = strip.get_mut(self.at(reference))
            && (*place == ' ' || *place == '-')
        {
            *place = ':';
        }
        if let Some(place) = strip.get_mut(self.at(estimate.value())) {
            *place = 'o';
        }
        strip.into_iter().collect()
    }

    fn bar(&self, interval: &Interval, strip: &mut [char]) {
        let (from, to) = (self.at(interval.low()), self.at(interval.high()));
        for place in strip.iter_mut().take(to + 1).skip(from) {
            *place = '-';
        }
        if let Some(place) = strip.get_mut(from) {
            *place = '[';
        }
        if let Some(place) = strip.get_mut(to) {
            *place = ']';
        }
    }
}
