use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};

use calamine::{DataRef, Reader as _, Xlsx};
use serde::{Deserialize, Serialize};

use super::cell::CellKind;
use super::foreign::guarded;
use super::opened::invalid;
use super::raw::{RawRecord, RawText};
use super::spool::spooled;

/// Most bytes that a workbook may unpack to. A hundred thousand rows of twenty cells take a fiftieth.
const UNPACKED_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Most columns of a sheet that are read.
const COLUMNS_MAX: usize = 4096;

/// The rows of the first sheet of a workbook; the first row is the header.
pub(super) struct XlsxRows {
    header: Vec<String>,
    /// Rows on lines of their own: the number and the cells, as JSON.
    rows: BufReader<File>,
}

impl XlsxRows {
    pub(super) fn new(reader: impl Read) -> io::Result<Self> {
        let file = spooled(reader)?;
        guarded(|| Self::of_file(file))
    }

    fn of_file(mut file: File) -> io::Result<Self> {
        require_size(&file, UNPACKED_MAX)?;
        file.seek(SeekFrom::Start(0))?;
        let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|error| {
            invalid(format!("it is no Excel workbook that can be read: {error}"))
        })?;
        let sheets = book.sheet_names();
        let [first, others @ ..] = sheets.as_slice() else {
            return Err(invalid("the workbook has no sheet"));
        };
        for other in others {
            if has_cells(&mut book, other)? {
                return Err(invalid(format!(
                    "it has several sheets with cells, `{first}` and `{other}`; save the one that is the roster as a file of its own"
                )));
            }
        }
        let mut spool = BufWriter::new(tempfile::tempfile()?);
        let mut header = None;
        rows(&mut book, first, &mut |number, cells| {
            if header.is_none() {
                header = Some(cells.into_iter().map(SheetCell::into_text).collect::<Vec<_>>());
                return Ok(());
            }
            serde_json::to_writer(&mut spool, &(number, cells))?;
            spool.write_all(b"\n")
        })?;
        let header = header.ok_or_else(|| invalid(format!("the sheet `{first}` is empty")))?;
        let mut rows = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        rows.seek(SeekFrom::Start(0))?;
        let header = header.into_iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self { header, rows: BufReader::new(rows) })
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        let mut line = String::new();
        if self.rows.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let (number, cells): (u64, Vec<SheetCell>) = serde_json::from_str(&line)?;
        let mut kinds: Vec<CellKind> = cells.iter().map(SheetCell::kind).collect();
        let mut cells: Vec<String> = cells.into_iter().map(SheetCell::into_text).collect();
        // Cells behind the last one of a row are blank, and not written.
        while cells.len() < self.header.len() {
            cells.push(String::new());
        }
        kinds.resize(cells.len(), CellKind::Text);
        let text = cells.join("\t").into_bytes();
        let fault = cells.iter().zip(&self.header).find(|(cell, _)| cell.starts_with(FAULT));
        let text = if let Some((cell, column)) = fault {
            let fault = cell.trim_start_matches(FAULT);
            let reason = format!("the cell in column `{column}` holds an error: {fault}");
            RawText::Broken { text, reason }
        } else {
            let cells = cells.into_iter().map(String::into_bytes).collect();
            RawText::Row { cells, kinds, text }
        };
        Ok(Some(RawRecord { number, text }))
    }
}

/// A cell, as it waits in the file of rows.
#[derive(Deserialize, Serialize)]
enum SheetCell {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "n")]
    Number(String),
    #[serde(rename = "y")]
    YesNo(String),
    #[serde(rename = "d")]
    Time(String),
}

impl SheetCell {
    fn kind(&self) -> CellKind {
        match self {
            Self::Text(_) => CellKind::Text,
            Self::Number(_) => CellKind::Number,
            Self::YesNo(_) => CellKind::YesNo,
            Self::Time(_) => CellKind::Time,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::YesNo(text) | Self::Time(text) => text,
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Text(text) | Self::Number(text) | Self::YesNo(text) | Self::Time(text) => text,
        }
    }
}

/// Begins the text of a cell that holds an error.
const FAULT: char = '\u{0}';

