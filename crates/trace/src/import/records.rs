//! From a window over a file to its records, whatever their container. Not what a record means.

use super::bytes::Window;
use super::elements::Elements;
use super::lines::{Line, Lines};
use super::reading::{Reading, Stop};
use crate::Place;
use crate::error::Problem;
use crate::mapping::path::Step;

/// What reads the records of one file.
pub(crate) trait Records {
    /// Reads one record of JSON, with the keys that were captured on the way to it.
    fn record(
        &mut self,
        bytes: &[u8],
        captures: &[String],
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop>;
}

/// Hands over every line that is not blank.
pub(super) fn lines(window: &mut Window, records: &mut dyn Records, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut lines = Lines::new();
    let mut seen = 0;
    loop {
        let line = lines.next(window)?;
        let place = Place { record: lines.number, part: 0 };
        match line {
            Line::End => return Ok(()),
            Line::Text(length) => records.record(window.part(0, length), &[], place, reading)?,
            Line::TooLong => {
                let expected = format!("at most {} bytes", window.longest_record());
                reading.invalid(Problem::new("", expected, "a longer line"), place)?;
            }
        }
        if window.bytes() != seen {
            seen = window.bytes();
            reading.progress(seen);
        }
    }
}

/// Hands over every value at `steps` of every document.
pub(super) fn elements(
    window: &mut Window,
    steps: &[Step],
    records: &mut dyn Records,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    let mut each = |bytes: &[u8], captures: &[String], number: u64| {
        records.record(bytes, captures, Place { record: number, part: 0 }, reading)
    };
    Elements::new(window, &mut each).run(steps).map(drop)
}

/// Hands over every record of a container of JSON.
pub(super) fn read(
    window: &mut Window,
    container: super::Container,
    records: &mut dyn Records,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    match container {
        super::Container::JsonLines => lines(window, records, reading),
        super::Container::JsonList => elements(window, &[Step::Items], records, reading),
        _ => elements(window, &[], records, reading),
    }
}
