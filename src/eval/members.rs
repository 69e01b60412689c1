use std::ops::ControlFlow;

use super::place::{follow, reach};
use super::possible::Possible;
use super::scope::{Element, Scope};
use super::trace::{ElementSeen, ElementTime, Trace, What};
use super::{Evaluator, Truth};
use crate::hir::Root;
use crate::program::{Members, Steps};
use crate::roster::{Fact, UNKNOWN};
use crate::types::{FieldSlot, Type};
use crate::value::Value;

/// An element that a list expression leads to.
pub(super) struct Member<'s, 'r> {
    /// With the element as the innermost.
    pub(super) scope: &'s Scope<'s, 'r>,
    pub(super) element: &'s Element<'s, 'r>,
    /// Whether it is one of those asked for.
    pub(super) included: Truth,
    /// Whether it stands for any number of elements of an unknown list, none among them.
    pub(super) many: bool,
    /// What the path leads to.
    fact: &'r Fact<'r>,
}

impl Member<'_, '_> {
    /// Whether it is there and asked for in every completion.
    pub(super) fn is_certain(&self) -> bool {
        self.included == Truth::Yes && !self.many
    }
}

/// Called with each element that may be one of those asked for.
pub(super) trait Visit<'r, T>: FnMut(&Member<'_, 'r>, &mut T) -> ControlFlow<()> {}

impl<'r, T, V: FnMut(&Member<'_, 'r>, &mut T) -> ControlFlow<()>> Visit<'r, T> for V {}

/// What is the same for all elements of one walk.
struct Walk<'w, 'p> {
    members: &'p Members,
    evaluator: &'w Evaluator<'p>,
}

impl<'p> Evaluator<'p> {
    /// The value that the path leads to.
    pub(super) fn value_of<'r>(&self, members: &Members, member: &Member<'_, 'r>) -> Possible<'r> {
        self.possible(member.fact, members.of, members.derived, false)
    }

    /// Visits the elements that may be among those asked for.
    pub(super) fn each<'r, T: Trace, V: Visit<'r, T>>(
        &self,
        members: &'p Members,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
        visit: &mut V,
    ) {
        let walk = Walk { members, evaluator: self };
        if let Root::Window(level) = members.root {
            let Some(window) = scope.window_at(level) else { return };
            for entry in window.entries {
                let element = Element {
                    fact: entry.fact,
                    index: entry.index,
                    steps: window.steps,
                    holder: None,
                    outer: scope.element,
                    level: scope.next_level(),
                };
                if walk
                    .inside(
                        &members.hops,
                        &element,
                        (entry.included, entry.many),
                        scope,
                        trace,
                        visit,
                    )
                    .is_break()
                {
                    return;
                }
            }
        } else {
            let (start, holder) = scope.start(members.root);
            let _ =
                walk.open(&members.hops, start, holder, (Truth::Yes, false), scope, trace, visit);
        }
    }

    /// Visits the elements from one element on, whatever the path began with.
    pub(super) fn each_from<'r, T: Trace, V: Visit<'r, T>>(
        &self,
        members: &'p Members,
        from: &Member<'_, 'r>,
        trace: &mut T,
        visit: &mut V,
    ) {
        let walk = Walk { members, evaluator: self };
        let start = from.element.fact;
        let _ = walk.open(
            &members.hops,
            start,
            Some(from.element),
            (Truth::Yes, false),
            from.scope,
            trace,
            visit,
        );
    }
}

