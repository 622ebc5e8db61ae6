//! Canonical bytes: RFC 8785 (JSON Canonicalization Scheme) without floats and without null.
//!
//! | | |
//! |---|---|
//! | objects | members in the order of their names as UTF-16 code units, no name twice |
//! | lists | in their own order |
//! | strings | UTF-8, with the escapes of RFC 8785 and no others |
//! | integers | from -(2^53 - 1) to 2^53 - 1, so that every JSON reader sees the same number |
//! | booleans | `true`, `false` |
//!
//! No space between, at most [`MOST_LEVELS`] levels, at most [`MOST_BYTES`] bytes. Floats are refused since two writers agree on
//! their digits only by luck; money is written in millionths. Null is refused since "absent" and "null" would be two
//! spellings of one fact: leave the member out. What is refused today can be allowed later without changing
//! a digest; the other way round it cannot.
//!
//! Not a general JSON reader: [`Value::parse`] takes canonical bytes only, so what it read can be written again byte for byte.

mod read;
mod value;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::error::Error;

pub use value::{Integer, Name, Value};

/// Levels of lists and objects that canonical bytes may have.
pub const MOST_LEVELS: usize = 64;

/// Bytes that canonical bytes may have: 16 MiB. A conversation with its context fits; content goes beside the record, not into it.
pub const MOST_BYTES: usize = 16 << 20;

/// The canonical bytes of a value.
///
/// # Errors
/// With the place, where the value holds a float, null (`None`, `()`), bytes, an integer beyond 2^53 - 1, a key that is not a string or the same key twice,
/// or where it is too deep or too long.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    Value::of(value)?.to_bytes()
}

/// The value that canonical bytes hold.
///
/// # Errors
/// Where the bytes are not canonical (see [`Value::parse`]) or do not have the shape of `T`.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    Value::parse(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| Error::Shape(error.to_string()))
}

/// The digest of the canonical bytes of a value, under a tag.
///
/// # Errors
/// As [`to_vec`].
pub fn digest<T: Serialize + ?Sized>(tag: &str, value: &T) -> Result<Digest, Error> {
    Ok(Digest::tagged(tag, &to_vec(value)?))
}

#[cfg(test)]
mod tests;
