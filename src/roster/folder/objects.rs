use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, BufRead};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::roster::cell::CellKind;
use crate::roster::opened::invalid;
use crate::roster::raw::{RawRecord, RawText};
use crate::roster::reader::RawReader;

/// Most fields that the objects of a table have between them. More are keys of something, not columns.
const COLUMNS_MAX: usize = 4096;

/// A table of JSON objects: their fields are its columns.
pub(super) struct ObjectRows {
    records: RawReader<Box<dyn BufRead>>,
    header: Vec<String>,
    columns: HashMap<String, usize>,
}

impl ObjectRows {
    /// Of records whose fields are known from a reading before.
    pub(super) fn new(records: RawReader<Box<dyn BufRead>>, header: Vec<String>) -> Self {
        let columns =
            header.iter().enumerate().map(|(place, column)| (column.clone(), place)).collect();
        Self { records, header, columns }
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next object as a row.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        let Some(raw) = self.records.next_record()? else { return Ok(None) };
        let RawText::Json(text) = raw.text else { return Ok(Some(raw)) };
        let text = match self.row(&text) {
            Ok((cells, kinds)) => RawText::Row { cells, kinds, text },
            Err(reason) => RawText::Broken { text, reason },
        };
        Ok(Some(RawRecord { number: raw.number, text }))
    }

    fn row(&self, text: &[u8]) -> Result<(Vec<Vec<u8>>, Vec<CellKind>), String> {
        let Object(fields) = object(text)?;
        let mut cells = vec![Vec::new(); self.header.len()];
        let mut kinds = vec![CellKind::Text; self.header.len()];
        for (name, value) in fields {
            let place = self.columns.get(&name).copied();
            let Some((cell, kind)) =
                place.and_then(|place| cells.get_mut(place).zip(kinds.get_mut(place)))
            else {
                return Err(format!(
                    "the field `{name}` was not there when the table was read first"
                ));
            };
            (*kind, *cell) = read(value).map_err(|error| format!("`{name}`: {error}"))?;
        }
        Ok((cells, kinds))
    }
}

/// The fields of all objects of a table, in the order in which they first occur. Those of what is no
/// object do not count: it is refused when it is read.
pub(super) fn header(mut records: RawReader<Box<dyn BufRead>>) -> io::Result<Vec<String>> {
    let mut header: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    while let Some(raw) = records.next_record()? {
        let RawText::Json(text) = &raw.text else { continue };
        let Ok(Object(fields)) = object(text) else { continue };
        for (name, _) in fields {
            if known.contains(&name) {
                continue;
            }
            if header.len() == COLUMNS_MAX {
                return Err(invalid(format!(
                    "its objects have more than {COLUMNS_MAX} different fields; the fields of a table are its columns"
                )));
            }
            known.insert(name.clone());
            header.push(name);
        }
    }
    Ok(header)
}

/// What a JSON value is as a cell.
fn read(value: &RawValue) -> Result<(CellKind, Vec<u8>), serde_json::Error> {
    let text = value.get();
    let as_is = |kind| Ok((kind, text.as_bytes().to_vec()));
    match text.as_bytes().first() {
        Some(b'"') => Ok((CellKind::Text, serde_json::from_str::<String>(text)?.into_bytes())),
        Some(b'n') => Ok((CellKind::Null, Vec::new())),
        Some(b't' | b'f') => as_is(CellKind::YesNo),
        Some(b'[' | b'{') => as_is(CellKind::Nested),
        _ => as_is(CellKind::Number),
    }
}

fn object(text: &[u8]) -> Result<Object<'_>, String> {
    serde_json::from_slice(text).map_err(|error| format!("not a JSON object: {error}"))
}

/// The fields of an object, in which none stands twice.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut fields: Vec<(String, &RawValue)> = Vec::new();
                let mut known: HashSet<String> = HashSet::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if !known.insert(name.clone()) {
                        return Err(A::Error::custom(format!("the field `{name}` is given twice")));
                    }
                    fields.push((name, value));
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
