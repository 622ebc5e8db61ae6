//! The answer's number is the gold's. Not a symbolic comparison: `2x` is not read.

use super::settings;
use crate::number::{Number, numbers, only};
use crate::{About, Answer, Param, Params, Result, Verdict, Verifier};

/// Compares the number of the answer with the gold: |a - g| <= max(absolute, relative |g|).
///
/// The answer's number is the first one after the last mark of an answer ("answer", `\boxed{`, `####`), or else the last number
/// of the text. Where only one of the two bears a percent sign, both readings of it count (50 % is 50 and .5).
#[derive(Debug, Clone, Copy)]
pub struct Numeric {
    /// Tolerance relative to the gold, at least 0.
    pub relative: f64,
    /// Tolerance in the unit of the gold, at least 0.
    pub absolute: f64,
}

/// The verifier with its default parameters.
pub static VERIFIER: Numeric = Numeric { relative: 1e-6, absolute: 1e-9 };

static ABOUT: About = About {
    name: "numeric",
    one_line: "the number after \"answer\", or else the last one, is the gold within a tolerance",
    params: &[
        Param { name: "relative", one_line: "tolerance relative to the gold, at least 0", default: "0.000001" },
        Param { name: "absolute", one_line: "tolerance in the unit of the gold, at least 0", default: "0.000000001" },
    ],
};

/// What announces an answer. Looked for in lower case.
const MARKS: [&str; 3] = ["answer", "\\boxed", "####"];

impl Numeric {
    fn same(self, found: f64, gold: f64) -> bool {
        (found - gold).abs() <= self.absolute.max(self.relative * gold.abs())
    }

    /// Whether the numbers agree, and under which reading.
    fn compare(self, found: &Number, gold: &Number) -> Option<&'static str> {
        if self.same(found.value, gold.value) {
            return Some("the numbers agree");
        }
        let hundredth = match (found.percent, gold.percent) {
            (true, false) => self.same(found.value / 100.0, gold.value),
            (false, true) => self.same(found.value, gold.value / 100.0),
            _ => false,
        };
        hundredth.then_some("the numbers agree when the percentage is read as hundredths")
    }
}

/// The number that the text gives as its answer.
fn stated(text: &str) -> Option<Number> {
    let all = numbers(text);
    let lower = text.to_ascii_lowercase();
    let mark = MARKS.iter().filter_map(|mark| lower.rfind(mark).map(|at| at + mark.len())).max();
    let after = mark.and_then(|mark| all.iter().find(|number| number.start >= mark));
    after.or(all.last()).cloned()
}

impl Verifier for Numeric {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let Some(expected) = only(gold) else {
            return Verdict::error("the gold is not one number");
        };
        let Some(found) = stated(answer.as_str()) else {
            return Verdict::no_answer(if answer.is_empty() {
                "the answer is empty"
            } else {
                "the answer holds no number"
            });
        };
        let text = &answer.as_str()[found.start..found.end];
        match self.compare(&found, &expected) {
            Some(why) => Verdict::of(true, text, why),
            None => Verdict::of(false, text, "the numbers differ"),
        }
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let read = |name, default| {
            settings::read(&ABOUT, params, name, default, "a number of at least 0", |value: &f64| {
                value.is_finite() && *value >= 0.0
            })
        };
        Ok(Box::new(Self { relative: read("relative", self.relative)?, absolute: read("absolute", self.absolute)? }))
    }
}
