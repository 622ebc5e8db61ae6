//! Sentences and words of a text. Not their meaning.

/// The sentences of a text with the mark that ends them. A full stop ends one only before white space or at the end.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let bytes = rest.as_bytes();
            let ends = |at: usize| {
                matches!(bytes[at], b'\n')
                    || (matches!(bytes[at], b'.' | b'?' | b'!')
                        && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace))
            };
            let end = (0..bytes.len()).find(|at| ends(*at)).map_or(bytes.len(), |at| at + 1);
            let (sentence, after) = rest.split_at(end);
            rest = after;
            if !sentence.trim().is_empty() {
                return Some(sentence.trim());
            }
        }
    })
}

/// The words of a sentence without the marks around them and without the ending `'s`.
pub(super) fn words(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split_whitespace().map(bare).filter(|word| !word.is_empty())
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
        assert_eq!(
            sentences(text).collect::<Vec<_>>(),
            ["Ada's dial starts at 4.", "It is 3.5 wide!", "Is it?", "yes"]
        );
        assert_eq!(words("ada's \"dial\" (starts) - 4.").collect::<Vec<_>>(), ["ada", "dial", "starts", "4"]);
        assert_eq!([number("12"), number("1234567"), number("1a"), number("")], [Some(12), None, None, None]);
    }
}
