//! Changed definitions.

use super::detail::optional;
use super::uses::Uses;
use super::verdict::{AnyOf, Rules, Truer, compare};
use super::{Matched, Pair, Version};
use crate::hir::{Condition, Define, DefineBody, DefineId, PolicySet};
use crate::review::change::Through;
use crate::review::{Change, ClauseId, Detail, Direction, Weight};

impl Pair<'_> {
    pub(super) fn defines(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked.defines, &self.new.policy.checked.defines);
        let matched = Matched::by(old, new, |define| define.name.as_str());
        let clause = |define: &Define| ClauseId::new("define", &define.name);
        let mut changes: Vec<Change> = Vec::new();
        for (old, new) in &matched.both {
            let written = |version: Version<'_>, define: &Define| {
                let span = match &define.body {
                    DefineBody::Condition(condition) => condition.span,
                    DefineBody::Operand(operand) => operand.span,
                };
                version.written(span)
            };
            let (before, after) = (written(self.old, old), written(self.new, new));
            let mut details: Vec<Detail> = Vec::new();
            if before != after {
                let detail = Detail::new("meaning", Some(before), Some(after), Weight::Meaning);
                details.push(if self.is_same_define(old, new) {
                    detail.directed(Direction::Equal)
                } else {
                    detail
                });
            }
            details.extend(optional(
                "title",
                old.title.as_deref(),
                new.title.as_deref(),
                Weight::Wording,
            ));
            let Some(change) = self.changed(clause(new), new.title.as_deref(), details) else {
                continue;
            };
            let through = self.through_define(&clause(new));
            changes.push(Change { through, ..change });
        }
        changes.extend(self.lone_values(&matched, clause));
        changes
    }

    /// The rules that use a definition and of which nothing else changed, with what that does to each.
    fn through_define(&self, define: &ClauseId) -> Vec<Through> {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let mut through: Vec<Through> = Vec::new();
        let later = Self::roles(new);
        for (place, (clause, role, rules, before)) in Self::roles(old).into_iter().enumerate() {
            let is_one = |id: &DefineId, policy: &PolicySet| {
                policy.defines.get(id.index()).map(|found| &found.name) == define.name.as_ref()
            };
            if !Uses::of(old, [before]).defines.iter().any(|id| is_one(id, old)) {
                continue;
            }
            // Conditions stand in the same places where the text of the rule is the same.
            let after = later.get(place).filter(|after| after.0 == clause).map(|after| after.3);
            let direction = match after {
                Some(after) if self.is_changed_by_alone(define, before, after) => {
                    let sets: (AnyOf<'_>, AnyOf<'_>) = (vec![vec![before]], vec![vec![after]]);
                    let (old, new) = (self.old_side(), self.new_side());
                    compare((old, &sets.0), (new, &sets.1), rules).truer.direction(role)
                }
                Some(_) | None => Direction::NotDetermined,
            };
            match through.iter_mut().find(|known| known.clause == clause) {
                Some(known) => known.direction = known.direction.with(direction),
                None => through.push(Through { clause, direction }),
            }
        }
        through
    }

    fn is_changed_by_alone(&self, define: &ClauseId, old: &Condition, new: &Condition) -> bool {
        let uses =
            (Uses::of(&self.old.policy.checked, [old]), Uses::of(&self.new.policy.checked, [new]));
        self.old.written(old.span) == self.new.written(new.span)
            && self.changed_of(&uses.0, &uses.1).iter().all(|by| by == define)
            && self.changed_rules_of(&uses.0, &uses.1).is_empty()
    }

    fn is_same_define(&self, old: &Define, new: &Define) -> bool {
        match (&old.body, &new.body) {
            (DefineBody::Condition(old), DefineBody::Condition(new)) => {
                let (old, new): (AnyOf<'_>, AnyOf<'_>) = (vec![vec![old]], vec![vec![new]]);
                compare((self.old_side(), &old), (self.new_side(), &new), Rules::Meaning).truer
                    == Truer::Same
            }
            (DefineBody::Operand(_), _) | (DefineBody::Condition(_), DefineBody::Operand(_)) => {
                false
            }
        }
    }
}
