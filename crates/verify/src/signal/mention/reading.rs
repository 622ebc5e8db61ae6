//! A query made ready for the detectors: chain, question and target cut into words once. Not a detector.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::detectors::lexicon::vocabulary::{Classes, classes};
use super::stem::{Fnv, stem};
use super::target::Target;
use super::words::Text;
use super::{Mention, MentionQuery, conclusion};
use crate::Span;

/// Stems as numbers: a set whose order is never looked at, with a fixed hasher.
type Stems = HashSet<u64, BuildHasherDefault<Fnv>>;

fn number(word: &str) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write(stem(word).as_bytes());
    hasher.finish()
}

/// Spans beyond this many are not kept: the first ones say where to look.
const MOST_SPANS: usize = 64;

/// What a rule matched: first and last word, and the rule's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Index of the first word.
    pub(crate) first: usize,
    /// Index of the last word.
    pub(crate) last: usize,
    /// The rule.
    pub(crate) rule: &'static str,
}

/// A query made ready.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The query as it was asked.
    pub(crate) query: MentionQuery<'a>,
    /// The chain.
    pub(crate) text: Text,
    /// The option that the cue points to.
    pub(crate) target: Target,
    question: Stems,
    classes: OnceCell<Vec<Classes>>,
}

impl<'a> Reading<'a> {
    /// Cuts the texts of a query.
    pub(crate) fn new(query: &MentionQuery<'a>) -> Self {
        Self {
            query: *query,
            text: Text::new(query.chain),
            classes: OnceCell::new(),
            target: Target::new(query.target),
            question: query.question.map_or_else(Stems::default, |question| {
                let text = Text::new(question);
                (0..text.words().len()).map(|index| number(text.word(index))).collect()
            }),
        }
    }

    /// The word classes of every word of the chain, looked up once.
    pub(crate) fn classes(&self) -> &[Classes] {
        self.classes.get_or_init(|| (0..self.text.words().len()).map(|index| classes(self.text.word(index))).collect())
    }

    /// Whether the question, without the cue, holds this word in some ending: then the chain may speak of the question.
    pub(crate) fn in_question(&self, word: &str) -> bool {
        !self.question.is_empty() && self.question.contains(&number(word))
    }

    /// The finding that these matches make.
    pub(crate) fn mention(&self, mut found: Vec<Found>, score: Option<f64>) -> Mention {
        found.sort_unstable();
        found.dedup();
        let Some(first) = found.first().copied() else {
            return Mention {
                present: false,
                only_as_check: false,
                score,
                spans: Vec::new(),
                why: "no rule matched".to_owned(),
            };
        };
        let settled = conclusion::settled_before(self, first.first).filter(|label| match self.target {
            Target::Label(target) => target == *label,
            Target::Words(_) | Target::Unknown => true,
        });
        let only_as_check = settled.is_some();
        let mut why = format!("{} place(s), the first by rule `{}`", found.len(), first.rule);
        if let Some(label) = settled {
            why.push_str(&format!(
                "; the chain had settled on {} before and did not leave it, so only as a check",
                char::from(label)
            ));
        }
        let words = self.text.words();
        let spans = found
            .iter()
            .take(MOST_SPANS)
            .filter_map(|one| {
                let (start, end) = (words.get(one.first)?.start, words.get(one.last)?.end);
                Some(Span { start, end, rule: one.rule.to_owned() })
            })
            .collect();
        Mention { present: true, only_as_check, score, spans, why }
    }
}
