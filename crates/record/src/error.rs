//! What can go wrong, cut by what the caller can do about it. Nothing here is logged or printed.

use std::fmt;

/// Why bytes could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value that canonical bytes cannot carry: change the type that is written.
    #[error("canonical bytes: {place}: expected {expected}, found {found}\nhint: {hint}")]
    Unsupported {
        /// Where in the value.
        place: Place,
        /// What can stand there.
        expected: &'static str,
        /// What stood there, shortened and escaped.
        found: String,
        /// What to write instead.
        hint: &'static str,
    },
    /// More levels of lists and objects than [`crate::canonical::MOST_LEVELS`].
    #[error("canonical bytes: {place}: expected at most {most} levels of lists and objects, found more")]
    TooDeep {
        /// Where the level was exceeded.
        place: Place,
        /// The bound.
        most: usize,
    },
    /// More bytes than [`crate::canonical::MOST_BYTES`].
    #[error("canonical bytes: expected at most {most} bytes, found {found}")]
    TooLong {
        /// The bound.
        most: usize,
        /// How many there were, or would be so far.
        found: usize,
    },
    /// Bytes that are not canonical: they were changed, or something else wrote them.
    #[error("canonical bytes: byte {at}: expected {expected}, found {found}")]
    NotCanonical {
        /// Offset of the first byte that cannot stand where it stands, from 0.
        at: usize,
        /// What can stand there.
        expected: &'static str,
        /// What stood there, escaped.
        found: String,
    },
    /// The bytes are canonical, but not of the type that was asked for.
    #[error("canonical bytes: {0}")]
    Shape(String),
    /// The type that is written refused to be written, in its own words.
    #[error("canonical bytes: {place}: {message}")]
    Refused {
        /// Where in the value.
        place: Place,
        /// What the type said.
        message: String,
    },
    /// Bytes that are no leaf, or parts that do not fit into one.
    #[error("leaf: expected {expected}, found {found}")]
    Leaf {
        /// What can stand there.
        expected: String,
        /// What stood there, shortened and escaped.
        found: String,
    },
    /// A text that is not a digest.
    #[error("digest: expected 64 lower-case hexadecimal digits, found {found}")]
    Digest {
        /// What stood there, shortened and escaped.
        found: String,
    },
}

/// Longest piece of foreign text that a message repeats, in characters.
const LONGEST_REPEATED: usize = 80;

/// Foreign text in quotes, escaped and shortened.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REPEATED) {
        None => format!("{text:?}"),
        Some((at, _)) => format!("{:?} and {} more bytes", &text[..at], text.len() - at),
    }
}

impl Error {
    pub(crate) fn digest(found: &str) -> Self {
        Self::Digest { found: quoted(found) }
    }

    /// The same error, seen from one step further out.
    pub(crate) fn inside(mut self, step: Step) -> Self {
        match &mut self {
            Self::Unsupported { place, .. } | Self::TooDeep { place, .. } | Self::Refused { place, .. } => {
                place.0.push(step);
            }
            Self::TooLong { .. }
            | Self::NotCanonical { .. }
            | Self::Shape(_)
            | Self::Leaf { .. }
            | Self::Digest { .. } => {}
        }
        self
    }
}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Refused { place: Place::default(), message: message.to_string() }
    }
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the member of that name.
    Member(String),
    /// Into the element with that number, from 0.
    Element(usize),
}

/// Where in a value, written as `$.usage.tokens[3]`; the value itself is `$`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place(Vec<Step>);

impl Place {
    /// The steps, from the outside in.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().rev()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("$")?;
        for step in self.steps() {
            match step {
                Step::Element(number) => write!(out, "[{number}]")?,
                Step::Member(name) if is_plain(name) => write!(out, ".{name}")?,
                Step::Member(name) => write!(out, "[{}]", quoted(name))?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    (1..=LONGEST_REPEATED).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
