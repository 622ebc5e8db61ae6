//! A curve that somebody published, without the data behind it: read as far as it goes, and marked for what it is.

use candor_stats::curve::gains::falls_below;
use candor_stats::{Asserted, Claim, Draft, Estimate, Flags, Origin, Parameter, Provenance, Undefined};
use serde::{Deserialize, Serialize};

use crate::validity::broken;
use crate::{
    Axis, Cell, Column, Curve, Error, Figure, Finding, Limits, Point, Report, Row, Rule, Series, Settings, Table,
};

/// One row of a published curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PublishedPoint {
    /// Samples per question.
    pub paths: u32,
    /// Accuracy, as a share.
    pub accuracy: f64,
    /// Whether it was measured; a value with a question mark was not.
    pub measured: bool,
}

/// Reads `1=62,4=74,8=79,16=80,32=80?`: paths, accuracy in per cent, a question mark where the source only supposes.
///
/// # Errors
/// [`Error::Decision`] with the part that cannot be read.
pub fn parse_published(text: &str) -> Result<Vec<PublishedPoint>, Error> {
    let refuse =
        |part: &str, why: &str| Error::Decision { text: part.trim().chars().take(80).collect(), why: why.to_owned() };
    let mut points = Vec::new();
    for part in text.split(',') {
        let (paths, accuracy) =
            part.split_once('=').ok_or_else(|| refuse(part, "expected paths=accuracy, such as 16=80 or 32=80?"))?;
        let paths: u32 =
            paths.trim().parse().map_err(|_| refuse(part, "expected a whole number of paths before `=`"))?;
        let accuracy = accuracy.trim();
        let (number, measured) = accuracy.strip_suffix('?').map_or((accuracy, true), |number| (number, false));
        let number: f64 = number
            .trim()
            .trim_end_matches('%')
            .trim()
            .parse()
            .map_err(|_| refuse(part, "expected per cent after `=`"))?;
        if paths == 0 || !(0.0..=100.0).contains(&number) {
            return Err(refuse(part, "expected at least 1 path and 0 to 100 per cent"));
        }
        points.push(PublishedPoint { paths, accuracy: number / 100.0, measured });
    }
    points.sort_by_key(|point| point.paths);
    if points.windows(2).any(|pair| pair[0].paths == pair[1].paths) {
        return Err(refuse(text, "the same number of paths stands twice"));
    }
    if points.len() < 2 {
        return Err(refuse(text, "expected at least two rows"));
    }
    Ok(points)
}

