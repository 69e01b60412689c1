use std::collections::BTreeMap;

use super::{Findings, Read};
use crate::digest::Digest;
use crate::ledger::event;
use crate::ledger::events::Events;
use crate::ledger::frame::VaultPosition;
use crate::ledger::planted::{self, Bug};
use crate::ledger::storage::Storage;
use crate::ledger::vault::{
    PACK_HEADER, SLOT_SIZE, SUBJECTS, SUBJECTS_HEADER, Subjects, pack_header, pack_path,
};

/// The vault, compared with what frames say of it. Nothing is decrypted.
pub(super) struct VaultCheck {
    position: VaultPosition,
}

impl VaultCheck {
    /// Nothing where there is no vault.
    pub(super) fn begin(storage: &dyn Storage, findings: &mut Findings) -> Option<Self> {
        match storage.list("vault") {
            Ok(names) if names.is_empty() => None,
            Ok(_) => {
                let added = Digest::of(&[]);
                let position = VaultPosition { subjects: 0, pack: 0, end: 0, added };
                Some(Self { position })
            }
            Err(error) => {
                findings.unreadable("vault", &error);
                None
            }
        }
    }

    /// Compares what was added to the packs for a frame.
    pub(super) fn frame(
        &mut self,
        storage: &dyn Storage,
        (frame, offset): (&str, u64),
        position: VaultPosition,
        findings: &mut Findings,
    ) {
        let before = std::mem::replace(&mut self.position, position);
        if planted::is(Bug::IgnoreVault) {
            return;
        }
        if position.pack == before.pack && position.end == before.end {
            if position.added != Digest::of(&[]) {
                findings.at(frame, offset, "the frame says that the vault grew, and it did not");
            }
            return;
        }
        let path = pack_path(position.pack);
        if position.pack != before.pack {
            expect_end(storage, &pack_path(before.pack), before.end, findings);
        }
        let start = if position.pack == before.pack { before.end } else { PACK_HEADER };
        if position.pack != before.pack {
            let header = pack_header(position.pack);
            match storage.read_at(&path, 0, header.len()) {
                Ok(found) if found == header => {}
                Ok(_) => findings.at(&path, 0, "the header of the pack was changed"),
                Err(error) => return findings.unreadable(&path, &error),
            }
        }
        let length =
            position.end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let Some(length) = length else {
            return findings.at(frame, offset, "the frame says that the vault shrank");
        };
        match storage.read_at(&path, start, length) {
            Ok(added) if Digest::of(&added) == position.added => {}
            Ok(_) => findings.at(
                &path,
                start,
                format!("what the vault holds was changed in the {length} bytes from here"),
            ),
            Err(error) => findings.unreadable(&path, &error),
        }
    }

    /// Compares the keys of subjects with the erasures of the log, and lengths with what frames say.
    pub(super) fn finish(
        &self,
        storage: &dyn Storage,
        events: &Events,
        findings: &mut Findings,
        read: &mut Read,
    ) {
        let VaultPosition { subjects: count, pack, end, .. } = self.position;
        expect_end(storage, SUBJECTS, SUBJECTS_HEADER + count * SLOT_SIZE, findings);
        expect_end(storage, &pack_path(pack), end, findings);
        for name in storage.list("vault/packs").unwrap_or_default() {
            let path = format!("vault/packs/{name}");
            let number = name.strip_suffix(".pack").and_then(|number| number.parse::<u32>().ok());
            if number
                .is_none_or(|number| !(1..=pack).contains(&number) || pack_path(number) != path)
            {
                findings.open(&path, "no frame counts on it: a crash left it, or it was put there");
            }
        }
        match Subjects::read(storage, count) {
            Ok(subjects) => erasures(&subjects, events, findings, read),
            Err(problem) => findings.problem(SUBJECTS, &problem),
        }
    }
}

/// A file of the vault ends where the log says, or not yet.
fn expect_end(storage: &dyn Storage, path: &str, length: u64, findings: &mut Findings) {
    match storage.length(path) {
        Ok(Some(found)) if found > length => findings.add(
            super::Weight::Open,
            path,
            Some(length),
            None,
            "it goes on behind what the log counts on: a write that a crash cut off, or a change",
        ),
        Ok(_) => {}
        Err(error) => findings.unreadable(path, &error),
    }
}

/// Compares the slots without a key with the erasures that the log knows of.
fn erasures(subjects: &Subjects, events: &Events, findings: &mut Findings, read: &mut Read) {
    let logged: BTreeMap<_, _> = event::erased_slots(events).collect();
    read.subjects = subjects.count();
    for slot in subjects.erased() {
        read.erased += 1;
        if !logged.contains_key(&slot) {
            let offset = SUBJECTS_HEADER + slot.0 * SLOT_SIZE;
            findings.at(
                SUBJECTS,
                offset,
                "the key of a subject is gone, and the log knows of no erasure",
            );
        }
    }
    for (slot, leaf) in &logged {
        if subjects.key(*slot).is_some() {
            findings.add(
                super::Weight::Open,
                SUBJECTS,
                Some(SUBJECTS_HEADER + slot.0 * SLOT_SIZE),
                Some(*leaf),
                "the log says erased, and the key of the subject is there: an erasure that a crash cut off, or a key that was put back; `duecare ledger recover` erases it",
            );
        }
    }
}
