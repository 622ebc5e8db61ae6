//! What canonical bytes can hold, and how it is written. How other types become it stands in `write.rs`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use super::{MOST_BYTES, MOST_LEVELS};
use crate::error::{Error, Place, Step};

/// What canonical bytes can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(Integer),
    /// A string.
    Text(String),
    /// Values in an order.
    List(Vec<Value>),
    /// Values by name.
    Object(BTreeMap<Name, Value>),
}

/// A whole number from -(2^53 - 1) to 2^53 - 1 (RFC 7493, section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Integer(i64);

impl Integer {
    /// The largest, 2^53 - 1. The smallest is its negative.
    pub const MOST: i64 = (1 << 53) - 1;

    /// The number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i128> for Integer {
    type Error = Error;

    fn try_from(number: i128) -> Result<Self, Error> {
        match i64::try_from(number) {
            Ok(number) if number.unsigned_abs() <= Self::MOST.unsigned_abs() => Ok(Self(number)),
            _ => Err(Error::Unsupported {
                place: Place::default(),
                expected: "an integer from -9007199254740991 to 9007199254740991",
                found: number.to_string(),
                hint: "write larger numbers as strings",
            }),
        }
    }
}

impl TryFrom<i64> for Integer {
    type Error = Error;

    fn try_from(number: i64) -> Result<Self, Error> {
        Self::try_from(i128::from(number))
    }
}

/// The name of a member. Ordered by UTF-16 code units, as RFC 8785 asks: that is not the order of Rust's strings where names
/// hold characters beyond U+FFFF.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Name {
    fn from(name: T) -> Self {
        Self(name.into())
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        by_code_units(&self.0, &other.0)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The order of two names as sequences of UTF-16 code units.
pub(super) fn by_code_units(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

impl Value {
    /// The canonical bytes.
    ///
    /// # Errors
    /// Where the value is deeper than [`MOST_LEVELS`] or longer than [`MOST_BYTES`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        self.write(&mut out, 0)?;
        Ok(out)
    }

    /// The member of that name; `None` where there is none or this is not an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(&Name::from(name)),
            Self::Boolean(_) | Self::Integer(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    fn write(&self, out: &mut Vec<u8>, level: usize) -> Result<(), Error> {
        match self {
            Self::Boolean(true) => out.extend_from_slice(b"true"),
            Self::Boolean(false) => out.extend_from_slice(b"false"),
            Self::Integer(number) => out.extend_from_slice(number.0.to_string().as_bytes()),
            Self::Text(text) => write_string(text, out),
            Self::List(elements) => {
                deeper(level)?;
                out.push(b'[');
                for (number, element) in elements.iter().enumerate() {
                    if number > 0 {
                        out.push(b',');
                    }
                    element.write(out, level + 1).map_err(|error| error.inside(Step::Element(number)))?;
                }
                out.push(b']');
            }
            Self::Object(members) => {
                deeper(level)?;
                out.push(b'{');
                for (number, (name, member)) in members.iter().enumerate() {
                    if number > 0 {
                        out.push(b',');
                    }
                    write_string(&name.0, out);
                    out.push(b':');
                    member.write(out, level + 1).map_err(|error| error.inside(Step::Member(name.0.clone())))?;
                }
                out.push(b'}');
            }
        }
        if out.len() > MOST_BYTES {
            return Err(Error::TooLong { most: MOST_BYTES, found: out.len() });
        }
        Ok(())
    }
}

/// Refuses a list or object that lies inside [`MOST_LEVELS`] others.
pub(super) fn deeper(level: usize) -> Result<(), Error> {
    if level < MOST_LEVELS { Ok(()) } else { Err(Error::TooDeep { place: Place::default(), most: MOST_LEVELS }) }
}

/// The escape of a character that RFC 8785, section 3.2.2.2, does not write as itself.
pub(super) fn short_escape(byte: u8) -> Option<u8> {
    match byte {
        0x08 => Some(b'b'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        0x0c => Some(b'f'),
        b'\r' => Some(b'r'),
        b'"' | b'\\' => Some(byte),
        _ => None,
    }
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in text.bytes() {
        match short_escape(byte) {
            Some(escape) => out.extend_from_slice(&[b'\\', escape]),
            None if byte < 0x20 => {
                out.extend_from_slice(b"\\u00");
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 0x0f)]);
            }
            None => out.push(byte),
        }
    }
    out.push(b'"');
}
