//! The prose of a prompt read into a problem: by words that mean a start, a step or a question. Not the options, not the cue.

use super::sentence::{Sentence, number};
use crate::problem::{Family, Operation, Problem, Step};
use crate::problems::is_unusual_name;
use crate::{Arm, Arms};

/// The most steps that are followed.
const MOST_STEPS: usize = 16;

/// A question that was understood.
pub(super) struct Asked {
    pub(super) problem: Problem,
    pub(super) subject: String,
    pub(super) beside: String,
    pub(super) arms: Arms,
}

/// The sentences of the prose in lower case, with their words.
struct Prose<'a> {
    sentences: Vec<(&'a str, Vec<&'a str>)>,
}

/// Reads the prose; `None` where it asks nothing that the process knows.
pub(super) fn read(sentences: &[Sentence<'_>]) -> Option<Asked> {
    let kept: Vec<&Sentence<'_>> = sentences.iter().filter(|sentence| sentence.opens.is_none()).collect();
    let prose = Prose { sentences: kept.iter().map(|sentence| (sentence.lower.as_str(), sentence.words())).collect() };
    let (mut asked, first, last) = prose.chain().or_else(|| prose.comparison()).or_else(|| prose.count())?;
    let steps = &asked.problem.steps;
    if steps.is_empty() || steps.len() > MOST_STEPS || !asked.problem.can_be_taken_back() {
        return None;
    }
    let problem = &asked.problem;
    let largest = steps.iter().map(|step| step.by).chain([problem.aside, problem.other, problem.start]).max();
    if largest >= Some(if problem.family == Family::Comparison { 100 } else { 10 }) {
        asked.arms.insert(Arm::Renumber);
    }
    if problem.reversed {
        asked.arms.insert(Arm::Swap);
    }
    let mut asking = kept.iter().take(last + 1).skip(first);
    if !asking.any(|sentence| sentence.text.chars().any(char::is_lowercase)) {
        asked.arms.insert(Arm::Format);
    }
    let mut within = prose.sentences.iter().take(last + 1).skip(first);
    if within.any(|(_, words)| words.iter().any(|word| is_unusual_name(word))) {
        asked.arms.insert(Arm::Rename);
    }
    let idle = |(sentence, words): &(&str, Vec<&str>)| {
        words.len() >= 3 && !sentence.contains("question") && !sentence.contains("answer")
    };
    let mut middle = prose.sentences.iter().take(last).skip(first);
    let beside = |(_, words): &(&str, Vec<&str>)| !words.iter().any(|word| number(word).is_some());
    if prose.sentences.iter().take(first).any(idle) || middle.any(beside) {
        asked.arms.insert(Arm::Irrelevant);
    }
    Some(asked)
}

/// A question with the places of its first and last sentence.
type Found = Option<(Asked, usize, usize)>;

impl Prose<'_> {
    /// The first question from a sentence on.
    fn question_from(&self, first: usize, is: impl Fn(&str) -> bool) -> Option<usize> {
        (first..self.sentences.len()).find(|at| {
            let sentence = self.sentences[*at].0;
            sentence.ends_with('?') && is(sentence)
        })
    }

    fn chain(&self) -> Found {
        let keeps = |sentence: &str| sentence.contains("last digit") || sentence.contains("units digit");
        let numbered = |words: &[&str]| words.iter().position(|word| number(word).is_some());
        let first = self.sentences.iter().position(|(sentence, words)| keeps(sentence) && numbered(words).is_some())?;
        let last = self.question_from(first, |_| true)?;
        let (_, anchor) = &self.sentences[first];
        let at = numbered(anchor)?;
        let mut steps = Steps::default();
        steps.read(&anchor[at + 1..]);
        for (_, words) in &self.sentences[first + 1..last.max(first + 1)] {
            steps.read(words);
        }
        let mut problem = bare(Family::Chain, number(anchor[at])?.rem_euclid(10));
        problem.steps = steps.taken;
        Some((Asked { problem, subject: String::new(), beside: String::new(), arms: steps.arms }, first, last))
    }

    fn comparison(&self) -> Found {
        let larger = |sentence: &str| {
            ["larger than", "bigger than", "higher than", "greater than"].iter().any(|words| sentence.contains(words))
        };
        let asks = |sentence: &str| larger(sentence) || sentence.contains("more than") || sentence.contains("exceed");
        let stepped = |words: &[&str]| {
            let mut steps = Steps::default();
            steps.read(words);
            !steps.taken.is_empty()
        };
        let first = self.sentences.iter().position(|(_, words)| stepped(words))?;
        let last = self.question_from(first + 1, asks)?;
        let (_, anchor) = &self.sentences[first];
        let at = anchor.iter().position(|word| number(word).is_some())?;
        let mut steps = Steps::default();
        steps.read(&anchor[at + 1..]);
        let numbers = |words: &[&str]| words.iter().filter_map(|word| number(word)).collect::<Vec<_>>();
        let (_, standing) = self.sentences[first + 1..last].iter().find(|(_, words)| numbers(words).len() == 1)?;
        let mut problem = bare(Family::Comparison, number(anchor[at])?);
        problem.steps = steps.taken;
        problem.other = *numbers(standing).first()?;
        let (subject, beside) = (*anchor.first()?, *standing.first()?);
        let place = |name: &str| self.sentences[last].1.iter().position(|word| *word == name);
        problem.reversed = place(beside)? < place(subject)?;
        let mut arms = steps.arms;
        if !larger(self.sentences[last].0) {
            arms.insert(Arm::Paraphrase);
        }
        Some((Asked { problem, subject: capital(subject), beside: capital(beside), arms }, first, last))
    }

    fn count(&self) -> Found {
        let last = self.question_from(0, |sentence| sentence.contains("how many") || sentence.contains("number of"))?;
        let (question, asked) = &self.sentences[last];
        let pair = |one: &str, two: &str| asked.windows(2).position(|pair| pair == [one, two]);
        let things = *asked.get(pair("how", "many").or_else(|| pair("number", "of"))? + 2)?;
        let groups = |words: &[&str]| {
            let (mut counted, mut aside, mut beside) = (Vec::new(), 0, String::new());
            for (at, word) in words.iter().enumerate() {
                let Some(count) = number(word) else { continue };
                let behind = words[at + 1..].iter().take(3).take_while(|word| number(word).is_none());
                if behind.clone().any(|word| *word == things) {
                    counted.push(count);
                } else {
                    aside += count;
                    beside = behind.clone().next().map_or(String::new(), |word| (*word).to_owned());
                }
            }
            (counted, aside, beside)
        };
        let first = (0..last).find(|at| groups(&self.sentences[*at].1).0.len() >= 2)?;
        let (counted, aside, beside) = groups(&self.sentences[first].1);
        let mut problem = bare(Family::Count, *counted.first()?);
        problem.aside = aside;
        problem.steps = counted.iter().skip(1).map(|by| Step { operation: Operation::Add, by: *by }).collect();
        let mut arms = Arms::NONE;
        if !question.contains("how many") {
            arms.insert(Arm::Paraphrase);
        }
        Some((Asked { problem, subject: things.to_owned(), beside, arms }, first, last))
    }
}

