//! Equations of numbers in a text, checked exactly. Precision first: what has a letter, a power, a scale word or mixed units in it is
//! not checked. Not algebra, and not the arithmetic of puzzles that redefine their signs.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use self::token::{Kind, Token, tokens};
use self::value::{Side, side};
use crate::rational::Rational;
use crate::signal::stated::{head, tail};

mod token;
mod value;

/// An equation that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equation {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Whether it holds, exactly or within the rounding that its right side shows.
    pub holds: bool,
    /// The reason, in one line.
    pub why: String,
}

/// "About" is taken at its word up to this share of the value.
const ABOUT: (i128, i128) = (5, 100);

/// What is looked at before and after an equation, in bytes.
const AROUND: usize = 120;

/// Words before an equation under which it is no claim, and other number systems.
static NO_CLAIM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:if|whether|suppose|assume|assuming|imagine|not|isn't|doesn't|would|could|can|want|need|like|instead|plug\w*|becomes|should|wrong|incorrect|mod|modulo|base|binary|hex|octal|clock)\b[^.\n]*$").ok()
});
static NO_CLAIM_AFTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W{0,3}(?:\?|…|\.\.\.|(?:let me|let's|wait|hmm|mod|modulo|remainder|rem|r|in base|with remainder|is (?:wrong|false|not|incorrect))\b)",
    )
    .ok()
});

/// Every checkable equation of a text, in order: `a op b = c`, chained ones pair by pair.
#[must_use]
pub fn arithmetic(text: &str) -> Vec<Equation> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    // Sides of one chain of equations: the tokens between breaks, parted at the signs.
    for run in tokens.split(|token| token.kind == Kind::Break) {
        if !run.iter().any(Token::is_relation) {
            continue;
        }
        let mut sides = Vec::new();
        let mut begun = 0;
        for (at, token) in run.iter().enumerate() {
            if token.is_relation() {
                sides.push((&run[begun..at], Some(token)));
                begun = at + 1;
            }
        }
        sides.push((&run[begun..], None));
        let last = sides.len() - 1;
        let read: Vec<Option<Side>> = sides
            .iter()
            .enumerate()
            .map(|(index, (tokens, _))| side(text, tokens, index == 0, index == last))
            .collect();
        for index in 0..last {
            let (Some(left), Some(right), Some(sign)) = (&read[index], &read[index + 1], sides[index].1) else {
                continue;
            };
            if (left.operated || right.operated) && claimed(text, left, right) {
                let chained = index + 1 < last;
                found.extend(check(text, left, sign, right, chained));
            }
        }
    }
    found
}

/// Not under a condition, not asked, not denied.
fn claimed(text: &str, left: &Side, right: &Side) -> bool {
    let no = |pattern: &LazyLock<Option<Regex>>, text: &str| pattern.as_ref().is_none_or(|no| no.is_match(text));
    !no(&NO_CLAIM, tail(&text[..left.start], AROUND)) && !no(&NO_CLAIM_AFTER, head(&text[right.end..], AROUND))
}

fn check(text: &str, left: &Side, sign: &Token, right: &Side, chained: bool) -> Option<Equation> {
    if !left.units_fit(right) {
        return None;
    }
    let mut holds = false;
    for one in &left.values {
        for two in &right.values {
            holds |= one == two || rounded(*one, *two, right) || rounded(*two, *one, left);
            holds |= sign.kind == Kind::About && about(*one, *two);
        }
    }
    // "5 × 12 = 60 + 3 = 63" goes on from 60; the sign is misused, the arithmetic holds.
    holds |= chained && right.operated && right.first.is_some_and(|first| left.values.contains(&first));
    // "792 * 2,600 = 792 * 2,000 …": two computations that differ are more often a step than a claim.
    if !holds && left.operated && right.operated {
        return None;
    }
    let why = match (holds, left.values.first()) {
        (true, _) => "holds".to_owned(),
        (false, Some(value)) => {
            let wrong = text[right.start..right.end].trim();
            format!("`{}` is {value}, not {wrong}", text[left.start..left.end].trim())
        }
        (false, None) => return None,
    };
    Some(Equation { start: left.start, end: right.end, holds, why })
}

/// Whether `stated`, a single number with decimals, is `exact` rounded or cut off at its last digit.
fn rounded(exact: Rational, stated: Rational, side: &Side) -> bool {
    let go = || {
        let places = side.places.filter(|places| *places > 0 && !side.operated)?;
        let digit = Rational::new(1, 10_i128.checked_pow(places)?)?;
        let off = exact.minus(stated)?.absolute();
        let near = off.times(Rational::whole(2))?.at_most(digit)?;
        let cut = stated.absolute().at_most(exact.absolute())? && off.at_most(digit)?;
        Some(near || cut)
    };
    go().unwrap_or(false)
}

