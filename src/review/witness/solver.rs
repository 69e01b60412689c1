//! Makes records for which a condition comes to what is wanted, on its boundary.

use super::dice::Dice;
use super::draft::{At, Draft, Node, Place};
use super::hints::Hints;
use super::side::Side;
use super::values::nth_node;
use crate::hir::{Condition, ConditionKind, FieldPath, Root};
use crate::types::Type;

/// Where a condition stands: in which record, and inside of which elements.
#[derive(Clone, Debug)]
pub(super) struct Env<'e> {
    pub(super) record: usize,
    /// From the outermost, each with its type.
    pub(super) elements: Vec<(Place<'e>, Type)>,
}

impl Env<'_> {
    pub(super) const fn of_record(record: usize) -> Self {
        Self { record, elements: Vec::new() }
    }
}

/// Fills a draft, for one of the versions. Whether the result is what was wanted is left to the evaluator:
/// what is made here are only good guesses, so a condition that cannot be brought about is no fault.
pub(super) struct Solver<'s, 'e> {
    pub(super) side: Side<'e>,
    pub(super) draft: &'s mut Draft<'e>,
    pub(super) dice: &'s mut Dice,
    pub(super) hints: &'s Hints,
    /// How many conditions may still be looked at: a record is given up when it grows too intricate.
    pub(super) fuel: u32,
    /// Once in how many times a fact that nothing was said about stays unknown; never when absent.
    pub(super) unknown_once_in: Option<usize>,
}

