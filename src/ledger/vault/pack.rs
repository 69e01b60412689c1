use std::io;

use super::subject::Slot;
use crate::digest::Digest;
use crate::ledger::planted::{self, Bug};
use crate::ledger::storage::Storage;

const MAGIC: &[u8; 16] = b"duecare-pack0001";
pub(in crate::ledger) const PACK_HEADER: u64 = 24;

/// The end of the packs, where entries are added.
#[derive(Clone, Debug)]
pub(in crate::ledger) struct Pack {
    /// The number of the last; 0 if there is none.
    pub(in crate::ledger) number: u32,
    /// Its length.
    pub(in crate::ledger) end: u64,
}

/// What is kept about one leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct PackEntry {
    /// The leaf.
    pub(in crate::ledger) leaf: u64,
    /// Under whose key it is sealed.
    pub(in crate::ledger) slot: Slot,
    /// The sealed document.
    pub(in crate::ledger) sealed: Vec<u8>,
}

/// The path of a pack.
pub(in crate::ledger) fn pack_path(number: u32) -> String {
    format!("vault/packs/{number:08}.pack")
}

impl Pack {
    /// Adds entries and waits until they are on disk. The digest is over what was added.
    pub(in crate::ledger) fn add(
        &mut self,
        storage: &mut dyn Storage,
        entries: &[PackEntry],
        pack_size: u64,
    ) -> io::Result<Digest> {
        if entries.is_empty() {
            return Ok(Digest::of(&[]));
        }
        if self.number == 0 || self.end >= pack_size {
            self.begin(storage)?;
        }
        let bytes: Vec<u8> = entries.iter().flat_map(PackEntry::to_bytes).collect();
        let path = pack_path(self.number);
        storage.append(&path, &bytes)?;
        if !planted::is(Bug::SkipPackSync) {
            storage.sync(&path)?;
        }
        self.end += bytes.len() as u64;
        Ok(Digest::of(&bytes))
    }

    fn begin(&mut self, storage: &mut dyn Storage) -> io::Result<()> {
        let number = self.number + 1;
        let path = pack_path(number);
        if storage.length(&path)?.is_some() {
            // Begun before a crash, and named by no frame.
            storage.remove(&path)?;
        }
        storage.create(&path)?;
        storage.append(&path, &header(number))?;
        storage.sync(&path)?;
        storage.sync_folder("vault/packs")?;
        (self.number, self.end) = (number, PACK_HEADER);
        Ok(())
    }
}

impl PackEntry {
    fn to_bytes(&self) -> Vec<u8> {
        let length = u32::try_from(16 + self.sealed.len()).unwrap_or(u32::MAX);
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.leaf.to_be_bytes());
        bytes.extend_from_slice(&self.slot.0.to_be_bytes());
        bytes.extend_from_slice(&self.sealed);
        bytes
    }
}

/// The header of a pack.
pub(in crate::ledger) fn header(number: u32) -> Vec<u8> {
    [MAGIC.as_slice(), &u64::from(number).to_be_bytes()].concat()
}
