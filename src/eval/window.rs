use std::borrow::Cow;
use std::ops::ControlFlow;

use super::place::reach;
use super::possible::{Possible, key_of};
use super::scope::{Element, Entry, Scope, Window};
use super::trace::{Trace, What};
use super::{Evaluator, Truth};
use crate::hir::Root;
use crate::program::{Field, InAny, InTheLast, Members};
use crate::roster::Fact;
use crate::types::{FieldSlot, Shape, Type};
use crate::value::{Direction, Instant, Key, Period, Value};

/// Elements that there is room for at first: most lists are not longer.
const USUAL: usize = 16;

/// When an element happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    At(Instant),
    Unknown,
    /// It is known that it has no time, so it lies in no window.
    Never,
}

/// What the elements of one window have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GroupKey<'r> {
    Known(Key<'r>),
    Unknown,
}

/// An element that may lie in a window, with its time and what it has in common with others.
#[derive(Clone)]
pub(super) struct Timed<'r> {
    pub(super) entry: Entry<'r>,
    pub(super) when: When,
    pub(super) key: GroupKey<'r>,
    /// Whether it certainly belongs to some group, even where nobody knows to which.
    pub(super) is_grouped: bool,
}

/// By which fields elements are put in order and together.
pub(super) struct Timing<'p> {
    pub(super) start: FieldSlot,
    pub(super) end: Option<FieldSlot>,
    pub(super) per: Option<&'p Field>,
}

