//! What recorded data can answer, what is missing for the rest, and which command comes next. Counts come from the inventory; no audit runs.

use candor_trace::Inventory;
use serde::Serialize;

/// Whether one question can be answered from the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// The question, such as "compute curve".
    pub question: &'static str,
    /// The audit that answers it; `None` where this version has none.
    pub audit: Option<&'static str>,
    /// What there is, such as "1,150 questions x 16 samples".
    pub have: String,
    /// Whether it can be answered.
    pub state: State,
    /// What is missing, for an answer at all or for a better one.
    pub missing: Vec<String>,
}

/// How far the data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It can be answered now.
    Ready,
    /// Something is missing.
    Missing,
    /// The data would do, but this version has no audit for it.
    NotInThisVersion,
}

/// Labels that would do for a corrected mention rate: an interval of about plus or minus 9 points at a rate of one half.
const LABELS_WANTED: u64 = 120;

/// Every question, answerable ones first.
#[must_use]
pub fn readiness(inventory: &Inventory) -> Vec<Readiness> {
    let mut found = vec![compute(inventory), faithfulness(inventory), corrected(inventory)];
    found.extend(reversed(inventory));
    found.extend(labelled(inventory));
    found.extend(later(inventory));
    found.sort_by_key(|readiness| match readiness.state {
        State::Ready => 0,
        State::Missing => 1,
        State::NotInThisVersion => 2,
    });
    found
}

fn compute(inventory: &Inventory) -> Readiness {
    let depth = inventory.depth();
    let (questions, samples, decided) = depth.map_or((0, 0, 0), |depth| (depth.questions, depth.median, depth.decided));
    let mut missing = Vec::new();
    if decided == 0 {
        missing.push("no verdicts: which answers are right is not recorded".to_owned());
    }
    if samples < 2 {
        missing.push("one sample per question: draw several of each".to_owned());
    } else if inventory.answers == 0 {
        missing.push("no answers recorded: votes cannot be counted, only pass@k".to_owned());
    }
    let ready = decided > 0 && samples >= 2;
    Readiness {
        question: "compute curve",
        audit: Some("compute"),
        have: format!("{} x {samples} samples", counted(inventory, questions, "question")),
        state: if ready { State::Ready } else { State::Missing },
        missing,
    }
}

fn faithfulness(inventory: &Inventory) -> Readiness {
    let pairs = inventory.pairs();
    let mut missing = Vec::new();
    if inventory.cues.is_empty() {
        missing.push("no cued arm".to_owned());
    } else if pairs.cued == 0 {
        missing.push("no uncued arm: the same questions asked plainly".to_owned());
    } else if pairs.controlled == 0 {
        missing.push("no control arm: a second plain draw, to tell the cue's effect from chance".to_owned());
    }
    if inventory.readable() == 0 {
        missing.push("no chain of thought that can be read".to_owned());
    }
    Readiness {
        question: "faithfulness",
        audit: Some("faithfulness"),
        have: if pairs.cued > 0 {
            format!("{} with and without a cue", counted(inventory, pairs.cued, "question"))
        } else {
            format!("{} cued calls", thousands(inventory.cues.values().sum()))
        },
        state: if pairs.cued > 0 { State::Ready } else { State::Missing },
        missing,
    }
}

fn corrected(inventory: &Inventory) -> Readiness {
    let labels = inventory.mention_labels;
    let enough = labels >= LABELS_WANTED;
    let cued = inventory.pairs().cued > 0;
    Readiness {
        question: "corrected mention rate",
        audit: Some("faithfulness"),
        have: format!("{} labelled chains", thousands(labels)),
        state: if labels > 0 && cued { State::Ready } else { State::Missing },
        missing: match (cued, enough) {
            (false, _) => vec!["no cued arm".to_owned()],
            (true, false) => vec![format!("{} labels of a random subset would do", LABELS_WANTED)],
            (true, true) => Vec::new(),
        },
    }
}

