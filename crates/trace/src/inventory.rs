//! What a heap of traces holds: models, arms, samples per question, what was recorded of each call. Counts only; what they are good for is
//! said by the audits.

mod few;
mod names;

use std::collections::BTreeMap;

use candor_llm::{Effort, Provenance};
use candor_verify::Outcome;
use serde::Serialize;

use crate::digested::{Digested, digest};
use crate::{Event, LabelValue, Money, Trace, Trial, arm};
use few::Few;
pub use few::MOST_FEW;
pub use names::Names;

/// Beyond so many questions per group they are no longer told apart, and counts become "at least".
const MOST_UNITS: usize = 4_000_000;

/// What was seen, counted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Inventory {
    /// All calls.
    pub traces: u64,
    /// Entries of rosters: questions with what is right, which are no calls and are counted nowhere else.
    pub roster: u64,
    /// Of those, planted ones.
    pub planted: u64,
    /// Traces per model; those that name none under the empty name.
    pub models: Names,
    /// Traces per effort setting; those without one are not in it.
    pub efforts: Names,
    /// Traces per arm; those without one are not in it.
    pub arms: Names,
    /// Cued traces per kind of cue.
    pub cues: Names,
    /// Of the cued traces, those whose cue points to an option.
    pub cue_targets: u64,
    /// Traces per stratum.
    pub strata: Names,
    /// Traces per provenance of their reasoning; traces without any reasoning channel are absent.
    pub reasoning: BTreeMap<Provenance, u64>,
    /// Traces with an answer that the source or a verifier extracted.
    pub answers: u64,
    /// Traces whose prompt is recorded.
    pub prompts: u64,
    /// Traces with a verdict that decides (not an error).
    pub verdicts: u64,
    /// Traces with a recorded score, per name of the score.
    pub scores: Names,
    /// Labelled traces per label.
    pub labels: Names,
    /// Of those, traces on which a cue's mention is labelled.
    pub mention_labels: u64,
    /// Traces with a recorded cost.
    pub costs: u64,
    /// What those cost together.
    pub spent: Money,
    /// Traces with output tokens.
    pub tokens: u64,
    /// Traces with reasoning tokens.
    pub reasoning_tokens: u64,
    /// Traces with tool calls.
    pub tools: u64,
    /// Traces that ran into their token limit.
    pub truncated: u64,
    /// Traces with the number of another one of the same question, model, effort, arm and cue, where the source numbers its samples: audits use one of
    /// them. Of very many the least that there are.
    pub repeated: u64,
    #[serde(skip)]
    golds: Few,
    #[serde(skip)]
    options: Few,
    #[serde(skip)]
    groups: Digested<Group>,
    #[serde(skip)]
    units: Digested<u8>,
    /// Numbers of samples that no mask has room for, with where they stand.
    #[serde(skip)]
    numbers: Digested<()>,
    #[serde(skip)]
    overflown: bool,
    #[serde(skip)]
    last: Setting,
}

/// One model at one effort in one arm.
#[derive(Debug, Clone, Default)]
struct Group {
    samples: Digested<Asked>,
    decided: u64,
}

/// How often a question was asked in a group, and under which of the first 64 numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    numbers: u64,
    traces: u32,
}

/// The names and the digests of where the last trace stands: mostly the next one is of the same group, and often of the same question.
#[derive(Debug, Clone, Default)]
struct Setting {
    known: bool,
    model: Option<String>,
    effort: Option<Effort>,
    arm: Option<String>,
    unit: String,
    stratum: Option<String>,
    /// The effort as it is counted.
    effort_name: Option<String>,
    model_digest: u64,
    group_digest: u64,
    unit_digest: u64,
    paired_digest: u64,
}

/// Where traces that follow one another stand: the same question in the same group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    group: u64,
    unit: u64,
    /// The question by its model, where the arm is one that pairs are made of.
    paired: Option<(u64, u8)>,
}

