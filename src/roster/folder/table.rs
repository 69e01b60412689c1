use std::io::{self, BufRead};
use std::path::Path;

use super::draft::SampledTable;
use super::join::{FolderError, OpenTable};
use super::objects::{self, ObjectRows};
use crate::roster::format::Format;
use crate::roster::opened::Opened;
use crate::roster::parquet_rows::ParquetRows;
use crate::roster::raw::{RawRecord, RawText};
use crate::roster::reader::RawReader;

/// A table of a folder, with a header and rows.
pub(super) struct TableReader {
    rows: Rows,
    /// What the numbers of its rows count: `line`, `row` or `record`.
    pub(super) numbers: &'static str,
}

enum Rows {
    Cells(RawReader<Box<dyn BufRead>>),
    Objects(ObjectRows),
    Parquet(ParquetRows),
}

impl TableReader {
    /// # Errors
    /// If the file cannot be read, or is no table.
    pub(super) fn new(file: &str, open: OpenTable<'_>) -> Result<Self, FolderError> {
        let unreadable = |error: io::Error| FolderError::Table(file.to_owned(), error);
        let opened = Opened::new(open(file).map_err(unreadable)?).map_err(unreadable)?;
        let by_name = Format::of_name(Path::new(file));
        let format = opened.format.filter(|format| format.is_binary()).or(by_name);
        let Some(format) = format.filter(|format| format.is_table()) else {
            return Err(FolderError::Manifest(format!(
                "`{file}` is no table; the tables of a folder are .csv, .tsv, .xlsx, .jsonl, .json or .parquet files"
            )));
        };
        let numbers = format.numbers();
        let rows = match format {
            Format::JsonLines | Format::Json => {
                let records = RawReader::new(format, opened.reader).map_err(unreadable)?;
                let header = objects::header(records).map_err(unreadable)?;
                let again = Opened::new(open(file).map_err(unreadable)?).map_err(unreadable)?;
                let records = RawReader::new(format, again.reader).map_err(unreadable)?;
                Rows::Objects(ObjectRows::new(records, header))
            }
            Format::Parquet => Rows::Parquet(ParquetRows::new(opened.reader).map_err(unreadable)?),
            Format::Csv | Format::Tsv | Format::Xlsx | Format::Yaml => {
                Rows::Cells(RawReader::new(format, opened.reader).map_err(unreadable)?)
            }
        };
        Ok(Self { rows, numbers })
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        match &self.rows {
            Rows::Cells(rows) => rows.header().unwrap_or_default(),
            Rows::Objects(rows) => rows.header(),
            Rows::Parquet(rows) => rows.columns(),
        }
    }

    /// The next row, or what stands in its place and is none.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        match &mut self.rows {
            Rows::Cells(rows) => rows.next_record(),
            Rows::Objects(rows) => rows.next(),
            Rows::Parquet(rows) => rows.next_row(),
        }
    }
}

impl SampledTable {
    /// Reads the header and the first rows of a table, up to so many.
    ///
    /// # Errors
    /// If the file cannot be read, or is no table.
    pub fn read(file: &str, rows_max: usize, open: OpenTable<'_>) -> Result<Self, FolderError> {
        let mut table = TableReader::new(file, open)?;
        let header = table.header().to_vec();
        let mut rows = Vec::new();
        while rows.len() < rows_max {
            let next = table.next().map_err(|error| FolderError::Table(file.to_owned(), error))?;
            let Some(raw) = next else { break };
            if let RawText::Row { cells, .. } = raw.text {
                let text = |cell: &Vec<u8>| String::from_utf8_lossy(cell).into_owned();
                rows.push(cells.iter().map(text).collect());
            }
        }
        Ok(Self { file: file.to_owned(), header, rows })
    }
}
