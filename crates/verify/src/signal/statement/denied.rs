//! Is it denied, or only not claimed? "It is not true that all tests pass" says the opposite, "we are not at the point where all tests
//! pass" and "I cannot say that" claim nothing. Only clauses around a statement; "the tests do not pass" is a result of its own.

use std::sync::LazyLock;

use regex::Regex;

use super::part::QUANTITY;

/// How a statement stands to the clause around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// The sentence says that it is not so.
    Turned,
    /// The sentence does not say whether it is so.
    Unclaimed,
}

struct Cues {
    turned: Regex,
    turned_after: Regex,
    unclaimed: Regex,
    point: Regex,
}

static CUES: LazyLock<Option<Cues>> = LazyLock::new(|| {
    let make = |pattern: &str| {
        let pattern = pattern.replace("QUANTITY", QUANTITY).replace("NOT", r"(?:\bnot|n't|\bnever|\bno|\bnor|\bwithout|\bcannot|\bhardly|\bunable\sto|\bfar\sfrom|\bshort\sof|\bno\slonger|\bfail(?:ed|s)?\sto|\bneither|\bnothing|\bnone\sof\s(?:this|that|it|these|which)|\byet\sto|\bnobody|\brefuse\sto)");
        Regex::new(&format!("(?i){pattern}")).ok()
    };
    Some(Cues {
        turned: make(
            r"(?:NOT\s(?:(?:yet|quite|actually|really|at\sall|a|currently)\s)?(?:true|the\scase|correct|accurate|right|so|fact)|\b(?:untrue|false|incorrect|inaccurate|wrong|a\slie|a\sfalsehood)(?:\sto\s(?:say|claim|state|report))?)\s(?:that\s)?QUANTITY$",
        )?,
        turned_after: make(
            r#"^["”']?,?\s(?:is|was|would\sbe)\s(?:simply\s|just\s)?(?:not\s(?:true|correct|right|the\scase|accurate)|untrue|false|wrong|incorrect|a\slie)\b"#,
        )?,
        // Verbs and nouns of saying and knowing, denied.
        unclaimed: make(
            r"NOT\s[^.;,:\n]{0,40}?\b(?:say|claim|mean|imply|show|prove|guarant|promise|think|believe|verify|confirm|know|sure|certain|evidence|sign|proof|assert|pretend|establish|demonstrate|ensure|conclude|assume|checked|seen|said|claimed|promised|suggest(?:ed)?|report|saying|claiming|knowing|checking|verifying|confirming|pretending|ensuring)\w{0,3}\s(?:yet\s)?(?:(?:that|whether|if)\s)?QUANTITY(?:[\w-]+\s)?$",
        )?,
        point: make(
            r"NOT\b[^.;\n]{0,70}\b(?:point|stage|state|place|moment|version|situation|position|spot|step|phase|commit|run|time|day|setup|environment)\s(?:where|when|that|at\swhich|in\swhich|such\sthat|with)\sQUANTITY(?:[\w-]+\s)?$",
        )?,
    })
});

/// Whether and how the sentence denies the statement between `before` and `after`.
pub(super) fn denied(before: &str, after: &str) -> Option<Denied> {
    let cues = CUES.as_ref()?;
    let before = before.replace('*', "").replace('’', "'");
    // "I did not touch it and can confirm that": the denial ends where another clause begins.
    let clause = [" and ", " but ", " so "].iter().filter_map(|mark| before.rfind(mark)).max().unwrap_or(0);
    let before = &before[clause..];
    if cues.turned.is_match(before) || cues.turned_after.is_match(after) {
        Some(Denied::Turned)
    } else if cues.unclaimed.is_match(before) || cues.point.is_match(before) {
        Some(Denied::Unclaimed)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Denied::{Turned, Unclaimed};
    use super::*;

    #[test]
    fn denials_are_told_from_claims() {
        let cases = [
            ("It is not true that all ", "", Some(Turned)),
            ("It isn’t the case that every ", "", Some(Turned)),
            ("It would be false to say that all the ", "", Some(Turned)),
            ("That all ", " is simply not true.", Some(Turned)),
            ("I did not get to the point where all ", "", Some(Unclaimed)),
            ("We are not yet in a state in which the unit ", "", Some(Unclaimed)),
            ("I cannot confirm that ", "", Some(Unclaimed)),
            ("This does not mean that the ", "", Some(Unclaimed)),
            // The last letters of the verb that promises are free, as of the other verbs.
            ("I can give no guarant\u{65}e that all ", "", Some(Unclaimed)),
            ("I have no proof that all ", "", Some(Unclaimed)),
            ("I changed nothing in the parser, and all ", "", None),
            ("We are at the point where all ", "", None),
            ("I did not touch it and can confirm that all ", "", None),
            ("It is true that all ", "", None),
            ("No files are left over and all ", ", which is not wrong.", None),
        ];
        for (before, after, expected) in cases {
            assert_eq!(denied(before, after), expected, "{before}");
        }
    }
}
