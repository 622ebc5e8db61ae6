//! What the beginning of a file of samples says of all of it: which names nothing reads, and whether it says what its cues are. Not the reading of
//! its records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use memchr::memmem;
use serde_json::value::RawValue;

use crate::Result;
use crate::import::bytes::{Position, Window};
use crate::import::{Container, Limits, table};
use crate::mapping::draft::spelled;

/// Names that say what a cue is: its kind, or where it points.
pub(super) const CUES: &[&str] = &["cue", "cue_kind", "cue_target", "hint_option"];
/// Names of the arm, in the order in which they are looked for.
pub(super) const ARMS: [&str; 2] = ["arm", "condition"];
/// So many records are looked at for what their values say, …
const MOST: usize = 4_000;
/// … and so many for names that nothing reads, which stand in every record more often than in some.
const MOST_FOR_NAMES: usize = 20;

/// The first records: names with values, of which nothing, `null` and an empty cell are `None`.
pub(super) struct Beginning {
    records: Vec<Vec<(String, Option<String>)>>,
}

impl Beginning {
    /// Looks at the first bytes of a file. Never fails: what cannot be read ends it.
    pub(super) fn of(head: &[u8], container: Option<Container>) -> Self {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        Self { records: if container == Some(Container::Csv) { rows(head) } else { objects(head) } }
    }

    /// The same without the last record, which may go on beyond what was looked at.
    pub(super) fn without_last(mut self) -> Self {
        self.records.pop();
        self
    }

    /// How many records it holds.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// What stands in a record under a name; nothing, `null` and an empty cell are `None`.
    pub(super) fn value(&self, at: usize, wanted: &str) -> Option<&str> {
        let (_, value) = self.records.get(at)?.iter().find(|(name, _)| name == wanted)?;
        value.as_deref()
    }

    /// Whether it says what its cues are, in the first records or as a key of what is held of the file.
    pub(super) fn says_cues(&self, held: &[u8]) -> bool {
        self.records.iter().take(MOST_FOR_NAMES).flatten().any(|(name, _)| CUES.contains(&name.as_str()))
            || has_key(held)
    }

    /// Whether an arm stands there under another name than the one that audits look for.
    pub(super) fn has_own_arms(&self) -> bool {
        let arm = |record: &Vec<(String, Option<String>)>| {
            let value = |wanted: &&str| record.iter().find(|(name, _)| name == wanted)?.1.clone();
            ARMS.iter().find_map(value)
        };
        self.records.iter().filter_map(arm).any(|arm| spelled(&arm).is_some())
    }

    /// The names that nothing reads, in the order of the alphabet: no field of `fields` has them, or another name of the same field is there as well.
    pub(super) fn unread(&self, fields: &BTreeMap<String, Vec<String>>) -> BTreeSet<String> {
        let known: BTreeSet<&str> = fields.values().flatten().map(String::as_str).collect();
        let (mut read, mut there) = (BTreeSet::new(), BTreeSet::new());
        for record in self.records.iter().take(MOST_FOR_NAMES) {
            let has = |wanted: &&String| record.iter().any(|(name, value)| name == *wanted && value.is_some());
            read.extend(fields.values().filter_map(|names| names.iter().find(has)).map(String::as_str));
            let counts = |(name, value): &&(String, Option<String>)| value.is_some() || !known.contains(name.as_str());
            there.extend(record.iter().filter(counts).map(|(name, _)| name.as_str()));
        }
        // The index of a data frame has no name.
        there.into_iter().filter(|name| !name.is_empty() && !read.contains(name)).map(str::to_owned).collect()
    }
}

fn rows(head: &[u8]) -> Vec<Vec<(String, Option<String>)>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(table::delimiter(head)).flexible(true).from_reader(head);
    let Ok(names) = reader.headers().cloned() else { return Vec::new() };
    let row = |row: csv::StringRecord| {
        let cells = names.iter().enumerate().map(|(at, name)| {
            let cell = row.get(at).filter(|cell| !cell.is_empty());
            (name.trim().to_owned(), cell.map(str::to_owned))
        });
        cells.collect()
    };
    reader.records().map_while(std::result::Result::ok).take(MOST).map(row).collect()
}

