//! A roster that lies in a folder: a table of subjects, a table for each list, and a manifest that says which
//! column is which field.
//!
//! Tables may be larger than memory: their rows are sorted on disk by subject, and each subject is put
//! together as one JSON object, which is decoded like any other.

mod assembled;
mod convert;
mod draft;
mod form;
mod join;
mod manifest;
mod mapping;
mod objects;
mod sorted;
mod table;

pub(in crate::roster) use assembled::Fault;
pub use assembled::{Assembled, Origin};
pub use draft::{Draft, SampledTable, draft};
pub use join::{FolderError, FolderReader, OpenTable};
pub use manifest::{
    ColumnTarget, Covers, Formats, ListTable, MANIFEST_NAME, Manifest, SubjectTable,
};
