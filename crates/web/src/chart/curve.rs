//! A quantity against a setting: lines with bands, predictions apart from measurements, vertical rules with their words.
//!
//! Drawn twice, wide and narrow, since text in a drawing does not wrap; the style sheet shows one of the two. The table that
//! says the same in words is the caller's, who has the digits.

mod frame;
mod lines;

use candor_stats::Unit;
use maud::{Markup, html};

use super::Value;
use frame::Frame;

/// A quantity against a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve<'a> {
    /// Unique on its page: letters, digits and `-`. Names of the drawing's parts are derived from it.
    pub id: &'a str,
    /// What the chart shows.
    pub title: &'a str,
    /// The label of the setting.
    pub x: &'a str,
    /// Whether equal steps of the setting are doublings. Ignored where a setting is not above zero.
    pub doublings: bool,
    /// The label of the quantity, with its unit.
    pub y: &'a str,
    /// The unit of the quantity: decides the digits on its axis.
    pub unit: Unit,
    /// The lines. A predicted one continues the measured one before it.
    pub series: Vec<Series>,
    /// Vertical rules.
    pub rules: Vec<Rule>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is, written beside its end where there are several.
    pub label: String,
    /// Predicted, not measured: drawn broken, with hollow markers.
    pub predicted: bool,
    /// The points.
    pub points: Vec<Point>,
}

/// One point of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The setting; not drawn where it is not finite.
    pub x: f64,
    /// What was found there; `None` where it is undefined, which is drawn as a dash on the axis.
    pub y: Option<Value>,
    /// The point in words, with its interval: "16 paths: 79.5 % [77.1, 81.7], n = 1,150", or why there is no number.
    pub text: String,
    /// Where more is said about it, such as `#claim-7`.
    pub link: Option<String>,
}

/// A vertical rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Where.
    pub x: f64,
    /// What it says.
    pub label: String,
}

/// The chart, as two drawings of which the style sheet shows one. A sentence where there is no point to draw.
#[must_use]
pub fn draw(curve: &Curve<'_>) -> Markup {
    html! {
        @match (Frame::new(curve, frame::WIDE), Frame::new(curve, frame::NARROW)) {
            (Some(wide), Some(narrow)) => {
                div.drawings { (drawing(curve, &wide)) (drawing(curve, &narrow)) }
            }
            _ => { p.nothing { "No point of this curve has a value. The table says why." } }
        }
    }
}

fn drawing(curve: &Curve<'_>, frame: &Frame) -> Markup {
    let part = |name: &str| format!("{}-{}-{name}", curve.id, frame.canvas.name);
    let (title, description) = (part("title"), part("description"));
    html! {
        svg class={ "chart curve " (frame.canvas.name) } viewBox=(format!("0 0 {} {}", frame.canvas.width, frame.height))
            role="group" aria-labelledby=(title) aria-describedby=(description) {
            title id=(title) { (curve.title) }
            desc id=(description) { (describe(curve)) }
            (frame.axes(curve))
            (frame.rules(curve))
            (lines::draw(curve, frame))
        }
    }
}

/// The chart in a sentence, for those who do not see it.
fn describe(curve: &Curve<'_>) -> String {
    let measured = curve.series.iter().filter(|series| !series.predicted).count();
    let predicted = curve.series.len() - measured;
    let lines = |count: usize, kind: &str| match count {
        0 => String::new(),
        1 => format!(" One {kind} line."),
        _ => format!(" {count} {kind} lines."),
    };
    let steps = if curve.doublings { ", equal steps are doublings" } else { "" };
    let mut text = format!(
        "{} against {}{steps}.{}{}",
        curve.y,
        curve.x,
        lines(measured, "measured"),
        lines(predicted, "predicted")
    );
    for rule in &curve.rules {
        text.push_str(&format!(" At {}: {}.", crate::number::setting(rule.x), rule.label));
    }
    text.push_str(" Every point is a link that says its value and interval; the table below says them all.");
    text
}

#[cfg(test)]
mod tests;
