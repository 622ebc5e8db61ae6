//! Two runs on the same questions: is the second worse, by more than is acceptable? Pass, fail, or cannot tell. Not a ranking of models.

use std::collections::{BTreeMap, BTreeSet};

use candor_stats::attrition::MOST_LOST;
use candor_stats::claim::FEWEST_UNITS;
use candor_stats::paired::margin::{Decision, no_worse};
use candor_stats::paired::{Paired, PairedCounts};
use candor_stats::{
    Asserted, Attrition, Claim, Draft, Estimate, Flag, Flags, Origin, Parameter, Provenance, Undefined,
};
use candor_trace::{Event, Inventory, Trace};
use candor_verify::Outcome;
use serde::{Deserialize, Serialize};

use crate::audits::compute::JUDGES;
use crate::readiness::missing_verdicts;
use crate::words::{counted, points};
use crate::{Error, Limits, Readiness, Settings};

/// "accuracy drops by more than 2 points", read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FailIf {
    /// The largest drop that is acceptable, as a share.
    pub margin: f64,
}

impl FailIf {
    /// Reads the one sentence that can be decided: `accuracy drops by more than N points` (or `point`, `%`, `percentage points`).
    ///
    /// # Errors
    /// [`Error::Decision`] with the form that is understood.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Decision {
            text: text.chars().take(120).collect(),
            why: "expected `accuracy drops by more than N points`".to_owned(),
        };
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let rest = words.strip_prefix(&["accuracy", "drops", "by", "more", "than"]).ok_or_else(refuse)?;
        let (number, unit) = rest.split_first().ok_or_else(refuse)?;
        let unit = unit.join(" ");
        let number = match number.strip_suffix('%') {
            Some(number) if unit.is_empty() => number,
            _ if matches!(unit.as_str(), "point" | "points" | "percentage points" | "percentage point" | "%") => number,
            _ => return Err(refuse()),
        };
        let points: f64 = number.parse().map_err(|_| refuse())?;
        if points > 0.0 && points < 100.0 { Ok(Self { margin: points / 100.0 }) } else { Err(refuse()) }
    }
}

/// One side of a comparison: per question how many samples were decided and how many of them are right.
#[derive(Debug, Clone, Default)]
pub struct Side {
    questions: BTreeMap<Place, (u32, u32)>,
    undecided: u64,
    samples: u64,
    verifiers: BTreeSet<String>,
    models: BTreeSet<String>,
    planted: bool,
}

/// What makes a question the same on both sides: stratum, unit, arm, kind of cue, effort. The model may differ: that is what is compared.
type Place = [String; 5];

impl Side {
    /// Takes in one trace.
    pub fn see(&mut self, trace: &Trace) {
        self.planted |= trace.planted;
        self.samples += 1;
        for event in &trace.events {
            if let Event::Verdict { verifier, .. } = event {
                self.verifiers.insert(verifier.clone());
            }
        }
        self.models.extend(trace.model.clone());
        let right = match trace.verdict().map(|verdict| verdict.outcome) {
            Some(Outcome::Correct) => 1,
            Some(Outcome::Wrong | Outcome::NoAnswer) => 0,
            Some(Outcome::Error) | None => {
                self.undecided += 1;
                return;
            }
        };
        let place = [
            trace.stratum.clone().unwrap_or_default(),
            trace.trial.unit.clone(),
            trace.trial.arm.clone().unwrap_or_default(),
            trace.cue.as_ref().map(|cue| cue.kind.as_str().to_owned()).unwrap_or_default(),
            trace.effort.as_ref().map(ToString::to_string).unwrap_or_default(),
        ];
        let (samples, correct) = self.questions.entry(place).or_default();
        *samples += 1;
        *correct += right;
    }
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Accuracy before, accuracy after, and the difference.
    pub claims: Vec<Claim>,
    /// Questions that both sides have.
    pub questions: u64,
    /// Questions that only one side has: before, after.
    pub unmatched: (u64, u64),
    /// Samples without a verdict: before, after.
    pub undecided: (u64, u64),
    /// Questions that turned right, and wrong.
    pub gained_lost: (u64, u64),
    /// The decision that was asked for.
    pub decision: Option<Decided>,
    /// What else to know.
    pub notes: Vec<String>,
    /// What it cannot show.
    pub limits: Limits,
}

/// A decision with its sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// What was asked.
    pub fail_if: FailIf,
    /// Pass, fail or cannot tell.
    pub decision: Decision,
    /// The decision in words.
    pub sentence: String,
}

