//! Changed parts of clauses.

use std::collections::BTreeSet;

use super::rules::clause_of;
use super::uses::Uses;
use super::verdict::{AnyOf, Role, Rules, Truer, compare};
use super::{Pair, Version};
use crate::hir::{Citation, Condition, PolicySet, RuleId};
use crate::review::change::{Judged, Seek};
use crate::review::implication::Side;
use crate::review::{ClauseId, Detail, Direction, Weight};

impl Detail {
    /// A part that changed from something to something, either of which may be missing.
    pub(super) fn new(
        part: &str,
        old: Option<String>,
        new: Option<String>,
        weight: Weight,
    ) -> Self {
        Self {
            part: part.to_owned(),
            old,
            new,
            weight,
            direction: None,
            by: Vec::new(),
            provided: Vec::new(),
            witnesses: Vec::new(),
            seek: None,
        }
    }

    pub(super) fn directed(self, direction: Direction) -> Self {
        Self { direction: Some(direction), ..self }
    }

    /// With the direction of a change of truth, for which a witness is looked for.
    pub(super) fn sought(self, asked: Asked<'_>, truer: Truer) -> Self {
        let direction = Some(truer.direction(asked.role));
        let seek = Seek { judged: asked.judged, truer, role: asked.role, days: Vec::new() };
        Self { direction, seek: (truer != Truer::Same).then_some(seek), ..self }
    }
}

/// A part in words, if it changed.
pub(super) fn worded(part: &str, old: &str, new: &str, weight: Weight) -> Option<Detail> {
    optional(part, Some(old), Some(new), weight)
}

/// A part that need not be there, in words, if it changed.
pub(super) fn optional(
    part: &str,
    old: Option<&str>,
    new: Option<&str>,
    weight: Weight,
) -> Option<Detail> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    (old != new).then(|| Detail::new(part, owned(old), owned(new), weight))
}

/// Parts in no order, if any was added or removed: what was removed, and what was added.
pub(super) fn set_of(part: &str, old: &[String], new: &[String], weight: Weight) -> Option<Detail> {
    let only = |these: &[String], others: &[String]| {
        let only: Vec<&str> =
            these.iter().filter(|one| !others.contains(one)).map(String::as_str).collect();
        (!only.is_empty()).then(|| only.join(", "))
    };
    let (removed, added) = (only(old, new), only(new, old));
    (removed.is_some() || added.is_some()).then(|| Detail::new(part, removed, added, weight))
}

/// Citations in words.
pub(super) fn cited(policy: &PolicySet, cites: &[Citation]) -> Vec<String> {
    let in_words = |cite: &Citation| {
        let source = policy.sources.get(cite.source.index())?;
        let item = source.items.get(cite.item)?;
        let partly = match (&cite.because, cite.partly) {
            (Some(because), true) => format!(", in part: {because}"),
            (None, true) => ", in part".to_owned(),
            (_, false) => String::new(),
        };
        Some(format!("{} {}{partly}", source.name, item.name))
    };
    cites.iter().filter_map(in_words).collect()
}

/// A changed condition: where it stands, what is judged by it, and how.
pub(super) struct Asked<'a> {
    pub(super) part: &'a str,
    pub(super) role: Role,
    pub(super) judged: Judged,
}

impl Asked<'_> {
    /// Levels, and what controls are required by, speak of what rules came to.
    pub(super) fn rules(&self) -> Rules {
        match self.judged {
            Judged::Decision => Rules::Outcomes,
            Judged::Rules { .. } if self.part == "required when" => Rules::Outcomes,
            Judged::Rules { .. } => Rules::Meaning,
        }
    }
}

