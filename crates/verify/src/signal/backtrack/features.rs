//! Stage two, the score: a linear model of 22 readable features, fitted to labelled sections. The weights are all that was taken from
//! the data; `tests/backtrack.rs` fits them again where it is present.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};

/// One feature of a passage: there or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: &'static str,
    /// What it looks for, in one line.
    pub one_line: &'static str,
    /// Its weight in the log odds.
    pub weight: f64,
    part: Part,
    pattern: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Looked for in the passage.
    Here,
    /// Looked for in the passage before it.
    Before,
    /// Not a pattern: the passage has more than [`LONG`] words.
    Long,
}

/// The log odds of a passage without any feature.
pub const INTERCEPT: f64 = -3.852;

/// More words than this make a passage long.
const LONG: usize = 40;

/// The features with their weights: logistic regression, penalty half the square of each weight, on 2,187 sections of
/// R1-Distill-Qwen-14B, 172 of them labelled backtracking.
#[rustfmt::skip]
pub static FEATURES: &[Feature] = &[
    Feature { name: "opens_wait", one_line: "opens with \"wait\" or \"hold on\"", part: Part::Here, weight: 3.47, pattern: r"^\W*(?:oh\W+)?(?:wait|hold on)\b" },
    Feature { name: "opens_but_wait", one_line: "the same after \"but\", \"hmm\", \"so\"", part: Part::Here, weight: 1.603, pattern: r"^\W*(?:but|hmm|and|so|or|no)\W+(?:wait|hold on)\b" },
    Feature { name: "opens_alternatively", one_line: "opens with \"alternatively\", \"another\", \"what if\"", part: Part::Here, weight: 2.157, pattern: r"^\W*(?:alternatively|or maybe|or perhaps|another|what if|what about)\b" },
    Feature { name: "wait_another", one_line: "opens with \"another thought\" or the like", part: Part::Here, weight: 0.347, pattern: r"^\W*(?:wait\W+)?another (?:thought|angle|approach|idea|way|possibility|option|pattern)" },
    Feature { name: "wait_maybe", one_line: "\"wait, maybe\", \"wait, I think\"", part: Part::Here, weight: 0.24, pattern: r"^\W*(?:wait|hold on|alternatively|actually)\W+(?:(?:but|actually)\W+)?(?:maybe|perhaps|i think|i should)\b" },
    Feature { name: "again", one_line: "\"again\", \"anew\", \"deeper\"", part: Part::Here, weight: 0.453, pattern: r"\b(?:again|anew|afresh|deeper)\b" },
    Feature { name: "think_of", one_line: "\"think of\", \"think about\", \"think again\"", part: Part::Here, weight: 1.033, pattern: r"\bthink(?:ing)? (?:of|about|again|deeper)\b" },
    Feature { name: "new_way", one_line: "\"a different approach\", \"differently\"", part: Part::Here, weight: 2.04, pattern: r"\b(?:different|better|other) (?:approach|angle|way|method|idea|perspective|pattern|possibilit\w+|strategy)\b|\bdifferently\b|\bapproach\b" },
    Feature { name: "going_back", one_line: "\"going back\", \"reconsider\"", part: Part::Here, weight: 1.677, pattern: r"\b(?:go|going|come|coming|get|getting) back\b|\breconsider|\brethink|\bre-?evaluat|\bre-?examin|\brevisit" },
    Feature { name: "tries", one_line: "\"let me try\", \"I'll look\"", part: Part::Here, weight: 0.821, pattern: r"\b(?:let me|let's|i'll) (?:try|start|look|see|check|go)\b" },
    Feature { name: "unsure", one_line: "\"not sure\", \"confused\"", part: Part::Here, weight: -1.485, pattern: r"\bsure\b|\bcertain\b|\bconfus|\bunclear\b|\btricky\b|\btangled\b" },
    Feature { name: "seems", one_line: "\"that seems\", \"it doesn't\"", part: Part::Here, weight: -0.389, pattern: r"\b(?:that|this|it) (?:also )?(?:seems?|doesn't|sounds?)\b" },
    Feature { name: "recalls", one_line: "\"remember\", \"recall\"", part: Part::Here, weight: -1.144, pattern: r"\b(?:remember|recall)\b" },
    Feature { name: "asks", one_line: "a question mark", part: Part::Here, weight: -0.578, pattern: r"\?" },
    Feature { name: "concludes", one_line: "\"so\", \"therefore\", \"which\" at the head of a clause", part: Part::Here, weight: -1.118, pattern: r"(?:^|[.!?,]\s)(?:so|therefore|thus|hence|which means|which)\b" },
    Feature { name: "also", one_line: "\"also\", \"each\", \"next\"", part: Part::Here, weight: -1.427, pattern: r"\b(?:also|each|next)\b" },
    Feature { name: "calculates", one_line: "an equation or an operation on figures", part: Part::Here, weight: -1.24, pattern: r"[=×÷√^]|\d\s*[-+*/]\s*\d" },
    Feature { name: "answer", one_line: "\"the answer is\", \"the answer\"", part: Part::Here, weight: 1.096, pattern: r"\banswer is\b|\bthe (?:blank|answer)\b" },
    Feature { name: "before_unsure", one_line: "the passage before: \"not sure\", \"stuck\"", part: Part::Before, weight: 0.788, pattern: r"\bsure\b|\bcertain\b|\bconfus|\bunclear\b|\bstuck\b|\bcircles\b|\bmissing\b" },
    Feature { name: "before_rejects", one_line: "the passage before: \"doesn't fit\", \"too vague\"", part: Part::Before, weight: 1.478, pattern: r"\b(?:doesn't (?:seem )?(?:fit|work|make sense|help|match|right)|too (?:vague|simple|high|low|long|obvious)|that's not it|can't be|maybe not)" },
    Feature { name: "before_asks", one_line: "the passage before ends with a question", part: Part::Before, weight: -0.52, pattern: r"\?\W*$" },
    Feature { name: "long", one_line: "more than 40 words", part: Part::Long, weight: 0.851, pattern: "" },
];

