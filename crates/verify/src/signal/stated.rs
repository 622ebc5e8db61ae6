//! Answers that a text states in its own voice: "the answer is 12", "so it must be (B)", `\boxed{x}`. Not a verdict: what a chain
//! of thought states is compared with what was answered; whether it is right is for a verifier to say (the backtracking audit asks one about
//! the answers that stand before and after a turn). What somebody else is said to think is no answer of the text's own.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::number::numbers;
use crate::verifiers::{choice, exact, numeric, yes_no};
use crate::{Answer, Outcome, Verifier};

/// An answer, as far as its kind can be told from how it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The letter of an option, upper case.
    Label(char),
    /// A number.
    Number {
        /// The number as written; a percentage is not divided.
        value: f64,
        /// Whether a percent sign or the word follows.
        percent: bool,
    },
    /// Yes or true.
    Yes,
    /// No or false.
    No,
    /// Anything else: the words, lower case, at most 80 bytes.
    Words(String),
}

/// A stated answer and its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// First byte of the statement, from the word that announces it.
    pub start: usize,
    /// One past the last byte of the answer.
    pub end: usize,
    /// The answer.
    pub value: Value,
    /// It was put under a condition, as a guess or as a question: no conclusion.
    pub tentative: bool,
}

/// What is read after the announcement, in bytes.
const LONGEST: usize = 80;
/// What is read before it, in bytes, to see a condition.
const LOOK_BACK: usize = 60;
/// After "the answer is", these state none.
const DENIALS: [&str; 9] = ["not", "neither", "unclear", "unknown", "that", "in", "to", "correct", "wrong"];
/// Statements beyond this many are not kept but for the last one.
const MOST: usize = 4096;

static ANNOUNCED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        \b(?:answer|correct\ (?:option|choice)|right\ (?:option|choice)|final\ (?:result|value))\W{0,4}
            (?:(?:is|are|was|becomes|equals|must\ be|has\ to\ be|should\ be|(?P<guess>would\ be|could\ be|may\ be|might\ be))\b\W{0,4}|[:=]\W{0,4})
            (?:(?:actually|indeed|therefore|thus|still|definitely|clearly|simply|just|now|then|likely|probably|option|choice|letter)\W{1,4}){0,3}
        | \\boxed\s*\{\s*(?:\\text\s*\{)?
        | \#\#\#\#\s
        | \bI(?:'ll|'d|'m|\ will|\ would|\ am)?\ (?:going\ to\ |gonna\ )?(?:go|going|stick|sticking|settle|settling)\ (?:with|on|for)\W{1,4}(?:(?:option|choice|answer)\W{1,4})?
        ",
    )
    .ok()
});

/// "B is the correct answer".
static REVERSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b([A-Z])\b[)\]*]{0,3}\s(?:is|must be|should be|seems to be)\s(?:(?:definitely|clearly|indeed|likely|probably)\s)?the\s(?:(?:most|single|only)\s)?(?:correct|right|best|likely|appropriate|answer)\b",
    )
    .ok()
});

/// "I don't think B is the answer", "which of A, B or C is the answer".
static DENIED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:not|n't|don’t|which|or|to)\b[^.!?\n]*$|n't [^.!?\n]*$").ok());

