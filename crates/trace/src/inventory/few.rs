//! How many different values there are, as long as they are few. Not which.

use std::collections::BTreeSet;

use crate::digested::digest;

/// More values than this are many.
pub const MOST_FEW: usize = 256;
/// A longer value is a text of its own, in bytes.
const LONGEST: usize = 60;

/// Digests of short values, up to one more than are few.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Few {
    values: BTreeSet<u64>,
}

impl Few {
    /// Takes in a value; texts are none.
    pub(super) fn see(&mut self, value: &str) {
        if value.len() <= LONGEST && self.values.len() <= MOST_FEW {
            self.values.insert(digest(&value));
        }
    }

    /// Takes in those of a part.
    pub(super) fn add(&mut self, part: &Self) {
        for value in &part.values {
            if self.values.len() <= MOST_FEW {
                self.values.insert(*value);
            }
        }
    }

    /// How many there are; `None` where they are many.
    pub(super) fn count(&self) -> Option<usize> {
        Some(self.values.len()).filter(|count| *count <= MOST_FEW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_as_long_as_they_are_few_whole_or_in_parts() {
        let (mut whole, mut first, mut second) = (Few::default(), Few::default(), Few::default());
        for number in 0..MOST_FEW {
            let value = number.to_string();
            whole.see(&value);
            if number % 2 == 0 { &mut first } else { &mut second }.see(&value);
        }
        whole.see(&"long".repeat(99));
        first.add(&second);
        assert_eq!((whole.count(), &first), (Some(MOST_FEW), &whole));
        for value in ["more", "and more"] {
            whole.see(value);
        }
        assert_eq!(whole.count(), None);
    }
}
