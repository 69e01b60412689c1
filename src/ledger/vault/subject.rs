use std::collections::HashMap;
use std::io;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::Mac as _;

use crate::digest::Digest;
use crate::ledger::Problem;
use crate::ledger::commitment::{Document, DocumentSecret, commitment, keyed};
use crate::ledger::random::Random;
use crate::ledger::storage::Storage;

pub(in crate::ledger) const SUBJECTS: &str = "vault/subjects";
const MAGIC: &[u8; 16] = b"duecare-subject1";
pub(in crate::ledger) const SUBJECTS_HEADER: u64 = 64;
pub(in crate::ledger) const SLOT_SIZE: u64 = 64;

/// Most bytes that one document may unpack to: a record of the largest size and what goes with it.
const DOCUMENT_SIZE_MAX: usize = 64 * 1024 * 1024;

/// How well documents are packed: the quickest that zstd offers.
const COMPRESSION: i32 = 1;

/// The place of a subject's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub u64);

/// The key of one subject: whoever has it can read what the vault holds of the subject.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectKey([u8; 32]);

/// What stands in a slot.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::ledger) enum SlotState {
    Key { tag: [u8; 16], key: SubjectKey },
    Erased,
}

/// The keys of all subjects.
pub struct Subjects {
    tag_key: [u8; 32],
    slots: Vec<SlotState>,
    by_tag: HashMap<[u8; 16], Slot>,
    /// Slots from here on are not on disk yet.
    written: usize,
}

impl SubjectKey {
    /// The secret of a document about the subject, told apart by the id of its run or event and the number of
    /// its record.
    #[must_use]
    pub fn document_secret(&self, id: &[u8; 16], number: u64) -> DocumentSecret {
        let mut context = b"document".to_vec();
        context.extend_from_slice(id);
        context.extend_from_slice(&number.to_be_bytes());
        DocumentSecret::new(&self.derived(&context))
    }

    /// What leaves call the subject: a commitment to its id.
    #[must_use]
    pub fn commitment(&self, subject: &str) -> Digest {
        commitment(&self.subject_salt(), "subject", subject.as_bytes())
    }

    /// The salt of that commitment.
    #[must_use]
    pub fn subject_salt(&self) -> Digest {
        Digest::from_bytes(self.derived(b"subject"))
    }

    /// Encrypts a document for the subject, after packing.
    ///
    /// # Errors
    /// If there are no random bytes.
    pub fn seal(
        &self,
        slot: Slot,
        document: &Document,
        random: &dyn Random,
    ) -> Result<Vec<u8>, Problem> {
        let packed =
            zstd::bulk::compress(&document.to_bytes(), COMPRESSION).map_err(Problem::Storage)?;
        let mut nonce = [0; 24];
        random.fill(&mut nonce).map_err(Problem::Storage)?;
        let payload = Payload { msg: &packed, aad: &bound_to(slot) };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Problem::Storage(io::ErrorKind::InvalidData.into()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Reads what was sealed; nothing if it is not under this key, or was changed.
    pub(in crate::ledger) fn open(&self, slot: Slot, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        let payload = Payload { msg: sealed, aad: &bound_to(slot) };
        let packed = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        zstd::bulk::decompress(&packed, DOCUMENT_SIZE_MAX).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.derived(b"vault").into())
    }

    fn derived(&self, context: &[u8]) -> [u8; 32] {
        let mut mac = keyed(&self.0);
        mac.update(context);
        mac.finalize().into_bytes().into()
    }
}

fn bound_to(slot: Slot) -> Vec<u8> {
    [b"duecare.vault/1".as_slice(), &slot.0.to_be_bytes()].concat()
}

impl SlotState {
    /// Reads a slot; nothing if its bytes do not fit each other.
    pub(in crate::ledger) fn parse(bytes: &[u8; 64]) -> Option<Self> {
        if bytes == &[0; 64] {
            return Some(Self::Erased);
        }
        let (tag, rest) = bytes.split_first_chunk::<16>()?;
        let key = SubjectKey(*rest.first_chunk()?);
        let made = Self::Key { tag: *tag, key };
        (made.to_bytes() == *bytes).then_some(made)
    }

    fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        if let Self::Key { tag, key } = self {
            let content = [tag.as_slice(), &key.0].concat();
            let check = Digest::of(&content);
            let all = content.iter().chain(check.bytes().iter());
            bytes.iter_mut().zip(all).for_each(|(byte, from)| *byte = *from);
        }
        bytes
    }
}

impl Subjects {
    /// Of a ledger that begins.
    pub(in crate::ledger) fn create(
        storage: &mut dyn Storage,
        random: &dyn Random,
    ) -> Result<(), Problem> {
        let mut tag_key = [0; 32];
        random.fill(&mut tag_key).map_err(Problem::Storage)?;
        storage.create(SUBJECTS)?;
        storage.append(SUBJECTS, &header(&tag_key))?;
        storage.sync(SUBJECTS)?;
        Ok(())
    }

