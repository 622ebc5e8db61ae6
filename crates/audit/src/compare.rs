//! Two runs on the same questions: is the second worse, by more than is acceptable? Pass, fail, or cannot tell. Not a ranking of models.

mod side;

use std::collections::BTreeSet;

use candor_stats::attrition::MOST_LOST;
use candor_stats::claim::FEWEST_UNITS;
use candor_stats::paired::Paired;
use candor_stats::paired::margin::{Decision, no_worse, questions_to_pass};
use candor_stats::{
    Asserted, Attrition, Claim, Clusters, Draft, Estimate, Finding, Flag, Flags, Level, Origin, Parameter, Provenance,
    Undefined,
};
use candor_trace::{Inventory, arm};
use serde::{Deserialize, Serialize};

use self::side::{Condition, Matched, PARTS, part_name};
pub use self::side::{NONE, Only, Side};
use crate::audits::compute::JUDGES;
use crate::claims::{at_level, named};
use crate::live::adaptive;
use crate::readiness::missing_verdicts;
use crate::validity::broken;
use crate::words::{counted, points, points_of, thousands};
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
        let points = points_of(rest).ok_or_else(refuse)?;
        if points > 0.0 && points < 100.0 { Ok(Self { margin: points / 100.0 }) } else { Err(refuse()) }
    }
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Accuracy before, accuracy after, the difference, and the difference under each condition where there are several.
    pub claims: Vec<Claim>,
    /// Questions that both sides have.
    pub questions: u64,
    /// Questions that only one side has: before, after.
    pub unmatched: (u64, u64),
    /// Samples without a verdict, records that were left out as unreadable among them: before, after.
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

/// How the accuracy of a question is to be read.
const ONE_DRAW: &str = "accuracy of one draw: each question's accuracy is the mean over its samples, not a vote";

/// From so many recorded answers to a question on, a vote is worth a look.
const FEWEST_VOTES: u32 = 4;

