//! The vault: what is about people, encrypted for each of them, and erasable.
//!
//! `subjects` holds one key for each subject, `packs` what was encrypted under them. Erasing a subject is
//! overwriting its key.

mod pack;
mod subject;

pub(super) use pack::{PACK_HEADER, Pack, PackEntry, header as pack_header, pack_path};
pub(super) use subject::{SLOT_SIZE, SUBJECTS, SUBJECTS_HEADER};
pub use subject::{Slot, SubjectKey, Subjects};
