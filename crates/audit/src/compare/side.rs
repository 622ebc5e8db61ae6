//! What is kept of the two runs of a comparison, and which of it is compared: the question is the unit, however many arms, kinds of cue and
//! efforts it was asked in. No statistics here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use candor_stats::curve::Tally;
use candor_stats::curve::majority::Majority;
use candor_trace::{Event, Trace, arm};
use candor_verify::Outcome;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::rows::normalised_digest;

/// One side of a comparison: per question, arm, kind of cue and effort how many samples were decided and how many of them are right.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// The model whose calls alone are taken.
    wanted: Option<String>,
    /// Models of all calls that were seen, [`MOST_MODELS`] at most; [`NONE`] where none was recorded.
    models: BTreeSet<String>,
    places: BTreeMap<(Question, Condition), Samples>,
    pub(super) verifiers: BTreeSet<String>,
    pub(super) planted: bool,
    /// Records that could not be read and were left out as asked.
    unread: u64,
}

/// So many models of a side are told apart.
const MOST_MODELS: usize = 1_000;

/// What makes a question the same on both sides: stratum and unit. The model may differ: that is what is compared.
type Question = [String; 2];

/// How a question was asked: arm, kind of cue, effort.
pub(super) type Condition = [String; 3];

/// The parts of a [`Condition`], by name.
pub(super) const PARTS: [&str; 3] = ["arm", "cue", "effort"];

/// The samples of a question under one condition.
#[derive(Debug, Clone, Default)]
struct Samples {
    decided: u32,
    right: u32,
    undecided: u32,
    /// With a recorded answer, so that they could vote.
    answered: u32,
    /// Decided samples without an answer: each uses up a place in a vote and casts none.
    silent: u32,
    /// Called right without an answer: what it voted for is not known.
    unvoted: u32,
    /// Digests of different answers, how often each was given and how often it was called right.
    answers: Vec<(u64, u32, u32)>,
}

impl Samples {
    /// Takes in the answer of a decided sample.
    fn vote(&mut self, answer: Option<u64>, right: bool) {
        let Some(answer) = answer else {
            self.silent += 1;
            self.unvoted += u32::from(right);
            return;
        };
        match self.answers.iter_mut().find(|(known, ..)| *known == answer) {
            Some((_, count, called)) => {
                *count += 1;
                *called += u32::from(right);
            }
            None => self.answers.push((answer, 1, u32::from(right))),
        }
    }

    /// The mean over the samples, or the chance that a majority of `votes` of them is right (maj@k, exact, without replacement); `None` where
    /// there are fewer.
    fn accuracy(&self, votes: Option<u32>, majority: &mut Majority) -> Option<f64> {
        let Some(votes) = votes else { return Some(f64::from(self.right) / f64::from(self.decided)) };
        if self.decided < votes {
            return None;
        }
        let answers = self.answers.iter().map(|(_, count, right)| (*count, *right));
        majority.at(&Tally::new(answers, self.silent), votes).ok()
    }
}

impl Side {
    /// A side that takes the calls of one model; [`NONE`] for those that name none. Without a name it takes all.
    #[must_use]
    pub fn of_model(wanted: Option<&str>) -> Self {
        Self { wanted: wanted.map(str::to_owned), ..Self::default() }
    }

    /// Counts records that could not be read among those without a verdict.
    pub fn left_out(&mut self, records: u64) {
        self.unread += records;
    }