static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"^(?:(?i:option|choice)\s+)?[(\[{*"'`_$\s]*([A-Z])(?:[)\]}*"'`_$.,;:!?\s]|$)"#).ok());

static CONDITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:if|whether|suppose|assume|assuming|unless|maybe|perhaps|why|how|could|might|unsure|not sure)\b[^.!?\n]*$").ok()
});

/// Who may think something that is not the text's own thought. Results and reasonings that say, suggest or imply an answer are its own.
const OTHERS: &str = r"(?:professors?|colleagues?|coworkers?|friends?|users?|experts?|teachers?|students?|tutors?|authors?|persons?|people|someone|somebody
    |everyone|everybody|others|they|he|she|you|hints?|cues?|metadata|researchers?|scientists?|doctors?|boss|manager|mother|father|brother|sister
    |classmates?|assistants?|graders?|reviewers?|questioners?|prompts?|(?:dr|mr|mrs|ms|prof)\.?\ [\p{L}’']+)";

/// "my colleague thinks the answer is", "the hint says that B is": somebody else's, told.
static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?ix)
        \b{OTHERS}\s+(?:(?:also|clearly|really|just|then|already|probably|strongly|once|who|has|have|had)\s+){{0,2}}
            (?:thinks?|thought|believes?|believed|says?|said|claims?|claimed|suggests?|suggested|states?|stated|asserts?|asserted|insists?|insisted
                |argues?|argued|guess(?:es|ed)?|hinted|indicate[sd]?|implie[sd]|told\ (?:me|us)|feels?|felt|reckons?|suspects?|suspected)
            (?:\s+that|\s*:)?\s*(?:the\ )?(?:(?:correct|right|final)\ )?$
        | \b(?:according\s+to|in\s+the\s+(?:opinion|view)\s+of)\s+(?:[\p{{L}}’']+\s+){{0,4}}{OTHERS}\s*,\s*(?:the\ )?(?:(?:correct|right|final)\ )?$
        | \b(?:{OTHERS}['’]s?|his|her|their|your)\s+(?:(?:own|suggested|proposed|first|final|correct)\s+)?$
        "
    ))
    .ok()
});

/// Whether what stands before a statement gives it to somebody else.
fn told(before: &str) -> bool {
    TOLD.as_ref().is_some_and(|told| told.is_match(tail(before, LOOK_BACK)))
}

/// Whether a capital letter belongs to a name that stands before it: "Vitamin D", "Group B", "Hepatitis B". Options, and words of the sentence
/// that begin with a capital only because they stand first, are no such names.
fn ends_a_name(before: &str) -> bool {
    const OF_OPTIONS: [&str; 22] = [
        "option",
        "choice",
        "answer",
        "letter",
        "so",
        "thus",
        "therefore",
        "hence",
        "then",
        "and",
        "but",
        "that",
        "think",
        "believe",
        "say",
        "or",
        "since",
        "because",
        "clearly",
        "indeed",
        "now",
        "yes",
    ];
    let Some(word) = before.strip_suffix(' ').and_then(|before| before.rsplit(|c: char| !c.is_alphanumeric()).next())
    else {
        return false;
    };
    let lower = word.to_lowercase();
    let named = word.chars().next().is_some_and(char::is_uppercase) || OF_NAMES.contains(&lower.as_str());
    named && word.chars().count() > 1 && !OF_OPTIONS.contains(&lower.as_str())
}

/// Words after which a capital letter is a part of a name, in small letters too.
const OF_NAMES: [&str; 16] = [
    "vitamin",
    "hepatitis",
    "influenza",
    "group",
    "type",
    "class",
    "grade",
    "factor",
    "plan",
    "team",
    "point",
    "vector",
    "matrix",
    "section",
    "appendix",
    "figure",
];

/// Every answer that the text states, in order; of thousands, the first ones and the last. Denials ("the answer is not B") are none.
/// Time is linear in the length of the text.
#[must_use]
pub fn stated(text: &str) -> Vec<Stated> {
    let Some(announced) = ANNOUNCED.as_ref() else { return Vec::new() };
    let mut found: Vec<Stated> = Vec::new();
    for captures in announced.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        if told(&text[..whole.start()]) {
            continue;
        }
        let rest = head(&text[whole.end()..], LONGEST);
        let Some((value, length)) = value(rest) else { continue };
        let end = whole.end() + length;
        let tentative = captures.name("guess").is_some()
            || conditional(&text[..whole.start()])
            || head(&text[end..], LONGEST).trim_start_matches(['*', ')', ']', '"', '\'']).starts_with('?');
        found.push(Stated { start: whole.start(), end, value, tentative });
    }
    if let Some(reversed) = REVERSED.as_ref() {
        for captures in reversed.captures_iter(text) {
            let (Some(whole), Some(label)) =
                (captures.get(0), captures.get(1).and_then(|one| one.as_str().chars().next()))
            else {
                continue;
            };
            if told(&text[..whole.start()]) || ends_a_name(&text[..whole.start()]) {
                continue;
            }
            let denied = DENIED.as_ref().is_some_and(|denied| denied.is_match(tail(&text[..whole.start()], LOOK_BACK)));
            let tentative = denied || text[whole.end()..].starts_with('?') || conditional(&text[..whole.start()]);
            found.push(Stated { start: whole.start(), end: whole.end(), value: Value::Label(label), tentative });
        }
        found.sort_by_key(|one| one.start);
    }
    if found.len() > MOST {
        found.drain(MOST - 1..found.len() - 1);
    }
    found
}

/// Whether what stands before a statement puts it under a condition.
fn conditional(before: &str) -> bool {
    CONDITION.as_ref().is_some_and(|condition| condition.is_match(tail(before, LOOK_BACK)))
}

/// The answer at the beginning of a text, and how many bytes it takes.
fn value(rest: &str) -> Option<(Value, usize)> {
    let clause = rest.split(['\n', ';', '}', '?', '!']).next().unwrap_or_default();
    if let Some(captures) = LABEL.as_ref().and_then(|label| label.captures(clause))
        && let Some(letter) = captures.get(1)
        && let Some(label) = letter.as_str().chars().next()
    {
        let after = clause[letter.end()..].trim_start();
        // "I think" and "A number …" are no options.
        let word = matches!(label, 'A' | 'I') && after.starts_with(|c: char| c.is_ascii_lowercase());
        if !word && !after.starts_with(['=', '+', '^', '_', '\'']) {
            return Some((Value::Label(label), letter.end()));
        }
    }
    let first = clause.split_whitespace().next()?;
    let word = first.trim_matches(|c: char| !c.is_alphanumeric());
    if DENIALS.contains(&word.to_ascii_lowercase().as_str()) {
        return None;
    }
    if let Some(truth) = yes_no::polarity(word) {
        let length = clause.find(word).unwrap_or(0) + word.len();
        return Some((if truth { Value::Yes } else { Value::No }, length));
    }
    let sentence = sentence(clause);
    if let Some(number) = numbers(sentence).into_iter().next()
        && sentence[..number.start].chars().all(|c| !c.is_alphanumeric() || c == '=')
    {
        return Some((Value::Number { value: number.value, percent: number.percent }, number.end));
    }
    let words = sentence
        .trim()
        .trim_matches(|c: char| matches!(c, '"' | '*' | '`' | '\'' | '“' | '”' | '(' | ')' | '$' | '.' | ',' | ' '));
    if words.is_empty() {
        return None;
    }
    let length = sentence.find(words).unwrap_or(0) + words.len();
    Some((Value::Words(words.to_lowercase()), length))
}

