//! From a window over a file to its records, whatever their container. Not what a record means.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::Options;
use super::blocks;
use super::bytes::{LOOKED_AT, Window};
use super::elements::Elements;
use super::lines::{Line, Lines};
use super::reading::{Reading, Stop, Taker};
use crate::error::Problem;
use crate::mapping::path::Step;
use crate::{Place, Trace};

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

    /// Another that reads records of the same file as this one would, on another thread; `None` where a record says something of the
    /// next one.
    fn fork(&self) -> Option<Box<dyn Records + Send + '_>> {
        None
    }
}

/// Hands over every line that is not blank.
pub(crate) fn lines(window: &mut Window, records: &mut dyn Records, reading: &mut Reading<'_>) -> Result<(), Stop> {
    lines_after(0, window, records, reading)
}

/// Reports a line that is longer than a record may be.
pub(super) fn too_long(window: &Window, number: u64, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let expected = format!("at most {} bytes", window.longest_record());
    reading.invalid(Problem::new("", expected, "a longer line"), Place { record: number, part: 0 })
}

/// Hands over every line that is not blank; so many lines of the file come before.
pub(super) fn lines_after(
    before: u64,
    window: &mut Window,
    records: &mut dyn Records,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    let mut lines = Lines::after(before);
    loop {
        let line = lines.next(window)?;
        let place = Place { record: lines.number, part: 0 };
        match line {
            Line::End => return Ok(()),
            Line::Text(length) => {
                reading.whom(window.part(0, length));
                records.record(window.part(0, length), &[], place, reading)?;
            }
            Line::TooLong => too_long(window, lines.number, reading)?,
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
        reading.whom(bytes);
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
        super::Container::JsonLines => blocks::lines(window, records, reading),
        super::Container::JsonList => elements(window, &[Step::Items], records, reading),
        _ => elements(window, &[], records, reading),
    }
}

/// Hands over the bytes of every record of JSON until `take` has seen enough, without an import: whatever cannot be read ends it. Lines where
/// the records are lines, else as [`json`] finds them.
pub(crate) fn raw(
    window: &mut Window,
    are_lines: bool,
    steps: Option<&[Step]>,
    take: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    struct Raw<'t>(&'t mut dyn FnMut(&[u8]) -> ControlFlow<()>);
    impl Records for Raw<'_> {
        fn record(&mut self, bytes: &[u8], _: &[String], _: Place, _: &mut Reading<'_>) -> Result<(), Stop> {
            if (self.0)(bytes).is_break() { Err(Stop::Asked) } else { Ok(()) }
        }
    }
    let options = Options { skip_invalid: true, ..Options::default() };
    let mut nothing = |_: Trace| ControlFlow::Continue(());
    let mut reading = Reading::new(&options, Taker::Each(&mut nothing));
    let mut records = Raw(take);
    let read = if are_lines {
        lines(window, &mut records, &mut reading)
    } else {
        json(window, steps, &mut records, &mut reading)
    };
    if read.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

