//! Stage two, the class: what a passage with a cue does. Rules in order, the first that matches decides; there are no labels of
//! these classes to measure them by.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// What a passage with a cue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Looks at a result again and takes nothing back: "let me verify that". Does not count as backtracking.
    ConfirmingCheck,
    /// Takes back what was said: "no, that is wrong", "I made a mistake".
    Retraction,
    /// Goes over the same ground anew: "let me think again", "recompute", or an objection with nothing more.
    ReDerivation,
    /// Tries another way or another candidate: "alternatively", "a different approach", "maybe it is".
    AlternativeAttempt,
}

impl Class {
    /// Every class, in the order in which tables list them.
    pub const ALL: [Self; 4] = [Self::ConfirmingCheck, Self::Retraction, Self::ReDerivation, Self::AlternativeAttempt];

    /// Whether the class counts as backtracking: all but a confirming check do.
    #[must_use]
    pub fn counts(self) -> bool {
        self != Self::ConfirmingCheck
    }

    /// The words used in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmingCheck => "confirming check",
            Self::Retraction => "retraction",
            Self::ReDerivation => "re-derivation",
            Self::AlternativeAttempt => "alternative attempt",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

struct Rules {
    retraction: Regex,
    confirmed: Regex,
    alternative: Regex,
    again: Regex,
    check: Regex,
}

static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| {
    Some(Rules {
        retraction: Regex::new(
            r"(?ix)
            ^\W*(?:(?:but|oh|hmm|so)\W+)*(?:wait|hold\ on|actually|hmm)?\W*(?:no[,.:]|no\ wait|nope\b|scratch\ that|actually\W+no\b)
            | \bthat(?:'s|\ is|\ was)\ (?:not\ (?:quite\ )?(?:right|correct|it)|(?:clearly\ |obviously\ |just\ )?(?:wrong|incorrect|a\ mistake))\b
            | \bthat\ (?:can't|cannot)\ be\ (?:right|correct|it)\b|\bthat\ (?:isn't|wasn't|doesn't\ seem)\ (?:right|correct|it)\b
            | \bi\ (?:have\ )?(?:made|must\ have\ made)\ (?:a|an)\ \w*\s?(?:mistake|error)
            | \bi\ (?:was\ wrong|misread|miscounted|misunderstood|forgot|overlooked|mixed\ up)\b
            | \bmy\ (?:earlier|previous|first|initial)\ \w+\ (?:was|is)\ (?:wrong|incorrect|off)
            | \bscratch\ that\b|\bon\ second\ thoughts?\b|\bi\ take\ (?:that|it)\ back\b",
        )
        .ok()?,
        // Ends by holding: whatever was doubted stands.
        confirmed: Regex::new(
            r"(?i)\b(?:checks out|(?:still|does) (?:hold|work|fit)s?|(?:that|it|this|which)(?:'s| is| was| seems)? (?:indeed |still )?(?:right|correct|consistent|fine)\b|matches)",
        )
        .ok()?,
        alternative: Regex::new(
            r"(?ix)
            \balternatively\b|\banother\ (?:\w+\ )?(?:thought|angle|approach|idea|way|possibility|option|pattern|method|interpretation)
            | \b(?:different|other|better)\ (?:\w+\ )?(?:approach|angle|way|method|idea|possibilit|pattern|strateg|option|candidate)|\bdifferently\b
            | \b(?:wait|hold\ on|hmm|or|actually)\W+(?:maybe|perhaps)\b|\bwhat\ (?:if|about)\b|\binstead\b|\btry\ another\b|\bcould\ (?:it|the\ \w+)\ be\b",
        )
        .ok()?,
        again: Regex::new(
            r"(?i)\b(?:again|start(?:ing)? over|from scratch|re-?(?:compute|calculate|derive|do|count|read|think|consider|evaluate|examine|trace|start)\w*|go(?:ing)? back)\b",
        )
        .ok()?,
        check: Regex::new(
            r"(?i)\b(?:re-?check|double-?check|check|verify|confirm|make sure|to be sure|sanity)",
        )
        .ok()?,
    })
});

/// The class of a passage that has a cue.
pub(super) fn of(passage: &str) -> Class {
    let Some(rules) = RULES.as_ref() else { return Class::ReDerivation };
    let passage = passage.replace('’', "'");
    let checks = rules.check.is_match(&passage);
    if rules.retraction.is_match(&passage) && !(checks && rules.confirmed.is_match(&passage)) {
        Class::Retraction
    } else if rules.alternative.is_match(&passage) {
        Class::AlternativeAttempt
    } else if checks {
        Class::ConfirmingCheck
    } else if rules.again.is_match(&passage) {
        Class::ReDerivation
    } else if rules.confirmed.is_match(&passage) {
        Class::ConfirmingCheck
    } else {
        Class::ReDerivation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_classes_are_told_apart() {
        let cases = [
            ("Wait, no, the train leaves at nine.", Class::Retraction),
            ("That can't be right, the sum is odd.", Class::Retraction),
            ("I made a mistake in the second line.", Class::Retraction),
            ("Hmm, that's right, it was nine.", Class::ConfirmingCheck),
            ("Hmm, that's not quite right.", Class::Retraction),
            ("Alternatively, we could count the pairs.", Class::AlternativeAttempt),
            ("Wait, maybe it's the vowels.", Class::AlternativeAttempt),
            ("Let me try a different approach.", Class::AlternativeAttempt),
            ("Let me double-check the sum: 3 + 4 = 7, that's right.", Class::ConfirmingCheck),
            ("Hmm, let me verify this with n = 2.", Class::ConfirmingCheck),
            ("Wait, let me recompute the product.", Class::ReDerivation),
            ("Let me think again about the first step.", Class::ReDerivation),
            ("Wait, but the riddle speaks of two doors.", Class::ReDerivation),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
