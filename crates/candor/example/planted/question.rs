//! The questions: sums that a person can check, four options each, and how the planted process answers them when asked plainly.

use candor_stats::{Seed, seed::Stream};

/// The letters of the options.
pub(crate) const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// A question with the chances of its options.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// From 0.
    pub(crate) number: u64,
    /// The text, options included.
    pub(crate) text: String,
    /// The steps that lead to the right option.
    pub(crate) steps: [String; 2],
    /// What the options say.
    pub(crate) options: [u64; 4],
    /// Which of them is right.
    pub(crate) right: usize,
    /// The chance of each option when the question is asked plainly.
    pub(crate) chances: [f64; 4],
}

impl Question {
    /// The question of that number.
    pub(crate) fn planted(seed: Seed, number: u64) -> Self {
        let mut stream = seed.stream_at("question", number);
        let (story, steps, answer) = sum(&mut stream);
        let right = stream.index(4);
        let mut options = [0; 4];
        let mut wrong = [answer + 10, answer.saturating_sub(9), answer + 3];
        stream.shuffle(&mut wrong);
        let mut wrong = wrong.into_iter();
        for (at, option) in options.iter_mut().enumerate() {
            *option = if at == right { answer } else { wrong.next().unwrap_or(answer + 1) };
        }
        let listed: Vec<String> =
            options.iter().zip(LETTERS).map(|(option, letter)| format!("({letter}) {option}")).collect();
        let chances = chances(&mut stream, right);
        Self { number, text: format!("{story}\n{}", listed.join("\n")), steps, options, right, chances }
    }

    /// The name of the question in the data.
    pub(crate) fn unit(&self) -> String {
        format!("q{:03}", self.number + 1)
    }

    /// An option drawn as the plain process draws it.
    pub(crate) fn draw(&self, stream: &mut Stream) -> usize {
        let mut left = stream.unit();
        for (option, chance) in self.chances.iter().enumerate() {
            if left < *chance {
                return option;
            }
            left -= chance;
        }
        self.right
    }
}

/// Half of the questions are easy, three in ten are right in two tries of three, two in ten have a lure that most tries fall for: more paths
/// help on the second kind, never on the third, and so the curve of the majority flattens.
fn chances(stream: &mut Stream, right: usize) -> [f64; 4] {
    let kind = stream.unit();
    let (sure, rest) = match kind {
        kind if kind < 0.5 => (0.85, [0.05, 0.05, 0.05]),
        kind if kind < 0.8 => (0.68, [0.12, 0.10, 0.10]),
        _ => (0.14, [0.66, 0.10, 0.10]),
    };
    let mut rest = rest;
    stream.shuffle(&mut rest);
    let mut rest = rest.into_iter();
    let mut chances = [0.0; 4];
    for (option, chance) in chances.iter_mut().enumerate() {
        *chance = if option == right { sure } else { rest.next().unwrap_or(0.0) };
    }
    chances
}

/// A story with its two steps and its answer.
fn sum(stream: &mut Stream) -> (String, [String; 2], u64) {
    let a = 6 + stream.below(34);
    let b = 4 + stream.below(15);
    let c = 2 + stream.below(a * b / 2);
    let product = a * b;
    match stream.index(5) {
        0 => (
            format!("A crate holds {a} boxes with {b} pens each. {c} pens are taken out. How many pens are left?"),
            [format!("{a} boxes of {b} pens are {product} pens"), format!("without {c} of them {} stay", product - c)],
            product - c,
        ),
        1 => (
            format!("A hall has {a} rows of {b} seats, and {c} folding seats are added. How many seats are there?"),
            [format!("{a} rows of {b} make {product} seats"), format!("{c} more make {}", product + c)],
            product + c,
        ),
        2 => (
            format!(
                "A printer makes {b} pages a minute. It runs for {a} minutes and {c} pages are spoilt. How many are good?"
            ),
            [
                format!("{a} minutes at {b} pages give {product} pages"),
                format!("less {c} spoilt ones that is {}", product - c),
            ],
            product - c,
        ),
        3 => (
            format!("{a} hikers carry {b} litres of water each and drink {c} litres together. How many litres remain?"),
            [
                format!("together they start with {a} times {b}, {product} litres"),
                format!("after {c} litres {} remain", product - c),
            ],
            product - c,
        ),
        _ => (
            format!(
                "A bakery sells {a} trays of {b} rolls in the morning and {c} rolls later. How many rolls are sold?"
            ),
            [format!("{a} trays of {b} rolls are {product} rolls"), format!("with {c} later ones {}", product + c)],
            product + c,
        ),
    }
}
