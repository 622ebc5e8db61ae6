//! Reads one reference table. Not a general TSV reader: the tables are our own.

use std::path::Path;

/// A reference table: column names and rows of cells.
pub(crate) struct Table {
    name: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One row, cells by column name.
pub(crate) struct Row<'a> {
    table: &'a Table,
    cells: &'a [String],
}

impl Table {
    /// The table `tests/oracles/NAME.tsv`; it must exist and hold at least `least` rows.
    pub(crate) fn read(name: &str, least: usize) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles").join(format!("{name}.tsv"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut lines =
            text.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').map(str::to_owned).collect());
        let columns: Vec<String> = lines.next().unwrap();
        let rows: Vec<Vec<String>> = lines.collect();
        assert!(rows.len() >= least, "{name}: {} rows", rows.len());
        Self { name: name.to_owned(), columns, rows }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self, cells })
    }
}

impl Row<'_> {
    pub(crate) fn text(&self, column: &str) -> &str {
        let at = self.table.columns.iter().position(|c| c == column);
        let at = at.unwrap_or_else(|| panic!("{}: no column {column} in {:?}", self.table.name, self.table.columns));
        &self.cells[at]
    }

    pub(crate) fn number(&self, column: &str) -> f64 {
        self.text(column).parse().unwrap_or_else(|_| panic!("{}: {column} = {}", self.table.name, self.text(column)))
    }

    pub(crate) fn count(&self, column: &str) -> u64 {
        self.text(column).parse().unwrap_or_else(|_| panic!("{}: {column} = {}", self.table.name, self.text(column)))
    }

    pub(crate) fn level(&self) -> candor_stats::Level {
        candor_stats::Level::new(self.number("level")).unwrap()
    }

    /// Within `tolerance`, absolute below 1 and relative above.
    pub(crate) fn close(&self, column: &str, found: f64, tolerance: f64) {
        let expected = self.number(column);
        let same = expected.is_infinite() && found.is_infinite() && expected.signum() == found.signum();
        assert!(
            same || (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{} {:?}: {column} expected {expected}, found {found}",
            self.table.name,
            self.cells
        );
    }

    /// Both ends of an interval in the columns `low` and `high`.
    pub(crate) fn ends(&self, found: &candor_stats::Interval, tolerance: f64) {
        self.close("low", found.low(), tolerance);
        self.close("high", found.high(), tolerance);
    }
}
