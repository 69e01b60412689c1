//! Sums, least and greatest values, averages and medians.

use rust_decimal::Decimal;

use super::draft::Node;
use super::operand::Known;
use super::solver::{Env, Solver};
use super::values::{SECONDS_PER_DAY, amount, currency, of_amount};
use crate::hir::{Aggregation, Members};
use crate::types::Type;
use crate::value::Value;

impl<'e> Solver<'_, 'e> {
    /// Makes what is computed of the values of the elements exactly that.
    pub(super) fn achieve_aggregate(
        &mut self,
        aggregation: Aggregation,
        members: &'e Members,
        target: &Value<'static>,
        env: &Env<'e>,
    ) -> bool {
        let Some(goal) = amount(target) else { return false };
        let Some((mut open, known)) = self.open_and_known(members, env) else { return false };
        let is_reached = match aggregation {
            Aggregation::Sum => false,
            Aggregation::Least | Aggregation::Greatest => known.contains(&goal),
            Aggregation::Average | Aggregation::Median => {
                !known.is_empty() && known.iter().all(|value| *value == goal)
            }
        };
        if open.is_empty() && !is_reached {
            let count = if self.dice.once_in(3) { 2 } else { 1 };
            for _ in 0..count {
                let Some(element) = self.add(members, env) else { return false };
                match self.value_of(members, &element) {
                    Known::Open => open.push(element),
                    // The filter said what it is; the evaluator tells whether that will do.
                    Known::Value(_) => {}
                    Known::None | Known::Unknown | Known::Whole(_) => return false,
                }
            }
        }
        let values = parts(aggregation, members.path.of, goal, open.len(), &known);
        open.iter().zip(values).all(|(element, part)| {
            let value = of_amount(members.path.of, part, currency(target));
            value.is_some_and(|value| self.put_value(members, element, Node::Value(value)))
        })
    }

    /// The elements that count and whose value is open, and the values of the others that count.
    fn open_and_known(
        &mut self,
        members: &'e Members,
        env: &Env<'e>,
    ) -> Option<(Vec<Env<'e>>, Vec<Decimal>)> {
        let (mut open, mut known) = (Vec::new(), Vec::new());
        for element in self.existing(members, env) {
            if !self.attempt(|solver| solver.select(members, &element)) {
                if !self.exclude(members, &element) {
                    return None;
                }
                continue;
            }
            match self.value_of(members, &element) {
                Known::Open => open.push(element),
                Known::Value(value) => known.push(amount(&value)?),
                Known::None => {}
                Known::Unknown | Known::Whole(_) => return None,
            }
        }
        Some((open, known))
    }
}

/// What the open values must be for the whole to come to the goal.
fn parts(
    aggregation: Aggregation,
    of: Type,
    goal: Decimal,
    open: usize,
    known: &[Decimal],
) -> Vec<Decimal> {
    let step = if matches!(of, Type::Date | Type::Instant) {
        Decimal::from(SECONDS_PER_DAY)
    } else {
        Decimal::ONE
    };
    let numbered = (0..open).map(Decimal::from);
    match aggregation {
        Aggregation::Sum => {
            let left = goal - known.iter().sum::<Decimal>();
            let count = Decimal::from(open.max(1));
            let each = (left / count).round_dp(2);
            let last = left - each * (count - Decimal::ONE);
            let equal = std::iter::repeat_n(each, open.saturating_sub(1));
            equal.chain(std::iter::once(last)).collect()
        }
        Aggregation::Least => numbered.map(|place| goal + place * step).collect(),
        Aggregation::Greatest => numbered.map(|place| goal - place * step).collect(),
        Aggregation::Average | Aggregation::Median => vec![goal; open],
    }
}
