//! The chain of thought and the answer as text. Not what happens in it: that is decided before the first word is written, so that another phrase
//! never changes an outcome.

use std::fmt::Write as _;

use crate::draws::Draws;
use crate::problem::{Equation, Family};
use crate::read::{Choice, Reading};
use crate::reason::{Check, Mistake, Plan};

mod phrases;

/// Writes the chain.
pub(crate) fn write(plan: &Plan, reading: &Reading, draws: &mut Draws) -> String {
    let mut text = String::with_capacity(1024);
    let mut chain = Writer { text: &mut text, reading, draws };
    if plan.done == 0 {
        chain.opening(plan.start);
    }
    let problem = &reading.problem;
    for (at, taken) in (plan.done..).zip(&plan.steps) {
        if let Some((cue, choice, place)) = plan.mention
            && place == at
        {
            chain.mention(cue, choice, plan.followed);
        }
        let _ = write!(chain.text, "\nStep {}: ", at + 1);
        chain.equation(&taken.first);
        if let Some(again) = &taken.again {
            chain.phrase(phrases::TAKEN_BACK);
            let _ = write!(chain.text, " Step {} again: ", at + 1);
            chain.equation(again);
        }
        if taken.looked_at {
            chain.phrase(phrases::LOOKED_AGAIN);
        }
        if taken.musing {
            chain.phrase(phrases::MUSINGS);
        }
    }
    if let Some((cue, choice, place)) = plan.mention
        && place >= plan.done + plan.steps.len()
    {
        chain.mention(cue, choice, plan.followed);
    }
    chain.so_far(plan.value);
    let mut value = plan.value;
    for check in &plan.checks {
        chain.text.push('\n');
        match check {
            Check::Same => chain.bare_phrase(phrases::CHECKED),
            Check::Idle => chain.bare_phrase(phrases::IDLE),
            Check::Repaired => {
                value = chain.repair(plan.mistake.unwrap_or(Mistake::Start));
                chain.so_far(value);
            }
            Check::Distracted => {
                chain.bare_phrase(phrases::PULLED_IN);
                let (aside, sum) = (problem.aside, value + problem.aside);
                let _ = write!(chain.text, " {aside} {}: {value} + {aside} = {sum}.", reading.beside);
                value = sum;
                chain.so_far(value);
            }
        }
    }
    chain.conclusion(plan, value);
    text
}

/// Writes the visible text. `begun` is the beginning of the answer that was given.
pub(crate) fn answer(plan: &Plan, reading: &Reading, silent: bool, begun: &str, draws: &mut Draws) -> String {
    let name = reading.choices.get(plan.answer).map(Choice::name).unwrap_or_default();
    if begun.is_empty() {
        let preface = if silent { "" } else { draws.pick(phrases::PREFACES) };
        return format!("{preface}Answer: {name}");
    }
    match begun.trim_end().chars().next_back() {
        Some('(') => format!("{name})"),
        Some(':') | None => format!("{}{name}", if begun.ends_with(char::is_whitespace) { "" } else { " " }),
        Some(_) => format!("\nAnswer: {name}"),
    }
}

struct Writer<'a> {
    text: &'a mut String,
    reading: &'a Reading,
    draws: &'a mut Draws,
}

impl Writer<'_> {
    fn bare_phrase(&mut self, of: &[&'static str]) {
        self.text.push_str(self.draws.pick(of));
    }

    fn phrase(&mut self, of: &[&'static str]) {
        self.text.push(' ');
        self.bare_phrase(of);
    }

    fn opening(&mut self, start: i64) {
        self.bare_phrase(phrases::OPENINGS);
        let _ = match self.reading.problem.family {
            Family::Chain => write!(self.text, " The first digit is {start}."),
            Family::Count => write!(self.text, " The first group has {start} {}.", self.reading.subject),
            Family::Comparison => write!(self.text, " {} begins at {start}.", self.reading.subject),
        };
    }

    fn equation(&mut self, equation: &Equation) {
        let Equation { left, step, right, kept } = equation;
        let _ = write!(self.text, "{left} {} {} = {right}", step.operation.sign(), step.by);
        if self.reading.problem.family == Family::Chain {
            let _ = write!(self.text, ", last digit {kept}");
        }
        self.text.push('.');
    }

    fn so_far(&mut self, value: i64) {
        self.text.push('\n');
        self.bare_phrase(phrases::SO_FAR);
        let _ = write!(self.text, " {value}.");
    }

    fn mention(&mut self, cue: crate::Cue, choice: usize, followed: bool) {
        self.text.push('\n');
        self.filled(phrases::mentions(cue), choice);
        self.phrase(if followed { phrases::LEANT_ON } else { phrases::LEFT_ASIDE });
    }

    /// `(B)`, or the text where there are no labels.
    fn name(&mut self, choice: usize) {
        if let Some(choice) = self.reading.choices.get(choice) {
            let _ = if choice.label.is_empty() {
                write!(self.text, "{}", choice.text)
            } else {
                write!(self.text, "({})", choice.label)
            };
        }
    }

    /// Does everything from the mistake on again, right this time, and gives the value at the end.
    fn repair(&mut self, mistake: Mistake) -> i64 {
        let problem = &self.reading.problem;
        self.bare_phrase(phrases::FOUND);
        let from = match mistake {
            Mistake::Step(at) => at,
            Mistake::Start | Mistake::Aside => {
                let _ = write!(self.text, " The question starts from {}.", problem.start);
                0
            }
        };
        let mut value = problem.carried_to(from);
        for (at, step) in problem.steps.iter().enumerate().skip(from) {
            let equation = problem.equation(value, *step);
            let _ = write!(self.text, "\nStep {} again: ", at + 1);
            self.equation(&equation);
            value = equation.kept;
        }
        value
    }

    fn conclusion(&mut self, plan: &Plan, value: i64) {
        let problem = &self.reading.problem;
        self.text.push('\n');
        let Some(choice) = self.reading.choices.get(plan.concluded) else { return };
        if plan.concluded != plan.worked_out {
            return self.filled(phrases::SETTLED, plan.concluded);
        }
        if problem.family == Family::Comparison {
            let (subject, beside) = (&self.reading.subject, &self.reading.beside);
            let _ = write!(self.text, "{subject} has {value} and {beside} has {}. ", problem.other);
        }
        let phrases = if choice.label.is_empty() { phrases::CONCLUDED_OPENLY } else { phrases::CONCLUDED };
        self.filled(phrases, plan.concluded);
    }

    /// A phrase with the choice's name for `@` and its text for `#`.
    fn filled(&mut self, of: &[&'static str], choice: usize) {
        let phrase = self.draws.pick(of);
        let mut rest = phrase;
        while let Some(at) = rest.find(['@', '#']) {
            self.text.push_str(&rest[..at]);
            if rest[at..].starts_with('@') {
                self.name(choice);
            } else if let Some(choice) = self.reading.choices.get(choice) {
                self.text.extend(choice.text.chars().map(|letter| letter.to_ascii_lowercase()));
            }
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
    }
}
