use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::iter::Peekable;
use std::sync::Arc;

use super::assembled::{Assembled, Fault, Origin};
use super::manifest::{Covers, ListTable, Manifest};
use super::mapping::{Mapping, TableMapping, shape_of};
use super::sorted::{Element, Sorted, Sorter};
use super::table::TableReader;
use crate::roster::cell::{Cell, CellKind};
use crate::roster::raw::{RECORD_SIZE_MAX, RawRecord, RawText};
use crate::types::{RecordId, Schema, Type};

/// Opens a table of the folder by its name.
pub type OpenTable<'f> = &'f mut dyn FnMut(&str) -> io::Result<Box<dyn Read>>;

/// Why a folder cannot be read as a roster.
#[derive(Debug)]
pub enum FolderError {
    /// The manifest says something that is not so.
    Manifest(String),
    /// A table cannot be read.
    Table(String, io::Error),
    /// The rows cannot be sorted.
    Sort(io::Error),
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest(reason) => f.write_str(reason),
            Self::Table(file, error) => write!(f, "`{file}` cannot be read: {error}"),
            Self::Sort(error) => write!(f, "the rows of tables cannot be sorted: {error}"),
        }
    }
}

impl std::error::Error for FolderError {}

/// The subjects of a folder, each with the rows of all tables, in the order of the subjects' table.
pub struct FolderReader {
    subjects: TableReader,
    file: Arc<str>,
    width: usize,
    key: usize,
    mapping: Mapping,
    lists: Vec<List>,
    sorted: Peekable<Sorted>,
    /// Which subject each key is.
    places: HashMap<Box<[u8]>, u32>,
    /// How many subjects have been given.
    given: u32,
    unmapped: Arc<Vec<String>>,
    /// Rows that belong to no subject.
    orphans: BufReader<File>,
}

struct List {
    field: String,
    file: Arc<str>,
    /// What the numbers of its rows count.
    numbers: &'static str,
    covers: Covers,
}

/// A row that belongs to no subject, as it waits for the end.
type Orphan = (u64, String, String);

impl FolderReader {
    /// Reads the keys of the subjects and sorts the rows of all tables.
    ///
    /// # Errors
    /// If the manifest does not fit the tables or the record, or a row cannot be read so that nobody can
    /// tell whose it is.
    pub fn new(
        manifest: &Manifest,
        schema: &Schema,
        record: RecordId,
        open: OpenTable<'_>,
    ) -> Result<Self, FolderError> {
        let table = &manifest.subjects;
        let subjects = TableReader::new(&table.file, open)?;
        let formats = table.formats.within(&manifest.formats);
        let is_of_list = |path: &&str| {
            let first = path.split('.').next().unwrap_or("");
            manifest.tables.iter().any(|table| table.field == first)
        };
        let absent: Vec<&str> = manifest.absent_is_none.iter().map(String::as_str).collect();
        let header = subjects.header().to_vec();
        let described = TableMapping {
            file: &table.file,
            header: &header,
            columns: &table.columns,
            constants: &table.constants,
            ignore: &table.ignore,
            key: None,
            formats: &formats,
            absent_is_none: absent.iter().copied().filter(|path| !is_of_list(path)).collect(),
        };
        let mapping = Mapping::new(schema, record, &described).map_err(FolderError::Manifest)?;
        let key = key_column(schema, record, manifest, &header)?;
        let mut unmapped = mapping.unmapped.clone();
        let width = header.len();
        let places = places(TableReader::new(&table.file, open)?, &table.file, width, key)?;
        let mut lists = Vec::new();
        let mut orphans = BufWriter::new(tempfile::tempfile().map_err(FolderError::Sort)?);
        let mut unsorted = Sorter::new();
        for (number, list) in (0_u16..).zip(&manifest.tables) {
            if mapping.fills(&list.field)
                || lists.iter().any(|known: &List| known.field == list.field)
            {
                return Err(FolderError::Manifest(format!("`{}` is filled twice", list.field)));
            }
            let prefix = format!("{}.", list.field);
            let absent = absent.iter().filter_map(|path| path.strip_prefix(&prefix)).collect();
            let table = Table::new(manifest, schema, record, list, absent, open)?;
            unmapped.extend(table.mapping.unmapped.iter().cloned());
            let (file, numbers) = (Arc::clone(&table.file), table.rows.numbers);
            table.sort(number, &places, &mut unsorted, &mut orphans)?;
            lists.push(List { field: list.field.clone(), file, numbers, covers: list.covers });
        }
        let sorted = unsorted.finish().map_err(FolderError::Sort)?;
        let mut orphans =
            orphans.into_inner().map_err(|error| FolderError::Sort(error.into_error()))?;
        orphans.seek(SeekFrom::Start(0)).map_err(FolderError::Sort)?;
        Ok(Self {
            subjects,
            file: table.file.as_str().into(),
            width,
            key,
            mapping,
            lists,
            sorted: sorted.peekable(),
            places,
            given: 0,
            unmapped: Arc::new(unmapped),
            orphans: BufReader::new(orphans),
        })
    }