/// Compares two sides over the questions that both have.
///
/// The unit is the question (stratum and unit). Its accuracy is that of one draw: the mean over its samples; where it was asked under several
/// conditions (arm, kind of cue, effort) that both sides have, the mean over these, each with the same weight. A faithfulness experiment is
/// compared where nothing was planted, unless `only` names an arm. With `paths` it is that of a majority vote over so many of its samples, exact
/// over all draws without replacement. Where one side names no arm and the other has an uncued one, the first is read
/// as uncued.
///
/// The difference of question means (after - before), paired: for one sample per question Newcombe's method 10, else CR1 with t(G-1) on the
/// differences. The decision looks at an end of the interval, never at a p-value: an interval that crosses the margin is "cannot tell".
/// Differences under single conditions are simultaneous (Bonferroni) and decide nothing.
///
/// # Errors
/// [`Error::Setting`] where `only` names what the sides do not have, [`Error::Nothing`] where they share no question, [`Error::Statistics`] on
/// a fault of ours.
pub fn compare(
    before: &Side,
    after: &Side,
    fail_if: Option<FailIf>,
    only: &Only,
    settings: &Settings,
) -> Result<Comparison, Error> {
    before.is_of_one_model()?;
    after.is_of_one_model()?;
    let whose = before.wanted().zip(after.wanted()).map(|(before, after)| match before == after {
        true => format!("calls of {before} alone"),
        false => format!("calls of {before} alone before, of {after} after"),
    });
    let (before, after, unnamed) = side::alike(before, after);
    let (before, after) = (before.as_ref(), after.as_ref());
    let none = unnamed.is_some() && only.arm.as_deref() == Some(NONE);
    let only = Only { arm: if none { Some(arm::UNCUED.to_owned()) } else { only.arm.clone() }, ..only.clone() };
    let (conditions, uncued) = only.conditions(before, after)?;
    let matched = Matched::of(before, after, &conditions, only.paths);
    votes(&matched, only.paths)?;
    let questions = matched.questions();
    if questions == 0 {
        return Err(Error::Nothing { what: "questions with verdicts that both runs have".to_owned() });
    }
    let planted = before.planted || after.planted;
    let paired = Paired::new(matched.before.clone(), matched.after.clone(), matched.samples)?;
    let gained_lost = paired.gained_and_lost();
    let difference = paired_difference(&paired, matched.samples, settings.level);
    let margin = fail_if.map_or(settings.margin, |fail_if| fail_if.margin);
    let draft = |name: &str, statement: &str, negation: &str, parameter, estimate, asserted, flags: &Flags| {
        broken::claim(Draft {
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
    let no_worse = |name: &str, place: &str, estimate, flags: &Flags| {
        draft(
            name,
            &format!("no drop by {:.3} points or more{place}", 100.0 * margin),
            &format!("a drop by {:.3} points or more{place}", 100.0 * margin),
            Parameter::DIFFERENCE,
            estimate,
            Asserted::NoWorse { margin },
            flags,
        )
    };
    let level = |values: &[f64], flags: &Flags| -> Result<_, Error> {
        let clusters = Clusters::from_values(values.iter().map(|value| [*value]))?;
        Ok((clusters.proportion(settings.level), flags.clone().with(Flag::Interval, clusters.interval_finding())))
    };
    let is_left = |[arm, ..]: &Condition| arm == adaptive::ARM;
    let looks = |flags: Flags, left: bool| {
        let because = "the answers decided how many samples of a question were drawn (--adaptive)";
        if left {
            flags.fails(Flag::Looks, because, "--arm uncued: the questions that were asked in full")
        } else {
            flags
        }
    };
    let all = looks(flags(&matched, before, after), conditions.iter().any(is_left));
    let decision = fail_if.map(|fail_if| {
        let decided =
            whole(decide(fail_if, &difference, &paired, settings.level), questions, all.finding(Flag::Attrition));
        if before.verifiers == after.verifiers { decided } else { incomparable(decided, questions, before, after) }
    });
    let (first, of_first) = level(&matched.before, &all)?;
    let (second, of_second) = level(&matched.after, &all)?;
    let own = Asserted::OWN_INTERVAL;
    let what = only.paths.map_or_else(|| "one draw".to_owned(), |votes| format!("a majority of {votes}"));
    let mut claims = vec![
        draft("compare.before", &format!("accuracy of {what} before"), "", Parameter::SHARE, first, own, &of_first),
        draft("compare.after", &format!("accuracy of {what} after"), "", Parameter::SHARE, second, own, &of_second),
        no_worse(DIFFERENCE, "", difference, &all),
    ];
    if conditions.len() > 1 {
        let each = settings.level.bonferroni(conditions.len());
        for condition in &conditions {
            let place = varying(condition, &conditions);
            let matched = Matched::of(before, after, &BTreeSet::from([condition.clone()]), only.paths);
            let paired = Paired::new(matched.before.clone(), matched.after.clone(), matched.samples)?;
            let difference = at_level(paired_difference(&paired, matched.samples, each), settings.level);
            let words: Vec<String> = place.iter().map(|(part, value)| format!("{part} {value}")).collect();
            let place = named(DIFFERENCE, &place);
            claims.push(no_worse(
                &place,
                &format!(" at {}", words.join(", ")),
                difference,
                &looks(flags(&matched, before, after), is_left(condition)),
            ));
        }
    }
    Ok(Comparison {
        claims,
        questions,
        unmatched: matched.unmatched,
        undecided: matched.undecided,
        gained_lost,
        decision,
        notes: whose.into_iter().chain(notes(&matched, conditions.len(), uncued, unnamed, only.paths)).collect(),
        limits: Limits::new(
            "the questions that both runs share: a drop elsewhere is not seen",
            [
                "what changed between the runs (model, prompt, route) is not told apart".to_owned(),
                match only.paths {
                    None => "one draw is compared: a vote over several draws may change otherwise".to_owned(),
                    Some(votes) => {
                        format!(
                            "a vote over {votes} samples is compared: one draw, or another number, may change otherwise"
                        )
                    }
                },
            ],
        ),
    })
}

impl Comparison {
    /// The same where the answers of a side decided how much was asked, `because` of that and with what would `raise` it: its intervals are for fixed numbers, so that
    /// V2 falls. What was decided stays decided by the ends of these intervals, and a note says so.
    #[must_use]
    pub fn stopped_early(mut self, side: &str, because: &str, raise: &str) -> Self {
        let finding = || Finding::fails(format!("{side}: {because}"), raise);
        self.claims = self.claims.into_iter().map(|claim| claim.with_finding(Flag::Looks, finding())).collect();
        self.notes.push(format!("{side}: {because}; the intervals do not pay for these looks"));
        self
    }
}

/// The share of questions that must have as many samples as a vote takes.
const ENOUGH: f64 = 0.95;

/// Refuses a vote that the samples do not allow.
fn votes(matched: &Matched, votes: Option<u32>) -> Result<(), Error> {
    let Some(votes) = votes else { return Ok(()) };
    let refuse = |expected, found| Err(Error::Setting { name: "--paths", expected, found });
    if votes == 0 {
        return refuse("a number of samples from 1 on", "0".to_owned());
    }
    let (all, enough) = (matched.depths.len(), matched.depths.iter().filter(|depth| **depth >= votes).count());
    if (enough as f64) < ENOUGH * all as f64 {
        let mut depths = matched.depths.clone();
        depths.sort_unstable();
        let most = depths.get(((1.0 - ENOUGH) * all as f64).floor() as usize).copied().unwrap_or(0);
        return refuse(
            "no more than the samples that 95 % of the questions have in both runs",
            format!("{votes}: {enough} of {all} questions have so many; {most} would do"),
        );
    }
    if matched.unvoted > 0 {
        let found = format!("{} called right without one", counted(matched.unvoted, "sample"));
        return refuse("the answers of all samples, to count votes", found);
    }
    Ok(())
}

/// Newcombe where every question has one sample a side, else CR1 over the questions.
fn paired_difference(paired: &Paired, samples: u64, level: Level) -> Result<Estimate, Undefined> {
    match paired.counts() {
        Ok(counts) if samples == 2 * counts.questions() => counts.newcombe(level),
        _ => paired.difference(level),
    }
}

/// The parts in which a condition differs from any of the others.
fn varying<'a>(condition: &'a Condition, all: &BTreeSet<Condition>) -> Vec<(&'static str, &'a str)> {
    (PARTS.iter().zip(condition).enumerate())
        .filter(|(at, (_, part))| all.iter().any(|other| other.get(*at) != Some(part)))
        .map(|(_, (name, part))| (*name, part_name(part)))
        .collect()
}

/// What else to know.
fn notes(matched: &Matched, conditions: usize, uncued: bool, unnamed: Option<u8>, votes: Option<u32>) -> Vec<String> {
    let both = |(first, second): (u64, u64)| (thousands(first), thousands(second));
    let mut notes = vec![match votes {
        None => ONE_DRAW.to_owned(),
        Some(votes) => format!(
            "accuracy of a majority vote over {votes} samples (maj@{votes}): exact over all draws of {votes} of the recorded samples, ties split"
        ),
    }];
    if matched.short > 0 {
        notes.push(format!(
            "{} have fewer samples than the vote takes and are left out",
            counted(matched.short, "question")
        ));
    }
    if let Some(side) = unnamed {
        let side = if side == 1 { "first" } else { "second" };
        notes.push(format!(
            "the {side} run names no arm: its samples are read as `uncued`, as the other run calls them"
        ));
    }
    if uncued {
        notes
            .push("samples with a planted cue, and control draws, are left out: --arm NAME compares an arm".to_owned());
    }
    if conditions > 1 {
        notes.push(format!(
            "questions were asked in {conditions} ways: each counts once, its ways with the same weight; the rows by way hold together \
             (Bonferroni), and only the difference over all decides"
        ));
    }
    let (first, second) = both(matched.unmatched);
    // Counted by the way of asking: of questions only where there is one.
    let lacking = match matched.unjudged.0 + matched.unjudged.1 {
        0 => String::new(),
        lacking => format!(" ({} of them without a verdict in the other)", thousands(lacking)),
    };
    if matched.unmatched != (0, 0) {
        let lacking = if conditions > 1 { "" } else { &lacking };
        notes.push(format!(
            "{first} questions count only in the first and {second} only in the second run{lacking}; they are not compared"
        ));
    }
    // Questions that both sides have, though not in the same ways.
    if conditions > 1 && matched.alone != (0, 0) {
        let (first, second) = both(matched.alone);
        notes.push(format!(
            "counted once for every way of asking, {first} count only in the first and {second} only in the second run{lacking}"
        ));
    }
    if matched.undecided != (0, 0) {
        let (first, second) = both(matched.undecided);
        let unread = if matched.unread == (0, 0) {
            String::new()
        } else {
            let (first, second) = both(matched.unread);
            format!(", {first} and {second} of them records that could not be read")
        };
        notes.push(format!("{first} and {second} samples have no verdict{unread}"));
    }
    if votes.is_none() && matched.fewest_answers >= FEWEST_VOTES {
        notes.push(format!(
            "every question has {} or more answers in both runs: --paths K compares the majority vote over K of them",
            matched.fewest_answers
        ));
    }
    notes
}

/// Whether some traces can be one side of a comparison.
pub(crate) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "before against after";
    if holds.verdicts == 0 {
        return Readiness::missing(NAME, missing_verdicts(holds));
    }
    let questions = counted(holds.depth().map_or(0, |depth| depth.questions), "question");
    let model = if holds.models.len() > 1 { " --model NAME" } else { "" };
    Readiness::ready(NAME, format!("{questions}: candor compare BEFORE AFTER{model}"))
}

fn flags(matched: &Matched, before: &Side, after: &Side) -> Flags {
    let (questions, lost) = (matched.questions(), matched.lost());
    let flags = Flags::unexamined()
        .holds(Flag::Looks, "recorded before it was read, and read once")
        // Whether it was stated before anybody looked is not known here.
        .holds(Flag::Selection, "one comparison of the two runs is read")
        .holds(Flag::Sampling, "every recorded sample is used")
        .holds(Flag::Design, "the same questions on both sides");
    let unnamed = match (before.is_named(), after.is_named()) {
        (true, true) => None,
        (false, true) => Some("the first run names"),
        (true, false) => Some("the second run names"),
        (false, false) => Some("the runs name"),
    };
    let flags = match unnamed {
        None => flags.holds(Flag::Scope, "the two runs, each of one model under the name that it gives"),
        Some(run) => {
            flags.fails(Flag::Scope, format!("{run} no model"), "the model's name and version with every call")
        }
    };
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
        flags.holds(Flag::Interval, counted(questions, "question"))
    } else {
        flags.fails(Flag::Interval, counted(questions, "question"), "at least 30 questions")
    };
    // Lost verdicts are seldom lost at random: a run that fails to answer what it would get wrong looks better.
    let (seen, undecided) = (matched.seen, matched.undecided);
    let sides = [(seen.0, undecided.0), (seen.1, undecided.1)].map(|(planned, lost)| Attrition { planned, lost });
    if lost >= MOST_LOST {
        let unjudged = matched.unjudged.0 + matched.unjudged.1;
        return if 2 * unjudged > matched.alone.0 + matched.alone.1 + matched.short {
            flags.fails(
                Flag::Attrition,
                format!("{:.1} % of the questions are left out, most without a verdict in one run", 100.0 * lost),
                "a verdict on every answer",
            )
        } else if matched.alone.0.max(matched.alone.1) >= matched.short {
            flags.fails(
                Flag::Attrition,
                format!("{:.1} % of the questions are left out, most without a partner in the other run", 100.0 * lost),
                "both runs on the same questions",
            )
        } else {
            flags.fails(
                Flag::Attrition,
                format!("{:.1} % of the questions are left out, most with too few samples for the vote", 100.0 * lost),
                "more samples of each question, or a smaller vote",
            )
        };
    }
    flags.with(Flag::Attrition, Attrition::finding(&sides))
}

