//! Stage one: the words that announce that a chain may go back on itself. Many a "wait" is none; telling them apart is stage two.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

static CUES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?imx)
        (?:^|[.!?…]\s)\W{0,6}(?:(?:but|oh|and|so|or|hmm|okay|ok|well)\W{1,3}){0,2}
            (?P<opening>wait|hold\ on|hmm+|actually|alternatively|no|nope|scratch\ that|another\ (?:thought|angle|approach|idea|way|possibility|option|pattern)
                |or\ (?:maybe|perhaps)|what\ if|what\ about|on\ second\ thoughts?)\b
        | \b(?P<inside>
              let\ me\ (?:just\ )?(?:re-?\w+|double-?check|check|verify|confirm|go\ back|try|start\ over|think\ (?:again|differently|of\ other|of\ another|about\ this\ differently|deeper))
            | i(?:'ll|\ will|\ should|\ need\ to)\ (?:try\ (?:a\ different|another|again)|reconsider|start\ over|go\ back|think\ about\ (?:\w+\ ){1,3}differently)
            | that(?:'s|’s|\ is)\ (?:not\ (?:quite\ )?(?:right|correct)|wrong|incorrect)|that\ (?:can(?:'|’)t|cannot)\ be\ (?:right|correct)|that\ (?:isn(?:'|’)t|doesn(?:'|’)t\ seem)\ (?:right|correct)
            | i\ (?:made|must\ have\ made|may\ have\ made|might\ have\ made)\ (?:a|an)\ (?:mistake|error)
            | maybe\ i\ (?:made|should|need|misread|misunderstood)
            | going\ back\ to|start(?:ing)?\ over|from\ scratch|on\ second\ thoughts?|scratch\ that
          )\b",
    )
    .ok()
});

/// The first cue of a passage, without what stands before it.
pub(super) fn first(passage: &str) -> Option<Range<usize>> {
    let captures = CUES.as_ref()?.captures(passage)?;
    captures.name("opening").or_else(|| captures.name("inside")).map(|cue| cue.range())
}

static OPENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^\W{0,6}(?:(?:but|oh|and|so|or|hmm|okay|ok|well)\W{1,3}){0,2}
        (?:no[,.]|(?:wait|hold\ on|hmm+|actually|alternatively|scratch\ that|another\ (?:thought|angle|approach|idea|way|possibility|option|pattern)
           |or\ (?:maybe|perhaps)|what\ if|what\ about|let\ me|on\ second\ thoughts?)\b)",
    )
    .ok()
});

/// How far into a sentence an opening reaches, in bytes.
const REACH: usize = 64;

/// Whether a sentence opens with a cue, so that a passage begins with it.
pub(super) fn opens(sentence: &str) -> bool {
    OPENS.as_ref().is_some_and(|opens| opens.is_match(super::super::stated::head(sentence, REACH)))
}
