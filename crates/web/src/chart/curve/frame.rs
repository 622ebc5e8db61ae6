//! Room and scales of a curve, its axes and rules. Not its lines.

use candor_stats::Unit;
use maud::{Markup, html};

use super::Curve;
use crate::chart::label::{advance, spread, wrap};
use crate::chart::range;
use crate::chart::scale::{At, Scale, Ticks, ticks};
use crate::number;

/// How large a drawing is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    /// The class by which the style sheet shows or hides it.
    pub(super) name: &'static str,
    pub(super) width: f64,
    /// Height of the part with the lines.
    plot: f64,
    /// Whether labels of lines stand at the lines' ends; else above the plot.
    ends: bool,
}

pub(super) const WIDE: Canvas = Canvas { name: "wide", width: 720.0, plot: 270.0, ends: true };
pub(super) const NARROW: Canvas = Canvas { name: "narrow", width: 360.0, plot: 230.0, ends: false };

/// Size of text, as in the style sheet.
pub(super) const TEXT: f64 = 12.0;
/// Height of a line of text.
const LINE: f64 = 16.0;
/// Widest column of labels at the lines' ends.
const WIDEST_LABELS: f64 = 170.0;
/// From the ends of the horizontal axis to the outermost settings.
const INSET: f64 = 16.0;
/// More settings than this have round ticks of their own.
const MOST_SETTINGS: usize = 12;

/// A label of a line and where it stands.
#[derive(Debug)]
pub(super) struct Label {
    /// The number of the series.
    pub(super) series: usize,
    pub(super) lines: Vec<String>,
    /// Left end of its key.
    pub(super) x: f64,
    /// Middle of its first line.
    pub(super) y: f64,
}

/// Room and scales.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) canvas: Canvas,
    pub(super) height: f64,
    left: f64,
    right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x: Scale,
    pub(super) y: Scale,
    settings: Vec<f64>,
    ticks: Ticks,
    /// The row of each rule's words.
    rows: Vec<(usize, f64)>,
    pub(super) labels: Vec<Label>,
}

impl Frame {
    /// `None` where nothing can be drawn: no point has a setting and a value.
    pub(super) fn new(curve: &Curve<'_>, canvas: Canvas) -> Option<Self> {
        let points = || curve.series.iter().flat_map(|series| &series.points).filter(|point| point.x.is_finite());
        let factor = number::factor(curve.unit);
        let (low, high) = range(points().filter_map(|point| point.y).flat_map(super::super::Value::finite))?;
        let ticks = ticks(low * factor, high * factor, 5);
        let rules = curve.rules.iter().map(|rule| rule.x).filter(|x| x.is_finite());
        let (first, last) = range(points().map(|point| point.x).chain(rules))?;

        let tick_room = ticks.values.iter().map(|tick| advance(&tick_label(curve.unit, *tick, ticks.decimals), TEXT));
        let left = range(tick_room).map_or(0.0, |(_, widest)| widest) + 8.0;
        let several = curve.series.len() > 1;
        let widest = curve.series.iter().map(|series| advance(&series.label, TEXT)).fold(0.0, f64::max);
        let label_room = if several && canvas.ends { (widest + 6.0).min(WIDEST_LABELS) + 22.0 } else { 0.0 };
        let right = canvas.width - label_room;

        // Above the plot: the quantity's label, then labels of lines where they do not stand at the ends, then rules.
        let mut top = LINE + 4.0;
        let mut labels = Vec::new();
        if several && !canvas.ends {
            for (number, series) in curve.series.iter().enumerate() {
                let lines = wrap(&series.label, TEXT, canvas.width - 40.0, 2);
                labels.push(Label { series: number, x: 0.0, y: top + LINE / 2.0, lines: lines.clone() });
                top += LINE * lines.len().max(1) as f64;
            }
            top += 4.0;
        }
        let mut rows = Vec::new();
        for (number, rule) in curve.rules.iter().enumerate().filter(|(_, rule)| rule.x.is_finite()) {
            rows.push((number, top));
            top += LINE * wrap(&rule.label, TEXT, (right - left) * 0.55, 2).len() as f64;
        }
        top += 8.0;
        let bottom = top + canvas.plot;

        let spaced = if curve.doublings { Scale::doublings } else { Scale::even };
        let x = spaced(first, last, left + INSET, right - INSET);
        let (lowest, highest) = (ticks.values.first().copied()?, ticks.values.last().copied()?);
        let y = Scale::even(lowest / factor, highest / factor, bottom, top);
        let mut frame = Self {
            canvas,
            height: bottom + LINE * 2.0 + 8.0,
            left,
            right,
            top,
            bottom,
            x,
            y,
            settings: settings(points().map(|point| point.x).collect(), &x, first, last),
            ticks,
            rows,
            labels,
        };
        if several && canvas.ends {
            frame.label_ends(curve);
        }
        Some(frame)
    }

