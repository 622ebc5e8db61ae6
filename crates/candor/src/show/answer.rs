//! The answer to a question in SQL: as a table on the terminal, as JSON, CSV and Markdown. Foreign text is made safe to print; nothing is
//! computed, and nothing here is a claim: these numbers carry no interval and no mark.

use candor_stats::Standing;
use candor_trace::index::{Counts, Cut, FUNCTIONS, TABLES, Table, Value};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::page::{PLANTED, Page, Tone, Writing};
use super::table::{Field, Grid};
use super::{csv, text};

/// Columns of a text that a terminal shows.
const LONGEST: usize = 300;

/// An answer, and what it was taken from.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its rows.
    pub(crate) table: Table,
    /// The traces of the index.
    pub(crate) counts: Counts,
}

impl Answer {
    /// What is to be known of the traces behind it.
    fn cautions(&self) -> Vec<String> {
        let Counts { traces, unreadable, planted } = self.counts;
        let mut cautions = Vec::new();
        if planted > 0 && planted == traces {
            cautions.push(PLANTED.to_owned());
        } else if planted > 0 {
            let of = text::counted(traces, "trace");
            cautions.push(format!(
                "{} of {of} come from a {PLANTED}: the column planted tells which",
                text::thousands(planted)
            ));
        }
        if unreadable > 0 {
            let of = text::counted(traces, "trace");
            cautions.push(format!(
                "{} of {of} cannot be read (erased, missing or damaged): the column unreadable tells why",
                text::thousands(unreadable)
            ));
        }
        cautions
    }

    /// How many rows, and whether there are more.
    fn rows(&self) -> String {
        let rows = text::counted(self.table.rows.len() as u64, "row");
        match self.table.cut {
            None => rows,
            Some(Cut::Rows) => format!("the first {rows}; there are more: --rows N shows them"),
            Some(Cut::Bytes) => format!("the first {rows}; the others would not fit into memory"),
        }
    }

    fn grid(&self, longest: usize) -> (Grid, bool) {
        let table = &self.table;
        let numeric = |at: usize| {
            let mut values =
                table.rows.iter().filter_map(|row| row.get(at)).filter(|value| **value != Value::Null).peekable();
            values.peek().is_some() && values.all(|value| matches!(value, Value::Integer(_) | Value::Real(_)))
        };
        let columns: Vec<(&str, bool)> =
            table.columns.iter().enumerate().map(|(at, name)| (name.as_str(), numeric(at))).collect();
        let mut grid = Grid::new(columns);
        let mut cut = false;
        for row in &table.rows {
            let fields = row.iter().map(|value| match value {
                Value::Null => Field::Absent(None),
                Value::Integer(number) => Field::Count(number.to_string()),
                Value::Real(number) => Field::Count(short(*number)),
                Value::Text(_) | Value::Bytes(_) => {
                    let words = plain(value);
                    let clean = text::clean(&words);
                    cut |= text::width(&clean) > longest;
                    Field::words(&text::cut(&clean, longest))
                }
            });
            grid.row(fields.collect(), None);
        }
        (grid, cut)
    }
}