/// The stable name of the difference.
pub const DIFFERENCE: &str = "compare.difference";

/// Compares two sides over the questions that both have.
///
/// The difference of question means (after - before), paired: for one sample per question Newcombe's method 10, else CR1 with t(G-1) on the
/// differences. The decision looks at an end of the interval, never at a p-value: an interval that crosses the margin is "cannot tell".
///
/// # Errors
/// [`Error::Nothing`] where the sides share no question, [`Error::Statistics`] on a fault of ours.
pub fn compare(before: &Side, after: &Side, fail_if: Option<FailIf>, settings: &Settings) -> Result<Comparison, Error> {
    let mut first = Vec::new();
    let mut second = Vec::new();
    let mut samples = 0;
    for (question, (n, c)) in &before.questions {
        if let Some((m, d)) = after.questions.get(question) {
            first.push(f64::from(*c) / f64::from(*n));
            second.push(f64::from(*d) / f64::from(*m));
            samples += u64::from(*n) + u64::from(*m);
        }
    }
    if first.is_empty() {
        return Err(Error::Nothing { what: "questions with verdicts that both runs have".to_owned() });
    }
    let matched = first.len() as u64;
    let planted = before.planted || after.planted;
    let unmatched = (before.questions.len() as u64 - matched, after.questions.len() as u64 - matched);
    let paired = Paired::new(first.clone(), second.clone(), samples)?;
    let (difference, gained_lost) = match paired.counts() {
        Ok(counts) if samples == 2 * matched => (counts.newcombe(settings.level), gained_lost(&counts)),
        _ => (paired.difference(settings.level), paired.gained_and_lost()),
    };
    let lost = (unmatched.0 + unmatched.1) as f64 / (matched + unmatched.0.max(unmatched.1)) as f64;
    let flags = flags(matched, lost, before, after);
    let margin = fail_if.map_or(settings.margin, |fail_if| fail_if.margin);
    let draft = |name: &str, statement: &str, negation: &str, parameter, estimate, asserted| {
        Claim::new(Draft {
            name: name.to_owned(),
            statement: statement.to_owned(),
            negation: negation.to_owned(),
            parameter,
            estimate,
            asserted,
            provenance: Provenance::new(if planted { Origin::Planted } else { Origin::Own }, "recorded traces"),
            flags: flags.clone(),
            derived_from: Vec::new(),
        })
    };
    let level = |values: &[f64]| share(values, settings);
    let decision = fail_if.map(|fail_if| decide(fail_if, &difference, matched));
    let claims = vec![
        draft("compare.before", "accuracy before", "", Parameter::SHARE, level(&first), Asserted::OWN_INTERVAL),
        draft("compare.after", "accuracy after", "", Parameter::SHARE, level(&second), Asserted::OWN_INTERVAL),
        draft(
            DIFFERENCE,
            &format!("no drop by {:.3} points or more", 100.0 * margin),
            &format!("a drop by {:.3} points or more", 100.0 * margin),
            Parameter::DIFFERENCE,
            difference,
            Asserted::NoWorse { margin },
        ),
    ];
    let mut notes = Vec::new();
    if unmatched != (0, 0) {
        notes.push(format!(
            "{} questions stand only in the first and {} only in the second run; they are not compared",
            unmatched.0, unmatched.1
        ));
    }
    if before.undecided + after.undecided > 0 {
        notes.push(format!("{} and {} samples have no verdict", before.undecided, after.undecided));
    }
    Ok(Comparison {
        claims,
        questions: matched,
        unmatched,
        undecided: (before.undecided, after.undecided),
        gained_lost,
        decision,
        notes,
        limits: Limits::new(
            "the questions that both runs share: a drop elsewhere is not seen",
            ["what changed between the runs (model, prompt, route) is not told apart".to_owned()],
        ),
    })
}

/// Whether some traces can be one side of a comparison.
pub(crate) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "before against after";
    if holds.verdicts == 0 {
        return Readiness::missing(NAME, missing_verdicts(holds));
    }
    let questions = counted(holds.depth().map_or(0, |depth| depth.questions), "question");
    Readiness::ready(NAME, format!("{questions}: candor compare BEFORE AFTER"))
}

fn gained_lost(counts: &PairedCounts) -> (u64, u64) {
    (counts.second, counts.first)
}

fn share(values: &[f64], settings: &Settings) -> Result<Estimate, Undefined> {
    let rows: Vec<[f64; 1]> = values.iter().map(|value| [*value]).collect();
    candor_stats::clusters::Clusters::from_values(rows.iter())
        .map_err(|_| Undefined::no_data("questions"))?
        .proportion(settings.level)
}

