//! A log, opened to read: a ledger up to its newest published head, or what was exported from one.

use super::blob::read_blob;
use super::canonical::Canonical;
use super::checkpoint::Checkpoint;
use super::commitment::Document;
use super::edge::{read_bundle, subtree};
use super::events::Events;
use super::frame::Bytes;
use super::log::{CHECKPOINT, head_path};
use super::note::{Note, Vkey};
use super::open::{current_key, origin_of};
use super::problem::Problem;
use super::storage::Storage;
use super::tile::{TILE_WIDTH, bundle_path, tile_width};
use super::tlog_proof::TlogProof;
use super::tree::{consistency_proof, inclusion_proof, root_of};
use super::vault::{PACK_HEADER, SLOT_SIZE, SUBJECTS, SUBJECTS_HEADER, Slot, Subjects, pack_path};
use crate::digest::Digest;

/// Bytes of a pack that are read at a time.
const WINDOW: usize = 4 * 1024 * 1024;

/// Takes leaves with their indexes; says whether it wants more.
type Take<'t> = &'t mut dyn FnMut(u64, &[u8]) -> Result<bool, Problem>;

/// A log that is read.
pub struct View {
    storage: Box<dyn Storage + Send>,
    head: Checkpoint,
    note: Note,
    events: Events,
}

impl View {
    /// Opens a log up to its newest published head.
    ///
    /// # Errors
    /// If there is none, or its head, tiles or index cannot be read. Whether they are true is a question for
    /// `verify`.
    pub fn open(storage: Box<dyn Storage + Send>) -> Result<Self, Problem> {
        let origin = origin_of(storage.as_ref())?;
        let malformed = |problem| Problem::Malformed { path: CHECKPOINT.to_owned(), problem };
        let note = Note::parse(&storage.read(CHECKPOINT)?).map_err(malformed)?;
        let head = Checkpoint::parse(&note.text).map_err(malformed)?;
        if head.origin != origin {
            return Err(Problem::damaged(CHECKPOINT, 0, "it is the head of another log"));
        }
        let events = Events::read(storage.as_ref(), head.size)?.ok_or_else(|| {
            Problem::damaged(super::events::EVENTS, 0, "the index does not hold what it should")
        })?;
        Ok(Self { storage, head, note, events })
    }

    /// Its newest published head.
    #[must_use]
    pub fn head(&self) -> &Checkpoint {
        &self.head
    }

