//! What is kept of one chain: how many places of which class, where, and what became of the candidate answer. No texts, no statistics.

use candor_trace::Trace;
use candor_verify::signal::Value;
use candor_verify::signal::backtrack::{Class, Place, backtracking};

use super::bursts::LATE;
use crate::chains::{Seat, Seated, may_quote};
use crate::names::Spot;
use crate::rows::Decided;

/// One chain. Counts stop at 65,535.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    spot: Spot,
    unit: u32,
    sample: u32,
    /// Words of the chain, set apart by white space.
    pub(super) words: u32,
    /// Recorded reasoning tokens; 0 where there are none.
    pub(super) tokens: u32,
    /// The sum of where the counted places stand, each 0 to 1.
    pub(super) shares: f32,
    /// Places by class, in the order of [`Class::ALL`]: confirming checks, which never count, and those that do.
    classes: [u16; 4],
    /// Counted places by third of the chain.
    pub(super) thirds: [u16; 3],
    /// Counted places in the last fifth.
    pub(super) late: u16,
    /// Counted places with a comparable answer stated before and after.
    pub(super) stated: u16,
    /// Of those, places across which the answer changed.
    pub(super) changed: u16,
    /// Places at which both stated answers could be compared with the right one.
    pub(super) judged: u16,
    /// Of those, from wrong to right.
    pub(super) righted: u16,
    /// Of those, from right to wrong.
    pub(super) wronged: u16,
    verdict: Decided,
}

const _: () = assert!(size_of::<Read>() <= 64, "a million chains must fit in 64 MB");

impl Seated for Read {
    fn seat(&self) -> Seat {
        Seat { spot: self.spot, unit: self.unit, sample: self.sample, verdict: self.verdict }
    }
}

impl Read {
    /// Reads one chain.
    pub(super) fn of(chain: &str, seat: Seat, trace: &Trace) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut row = Self {
            spot: seat.spot,
            unit: seat.unit,
            sample: seat.sample,
            verdict: seat.verdict,
            words: count(chain.split_whitespace().count()),
            tokens: trace.usage.reasoning.map_or(0, |tokens| u32::try_from(tokens).unwrap_or(u32::MAX)),
            shares: 0.0,
            classes: [0; 4],
            thirds: [0; 3],
            late: 0,
            stated: 0,
            changed: 0,
            judged: 0,
            righted: 0,
            wronged: 0,
        };
        for place in &backtracking(chain).places {
            row.take(place, trace);
        }
        row
    }

    fn take(&mut self, place: &Place, trace: &Trace) {
        if place.class == Class::ConfirmingCheck {
            bump(self.classes.first_mut());
            return;
        }
        if !place.backtracks() {
            return;
        }
        bump(Class::ALL.iter().position(|class| *class == place.class).and_then(|at| self.classes.get_mut(at)));
        let third = if place.share < 1.0 / 3.0 { 0 } else { 1 + usize::from(place.share >= 2.0 / 3.0) };
        bump(self.thirds.get_mut(third));
        #[expect(clippy::cast_possible_truncation, reason = "a share to seven digits is enough for a mean")]
        let share = place.share as f32;
        self.shares += share;
        if place.share >= LATE {
            bump(Some(&mut self.late));
        }
        let quoted = [&place.before, &place.after].into_iter().flatten().any(|stated| may_quote(stated, trace));
        if !quoted {
            self.compare(place, trace.question.gold.as_deref());
        }
    }

    /// What became of the candidate answer across a place.
    fn compare(&mut self, place: &Place, gold: Option<&str>) {
        if let Some(changed) = place.changed() {
            bump(Some(&mut self.stated));
            if changed {
                bump(Some(&mut self.changed));
            }
        }
        let right = |value: &Option<Value>| value.as_ref()?.given_by(gold?);
        if let (Some(before), Some(after)) = (right(&place.before), right(&place.after)) {
            bump(Some(&mut self.judged));
            match (before, after) {
                (false, true) => bump(Some(&mut self.righted)),
                (true, false) => bump(Some(&mut self.wronged)),
                _ => {}
            }
        }
    }

    /// Places of a class.
    pub(super) fn of_class(&self, class: Class) -> u16 {
        let at = Class::ALL.iter().position(|known| *known == class);
        at.and_then(|at| self.classes.get(at)).copied().unwrap_or(0)
    }

    /// Places that count as backtracking.
    pub(super) fn counted(&self) -> u16 {
        self.thirds.iter().fold(0, |sum, third| sum.saturating_add(*third))
    }

    pub(super) fn backtracks(&self) -> bool {
        self.counted() > 0
    }
}

fn bump(count: Option<&mut u16>) {
    if let Some(count) = count {
        *count = count.saturating_add(1);
    }
}