/// Traces that follow one another and stand at the same place.
#[derive(Debug, Clone, Copy)]
struct Run {
    at: Standing,
    /// Numbers of the samples below 64, as bits; none where the source numbers none, or they are kept apart.
    numbers: u64,
    traces: u32,
    /// Of them, those that are decided.
    decided: u32,
}

/// What a part of the traces holds, to be added to an [`Inventory`] in the order of the parts. Counts are the same as if every trace had been
/// seen there. Holds at most 56 bytes a trace, 48 more where it is cued or has a number above 63, and all its names: a part ends after some thousand
/// traces.
#[derive(Debug, Clone)]
pub struct Part {
    counts: Inventory,
    runs: Vec<Run>,
    /// Numbers that no mask has room for, by digest with where they stand.
    numbers: Vec<(Standing, u64)>,
}

/// How many samples the questions of a group have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Questions.
    pub questions: u64,
    /// Fewest samples of a question.
    pub least: u32,
    /// Samples of the middle question.
    pub median: u32,
    /// Most samples of a question.
    pub most: u32,
    /// Samples with a verdict that decides.
    pub decided: u64,
}

/// How many questions stand in which arms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pairs {
    /// Questions with an uncued and a cued call.
    pub cued: u64,
    /// Of those, with an independent control call too; where no question has one, those with a second uncued call, which then serves as control.
    pub controlled: u64,
    /// Questions asked forward and reversed.
    pub reversed: u64,
}

const UNCUED: u8 = 1;
const CUED: u8 = 2;
const CONTROL: u8 = 4;
const FORWARD: u8 = 8;
const REVERSED: u8 = 16;
/// Asked plainly more than once.
const AGAIN: u8 = 32;

impl Inventory {
    /// Takes in one trace, as another sample of its question whatever its number.
    pub fn see(&mut self, trace: &Trace) {
        if trace.trial.is_roster() {
            self.roster += 1;
            return;
        }
        let (at, decided) = self.count(trace);
        self.place(&Run { at, numbers: 0, traces: 1, decided: u32::from(decided) });
    }

    /// Takes in a part.
    pub fn add(&mut self, part: &Part) {
        let Part { counts, runs, numbers } = part;
        self.traces += counts.traces;
        self.roster += counts.roster;
        self.planted += counts.planted;
        for (own, names) in [
            (&mut self.models, &counts.models),
            (&mut self.efforts, &counts.efforts),
            (&mut self.arms, &counts.arms),
            (&mut self.cues, &counts.cues),
            (&mut self.strata, &counts.strata),
            (&mut self.scores, &counts.scores),
            (&mut self.labels, &counts.labels),
        ] {
            own.add(names);
        }
        for (provenance, count) in &counts.reasoning {
            *self.reasoning.entry(*provenance).or_default() += count;
        }
        self.cue_targets += counts.cue_targets;
        self.answers += counts.answers;
        self.prompts += counts.prompts;
        self.golds.add(&counts.golds);
        self.options.add(&counts.options);
        self.verdicts += counts.verdicts;
        self.mention_labels += counts.mention_labels;
        self.costs += counts.costs;
        self.spent.0 = self.spent.0.saturating_add(counts.spent.0);
        self.tokens += counts.tokens;
        self.reasoning_tokens += counts.reasoning_tokens;
        self.tools += counts.tools;
        self.truncated += counts.truncated;
        runs.iter().for_each(|run| self.place(run));
        for (at, number) in numbers {
            let known = self.numbers.contains_key(number);
            if known {
                self.repeat(at, 1);
            } else if self.numbers.len() < MOST_UNITS {
                self.numbers.insert(*number, ());
            }
        }
    }

    /// Counts traces whose number another one has: they are no samples of their own.
    fn repeat(&mut self, at: &Standing, traces: u32) {
        self.repeated += u64::from(traces);
        let asked = self.groups.get_mut(&at.group).and_then(|group| group.samples.get_mut(&at.unit));
        if let Some(asked) = asked {
            asked.traces = asked.traces.saturating_sub(traces);
        }
    }

