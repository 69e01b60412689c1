//! Cosignatures that are kept beside a head.

use super::log::head_path;
use super::note::{Note, NoteSignature};
use super::problem::Problem;
use super::storage::{Storage, replace};

/// Adds a signature line to the published head of a size; one by the same key takes the place of the older.
///
/// # Errors
/// If there is no such head, or it cannot be written.
pub fn add_signature(
    storage: &mut dyn Storage,
    size: u64,
    signature: NoteSignature,
) -> Result<(), Problem> {
    let path = head_path(size);
    let mut note = Note::parse(&storage.read(&path)?)
        .map_err(|problem| Problem::Malformed { path: path.clone(), problem })?;
    note.signatures
        .retain(|known| (&known.name, known.key_id) != (&signature.name, signature.key_id));
    note.signatures.push(signature);
    Ok(replace(storage, &path, note.to_string().as_bytes())?)
}
