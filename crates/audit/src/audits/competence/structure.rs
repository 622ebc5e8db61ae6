//! What labels say of how questions are made: `steps` names the questions that are the single steps of one, `depth` says how many steps it takes.
//! Not whether that is so.

use std::collections::{BTreeMap, BTreeSet};

use candor_trace::{LabelValue, Trace};

use crate::names::Names;

/// The label that names the single steps of a question: their `unit`s, set apart by commas.
pub(super) const STEPS: &str = "steps";

/// The label that says how many steps a question takes: a whole number from 1.
pub(super) const DEPTH: &str = "depth";

/// Questions of more steps are not taken apart.
const MOST_STEPS: usize = 64;

/// Labels as they were found, by question: kept per question, not per call.
#[derive(Debug, Default)]
pub(super) struct Structure {
    steps: BTreeMap<u32, Vec<u32>>,
    depths: BTreeMap<u32, u32>,
    ids: Names,
    unread: BTreeSet<u32>,
}

/// The questions whose steps were found.
#[derive(Debug, Default)]
pub(super) struct Composed {
    /// Per composed question its steps, each once.
    pub(super) steps: BTreeMap<u32, Vec<u32>>,
    /// Questions that name a step of which there is no question, several, or only themselves.
    pub(super) unresolved: u64,
}

impl Structure {
    /// Takes in the labels of a call of that question; the first call that has them decides.
    pub(super) fn see(&mut self, unit: u32, trace: &Trace) {
        if let Some(label) = trace.label(STEPS)
            && !self.steps.contains_key(&unit)
        {
            let text = label.as_text();
            let mut steps: Vec<u32> = Vec::new();
            for id in text.split([',', '\n']).map(str::trim).filter(|id| !id.is_empty()).take(MOST_STEPS + 1) {
                let id = self.ids.number(id);
                if !steps.contains(&id) {
                    steps.push(id);
                }
            }
            if (1..=MOST_STEPS).contains(&steps.len()) {
                self.steps.insert(unit, steps);
            } else {
                self.unread.insert(unit);
            }
        }
        if let Some(label) = trace.label(DEPTH)
            && !self.depths.contains_key(&unit)
        {
            match depth(label) {
                Some(depth) => {
                    self.depths.insert(unit, depth);
                }
                None => {
                    self.unread.insert(unit);
                }
            }
        }
    }

    /// The depth of a question.
    pub(super) fn depth(&self, unit: u32) -> Option<u32> {
        self.depths.get(&unit).copied()
    }

    /// Questions with a label that could not be read.
    pub(super) fn unread(&self) -> u64 {
        self.unread.len() as u64
    }

    /// Finds the questions that steps name: one of the same stratum, else the only one of that name.
    pub(super) fn composed(&self, units: &Names) -> Composed {
        let mut named: BTreeMap<&str, Vec<(&str, u32)>> = BTreeMap::new();
        for unit in 0..u32::try_from(units.len()).unwrap_or(u32::MAX) {
            let (stratum, id) = split(units.name(unit));
            named.entry(id).or_default().push((stratum, unit));
        }
        let mut composed = Composed::default();
        for (unit, steps) in &self.steps {
            let (stratum, _) = split(units.name(*unit));
            let found: Option<Vec<u32>> = steps
                .iter()
                .map(|step| {
                    let candidates = named.get(self.ids.name(*step))?;
                    let step = match candidates.iter().find(|(other, _)| *other == stratum) {
                        Some((_, step)) => *step,
                        None => match candidates.as_slice() {
                            [(_, only)] => *only,
                            _ => return None,
                        },
                    };
                    (step != *unit).then_some(step)
                })
                .collect();
            match found {
                Some(steps) => {
                    composed.steps.insert(*unit, steps);
                }
                None => composed.unresolved += 1,
            }
        }
        composed
    }
}

/// The stratum and the identifier of a question, as rows name it.
fn split(unit: &str) -> (&str, &str) {
    unit.rsplit_once('\u{1f}').unwrap_or(("", unit))
}

fn depth(label: &LabelValue) -> Option<u32> {
    let number = match label {
        LabelValue::Number(number) => *number,
        LabelValue::Text(text) => text.trim().parse().ok()?,
        LabelValue::Bool(_) => return None,
    };
    let whole = number.is_finite() && number.fract() == 0.0 && (1.0..=1_000.0).contains(&number);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and from 1 to 1,000")]
    whole.then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use candor_trace::{Event, Label, Labeller};

    use super::*;

    fn labelled(name: &str, value: LabelValue) -> Trace {
        let label = Label { name: name.to_owned(), value, by: Labeller::Source, who: None, note: None };
        Trace { events: vec![Event::Label(label)], ..Trace::default() }
    }

    #[test]
    fn steps_are_found_by_name_and_what_is_not_one_question_is_counted() {
        let mut units = Names::default();
        let [whole, a, b, other] = ["s\u{1f}whole", "s\u{1f}a", "b", "s\u{1f}other"].map(|name| units.number(name));
        for name in ["t\u{1f}c", "u\u{1f}c"] {
            units.number(name);
        }
        let mut structure = Structure::default();
        let text = |text: &str| LabelValue::Text(text.to_owned());
        structure.see(whole, &labelled(STEPS, text("a, b,a")));
        structure.see(whole, &labelled(STEPS, text("nobody")));
        structure.see(other, &labelled(STEPS, text("a, c")));
        structure.see(a, &labelled(STEPS, text("a")));
        structure.see(b, &labelled(STEPS, text(" , ")));
        let composed = structure.composed(&units);
        assert_eq!(composed.steps.get(&whole), Some(&vec![a, b]));
        assert_eq!((composed.steps.len(), composed.unresolved, structure.unread()), (1, 2, 1));
    }

    #[test]
    fn a_depth_is_a_whole_number_from_one() {
        let depths = [1.0, 3.0, 0.0, 2.5, f64::NAN, 1e9].map(|depth_of| depth(&LabelValue::Number(depth_of)));
        assert_eq!(depths, [Some(1), Some(3), None, None, None, None]);
        assert_eq!((depth(&LabelValue::Text(" 4 ".to_owned())), depth(&LabelValue::Bool(true))), (Some(4), None));
    }
}
