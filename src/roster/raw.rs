use super::cell::CellKind;
use super::folder::Assembled;

/// Longest text of one record, in bytes. A contractor with years of sessions needs a hundredth of it.
pub const RECORD_SIZE_MAX: usize = 16 * 1024 * 1024;

/// The text of one record, before it is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRecord {
    /// Its number: of JSON Lines, CSV and TSV the line it begins on; otherwise counted from 1.
    pub number: u64,
    /// Its text.
    pub text: RawText,
}

/// The text of a record in its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawText {
    /// A JSON object.
    Json(Vec<u8>),
    /// A YAML mapping, or an item of a sequence.
    Yaml(String),
    /// The cells of a row, and the row itself.
    Row {
        /// The cells.
        cells: Vec<Vec<u8>>,
        /// What the file says of each cell; empty where all are texts.
        kinds: Vec<CellKind>,
        /// The row as written.
        text: Vec<u8>,
    },
    /// A record that was put together from several tables.
    Assembled(Box<Assembled>),
    /// The beginning of a record that is too long; `RawReader::drain` hands out the rest.
    TooLong(Vec<u8>),
    /// A text that is no record.
    Broken {
        /// The text.
        text: Vec<u8>,
        /// Why it is none.
        reason: String,
    },
}

impl RawText {
    /// The text as it was read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Json(text)
            | Self::TooLong(text)
            | Self::Broken { text, .. }
            | Self::Row { text, .. } => text,
            Self::Yaml(text) => text.as_bytes(),
            Self::Assembled(assembled) => &assembled.json,
        }
    }
}
