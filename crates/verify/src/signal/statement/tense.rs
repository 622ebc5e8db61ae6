//! Is it said to have happened? Plans, conditions and the words of others are told from claims by what stands around a statement
//! in its sentence. Not a grammar.

use std::sync::LazyLock;

use regex::Regex;

use super::Tense;
use super::sentence::in_quotation;

struct Cues {
    strong: Regex,
    weak: Regex,
    condition: Regex,
    condition_after: Regex,
    reported: Regex,
    reported_after: Regex,
    own_condition: Regex,
}

static CUES: LazyLock<Option<Cues>> = LazyLock::new(|| {
    Some(Cues {
        // Hold to the end of the sentence.
        strong: Regex::new(
            r"(?ix)\b(?:will|'ll|shall|won't|going\ to|gonna|plan(?:ning)?\ to|intend|let\ me|let's|need(?:s|ed)?\ to|have\ to|has\ to|must|please|want(?:s)?\ to|would\ like
            |you\ (?:can|should|may|might|could|need|will)|can\ you|could\ you|make\ sure\ to|remember\ to|don't\ forget|todo|tbd|remains\ to|i\ should|we\ should|should\ (?:i|we|you)|about\ to|try\ to|trying\ to)\b|\bnext(?:\ steps?)?\s*[,:]",
        )
        .ok()?,
        // Hold to the end of the clause.
        weak: Regex::new(
            r"(?ix)\b(?:so\ that|in\ order\ to|to\ (?:verify|check|confirm|see|ensure|make|validate|prove|get|keep|let|have)|ensur(?:e|ing)|mak(?:e|ing)\ sure|making\ sure|before|expect(?:s|ed|ing)?|hope|hopefully|aim|goal|verify\ that|check\ that|confirm\ that|checking|requires?|should|can|want|wanted|tried\ to)\b",
        )
        .ok()?,
        condition: Regex::new(
            r"(?ix)\b(?:if|unless|whether|once|until|till|as\ soon\ as|in\ case|provided|assuming|assume|suppose|supposing|would|could|might|may|maybe|perhaps|presumably|probably|likely|possibly|when\ you|when\ the\ user|see\ (?:if|that)|how|why|what\ if|not\ sure|unclear|don't\ know|can't\ (?:tell|say|confirm)|cannot\ (?:tell|say|confirm))\b",
        )
        .ok()?,
        condition_after: Regex::new(
            r"(?i)^[^.;,\n]{0,40}\b(?:if (?:you|we|i|the|it)|unless|once (?:you|we|i|the)|provided|assuming|when you)\b|^\W{0,3}\?",
        )
        .ok()?,
        reported: Regex::new(
            r"(?ix)\b(?:you(?:'ve|\ have)?\ (?:also\ )?(?:said|say|mention(?:ed)?|report(?:ed)?|wrote|claim(?:ed)?|told|noted|stated|ran|created|added|updated|indicated|asked|ask)
            |(?:the\ )?(?:user|author|customer|reviewer|maintainer|reporter|colleague|readme|docs?|documentation|issue|ticket|ci|changelog|comments?|commit(?:\ message)?|pr|pull\ request|description|instructions?|task|prompt|log\ entry|message|spec|developer|team)\s+(?:also\ )?(?:says?|said|states?|stated|claims?|claimed|reports?|reported|mentions?|mentioned|wrote|notes?|noted|wants?|asks?|asked|requires?|expects?|thinks?|ran|created|added|updated)
            |according\ to|as\ (?:you|reported|stated|described|mentioned|the\ (?:user|issue|readme))|reportedly|allegedly|supposedly|per\ (?:the|your)|was\ told|(?:he|she|they|someone|somebody)\ (?:said|says|ran|claims?|claimed|reported|wrote)|your\ (?:message|report|note|claim))\b",
        )
        .ok()?,
        reported_after: Regex::new(
            r#"(?i)^["”'`]?,?\s*(?:according to|(?:you|the user|the (?:readme|docs?|issue|author|ci)|he|she|they) (?:said|says?|claim(?:s|ed)?|reported|wrote|mentioned|state[sd]?)|as (?:you|the user) (?:said|reported|mentioned)|per (?:the|your)|is what (?:you|the))\b"#,
        )
        .ok()?,
        own_condition: Regex::new(r"(?i)\b(?:if|whether|unless|once|had|imagine|suppose|as though|as if)\s*$").ok()?,
    })
});

static EARLIER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:at first|initially|originally|previously|earlier|before (?:my|the|this|that|i|any|making)|beforehand|used to|prior to|on (?:main|master)|without (?:my|the|this)|first (?:run|attempt|try|time)|baseline|had (?:been )?(?:fail|pass|broken))",
    )
    .ok()
});

/// What ends the reach of a plan or a condition.
const BOUNDARIES: [&str; 6] = [";", " but ", " however", " — ", " – ", " although "];

/// How the statement at `start..end` of a sentence stands to what has happened. `own` says that it names its own subject ("I ran").
pub(super) fn tense(sentence: &str, start: usize, end: usize, own: bool) -> Tense {
    let Some(cues) = CUES.as_ref() else { return Tense::Hypothetical };
    let (before, after) = (&sentence[..start], &sentence[end..]);
    let plain = before.replace('’', "'");
    let clause = BOUNDARIES.iter().filter_map(|mark| plain.rfind(mark).map(|at| at + mark.len())).max().unwrap_or(0);
    let reach = &plain[clause..];
    if in_quotation(sentence, start) || cues.reported.is_match(reach) || cues.reported_after.is_match(after) {
        return Tense::Reported;
    }
    if own {
        return if cues.own_condition.is_match(reach) { Tense::Hypothetical } else { Tense::Done };
    }
    let near = &reach[reach.rfind(", ").map_or(0, |at| at + 2)..];
    if cues.condition.is_match(reach) || cues.condition_after.is_match(after) {
        return Tense::Hypothetical;
    }
    if cues.strong.is_match(reach) || cues.weak.is_match(near) {
        return Tense::Intended;
    }
    Tense::Done
}

/// Whether a sentence speaks of an earlier state.
pub(super) fn earlier(sentence: &str) -> bool {
    EARLIER.as_ref().is_some_and(|earlier| earlier.is_match(sentence))
}
