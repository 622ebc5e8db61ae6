//! Thresholds that a plan sets before its data: which claim, how high or how low, and which end of its interval decides. Not a comparison of runs.

use serde::{Deserialize, Serialize};

use crate::Run;
use crate::foreign::clean_line;

/// A threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Require {
    /// The claim, by its name or by the part before its `[`, which then means every claim of that name.
    pub claim: String,
    /// The smallest value that will do, in the claim's own unit (shares are 0 to 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The largest value that will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// What is held against it: an end of the interval, or the value itself [default: the end that is harder to meet].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
}

/// What of an estimate is held against a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The lower end of the interval.
    Lower,
    /// The upper end.
    Upper,
    /// The value, whatever its interval: a glance, not a decision.
    Value,
}

/// What became of a threshold for one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// One sentence.
    pub said: String,
    /// How it stands.
    pub standing: Standing,
}

/// How a threshold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Met.
    Met,
    /// There is no such number: nobody can tell.
    CannotTell,
    /// Not met.
    Unmet,
}

impl Require {
    /// What is wrong with it, if anything.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let bounds = [self.at_least, self.at_most];
        if bounds.iter().flatten().any(|bound| !bound.is_finite()) {
            return Some(format!("require `{}`: expected finite numbers", self.claim));
        }
        bounds
            .iter()
            .all(Option::is_none)
            .then(|| format!("require `{}`: expected at_least or at_most, found neither", self.claim))
    }

    /// Holds it against every claim of that name; where there is none, that cannot be told.
    #[must_use]
    pub fn hold(&self, run: &Run) -> Vec<Held> {
        let ours = |name: &str| name == self.claim || name.split_once('[').is_some_and(|(stem, _)| stem == self.claim);
        let held: Vec<Held> = run
            .reports
            .iter()
            .flat_map(|report| &report.claims)
            .filter(|claim| ours(claim.name()))
            .map(|claim| self.against(claim))
            .collect();
        if held.is_empty() {
            let said = format!("cannot tell: no claim of this run is called {}", clean_line(&self.claim));
            return vec![Held { said, standing: Standing::CannotTell }];
        }
        held
    }

    fn against(&self, claim: &candor_stats::Claim) -> Held {
        let name = clean_line(claim.name());
        let estimate = match claim.estimate() {
            Ok(estimate) => estimate,
            Err(why) => {
                return Held {
                    said: format!("cannot tell: {name} is undefined: {why}"),
                    standing: Standing::CannotTell,
                };
            }
        };
        let (mut said, mut standing) = (Vec::new(), Standing::Met);
        for (bound, least) in [(self.at_least, true), (self.at_most, false)] {
            let Some(bound) = bound else { continue };
            let by = self.by.unwrap_or(if least { By::Lower } else { By::Upper });
            let (what, value) = match by {
                By::Value => ("value", Some(estimate.value())),
                By::Lower => ("lower end", estimate.interval().ok().map(candor_stats::Interval::low)),
                By::Upper => ("upper end", estimate.interval().ok().map(candor_stats::Interval::high)),
            };
            let side = if least { "at least" } else { "at most" };
            let Some(value) = value else {
                said.push(format!("cannot tell: {name} has no interval"));
                standing = standing.max(Standing::CannotTell);
                continue;
            };
            let met = if least { value >= bound } else { value <= bound };
            let verb = if met { "met" } else { "not met" };
            said.push(format!("{verb}: {name} {side} {bound} by its {what} ({value:.4})"));
            standing = standing.max(if met { Standing::Met } else { Standing::Unmet });
        }
        Held { said: said.join("; "), standing }
    }
}