fn flags(questions: u64, lost: f64, before: &Side, after: &Side) -> Flags {
    let flags = Flags::unexamined()
        .holds(Flag::Looks, "recorded before it was read, and read once")
        .holds(Flag::Selection, "one comparison, stated beforehand")
        .holds(Flag::Sampling, "every recorded sample is used")
        .holds(Flag::Design, "the same questions on both sides")
        .holds(Flag::Scope, "the two runs as they are");
    let judged =
        |side: &Side| side.verifiers.iter().any(|name| JUDGES.iter().any(|word| name.to_lowercase().contains(word)));
    let flags = if before.verifiers != after.verifiers {
        flags.fails(Flag::Measurement, "the two runs were decided by different verifiers", "one verifier for both runs")
    } else if judged(before) {
        flags.fails(Flag::Measurement, "a model or a person decided what is right", "a programmatic verifier")
    } else {
        flags.holds(Flag::Measurement, "verdicts as recorded, by the same verifiers on both sides")
    };
    let flags = if questions >= 30 {
        flags.holds(Flag::Interval, format!("{questions} questions"))
    } else {
        flags.fails(Flag::Interval, format!("{questions} questions"), "at least 30 questions")
    };
    // Lost verdicts are seldom lost at random: a run that fails to answer what it would get wrong looks better.
    let sides = [before, after].map(|side| Attrition { planned: side.samples, lost: side.undecided });
    if lost >= MOST_LOST {
        return flags.fails(
            Flag::Attrition,
            format!("{:.1} % of the questions have no partner in the other run", 100.0 * lost),
            "both runs on the same questions",
        );
    }
    flags.with(Flag::Attrition, Attrition::finding(&sides))
}

fn decide(fail_if: FailIf, difference: &Result<Estimate, Undefined>, have: u64) -> Decided {
    let allowed = 100.0 * fail_if.margin;
    let shown = points(fail_if.margin);
    let decision = match difference {
        Ok(_) if have < FEWEST_UNITS => Decision::CannotTell { have, needed: Some(FEWEST_UNITS) },
        Ok(difference) => match no_worse(difference, fail_if.margin) {
            // What a run without any drop would need; where there already are as many, what it takes to tell this drop from the margin.
            Decision::CannotTell { have, needed } => Decision::CannotTell {
                have,
                needed: needed.filter(|needed| *needed > have).or_else(|| {
                    let asserted = Asserted::NoWorse { margin: fail_if.margin };
                    asserted.units_needed(difference).filter(|needed| *needed > have)
                }),
            },
            decided => decided,
        },
        Err(_) => Decision::CannotTell { have, needed: None },
    };
    let ends = difference.as_ref().ok().and_then(|difference| difference.interval().ok());
    let sentence = match (decision, ends) {
        (Decision::Pass, Some(ends)) => {
            format!("no drop beyond {shown} (upper bound of the drop {:.1})", (-100.0 * ends.low()).max(0.0))
        }
        (Decision::Fail, Some(ends)) => {
            format!("accuracy drops by more than {shown} (lower bound of the drop {:.1})", -100.0 * ends.high())
        }
        (Decision::CannotTell { have, needed: Some(needed) }, Some(ends)) => format!(
            "cannot tell: {have} items, {needed} needed (the drop may be {:.1}, {allowed} are allowed)",
            -100.0 * ends.low()
        ),
        (Decision::CannotTell { have, needed: Some(needed) }, None) => {
            format!("cannot tell: {have} items, {needed} needed")
        }
        (Decision::CannotTell { have, .. }, _) => format!("cannot tell: {have} items do not decide it"),
        (_, None) => "cannot tell: the difference has no interval".to_owned(),
    };
    Decided { fail_if, decision, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_read_in_its_spellings_and_nothing_else() {
        for text in [
            "accuracy drops by more than 2 points",
            "Accuracy drops by more than 2%",
            "accuracy drops by more than 2 percentage points",
        ] {
            assert_eq!(FailIf::parse(text).unwrap(), FailIf { margin: 0.02 }, "{text}");
        }
        for text in [
            "",
            "accuracy drops",
            "cost rises by more than 2 points",
            "accuracy drops by more than x points",
            "accuracy drops by more than 0 points",
            "accuracy drops by more than 2 apples",
        ] {
            assert!(FailIf::parse(text).is_err(), "{text}");
        }
    }
}
