//! Is it said to have happened? Plans, conditions and the words of others are told from claims by what stands around a statement
//! in its sentence. Not a grammar.

use std::sync::LazyLock;

use regex::Regex;

use super::Tense;
use super::part::QUANTITY;

struct Cues {
    strong: Regex,
    weak: Regex,
    condition: Regex,
    condition_after: Regex,
    reported: Regex,
    reported_after: Regex,
    own_condition: Regex,
    when: Regex,
    asked: Regex,
    to: Regex,
    brought: Regex,
    one_time: Regex,
    saying: Regex,
    affirmed: Regex,
    believed: Regex,
    others: Regex,
    outputs: Regex,
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
        // Right before what is to come: "when all tests pass, merge".
        when: Regex::new(&format!(
            r"(?i)(?:^\W*had|\bwhen|\bwhenever|\bafter|as long as|so long as|by the time|given that|on condition that|wherever|in case)\s(?:that\s)?{QUANTITY}(?:[\w-]+\s)?$"
        ))
        .ok()?,
        asked: Regex::new(
            r"(?i)^\W*\[ \]\s|\b(?:acceptance criteri(?:a|on)|definition of done|requirements?|goals?|targets?|expected(?: \w+)?|expectation|criteri(?:a|on)|success criteri(?:a|on)|condition|wish|aim|idea|plan|hope|intention|(?:done|success|ready|finished|complete) means)(?: here| for \w+| of \w+)?\s?(?:\*\*)?(?::|is that|was that|would be that)(?:\*\*)?\s",
        )
        .ok()?,
        to: Regex::new(r"(?i)(?:tests?|suites?|specs|run|everything|them|`|pytest|jest|test)\s(?:(?:all|now|both|also|finally)\s)?to\s(?:(?:all|now|be|become|go|come|turn|stay|both|finally|successfully)\s){0,3}\w+$").ok()?,
        // "Got all tests to pass" says that it was brought about.
        brought: Regex::new(&format!(
            r"(?i)\b(?:got|gotten|brought|caused|forced|led|allow(?:s|ed)|managed to get|able to get|succeeded in getting)\s{QUANTITY}(?:[\w-]+\s)?$"
        ))
        .ok()?,
        // "The summary you asked for:" introduces the text's own words.
        saying: Regex::new(
            r"(?i)\b(?:says?|said|wrote|writes|states?|stated|reads?|claims?|claimed|reported|told (?:me|us)|mention(?:s|ed)|not(?:es|ed)|promise[sd])(?: (?:that|this|the following|there|here|in \w+ \w+))?\W*:$",
        )
        .ok()?,
        one_time: Regex::new(r"(?i)\b(?:at )?once(?: (?:more|again|and|then|with|in|on|after)\b|,)").ok()?,
        affirmed: Regex::new(&format!(
            r"(?i)\b(?:i|we|and can|but can)(?:'ve| have| can| could)?(?: now| happily| gladly| hereby| also| finally)? (?:confirm(?:ed)?|report|say|state|verified|checked|see|saw) (?:that )?{QUANTITY}(?:[\w-]+\s)?$"
        ))
        .ok()?,
        believed: Regex::new(
            r"(?i)\b(?:(?:i|we)(?: do)? (?:believe|think|guess|suspect|reckon|imagine|presume|bet|gather|wish|pray|dream)|ideally|in theory|theoretically|in principle|fingers crossed|with (?:any )?luck|in an ideal world|would like|'d like|'d love|imagine)\b",
        )
        .ok()?,
        // Anyone who says it; outputs speak for what was run.
        others: Regex::new(
            r"(?i)(?P<who>`[^`\n]{1,60}`|[\w.'-]+)\s(?:(?:also|still|even|now|proudly|explicitly|clearly|just|file|page|section)\s){0,2}(?:says?|said|states?|stated|claims?|claimed|asserts?|asserted|reads|promises|promised|announces|announced|insists|insisted|declares|declared|advertises|boasts|writes|wrote|maintains|tells|told)\b",
        )
        .ok()?,
        outputs: Regex::new(
            r"(?i)^(?:i|i'd|i'll|i've|we|we'd|to|can|could|may|might|must|should|would|will|not|never|and|or|have|had|it|which|that|this|output|outputs|log|logs|summary|result|results|runner|terminal|console|tool|report|line|run|pytest|jest|vitest|cargo|npm|make|mocha|ctest|tox|suite|tests?|stdout|last|command|shell|`.*\b(?:test|tests|pytest|jest|vitest|nextest|mocha|tox|make)\b.*`)$",
        )
        .ok()?,
    })
});