impl<'p> Walk<'_, 'p> {
    /// Goes through the next list on the way.
    #[expect(clippy::too_many_arguments, reason = "the state of one walk, on the stack")]
    fn open<'r, T: Trace, V: Visit<'r, T>>(
        &self,
        hops: &'p [Steps],
        start: &'r Fact<'r>,
        holder: Option<&Element<'_, 'r>>,
        so_far: (Truth, bool),
        scope: &Scope<'_, 'r>,
        trace: &mut T,
        visit: &mut V,
    ) -> ControlFlow<()> {
        let Some((steps, rest)) = hops.split_first() else { return ControlFlow::Continue(()) };
        let list = reach(start, steps);
        let element = |fact, index| Element {
            fact,
            index,
            steps,
            holder,
            outer: scope.element,
            level: scope.next_level(),
        };
        match list {
            Fact::List(facts) => {
                for (index, fact) in facts.iter().enumerate() {
                    self.inside(rest, &element(fact, Some(index)), so_far, scope, trace, visit)?;
                }
                ControlFlow::Continue(())
            }
            Fact::None => ControlFlow::Continue(()),
            Fact::Unknown | Fact::Value(_) | Fact::Record(_) => {
                // Of a list inside an unknown one there is nothing to say that was not said.
                if !so_far.1 {
                    self.evaluator.note_fact(holder, steps, UNKNOWN, trace);
                }
                self.inside(rest, &element(UNKNOWN, None), (so_far.0, true), scope, trace, visit)
            }
        }
    }

    /// Goes on from an element: through the next list, or to its value.
    fn inside<'r, T: Trace, V: Visit<'r, T>>(
        &self,
        rest: &'p [Steps],
        element: &Element<'_, 'r>,
        so_far: (Truth, bool),
        scope: &Scope<'_, 'r>,
        trace: &mut T,
        visit: &mut V,
    ) -> ControlFlow<()> {
        let scope = &Scope { element: Some(element), ..*scope };
        if !rest.is_empty() {
            return self.open(rest, element.fact, Some(element), so_far, scope, trace, visit);
        }
        let (mut included, many) = so_far;
        trace.begin();
        if let Some(filter) = &self.members.filter {
            trace.begin();
            included = included.and(self.evaluator.truth(filter, scope, trace));
            trace.end(|| What::Filter);
        }
        let mut flow = ControlFlow::Continue(());
        if included.is_possible() {
            let found = follow(element.fact, &self.members.tail, &self.members.tail_none_at);
            let is_value =
                !self.members.tail.is_empty() || !matches!(self.members.of, Type::Record(_));
            if is_value {
                self.evaluator.note_fact(Some(element), &self.members.tail, found.fact, trace);
            }
            included = included.and(match found.fact {
                Fact::None => Truth::No,
                Fact::Unknown if found.may_be_none && self.members.tail_or_none() => Truth::Unknown,
                Fact::Unknown | Fact::Value(_) | Fact::Record(_) | Fact::List(_) => Truth::Yes,
            });
            if included.is_possible() {
                let fact = found.fact;
                flow = visit(&Member { scope, element, included, many, fact }, trace);
            }
        }
        let in_words = trace.takes_facts();
        let time = self.members.time;
        trace.end(|| self.evaluator.element_seen(element, time, (included, many), in_words));
        flow
    }
}

impl Evaluator<'_> {
    /// An element that was looked at, for the trace; `time` is the field of the outermost list that
    /// tells when its elements happened.
    pub(super) fn element_seen(
        &self,
        element: &Element<'_, '_>,
        time: Option<FieldSlot>,
        (included, many): (Truth, bool),
        in_words: bool,
    ) -> What {
        let outermost = element.outermost();
        let when = element_time(element, time, many);
        let dated_by = time
            .filter(|_| in_words && !many)
            .map(|slot| self.fact_seen(Some(outermost), &[slot], outermost.fact.field(slot)));
        let place = if in_words { self.place(Some(element), &[]).shown } else { String::default() };
        What::Element(ElementSeen { place, included, many, time: when, dated_by })
    }
}

/// When the element of the outermost list happened, by the field that tells so.
pub(super) fn element_time(
    element: &Element<'_, '_>,
    time: Option<FieldSlot>,
    many: bool,
) -> ElementTime {
    match time.map(|slot| element.outermost().fact.field(slot)) {
        Some(_) if many => ElementTime::Unknown,
        Some(Fact::Value(Value::Instant(instant))) => ElementTime::At(*instant),
        Some(Fact::Value(Value::Date(date))) => ElementTime::At(date.start()),
        Some(Fact::None) | None => ElementTime::Untimed,
        Some(Fact::Unknown | Fact::Value(_) | Fact::Record(_) | Fact::List(_)) => {
            ElementTime::Unknown
        }
    }
}