/// Whether two numbers are about the same.
fn about(one: Rational, two: Rational) -> bool {
    let go = || {
        let share = Rational::new(ABOUT.0, ABOUT.1)?;
        let off = one.minus(two)?.absolute();
        let near = off.at_most(one.absolute().times(share)?)?;
        Some(
            near || off.at_most(Rational::new(1, 2)?)?
                && one.absolute().at_most(Rational::whole(20))?
                && two.is_whole(),
        )
    };
    // What is too large to compare is not called wrong.
    go().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(text: &str) -> Vec<bool> {
        arithmetic(text).iter().map(|equation| equation.holds).collect()
    }

    #[test]
    fn equations_that_hold_and_that_do_not() {
        let cases: [(&str, &[bool]); 30] = [
            ("So 3 + 4 = 7.", &[true]),
            ("So 3 + 4 = 8.", &[false]),
            ("17 × 24 = 398, then", &[false]),
            ("17 \\times 24 = 408", &[true]),
            ("1,234 + 1 = 1,235", &[true]),
            ("$12.50 * 2 = $25", &[true]),
            ("10 / 3 = 3.33", &[true]),
            ("10 / 3 = 3.34", &[false]),
            ("10 / 3 ≈ 3.3", &[true]),
            ("1000 / 7 ≈ 143", &[true]),
            ("1000 / 7 ≈ 190", &[false]),
            ("20% of 50 = 10", &[true]),
            ("3/4 = 75%", &[true]),
            ("0.75 * 100 = 75%", &[true]),
            ("5 × 12 = 60 + 3 = 63", &[true, true]),
            ("5 × 12 = 60 + 3 = 64", &[true, false]),
            ("3 apples + 4 apples = 8 apples", &[false]),
            ("x = 3 + 5 = 9", &[false]),
            ("2(3 + 4) = 14", &[true]),
            ("-3 + 5 = 2", &[true]),
            ("12 - 5 - 4 = 3", &[true]),
            ("(8 - 2) / 3 = 2 left", &[true]),
            ("12 = 3 × 5", &[false]),
            ("2 + 2 = **5**", &[false]),
            (r"$7 \cdot 8 = 54$", &[false]),
            (r"so \boxed{6 * 7 = 43}", &[false]),
            ("3 x 4 = 12", &[true]),
            ("So:\n- 4 + 1 = 5\n* 4 + 1 = 6", &[true, false]),
            ("50 km / 2 = 25 km", &[true]),
            ("It has 5 and 4 + 5 = 9", &[true]),
        ];
        for (text, expected) in cases {
            assert_eq!(verdicts(text), expected, "{text}: {:?}", arithmetic(text));
        }
    }

    #[test]
    fn what_is_not_plain_arithmetic_is_left_alone() {
        for text in [
            "2x + 3 = 11",
            "x + 3 = 7",
            "x - 3 = 5",
            "f(3) = 3 + 4x",
            "f(2) + 1 = 9",
            "C(5, 2) = 11",
            "2^3 = 9",
            "3! + 1 = 8",
            "1 + 2 + ... + 10 = 56",
            "1 hour + 30 minutes = 90 minutes",
            "1.5 million / 3 = 500,000",
            "If 2 + 2 = 5, then",
            "Is 3 + 4 = 8?",
            "17 mod 5 = 2",
            "9 + 5 = 2 (mod 12)",
            "7 / 2 = 3 remainder 1",
            "1 km = 1000 m",
            "10:30 + 2 = 12:30",
            "a = 1, 2 = b",
            "3 * n = 12",
            "6 / 2(1 + 2) = 9",
            "3 // 2 = 1",
            "2 ** 3 = 8",
            "n = 5 - k",
            "x_1 + 2 = 4",
            "0.5 km × 2 = 1000 m",
            "3 + 4 ≠ 8",
            "are 1 and q - 1 = 101",
            "7 × 48 = 31, let me compute",
            "7 × 12 = 7 × 10",
            "1/0 = 4",
            "That can't be 3 + 4 = 8",
            "sin 30 + 1 = 2",
            "60 miles/hour × 2 hours = 100 miles",
        ] {
            assert_eq!(verdicts(text), [] as [bool; 0], "{text}: {:?}", arithmetic(text));
        }
    }
}
