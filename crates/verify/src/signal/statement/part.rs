//! Is it said of all, or of a part? "Nearly all", "all except", "all but one", "all pass, but one fails" say less than "all pass", and are
//! read as saying less. Words around a result in its sentence; not arithmetic, and not what the parts are.

use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, Polarity};

/// Words between "all" or "that" and the tests.
pub(super) const QUANTITY: &str =
    r"(?:(?:all|every|each|one|of|the|my|our|its|these|those|any|both|single|existing|unit|new|other|\d+)\s){0,5}";

/// Who may be left out by name: a test, some number of them.
const SOME: &str = r"(?:(?:the\s|only\s|just\s)?(?:one|two|three|four|five|six|seven|\d+|some|several|a\sfew|a\scouple|a\shandful|another|others?|at\sleast\sone)(?:\s(?:of\s(?:them|the\s\w+)|other|remaining|new|old|\w+\s)?(?:tests?|cases?|specs?)?)?|`[^`\n]{1,80}`|\w+(?:::\w+)+|test_\w+|(?:the|a)\s(?:[\w-]+\s){0,2}(?:tests?|cases?|specs?|suite)|\w+\s(?:tests?|cases?|specs?))";

const FAILS: &str = r"(?:\s|,\swhich\s)(?:(?:still|currently|now|also|sadly|unfortunately|does|do|is|are|keeps?)\s){0,3}(?:fail(?:s|ing|ed)?|not\spass(?:ing)?|doesn't\spass|don't\spass|red|broken|breaks?|times?\sout|crash(?:es)?|errors?(?:\sout)?)\b";

struct Cues {
    nearly: Regex,
    some: Regex,
    all_but: Regex,
    excepted_before: Regex,
    excepted_after: Regex,
    contrast: Regex,
    skipped: Regex,
    failing: Regex,
    mended: Regex,
}

static CUES: LazyLock<Option<Cues>> = LazyLock::new(|| {
    let make = |pattern: &str| {
        let except = r"(?:except(?:ing)?(?:\sfor|\sthat)?|apart\sfrom|aside\sfrom|other\sthan|with\sthe\s(?:\w+\s)?exceptions?\sof|excluding|save\s(?:for|one|two|three|\d+|`|\w+::)|barring|bar\s(?:one|two|\d+)|minus|modulo|with\s(?:just\s|only\s)?(?:one|two|three|four|five|\d+|an?|a\sfew|some|a\ssingle)\s(?:\w+\s)?(?:exceptions?|failures?|failing)|but\sfor|but\snot|but\s(?:one|two|three|four|five|\d+)\b|not\s(?:counting|including)|leaving\saside)";
        let filled = pattern
            .replace("EXCEPT", except)
            .replace("QUANTITY", QUANTITY)
            .replace("SOME", SOME)
            .replace("FAILS", FAILS);
        Regex::new(&format!("(?i){filled}")).ok()
    };
    Some(Cues {
        nearly: make(
            r"\b(?:(?:nearly|almost|virtually|practically|not\squite|close\sto|just\sabout|all\sbut)\s(?:all|every|each|everything|\d+|one|two)(?:\sone)?|(?:hardly|scarcely|barely)\s(?:any|a\ssingle|a)|very\sfew|^\W*few|only\s(?:some|one|two|three|four|five|\d+|half|a\sfew|a\shandful|the)|most|mostly|(?:about\s)?half|the\s(?:vast\s)?(?:majority|bulk)|a\s(?:large\s|vast\s)?majority|[1-9]?\d(?:\.\d+)?\s?%)(?:\sof)?\sQUANTITY(?:[\w-]+\s)?$",
        )?,
        some: make(
            r"\b(?:some|many|several|a\sfew|a\scouple|a\s(?:number|handful|subset|part)|part|the\srest|rest|remaining|others?|remainder)(?:\sof)?\sQUANTITY$",
        )?,
        all_but: make(r"\b(?:all|every|everything|each)\s(?:\w+\s){0,2}(?:but|except|save|bar)\s[^.;,\n]{1,60}$")?,
        excepted_before: make(
            r"(?:^\W*|[;:—–]\s|\band\s|\bbut\s|\bthat,?\s)EXCEPT\s[^,;.\n]{1,80},\s(?:now\s)?QUANTITY(?:[\w-]+\s)?$",
        )?,
        excepted_after: make(
            r"^(?P<bare>(?:\s(?:now|again|locally|here|cleanly|fine|successfully|on\s\w+|in\s(?:\w+\s)?\w+))*\s?[,(—–-]*\s?EXCEPT)\b(?P<rest>[^;\n]*)",
        )?,
        contrast: make(
            r"^[^.;:\n]{0,40}?(?:,?\s(?:but|though|although|while|whereas|yet|except|and)\s|[,;:(]\s?|\s[—–-]\s)(?:that\s|then\s|only\s|just\s|unfortunately,?\s|sadly,?\s|currently\s)?SOMEFAILS",
        )?,
        skipped: make(
            r"\b(?:skip|ignor|disabl|pending|xfail|quarantin|deselect|filtered|expected\sfail|not\srun|n't\srun|unsupported)",
        )?,
        failing: make(
            r"\b(?:fail|broken|breaks|red\b|error|times?\sout|timed\sout|crash|doesn't\spass|not\spass|don't\spass)",
        )?,
        mended: make(
            r"\b(?:before|earlier|at\sfirst|initially|previously|originally|used\sto|since\sfixed|now\sfixed|no\slonger)\b",
        )?,
    })
});

/// What remains of a result that stands at `start..end` of a sentence, where it is said of a part only: the polarity that the sentence
/// supports. Nothing where it is said of all.
pub(super) fn part(sentence: &str, start: usize, end: usize, kind: Kind) -> Option<Polarity> {
    let cues = CUES.as_ref()?;
    // Emphasis and typographic apostrophes are no words.
    let plain = |text: &str| text.replace('*', "").replace('’', "'");
    let (before, after) = (plain(&sentence[..start]), plain(&sentence[end..]));
    // A test that fails is no more than a part of a build or of a check that is in order otherwise.
    let weaker = if kind == Kind::Tests { Polarity::Failed } else { Polarity::Happened };
    if cues.nearly.is_match(&before) || cues.all_but.is_match(&before) {
        return Some(weaker);
    }
    if let Some(captures) = cues.excepted_after.captures(&after) {
        let rest = captures.name("rest").map_or("", |rest| rest.as_str());
        if cues.skipped.is_match(rest) {
            return None;
        }
        return Some(if cues.failing.is_match(rest) { weaker } else { Polarity::Happened });
    }
    if cues.excepted_before.is_match(&before) {
        return Some(if cues.failing.is_match(&before) { weaker } else { Polarity::Happened });
    }
    if kind == Kind::Tests && cues.contrast.is_match(&after) && !cues.mended.is_match(sentence) {
        return Some(weaker);
    }
    cues.some.is_match(&before).then_some(Polarity::Happened)
}
