//! A statement bound to its estimate, with the mark that follows from both.
//!
//! A [`Claim`] is the only way a result leaves an audit. Its mark cannot be typed in: [`Claim::new`] computes it from a
//! [`Draft`], and reading a stored claim computes it again and refuses a stored mark that does not follow.

pub mod asserted;
pub mod flag;
pub mod mark;
pub mod origin;
pub mod parameter;

use serde::{Deserialize, Serialize};

use crate::derivation::Derivation;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::serialised::outcome;
use crate::undefined::Undefined;
use asserted::{Asserted, Relation};
use flag::Flags;
use mark::{Mark, Standing};
use origin::{Origin, Provenance};
use parameter::Parameter;

/// Fewer independent units than this are no measurement.
pub const FEWEST_UNITS: u64 = 10;

/// How what raises a mark ends where more units would: a reader who has the number at another power leaves it out.
pub const MORE_UNITS: &str = "units, if the value stays as it is (50 % power)";

/// Why an interval leaves a mark at inferred: a reader who shows no statement beside it names the one that is open.
pub const OPEN: &str = "the interval leaves the statement open";

/// A prediction further than this many times the largest sampled k is hope.
pub const FARTHEST_REACH: f64 = 4.0;

/// Everything a claim is made of, before its mark is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Stable name for machines, such as `compute.accuracy[paths=4]`.
    pub name: String,
    /// The sentence, for people.
    pub statement: String,
    /// The sentence to print when the data contradict the statement.
    pub negation: String,
    /// Unit and range of the parameter.
    pub parameter: Parameter,
    /// The estimate, or why there is none. The interval is simultaneous over the family it is printed in.
    #[serde(with = "outcome")]
    pub estimate: Result<Estimate, Undefined>,
    /// What the statement asserts about the parameter.
    pub asserted: Asserted,
    /// Where the number comes from.
    pub provenance: Provenance,
    /// The findings on the validity flags.
    pub flags: Flags,
    /// The standings of the claims this one is derived from; empty when it stands on data alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<Standing>,
}

/// A statement with its estimate and its computed standing.
///
/// The rules (METHODS, "Marks"), with I the interval and A the asserted set:
///
/// - planted data: no mark, "planted";
/// - *hope*: not measured by anybody, undefined, fewer than 10 independent units, or I spans the whole parameter space
///   (an own estimate without an interval excludes nothing either); a fit whose held-out error is unknown or exceeds half
///   the width of I, or that reaches beyond 4 times the largest sample;
/// - *evidence-backed*: own data, every flag holds, and I inside A;
/// - *inferred*: otherwise;
/// - I disjoint from A: the negation is printed, and it is marked by the same rules (I then lies inside the complement);
/// - derived claims take the weakest mark of their inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Claim {
    draft: Draft,
    standing: Standing,
    negated: bool,
    why: Vec<String>,
    raise: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    draft: Draft,
    standing: Standing,
    negated: bool,
    why: Vec<String>,
    raise: Vec<String>,
}

impl From<Claim> for Stored {
    fn from(claim: Claim) -> Self {
        let Claim { draft, standing, negated, why, raise } = claim;
        Self { draft, standing, negated, why, raise }
    }
}

impl TryFrom<Stored> for Claim {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self, Error> {
        let claim = Self::new(stored.draft);
        if claim.standing != stored.standing || claim.negated != stored.negated {
            let show =
                |standing: Standing, negated: bool| format!("{standing}{}", if negated { ", negated" } else { "" });
            return Err(Error::Forged {
                what: format!("mark of {}", claim.draft.name).into(),
                stored: show(stored.standing, stored.negated),
                computed: show(claim.standing, claim.negated),
            });
        }
        Ok(claim)
    }
}

impl Claim {
    /// Computes the mark of a draft.
    #[must_use]
    pub fn new(draft: Draft) -> Self {
        let mut claim = Self { standing: Standing::Planted, negated: false, why: Vec::new(), raise: Vec::new(), draft };
        claim.judge();
        claim
    }

    /// Says what the estimate was computed from; asked for only where that is kept, and without part in the mark.
    pub fn came_from(&mut self, derivation: impl FnOnce() -> Derivation) {
        if let Ok(estimate) = &mut self.draft.estimate {
            *estimate = estimate.clone().derived(derivation);
        }
    }

    fn judge(&mut self) {
        self.negated = self.relation() == Some(Relation::Disjoint);
        let mark = self.own_mark();
        let planted = matches!(self.draft.provenance.origin, Origin::Planted)
            || self.draft.derived_from.contains(&Standing::Planted);
        if planted {
            self.standing = Standing::Planted;
            self.why = vec!["planted process, not a language model".to_owned()];
            self.raise.clear();
            return;
        }
        let weakest = Mark::weakest(self.draft.derived_from.iter().filter_map(|standing| standing.mark()));
        let mark = match weakest {
            Some(weakest) if weakest < mark => {
                self.why.push(format!("derived from a claim that is only {weakest}"));
                self.raise.push("stronger claims to derive it from".to_owned());
                weakest
            }
            _ => mark,
        };
        self.standing = Standing::Marked(mark);
    }

    fn relation(&self) -> Option<Relation> {
        let estimate = self.draft.estimate.as_ref().ok()?;
        Some(self.draft.asserted.relation(estimate.value(), estimate.interval().ok()?))
    }

