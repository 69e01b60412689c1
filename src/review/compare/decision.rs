//! Changed levels, caps and what must be known.

use super::detail::{Asked, optional, worded};
use super::verdict::Role;
use super::{Matched, Pair};
use crate::hir::{Cap, Decision, PolicySet, RuleBody, Severity};
use crate::review::change::Judged;
use crate::review::{Change, ClauseId, Detail, Direction, Weight};

impl Pair<'_> {
    pub(super) fn decision(&self) -> Option<Change> {
        let (old, new) = (&self.old.policy.checked.decision, &self.new.policy.checked.decision);
        let mut details = Vec::new();
        details.extend(levels(old, new));
        let matched = Matched::by(&old.levels, &new.levels, |level| level.name.as_str());
        for (before, after) in matched.both {
            let part = format!("{} when", after.name);
            let asked = Asked { part: &part, role: Role::Catches, judged: Judged::Decision };
            // A level without a condition is reached by nobody, or is the lowest.
            details.extend(self.never_or(asked, before.when.as_ref(), after.when.as_ref()));
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
        let flags = |policy: &PolicySet, cap: &Cap| {
            let mut names: Vec<String> =
                cap.flags.iter().map(|flag| policy.rule(*flag).name.clone()).collect();
            names.sort();
            names.join(", ")
        };
        let all = |policy: &PolicySet, decision: &Decision| -> Vec<(String, u32)> {
            decision.caps.iter().map(|cap| (flags(policy, cap), cap.limit)).collect()
        };
        let (old, new) = (all(&self.old.policy.checked, old), all(&self.new.policy.checked, new));
        let matched = Matched::by(&old, &new, |(flags, _)| flags.as_str());
        let shown = |(flags, limit): &(String, u32)| Some(format!("{limit} for {flags}"));
        let detail =
            |old, new, direction| Detail::new("cap", old, new, Weight::Meaning).directed(direction);
        let mut details = Vec::new();
        for (before, after) in matched.both {
            if before.1 != after.1 {
                let direction = Direction::of_amounts(before.1, after.1);
                let (old, new) = (Some(before.1.to_string()), Some(after.1.to_string()));
                details.push(detail(old, new, direction));
            }
        }
        details.extend(
            matched.removed.iter().map(|cap| detail(shown(cap), None, Direction::Stricter)),
        );
        details.extend(matched.added.iter().map(|cap| detail(None, shown(cap), Direction::Looser)));
        details
    }
}

fn levels(old: &Decision, new: &Decision) -> Option<Detail> {
    let shown = |decision: &Decision| {
        let names: Vec<&str> = decision.levels.iter().map(|level| level.name.as_str()).collect();
        names.join(" < ")
    };
    worded("levels", &shown(old), &shown(new), Weight::Meaning)
        .map(|detail| detail.directed(Direction::NotDetermined))
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
