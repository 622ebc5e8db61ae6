//! A query from its text. Not what its terms mean.

use super::Misread;
use super::field::{NUMBERS, Number, RECORDED, TEXTS, Text};
use super::term::{Comparison, Condition, Pattern, Term};
use crate::import::instant;

/// A query longer than this is not one that a person wrote.
const LONGEST: usize = 4_096;

pub(super) fn query(text: &str) -> Result<Vec<Term>, Misread> {
    if text.len() > LONGEST {
        let hint = "split it into several queries".to_owned();
        return Err(Misread { at: 1, term: shown(text), expected: format!("at most {LONGEST} bytes"), hint });
    }
    words(text)?.into_iter().map(|(at, word)| term(at, &word)).collect()
}

/// A word of the query: characters, and which of them stood in quotes.
type Word = Vec<(char, bool)>;

/// Words parted by white space outside of double quotes; `""` inside quotes is one quote.
fn words(text: &str) -> Result<Vec<(usize, Word)>, Misread> {
    let mut words = Vec::new();
    let mut word: Word = Vec::new();
    let (mut begun, mut quoted, mut opened) = (None, false, 1);
    let mut characters = text.chars().enumerate().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' if quoted && characters.peek().is_some_and(|(_, next)| *next == '"') => {
                characters.next();
                word.push(('"', true));
            }
            '"' => {
                begun = begun.or(Some(at + 1));
                quoted = !quoted;
                opened = at + 1;
            }
            c if c.is_whitespace() && !quoted => {
                if let Some(at) = begun.take() {
                    words.push((at, std::mem::take(&mut word)));
                }
            }
            c => {
                begun = begun.or(Some(at + 1));
                word.push((c, quoted));
            }
        }
    }
    if quoted {
        let expected = "a closing quote".to_owned();
        return Err(Misread { at: opened, term: shown(text), expected, hint: "\"all tests pass\"".to_owned() });
    }
    words.extend(begun.map(|at| (at, word)));
    Ok(words)
}

fn plain(word: &[(char, bool)]) -> String {
    word.iter().map(|(c, _)| *c).collect()
}

/// The signs that part a field from its value, the longer ones first.
const SIGNS: [(&str, Sign); 8] = [
    ("!=", Sign::Number(Comparison::Unequal)),
    ("<=", Sign::Number(Comparison::AtMost)),
    (">=", Sign::Number(Comparison::AtLeast)),
    ("<", Sign::Number(Comparison::Less)),
    (">", Sign::Number(Comparison::More)),
    ("=", Sign::Same),
    (":", Sign::Same),
    ("~", Sign::Contains),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Same,
    Contains,
    Number(Comparison),
}

fn term(at: usize, word: &[(char, bool)]) -> Result<Term, Misread> {
    let begins = |sign: &str| {
        let length = sign.chars().count();
        let begins = sign.chars().enumerate().all(|(at, c)| word.get(at) == Some(&(c, false)));
        (begins && word.len() > length).then_some(length)
    };
    let turned = begins("-").or_else(|| begins("not:"));
    let negated = turned.is_some();
    let word = word.get(turned.unwrap_or(0)..).unwrap_or_default();
    let condition = condition(at, word)?;
    Ok(Term { negated, condition })
}

