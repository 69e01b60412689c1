//! The log, opened for writing.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::begin::make_place;
use super::canonical::Canonical;
use super::checkpoint::Checkpoint;
use super::edge::{TileEdge, read_bundle};
use super::event;
use super::events::Events;
use super::frame::{Frame, SegmentHeader, VaultPosition};
use super::key::PrivateKey;
use super::limits::Limits;
use super::note::{Note, Vkey};
use super::planted::{self, Bug};
use super::problem::Problem;
use super::random::Random;
use super::segment::segment_path;
use super::storage::{Storage, replace, replace_unsynced};
use super::tile::{TILE_WIDTH, bundle_path, tile_width};
use super::tree::{Frontier, leaf_hash};
use super::vault::{Pack, PackEntry, SUBJECTS, Slot, Subjects};
use crate::digest::Digest;
use crate::value::Instant;

/// Largest leaf, in bytes; what is larger is a blob that a leaf names.
pub const LEAF_SIZE_MAX: usize = 16 * 1024;

/// The file with the newest published head.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// The file with the name of the log.
pub(super) const ORIGIN: &str = "origin";

/// A log that can be appended to; there is one at a time.
pub struct Log {
    pub(super) limits: Limits,
    pub(super) storage: Box<dyn Storage + Send>,
    pub(super) origin: String,
    /// The key that signs; while keys are changed, the old one and the new one.
    pub(super) keys: Vec<PrivateKey>,
    pub(super) tree: Frontier,
    pub(super) edge: TileEdge,
    pub(super) events: Events,
    /// The segment that is written to, and its length.
    pub(super) segment: (u64, u64),
    /// The digest of the last frame.
    pub(super) last: Digest,
    pub(super) pack: Pack,
    /// Read when they are needed first.
    pub(super) subjects: Arc<Mutex<Option<Subjects>>>,
    /// How many of them are on disk.
    pub(super) subject_count: u64,
    /// Leaves of the newest published head.
    pub(super) published: u64,
    pub(super) has_failed: bool,
}

/// The keys of subjects of a log that may be written by another thread.
#[derive(Clone)]
pub struct SharedSubjects(Arc<Mutex<Option<Subjects>>>);

impl SharedSubjects {
    /// Does something with them.
    ///
    /// # Errors
    /// If it fails.
    pub fn with<T>(
        &self,
        action: impl FnOnce(&mut Subjects) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut subjects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        subjects.as_mut().map_or(Err(Problem::Failed), action)
    }
}

/// A leaf to append, with what the vault keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The bytes of the leaf.
    pub leaf: Vec<u8>,
    /// A sealed document, and under whose key it is.
    pub sealed: Option<(Slot, Vec<u8>)>,
}

impl Entry {
    /// A leaf that needs nothing from the vault.
    #[must_use]
    pub fn of(leaf: &Canonical) -> Self {
        Self { leaf: leaf.to_bytes(), sealed: None }
    }

    fn may_follow_seal(&self) -> bool {
        Canonical::parse(&self.leaf).is_ok_and(|leaf| event::may_follow_seal(&leaf))
    }
}

impl Log {
    /// Begins a log in an empty place: its first leaf names it and its key.
    ///
    /// # Errors
    /// If there is a log already, or it cannot be written.
    pub fn create(
        storage: Box<dyn Storage + Send>,
        key: PrivateKey,
        random: &dyn Random,
        now: Instant,
    ) -> Result<Self, Problem> {
        Self::create_within(Limits::default(), storage, key, random, now)
    }

    /// Begins a log in an empty place that goes on from another one, whose head its first leaf names.
    ///
    /// # Errors
    /// As `create`, or if the other one has the same name: to whoever saw it that would be a fork.
    pub fn succeed(
        storage: Box<dyn Storage + Send>,
        key: PrivateKey,
        predecessor: &Checkpoint,
        random: &dyn Random,
        now: Instant,
    ) -> Result<Self, Problem> {
        if predecessor.origin == key.public().name() {
            return Err(Problem::Missing(
                "a log that goes on from another one has a name of its own".to_owned(),
            ));
        }
        Self::begin(Limits::default(), storage, key, Some(predecessor), random, now)
    }

    /// Begins a log whose files have other limits than usual.
    ///
    /// # Errors
    /// As `create`.
    pub fn create_within(
        limits: Limits,
        storage: Box<dyn Storage + Send>,
        key: PrivateKey,
        random: &dyn Random,
        now: Instant,
    ) -> Result<Self, Problem> {
        Self::begin(limits, storage, key, None, random, now)
    }

