use std::path::Path;

use duecare::digest::Digest;
use duecare::ledger::{Slot, Subjects, View};

use crate::cli::exit::Failure;
use crate::cli::ledgers;

/// A subject that the vault knows.
pub(crate) struct Known {
    pub(crate) subjects: Subjects,
    pub(crate) slot: Slot,
    /// What leaves call it.
    pub(crate) commitment: Digest,
}

/// Finds a subject by its id.
pub(crate) fn find(view: &View, ledger: &Path, subject: &str) -> Result<Known, Failure> {
    let shown = ledger.display();
    let subjects = view.subjects().map_err(|problem| ledgers::failure(ledger, &problem))?;
    let subjects = subjects.ok_or_else(|| {
        Failure::input(format!("`{shown}` has no vault, which alone knows subjects by their ids"))
            .hint("name a leaf with --leaf N")
    })?;
    let found = subjects.find(subject).and_then(|slot| {
        let key = subjects.key(slot)?;
        Some((slot, key.commitment(subject)))
    });
    let (slot, commitment) = found.ok_or_else(|| {
        Failure::input(format!("nothing is recorded in `{shown}` about `{subject}`"))
            .hint("was the subject erased, or is the id written otherwise? `duecare ledger show` lists what is there")
    })?;
    Ok(Known { subjects, slot, commitment })
}

/// The newest decision about a subject.
pub(crate) fn newest_decision(
    view: &View,
    ledger: &Path,
    known: &Known,
    subject: &str,
) -> Result<u64, Failure> {
    let decisions = view
        .decisions_of(&known.commitment)
        .map_err(|problem| ledgers::failure(ledger, &problem))?;
    decisions.last().copied().ok_or_else(|| {
        Failure::input(format!(
            "no decision about `{subject}` is recorded in `{}`",
            ledger.display()
        ))
    })
}
