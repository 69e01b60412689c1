use std::path::Path;

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
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
    let commitment = known.commitment.to_string();
    let may_be_about = memchr::memmem::Finder::new(&commitment);
    let mut newest = None;
    view.leaves(0..view.head().size, &mut |index, bytes| {
        if may_be_about.find(bytes).is_some()
            && let Ok(leaf) = Canonical::parse(bytes)
            && leaf.text_at("kind") == Some("decision")
            && leaf.text_at("subject") == Some(&commitment)
        {
            newest = Some(index);
        }
        Ok(true)
    })
    .map_err(|problem| ledgers::failure(ledger, &problem))?;
    newest.ok_or_else(|| {
        Failure::input(format!(
            "no decision about `{subject}` is recorded in `{}`",
            ledger.display()
        ))
    })
}
