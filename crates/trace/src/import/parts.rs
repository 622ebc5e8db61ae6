//! Traces taken in part by part, for what can be counted on several threads. Not who counts what.

use crate::Trace;

/// Takes in the traces of one part of a file, some thousand at most, on whichever thread reads it.
pub trait Part: Send {
    /// Takes in one trace. Its sample number is the source's where it is `numbered`, else 0.
    fn see(&mut self, trace: &Trace, numbered: bool);

    /// The part is over. Parts end on the caller's thread, in the order of the source.
    fn end(self: Box<Self>);
}

/// Begins a part of the file of this name.
pub type Begin<'p> = dyn Fn(&str) -> Box<dyn Part> + 'p;

/// How many traces a part has at most where it is not a block of lines.
pub(super) const TRACES_OF_A_PART: u64 = 1 << 14;
