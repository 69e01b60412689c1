use std::collections::BTreeSet;

use super::side::Side;
use crate::hir::{Collection, Condition, ConditionKind, OperandKind, Part};
use crate::value::Value;

/// Most values of one list that are looked at beyond those that only one version has.
const VALUES_MAX: usize = 64;

/// The constants that two versions compare with: what lies on a boundary of one of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Those of one version only.
    pub(super) of_one: Vec<Value<'static>>,
    pub(super) all: Vec<Value<'static>>,
}

impl Hints {
    pub(super) fn new<'e>(
        old: (&Side<'e>, &[&'e Condition]),
        new: (&Side<'e>, &[&'e Condition]),
    ) -> Self {
        let (old, new) = (constants(old.0, old.1), constants(new.0, new.1));
        let told = |values: &[Value<'static>]| values.iter().map(shown).collect::<BTreeSet<_>>();
        let (in_old, in_new) = (told(&old), told(&new));
        let only_old = old.iter().filter(|value| !in_new.contains(&shown(value)));
        let only_new = new.iter().filter(|value| !in_old.contains(&shown(value)));
        let of_one = unique(only_old.chain(only_new));
        let shared = new.iter().take(VALUES_MAX).chain(old.iter().take(VALUES_MAX));
        let all = unique(of_one.iter().take(VALUES_MAX).chain(shared));
        Self { of_one, all }
    }
}

/// Values of two versions are the same when they are written alike: places in enums may differ.
fn shown(value: &Value<'_>) -> String {
    value.to_string()
}

fn unique<'v>(values: impl Iterator<Item = &'v Value<'static>>) -> Vec<Value<'static>> {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(shown(value))).cloned().collect()
}

fn constants<'e>(side: &Side<'e>, conditions: &[&'e Condition]) -> Vec<Value<'static>> {
    let mut found = Vec::new();
    for condition in conditions {
        side.policy.walk(condition, &mut |part| match part {
            Part::Operand(operand) => {
                if matches!(operand.kind, OperandKind::Constant(_) | OperandKind::Param(_)) {
                    found.extend(side.constant(operand));
                }
            }
            Part::Condition(condition) => {
                if let ConditionKind::OneOf { list, .. } = &condition.kind
                    && !matches!(list, Collection::Values(_))
                {
                    found.extend(side.values(list));
                }
            }
            Part::Members(_) | Part::Path(_) => {}
        });
    }
    found
}
