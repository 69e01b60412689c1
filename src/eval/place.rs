use super::possible::Possible;
use super::scope::{Element, Place, Scope, place_of};
use super::trace::{FactSeen, Seen, Trace, What};
use super::{Evaluator, Truth};
use crate::program::Field;
use crate::roster::{Fact, UNKNOWN};
use crate::types::{FieldSlot, Type};
use crate::value::Shown;

/// What a path leads to.
#[derive(Clone, Copy)]
pub(super) struct Found<'r> {
    pub(super) fact: &'r Fact<'r>,
    /// Whether an unknown fact may turn out to be none.
    pub(super) may_be_none: bool,
}

/// Follows a path from a fact; what lies behind the unknown is unknown.
#[inline]
pub(super) fn reach<'r>(start: &'r Fact<'r>, steps: &[FieldSlot]) -> &'r Fact<'r> {
    steps.iter().fold(start, |fact, slot| fact.field(*slot))
}

/// The same, and whether an unknown fact may turn out to be none: `none_at` says which steps may be.
#[inline]
pub(super) fn follow<'r>(start: &'r Fact<'r>, steps: &[FieldSlot], none_at: &[usize]) -> Found<'r> {
    if none_at.is_empty() {
        Found { fact: reach(start, steps), may_be_none: false }
    } else {
        follow_to_none(start, steps, none_at)
    }
}

#[inline(never)]
fn follow_to_none<'r>(start: &'r Fact<'r>, steps: &[FieldSlot], none_at: &[usize]) -> Found<'r> {
    let mut fact = start;
    for (place, slot) in steps.iter().enumerate() {
        if matches!(fact, Fact::Unknown) {
            return Found { fact, may_be_none: none_at.iter().any(|none| *none + 1 >= place) };
        }
        fact = fact.field(*slot);
    }
    let last = steps.len().saturating_sub(1);
    Found { fact, may_be_none: matches!(fact, Fact::Unknown) && none_at.contains(&last) }
}

impl Evaluator<'_> {
    /// Reads a field.
    pub(super) fn read<'r, T: Trace>(
        &self,
        field: &Field,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Found<'r> {
        let (start, holder) = scope.start(field.root);
        let found = follow(start, &field.steps, &field.none_at);
        self.note_fact(holder, &field.steps, found.fact, trace);
        found
    }

    /// The value of a field.
    pub(super) fn value<'r, T: Trace>(
        &self,
        field: &Field,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Possible<'r> {
        let found = self.read(field, scope, trace);
        self.possible(found.fact, field.of, field.derived, found.may_be_none)
    }

    /// Whether a field has a value.
    pub(super) fn has<T: Trace>(
        &self,
        field: &Field,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let found = self.read(field, scope, trace);
        match found.fact {
            Fact::None => Truth::No,
            Fact::Unknown if found.may_be_none => Truth::Unknown,
            Fact::Unknown | Fact::Value(_) | Fact::Record(_) | Fact::List(_) => Truth::Yes,
        }
    }

    /// Notes a field that was read; of a record that compares as one value also what it is compared by
    /// and nobody knows.
    pub(super) fn note_fact<T: Trace>(
        &self,
        holder: Option<&Element<'_, '_>>,
        steps: &[FieldSlot],
        fact: &Fact<'_>,
        trace: &mut T,
    ) {
        if !trace.takes_facts() {
            return;
        }
        trace.begin();
        if let Fact::Record(_) = fact
            && let Type::Record(record) = self.place(holder, steps).of
        {
            for slot in &self.program.schema.record(record).compared {
                if matches!(fact.field(*slot), Fact::Unknown) {
                    let inner = [steps, &[*slot]].concat();
                    trace.note(|| What::Fact(self.fact_seen(holder, &inner, UNKNOWN)));
                }
            }
        }
        trace.end(|| What::Fact(self.fact_seen(holder, steps, fact)));
    }

    pub(super) fn place(&self, holder: Option<&Element<'_, '_>>, steps: &[FieldSlot]) -> Place {
        place_of(&self.program.schema, Type::Record(self.program.subject), holder, steps)
    }

    /// A field that was read, for the trace.
    pub(super) fn fact_seen(
        &self,
        holder: Option<&Element<'_, '_>>,
        steps: &[FieldSlot],
        fact: &Fact<'_>,
    ) -> FactSeen {
        let Place { steps, shown: place, .. } = self.place(holder, steps);
        let seen = match fact {
            Fact::Unknown => Seen::Unknown,
            Fact::None => Seen::None,
            Fact::Value(value) => Seen::Value(Shown::from(value)),
            Fact::Record(fields) => Seen::Value(Shown::Text(record_shown(fields))),
            Fact::List(elements) => {
                Seen::Value(Shown::Text(format!("{} elements", elements.len())))
            }
        };
        FactSeen { steps, place, seen }
    }
}

/// The known values of a record, as an address is written on one line.
fn record_shown(fields: &[Fact<'_>]) -> String {
    let known = fields.iter().filter_map(|fact| match fact {
        Fact::Value(value) => Some(value.to_string()),
        Fact::Unknown | Fact::None | Fact::Record(_) | Fact::List(_) => None,
    });
    known.collect::<Vec<_>>().join(", ")
}
