//! What a Parquet file claims of itself, examined before anything is made of it: its footer, where its columns lie, and how much every page would unpack to.
//! The library that reads them reserves room by such claims; whatever passes here costs no more than the limits say. Not whether its rows are traces.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::thrift;
use crate::import::Limits;

/// The bytes that a Parquet file begins and ends with.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";

/// Bytes of a footer at most: that of an export of 20 million rows has two.
const MOST_FOOTER: u64 = 16 << 20;

/// Bytes of a page's head at most: statistics of both ends of a page are in it.
const MOST_HEAD: usize = 64 << 10;

/// Rows of a group at most. Whatever writes Parquet makes groups of about a million.
const MOST_ROWS: i64 = 1 << 24;

/// Plain, dictionary (in its older and its newer name) and runs, which stand for levels. The library's readers of delta encodings reserve room by
/// lengths within a page, which are not seen here.
const ENCODINGS: [i64; 4] = [0, 2, 8, 3];

/// What is wrong with a file.
pub(crate) struct Unsound {
    pub(crate) expected: String,
    pub(crate) found: String,
}

fn unsound<T>(expected: impl Into<String>, found: impl Into<String>) -> Result<T, Unsound> {
    Err(Unsound { expected: expected.into(), found: found.into() })
}

/// The footer of a file of that many bytes.
pub(super) fn footer(file: &File, bytes: u64) -> Result<ParquetMetaData, Unsound> {
    let whole = "a Parquet file that ends with its footer";
    if bytes < 12 {
        return unsound(whole, format!("{bytes} bytes"));
    }
    let mut tail = [0; 8];
    read(file, &mut tail, bytes - 8)?;
    if &tail[4..] != MAGIC {
        return unsound(whole, "another end: it was cut off, or is encrypted");
    }
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if length > bytes - 12 {
        return unsound(whole, format!("a footer of {length} bytes in a file of {bytes}"));
    }
    if length > MOST_FOOTER {
        return unsound(format!("a footer of at most {MOST_FOOTER} bytes"), format!("{length}"));
    }
    let mut footer = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    read(file, &mut footer, bytes - 8 - length)?;
    if thrift::walk(&footer, &mut |_, _| ()).is_none_or(|walked| walked != footer.len()) {
        return unsound("a footer in Thrift's compact protocol", "other bytes");
    }
    ParquetMetaDataReader::decode_metadata(&footer)
        .or_else(|error| unsound("the footer of a Parquet file", error.to_string()))
}

/// Whether a group of rows, and every page of those of its columns that will be read, is within bounds.
pub(super) fn group(
    file: &File,
    bytes: u64,
    group: &RowGroupMetaData,
    columns: &[usize],
    limits: &Limits,
) -> Result<(), Unsound> {
    let rows = group.num_rows();
    if !(0..=MOST_ROWS).contains(&rows) {
        return unsound(format!("at most {MOST_ROWS} rows in a group"), rows.to_string());
    }
    columns
        .iter()
        .filter_map(|at| group.columns().get(*at))
        .try_for_each(|column| pages(file, bytes, column, rows, limits))
}

/// Walks over the pages of a column within a group of rows.
fn pages(file: &File, bytes: u64, column: &ColumnChunkMetaData, rows: i64, limits: &Limits) -> Result<(), Unsound> {
    let name = column.column_path().string();
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let place = (u64::try_from(start), u64::try_from(column.compressed_size()));
    let (Ok(start), Ok(length)) = place else {
        return unsound(format!("a place for column {name}"), "a negative one");
    };
    let Some(end) = start.checked_add(length).filter(|end| *end <= bytes) else {
        return unsound(format!("column {name} within the file"), format!("it ends beyond {bytes} bytes"));
    };
    let mut head = vec![0; MOST_HEAD];
    let mut at = start;
    // Each page is longer than nothing, so that this ends.
    while at < end {
        let room = usize::try_from(end - at).unwrap_or(usize::MAX).min(MOST_HEAD);
        read(file, &mut head[..room], at)?;
        let mut page = Page::default();
        let Some(walked) = thrift::walk(&head[..room], &mut |path, number| page.hear(path, number)) else {
            return unsound(format!("the head of a page of column {name}"), format!("other bytes at {at}"));
        };
        let most = i64::try_from(limits.record).unwrap_or(i64::MAX);
        if !(0..=most).contains(&page.unpacked) {
            let limit = format!("pages of at most {most} bytes in column {name}");
            return unsound(limit, page.unpacked.to_string());
        }
        // A dictionary has an entry for some of the rows, and each takes a byte at least.
        let values = page.values.max(page.rows).max(page.nulls);
        if values > rows
            || page.entries > rows.min(page.unpacked)
            || values.min(page.entries).min(page.nulls).min(page.rows) < 0
        {
            return unsound(
                format!("pages with at most {rows} values in column {name}"),
                values.max(page.entries).to_string(),
            );
        }
        if !page.encodings.iter().all(|encoding| ENCODINGS.contains(encoding)) {
            let expected = format!("plain values or a dictionary in column {name}");
            return unsound(expected, "another encoding: write it again without delta encodings");
        }
        let packed = u64::try_from(page.packed).unwrap_or(u64::MAX);
        at = match at.checked_add(walked as u64).and_then(|at| at.checked_add(packed)) {
            Some(next) if next <= end => next,
            _ => return unsound(format!("pages within column {name}"), format!("one that ends beyond it at {at}")),
        };
    }
    Ok(())
}

/// What the head of a page claims.
#[derive(Debug, Default)]
struct Page {
    unpacked: i64,
    packed: i64,
    /// Values and nulls of a page of data.
    values: i64,
    nulls: i64,
    rows: i64,
    /// Entries of a dictionary.
    entries: i64,
    /// How its values and levels are encoded.
    encodings: [i64; 3],
}

impl Page {
    /// Fields as in `parquet.thrift`: `PageHeader`, `DataPageHeader`, `DictionaryPageHeader`, `DataPageHeaderV2`.
    fn hear(&mut self, path: &[i16], number: i64) {
        match path {
            [2] => self.unpacked = number,
            [3] => self.packed = number,
            [5 | 8, 1] => self.values = number,
            [8, 2] => self.nulls = number,
            [8, 3] => self.rows = number,
            [7, 1] => self.entries = number,
            [5, 2] | [7, 2] | [8, 4] => self.encodings[0] = number,
            [5, 3] => self.encodings[1] = number,
            [5, 4] => self.encodings[2] = number,
            _ => {}
        }
    }
}

fn read(mut file: &File, into: &mut [u8], at: u64) -> Result<(), Unsound> {
    let read = file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(into));
    read.or_else(|error| unsound("a file that can be read", error.to_string()))
}
