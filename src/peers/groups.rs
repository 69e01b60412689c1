use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use roaring::RoaringBitmap;
use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::age::PackedAge;
use super::collected::{Collected, CollectedOf, Entry, Member};
use super::key::SharedKey;
use super::names::Names;
use crate::digest::Digest;

/// From this size on a group is kept as a bitmap besides, so that many large ones join quickly.
const LARGE: usize = 1_024;

/// Who shares what, of a whole roster.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// All subjects, sorted; their places are their numbers.
    pub(super) subjects: Names,
    pub(super) comparisons: Vec<SharedBy>,
    /// Records that could not be collected, by the digest of their text, and why.
    faults: BTreeMap<Digest, String>,
    /// Of each part that was collected the places of the subjects that share nothing with anybody, whatever
    /// is unknown.
    alone: Vec<RoaringBitmap>,
}

/// Who shares what of one comparison.
#[derive(Clone, Debug, Default)]
pub struct SharedBy {
    /// Sorted; only those that two or more have.
    pub(super) keys: Vec<SharedKey>,
    /// Where the members of each begin; one more at the end.
    pub(super) starts: Vec<usize>,
    /// Sorted in each group.
    pub(super) members: Vec<Member>,
    pub(super) newest: Vec<PackedAge>,
    pub(super) large: BTreeMap<usize, Large>,
    /// Subjects that have a key, possible ones included.
    pub(super) with_key: RoaringBitmap,
    pub(super) subjects: usize,
    pub(super) blind: usize,
    pub(super) distinct: usize,
}

/// A group that is kept as bitmaps besides.
#[derive(Clone, Debug)]
pub(super) struct Large {
    pub(super) certain: RoaringBitmap,
    pub(super) possible: RoaringBitmap,
    pub(super) digest: Digest,
}

/// A roster with more subjects than can be compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany(pub usize);

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} subjects cannot be compared with each other; at most {} can",
            self.0,
            Member::SUBJECTS_MAX
        )
    }
}

impl std::error::Error for TooMany {}

/// Puts together what was collected of the parts of a roster.
///
/// # Errors
/// If there are more than two thousand million subjects.
pub fn merge(mut parts: Vec<Collected>) -> Result<Groups, TooMany> {
    let faults = parts.iter_mut().flat_map(|part| std::mem::take(&mut part.faults)).collect();
    let mut order: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(part, collected)| (0..collected.subjects.len()).map(move |place| (part, place)))
        .collect();
    if order.len() > Member::SUBJECTS_MAX {
        return Err(TooMany(order.len()));
    }
    let name = |(part, place): (usize, usize)| -> Option<&str> {
        parts.get(part).and_then(|collected| collected.subjects.get(place))
    };
    order.par_sort_unstable_by(|left, right| name(*left).cmp(&name(*right)).then(left.cmp(right)));
    let mut subjects = Names::default();
    let mut numbers: Vec<Vec<Option<u32>>> =
        parts.iter().map(|collected| vec![None; collected.subjects.len()]).collect();
    let mut last = None;
    for (part, place) in order {
        let this = name((part, place));
        if this == last {
            continue;
        }
        last = this;
        if let Some(number) = numbers.get_mut(part).and_then(|numbers| numbers.get_mut(place)) {
            *number = u32::try_from(subjects.len()).ok();
        }
        subjects.push(this.unwrap_or_default());
    }
    let (mut collected, open): (Vec<Vec<CollectedOf>>, Vec<RoaringBitmap>) =
        parts.into_iter().map(|part| (part.comparisons, part.open)).unzip();
    let comparisons = collected.iter().map(Vec::len).max().unwrap_or(0);
    let comparisons: Vec<SharedBy> = (0..comparisons)
        .map(|comparison| {
            let parts = collected
                .iter_mut()
                .map(|part| part.get_mut(comparison).map(std::mem::take).unwrap_or_default());
            SharedBy::new(parts.zip(&numbers), &subjects)
        })
        .collect();
    let mut shares = vec![false; subjects.len()];
    for member in comparisons.iter().flat_map(|by| &by.members) {
        if let Some(shares) = shares.get_mut(member.subject() as usize) {
            *shares = true;
        }
    }
    let alone = numbers.iter().zip(&open).map(|(numbers, open)| alone(numbers, open, &shares));
    let alone = alone.collect();
    Ok(Groups { subjects, comparisons, faults, alone })
}

/// Of one part the places of the subjects that are in no group and may not be in one either. A second
/// record of a subject is none of them: it was not compared.
fn alone(numbers: &[Option<u32>], open: &RoaringBitmap, shares: &[bool]) -> RoaringBitmap {
    let is_alone =
        |number: &Option<u32>| number.and_then(|own| shares.get(own as usize)) == Some(&false);
    let places = (0_u32..).zip(numbers).filter(|(_, number)| is_alone(number));
    places.map(|(place, _)| place).filter(|place| !open.contains(*place)).collect()
}