fn bare(family: Family, start: i64) -> Problem {
    Problem { family, start, steps: Vec::new(), aside: 0, other: 0, reversed: false }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Steps as they are read: a word for an operation waits for its number.
#[derive(Default)]
struct Steps {
    taken: Vec<Step>,
    arms: Arms,
}

impl Steps {
    fn read(&mut self, words: &[&str]) {
        let mut waiting = None;
        for word in words {
            if let Some(found) = operation(word) {
                waiting = Some(found);
            } else if let Some(by) = number(word)
                && let Some((operation, usual)) = waiting.take()
            {
                self.taken.push(Step { operation, by });
                if !usual {
                    self.arms.insert(Arm::Paraphrase);
                }
            }
        }
    }
}

/// The operation that a word means, and whether it is the usual word for it.
fn operation(word: &str) -> Option<(Operation, bool)> {
    const MEANT: &[(&str, Operation, bool)] = &[
        ("add", Operation::Add, true),
        ("win", Operation::Add, true),
        ("plus", Operation::Add, false),
        ("climb", Operation::Add, false),
        ("rise", Operation::Add, false),
        ("increas", Operation::Add, false),
        ("gain", Operation::Add, false),
        ("receiv", Operation::Add, false),
        ("subtract", Operation::Subtract, true),
        ("lose", Operation::Subtract, true),
        ("minus", Operation::Subtract, false),
        ("sink", Operation::Subtract, false),
        ("fall", Operation::Subtract, false),
        ("decreas", Operation::Subtract, false),
        ("forfeit", Operation::Subtract, false),
        ("multipl", Operation::Multiply, true),
        ("times", Operation::Multiply, false),
        ("scale", Operation::Multiply, false),
    ];
    const ENDINGS: &[&str] = &["", "s", "es", "ed", "e", "d", "ing", "ning", "y", "ies", "ied", "ying"];
    let meant = |stem: &str| word.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending));
    MEANT.iter().find(|(stem, _, _)| meant(stem)).map(|(_, operation, usual)| (*operation, *usual))
}