/// A run that lost what it would have got wrong looks better: where too much is missing on either side nothing passes. A drop on what is there stays one.
fn whole(decided: Decided, have: u64, losses: Option<&Finding>) -> Decided {
    match (decided.decision, losses) {
        (Decision::Pass, Some(Finding::Fails { because, raise })) => Decided {
            decision: Decision::CannotTell { have, needed: None },
            sentence: format!(
                "cannot tell: {because}, and what is missing may be what was wrong ({raise}); on the others {}",
                decided.sentence
            ),
            ..decided
        },
        _ => decided,
    }
}

/// What another verifier calls right says nothing of a drop, in either direction.
fn incomparable(Decided { fail_if, sentence, .. }: Decided, have: u64, before: &Side, after: &Side) -> Decided {
    let names =
        |side: &Side| match side.verifiers.iter().map(|name| name.escape_debug().to_string()).collect::<Vec<_>>() {
            names if names.is_empty() => "nobody".to_owned(),
            names => names.join(", "),
        };
    Decided {
        decision: Decision::CannotTell { have, needed: None },
        sentence: format!(
            "cannot tell: what is right was decided by {} before and by {} after (one verifier for both runs); as they are: {}",
            names(before),
            names(after),
            sentence
        ),
        fail_if,
    }
}

