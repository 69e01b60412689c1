//! Changed levels, caps and what must be known.

use std::collections::BTreeSet;

use super::detail::{Asked, optional, worded};
use super::verdict::Role;
use super::{Matched, Pair};
use crate::hir::{Cap, Decision, Level, PolicySet, RuleBody, RuleId, Severity};
use crate::review::change::Judged;
use crate::review::{Change, ClauseId, Detail, Direction, Weight};

impl Pair<'_> {
    pub(super) fn decision(&self) -> Option<Change> {
        let (old, new) = (&self.old.policy.checked.decision, &self.new.policy.checked.decision);
        let mut details = Vec::new();
        let matched = Matched::by(&old.levels, &new.levels, |level| level.name.as_str());
        details.extend(levels(old, new, &matched));
        let both = matched.both.iter().map(|(before, after)| (Some(*before), Some(*after)));
        let removed = matched.removed.iter().map(|level| (Some(*level), None));
        let added = matched.added.iter().map(|level| (None, Some(*level)));
        for (before, after) in both.chain(removed).chain(added) {
            let Some(named) = after.or(before) else { continue };
            let part = format!("{} when", named.name);
            let asked = Asked { part: &part, role: Role::Catches, judged: Judged::Decision };
            // A level without a condition is reached by nobody, or is the lowest.
            let before = before.and_then(|level| level.when.as_ref());
            let after = after.and_then(|level| level.when.as_ref());
            details.extend(self.never_or(asked, before, after));
        }
        details.extend(Self::must_have(old, new));
        details.extend(self.caps(old, new));
        let name = |decision: &Decision| {
            decision.levels.get(decision.unsettled.index()).map(|level| level.name.clone())
        };
        let unsettled = worded(
            "unsettled",
            &name(old).unwrap_or_default(),
            &name(new).unwrap_or_default(),
            Weight::Meaning,
        );
        details.extend(unsettled.map(|detail| detail.directed(direction_of_unsettled(old, new))));
        details.extend(weights(self, old, new));
        self.changed(ClauseId::only("decision"), None, details)
    }

    fn must_have(old: &Decision, new: &Decision) -> Vec<Detail> {
        let matched = Matched::by(&old.must_have, &new.must_have, |path| path.shown.as_str());
        let detail = |old: Option<&str>, new: Option<&str>, direction| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            Detail::new("must have", owned(old), owned(new), Weight::Meaning).directed(direction)
        };
        let removed =
            matched.removed.iter().map(|path| detail(Some(&path.shown), None, Direction::Looser));
        let added =
            matched.added.iter().map(|path| detail(None, Some(&path.shown), Direction::Stricter));
        removed.chain(added).collect()
    }

    fn caps(&self, old: &Decision, new: &Decision) -> Vec<Detail> {
        let all = |policy: &PolicySet, decision: &Decision| -> Vec<Capped> {
            let named = |flag: &RuleId| policy.rule(*flag).name.clone();
            let of = |cap: &Cap| Capped {
                flags: cap.flags.iter().map(named).collect(),
                limit: cap.limit,
            };
            decision.caps.iter().map(of).collect()
        };
        let mut added = all(&self.new.policy.checked, new);
        let mut changed = Vec::new();
        for before in all(&self.old.policy.checked, old) {
            match added.iter().position(|after| after.flags == before.flags) {
                Some(place) => changed.push((Some(before), Some(added.remove(place)))),
                None => changed.push((Some(before), None)),
            }
        }
        // A cap of other flags is the one with which it has most of them in common.
        for (before, after) in &mut changed {
            let (Some(before), None) = (before, &after) else { continue };
            let in_common = |place: &usize| {
                added.get(*place).map(|cap| cap.flags.intersection(&before.flags).count())
            };
            let closest = (0..added.len()).rev().max_by_key(in_common);
            *after = closest
                .filter(|place| in_common(place).is_some_and(|count| count > 0))
                .map(|place| added.remove(place));
        }
        changed.extend(added.into_iter().map(|cap| (None, Some(cap))));
        let differing = changed.iter().filter(|(before, after)| before != after);
        differing.map(|(before, after)| of_cap(before.as_ref(), after.as_ref())).collect()
    }
}

