//! The answer is the gold, word for word. Not a measure of likeness: there is no "nearly".

use super::settings;
use crate::{About, Answer, Param, Params, Result, Verdict, Verifier};

/// Compares texts after white space has been made single, and case where asked.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// Full stops, quotation marks and emphasis around the answer do not count.
    pub ignore_punctuation: bool,
}

/// The verifier with its default parameters.
pub static VERIFIER: Exact = Exact { ignore_case: false, ignore_punctuation: false };

static ABOUT: About = About {
    name: "exact",
    one_line: "the answer is the gold, word for word; white space counts as one space",
    params: &[
        Param { name: "ignore_case", one_line: "upper and lower case are the same: true or false", default: "false" },
        Param {
            name: "ignore_punctuation",
            one_line: "punctuation around the answer does not count: true or false",
            default: "false",
        },
    ],
};

impl Exact {
    fn normal(self, text: &str) -> String {
        let mut normal = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.ignore_case {
            normal = normal.to_lowercase();
        }
        if self.ignore_punctuation {
            let around = |c: char| {
                matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '`' | '*' | '“' | '”' | '‘' | '’')
            };
            normal = normal.trim_matches(around).trim().to_owned();
        }
        normal
    }
}

impl Verifier for Exact {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let (found, expected) = (self.normal(answer.as_str()), self.normal(gold));
        if expected.is_empty() {
            return Verdict::error("the gold is empty");
        }
        if found.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        let same = found == expected;
        Verdict::of(same, found, if same { "the texts are the same" } else { "the texts differ" })
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        Ok(Box::new(Self {
            ignore_case: settings::flag(&ABOUT, params, "ignore_case", self.ignore_case)?,
            ignore_punctuation: settings::flag(&ABOUT, params, "ignore_punctuation", self.ignore_punctuation)?,
        }))
    }
}