static HERE: LazyLock<Option<RegexSet>> = LazyLock::new(|| set(Part::Here));
static BEFORE: LazyLock<Option<RegexSet>> = LazyLock::new(|| set(Part::Before));

fn set(part: Part) -> Option<RegexSet> {
    let patterns = FEATURES.iter().filter(|feature| feature.part == part).map(|feature| feature.pattern);
    RegexSetBuilder::new(patterns).case_insensitive(true).build().ok()
}

/// Which of [`FEATURES`] a passage has, in their order. `previous` is the passage before it, empty where there is none.
#[must_use]
pub fn features(passage: &str, previous: &str) -> Vec<bool> {
    let plain = |text: &str| text.trim().replace('’', "'");
    let found = |set: &Option<RegexSet>, text: &str| -> Vec<bool> {
        let Some(set) = set else { return Vec::new() };
        let matches = set.matches(&plain(text));
        (0..set.len()).map(|index| matches.matched(index)).collect()
    };
    let mut all = found(&HERE, passage);
    all.extend(found(&BEFORE, previous));
    all.push(passage.split_whitespace().nth(LONG).is_some());
    all
}

/// The probability that an annotator calls the passage backtracking: 1 / (1 + exp(-(intercept + sum of the weights of its features))).
#[must_use]
pub fn score(passage: &str, previous: &str) -> f64 {
    let sum: f64 = features(passage, previous)
        .into_iter()
        .zip(FEATURES)
        .filter_map(|(there, feature)| there.then_some(feature.weight))
        .sum();
    1.0 / (1.0 + (-(INTERCEPT + sum)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_made_and_the_parts_stand_in_order() {
        assert_eq!(features("", "").len(), FEATURES.len());
        let order = |part: Part| match part {
            Part::Here => 0,
            Part::Before => 1,
            Part::Long => 2,
        };
        assert!(FEATURES.is_sorted_by_key(|feature| order(feature.part)));
        let has = |passage: &str, previous: &str, name: &str| {
            let index = FEATURES.iter().position(|feature| feature.name == name).unwrap();
            features(passage, previous)[index]
        };
        assert!(has("Wait, that’s odd", "", "opens_wait") && !has("But wait", "", "opens_wait"));
        assert!(has("x", "It doesn’t fit.", "before_rejects") && !has("It doesn't fit", "x", "before_rejects"));
        assert!(has(&"word ".repeat(41), "", "long") && !has(&"word ".repeat(40), "", "long"));
    }

    #[test]
    fn a_doubt_scores_below_a_turn() {
        let turn = score("Wait, let me think of a different approach.", "That doesn't work.");
        let doubt = score("Hmm, I'm not sure whether it holds?", "So it is six.");
        assert!(turn > 0.5 && doubt < 0.1, "{turn} {doubt}");
    }
}
