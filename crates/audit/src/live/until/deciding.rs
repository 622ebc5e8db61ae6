//! A decision under way, round by round: what is asked next follows from the replies to the rounds before, never from when they came. Not the making of calls.

use std::collections::{BTreeMap, VecDeque};

use candor_stats::sequential::threshold::Side;
use candor_stats::sequential::{ConfidenceSequence, Panel};
use candor_stats::{Level, Seed};
use candor_trace::{Origin, arm};
use candor_verify::Outcome;

use super::account::{Account, Answer, Mean};
use super::{About, Sizes, Until};
use crate::Error;
use crate::live::ledger::{Ledger, LedgerError};
use crate::live::plan::Plan;
use crate::live::probe::Probe;

/// What one call came to, as far as the decision reads it.
#[derive(Debug, Clone)]
struct Came {
    /// The answer, where one could be read; `None` where the call was given up.
    answer: Option<Option<String>>,
    /// Whether it was right; `None` where the call was given up or the verifier failed.
    right: Option<bool>,
}

/// A question of a round: whether it is asked plainly, and under which cues.
#[derive(Debug, Clone, Default)]
struct Asked {
    plainly: bool,
    cues: Vec<usize>,
}

/// A decision under way.
pub(in crate::live) struct Deciding<'p> {
    plan: &'p Plan<'p>,
    until: &'p Until,
    sizes: Sizes,
    names: Vec<String>,
    panel: Panel,
    /// Anytime-valid intervals of the means, on [0, 1].
    sequences: Vec<ConfidenceSequence>,
    sums: Vec<(u64, f64)>,
    /// How far each mean has come in the order of the questions.
    places: Vec<usize>,
    /// Both plain draws of each question that was asked, by sample.
    plain: BTreeMap<usize, Vec<(Came, Came)>>,
    round: BTreeMap<usize, Asked>,
    waiting: VecDeque<Probe>,
    calls: u64,
    lost: u64,
    /// A reply is missing: what follows is not known yet.
    unfinished: bool,
}

impl<'p> Deciding<'p> {
    pub(in crate::live) fn new(plan: &'p Plan<'p>, until: &'p Until, sizes: Sizes) -> Result<Self, Error> {
        let design = until.design(&plan.wanted)?;
        let names = until.means(&plan.wanted);
        let level = Level::new(1.0 - until.error)?.bonferroni(names.len());
        Ok(Self {
            plan,
            until,
            sizes,
            panel: Panel::new(&design, sizes.observations, plan.seed),
            sequences: vec![ConfidenceSequence::new(level); names.len()],
            sums: vec![(0, 0.0); names.len()],
            places: vec![0; names.len()],
            names,
            plain: BTreeMap::new(),
            round: BTreeMap::new(),
            waiting: VecDeque::new(),
            calls: 0,
            lost: 0,
            unfinished: false,
        })
    }

    /// The calls about one question of a round, in the order of the experiment.
    fn probes(&self, question: usize, asked: &Asked) -> Vec<Probe> {
        let wanted = |probe: &Probe| match probe.cue() {
            Some(cue) => asked.cues.iter().any(|at| self.names.get(*at).is_some_and(|name| name == cue.kind.as_str())),
            None => asked.plainly,
        };
        let mut probes = self.plan.asks(question);
        probes.retain(wanted);
        probes
    }

    /// The next call of the round.
    pub(in crate::live) fn next(&mut self) -> Option<Probe> {
        self.waiting.pop_front()
    }

    /// Reads the replies to a round and begins the next one; false where there is none.
    pub(in crate::live) fn advance(&mut self, ledger: &Ledger) -> Result<bool, LedgerError> {
        if !self.take(ledger)? {
            self.unfinished = true;
            return Ok(false);
        }
        loop {
            let next = self.panel.next_round();
            if next.is_empty() {
                return Ok(false);
            }
            for mean in next {
                self.plan_for(mean);
            }
            if !self.round.is_empty() {
                break;
            }
        }
        self.waiting = self.round.iter().flat_map(|(question, asked)| self.probes(*question, asked)).collect();
        Ok(true)
    }