    /// The head as it is signed, with the cosignatures it has.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn note(&self) -> Result<Note, Problem> {
        let path = head_path(self.head.size);
        if self.storage.length(&path)?.is_none() {
            return Ok(self.note.clone());
        }
        Note::parse(&self.storage.read(&path)?)
            .map_err(|problem| Problem::Malformed { path, problem })
    }

    /// The leaves that are not about one record of a run.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The key that signs it.
    #[must_use]
    pub fn key(&self) -> Option<Vkey> {
        current_key(&self.events)
    }

    /// Where its files are.
    #[must_use]
    pub fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// If they are not there, or were changed.
    pub fn blob(&self, digest: &Digest) -> Result<Vec<u8>, Problem> {
        read_blob(self.storage.as_ref(), digest)
    }

    /// Hands out leaves of a range in order, until `take` says to stop.
    ///
    /// # Errors
    /// If a bundle cannot be read, or holds no leaves.
    pub fn leaves(&self, range: std::ops::Range<u64>, take: Take<'_>) -> Result<(), Problem> {
        let mut index = range.start;
        while index < range.end.min(self.head.size) {
            let bundle = index / TILE_WIDTH;
            let width = tile_width(0, bundle, self.head.size);
            let leaves = read_bundle(self.storage.as_ref(), bundle, width)?;
            let leaves = leaves.ok_or_else(|| {
                Problem::damaged(
                    &bundle_path(bundle, width),
                    0,
                    "the bundle of leaves is missing or was changed",
                )
            })?;
            let skipped = usize::try_from(index % TILE_WIDTH).unwrap_or(usize::MAX);
            for leaf in leaves.iter().skip(skipped) {
                if index >= range.end || !take(index, leaf)? {
                    return Ok(());
                }
                index += 1;
            }
        }
        Ok(())
    }

    /// One leaf.
    ///
    /// # Errors
    /// If there is none with this index, or it cannot be read.
    pub fn leaf(&self, index: u64) -> Result<Vec<u8>, Problem> {
        let mut found = None;
        self.leaves(index..index.saturating_add(1), &mut |_, leaf| {
            found = Some(leaf.to_vec());
            Ok(false)
        })?;
        found.ok_or_else(|| {
            Problem::Missing(format!(
                "there is no leaf {index}: the log has {} leaves, from 0",
                self.head.size
            ))
        })
    }

    /// A leaf, read.
    ///
    /// # Errors
    /// As `leaf`, or if it is not in the canonical form.
    pub fn event(&self, index: u64) -> Result<Canonical, Problem> {
        Canonical::parse(&self.leaf(index)?).map_err(|problem| {
            Problem::damaged("tile/entries", 0, format!("leaf {index}: {problem}"))
        })
    }

    /// The decisions about a subject, by what leaves call it.
    ///
    /// # Errors
    /// If leaves cannot be read.
    pub fn decisions_of(&self, subject: &Digest) -> Result<Vec<u64>, Problem> {
        let commitment = subject.to_string();
        let may_be_about = memchr::memmem::Finder::new(&commitment);
        let mut found = Vec::new();
        self.leaves(0..self.head.size, &mut |index, bytes| {
            if may_be_about.find(bytes).is_some()
                && let Ok(leaf) = Canonical::parse(bytes)
                && leaf.text_at("kind") == Some("decision")
                && leaf.text_at("subject") == Some(&commitment)
            {
                found.push(index);
            }
            Ok(true)
        })?;
        Ok(found)
    }

    /// The proof that a leaf stands in the log, as of the newest head.
    ///
    /// # Errors
    /// If there is no such leaf, or tiles cannot be read.
    pub fn prove(&self, index: u64) -> Result<TlogProof, Problem> {
        let leaf = self.leaf(index)?;
        let path = inclusion_proof(index, self.head.size, &mut |level, at| {
            subtree(self.storage.as_ref(), self.head.size, level, at)
        })?;
        Ok(TlogProof { leaf: Some(leaf), index, path, checkpoint: self.note()? })
    }

    /// The root of the log when it had so many leaves.
    ///
    /// # Errors
    /// If it never had so many, or tiles cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Digest, Problem> {
        if size > self.head.size {
            return Err(Problem::Missing(format!("it has {} leaves only", self.head.size)));
        }
        Ok(root_of(0..size, &mut |level, at| {
            subtree(self.storage.as_ref(), self.head.size, level, at)
        })?)
    }

    /// The proof that the log of an earlier size is the beginning of this one.
    ///
    /// # Errors
    /// If tiles cannot be read.
    pub fn prove_consistency(&self, old_size: u64) -> Result<Vec<Digest>, Problem> {
        Ok(consistency_proof(old_size, self.head.size, &mut |level, at| {
            subtree(self.storage.as_ref(), self.head.size, level, at)
        })?)
    }

    /// The keys of subjects; nothing where there is no vault.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn subjects(&self) -> Result<Option<Subjects>, Problem> {
        let Some(length) = self.storage.length(SUBJECTS)? else { return Ok(None) };
        let count = length.saturating_sub(SUBJECTS_HEADER) / SLOT_SIZE;
        Subjects::read(self.storage.as_ref(), count).map(Some)
    }

    /// What the vault holds for leaves, from one on, in their order.
    #[must_use]
    pub fn documents(&self, from: u64) -> Documents<'_> {
        let window = Window { start: 0, bytes: Vec::new() };
        Documents { view: self, from, pack: 1, length: None, at: PACK_HEADER, window }
    }

    /// The document that the vault holds for one leaf, with the slot of its key.
    ///
    /// # Errors
    /// If there is none, or it was erased.
    pub fn document(&self, subjects: &Subjects, leaf: u64) -> Result<(Slot, Document), Problem> {
        let kept = self.documents(leaf).next()?.filter(|kept| kept.leaf == leaf);
        let kept = kept
            .ok_or_else(|| Problem::Missing(format!("the vault holds nothing for leaf {leaf}")))?;
        match kept.open(subjects)? {
            Some(document) => Ok((kept.slot, document)),
            None => Err(Problem::Erased(self.erased_by(kept.slot).unwrap_or(leaf))),
        }
    }

    /// The leaf that says that a slot was erased.
    #[must_use]
    pub fn erased_by(&self, slot: Slot) -> Option<u64> {
        super::event::erased_slots(&self.events)
            .find(|(erased, _)| *erased == slot)
            .map(|(_, leaf)| leaf)
    }
}

