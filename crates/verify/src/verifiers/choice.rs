//! One letter among n options. Where the text names several and none is stated as the answer, there is no answer: nothing is guessed.

use std::sync::LazyLock;

use regex::Regex;

use super::settings;
use crate::{About, Answer, Param, Params, Result, Verdict, Verifier};

/// Reads the option that an answer names.
///
/// In this order: stated ("answer: B", "the answer is (B)", `\boxed{B}`; the last statement counts); the text begins with or is
/// a label ("B", "(B)", "B. seven", "**B**"); the last line is a label; one single label in brackets or bold; one single
/// option's own text.
#[derive(Debug, Clone)]
pub struct Choice {
    /// How many options there are, 2 to 26.
    pub options: usize,
    /// The options' own texts in order, where they are known; else empty.
    pub texts: Vec<String>,
}

/// The verifier with its default parameters.
pub static VERIFIER: Choice = Choice { options: 10, texts: Vec::new() };

static ABOUT: About = About {
    name: "choice",
    one_line: "one letter among n options, as stated, alone, in brackets or by the option's text",
    params: &[
        Param { name: "options", one_line: "how many options there are, 2 to 26", default: "10" },
        Param { name: "texts", one_line: "the options' texts, one a line, in order", default: "" },
    ],
};

/// A label with what may stand around it: `B`, `(B)`, `[ B ]`, `**B**`, `"B"`, `\text{B}`, "option B".
const LABEL: &str = r#"(?:option|choice|letter)?\s*(?:\\text\s*\{)?[(\[{*"'`_$\s]*([A-Z])\b"#;

struct Patterns {
    stated: Regex,
    begins: Regex,
    line: Regex,
    marked: Regex,
    another: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    Some(Patterns {
        stated: Regex::new(&format!(
            r"(?:(?i:answer|choice|option)\W{{0,4}}(?i:(?:is|are|would be|should be|must be|as|=|:)\W{{0,4}}(?:(?:most likely|likely|probably|clearly|definitely|therefore|thus)\W+)?)(?:(?i:the|best|correct|right)\s+)*|\\boxed\s*\{{)(?i:option|choice|letter)?\s*{LABEL}"
        ))
        .ok()?,
        begins: Regex::new(&format!(r"^{LABEL}\s*(?:[)\].:,;\-*_}}$]|$)")).ok()?,
        line: Regex::new(&format!(r"^(?i:final answer\W+|answer\W+)?{LABEL}[)\]*}}\s.,!`'$_]*$")).ok()?,
        marked: Regex::new(r"\(\s?([A-Z])\s?\)|\[\s?([A-Z])\s?\]|\*\*\s?[(\[]?([A-Z])[)\]]?[.):]?\s?\*\*").ok()?,
        another: Regex::new(r"^[)\]*\s]*(?:or|and|/|,|&)\s*[(\[*]*([A-Z])\b").ok()?,
    })
});

enum Reading {
    One(char, &'static str),
    None(String),
}

impl Choice {
    fn is_option(&self, label: char) -> bool {
        label.is_ascii_uppercase() && usize::from(label as u8 - b'A') < self.options
    }

    /// The last match of a pattern whose label is one of the options, and whether another label is joined to it ("B or C").
    fn last(&self, patterns: &Patterns, pattern: &Regex, text: &str) -> Option<Reading> {
        let mut found = None;
        for captures in pattern.captures_iter(text) {
            let Some(group) = captures.iter().skip(1).flatten().next() else { continue };
            let Some(label) = group.as_str().chars().next().filter(|label| self.is_option(*label)) else { continue };
            let joined = patterns
                .another
                .captures(&text[group.end()..])
                .and_then(|captures| captures.get(1))
                .and_then(|other| other.as_str().chars().next())
                .filter(|other| self.is_option(*other) && *other != label);
            found = Some((label, joined));
        }
        found.map(|(label, joined)| match joined {
            Some(other) => Reading::None(format!("ambiguous: {label} and {other} are both given")),
            None => Reading::One(label, "stated as the answer"),
        })
    }

