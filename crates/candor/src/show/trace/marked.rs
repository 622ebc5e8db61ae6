//! Text with marked places, wrapped into lines that still know which of their columns are marked. Not colours.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthChar;

use crate::show::text;

/// Cleaned characters, each with the number of the place that it belongs to.
pub(super) struct Marked {
    characters: Vec<(char, Option<usize>)>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    /// The columns that are marked, each with its number.
    columns: Vec<Option<usize>>,
}

impl Marked {
    /// The text with its places (bytes of it), made safe to print.
    pub(super) fn of(body: &str, places: &BTreeMap<usize, (usize, usize)>) -> Self {
        let mut characters = Vec::with_capacity(body.len());
        for (at, c) in body.char_indices() {
            let place = places.iter().find(|(_, (start, end))| (*start..*end).contains(&at)).map(|(number, _)| *number);
            if c == '\n' {
                characters.push(('\n', place));
                continue;
            }
            let mut buffer = [0; 4];
            characters.extend(text::clean(c.encode_utf8(&mut buffer)).chars().map(|c| (c, place)));
        }
        Self { characters }
    }

    /// Lines of at most `limit` columns, broken at spaces where that is possible. Blank lines go.
    pub(super) fn wrap(&self, limit: usize) -> Vec<Line> {
        let limit = limit.max(8);
        let mut lines = Vec::new();
        for paragraph in self.characters.split(|(c, _)| *c == '\n') {
            let mut rest = paragraph;
            while !rest.is_empty() {
                let (mut columns, mut end, mut space) = (0, 0, None);
                while let Some((c, _)) = rest.get(end) {
                    columns += c.width().unwrap_or(0);
                    if columns > limit {
                        break;
                    }
                    if *c == ' ' {
                        space = Some(end);
                    }
                    end += 1;
                }
                let whole = end == rest.len();
                let cut = if whole { end } else { space.filter(|at| *at > 0).unwrap_or(end.max(1)) };
                let line = Line::of(rest.get(..cut).unwrap_or_default());
                if !line.text.trim().is_empty() {
                    lines.push(line);
                }
                rest = rest.get(cut..).unwrap_or_default();
                while let [(' ', _), more @ ..] = rest {
                    rest = more;
                }
            }
        }
        lines
    }
}

impl Line {
    fn of(characters: &[(char, Option<usize>)]) -> Self {
        let mut columns = Vec::with_capacity(characters.len());
        for (c, place) in characters {
            columns.extend(std::iter::repeat_n(*place, c.width().unwrap_or(0)));
        }
        Self { text: characters.iter().map(|(c, _)| *c).collect(), columns }
    }

    fn is_marked(&self) -> bool {
        self.columns.iter().any(Option::is_some)
    }

    /// The line that goes under it within a width: `~` below what is marked, and the numbers behind it, or in place of its end where there is no room.
    pub(super) fn underline(&self, width: usize) -> Option<String> {
        let last = self.columns.iter().rposition(Option::is_some)?;
        let mut under: String =
            self.columns[..=last].iter().map(|place| if place.is_some() { '~' } else { ' ' }).collect();
        let mut numbers: Vec<usize> = self.columns.iter().flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let numbers: String = numbers.iter().map(|number| format!(" [{number}]")).collect();
        let room = width.saturating_sub(numbers.len());
        // One character a column: what is cut off is white space or `~`.
        under.truncate(room);
        Some(under + &numbers)
    }
}

/// The first lines, and every marked one with the line before it; what is left out is said.
pub(super) fn kept(lines: &[Line], limit: usize) -> Vec<Line> {
    let wanted = |at: usize| {
        at < limit || lines.get(at).is_some_and(Line::is_marked) || lines.get(at + 1).is_some_and(Line::is_marked)
    };
    let mut kept = Vec::new();
    let mut left_out = 0;
    let gap = |count: usize| Line { text: format!("… {count} lines: --full"), columns: Vec::new() };
    for (at, line) in lines.iter().enumerate() {
        if wanted(at) {
            if left_out > 0 {
                kept.push(gap(left_out));
                left_out = 0;
            }
            kept.push(line.clone());
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        kept.push(gap(left_out));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_marked_across_lines_and_hostile_characters() {
        let body = "one \u{1b}[31m two all tests pass three";
        let start = body.find("all").unwrap();
        let lines = Marked::of(body, &BTreeMap::from([(1, (start, start + "all tests pass".len()))])).wrap(16);
        let shown: Vec<(&str, Option<String>)> =
            lines.iter().map(|line| (line.text.as_str(), line.underline(usize::MAX))).collect();
        assert_eq!(shown[0], ("one \\u{1b}[31m", None));
        assert_eq!(shown[1], ("two all tests", Some("    ~~~~~~~~~ [1]".to_owned())));
        assert_eq!(shown[2], ("pass three", Some("~~~~ [1]".to_owned())));
    }

    #[test]
    fn marked_lines_are_shown_even_far_down() {
        let body: String = (0..40).map(|at| format!("line {at}\n")).collect();
        let start = body.find("line 30").unwrap();
        let lines = Marked::of(&body, &BTreeMap::from([(2, (start, start + 7))])).wrap(40);
        let shown: Vec<String> = kept(&lines, 2).into_iter().map(|line| line.text).collect();
        assert_eq!(shown, ["line 0", "line 1", "… 27 lines: --full", "line 29", "line 30", "… 9 lines: --full"]);
        assert_eq!(kept(&lines, usize::MAX).len(), 40);
    }
}