/// What the vault holds, one document after the other.
pub struct Documents<'v> {
    view: &'v View,
    from: u64,
    /// The pack that is read, and its length once it is known.
    pack: u32,
    length: Option<u64>,
    at: u64,
    window: Window,
}

/// A document as the vault keeps it.
pub struct Kept {
    /// The leaf that it belongs to.
    pub leaf: u64,
    /// Under whose key it is.
    pub slot: Slot,
    sealed: Vec<u8>,
    path: String,
    at: u64,
}

impl Documents<'_> {
    /// The next document.
    ///
    /// # Errors
    /// If a pack cannot be read, or an entry of it is not whole.
    #[expect(
        clippy::should_implement_trait,
        reason = "it fails, and reading on would skip what failed"
    )]
    pub fn next(&mut self) -> Result<Option<Kept>, Problem> {
        loop {
            let path = pack_path(self.pack);
            let storage = self.view.storage.as_ref();
            let length = match self.length {
                Some(length) => length,
                None => match storage.length(&path)? {
                    Some(length) => *self.length.insert(length),
                    None => return Ok(None),
                },
            };
            if self.at >= length {
                (self.pack, self.length, self.at) = (self.pack + 1, None, PACK_HEADER);
                self.window = Window { start: 0, bytes: Vec::new() };
                continue;
            }
            let at = self.at;
            let cut = || Problem::damaged(&path, at, "an entry of the pack is not whole");
            let head = self.window.read(storage, &path, length, at, 20)?.ok_or_else(cut)?;
            let mut head = Bytes(head);
            let size = u32::from_be_bytes(*head.array().ok_or_else(cut)?);
            let leaf = u64::from_be_bytes(*head.array().ok_or_else(cut)?);
            let slot = Slot(u64::from_be_bytes(*head.array().ok_or_else(cut)?));
            self.at = at + 4 + u64::from(size);
            if leaf >= self.view.head.size {
                return Ok(None);
            }
            if leaf < self.from {
                continue;
            }
            let sealed = usize::try_from(size).ok().and_then(|size| size.checked_sub(16));
            let sealed = sealed.ok_or_else(cut)?;
            let sealed = self
                .window
                .read(storage, &path, length, at + 20, sealed)?
                .ok_or_else(cut)?
                .to_vec();
            return Ok(Some(Kept { leaf, slot, sealed, path, at }));
        }
    }
}

impl Kept {
    /// Opens it; nothing if its subject was erased.
    ///
    /// # Errors
    /// If it does not open with the key that there is.
    pub fn open(&self, subjects: &Subjects) -> Result<Option<Document>, Problem> {
        let Some(key) = subjects.key(self.slot) else { return Ok(None) };
        let opened = key.open(self.slot, &self.sealed).and_then(|bytes| Document::parse(&bytes));
        opened.map(Some).ok_or_else(|| {
            Problem::damaged(&self.path, self.at, "what is kept here does not open with its key")
        })
    }
}

/// A part of a file that was read ahead.
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// So many bytes from an offset; nothing if the file ends before.
    fn read(
        &mut self,
        storage: &dyn Storage,
        path: &str,
        length: u64,
        at: u64,
        size: usize,
    ) -> Result<Option<&[u8]>, Problem> {
        if at + size as u64 > length {
            return Ok(None);
        }
        let end = self.start + self.bytes.len() as u64;
        if at < self.start || at + size as u64 > end {
            let ahead = usize::try_from(length - at).unwrap_or(usize::MAX).min(WINDOW.max(size));
            self.bytes = storage.read_at(path, at, ahead)?;
            self.start = at;
        }
        let from = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes.get(from..from.saturating_add(size)))
    }
}
