//! What a subject may share with others, and with whom it does.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::aggregate::DistinctKey;
use super::amount::Amount;
use super::members::element_time;
use super::possible::Possible;
use super::scope::Scope;
use super::trace::{Cannot, PeersSeen, Silent, Trace, What};
use super::{Evaluator, Truth};
use crate::peers::{Age, Groups, KeysOf, OwnKey, Shared, SharedKey, SubjectKeys};
use crate::program::{Field, PeersId, PeersOf, PeersProgram, Program};
use crate::roster::Fact;
use crate::types::FieldSlot;
use crate::value::Key;

/// Whom a subject is compared with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roster<'g>(Others<'g>);

#[derive(Clone, Copy, Debug, Default)]
enum Others<'g> {
    /// The roster was not collected, or the subject was not in it.
    #[default]
    Unknown,
    /// Nobody shares anything with the subject.
    Nobody,
    /// Who shares what, and the number of the subject among them.
    Among(&'g Groups, u32),
}

impl<'g> Roster<'g> {
    /// Of a subject, by its key, among those whose groups are known.
    #[must_use]
    pub fn new(subject: &str, groups: Option<&'g Groups>) -> Self {
        let among = groups.and_then(|groups| Some(Others::Among(groups, groups.number(subject)?)));
        Self(among.unwrap_or(Others::Unknown))
    }

    /// Of a subject that certainly shares nothing with anybody. What a decision record tells of the roster
    /// besides, how many subjects could be compared, is not known here.
    pub(crate) fn of_nobody() -> Self {
        Self(Others::Nobody)
    }
}

/// The keys by which a record is compared with others, for each comparison of the program.
#[must_use]
pub fn keys_of(program: &Program, facts: &Fact<'_>) -> SubjectKeys {
    let evaluator = Evaluator::new(program, Roster::default());
    let scope = Scope::of(facts);
    let of = |peers| {
        let mut found = KeysOf::default();
        evaluator.own_keys(peers, &scope, &mut Silent, &mut |own: Own, _: &mut Silent| match own {
            Own::Key { key, is_certain, age, .. } => found.keys.push((key, is_certain, age)),
            Own::Unknown => found.is_open = true,
        });
        found
    };
    SubjectKeys { comparisons: program.peers.iter().map(of).collect() }
}

/// What an element of the subject gives to compare by.
enum Own {
    Key { key: SharedKey, is_certain: bool, age: Age, place: Option<String> },
    Unknown,
}

/// Whether an element has a key.
enum Made {
    Key,
    /// The element has none.
    None,
    Unknown,
}