    /// Takes in one trace; the entry of a roster is no call and says nothing of either side.
    pub fn see(&mut self, trace: &Trace) {
        if trace.trial.is_roster() {
            return;
        }
        let model = trace.model.as_deref().unwrap_or(NONE);
        if !self.models.contains(model) && (self.models.len() < MOST_MODELS || self.wanted.as_deref() == Some(model)) {
            self.models.insert(model.to_owned());
        }
        if self.wanted.as_deref().is_some_and(|wanted| wanted != model) {
            return;
        }
        self.planted |= trace.planted;
        for event in &trace.events {
            if let Event::Verdict { verifier, .. } = event {
                self.verifiers.insert(verifier.clone());
            }
        }
        let question = [trace.stratum.clone().unwrap_or_default(), trace.trial.unit.clone()];
        let condition = [
            trace.trial.arm.clone().unwrap_or_default(),
            trace.cue.as_ref().map(|cue| cue.kind.as_str().to_owned()).unwrap_or_default(),
            trace.effort.as_ref().map(ToString::to_string).unwrap_or_default(),
        ];
        let samples = self.places.entry((question, condition)).or_default();
        samples.answered += u32::from(trace.answer().is_some());
        match trace.verdict().map(|verdict| verdict.outcome) {
            Some(Outcome::Error) | None => samples.undecided += 1,
            Some(outcome) => {
                let right = outcome == Outcome::Correct;
                samples.decided += 1;
                samples.right += u32::from(right);
                let answer = trace.answer().filter(|_| outcome != Outcome::NoAnswer);
                samples.vote(answer.map(normalised_digest), right);
            }
        }
    }

    /// The same samples with `uncued` for the arm of those that name none and have no cue.
    fn uncued(&self) -> Self {
        let name = |((question, [name, cue, effort]), samples): (&(Question, Condition), &Samples)| {
            let name = if name.is_empty() && cue.is_empty() { arm::UNCUED.to_owned() } else { name.clone() };
            ((question.clone(), [name, cue.clone(), effort.clone()]), samples.clone())
        };
        Self {
            places: self.places.iter().map(name).collect(),
            wanted: self.wanted.clone(),
            models: self.models.clone(),
            verifiers: self.verifiers.clone(),
            planted: self.planted,
            unread: self.unread,
        }
    }

    /// The model whose calls were asked for.
    pub(super) fn wanted(&self) -> Option<&str> {
        self.wanted.as_deref()
    }

    /// Whether the calls that are taken name their model.
    pub(super) fn is_named(&self) -> bool {
        match &self.wanted {
            Some(wanted) => wanted != NONE,
            None => !self.models.contains(NONE),
        }
    }

    /// Whether the calls are those of one model, the wanted one where one was named: the calls of several are no samples of one, since one model may fall while another rises.
    ///
    /// # Errors
    /// [`Error::Setting`] where they are not.
    pub fn is_of_one_model(&self) -> Result<(), Error> {
        let refuse = |expected, found: String| {
            const SHOWN: usize = 5;
            let shown: Vec<&str> = self.models.iter().take(SHOWN).map(String::as_str).collect();
            let more = if self.models.len() > SHOWN { ", …" } else { "" };
            Err(Error::Setting { name: "--model", expected, found: format!("{found}: {}{more}", shown.join(", ")) })
        };
        match &self.wanted {
            None if self.models.len() > 1 => {
                refuse("the calls of one model", format!("those of {}", self.models.len()))
            }
            Some(wanted) if !self.models.contains(wanted) => {
                refuse("a model of these calls", format!("{wanted}; there are"))
            }
            _ => Ok(()),
        }
    }

    /// Whether any sample was decided, so that there is something to compare.
    #[must_use]
    pub fn has_verdicts(&self) -> bool {
        self.decided().next().is_some()
    }

    /// Whether no decided sample names an arm or has a cue.
    fn names_no_arm(&self) -> bool {
        !self.places.is_empty() && self.decided().all(|((_, [name, cue, _]), _)| name.is_empty() && cue.is_empty())
    }

    /// Whether some decided sample is of the uncued arm, and none that has no cue is of none.
    fn names_uncued(&self) -> bool {
        let conditions = self.conditions();
        conditions.iter().any(|[name, ..]| name == arm::UNCUED)
            && !conditions.iter().any(|[name, cue, _]| name.is_empty() && cue.is_empty())
    }

    fn decided(&self) -> impl Iterator<Item = (&(Question, Condition), &Samples)> {
        self.places.iter().filter(|(_, samples)| samples.decided > 0)
    }

    fn conditions(&self) -> BTreeSet<&Condition> {
        self.decided().map(|((_, condition), _)| condition).collect()
    }
}