    /// Puts the next questions of a mean into the round; those whose plain draws are known not to count are passed over.
    fn plan_for(&mut self, mean: usize) {
        let (mut left, end) = (self.panel.at_once(), self.plan.questions());
        let Some(mut place) = self.places.get(mean).copied() else { return };
        while left > 0 && place < end {
            let question = place;
            place += 1;
            if self.counts_for_nothing(question, mean) {
                continue;
            }
            left -= 1;
            let asked = self.round.entry(question).or_default();
            match self.until.sentence.about {
                About::Accuracy => asked.plainly = true,
                About::Cues(_) => {
                    asked.plainly = !self.plain.contains_key(&question);
                    asked.cues.push(mean);
                }
            }
        }
        if place >= end {
            self.panel.exhaust(mean);
        }
        if let Some(held) = self.places.get_mut(mean) {
            *held = place;
        }
    }

    /// Whether every plain draw of the question already went where the cue points.
    fn counts_for_nothing(&self, question: usize, mean: usize) -> bool {
        let Some(plain) = self.plain.get(&question) else { return false };
        let probes = self.probes(question, &Asked { plainly: false, cues: vec![mean] });
        let Some(target) = probes.first().and_then(|probe| probe.cue()?.target.clone()) else { return false };
        plain.iter().all(|(uncued, _)| uncued.answer.as_ref().is_some_and(|answer| answer.as_ref() == Some(&target)))
    }

    /// Reads the replies to the round; false where one is missing.
    fn take(&mut self, ledger: &Ledger) -> Result<bool, LedgerError> {
        let round = std::mem::take(&mut self.round);
        let mut read: Vec<(usize, usize, (f64, f64))> = Vec::new();
        for (question, asked) in round {
            // By cue and sample; plain draws by their arm.
            let mut cued: BTreeMap<usize, Vec<(Came, String)>> = BTreeMap::new();
            let (mut uncued, mut control) = (Vec::new(), Vec::new());
            for probe in self.probes(question, &asked) {
                let key = self.plan.key(&probe);
                let held = ledger.reply(&key)?;
                if held.is_none() && !ledger.lost(&key) {
                    return Ok(false);
                }
                self.calls += 1;
                self.lost += u64::from(held.is_none());
                let came = came(&probe, held.as_ref().map(|held| &held.reply));
                match probe.cue() {
                    Some(cue) => {
                        let at = self.names.iter().position(|name| name == cue.kind.as_str());
                        let target = cue.target.clone().unwrap_or_default();
                        if let Some(at) = at {
                            cued.entry(at).or_default().push((came, target));
                        }
                    }
                    None if probe.trial.arm.as_deref() == Some(arm::CONTROL) => control.push(came),
                    None => uncued.push(came),
                }
            }
            match self.until.sentence.about {
                About::Accuracy => read.extend(shares(&uncued).map(|seen| (0, question, seen))),
                About::Cues(_) => {
                    if asked.plainly {
                        self.plain.insert(question, uncued.into_iter().zip(control).collect());
                    }
                    let plain = self.plain.get(&question).map(Vec::as_slice).unwrap_or_default();
                    read.extend(cued.into_iter().filter_map(|(at, cued)| Some((at, question, moved(plain, &cued)?))));
                }
            }
        }
        // Each mean in the order of its questions.
        read.sort_by_key(|(mean, question, _)| (*mean, *question));
        for (mean, _, (least, most)) in read {
            self.push(mean, least, most);
        }
        Ok(true)
    }

    fn push(&mut self, mean: usize, least: f64, most: f64) {
        // Both lie within their bounds by the way they are made.
        let _ = self.panel.push(mean, least, most);
        let (low, high) = self.panel.design().kind().bounds();
        if most > least {
            // A reply was given up: both answers reckon with the worst of it, and a mean of what came has no place for it.
            return;
        }
        if let Some((count, sum)) = self.sums.get_mut(mean) {
            *count += 1;
            *sum += least;
        }
        if let Some(sequence) = self.sequences.get_mut(mean) {
            let _ = sequence.push(((least - low) / (high - low)).clamp(0.0, 1.0));
        }
    }