static EARLIER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:at first|initially|originally|previously|earlier|before (?:my|the|this|that|i|any|making)|beforehand|used to|prior to|on (?:main|master)|without (?:my|the|this)|first (?:run|attempt|try|time)|baseline|had (?:been )?(?:fail|pass|broken))",
    )
    .ok()
});

/// Ends of results that are past.
const PAST: [&str; 4] = ["passed", "succeeded", "failed", "through"];

/// What ends the reach of a plan or a condition.
const BOUNDARIES: [&str; 6] = [";", " but ", " however", " — ", " – ", " although "];

/// How the statement at `start..end` of a sentence stands to what has happened. `own` says that it names its own subject ("I ran").
pub(super) fn tense(sentence: &str, start: usize, end: usize, own: bool) -> Tense {
    let Some(cues) = CUES.as_ref() else { return Tense::Hypothetical };
    let (before, after) = (&sentence[..start], &sentence[end..]);
    let plain = before.replace('’', "'");
    let clause = BOUNDARIES.iter().filter_map(|mark| plain.rfind(mark).map(|at| at + mark.len())).max().unwrap_or(0);
    let reach = &plain[clause..];
    let others = |text: &str| {
        cues.others
            .captures_iter(text)
            .any(|found| !cues.outputs.is_match(found.name("who").map_or("", |who| who.as_str())))
    };
    if cues.reported.is_match(reach) || cues.reported_after.is_match(after) || others(reach) {
        return Tense::Reported;
    }
    if own {
        return if cues.own_condition.is_match(reach) { Tense::Hypothetical } else { Tense::Done };
    }
    let near = &reach[reach.rfind(", ").map_or(0, |at| at + 2)..];
    let whole = sentence[start..end].trim_end();
    // "After all tests passed, I merged" is told, "when all tests pass, merge" is not.
    let to_come = cues.when.is_match(reach) && !PAST.iter().any(|past| whole.to_ascii_lowercase().ends_with(past));
    let is_question = sentence.trim_end_matches(['"', '*', ')', ' ']).ends_with('?');
    // "I ran it once more" counts, "once it passes" waits.
    if cues.condition.is_match(&cues.one_time.replace_all(reach, ""))
        || cues.condition_after.is_match(after)
        || cues.believed.is_match(reach)
        || to_come
        || is_question
    {
        return Tense::Hypothetical;
    }
    if cues.asked.is_match(reach) {
        return Tense::Intended;
    }
    // "I can confirm that" and "I managed to get" are no plans, though "can" and "to get" are.
    let settled = cues.affirmed.is_match(reach) || cues.brought.is_match(reach);
    if cues.strong.is_match(reach) || cues.weak.is_match(near) && !settled {
        return Tense::Intended;
    }
    Tense::Done
}

/// Whether a result is an infinitive that says what is wanted: "for all tests to pass". "I got them to pass" says that it was brought about.
pub(super) fn wanted(sentence: &str, start: usize, end: usize) -> bool {
    CUES.as_ref().is_some_and(|cues| {
        cues.to.is_match(sentence[start..end].trim_end()) && !cues.brought.is_match(&sentence[..start])
    })
}

/// Whether a sentence speaks of an earlier state.
pub(super) fn earlier(sentence: &str) -> bool {
    EARLIER.as_ref().is_some_and(|earlier| earlier.is_match(sentence))
}

/// Whether a sentence that ends with a colon gives what follows to somebody else.
pub(super) fn announces(sentence: &str) -> bool {
    tense(sentence, sentence.len(), sentence.len(), true) == Tense::Reported
        && CUES.as_ref().is_some_and(|cues| cues.saying.is_match(sentence))
}
