//! Figures as data: tables, curves, forest plots. Every number in one is a claim of the report, named; nothing here draws.

use serde::{Deserialize, Serialize};

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "figure", rename_all = "snake_case")]
pub enum Figure {
    /// Rows and columns.
    Table(Table),
    /// A quantity against a setting.
    Curve(Curve),
    /// Estimates under each other on one scale.
    Forest(Forest),
}

impl Figure {
    /// The stable name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Table(table) => &table.name,
            Self::Curve(curve) => &curve.name,
            Self::Forest(forest) => &forest.name,
        }
    }
}

/// Rows and columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Stable name, such as `compute.table`.
    pub name: String,
    /// What it shows, as a sentence or a noun phrase.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell per column.
    pub rows: Vec<Row>,
    /// What a reader must know to read it.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), numeric: false }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), numeric: true }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// A cell per column.
    pub cells: Vec<Cell>,
    /// What stands behind the row, such as "you operate here".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// A word, or a setting such as `16` or `4x`. Never a measured number.
    Text(String),
    /// A count of things that were seen.
    Count(u64),
    /// Value and interval of the claim of that name.
    Claim(String),
    /// The mark of the claim of that name.
    Mark(String),
    /// The mark of a claim that the row does not show as a number, and what that claim says in a word, such as `gain < 2`.
    MarkOf {
        /// The claim's name.
        claim: String,
        /// What it says.
        says: String,
    },
    /// Nothing, and why.
    Absent(String),
}

impl Cell {
    /// A word or a setting.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The claim of that name.
    pub fn claim(name: impl Into<String>) -> Self {
        Self::Claim(name.into())
    }

    /// The mark of that claim.
    pub fn mark(name: impl Into<String>) -> Self {
        Self::Mark(name.into())
    }

    /// The mark of that claim, and what the claim says in a word.
    pub fn mark_of(claim: impl Into<String>, says: impl Into<String>) -> Self {
        Self::MarkOf { claim: claim.into(), says: says.into() }
    }
}

/// A quantity against a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Stable name.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The setting.
    pub x: Axis,
    /// The quantity.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// Vertical rules, such as "you operate here".
    pub rules: Vec<Rule>,
    /// What a reader must know to read it.
    pub notes: Vec<String>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// Its label, with the unit.
    pub label: String,
    /// Whether equal steps are doublings.
    pub doublings: bool,
}

/// One line of a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What it is, written beside its end.
    pub label: String,
    /// The points, by rising x.
    pub points: Vec<Point>,
    /// Predicted, not measured: drawn broken and hollow.
    pub predicted: bool,
}

/// One point of a line: a setting, and the claim that says what was found there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The setting.
    pub x: f64,
    /// The name of the claim.
    pub claim: String,
}

/// A vertical rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Where.
    pub x: f64,
    /// What it says.
    pub label: String,
}

/// Estimates under each other on one scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// Stable name.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Label and name of the claim, from top to bottom. All claims have one unit.
    pub rows: Vec<(String, String)>,
    /// Where a reference line stands, such as 0 for "no effect".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<f64>,
    /// What a reader must know to read it.
    pub notes: Vec<String>,
}
