//! Changed controls.

use std::collections::{BTreeMap, BTreeSet};

use super::detail::written;
use super::rules::Asking;
use super::uses::Uses;
use super::verdict::{Role, Truer, on_every_day};
use super::{Pair, Version};
use crate::hir::{Answer, ControlRule, Lasts, Operand, PolicySet, Rule};
use crate::review::implication::{Proof, Side};
use crate::review::{Detail, Direction, Weight};

impl Pair<'_> {
    pub(super) fn control_details(
        &self,
        asked: Asking<'_>,
        old: &ControlRule,
        new: &ControlRule,
    ) -> Vec<Detail> {
        let mut details = Vec::new();
        details.extend(self.condition(
            asked("met when", Role::Relieves),
            Some(&old.met_when),
            Some(&new.met_when),
        ));
        details.extend(self.never_or(
            asked("failed when", Role::Catches),
            old.failed_when.as_ref(),
            new.failed_when.as_ref(),
        ));
        details.extend(self.required_details(asked, old, new));
        details.extend(self.dated_details(old.dated.as_ref(), new.dated.as_ref()));
        details.extend(self.lasts_details(asked, old, new));
        details.extend(self.answers_details(&old.answers, &new.answers));
        details
    }

    /// When a control must be done. Where nothing is written, it follows the flags that it answers, or is always
    /// required.
    fn required_details(
        &self,
        asked: Asking<'_>,
        old: &ControlRule,
        new: &ControlRule,
    ) -> Option<Detail> {
        let asked = asked("required when", Role::Catches);
        let (old_when, new_when) = (old.required_when.as_ref(), new.required_when.as_ref());
        let (before, after) =
            (answered(&self.old.policy.checked, old), answered(&self.new.policy.checked, new));
        let before: BTreeSet<&str> = before.into_iter().map(|flag| self.called_now(flag)).collect();
        if old_when.is_some() == new_when.is_some() && (old_when.is_some() || before == after) {
            return self.condition(asked, old_when, new_when);
        }
        let shown = |version: Version<'_>, control: &ControlRule, answered: &BTreeSet<&str>| {
            written(version, control.required_when.as_ref()).or_else(|| {
                let hit: Vec<String> =
                    answered.iter().map(|flag| format!("{flag} is hit")).collect();
                (!hit.is_empty()).then(|| hit.join(" or "))
            })
        };
        let truer = match (old_when, new_when) {
            // Of no flag it is always required.
            (None, None) if before.is_empty() => Truer::Shrank,
            (None, None) if after.is_empty() => Truer::Grew,
            (None, None) => Truer::of(before.is_subset(&after), after.is_subset(&before)),
            (None, Some(_)) if before.is_empty() => Truer::Shrank,
            (Some(_), None) if after.is_empty() => Truer::Grew,
            (None | Some(_), Some(_)) | (Some(_), None) => Truer::Open,
        };
        let (old, new) = (shown(self.old, old, &before), shown(self.new, new, &after));
        Some(Detail::new("required when", old, new, Weight::Meaning).sought(asked, truer))
    }

    /// The day of a control, if it is taken of something else.
    fn dated_details(&self, old: Option<&Operand>, new: Option<&Operand>) -> Option<Detail> {
        let text = |version: Version<'_>, operand: Option<&Operand>| {
            operand.map(|operand| version.written(operand.span))
        };
        let (old_text, new_text) = (text(self.old, old), text(self.new, new));
        let uses = |version: Version<'_>, operand: Option<&Operand>| {
            let policy = &version.policy.checked;
            operand.map_or_else(Uses::default, |operand| Uses::default().and_of(policy, operand))
        };
        let by = self.changed_of(&uses(self.old, old), &uses(self.new, new));
        let is_same_text = old_text == new_text;
        if is_same_text && by.is_empty() {
            return None;
        }
        let by = if is_same_text { by } else { Vec::new() };
        let detail = Detail::new("dated", old_text, new_text, Weight::Meaning);
        Some(Detail { by, ..detail.directed(Direction::NotDetermined) })
    }

    fn lasts_details(
        &self,
        asked: Asking<'_>,
        old: &ControlRule,
        new: &ControlRule,
    ) -> Option<Detail> {
        let (old_text, new_text) = (lasting(self.old, old), lasting(self.new, new));
        let by = self.changed_of(
            &uses_of_lasts(&self.old.policy.checked, old),
            &uses_of_lasts(&self.new.policy.checked, new),
        );
        if old_text == new_text && by.is_empty() {
            return None;
        }
        let truer = lasts_longer((self.old_side(), old), (self.new_side(), new));
        if old_text == new_text && truer == Truer::Same {
            return None;
        }
        let is_written_anew = self.old.lasts_text(old) != self.new.lasts_text(new);
        let by = if is_written_anew || truer == Truer::Same { Vec::new() } else { by };
        let detail = Detail::new("lasts", old_text, new_text, Weight::Meaning);
        Some(Detail { by, ..detail.sought(asked("lasts", Role::Relieves), truer) })
    }

    fn answers_details(&self, old: &[Answer], new: &[Answer]) -> Vec<Detail> {
        // By what the flags are called now.
        let mut answers: BTreeMap<&str, [Option<&Answer>; 2]> = BTreeMap::new();
        for answer in old {
            let name = self.old.policy.checked.rule(answer.flag).name.as_str();
            answers.entry(self.called_now(name)).or_default()[0] = Some(answer);
        }
        for answer in new {
            let name = self.new.policy.checked.rule(answer.flag).name.as_str();
            answers.entry(name).or_default()[1] = Some(answer);
        }
        let shown = |version: Version<'_>, answer: &Answer| {
            let name = &version.policy.checked.rule(answer.flag).name;
            let to = answer.reducing_to.map_or(String::new(), |to| format!(" reducing to {to}"));
            let any = if answer.at_any_time { " at any time" } else { "" };
            format!("{name}{to}{any}")
        };
        let details = answers.into_values().filter_map(|[before, after]| {
            let old = before.map(|answer| shown(self.old, answer));
            let new = after.map(|answer| shown(self.new, answer));
            let direction = direction_of_answer(before.copied(), after.copied());
            let is_renamed = direction == Direction::Equal;
            let weight = if is_renamed { Weight::Wording } else { Weight::Meaning };
            (old != new).then(|| Detail::new("answers", old, new, weight).directed(direction))
        });
        details.collect()
    }

    /// What a flag of the old version is called in the new one, where it has another name and catches the same. Where
    /// another flag could be called that as well, nobody can tell which.
    fn called_now<'f>(&'f self, flag: &'f str) -> &'f str {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let gone = |rule: &&Rule| new.rule_named(&rule.name).is_none();
        let Some(before) = old.rules.iter().filter(gone).find(|rule| rule.name == flag) else {
            return flag;
        };
        let mut added = new.rules.iter().filter(|rule| old.rule_named(&rule.name).is_none());
        let after = added.find(|after| self.is_successor(before, after)).filter(|after| {
            old.rules.iter().filter(gone).filter(|rule| self.is_successor(rule, after)).count() == 1
        });
        after.map_or(flag, |rule| &rule.name)
    }

    fn is_successor(&self, before: &Rule, after: &Rule) -> bool {
        self.means_same(before, after)
            || (after.replaces.contains(&before.name) && self.catches_same(before, after))
    }
}

