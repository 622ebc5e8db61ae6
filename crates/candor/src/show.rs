//! The terminal surface: runs, comparisons and inventories as text, Markdown, CSV and JUnit. Not the HTML report.

pub(crate) mod answer;
pub(crate) mod comparison;
pub(crate) mod csv;
pub(crate) mod figure;
pub(crate) mod junit;
pub(crate) mod look;
pub(crate) mod markdown;
pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod run;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod trace;
pub(crate) mod validity;
