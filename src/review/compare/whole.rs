//! Whether decisions follow what the changes do to single rules.

use std::collections::BTreeSet;

use super::uses::Uses;
use super::{Pair, Version};
use crate::hir::{
    Condition, ConditionKind, Operand, OperandKind, Order, Outcome, Part, PolicySet, Rule,
    RuleBody, RuleKind, Severity,
};
use crate::review::{Change, Direction};

/// What of the directions of single changes is true of decisions, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::review) struct Follows {
    /// Where no rule comes to anything else, neither does a decision.
    equal: bool,
    /// Where rules catch more, no decision is lower.
    order: bool,
}

impl Follows {
    /// The direction of all changes together, as far as decisions are known to follow.
    pub(in crate::review) const fn direction(self, together: Direction) -> Direction {
        match together {
            Direction::Equal if !self.equal => Direction::NotDetermined,
            Direction::Stricter | Direction::Looser if !(self.equal && self.order) => {
                Direction::NotDetermined
            }
            Direction::Equal
            | Direction::Stricter
            | Direction::Looser
            | Direction::Neither
            | Direction::NotDetermined => together,
        }
    }
}

impl Pair<'_> {
    pub(super) fn follows(&self, changes: &[Change]) -> Follows {
        let policies = [&self.old.policy.checked, &self.new.policy.checked];
        let touches_rules = changes.iter().any(|change| {
            let kinds = ["flag", "prohibition", "param", "list", "define", "rates"];
            change.direction.is_some() || kinds.contains(&change.clause.kind)
        });
        let is_all_collected = policies.iter().all(|policy| policy.not_collected.is_empty());
        let equal = (is_all_collected || !touches_rules) && self.rests_on_the_same();
        let order = policies.iter().all(|policy| falls_to_the_lowest(policy))
            && policies.iter().any(|policy| levels_rise(policy));
        Follows { equal, order }
    }

    /// Whether every flag that a control answers by the day of its evidence rests on the same evidence.
    fn rests_on_the_same(&self) -> bool {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let answered = answered_by_day(old).chain(answered_by_day(new));
        let names: BTreeSet<&str> = answered.collect();
        names.into_iter().all(|name| {
            let flag = |policy: &'_ PolicySet| policy.rule_named(name);
            let (Some(before), Some(after)) = (flag(old), flag(new)) else { return true };
            self.has_same_parts(old.rule(before), new.rule(after))
        })
    }

    fn has_same_parts(&self, before: &Rule, after: &Rule) -> bool {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let conditions = |rule| Rule::applies_when_and_when(rule);
        let uses = (Uses::of(old, conditions(before)), Uses::of(new, conditions(after)));
        parts(self.old, before) == parts(self.new, after)
            && self.changed_of(&uses.0, &uses.1).is_empty()
            && self.changed_rules_of(&uses.0, &uses.1).is_empty()
    }
}

impl Rule {
    fn applies_when_and_when(&self) -> impl Iterator<Item = &Condition> {
        self.applies_when.iter().chain(self.when())
    }
}

/// Flags that a control answers only where it was done after what they rest on.
fn answered_by_day(policy: &PolicySet) -> impl Iterator<Item = &str> {
    policy.rules.iter().flat_map(move |rule| {
        let answers = match &rule.body {
            RuleBody::Control(control) => control.answers.as_slice(),
            RuleBody::Flag(_) | RuleBody::Prohibition { .. } => &[],
        };
        let by_day = answers.iter().filter(|answer| !answer.at_any_time);
        by_day.map(|answer| policy.rule(answer.flag).name.as_str())
    })
}

/// The parts of the conditions of a rule that are not made of others, as they are written.
fn parts(version: Version<'_>, rule: &Rule) -> [BTreeSet<String>; 2] {
    [rule.applies_when.as_ref(), rule.when()].map(|condition| {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Condition> = condition.into_iter().collect();
        while let Some(condition) = open.pop() {
            if let ConditionKind::And(parts) | ConditionKind::Or(parts) = &condition.kind {
                open.extend(parts);
            } else if let ConditionKind::Not(inner) = &condition.kind {
                open.push(inner);
            } else {
                found.insert(version.written(condition.span));
            }
        }
        found
    })
}

/// Whether who is not settled falls below every level that has a condition: an answer can then only raise.
fn falls_to_the_lowest(policy: &PolicySet) -> bool {
    let below = policy.decision.levels.iter().take(policy.decision.unsettled.index());
    below.into_iter().all(|level| level.when.is_none())
}

/// Whether more hits, and fewer controls that are met, never take anybody out of a level.
fn levels_rise(policy: &PolicySet) -> bool {
    let conditions = policy.decision.levels.iter().filter_map(|level| level.when.as_ref());
    conditions.into_iter().all(|when| rises(policy, when, true))
}

fn rises(policy: &PolicySet, condition: &Condition, is_asked_for: bool) -> bool {
    let each = |parts: &[Condition], is_asked_for| {
        parts.iter().all(|part| rises(policy, part, is_asked_for))
    };
    match &condition.kind {
        ConditionKind::Not(inner) => rises(policy, inner, !is_asked_for),
        ConditionKind::Assume { condition, .. } => rises(policy, condition, is_asked_for),
        ConditionKind::And(parts)
        | ConditionKind::Or(parts)
        | ConditionKind::AtLeast { of: parts, .. } => each(parts, is_asked_for),
        ConditionKind::Rule { outcome: Outcome::Hit, .. } => is_asked_for,
        ConditionKind::Rule { outcome: Outcome::Met, .. } => !is_asked_for,
        ConditionKind::Rule { .. } => false,
        ConditionKind::Rules { kind, outcome, severity, .. } => {
            let is_highest = matches!(severity, None | Some(Severity::Strong));
            is_asked_for && *kind != RuleKind::Control && *outcome == Outcome::Hit && is_highest
        }
        ConditionKind::Order { order, left, right } => {
            let (greater, less) = match order {
                Order::Greater | Order::AtLeast => (left, right),
                Order::Less | Order::AtMost => (right, left),
            };
            match (asks_score(policy, greater), asks_score(policy, less)) {
                (false, false) => true,
                (true, false) => is_asked_for && matches!(greater.kind, OperandKind::Score),
                (false, true) => !is_asked_for && matches!(less.kind, OperandKind::Score),
                (true, true) => false,
            }
        }
        ConditionKind::Equal(left, right) => {
            !asks_score(policy, left) && !asks_score(policy, right)
        }
        ConditionKind::OneOf { value, .. } => !asks_score(policy, value),
        // These ask about the record itself; a definition cannot ask about rules.
        ConditionKind::Field(_)
        | ConditionKind::Define(_)
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Exists(_)
        | ConditionKind::Every { .. }
        | ConditionKind::InAny { .. }
        | ConditionKind::InTheLast { .. }
        | ConditionKind::Inconsistent { .. } => true,
        ConditionKind::Mistake => false,
    }
}

fn asks_score(policy: &PolicySet, operand: &Operand) -> bool {
    let mut asks = false;
    policy.walk_operand(operand, &mut |part| {
        asks |= matches!(part, Part::Operand(Operand { kind: OperandKind::Score, .. }));
    });
    asks
}
