//! Models of which not one reply is right: more often a comparison that cannot succeed than a model that knows nothing. Not a claim: a word of
//! caution that stands before every number.

use std::collections::BTreeMap;

use candor_trace::Trace;

use crate::rows::{Decided, decided};
use crate::words::{counted, thousands};

/// From so many decided replies on, none right is worth a word.
const MANY: u64 = 20;

/// At most this many models are told apart.
const MOST_MODELS: usize = 1_000;

/// Decided replies of every model.
#[derive(Debug, Default)]
pub(crate) struct NeverRight {
    models: BTreeMap<String, Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    right: u64,
    wrong: u64,
    /// Wrong ones whose answer is the right one, but for case and white space.
    alike: u64,
}

impl NeverRight {
    /// Takes in one trace.
    pub(crate) fn see(&mut self, trace: &Trace) {
        if trace.trial.is_roster() {
            return;
        }
        let decided = decided(trace);
        if !matches!(decided, Decided::Correct | Decided::Wrong) {
            return;
        }
        let model = trace.model.as_deref().unwrap_or("");
        if !self.models.contains_key(model) {
            if self.models.len() >= MOST_MODELS {
                return;
            }
            self.models.insert(model.to_owned(), Counts::default());
        }
        let Some(counts) = self.models.get_mut(model) else { return };
        match decided {
            Decided::Correct => counts.right += 1,
            // What is never right matters only as long as nothing was.
            _ if counts.right > 0 => counts.wrong += 1,
            _ => {
                counts.wrong += 1;
                let alike = trace.answer().zip(trace.question.gold.as_deref()).is_some_and(|(a, b)| loose(a, b));
                counts.alike += u64::from(alike);
            }
        }
    }

    /// What must be known before any number is read.
    pub(crate) fn say(&self) -> Vec<String> {
        let never = self.models.iter().filter(|(_, counts)| counts.right == 0 && counts.wrong >= MANY);
        never
            .map(|(model, counts)| {
                let who = match model.escape_debug().to_string() {
                    model if model.is_empty() => String::new(),
                    model => format!("{model}: "),
                };
                if counts.alike > 0 {
                    format!(
                        "{who}none of {} equals the right answer; {} would if case and white space were ignored: check the verifier, or the \
                         verdict of the mapping",
                        counted(counts.wrong, "answer"),
                        thousands(counts.alike)
                    )
                } else {
                    format!(
                        "{who}none of {} is right: an accuracy of exactly 0 %. Check the verifier, or the answer, the right answer and the verdict \
                         of the mapping",
                        counted(counts.wrong, "reply")
                    )
                }
            })
            .collect()
    }
}

/// Whether two texts are the same without case and white space.
fn loose(a: &str, b: &str) -> bool {
    let letters =
        |text: &'_ str| text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
    let a = letters(a);
    !a.is_empty() && a == letters(b)
}

#[cfg(test)]
mod tests {
    use candor_trace::{Event, Question};
    use candor_verify::{Outcome, Verdict};

    use super::*;

    fn reply(model: &str, answer: &str, outcome: Outcome) -> Trace {
        let verdict = Verdict { outcome, extracted: None, why: String::new() };
        Trace {
            model: Some(model.to_owned()),
            question: Question { gold: Some("New York".to_owned()), options: None },
            events: vec![
                Event::Output { text: String::new(), answer: Some(answer.to_owned()), finish: None },
                Event::Verdict { verifier: "equals".to_owned(), verdict },
            ],
            ..Trace::default()
        }
    }

    #[test]
    fn only_a_model_that_is_never_right_is_named_and_with_what_would_help() {
        let mut seen = NeverRight::default();
        for at in 0..30 {
            seen.see(&reply("case", if at < 25 { "new  york" } else { "Rome" }, Outcome::Wrong));
            seen.see(&reply("zero", "Rome", Outcome::Wrong));
            seen.see(&reply("once", "Rome", if at == 29 { Outcome::Correct } else { Outcome::Wrong }));
            if at < 19 {
                seen.see(&reply("few", "Rome", Outcome::Wrong));
            }
        }
        let [case, zero] = seen.say().try_into().unwrap_or_default();
        assert!(case.starts_with("case: none of 30 answers equals the right answer; 25 would if case"), "{case}");
        assert!(zero.starts_with("zero: none of 30 replies is right: an accuracy of exactly 0 %"), "{zero}");
    }
}
