//! A window cut into lines. Not what stands on them.

use memchr::memchr;

use super::bytes::Window;
use crate::Result;

/// The next line of a file.
pub(super) enum Line {
    /// A line that is not blank, as a range of the window counted from its start; consumed by [`Lines::used`].
    Text(usize),
    /// A line longer than a record may be; it has been passed over.
    TooLong,
    /// The end of the file.
    End,
}

/// Goes through a window line by line.
pub(super) struct Lines {
    /// The number of the current line, from 1.
    pub(super) number: u64,
    /// Bytes to give up before the next line: the current one and its break.
    used: usize,
}

impl Lines {
    /// So many lines come before those of the window.
    pub(super) fn after(number: u64) -> Self {
        Self { number, used: 0 }
    }

    /// Finds the next line that is not blank. Its bytes are `window.part(0, length)` until the next call.
    pub(super) fn next(&mut self, window: &mut Window) -> Result<Line> {
        loop {
            window.start += std::mem::take(&mut self.used);
            let mut searched = 0;
            let (length, after) = loop {
                if let Some(at) = memchr(b'\n', &window.held()[searched..]) {
                    break (searched + at, searched + at + 1);
                }
                searched = window.held().len();
                if searched > window.longest_record() {
                    self.number += 1;
                    return pass_over(window).map(|()| Line::TooLong);
                }
                if !window.more()? {
                    if searched == 0 {
                        return Ok(Line::End);
                    }
                    break (searched, searched);
                }
            };
            self.number += 1;
            self.used = after;
            if length > window.longest_record() {
                return Ok(Line::TooLong);
            }
            if !window.part(0, length).trim_ascii().is_empty() {
                return Ok(Line::Text(length));
            }
        }
    }
}

/// Passes over the rest of a line, of which none needs to be held.
pub(super) fn pass_over(window: &mut Window) -> Result<()> {
    loop {
        window.clear();
        if !window.more()? {
            return Ok(());
        }
        if let Some(at) = memchr(b'\n', window.held()) {
            window.start += at + 1;
            return Ok(());
        }
    }
}