    fn begin(
        limits: Limits,
        mut storage: Box<dyn Storage + Send>,
        key: PrivateKey,
        predecessor: Option<&Checkpoint>,
        random: &dyn Random,
        now: Instant,
    ) -> Result<Self, Problem> {
        make_place(storage.as_mut())?;
        let origin = key.public().name().to_owned();
        for folder in ["wal", "keys", "checkpoints", "tile", "blobs/sha256", "vault/packs", "index"]
        {
            storage.create_folder(folder)?;
        }
        for folder in ["", "vault", "blobs"] {
            storage.sync_folder(folder)?;
        }
        Subjects::create(storage.as_mut(), random)?;
        storage.sync_folder("vault")?;
        let vkey = format!("{}\n", key.public());
        replace(storage.as_mut(), &key_path(1), vkey.as_bytes())?;
        let opened = event::log_opened(key.public(), predecessor, now);
        let mut log = Self {
            limits,
            storage,
            origin: origin.clone(),
            keys: vec![key],
            tree: Frontier::default(),
            edge: TileEdge::default(),
            events: Events::to_rewrite(),
            segment: (0, 0),
            last: Digest::from_bytes([0; 32]),
            pack: Pack { number: 0, end: 0 },
            subjects: Arc::default(),
            subject_count: 0,
            published: 0,
            has_failed: false,
        };
        log.commit(vec![Entry::of(&opened)])?;
        log.publish()?;
        replace(log.storage.as_mut(), ORIGIN, format!("{origin}\n").as_bytes())?;
        Ok(log)
    }

    /// Which log it is.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its leaves and the root over them.
    #[must_use]
    pub fn head(&self) -> Checkpoint {
        Checkpoint { origin: self.origin.clone(), size: self.tree.size(), root: self.tree.root() }
    }

