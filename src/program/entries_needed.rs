use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{Condition, ConditionKind, Members, Operand, OperandKind};
use crate::hir::{Order, Root};
use crate::value::Value;

/// How many elements a window must have at least for its condition to be possible, as far as the form of
/// the condition tells; 0 where it does not. `level` is that of the window.
pub(super) fn entries_needed(condition: &Condition, level: u8) -> usize {
    let of_parts = |parts: &[Condition]| -> Vec<usize> {
        parts.iter().map(|part| entries_needed(part, level)).collect()
    };
    match &condition.kind {
        ConditionKind::And(parts) => of_parts(parts).into_iter().max().unwrap_or(0),
        ConditionKind::Or(parts) => of_parts(parts).into_iter().min().unwrap_or(0),
        ConditionKind::Order { order, left, right } => by_count(*order, left, right, level),
        ConditionKind::Exists(members) => usize::from(is_of_window(members, level)),
        ConditionKind::Field(_)
        | ConditionKind::Rule(_)
        | ConditionKind::Rules { .. }
        | ConditionKind::Not(_)
        | ConditionKind::AtLeast { .. }
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Equal(..)
        | ConditionKind::OneOf { .. }
        | ConditionKind::Every { .. }
        | ConditionKind::InAny(_)
        | ConditionKind::InTheLast(_)
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Assume { .. } => 0,
    }
}

/// Of `count ... >= number`: no more can be counted than there are.
fn by_count(order: Order, left: &Operand, right: &Operand, level: u8) -> usize {
    let (OperandKind::Count(members) | OperandKind::CountDistinct(members)) = &left.kind else {
        return 0;
    };
    let OperandKind::Constant(Value::Number(number)) = &right.kind else { return 0 };
    let least = match order {
        Order::AtLeast => number.decimal().ceil(),
        Order::Greater => number.decimal().floor() + Decimal::ONE,
        Order::Less | Order::AtMost => return 0,
    };
    if is_of_window(members, level) { least.to_usize().unwrap_or(0) } else { 0 }
}

/// Whether each element of the window gives one value at the most.
fn is_of_window(members: &Members, level: u8) -> bool {
    members.root == Root::Window(level) && members.hops.is_empty()
}
