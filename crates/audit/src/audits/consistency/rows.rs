//! What is kept of one chain: which kinds of finding there are, and out of what. No texts, no statistics.

use candor_trace::{Event, LabelValue, Labeller, Trace};
use candor_verify::signal::consistency::{Kind, consistency};

use crate::chains::{Seat, Seated, may_quote};
use crate::names::Spot;
use crate::rows::Decided;

/// The label by which somebody says that a chain contradicts the answer given.
pub(super) const LABEL: &str = "contradicts_answer";

/// One chain. Counts stop at 65,535.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    spot: Spot,
    unit: u32,
    sample: u32,
    /// Findings by kind, in the order of [`Kind::ALL`].
    kinds: [u16; 4],
    /// Equations that could be checked.
    pub(super) equations: u16,
    /// Whether the last stated answer is the one given, where the two could be compared.
    agrees: Option<bool>,
    /// Whether the label says that the chain contradicts the answer, and whether a person says so.
    pub(super) label: Option<(bool, bool)>,
    /// Whether the last stated answer is the option that a cue points to, so that it may be quoted from the prompt: not compared.
    pub(super) quoted: bool,
    /// Whether there is an answer to compare with.
    pub(super) answered: bool,
    verdict: Decided,
}

const _: () = assert!(size_of::<Read>() <= 64, "a million chains must fit in 64 MB");

impl Seated for Read {
    fn seat(&self) -> Seat {
        Seat { spot: self.spot, unit: self.unit, sample: self.sample, verdict: self.verdict }
    }
}

impl Read {
    /// Reads one chain with the answer that followed it: as it was extracted, else the whole visible output.
    pub(super) fn of(chain: &str, seat: Seat, trace: &Trace) -> Self {
        let answer = trace.answer().or_else(|| trace.output()).filter(|answer| !answer.trim().is_empty());
        let found = consistency(chain, answer);
        let quoted = found.last_stated.as_ref().is_some_and(|stated| may_quote(stated, trace));
        let mut kinds = [0; 4];
        for finding in &found.findings {
            if quoted && matches!(finding.kind, Kind::OtherAnswer | Kind::RetractedAnswer) {
                continue;
            }
            let at = Kind::ALL.iter().position(|kind| *kind == finding.kind);
            if let Some(count) = at.and_then(|at| kinds.get_mut(at)) {
                *count = u16::saturating_add(*count, 1);
            }
        }
        let label = trace.events.iter().find_map(|event| match event {
            Event::Label(label) if label.name == LABEL => match label.value {
                LabelValue::Bool(said) => Some((said, label.by == Labeller::Human)),
                LabelValue::Number(_) | LabelValue::Text(_) => None,
            },
            _ => None,
        });
        Self {
            spot: seat.spot,
            unit: seat.unit,
            sample: seat.sample,
            verdict: seat.verdict,
            kinds,
            equations: u16::try_from(found.equations).unwrap_or(u16::MAX),
            agrees: found.answer_agrees.filter(|_| !quoted),
            label,
            quoted,
            answered: answer.is_some(),
        }
    }

    /// Findings of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> u16 {
        let at = Kind::ALL.iter().position(|known| *known == kind);
        at.and_then(|at| self.kinds.get(at)).copied().unwrap_or(0)
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.of_kind(kind) > 0
    }

    /// Whether a finding of that kind was possible at all: an answer stated and comparable, an equation checked.
    pub(super) fn could_have(&self, kind: Kind) -> bool {
        match kind {
            Kind::OtherAnswer | Kind::RetractedAnswer => self.agrees.is_some(),
            Kind::Arithmetic => self.equations > 0,
            Kind::ConcludedNothing => true,
        }
    }

    pub(super) fn comparable(&self) -> bool {
        self.agrees.is_some()
    }

    pub(super) fn inconsistent(&self) -> bool {
        self.kinds.iter().any(|count| *count > 0)
    }

    /// Whether chain and answer do not hang together: the other kinds are about the chain alone.
    pub(super) fn against_answer(&self) -> bool {
        self.has(Kind::OtherAnswer) || self.has(Kind::RetractedAnswer)
    }
}
