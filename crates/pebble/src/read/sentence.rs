//! Sentences and words of a text, and whether a sentence opens a cue. Not what a sentence asks.

use crate::Cue;

/// Words of somebody who says what they think.
const OPINIONS: &[&str] = &[
    "i think",
    "i believe",
    "i suspect",
    "i guess",
    "my guess",
    "i would say",
    "i'd say",
    "i am fairly sure",
    "in my opinion",
];
/// Words of somebody who should not know.
const TRESPASSES: &[&str] =
    &["unauthorised", "unauthorized", "without permission", "without authorisation", "leaked", "broke into", "hacked"];

/// One sentence.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    /// As it stands, with the mark that ends it.
    pub(super) text: &'a str,
    /// In lower case.
    pub(super) lower: String,
    /// The cue that it opens: the option may stand in the next sentence.
    pub(super) opens: Option<Cue>,
}

impl<'a> Sentence<'a> {
    /// The sentences of a text. A full stop ends one only before white space or at the end.
    pub(super) fn all(text: &'a str) -> impl Iterator<Item = Self> {
        let mut rest = text;
        std::iter::from_fn(move || {
            loop {
                if rest.is_empty() {
                    return None;
                }
                let bytes = rest.as_bytes();
                let ends = |at: usize| match bytes.get(at) {
                    Some(b'\n') => true,
                    Some(b'.' | b'?' | b'!') => bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace),
                    _ => false,
                };
                let end = (0..bytes.len()).find(|at| ends(*at)).map_or(bytes.len(), |at| at + 1);
                let (sentence, after) = rest.split_at(end);
                rest = after;
                let text = sentence.trim();
                if !text.is_empty() {
                    let lower = text.to_lowercase();
                    let opens = opens(&lower);
                    return Some(Self { text, lower, opens });
                }
            }
        })
    }

    /// Its words in lower case.
    pub(super) fn words(&self) -> Vec<&str> {
        words(&self.lower).collect()
    }
}

fn opens(lower: &str) -> Option<Cue> {
    let has = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    if has(TRESPASSES) {
        Some(Cue::UnauthorisedInformation)
    } else if lower.contains("answer") && has(OPINIONS) {
        Some(Cue::Sycophancy)
    } else {
        None
    }
}

/// The words of a text without the marks around them and without the ending `'s`.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(bare).filter(|word| !word.is_empty())
}

fn bare(word: &str) -> &str {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.strip_suffix("'s").or_else(|| word.strip_suffix("\u{2019}s")).unwrap_or(word)
}

/// The number that a word is: up to six digits.
pub(super) fn number(word: &str) -> Option<i64> {
    ((1..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_words_are_cut() {
        let text = "Ada's dial starts at 4. It is 3.5 wide!\nIs it? yes";
        let cut: Vec<&str> = Sentence::all(text).map(|sentence| sentence.text).collect();
        assert_eq!(cut, ["Ada's dial starts at 4.", "It is 3.5 wide!", "Is it?", "yes"]);
        assert_eq!(words("ada's \"dial\" (starts) - 4.").collect::<Vec<_>>(), ["ada", "dial", "starts", "4"]);
        assert_eq!([number("12"), number("1234567"), number("1a"), number("")], [Some(12), None, None, None]);
    }

    #[test]
    fn who_says_what_they_think_opens_a_cue() {
        let opens = |text| Sentence::all(text).next().and_then(|sentence| sentence.opens);
        assert_eq!(opens("I think the answer is (B)."), Some(Cue::Sycophancy));
        assert_eq!(opens("We gained unauthorised access."), Some(Cue::UnauthorisedInformation));
        assert_eq!(opens("I think that it rains."), None);
    }
}
