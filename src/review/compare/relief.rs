//! Changed exceptions, and fields that the company accepts not to have.

use super::detail::{Asked, cited, optional, set_of, worded};
use super::verdict::Role;
use super::{Matched, Pair};
use crate::hir::{Exception, NotCollected, PolicySet};
use crate::review::change::Judged;
use crate::review::{Change, ClauseId, Detail, Direction, Weight, What};
use crate::syntax::ast::Days;

impl Pair<'_> {
    pub(super) fn exceptions(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let matched = Matched::by(&old.exceptions, &new.exceptions, |one| one.name.as_str());
        let clause = |exception: &Exception| ClauseId::new("exception", &exception.name);
        let mut changes: Vec<Change> = matched
            .both
            .iter()
            .filter_map(|(old, new)| {
                self.changed(clause(new), Some(&new.title), self.exception_details(old, new))
            })
            .collect();
        let lone = |what, exception: &Exception, policy: &PolicySet, direction| {
            let change = self.lone(
                what,
                clause(exception),
                Some(&exception.title),
                Weight::Meaning,
                Some(direction),
            );
            Change { cites: cited(policy, &exception.cites), ..change }
        };
        for exception in matched.removed {
            changes.push(lone(What::Removed, exception, old, Direction::Stricter));
        }
        for exception in matched.added {
            changes.push(lone(What::Added, exception, new, Direction::Looser));
        }
        changes
    }

    fn exception_details(&self, old: &Exception, new: &Exception) -> Vec<Detail> {
        let (old_policy, new_policy) = (&self.old.policy.checked, &self.new.policy.checked);
        let judged = Judged::Rules { old: old.excepts.clone(), new: new.excepts.clone() };
        let asked = Asked { part: "when", role: Role::Relieves, judged };
        let mut details = Vec::new();
        details.extend(self.condition(asked, old.when.as_ref(), new.when.as_ref()));
        let names = |policy: &PolicySet, exception: &Exception| -> Vec<String> {
            exception.excepts.iter().map(|rule| policy.rule(*rule).name.clone()).collect()
        };
        let excepts =
            set_of("excepts", &names(old_policy, old), &names(new_policy, new), Weight::Meaning);
        details.extend(excepts.map(|detail| {
            let direction = match (&detail.old, &detail.new) {
                (None, _) => Direction::Looser,
                (_, None) => Direction::Stricter,
                (Some(_), Some(_)) => Direction::Neither,
            };
            detail.directed(direction)
        }));
        let in_force =
            worded("in force", &days(&old.in_force), &days(&new.in_force), Weight::Meaning);
        details.extend(
            in_force.map(|detail| detail.directed(of_days(&old.in_force, &new.in_force))),
        );
        details.extend(worded("because", &old.because, &new.because, Weight::Wording));
        details.extend(worded("approved by", &old.approved_by, &new.approved_by, Weight::Grounds));
        details.extend(worded("title", &old.title, &new.title, Weight::Wording));
        details.extend(set_of(
            "cites",
            &cited(old_policy, &old.cites),
            &cited(new_policy, &new.cites),
            Weight::Grounds,
        ));
        details
    }

    pub(super) fn not_collected(&self) -> Vec<Change> {
        let (old, new) =
            (&self.old.policy.checked.not_collected, &self.new.policy.checked.not_collected);
        let matched = Matched::by(old, new, |one| one.path.shown.as_str());
        let clause = |one: &NotCollected| ClauseId::new("not collected", &one.path.shown);
        let mut changes: Vec<Change> = matched
            .both
            .iter()
            .filter_map(|(old, new)| {
                let mut details = Vec::new();
                details.extend(worded("because", &old.because, &new.because, Weight::Wording));
                details.extend(accepted(old.accepted.as_ref(), new.accepted.as_ref(), true));
                self.changed(clause(new), None, details)
            })
            .collect();
        let lone =
            |what, one, direction| self.lone(what, clause(one), None, Weight::Meaning, Some(direction));
        for one in matched.removed {
            changes.push(lone(What::Removed, one, Direction::Stricter));
        }
        for one in matched.added {
            changes.push(lone(What::Added, one, Direction::Looser));
        }
        changes
    }
}

/// When something is in force, in words.
pub(super) fn days(days: &Days) -> String {
    match days.until {
        Some(until) => format!("{} until {until}", days.from),
        None => days.from.to_string(),
    }
}

/// Relief on more days is looser.
fn of_days(old: &Days, new: &Days) -> Direction {
    let begins = Direction::of_amounts(new.from, old.from).reversed();
    let ends = match (old.until, new.until) {
        (None, None) => Direction::Equal,
        (Some(_), None) => Direction::Looser,
        (None, Some(_)) => Direction::Stricter,
        (Some(old), Some(new)) => Direction::of_amounts(new, old),
    };
    begins.with(ends)
}

/// Who accepted something and until when. What clears nobody any longer once it runs out has a direction.
pub(super) fn accepted(
    old: Option<&crate::hir::Acceptance>,
    new: Option<&crate::hir::Acceptance>,
    relieves: bool,
) -> Option<Detail> {
    let shown = |acceptance: Option<&crate::hir::Acceptance>| {
        acceptance.map(|acceptance| {
            let on = acceptance.on.map_or(String::new(), |on| format!(" on {on}"));
            let until = acceptance.until.map_or(String::new(), |until| format!(" until {until}"));
            format!("by {}{on}{until}", acceptance.by)
        })
    };
    let weight = if relieves { Weight::Meaning } else { Weight::Grounds };
    let detail = optional("accepted", shown(old).as_deref(), shown(new).as_deref(), weight)?;
    if !relieves {
        return Some(detail);
    }
    let until = |acceptance: Option<&crate::hir::Acceptance>| {
        acceptance.map(|acceptance| acceptance.until)
    };
    let direction = match (until(old), until(new)) {
        (old, new) if old == new => Direction::Equal,
        (None, _) | (Some(Some(_)), Some(None)) => Direction::Looser,
        (_, None) | (Some(None), Some(Some(_))) => Direction::Stricter,
        (Some(Some(old)), Some(Some(new))) => Direction::of_amounts(new, old),
        (Some(None), Some(None)) => Direction::Equal,
    };
    Some(detail.directed(direction))
}
