//! A file of labels: which trace, what is stated, the value, who states it. JSON Lines or CSV; not traces that bring labels along, and not the record.
//!
//! ```text
//! {"trace": "7f3a00…", "name": "mentions_cue", "value": true, "by": "rater-1", "note": "in the last sentence"}
//! trace,name,value,by,note
//! ```
//!
//! `by` and `note` may be left out. A cell of CSV is `true` or `false`, a number, or else a word; JSON says itself which of them it is.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;

use crate::error::Problem;
use crate::{Error, Label, LabelValue, Labeller, Place, Result};

/// Bytes of a file at most.
const MOST_BYTES: u64 = 256 << 20;

/// A label, and the trace that it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The line, from 1.
    pub line: u64,
    /// The trace: its identifier, or the start of one.
    pub trace: String,
    /// What is stated, by a person.
    pub label: Label,
}

/// A line as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<V> {
    trace: String,
    name: String,
    value: V,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

impl<V> Row<V> {
    fn stated(self, line: u64, value: impl FnOnce(V) -> LabelValue) -> Stated {
        let said = |word: Option<String>| word.filter(|word| !word.is_empty());
        let label = Label {
            name: self.name,
            value: value(self.value),
            by: Labeller::Human,
            who: said(self.by),
            note: said(self.note),
        };
        Stated { line, trace: self.trace, label }
    }
}

/// Reads a file of labels, whole or not at all.
///
/// # Errors
/// Where it cannot be read, is larger than 256 MiB, or a line is no label; the line is named.
pub fn read(path: &Path) -> Result<Vec<Stated>> {
    let io = |doing| move |source| Error::Io { path: path.to_owned(), doing, source };
    let name = path.file_name().map_or_else(|| "labels".to_owned(), |name| name.to_string_lossy().into_owned());
    let file = File::open(path).map_err(io("opened"))?;
    let mut text = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(io("read"))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(Error::TooLarge { file: name, what: "the file", limit: format!("{} MiB", MOST_BYTES >> 20) });
    }
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let read = if first == Some(&b'{') { json_lines(text) } else { csv(text) };
    read.map_err(|(problem, line)| {
        let problem = problem.hint("a line is {\"trace\": ID, \"name\": …, \"value\": …}; a table has these columns");
        Error::Invalid(Box::new(problem.at(&name, Place { record: line, part: 0 })))
    })
}

fn json_lines(text: &[u8]) -> std::result::Result<Vec<Stated>, (Problem, u64)> {
    let mut all = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(text).split(b'\n')) {
        // Reading from memory does not fail.
        let line = line.unwrap_or_default();
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row: Row<LabelValue> =
            serde_json::from_slice(&line).map_err(|error| (Problem::json_in(&line, &error), number))?;
        all.push(row.stated(number, |value| value));
    }
    Ok(all)
}

fn csv(text: &[u8]) -> std::result::Result<Vec<Stated>, (Problem, u64)> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let headers = reader.headers().map_err(|error| (table(&error), 1))?.clone();
    if let Some(missing) = ["trace", "name", "value"].iter().find(|column| !headers.iter().any(|has| has == **column)) {
        let found = headers.iter().take(8).collect::<Vec<_>>().join(", ");
        return Err((Problem::new(*missing, "a column of that name", found), 1));
    }
    let (mut all, mut row) = (Vec::new(), csv::StringRecord::new());
    loop {
        match reader.read_record(&mut row) {
            Ok(false) => return Ok(all),
            Ok(true) => {}
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                return Err((table(&error), line));
            }
        }
        let line = row.position().map_or(0, csv::Position::line);
        let told: Row<String> = row.deserialize(Some(&headers)).map_err(|error| (table(&error), line))?;
        if told.value.is_empty() {
            return Err((Problem::new("value", "true, false, a number or a word", "nothing"), line));
        }
        all.push(told.stated(line, |word| LabelValue::of_word(&word)));
    }
}

fn table(error: &csv::Error) -> Problem {
    let found = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} cells in place of {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "bytes that are no UTF-8".to_owned(),
        _ => error.to_string(),
    };
    Problem::new("", "a row with trace, name and value", found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<Stated>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    fn said(text: &str) -> Vec<Stated> {
        of(text).unwrap()
    }

    #[test]
    fn lines_and_tables_say_the_same() {
        let table = "\u{feff}trace,name,value,by,note\n7f3a,mentions_cue,true,r1,\n7f3a,depth,2.5,,\"deep,\nreally\"\n7f3b,tone,wry,,\n";
        let lines = r#"{"trace":"7f3a","name":"mentions_cue","value":true,"by":"r1"}

{"trace":"7f3a","name":"depth","value":2.5,"note":"deep,\nreally"}
{"trace":"7f3b","name":"tone","value":"wry"}"#;
        let from_table = said(table);
        assert_eq!(from_table[1].label.value, LabelValue::Number(2.5));
        let without_line = |all: Vec<Stated>| all.into_iter().map(|said| (said.trace, said.label)).collect::<Vec<_>>();
        assert_eq!(from_table.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 5]);
        assert_eq!(without_line(from_table), without_line(said(lines)));
        // A word of JSON stays one, whatever it looks like.
        assert_eq!(said(r#"{"trace":"a","name":"n","value":"2.5"}"#)[0].label.value, LabelValue::Text("2.5".into()));
        assert_eq!(said("trace,name,value\na,n,inf\n")[0].label.value, LabelValue::Text("inf".into()));
        assert_eq!(of("").unwrap_err().to_string(), "labels:1: field `trace`: expected a column of that name, found ");
    }

    #[test]
    fn what_is_no_label_is_named_with_its_line() {
        for (text, line, words) in [
            ("{\"trace\":\"a\",\"name\":\"n\",\"value\":1}\n{\"trace\":\"a\",\"name\":\"n\"}", 2, "field `value`"),
            ("{\"trace\":\"a\",\"name\":\"n\",\"value\":{}}", 1, "expected"),
            ("{\"trace\":\"a\",\"name\":\"n\",\"value\":1,\"colour\":1}", 1, "colour"),
            ("{\"trace\":\"a\",\"name\":\"n\",\"value\":null}", 1, "expected"),
            ("trace,name\na,n\n", 1, "field `value`: expected a column"),
            ("trace,name,value\na,n,1\na,n\n", 3, "2 cells in place of 3"),
            ("trace,name,value\na,n,\n", 2, "found nothing"),
            ("trace,name,value,colour\na,n,1,red\n", 2, "colour"),
        ] {
            let error = of(text).unwrap_err();
            let invalid = error.invalid().unwrap();
            assert_eq!(invalid.place.record, line, "{text}: {error}");
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert!(error.hint().unwrap().starts_with("a line is {"));
        }
        assert!(matches!(read(Path::new("/nowhere/labels")), Err(Error::Io { .. })));
    }

    #[test]
    fn bytes_of_any_kind_are_refused_or_read_and_never_end_the_program() {
        let whole = b"{\"trace\":\"a\",\"name\":\"n\",\"value\":1}\n".to_vec();
        for at in 0..whole.len() {
            for byte in [0, b'"', b'\n', b',', 0xff] {
                let mut broken = whole.clone();
                broken[at] = byte;
                let _ = json_lines(&broken);
                let _ = csv(&broken);
            }
            let _ = json_lines(&whole[..at]);
        }
    }
}
