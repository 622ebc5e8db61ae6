//! What one replication shows of one row, read from the claims of a report.

use candor_stats::claim::flag::Finding;
use candor_stats::{Claim, Flag, Interval};

use crate::Report;

/// What one replication shows of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Intervals that promise to hold all at once, each with the truth.
    Intervals {
        /// Each interval with what it should contain.
        ends: Vec<Ends>,
        /// The audit itself says of every one that it holds at this size.
        vouched: bool,
    },
    /// Whether an effect was called.
    Called {
        /// It was.
        called: bool,
        /// As for intervals.
        vouched: bool,
    },
    /// The report has no such number, or no interval of it.
    Undefined,
}

/// An interval and what it should contain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// What it should contain.
    pub truth: f64,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Ends {
    pub(super) fn of(interval: &Interval, truth: f64) -> Self {
        Self { truth, low: interval.low(), high: interval.high() }
    }

    pub(super) fn covers(&self) -> bool {
        self.low <= self.truth && self.truth <= self.high
    }
}

/// Whether V1 holds: whether the audit itself says that an interval of this kind holds at this size.
#[must_use]
pub fn vouched(claim: &Claim) -> bool {
    matches!(claim.flags().finding(Flag::Interval), Some(Finding::Holds { .. }))
}

/// The interval of one claim.
#[must_use]
pub fn interval(report: Option<&Report>, name: &str, truth: f64) -> Outcome {
    match report.and_then(|report| report.claim(name)) {
        Some(claim) => of_claims(&[(claim, truth)]),
        None => Outcome::Undefined,
    }
}

/// Several claims that promise to hold together; those without an interval promise nothing.
#[must_use]
pub fn of_claims(claims: &[(&Claim, f64)]) -> Outcome {
    let mut ends = Vec::with_capacity(claims.len());
    let mut all_vouched = true;
    for (claim, truth) in claims {
        if let Ok(estimate) = claim.estimate()
            && let Ok(interval) = estimate.interval()
        {
            ends.push(Ends::of(interval, *truth));
            all_vouched &= vouched(claim);
        }
    }
    if ends.is_empty() { Outcome::Undefined } else { Outcome::Intervals { ends, vouched: all_vouched } }
}

/// All claims whose name begins so, each with the truth that its name calls for.
pub(super) fn family(report: Option<&Report>, start: &str, truth: impl Fn(&str) -> f64) -> Outcome {
    let claims: Vec<(&Claim, f64)> = report
        .into_iter()
        .flat_map(|report| &report.claims)
        .filter(|claim| claim.name().starts_with(start))
        .map(|claim| (claim, truth(claim.name())))
        .collect();
    of_claims(&claims)
}

/// Whether some claim whose name begins so says that there is something: its interval lies wholly on one side of 0.
#[must_use]
pub fn called(report: Option<&Report>, start: &str, side: fn(&Interval) -> bool) -> Outcome {
    let mut found = Outcome::Undefined;
    for claim in report.into_iter().flat_map(|report| &report.claims).filter(|claim| claim.name().starts_with(start)) {
        let Ok(Ok(interval)) = claim.estimate().map(|estimate| estimate.interval()) else { continue };
        let (before, all) = match found {
            Outcome::Called { called, vouched } => (called, vouched),
            _ => (false, true),
        };
        found = Outcome::Called { called: before || side(interval), vouched: all && vouched(claim) };
    }
    found
}

/// Wholly above 0.
pub(super) fn above(interval: &Interval) -> bool {
    interval.low() > 0.0
}

/// Wholly below 0.
pub(super) fn below(interval: &Interval) -> bool {
    interval.high() < 0.0
}

/// Wholly on one side of 0.
#[must_use]
pub fn aside(interval: &Interval) -> bool {
    above(interval) || below(interval)
}