    /// The leaves that are not about one record of a run.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Hands out the leaves from an index on, in their order.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn leaves(&self, from: u64, take: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        let size = self.tree.size();
        for bundle in from / TILE_WIDTH..size.div_ceil(TILE_WIDTH) {
            let width = tile_width(0, bundle, size);
            let leaves = if width < TILE_WIDTH {
                self.edge.last_leaves()
            } else {
                read_bundle(self.storage.as_ref(), bundle, width)?
            };
            let leaves = leaves.ok_or_else(|| {
                let what = "the bundle of leaves is missing or was changed";
                Problem::damaged(&bundle_path(bundle, width), 0, what)
            })?;
            let first = bundle * TILE_WIDTH;
            let wanted = (first..).zip(&leaves).filter(|(index, _)| *index >= from);
            wanted.for_each(|(_, leaf)| take(leaf));
        }
        Ok(())
    }

    /// The public half of the key that signs.
    #[must_use]
    pub fn key(&self) -> Option<&Vkey> {
        self.keys.last().map(PrivateKey::public)
    }

    /// Where its files are.
    #[must_use]
    pub fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    /// The keys of subjects, for those who prepare leaves while the log is written elsewhere.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn shared_subjects(&self) -> Result<SharedSubjects, Problem> {
        self.with_subjects(|_| Ok(()))?;
        Ok(SharedSubjects(Arc::clone(&self.subjects)))
    }

    /// Does something with the keys of subjects.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn with_subjects<T>(
        &self,
        action: impl FnOnce(&mut Subjects) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        if subjects.is_none() {
            *subjects = Some(Subjects::read(self.storage.as_ref(), self.subject_count)?);
        }
        subjects.as_mut().map_or(Err(Problem::Failed), action)
    }

    /// Appends leaves. When it returns they are on disk, with what the vault keeps for them and under a signed
    /// head; only then may anybody be told of them.
    ///
    /// # Errors
    /// If a leaf is too large, or anything cannot be written; of the latter the log has to be opened again,
    /// since what is on disk is not known.
    pub fn commit(&mut self, entries: Vec<Entry>) -> Result<Range<u64>, Problem> {
        if self.has_failed {
            return Err(Problem::Failed);
        }
        let first = self.tree.size();
        if entries.is_empty() {
            return Ok(first..first);
        }
        if let Some(entry) = entries.iter().find(|entry| entry.leaf.len() > LEAF_SIZE_MAX) {
            return Err(Problem::LeafTooLarge(entry.leaf.len()));
        }
        if self.events.is_sealed() && !entries.iter().all(Entry::may_follow_seal) {
            return Err(Problem::Sealed);
        }
        self.has_failed = true;
        for entries in in_frames(entries, self.limits.frame_size) {
            self.commit_frame(entries)?;
        }
        self.edge.write_full(self.storage.as_mut())?;
        self.has_failed = false;
        if self.tree.size() - self.published >= self.limits.publish_after {
            self.publish()?;
        }
        Ok(first..self.tree.size())
    }

    /// Appends leaves as one frame: all of them survive a crash, or none.
    fn commit_frame(&mut self, entries: Vec<Entry>) -> Result<(), Problem> {
        let first = self.tree.size();
        let (mut leaves, mut sealed) = (Vec::new(), Vec::new());
        for (leaf, entry) in (first..).zip(entries) {
            leaves.push(entry.leaf);
            sealed.extend(entry.sealed.map(|(slot, sealed)| PackEntry { leaf, slot, sealed }));
        }
        let added = self.add_to_vault(&sealed)?;
        let hashes: Vec<Digest> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let mut tree = self.tree.clone();
        for hash in &hashes {
            tree.append(*hash, |_, _| {});
        }
        let head = Checkpoint { origin: self.origin.clone(), size: tree.size(), root: tree.root() };
        let frame = Frame {
            first: if planted::is(Bug::ReuseIndex) { first.saturating_sub(1) } else { first },
            previous: if planted::is(Bug::UnchainedFrames) { Digest::of(&[]) } else { self.last },
            vault: VaultPosition {
                subjects: self.subject_count,
                pack: self.pack.number,
                end: self.pack.end,
                added,
            },
            checkpoint: head.sign(&self.keys).to_string().into_bytes(),
            leaves,
        };
        if planted::is(Bug::PublishBeforeFrame) {
            replace(self.storage.as_mut(), CHECKPOINT, &frame.checkpoint)?;
        }
        self.write_frame(&frame)?;
        self.tree = tree;
        for ((index, leaf), hash) in (first..).zip(&frame.leaves).zip(hashes) {
            self.edge.append(leaf, hash);
            self.events.add(index, leaf);
        }
        Ok(())
    }

    /// Publishes the head: tiles and index as it needs them, then the head itself. From then on a shorter log
    /// is known to be cut.
    ///
    /// # Errors
    /// If anything cannot be written.
    pub fn publish(&mut self) -> Result<Checkpoint, Problem> {
        if self.has_failed {
            return Err(Problem::Failed);
        }
        let head = self.head();
        if head.size == self.published {
            return Ok(head);
        }
        self.has_failed = true;
        self.edge.write_partial(self.storage.as_mut())?;
        self.edge.sync(self.storage.as_mut())?;
        self.events.write(self.storage.as_mut())?;
        let note = head.sign(self.keys.last()).to_string();
        let put = if planted::is(Bug::SkipHeadSync) { replace_unsynced } else { replace };
        if !self.has_published(&head)? {
            put(self.storage.as_mut(), &head_path(head.size), note.as_bytes())?;
        }
        put(self.storage.as_mut(), CHECKPOINT, note.as_bytes())?;
        self.published = head.size;
        self.has_failed = false;
        Ok(head)
    }

    /// Whether a head was published before a crash; witnesses may have signed it since.
    fn has_published(&self, head: &Checkpoint) -> Result<bool, Problem> {
        let path = head_path(head.size);
        if self.storage.length(&path)?.is_none() {
            return Ok(false);
        }
        let note = Note::parse(&self.storage.read(&path)?).ok();
        let is_this = |note: &Note| self.key().is_some_and(|key| note.is_signed_by(key));
        Ok(note.is_some_and(|note| note.text == head.text() && is_this(&note)))
    }

    /// Hands the log over to another key, which both keys sign.
    ///
    /// # Errors
    /// If anything cannot be written.
    pub fn rotate_key(&mut self, key: PrivateKey, now: Instant) -> Result<Range<u64>, Problem> {
        if self.has_failed {
            return Err(Problem::Failed);
        }
        if self.events.is_sealed() {
            return Err(Problem::Sealed);
        }
        let Some(old) = self.keys.last() else { return Err(Problem::Failed) };
        if key.public().name() != self.origin || key.public() == old.public() {
            return Err(Problem::Missing(
                "the new key has the name of the log, and is another than the one that signs now"
                    .to_owned(),
            ));
        }
        let leaf = event::key_rotated(old, &key, now);
        let number = self.events.of_kind("key_rotated").count() as u64 + 2;
        let vkey = format!("{}\n", key.public());
        self.has_failed = true;
        replace(self.storage.as_mut(), &key_path(number), vkey.as_bytes())?;
        self.has_failed = false;
        self.keys.push(key);
        let range = self.commit(vec![Entry::of(&leaf)])?;
        self.publish()?;
        self.keys.remove(0);
        Ok(range)
    }

    /// Seals the log: from then on it takes nothing but what became of its files.
    ///
    /// # Errors
    /// If it is sealed already, or anything cannot be written.
    pub fn seal(&mut self, by: &str, why: &str, now: Instant) -> Result<Checkpoint, Problem> {
        self.commit(vec![Entry::of(&event::log_sealed(by, why, now))])?;
        self.publish()
    }

    /// Overwrites the keys in slots, so that nobody can read what the vault holds under them, and says so in
    /// the log. The leaf, an `erasure`, names the slots.
    ///
    /// # Errors
    /// If anything cannot be written.
    pub fn erase(&mut self, leaf: &Canonical) -> Result<Range<u64>, Problem> {
        // The leaf comes first: a key that is gone without a word would look like damage.
        let range = self.commit(vec![Entry::of(leaf)])?;
        self.finish_erasures()?;
        self.publish()?;
        Ok(range)
    }

    /// Overwrites the keys of all slots that the log says are erased.
    pub(super) fn finish_erasures(&mut self) -> Result<(), Problem> {
        if planted::is(Bug::ForgetErasures) {
            return Ok(());
        }
        let slots: Vec<Slot> = event::erased_slots(&self.events).map(|(slot, _)| slot).collect();
        if slots.is_empty() {
            return Ok(());
        }
        self.with_subjects(|_| Ok(()))?;
        self.has_failed = true;
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(subjects) = subjects.as_mut() {
            for slot in slots {
                if subjects.key(slot).is_some() {
                    subjects.erase(self.storage.as_mut(), slot)?;
                }
            }
        }
        drop(subjects);
        // Also those of which an earlier attempt was not told that they are on disk.
        self.storage.sync(SUBJECTS)?;
        self.has_failed = false;
        Ok(())
    }

    fn add_to_vault(&mut self, sealed: &[PackEntry]) -> Result<Digest, Problem> {
        let added = self.pack.add(self.storage.as_mut(), sealed, self.limits.pack_size)?;
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        let mut has_new = false;
        if let Some(subjects) = subjects.as_mut().filter(|subjects| subjects.has_new()) {
            subjects.write(self.storage.as_mut())?;
            self.subject_count = subjects.count();
            has_new = true;
        }
        // Others go on while the disk is waited for.
        drop(subjects);
        if has_new && !planted::is(Bug::SkipSubjectSync) {
            self.storage.sync(SUBJECTS)?;
        }
        Ok(added)
    }

    fn write_frame(&mut self, frame: &Frame) -> Result<(), Problem> {
        let (number, length) = self.segment;
        if number == 0 || length >= self.limits.segment_size {
            self.begin_segment(number + 1, frame.first)?;
        }
        let (bytes, digest) = frame.to_bytes();
        let path = segment_path(self.segment.0);
        if planted::is(Bug::AnswerBeforeSync) {
            self.storage.sync(&path)?;
        }
        self.storage.append(&path, &bytes)?;
        if !planted::is(Bug::SkipFrameSync) && !planted::is(Bug::AnswerBeforeSync) {
            self.storage.sync(&path)?;
        }
        self.segment.1 += bytes.len() as u64;
        self.last = digest;
        Ok(())
    }

    fn begin_segment(&mut self, number: u64, first: u64) -> Result<(), Problem> {
        let path = segment_path(number);
        let header = SegmentHeader { number, first, previous: self.last }.to_bytes();
        self.storage.create(&path)?;
        self.storage.append(&path, &header)?;
        self.storage.sync(&path)?;
        if !planted::is(Bug::SkipSegmentFolderSync) {
            self.storage.sync_folder("wal")?;
        }
        self.segment = (number, header.len() as u64);
        Ok(())
    }
}

/// Entries as they go into frames: a frame that is too large would not be read back.
fn in_frames(entries: Vec<Entry>, frame_size: usize) -> Vec<Vec<Entry>> {
    let mut frames = vec![Vec::new()];
    let mut size = 0;
    for entry in entries {
        if size > 0 && size + entry.leaf.len() > frame_size {
            frames.push(Vec::new());
            size = 0;
        }
        size += entry.leaf.len() + 2;
        if let Some(frame) = frames.last_mut() {
            frame.push(entry);
        }
    }
    frames
}

/// The file of a published head.
pub(super) fn head_path(size: u64) -> String {
    format!("checkpoints/{size:020}")
}

/// The file of a public key, by its place in the succession.
pub(super) fn key_path(number: u64) -> String {
    format!("keys/{number:08}.vkey")
}