fn objects(head: &[u8]) -> Vec<Vec<(String, Option<String>)>> {
    let mut records = Vec::new();
    let mut rest = head;
    while records.len() < MOST {
        // Lines, the items of a list, or objects one behind the other.
        let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'[' | b',');
        rest = &rest[rest.iter().position(|byte| !between(byte)).unwrap_or(rest.len())..];
        let mut objects = serde_json::Deserializer::from_slice(rest).into_iter::<BTreeMap<String, &RawValue>>();
        let Some(Ok(object)) = objects.next() else { break };
        rest = &rest[objects.byte_offset()..];
        let value = |raw: &RawValue| match raw.get() {
            "null" => None,
            text => Some(serde_json::from_str(text).unwrap_or_else(|_| text.to_owned())),
        };
        records.push(object.into_iter().map(|(name, raw)| (name, value(raw))).collect());
    }
    records
}

/// Whether a file of JSON says further down what its cues are: a file may begin with all its plain calls.
pub(super) fn says_cues_later(path: &Path, name: &str, limits: &Limits) -> Result<bool> {
    /// Longer than a name with its quotes, the colon behind it and the space between.
    const OVERLAP: usize = 64;
    let mut window = Window::open(path, name, limits, &Position::default())?;
    loop {
        if has_key(window.held()) {
            return Ok(true);
        }
        window.start = window.end.saturating_sub(OVERLAP).max(window.start);
        if !window.more()? {
            return Ok(false);
        }
    }
}

/// Whether one of the names stands there as a key: in quotes, with a colon behind it.
fn has_key(bytes: &[u8]) -> bool {
    CUES.iter().any(|name| {
        let quoted = format!("\"{name}\"");
        memmem::find_iter(bytes, &quoted).any(|at| {
            let after = &bytes[at + quoted.len()..];
            after.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::chosen::Chosen;
    use super::super::{fields, mapping};
    use super::*;

    fn unread(head: &str, container: Container) -> Vec<String> {
        Beginning::of(head.as_bytes(), Some(container))
            .unread(&fields(&mapping(&Chosen::default()).unwrap()))
            .into_iter()
            .collect()
    }

    #[test]
    fn names_that_nothing_reads_are_known_from_the_beginning() {
        let lines = "{\"question_id\":1,\"correct\":true,\"dose\":3,\"id\":9,\"usage\":{\"x\":1}}\n{\"question_id\":2,\"temp\":null,\"effort\":null,\"budget\":7}\n{\"cut";
        assert_eq!(unread(lines, Container::JsonLines), ["dose", "id", "temp", "usage"]);
        assert_eq!(unread(&format!("[{}]", "{\"qid\":1,\"passed\":1,\"x\":1},".repeat(3)), Container::JsonList), ["x"]);
        let table = ",question_id, dose ,is_correct,effort,thinking_budget\n0,a,1,1,high,\n1,a,2,0,high,512\n";
        assert_eq!(unread(table, Container::Csv), ["dose", "thinking_budget"]);
        assert_eq!(unread("not json", Container::JsonLines), [""; 0]);
        let known = "{\"question\":\"x\",\"mentions_cue\":true,\"cue_kind\":\"a\",\"hint_option\":\"B\",\"score\":1,\"planted\":true}";
        assert_eq!(unread(known, Container::JsonLines), [""; 0]);
        assert_eq!(unread("{\"qid\":1,\"score\":1,\"human\":1,\"truth\":2}", Container::JsonLines), ["human", "truth"]);
    }

    #[test]
    fn what_the_cues_are_may_be_said_further_down_and_never_within_a_text() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let plain = "{\"question_id\":1,\"arm\":\"no_hint\",\"correct\":true,\"reply\":\"a \\\"cue\\\": b\",\"type\":\"cue\"}\n";
        for (text, says) in [
            (plain.repeat(99), false),
            (format!("{}{{\"question_id\":1,\"cue_kind\" : \"x\"}}\n", plain.repeat(99)), true),
        ] {
            std::fs::write(file.path(), text).unwrap();
            for chunk in [7, 64, 1 << 16] {
                let limits = Limits { chunk, ..Limits::default() };
                assert_eq!(says_cues_later(file.path(), "file", &limits).unwrap(), says, "{chunk}");
            }
        }
    }
}
