//! From values to places: even and doubling scales, round ticks, and places written with one decimal so that the same input
//! gives the same bytes. Not which values are drawn.

use std::fmt;

/// A place in a drawing, in its own units (one is about a CSS pixel), written with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct At(pub(crate) f64);

impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:.1}", self.0);
        let digits = digits.strip_suffix(".0").unwrap_or(&digits);
        out.write_str(if digits == "-0" { "0" } else { digits })
    }
}

/// Maps a range of values to a range of places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    doublings: bool,
}

impl Scale {
    /// Equal differences are equally far apart. A range without extent is widened by 1 around its value.
    pub(crate) fn even(low: f64, high: f64, from: f64, to: f64) -> Self {
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
        Self { low, high, from, to, doublings: false }
    }

    /// Equal factors are equally far apart; even where a value is not above zero.
    pub(crate) fn doublings(low: f64, high: f64, from: f64, to: f64) -> Self {
        if low > 0.0 {
            let logarithmic = Self::even(low.log2(), high.log2(), from, to);
            Self { doublings: true, ..logarithmic }
        } else {
            Self::even(low, high, from, to)
        }
    }

    /// Whether equal steps are doublings.
    pub(crate) fn is_doublings(&self) -> bool {
        self.doublings
    }

    /// The place of a value; values beyond the scale stand at its ends.
    pub(crate) fn at(&self, x: f64) -> At {
        let x = if self.doublings { x.max(f64::MIN_POSITIVE).log2() } else { x };
        let share = ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        At(self.from + share * (self.to - self.from))
    }
}

/// Round values on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ticks {
    /// By rising value; the first and last enclose the range.
    pub(crate) values: Vec<f64>,
    /// Decimals that tell neighbours apart.
    pub(crate) decimals: usize,
}

/// Round values (1, 2 or 5 times a power of ten apart) that enclose a range, about `wanted` of them.
pub(crate) fn ticks(low: f64, high: f64, wanted: usize) -> Ticks {
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
    let rough = (high - low) / wanted.max(1) as f64;
    let exponent = rough.log10().floor().clamp(-12.0, 300.0);
    let unit = 10_f64.powi(exponent as i32);
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * unit)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(rough);
    // A range that begins on a tick up to rounding begins there.
    let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    let count = ((last - first).max(1.0) as usize).min(64);
    let values = (0..=count).map(|i| (first + i as f64) * step).collect();
    let decimals = if step >= 0.999 { 0 } else { (-step.log10() + 1e-9).ceil() as usize };
    Ticks { values, decimals }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_one_decimal_and_no_negative_zero() {
        assert_eq!([At(-0.01), At(3.0), At(2.25), At(-7.96)].map(|at| at.to_string()), ["0", "3", "2.2", "-8"]);
    }

    #[test]
    fn doublings_are_equally_far_apart() {
        let scale = Scale::doublings(1.0, 16.0, 0.0, 400.0);
        assert_eq!(
            [1.0, 2.0, 4.0, 8.0, 16.0, 99.0].map(|x| scale.at(x).to_string()),
            ["0", "100", "200", "300", "400", "400"]
        );
        assert!(!Scale::doublings(0.0, 16.0, 0.0, 400.0).is_doublings());
    }

    #[test]
    fn a_single_value_stands_in_the_middle() {
        assert_eq!(Scale::even(7.0, 7.0, 0.0, 100.0).at(7.0), At(50.0));
        assert_eq!(Scale::doublings(4.0, 4.0, 0.0, 100.0).at(4.0), At(50.0));
    }

    #[test]
    fn ticks_are_round_and_enclose_the_range() {
        assert_eq!(ticks(59.3, 81.7, 5).values, [55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0]);
        assert_eq!(ticks(0.0, 1.0, 5).values, [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(0.0, 1.0, 5).decimals, 1);
        assert_eq!(ticks(-0.7, 7.2, 4).values, [-2.0, 0.0, 2.0, 4.0, 6.0, 8.0]);
        for (low, high) in [(0.0, 0.0), (1e-9, 2e-9), (-1e12, 1e12), (5.0, 5.000001)] {
            let ticks = ticks(low, high, 5);
            let (first, last) = (ticks.values[0], ticks.values[ticks.values.len() - 1]);
            assert!(first <= low + 1e-9 && last >= high - 1e-9 && (2..=13).contains(&ticks.values.len()), "{ticks:?}");
        }
    }
}
