//! Raw draws: every single replication, so that somebody else's program can count again. The formats are in docs/formats/validity.md.

use std::io::Write;

use super::outcome::Outcome;
use super::regime::Regime;
use crate::Error;

/// Where raw draws go, if they are wanted.
pub struct Draws<'w> {
    to: Option<(&'w mut dyn Write, &'w mut dyn Write)>,
}

impl std::fmt::Debug for Draws<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Draws").field("wanted", &self.wanted()).finish()
    }
}

/// One replication of one row.
pub(super) struct Draw<'o> {
    pub(super) row: &'static str,
    pub(super) power: bool,
    pub(super) regime: Regime,
    pub(super) place: u64,
    pub(super) replication: u64,
    pub(super) outcome: &'o Outcome,
}

impl<'w> Draws<'w> {
    /// Nobody wants them.
    #[must_use]
    pub fn unwanted() -> Self {
        Self { to: None }
    }

    /// Writes the replications to the first and the exact sums to the second.
    ///
    /// # Errors
    /// [`Error::Draws`] where the headings cannot be written.
    pub fn to(draws: &'w mut dyn Write, exact: &'w mut dyn Write) -> Result<Self, Error> {
        writeln!(draws, "row,role,regime,place,replication,vouched,truth,low,high,called").map_err(Error::Draws)?;
        writeln!(exact, "row,regime,p,n,successes,low,high").map_err(Error::Draws)?;
        Ok(Self { to: Some((draws, exact)) })
    }

    pub(super) fn wanted(&self) -> bool {
        self.to.is_some()
    }

    /// One line an interval; one line for a call; one line without values where nothing was defined.
    pub(super) fn write(&mut self, draw: &Draw<'_>) -> Result<(), Error> {
        let Some((out, _)) = &mut self.to else { return Ok(()) };
        let role = if draw.power { "power" } else { "promise" };
        let head = format!("{},{role},{},{},{}", draw.row, draw.regime.name(), draw.place, draw.replication);
        let written = match draw.outcome {
            Outcome::Undefined => writeln!(out, "{head},,,,,"),
            Outcome::Called { called, vouched } => {
                writeln!(out, "{head},{},,,,{}", u8::from(*vouched), u8::from(*called))
            }
            Outcome::Intervals { ends, vouched } => ends.iter().try_for_each(|ends| {
                writeln!(out, "{head},{},{},{},{},", u8::from(*vouched), ends.truth, ends.low, ends.high)
            }),
        };
        written.map_err(Error::Draws)
    }

    /// The interval after so many successes.
    pub(super) fn exact(
        &mut self,
        row: &str,
        regime: Regime,
        (p, n, successes): (f64, u64, u64),
        (low, high): (f64, f64),
    ) -> Result<(), Error> {
        let Some((_, out)) = &mut self.to else { return Ok(()) };
        writeln!(out, "{row},{},{p},{n},{successes},{low},{high}", regime.name()).map_err(Error::Draws)
    }

    pub(super) fn finish(&mut self) -> Result<(), Error> {
        let Some((draws, exact)) = &mut self.to else { return Ok(()) };
        draws.flush().and_then(|()| exact.flush()).map_err(Error::Draws)
    }
}
