//! The rows of tables in the order of their subjects, in a memory that does not grow with them: they are sorted in
//! runs, which are written to disk and merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write};

use super::assembled::Fault;

/// Bytes of rows that are sorted in memory before they are written to disk.
const RUN_BYTES: usize = 32 * 1024 * 1024;

/// Runs that are merged at the most: each is an open file.
const RUNS_MAX: usize = 512;

/// Bytes that are read or written of a run at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// One row of a table of elements. They are in order of their subjects, of each in order of the tables, and of those
/// in order of the lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Element {
    pub(super) subject: u32,
    pub(super) table: u16,
    pub(super) line: u64,
    /// The element as a JSON object.
    pub(super) json: String,
    /// Cells that could not be read.
    pub(super) faults: Vec<Fault>,
    /// Fields that are none by the word of the manifest.
    pub(super) assumed: Vec<String>,
}

/// Takes rows in any order.
pub(super) struct Sorter {
    run_bytes: usize,
    /// The newest rows, one behind the other, and where each lies.
    bytes: Vec<u8>,
    rows: Vec<Row>,
    runs: Vec<Run>,
}

/// The order of a row, and where its bytes begin and end.
type Row = ((u32, u16, u64), usize, usize);

/// Rows on disk, in order.
struct Run {
    /// How many are still to be read.
    rows: usize,
    file: BufReader<File>,
}

/// All rows in order.
pub(super) struct Sorted {
    runs: Vec<Run>,
    /// The next row of each run, with the number of the run.
    next: BinaryHeap<Reverse<(Element, usize)>>,
    failed: Option<io::Error>,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self::in_runs_of(RUN_BYTES)
    }

    fn in_runs_of(run_bytes: usize) -> Self {
        let bytes = Vec::with_capacity(run_bytes);
        Self { run_bytes, bytes, rows: Vec::new(), runs: Vec::new() }
    }

    /// # Errors
    /// If rows cannot be written to disk.
    pub(super) fn push(&mut self, element: &Element) -> io::Result<()> {
        let start = self.bytes.len();
        element.encode(&mut self.bytes)?;
        let order = (element.subject, element.table, element.line);
        self.rows.push((order, start, self.bytes.len()));
        let taken = self.bytes.len() + self.rows.len() * size_of::<Row>();
        if taken < self.run_bytes {
            return Ok(());
        }
        self.write_run()?;
        if self.runs.len() < RUNS_MAX {
            return Ok(());
        }
        let rows = self.runs.iter().map(|run| run.rows).sum();
        let mut merged = Sorted::new(std::mem::take(&mut self.runs))?;
        let run = Run::write(rows, |file| merged.try_for_each(|element| element?.encode(file)))?;
        self.runs.push(run);
        Ok(())
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.rows.sort_unstable();
        let run = Run::write(self.rows.len(), |file| {
            self.rows.iter().try_for_each(|(_, start, end)| {
                file.write_all(self.bytes.get(*start..*end).unwrap_or_default())
            })
        })?;
        self.runs.push(run);
        self.bytes.clear();
        self.rows.clear();
        Ok(())
    }

    /// # Errors
    /// If rows cannot be written to disk or read from there.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        self.write_run()?;
        Sorted::new(self.runs)
    }
}

impl Run {
    fn write(
        rows: usize,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
        write(&mut file)?;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Self { rows, file: BufReader::with_capacity(BUFFER_BYTES, file) })
    }
}

impl Sorted {
    fn new(runs: Vec<Run>) -> io::Result<Self> {
        let mut sorted = Self { runs, next: BinaryHeap::new(), failed: None };
        (0..sorted.runs.len()).try_for_each(|place| sorted.read(place))?;
        Ok(sorted)
    }

    /// Reads the next row of a run.
    fn read(&mut self, place: usize) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(place).filter(|run| run.rows > 0) else { return Ok(()) };
        run.rows -= 1;
        self.next.push(Reverse((Element::decode(&mut run.file)?, place)));
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Element>;

