use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

use super::opened::invalid;
use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};

/// Cuts a table into rows; the first is the header.
pub(super) struct CsvRows<R> {
    rows: csv::Reader<Tee<R>>,
    /// The row that was read last.
    row: csv::ByteRecord,
    seen: Rc<RefCell<Seen>>,
    header: Vec<String>,
    delimiter: u8,
    /// Lines before the header.
    lines_before: u64,
    /// Lines that a quote had taken in which is not closed, as rows of their own.
    released: VecDeque<RawRecord>,
}

/// What the reader of rows has taken in.
#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    /// Where in the table the first of them stands.
    start: u64,
    /// How many of them were given as rows.
    given: usize,
}

/// Keeps what passes through, so that a row can be shown as it was written.
struct Tee<R> {
    reader: io::Chain<Cursor<Vec<u8>>, R>,
    seen: Rc<RefCell<Seen>>,
}

impl<R: BufRead> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        let seen = &mut *self.seen.borrow_mut();
        seen.bytes.drain(..seen.given);
        seen.start += seen.given as u64;
        seen.given = 0;
        if seen.bytes.len() > RECORD_SIZE_MAX + buffer.len() {
            return Err(invalid(format!(
                "a row is longer than {} MiB; look for a quote that is not closed",
                RECORD_SIZE_MAX / 1024 / 1024
            )));
        }
        seen.bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

impl<R: BufRead> CsvRows<R> {
    /// `delimiter` stands between cells, unless the table itself has another one.
    pub(super) fn new(mut reader: R, delimiter: u8) -> io::Result<Self> {
        // All of the header, however little of it a pipe gives at a time.
        let mut beginning = Vec::new();
        reader.by_ref().take(HEADER_MAX).read_until(b'\n', &mut beginning)?;
        if beginning.starts_with(b"\xef\xbb\xbf") {
            beginning.drain(..3);
        }
        let (delimiter, passed) = delimiter_of(&beginning, delimiter);
        beginning.drain(..passed);
        let reader = Cursor::new(beginning).chain(reader);
        let seen = Rc::new(RefCell::new(Seen::default()));
        let tee = Tee { reader, seen: Rc::clone(&seen) };
        let mut rows = builder(delimiter).has_headers(true).from_reader(tee);
        let header = rows.byte_headers().map_err(io::Error::other)?;
        let header =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let row = csv::ByteRecord::new();
        let lines_before = u64::from(passed > 0);
        Ok(Self { rows, row, seen, header, delimiter, lines_before, released: VecDeque::new() })
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row; rows without any cell are passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        if let Some(released) = self.released.pop_front() {
            return Ok(Some(released));
        }
        let from = self.rows.position().byte();
        let number = self.rows.position().line() + self.lines_before;
        let has_row = self.rows.read_byte_record(&mut self.row).map_err(|error| {
            let kind = if let csv::ErrorKind::Io(error) = error.kind() {
                error.kind()
            } else {
                io::ErrorKind::Other
            };
            io::Error::new(kind, format!("behind line {number}: {error}"))
        })?;
        if !has_row {
            return Ok(None);
        }
        let (text, passed) = self.taken(from, self.rows.position().byte());
        let number = number + passed;
        if let Some(end) = text.iter().position(|byte| *byte == b'\n')
            && (self.row.len() != self.header.len() || !is_quoted_well(&text, self.delimiter))
        {
            return self.release(number, &text, end).map(Some);
        }
        let text = if text.len() > RECORD_SIZE_MAX {
            RawText::TooLong(text)
        } else {
            RawText::Row { cells: cells(&self.row), kinds: Vec::new(), text }
        };
        Ok(Some(RawRecord { number, text }))
    }

    /// A row that goes on over several lines and is not what a quoted cell would look like: a quote is not
    /// closed. Only its first line is refused; the others are rows of their own.
    fn release(&mut self, number: u64, text: &[u8], end: usize) -> io::Result<RawRecord> {
        let (first, others) = text.split_at(end);
        let others = others.get(1..).unwrap_or_default();
        let mut number_of = number + 1;
        for line in others.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.is_empty() {
                let mut rows = builder(self.delimiter).has_headers(false).from_reader(line);
                let mut row = csv::ByteRecord::new();
                if rows.read_byte_record(&mut row).map_err(io::Error::other)? {
                    let text =
                        RawText::Row { cells: cells(&row), kinds: Vec::new(), text: line.to_vec() };
                    self.released.push_back(RawRecord { number: number_of, text });
                }
            }
            number_of += 1;
        }
        let first = first.strip_suffix(b"\r").unwrap_or(first).to_vec();
        let reason = format!(
            "a quote in this row is not closed, or opens in the middle of a cell; it took in {} lines, which are read as rows of their own",
            number_of - number
        );
        Ok(RawRecord { number, text: RawText::Broken { text: first, reason } })
    }

    /// What stood between two places, without the line end, and how many ends of lines before it; both are
    /// given now.
    fn taken(&self, from: u64, to: u64) -> (Vec<u8>, u64) {
        let mut seen = self.seen.borrow_mut();
        let offset =
            |place: u64| usize::try_from(place.saturating_sub(seen.start)).unwrap_or(usize::MAX);
        let (first, last) = (offset(from).min(seen.bytes.len()), offset(to).min(seen.bytes.len()));
        let text = seen.bytes.get(first..last).unwrap_or_default();
        let is_cell = |byte: &u8| !matches!(byte, b'\n' | b'\r');
        let start = text.iter().position(is_cell).unwrap_or(text.len());
        let end = text.iter().rposition(is_cell).map_or(start, |last| last + 1);
        let passed = text.iter().take(start).filter(|byte| **byte == b'\n').count() as u64;
        let text = text.get(start..end).unwrap_or_default().to_vec();
        seen.given = last;
        (text, passed)
    }
}

