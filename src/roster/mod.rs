//! Records of subjects, and how they are read.
//!
//! A roster is cut into raw records first (`RawReader`), in order; each is then decoded on its own
//! (`Layout::decode`), on any thread. What cannot be read is refused with its text and the reasons.

mod additions;
mod canonical;
mod cell;
mod csv_rows;
mod decode;
mod folder;
mod foreign;
mod format;
mod json_array;
mod json_text;
mod layout;
mod lines;
mod opened;
mod parquet_file;
mod parquet_rows;
mod raw;
mod reader;
mod record;
mod refusal;
mod spool;
mod stored;
mod token;
mod undeclared;
mod xlsx_rows;
mod yaml_items;

pub use additions::{Addition, Additions, UnfitAddition};
pub use cell::CellKind;
pub use folder::{
    Assembled, ColumnTarget, Covers, Draft, FolderError, FolderReader, Formats, ListTable,
    MANIFEST_NAME, Manifest, OpenTable, Origin, SampledTable, SubjectTable, draft,
};
pub use foreign::panic_is_of_damaged_file;
pub use format::Format;
pub use layout::{BadValues, Decoded, HeaderProblem, Layout};
pub use opened::Opened;
pub use raw::{RECORD_SIZE_MAX, RawRecord, RawText};
pub use reader::RawReader;
pub use record::{Fact, Record};
pub use refusal::Problem;

pub(crate) use record::UNKNOWN;
