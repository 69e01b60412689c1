use roaring::{MultiOps as _, RoaringBitmap};

use super::age::Age;
use super::groups::{Groups, Large, SharedBy, digest_of};
use super::key::SharedKey;
use crate::digest::Digest;

/// Most subjects that are named.
const IDS_MAX: usize = 20;

/// A key of the subject itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnKey {
    pub(crate) key: SharedKey,
    pub(crate) is_certain: bool,
}

/// Whom a subject shares something with.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// How many others at least, and at most.
    pub(crate) low: usize,
    pub(crate) high: usize,
    /// Whether some of the others may not count, for want of facts about them.
    pub(crate) others_open: bool,
    /// How new it is: of what certainly counts, and of what may.
    pub(crate) certain_age: Age,
    pub(crate) possible_age: Age,
    /// Subjects that could be compared, of all.
    pub(crate) known_keys: usize,
    pub(crate) of: usize,
    groups: Vec<usize>,
}

/// Which members of groups are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Certain,
    Possible,
}

impl Shared {
    /// Of a subject that shares nothing with anybody, whatever the roster is.
    pub(crate) fn nothing() -> Self {
        Self {
            low: 0,
            high: 0,
            others_open: false,
            certain_age: Age::Nothing,
            possible_age: Age::Nothing,
            known_keys: 0,
            of: 0,
            groups: Vec::new(),
        }
    }
}

impl Groups {
    /// The number of a subject; none if it was not collected: since keys that one subject alone has are not
    /// kept, it cannot be compared.
    pub(crate) fn number(&self, subject: &str) -> Option<u32> {
        u32::try_from(self.subjects.find(subject)?).ok()
    }

    /// Whom a subject with these keys shares one of them with; `is_open` where it may have more.
    pub(crate) fn shared(
        &self,
        comparison: usize,
        own: u32,
        keys: &[OwnKey],
        is_open: bool,
    ) -> Option<Shared> {
        let by = self.comparisons.get(comparison)?;
        let place = |key: &OwnKey| by.keys.binary_search(&key.key).ok();
        let mut groups: Vec<usize> = keys.iter().filter_map(place).collect();
        groups.sort_unstable();
        groups.dedup();
        let mut certain: Vec<usize> =
            keys.iter().filter(|key| key.is_certain).filter_map(place).collect();
        certain.sort_unstable();
        certain.dedup();
        let others_open = groups.iter().any(|group| by.has_uncertain(*group, own));
        let low = by.others(&certain, Counted::Certain, own);
        let high = if is_open {
            usize::try_from(by.with_key.len()).unwrap_or(usize::MAX)
                - usize::from(by.with_key.contains(own))
        } else if groups == certain && !others_open {
            low
        } else {
            by.others(&groups, Counted::Possible, own)
        };
        let age = |groups: &[usize]| {
            let ages = groups.iter().filter_map(|group| by.newest.get(*group));
            ages.max().map_or(Age::Nothing, |newest| Age::from(*newest))
        };
        Some(Shared {
            low,
            high,
            others_open,
            certain_age: age(&certain),
            possible_age: if is_open { age(&groups).max(Age::Unknown) } else { age(&groups) },
            known_keys: by.known_keys(),
            of: by.of(),
            groups,
        })
    }

    /// The first of those who certainly share something with the subject, in the order of their names.
    pub(crate) fn ids(&self, comparison: usize, own: u32, shared: &Shared) -> Vec<String> {
        let Some(by) = self.comparisons.get(comparison) else { return Vec::new() };
        let mut first: Vec<u32> = Vec::new();
        for group in &shared.groups {
            let members = by.members(*group).iter().filter(|member| member.is_certain());
            first.extend(members.map(|member| member.subject()).take(IDS_MAX + 1));
        }
        first.sort_unstable();
        first.dedup();
        let others = first.into_iter().filter(|member| *member != own);
        others.take(IDS_MAX).filter_map(|member| self.name(member)).map(str::to_owned).collect()
    }

    /// The groups that are shared, each with a digest of who belongs to it.
    pub(crate) fn evidence(&self, comparison: usize, shared: &Shared) -> Vec<(SharedKey, Digest)> {
        let Some(by) = self.comparisons.get(comparison) else { return Vec::new() };
        let entry = |group: &usize| {
            let digest = match by.large.get(group) {
                Some(large) => large.digest,
                None => digest_of(by.members(*group), &self.subjects),
            };
            Some((*by.keys.get(*group)?, digest))
        };
        shared.groups.iter().filter_map(entry).collect()
    }

    /// Whether two or more subjects have the key.
    pub(crate) fn is_shared(&self, comparison: usize, key: SharedKey) -> bool {
        let by = self.comparisons.get(comparison);
        by.is_some_and(|by| by.keys.binary_search(&key).is_ok())
    }
}

impl SharedBy {
    /// Whether somebody else in the group may not count.
    fn has_uncertain(&self, group: usize, own: u32) -> bool {
        if let Some(large) = self.large.get(&group) {
            let own_open = large.possible.contains(own) && !large.certain.contains(own);
            return large.possible.len() - large.certain.len() > u64::from(own_open);
        }
        let members = self.members(group).iter();
        members.into_iter().any(|member| !member.is_certain() && member.subject() != own)
    }

    /// How many others are in any of the groups.
    fn others(&self, groups: &[usize], counted: Counted, own: u32) -> usize {
        let mut single: Vec<u32> = Vec::new();
        let mut large: Vec<&RoaringBitmap> = Vec::new();
        for group in groups {
            match self.large.get(group) {
                Some(Large { certain, .. }) if counted == Counted::Certain => large.push(certain),
                Some(Large { possible, .. }) => large.push(possible),
                None => {
                    let members = self.members(*group).iter();
                    let members = members
                        .filter(|member| counted == Counted::Possible || member.is_certain());
                    single.extend(members.map(|member| member.subject()));
                }
            }
        }
        single.sort_unstable();
        single.dedup();
        let count_beside = |bitmap: &RoaringBitmap| {
            let besides = single.iter().filter(|member| !bitmap.contains(**member)).count();
            let all = usize::try_from(bitmap.len()).unwrap_or(usize::MAX) + besides;
            let is_among = bitmap.contains(own) || single.binary_search(&own).is_ok();
            all - usize::from(is_among)
        };
        match large.as_slice() {
            [] => single.len() - usize::from(single.binary_search(&own).is_ok()),
            [only] => count_beside(only),
            several => count_beside(&several.iter().copied().union()),
        }
    }
}
