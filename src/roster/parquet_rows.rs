use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Read};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};

use super::cell::CellKind;
use super::foreign::guarded;
use super::opened::invalid;
use super::parquet_file::ParquetFile;
use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};
use super::spool::spooled;
use crate::value::{Date, Instant};

/// Records of a Parquet file, each as a JSON object.
///
/// Parquet cannot tell a value that is missing from one that is null, so neither becomes a field: both are
/// unknown. What is known to be none is said by the word `none` in a column of texts.
pub(super) struct ParquetRows {
    rows: RowIter<'static>,
    /// The names of its columns.
    columns: Vec<String>,
    number: u64,
}

impl ParquetRows {
    pub(super) fn new(reader: impl Read) -> io::Result<Self> {
        let file = spooled(reader)?;
        guarded(|| Self::of_file(file))
    }

    fn of_file(file: File) -> io::Result<Self> {
        let file = SerializedFileReader::new(ParquetFile::new(file)?)
            .map_err(|error| invalid(format!("it is no whole Parquet file: {error}")))?;
        let schema = file.metadata().file_metadata().schema();
        let columns = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
        Ok(Self { rows: RowIter::from_file_into(Box::new(file)), columns, number: 0 })
    }

    /// The names of its columns.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next record as an object.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        let Some(row) = self.next_read()? else { return Ok(None) };
        let number = self.number;
        let mut json = String::new();
        let text = match object(&row, &mut json) {
            Ok(()) if json.len() > RECORD_SIZE_MAX => RawText::TooLong(json.into_bytes()),
            Ok(()) => RawText::Json(json.into_bytes()),
            Err(reason) => RawText::Broken { text: json.into_bytes(), reason },
        };
        Ok(Some(RawRecord { number, text }))
    }

    /// The next record as a row of a table.
    pub(super) fn next_row(&mut self) -> io::Result<Option<RawRecord>> {
        let Some(row) = self.next_read()? else { return Ok(None) };
        let number = self.number;
        let (kinds, cells) = row.get_column_iter().map(|(_, field)| cell(field)).unzip();
        // What has no form as JSON is left out of the text that shows the row.
        let mut json = String::new();
        let _ = object(&row, &mut json);
        let text = RawText::Row { cells, kinds, text: json.into_bytes() };
        Ok(Some(RawRecord { number, text }))
    }

    fn next_read(&mut self) -> io::Result<Option<Row>> {
        self.number += 1;
        let number = self.number;
        let unreadable =
            |error: &dyn fmt::Display| invalid(format!("record {number} cannot be read: {error}"));
        let row = guarded(|| Ok(self.rows.next())).map_err(|error| unreadable(&error))?;
        row.transpose().map_err(|error| unreadable(&error))
    }
}

/// A value as a cell: a null is blank, since nobody can tell what it means.
fn cell(field: &Field) -> (CellKind, Vec<u8>) {
    let kind = match field {
        Field::Null => return (CellKind::Text, Vec::new()),
        Field::Str(text) if text == "none" => CellKind::Null,
        Field::Str(text) => return (CellKind::Text, text.clone().into_bytes()),
        Field::Bytes(bytes) if bytes.data() == b"none" => CellKind::Null,
        Field::Bytes(bytes) if std::str::from_utf8(bytes.data()).is_ok() => {
            return (CellKind::Text, bytes.data().to_vec());
        }
        Field::Bytes(_) | Field::TimeMillis(_) | Field::TimeMicros(_) | Field::MapInternal(_) => {
            CellKind::Unusable
        }
        Field::Bool(_) => CellKind::YesNo,
        Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_)
        | Field::Float16(_)
        | Field::Float(_)
        | Field::Double(_)
        | Field::Decimal(_) => CellKind::Number,
        Field::Date(_) | Field::TimestampMillis(_) | Field::TimestampMicros(_) => CellKind::Time,
        Field::Group(_) | Field::ListInternal(_) => CellKind::Nested,
    };
    let mut json = String::new();
    match value(field, &mut json) {
        Err(reason) => (CellKind::Unusable, reason.into_bytes()),
        Ok(()) => match kind {
            CellKind::Null => (kind, Vec::new()),
            CellKind::Time => (kind, json.trim_matches('"').as_bytes().to_vec()),
            CellKind::Text
            | CellKind::Number
            | CellKind::YesNo
            | CellKind::Nested
            | CellKind::Unusable => (kind, json.into_bytes()),
        },
    }
}

fn object(row: &Row, json: &mut String) -> Result<(), String> {
    json.push('{');
    let mut is_first = true;
    for (name, field) in row.get_column_iter() {
        if matches!(field, Field::Null) {
            continue;
        }
        if !is_first {
            json.push(',');
        }
        is_first = false;
        string(name, json);
        json.push(':');
        value(field, json).map_err(|reason| format!("column `{name}`: {reason}"))?;
    }
    json.push('}');
    Ok(())
}

fn value(field: &Field, json: &mut String) -> Result<(), String> {
    match field {
        Field::Null => json.push_str("null"),
        Field::Bool(yes) => write!(json, "{yes}").map_err(|error| error.to_string())?,
        Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_) => write!(json, "{field}").map_err(|error| error.to_string())?,
        Field::Float16(number) => number_text(&number.to_string(), json)?,
        Field::Float(number) => number_text(&number.to_string(), json)?,
        Field::Double(number) => number_text(&number.to_string(), json)?,
        Field::Decimal(_) => number_text(&field.to_string(), json)?,
        Field::Str(text) if text == "none" => json.push_str("null"),
        Field::Str(text) => string(text, json),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok("none") => json.push_str("null"),
            Ok(text) => string(text, json),
            Err(_) => return Err("its bytes are no UTF-8 text".to_owned()),
        },
        Field::Date(days) => {
            let date = Date::from_days(i64::from(*days)).ok_or("a date out of range")?;
            string(&date.to_string(), json);
        }
        Field::TimestampMillis(millis) => instant(*millis, 1_000, json)?,
        Field::TimestampMicros(micros) => instant(*micros, 1_000_000, json)?,
        Field::TimeMillis(_) | Field::TimeMicros(_) => {
            return Err("a time of day has no place in a record".to_owned());
        }
        Field::Group(row) => object(row, json)?,
        Field::ListInternal(list) => {
            json.push('[');
            for (place, element) in list.elements().iter().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                value(element, json)?;
            }
            json.push(']');
        }
        Field::MapInternal(_) => return Err("a map has no place in a record".to_owned()),
    }
    Ok(())
}

fn number_text(text: &str, json: &mut String) -> Result<(), String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    if !is_plain {
        return Err(format!("`{text}` is no number"));
    }
    json.push_str(text);
    Ok(())
}

fn instant(units: i64, per_second: i64, json: &mut String) -> Result<(), String> {
    let (seconds, rest) = (units.div_euclid(per_second), units.rem_euclid(per_second));
    let nanoseconds = u32::try_from(rest * (1_000_000_000 / per_second)).unwrap_or(0);
    let instant = Instant::from_unix(seconds, nanoseconds).ok_or("a time out of range")?;
    string(&instant.to_string(), json);
    Ok(())
}

fn string(text: &str, json: &mut String) {
    json.push_str(&serde_json::Value::from(text).to_string());
}
