//! Exact fractions of 128-bit whole numbers. Not floating point: what does not fit is `None`, never rounded.

use std::fmt;

/// A fraction in lowest terms, the denominator positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rational {
    top: i128,
    bottom: i128,
}

impl Rational {
    pub(crate) fn whole(value: i64) -> Self {
        Self { top: i128::from(value), bottom: 1 }
    }

    pub(crate) fn new(top: i128, bottom: i128) -> Option<Self> {
        if bottom == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(top.unsigned_abs(), bottom.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()?.checked_mul(bottom.signum())?;
        Some(Self { top: top.checked_div(divisor)?, bottom: bottom.checked_div(divisor)? })
    }

    pub(crate) fn add(self, other: Self) -> Option<Self> {
        let left = self.top.checked_mul(other.bottom)?;
        let right = other.top.checked_mul(self.bottom)?;
        Self::new(left.checked_add(right)?, self.bottom.checked_mul(other.bottom)?)
    }

    pub(crate) fn negated(self) -> Option<Self> {
        Some(Self { top: self.top.checked_neg()?, bottom: self.bottom })
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        Self::new(self.top.checked_mul(other.top)?, self.bottom.checked_mul(other.bottom)?)
    }

    pub(crate) fn over(self, other: Self) -> Option<Self> {
        Self::new(self.top.checked_mul(other.bottom)?, self.bottom.checked_mul(other.top)?)
    }
}

impl Rational {
    /// A decimal as written, digits with at most one point: "12.50".
    pub(crate) fn decimal(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() && part.is_empty() || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = format!("{whole}{part}").parse::<i128>().ok()?;
        Self::new(digits, 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?)
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.add(other.negated()?)
    }

    pub(crate) fn absolute(self) -> Self {
        Self { top: self.top.saturating_abs(), bottom: self.bottom }
    }

    pub(crate) fn is_whole(self) -> bool {
        self.bottom == 1
    }

    /// Whether this is at most the other.
    pub(crate) fn at_most(self, other: Self) -> Option<bool> {
        Some(self.minus(other)?.top <= 0)
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bottom == 1 { write!(out, "{}", self.top) } else { write!(out, "{}/{}", self.top, self.bottom) }
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_compare() {
        let read = |text| Rational::decimal(text);
        assert_eq!(read("0.10"), Rational::new(1, 10));
        assert_eq!(read(".5"), Rational::new(1, 2));
        assert_eq!((read("."), read("1.2.3"), read("x")), (None, None, None));
        assert_eq!(read("1").and_then(|one| one.at_most(read("1.01")?)), Some(true));
        assert_eq!(Rational::decimal(&"9".repeat(60)), None);
        assert_eq!(read("2").and_then(|two| two.minus(read("3")?)).map(Rational::absolute), read("1"));
    }
}
