//! Changed parameters, lists, rates and definitions.

use std::collections::BTreeSet;

use super::control::{lasts_longer, uses_of_lasts};
use super::detail::{optional, set_of, worded};
use super::rules::clause_of;
use super::uses::Uses;
use super::verdict::{AnyOf, Role, Rules, compare};
use super::{Matched, Pair, Version};
use crate::hir::{
    Condition, List, Operand, OperandKind, Param, PolicySet, RuleBody, Template, TemplatePart,
};
use crate::review::change::Through;
use crate::review::implication::Instead;
use crate::review::{Change, ClauseId, Detail, Direction, Weight, What};

/// Values of a list that are named when they were added or removed; of more the number is told.
const NAMED_MAX: usize = 12;

impl Pair<'_> {
    pub(super) fn params(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked.params, &self.new.policy.checked.params);
        let matched = Matched::by(old, new, |param| param.name.as_str());
        let clause = |param: &Param| ClauseId::new("param", &param.name);
        let mut changes: Vec<Change> = Vec::new();
        for (old, new) in &matched.both {
            let details = self.param_details(old, new);
            let Some(change) = self.changed(clause(new), None, details) else { continue };
            let through = self.through(
                |uses, policy| {
                    uses.params.iter().any(|id| {
                        policy.params.get(id.index()).is_some_and(|param| param.name == new.name)
                    })
                },
                Instead::Param(new),
            );
            changes.push(Change { through, ..change });
        }
        changes.extend(self.lone_values(&matched, clause));
        changes
    }

    fn param_details(&self, old: &Param, new: &Param) -> Vec<Detail> {
        let mut details = Vec::new();
        let (before, after) = (rows(self.old, old), rows(self.new, new));
        let is_same = is_same_param(old, new);
        details.extend(
            worded("value", &before, &after, Weight::Meaning)
                .map(|detail| if is_same { detail.directed(Direction::Equal) } else { detail }),
        );
        let reasons = |param: &Param| -> Vec<String> {
            param.values.iter().flat_map(|row| row.because.clone()).collect()
        };
        details.extend(set_of("because", &reasons(old), &reasons(new), Weight::Wording));
        let cites = |policy: &PolicySet, param: &Param| -> Vec<String> {
            param.values.iter().flat_map(|row| super::detail::cited(policy, &row.cites)).collect()
        };
        details.extend(set_of(
            "cites",
            &cites(&self.old.policy.checked, old),
            &cites(&self.new.policy.checked, new),
            Weight::Grounds,
        ));
        details
    }

    pub(super) fn lists(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked.lists, &self.new.policy.checked.lists);
        let matched = Matched::by(old, new, |list| list.name.as_str());
        let clause = |list: &List| ClauseId::new("list", &list.name);
        let mut changes: Vec<Change> = Vec::new();
        for (old, new) in &matched.both {
            let Some(change) = self.changed(clause(new), None, list_details(old, new)) else {
                continue;
            };
            let through = self.through(
                |uses, policy| {
                    uses.lists.iter().any(|id| {
                        policy.lists.get(id.index()).is_some_and(|list| list.name == new.name)
                    })
                },
                Instead::List(new),
            );
            changes.push(Change { through, ..change });
        }
        for change in self.lone_values(&matched, clause) {
            let lists =
                if change.what == What::Removed { &matched.removed } else { &matched.added };
            let list = lists.iter().find(|list| Some(&list.name) == change.clause.name.as_ref());
            let details = list.and_then(|list| lone_list(change.what, list)).into_iter().collect();
            changes.push(Change { details, ..change });
        }
        changes
    }

    /// The rules of the old version that use a value, and what the new value alone does to each.
    fn through<'p>(
        &'p self,
        uses_it: impl Fn(&Uses, &PolicySet) -> bool,
        instead: Instead<'p>,
    ) -> Vec<Through> {
        let old = &self.old.policy.checked;
        let side = self.old_side();
        let mut through: Vec<Through> = Vec::new();
        let mut add = |clause: ClauseId, direction: Direction| match through
            .iter_mut()
            .find(|known| known.clause == clause)
        {
            Some(known) => known.direction = known.direction.with(direction),
            None => through.push(Through { clause, direction }),
        };
        for (clause, role, rules, condition) in Self::roles(old) {
            if uses_it(&Uses::of(old, [condition]), old) {
                let sets: AnyOf<'_> = vec![vec![condition]];
                let truer = compare((side, &sets), (side.with(instead), &sets), rules).truer;
                add(clause, truer.direction(role));
            }
        }
        for rule in &old.rules {
            let RuleBody::Control(control) = &rule.body else { continue };
            if uses_it(&uses_of_lasts(old, control), old) {
                let truer = lasts_longer((side, control), (side.with(instead), control));
                add(clause_of(rule), truer.direction(Role::Relieves));
            }
            let dated = control.dated.as_ref();
            if dated.is_some_and(|dated| uses_it(&Uses::default().and_of(old, dated), old)) {
                add(clause_of(rule), Direction::NotDetermined);
            }
        }
        through
    }

    /// Every condition by which people are judged, with what it does where it holds.
    pub(super) fn roles<'p>(policy: &'p PolicySet) -> Vec<(ClauseId, Role, Rules, &'p Condition)> {
        let mut roles = Vec::new();
        for rule in &policy.rules {
            let clause = clause_of(rule);
            let mut add = |role, condition: Option<&'p Condition>| {
                let asked = |condition| (clause.clone(), role, Rules::Meaning, condition);
                roles.extend(condition.map(asked));
            };
            add(Role::Catches, rule.applies_when.as_ref());
            add(Role::Catches, rule.when());
            match &rule.body {
                RuleBody::Prohibition { .. } => {}
                RuleBody::Flag(flag) => {
                    for raised in &flag.raised {
                        add(Role::Catches, Some(&raised.when));
                    }
                }
                RuleBody::Control(control) => {
                    add(Role::Relieves, Some(&control.met_when));
                    add(Role::Catches, control.failed_when.as_ref());
                    let required = control.required_when.as_ref();
                    roles.extend(required.map(|required| {
                        (clause.clone(), Role::Catches, Rules::Outcomes, required)
                    }));
                }
            }
        }
        for exception in &policy.exceptions {
            let clause = ClauseId::new("exception", &exception.name);
            let when = exception.when.as_ref();
            roles.extend(when.map(|when| (clause, Role::Relieves, Rules::Meaning, when)));
        }
        for level in &policy.decision.levels {
            let clause = ClauseId::only("decision");
            let when = level.when.as_ref();
            roles.extend(when.map(|when| (clause, Role::Catches, Rules::Outcomes, when)));
        }
        roles
    }

    pub(super) fn rates(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked.rates, &self.new.policy.checked.rates);
        let clause = |rates: &crate::hir::Rates| ClauseId::new("rates", &rates.name);
        match (old, new) {
            (None, None) => Vec::new(),
            (Some(old), None) => vec![self.lone(
                What::Removed,
                clause(old),
                None,
                Weight::Meaning,
                Some(Direction::NotDetermined),
            )],
            (None, Some(new)) => vec![self.lone(
                What::Added,
                clause(new),
                None,
                Weight::Meaning,
                Some(Direction::NotDetermined),
            )],
            (Some(old), Some(new)) => {
                let shown = |rates: &crate::hir::Rates| {
                    let rows = rates.dated.iter().map(|row| {
                        let rates: Vec<String> = row
                            .rates
                            .iter()
                            .map(|(currency, rate)| format!("{} {rate}", currency.code()))
                            .collect();
                        format!("from {}: {}", row.from, rates.join(", "))
                    });
                    rows.collect::<Vec<_>>()
                };
                let detail = set_of("value", &shown(old), &shown(new), Weight::Meaning)
                    .map(|detail| detail.directed(Direction::NotDetermined));
                let details = detail
                    .into_iter()
                    .chain(worded("to", old.to.code(), new.to.code(), Weight::Meaning))
                    .collect();
                self.changed(clause(new), None, details).into_iter().collect()
            }
        }
    }

    /// Whether a parameter, list, definition or rates of both versions is the same.
    pub(super) fn is_same_value(&self, id: &ClauseId) -> bool {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let Some(name) = id.name.as_deref() else { return true };
        match id.kind {
            "param" => match (param_named(old, name), param_named(new, name)) {
                (Some(old), Some(new)) => is_same_param(old, new),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            },
            "list" => {
                let of = |policy: &'_ PolicySet| {
                    let list = policy.lists.iter().find(|list| list.name == name)?;
                    Some((list.digest, list.stale_after))
                };
                of(old) == of(new)
            }
            _ => self.is_same_clause(id),
        }
    }
}

