//! What can go wrong while traces are read. Not how a surface words it: the message says what and where, the hint what to do.

mod at_field;

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::Place;

/// The result of reading or writing traces.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stopped an import.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: could not be {doing}: {source}", shown(&path.to_string_lossy()))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// `opened`, `read`, `listed` or `written`.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A record does not say what its format says it should.
    #[error("{0}")]
    Invalid(Box<Invalid>),
    /// A bound against hostile or unexpected input was reached.
    #[error("{file}: {what} is beyond the limit of {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// What grew too large.
        what: &'static str,
        /// The bound, with its unit.
        limit: String,
    },
    /// What is packed is not whole.
    #[error(
        "{file}: expected a {packing} stream up to its end, found that it breaks within the first {bytes} bytes, after {unpacked} unpacked ones: {source}"
    )]
    Packed {
        /// The file.
        file: String,
        /// `gzip` or `zstd`.
        packing: &'static str,
        /// How many bytes of the file had been read.
        bytes: u64,
        /// How many bytes had come of them.
        unpacked: u64,
        /// What the program that unpacks said.
        source: io::Error,
    },
    /// The format of a file is not known and no mapping was given.
    #[error("{file}: not a format that is known here: {found}")]
    Unrecognised {
        /// The file.
        file: String,
        /// What it looks like.
        found: String,
    },
    /// There is nothing to read at all.
    #[error("{}: {found}", shown(&path.to_string_lossy()))]
    Nothing {
        /// The file or folder that was pointed at.
        path: PathBuf,
        /// What is there instead.
        found: String,
        /// What to do.
        hint: String,
    },
    /// A record cannot be read.
    #[error(transparent)]
    Record(Box<candor_record::record::RecordError>),
    /// A mapping cannot be used.
    #[error("mapping: {place}: {problem}")]
    Mapping {
        /// The part of the mapping.
        place: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        hint: String,
    },
}

impl Error {
    /// One thing to try, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) if invalid.hint.is_empty() => {
                Some("--skip-invalid counts and lists such records and goes on")
            }
            Self::Invalid(invalid) => Some(&invalid.hint),
            Self::Nothing { hint, .. } | Self::Mapping { hint, .. } => Some(hint),
            Self::Unrecognised { .. } => Some("candor look writes a mapping draft for such a file"),
            Self::Packed { .. } => Some("fetch the file again or pack it anew: a copy that was cut off ends like this"),
            Self::TooLarge { .. } => Some("split the file into smaller ones"),
            Self::Io { .. } | Self::Record(_) => None,
        }
    }

    /// The invalid record that stopped the import, where it was one.
    #[must_use]
    pub fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Invalid(invalid) => Some(invalid),
            _ => None,
        }
    }
}

/// A record that does not say what its format says it should. Every text in it is bounded and escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The file, relative to what was pointed at.
    pub file: String,
    /// The record in it.
    pub place: Place,
    /// The field, as a path within the record; empty where the record as a whole is meant.
    pub field: String,
    /// What would do.
    pub expected: String,
    /// What stands there, bounded and escaped.
    pub found: String,
    /// What to do; empty where there is nothing beyond mending or skipping the record.
    pub hint: String,
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: ", self.file, self.place.record)?;
        if !self.field.is_empty() {
            write!(out, "field `{}`: ", self.field)?;
        }
        write!(out, "expected {}, found {}", self.expected, self.found)
    }
}

/// What is wrong with a record, before it is known which record of which file it is. Boxed: it is the rare half of results that are
/// handed on for every field of every record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem(Box<Parts>);

/// The parts of a [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) field: String,
    expected: String,
    found: String,
    hint: String,
}

impl std::ops::Deref for Problem {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::ops::DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl Problem {
    /// A field with the wrong content; `found` is escaped and bounded here.
    pub(crate) fn new(field: impl Into<String>, expected: impl Into<String>, found: impl AsRef<str>) -> Self {
        let (field, expected) = (field.into(), expected.into());
        Self(Box::new(Parts { field, expected, found: shown(found.as_ref()), hint: String::new() }))
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// A record that is not even JSON.
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        // The line is that of the record, which is always 1: only the column says something.
        let text = text.split(" at line ").next().unwrap_or_default().to_owned();
        let expected = match error.classify() {
            serde_json::error::Category::Data => "a record of this format",
            _ => "a complete JSON value",
        };
        Self::new("", expected, format!("{text} (column {})", error.column()))
    }

