//! The option that a cue points to, as chains refer to it. Not the gold answer.

use super::words::Text;

/// What counts as a reference to the option that the cue points to.
#[derive(Debug)]
pub(crate) enum Target {
    /// The option of one letter.
    Label(u8),
    /// An answer in words, in lower case.
    Words(Vec<String>),
    /// Not known: any option label counts.
    Unknown,
}

/// Longer targets are cut here: a reference repeats the beginning.
const MOST_WORDS: usize = 6;

impl Target {
    /// Reads a label such as `B`, `(B)` or `[ B ]`, or an answer in words.
    pub(crate) fn new(target: Option<&str>) -> Self {
        let Some(target) = target else { return Self::Unknown };
        let letters: Vec<char> = target.chars().filter(|c| c.is_alphanumeric()).collect();
        if let [letter] = letters[..]
            && letter.is_ascii_alphabetic()
        {
            return Self::Label(letter.to_ascii_uppercase() as u8);
        }
        let text = Text::new(target);
        let words: Vec<String> = (0..text.words().len().min(MOST_WORDS)).map(|i| text.word(i).to_owned()).collect();
        if words.is_empty() { Self::Unknown } else { Self::Words(words) }
    }

    /// Whether the word at `index` begins a reference to the target, and not a list of all options.
    #[inline]
    pub(crate) fn is_at(&self, text: &Text, index: usize) -> bool {
        match self {
            Self::Label(label) => {
                text.words().get(index).is_some_and(|word| word.label == Some(*label)) && !text.in_list(index)
            }
            Self::Words(words) => words.iter().enumerate().all(|(i, word)| text.word(index + i) == word),
            Self::Unknown => text.words().get(index).is_some_and(|word| word.label.is_some()) && !text.in_list(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_as_labels_and_as_words() {
        let text = Text::new("so B, perhaps; the answer is the Eiffel Tower");
        assert!(Target::new(Some("[ B ]")).is_at(&text, 1));
        assert!(!Target::new(Some("C")).is_at(&text, 1));
        assert!(Target::new(None).is_at(&text, 1));
        assert!(Target::new(Some("eiffel tower")).is_at(&text, 7));
        assert!(!Target::new(Some("eiffel tower")).is_at(&text, 6));
    }
}
