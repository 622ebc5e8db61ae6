//! Planted calls: the few fields of a trace that worlds fill. Not a recording of anything.

use std::fmt::Write;

use candor_trace::{Event, Trace, Trial};
use candor_verify::{Outcome, Verdict};

/// One call of one question; the model has a name, since without one no claim is evidence.
pub(super) fn call(question: usize, sample: u32) -> Trace {
    let mut unit = String::with_capacity(8);
    let _ = write!(unit, "q{question}");
    Trace {
        trial: Trial { unit, sample, ..Trial::default() },
        model: Some("planted".to_owned()),
        planted: false,
        ..Trace::default()
    }
}

/// What a verifier decided.
pub(super) fn verdict(right: bool, answer: Option<String>) -> Event {
    let outcome = if right { Outcome::Correct } else { Outcome::Wrong };
    Event::Verdict { verifier: "exact".to_owned(), verdict: Verdict { outcome, extracted: answer, why: String::new() } }
}
