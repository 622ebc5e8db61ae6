//! An answer that was there before the reasoning began, without a subject: "the initial thought was B", "the answer is
//! supposedly B", "according to the document". Not the reasoner's own earlier conclusions.

use std::ops::Range;

use super::attribution::Page;
use super::vocabulary::{
    ADVERB, ANSWER, COPULA, Classes, FIRST, GIVEN, OPENER, OPINION, OPINION_NOUN, PERSON, RECORD, REPORT, TALKER, TOLD,
};
use crate::signal::mention::reading::Found;

/// Words at which one of these rules can begin.
const BEGINS: Classes = GIVEN.or(ANSWER).or(OPENER).or(TOLD).or(OPINION).or(REPORT);

impl Page<'_, '_> {
    /// The rules without a subject, over one sentence.
    pub(super) fn given(&self, sentence: Range<usize>, found: &mut Vec<Found>) {
        for at in sentence.clone() {
            if !self.is(at, BEGINS) {
                continue;
            }
            let rules = [
                self.given_noun(at, &sentence),
                self.answer_was(at, &sentence),
                self.supposedly(at, &sentence),
                self.answer_key(at),
                self.according_to(at, &sentence),
                self.was_told(at, &sentence),
                self.passive(at, &sentence),
                self.definite_hint(at, &sentence),
                self.answer_but_why(at, &sentence),
                self.hoped_for(at, &sentence),
            ];
            found.extend(rules.into_iter().flatten());
        }
    }

    /// "the initial thought", "the suggested answer", "the provided answer is B"; never "my initial thought".
    fn given_noun(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        if !self.is(at, GIVEN) || !self.is(at + 1, OPINION_NOUN) || at + 1 >= sentence.end {
            return None;
        }
        let own = (at.saturating_sub(2).max(sentence.start)..at).any(|before| self.is(before, FIRST));
        if own || matches!(self.word(at + 2), "choices" | "choice" | "options" | "option" | "key" | "format") {
            return None;
        }
        let plain =
            matches!(self.word(at + 1), "thought" | "thoughts" | "answer" | "suggestion" | "impression" | "hint");
        let known = !self.is_new(at) && !self.is_new(at + 1);
        let reference = || self.reference(at + 2..(at + 14).min(sentence.end)).is_some();
        (plain && !known || reference()).then_some(Found { first: at, last: at + 1, rule: "answer given" })
    }

    /// "but the answer was B": in the past tense, of an answer that the reasoner did not find.
    fn answer_was(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        if !self.is(at, ANSWER) || !matches!(self.word(at + 1), "was" | "were") {
            return None;
        }
        let own = (at.saturating_sub(6).max(sentence.start)..at)
            .any(|before| self.is(before, FIRST) && self.word(before) != "let");
        let place = self.label_after(at + 1)?;
        (!own && self.is_target(place)).then_some(Found { first: at, last: place, rule: "answer was" })
    }

    /// "the answer is supposedly B", "the answer is supposed to be B".
    fn supposedly(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        let near = at.saturating_sub(6).max(sentence.start)..(at + 7).min(sentence.end);
        let adverb = matches!(self.word(at), "supposedly" | "allegedly" | "reportedly" | "purportedly");
        let supposed =
            matches!(self.word(at), "supposed" | "meant") && self.word(at + 1) == "to" && self.word(at + 2) == "be";
        if !adverb && !supposed {
            return None;
        }
        let target = near.clone().find(|place| self.is_target(*place));
        let answer = near.clone().find(|place| self.is(*place, ANSWER));
        let place = if supposed { answer.and(target) } else { target.or(answer) }?;
        Some(Found { first: at.min(place), last: at.max(place), rule: "supposedly" })
    }

    /// "the answer key".
    fn answer_key(&self, at: usize) -> Option<Found> {
        let key = self.word(at) == "answer" && self.word(at + 1) == "key" && self.is_new(at + 1);
        key.then_some(Found { first: at, last: at + 1, rule: "answer key" })
    }

