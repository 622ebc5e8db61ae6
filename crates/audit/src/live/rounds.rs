//! The calls of a plan in the order in which they can be made: all at once where the plan is fixed, else those that can be made now and then those that follow from their
//! replies, never from when they came. Not the making of calls.

use super::adaptive::waves::Waves;
use super::ledger::{Ledger, LedgerError};
use super::plan::Plan;
use super::probe::Probe;
use super::until::deciding::Deciding;

/// The calls that can be made now, and those that follow from their replies.
pub(super) struct Rounds<'p> {
    ready: Ready<'p>,
}

enum Ready<'p> {
    All(Box<dyn Iterator<Item = Probe> + Send + 'p>),
    /// Until something is decided.
    Round(Box<Deciding<'p>>),
    /// Until each question's majority is settled.
    Wave(Box<Waves<'p>>),
}

impl<'p> Rounds<'p> {
    pub(super) fn of(plan: &'p Plan<'p>) -> Self {
        let ready = match (plan.deciding(), plan.waves()) {
            (Some(deciding), _) => Ready::Round(Box::new(deciding)),
            (None, Some(waves)) => Ready::Wave(Box::new(waves)),
            (None, None) => Ready::All(Box::new(plan.probes())),
        };
        Self { ready }
    }

    /// The next call; `None` where the others, if there are any, wait for the replies to those before.
    pub(super) fn next(&mut self) -> Option<Probe> {
        match &mut self.ready {
            Ready::All(probes) => probes.next(),
            Ready::Round(deciding) => deciding.next(),
            Ready::Wave(waves) => waves.next(),
        }
    }

    /// Whether what comes next may follow from what is still on its way.
    pub(super) fn waits(&self) -> bool {
        !matches!(self.ready, Ready::All(_))
    }

    /// Reads the replies to a round and begins the next one. False where there is none: all calls are made, it is decided, or a reply is still missing.
    pub(super) fn advance(&mut self, ledger: &Ledger) -> Result<bool, LedgerError> {
        match &mut self.ready {
            Ready::All(_) => Ok(false),
            Ready::Round(deciding) => deciding.advance(ledger),
            Ready::Wave(waves) => waves.advance(ledger),
        }
    }
}
