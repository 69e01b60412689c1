//! Raw records as they are kept, to be decoded again years later.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::cell::CellKind;
use super::folder::{Assembled, Fault, Origin};
use super::raw::{RawRecord, RawText};

/// Bytes that are kept of a record that is too long.
const BEGINNING: usize = 64 * 1024;

/// Where a row stands: its file, what its number counts, its number.
type StoredOrigin = (String, String, u64);

/// A record put together from tables, as it is kept.
#[derive(Serialize, Deserialize)]
struct StoredAssembled {
    json: String,
    /// Absent in what was kept before it was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<StoredOrigin>,
    origins: Vec<(String, Vec<StoredOrigin>)>,
    faults: Vec<Fault>,
    unmapped: Vec<String>,
    assumed_none: Vec<String>,
}

impl RawRecord {
    /// What is kept of it: the name of its form, and bytes.
    #[must_use]
    pub fn to_stored(&self) -> (&'static str, Vec<u8>) {
        match &self.text {
            RawText::Json(text) => ("json", text.clone()),
            RawText::Yaml(text) => ("yaml", text.clone().into_bytes()),
            RawText::Row { cells, kinds, .. } => ("row", cells_bytes(cells, kinds)),
            RawText::Assembled(assembled) => ("assembled", assembled_bytes(assembled)),
            RawText::TooLong(text) => ("too_long", text.iter().take(BEGINNING).copied().collect()),
            RawText::Broken { text, .. } => ("broken", text.clone()),
        }
    }

    /// The record from what was kept of it; nothing if it cannot be read, or was no record.
    #[must_use]
    pub fn from_stored(number: u64, form: &str, bytes: &[u8]) -> Option<Self> {
        let text = match form {
            "json" => RawText::Json(bytes.to_vec()),
            "yaml" => RawText::Yaml(String::from_utf8(bytes.to_vec()).ok()?),
            "row" => {
                let (cells, kinds) = cells_of(bytes)?;
                let text = cells.join(b",".as_slice());
                RawText::Row { cells, kinds, text }
            }
            "assembled" => RawText::Assembled(Box::new(assembled_of(bytes)?)),
            _ => return None,
        };
        Some(Self { number, text })
    }
}

/// Each cell as what its file says of it, its length and its bytes; in front, whether the file says anything.
fn cells_bytes(cells: &[Vec<u8>], kinds: &[CellKind]) -> Vec<u8> {
    let mut bytes = vec![u8::from(!kinds.is_empty())];
    let kinds = kinds.iter().copied().chain(std::iter::repeat(CellKind::Text));
    for (cell, kind) in cells.iter().zip(kinds) {
        bytes.push(kind.code());
        bytes.extend_from_slice(&(cell.len() as u64).to_be_bytes());
        bytes.extend_from_slice(cell);
    }
    bytes
}

fn cells_of(bytes: &[u8]) -> Option<(Vec<Vec<u8>>, Vec<CellKind>)> {
    let (has_kinds, mut bytes) = bytes.split_first()?;
    let (mut cells, mut kinds) = (Vec::new(), Vec::new());
    while let Some((kind, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (cell, rest) = rest.split_at_checked(length)?;
        cells.push(cell.to_vec());
        kinds.push(CellKind::of_code(*kind)?);
        bytes = rest;
    }
    if *has_kinds == 0 {
        kinds.clear();
    }
    Some((cells, kinds))
}

fn assembled_bytes(assembled: &Assembled) -> Vec<u8> {
    let origins = assembled
        .origins
        .iter()
        .map(|(list, origins)| (list.clone(), origins.iter().map(stored_origin).collect()));
    let stored = StoredAssembled {
        json: String::from_utf8_lossy(&assembled.json).into_owned(),
        subject: assembled.subject.as_ref().map(stored_origin),
        origins: origins.collect(),
        faults: assembled.faults.clone(),
        unmapped: assembled.unmapped.to_vec(),
        assumed_none: assembled.assumed_none.clone(),
    };
    serde_json::to_vec(&stored).unwrap_or_default()
}

fn stored_origin(origin: &Origin) -> StoredOrigin {
    (origin.file.to_string(), origin.numbers.to_owned(), origin.line)
}

fn origin_of((file, numbers, line): StoredOrigin) -> Option<Origin> {
    let numbers = ["line", "row", "record"].into_iter().find(|word| *word == numbers)?;
    Some(Origin { file: Arc::from(file), numbers, line })
}

fn assembled_of(bytes: &[u8]) -> Option<Assembled> {
    let stored: StoredAssembled = serde_json::from_slice(bytes).ok()?;
    let origins = stored.origins.into_iter().map(|(list, origins)| {
        Some((list, origins.into_iter().map(origin_of).collect::<Option<_>>()?))
    });
    let subject = match stored.subject {
        Some(subject) => Some(origin_of(subject)?),
        None => None,
    };
    Some(Assembled {
        json: stored.json.into_bytes(),
        subject,
        origins: origins.collect::<Option<_>>()?,
        faults: stored.faults,
        unmapped: Arc::new(stored.unmapped),
        assumed_none: stored.assumed_none,
    })
}
