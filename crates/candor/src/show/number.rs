//! Digits of estimates as a terminal and programs read them. The rules are those of every surface (`candor_audit::digits`).

use candor_audit::digits::Spelling;
use candor_stats::{Estimate, Size, Unit};

use super::text;

pub(crate) use candor_audit::digits::{Digits, decimals};

/// Value and ends of an estimate.
pub(crate) fn digits(unit: Unit, estimate: &Estimate, decimals: usize) -> Digits {
    Spelling::Plain.digits(unit, estimate, decimals)
}

/// Value, unit and interval as they stand in a sentence: "62.1 % [59.3, 64.9]".
pub(crate) fn sentence(unit: Unit, estimate: &Estimate) -> String {
    Spelling::Plain.sentence(unit, estimate)
}

/// "n = 1,150", or "n = 1,150 (18,400 samples)".
pub(crate) fn size(size: Option<Size>) -> String {
    match size {
        None => "n unknown".to_owned(),
        Some(Size { units, samples }) if units == samples => format!("n = {}", text::thousands(units)),
        Some(Size { units, samples }) => {
            format!("n = {} ({} samples)", text::thousands(units), text::thousands(samples))
        }
    }
}
