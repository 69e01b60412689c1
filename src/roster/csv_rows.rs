use std::cell::RefCell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};

/// Cuts a table into rows; the first is the header.
pub(super) struct CsvRows<R> {
    rows: csv::Reader<Tee<R>>,
    seen: Rc<RefCell<Seen>>,
    header: Vec<String>,
}

/// What the reader of rows has taken in and not yet given as a row.
#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    /// Where in the table the first of them stands.
    start: u64,
}

/// Keeps what passes through, so that a row can be shown as it was written.
struct Tee<R> {
    reader: R,
    seen: Rc<RefCell<Seen>>,
}

impl<R: BufRead> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.seen.borrow_mut().bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

impl<R: BufRead> CsvRows<R> {
    pub(super) fn new(mut reader: R, delimiter: u8) -> io::Result<Self> {
        if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        let seen = Rc::new(RefCell::new(Seen::default()));
        let tee = Tee { reader, seen: Rc::clone(&seen) };
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(true)
            .from_reader(tee);
        let header = rows.byte_headers().map_err(io::Error::other)?;
        let header =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        Ok(Self { rows, seen, header })
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row; rows without any cell are passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        let from = self.rows.position().byte();
        let number = self.rows.position().line();
        let mut row = csv::ByteRecord::new();
        let has_row = self.rows.read_byte_record(&mut row).map_err(io::Error::other)?;
        if !has_row {
            return Ok(None);
        }
        let number = row.position().map_or(number, csv::Position::line);
        let text = self.taken(from, self.rows.position().byte());
        let text = if text.len() > RECORD_SIZE_MAX {
            RawText::TooLong(text)
        } else {
            RawText::Row { cells: row.iter().map(<[u8]>::to_vec).collect(), text }
        };
        Ok(Some(RawRecord { number, text }))
    }

    /// What stood between two places, without the line end; what lies before is forgotten.
    fn taken(&self, from: u64, to: u64) -> Vec<u8> {
        let mut seen = self.seen.borrow_mut();
        let offset =
            |place: u64| usize::try_from(place.saturating_sub(seen.start)).unwrap_or(usize::MAX);
        let (first, last) = (offset(from).min(seen.bytes.len()), offset(to).min(seen.bytes.len()));
        let mut text = seen.bytes.get(first..last).unwrap_or_default().to_vec();
        while text.first().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            text.remove(0);
        }
        while text.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            text.pop();
        }
        seen.bytes.drain(..last);
        seen.start += last as u64;
        text
    }
}