fn decide(fail_if: FailIf, difference: &Result<Estimate, Undefined>, paired: &Paired, level: Level) -> Decided {
    let have = paired.questions() as u64;
    let allowed = 100.0 * fail_if.margin;
    let shown = points(fail_if.margin);
    // What `needed` takes for granted: without it two numbers for two questions seem to contradict each other.
    let mut assumed = "";
    let decision = match difference {
        Ok(_) if have < FEWEST_UNITS => Decision::CannotTell { have, needed: Some(FEWEST_UNITS) },
        Ok(difference) => match no_worse(difference, fail_if.margin) {
            // What a run without any drop would need; where there already are as many, what it takes to tell this drop from the margin.
            Decision::CannotTell { have, .. } => {
                let needed = questions_to_pass(&paired.differences(), fail_if.margin, level);
                let needed = match needed.filter(|needed| *needed > have) {
                    Some(needed) => {
                        assumed = " to pass, if there is no true drop (80 % power)";
                        Some(needed)
                    }
                    None => {
                        assumed = " if the difference stays as it is (50 % power)";
                        let asserted = Asserted::NoWorse { margin: fail_if.margin };
                        asserted.units_needed(difference).filter(|needed| *needed > have)
                    }
                };
                Decision::CannotTell { have, needed }
            }
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
            "cannot tell: {} items, {} needed{assumed}; the drop may be {:.1}, {allowed} are allowed",
            thousands(have),
            thousands(needed),
            -100.0 * ends.low()
        ),
        (Decision::CannotTell { have, needed: Some(needed) }, None) => {
            format!("cannot tell: {} items, {} needed{assumed}", thousands(have), thousands(needed))
        }
        (Decision::CannotTell { have, .. }, _) => format!("cannot tell: {} items do not decide it", thousands(have)),
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