    /// Labels beside the last point of each line, moved apart.
    fn label_ends(&mut self, curve: &Curve<'_>) {
        let mut places = Vec::new();
        for (number, series) in curve.series.iter().enumerate() {
            let last = series
                .points
                .iter()
                .filter(|point| point.x.is_finite() && point.y.is_some())
                .max_by(|a, b| a.x.total_cmp(&b.x));
            let Some(value) = last.and_then(|point| point.y) else { continue };
            let lines = wrap(&series.label, TEXT, WIDEST_LABELS, 3);
            places.push((self.y.at(value.value).0, LINE * lines.len().max(1) as f64 + 2.0));
            self.labels.push(Label { series: number, lines, x: self.right + 2.0, y: 0.0 });
        }
        spread(&mut places, self.top - LINE, self.bottom + LINE);
        for (label, (centre, height)) in self.labels.iter_mut().zip(places) {
            label.y = centre - (height - 2.0) / 2.0 + LINE / 2.0;
        }
    }

    /// Grid, ticks and the labels of both axes.
    pub(super) fn axes(&self, curve: &Curve<'_>) -> Markup {
        let factor = number::factor(curve.unit);
        html! {
            g.axes {
                text.axis x="0" y="12" { (curve.y) }
                @for tick in &self.ticks.values {
                    @let y = self.y.at(tick / factor);
                    line.grid x1=(At(self.left)) x2=(At(self.right)) y1=(y) y2=(y) {}
                    text.tick x=(At(self.left - 6.0)) y=(At(y.0 + 4.0)) text-anchor="end" {
                        (tick_label(curve.unit, *tick, self.ticks.decimals))
                    }
                }
                line.base x1=(At(self.left)) x2=(At(self.right)) y1=(At(self.bottom)) y2=(At(self.bottom)) {}
                @for setting in &self.settings {
                    @let x = self.x.at(*setting);
                    line.base x1=(x) x2=(x) y1=(At(self.bottom)) y2=(At(self.bottom + 4.0)) {}
                    text.tick x=(x) y=(At(self.bottom + LINE + 2.0)) text-anchor="middle" { (number::setting(*setting)) }
                }
                text.axis x=(At(f64::midpoint(self.left, self.right))) y=(At(self.bottom + 2.0 * LINE + 3.0)) text-anchor="middle" {
                    (curve.x) @if self.x.is_doublings() { ", equal steps are doublings" }
                }
            }
        }
    }

    /// The rules, each with its words in a row of its own.
    pub(super) fn rules(&self, curve: &Curve<'_>) -> Markup {
        let middle = f64::midpoint(self.left, self.right);
        html! {
            @for (number, row) in &self.rows {
                @if let Some(rule) = curve.rules.get(*number) {
                    @let x = self.x.at(rule.x);
                    @let longest = advance(&rule.label, TEXT).min((self.right - self.left) * 0.55);
                    @let before = x.0 + 5.0 + longest > self.right && x.0 > middle;
                    g.rule {
                        line x1=(x) x2=(x) y1=(At(*row)) y2=(At(self.bottom)) {}
                        @for (line, words) in wrap(&rule.label, TEXT, (self.right - self.left) * 0.55, 2).iter().enumerate() {
                            text x=(At(if before { x.0 - 5.0 } else { x.0 + 5.0 })) y=(At(row + 11.0 + LINE * line as f64))
                                text-anchor=(if before { "end" } else { "start" }) { (words) }
                        }
                    }
                }
            }
        }
    }
}

/// The settings that get a tick: those that occur, or round ones where too many do; never so close that their labels touch.
fn settings(mut occurring: Vec<f64>, scale: &Scale, first: f64, last: f64) -> Vec<f64> {
    occurring.sort_by(f64::total_cmp);
    occurring.dedup_by(|a, b| a.total_cmp(b).is_eq());
    if occurring.len() > MOST_SETTINGS {
        occurring = if scale.is_doublings() {
            std::iter::successors(Some(1.0), |x| Some(x * 2.0))
                .skip_while(|x| *x < first)
                .take_while(|x| *x <= last)
                .take(40)
                .collect()
        } else {
            ticks(first, last, 6).values.into_iter().filter(|x| (first..=last).contains(x)).collect()
        };
    }
    let mut kept: Vec<f64> = Vec::new();
    let mut free_from = f64::NEG_INFINITY;
    for setting in occurring {
        let half = advance(&number::setting(setting), TEXT) / 2.0;
        let place = scale.at(setting).0;
        if place - half >= free_from {
            free_from = place + half + 6.0;
            kept.push(setting);
        }
    }
    kept
}

/// A tick of the vertical axis; its value is already in the printed unit.
fn tick_label(unit: Unit, tick: f64, decimals: usize) -> String {
    number::plain(unit, tick / number::factor(unit), decimals)
}
