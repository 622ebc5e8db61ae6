//! Rows into a Parquet file: zstd, dictionaries for what repeats, groups of rows that fit into memory. Not which rows.

use std::io;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{ColumnPath, Type};

use super::columns::{COLUMNS, Take};
use super::manifest::FORMAT;
use super::refused;
use super::withheld::withheld;
use crate::Trace;
use crate::recorded::split;

/// Rows of a group at most.
const ROWS: usize = 1 << 16;

/// Bytes of the values of a group, beyond which it ends.
const GROUP: usize = 64 << 20;

/// The values of one column, null where there is none.
enum Values {
    Text(Vec<Option<ByteArray>>),
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Truth(Vec<Option<bool>>),
}

/// Writes traces into one file.
pub(super) struct Writer<W: io::Write + Send> {
    file: SerializedFileWriter<W>,
    chain: bool,
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

impl<W: io::Write + Send> Writer<W> {
    /// Begins a file; with the chain of thought, or without it.
    pub(super) fn begin(out: W, chain: bool) -> io::Result<Self> {
        let schema = Arc::new(schema().map_err(refused)?);
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties(chain)?)).map_err(refused)?;
        let columns = COLUMNS.iter().map(|column| empty(&column.take)).collect();
        Ok(Self { file, chain, columns, rows: 0, bytes: 0 })
    }

    /// Adds a trace.
    pub(super) fn add(&mut self, trace: Trace) -> io::Result<()> {
        // Scalars before anything is withheld: of what kind the chain was is no secret.
        let mut bytes = 0;
        for (column, values) in COLUMNS.iter().zip(&mut self.columns) {
            match (column.take, values) {
                (Take::Text(take), Values::Text(values)) => {
                    let text = take(&trace).map(|text| ByteArray::from(text.into_owned().into_bytes()));
                    bytes += text.as_ref().map_or(0, ByteArray::len);
                    values.push(text);
                }
                (Take::Whole(take) | Take::Time(take), Values::Whole(values)) => values.push(take(&trace)),
                (Take::Real(take), Values::Real(values)) => values.push(take(&trace)),
                (Take::Truth(take), Values::Truth(values)) => values.push(take(&trace)),
                _ => {}
            }
        }
        let mut pieces = split(&if self.chain { trace } else { withheld(trace) })?;
        for (column, values) in COLUMNS.iter().zip(&mut self.columns) {
            if let (Take::Part(name), Values::Text(values)) = (column.take, values) {
                let piece =
                    pieces.iter_mut().find(|piece| piece.name == name).map(|piece| std::mem::take(&mut piece.content));
                bytes += piece.as_ref().map_or(0, Vec::len);
                values.push(piece.map(ByteArray::from));
            }
        }
        self.rows += 1;
        // A value with nothing in it takes room too.
        self.bytes += bytes + COLUMNS.len() * size_of::<ByteArray>();
        if self.rows == ROWS || self.bytes >= GROUP { self.group() } else { Ok(()) }
    }

    /// Writes the rows that are held as a group.
    fn group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group().map_err(refused)?;
        for (column, values) in COLUMNS.iter().zip(&mut self.columns) {
            put(&mut group, std::mem::replace(values, empty(&column.take))).map_err(refused)?;
        }
        group.close().map_err(refused)?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    pub(super) fn end(mut self) -> io::Result<W> {
        self.group()?;
        self.file.into_inner().map_err(refused)
    }
}

fn empty(take: &Take) -> Values {
    match take {
        Take::Text(_) | Take::Part(_) => Values::Text(Vec::new()),
        Take::Whole(_) | Take::Time(_) => Values::Whole(Vec::new()),
        Take::Real(_) => Values::Real(Vec::new()),
        Take::Truth(_) => Values::Truth(Vec::new()),
    }
}

/// Writes the next column of a group.
fn put<W: io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: Values,
) -> ::parquet::errors::Result<()> {
    let Some(mut column) = group.next_column()? else {
        return Err(::parquet::errors::ParquetError::General("a column too many".to_owned()));
    };
    match (values, column.untyped()) {
        (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(writer)) => batch::<ByteArrayType>(writer, values)?,
        (Values::Whole(values), ColumnWriter::Int64ColumnWriter(writer)) => batch::<Int64Type>(writer, values)?,
        (Values::Real(values), ColumnWriter::DoubleColumnWriter(writer)) => batch::<DoubleType>(writer, values)?,
        (Values::Truth(values), ColumnWriter::BoolColumnWriter(writer)) => batch::<BoolType>(writer, values)?,
        _ => return Err(::parquet::errors::ParquetError::General("a column of another type".to_owned())),
    }
    column.close()
}

fn batch<T: DataType>(
    writer: &mut ::parquet::column::writer::ColumnWriterImpl<'_, T>,
    values: Vec<Option<T::T>>,
) -> ::parquet::errors::Result<()> {
    let there: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    writer.write_batch(&values, Some(&there), None).map(|_| ())
}

/// The schema: every column may be null, so that engines of all kinds agree on it.
fn schema() -> ::parquet::errors::Result<Type> {
    let fields = COLUMNS.iter().map(|column| {
        let (physical, logical) = match column.take {
            Take::Text(_) | Take::Part(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Take::Whole(_) => (Physical::INT64, None),
            Take::Time(_) => {
                let logical = LogicalType::timestamp(true, TimeUnit::MILLIS);
                (Physical::INT64, Some(logical))
            }
            Take::Real(_) => (Physical::DOUBLE, None),
            Take::Truth(_) => (Physical::BOOLEAN, None),
        };
        Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    });
    Type::group_type_builder("traces").with_fields(fields.collect::<::parquet::errors::Result<_>>()?).build()
}

fn properties(chain: bool) -> io::Result<WriterProperties> {
    let level = ZstdLevel::try_new(3).map_err(refused)?;
    let said = vec![
        KeyValue::new("candor.format".to_owned(), FORMAT.to_owned()),
        KeyValue::new("candor.chain".to_owned(), if chain { "with" } else { "withheld" }.to_owned()),
    ];
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("candor ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(said));
    for column in COLUMNS {
        if let Take::Part(_) = column.take {
            // Hardly two of them are alike, and nobody looks for the smallest.
            let path = || ColumnPath::from(column.name);
            properties = properties
                .set_column_dictionary_enabled(path(), false)
                .set_column_statistics_enabled(path(), EnabledStatistics::None);
        }
    }
    Ok(properties.build())
}
