//! Which rule of the old version is which of the new one.

use std::collections::BTreeMap;

use super::touched::{Met, Seen, State};
use crate::hir::{PolicySet, Rule, RuleId};
use crate::review::{Change, Comparison, What};
use crate::run::Judged;

/// The rules of two versions, each with its counterpart where it has one, in the order of the new version; those
/// that only the old one has come last.
#[derive(Clone, Debug)]
pub struct RulePairs {
    pub(super) pairs: Vec<RulePair>,
}

/// A rule in the old version, in the new one, or in both.
#[derive(Clone, Debug)]
pub(super) struct RulePair {
    pub(super) old: Option<NamedRule>,
    pub(super) new: Option<NamedRule>,
}

/// A rule and its name.
#[derive(Clone, Debug)]
pub(super) struct NamedRule {
    id: RuleId,
    pub(super) name: String,
}

impl RulePairs {
    /// Rules of the same kind and name, and those of which the comparison found that they have another name and
    /// say the same.
    #[must_use]
    pub fn new(old: &PolicySet, new: &PolicySet, comparison: &Comparison) -> Self {
        let former: BTreeMap<(&str, &str), &str> =
            comparison.changes.iter().filter_map(renamed).collect();
        let mut left: Vec<(&Rule, NamedRule)> = rules(old).collect();
        let mut pairs = Vec::new();
        for (rule, named) in rules(new) {
            let kind = rule.kind().word();
            let was = former.get(&(kind, rule.name.as_str())).copied().unwrap_or(&rule.name);
            let place = left
                .iter()
                .position(|(other, _)| (other.kind().word(), other.name.as_str()) == (kind, was));
            let old = place.map(|place| left.remove(place).1);
            pairs.push(RulePair { old, new: Some(named) });
        }
        pairs.extend(left.into_iter().map(|(_, named)| RulePair { old: Some(named), new: None }));
        Self { pairs }
    }

    /// What the two versions came to for one subject.
    pub(super) fn met(&self, judged: &[Judged<'_, '_>]) -> Option<Met> {
        let [old, new] = judged else { return None };
        let state = |judged: &Judged<'_, '_>, rule: &Option<NamedRule>| {
            let rule = rule.as_ref()?;
            judged.judgement.rules.get(rule.id.index()).map(State::of)
        };
        let states = self.pairs.iter().map(|pair| (state(old, &pair.old), state(new, &pair.new)));
        let shifts = states.enumerate().filter(|(_, (old, new))| State::differ(*old, *new));
        Some(Met {
            subject: new.record.subject.clone(),
            old: Seen::of(old),
            new: Seen::of(new),
            shifts: shifts.map(|(place, (old, new))| (place, old, new)).collect(),
        })
    }
}

fn rules(policy: &PolicySet) -> impl Iterator<Item = (&Rule, NamedRule)> {
    let rules = policy.rules.iter().enumerate();
    rules.map(|(place, rule)| (rule, NamedRule { id: RuleId(place), name: rule.name.clone() }))
}

/// The kind of a renamed clause, its name and the one that it had.
fn renamed(change: &Change) -> Option<((&str, &str), &str)> {
    match (change.what, change.was.as_slice(), &change.clause.name) {
        (What::Renamed, [was], Some(name)) => Some(((change.clause.kind, name), was)),
        _ => None,
    }
}
