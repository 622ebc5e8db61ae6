//! The answer is yes or no. Not a reading of sentiment: "certainly" is no answer.

use super::settings;
use crate::{About, Answer, Params, Result, Verdict, Verifier};

/// Reads "yes", "no", "true" or "false": after the last mark of an answer, or as the first word, or as the only polarity in the text.
#[derive(Debug, Clone, Copy)]
pub struct YesNo;

/// The verifier.
pub static VERIFIER: YesNo = YesNo;

static ABOUT: About = About { name: "yes_no", one_line: "yes or no, true or false", params: &[] };

pub(crate) fn polarity(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The polarity of a text, or why there is none.
fn read(text: &str) -> std::result::Result<(bool, &'static str), &'static str> {
    let lower = text.to_ascii_lowercase();
    if let Some(at) = lower.rfind("answer") {
        let next = words(&text[at + "answer".len()..]).take(6).find_map(polarity);
        if let Some(next) = next {
            return Ok((next, "stated after \"answer\""));
        }
    }
    if let Some(first) = words(text).next().and_then(polarity) {
        return Ok((first, "the first word"));
    }
    let (mut yes, mut no) = (false, false);
    for found in words(text).filter_map(polarity) {
        yes |= found;
        no |= !found;
    }
    match (yes, no) {
        (true, true) => Err("the answer says both yes and no"),
        (false, false) => Err("the answer says neither yes nor no"),
        (yes, _) => Ok((yes, "the only such word")),
    }
}

impl Verifier for YesNo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let Some(expected) = polarity(gold.trim()) else {
            return Verdict::error("the gold is neither yes, no, true nor false");
        };
        if answer.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        match read(answer.as_str()) {
            Ok((found, why)) => Verdict::of(found == expected, if found { "yes" } else { "no" }, why),
            Err(why) => Verdict::no_answer(why),
        }
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        Ok(Box::new(*self))
    }
}
