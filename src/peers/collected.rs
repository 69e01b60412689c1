use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::age::{Age, PackedAge};
use super::key::SharedKey;
use super::names::Names;
use crate::digest::Digest;

/// The keys of one subject, for each comparison of the policy.
#[derive(Clone, Debug, Default)]
pub struct SubjectKeys {
    pub(crate) comparisons: Vec<KeysOf>,
}

/// The keys of one subject for one comparison.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeysOf {
    /// Each with whether it certainly counts, and how new it is.
    pub(crate) keys: Vec<(SharedKey, bool, Age)>,
    /// Whether there may be keys that nobody knows.
    pub(crate) is_open: bool,
}

/// What was collected of a part of a roster.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    pub(super) subjects: Names,
    pub(super) comparisons: Vec<CollectedOf>,
    /// Subjects that may have keys that nobody knows, in any comparison.
    pub(super) open: RoaringBitmap,
    /// Records that this program failed on, by the digest of their text, and how.
    pub(super) faults: BTreeMap<Digest, String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct CollectedOf {
    pub(super) entries: Vec<Entry>,
    /// Subjects without a known key that may have some.
    pub(super) blind: Vec<u32>,
}

/// That a subject has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) key: SharedKey,
    pub(super) member: Member,
    pub(super) newest: PackedAge,
}

/// A subject, by its number, and whether its key certainly counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member(u32);

impl Member {
    /// Subjects of one roster at the most.
    pub(super) const SUBJECTS_MAX: usize = (u32::MAX >> 1) as usize;

    pub(super) fn new(subject: u32, is_certain: bool) -> Self {
        Self((subject << 1) | u32::from(is_certain))
    }

    pub(super) fn subject(self) -> u32 {
        self.0 >> 1
    }

    pub(super) fn is_certain(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Collected {
    /// Adds one subject. Of two of the same key the first counts, as when they are decided.
    pub fn add(&mut self, subject: &str, keys: SubjectKeys) {
        let number = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
        self.subjects.push(subject);
        self.comparisons
            .resize_with(self.comparisons.len().max(keys.comparisons.len()), CollectedOf::default);
        for (of, mut found) in self.comparisons.iter_mut().zip(keys.comparisons) {
            if found.is_open {
                self.open.insert(number);
            }
            if found.keys.is_empty() && found.is_open {
                of.blind.push(number);
            }
            found.keys.sort_unstable();
            let same = |next: &mut (SharedKey, bool, Age), last: &mut (SharedKey, bool, Age)| {
                let is_same = next.0 == last.0;
                if is_same {
                    last.1 |= next.1;
                    last.2 = last.2.max(next.2);
                }
                is_same
            };
            found.keys.dedup_by(same);
            of.entries.extend(found.keys.into_iter().map(|(key, is_certain, age)| Entry {
                key,
                member: Member::new(number, is_certain),
                newest: age.into(),
            }));
        }
    }

    /// Adds a record that this program failed on, by the digest of its text. It is not compared with
    /// anybody, so it must be refused when the roster is evaluated.
    pub fn add_fault(&mut self, record: Digest, reason: String) {
        self.faults.insert(record, reason);
    }

    /// Subjects that were added.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects.len()
    }
}
