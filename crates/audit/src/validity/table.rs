//! The table of promised and delivered as data: as it is shipped, and as a run makes it. Not its surfaces.

use candor_stats::{Claim, Estimate};
use serde::{Deserialize, Serialize};

use super::delivered::{Delivered, State};
use super::regime::Regime;
use super::row::{Kind, Row, is_of};
use super::simulate::{MASTER, Size};
use crate::Error;

/// The table that is shipped with this version, as JSON.
const SHIPPED: &str = include_str!("table.json");

/// What one row delivered in one regime.
pub type Cell = Delivered;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its name.
    pub row: String,
    /// What it speaks of.
    pub what: String,
    /// What is promised.
    pub kind: Kind,
    /// The first part of the names of the claims that rest on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// In the order of [`Regime::ALL`].
    pub cells: Vec<Cell>,
    /// Since which version the promise is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Promised against delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The version that made it.
    pub candor: String,
    /// `full`, `ci`, or the number of replications.
    pub size: String,
    /// Where its random streams begin.
    pub seed: u64,
    /// The rows.
    pub lines: Vec<Line>,
}

impl Line {
    pub(super) fn of(row: &Row, cells: Vec<Cell>) -> Self {
        Self {
            row: row.name.to_owned(),
            what: row.what.to_owned(),
            kind: row.kind,
            claims: row.claims.iter().map(|claim| (*claim).to_owned()).collect(),
            cells,
            since: None,
        }
    }

    /// The regimes in which the promise is broken.
    pub fn broken(&self) -> impl Iterator<Item = (Regime, &Cell)> {
        Regime::ALL.into_iter().zip(&self.cells).filter(|(_, cell)| cell.state == State::Broken)
    }

    /// What was delivered in that regime.
    #[must_use]
    pub fn in_regime(&self, regime: Regime) -> Option<&Cell> {
        Regime::ALL.into_iter().zip(&self.cells).find(|(other, _)| *other == regime).map(|(_, cell)| cell)
    }
}

impl Table {
    pub(super) fn of(size: Size, lines: Vec<Line>) -> Self {
        let size = match size {
            Size::Full => "full".to_owned(),
            Size::Ci => "ci".to_owned(),
            Size::Quick(replications) => replications.to_string(),
        };
        Self { candor: env!("CARGO_PKG_VERSION").to_owned(), size, seed: MASTER.0, lines }
    }

    /// The table that is shipped with this version.
    ///
    /// # Errors
    /// [`Error::Table`] where it cannot be read: a fault of ours, which a test looks for.
    pub fn shipped() -> Result<Self, Error> {
        Self::read(SHIPPED)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// [`Error::Table`] where the text is none.
    pub fn read(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(Error::Table)
    }

    /// As it is written: one line for each row, so that a change of one is a change of one line.
    ///
    /// # Errors
    /// [`Error::Table`], which no table gives.
    pub fn write(&self) -> Result<String, Error> {
        let mut out = format!(
            "{{\"candor\":{},\"size\":{},\"seed\":{},\"lines\":[\n",
            json(&self.candor)?,
            json(&self.size)?,
            self.seed
        );
        for (at, line) in self.lines.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { ",\n" });
            out.push_str(&json(line)?);
        }
        out.push_str("\n]}\n");
        Ok(out)
    }

    /// Of these claims, those with an interval that no row is about: numbers that could be wrong for years. Counts have none.
    pub fn untried<'c>(&self, claims: &'c [Claim]) -> impl Iterator<Item = &'c Claim> {
        claims.iter().filter(|claim| {
            let stem = claim.name().split('[').next().unwrap_or_else(|| claim.name());
            let spread = |estimate: &Estimate| estimate.interval().is_ok_and(|ends| ends.low() < ends.high());
            claim.estimate().is_ok_and(spread)
                && !self.lines.iter().any(|line| line.claims.iter().any(|claims| is_of(claims, stem)))
        })
    }

    /// The lines whose row begins with one of `starts`; all where there are none.
    #[must_use]
    pub fn only(&self, starts: &[String]) -> Self {
        let wanted =
            |line: &&Line| starts.is_empty() || starts.iter().any(|start| line.row.starts_with(start.as_str()));
        Self { lines: self.lines.iter().filter(wanted).cloned().collect(), ..self.clone() }
    }

    /// With the lines of a newer table in the place of its own, and what only that has at the end.
    #[must_use]
    pub fn with(mut self, newer: &Self) -> Self {
        self.candor.clone_from(&newer.candor);
        for line in &newer.lines {
            match self.lines.iter_mut().find(|known| known.row == line.row) {
                Some(known) => known.clone_from(line),
                None => self.lines.push(line.clone()),
            }
        }
        self
    }

    /// Takes over since when what is broken had been broken before; what broke now broke in this version.
    #[must_use]
    pub fn dated(mut self, before: &Self) -> Self {
        for line in &mut self.lines {
            let known = before.lines.iter().find(|known| known.row == line.row).and_then(|known| known.since.clone());
            let broken = line.broken().next().is_some();
            line.since = broken.then(|| known.unwrap_or_else(|| self.candor.clone()));
        }
        self
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::Table)
}
