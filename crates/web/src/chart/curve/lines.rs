//! The lines of a curve: bands, whiskers, markers and labels. Not its axes.

use maud::{Markup, html};

use super::frame::Frame;
use super::{Curve, Point, Series};
use crate::chart::Value;
use crate::chart::scale::{At, Scale};

/// Markers differ in shape as well as in colour; lines in their dashes (see the style sheet). From the fifth on they repeat.
const STYLES: usize = 4;

/// Sideways step between several lines, so that whiskers at one setting can be told apart.
const SIDESTEP: f64 = 3.0;

/// Every line, its bands below all lines.
pub(super) fn draw(curve: &Curve<'_>, frame: &Frame) -> Markup {
    let drawn: Vec<Drawn<'_>> = (0..curve.series.len()).filter_map(|number| Drawn::new(curve, number, frame)).collect();
    html! {
        @for one in &drawn {
            @for band in one.bands() { path class={ "band s" (one.style) } d=(band) {} }
        }
        @for one in &drawn {
            g class={ "series s" (one.style) @if one.series.predicted { " predicted" } } {
                @for line in one.lines() { path.line d=(line) {} }
                @for (point, x) in &one.points { (mark(point, *x, one, frame)) }
            }
        }
        @for label in &frame.labels {
            @if let Some(series) = curve.series.get(label.series) {
                @let style = style(curve, label.series);
                g class={ "label s" (style) @if series.predicted { " predicted" } } {
                    line.line x1=(At(label.x)) x2=(At(label.x + 18.0)) y1=(At(label.y)) y2=(At(label.y)) {}
                    (marker(style, label.x + 9.0, label.y))
                    @for (line, words) in label.lines.iter().enumerate() {
                        text x=(At(label.x + 24.0)) y=(At(label.y + 4.0 + 16.0 * line as f64)) { (words) }
                    }
                }
            }
        }
    }
}

/// The style of a series: a predicted one looks like the measured one that it continues, but broken and hollow.
fn style(curve: &Curve<'_>, number: usize) -> usize {
    let measured = curve.series.iter().take(number + 1).filter(|series| !series.predicted).count();
    measured.saturating_sub(1) % STYLES
}

struct Drawn<'c> {
    series: &'c Series,
    style: usize,
    /// The points by rising setting, with their places.
    points: Vec<(&'c Point, At)>,
    /// The end of the line that this one continues.
    joins: Option<(At, Value)>,
    y: Scale,
}

impl<'c> Drawn<'c> {
    fn new(curve: &'c Curve<'_>, number: usize, frame: &Frame) -> Option<Self> {
        let series = curve.series.get(number)?;
        let style = style(curve, number);
        let measured = curve.series.iter().filter(|series| !series.predicted).count();
        let step = SIDESTEP * (style as f64 - (measured.clamp(1, STYLES) as f64 - 1.0) / 2.0);
        let place = |point: &Point| At(frame.x.at(point.x).0 + step);
        let mut points: Vec<(&Point, At)> =
            series.points.iter().filter(|point| point.x.is_finite()).map(|point| (point, place(point))).collect();
        points.sort_by(|a, b| a.0.x.total_cmp(&b.0.x));
        let first = points.first().map(|(point, _)| point.x);
        let joins = if series.predicted && number > 0 {
            let before = curve.series.get(number - 1).filter(|before| !before.predicted);
            let last = before.and_then(|before| {
                before.points.iter().filter(|point| point.x.is_finite()).max_by(|a, b| a.x.total_cmp(&b.x))
            });
            last.filter(|last| first.is_some_and(|first| last.x < first))
                .and_then(|last| last.y.map(|value| (place(last), value)))
        } else {
            None
        };
        Some(Self { series, style, points, joins, y: frame.y })
    }

    /// Stretches of neighbouring points that have a value.
    fn stretches(&self) -> Vec<Vec<(At, Value)>> {
        let mut stretches = vec![Vec::new()];
        if let (Some(joins), Some(stretch)) = (self.joins, stretches.last_mut()) {
            stretch.push(joins);
        }
        for (point, x) in &self.points {
            match (point.y, stretches.last_mut()) {
                (Some(value), Some(stretch)) => stretch.push((*x, value)),
                _ => stretches.push(Vec::new()),
            }
        }
        stretches.retain(|stretch| stretch.len() > 1);
        stretches
    }

    fn lines(&self) -> Vec<String> {
        self.stretches()
            .iter()
            .map(|stretch| path(stretch.iter().map(|(x, value)| (*x, self.y.at(value.value)))))
            .collect()
    }

    /// The areas between the ends of the intervals, over neighbours that both have one.
    fn bands(&self) -> Vec<String> {
        let mut bands = Vec::new();
        for stretch in self.stretches() {
            for run in stretch.chunk_by(|a, b| a.1.ends.is_some() == b.1.ends.is_some()) {
                let ends: Vec<(At, (f64, f64))> =
                    run.iter().filter_map(|(x, value)| value.ends.map(|ends| (*x, ends))).collect();
                if ends.len() > 1 {
                    let upper = ends.iter().map(|(x, (_, high))| (*x, self.y.at(*high)));
                    let lower = ends.iter().rev().map(|(x, (low, _))| (*x, self.y.at(*low)));
                    bands.push(format!("{}Z", path(upper.chain(lower))));
                }
            }
        }
        bands
    }
}

/// Straight lines from place to place.
fn path(places: impl Iterator<Item = (At, At)>) -> String {
    places.enumerate().map(|(number, (x, y))| format!("{}{x} {y}", if number == 0 { "M" } else { "L" })).collect()
}

/// A point: whisker, marker, a room to hit it, and its words, shown on hover and focus and read aloud.
fn mark(point: &Point, x: At, drawn: &Drawn<'_>, frame: &Frame) -> Markup {
    let inner = html! {
        @match point.y {
            Some(value) => {
                @let y = frame.y.at(value.value);
                circle.hit cx=(x) cy=(y) r="12" {}
                @if let Some((low, high)) = value.ends {
                    line.whisker x1=(x) x2=(x) y1=(frame.y.at(low)) y2=(frame.y.at(high)) {}
                }
                (marker(drawn.style, x.0, y.0))
            }
            None => {
                circle.hit cx=(x) cy=(At(frame.bottom - 8.0)) r="12" {}
                line.absent x1=(At(x.0 - 5.0)) x2=(At(x.0 + 5.0)) y1=(At(frame.bottom - 8.0)) y2=(At(frame.bottom - 8.0)) {}
            }
        }
        text.readout x=(At(frame.canvas.width)) y="12" text-anchor="end" { (point.text) }
    };
    html! {
        @match &point.link {
            Some(link) => a.point href=(link) aria-label=(point.text) { (inner) },
            None => g.point tabindex="0" role="img" aria-label=(point.text) { (inner) },
        }
    }
}

/// The marker of a style around a place.
fn marker(style: usize, x: f64, y: f64) -> Markup {
    let moved = |dx: f64, dy: f64| (At(x + dx), At(y + dy));
    html! {
        @match style {
            0 => circle.marker cx=(At(x)) cy=(At(y)) r="4" {},
            1 => rect.marker x=(At(x - 3.6)) y=(At(y - 3.6)) width="7.2" height="7.2" {},
            2 => path.marker d={ (path([moved(0.0, -5.0), moved(4.7, 3.4), moved(-4.7, 3.4)].into_iter())) "Z" } {},
            _ => path.marker d={ (path([moved(0.0, -5.2), moved(5.2, 0.0), moved(0.0, 5.2), moved(-5.2, 0.0)].into_iter())) "Z" } {},
        }
    }
}