fn list_details(old: &List, new: &List) -> Vec<Detail> {
    let mut details: Vec<Detail> = Vec::new();
    let all =
        |list: &List| -> BTreeSet<String> { list.values.iter().map(ToString::to_string).collect() };
    let (before, after) = (all(old), all(new));
    let named = |these: &BTreeSet<String>, others: &BTreeSet<String>| {
        named(&these.difference(others).map(String::as_str).collect::<Vec<_>>())
    };
    let written = |list: &List| list.values.iter().map(ToString::to_string).collect::<Vec<_>>();
    if before != after {
        let (removed, added) = (named(&before, &after), named(&after, &before));
        details.push(Detail::new("values", removed, added, Weight::Meaning));
    } else if written(old) != written(new) {
        let detail = Detail::new("values", None, None, Weight::Meaning);
        details.push(detail.directed(Direction::Equal));
    }
    let stale = |list: &List| list.stale_after.map(|period| period.to_string());
    if stale(old) != stale(new) {
        // A list that counts for longer leaves fewer answers open, and these are yes and no.
        details.push(
            Detail::new("stale after", stale(old), stale(new), Weight::Meaning)
                .directed(Direction::Neither),
        );
    }
    let day = |list: &List| list.as_of.map(|day| day.to_string());
    details.extend(
        optional("as of", day(old).as_deref(), day(new).as_deref(), Weight::Grounds)
            .map(|detail| provided_fresh(detail, new)),
    );
    details.extend(set_of("because", &old.because, &new.because, Weight::Wording));
    details
}