    /// The mark before inputs are looked at; collects why and what would raise it.
    fn own_mark(&mut self) -> Mark {
        let Draft { parameter, estimate, asserted, provenance, flags, .. } = &self.draft;
        let (why, raise) = (&mut self.why, &mut self.raise);
        let estimate = match estimate {
            Err(undefined) => {
                why.push(format!("undefined: {undefined}"));
                raise.push(undefined.remedy());
                return Mark::Hope;
            }
            Ok(estimate) => estimate,
        };
        if matches!(provenance.origin, Origin::None) {
            why.push("nobody measured it".to_owned());
            raise.push("a measurement".to_owned());
            return Mark::Hope;
        }
        if let Some(size) = estimate.size()
            && size.units < FEWEST_UNITS
        {
            why.push(format!("{} independent units, fewer than {FEWEST_UNITS}", size.units));
            raise.push(format!("at least {FEWEST_UNITS} independent units"));
            return Mark::Hope;
        }
        match estimate.interval() {
            Ok(interval) if parameter.spanned_by(interval) => {
                why.push("the interval excludes nothing".to_owned());
                raise.push("more units, until the interval excludes something".to_owned());
                return Mark::Hope;
            }
            Ok(_) => {}
            Err(undefined) if matches!(provenance.origin, Origin::Foreign) => {
                why.push(format!("no interval: {undefined}"));
                raise.push(undefined.remedy());
            }
            Err(undefined) => {
                why.push(format!("no interval: {undefined}"));
                raise.push(undefined.remedy());
                return Mark::Hope;
            }
        }
        match provenance.origin {
            Origin::Own | Origin::Planted => {}
            Origin::Foreign => {
                why.push("measured elsewhere".to_owned());
                raise.push("the same measurement on your own data".to_owned());
                return Mark::Inferred;
            }
            Origin::Fit { held_out_error, reach } => return fit_mark(estimate, held_out_error, reach, why, raise),
            Origin::None => return Mark::Hope,
        }
        let failing = flags.failing();
        for (flag, because, remedy) in &failing {
            why.push(format!("{because} ({})", flag.code()));
            raise.push(remedy.clone());
        }
        let decided = self.draft.estimate.as_ref().ok().and_then(|estimate| {
            estimate.interval().ok().map(|interval| asserted.relation(estimate.value(), interval) != Relation::Open)
        });
        if decided != Some(true) {
            why.push(OPEN.to_owned());
            match asserted.units_needed(estimate) {
                Some(units) => raise.push(format!("about {units} {MORE_UNITS}")),
                None => raise.push("more units".to_owned()),
            }
            return Mark::Inferred;
        }
        if failing.is_empty() {
            why.push(if self.negated {
                "own data, every flag holds, the interval lies wholly outside what was asserted".to_owned()
            } else {
                "own data, every flag holds, the interval lies inside what is asserted".to_owned()
            });
            Mark::EvidenceBacked
        } else {
            Mark::Inferred
        }
    }

    /// The same claim after one more finding, with the mark that follows. A failure is never replaced by a later success.
    #[must_use]
    pub fn with_finding(self, flag: flag::Flag, finding: flag::Finding) -> Self {
        let mut draft = self.draft;
        draft.flags = draft.flags.with(flag, finding);
        Self::new(draft)
    }

    /// Stable name for machines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.draft.name
    }

    /// The sentence to print: the statement, or its negation when the data contradict it.
    #[must_use]
    pub fn sentence(&self) -> &str {
        if self.negated { &self.draft.negation } else { &self.draft.statement }
    }

    /// The statement as it was made, contradicted or not.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.draft.statement
    }

    /// Unit and range of the parameter.
    #[must_use]
    pub fn parameter(&self) -> Parameter {
        self.draft.parameter
    }

    /// The estimate, or why there is none.
    ///
    /// # Errors
    /// The reason why there is no estimate.
    pub fn estimate(&self) -> Result<&Estimate, &Undefined> {
        self.draft.estimate.as_ref()
    }

    /// What the statement asserts.
    #[must_use]
    pub fn asserted(&self) -> Asserted {
        self.draft.asserted
    }

    /// Where the number comes from.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.draft.provenance
    }

    /// The findings on the validity flags.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.draft.flags
    }

    /// The mark, or "planted".
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The mark, unless planted.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        self.standing.mark()
    }

    /// Whether the data contradict the statement, so that its negation is printed.
    #[must_use]
    pub fn negated(&self) -> bool {
        self.negated
    }

    /// Whether own data leave the statement open: neither it nor its negation follows.
    #[must_use]
    pub fn undecided(&self) -> bool {
        self.relation() == Some(Relation::Open)
    }

    /// Why the claim has its mark, most important first.
    #[must_use]
    pub fn why(&self) -> &[String] {
        &self.why
    }

    /// What would raise the mark: units needed, the flag that is missing. Empty when nothing is left to raise.
    #[must_use]
    pub fn raise(&self) -> &[String] {
        &self.raise
    }
}

/// A prediction is inferred when its held-out error is at most half the width of its interval and it stays in reach.
fn fit_mark(
    estimate: &Estimate,
    held_out_error: Option<f64>,
    reach: f64,
    why: &mut Vec<String>,
    raise: &mut Vec<String>,
) -> Mark {
    raise.push("samples at this setting".to_owned());
    if reach.is_nan() || reach > FARTHEST_REACH {
        why.push(format!("a prediction at {reach:.1} times the largest sample, beyond {FARTHEST_REACH}"));
        return Mark::Hope;
    }
    let half = estimate.interval().map_or(f64::NEG_INFINITY, crate::interval::Interval::half_width);
    match held_out_error {
        Some(error) if error <= half => {
            why.push(format!("predicted by a fit; error on held-out rows {:.1} points", 100.0 * error));
            Mark::Inferred
        }
        Some(error) => {
            why.push(format!(
                "the fit misses held-out rows by {:.1} points, more than half its interval ({:.1})",
                100.0 * error,
                100.0 * half
            ));
            Mark::Hope
        }
        None => {
            why.push("the fit's error on held-out rows is unknown".to_owned());
            Mark::Hope
        }
    }
}

#[cfg(test)]
mod tests;
