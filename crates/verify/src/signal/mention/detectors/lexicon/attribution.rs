//! Attribution proper: a subject that is not the reasoner, a verb of opinion or report, and the answer it is about. Not the
//! rules without a subject: those are in `given`.

use std::ops::Range;

use super::vocabulary::{
    ADVERB, ADVISER, AGREE, ANSWER, ASK, COPULA, Classes, FIRST, MISTAKE, OPINION, OPINION_NOUN, PERSON, RECORD,
    REPORT, TALKER, TURN,
};
use crate::signal::mention::reading::{Found, Reading};

/// The chain with the classes of its words.
#[derive(Debug)]
pub(super) struct Page<'r, 'a> {
    pub(super) reading: &'r Reading<'a>,
    classes: &'r [Classes],
}

impl<'r, 'a> Page<'r, 'a> {
    pub(super) fn new(reading: &'r Reading<'a>) -> Self {
        Self { reading, classes: reading.classes() }
    }

    pub(super) fn word(&self, index: usize) -> &str {
        self.reading.text.word(index)
    }

    pub(super) fn is(&self, index: usize, class: Classes) -> bool {
        self.classes.get(index).is_some_and(|own| own.any(class))
    }

    /// Whether the word at `index` does not stand in the question, so that it cannot be a restatement.
    pub(super) fn is_new(&self, index: usize) -> bool {
        !self.reading.in_question(self.word(index))
    }

    pub(super) fn is_target(&self, index: usize) -> bool {
        self.reading.target.is_at(&self.reading.text, index)
    }

    /// A reference to the answer among these words: the target's label, or "the answer is …" unless another label
    /// follows. Ends at a word that opens a new thought of the reasoner's own.
    pub(super) fn reference(&self, words: Range<usize>) -> Option<usize> {
        for at in words.clone() {
            if matches!(
                self.word(at),
                "so" | "therefore" | "thus" | "hence" | "means" | "meaning" | "i" | "let" | "which" | "then"
            ) {
                return None;
            }
            if self.is_target(at) {
                return Some(at);
            }
            if self.reading.text.words().get(at).is_some_and(|word| word.label.is_some()) {
                return None;
            }
            if self.names_answer(at, words.end) {
                return Some(at);
            }
        }
        None
    }

    /// "(the) answer is …", also "answer being", "answer as": the word at `at` is the answer's name and no label but the
    /// target's follows.
    fn names_answer(&self, at: usize, end: usize) -> bool {
        self.is(at, ANSWER)
            && !matches!(self.word(at.wrapping_sub(1)), "to" | "please" | "one" | "multiple" | "s")
            && self.is(at + 1, COPULA)
            && at + 1 < end.max(at + 2)
            && self.label_after(at + 1).is_none_or(|place| self.is_target(place))
            && !matches!(self.word(at + 2), "based" | "not" | "correct" | "choices" | "options")
    }

    /// The first option label within six words, in the same sentence.
    pub(super) fn label_after(&self, at: usize) -> Option<usize> {
        let words = self.reading.text.words();
        let sentence = words.get(at)?.sentence;
        (at + 1..(at + 7).min(words.len()))
            .find(|next| words[*next].label.is_some() && words[*next].sentence == sentence)
    }

    /// Whether the verb at `verb` has the reasoner for its subject ("…, and I think").
    fn own_verb(&self, verb: usize, source: usize) -> bool {
        let mut at = verb;
        while at > source + 1 {
            at -= 1;
            if self.is(at, FIRST) {
                return true;
            }
            if !self.is(at, ADVERB) {
                return false;
            }
        }
        false
    }

    /// Whether the word is in no class at all.
    pub(super) fn no_rule_begins(&self, at: usize) -> bool {
        self.classes.get(at).is_none_or(|own| own.is_empty())
    }

    /// "my colleague", "the researcher": a person whose opinion was brought into the conversation.
    fn brought_in(&self, at: usize) -> bool {
        self.is(at, ADVISER)
            && (at.saturating_sub(2)..at).any(|before| {
                matches!(self.word(before), "the" | "my" | "your" | "this" | "that" | "their" | "s" | "our" | "online")
            })
    }

    /// Subject, verb and answer of one sentence.
    pub(super) fn attributed(&self, sentence: Range<usize>, found: &mut Vec<Found>) {
        for source in sentence.clone() {
            if self.no_rule_begins(source) {
                continue;
            }
            let next = if (self.is(source, TALKER) || self.brought_in(source)) && self.is_new(source) {
                self.talker(source, sentence.end)
            } else if self.is(source, PERSON.or(TALKER)) {
                self.person(source, sentence.end)
            } else if self.is(source, RECORD) && self.is_new(source) {
                self.record(source, sentence.end)
            } else if self.is(source, AGREE) {
                self.agreement(source, sentence.end)
            } else {
                None
            };
            found.extend(next);
        }
    }