    /// A record that is not even JSON, of which these are the bytes: what other programs write for a number that is none is called by its name.
    pub(crate) fn json_of(bytes: &[u8], error: &serde_json::Error) -> Self {
        const WORDS: [&str; 5] = ["NaN", "-Infinity", "Infinity", "nan", "inf"];
        let at = offset(bytes, error);
        // The error stands at the letter that cannot go on, which is not always the first.
        let word = (at.saturating_sub(3)..=at).find_map(|start| {
            let rest = bytes.get(start..)?;
            WORDS.iter().find(|word| rest.starts_with(word.as_bytes()))
        });
        match word.filter(|_| error.is_syntax()) {
            Some(word) => Self::new(at_field::at_field(bytes, at), "JSON, which has no NaN and no Infinity", word)
                .hint("write null where there is no number; --skip-invalid counts and lists such records and goes on"),
            None => Self::json(error),
        }
    }

    /// A record that is not what it should be, with the field where that shows.
    pub(crate) fn json_in(bytes: &[u8], error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
        let field = at_field::at_field(bytes, offset(bytes, error));
        if let Some(name) = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            let field = if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
            return Self::new(field, "a value", "nothing");
        }
        match text
            .strip_prefix("invalid type: ")
            .or(text.strip_prefix("invalid value: "))
            .and_then(|rest| rest.rsplit_once(", expected "))
        {
            Some((found, expected)) => Self::new(field, expected, found),
            None => Self::json_of(bytes, error).of(field),
        }
    }

    /// The same problem of a field.
    fn of(mut self, field: String) -> Self {
        self.field = field;
        self
    }

    pub(crate) fn at(self, file: &str, place: Place) -> Invalid {
        let Parts { field, expected, found, hint } = *self.0;
        Invalid { file: shown(file), place, field: shown(&field), expected, found, hint }
    }
}

/// Where in these bytes an error stands.
fn offset(bytes: &[u8], error: &serde_json::Error) -> usize {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    lines.map(<[u8]>::len).sum::<usize>().saturating_add(error.column())
}

/// Foreign text as it may be shown: escaped, at most 120 characters.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 120;
    let mut out: String = text.chars().take(LONGEST).flat_map(escaped).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    // Only what could move the cursor, hide text or forge a line is escaped: quotes and accents stay readable.
    let hostile = character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let plain = (!hostile).then_some(character);
    let escape = hostile.then(|| character.escape_default());
    plain.into_iter().chain(escape.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_bounded() {
        assert_eq!(shown("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(shown("é \"quoted\""), "é \"quoted\"");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), 121);
        assert_eq!(shown("safe\u{202e}evil"), "safe\\u{202e}evil");
    }

    #[test]
    fn a_number_that_json_does_not_have_is_called_by_its_name() {
        for word in ["NaN", "Infinity", "-Infinity", "nan", "inf"] {
            for text in
                [format!("{{\"a\": [1, {{\"b\":{word}}}]}}"), format!("{{\"a\":\n[1,{{\"b\" :\t{word} , \"c\": 1}}]}}")]
            {
                let error = serde_json::from_str::<serde_json::Value>(&text).unwrap_err();
                let problem = Problem::json_of(text.as_bytes(), &error);
                assert_eq!((problem.found.as_str(), problem.field.as_str()), (word, "a[1].b"), "{text}");
                assert!(problem.hint.contains("null"));
            }
        }
        for text in ["{\"NaN\": x}", "{\"a\": \"NaN\" 1}", "{\"a\":NotANumber}", "{\"a\"", ""] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            assert_eq!(Problem::json_of(text.as_bytes(), &error), Problem::json(&error), "{text}");
        }
    }

    #[test]
    fn an_invalid_record_names_place_field_expected_and_found() {
        let invalid = Problem::new("correct", "true, false, 0 or 1", "\"maybe\"")
            .at("samples.jsonl", Place { record: 17, part: 0 });
        assert_eq!(
            invalid.to_string(),
            "samples.jsonl:17: field `correct`: expected true, false, 0 or 1, found \"maybe\""
        );
    }
}