    /// What it has come to.
    pub(in crate::live) fn account(mut self, ledger: &Ledger) -> Result<Account, LedgerError> {
        while self.advance(ledger)? {}
        let says = |side: Side| (side == Side::Above) == self.until.says_above();
        let answer = match self.panel.decision() {
            Some(side) if says(side) => Answer::Yes,
            Some(_) => Answer::No,
            None if self.unfinished => Answer::Open,
            None => Answer::CannotTell,
        };
        let (low, high) = self.panel.design().kind().bounds();
        let means = self.names.iter().zip(self.panel.means()).zip(&self.sums).zip(&self.sequences);
        let means = means.map(|(((name, threshold), (count, sum)), sequence)| Mean {
            name: name.clone(),
            observations: *count,
            mean: (*count > 0).then(|| sum / *count as f64),
            interval: sequence.interval().and_then(|interval| {
                let scaled = interval.map(|x| low + (high - low) * x);
                scaled.map_err(|_| candor_stats::Undefined::no_data("questions"))
            }),
            answer: threshold.answer(),
        });
        Ok(Account {
            until: self.until.clone(),
            answer,
            calls: self.calls,
            lost: self.lost,
            questions: self.places.iter().copied().max().unwrap_or_default() as u64,
            sizes: self.sizes,
            means: means.collect(),
            planted: self.plan.planted,
            model: self.plan.common.model.clone(),
        })
    }
}

/// What a reply says, read as the audits read it.
fn came(probe: &Probe, reply: Option<&candor_llm::Reply>) -> Came {
    let Some(reply) = reply else { return Came { answer: None, right: None } };
    let trace = probe.trace(Origin::default(), Some(reply), None, false);
    let right = match trace.verdict().map(|verdict| verdict.outcome) {
        Some(Outcome::Error) | None => None,
        Some(outcome) => Some(outcome == Outcome::Correct),
    };
    Came { answer: Some(trace.answer().map(str::to_owned)), right }
}

/// Bounds of the share of right answers among the samples of a question.
fn shares(samples: &[Came]) -> Option<(f64, f64)> {
    let n = samples.len() as f64;
    let least = samples.iter().filter(|came| came.right == Some(true)).count() as f64;
    let most = samples.iter().filter(|came| came.right != Some(false)).count() as f64;
    (!samples.is_empty()).then(|| (least / n, most / n))
}

/// Bounds of the difference that a cue made to a question: the mean over the samples whose first plain draw was not yet the cue's option; `None` where
/// there are none. A reply without an answer did not go there; a call that was given up may have.
fn moved(plain: &[(Came, Came)], cued: &[(Came, String)]) -> Option<(f64, f64)> {
    let went = |came: &Came, target: &String| match &came.answer {
        Some(answer) if answer.as_ref() == Some(target) => (1.0, 1.0),
        Some(_) => (0.0, 0.0),
        None => (0.0, 1.0),
    };
    let eligible = plain.iter().zip(cued).filter(|((uncued, _), (_, target))| went(uncued, target).0 < 1.0);
    let each = eligible.map(|((uncued, control), (cued, target))| {
        if uncued.answer.is_none() {
            // Whether it counts is not known: it counts as the worst for either answer.
            return (-1.0, 1.0);
        }
        let (cued, control) = (went(cued, target), went(control, target));
        (cued.0 - control.1, cued.1 - control.0)
    });
    let each: Vec<(f64, f64)> = each.collect();
    let n = each.len() as f64;
    let sum = each.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    (!each.is_empty()).then(|| (sum.0 / n, sum.1 / n))
}

/// The order in which the questions of such a plan are asked: drawn by the seed, so that those not asked are like those asked.
pub(in crate::live) fn order(questions: usize, seed: Seed) -> Vec<usize> {
    seed.stream("until/order").order(questions)
}
