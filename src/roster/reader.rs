use std::io::{self, BufRead, Read as _};

use super::csv_rows::CsvRows;
use super::folder::FolderReader;
use super::format::Format;
use super::json_array::JsonArray;
use super::lines::Lines;
use super::parquet_rows::ParquetRows;
use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};
use super::xlsx_rows::XlsxRows;
use super::yaml_items;

/// Largest YAML roster, in bytes: YAML cannot be read piece by piece.
const YAML_SIZE_MAX: u64 = 256 * 1024 * 1024;

/// Cuts a roster into raw records, in order.
pub struct RawReader<R> {
    inner: Inner<R>,
}

enum Inner<R> {
    Lines(Lines<R>),
    Array(JsonArray<R>),
    Yaml(std::vec::IntoIter<RawRecord>),
    Rows(CsvRows<R>),
    Sheet(XlsxRows),
    Parquet(ParquetRows),
    Folder(Box<FolderReader>),
}

impl<R: BufRead> RawReader<R> {
    /// Begins to read a roster.
    ///
    /// # Errors
    /// If a roster that is read whole (YAML, XLSX, Parquet) cannot be read, or a header cannot.
    pub fn new(format: Format, reader: R) -> io::Result<Self> {
        let inner = match format {
            Format::JsonLines => Inner::Lines(Lines::new(reader)),
            Format::Json => Inner::Array(JsonArray::new(reader)),
            Format::Yaml => Inner::Yaml(yaml(reader)?.into_iter()),
            Format::Csv => Inner::Rows(CsvRows::new(reader, b',')?),
            Format::Tsv => Inner::Rows(CsvRows::new(reader, b'\t')?),
            Format::Xlsx => Inner::Sheet(XlsxRows::new(reader)?),
            Format::Parquet => Inner::Parquet(ParquetRows::new(reader)?),
        };
        Ok(Self { inner })
    }

    /// Of a folder with a manifest.
    #[must_use]
    pub fn of_folder(folder: FolderReader) -> Self {
        Self { inner: Inner::Folder(Box::new(folder)) }
    }

    /// The names of the columns of a table.
    #[must_use]
    pub fn header(&self) -> Option<&[String]> {
        match &self.inner {
            Inner::Rows(rows) => Some(rows.header()),
            Inner::Sheet(rows) => Some(rows.header()),
            Inner::Lines(_)
            | Inner::Array(_)
            | Inner::Yaml(_)
            | Inner::Parquet(_)
            | Inner::Folder(_) => None,
        }
    }

    /// The next record.
    pub fn next_record(&mut self) -> io::Result<Option<RawRecord>> {
        match &mut self.inner {
            Inner::Lines(lines) => lines.next(),
            Inner::Array(array) => array.next(),
            Inner::Yaml(items) => Ok(items.next()),
            Inner::Rows(rows) => rows.next(),
            Inner::Sheet(rows) => rows.next(),
            Inner::Parquet(rows) => rows.next(),
            Inner::Folder(folder) => folder.next(),
        }
    }

    /// Hands out the rest of a record that was too long; nothing if it was not.
    pub fn drain(&mut self, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match &mut self.inner {
            Inner::Lines(lines) => lines.drain(take),
            Inner::Array(array) => array.drain(take),
            Inner::Yaml(_)
            | Inner::Rows(_)
            | Inner::Sheet(_)
            | Inner::Parquet(_)
            | Inner::Folder(_) => Ok(()),
        }
    }
}

fn yaml<R: BufRead>(reader: R) -> io::Result<Vec<RawRecord>> {
    let mut bytes = Vec::new();
    reader.take(YAML_SIZE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > YAML_SIZE_MAX {
        let message = format!(
            "a YAML roster is read whole and may have {} MiB; write JSON Lines instead",
            YAML_SIZE_MAX / 1024 / 1024
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let place = error.utf8_error().valid_up_to();
            let reason = format!("byte {place} is not UTF-8 text");
            let text = error.into_bytes();
            return Ok(vec![RawRecord { number: 1, text: RawText::Broken { text, reason } }]);
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let items = yaml_items::split(text).into_iter().filter_map(|range| text.get(range));
    let records = (1..).zip(items).map(|(number, item)| {
        let item = if item.len() > RECORD_SIZE_MAX {
            RawText::TooLong(item.as_bytes().to_vec())
        } else {
            RawText::Yaml(item.to_owned())
        };
        RawRecord { number, text: item }
    });
    Ok(records.collect())
}
