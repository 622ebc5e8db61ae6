//! Charts as SVG and HTML text, made where the report is made: no script, no network, no fonts to load.
//!
//! Pure functions from plain input: nothing is computed but places, and every number that a chart shows came as text from the
//! caller, with its interval. Colour only repeats what shape, line style and words say. Colours and sizes stand in
//! `page/style.css`; without it a chart is still readable, only plain.

pub mod curve;
pub mod forest;
mod label;
mod scale;
pub mod share;

/// A number to draw: finite, with the ends of its interval, which may be infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// The point estimate, in the stored unit (a share is between 0 and 1).
    pub value: f64,
    /// The interval; `None` where there is none.
    pub ends: Option<(f64, f64)>,
}

impl Value {
    /// Every finite number that a scale has to cover.
    fn finite(self) -> impl Iterator<Item = f64> {
        let (low, high) = self.ends.unwrap_or((self.value, self.value));
        [self.value, low, high].into_iter().filter(|x| x.is_finite())
    }
}

/// The smallest and the largest of some numbers; `None` where there are none.
fn range(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.fold(None, |range, x| {
        let (low, high) = range.unwrap_or((x, x));
        Some((low.min(x), high.max(x)))
    })
}