impl<'p> Evaluator<'p> {
    /// Whether some window of elements satisfies the condition.
    ///
    /// More elements can only make the condition truer (the checker sees to that), so it is enough to
    /// look at windows that no other contains, and at each with all elements that may lie in it. A
    /// window begins at an element: where none certainly lies in it, it may not exist.
    #[inline(never)]
    pub(super) fn in_any<T: Trace>(
        &self,
        window: &'p InAny,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let timing = Timing { start: window.time, end: None, per: window.per.as_ref() };
        let timed = self.timed(&window.members, &timing, scope, trace);
        let steps = list_steps(&window.members, scope);
        let is_timed =
            self.time_shape(&window.members, window.time).is_some_and(|time| !time.or_none);
        let mut truth = Truth::No;
        for group in Groups::of(timed).iter() {
            let is_decided = windows_of(group, window.period, is_timed, &mut |entries| {
                if !T::RECORDS
                    && entries.len() < window.entries_needed
                    && !entries.iter().any(|entry| entry.many)
                {
                    return ControlFlow::Continue(());
                }
                let inner = Window {
                    entries,
                    steps: &steps,
                    outer: scope.window,
                    level: next_level(scope),
                };
                let inner_scope = &Scope { window: Some(&inner), ..*scope };
                trace.begin();
                let exists = Truth::between(entries.iter().any(Entry::is_certain), true);
                let holds = self.truth(&window.condition, inner_scope, trace).and(exists);
                trace.end(|| What::Window(holds));
                truth = truth.or(holds);
                if truth == Truth::Yes && !T::RECORDS {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if is_decided.is_break() {
                break;
            }
        }
        truth
    }

    /// Whether the elements of the last time before the evaluation satisfy the condition.
    #[inline(never)]
    pub(super) fn in_the_last<T: Trace>(
        &self,
        window: &'p InTheLast,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let is_day =
            self.time_shape(&window.members, window.time).is_some_and(|time| time.of == Type::Date);
        let (from, to) = if is_day {
            (window.from.date().start(), self.program.as_of.date().start())
        } else {
            (window.from, self.program.as_of)
        };
        let mut entries: Vec<Entry<'_>> = Vec::with_capacity(USUAL);
        self.each(&window.members, scope, trace, &mut |member, trace| {
            let entry = Entry::of(member);
            entries.extend(match self.when(member.element, window.time, trace) {
                When::At(at) => (from <= at && at <= to).then_some(entry),
                When::Unknown => Some(perhaps(entry)),
                When::Never => None,
            });
            ControlFlow::Continue(())
        });
        let steps = list_steps(&window.members, scope);
        let inner = Window {
            entries: &entries,
            steps: &steps,
            outer: scope.window,
            level: next_level(scope),
        };
        trace.begin();
        let holds = self.truth(&window.condition, &Scope { window: Some(&inner), ..*scope }, trace);
        trace.end(|| What::Window(holds));
        holds
    }

    /// The elements of a list with their times.
    pub(super) fn timed<'r, T: Trace>(
        &self,
        members: &'p Members,
        timing: &Timing<'_>,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Vec<Timed<'r>> {
        let mut timed = Vec::with_capacity(USUAL);
        self.each(members, scope, trace, &mut |member, trace| {
            let element = member.element;
            let entry = Entry::of(member);
            let when = self.when(element, timing.start, trace);
            if let Some(end) = timing.end {
                self.read_of_element(element, &[end], trace);
            }
            let key = timing.per.map(|per| {
                let fact = self.read_of_element(element, &per.steps, trace);
                match self.possible(fact, per.of, per.derived, false) {
                    Possible::None => None,
                    Possible::Value(value) => Some(GroupKey::Known(key_of(&value))),
                    Possible::Amount(amount) => Some(
                        amount
                            .exact()
                            .map_or(GroupKey::Unknown, |exact| GroupKey::Known(Key::Amount(exact))),
                    ),
                    Possible::Whole(_) | Possible::Unknown | Possible::Cannot(_) => {
                        Some(GroupKey::Unknown)
                    }
                }
            });
            let key = key.unwrap_or(Some(GroupKey::Known(Key::YesNo(true))));
            if let (Some(key), When::At(_) | When::Unknown) = (key, when) {
                let is_grouped =
                    key != GroupKey::Unknown || timing.per.is_some_and(|per| !per.or_none());
                timed.push(Timed { entry, when, key, is_grouped });
            }
            ControlFlow::Continue(())
        });
        timed
    }

    /// When an element happened, by the field that tells so.
    fn when<T: Trace>(&self, element: &Element<'_, '_>, time: FieldSlot, trace: &mut T) -> When {
        match self.read_of_element(element, &[time], trace) {
            Fact::Value(Value::Instant(instant)) => When::At(*instant),
            Fact::Value(Value::Date(date)) => When::At(date.start()),
            Fact::None => When::Never,
            Fact::Unknown | Fact::Value(_) | Fact::Record(_) | Fact::List(_) => When::Unknown,
        }
    }

    /// Reads a field of an element, and notes it where the element is known.
    fn read_of_element<'r, T: Trace>(
        &self,
        element: &Element<'_, 'r>,
        steps: &[FieldSlot],
        trace: &mut T,
    ) -> &'r Fact<'r> {
        let fact = reach(element.fact, steps);
        if element.index.is_some() {
            self.note_fact(Some(element), steps, fact, trace);
        }
        fact
    }

    /// The shape of the time of the elements.
    fn time_shape(&self, members: &Members, time: FieldSlot) -> Option<Shape> {
        let Type::Record(record) = members.of else { return None };
        Some(self.program.schema.record(record).at(time)?.shape)
    }
}

/// Calls `look` with every window of a group that no other contains, and, where every element certainly
/// has a time, with each of unknown time by itself: it lies in a window of its own.
fn windows_of<'r>(
    group: &[Timed<'r>],
    period: Period,
    is_timed: bool,
    look: &mut dyn FnMut(&[Entry<'r>]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let untimed: Vec<Entry<'r>> =
        group.iter().filter(|timed| timed.when == When::Unknown).map(|timed| timed.entry).collect();
    let anywhere: Vec<Entry<'r>> = untimed.iter().copied().map(perhaps).collect();
    let mut placed: Vec<(Instant, &Entry<'r>)> = Vec::with_capacity(group.len());
    placed.extend(group.iter().filter_map(|timed| match timed.when {
        When::At(at) => Some((at, &timed.entry)),
        When::Unknown | When::Never => None,
    }));
    placed.sort_by_key(|(at, _)| *at);
    if placed.is_empty() && !anywhere.is_empty() {
        look(&anywhere)?;
    }
    let mut end = 0;
    let mut entries: Vec<Entry<'r>> = Vec::with_capacity(group.len());
    for (start, (at, _)) in placed.iter().enumerate() {
        let last = at.plus(period, Direction::Later);
        let is_inside = |(other, _): &(Instant, &Entry<'r>)| last.is_none_or(|last| *other <= last);
        let mut reached = end;
        while placed.get(reached).is_some_and(is_inside) {
            reached += 1;
        }
        if reached == end {
            continue;
        }
        end = reached;
        let inside = placed.get(start..reached).unwrap_or_default();
        entries.clear();
        entries.extend(inside.iter().map(|(_, entry)| **entry));
        entries.extend(anywhere.iter().copied());
        look(&entries)?;
    }
    if is_timed {
        for alone in untimed.iter().filter(|entry| entry.is_certain()) {
            look(std::slice::from_ref(alone))?;
        }
    }
    ControlFlow::Continue(())
}

/// An element that may lie elsewhere.
fn perhaps(entry: Entry<'_>) -> Entry<'_> {
    Entry { included: entry.included.and(Truth::Unknown), ..entry }
}

fn next_level(scope: &Scope<'_, '_>) -> u8 {
    scope.window.map_or(0, |window| window.level.saturating_add(1))
}

/// From the subject to the list whose elements are looked at.
pub(super) fn list_steps<'s>(members: &'s Members, scope: &Scope<'s, '_>) -> Cow<'s, [FieldSlot]> {
    match (members.root, members.hops.as_slice()) {
        (Root::Window(level), _) => {
            scope.window_at(level).map(|window| window.steps).unwrap_or_default().into()
        }
        (Root::Subject | Root::Element(_), [only]) => only.as_slice().into(),
        (Root::Subject | Root::Element(_), several) => several.concat().into(),
    }
}

/// Elements that may have the same key.
pub(super) struct Groups<'r> {
    timed: Vec<Timed<'r>>,
    /// Behind the last element of each group.
    ends: Vec<usize>,
}

impl<'r> Groups<'r> {
    /// Those of unknown key may be in any group, and are certainly in one where they certainly have a key.
    pub(super) fn of(mut timed: Vec<Timed<'r>>) -> Self {
        if let Some((first, others)) = timed.split_first()
            && first.key != GroupKey::Unknown
            && others.iter().all(|other| other.key == first.key)
        {
            return Self { ends: vec![timed.len()], timed };
        }
        // Elements of one key stay in the order of their list; those without one come last.
        timed.sort_by(|left, right| left.key.cmp(&right.key));
        let known = timed.partition_point(|timed| timed.key != GroupKey::Unknown);
        if known == timed.len() {
            return Self { ends: ends(&timed), timed };
        }
        let keyless = timed.split_off(known);
        let perhaps_there =
            |timed: &Timed<'r>| Timed { entry: perhaps(timed.entry), ..timed.clone() };
        let mut groups = Self { timed: Vec::new(), ends: Vec::new() };
        for of_key in timed.chunk_by(|left, right| left.key == right.key) {
            groups.add(of_key.iter().cloned().chain(keyless.iter().map(perhaps_there)));
        }
        if timed.is_empty() {
            groups.add(keyless.iter().map(perhaps_there));
        }
        for alone in keyless {
            if alone.is_grouped && alone.entry.is_certain() {
                groups.add(std::iter::once(alone));
            }
        }
        groups
    }

    fn add(&mut self, group: impl Iterator<Item = Timed<'r>>) {
        self.timed.extend(group);
        self.ends.push(self.timed.len());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[Timed<'r>]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.timed.get(*start..*end).unwrap_or_default())
    }
}

/// Behind the last element of each key.
fn ends(timed: &[Timed<'_>]) -> Vec<usize> {
    let mut end = 0;
    timed
        .chunk_by(|left, right| left.key == right.key)
        .map(|group| {
            end += group.len();
            end
        })
        .collect()
}
