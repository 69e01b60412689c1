//! Windows of time over the elements of a list.

use rust_decimal::Decimal;

use super::draft::{Node, Place};
use super::operand::Known;
use super::side::Side;
use super::solver::{Env, Solver};
use super::values::{SECONDS_PER_DAY, amount, nth, of_amount};
use crate::hir::{Condition, FieldPath, Members, Window};
use crate::types::{FieldSlot, Type};
use crate::value::{Date, Direction, Instant, Period, Value};

/// A window whose elements are being made.
#[derive(Clone, Debug)]
pub(super) struct OpenWindow<'e> {
    members: &'e Members,
    /// Where the condition on the window stands.
    env: Env<'e>,
    time: FieldSlot,
    per: Option<&'e FieldPath>,
    /// What the elements have in common.
    key: Option<Value<'static>>,
    /// The first and the last time, between which the others lie.
    ends: (Instant, Instant),
    pub(super) elements: Vec<(Place<'e>, Type)>,
}

/// Where the elements of a window lie.
#[derive(Clone, Copy)]
enum Spread {
    /// Inside of the period, both ends taken.
    Inside,
    /// Just too far apart, or just too long ago.
    Beyond,
}

impl<'e> Solver<'_, 'e> {
    pub(super) fn ensure_in_any(
        &mut self,
        window: &'e Window,
        condition: &'e Condition,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let Some(period) = self.side.period(&window.period) else { return false };
        if !want && self.dice.once_in(4) && self.existing(&window.members, env).is_empty() {
            self.close_lists(&window.members, env);
            return true;
        }
        let spread = if !want && self.dice.coin() { Spread::Beyond } else { Spread::Inside };
        let Some(ends) = self.any_ends(period, spread, self.is_day(window)) else { return false };
        let wanted = want || matches!(spread, Spread::Beyond);
        self.fill_window(window, ends, condition, wanted, env)
    }

    pub(super) fn ensure_in_the_last(
        &mut self,
        window: &'e Window,
        condition: &'e Condition,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let Some(period) = self.side.period(&window.period) else { return false };
        let spread = if !want && self.dice.coin() { Spread::Beyond } else { Spread::Inside };
        let Some(ends) = self.last_ends(period, spread, self.is_day(window)) else { return false };
        let wanted = want || matches!(spread, Spread::Beyond);
        self.fill_window(window, ends, condition, wanted, env)
    }

    /// The ends of a window anywhere: shortly before the evaluation, or further back.
    fn any_ends(
        &mut self,
        period: Period,
        spread: Spread,
        is_day: bool,
    ) -> Option<(Instant, Instant)> {
        let days = i64::try_from(self.dice.below(3)).ok()?;
        let last = Date::from_days(self.side.as_of.date().days() - 1 - days)?.start();
        let first = last.plus(period, Direction::Earlier)?;
        // From the first time on, since months differ in length.
        let last = first.plus(period, Direction::Later)?;
        match spread {
            Spread::Inside => Some((first, last)),
            Spread::Beyond => Some((first, later(last, unit(is_day))?)),
        }
    }

    /// The ends of the window that ends with the evaluation; beyond it, two times before it begins.
    fn last_ends(
        &mut self,
        period: Period,
        spread: Spread,
        is_day: bool,
    ) -> Option<(Instant, Instant)> {
        let as_of = if is_day { self.side.as_of.date().start() } else { self.side.as_of };
        let first = self.side.as_of.plus(period, Direction::Earlier)?;
        let first = if is_day { first.date().start() } else { first };
        match spread {
            Spread::Inside => Some((first, as_of)),
            Spread::Beyond => {
                let before = later(first, -unit(is_day))?;
                Some((before, before))
            }
        }
    }

    fn is_day(&self, window: &Window) -> bool {
        let element = self.element_type(&window.members);
        let shape = element.and_then(|of| self.side.field(of, window.time));
        shape.is_some_and(|(_, shape)| shape.of == Type::Date)
    }

    /// The type of the elements that a path leads to.
    pub(super) fn element_type(&self, members: &Members) -> Option<Type> {
        if members.path.steps.len() == members.element_steps {
            return Some(members.path.of);
        }
        let mut of = Type::Record(self.side.policy.subject);
        for step in members.path.steps.iter().take(members.element_steps) {
            of = self.side.field(of, step.slot)?.1.of;
        }
        Some(of)
    }

    fn fill_window(
        &mut self,
        window: &'e Window,
        ends: (Instant, Instant),
        condition: &'e Condition,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        self.draft.windows.push(OpenWindow {
            members: &window.members,
            env: env.clone(),
            time: window.time,
            per: window.per.as_ref(),
            key: None,
            ends,
            elements: Vec::new(),
        });
        if !self.dice.once_in(3) {
            for element in self.existing(&window.members, env) {
                self.attempt(|solver| solver.take_into_window(&element));
            }
        }
        let is_made = self.ensure(condition, want, env);
        self.close_lists(&window.members, env);
        self.draft.windows.pop();
        is_made
    }

    /// Makes an element that is there one of the innermost window.
    fn take_into_window(&mut self, element: &Env<'e>) -> bool {
        let Some(level) = self.draft.windows.len().checked_sub(1) else { return false };
        self.place_in_window(level, element).is_some()
    }

    /// A new element of a window.
    pub(super) fn create_in_window(&mut self, level: usize) -> Option<(Place<'e>, Type)> {
        let window = self.draft.windows.get(level)?;
        let (members, env) = (window.members, window.env.clone());
        let element = self.create(members, &env)?;
        self.place_in_window(level, &element)
    }

    fn place_in_window(&mut self, level: usize, element: &Env<'e>) -> Option<(Place<'e>, Type)> {
        let (place, of) = element.elements.last()?.clone();
        let window = self.draft.windows.get(level)?.clone();
        let is_timed_first = !self.dice.once_in(4);
        if is_timed_first {
            self.attempt(|solver| solver.put_time(&window, &place, of));
        }
        if !self.select(window.members, element) {
            return None;
        }
        let slot = self.side.behind(&place, of, &[window.time])?.0;
        if self.draft.get(&slot).is_none() && !self.put_time(&window, &place, of) {
            return None;
        }
        let key = match window.per {
            Some(per) => Some(self.put_key(per, window.key.as_ref(), (&place, of))?),
            None => None,
        };
        let window = self.draft.windows.get_mut(level)?;
        window.key = key;
        window.elements.push((place.clone(), of));
        Some((place, of))
    }

    /// The first element lies at the one end, the second at the other, all more between them.
    fn put_time(&mut self, window: &OpenWindow<'e>, place: &Place<'e>, of: Type) -> bool {
        let (first, last) = window.ends;
        let at = match window.elements.len() {
            0 => Some(first),
            1 => Some(last),
            more => between(first, last, more),
        };
        let Some((slot, shape)) = self.side.behind(place, of, &[window.time]) else {
            return false;
        };
        let value = at.map(|at| match shape.of {
            Type::Date => Value::Date(at.date()),
            _ => Value::Instant(at),
        });
        value.is_some_and(|value| self.draft.put(&slot, Node::Value(value)))
    }

    /// Makes an element have what all of them have in common; tells what that is.
    pub(super) fn put_key(
        &mut self,
        per: &'e FieldPath,
        key: Option<&Value<'static>>,
        (element, of): (&Place<'e>, Type),
    ) -> Option<Value<'static>> {
        let (place, shape) = self.side.behind(element, of, &Side::slots(per, 0))?;
        let key = match (Known::of(self.draft.get(&place)), key) {
            (Known::Value(known), None) => known,
            (_, Some(key)) => key.clone(),
            (_, None) => nth(&self.side, shape.of, 0)?,
        };
        self.draft.put(&place, Node::Value(key.clone())).then_some(key)
    }
}

fn unit(is_day: bool) -> i64 {
    if is_day { SECONDS_PER_DAY } else { 1 }
}

fn later(at: Instant, seconds: i64) -> Option<Instant> {
    Instant::from_seconds(at.seconds() + Decimal::from(seconds))
}

/// A time between two, in whole minutes from the first where the times are that far apart.
fn between(first: Instant, last: Instant, number: usize) -> Option<Instant> {
    let (from, to) = (first.seconds(), last.seconds());
    let part = (to - from) / Decimal::from(number);
    let minutes = (part / Decimal::from(60)).floor() * Decimal::from(60);
    let value = of_amount(Type::Instant, from + minutes, None)?;
    amount(&value).and_then(Instant::from_seconds)
}

impl<'e> OpenWindow<'e> {
    /// A window of all the elements of a list, wherever they lie.
    pub(super) fn of_all(
        window: &'e Window,
        env: &Env<'e>,
        as_of: Instant,
        elements: Vec<(Place<'e>, Type)>,
    ) -> Self {
        Self {
            members: &window.members,
            env: env.clone(),
            time: window.time,
            per: window.per.as_ref(),
            key: None,
            ends: (as_of, as_of),
            elements,
        }
    }
}