    /// Counts everything but the question; gives where the trace stands, and whether its verdict decides.
    fn count(&mut self, trace: &Trace) -> (Standing, bool) {
        self.traces += 1;
        self.planted += u64::from(trace.planted);
        self.last.become_that_of(trace);
        self.models.count(trace.model.as_deref().unwrap_or(""));
        self.last.effort_name.iter().for_each(|effort| self.efforts.count(effort));
        trace.trial.arm.iter().for_each(|arm| self.arms.count(arm));
        trace.stratum.iter().for_each(|stratum| self.strata.count(stratum));
        trace.cue.iter().for_each(|cue| self.cues.count(cue.kind.as_str()));
        let has_target = trace.cue.as_ref().is_some_and(|cue| cue.target.is_some());
        self.cue_targets += u64::from(has_target);
        *self.reasoning.entry(trace.provenance()).or_default() += 1;
        let decided = trace.verdict().is_some_and(|verdict| verdict.outcome != Outcome::Error);
        self.verdicts += u64::from(decided);
        self.answers += u64::from(trace.answer().is_some());
        self.prompts += u64::from(trace.events.iter().any(|event| matches!(event, Event::Request(_))));
        trace.question.gold.iter().for_each(|gold| self.golds.see(gold.trim()));
        trace.question.options.iter().for_each(|options| self.options.see(&options.to_string()));
        self.costs += u64::from(trace.cost.is_some());
        self.spent.0 = self.spent.0.saturating_add(trace.cost.map_or(0, |Money(cost)| cost));
        self.tokens += u64::from(trace.usage.output.is_some());
        self.reasoning_tokens += u64::from(trace.usage.reasoning.is_some());
        self.truncated += u64::from(trace.is_truncated());
        self.tools += u64::from(trace.events.iter().any(|event| matches!(event, Event::ToolCall { .. })));
        let mut mention = false;
        for event in &trace.events {
            match event {
                Event::Score { name, .. } => self.scores.count(name),
                Event::Label(label) => {
                    self.labels.count(&label.name);
                    mention |= matches!(label.name.as_str(), "mentions_cue" | "verbalises")
                        && matches!(label.value, LabelValue::Bool(_));
                }
                _ => {}
            }
        }
        self.mention_labels += u64::from(mention);
        (self.last.standing(trace.cue.is_some()), decided)
    }

    fn place(&mut self, run: &Run) {
        let Run { at: standing, numbers, traces, decided } = *run;
        let group = self.groups.entry(standing.group).or_default();
        let mut fresh = traces;
        group.decided += u64::from(decided);
        if group.samples.len() < MOST_UNITS || group.samples.contains_key(&standing.unit) {
            let asked = group.samples.entry(standing.unit).or_default();
            // Of numbered traces each number stands for one.
            if numbers != 0 {
                fresh = (numbers & !asked.numbers).count_ones();
            }
            asked.numbers |= numbers;
            asked.traces = asked.traces.saturating_add(fresh);
            self.repeated += u64::from(traces.saturating_sub(fresh));
        } else {
            self.overflown = true;
        }
        let Some((unit, arm)) = standing.paired else { return };
        if self.units.len() < MOST_UNITS {
            let seen = self.units.entry(unit).or_default();
            let again = arm == UNCUED && (fresh > 1 || fresh > 0 && *seen & UNCUED != 0);
            *seen |= arm | if again { AGAIN } else { 0 };
        } else {
            self.overflown = true;
        }
    }

    /// Whether there were more questions than are told apart: counts of questions are then "at least".
    #[must_use]
    pub fn is_at_least(&self) -> bool {
        self.overflown
    }

