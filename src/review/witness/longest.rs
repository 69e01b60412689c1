//! The longest time that elements cover without a longer gap.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::draft::{Node, Place};
use super::solver::{Env, Solver};
use super::values::{SECONDS_PER_DAY, amount, of_amount};
use crate::hir::{FieldPath, Members, Operand};
use crate::types::{FieldSlot, Type};
use crate::value::Value;

/// Most elements of one chain.
const CHAIN_MAX: usize = 60;

impl<'e> Solver<'_, 'e> {
    /// Makes the longest chain exactly so long: one element, or several with the longest gaps allowed.
    pub(super) fn achieve_longest(
        &mut self,
        members: &'e Members,
        per: Option<&'e FieldPath>,
        gap: &'e Operand,
        target: &Value<'static>,
        env: &Env<'e>,
    ) -> bool {
        let gap = self.side.constant(gap).as_ref().and_then(amount);
        let (Some(gap), Some(length)) = (gap, amount(target)) else { return false };
        let Some(record) = members.path.of.record() else { return false };
        let record = self.side.policy.schema.record(record);
        let (Some(start), end) = (record.time, record.end) else { return false };
        for element in self.existing(members, env) {
            self.exclude(members, &element);
        }
        let spans = match end {
            Some(_) => self.sessions(length, gap),
            None => moments(length, gap),
        };
        let Some(begin) = self.beginning(length) else { return false };
        let mut key = None;
        for (from, to) in spans {
            let Some(element) = self.add(members, env) else { return false };
            let Some((place, of)) = element.elements.last() else { return false };
            if !self.put_moment((place, *of), start, begin + from)
                || !end.is_none_or(|end| self.put_moment((place, *of), end, begin + to))
            {
                return false;
            }
            if let Some(per) = per {
                key = self.put_key(per, key.as_ref(), (place, *of));
                if key.is_none() {
                    return false;
                }
            }
        }
        self.close_lists(members, env);
        true
    }

    /// Midnight of a day from which all lies before the evaluation, in seconds.
    fn beginning(&mut self, length: Decimal) -> Option<Decimal> {
        let day = Decimal::from(SECONDS_PER_DAY);
        let today = Decimal::from(self.side.as_of.date().days());
        let days = (length / day).ceil();
        (today - days - Decimal::from(1 + self.dice.below(3))).checked_mul(day)
    }

    fn put_moment(
        &mut self,
        (element, of): (&Place<'e>, Type),
        slot: FieldSlot,
        seconds: Decimal,
    ) -> bool {
        let Some((place, shape)) = self.side.behind(element, of, &[slot]) else { return false };
        let value = of_amount(shape.of, seconds, None);
        value.is_some_and(|value| self.draft.put(&place, Node::Value(value)))
    }

    /// Elements that last, with the longest gaps between them that do not break the chain.
    fn sessions(&mut self, length: Decimal, gap: Decimal) -> Vec<(Decimal, Decimal)> {
        let count = Decimal::from(1 + self.dice.below(3));
        let covered = length - gap * (count - Decimal::ONE);
        if covered < count {
            return vec![(Decimal::ZERO, length)];
        }
        let each = (covered / count).floor();
        let mut spans = Vec::new();
        let mut from = Decimal::ZERO;
        let mut left = count;
        while left > Decimal::ONE {
            spans.push((from, from + each));
            from += each + gap;
            left -= Decimal::ONE;
        }
        spans.push((from, length));
        spans
    }
}

/// Elements that do not last, one gap apart.
fn moments(length: Decimal, gap: Decimal) -> Vec<(Decimal, Decimal)> {
    if length <= Decimal::ZERO {
        return vec![(Decimal::ZERO, Decimal::ZERO)];
    }
    let steps =
        length.checked_div(gap).map(|steps| steps.ceil()).and_then(|steps| steps.to_usize());
    let Some(steps) = steps.filter(|steps| *steps < CHAIN_MAX) else { return Vec::new() };
    let at = |place: usize| (gap * Decimal::from(place)).min(length);
    (0..=steps).map(|place| (at(place), at(place))).collect()
}