fn reversed(inventory: &Inventory) -> Option<Readiness> {
    let pairs = inventory.pairs().reversed;
    (pairs > 0).then(|| Readiness {
        question: "reversed comparisons",
        audit: Some("faithfulness"),
        have: format!("{} asked both ways", counted(inventory, pairs, "question")),
        state: State::Ready,
        missing: Vec::new(),
    })
}

fn labelled(inventory: &Inventory) -> Option<Readiness> {
    let labels: Vec<&str> = inventory.labels.keys().map(String::as_str).collect();
    (!labels.is_empty()).then(|| Readiness {
        question: "labelled rates",
        audit: Some("faithfulness"),
        have: format!("labels: {}", shortened(&labels)),
        state: State::Ready,
        missing: Vec::new(),
    })
}

/// What the data would do for, once there is an audit.
fn later(inventory: &Inventory) -> Vec<Readiness> {
    let mut later = Vec::new();
    let mut add = |question, have| {
        later.push(Readiness { question, audit: None, have, state: State::NotInThisVersion, missing: Vec::new() });
    };
    if inventory.readable() > 0 {
        add("chain against answer", format!("{} chains", thousands(inventory.readable())));
    }
    if inventory.tools > 0 {
        add("claims against the record", format!("{} calls with tools", thousands(inventory.tools)));
    }
    if inventory.efforts.len() > 1 {
        add("lift of more effort", format!("{} effort settings", inventory.efforts.len()));
    }
    later
}

fn shortened(names: &[&str]) -> String {
    const MOST: usize = 4;
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}

fn counted(inventory: &Inventory, count: u64, what: &str) -> String {
    let least = if inventory.is_at_least() { "at least " } else { "" };
    let plural = if count == 1 { "" } else { "s" };
    format!("{least}{} {what}{plural}", thousands(count))
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The command that comes next: `candor audit run` and its arguments after the source; `None` where nothing can be answered yet.
#[must_use]
pub fn next(readiness: &[Readiness]) -> Option<String> {
    let mut audits: Vec<&str> = readiness
        .iter()
        .filter(|readiness| readiness.state == State::Ready)
        .filter_map(|readiness| readiness.audit)
        .collect();
    audits.sort_unstable();
    audits.dedup();
    match audits.as_slice() {
        [] => None,
        [one] => Some(format!("audit run {one}")),
        _ => Some("audit run".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_trace::{Event, Trace, Trial};
    use candor_verify::{Outcome, Verdict};

    fn inventory(samples: u32, decided: bool) -> Inventory {
        let mut inventory = Inventory::default();
        for unit in 0..1_150 {
            for sample in 0..samples {
                let verdict = Verdict { outcome: Outcome::Correct, extracted: None, why: String::new() };
                inventory.see(&Trace {
                    trial: Trial { unit: format!("q{unit}"), sample, ..Trial::default() },
                    events: decided
                        .then_some(Event::Verdict { verifier: "exact".to_owned(), verdict })
                        .into_iter()
                        .collect(),
                    ..Trace::default()
                });
            }
        }
        inventory
    }

    #[test]
    fn what_is_ready_comes_first_and_what_is_missing_is_named() {
        let found = readiness(&inventory(4, true));
        assert_eq!((found[0].question, found[0].state), ("compute curve", State::Ready));
        assert_eq!(found[0].have, "1,150 questions x 4 samples");
        let faithfulness = found.iter().find(|one| one.question == "faithfulness").unwrap();
        assert_eq!(faithfulness.missing[0], "no cued arm");
        assert_eq!(next(&found).as_deref(), Some("audit run compute"));
    }

    #[test]
    fn nothing_is_ready_without_verdicts_or_with_one_sample() {
        for (samples, decided) in [(1, true), (4, false)] {
            let found = readiness(&inventory(samples, decided));
            assert!(found.iter().all(|one| one.state != State::Ready), "{found:?}");
            assert_eq!(next(&found), None);
        }
    }
}