/// What can be said of a published curve: its rows are inferred (measured elsewhere, no n), a supposed row is hope, no interval is drawn.
#[must_use]
pub fn published(points: &[PublishedPoint], settings: &Settings) -> Report {
    let margin = settings.margin;
    let points_of_margin = crate::words::points(margin);
    let mut claims: Vec<Claim> = Vec::new();
    let mut rows = Vec::new();
    let mut curve: (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
    let mut before: Option<&PublishedPoint> = None;
    for point in points {
        let origin = if point.measured { Origin::Foreign } else { Origin::None };
        let name = format!("compute.accuracy[paths={}]", point.paths);
        claims.push(claim(
            &name,
            format!("accuracy with {} paths, as published", point.paths),
            Parameter::SHARE,
            Estimate::published(point.accuracy),
            Asserted::OWN_INTERVAL,
            origin,
        ));
        let into = if point.measured { &mut curve.0 } else { &mut curve.1 };
        into.push(Point { x: f64::from(point.paths), claim: name.clone() });
        let gain = match before {
            None => Cell::Absent("nothing before it".to_owned()),
            Some(before) => {
                let gain_name = format!("compute.gain[from={},to={}]", before.paths, point.paths);
                let both = before.measured && point.measured;
                claims.push(claim(
                    &gain_name,
                    format!("gain from {} to {} paths, as published", before.paths, point.paths),
                    Parameter::DIFFERENCE,
                    Estimate::published(point.accuracy - before.accuracy),
                    Asserted::Better,
                    if both { Origin::Foreign } else { Origin::None },
                ));
                Cell::claim(gain_name)
            }
        };
        rows.push(Row {
            cells: vec![
                Cell::text(point.paths.to_string()),
                Cell::claim(&name),
                gain,
                Cell::text(format!("{}x", point.paths / points.first().map_or(1, |first| first.paths.max(1)))),
                Cell::mark(&name),
            ],
            remark: (settings.compute.operate == Some(point.paths)).then(|| "you operate here".to_owned()),
        });
        before = Some(point);
    }
    let (sentence, claim_name) = judge(points, margin, &points_of_margin, &mut claims);
    let mut series = vec![Series { label: "as published".to_owned(), points: curve.0, predicted: false }];
    if !curve.1.is_empty() {
        series.push(Series { label: "supposed".to_owned(), points: curve.1, predicted: true });
    }
    let rules = settings
        .compute
        .operate
        .map(|paths| Rule { x: f64::from(paths), label: "you operate here".to_owned() })
        .into_iter()
        .collect();
    Report {
        leading: 0,
        audit: "compute".to_owned(),
        title: "Test-time compute, as published".to_owned(),
        planted: false,
        estimand: "what the source measured; its questions and their number are not stated".to_owned(),
        findings: vec![Finding {
            weight: 0.25,
            sentence,
            beside: Vec::new(),
            claim: claim_name,
            trace: None,
            closer: "audit run compute --from PATH".to_owned(),
        }],
        claims,
        figures: vec![
            Figure::Table(Table {
                name: "compute.table".to_owned(),
                title: "What more paths buy, as published".to_owned(),
                columns: vec![
                    Column::number("paths"),
                    Column::number("accuracy"),
                    Column::number("gain"),
                    Column::number("cost"),
                    Column::text("mark"),
                ],
                rows,
                notes: vec!["no interval is drawn: the number of questions was not published".to_owned()],
            }),
            Figure::Curve(Curve {
                name: "compute.curve".to_owned(),
                title: "Accuracy against paths, as published".to_owned(),
                x: Axis { label: "paths per question".to_owned(), doublings: true },
                y: Axis { label: "accuracy, %".to_owned(), doublings: false },
                series,
                rules,
                notes: Vec::new(),
            }),
        ],
        attrition: Vec::new(),
        notes: Vec::new(),
        limits: Limits::new(
            "a published curve carries no n: which of its steps are noise cannot be said, and nothing here can be evidence-backed",
            ["another model, other questions and another prompt may have another curve".to_owned()],
        ),
    }
}

fn judge(points: &[PublishedPoint], margin: f64, shown: &str, claims: &mut Vec<Claim>) -> (String, String) {
    let steps: Vec<(u32, f64)> =
        points.windows(2).map(|pair| (pair[1].paths, pair[1].accuracy - pair[0].accuracy)).collect();
    // A per cent that came as text is not exact in binary: 2 points of 80 and 78 must not fall below 2 points.
    let below = falls_below(&steps, margin - 1e-9);
    let largest_later = |at: usize| {
        points.iter().skip(at + 1).map(|later| later.accuracy - points[at].accuracy).fold(f64::NEG_INFINITY, f64::max)
    };
    let flat = (0..points.len().saturating_sub(1)).find(|at| largest_later(*at) < margin - 1e-9);
    let first = match below {
        Some(paths) => format!("the gain falls below {shown} at row {paths}"),
        None => format!("no row gains less than {shown}"),
    };
    let (second, name, value) = match flat {
        Some(at) => {
            let paths = points[at].paths;
            (
                format!("nothing above {paths} gains {}", shown.trim_end_matches(" points")),
                format!("compute.wall[paths={paths}]"),
                largest_later(at),
            )
        }
        None => (
            format!("each row but the last has a later one that is {shown} or more above it"),
            "compute.wall".to_owned(),
            largest_later(points.len().saturating_sub(2)),
        ),
    };
    claims.push(claim(
        &name,
        format!("{second}, by the published points"),
        Parameter::DIFFERENCE,
        Estimate::published(value),
        Asserted::Below { bound: margin },
        Origin::Foreign,
    ));
    (format!("{first}; {second}"), name)
}

fn claim(
    name: &str,
    statement: String,
    parameter: Parameter,
    estimate: Result<Estimate, Undefined>,
    asserted: Asserted,
    origin: Origin,
) -> Claim {
    broken::claim(Draft {
        name: name.to_owned(),
        negation: format!("not: {statement}"),
        statement,
        parameter,
        estimate,
        asserted,
        provenance: Provenance::new(origin, "as published"),
        flags: Flags::unexamined(),
        derived_from: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_stats::Mark;

    #[test]
    fn the_published_example_is_read_as_far_as_it_goes() {
        let points = parse_published("1=62, 4=74,8=79,16=80,32=80?").unwrap();
        let report = published(&points, &Settings::default());
        assert_eq!(report.findings[0].sentence, "the gain falls below 2 points at row 16; nothing above 8 gains 2");
        let mark = |paths: u32| report.claim(&format!("compute.accuracy[paths={paths}]")).unwrap().mark();
        for paths in [1, 4, 8, 16] {
            assert_eq!(mark(paths), Some(Mark::Inferred), "row {paths}");
        }
        assert_eq!(mark(32), Some(Mark::Hope));
        assert!(report.claims.iter().all(|claim| claim.estimate().is_ok_and(|estimate| estimate.interval().is_err())));
    }

    #[test]
    fn a_plateau_that_rises_again_is_not_called_flat() {
        let points = parse_published("1=62,4=74,8=74.5,16=75,32=82").unwrap();
        let report = published(&points, &Settings::default());
        assert_eq!(
            report.findings[0].sentence,
            "the gain falls below 2 points at row 8; each row but the last has a later one that is 2 points or more above it"
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for text in ["62", "1=62", "0=5,1=6", "1=62,1=63", "1=162,2=3", "a=1,b=2", "1=x,2=3"] {
            assert!(parse_published(text).is_err(), "{text}");
        }
    }
}
