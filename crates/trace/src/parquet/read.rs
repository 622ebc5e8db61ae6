//! A Parquet file into rows of parts, in flat memory. Files that other programs made of an export (a selection, another packing) are read as well, as long as the
//! identifier and the parts are there. Not the import: see `import::parquet`.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::properties::ReaderProperties;
use ::parquet::file::reader::RowGroupReader as _;
use ::parquet::file::serialized_reader::SerializedRowGroupReader;

use super::bounds::{self, Unsound};
use super::columns::{COLUMNS, SCALARS, Take};
use super::contained::contained;
use crate::import::{Limits, Options};
use crate::recorded::{Found, REST};

/// Rows that are held at once.
const HELD: usize = 64;

/// One row: the identifier as it stands there, and the parts that do.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: Vec<u8>,
    pub(crate) parts: Vec<(String, Found)>,
}

/// The rows of a file, from the first to the last.
pub(crate) struct Rows {
    file: Arc<File>,
    bytes: u64,
    about: ParquetMetaData,
    limits: Limits,
    /// Where the identifier stands.
    id: usize,
    /// Which parts there are, and where.
    parts: Vec<(&'static str, usize)>,
    next_group: usize,
    open: Option<Open>,
    held: VecDeque<Row>,
}

/// Why a file is not one of these.
pub(crate) enum Refused {
    /// It is not sound.
    Unsound(Unsound),
    /// Parquet with other columns: these.
    Foreign(String),
}

impl From<Unsound> for Refused {
    fn from(unsound: Unsound) -> Self {
        Self::Unsound(unsound)
    }
}

/// The columns of a group that is being read: the identifier's first.
struct Open {
    columns: Vec<ColumnReaderImpl<ByteArrayType>>,
    /// Whether each may be null.
    nullable: Vec<bool>,
    left: usize,
}

impl Rows {
    /// Opens a file of that many bytes; columns of parts that are passed over are not looked at.
    pub(crate) fn open(file: File, bytes: u64, options: &Options<'_>) -> Result<Self, Refused> {
        let about = contained(|| bounds::footer(&file, bytes))?;
        let schema = about.file_metadata().schema_descr();
        // A flat column of texts.
        let place = |name: &str| {
            schema.columns().iter().position(|column| {
                column.path().parts() == [name]
                    && column.physical_type() == ::parquet::basic::Type::BYTE_ARRAY
                    && column.max_rep_level() == 0
                    && column.max_def_level() <= 1
            })
        };
        let parts: Vec<(&'static str, usize)> = COLUMNS[SCALARS..]
            .iter()
            .filter_map(|column| match column.take {
                Take::Part(part) if !options.passes_over.contains(&part) => Some((part, place(column.name)?)),
                _ => None,
            })
            .collect();
        let (Some(id), true) = (place("id"), parts.iter().any(|(part, _)| *part == REST)) else {
            let names: Vec<&str> = schema.columns().iter().take(12).map(|column| column.name()).collect();
            return Err(Refused::Foreign(names.join(", ")));
        };
        let limits = options.limits.clone();
        Ok(Self {
            file: Arc::new(file),
            bytes,
            about,
            limits,
            id,
            parts,
            next_group: 0,
            open: None,
            held: VecDeque::new(),
        })
    }

    /// How many rows there are, as the file says.
    pub(crate) fn claimed(&self) -> u64 {
        let rows = self.about.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
        rows.fold(0, u64::saturating_add)
    }

    /// Reads the next rows, of the next group where this one has ended; `false` at the end.
    fn more(&mut self) -> Result<bool, Unsound> {
        while self.held.is_empty() {
            if self.open.is_none() {
                let Some(open) = self.next_group()? else { return Ok(false) };
                self.open = Some(open);
            }
            let Some(open) = &mut self.open else { return Ok(false) };
            if open.left == 0 {
                self.open = None;
                continue;
            }
            let wanted = open.left.min(HELD);
            let mut columns =
                open.columns.iter_mut().zip(&open.nullable).map(|(column, nullable)| values(column, *nullable, wanted));
            let ids = columns.next().unwrap_or_else(|| Ok(Vec::new()))?;
            let mut rows: Vec<Row> = Vec::with_capacity(ids.len());
            for id in ids {
                let id = id.map_or_else(Vec::new, |id| id.data().to_vec());
                rows.push(Row { id, parts: Vec::with_capacity(self.parts.len()) });
            }
            for ((name, _), column) in self.parts.iter().zip(columns) {
                for (row, part) in rows.iter_mut().zip(column?) {
                    row.parts.extend(part.map(|part| ((*name).to_owned(), Found::Content(part.data().to_vec()))));
                }
            }
            open.left -= rows.len();
            self.held.extend(rows);
        }
        Ok(true)
    }

    fn next_group(&mut self) -> Result<Option<Open>, Unsound> {
        let Some(group) = self.about.row_groups().get(self.next_group) else { return Ok(None) };
        self.next_group += 1;
        let wanted: Vec<usize> = std::iter::once(self.id).chain(self.parts.iter().map(|(_, at)| *at)).collect();
        bounds::group(&self.file, self.bytes, group, &wanted, &self.limits)?;
        let properties = Arc::new(ReaderProperties::builder().build());
        let reader = SerializedRowGroupReader::new(Arc::clone(&self.file), group, None, properties)
            .map_err(|error| misread(&error))?;
        let mut columns = Vec::with_capacity(wanted.len());
        for at in &wanted {
            match reader.get_column_reader(*at).map_err(|error| misread(&error))? {
                column @ ColumnReader::ByteArrayColumnReader(_) => columns.push(get_typed_column_reader(column)),
                _ => return Err(misread(&ParquetError::General("a column of another type".to_owned()))),
            }
        }
        let schema = self.about.file_metadata().schema_descr();
        let nullable = wanted.iter().map(|at| schema.column(*at).max_def_level() > 0).collect();
        Ok(Some(Open { columns, nullable, left: usize::try_from(group.num_rows()).unwrap_or(0) }))
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Unsound>;

    fn next(&mut self) -> Option<Self::Item> {
        match contained(|| self.more()) {
            Ok(true) => self.held.pop_front().map(Ok),
            Ok(false) => None,
            Err(unsound) => {
                // Nothing behind it can be believed.
                self.next_group = usize::MAX;
                self.open = None;
                Some(Err(unsound))
            }
        }
    }
}

/// The next values of a column, as many as wanted.
fn values(
    column: &mut ColumnReaderImpl<ByteArrayType>,
    nullable: bool,
    wanted: usize,
) -> Result<Vec<Option<ByteArray>>, Unsound> {
    let (mut there, mut values) = (Vec::new(), Vec::new());
    let (mut records, mut all) = (0, Vec::with_capacity(wanted));
    // A page ends where it ends: several reads may be needed.
    while records < wanted {
        let (read, ..) = column
            .read_records(wanted - records, nullable.then_some(&mut there), None, &mut values)
            .map_err(|error| misread(&error))?;
        if read == 0 {
            return Err(Unsound { expected: format!("{wanted} more values of a column"), found: records.to_string() });
        }
        records += read;
    }
    let mut values = values.into_iter();
    match nullable {
        true => all.extend(there.into_iter().map(|there| if there > 0 { values.next() } else { None })),
        false => all.extend(values.map(Some)),
    }
    if all.len() == wanted {
        Ok(all)
    } else {
        Err(Unsound { expected: format!("{wanted} values of a column"), found: all.len().to_string() })
    }
}

fn misread(error: &ParquetError) -> Unsound {
    Unsound { expected: "values that can be unpacked".to_owned(), found: error.to_string() }
}