/// A number for reading: six digits behind the point, or as it is where that would hide it.
fn short(number: f64) -> String {
    if number != 0.0 && (number.abs() < 1e-4 || number.abs() >= 1e15) {
        return format!("{number:e}");
    }
    let digits = format!("{number:.6}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    if digits == "-0" { "0".to_owned() } else { digits.to_owned() }
}

/// A value in full.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// For the terminal.
pub(crate) fn terminal(answer: &Answer, page: Page) -> String {
    let mut writing = Writing::on(page);
    let (grid, cut) = answer.grid(LONGEST);
    for caution in answer.cautions() {
        let tone = if caution.contains(PLANTED) { Tone::Standing(Standing::Planted) } else { Tone::Faint };
        writing.toned("", &caution, Some(tone));
    }
    if !answer.table.rows.is_empty() {
        grid.write(&mut writing);
    }
    let cut =
        if cut { format!("; texts are cut at {LONGEST} characters: --json shows them whole") } else { String::new() };
    writing.toned("", &format!("{}{cut}", answer.rows()), Some(Tone::Faint));
    writing.finish()
}

/// As Markdown.
pub(crate) fn markdown(answer: &Answer) -> String {
    let mut out = String::new();
    for caution in answer.cautions() {
        out.push_str(&format!("**{caution}**\n\n"));
    }
    answer.grid(usize::MAX).0.markdown(&mut out);
    out.push_str(&format!("\n<sub>{}</sub>\n", answer.rows()));
    out
}

/// As CSV, in full precision: one line of names, one line a row. What is absent is empty; cautions would be no rows.
pub(crate) fn csv(answer: &Answer) -> String {
    let mut out = String::new();
    csv::record(&answer.table.columns.iter().map(|name| csv::words(name)).collect::<Vec<_>>(), &mut out);
    for row in &answer.table.rows {
        let fields: Vec<String> = row
            .iter()
            .map(|value| match value {
                Value::Text(text) => csv::words(text),
                other => plain(other),
            })
            .collect();
        csv::record(&fields, &mut out);
    }
    out
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("columns", &self.table.columns)?;
        let rows: Vec<Vec<serde_json::Value>> = self
            .table
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|value| match value {
                        Value::Null => serde_json::Value::Null,
                        Value::Integer(number) => (*number).into(),
                        Value::Real(number) => (*number).into(),
                        Value::Text(_) | Value::Bytes(_) => plain(value).into(),
                    })
                    .collect()
            })
            .collect();
        map.serialize_entry("rows", &rows)?;
        let cut = self.table.cut.map(|cut| if cut == Cut::Rows { "rows" } else { "bytes" });
        map.serialize_entry("cut", &cut)?;
        map.serialize_entry("traces", &self.counts.traces)?;
        map.serialize_entry("unreadable", &self.counts.unreadable)?;
        map.serialize_entry("planted", &self.counts.planted)?;
        map.end()
    }
}

/// What can be asked, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct Schema {
    tables: Vec<Described>,
    functions: Vec<Function>,
}

#[derive(Debug, Serialize)]
struct Described {
    name: &'static str,
    row: &'static str,
    columns: Vec<Column>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: &'static str,
    what: &'static str,
}

#[derive(Debug, Serialize)]
struct Function {
    name: &'static str,
    arguments: &'static str,
    what: &'static str,
}

impl Schema {
    /// That of this version.
    pub(crate) fn new() -> Self {
        let tables = TABLES.map(|(name, row, columns)| Described {
            name,
            row,
            columns: columns.iter().map(|(name, what)| Column { name, what }).collect(),
        });
        let functions = FUNCTIONS.map(|(name, arguments, what)| Function { name, arguments, what });
        Self { tables: tables.into(), functions: functions.into() }
    }
}

/// What can be asked, for the terminal.
pub(crate) fn schema(page: Page) -> String {
    let mut writing = Writing::on(page);
    for (name, row, columns) in TABLES {
        writing.gap();
        writing.heading(&format!("{name}: {row}"), None);
        let mut grid = Grid::new([("", false), ("", false)]).indented(2);
        for (column, what) in columns {
            grid.row(vec![Field::words(column), Field::words(what)], None);
        }
        grid.write(&mut writing);
    }
    writing.gap();
    writing.heading("functions", None);
    let mut grid = Grid::new([("", false), ("", false)]).indented(2);
    for (name, arguments, what) in FUNCTIONS {
        grid.row(vec![Field::words(&format!("{name}({arguments})")), Field::words(what)], None);
    }
    grid.write(&mut writing);
    writing.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_stay_what_they_are() {
        for (number, expected) in
            [(0.1 + 0.2, "0.3"), (1.0, "1"), (-0.0, "0"), (1e-7, "1e-7"), (123_456.75, "123456.75"), (2e18, "2e18")]
        {
            assert_eq!(short(number), expected);
        }
    }
}