impl<'p> Evaluator<'p> {
    /// How many other subjects have a key in common with this one.
    pub(super) fn count_peers<T: Trace>(
        &self,
        id: PeersId,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Amount {
        let Some(peers) = self.program.peers.get(id.index()) else { return Amount::count(0, None) };
        if let (Others::Nobody, false) = (self.roster.0, T::RECORDS) {
            return Amount::count(0, Some(0));
        }
        let scope = &Scope::of(scope.subject);
        let (mut keys, mut is_open) = (Vec::new(), false);
        let mut places: Vec<(SharedKey, String)> = Vec::new();
        trace.begin();
        self.own_keys(peers, scope, trace, &mut |own: Own, _: &mut T| match own {
            Own::Key { key, is_certain, place, .. } => {
                keys.push(OwnKey { key, is_certain });
                places.extend(place.map(|place| (key, place)));
            }
            Own::Unknown => is_open = true,
        });
        let (among, shared) = match self.roster.0 {
            Others::Unknown => (None, None),
            Others::Nobody => (None, Some(Shared::nothing())),
            Others::Among(groups, own) => {
                (Some((groups, own)), groups.shared(id.index(), own, &keys, is_open))
            }
        };
        trace.end(|| {
            let Some(shared) = &shared else {
                return What::Peers(PeersSeen::without_roster(fields_of(peers)));
            };
            let is_shared =
                |key| among.is_some_and(|(groups, _)| groups.is_shared(id.index(), key));
            let ids = among.map(|(groups, own)| groups.ids(id.index(), own, shared));
            let evidence = among.map(|(groups, _)| groups.evidence(id.index(), shared));
            let places = places.into_iter().filter(|(key, _)| is_shared(*key));
            What::Peers(PeersSeen {
                keys: fields_of(peers),
                low: shared.low,
                high: Some(shared.high),
                ids: ids.unwrap_or_default(),
                known_keys: shared.known_keys,
                of: shared.of,
                groups: evidence.unwrap_or_default(),
                places: places.map(|(_, place)| place).collect(),
                cannot: shared.others_open.then_some(Cannot::Others),
                ages: (shared.certain_age, shared.possible_age),
            })
        });
        match shared {
            Some(Shared { low, high, .. }) => Amount::count(low, Some(high)),
            None => Amount::count(0, None),
        }
    }

    /// Hands out the keys of the record.
    fn own_keys<T: Trace>(
        &self,
        peers: &'p PeersProgram,
        scope: &Scope<'_, '_>,
        trace: &mut T,
        take: &mut dyn FnMut(Own, &mut T),
    ) {
        match &peers.of {
            PeersOf::Record(filter) => {
                trace.begin();
                let included =
                    filter.as_ref().map_or(Truth::Yes, |filter| self.truth(filter, scope, trace));
                trace.end(|| What::Filter);
                if included.is_possible() {
                    let mut last = LastKey::default();
                    let made = self.key(&peers.keys, scope, trace, &mut last.next);
                    let is_certain = included == Truth::Yes;
                    let own = last.own(made, is_certain, Age::Dayless, None);
                    if let Some(own) = own {
                        take(own, trace);
                    }
                }
            }
            PeersOf::Elements(members) => {
                let mut last = LastKey::default();
                self.each(members, scope, trace, &mut |member, trace| {
                    let made = if member.many {
                        Made::Unknown
                    } else {
                        self.key(&peers.keys, member.scope, trace, &mut last.next)
                    };
                    let age = element_time(member.element, members.time, member.many).into();
                    let place =
                        trace.takes_facts().then(|| self.place(Some(member.element), &[]).shown);
                    if let Some(own) = last.own(made, member.is_certain(), age, place) {
                        take(own, trace);
                    }
                    ControlFlow::Continue(())
                });
            }
        }
    }

    /// The key of one element, as its parts: all of its fields must be known and have a value.
    fn key<'r, T: Trace>(
        &self,
        fields: &'p [Field],
        scope: &Scope<'_, 'r>,
        trace: &mut T,
        parts: &mut Vec<Key<'r>>,
    ) -> Made {
        parts.clear();
        let (mut is_none, mut is_unknown) = (false, false);
        for field in fields {
            let value = self.value(field, scope, trace);
            match self.distinct_key(&value, field.of) {
                Some(DistinctKey::One(part)) => parts.push(part),
                Some(DistinctKey::Several(several)) => parts.extend(several),
                None if matches!(value, Possible::None) => is_none = true,
                None => is_unknown = true,
            }
        }
        if is_none {
            Made::None
        } else if is_unknown {
            Made::Unknown
        } else {
            Made::Key
        }
    }
}

/// The key that was made last: elements behind each other mostly have the same one.
#[derive(Default)]
struct LastKey<'r> {
    known: Option<SharedKey>,
    /// The parts that it was made of.
    parts: Vec<Key<'r>>,
    /// The parts of the next one.
    next: Vec<Key<'r>>,
}

impl LastKey<'_> {
    fn own(
        &mut self,
        made: Made,
        is_certain: bool,
        age: Age,
        place: Option<String>,
    ) -> Option<Own> {
        match made {
            Made::Key => Some(Own::Key { key: self.next_key(), is_certain, age, place }),
            Made::None => None,
            Made::Unknown => Some(Own::Unknown),
        }
    }

    fn next_key(&mut self) -> SharedKey {
        match self.known {
            Some(key) if self.parts == self.next => key,
            _ => {
                std::mem::swap(&mut self.parts, &mut self.next);
                *self.known.insert(SharedKey::of(&self.parts))
            }
        }
    }
}

/// The fields of the key, from the subject on.
fn fields_of(peers: &PeersProgram) -> Vec<Vec<FieldSlot>> {
    let holder: Vec<FieldSlot> = match &peers.of {
        PeersOf::Record(_) => Vec::new(),
        PeersOf::Elements(members) => members.hops.iter().flatten().copied().collect(),
    };
    let mut found: Vec<Vec<FieldSlot>> = Vec::new();
    for key in &peers.keys {
        let steps = [holder.as_slice(), key.steps.as_slice()].concat();
        if !found.contains(&steps) {
            found.push(steps);
        }
    }
    found
}

impl PeersSeen {
    /// Where there is no roster to compare with.
    fn without_roster(keys: Vec<Vec<FieldSlot>>) -> Self {
        Self {
            keys,
            low: 0,
            high: None,
            ids: Vec::new(),
            known_keys: 0,
            of: 0,
            groups: Vec::new(),
            places: BTreeSet::new(),
            cannot: Some(Cannot::Roster),
            ages: (Age::Nothing, Age::Unknown),
        }
    }
}