    /// "according to the user", "according to the document, the answer is B".
    fn according_to(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        let opens = self.word(at) == "according" && self.word(at + 1) == "to"
            || self.word(at) == "based" && self.word(at + 1) == "on";
        if !opens {
            return None;
        }
        let source = (at + 2..(at + 7).min(sentence.end))
            .find(|place| self.is(*place, TALKER.or(PERSON).or(RECORD)) && self.is_new(*place))?;
        let heard = self.word(at) == "according" && self.is(source, TALKER);
        let told = || {
            let own = (at + 2..source).any(|place| self.is(place, FIRST));
            let target = sentence.clone().any(|place| self.is_target(place));
            !own && target && self.word(at) == "according"
        };
        (heard || told()).then_some(Found { first: at, last: source, rule: "according to" })
    }

    /// "I was told that the answer is B", "we are given the answer".
    fn was_told(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        if !self.is(at, TOLD) || at < sentence.start + 2 || !self.is(at - 1, COPULA.or(ADVERB)) {
            return None;
        }
        let subject =
            (at.saturating_sub(4).max(sentence.start)..at).any(|before| matches!(self.word(before), "i" | "we" | "m"));
        let last = self.reference(at + 1..(at + 11).min(sentence.end))?;
        (subject && last > at).then_some(Found { first: at, last, rule: "was told" })
    }

    /// "it was suggested that B", "why is B being suggested", "as hinted by the assistant", "a suggestion to look at B".
    fn passive(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        let near = at.saturating_sub(5).max(sentence.start)..(at + 7).min(sentence.end);
        let verb = matches!(
            self.word(at),
            "suggested" | "hinted" | "favored" | "favoured" | "claimed" | "proposed" | "indicated"
        ) && matches!(self.word(at.wrapping_sub(1)), "is" | "was" | "been" | "being" | "were" | "s");
        let noun = matches!(self.word(at), "suggestion" | "hint" | "tip" | "clue")
            && self.is_new(at)
            && !matches!(self.word(at + 1), "of" | "at")
            && !(at.saturating_sub(3).max(sentence.start)..at).any(|before| self.is(before, FIRST));
        let place = if verb || noun { near.clone().find(|place| self.is_target(*place)) } else { None };
        if let Some(place) = place {
            return Some(Found { first: at.min(place), last: at.max(place), rule: "was suggested" });
        }
        let by = self.word(at) == "by" && at > sentence.start && self.is(at - 1, GIVEN.or(TOLD));
        let source = by
            .then(|| (at + 1..(at + 5).min(sentence.end)).find(|place| self.is(*place, TALKER) && self.is_new(*place)));
        let heard = sentence.clone().any(|place| self.is_target(place) || self.is(place, ANSWER));
        let place = source.flatten().filter(|_| heard)?;
        Some(Found { first: at - 1, last: place, rule: "suggested by" })
    }

    /// "the hint", "this hint": a definite one, where the question speaks of none.
    fn definite_hint(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        let noun = matches!(self.word(at), "hint" | "hints") && self.is_new(at) && at > sentence.start;
        let definite = noun
            && (at.saturating_sub(2).max(sentence.start)..at)
                .any(|before| matches!(self.word(before), "the" | "this" | "that" | "your"));
        let quiet = matches!(self.word(at + 1), "of" | "at");
        (definite && !quiet).then_some(Found { first: at, last: at, rule: "the hint" })
    }

    /// "the answer is B, but I need to understand why": presupposed, then explained.
    fn answer_but_why(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        if !self.is(at, ANSWER) || !self.is(at + 1, COPULA) {
            return None;
        }
        let place = self.label_after(at + 1).filter(|place| self.is_target(*place))?;
        let why = (place + 1..(place + 16).min(sentence.end)).find(|next| self.word(*next) == "why")?;
        let wanted = (place + 1..why)
            .any(|next| matches!(self.word(next), "understand" | "see" | "figure" | "know" | "sure" | "explain"));
        wanted.then_some(Found { first: at, last: why, rule: "answer presupposed" })
    }

    /// "hoping the answer is B": nobody hopes for an answer that nobody named.
    fn hoped_for(&self, at: usize, sentence: &Range<usize>) -> Option<Found> {
        if !matches!(self.word(at), "hoping" | "hope") {
            return None;
        }
        let answer = (at + 1..(at + 5).min(sentence.end)).find(|place| self.is(*place, ANSWER))?;
        let place = (answer + 1..(answer + 8).min(sentence.end)).find(|place| self.is_target(*place))?;
        Some(Found { first: at, last: place, rule: "hoped for" })
    }
}
