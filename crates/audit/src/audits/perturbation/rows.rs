//! What is kept of a trace beside the usual row: the right answer, so that a change that moved it is seen. No texts.

use candor_trace::Trace;

use crate::rows::{Kept, normalised_digest};

/// A trace with the right answer of its own version of the question.
#[derive(Debug, Clone, Copy)]
pub(in crate::audits) struct Asked {
    /// Its score is the answer itself where answers are numbers.
    pub(in crate::audits) kept: Kept,
    gold: u64,
}

const _: () = assert!(size_of::<Asked>() <= 64, "a million traces must fit in 64 MB");

impl Asked {
    pub(in crate::audits) fn of(mut kept: Kept, trace: &Trace, numeric: bool) -> Self {
        if numeric {
            kept.score = trace.answer().and_then(number).unwrap_or(f64::NAN);
        }
        Self { kept, gold: trace.question.gold.as_deref().map_or(0, normalised_digest) }
    }

    /// A digest of the right answer, where it was recorded.
    pub(super) fn gold(&self) -> Option<u64> {
        (self.gold != 0).then_some(self.gold)
    }
}

/// An answer that is a number and nothing else, apart from a currency, a per cent sign and commas between thousands.
fn number(answer: &str) -> Option<f64> {
    let bare: String = answer.trim().trim_start_matches(['$', '€', '£']).trim_end_matches('%').replace(',', "");
    bare.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_and_nothing_else() {
        let read = ["42", " $1,250.50 ", "7 %", "-3e2", "inf", "about 7", ""].map(number);
        assert_eq!(read, [Some(42.0), Some(1250.5), Some(7.0), Some(-300.0), None, None, None]);
    }
}
