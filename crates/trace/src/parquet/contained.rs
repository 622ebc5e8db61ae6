//! Foreign bytes in the hands of a library that panics on some of them: there a panic is what is wrong with the file, and ends nothing else. Not for our own code,
//! in which a panic is our fault.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::bounds::Unsound;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught by whoever called the library that panics: a hook that would end the process leaves it alone.
#[must_use]
pub fn is_contained() -> bool {
    CONTAINED.try_with(Cell::get).unwrap_or(false)
}

/// Does what may panic. After a panic nothing that it was doing is used again.
pub(super) fn contained<T>(work: impl FnOnce() -> Result<T, Unsound>) -> Result<T, Unsound> {
    let before = CONTAINED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(before);
    done.unwrap_or_else(|_| {
        Err(Unsound {
            expected: "values that can be unpacked".to_owned(),
            found: "bytes that make no sense where they stand".to_owned(),
        })
    })
}
