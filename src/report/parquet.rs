use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::FlatDecision;

/// Decisions that are held in memory and written together.
const ROW_GROUP_ROWS: usize = 16_384;

/// The columns are those of comma-separated values, in their order; lists stay lists.
const SCHEMA: &str = "
message decision {
  required binary subject (STRING);
  required binary decision (STRING);
  required boolean settled;
  required group could_be (LIST) { repeated group list { required binary element (STRING); } }
  required int32 score_low (INTEGER(32, false));
  required int32 score_high (INTEGER(32, false));
  required group hits (LIST) { repeated group list { required binary element (STRING); } }
  required group unknown (LIST) { repeated group list { required binary element (STRING); } }
  required group not_covered (LIST) { repeated group list { required binary element (STRING); } }
  required group excepted (LIST) { repeated group list { required binary element (STRING); } }
  required group needs (LIST) { repeated group list { required binary element (STRING); } }
  required group actions (LIST) { repeated group list { required binary element (STRING); } }
  required binary policy (STRING);
  required binary version (STRING);
  required binary as_of (STRING);
}";

/// Why decisions cannot be written as Parquet.
#[derive(Debug)]
pub struct CannotWrite(ParquetError);

impl fmt::Display for CannotWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for CannotWrite {}

impl From<ParquetError> for CannotWrite {
    fn from(error: ParquetError) -> Self {
        Self(error)
    }
}

/// What kept the file from being written, as it was: that nobody reads any more has to be told from the rest.
impl From<CannotWrite> for io::Error {
    fn from(CannotWrite(error): CannotWrite) -> Self {
        let ParquetError::External(inner) = error else { return Self::other(CannotWrite(error)) };
        match inner.downcast::<Self>() {
            Ok(inner) => *inner,
            Err(inner) => Self::other(inner),
        }
    }
}

/// Decisions as a Parquet file, written in groups of rows.
pub struct ParquetDecisions<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Vec<FlatDecision>,
}

impl<W: Write + Send> ParquetDecisions<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn new(to: W) -> Result<Self, CannotWrite> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(to, schema, Arc::new(properties))?;
        Ok(Self { file, rows: Vec::new() })
    }

    /// Adds a decision.
    ///
    /// # Errors
    /// If the file cannot be written to.
    pub fn push(&mut self, row: FlatDecision) -> Result<(), CannotWrite> {
        self.rows.push(row);
        if self.rows.len() >= ROW_GROUP_ROWS { self.write_rows() } else { Ok(()) }
    }

    /// Ends the file; without it, what was written is no Parquet file.
    ///
    /// # Errors
    /// If the file cannot be written to.
    pub fn finish(mut self) -> Result<W, CannotWrite> {
        self.write_rows()?;
        Ok(self.file.into_inner()?)
    }

    fn write_rows(&mut self) -> Result<(), CannotWrite> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        texts(&mut group, &rows, |row| &row.subject)?;
        texts(&mut group, &rows, |row| &row.decision)?;
        let settled: Vec<bool> = rows.iter().map(|row| row.settled).collect();
        column::<BoolType>(&mut group, &settled, None)?;
        lists(&mut group, &rows, |row| &row.could_be)?;
        numbers(&mut group, &rows, |row| row.score_low)?;
        numbers(&mut group, &rows, |row| row.score_high)?;
        lists(&mut group, &rows, |row| &row.hits)?;
        lists(&mut group, &rows, |row| &row.unknown)?;
        lists(&mut group, &rows, |row| &row.not_covered)?;
        lists(&mut group, &rows, |row| &row.excepted)?;
        lists(&mut group, &rows, |row| &row.needs)?;
        lists(&mut group, &rows, |row| &row.actions)?;
        texts(&mut group, &rows, |row| &row.policy)?;
        texts(&mut group, &rows, |row| &row.version)?;
        texts(&mut group, &rows, |row| &row.as_of)?;
        group.close()?;
        Ok(())
    }
}

/// Where the elements of lists stand, as Parquet has it: of each element whether there is one, and
/// whether it goes on with the list before it.
#[derive(Default)]
struct Levels {
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

fn texts<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[FlatDecision],
    of: fn(&FlatDecision) -> &String,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = rows.iter().map(|row| of(row).as_str().into()).collect();
    column::<ByteArrayType>(group, &values, None)
}

fn numbers<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[FlatDecision],
    of: fn(&FlatDecision) -> u32,
) -> Result<(), ParquetError> {
    // An unsigned number is stored as the signed one of the same bits.
    let values: Vec<i32> = rows.iter().map(|row| of(row).cast_signed()).collect();
    column::<Int32Type>(group, &values, None)
}

fn lists<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[FlatDecision],
    of: fn(&FlatDecision) -> &Vec<String>,
) -> Result<(), ParquetError> {
    let mut values: Vec<ByteArray> = Vec::new();
    let mut levels = Levels::default();
    for row in rows {
        let list = of(row);
        if list.is_empty() {
            levels.definition.push(0);
            levels.repetition.push(0);
        }
        for (place, element) in list.iter().enumerate() {
            values.push(element.as_str().into());
            levels.definition.push(1);
            levels.repetition.push(i16::from(place > 0));
        }
    }
    column::<ByteArrayType>(group, &values, Some(&levels))
}

fn column<D: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: &[D::T],
    levels: Option<&Levels>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    let definition = levels.map(|levels| levels.definition.as_slice());
    let repetition = levels.map(|levels| levels.repetition.as_slice());
    column.typed::<D>().write_batch(values, definition, repetition)?;
    column.close()
}
