//! What is kept of one chain: counts of what the detectors find in it. No texts, no statistics.

use std::sync::LazyLock;

use candor_trace::Trace;
use candor_verify::signal::backtrack::{Class, backtracking};
use candor_verify::signal::consistency::{Kind, consistency};
use regex::Regex;

use crate::chains::{Seat, Seated, may_quote};
use crate::names::Spot;
use crate::rows::Decided;

/// One chain. Counts stop at 65,535.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    spot: Spot,
    unit: u32,
    sample: u32,
    /// Words, set apart by white space.
    pub(super) words: u32,
    /// Passages: cut at empty lines and before a sentence that opens with a cue of backtracking.
    pub(super) passages: u32,
    /// Places that count as backtracking.
    pub(super) backtracks: u16,
    /// Confirming checks.
    pub(super) checks: u16,
    pub(super) hedges: u16,
    /// Equations of numbers that could be checked, and those that do not hold.
    pub(super) equations: u16,
    pub(super) broken: u16,
    /// Whether it states an answer at all, guesses and conditions aside.
    pub(super) states: bool,
    /// Whether the last stated answer is not the one given.
    pub(super) other: bool,
    /// Whether it takes its answer back, and that is given all the same.
    pub(super) retracts: bool,
    /// Whether it states and concludes nothing.
    pub(super) concludes_nothing: bool,
    verdict: Decided,
}

const _: () = assert!(size_of::<Read>() <= 64, "a million chains must fit in 64 MB");

/// Words that hedge. A list, not a reading: "might" in a question hedges nothing.
static HEDGES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:maybe|perhaps|probably|possibly|presumably|apparently|seemingly|likely|might|may be|could be|unsure|uncertain|unclear|i (?:think|guess|suppose|believe)|not (?:entirely |quite |completely )?(?:sure|certain))\b",
    )
    .ok()
});

impl Seated for Read {
    fn seat(&self) -> Seat {
        Seat { spot: self.spot, unit: self.unit, sample: self.sample, verdict: self.verdict }
    }
}

impl Read {
    /// Reads one chain with the answer that followed it. The right answer is not looked at.
    pub(super) fn of(chain: &str, seat: Seat, trace: &Trace) -> Self {
        let (long, short) =
            (|n: usize| u32::try_from(n).unwrap_or(u32::MAX), |n: usize| u16::try_from(n).unwrap_or(u16::MAX));
        let turns = backtracking(chain);
        let answer = trace.answer().or_else(|| trace.output()).filter(|answer| !answer.trim().is_empty());
        let found = consistency(chain, answer);
        let quoted = found.last_stated.as_ref().is_some_and(|stated| may_quote(stated, trace));
        let count = |kind: Kind| found.findings.iter().filter(|finding| finding.kind == kind).count();
        Self {
            spot: seat.spot,
            unit: seat.unit,
            sample: seat.sample,
            words: long(chain.split_whitespace().count()),
            passages: long(turns.passages),
            backtracks: short(turns.counted().count()),
            checks: short(turns.places.iter().filter(|place| place.class == Class::ConfirmingCheck).count()),
            hedges: short(HEDGES.as_ref().map_or(0, |hedges| hedges.find_iter(chain).count())),
            equations: short(found.equations),
            broken: short(count(Kind::Arithmetic)),
            states: found.last_stated.is_some(),
            other: !quoted && count(Kind::OtherAnswer) > 0,
            retracts: !quoted && count(Kind::RetractedAnswer) > 0,
            concludes_nothing: count(Kind::ConcludedNothing) > 0,
            verdict: seat.verdict,
        }
    }

    /// Whether the answer is right; `None` where nobody decided. No answer is not right.
    pub(super) fn right(&self) -> Option<bool> {
        match self.verdict {
            Decided::Correct => Some(true),
            Decided::Wrong | Decided::NoAnswer => Some(false),
            Decided::Undecided => None,
        }
    }
}
