//! The leaves that are not about one subject of a run, kept together so that they are found quickly. The file
//! is made from the log and can be made again.

use std::io;

use super::canonical::Canonical;
use super::frame::Bytes;
use super::storage::{Storage, replace};
use crate::digest::Digest;

pub(super) const EVENTS: &str = "index/events";

/// Leaves of a log other than decisions and refusals, by their indexes.
#[derive(Clone, Debug, Default)]
pub struct Events {
    leaves: Vec<(u64, Canonical)>,
    /// How many of them are in the file.
    written: usize,
    /// Whether the file holds what it should not.
    is_stale: bool,
    is_sealed: bool,
}

/// Whether a leaf is about one record of a run.
pub(super) fn is_of_run(leaf: &Canonical) -> bool {
    matches!(leaf.text_at("kind"), Some("decision" | "refused"))
}

impl Events {
    /// The leaves, in their order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Canonical)> {
        self.leaves.iter().map(|(index, leaf)| (*index, leaf))
    }

    /// The leaves of one kind.
    #[must_use]
    pub fn of_kind<'e>(
        &'e self,
        kind: &'e str,
    ) -> impl DoubleEndedIterator<Item = (u64, &'e Canonical)> {
        self.iter().filter(move |(_, leaf)| leaf.text_at("kind") == Some(kind))
    }

    /// The leaf of the newest run, if the run has no end.
    #[must_use]
    pub fn unfinished_run(&self) -> Option<(u64, &Canonical)> {
        let ended = |run: &Canonical| {
            self.of_kind("run_completed").any(|(_, leaf)| leaf.get("run") == Some(run))
        };
        let newest = self.of_kind("run_started").next_back();
        newest.filter(|(_, leaf)| leaf.get("run").is_some_and(|run| !ended(run)))
    }

    /// Of a log whose file is to be made again.
    pub(super) fn to_rewrite() -> Self {
        Self { is_stale: true, ..Self::default() }
    }

    /// Whether the log was sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    pub(super) fn add(&mut self, index: u64, leaf: &[u8]) {
        // Quotation marks within texts are escaped, so these can only be an entry of the leaf.
        let is = |entry: &[u8]| memchr::memmem::find(leaf, entry).is_some();
        if is(b"\"kind\":\"decision\"") || is(b"\"kind\":\"refused\"") {
            return;
        }
        if let Ok(leaf) = Canonical::parse(leaf) {
            self.is_sealed |= is_seal(&leaf);
            self.leaves.push((index, leaf));
        }
    }

    /// Reads those below a size; nothing if the file does not hold them whole.
    pub(super) fn read(storage: &dyn Storage, size: u64) -> io::Result<Option<Self>> {
        if storage.length(EVENTS)?.is_none() {
            return Ok((size == 0).then(Self::default));
        }
        let bytes = storage.read(EVENTS)?;
        let mut rest = Bytes(&bytes);
        let mut made = Self::default();
        while !rest.0.is_empty() {
            let Some(entry) = parse_entry(&mut rest) else { return Ok(None) };
            if entry.0 < size {
                made.is_sealed |= is_seal(&entry.1);
                made.leaves.push(entry);
            } else {
                // Of a publication that was not finished.
                made.is_stale = true;
            }
        }
        made.written = made.leaves.len();
        Ok(Some(made))
    }

    /// Writes those that are not in the file, and waits for the disk: a head that is published counts on them.
    pub(super) fn write(&mut self, storage: &mut dyn Storage) -> io::Result<()> {
        let new = self.leaves.get(self.written..).unwrap_or_default();
        if new.is_empty() && !self.is_stale {
            return Ok(());
        }
        if self.is_stale {
            replace(storage, EVENTS, &self.to_bytes())?;
            (self.written, self.is_stale) = (self.leaves.len(), false);
            return Ok(());
        }
        if storage.length(EVENTS)?.is_none() {
            storage.create_folder("index")?;
            storage.create(EVENTS)?;
            storage.sync_folder("index")?;
        }
        storage.append(EVENTS, &bytes_of(new))?;
        storage.sync(EVENTS)?;
        self.written = self.leaves.len();
        Ok(())
    }

    /// Those below a size.
    pub(super) fn below(&self, size: u64) -> Self {
        let leaves = self.leaves.iter().filter(|(index, _)| *index < size).cloned().collect();
        Self { leaves, ..Self::default() }
    }

    /// The bytes of the file for a log of these leaves.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        bytes_of(&self.leaves)
    }
}

fn bytes_of(leaves: &[(u64, Canonical)]) -> Vec<u8> {
    leaves.iter().flat_map(|(index, leaf)| entry_bytes(*index, &leaf.to_bytes())).collect()
}

fn is_seal(leaf: &Canonical) -> bool {
    leaf.text_at("kind") == Some("log_sealed")
}

fn entry_bytes(index: u64, leaf: &[u8]) -> Vec<u8> {
    let mut bytes = index.to_be_bytes().to_vec();
    bytes.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(leaf);
    let check = Digest::of(&bytes);
    bytes.extend(check.bytes().iter().take(8));
    bytes
}

fn parse_entry(rest: &mut Bytes<'_>) -> Option<(u64, Canonical)> {
    let index = u64::from_be_bytes(*rest.array()?);
    let length = usize::from(u16::from_be_bytes(*rest.array()?));
    let leaf = rest.slice(length)?;
    let check: &[u8; 8] = rest.array()?;
    entry_bytes(index, leaf).ends_with(check).then_some(())?;
    Some((index, Canonical::parse(leaf).ok()?))
}