    /// The next subject; behind the last one the rows that belong to nobody.
    pub(in crate::roster) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        let Some(raw) = self.subjects.next()? else { return self.next_orphan() };
        let RawText::Row { cells, kinds, text } = &raw.text else { return Ok(Some(raw)) };
        if cells.len() != self.width {
            let reason = format!(
                "the row has {} cells and the header of `{}` {}",
                cells.len(),
                self.file,
                self.width
            );
            return Ok(Some(broken(raw.number, text.clone(), reason)));
        }
        let Some(cells) = texts(cells, kinds) else {
            return Ok(Some(broken(raw.number, text.clone(), "the row is not UTF-8 text".into())));
        };
        let key = cells.get(self.key).map_or("", |key| key.name());
        let subject = self.places.get(key.as_bytes()).copied().filter(|place| *place == self.given);
        let Some(subject) = subject else {
            let reason = if key.is_empty() {
                "the row names no subject".to_owned()
            } else {
                format!(
                    "`{key}` stands in `{}` before; a subject stands in a roster once",
                    self.file
                )
            };
            return Ok(Some(broken(raw.number, text.clone(), reason)));
        };
        let assembled = self.assemble(&cells, subject, raw.number)?;
        let text = if assembled.json.len() > RECORD_SIZE_MAX {
            RawText::TooLong(assembled.json)
        } else {
            RawText::Assembled(Box::new(assembled))
        };
        Ok(Some(RawRecord { number: raw.number, text }))
    }

    /// Puts the rows of a subject together.
    fn assemble(&mut self, cells: &[Cell<'_>], subject: u32, line: u64) -> io::Result<Assembled> {
        let mut json = "{".to_owned();
        let (mut faults, mut assumed) = (Vec::new(), Vec::new());
        self.mapping.write(cells, &mut json, &mut faults, &mut assumed);
        let mut origins = Vec::new();
        self.given += 1;
        for (number, list) in (0_u16..).zip(&self.lists) {
            let mut of_list = Vec::new();
            let mut elements = String::new();
            let is_next = |element: &io::Result<Element>| match element {
                Ok(element) => element.subject == subject && element.table == number,
                Err(_) => true,
            };
            while let Some(element) = self.sorted.next_if(is_next) {
                let element = element?;
                let place = |place: &str| format!("{}[{}].{place}", list.field, of_list.len());
                faults.extend(
                    element
                        .faults
                        .into_iter()
                        .map(|fault| Fault { place: place(&fault.place), ..fault }),
                );
                for assumption in element.assumed {
                    let path = format!("{}.{assumption}", list.field);
                    if !assumed.contains(&path) {
                        assumed.push(path);
                    }
                }
                if !elements.is_empty() {
                    elements.push(',');
                }
                elements.push_str(&element.json);
                of_list.push(Origin {
                    file: Arc::clone(&list.file),
                    line: element.line,
                    numbers: list.numbers,
                });
            }
            if of_list.is_empty() && list.covers == Covers::Listed {
                continue;
            }
            if json.len() > 1 {
                json.push(',');
            }
            json.extend(["\"", &list.field, "\":[", &elements, "]"]);
            origins.push((list.field.clone(), of_list));
        }
        json.push('}');
        let unmapped = Arc::clone(&self.unmapped);
        let (file, numbers) = (Arc::clone(&self.file), self.subjects.numbers);
        let subject = Some(Origin { file, line, numbers });
        Ok(Assembled {
            json: json.into_bytes(),
            subject,
            origins,
            faults,
            unmapped,
            assumed_none: assumed,
        })
    }

    fn next_orphan(&mut self) -> io::Result<Option<RawRecord>> {
        let mut line = String::new();
        if self.orphans.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let (number, text, reason): Orphan = serde_json::from_str(&line)?;
        Ok(Some(broken(number, text.into_bytes(), reason)))
    }
}

