//! From a window over a file to its records, whatever their container. Not what a record means.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

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
pub(crate) fn lines(window: &mut Window, records: &mut dyn Records, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut lines = Lines::new();
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

/// Hands over every record at `steps`; without steps, every item of a list, or every document.
pub(crate) fn json(
    window: &mut Window,
    steps: Option<&[Step]>,
    records: &mut dyn Records,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    let is_list = window.held().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    match steps {
        Some(steps) => elements(window, steps, records, reading),
        None if is_list => elements(window, &[Step::Items], records, reading),
        None => elements(window, &[], records, reading),
    }
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

/// The rows of a table (RFC 4180: a cell in quotes may hold line breaks).
pub(crate) struct Rows<'w> {
    reader: csv::Reader<Bounded<'w>>,
    names: Vec<String>,
    row: csv::StringRecord,
    since: Rc<Cell<usize>>,
}

/// Why a row cannot be read.
pub(crate) enum BadRow {
    /// The next one may be.
    Invalid(Problem, u64),
    /// None after it can be.
    Stop(Stop),
}

/// Stops a quote that is never closed from swallowing a file into memory.
struct Bounded<'w> {
    window: &'w mut Window,
    since: Rc<Cell<usize>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.window.read(into)?;
        self.since.set(self.since.get() + count);
        if self.since.get() > self.window.longest_record() + into.len() {
            return Err(io::Error::other("a row longer than a record may be; a quote may never be closed"));
        }
        Ok(count)
    }
}

impl<'w> Rows<'w> {
    /// Reads the line of names.
    pub(crate) fn open(window: &'w mut Window, delimiter: u8) -> Result<Self, Stop> {
        let since = Rc::new(Cell::new(0));
        let bounded = Bounded { window, since: Rc::clone(&since) };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).buffer_capacity(1 << 18).from_reader(bounded);
        let names = reader.headers().map_err(|error| Stop::Broken(row_problem(&error), 1))?;
        let names = names.iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self { reader, names, row: csv::StringRecord::new(), since })
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The next row with the line that it begins on.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &csv::StringRecord)>, BadRow> {
        self.since.set(0);
        let line = self.reader.position().line();
        match self.reader.read_record(&mut self.row) {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some((self.row.position().map_or(line, csv::Position::line), &self.row))),
            Err(error) => {
                let problem = row_problem(&error);
                let line = error.position().map_or(line, csv::Position::line);
                match error.kind() {
                    csv::ErrorKind::Utf8 { .. } | csv::ErrorKind::UnequalLengths { .. } => {
                        Err(BadRow::Invalid(problem, line))
                    }
                    _ => Err(BadRow::Stop(Stop::Broken(problem, line))),
                }
            }
        }
    }
}

fn row_problem(error: &csv::Error) -> Problem {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::new("", format!("{expected_len} cells as in the first line"), len.to_string())
        }
        csv::ErrorKind::Utf8 { .. } => Problem::new("", "text in UTF-8", "other bytes"),
        _ => Problem::new("", "rows of a table", error.to_string()),
    }
}
