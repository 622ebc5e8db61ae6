//! Distraction: a short count among numbers that have nothing to do with it. The first distractor is a number that looks as if it had to be
//! added; where that leads is the runner-up.

use candor_stats::seed::Stream;

use super::tally::Tally;
use super::{Drawn, Family, Knobs, between, numbers, pick};

/// The family.
#[derive(Debug)]
pub(super) struct Distraction;

const THINGS: &[&str] =
    &["cups", "stools", "lamps", "baskets", "kettles", "umbrellas", "cushions", "vases", "crates", "bells"];
const OTHERS: &[&str] = &["ladders", "mirrors", "carpets", "candles", "brooms", "pans", "jackets", "clocks"];
const PLACES: &[&str] =
    &["in the hall", "in the barn", "in the cellar", "on the terrace", "in the workshop", "in the shop window"];
const PEOPLE: &[&str] = &["Amira", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ilse", "Jorge"];

/// Kinds of distractors after the first one.
const KINDS: usize = 7;

impl Family for Distraction {
    fn name(&self) -> &'static str {
        "distraction"
    }

    fn planted(&self) -> &'static str {
        "numbers that have nothing to do with a short count; the first looks as if it had to be added"
    }

    fn draw(&self, knobs: Knobs, problem: &mut Stream, noise: &mut Stream) -> Drawn {
        let (things, place) = (pick(problem, THINGS), pick(problem, PLACES));
        let tally = Tally::draw(problem, knobs.difficulty);
        let other = pick(problem, OTHERS);
        let extra = between(problem, 3, 17);
        let mut sentences = tally.told(things, place, problem);
        let asked = Tally::asked(things, place, problem);
        let right = tally.total();
        let (options, right, runner_up) = numbers(right, right + extra, &tally.slips());

        let beside = pick(
            noise,
            &["In the next room there are {} {@}.", "Behind a door stand {} {@}.", "Next door {} {@} are kept."],
        );
        let first = beside.replace("{}", &extra.to_string()).replace("{@}", other);
        let order = noise.order(KINDS);
        let more: Vec<String> = order.into_iter().map(|kind| sentence(kind, things, noise)).collect();
        for told in std::iter::once(first).chain(more).take(knobs.distractors as usize) {
            // Anywhere after the first sentence, never after the question.
            let at = 1 + noise.index(sentences.len());
            sentences.insert(at, told);
        }
        sentences.push(asked);
        Drawn { question: sentences.join(" "), options, right, runner_up, side: None }
    }
}

/// A sentence with a number that counts nothing that is asked for.
fn sentence(kind: usize, things: &str, noise: &mut Stream) -> String {
    let person = pick(noise, PEOPLE);
    let mut number = |low, high| between(noise, low, high);
    match kind {
        0 => format!("It is {} degrees warm.", number(14, 33)),
        1 => format!("{person}, who owns the house, is {} years old.", number(31, 88)),
        2 => format!("Each of the {things} has cost {} cents.", number(20, 95)),
        3 => format!("With a probability of {} per cent it rains tomorrow.", number(5, 95)),
        4 => format!("The house has the number {} in its street.", number(2, 140)),
        5 => format!(
            "{person} has read somewhere that x squared plus {} x is never less than zero for positive x.",
            number(2, 12)
        ),
        _ => format!("The train that {person} came by was {} minutes late.", number(3, 55)),
    }
}