    /// The depth of the group with the most questions that have several samples; of the largest group where none has.
    #[must_use]
    pub fn depth(&self) -> Option<Depth> {
        let depths = self.groups.values().map(Group::depth);
        depths.max_by_key(|depth| {
            (depth.median > 1, depth.questions, depth.median, depth.most, depth.least, depth.decided)
        })
    }

    /// Questions by the arms that they stand in.
    #[must_use]
    pub fn pairs(&self) -> Pairs {
        let with = |arms: u8| self.units.values().filter(|seen| **seen & arms == arms).count() as u64;
        Pairs {
            cued: with(UNCUED | CUED),
            controlled: match with(UNCUED | CUED | CONTROL) {
                0 => with(UNCUED | CUED | AGAIN),
                controlled => controlled,
            },
            reversed: with(FORWARD | REVERSED),
        }
    }

    /// How many different right answers there are, texts apart; `None` where there are more than [`MOST_FEW`].
    #[must_use]
    pub fn right_answers(&self) -> Option<usize> {
        self.golds.count()
    }

    /// How many different numbers of options questions have.
    #[must_use]
    pub fn numbers_of_options(&self) -> usize {
        self.options.count().unwrap_or(MOST_FEW)
    }

    /// Traces whose reasoning can be read.
    #[must_use]
    pub fn readable(&self) -> u64 {
        self.reasoning.iter().filter(|(provenance, _)| provenance.is_readable()).map(|(_, count)| count).sum()
    }
}

impl Group {
    fn depth(&self) -> Depth {
        let mut counts: Vec<u32> = self.samples.values().map(|asked| asked.traces).collect();
        counts.sort_unstable();
        Depth {
            questions: counts.len() as u64,
            least: counts.first().copied().unwrap_or(0),
            median: counts.get(counts.len() / 2).copied().unwrap_or(0),
            most: counts.last().copied().unwrap_or(0),
            decided: self.decided,
        }
    }
}

impl Setting {
    fn become_that_of(&mut self, trace: &Trace) {
        let Trace { model, effort, stratum, trial: Trial { unit, arm, .. }, .. } = trace;
        let is_group = self.known && self.model == *model && self.effort == *effort && self.arm == *arm;
        if !is_group {
            self.known = true;
            self.model.clone_from(model);
            self.effort.clone_from(effort);
            self.arm.clone_from(arm);
            self.effort_name = effort.as_ref().map(ToString::to_string);
            self.model_digest = digest(model);
            self.group_digest = digest(&(self.model_digest, self.effort_name.as_deref(), arm));
        }
        if !is_group || self.unit != *unit || self.stratum != *stratum {
            self.unit.clone_from(unit);
            self.stratum.clone_from(stratum);
            self.unit_digest = digest(&(unit, stratum));
            self.paired_digest = digest(&(self.model_digest, self.unit_digest));
        }
    }

    fn standing(&self, is_cued: bool) -> Standing {
        let arm = match self.arm.as_deref() {
            Some(arm::CUED) => Some(CUED),
            Some(arm::UNCUED) => Some(UNCUED),
            Some(arm::CONTROL) => Some(CONTROL),
            Some(arm::FORWARD) => Some(FORWARD),
            Some(arm::REVERSED) => Some(REVERSED),
            Some(_) => is_cued.then_some(CUED),
            // Without a name a cue makes a call cued, and its absence uncued.
            None => Some(if is_cued { CUED } else { UNCUED }),
        };
        Standing { group: self.group_digest, unit: self.unit_digest, paired: arm.map(|arm| (self.paired_digest, arm)) }
    }
}

impl Default for Part {
    fn default() -> Self {
        let counts = Inventory {
            models: Names::of_part(),
            efforts: Names::of_part(),
            arms: Names::of_part(),
            cues: Names::of_part(),
            strata: Names::of_part(),
            scores: Names::of_part(),
            labels: Names::of_part(),
            ..Inventory::default()
        };
        Self { counts, runs: Vec::new(), numbers: Vec::new() }
    }
}