impl Pair<'_> {
    /// A condition of both, if it changed; without a condition it always holds.
    pub(super) fn condition(
        &self,
        asked: Asked<'_>,
        old: Option<&Condition>,
        new: Option<&Condition>,
    ) -> Option<Detail> {
        let (old_text, new_text) = (written(self.old, old), written(self.new, new));
        // Its own words, where they are others, say more than what they name.
        let by = if old_text == new_text {
            self.changed_by(asked.rules(), old, new)
        } else {
            Vec::new()
        };
        if old_text == new_text && by.is_empty() {
            return None;
        }
        let (old_sets, new_sets): (AnyOf<'_>, AnyOf<'_>) = (
            old.map_or_else(|| vec![Vec::new()], |old| vec![vec![old]]),
            new.map_or_else(|| vec![Vec::new()], |new| vec![vec![new]]),
        );
        let detail = Detail::new(asked.part, old_text, new_text, Weight::Meaning);
        self.judged(detail, asked, &old_sets, &new_sets, by)
    }

    /// A condition that never holds where it is not written.
    pub(super) fn never_or(
        &self,
        asked: Asked<'_>,
        old: Option<&Condition>,
        new: Option<&Condition>,
    ) -> Option<Detail> {
        let truer = match (old, new) {
            (None, None) => return None,
            (Some(_), Some(_)) => return self.condition(asked, old, new),
            (Some(_), None) => Truer::Shrank,
            (None, Some(_)) => Truer::Grew,
        };
        let (old, new) = (written(self.old, old), written(self.new, new));
        Some(Detail::new(asked.part, old, new, Weight::Meaning).sought(asked, truer))
    }

    /// The direction of a change in what is asked for, unless everything stayed.
    pub(super) fn judged(
        &self,
        detail: Detail,
        asked: Asked<'_>,
        old: &AnyOf<'_>,
        new: &AnyOf<'_>,
        by: Vec<ClauseId>,
    ) -> Option<Detail> {
        let rules = asked.rules();
        let verdict = compare((self.old_side(), old), (self.new_side(), new), rules);
        let is_same_text = detail.old == detail.new;
        if is_same_text && verdict.truer == Truer::Same {
            return None;
        }
        let by = if verdict.truer == Truer::Same { Vec::new() } else { by };
        let mut detail = detail.sought(asked, verdict.truer);
        if let Some(seek) = &mut detail.seek {
            seek.days = verdict.days;
        }
        Some(Detail { by, provided: verdict.provided, ..detail })
    }

    /// What a condition uses in one of them and that is not the same in both.
    fn changed_by(
        &self,
        rules: Rules,
        old: Option<&Condition>,
        new: Option<&Condition>,
    ) -> Vec<ClauseId> {
        let (old_policy, new_policy) = (&self.old.policy.checked, &self.new.policy.checked);
        let (old, new) = (Uses::of(old_policy, old), Uses::of(new_policy, new));
        let mut named = self.changed_of(&old, &new);
        if rules == Rules::Meaning {
            named.extend(self.changed_rules_of(&old, &new));
        }
        named
    }

    /// Parameters, lists, definitions and rates that are used in one of them and that are not the same in both.
    pub(super) fn changed_of(&self, old: &Uses, new: &Uses) -> Vec<ClauseId> {
        let used = |policy: &PolicySet, uses: &Uses| {
            let params = uses.params.iter().filter_map(|id| policy.params.get(id.index()));
            let lists = uses.lists.iter().filter_map(|id| policy.lists.get(id.index()));
            let defines = uses.defines.iter().filter_map(|id| policy.defines.get(id.index()));
            let rates = policy.rates.iter().filter(|_| uses.money);
            let mut all: Vec<ClauseId> = Vec::new();
            all.extend(params.map(|param| ClauseId::new("param", &param.name)));
            all.extend(lists.map(|list| ClauseId::new("list", &list.name)));
            all.extend(defines.map(|define| ClauseId::new("define", &define.name)));
            all.extend(rates.map(|rates| ClauseId::new("rates", &rates.name)));
            all
        };
        let mut named = used(&self.old.policy.checked, old);
        let of_new = used(&self.new.policy.checked, new);
        named.extend(of_new.into_iter().filter(|id| !named.contains(id)).collect::<Vec<_>>());
        named.retain(|id| !self.is_same_value(id));
        named
    }

    /// Rules that are asked about and are not the same in both, with what they use and the exceptions from them.
    pub(super) fn changed_rules_of(&self, old: &Uses, new: &Uses) -> Vec<ClauseId> {
        let asked = |policy: &PolicySet, uses: &Uses| -> Vec<ClauseId> {
            let rules = uses.rules.iter().filter_map(|id| policy.rules.get(id.index()));
            rules.map(clause_of).collect()
        };
        let mut named = asked(&self.old.policy.checked, old);
        let of_new = asked(&self.new.policy.checked, new);
        named.extend(of_new.into_iter().filter(|id| !named.contains(id)).collect::<Vec<_>>());
        named.retain(|id| !self.is_same_rule(id));
        named
    }

    fn is_same_rule(&self, id: &ClauseId) -> bool {
        let (old_policy, new_policy) = (&self.old.policy.checked, &self.new.policy.checked);
        let found =
            |policy: &PolicySet| policy.rules.iter().position(|rule| clause_of(rule) == *id);
        let (Some(old), Some(new)) = (found(old_policy), found(new_policy)) else { return false };
        let (old, new) = (RuleId(old), RuleId(new));
        let exceptions = |policy: &PolicySet, rule: RuleId| -> BTreeSet<String> {
            let excepting = policy.exceptions.iter().filter(|one| one.excepts.contains(&rule));
            excepting.map(|exception| exception.name.clone()).collect()
        };
        let conditions = |policy: &PolicySet, rule: RuleId| {
            let own = policy.rule(rule).conditions().cloned();
            let excepting = policy.exceptions.iter().filter(|one| one.excepts.contains(&rule));
            let of_exceptions = excepting.filter_map(|exception| exception.when.clone());
            own.chain(of_exceptions).collect::<Vec<Condition>>()
        };
        let (before, after) = (exceptions(old_policy, old), exceptions(new_policy, new));
        let (old_conditions, new_conditions) =
            (conditions(old_policy, old), conditions(new_policy, new));
        let (old_uses, new_uses) =
            (Uses::of(old_policy, &old_conditions), Uses::of(new_policy, &new_conditions));
        self.is_same_clause(id)
            && before == after
            && before.iter().all(|name| self.is_same_clause(&ClauseId::new("exception", name)))
            && self.changed_of(&old_uses, &new_uses).is_empty()
            && self.changed_rules_of(&old_uses, &new_uses).is_empty()
    }

    pub(super) fn old_side(&self) -> Side<'_> {
        Side::new(&self.old.policy.checked, self.day())
    }

    pub(super) fn new_side(&self) -> Side<'_> {
        Side::new(&self.new.policy.checked, self.day())
    }
}

/// A condition as it is written, if there is one.
pub(super) fn written(version: Version<'_>, condition: Option<&Condition>) -> Option<String> {
    condition.map(|condition| version.written(condition.span))
}