    fn next(&mut self) -> Option<io::Result<Element>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        let Reverse((element, place)) = self.next.pop()?;
        self.failed = self.read(place).err();
        Some(Ok(element))
    }
}

impl Element {
    fn encode(&self, to: &mut impl Write) -> io::Result<()> {
        let rest = if self.faults.is_empty() && self.assumed.is_empty() {
            Vec::new()
        } else {
            serde_json::to_vec(&(&self.faults, &self.assumed))?
        };
        to.write_all(&self.subject.to_le_bytes())?;
        to.write_all(&self.table.to_le_bytes())?;
        to.write_all(&self.line.to_le_bytes())?;
        for part in [self.json.as_bytes(), &rest] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            to.write_all(&length.to_le_bytes())?;
            to.write_all(part)?;
        }
        Ok(())
    }

    fn decode(from: &mut impl Read) -> io::Result<Self> {
        let (mut subject, mut table, mut line) = ([0; 4], [0; 2], [0; 8]);
        from.read_exact(&mut subject)?;
        from.read_exact(&mut table)?;
        from.read_exact(&mut line)?;
        let mut part = || -> io::Result<Vec<u8>> {
            let mut length = [0; 4];
            from.read_exact(&mut length)?;
            let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
            from.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let (json, rest) = (part()?, part()?);
        let (faults, assumed) =
            if rest.is_empty() { (Vec::new(), Vec::new()) } else { serde_json::from_slice(&rest)? };
        Ok(Self {
            subject: u32::from_le_bytes(subject),
            table: u16::from_le_bytes(table),
            line: u64::from_le_bytes(line),
            json: String::from_utf8(json).map_err(io::Error::other)?,
            faults,
            assumed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(number: u64) -> Element {
        // Any order that is not the order of the rows.
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        let fault = Fault {
            place: "at".to_owned(),
            found: format!("\"{number}\u{e9}\""),
            reason: "no time".to_owned(),
        };
        let is_odd = !number.is_multiple_of(2);
        Element {
            subject: u32::try_from(mixed % 50).unwrap(),
            table: u16::try_from(mixed % 3).unwrap(),
            line: number,
            json: format!("{{\"at\":\"{}\"}}", "x".repeat(usize::try_from(mixed % 90).unwrap())),
            faults: if is_odd { vec![fault] } else { Vec::new() },
            assumed: if number.is_multiple_of(3) { vec!["ip".to_owned()] } else { Vec::new() },
        }
    }

    #[test]
    fn rows_are_the_same_in_order_in_one_run_and_in_more_than_are_merged_at_once() {
        let mut expected: Vec<Element> = (0..4_000).map(element).collect();
        expected.sort();
        for (run_bytes, runs) in [(RUN_BYTES, 1..2), (10_000, 2..RUNS_MAX), (200, 1..RUNS_MAX)] {
            let mut rows = Sorter::in_runs_of(run_bytes);
            let mut most = 0;
            for number in 0..4_000 {
                rows.push(&element(number)).unwrap();
                most = most.max(rows.runs.len());
            }
            assert_eq!(run_bytes == 200, most == RUNS_MAX - 1, "{most} runs");
            let sorted = rows.finish().unwrap();
            assert!(runs.contains(&sorted.runs.len()), "{} runs", sorted.runs.len());
            assert!(sorted.map(Result::unwrap).eq(expected.iter().cloned()));
        }
        assert!(Sorter::new().finish().unwrap().next().is_none());
    }

    #[test]
    fn rows_that_cannot_be_read_back_are_told() {
        let mut rows = Sorter::new();
        rows.push(&element(1)).unwrap();
        rows.push(&element(2)).unwrap();
        let mut sorted = rows.finish().unwrap();
        for run in &mut sorted.runs {
            run.file = BufReader::new(tempfile::tempfile().unwrap());
        }
        assert!(sorted.next().unwrap().is_ok());
        assert!(sorted.next().unwrap().is_err());
        assert!(sorted.next().is_none());
    }
}
