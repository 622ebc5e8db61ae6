//! Traces as Parquet: one row a call, one file a day, for DuckDB, Polars, ClickHouse, Spark and for candor itself. Not where an export is sent, and not
//! analytics: those who read it bring their own.
//!
//! | file | what |
//! |---|---|
//! | `columns` | which columns there are, and what of a trace stands in each |
//! | `withheld` | a trace without its chain of thought |
//! | `write` | rows into a file |
//! | `bounds`, `thrift` | what a file claims of itself, examined before anything is made of it |
//! | `contained` | panics of the library that reads |
//! | `read` | a file into rows |
//! | `days` | traces in any order, sorted by day |
//! | `manifest` | what an export holds, file by file |
//! | `folder` | an export into a folder, whole days at a time |
//!
//! docs/formats/parquet.md describes the form for others.

mod bounds;
mod columns;
mod contained;
mod days;
mod folder;
mod manifest;
mod read;
mod thrift;
mod withheld;
mod write;

pub use columns::{COLUMNS, Column};
pub use contained::is_contained;
pub use days::Days;
pub use folder::{Change, Meant, earlier, stage, write};
pub(crate) use manifest::is_manifest;
pub use manifest::{Listed, MANIFEST, Manifest, Recorded};
pub(crate) use read::{Refused, Row, Rows};

/// A failure of the library that writes, as one of the operating system: it writes to files.
fn refused(error: ::parquet::errors::ParquetError) -> std::io::Error {
    match error {
        ::parquet::errors::ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(error) => *error,
            Err(other) => std::io::Error::other(other),
        },
        other => std::io::Error::other(other),
    }
}

#[cfg(test)]
mod tests;