/// Which samples of both sides are compared, and how they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only {
    /// Those of one arm; [`NONE`] where no arm was recorded.
    pub arm: Option<String>,
    /// Those of one effort; [`NONE`] where no effort was recorded.
    pub effort: Option<String>,
    /// A majority vote over so many samples of a question instead of one draw.
    pub paths: Option<u32>,
}

/// How a part that was not recorded is called.
pub const NONE: &str = "none";

/// A part by its name.
pub(super) fn part_name(part: &str) -> &str {
    if part.is_empty() { NONE } else { part }
}

impl Only {
    fn takes(&self, [arm, _, effort]: &Condition) -> bool {
        let is = |wanted: &Option<String>, part: &str| wanted.as_deref().is_none_or(|wanted| wanted == part_name(part));
        is(&self.arm, arm) && is(&self.effort, effort)
    }

    /// The conditions that both sides have and that are compared, and whether those with a cue were left out.
    ///
    /// Without a wish for an arm a faithfulness experiment is compared where nothing was planted: a drop under a cue is what that experiment
    /// is about, no drop of accuracy.
    pub(super) fn conditions(&self, before: &Side, after: &Side) -> Result<(BTreeSet<Condition>, bool), Error> {
        let both: BTreeSet<&Condition> = before.conditions().intersection(&after.conditions()).copied().collect();
        for (at, wanted, name, expected) in [
            (0, &self.arm, "--arm", "an arm that both runs have"),
            (2, &self.effort, "--effort", "an effort that both runs have"),
        ] {
            let known: BTreeSet<&str> =
                both.iter().filter_map(|condition| condition.get(at)).map(|part| part_name(part)).collect();
            if let Some(wanted) = wanted
                && !known.contains(wanted.as_str())
            {
                let known: Vec<&str> = known.into_iter().collect();
                return Err(Error::Setting {
                    name,
                    expected,
                    found: format!("{wanted}; there are: {}", known.join(", ")),
                });
            }
        }
        let mut taken: BTreeSet<Condition> =
            both.into_iter().filter(|condition| self.takes(condition)).cloned().collect();
        let cued = |[name, cue, _]: &Condition| !cue.is_empty() || [arm::CUED, arm::CONTROL].contains(&name.as_str());
        let plain = |[name, cue, _]: &Condition| name == arm::UNCUED || (name.is_empty() && cue.is_empty());
        let uncued = self.arm.is_none() && taken.iter().any(cued) && taken.iter().any(plain);
        if uncued {
            taken.retain(plain);
        }
        Ok((taken, uncued))
    }
}

/// Both sides under the same names: a plain question is one, whether its arm is called `uncued` or not named at all. Where one side names no arm
/// and the other has an uncued one, the first is read as uncued; which one that is, 1 or 2. Where a side has both, they are two arms.
pub(super) fn alike<'s>(before: &'s Side, after: &'s Side) -> (Cow<'s, Side>, Cow<'s, Side>, Option<u8>) {
    if before.names_no_arm() && after.names_uncued() {
        (Cow::Owned(before.uncued()), Cow::Borrowed(after), Some(1))
    } else if before.names_uncued() && after.names_no_arm() {
        (Cow::Borrowed(before), Cow::Owned(after.uncued()), Some(2))
    } else {
        (Cow::Borrowed(before), Cow::Borrowed(after), None)
    }
}

/// The samples under some conditions, paired.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// Per question that both sides have: its accuracy before and after, the mean over the conditions that both have it in.
    pub(super) before: Vec<f64>,
    pub(super) after: Vec<f64>,
    /// Decided samples of both sides in them.
    pub(super) samples: u64,
    /// Questions that only one side has.
    pub(super) unmatched: (u64, u64),
    /// Samples of each side, and those without a verdict.
    pub(super) seen: (u64, u64),
    pub(super) undecided: (u64, u64),
    /// Of these, records that could not be read and were left out as asked.
    pub(super) unread: (u64, u64),
    /// A question under a condition: how many have a partner, and how many have none on each side.
    pub(super) places: u64,
    pub(super) alone: (u64, u64),
    /// Of those without a partner, on each side: the other side has it, without a verdict.
    pub(super) unjudged: (u64, u64),
    /// Questions under a condition that have too few samples for the vote on some side.
    pub(super) short: u64,
    /// How many samples each place that both sides have has on the side that has fewer.
    pub(super) depths: Vec<u32>,
    /// Samples that were called right without an answer.
    pub(super) unvoted: u64,
    /// The fewest samples with an answer that a question has under a condition on either side.
    pub(super) fewest_answers: u32,
}

