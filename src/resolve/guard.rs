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
        ConditionKind::Define(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Or(_)
        | ConditionKind::AtLeast { .. }
        | ConditionKind::IsKnown(_)
        | ConditionKind::Exists(_)
        | ConditionKind::Every { .. }
        | ConditionKind::InAny { .. }
        | ConditionKind::InTheLast { .. }
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Assume { .. }
        | ConditionKind::Mistake => Vec::new(),
    }
}

/// Fields that have a value if the condition does not hold.
pub(super) fn known_if_false(condition: &Condition) -> Vec<FieldPath> {
    if let ConditionKind::Not(inner) = &condition.kind {
        known_if_true(inner)
    } else if let ConditionKind::Or(parts) = &condition.kind {
        parts.iter().flat_map(known_if_false).collect()
    } else {
        Vec::new()
    }
}

fn fields<'o>(operands: impl IntoIterator<Item = &'o Box<Operand>>) -> Vec<FieldPath> {
    operands
        .into_iter()
        .filter_map(|operand| {
            let OperandKind::Field(path) = &operand.kind else { return None };
            Some(path.clone())
        })
        .collect()
}