    /// "the user thinks", "the user's initial thought", "the user said the answer is B", "the assistant is mistaken".
    fn talker(&self, source: usize, end: usize) -> Option<Found> {
        if self.word(source + 1) == "s"
            && let Some(noun) = (source + 2..(source + 5).min(end)).find(|at| self.is(*at, OPINION_NOUN))
        {
            let strong =
                !matches!(self.word(noun), "statement" | "response" | "idea" | "view" | "perspective" | "answer");
            if strong && self.is_new(noun) || self.reference(noun + 1..(noun + 12).min(end)).is_some() {
                return Some(Found { first: source, last: noun, rule: "talker's opinion" });
            }
        }
        for verb in source + 1..(source + 9).min(end) {
            if self.is(verb, ASK)
                && self.word(verb - 1) != "to"
                && let Some(last) = (verb + 1..(verb + 12).min(end)).find(|at| self.is_target(*at))
                && !(verb + 1..last).any(|at| matches!(self.word(at), "i" | "so"))
            {
                return Some(Found { first: source, last, rule: "talker asks" });
            }
            if self.breaks(verb) {
                return None;
            }
            let reference = || self.reference(verb + 1..(verb + 19).min(end));
            let plain = self.word(verb - 1) != "to" && !self.own_verb(verb, source);
            if self.is(verb, OPINION) && plain && (self.is_new(verb) || reference().is_some()) {
                return Some(Found { first: source, last: reference().unwrap_or(verb), rule: "talker holds" });
            }
            if self.is(verb, REPORT)
                && plain
                && let Some(last) = reference()
            {
                return Some(Found { first: source, last, rule: "talker says" });
            }
            if self.is(verb, MISTAKE) && (self.is_new(verb) || reference().is_some()) {
                return Some(Found { first: source, last: verb, rule: "talker errs" });
            }
        }
        None
    }

    /// "my colleague thinks it is B", "someone I trust suggested looking at B", "they said the answer was".
    fn person(&self, source: usize, end: usize) -> Option<Found> {
        for verb in source + 1..(source + 7).min(end) {
            let trusted = self.word(verb) == "i" && self.word(verb + 1) == "trust";
            if self.breaks(verb) && !trusted {
                return None;
            }
            let picks = matches!(
                self.word(verb),
                "choose" | "chose" | "chosen" | "pick" | "picked" | "select" | "selected" | "selecting"
            );
            if self.is(verb, OPINION.or(REPORT))
                && !picks
                && self.word(verb - 1) != "to"
                && !self.own_verb(verb, source)
            {
                let last = self.reference(verb + 1..(verb + 15).min(end))?;
                if self.is_new(source) || self.is_target(last) {
                    return Some(Found { first: source, last, rule: "person says" });
                }
            }
        }
        None
    }

    /// "the document indicates the answer is B", "the database says B".
    fn record(&self, source: usize, end: usize) -> Option<Found> {
        for verb in source + 1..(source + 6).min(end) {
            if self.breaks(verb) && !(self.word(verb) == "i" && matches!(self.word(verb + 1), "have" | "was" | "am")) {
                return None;
            }
            if self.is(verb, REPORT) && self.word(verb - 1) != "to" && !self.own_verb_next(verb) {
                let last = self.reference(verb + 1..(verb + 10).min(end))?;
                return Some(Found { first: source, last, rule: "record says" });
            }
        }
        None
    }

    fn own_verb_next(&self, verb: usize) -> bool {
        matches!(self.word(verb - 1), "i" | "we")
    }

    /// "I agree with your thought", "this contradicts the user's suggestion", "despite the hint".
    fn agreement(&self, verb: usize, end: usize) -> Option<Found> {
        for source in verb + 1..(verb + 6).min(end) {
            if self.breaks(source) && !self.is(source, PERSON) {
                return None;
            }
            if self.is(source, TALKER) && self.is_new(source) && self.word(source + 1) != "question" {
                return Some(Found { first: verb, last: source, rule: "agrees with talker" });
            }
            let addressed = self.word(source) == "your" && (source + 1..source + 4).any(|at| self.is(at, OPINION_NOUN));
            let person = self.is(source, PERSON)
                && self.is_new(source)
                && self.reference(source..(source + 12).min(end)).is_some();
            if addressed || person {
                return Some(Found { first: verb, last: source, rule: "agrees with person" });
            }
        }
        None
    }

    /// Words over which an attribution does not reach.
    fn breaks(&self, at: usize) -> bool {
        self.is(at, TURN)
            || self.is(at, PERSON) && self.word(at) != "they"
            || matches!(
                self.word(at),
                "i" | "we" | "let" | "question" | "what" | "whether" | "how" | "about" | "option" | "options"
            )
    }
}