/// Refuses a workbook that unpacks to more than can be looked at, whatever it says of itself.
fn require_size(file: &File, bytes_max: u64) -> io::Result<()> {
    let unreadable = |error: zip::result::ZipError| {
        invalid(format!("it is no Excel workbook that can be read: {error}"))
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    let mut left = bytes_max;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(unreadable)?;
        let read = io::copy(&mut entry.take(left + 1), &mut io::sink())?;
        left = left.checked_sub(read).ok_or_else(|| {
            invalid(format!("it unpacks to more than {} MiB", bytes_max / 1024 / 1024))
        })?;
    }
    Ok(())
}

fn has_cells(book: &mut Xlsx<BufReader<File>>, sheet: &str) -> io::Result<bool> {
    let mut found = false;
    let stop = "a cell was found";
    let looked = rows(book, sheet, &mut |_, _| {
        found = true;
        Err(io::Error::other(stop))
    });
    match looked {
        Ok(()) => Ok(false),
        Err(_) if found => Ok(true),
        Err(error) => Err(error),
    }
}

/// Hands out the rows that have a cell with something in it, with their numbers in the sheet.
fn rows(
    book: &mut Xlsx<BufReader<File>>,
    sheet: &str,
    take: &mut dyn FnMut(u32, Vec<SheetCell>) -> io::Result<()>,
) -> io::Result<()> {
    let unreadable = |error: calamine::XlsxError| {
        invalid(format!("the sheet `{sheet}` cannot be read: {error}"))
    };
    let mut cells = book.worksheet_cells_reader(sheet).map_err(unreadable)?;
    let mut row: Option<(u32, Vec<SheetCell>)> = None;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (number, column) = cell.get_position();
        let column = column as usize;
        let value = read(cell.get_value());
        if value.text().is_empty() {
            continue;
        }
        if column >= COLUMNS_MAX {
            return Err(invalid(format!("a row has more than {COLUMNS_MAX} columns")));
        }
        if row.as_ref().is_some_and(|(current, _)| *current != number)
            && let Some((number, cells)) = row.take()
        {
            take(number + 1, cells)?;
        }
        let (_, cells) = row.get_or_insert_with(|| (number, Vec::new()));
        while cells.len() <= column {
            cells.push(SheetCell::Text(String::new()));
        }
        if let Some(place) = cells.get_mut(column) {
            *place = value;
        }
    }
    if let Some((number, cells)) = row {
        take(number + 1, cells)?;
    }
    Ok(())
}

/// A cell as the same value would stand in a text file.
fn read(value: &DataRef<'_>) -> SheetCell {
    match value {
        DataRef::Empty => SheetCell::Text(String::new()),
        DataRef::Int(number) => SheetCell::Number(number.to_string()),
        // The shortest text that means the same number: what was typed, up to fifteen digits.
        DataRef::Float(number) => SheetCell::Number(number.to_string()),
        DataRef::String(text) | DataRef::DurationIso(text) => SheetCell::Text(text.clone()),
        DataRef::DateTimeIso(text) => SheetCell::Time(text.clone()),
        DataRef::SharedString(text) => SheetCell::Text((*text).to_owned()),
        DataRef::Bool(yes) => SheetCell::YesNo(yes.to_string()),
        DataRef::DateTime(time) if time.is_duration() => time.as_duration().map_or_else(
            || SheetCell::Number(time.as_f64().to_string()),
            |time| SheetCell::Text(format!("PT{}S", time.num_seconds())),
        ),
        DataRef::DateTime(time) => time.as_datetime().map_or_else(
            || SheetCell::Number(time.as_f64().to_string()),
            |time| {
                SheetCell::Time(if time.time() == chrono::NaiveTime::MIN {
                    time.date().to_string()
                } else {
                    time.format("%Y-%m-%dT%H:%M:%S").to_string()
                })
            },
        ),
        DataRef::Error(fault) => SheetCell::Text(format!("{FAULT}{fault}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_that_unpacks_to_more_than_it_may_is_refused() {
        let mut archive = zip::ZipWriter::new(tempfile::tempfile().unwrap());
        archive
            .start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default())
            .unwrap();
        for _ in 0..32 {
            archive.write_all(&vec![b' '; 64 * 1024]).unwrap();
        }
        let file = archive.finish().unwrap();
        assert!(file.metadata().unwrap().len() < 16 * 1024);
        assert!(require_size(&file, 2 * 1024 * 1024).is_ok());
        let error = require_size(&file, 1024 * 1024).unwrap_err();
        assert_eq!(error.to_string(), "it unpacks to more than 1 MiB");
    }
}
