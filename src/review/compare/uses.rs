//! What conditions use.

use std::collections::BTreeSet;

use super::verdict::{AnyOf, Rules};
use crate::hir::{
    Collection, Condition, ConditionKind, DefineId, ListId, Operand, OperandKind, ParamId, Part,
    PolicySet, RuleId,
};
use crate::review::implication::Side;
use crate::types::Type;
use crate::value::Date;

/// What conditions use, through definitions too.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) params: BTreeSet<ParamId>,
    pub(super) lists: BTreeSet<ListId>,
    pub(super) defines: BTreeSet<DefineId>,
    pub(super) rules: BTreeSet<RuleId>,
    pub(super) money: bool,
}

impl Uses {
    pub(super) fn of<'p>(
        policy: &'p PolicySet,
        conditions: impl IntoIterator<Item = &'p Condition>,
    ) -> Self {
        let mut uses = Self::default();
        for condition in conditions {
            policy.walk(condition, &mut |part| uses.add(part));
        }
        uses
    }

    /// What a value uses besides.
    pub(super) fn and_of<'p>(mut self, policy: &'p PolicySet, operand: &'p Operand) -> Self {
        policy.walk_operand(operand, &mut |part| self.add(part));
        self
    }

    /// What the rules that conditions ask about use besides, and the exceptions from these.
    fn through_rules(mut self, policy: &PolicySet) -> Self {
        let mut known = BTreeSet::new();
        while let Some(id) = self.rules.difference(&known).next().copied() {
            known.insert(id);
            let rule = policy.rules.get(id.index());
            let own = rule.into_iter().flat_map(|rule| rule.applies_when.iter().chain(rule.when()));
            let of_exceptions = policy
                .exceptions
                .iter()
                .filter(|exception| exception.excepts.contains(&id))
                .filter_map(|exception| exception.when.as_ref());
            for condition in own.chain(of_exceptions) {
                policy.walk(condition, &mut |part| self.add(part));
            }
        }
        self
    }

    fn add(&mut self, part: Part<'_>) {
        self.defines.extend(part.names_define());
        match part {
            Part::Condition(Condition {
                kind: ConditionKind::OneOf { list: Collection::Param(id), .. },
                ..
            })
            | Part::Operand(Operand { kind: OperandKind::Param(id), .. }) => {
                self.params.insert(*id);
            }
            Part::Condition(Condition {
                kind: ConditionKind::OneOf { list: Collection::List(id), .. },
                ..
            }) => {
                self.lists.insert(*id);
            }
            Part::Condition(Condition { kind: ConditionKind::Rule { rule, .. }, .. }) => {
                self.rules.insert(*rule);
            }
            Part::Operand(operand) => self.money |= operand.of == Type::Money,
            Part::Members(members) => self.money |= members.path.of == Type::Money,
            Part::Path(path) => self.money |= path.of == Type::Money,
            Part::Condition(_) => {}
        }
    }

    /// The days on which a dated value that is used begins.
    pub(super) fn days(&self, policy: &PolicySet) -> BTreeSet<Date> {
        let params = self.params.iter().filter_map(|id| policy.params.get(id.index()));
        params.flat_map(|param| param.values.iter().filter_map(|row| row.from)).collect()
    }

    /// Whether all that is used has a value on the day.
    pub(super) fn has_values(&self, side: Side<'_>) -> bool {
        self.params.iter().all(|id| side.values(*id).is_some())
    }
}

/// What sets of conditions use, and the rules that they ask about where these count by what they ask for.
pub(super) fn used<'p>(policy: &'p PolicySet, sets: &AnyOf<'p>, rules: Rules) -> Uses {
    let uses = Uses::of(policy, sets.iter().flatten().copied());
    match rules {
        Rules::Outcomes => uses,
        Rules::Meaning => uses.through_rules(policy),
    }
}
