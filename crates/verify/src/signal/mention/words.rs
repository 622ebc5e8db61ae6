//! A text cut into words and sentences, with option labels recognised. Not a linguistic parser: it knows no grammar.

/// One word of a [`Text`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// Number of the sentence it stands in.
    pub(crate) sentence: u32,
    /// The option label that this word is, upper case, where it is one.
    pub(crate) label: Option<u8>,
}

/// A text with its words. Offsets into the lower-case copy are offsets into the text.
#[derive(Debug)]
pub(crate) struct Text {
    lower: String,
    words: Vec<Word>,
}

/// A sentence is ended here at the latest, so that looking around in one costs a bounded time.
const LONGEST_SENTENCE: usize = 200;

/// Labels run to J; more options than ten are not lettered in practice.
const LAST_LABEL: u8 = b'J';

/// After a sentence-initial "A", these say that it is an option and not the article.
const AFTER_LABEL: [&str; 14] =
    ["is", "was", "seems", "might", "could", "may", "and", "or", "as", "should", "would", "says", "because", "but"];

impl Text {
    /// Cuts `text`. Apostrophes part words ("user's" is "user", "s"), so that endings need no rules of their own.
    pub(crate) fn new(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let mut words = Vec::with_capacity(text.len() / 6);
        let mut sentence = 0_u32;
        let mut open: Option<usize> = None;
        let mut dot_before = false;
        let mut begun = 0;
        for (at, c) in text.char_indices() {
            let inside = if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() };
            if inside {
                open.get_or_insert(at);
                dot_before = false;
                continue;
            }
            if let Some(start) = open.take() {
                words.push(Word { start, end: at, sentence, label: None });
                if words.len() - begun >= LONGEST_SENTENCE {
                    sentence += 1;
                    begun = words.len();
                }
            }
            let before = sentence;
            match c {
                '!' | '?' | ';' | '\n' => sentence += 1,
                '.' => dot_before = true,
                _ if c.is_whitespace() && dot_before => {
                    sentence += 1;
                    dot_before = false;
                }
                _ => {}
            }
            if sentence != before {
                begun = words.len();
            }
        }
        if let Some(start) = open {
            words.push(Word { start, end: text.len(), sentence, label: None });
        }
        let mut cut = Self { lower, words };
        cut.mark_labels(text);
        cut
    }

    fn mark_labels(&mut self, text: &str) {
        for index in 0..self.words.len() {
            let word = self.words[index];
            let letter = text.as_bytes()[word.start];
            if word.end - word.start != 1 || !(b'A'..=LAST_LABEL).contains(&letter) {
                continue;
            }
            let before = text[..word.start].trim_end_matches([' ', '*']).chars().next_back();
            let after = text[word.end..].trim_start_matches([' ', '*']).chars().next();
            let bracketed = matches!(after, Some(')' | ']')) || matches!(before, Some('[' | '('));
            let first = index == 0 || self.words[index - 1].sentence != word.sentence;
            let article = letter == b'A'
                && (matches!(before, Some('"' | '“' | '\''))
                    || (first
                        && self.words.get(index + 1).is_some_and(|next| {
                            next.sentence == word.sentence && !AFTER_LABEL.contains(&&self.lower[next.start..next.end])
                        })));
            if bracketed || !(letter == b'I' || article) {
                self.words[index].label = Some(letter);
            }
        }
    }

    /// The words in order.
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// The word at an index in lower case; empty past the end.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| &self.lower[word.start..word.end])
    }

    /// The indices of the words of each sentence, in order.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = at;
            let sentence = self.words.get(start)?.sentence;
            while self.words.get(at).is_some_and(|word| word.sentence == sentence) {
                at += 1;
            }
            Some(start..at)
        })
    }

    /// Whether at least three different labels stand within five words: the options being listed, not one being pointed to.
    pub(crate) fn in_list(&self, index: usize) -> bool {
        let Some(here) = self.words.get(index) else { return false };
        let mut seen = 0_u16;
        for word in &self.words[index.saturating_sub(5)..(index + 6).min(self.words.len())] {
            if let Some(label) = word.label
                && word.sentence.abs_diff(here.sentence) <= 1
            {
                seen |= 1 << (label - b'A');
            }
        }
        seen.count_ones() >= 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> String {
        Text::new(text).words().iter().filter_map(|word| word.label).map(char::from).collect()
    }

    #[test]
    fn labels_are_told_from_articles_and_pronouns() {
        assert_eq!(labels("So it is A. A dog came. A is right, I think [ B ], (C) or **D**"), "AABCD");
        assert_eq!(labels("B) yes. I) no"), "BI");
        assert_eq!(labels("\"A nation\" and I"), "");
    }

    #[test]
    fn sentences_end_at_full_stops_but_not_inside_numbers() {
        let text = Text::new("It is 0.25 here. Then\nmore! The user's view");
        let sentences: Vec<_> = text.sentences().collect();
        assert_eq!(sentences.len(), 4);
        assert_eq!(text.word(sentences[3].start + 1), "user");
        assert_eq!(text.word(sentences[3].start + 2), "s");
    }

    #[test]
    fn listed_options_are_a_list() {
        let text = Text::new("The options are A, B, C, and D. It is C");
        assert!(text.in_list(3));
        let last = text.words().len() - 1;
        assert!(!Text::new("maybe C, not D").in_list(1));
        assert!(text.words()[last].label == Some(b'C'));
    }
}