/// Values by their names, or how many.
fn named(values: &[&str]) -> Option<String> {
    match values {
        [] => None,
        few if few.len() <= NAMED_MAX => Some(few.join(", ")),
        [first, .., last] => Some(format!("{} values, from {first} to {last}", values.len())),
        [only] => Some((*only).to_owned()),
    }
}

/// The values of a list that lies in a file: its clause does not have them.
fn lone_list(what: What, list: &List) -> Option<Detail> {
    list.as_of?;
    let values: Vec<String> = list.values.iter().map(ToString::to_string).collect();
    let named = named(&values.iter().map(String::as_str).collect::<Vec<_>>());
    let (old, new) = if what == What::Removed { (named, None) } else { (None, named) };
    Some(Detail::new("values", old, new, Weight::Grounds))
}

/// A list that can grow stale counts only while it is not.
fn provided_fresh(detail: Detail, list: &List) -> Detail {
    let provided = list.stale_after.map(|_| format!("list `{}` is up to date", list.name));
    Detail { provided: provided.into_iter().collect(), ..detail }
}

/// A length of time in words: a parameter by its value.
pub(super) fn shown(version: Version<'_>, operand: &Operand) -> String {
    if let OperandKind::Param(id) = &operand.kind {
        let param = version.policy.checked.params.get(id.index());
        param.map(|param| rows(version, param)).unwrap_or_default()
    } else {
        version.written(operand.span)
    }
}

/// The values of a parameter as they are written, with the days from which they hold.
fn rows(version: Version<'_>, param: &Param) -> String {
    let row = |row: &crate::hir::ParamValue| {
        let written = version.written(row.value_span);
        match row.from {
            Some(from) => format!("from {from}: {written}"),
            None => written,
        }
    };
    param.values.iter().map(row).collect::<Vec<_>>().join("; ")
}

fn param_named<'p>(policy: &'p PolicySet, name: &str) -> Option<&'p Param> {
    policy.params.iter().find(|param| param.name == name)
}

/// Whether parameters are the same, however they are written.
fn is_same_param(old: &Param, new: &Param) -> bool {
    old.list == new.list
        && old.values.len() == new.values.len()
        && old
            .values
            .iter()
            .zip(&new.values)
            .all(|(old, new)| (old.from, &old.values) == (new.from, &new.values))
}

/// What a hit says, as it is written.
pub(super) fn template(policy: &PolicySet, template: &Template) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Value(name) => format!("{{{name}}}"),
        TemplatePart::Param(id) => {
            let name = policy.params.get(id.index()).map(|param| param.name.as_str());
            format!("{{{}}}", name.unwrap_or_default())
        }
    });
    parts.collect()
}
