//! Which fields are known to have a value once a condition holds, or once it does not.

use crate::hir::{Condition, ConditionKind, FieldPath, Operand, OperandKind};

/// Fields that have a value if the condition holds.
pub(super) fn known_if_true(condition: &Condition) -> Vec<FieldPath> {
    match &condition.kind {
        ConditionKind::Has(path) | ConditionKind::Field(path) => vec![path.clone()],
        ConditionKind::Not(inner) => known_if_false(inner),
        ConditionKind::And(parts) => parts.iter().flat_map(known_if_true).collect(),
        ConditionKind::Equal(left, right) => fields([left, right]),
        ConditionKind::Order { left, right, .. } => fields([left, right]),
        ConditionKind::OneOf { value, .. } => fields([value]),
        _ => Vec::new(),
    }
}

/// Fields that have a value if the condition does not hold.
pub(super) fn known_if_false(condition: &Condition) -> Vec<FieldPath> {
    match &condition.kind {
        ConditionKind::Not(inner) => known_if_true(inner),
        ConditionKind::Or(parts) => parts.iter().flat_map(known_if_false).collect(),
        _ => Vec::new(),
    }
}

fn fields<'o>(operands: impl IntoIterator<Item = &'o Box<Operand>>) -> Vec<FieldPath> {
    operands
        .into_iter()
        .filter_map(|operand| match &operand.kind {
            OperandKind::Field(path) => Some(path.clone()),
            _ => None,
        })
        .collect()
}