/// Flags that count together for a limit at most.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Capped {
    flags: BTreeSet<String>,
    limit: u32,
}

fn of_cap(old: Option<&Capped>, new: Option<&Capped>) -> Detail {
    let whole = |cap: &Capped| {
        let flags: Vec<&str> = cap.flags.iter().map(String::as_str).collect();
        format!("{} for {}", cap.limit, flags.join(", "))
    };
    let direction = match (old, new) {
        (Some(old), Some(new)) if old.flags == new.flags => {
            Direction::of_amounts(old.limit, new.limit)
        }
        (Some(old), Some(new)) if old.flags.is_subset(&new.flags) && new.limit <= old.limit => {
            Direction::Looser
        }
        (Some(old), Some(new)) if new.flags.is_subset(&old.flags) && new.limit >= old.limit => {
            Direction::Stricter
        }
        (Some(_), Some(_)) => Direction::NotDetermined,
        (Some(_), None) => Direction::Stricter,
        (None, _) => Direction::Looser,
    };
    Detail::new("cap", old.map(whole), new.map(whole), Weight::Meaning).directed(direction)
}

fn levels(old: &Decision, new: &Decision, matched: &Matched<'_, Level>) -> Option<Detail> {
    let shown = |decision: &Decision| {
        let names: Vec<&str> = decision.levels.iter().map(|level| level.name.as_str()).collect();
        names.join(" < ")
    };
    worded("levels", &shown(old), &shown(new), Weight::Meaning)
        .map(|detail| detail.directed(direction_of_levels(old, new, matched)))
}

/// A further level above that of whoever is not settled takes people who would be below it, and one that is gone
/// lets them fall to what is left. Below it, a further level could settle somebody.
fn direction_of_levels(old: &Decision, new: &Decision, matched: &Matched<'_, Level>) -> Direction {
    let kept = |levels: &[Level], others: &[Level]| -> Vec<String> {
        let is_kept = |level: &&Level| others.iter().any(|other| other.name == level.name);
        levels.iter().filter(is_kept).map(|level| level.name.clone()).collect()
    };
    let are_above = |decision: &Decision, levels: &[&Level]| {
        let mut below = decision.levels.iter().take(decision.unsettled.index() + 1);
        below.all(|level| !levels.iter().any(|one| one.name == level.name))
    };
    let is_ordered = kept(&old.levels, &new.levels) == kept(&new.levels, &old.levels);
    if !is_ordered || !are_above(old, &matched.removed) || !are_above(new, &matched.added) {
        return Direction::NotDetermined;
    }
    match (matched.removed.is_empty(), matched.added.is_empty()) {
        (true, false) => Direction::Stricter,
        (false, true) => Direction::Looser,
        (true, true) | (false, false) => Direction::NotDetermined,
    }
}

/// By the place of the level among those of the new version.
fn direction_of_unsettled(old: &Decision, new: &Decision) -> Direction {
    let name = old.levels.get(old.unsettled.index()).map(|level| &level.name);
    let place = new.levels.iter().position(|level| Some(&level.name) == name);
    place.map_or(Direction::NotDetermined, |place| {
        Direction::of_amounts(place, new.unsettled.index())
    })
}

/// The weights by severity, with what they do to flags that have no weight of their own.
fn weights(pair: &Pair<'_>, old: &Decision, new: &Decision) -> Vec<Detail> {
    let weighs = |policy: &PolicySet, severity, weight| {
        policy.rules.iter().any(|rule| {
            matches!(&rule.body, RuleBody::Flag(flag)
                if flag.severity == severity && Some(flag.weight) == weight)
        })
    };
    let mut details = Vec::new();
    for severity in Severity::ALL {
        let (before, after) = (old.weight(severity), new.weight(severity));
        let shown = |weight: Option<u32>| weight.map(|weight| weight.to_string());
        let part = format!("weight {}", severity.word());
        let detail =
            optional(&part, shown(before).as_deref(), shown(after).as_deref(), Weight::Meaning);
        let is_used = weighs(&pair.old.policy.checked, severity, before)
            && weighs(&pair.new.policy.checked, severity, after);
        let direction =
            if is_used { Direction::of_amounts(before, after) } else { Direction::Equal };
        details.extend(detail.map(|detail| detail.directed(direction)));
    }
    details
}
