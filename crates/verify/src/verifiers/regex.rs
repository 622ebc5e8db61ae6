//! A pattern decides. Linear in the text: the engine knows no backtracking. Not a place for code.

use regex::{Regex, RegexBuilder};

use super::settings;
use crate::{About, Answer, Error, Param, Params, Result, Verdict, Verifier};

/// Without `extract` the gold is a pattern that must occur in the answer. With it, the first group of `extract` (or its whole
/// match) is taken from the answer, at its last match, and must be the gold word for word.
#[derive(Debug, Clone)]
pub struct ByPattern {
    /// The pattern that takes the answer out of the text.
    pub extract: Option<Regex>,
}

/// The verifier with its default parameters.
pub static VERIFIER: ByPattern = ByPattern { extract: None };

static ABOUT: About = About {
    name: "regex",
    one_line: "the gold is a pattern that occurs in the answer, or a pattern takes out what must be the gold",
    params: &[Param {
        name: "extract",
        one_line: "pattern whose first group, at its last match, is the answer; empty: the gold is the pattern",
        default: "",
    }],
};

/// Compiled patterns may take this much memory, in bytes: counted repetitions can be hostile.
const LARGEST: usize = 1 << 20;

fn compile(pattern: &str) -> std::result::Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(LARGEST).dfa_size_limit(LARGEST).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large when compiled".to_owned(),
        // The engine draws a picture over several lines; its last line says what is wrong.
        other => other.to_string().lines().last().unwrap_or("it cannot be read").trim().to_owned(),
    })
}

impl Verifier for ByPattern {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let text = answer.as_str();
        if let Some(extract) = &self.extract {
            let taken = extract.captures_iter(text).last().and_then(|captures| captures.get(1).or(captures.get(0)));
            return match taken {
                None => Verdict::no_answer("the pattern does not occur in the answer"),
                Some(taken) => {
                    let same = taken.as_str().trim() == gold.trim();
                    Verdict::of(
                        same,
                        taken.as_str().trim(),
                        if same { "what the pattern took is the gold" } else { "what the pattern took differs" },
                    )
                }
            };
        }
        let pattern = match compile(gold) {
            Ok(pattern) => pattern,
            Err(why) => return Verdict::error(format!("the gold is not a usable pattern: {why}")),
        };
        if answer.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        match pattern.find(text) {
            Some(found) => Verdict::of(true, found.as_str(), "the pattern occurs"),
            None => Verdict::of(false, text, "the pattern does not occur"),
        }
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let extract = match params.get("extract").map(String::as_str) {
            None => self.extract.clone(),
            Some("") => None,
            Some(pattern) => Some(compile(pattern).map_err(|why| Error::BadParam {
                verifier: ABOUT.name,
                param: "extract",
                expected: format!("a regular expression ({why})"),
                found: pattern.to_owned(),
            })?),
        };
        Ok(Box::new(Self { extract }))
    }
}