impl SharedBy {
    fn new<'n>(
        parts: impl Iterator<Item = (CollectedOf, &'n Vec<Option<u32>>)>,
        subjects: &Names,
    ) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        let mut made = Self { subjects: subjects.len(), ..Self::default() };
        for (part, numbers) in parts {
            let number = |of: u32| numbers.get(of as usize).copied().flatten();
            made.blind += part.blind.iter().filter(|subject| number(**subject).is_some()).count();
            let mut own = part.entries;
            own.retain_mut(|entry| {
                let number = number(entry.member.subject());
                if let Some(number) = number {
                    entry.member = Member::new(number, entry.member.is_certain());
                }
                number.is_some()
            });
            if entries.is_empty() {
                entries = own;
            } else {
                entries.extend(own);
            }
        }
        entries.par_sort_unstable();
        made.with_key = entries.iter().map(|entry| entry.member.subject()).collect();
        made.starts.push(0);
        for same in entries.chunk_by(|left, right| left.key == right.key) {
            made.distinct += 1;
            let [first, _, ..] = same else { continue };
            made.keys.push(first.key);
            made.members.extend(same.iter().map(|entry| entry.member));
            made.starts.push(made.members.len());
            let newest = same.iter().map(|entry| entry.newest).max();
            made.newest.push(newest.unwrap_or(PackedAge::NOTHING));
        }
        drop(entries);
        made.keys.shrink_to_fit();
        made.members.shrink_to_fit();
        let large: Vec<usize> =
            (0..made.keys.len()).filter(|group| made.members(*group).len() >= LARGE).collect();
        made.large = large.into_iter().map(|group| (group, made.large(group, subjects))).collect();
        made
    }

    fn large(&self, group: usize, subjects: &Names) -> Large {
        let members = self.members(group);
        let certain = members.iter().filter(|member| member.is_certain());
        Large {
            certain: certain.map(|member| member.subject()).collect(),
            possible: members.iter().map(|member| member.subject()).collect(),
            digest: digest_of(members, subjects),
        }
    }

    pub(super) fn members(&self, group: usize) -> &[Member] {
        let range = self.starts.get(group).zip(self.starts.get(group + 1));
        range.and_then(|(from, to)| self.members.get(*from..*to)).unwrap_or_default()
    }

    /// Subjects that could be compared: they have a known key, or are known to have none.
    #[must_use]
    pub fn known_keys(&self) -> usize {
        self.subjects - self.blind
    }

    /// Subjects of the roster.
    #[must_use]
    pub fn of(&self) -> usize {
        self.subjects
    }

    /// How many different keys there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.distinct
    }

    /// How many keys two or more subjects have.
    #[must_use]
    pub fn shared(&self) -> usize {
        self.keys.len()
    }

    /// How many subjects have the key that most have.
    #[must_use]
    pub fn largest(&self) -> usize {
        (0..self.keys.len()).map(|group| self.members(group).len()).max().unwrap_or(0)
    }
}

impl Groups {
    /// Who shares what, for each comparison of the policy.
    #[must_use]
    pub fn comparisons(&self) -> &[SharedBy] {
        &self.comparisons
    }

    /// Whether the subject that was collected at this place of this part shares nothing with anybody, whatever
    /// is unknown: what is judged of it is then what is judged of it alone.
    pub(crate) fn is_alone(&self, part: usize, place: u32) -> bool {
        self.alone.get(part).is_some_and(|alone| alone.contains(place))
    }

    /// Whether there are records that could not be collected.
    pub(crate) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Why the record with a text of this digest could not be collected, if it could not.
    pub(crate) fn fault(&self, record: &Digest) -> Option<&str> {
        self.faults.get(record).map(String::as_str)
    }

    /// How many subjects were collected, each once.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects.len()
    }

    /// Writes the groups of one comparison, sorted by key, each whole and once.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_groups<S: Serializer>(
        &self,
        comparison: usize,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let shared = self.comparisons.get(comparison);
        let keys = shared.map(|shared| shared.keys.as_slice()).unwrap_or_default();
        let mut groups = serializer.serialize_seq(Some(keys.len()))?;
        for (place, key) in keys.iter().enumerate() {
            let members = shared.map(|shared| shared.members(place)).unwrap_or_default();
            groups.serialize_element(&Group {
                group: *key,
                count: members.len(),
                ids: members.iter().filter_map(|member| self.name(member.subject())).collect(),
            })?;
        }
        groups.end()
    }

    /// The largest groups of one comparison, up to so many, from the largest; of each up to so many ids.
    #[must_use]
    pub fn largest(&self, comparison: usize, groups_max: usize, ids_max: usize) -> Vec<Group<'_>> {
        let Some(shared) = self.comparisons.get(comparison) else { return Vec::new() };
        let mut places: Vec<usize> = (0..shared.keys.len()).collect();
        places.sort_by_key(|place| std::cmp::Reverse(shared.members(*place).len()));
        let groups = places.into_iter().take(groups_max).filter_map(|place| {
            let members = shared.members(place);
            let first = members.iter().take(ids_max);
            Some(Group {
                group: *shared.keys.get(place)?,
                count: members.len(),
                ids: first.filter_map(|member| self.name(member.subject())).collect(),
            })
        });
        groups.collect()
    }

    pub(super) fn name(&self, subject: u32) -> Option<&str> {
        self.subjects.get(subject as usize)
    }
}

/// Who shares one key.
#[derive(Clone, Debug, Serialize)]
pub struct Group<'g> {
    /// The key.
    pub group: SharedKey,
    /// How many.
    pub count: usize,
    /// Who, sorted.
    pub ids: Vec<&'g str>,
}

/// Digest of the names of those who share something.
pub(super) fn digest_of(members: &[Member], subjects: &Names) -> Digest {
    let mut text = String::from("duecare.group/1\n");
    for member in members {
        let name = subjects.get(member.subject() as usize).unwrap_or_default();
        text.push_str(&name.replace('\\', "\\\\").replace('\n', "\\n"));
        text.push_str(if member.is_certain() { "\n" } else { "?\n" });
    }
    Digest::of(text.as_bytes())
}
