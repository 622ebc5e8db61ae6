//! Digits of estimates as a page sets them. The rules are those of every surface (`candor_audit::digits`); only the signs are typeset.

use candor_audit::digits::Spelling;
use candor_stats::{Estimate, Unit};

pub(crate) use candor_audit::digits::factor;
pub use candor_audit::digits::{Digits, decimals, word};

/// One number of that unit, without the unit's word.
#[must_use]
pub fn plain(unit: Unit, x: f64, decimals: usize) -> String {
    Spelling::Typeset.plain(unit, x, decimals)
}

/// A setting on an axis.
#[must_use]
pub fn setting(x: f64) -> String {
    Spelling::Typeset.setting(x)
}

/// Value and ends of an estimate.
#[must_use]
pub fn digits(unit: Unit, estimate: &Estimate, decimals: usize) -> Digits {
    Spelling::Typeset.digits(unit, estimate, decimals)
}

/// Value, unit and interval as they stand in a sentence.
#[must_use]
pub fn sentence(unit: Unit, estimate: &Estimate) -> String {
    Spelling::Typeset.sentence(unit, estimate)
}