/// A table of elements, opened.
struct Table {
    rows: TableReader,
    file: Arc<str>,
    key: usize,
    width: usize,
    mapping: Mapping,
}

impl Table {
    fn new(
        manifest: &Manifest,
        schema: &Schema,
        record: RecordId,
        list: &ListTable,
        absent_is_none: Vec<&str>,
        open: OpenTable<'_>,
    ) -> Result<Self, FolderError> {
        let shape = shape_of(schema, record, &list.field).map_err(FolderError::Manifest)?;
        let (true, Type::Record(element)) = (shape.list, shape.of) else {
            return Err(FolderError::Manifest(format!(
                "`{}` is no list of records, so it has no table of its own",
                list.field
            )));
        };
        let rows = TableReader::new(&list.file, open)?;
        let header = rows.header().to_vec();
        let formats = list.formats.within(&manifest.formats);
        let described = TableMapping {
            file: &list.file,
            header: &header,
            columns: &list.columns,
            constants: &list.constants,
            ignore: &list.ignore,
            key: Some(&list.key),
            formats: &formats,
            absent_is_none,
        };
        let mapping = Mapping::new(schema, element, &described).map_err(FolderError::Manifest)?;
        let key = header.iter().position(|column| *column == list.key).ok_or_else(|| {
            FolderError::Manifest(format!(
                "`{}` has no column `{}`, which is to hold the key of the subject; it has {}",
                list.file,
                list.key,
                header.join(", ")
            ))
        })?;
        Ok(Self { rows, file: list.file.as_str().into(), key, width: header.len(), mapping })
    }

