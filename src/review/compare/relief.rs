//! Changed exceptions, and fields that the company accepts not to have.

use super::clauses::NOT_COLLECTED;
use super::detail::{Asked, cited, optional, set_of, worded};
use super::verdict::Role;
use super::{Matched, Pair};
use crate::hir::{Acceptance, Exception, NotCollected, PolicySet};
use crate::review::change::Judged;
use crate::review::{Change, ClauseId, Detail, Direction, Weight, What};
use crate::syntax::ast::Days;
use crate::value::Date;

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
        details.extend(in_force(&old.in_force, &new.in_force));
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
        let clause = |one: &NotCollected| ClauseId::new(NOT_COLLECTED, &one.path.shown);
        let mut changes: Vec<Change> = matched
            .both
            .iter()
            .filter_map(|(old, new)| {
                let mut details = Vec::new();
                details.extend(worded("because", &old.because, &new.because, Weight::Wording));
                details.extend(accepted_until(old.accepted.as_ref(), new.accepted.as_ref()));
                self.changed(clause(new), None, details)
            })
            .collect();
        let lone = |what, one, direction| {
            self.lone(what, clause(one), None, Weight::Meaning, Some(direction))
        };
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

/// When something relieves: on more days is looser.
fn in_force(old: &Days, new: &Days) -> Vec<Detail> {
    let from = worded("from", &old.from.to_string(), &new.from.to_string(), Weight::Meaning)
        .map(|detail| detail.directed(Direction::of_amounts(old.from, new.from)));
    from.into_iter().chain(until(old.until, new.until)).collect()
}

/// When relief ends.
fn until(old: Option<Date>, new: Option<Date>) -> Option<Detail> {
    let shown = |day: Option<Date>| day.map(|day| day.to_string());
    let direction = match (old, new) {
        (None, None) => Direction::Equal,
        (Some(_), None) => Direction::Looser,
        (None, Some(_)) => Direction::Stricter,
        (Some(old), Some(new)) => Direction::of_amounts(new, old),
    };
    optional("until", shown(old).as_deref(), shown(new).as_deref(), Weight::Meaning)
        .map(|detail| detail.directed(direction))
}

/// Who accepted what relieves, and when it ends; without an acceptance it relieves for ever, and is warned of.
fn accepted_until(old: Option<&Acceptance>, new: Option<&Acceptance>) -> Vec<Detail> {
    let end = |acceptance: Option<&Acceptance>| acceptance.and_then(|acceptance| acceptance.until);
    until(end(old), end(new)).into_iter().chain(accepted(old, new)).collect()
}

/// Who accepted something and when.
pub(super) fn accepted(old: Option<&Acceptance>, new: Option<&Acceptance>) -> Option<Detail> {
    let shown = |acceptance: Option<&Acceptance>| {
        acceptance.map(|acceptance| {
            let on = acceptance.on.map_or(String::new(), |on| format!(" on {on}"));
            format!("{}{on}", acceptance.by)
        })
    };
    optional("accepted by", shown(old).as_deref(), shown(new).as_deref(), Weight::Grounds)
}