impl Matched {
    /// Pairs what both sides have under some conditions. Every condition of a question has the same weight, so that the question counts once.
    /// `votes` is the size of the vote that is compared; `None` for one draw.
    pub(super) fn of(before: &Side, after: &Side, conditions: &BTreeSet<Condition>, votes: Option<u32>) -> Self {
        let mut found = Self { fewest_answers: u32::MAX, ..Self::default() };
        let within = |side: &Side| -> (u64, u64) {
            side.places.iter().filter(|((_, condition), _)| conditions.contains(condition)).fold(
                (0, 0),
                |sum, (_, one)| {
                    let undecided = u64::from(one.undecided);
                    (sum.0 + u64::from(one.decided) + undecided, sum.1 + undecided)
                },
            )
        };
        let (first, second) = (within(before), within(after));
        found.seen = (first.0 + before.unread, second.0 + after.unread);
        found.undecided = (first.1 + before.unread, second.1 + after.unread);
        found.unread = (before.unread, after.unread);
        let taken = |side: &Side| -> BTreeMap<(Question, Condition), Samples> {
            side.decided()
                .filter(|((_, condition), _)| conditions.contains(condition))
                .map(|(place, samples)| (place.clone(), samples.clone()))
                .collect()
        };
        let (first, second) = (taken(before), taken(after));
        let mut questions: BTreeMap<&Question, (f64, f64, f64)> = BTreeMap::new();
        let mut left_out: BTreeSet<&Question> = BTreeSet::new();
        let mut majority = Majority::default();
        for (place, a) in &first {
            let Some(b) = second.get(place) else {
                found.alone.0 += 1;
                found.unjudged.0 += u64::from(after.places.contains_key(place));
                continue;
            };
            found.depths.push(a.decided.min(b.decided));
            found.unvoted += u64::from(a.unvoted) + u64::from(b.unvoted);
            let (Some(first), Some(second)) = (a.accuracy(votes, &mut majority), b.accuracy(votes, &mut majority))
            else {
                found.short += 1;
                left_out.insert(&place.0);
                continue;
            };
            let sums = questions.entry(&place.0).or_default();
            sums.0 += 1.0;
            sums.1 += first;
            sums.2 += second;
            found.places += 1;
            found.samples += u64::from(a.decided) + u64::from(b.decided);
            found.fewest_answers = found.fewest_answers.min(a.answered).min(b.answered);
        }
        found.alone.1 = second.len() as u64 - found.places - found.short;
        let lacking = second.keys().filter(|place| !first.contains_key(*place) && before.places.contains_key(*place));
        found.unjudged.1 = lacking.count() as u64;
        let partnerless = |side: &BTreeMap<(Question, Condition), Samples>| {
            side.keys()
                .map(|(question, _)| question)
                .filter(|one| !questions.contains_key(one) && !left_out.contains(one))
                .collect::<BTreeSet<_>>()
                .len() as u64
        };
        found.unmatched = (partnerless(&first), partnerless(&second));
        (found.before, found.after) = questions.values().map(|(n, a, b)| (a / n, b / n)).unzip();
        found
    }

    pub(super) fn questions(&self) -> u64 {
        self.before.len() as u64
    }

    /// The share of questions, each under each condition, that have no partner.
    pub(super) fn lost(&self) -> f64 {
        (self.alone.0 + self.alone.1 + self.short) as f64
            / (self.places + self.short + self.alone.0.max(self.alone.1)) as f64
    }
}