    /// Reads the keys of the first so many subjects.
    pub(in crate::ledger) fn read(storage: &dyn Storage, count: u64) -> Result<Self, Problem> {
        let bytes = storage.read(SUBJECTS)?;
        let damaged = |offset: u64, what| Problem::damaged(SUBJECTS, offset, what);
        let (head, rest) = bytes
            .split_first_chunk::<64>()
            .ok_or_else(|| damaged(0, "it is too short to have a header"))?;
        let tag_key: [u8; 32] = head
            .get(16..48)
            .and_then(|key| key.try_into().ok())
            .filter(|key| header(key) == *head)
            .ok_or_else(|| damaged(0, "its header was changed"))?;
        let mut made = Self { tag_key, slots: Vec::new(), by_tag: HashMap::new(), written: 0 };
        for (place, slot) in (0..count).zip(rest.as_chunks::<64>().0) {
            let offset = SUBJECTS_HEADER + place * SLOT_SIZE;
            let state = SlotState::parse(slot)
                .ok_or_else(|| damaged(offset, "the key of a subject was changed"))?;
            if let SlotState::Key { tag, .. } = &state {
                made.by_tag.insert(*tag, Slot(place));
            }
            made.slots.push(state);
        }
        if (made.slots.len() as u64) < count {
            return Err(damaged(bytes.len() as u64, "keys of subjects are missing at its end"));
        }
        made.written = made.slots.len();
        Ok(made)
    }

    /// How many there are, on disk or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.slots.len() as u64
    }

    /// Whether there are slots that are not on disk.
    pub(in crate::ledger) fn has_new(&self) -> bool {
        self.written < self.slots.len()
    }

    /// The slot of a subject.
    #[must_use]
    pub fn find(&self, subject: &str) -> Option<Slot> {
        self.by_tag.get(&self.tag(b"subject", subject.as_bytes())).copied()
    }

    /// The key in a slot; nothing if it was erased.
    #[must_use]
    pub fn key(&self, slot: Slot) -> Option<&SubjectKey> {
        match self.slots.get(usize::try_from(slot.0).ok()?)? {
            SlotState::Key { key, .. } => Some(key),
            SlotState::Erased => None,
        }
    }

    /// The slots that were erased.
    pub fn erased(&self) -> impl Iterator<Item = Slot> {
        let slots = (0..).zip(&self.slots);
        slots.filter(|(_, state)| **state == SlotState::Erased).map(|(place, _)| Slot(place))
    }

    /// The slots that have a key.
    pub fn present(&self) -> impl Iterator<Item = (Slot, &SubjectKey)> {
        (0..).zip(&self.slots).filter_map(|(place, state)| match state {
            SlotState::Key { key, .. } => Some((Slot(place), key)),
            SlotState::Erased => None,
        })
    }

    /// The slot of a subject, a new one if it has none.
    ///
    /// # Errors
    /// If there are no random bytes.
    pub fn of_subject(&mut self, subject: &str, random: &dyn Random) -> Result<Slot, Problem> {
        self.of_tag(self.tag(b"subject", subject.as_bytes()), random)
    }

    /// The slot of a record that was refused: who it is about is not known.
    ///
    /// # Errors
    /// If there are no random bytes.
    pub fn of_refused(
        &mut self,
        run: &[u8; 16],
        ordinal: u64,
        random: &dyn Random,
    ) -> Result<Slot, Problem> {
        let id = [run.as_slice(), &ordinal.to_be_bytes()].concat();
        self.of_tag(self.tag(b"refused", &id), random)
    }

    /// Writes new slots behind those on disk; they count once the file is synced.
    pub(in crate::ledger) fn write(&mut self, storage: &mut dyn Storage) -> io::Result<()> {
        let new = self.slots.get(self.written..).unwrap_or_default();
        let bytes: Vec<u8> = new.iter().flat_map(SlotState::to_bytes).collect();
        if !bytes.is_empty() {
            storage.append(SUBJECTS, &bytes)?;
        }
        self.written = self.slots.len();
        Ok(())
    }

    /// Overwrites the key of a subject.
    pub(in crate::ledger) fn erase(
        &mut self,
        storage: &mut dyn Storage,
        slot: Slot,
    ) -> io::Result<()> {
        storage.overwrite(SUBJECTS, SUBJECTS_HEADER + slot.0 * SLOT_SIZE, &[0; 64])?;
        storage.sync(SUBJECTS)?;
        self.by_tag.retain(|_, known| *known != slot);
        let place = usize::try_from(slot.0).ok();
        if let Some(state) = place.and_then(|place| self.slots.get_mut(place)) {
            *state = SlotState::Erased;
        }
        Ok(())
    }

    fn of_tag(&mut self, tag: [u8; 16], random: &dyn Random) -> Result<Slot, Problem> {
        if let Some(slot) = self.by_tag.get(&tag) {
            return Ok(*slot);
        }
        let mut key = [0; 32];
        random.fill(&mut key).map_err(Problem::Storage)?;
        let slot = Slot(self.slots.len() as u64);
        self.slots.push(SlotState::Key { tag, key: SubjectKey(key) });
        self.by_tag.insert(tag, slot);
        Ok(slot)
    }

    fn tag(&self, of: &[u8], id: &[u8]) -> [u8; 16] {
        let mut mac = keyed(&self.tag_key);
        mac.update(of);
        mac.update(&[0]);
        mac.update(id);
        let tag: [u8; 32] = mac.finalize().into_bytes().into();
        std::array::from_fn(|place| tag.get(place).copied().unwrap_or_default())
    }
}

fn header(tag_key: &[u8; 32]) -> [u8; 64] {
    let content = [MAGIC.as_slice(), tag_key].concat();
    let check = Digest::of(&content);
    let mut bytes = [0; 64];
    let all = content.iter().chain(check.bytes().iter());
    bytes.iter_mut().zip(all).for_each(|(byte, from)| *byte = *from);
    bytes
}