    /// Gives every row to its subject, and those of nobody to the orphans.
    fn sort(
        mut self,
        number: u16,
        places: &HashMap<Box<[u8]>, u32>,
        sorter: &mut Sorter,
        orphans: &mut dyn Write,
    ) -> Result<(), FolderError> {
        let (file, numbers) = (Arc::clone(&self.file), self.rows.numbers);
        let unreadable = |error: io::Error| FolderError::Table(file.to_string(), error);
        let mut element = Element {
            subject: 0,
            table: number,
            line: 0,
            json: String::new(),
            faults: Vec::new(),
            assumed: Vec::new(),
        };
        while let Some(raw) = self.rows.next().map_err(unreadable)? {
            let line = raw.number;
            // A list that lacks a row would pass for complete, and clear somebody.
            let lost = |reason: &str| {
                FolderError::Manifest(format!(
                    "`{file}`, {numbers} {line}: {reason}, so that nobody can tell whose row it is; mend it and try again"
                ))
            };
            let (cells, kinds) = match &raw.text {
                RawText::Row { cells, kinds, .. } => (cells, kinds),
                RawText::Broken { reason, .. } => return Err(lost(reason)),
                RawText::Json(_)
                | RawText::Yaml(_)
                | RawText::Assembled(_)
                | RawText::TooLong(_) => return Err(lost("the row cannot be read")),
            };
            if cells.len() != self.width {
                return Err(lost(&format!(
                    "the row has {} cells and the header {}",
                    cells.len(),
                    self.width
                )));
            }
            let Some(cells) = texts(cells, kinds) else {
                return Err(lost("the row is not UTF-8 text"));
            };
            let key = cells.get(self.key).map_or("", |key| key.name());
            if key.is_empty() && cells.iter().any(|cell| !cell.is_blank()) {
                return Err(lost("the row names no subject"));
            }
            let Some(subject) = places.get(key.as_bytes()).copied() else {
                let reason = format!("`{file}`: a row of a subject who is not in the roster");
                let text = String::from_utf8_lossy(raw.text.bytes()).into_owned();
                let orphan: Orphan = (line, text, reason);
                serde_json::to_writer(&mut *orphans, &orphan)
                    .map_err(io::Error::from)
                    .and_then(|()| orphans.write_all(b"\n"))
                    .map_err(FolderError::Sort)?;
                continue;
            };
            let Element { json, faults, assumed, .. } = &mut element;
            json.clear();
            faults.clear();
            assumed.clear();
            json.push('{');
            self.mapping.write(&cells, json, faults, assumed);
            json.push('}');
            (element.subject, element.line) = (subject, line);
            sorter.push(&element).map_err(FolderError::Sort)?;
        }
        Ok(())
    }
}

/// The column of the subjects' table that holds the key.
fn key_column(
    schema: &Schema,
    record: RecordId,
    manifest: &Manifest,
    header: &[String],
) -> Result<usize, FolderError> {
    let known = schema.record(record);
    let key = known.key.and_then(|key| known.at(key)).map_or("", |key| key.name.as_str());
    let table = &manifest.subjects;
    let column = table.columns.iter().find(|(_, target)| target.field == key);
    column.and_then(|(column, _)| header.iter().position(|known| known == column)).ok_or_else(
        || {
            FolderError::Manifest(format!(
                "no column of `{}` is mapped to `{key}`, which identifies the subject",
                table.file
            ))
        },
    )
}

/// Which subject each key is, in the order of the table; the first row of a key counts.
fn places(
    mut rows: TableReader,
    file: &str,
    width: usize,
    key: usize,
) -> Result<HashMap<Box<[u8]>, u32>, FolderError> {
    let mut places = HashMap::new();
    let unreadable = |error: io::Error| FolderError::Table(file.to_owned(), error);
    while let Some(raw) = rows.next().map_err(unreadable)? {
        let RawText::Row { cells, kinds, .. } = &raw.text else { continue };
        let Some(cells) = texts(cells, kinds).filter(|cells| cells.len() == width) else {
            continue;
        };
        let key = cells.get(key).map_or("", |key| key.name());
        if key.is_empty() {
            continue;
        }
        let next = u32::try_from(places.len()).map_err(|_| {
            FolderError::Manifest(format!("`{file}` has more rows than can be counted"))
        })?;
        places.entry(key.as_bytes().into()).or_insert(next);
    }
    Ok(places)
}

/// The cells as texts, if they all are.
fn texts<'c>(cells: &'c [Vec<u8>], kinds: &[CellKind]) -> Option<Vec<Cell<'c>>> {
    let kinds = kinds.iter().copied().chain(std::iter::repeat(CellKind::Text));
    let cells = cells.iter().zip(kinds);
    cells.map(|(cell, kind)| Some(Cell { text: std::str::from_utf8(cell).ok()?, kind })).collect()
}

fn broken(number: u64, text: Vec<u8>, reason: String) -> RawRecord {
    RawRecord { number, text: RawText::Broken { text, reason } }
}
