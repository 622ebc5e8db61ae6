//! What a heap of traces holds: models, arms, samples per question, what was recorded of each call. Counts only; what they are good for is
//! said by the audits.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use candor_llm::Provenance;
use candor_verify::Outcome;
use serde::Serialize;

use crate::{Event, LabelValue, Trace, arm};

/// Beyond so many questions per group they are no longer told apart, and counts become "at least".
const MOST_UNITS: usize = 4_000_000;
/// Beyond so many different names of a kind the rest is counted together.
const MOST_NAMES: usize = 10_000;

/// What was seen, counted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Inventory {
    /// All traces.
    pub traces: u64,
    /// Of those, planted ones.
    pub planted: u64,
    /// Traces per model; those that name none under the empty name.
    pub models: BTreeMap<String, u64>,
    /// Traces per effort setting; those without one are not in it.
    pub efforts: BTreeMap<String, u64>,
    /// Traces per arm; those without one are not in it.
    pub arms: BTreeMap<String, u64>,
    /// Cued traces per kind of cue.
    pub cues: BTreeMap<String, u64>,
    /// Traces per stratum.
    pub strata: BTreeMap<String, u64>,
    /// Traces per provenance of their reasoning; traces without any reasoning channel are absent.
    pub reasoning: BTreeMap<Provenance, u64>,
    /// Traces with an answer that the source or a verifier extracted.
    pub answers: u64,
    /// Traces with a verdict that decides (not an error).
    pub verdicts: u64,
    /// Traces with a recorded score, per name of the score.
    pub scores: BTreeMap<String, u64>,
    /// Labelled traces per label.
    pub labels: BTreeMap<String, u64>,
    /// Of those, traces on which a cue's mention is labelled.
    pub mention_labels: u64,
    /// Traces with a recorded cost.
    pub costs: u64,
    /// Traces with output tokens.
    pub tokens: u64,
    /// Traces with reasoning tokens.
    pub reasoning_tokens: u64,
    /// Traces with tool calls.
    pub tools: u64,
    /// Traces that ran into their token limit.
    pub truncated: u64,
    #[serde(skip)]
    groups: HashMap<u64, Group, Fixed>,
    #[serde(skip)]
    units: HashMap<u64, u8, Fixed>,
    #[serde(skip)]
    overflown: bool,
}

type Fixed = BuildHasherDefault<DefaultHasher>;

/// One model at one effort in one arm.
#[derive(Debug, Clone, Default)]
struct Group {
    samples: HashMap<u64, u32, Fixed>,
    decided: u64,
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
    /// Of those, with an independent control call too.
    pub controlled: u64,
    /// Questions asked forward and reversed.
    pub reversed: u64,
}

const UNCUED: u8 = 1;
const CUED: u8 = 2;
const CONTROL: u8 = 4;
const FORWARD: u8 = 8;
const REVERSED: u8 = 16;

impl Inventory {
    /// Takes in one trace.
    pub fn see(&mut self, trace: &Trace) {
        self.traces += 1;
        self.planted += u64::from(trace.planted);
        let effort = trace.effort.as_ref().map(ToString::to_string);
        bump(&mut self.models, trace.model.as_deref().unwrap_or(""));
        effort.iter().for_each(|effort| bump(&mut self.efforts, effort));
        trace.trial.arm.iter().for_each(|arm| bump(&mut self.arms, arm));
        trace.stratum.iter().for_each(|stratum| bump(&mut self.strata, stratum));
        trace.cue.iter().for_each(|cue| bump(&mut self.cues, cue.kind.as_str()));
        *self.reasoning.entry(trace.provenance()).or_default() += 1;
        let decided = trace.verdict().is_some_and(|verdict| verdict.outcome != Outcome::Error);
        self.verdicts += u64::from(decided);
        self.answers += u64::from(trace.answer().is_some());
        self.costs += u64::from(trace.cost.is_some());
        self.tokens += u64::from(trace.usage.output.is_some());
        self.reasoning_tokens += u64::from(trace.usage.reasoning.is_some());
        self.truncated += u64::from(trace.is_truncated());
        self.tools += u64::from(trace.events.iter().any(|event| matches!(event, Event::ToolCall { .. })));
        let mut mention = false;
        for event in &trace.events {
            match event {
                Event::Score { name, .. } => bump(&mut self.scores, name),
                Event::Label(label) => {
                    bump(&mut self.labels, &label.name);
                    mention |= matches!(label.name.as_str(), "mentions_cue" | "verbalises")
                        && matches!(label.value, LabelValue::Bool(_));
                }
                _ => {}
            }
        }
        self.mention_labels += u64::from(mention);
        self.place(trace, effort.as_deref(), decided);
    }

    fn place(&mut self, trace: &Trace, effort: Option<&str>, decided: bool) {
        let unit = digest(&(&trace.trial.unit, &trace.stratum));
        let model = digest(&trace.model);
        let group = self.groups.entry(digest(&(model, effort, &trace.trial.arm))).or_default();
        group.decided += u64::from(decided);
        if group.samples.len() < MOST_UNITS || group.samples.contains_key(&unit) {
            *group.samples.entry(unit).or_default() += 1;
        } else {
            self.overflown = true;
        }
        let arm = match trace.trial.arm.as_deref() {
            Some(arm::CUED) => CUED,
            Some(arm::UNCUED) => UNCUED,
            Some(arm::CONTROL) => CONTROL,
            Some(arm::FORWARD) => FORWARD,
            Some(arm::REVERSED) => REVERSED,
            _ if trace.cue.is_some() => CUED,
            _ => return,
        };
        if self.units.len() < MOST_UNITS {
            *self.units.entry(digest(&(model, unit))).or_default() |= arm;
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
        depths.max_by_key(|depth| (depth.median > 1, depth.questions, depth.median))
    }

    /// Questions by the arms that they stand in.
    #[must_use]
    pub fn pairs(&self) -> Pairs {
        let with = |arms: u8| self.units.values().filter(|seen| **seen & arms == arms).count() as u64;
        Pairs {
            cued: with(UNCUED | CUED),
            controlled: with(UNCUED | CUED | CONTROL),
            reversed: with(FORWARD | REVERSED),
        }
    }

    /// Traces whose reasoning can be read.
    #[must_use]
    pub fn readable(&self) -> u64 {
        self.reasoning.iter().filter(|(provenance, _)| provenance.is_readable()).map(|(_, count)| count).sum()
    }
}

impl Group {
    fn depth(&self) -> Depth {
        let mut counts: Vec<u32> = self.samples.values().copied().collect();
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

fn digest(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else if counts.len() < MOST_NAMES {
        counts.insert(name.to_owned(), 1);
    } else {
        *counts.entry("…".to_owned()).or_default() += 1;
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
        assert_eq!(inventory.cues.get("sycophancy"), Some(&2));
    }
}
