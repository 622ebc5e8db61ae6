//! Which of some known names a mistyped one means: names of fields, of audits, of commands. A guess that is told and never followed.

/// The name that is spelt most alike, where at most a third of the letters differ; one of three letters may differ in one. The first of several.
#[must_use]
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    const LONGEST: usize = 100;
    if wanted.len() > LONGEST {
        return None;
    }
    let wanted = wanted.to_lowercase();
    let enough = wanted.chars().count().max(3);
    let fits = names.into_iter().filter(|name| name.len() <= LONGEST).filter_map(|name| {
        let differs = edits(&wanted, &name.to_lowercase());
        (differs * 3 <= enough).then_some((differs, name))
    });
    fits.min_by_key(|(differs, _)| *differs).map(|(_, name)| name)
}

/// What is meant in place of the unknown field that a message names beside those that it expected: ``unknown field `a`, expected one of `b`, `c` ``.
#[must_use]
pub fn instead(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    let (_, expected) = rest.split_once("expected ")?;
    // Every second part stands between two backticks.
    nearest(unknown, expected.split('`').skip(1).step_by(2))
}

/// How many letters have to be put in, left out, exchanged or swapped with their neighbour to make one text of the other.
pub(crate) fn edits(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        rows.rotate_left(1);
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let swapped = i > 0 && j > 0 && one[i - 1] == *b && other[j - 1] == *a;
            let best = (rows[1][j] + usize::from(a != b)).min(rows[1][j + 1] + 1).min(row[j] + 1);
            row.push(if swapped { best.min(rows[0][j - 1] + 1) } else { best });
        }
        rows[2] = row;
    }
    rows[2].last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        for (one, other, wanted) in [("said", "said", 0), ("sadi", "said", 1), ("", "ab", 2), ("picked", "pick", 2)] {
            assert_eq!(edits(one, other), wanted, "{one} {other}");
        }
    }

    #[test]
    fn the_nearest_name_is_given_and_a_far_one_is_not() {
        let names = ["faithfulness", "compute", "lift", "arc"];
        for (wanted, found) in [
            ("compue", Some("compute")),
            ("faithfullness", Some("faithfulness")),
            ("acr", Some("arc")),
            ("power", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), found, "{wanted}");
        }
        assert_eq!(nearest(&"a".repeat(1000), names), None);
    }

    #[test]
    fn the_field_that_is_meant_is_read_from_the_message() {
        let message = "line 3: unknown field `ansewr`, expected one of `unit`, `answer`, `arm` (column 2)";
        assert_eq!(instead(message), Some("answer"));
        assert_eq!(instead("unknown field `fiels`, expected `files`"), Some("files"));
        assert_eq!(instead("unknown field `x`, there are no fields"), None);
        assert_eq!(instead("missing field `unit`"), None);
    }
}