/// The rows of a table (RFC 4180: a cell in quotes may hold line breaks).
pub(crate) struct Rows<'w> {
    reader: csv::Reader<Bounded<'w>>,
    names: Vec<String>,
    row: csv::StringRecord,
    since: Rc<Cell<usize>>,
    /// Lines end with two bytes: the second of them is read only with the next row, and so are the reader's lines counted.
    is_crlf: bool,
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
    /// Reads the line of names. Where nobody says what stands between cells, the first lines do.
    pub(crate) fn open(window: &'w mut Window, delimiter: Option<u8>) -> Result<Self, Stop> {
        window.hold(LOOKED_AT)?;
        let delimiter = delimiter.unwrap_or_else(|| super::table::delimiter(window.head()));
        let since = Rc::new(Cell::new(0));
        let bounded = Bounded { window, since: Rc::clone(&since) };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).buffer_capacity(1 << 18).from_reader(bounded);
        let header = reader.headers().map_err(|error| Stop::Broken(row_problem(&error), 1))?;
        let inside = breaks(header);
        let names = header.iter().map(|name| name.trim().to_owned()).collect();
        let is_crlf = reader.position().line() == 1 + inside;
        Ok(Self { reader, names, row: csv::StringRecord::new(), since, is_crlf })
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
            Ok(true) => {
                let before = self.row.position().map_or(line, csv::Position::line);
                // Blank lines before a row belong to none. The last row may end without a line break.
                let after = self.reader.position().line().saturating_sub(breaks(&self.row));
                let start = if self.is_crlf { after } else { after.saturating_sub(1).max(before) };
                Ok(Some((start, &self.row)))
            }
            Err(error) => {
                let problem = row_problem(&error);
                let line = error.position().map_or(line, csv::Position::line) + u64::from(self.is_crlf);
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

/// How many line breaks stand within the cells of a row.
fn breaks(row: &csv::StringRecord) -> u64 {
    memchr::memchr_iter(b'\n', row.as_slice().as_bytes()).count() as u64
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::import::Limits;
    use crate::import::bytes::Position;

    /// Keeps what it is given.
    #[derive(Default)]
    struct Kept(Vec<(u64, Vec<String>, String)>);

    impl Records for Kept {
        fn record(&mut self, bytes: &[u8], captures: &[String], place: Place, _: &mut Reading<'_>) -> Result<(), Stop> {
            self.0.push((place.record, captures.to_vec(), String::from_utf8_lossy(bytes).into_owned()));
            Ok(())
        }
    }

    type Found = (Vec<(u64, Vec<String>, String)>, bool);

    /// The records of some bytes that come in pieces of `chunk`, and whether reading came to the end.
    fn cut(bytes: &[u8], steps: Option<&[Step]>, chunk: usize) -> Found {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let limits = Limits { chunk, ..Limits::default() };
        let options = Options { skip_invalid: true, limits: limits.clone(), ..Options::default() };
        let mut sink = |_: Trace| ControlFlow::Continue(());
        let mut reading = Reading::new(&options, Taker::Each(&mut sink));
        let mut window = Window::open(file.path(), "file", &limits, &Position::default()).unwrap();
        let mut kept = Kept::default();
        let outcome = match steps {
            None => lines(&mut window, &mut kept, &mut reading),
            Some(steps) => elements(&mut window, steps, &mut kept, &mut reading),
        };
        (kept.0, outcome.is_ok())
    }

    fn field(name: &str) -> Step {
        Step::Field(name.to_owned())
    }

    #[test]
    fn rows_stand_on_the_line_that_they_begin_on_however_lines_end() {
        let plain = "a,b\n1,x\n\"2\",\"y\nz\"\n3,\"\"\n4,w";
        for (text, wanted) in [
            (plain.to_owned(), vec![2, 3, 5, 6]),
            (format!("{plain}\n"), vec![2, 3, 5, 6]),
            (plain.replace('\n', "\r\n"), vec![2, 3, 5, 6]),
            (format!("{plain}\n").replace('\n', "\r\n"), vec![2, 3, 5, 6]),
            ("\"a\nc\",b\r\n1,x\r\n\r\n2,y\r\n".to_owned(), vec![3, 5]),
            ("a,b\n1,x\n\n\n2,y\n".to_owned(), vec![2, 5]),
        ] {
            let mut window = Window::memory(text.clone().into_bytes(), "file", &Limits::default());
            let mut rows = Rows::open(&mut window, None).ok().unwrap();
            let mut found = Vec::new();
            while let Ok(Some((line, _))) = rows.next() {
                found.push(line);
            }
            assert_eq!(found, wanted, "{text:?}");
        }
    }

    #[test]
    fn elements_are_found_at_the_end_of_a_way() {
        let text = br#" {"skip": [1, {"a\"]": "}"}], "runs": {"x": [{"v": 1}, 2 , "s,]"], "y": []}, "z": null} "#;
        let (found, whole) = cut(text, Some(&[field("runs"), Step::Capture("model".to_owned()), Step::Items]), 1 << 16);
        let texts: Vec<(&str, &str)> =
            found.iter().map(|(_, captures, text)| (captures[0].as_str(), text.as_str())).collect();
        assert_eq!(texts, [("x", "{\"v\": 1}"), ("x", "2"), ("x", "\"s,]\"")]);
        assert!(whole);
    }

    #[test]
    fn damage_is_an_error_at_its_place() {
        let all = [Step::Items];
        for text in ["[1, 2", "[1 2]", "[{]", "{}", "[1,]x", "[\"abc]"] {
            let (_, whole) = cut(text.as_bytes(), Some(&all), 1 << 16);
            assert!(!whole, "{text}");
        }
        let twice = br#"{"runs":[1],"runs":[2]}"#;
        assert!(!cut(twice, Some(&[field("runs"), Step::Items]), 1 << 16).1);
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[ {} ]", items.join(" ,\n"))),
                prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|entries| {
                    let entries =
                        entries.iter().map(|(key, value)| format!("{} : {value}", serde_json::to_string(key).unwrap()));
                    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn items_are_the_same_however_the_bytes_come(items in prop::collection::vec(json(), 0..6), chunk in 1_usize..40) {
            let text = format!("[{}]", items.join(","));
            let (found, whole) = cut(text.as_bytes(), Some(&[Step::Items]), chunk);
            let found: Vec<String> = found.into_iter().map(|(_, _, text)| text).collect();
            prop_assert!(whole);
            prop_assert_eq!(found, items);
        }

        #[test]
        fn lines_are_the_same_however_the_bytes_come(text in "[a-z \r\n]{0,80}", chunk in 1_usize..40) {
            let (found, _) = cut(text.as_bytes(), None, chunk);
            let wanted: Vec<(u64, String)> = text
                .split('\n')
                .enumerate()
                .filter(|(_, line)| !line.trim_ascii().is_empty())
                .map(|(number, line)| (number as u64 + 1, line.to_owned()))
                .collect();
            let found: Vec<(u64, String)> = found.into_iter().map(|(number, _, text)| (number, text)).collect();
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn any_bytes_end_the_same_however_they_come(bytes in prop::collection::vec(any::<u8>(), 0..120), chunk in 1_usize..40) {
            for steps in [&[][..], &[Step::Items], &[field("a"), Step::Capture("k".to_owned())]] {
                prop_assert_eq!(cut(&bytes, Some(steps), chunk), cut(&bytes, Some(steps), 1 << 16));
            }
        }
    }
}
