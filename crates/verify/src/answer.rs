//! What a verdict may read: the answer as the reader of the product sees it. Never the chain of thought.

use candor_llm::split_tagged;

/// The answer text of one reply.
///
/// There is no way from [`candor_llm::Reasoning`] to an `Answer`: the chain of thought is not an input of a verdict, by type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a>(&'a str);

impl<'a> Answer<'a> {
    /// The answer in an output text. Reasoning that stands between tags (`<think>…</think>`) in the text itself is cut off;
    /// where the tag was never closed nothing is left, since the model never came to its answer.
    #[must_use]
    pub fn of_output(text: &'a str) -> Self {
        Self(split_tagged(text).answer.trim())
    }

    /// The text, without white space at its ends.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether there is nothing to judge.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_between_tags_is_not_part_of_the_answer() {
        assert_eq!(Answer::of_output("<think>it is A</think>\n B ").as_str(), "B");
        assert_eq!(Answer::of_output("it is A</think>B").as_str(), "B");
        assert!(Answer::of_output("<think>it is A").is_empty());
        assert_eq!(Answer::of_output(" B\n").as_str(), "B");
    }
}
