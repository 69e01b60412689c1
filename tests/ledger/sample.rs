//! What the tests of the ledger share: dice, keys, times and leaves.

use std::io;
use std::sync::Mutex;

use duecare::ledger::canonical::Canonical;
use duecare::ledger::event;
use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::KeyUse;
use duecare::ledger::{Limits, Random};
use duecare::value::Instant;

pub(super) const ORIGIN: &str = "test.example/log";

/// Numbers that look random and are the same for a seed.
#[derive(Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub(super) fn is_heads(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Random bytes from a seed.
pub(super) struct Seeded(Mutex<Dice>);

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(Dice::new(seed)))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        let drawn = self.0.lock().unwrap().bytes(bytes.len());
        bytes.copy_from_slice(&drawn);
        Ok(())
    }
}

/// The n-th key of the log.
pub(super) fn key(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&[number; 32], ORIGIN, KeyUse::Log).unwrap()
}

pub(super) fn now() -> Instant {
    Instant::parse("2022-05-16T14:30:00Z").unwrap()
}

/// Limits so small that every kind of file is followed by another.
pub(super) fn small_limits() -> Limits {
    Limits { segment_size: 2500, pack_size: 1200, publish_after: 12, frame_size: 1500 }
}

/// A leaf that says something of a length.
pub(super) fn leaf(number: u64, length: usize) -> Canonical {
    let what = format!("{number:08}").chars().cycle().take(length).collect::<String>();
    event::leaf("heartbeat", now(), [("what", Canonical::text(what))])
}

/// A leaf that names a blob.
pub(super) fn leaf_with_blob(digest: &duecare::digest::Digest) -> Canonical {
    event::leaf("policy_published", now(), [("bundle", Canonical::text(digest))])
}