impl Version<'_> {
    /// The lengths of a control as they are written.
    fn lasts_text(self, control: &ControlRule) -> Vec<(String, Option<String>)> {
        let of =
            |lasts: &Lasts| (self.written(lasts.period.span), written(self, lasts.when.as_ref()));
        control.lasts.iter().map(of).collect()
    }
}

/// The lengths of a control, parameters by their values.
fn lasting(version: Version<'_>, control: &ControlRule) -> Option<String> {
    let of = |lasts: &Lasts| {
        let period = super::values::shown(version, &lasts.period);
        match written(version, lasts.when.as_ref()) {
            Some(when) => format!("{period} when {when}"),
            None => period,
        }
    };
    let all: Vec<String> = control.lasts.iter().map(of).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether what was done counts for longer, on every day.
pub(super) fn lasts_longer<'p>(
    (old, before): (Side<'p>, &'p ControlRule),
    (new, after): (Side<'p>, &'p ControlRule),
) -> Truer {
    let (old_uses, new_uses) =
        (uses_of_lasts(old.policy, before), uses_of_lasts(new.policy, after));
    on_every_day((old, &old_uses), (new, &new_uses), |old, new| {
        Truer::of(
            runs_out_no_sooner((old, &before.lasts), (new, &after.lasts)),
            runs_out_no_sooner((new, &after.lasts), (old, &before.lasts)),
        )
    })
    .truer
}

pub(super) fn uses_of_lasts(policy: &PolicySet, control: &ControlRule) -> Uses {
    let conditions = control.lasts.iter().filter_map(|lasts| lasts.when.as_ref());
    let periods = control.lasts.iter().map(|lasts| &lasts.period);
    periods.fold(Uses::of(policy, conditions), |uses, period| uses.and_of(policy, period))
}

/// Whether what still counts by the first lengths still counts by the second: each of these holds only where one
/// of the first holds that is no longer.
fn runs_out_no_sooner<'p>(
    (side, old): (Side<'p>, &'p [Lasts]),
    (other, new): (Side<'p>, &'p [Lasts]),
) -> bool {
    new.iter().all(|wanted| {
        old.iter().any(|given| {
            let mut proof = Proof::default();
            let holds_too = match (&wanted.when, &given.when) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(wanted), Some(given)) => proof.implies((other, wanted), (side, given)),
            };
            holds_too && proof.period_at_most((side, &given.period), (other, &wanted.period))
        })
    })
}

/// The flags that a control answers.
fn answered<'p>(policy: &'p PolicySet, control: &ControlRule) -> BTreeSet<&'p str> {
    control.answers.iter().map(|answer| policy.rule(answer.flag).name.as_str()).collect()
}

/// What a flag that is answered counts at most; without a number it counts in full.
fn direction_of_answer(old: Option<Answer>, new: Option<Answer>) -> Direction {
    let counts = |answer: Answer| answer.reducing_to.unwrap_or(u32::MAX);
    match (old, new) {
        (None, Some(_)) => Direction::Looser,
        (Some(_), None) => Direction::Stricter,
        (None, None) => Direction::Equal,
        (Some(old), Some(new)) => Direction::of_amounts(counts(old), counts(new))
            .with(Direction::of_amounts(new.at_any_time, old.at_any_time)),
    }
}