    fn read(&self, text: &str) -> Reading {
        let Some(patterns) = PATTERNS.as_ref() else {
            return Reading::None("the patterns could not be made".to_owned());
        };
        if let Some(stated) = self.last(patterns, &patterns.stated, text) {
            return stated;
        }
        let one = |captures: regex::Captures<'_>| {
            captures.get(1).and_then(|group| group.as_str().chars().next()).filter(|label| self.is_option(*label))
        };
        let last_line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        if let Some(label) = patterns.line.captures(last_line).and_then(one) {
            return Reading::One(label, "the last line is a label");
        }
        if let Some(captures) = patterns.begins.captures(text) {
            let rest = captures.get(0).map_or("", |whole| &text[whole.end()..]);
            // A listing of the options begins with a label too.
            let listed = text.lines().filter(|line| patterns.begins.is_match(line.trim_start())).take(2).count() > 1;
            if let Some(label) = one(captures)
                && !listed
                && patterns.another.captures(&format!(",{rest}")).is_none()
            {
                return Reading::One(label, "the answer begins with a label");
            }
        }
        let mut marked: Vec<char> = patterns
            .marked
            .captures_iter(text)
            .filter_map(|captures| {
                captures.iter().skip(1).flatten().next().and_then(|group| group.as_str().chars().next())
            })
            .filter(|label| self.is_option(*label))
            .collect();
        marked.sort_unstable();
        marked.dedup();
        match marked[..] {
            [label] => return Reading::One(label, "the only marked label"),
            [] => {}
            _ => return Reading::None(format!("ambiguous: {} labels are marked and none is stated", marked.len())),
        }
        self.by_text(text)
    }

    /// The one option whose own text occurs, as whole words. An option inside a longer one that occurs does not count.
    fn by_text(&self, text: &str) -> Reading {
        let normal = normal(text);
        let mut held: Vec<(usize, String)> = Vec::new();
        for (index, option) in self.texts.iter().enumerate() {
            let option = self::normal(option);
            if option.len() > 2 && normal.contains(&option) {
                held.push((index, option));
            }
        }
        let longest = held.iter().filter(|(index, option)| {
            !held.iter().any(|(other, longer)| {
                other != index && longer.len() > option.len() && longer.contains(option.as_str())
            })
        });
        let found: Vec<char> = longest.filter_map(|(index, _)| label(*index)).collect();
        match found[..] {
            [label] => Reading::One(label, "the only option whose text occurs"),
            [] => Reading::None("no option is named".to_owned()),
            _ => Reading::None(format!("ambiguous: the texts of {} options occur", found.len())),
        }
    }

    fn gold(&self, gold: &str) -> Option<char> {
        let trimmed = gold.trim().trim_matches(|c: char| !c.is_alphanumeric());
        let mut letters = trimmed.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            return Some(letter.to_ascii_uppercase()).filter(|label| self.is_option(*label));
        }
        self.texts.iter().position(|text| normal(text) == normal(gold)).and_then(label)
    }
}

fn label(index: usize) -> Option<char> {
    u8::try_from(index).ok().filter(|index| *index < 26).map(|index| char::from(b'A' + index))
}

/// Lower case, single spaces, a space at both ends, without punctuation at the ends of words.
fn normal(text: &str) -> String {
    let mut out = String::from(" ");
    for word in text.split_whitespace() {
        let word =
            word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '*' | '(' | ')'));
        if !word.is_empty() {
            out.push_str(&word.to_lowercase());
            out.push(' ');
        }
    }
    out
}

impl Verifier for Choice {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let Some(expected) = self.gold(gold) else {
            return Verdict::error(format!("the gold names none of the {} options", self.options));
        };
        if answer.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        match self.read(answer.as_str()) {
            Reading::One(label, why) => Verdict::of(label == expected, label, why),
            Reading::None(why) => Verdict::no_answer(why),
        }
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let texts = match params.get("texts") {
            None => self.texts.clone(),
            Some(texts) => texts.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        };
        let default = if params.contains_key("texts") && texts.len() > 1 { texts.len() } else { self.options };
        let options =
            settings::read(&ABOUT, params, "options", default, "a whole number from 2 to 26", |n: &usize| {
                (2..=26).contains(n)
            })?;
        Ok(Box::new(Self { options, texts }))
    }
}