impl<'e> Solver<'_, 'e> {
    /// Makes the condition come to `want`, as near its boundary as the dice allow.
    pub(super) fn ensure(&mut self, condition: &'e Condition, want: bool, env: &Env<'e>) -> bool {
        let Some(fuel) = self.fuel.checked_sub(1) else { return false };
        self.fuel = fuel;
        match &condition.kind {
            ConditionKind::Field(path) => self.ensure_yes_no(path, want, env),
            ConditionKind::Define(id) => self
                .side
                .defined_condition(*id)
                .is_some_and(|defined| self.ensure(defined, want, env)),
            ConditionKind::Rule { rule, outcome } => self.ensure_asked(*rule, *outcome, want),
            ConditionKind::Rules { at_least, severity, kind, outcome } => self
                .side
                .whole(at_least)
                .is_some_and(|least| self.ensure_rules(least, (*kind, *severity), *outcome, want)),
            ConditionKind::Not(inner) => self.ensure(inner, !want, env),
            ConditionKind::And(parts) if want => self.all(parts, true, env),
            ConditionKind::And(parts) => self.some(parts, 1, false, env),
            ConditionKind::Or(parts) if want => self.some(parts, 1, true, env),
            ConditionKind::Or(parts) => self.all(parts, false, env),
            ConditionKind::AtLeast { count, of } => self.at_least(count, of, want, env),
            ConditionKind::Has(path) => self.ensure_has(path, want, env),
            ConditionKind::IsKnown(path) => self.ensure_known(path, want, env),
            ConditionKind::Equal(left, right) => self.ensure_equal(left, right, want, env),
            ConditionKind::OneOf { value, list } => self.ensure_one_of(value, list, want, env),
            ConditionKind::Order { order, left, right } => {
                self.ensure_order(*order, (left, right), want, env)
            }
            ConditionKind::Exists(members) => self.ensure_exists(members, want, env),
            ConditionKind::Every { members, condition } => {
                self.ensure_every(members, condition, want, env)
            }
            ConditionKind::InAny { window, condition } => {
                self.ensure_in_any(window, condition, want, env)
            }
            ConditionKind::InTheLast { window, condition } => {
                self.ensure_in_the_last(window, condition, want, env)
            }
            ConditionKind::Inconsistent { paths, allowing } => {
                self.ensure_inconsistent(paths, allowing.as_deref(), want, env)
            }
            ConditionKind::Assume { condition, assumed } => {
                self.ensure_assuming(condition, *assumed, want, env)
            }
            ConditionKind::Mistake => false,
        }
    }

    /// Takes back what was made if it did not come out.
    pub(super) fn attempt(&mut self, make: impl FnOnce(&mut Self) -> bool) -> bool {
        let before = self.draft.clone();
        let is_made = make(self);
        if !is_made {
            *self.draft = before;
        }
        is_made
    }

    /// The same for a condition.
    pub(super) fn try_to_ensure(
        &mut self,
        condition: &'e Condition,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        self.attempt(|solver| solver.ensure(condition, want, env))
    }

    fn all(&mut self, parts: &'e [Condition], want: bool, env: &Env<'e>) -> bool {
        // In the order of the text most often: what is asked first guards what is asked next.
        let order = if self.dice.once_in(4) {
            self.dice.shuffled(parts.len())
        } else {
            (0..parts.len()).collect()
        };
        order
            .into_iter()
            .filter_map(|place| parts.get(place))
            .all(|part| self.ensure(part, want, env))
    }

    /// `count` of the parts, whichever, come to `want`; the others do not, as far as that can be.
    fn some(&mut self, parts: &'e [Condition], count: usize, want: bool, env: &Env<'e>) -> bool {
        let mut left = count;
        let mut others = Vec::new();
        for place in self.dice.shuffled(parts.len()) {
            let Some(part) = parts.get(place) else { continue };
            if left > 0 && self.try_to_ensure(part, want, env) {
                left -= 1;
            } else {
                others.push(part);
            }
        }
        if left > 0 {
            return false;
        }
        for part in others {
            self.try_to_ensure(part, !want, env);
        }
        true
    }

    fn at_least(
        &mut self,
        count: &'e crate::hir::Operand,
        of: &'e [Condition],
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let Some(count) = self.side.whole(count) else { return false };
        if want {
            return self.some(of, count, true, env);
        }
        (of.len() + 1).checked_sub(count).is_some_and(|failing| self.some(of, failing, false, env))
    }

    /// As the condition itself says, or by leaving unknown what it asks.
    fn ensure_assuming(
        &mut self,
        condition: &'e Condition,
        assumed: bool,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        if want == assumed && self.dice.once_in(3) {
            self.leave_unknown(condition, env);
            return true;
        }
        self.ensure(condition, want, env)
    }

    /// Where a path leads, if it goes through no list.
    pub(super) fn place(&self, path: &FieldPath, env: &Env<'e>) -> Option<Place<'e>> {
        let (start, of) = self.start(path.root, env)?;
        let place = self.side.behind(&start, of, &Side::slots(path, 0))?;
        Some(place.0)
    }

    /// Where a path begins, and what stands there.
    pub(super) fn start(&self, root: Root, env: &Env<'e>) -> Option<(Place<'e>, Type)> {
        match root {
            Root::Subject => {
                Some((Place::of_record(env.record), Type::Record(self.side.policy.subject)))
            }
            Root::Element(level) => env.elements.get(usize::from(level)).cloned(),
            Root::Window(_) => None,
        }
    }

    fn ensure_yes_no(&mut self, path: &'e FieldPath, want: bool, env: &Env<'e>) -> bool {
        if !want && path.or_none() && self.dice.once_in(8) {
            return self.put_none(path, env);
        }
        let Some(place) = self.place(path, env) else { return false };
        self.draft.put(&place, Node::Value(crate::value::Value::YesNo(want)))
    }

    fn ensure_has(&mut self, path: &'e FieldPath, want: bool, env: &Env<'e>) -> bool {
        if !want {
            return self.put_none(path, env);
        }
        let Some(place) = self.place(path, env) else { return false };
        match self.draft.get(&place) {
            Some(Node::None | Node::Unknown) => false,
            Some(_) => true,
            None => self.put_any(&place, path.of),
        }
    }

    fn ensure_known(&mut self, path: &'e FieldPath, want: bool, env: &Env<'e>) -> bool {
        let Some(place) = self.place(path, env) else { return false };
        match (self.draft.get(&place), want) {
            (Some(Node::Unknown), want) => !want,
            (Some(_), want) => want,
            (None, true) => self.put_any(&place, path.of),
            (None, false) => self.draft.put(&place, Node::Unknown),
        }
    }

    /// Says that there is none at the end of a path, or, where that cannot be, earlier.
    pub(super) fn put_none(&mut self, path: &'e FieldPath, env: &Env<'e>) -> bool {
        let Some(last) = path.none_at.last() else { return false };
        let Some((start, of)) = self.start(path.root, env) else { return false };
        let steps: Vec<_> = Side::slots(path, 0).into_iter().take(last + 1).collect();
        let place = self.side.behind(&start, of, &steps);
        place.is_some_and(|(place, _)| self.draft.put(&place, Node::None))
    }

    /// Says anything that a field can hold.
    pub(super) fn put_any(&mut self, place: &Place<'e>, of: Type) -> bool {
        let number = self.dice.below(3);
        let node = match of {
            Type::Record(record) if self.side.policy.schema.record(record).compared.is_empty() => {
                Some(Node::empty_record())
            }
            _ => nth_node(&self.side, of, number),
        };
        node.is_some_and(|node| self.draft.put(place, node))
    }

    /// A new element at the end of a list; its place in the list.
    pub(super) fn push(&mut self, list: &Place<'e>, of: Type) -> Option<Place<'e>> {
        let element = if of.record().is_some() { Node::empty_record() } else { Node::Open };
        let items = self.draft.list(list)?;
        items.push(element);
        let index = items.len() - 1;
        Some(list.then(At::Index(index)))
    }
}