impl Part {
    /// Takes in one trace; `numbered` says whether its number is the source's.
    pub fn see(&mut self, trace: &Trace, numbered: bool) {
        if trace.trial.is_roster() {
            self.counts.roster += 1;
            return;
        }
        let (at, decided) = self.counts.count(trace);
        let mut numbers = 0;
        if numbered {
            // Cued calls that differ in the kind of their cue are different samples, which a group does not tell.
            match 1_u64.checked_shl(trace.trial.sample) {
                Some(bit) if trace.cue.is_none() => numbers = bit,
                _ => {
                    let kind = trace.cue.as_ref().map(|cue| cue.kind.as_str());
                    self.numbers.push((at, digest(&(at.group, at.unit, trace.trial.sample, kind))));
                }
            }
        }
        let decided = u32::from(decided);
        match self.runs.last_mut() {
            Some(last) if last.at == at && (last.numbers == 0) == (numbers == 0) && last.traces < u32::MAX => {
                last.traces += 1;
                last.decided += decided;
                last.numbers |= numbers;
            }
            _ => self.runs.push(Run { at, numbers, traces: 1, decided }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cue, Trial};
    use candor_verify::{CueKind, Verdict};

    fn trace(unit: u32, arm: Option<&str>, right: Option<bool>) -> Trace {
        let verdict = right.map(|right| Event::Verdict {
            verifier: "exact".to_owned(),
            verdict: Verdict {
                outcome: if right { Outcome::Correct } else { Outcome::Wrong },
                extracted: Some("4".to_owned()),
                why: String::new(),
            },
        });
        Trace {
            trial: Trial { unit: unit.to_string(), arm: arm.map(str::to_owned), ..Trial::default() },
            events: verdict.into_iter().collect(),
            ..Trace::default()
        }
    }

    #[test]
    fn samples_per_question_are_counted_within_a_group() {
        let mut inventory = Inventory::default();
        for unit in 0..10 {
            (0..if unit == 0 { 2 } else { 16 }).for_each(|_| inventory.see(&trace(unit, None, Some(true))));
        }
        inventory.see(&Trace { model: Some("other".to_owned()), ..trace(0, None, None) });
        let depth = inventory.depth().unwrap();
        assert_eq!((depth.questions, depth.least, depth.median, depth.most, depth.decided), (10, 2, 16, 16, 146));
        assert_eq!((inventory.traces, inventory.verdicts, inventory.answers), (147, 146, 146));
        assert_eq!(inventory.reasoning.get(&Provenance::Absent), Some(&147));
        assert!(!inventory.is_at_least());
    }

    #[test]
    fn parts_hold_what_their_traces_hold() {
        let arms = [None, Some(arm::UNCUED), Some(arm::CUED), Some("own")];
        let traces: Vec<Trace> = (0..600_u32)
            .map(|at| Trace {
                model: (at % 5 > 0).then(|| format!("m{}", at % 5)),
                effort: (at % 7 == 0).then_some(Effort::Off),
                ..trace(at / 40 % 11, arms[(at / 9 % 4) as usize], (at % 3 > 0).then_some(at % 2 == 0))
            })
            .collect();
        let mut alone = Inventory::default();
        traces.iter().for_each(|trace| alone.see(trace));
        for size in [1, 7, 100, 600] {
            let mut whole = Inventory::default();
            for few in traces.chunks(size) {
                let mut part = Part::default();
                few.iter().for_each(|trace| part.see(trace, false));
                whole.add(&part);
            }
            assert_eq!(serde_json::to_string(&whole).unwrap(), serde_json::to_string(&alone).unwrap(), "{size}");
            assert_eq!((whole.depth(), whole.pairs()), (alone.depth(), alone.pairs()), "{size}");
        }
        assert!(alone.pairs().cued > 0 && alone.efforts.len() == 1 && alone.models.len() == 5);
    }

    #[test]
    fn a_number_that_a_question_has_twice_is_no_second_sample() {
        let cue = |kind| Some(Cue { kind, target: None, text: None });
        let at = |unit, sample, effort, cue: Option<Cue>| {
            let mut trace = trace(unit, None, Some(true));
            trace.trial.sample = sample;
            Trace { effort, cue, ..trace }
        };
        // Each question has the numbers 0 to 2 five times, and once a number beyond the mask twice; the efforts of the last are told.
        let mut traces = Vec::new();
        for unit in 0..4 {
            for again in 0..5 {
                traces
                    .extend((0..3).map(|sample| at(unit, sample, (unit == 3).then_some(Effort::Budget(again)), None)));
            }
        }
        traces.extend([at(0, 200, None, None), at(1, 7, None, None), at(0, 200, None, None), at(0, 63, None, None)]);
        let mut cued = vec![at(9, 0, None, cue(CueKind::Sycophancy)), at(9, 0, None, cue(CueKind::Metadata))];
        cued.extend([at(9, 0, None, None), at(9, 0, None, cue(CueKind::Metadata))]);
        traces.extend(cued);
        for size in [1, 2, 7, 1_000] {
            for numbered in [true, false] {
                let mut whole = Inventory::default();
                for few in traces.chunks(size) {
                    let mut part = Part::default();
                    few.iter().for_each(|trace| part.see(trace, numbered));
                    whole.add(&part);
                }
                let depth = whole.depth().unwrap();
                let found = (whole.repeated, depth.least, depth.most);
                assert_eq!(found, if numbered { (3 * 12 + 1 + 1, 3, 5) } else { (0, 4, 18) }, "{size}");
            }
        }
    }

    #[test]
    fn pairs_need_both_arms_of_one_question_and_model() {
        let mut inventory = Inventory::default();
        inventory.see(&trace(1, Some(arm::UNCUED), None));
        let cue = Cue { kind: CueKind::Sycophancy, target: None, text: None };
        inventory.see(&Trace { cue: Some(cue.clone()), ..trace(1, None, None) });
        inventory.see(&trace(1, Some(arm::CONTROL), None));
        inventory.see(&Trace { cue: Some(cue), ..trace(2, Some(arm::CUED), None) });
        inventory.see(&trace(3, Some(arm::FORWARD), None));
        inventory.see(&trace(3, Some(arm::REVERSED), None));
        assert_eq!(inventory.pairs(), Pairs { cued: 1, controlled: 1, reversed: 1 });
        assert_eq!((inventory.cues.get("sycophancy"), inventory.cue_targets), (Some(&2), 0));
        let cue = Cue { kind: CueKind::Sycophancy, target: Some("B".to_owned()), text: None };
        inventory.see(&Trace { cue: Some(cue), ..trace(2, Some(arm::CUED), None) });
        assert_eq!(inventory.cue_targets, 1);
    }

    #[test]
    fn a_second_uncued_call_is_a_control_where_there_is_no_other() {
        let mut inventory = Inventory::default();
        let cue = Cue { kind: CueKind::Sycophancy, target: None, text: None };
        for unit in [1, 2] {
            // Whether its arm is named or not.
            inventory.see(&trace(unit, (unit == 1).then_some(arm::UNCUED), None));
            inventory.see(&Trace { cue: Some(cue.clone()), ..trace(unit, (unit == 1).then_some(arm::CUED), None) });
        }
        assert_eq!(inventory.pairs(), Pairs { cued: 2, controlled: 0, reversed: 0 });
        inventory.see(&trace(1, Some(arm::UNCUED), None));
        assert_eq!(inventory.pairs(), Pairs { cued: 2, controlled: 1, reversed: 0 });
        inventory.see(&trace(2, Some(arm::CONTROL), None));
        assert_eq!(inventory.pairs(), Pairs { cued: 2, controlled: 1, reversed: 0 }, "a control arm is the control");
    }
}
