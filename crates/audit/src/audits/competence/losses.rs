//! What was lost between two arms: of the questions that were asked in both, the calls that nobody decided. A question that was asked in one arm only
//! was never in the comparison: it is no loss. No statistics.

use std::collections::{BTreeMap, BTreeSet};

use crate::Attrition;
use crate::audits::perturbation::pairs::Pair;
use crate::places;
use crate::values::Values;

/// The questions of an arm, decided or not.
fn asked(values: &Values) -> BTreeSet<u32> {
    values.questions.keys().chain(values.missing.keys()).copied().collect()
}

/// The questions that were asked in both arms.
pub(super) fn asked_in_both(pair: &Pair) -> BTreeSet<u32> {
    asked(&pair.before).intersection(&asked(&pair.after)).copied().collect()
}

/// What both arms lost, the base first: of the questions of both, or each of its own where they are not paired.
pub(super) fn losses(pair: &Pair, paired: bool) -> [Attrition; 2] {
    let label = places::label(&pair.place);
    let called = |arm: &str| if label.is_empty() { arm.to_owned() } else { format!("{label} · {arm}") };
    let base = called(&format!("{} (for {})", pair.base(), pair.arm));
    let (before, after) = (&pair.before, &pair.after);
    if paired {
        let units = asked_in_both(pair);
        [of(before, after, &units, base), of(after, before, &units, called(&pair.arm))]
    } else {
        [of(before, before, &asked(before), base), of(after, after, &asked(after), called(&pair.arm))]
    }
}

fn of(values: &Values, other: &Values, units: &BTreeSet<u32>, arm: String) -> Attrition {
    let (mut used, mut lost) = (0, BTreeMap::new());
    let mut lose = |why: &str, samples: u64| {
        if samples > 0 {
            *lost.entry(why.to_owned()).or_default() += samples;
        }
    };
    for unit in units {
        lose("no verdict", values.missing.get(unit).copied().unwrap_or(0));
        let samples = values.questions.get(unit).map_or(0, |value| value.samples);
        if other.questions.contains_key(unit) {
            used += samples;
        } else {
            lose("question without a verdict in the other arm", samples);
        }
    }
    Attrition { arm, seen: used + lost.values().sum::<u64>(), used, lost }
}
