//! What a crash left of a log that was being created, and nobody was told of.

use super::log::ORIGIN;
use super::problem::Problem;
use super::segment::{Tail, read_segment, segment_path};
use super::storage::{Storage, remove_unfinished};
use super::vault::SUBJECTS;

/// Makes place for a log to begin.
///
/// # Errors
/// If there is one, or anything that a crash while it was created does not leave.
pub(super) fn make_place(storage: &mut dyn Storage) -> Result<(), Problem> {
    if storage.length(ORIGIN)?.is_some() || !is_unfinished(storage)? {
        return Err(Problem::Present);
    }
    remove_unfinished(storage)?;
    for path in [segment_path(1).as_str(), SUBJECTS] {
        if storage.length(path)?.is_some() {
            storage.remove(path)?;
        }
    }
    Ok(())
}

/// Whether there is nothing beyond the first leaf, with which a log begins.
fn is_unfinished(storage: &dyn Storage) -> Result<bool, Problem> {
    if storage.list("checkpoints")?.len() > 1 || !storage.list("vault/packs")?.is_empty() {
        return Ok(false);
    }
    let segments = storage.list("wal")?;
    if segments.is_empty() {
        return Ok(true);
    }
    if segments != ["00000001.seg"] {
        return Ok(false);
    }
    let segment = read_segment(storage, 1)?;
    let leaves: usize = segment.frames.iter().map(|(_, read)| read.frame.leaves.len()).sum();
    Ok(leaves <= 1 && segment.tail != Tail::Corrupt)
}