/// Longest header of which the sign between cells is told, in bytes.
const HEADER_MAX: u64 = 1024 * 1024;

/// Signs that stand between cells instead of a comma where a program or a country writes tables so.
const DELIMITERS: [u8; 3] = [b';', b'\t', b'|'];

/// The sign between cells, and how many bytes in front of the table only name it: `sep=;`, as Excel writes it.
/// Otherwise the header tells: one without the usual sign, and with exactly one of the others, is written with that.
fn delimiter_of(beginning: &[u8], usual: u8) -> (u8, usize) {
    let end = memchr::memchr2(b'\n', b'\r', beginning).unwrap_or(beginning.len());
    let (line, rest) = beginning.split_at(end);
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] = line
        && (*sign == b',' || DELIMITERS.contains(sign))
    {
        let ends = rest.iter().take(if rest.starts_with(b"\r\n") { 2 } else { 1 }).count();
        return (*sign, end + ends);
    }
    let mut is_quoted = false;
    let mut found: Vec<u8> = line
        .iter()
        .copied()
        .filter(|byte| {
            is_quoted ^= *byte == b'"';
            !is_quoted && (*byte == usual || DELIMITERS.contains(byte))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [other] => (*other, 0),
        _ => (usual, 0),
    }
}

fn builder(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter).flexible(true);
    builder
}

fn cells(row: &csv::ByteRecord) -> Vec<Vec<u8>> {
    row.iter().map(<[u8]>::to_vec).collect()
}

/// Whether every cell that begins with a quote ends with one, and no other cell has one.
fn is_quoted_well(row: &[u8], delimiter: u8) -> bool {
    let mut bytes = row.iter().copied().peekable();
    let mut at_start = true;
    while let Some(byte) = bytes.next() {
        if byte == delimiter {
            at_start = true;
        } else if byte != b'"' {
            at_start = false;
        } else if at_start {
            loop {
                match bytes.next() {
                    None => return false,
                    Some(b'"') if bytes.next_if_eq(&b'"').is_none() => break,
                    Some(_) => {}
                }
            }
            if bytes.peek().is_some_and(|next| *next != delimiter) {
                return false;
            }
            at_start = false;
        } else {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_stands_between_its_cells() {
        for (beginning, usual, expected) in [
            ("id,name\nC-1,a;b\n", b',', (b',', 0)),
            ("id;name\nC-1;a,b\n", b',', (b';', 0)),
            ("\"id\";\"a, b\"\r\n", b',', (b';', 0)),
            ("id;a,b\n", b',', (b',', 0)),
            ("id\tname\n", b',', (b'\t', 0)),
            ("id|a;b\n", b',', (b',', 0)),
            ("id\n", b',', (b',', 0)),
            ("id;name\n", b'\t', (b';', 0)),
            ("sep=;\r\nid;name\n", b',', (b';', 7)),
            ("SEP=,\nid,name\n", b',', (b',', 6)),
            ("sep=x\nid,name\n", b',', (b',', 0)),
            ("", b',', (b',', 0)),
        ] {
            assert_eq!(delimiter_of(beginning.as_bytes(), usual), expected, "{beginning}");
        }
    }

    #[test]
    fn rows_behind_a_line_that_names_the_sign_keep_their_text() {
        let text = "\u{feff}sep=;\nid;name\nC-1;\"a;b\"\n";
        // A byte at a time, as a pipe may give them.
        let reader = io::BufReader::with_capacity(1, text.as_bytes());
        let mut rows = CsvRows::new(reader, b',').unwrap();
        assert_eq!(rows.header(), ["id", "name"]);
        let row = rows.next().unwrap().unwrap();
        assert_eq!(row.number, 3);
        assert_eq!(row.text.bytes(), b"C-1;\"a;b\"");
        let RawText::Row { cells, .. } = row.text else { panic!("no row") };
        assert_eq!(cells, [b"C-1".to_vec(), b"a;b".to_vec()]);
    }
}