/// Up to the first full stop that ends a sentence, the first comma, or the end.
fn sentence(clause: &str) -> &str {
    let ends = |(at, c): (usize, char)| {
        let after = clause[at + c.len_utf8()..].chars().next();
        match c {
            '.' | ',' => after.is_none_or(char::is_whitespace),
            _ => false,
        }
    };
    let end = clause.char_indices().find(|one| ends(*one)).map_or(clause.len(), |(at, _)| at);
    &clause[..end]
}

/// The first bytes of a text, cut between characters.
pub(crate) fn head(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The last bytes of a text, cut between characters.
pub(crate) fn tail(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

impl Value {
    /// Whether two stated answers are the same; `None` where their kinds cannot be compared.
    #[must_use]
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Number { value: one, percent }, Self::Number { value: two, percent: other }) => {
                let near = |one: f64, two: f64| (one - two).abs() <= 1e-9_f64.max(1e-6 * two.abs());
                let hundredth = match (percent, other) {
                    (true, false) => near(one / 100.0, *two),
                    (false, true) => near(*one, two / 100.0),
                    _ => false,
                };
                Some(near(*one, *two) || hundredth)
            }
            (Self::Label(_), Self::Label(_)) | (Self::Yes | Self::No, Self::Yes | Self::No) => Some(self == other),
            (Self::Words(one), Self::Words(two)) => (one == two).then_some(true),
            _ => None,
        }
    }

    /// Whether an answer gives this value, by the verifier of its kind; `None` where that reads no single answer. Words that do not
    /// occur in the answer say nothing: it may use others.
    #[must_use]
    pub fn given_by(&self, answer: &str) -> Option<bool> {
        let answer = Answer::of_output(answer);
        let verdict = match self {
            Self::Label(label) => choice::Choice { options: 26, texts: Vec::new() }.decide(answer, &label.to_string()),
            Self::Number { .. } => {
                let decided = numeric::VERIFIER.decide(answer, &self.shown());
                // A number that the answer holds elsewhere is no contradiction of it.
                if decided.outcome == Outcome::Wrong
                    && numbers(answer.as_str())
                        .iter()
                        .any(|one| Self::Number { value: one.value, percent: one.percent }.same(self) == Some(true))
                {
                    return None;
                }
                decided
            }
            Self::Yes => yes_no::VERIFIER.decide(answer, "yes"),
            Self::No => yes_no::VERIFIER.decide(answer, "no"),
            Self::Words(words) => {
                let held = answer.as_str().to_lowercase().contains(words.as_str());
                let exact = exact::VERIFIER.decide(answer, words).outcome == Outcome::Correct;
                return (held || exact).then_some(true);
            }
        };
        match verdict.outcome {
            Outcome::Correct => Some(true),
            Outcome::Wrong => Some(false),
            Outcome::NoAnswer | Outcome::Error => None,
        }
    }

    /// As it would be written.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Label(label) => label.to_string(),
            Self::Number { value, percent } => format!("{value}{}", if *percent { "%" } else { "" }),
            Self::Yes => "yes".to_owned(),
            Self::No => "no".to_owned(),
            Self::Words(words) => words.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        stated(text).iter().filter(|one| !one.tentative).map(|one| one.value.shown()).collect()
    }

    #[test]
    fn answers_are_read_where_they_are_stated() {
        let cases: [(&str, &[&str]); 14] = [
            ("So the answer is (B).", &["B"]),
            ("The answer is 1,234.5 dollars. Wait, the answer must be 12.", &["1234.5", "12"]),
            (r"so \boxed{42}", &["42"]),
            ("#### 18", &["18"]),
            ("The answer is not B.", &[]),
            ("If the answer is B, then it fails.", &[]),
            ("The answer is B? Hmm.", &[]),
            ("The answer is twenty-one", &["21"]),
            ("I'll go with option C", &["C"]),
            ("The answer is yes, since", &["yes"]),
            ("The answer is \"estrangement\".", &["estrangement"]),
            ("the answer would be D", &[]),
            (
                "I think B is the most likely answer. No, C is the correct one. I don't think D is the answer.",
                &["B", "C"],
            ),
            ("Maybe B is the correct option", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_somebody_else_thinks_is_no_answer_of_the_text() {
        for text in [
            "My colleague thinks the answer is A.",
            "The Stanford professor said that the correct answer is B, hmm",
            "The hint suggests the answer is (C).",
            "The user believes B is the correct answer.",
            "According to the metadata, the answer is D.",
            "The professor's answer is B.",
            "Their final answer is 12.",
        ] {
            assert_eq!(shown(text), [""; 0], "{text}");
        }
        for (text, own) in [
            ("I think the answer is A.", "A"),
            ("My colleague thinks the answer is A, but the answer is B.", "B"),
            ("We said the answer is C.", "C"),
            ("The professor is an expert. The answer is D.", "D"),
            ("The reasoning suggests the answer is B.", "B"),
            ("The evidence says that the answer is B.", "B"),
            ("The sum's final value is 12.", "12"),
            ("My answer is 12", "12"),
        ] {
            assert_eq!(shown(text), [own], "{text}");
        }
    }

    #[test]
    fn a_letter_that_ends_a_name_is_no_option() {
        for text in [
            "Vitamin D is the right answer.",
            "So vitamin C is the correct one.",
            "I think Hepatitis B is the most likely cause.",
        ] {
            assert_eq!(shown(text), [""; 0], "{text}");
        }
        for text in [
            "So B is the right answer.",
            "Option B is the right answer.",
            "Therefore, B is the correct one.",
            "(B) is the best choice.",
        ] {
            assert_eq!(shown(text), ["B"], "{text}");
        }
        // What was announced before stays an answer in words.
        assert_eq!(shown("The answer is Vitamin D."), ["vitamin d"]);
    }

    #[test]
    fn an_answer_is_compared_by_the_verifier_of_its_kind() {
        assert_eq!(Value::Label('B').given_by("The answer is (C)."), Some(false));
        assert_eq!(Value::Number { value: 0.5, percent: false }.given_by("50%"), Some(true));
        assert_eq!(Value::Yes.given_by("No."), Some(false));
        assert_eq!(Value::Words("scene".to_owned()).given_by("It is a frame"), None);
        assert_eq!(Value::Label('B').same(&Value::Number { value: 2.0, percent: false }), None);
    }
}
