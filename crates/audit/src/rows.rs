//! Traces folded into rows, and rows gathered by question. No statistics here.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use candor_trace::Trace;
use candor_verify::Outcome;

use crate::names::{Fixed, Names, Spot, Spots};
use crate::spent::Spent;

/// What is kept of one trace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) answer: u64,
    pub(crate) score: f64,
    pub(crate) cost: i64,
    pub(crate) spot: Spot,
    pub(crate) unit: u32,
    pub(crate) tokens: u32,
    pub(crate) sample: u32,
    pub(crate) verdict: Decided,
    pub(crate) answered: bool,
    pub(crate) costed: bool,
    /// Whether the model ran into its token limit.
    pub(crate) truncated: bool,
}

const _: () = assert!(size_of::<Kept>() <= 56, "an audit may add eight bytes of its own to 64");

/// What a verifier decided, as far as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    Correct,
    Wrong,
    NoAnswer,
    Undecided,
}

/// One model at one effort in one arm: a table of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Subject {
    pub(crate) model: u32,
    pub(crate) effort: u32,
    pub(crate) arm: u32,
    /// The kind of a planted cue: samples under different cues are not draws of one thing.
    pub(crate) cue: u32,
}

/// Everything that was seen: a [`Kept`] of each trace, or what an audit makes of one.
#[derive(Debug)]
pub(crate) struct Rows<K = Kept> {
    pub(crate) words: Names,
    pub(crate) units: Names,
    pub(crate) spots: Spots,
    pub(crate) subjects: Vec<(Subject, Vec<K>)>,
    numbers: HashMap<Subject, usize, Fixed>,
    pub(crate) planted: bool,
    pub(crate) score_names: Names,
    /// Who decided, per subject, in the order in which they came.
    pub(crate) verifiers: Vec<Vec<String>>,
    /// What its calls spent, per subject.
    pub(crate) spent: Vec<Spent>,
}

impl<K> Default for Rows<K> {
    fn default() -> Self {
        Self {
            words: Names::default(),
            units: Names::default(),
            spots: Spots::default(),
            subjects: Vec::new(),
            numbers: HashMap::default(),
            planted: false,
            score_names: Names::default(),
            verifiers: Vec::new(),
            spent: Vec::new(),
        }
    }
}

impl Rows {
    /// Takes in one trace; `score` is the name of the wanted score.
    pub(crate) fn see(&mut self, trace: &Trace, score: Option<&str>) {
        self.fold(trace, score, |kept| kept);
    }
}

impl<K> Rows<K> {
    /// Takes in one trace, of which the audit keeps what it makes of the usual row.
    pub(crate) fn fold(&mut self, trace: &Trace, score: Option<&str>, keep: impl FnOnce(Kept) -> K) {
        let effort = trace.effort.as_ref().map(ToString::to_string).unwrap_or_default();
        let subject = Subject {
            model: self.words.number(trace.model.as_deref().unwrap_or("")),
            effort: self.words.number(&effort),
            arm: self.words.number(trace.trial.arm.as_deref().unwrap_or("")),
            cue: self.words.number(trace.cue.as_ref().map_or("", |cue| cue.kind.as_str())),
        };
        self.planted |= trace.planted;
        for event in &trace.events {
            if let candor_trace::Event::Score { name, .. } = event {
                self.score_names.number(name);
            }
        }
        let answer = trace.answer().map(normalised_digest);
        let kept = Kept {
            answer: answer.unwrap_or(0),
            answered: answer.is_some(),
            score: trace.score(score).filter(|score| score.is_finite()).unwrap_or(f64::NAN),
            cost: trace.cost.map_or(0, |cost| cost.0),
            costed: trace.cost.is_some(),
            tokens: trace.usage.output.and_then(|tokens| u32::try_from(tokens).ok()).unwrap_or(u32::MAX),
            spot: self.spots.note(&trace.origin),
            // The same identifier in another stratum is another question.
            unit: match &trace.stratum {
                Some(stratum) => self.units.number(&format!("{stratum}\u{1f}{}", trace.trial.unit)),
                None => self.units.number(&trace.trial.unit),
            },
            sample: trace.trial.sample,
            verdict: decided(trace),
            truncated: trace.is_truncated(),
        };
        let at = match self.numbers.get(&subject) {
            Some(at) => *at,
            None => {
                let at = self.subjects.len();
                self.numbers.insert(subject.clone(), at);
                self.subjects.push((subject, Vec::new()));
                self.verifiers.push(Vec::new());
                self.spent.push(Spent::default());
                at
            }
        };
        if let Some(known) = self.verifiers.get_mut(at) {
            for event in &trace.events {
                if let candor_trace::Event::Verdict { verifier, .. } = event
                    && !known.contains(verifier)
                    && known.len() < 16
                {
                    known.push(verifier.clone());
                }
            }
        }
        if let Some(spent) = self.spent.get_mut(at) {
            spent.add(trace);
        }
        if let Some((_, rows)) = self.subjects.get_mut(at) {
            rows.push(keep(kept));
        }
    }
}

/// The verdict; a reply that was cut off is no answer, not a wrong one.
pub(crate) fn decided(trace: &Trace) -> Decided {
    match trace.verdict().map(|verdict| verdict.outcome) {
        Some(Outcome::Correct) => Decided::Correct,
        Some(Outcome::NoAnswer) => Decided::NoAnswer,
        Some(Outcome::Wrong) if trace.is_truncated() && trace.answer().is_none() => Decided::NoAnswer,
        Some(Outcome::Wrong) => Decided::Wrong,
        Some(Outcome::Error) | None => Decided::Undecided,
    }
}

/// A digest of an answer in which only white space at its ends is forgiven: two answers are one vote when they are the same text.
/// What makes different texts the same answer is the verifier's business, which records what it extracted.
pub(crate) fn normalised_digest(answer: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    answer.trim().hash(&mut hasher);
    hasher.finish()
}

/// The samples of one question.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) unit: u32,
    pub(crate) samples: Vec<Kept>,
}

/// Rows by question, questions in the order in which they first came.
pub(crate) fn by_question(rows: &[Kept]) -> Vec<Question> {
    let mut at: HashMap<u32, usize, Fixed> = HashMap::default();
    let mut questions: Vec<Question> = Vec::new();
    for row in rows {
        let place = *at.entry(row.unit).or_insert_with(|| {
            questions.push(Question { unit: row.unit, samples: Vec::new() });
            questions.len() - 1
        });
        if let Some(question) = questions.get_mut(place) {
            question.samples.push(*row);
        }
    }
    questions
}
