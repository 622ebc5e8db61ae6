//! An arithmetic expression over given numbers that must have a given value, as in the Game of 24. Exact: rational numbers,
//! never floating point. Not an interpreter: four operations and brackets.

use super::settings;
use crate::rational::Rational;
use crate::{About, Answer, Param, Params, Result, Verdict, Verifier};

mod evaluate;

use evaluate::evaluate;

/// The answer's expression uses each of the gold's numbers exactly once and has the value `target`.
///
/// The gold is the list of the numbers ("4 9 10 13"). The expression is the last line of the answer that holds one, without
/// what stands before a colon and without an equation's other side.
#[derive(Debug, Clone, Copy)]
pub struct Expression {
    /// The value to reach.
    pub target: i64,
}

/// The verifier with its default parameters.
pub static VERIFIER: Expression = Expression { target: 24 };

static ABOUT: About = About {
    name: "expression",
    one_line: "an arithmetic expression that uses each given number once and has the target's value",
    params: &[Param { name: "target", one_line: "the value to reach, a whole number", default: "24" }],
};

/// Longer lines are no expression.
const LONGEST: usize = 400;
/// More given numbers than this are no puzzle.
const MOST_NUMBERS: usize = 64;

/// The last line with an expression in it: operators and digits, perhaps after a colon, perhaps with "= 24".
fn expression(text: &str) -> Option<String> {
    text.lines().rev().find_map(|line| {
        let line = line.rsplit(':').next().unwrap_or(line).trim().trim_matches(['*', '`', '$', '.', ' ']);
        if line.len() > LONGEST {
            return None;
        }
        let plain = plain(line);
        let mut sides = plain.split('=').map(str::trim);
        let side = sides.find(|side| side.contains(['+', '-', '*', '/']))?;
        let fits =
            side.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '*' | '/' | '(' | ')' | ' ' | '.'));
        (fits && side.contains(|c: char| c.is_ascii_digit())).then(|| side.to_owned())
    })
}

/// Typographic and TeX operators as plain ones, square brackets as round.
fn plain(line: &str) -> String {
    line.replace("\\times", "*")
        .replace("\\cdot", "*")
        .replace("\\div", "/")
        .replace(['×', '·', '∗'], "*")
        .replace('÷', "/")
        .replace(['−', '–'], "-")
        .replace(['[', '{'], "(")
        .replace([']', '}'], ")")
        .replace("\\left", "")
        .replace("\\right", "")
}

fn given(gold: &str) -> Option<Vec<i64>> {
    let numbers: Option<Vec<i64>> = gold
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<i64>().ok())
        .collect();
    let mut numbers = numbers.filter(|all| !all.is_empty() && all.len() <= MOST_NUMBERS)?;
    numbers.sort_unstable();
    Some(numbers)
}

impl Verifier for Expression {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let Some(given) = given(gold) else {
            return Verdict::error("the gold is not a list of whole numbers");
        };
        let Some(expression) = expression(answer.as_str()) else {
            return Verdict::no_answer("the answer holds no expression");
        };
        let (value, mut used) = match evaluate(&expression) {
            Ok(done) => done,
            Err(why) => return Verdict::of(false, expression, why),
        };
        used.sort_unstable();
        if used != given {
            return Verdict::of(false, expression, "the numbers used are not the numbers given");
        }
        let reached = value == Rational::whole(self.target);
        let why = if reached {
            format!("the value is {}", self.target)
        } else {
            format!("the value is {value}, not {}", self.target)
        };
        Verdict::of(reached, expression, why)
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let target = settings::read(&ABOUT, params, "target", self.target, "a whole number", |_| true)?;
        Ok(Box::new(Self { target }))
    }
}
