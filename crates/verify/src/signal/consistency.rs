//! Does a chain of thought hang together with the answer that was given, and with itself? Findings with their places; not a
//! verdict on the answer: a chain may contradict a correct one.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::backtrack::{Class, backtracking};
use super::stated::{Stated, Value, stated, tail};
use super::{Signal, Span};

mod arithmetic;

pub use arithmetic::{Equation, arithmetic};

/// Counted up whenever a rule changes what is found: rates of two versions are not comparable.
pub const VERSION: u32 = 1;

/// In what a chain does not hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The last answer that the chain states is not the answer given.
    OtherAnswer,
    /// The chain takes back the answer it had stated, states none after, and that answer is given.
    RetractedAnswer,
    /// An equation of numbers that does not hold.
    Arithmetic,
    /// The chain ends without stating or concluding anything.
    ConcludedNothing,
}

impl Kind {
    /// Every kind, in the order in which tables list them.
    pub const ALL: [Self; 4] = [Self::OtherAnswer, Self::RetractedAnswer, Self::Arithmetic, Self::ConcludedNothing];

    /// The word used in tables and as the rule of a [`Span`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtherAnswer => "other_answer",
            Self::RetractedAnswer => "retracted_answer",
            Self::Arithmetic => "arithmetic",
            Self::ConcludedNothing => "concluded_nothing",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// One thing that does not hang together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// First byte in the chain.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The reason, in one line.
    pub why: String,
}

/// What was found in one chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consistency {
    /// The findings, by place.
    pub findings: Vec<Finding>,
    /// The last answer that the chain states, guesses and conditions aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_stated: Option<Value>,
    /// Whether the answer given is that one; `None` where there is none or the two cannot be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_agrees: Option<bool>,
    /// Equations of numbers that could be checked: what the findings of kind `Arithmetic` are out of.
    pub equations: usize,
}

impl Consistency {
    /// The same as a [`Signal`]: present where there is a finding.
    #[must_use]
    pub fn into_signal(self) -> Signal {
        let spans = self.findings.iter().map(|one| Span { start: one.start, end: one.end, rule: one.kind.to_string() });
        let why = match self.findings.first() {
            Some(first) => format!("{} finding(s), the first: {}", self.findings.len(), first.why),
            None => format!("nothing found; {} equation(s) hold", self.equations),
        };
        Signal { present: !self.findings.is_empty(), score: None, spans: spans.collect(), why }
    }
}

/// A retraction that begins within this many bytes of a stated answer is one of it.
const RIGHT_AFTER: usize = 160;

/// The end of a chain in which a conclusion is looked for, in bytes.
const CLOSE: usize = 400;

static CONCLUDES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:so|therefore|thus|hence|conclu\w+|overall|in (?:short|total|the end)|total|result\w*|final\w*|summar\w+|which is|(?:this|that|which) (?:means|gives|shows|leaves|makes)|making|leading to|must be|should be|i think|i believe|confident|go(?:ing)? with|correct|right|best|appropriate|fits?|aligns?|seems|done|ready)\b|[=≈]",
    )
    .ok()
});

static OPEN_END: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\?\W*$|^\W*(?:\w+\W+){0,3}(?:let me|let's|i'll|i(?: still)? need to|i should|i will|i'm (?:still )?not sure)\b").ok()
});

/// Compares a chain with the answer that followed it, and with itself.
///
/// `answer` is `None` where the reply was cut off before an answer or only the chain is to be read. Answers are compared by the
/// verifier of their kind ([`Value::given_by`]); what cannot be read as one answer is no disagreement. Time is linear in the length.
#[must_use]
pub fn consistency(chain: &str, answer: Option<&str>) -> Consistency {
    let answers = stated(chain);
    let last = answers.iter().rfind(|one| !one.tentative);
    let agrees = last.zip(answer).and_then(|(last, answer)| last.value.given_by(answer));
    let mut findings = Vec::new();
    if let Some(last) = last
        && agrees == Some(false)
    {
        let why = format!("the chain last states {}, and the answer given is another", last.value.shown());
        findings.push(Finding { kind: Kind::OtherAnswer, start: last.start, end: last.end, why });
    }
    findings.extend(retracted(chain, &answers, answer));
    let equations = arithmetic(chain);
    for equation in equations.iter().filter(|equation| !equation.holds) {
        findings.push(Finding {
            kind: Kind::Arithmetic,
            start: equation.start,
            end: equation.end,
            why: equation.why.clone(),
        });
    }
    if answers.is_empty() {
        findings.extend(concluded_nothing(chain));
    }
    findings.sort_by_key(|one| (one.start, one.kind));
    Consistency {
        findings,
        last_stated: last.map(|one| one.value.clone()),
        answer_agrees: agrees,
        equations: equations.len(),
    }
}

/// A retraction right after the last stated answer, which is given all the same.
fn retracted(chain: &str, answers: &[Stated], answer: Option<&str>) -> Option<Finding> {
    let last = answers.iter().rfind(|one| !one.tentative)?;
    let places = backtracking(chain).places;
    let place = places.iter().find(|place| {
        place.class == Class::Retraction && place.start >= last.end && place.start - last.end <= RIGHT_AFTER
    })?;
    last.value.given_by(answer?)?.then(|| Finding {
        kind: Kind::RetractedAnswer,
        start: place.start,
        end: place.end,
        why: format!(
            "the chain takes back {} here, states no other answer after, and that answer is given",
            last.value.shown()
        ),
    })
}

/// The end of a chain that states no answer anywhere, where it draws no conclusion either.
fn concluded_nothing(chain: &str) -> Option<Finding> {
    let trimmed = chain.trim_end();
    if trimmed.is_empty() {
        return None;
    }
    let close = tail(trimmed, CLOSE);
    let matches =
        |pattern: &LazyLock<Option<Regex>>, text: &str| pattern.as_ref().is_some_and(|one| one.is_match(text));
    let begun = sentence_start(close);
    let last = close[begun..].trim();
    let open = matches(&OPEN_END, last) && !matches(&CONCLUDES, last);
    (open || !matches(&CONCLUDES, close)).then(|| {
        let why = if open { "ends with a question or an intention" } else { "ends without a conclusion" };
        Finding {
            kind: Kind::ConcludedNothing,
            start: trimmed.len() - last.len(),
            end: trimmed.len(),
            why: format!("the chain states no answer and {why}"),
        }
    })
}

/// Where the last sentence of a text begins.
fn sentence_start(text: &str) -> usize {
    let mut start = 0;
    let mut stop = false;
    for (at, c) in text.char_indices() {
        if !c.is_whitespace() && stop {
            start = at;
        }
        stop = c == '\n' || matches!(c, '.' | '!' | '?') || stop && c.is_whitespace();
    }
    start
}
