//! Names as small numbers, so that a row about a trace stays under 64 bytes. Not a store: texts are never kept here.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use candor_trace::{Origin, Place};

use crate::Cited;

/// A fixed hasher: the same input gives the same bytes. The order of a map is never looked at.
pub(crate) type Fixed = BuildHasherDefault<DefaultHasher>;

/// Strings numbered in the order in which they first came.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Arc<str>, u32, Fixed>,
    names: Vec<Arc<str>>,
}

impl Names {
    /// The number of a name; a new one where it was not seen before.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = Arc::from(name);
        self.numbers.insert(Arc::clone(&name), number);
        self.names.push(name);
        number
    }

    /// The name behind a number that [`Names::number`] gave.
    pub(crate) fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", AsRef::as_ref)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// Where a trace was read, in 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    record: u64,
    file: u32,
    part: u32,
}

/// The files of the spots.
#[derive(Debug, Default)]
pub(crate) struct Spots {
    files: Names,
}

impl Spots {
    /// Notes where a trace was read.
    pub(crate) fn note(&mut self, origin: &Origin) -> Spot {
        let Place { record, part } = origin.place;
        Spot { record, file: self.files.number(&origin.file), part }
    }

    /// Points to a noted trace. The identifier is the derived one; a trace whose source gave it another is found by its place.
    pub(crate) fn cite(&self, spot: Spot) -> Cited {
        let origin = Origin {
            file: Arc::from(self.files.name(spot.file)),
            place: Place { record: spot.record, part: spot.part },
        };
        Cited::at(origin.trace_id(), &origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers_and_spots_their_place() {
        let mut names = Names::default();
        assert_eq!((names.number("a"), names.number("b"), names.number("a")), (0, 1, 0));
        assert_eq!((names.name(1), names.name(9), names.len()), ("b", "", 2));
        let origin = Origin { file: Arc::from("x/y.jsonl"), place: Place { record: 7, part: 2 } };
        let mut spots = Spots::default();
        let spot = spots.note(&origin);
        assert_eq!(spots.cite(spot), Cited::at(origin.trace_id(), &origin));
    }
}