fn condition(at: usize, word: &[(char, bool)]) -> Result<Condition, Misread> {
    let name_ends = word.iter().position(|(c, quoted)| *quoted || !(c.is_alphanumeric() || "._-/".contains(*c)));
    let found = name_ends.filter(|end| *end > 0).and_then(|end| {
        let rest = word.get(end..)?;
        SIGNS
            .iter()
            .find(|(sign, _)| sign.chars().enumerate().all(|(offset, c)| rest.get(offset) == Some(&(c, false))))
            .map(|(sign, meaning)| (plain(&word[..end]), *meaning, &rest[sign.chars().count()..]))
    });
    let Some((name, sign, value)) = found else {
        let words = plain(word).to_lowercase();
        return if words.is_empty() {
            Err(misread(at, word, "words to look for", "\"all tests pass\""))
        } else {
            Ok(Condition::Says(words))
        };
    };
    let values: Vec<&[(char, bool)]> = value.split(|letter| *letter == (',', false)).collect();
    if values.iter().any(|value| value.is_empty()) {
        return Err(misread(at, word, "a value after the sign, and after every comma", "verdict:wrong,no_answer"));
    }
    let lower = || values.iter().map(|value| plain(value).to_lowercase());
    let name = name.to_lowercase();
    if name == "has" {
        let wanted = |value: String| RECORDED.iter().find(|(known, _)| *known == value).map(|(_, recorded)| *recorded);
        let known = || RECORDED.map(|(known, _)| known).join(", ");
        let recorded: Option<Vec<_>> = if sign == Sign::Same { lower().map(wanted).collect() } else { None };
        return recorded
            .map(Condition::Has)
            .ok_or_else(|| misread(at, word, &format!("has: and one of {}", known()), "has:tools"));
    }
    if let Some(field) = text_field(&name, word) {
        return match sign {
            Sign::Same => Ok(Condition::Is(field, lower().map(Pattern).collect())),
            Sign::Contains => Ok(Condition::Contains(field, lower().collect())),
            Sign::Number(_) => Err(misread(at, word, "`:` or `~` after a field of text", "model:gpt-* or unit~42")),
        };
    }
    let Some(field) = number_field(&name, word) else {
        let fields = TEXTS.iter().map(|(name, _)| *name).chain(NUMBERS.iter().map(|(name, _)| *name));
        let known = fields.collect::<Vec<_>>().join(", ");
        let expected = format!("one of the fields {known}, has, label.NAME, score.NAME");
        return Err(misread(at, word, &expected, "words that hold such a sign stand in quotes"));
    };
    let comparison = match sign {
        Sign::Same => Comparison::Equal,
        Sign::Number(comparison) => comparison,
        Sign::Contains => return Err(misread(at, word, "=, !=, <, <=, > or >= after a number's field", "tokens>1000")),
    };
    let numbers: Option<Vec<f64>> = lower().map(|value| number(&field, &value)).collect();
    match numbers {
        Some(numbers) => Ok(Condition::Compares(field, comparison, numbers)),
        None if field == Number::At => {
            Err(misread(at, word, "a date or a time in UTC", "at>=2026-11-01 or at<2026-11-01T12:00:00Z"))
        }
        None => Err(misread(at, word, "a number", "tokens>1000")),
    }
}

/// Names of labels keep their case.
fn after<'w>(prefix: &str, name: &str, word: &'w [(char, bool)]) -> Option<&'w [(char, bool)]> {
    let rest = name.strip_prefix(prefix)?;
    (!rest.is_empty()).then(|| word.get(prefix.len()..name.chars().count())).flatten()
}

fn text_field(name: &str, word: &[(char, bool)]) -> Option<Text> {
    if let Some(label) = after("label.", name, word) {
        return Some(Text::Label(plain(label)));
    }
    TEXTS.iter().find(|(known, _)| *known == name).map(|(_, field)| field.clone())
}

fn number_field(name: &str, word: &[(char, bool)]) -> Option<Number> {
    if let Some(score) = after("score.", name, word) {
        return Some(Number::Score(plain(score)));
    }
    NUMBERS.iter().find(|(known, _)| *known == name).map(|(_, field)| field.clone())
}

fn number(field: &Number, text: &str) -> Option<f64> {
    if *field == Number::At {
        let whole = if text.len() == "2026-11-01".len() { format!("{text}t00:00:00z") } else { text.to_owned() };
        return instant::milliseconds(&whole.to_uppercase()).map(|at| at as f64);
    }
    let number: f64 = text.strip_prefix('$').unwrap_or(text).parse().ok()?;
    number.is_finite().then_some(number)
}

fn misread(at: usize, word: &[(char, bool)], expected: &str, hint: &str) -> Misread {
    Misread { at, term: shown(&plain(word)), expected: expected.to_owned(), hint: hint.to_owned() }
}

fn shown(text: &str) -> String {
    crate::error::shown(&text.chars().take(80).collect::<String>())
}
