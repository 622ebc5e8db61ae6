//! A grid of ARC-AGI: 1 to 30 rows of equally many cells, each a digit. Not what is in it.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::Problem;

/// The most rows, and the most cells of a row.
const LARGEST: usize = 30;

/// What a grid is, for messages.
pub(super) const EXPECTED: &str = "a grid: 1 to 30 rows of 1 to 30 digits";

/// The grid in a value, as JSON without white space: equal grids are equal texts. `None` for a list without a cell, which is how
/// submissions write that there is no answer.
///
/// # Errors
/// What stands there instead, with the row and the cell as the field.
pub(super) fn grid(value: &RawValue) -> Result<Option<String>, Problem> {
    let rows = first(value, "", EXPECTED)?;
    if rows.count > LARGEST {
        return Err(Problem::new("", EXPECTED, format!("{} rows", rows.count)));
    }
    let mut text = String::from("[");
    let mut width = None;
    for (number, row) in rows.items.iter().enumerate() {
        let at = format!("[{number}]");
        let cells = first(row, &at, "a row of 1 to 30 digits")?;
        if cells.count > LARGEST {
            return Err(Problem::new(at, "a row of 1 to 30 digits", format!("{} cells", cells.count)));
        }
        let expected = *width.get_or_insert(cells.count);
        if cells.count != expected {
            let as_many = format!("{expected} cells, as in the first row");
            return Err(Problem::new(at, as_many, format!("{} cells", cells.count)));
        }
        text.push_str(if number > 0 { ",[" } else { "[" });
        for (place, cell) in cells.items.iter().enumerate() {
            let (digit, true) = (cell.get(), matches!(cell.get().as_bytes(), [b'0'..=b'9'])) else {
                return Err(Problem::new(format!("{at}[{place}]"), "a digit from 0 to 9", cell.get()));
            };
            text.push_str(if place > 0 { "," } else { "" });
            text.push_str(digit);
        }
        text.push(']');
    }
    text.push(']');
    match width {
        None => Ok(None),
        Some(0) if rows.count == 1 => Ok(None),
        Some(0) => Err(Problem::new("[0]", "a row of 1 to 30 digits", "0 cells")),
        Some(_) => Ok(Some(text)),
    }
}

/// The first items of a list.
fn first<'v>(value: &'v RawValue, field: &str, expected: &str) -> Result<First<'v>, Problem> {
    serde_json::from_str::<First<'v>>(value.get()).map_err(|_| Problem::new(field, expected, value.get()))
}

/// The first items of a list, and how many it has: a hostile list is counted, not held.
struct First<'v> {
    items: Vec<&'v RawValue>,
    count: usize,
}

impl<'v> Deserialize<'v> for First<'v> {
    fn deserialize<D: Deserializer<'v>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'v> Visitor<'v> for Items {
            type Value = First<'v>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'v>>(self, mut list: A) -> Result<First<'v>, A::Error> {
                let mut found = First { items: Vec::new(), count: 0 };
                while found.count < LARGEST {
                    let Some(item) = list.next_element::<&'v RawValue>()? else { return Ok(found) };
                    found.items.push(item);
                    found.count += 1;
                }
                while list.next_element::<IgnoredAny>()?.is_some() {
                    found.count += 1;
                }
                Ok(found)
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, String> {
        let value: Box<RawValue> = serde_json::from_str(text).unwrap();
        grid(&value).map_err(|problem| problem.at("f", crate::Place::default()).to_string())
    }

    #[test]
    fn equal_grids_are_equal_texts_and_no_cell_is_no_grid() {
        assert_eq!(read("[[0, 1],\n [2, 3]]").unwrap().as_deref(), Some("[[0,1],[2,3]]"));
        assert_eq!((read("[]"), read("[[]]")), (Ok(None), Ok(None)));
        let largest = format!("[{}]", vec![format!("[{}]", vec!["9"; 30].join(",")); 30].join(","));
        assert_eq!(read(&largest).unwrap(), Some(largest));
    }

    #[test]
    fn what_is_outside_the_bounds_is_named_by_row_and_cell() {
        let cases = [
            ("[[0],[10]]", "field `[1][0]`: expected a digit from 0 to 9, found 10"),
            ("[[0,-1]]", "field `[0][1]`: expected a digit from 0 to 9, found -1"),
            ("[[0,1.0]]", "expected a digit from 0 to 9, found 1.0"),
            ("[[\"0\"]]", "expected a digit from 0 to 9, found \"0\""),
            ("[[0,1],[2]]", "field `[1]`: expected 2 cells, as in the first row, found 1 cells"),
            ("[[],[]]", "expected a row of 1 to 30 digits, found 0 cells"),
            ("[0,1]", "field `[0]`: expected a row of 1 to 30 digits, found 0"),
            ("{\"a\":1}", "expected a grid: 1 to 30 rows of 1 to 30 digits, found {\"a\":1}"),
        ];
        for (text, expected) in cases {
            let found = read(text).unwrap_err();
            assert!(found.ends_with(expected), "{text}: {found}");
        }
        let wide = format!("[[{}]]", vec!["0"; 31].join(","));
        assert!(read(&wide).unwrap_err().ends_with("found 31 cells"));
        let high = format!("[{}]", vec!["[0]"; 1_000].join(","));
        assert!(read(&high).unwrap_err().ends_with("found 1000 rows"));
    }
}
