//! The answer's grid of digits is the gold's, cell by cell, as in ARC. Not a partial score: one wrong cell is a wrong grid.

use super::settings;
use crate::{About, Answer, Param, Params, Result, Verdict, Verifier};

/// Reads the last grid of the answer: a list of lists of digits (`[[0, 1], [2, 3]]`), also in a code fence, or lines of digits with
/// spaces, commas or bars between them, or with nothing between them.
///
/// Sizes must agree too. A grid that breaks off, or whose rows differ in length, is no answer.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    /// The most rows and the most columns, 1 to 1000.
    pub largest: usize,
}

/// The verifier with its default parameters.
pub static VERIFIER: Grid = Grid { largest: 30 };

static ABOUT: About = About {
    name: "grid",
    one_line: "the last grid of digits is the gold's, cell by cell, as in ARC",
    params: &[Param { name: "largest", one_line: "the most rows and the most columns, 1 to 1000", default: "30" }],
};

/// Rows of cells.
type Rows = Vec<Vec<u8>>;

/// Why there is no grid.
type Reason = &'static str;

const NONE: Reason = "the answer holds no grid";
const UNEVEN: Reason = "the rows of the grid differ in length";
const CUT: Reason = "the grid breaks off";
const LARGE: Reason = "the grid is larger than any that is asked for";

impl Grid {
    /// The last grid of a text.
    fn read(self, text: &str) -> std::result::Result<Rows, Reason> {
        let listed = self.listed(text);
        let lined = self.lined(text);
        match (listed, lined) {
            (Some((at, grid)), Some((line, other))) => {
                if line > at {
                    other
                } else {
                    grid
                }
            }
            (Some((_, grid)), None) | (None, Some((_, grid))) => grid,
            (None, None) => Err(NONE),
        }
    }

    /// The last list of lists, and where it begins.
    fn listed(self, text: &str) -> Option<(usize, std::result::Result<Rows, Reason>)> {
        let bytes = text.as_bytes();
        let mut found = None;
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] != b'[' {
                at += 1;
                continue;
            }
            // Two brackets with nothing but white space between them open a grid.
            let Some(skip) = bytes[at + 1..].iter().position(|byte| !byte.is_ascii_whitespace()) else { break };
            let inner = at + 1 + skip;
            if bytes[inner] == b'[' {
                let (rows, end) = self.list(bytes, inner);
                found = Some((at, rows));
                at = end.max(inner + 1);
            } else {
                at = inner;
            }
        }
        found
    }

    /// The rows from the first inner bracket on, and where the list ends.
    fn list(self, bytes: &[u8], mut at: usize) -> (std::result::Result<Rows, Reason>, usize) {
        let mut rows = Rows::new();
        let mut row: Option<Vec<u8>> = None;
        let mut digit_before = false;
        while let Some(byte) = bytes.get(at) {
            at += 1;
            let digit = byte.is_ascii_digit();
            match (byte, &mut row) {
                (b'[', None) => row = Some(Vec::new()),
                (b']', Some(_)) => rows.extend(row.take()),
                (b']', None) => return (self.checked(rows), at),
                (b'0'..=b'9', Some(_)) if digit_before => return (Err("a cell is not one digit"), at),
                (b'0'..=b'9', Some(cells)) => cells.push(byte - b'0'),
                (b',' | b' ' | b'\n' | b'\r' | b'\t', _) => {}
                _ => return (Err("a cell is not one digit"), at),
            }
            digit_before = digit;
            if rows.len() > self.largest || row.as_ref().is_some_and(|cells| cells.len() > self.largest) {
                return (Err(LARGE), at);
            }
        }
        (Err(CUT), at)
    }

    /// The last run of lines of digits, and where it begins. One line alone is a grid only where nothing else stands in the text.
    fn lined(self, text: &str) -> Option<(usize, std::result::Result<Rows, Reason>)> {
        let mut last: Option<(usize, Rows)> = None;
        let mut open: Option<(usize, Rows)> = None;
        let mut at = 0;
        let mut others = 0_usize;
        let mut cut = false;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let trimmed = line.trim().trim_matches('|').trim();
            if let Some(cells) = cells(trimmed) {
                let (_, rows) = open.get_or_insert_with(|| (start, Rows::new()));
                if rows.len() <= self.largest {
                    rows.push(cells);
                }
            } else {
                // A table's rule parts its head from its rows.
                let rule = trimmed.contains('-') && trimmed.chars().all(|c| matches!(c, '-' | '|' | ':' | '+' | ' '));
                let fence = trimmed.starts_with("```");
                others += usize::from(!trimmed.is_empty() && !fence && !rule);
                if !rule {
                    last = open.take().or(last);
                }
                cut = trimmed.ends_with("...") || trimmed.ends_with('…');
            }
        }
        let (start, rows) = open.or(last)?;
        if rows.len() < 2 && others > 0 {
            return None;
        }
        Some((start, if cut && rows.len() > 1 && others == 1 { Err(CUT) } else { self.checked(rows) }))
    }

    fn checked(self, rows: Rows) -> std::result::Result<Rows, Reason> {
        let width = rows.first().map_or(0, Vec::len);
        if width == 0 {
            return Err(NONE);
        }
        if rows.len() > self.largest || width > self.largest {
            return Err(LARGE);
        }
        if rows.iter().any(|row| row.len() != width) {
            return Err(UNEVEN);
        }
        Ok(rows)
    }
}

/// The cells of one line: digits alone, or single digits with spaces, commas or bars between them.
fn cells(line: &str) -> Option<Vec<u8>> {
    let line = line.trim_matches(['[', ']', ',']).trim();
    let mut cells = Vec::new();
    let mut parted = 0_usize;
    let mut joined = 0_usize;
    let mut before = false;
    for byte in line.bytes() {
        match byte {
            b'0'..=b'9' => {
                joined += usize::from(before);
                parted += usize::from(!before);
                cells.push(byte - b'0');
                before = true;
            }
            b' ' | b',' | b'|' | b'\t' => before = false,
            _ => return None,
        }
    }
    // Either every digit is parted from the next, or none is.
    (!cells.is_empty() && (joined == 0 || parted == 1 && cells.len() > 1)).then_some(cells)
}

/// Rows of digits, for the verdict.
fn shown(rows: &Rows) -> String {
    let row = |row: &Vec<u8>| row.iter().map(|cell| char::from(b'0' + cell)).collect::<String>();
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

impl Verifier for Grid {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let Ok(gold) = self.read(gold.trim()) else {
            return Verdict::error("the gold is no grid of digits");
        };
        if answer.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        let rows = match self.read(answer.as_str()) {
            Ok(rows) => rows,
            Err(why) => return Verdict::no_answer(why),
        };
        let size = |rows: &Rows| (rows.len(), rows.first().map_or(0, Vec::len));
        let (found, expected) = (size(&rows), size(&gold));
        let why = if found == expected {
            let off = rows.iter().flatten().zip(gold.iter().flatten()).filter(|(one, other)| one != other).count();
            if off == 0 {
                "every cell agrees".to_owned()
            } else {
                format!("{off} of {} cells differ", found.0 * found.1)
            }
        } else {
            format!("the grid is {} by {}, not {} by {}", found.0, found.1, expected.0, expected.1)
        };
        Verdict::of(rows == gold, shown(&rows), why)
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let largest =
            settings::read(&ABOUT, params, "largest", self.largest, "a whole number from 1 to 1000", |n: &usize| {
                (1..=1000).contains(n)
            })?;
        Ok(Box::new(Self { largest }))
    }
}
