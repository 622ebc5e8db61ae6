//! What is kept of a trace beside the usual row: how long its chain is, in tokens and in words. Not the chain itself.

use candor_llm::Provenance;
use candor_trace::Trace;

use crate::rows::{Decided, Kept};

/// Not recorded.
const NONE: u32 = u32::MAX;

/// A trace with the length of its chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    pub(super) kept: Kept,
    tokens: u32,
    words: u32,
}

const _: () = assert!(size_of::<Chain>() <= 64, "a million traces must fit in 64 MB");

/// In what a length is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Reasoning tokens, as the vendor counted them.
    Tokens,
    /// Words of the raw chain. A summary's words are not the chain's.
    Words,
}

impl Counted {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "reasoning tokens",
            Self::Words => "words of the chain",
        }
    }
}

impl Chain {
    pub(super) fn of(kept: Kept, trace: &Trace) -> Self {
        let count = |count: u64| u32::try_from(count).ok().filter(|count| *count != NONE).unwrap_or(NONE - 1);
        let raw = trace.reasoning().filter(|chain| chain.provenance == Provenance::Raw);
        let words = raw.map_or(NONE, |chain| count(chain.text.split_ascii_whitespace().count() as u64));
        Self { kept, tokens: trace.usage.reasoning.map_or(NONE, count), words }
    }

    /// The length, where that was recorded.
    pub(super) fn length(&self, counted: Counted) -> Option<f64> {
        let length = match counted {
            Counted::Tokens => self.tokens,
            Counted::Words => self.words,
        };
        (length != NONE).then(|| f64::from(length))
    }

    /// Whether it was right, where that was decided; a complete reply without an answer is not right.
    pub(super) fn right(&self) -> Option<bool> {
        match self.kept.verdict {
            Decided::Correct => Some(true),
            Decided::Wrong | Decided::NoAnswer => Some(false),
            Decided::Undecided => None,
        }
    }
}

/// Tokens where as many chains have them as words: one table never mixes both. `None` without any length.
pub(super) fn counted(chains: &[Chain]) -> Option<Counted> {
    let with = |counted: Counted| chains.iter().filter(|chain| chain.length(counted).is_some()).count();
    let (tokens, words) = (with(Counted::Tokens), with(Counted::Words));
    match (tokens, words) {
        (0, 0) => None,
        _ if tokens >= words => Some(Counted::Tokens),
        _ => Some(Counted::Words),
    }
}
