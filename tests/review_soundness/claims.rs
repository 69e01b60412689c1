//! What a comparison claims, held against what both versions make of a record.

use std::collections::BTreeMap;

use duecare::engine::Engine;
use duecare::eval::{Judgement, RuleJudgement, Truth};
use duecare::hir::{LevelId, Outcome, RuleKind};
use duecare::review::{Change, Comparison, Detail, Direction, What};

/// A version and what it makes of a record.
#[derive(Clone, Copy)]
pub(super) struct Side<'s> {
    pub(super) engine: &'s Engine,
    pub(super) judgement: &'s Judgement,
}

impl<'s> Side<'s> {
    fn rule(self, name: &str) -> Option<&'s RuleJudgement> {
        let id = self.engine.policy().checked.rule_named(name)?;
        self.judgement.rules.get(id.index())
    }

    fn kind(self, name: &str) -> Option<RuleKind> {
        let policy = &self.engine.policy().checked;
        policy.rule_named(name).map(|id| policy.rule(id).kind())
    }
}

/// How often something differed, by what was claimed of it.
pub(super) type Differing = BTreeMap<&'static str, usize>;

/// Whether a pair of ranks, the higher the stricter, is as claimed.
pub(super) fn keeps<T: PartialOrd>(claimed: Direction, old: &T, new: &T) -> bool {
    match claimed {
        Direction::Equal => old == new,
        Direction::Stricter => new >= old,
        Direction::Looser => new <= old,
        Direction::Neither | Direction::NotDetermined => true,
    }
}

pub(super) fn change_of<'c>(comparison: &'c Comparison, name: &str) -> Option<&'c Change> {
    comparison.changes.iter().find(|change| {
        change.clause.name.as_deref() == Some(name)
            && change.what != What::Moved
            && matches!(change.clause.kind, "flag" | "prohibition" | "control" | "exception")
    })
}

/// What is claimed of some parts of a rule together; nothing said of them claims that they are the same.
pub(super) fn claimed(change: Option<&Change>, parts: &[&str]) -> Direction {
    let details = change.into_iter().flat_map(|change| &change.details);
    details
        .filter(|detail: &&Detail| parts.contains(&detail.part.as_str()))
        .filter_map(|detail| detail.direction)
        .reduce(Direction::with)
        .unwrap_or(Direction::Equal)
}

/// Whether an indicator is there, exceptions aside, where that is known.
fn is_there(judged: &RuleJudgement) -> Option<bool> {
    match judged.outcome {
        Outcome::Clear | Outcome::NotApplicable => Some(false),
        Outcome::Unknown | Outcome::NotCovered => None,
        Outcome::Hit | Outcome::Excepted | Outcome::Reviewed => Some(true),
        other => panic!("{other:?} of an indicator"),
    }
}

/// A hit by its severity and weight.
fn strength(judged: &RuleJudgement) -> Option<(u8, u32)> {
    let indicator = judged.indicator.as_ref().filter(|_| judged.outcome == Outcome::Hit)?;
    Some((indicator.severity? as u8, indicator.weight?))
}

fn relief(judged: &RuleJudgement) -> u8 {
    match judged.relief.map(|relief| relief.relieves) {
        None | Some(Truth::No) => 0,
        Some(Truth::Unknown) => 1,
        Some(Truth::Yes) => 2,
    }
}

/// What is wrong about what is claimed, if anything.
pub(super) fn check(
    comparison: &Comparison,
    (old, new): (Side<'_>, Side<'_>),
    differing: &mut Differing,
) -> Result<(), String> {
    let exceptions = comparison
        .changes
        .iter()
        .filter(|change| change.clause.kind == "exception")
        .filter_map(|change| change.direction)
        .reduce(Direction::with)
        .unwrap_or(Direction::Equal);
    for rule in &old.engine.policy().checked.rules {
        let name = rule.name.as_str();
        let (Some(before), Some(after)) = (old.rule(name), new.rule(name)) else { continue };
        if new.kind(name) != Some(rule.kind()) {
            continue;
        }
        let change = change_of(comparison, name);
        if change.is_some_and(|change| change.what != What::Changed) {
            continue;
        }
        if rule.kind() == RuleKind::Control {
            control(name, comparison, (before, after), differing)?;
            continue;
        }
        let said = claimed(change, &["when", "applies when"]);
        let there = (is_there(before), is_there(after));
        note(differing, said, there.0 != there.1);
        if let (Some(before), Some(after)) = there
            && !keeps(said, &before, &after)
        {
            return Err(format!("{name} is said to be {}: {before} -> {after}", said.word()));
        }
        if let (Some(before), Some(after)) = (strength(before), strength(after)) {
            let said = claimed(change, &["severity", "weight", "raised to", "raised to weight"]);
            if !keeps(said, &before.0, &after.0) || !keeps(said, &before.1, &after.1) {
                return Err(format!(
                    "{name} is said to weigh {}: {before:?} {after:?}",
                    said.word()
                ));
            }
        }
        if there == (Some(true), Some(true)) && !keeps(exceptions, &relief(after), &relief(before))
        {
            return Err(format!("exceptions are said to be {}: {name}", exceptions.word()));
        }
    }
    if let Some(said) = comparison.summary.direction {
        // By the places in the version that has more of them.
        let levels_of = |side: &Side<'_>| {
            let levels = &side.engine.policy().checked.decision.levels;
            levels.iter().map(|level| level.name.clone()).collect::<Vec<_>>()
        };
        let (of_old, of_new) = (levels_of(&old), levels_of(&new));
        let all = if of_old.len() > of_new.len() { &of_old } else { &of_new };
        let place = |levels: &[String], decision: LevelId| {
            all.iter().position(|level| *level == levels[decision.index()])
        };
        let levels =
            (place(&of_old, old.judgement.decision), place(&of_new, new.judgement.decision));
        note(differing, said, levels.0 != levels.1);
        if !keeps(said, &levels.0, &levels.1) {
            return Err(format!("all together is said to be {}: {levels:?}", said.word()));
        }
    }
    Ok(())
}

fn note(differing: &mut Differing, said: Direction, differs: bool) {
    *differing.entry(said.word()).or_default() += usize::from(differs);
}

/// What a control came to, exceptions aside.
fn plain(judged: &RuleJudgement) -> Outcome {
    judged.relief.map_or(judged.outcome, |relief| relief.would_be)
}

fn control(
    name: &str,
    comparison: &Comparison,
    (old, new): (&RuleJudgement, &RuleJudgement),
    differing: &mut Differing,
) -> Result<(), String> {
    let change = change_of(comparison, name);
    let done = claimed(change, &["met when", "failed when", "dated", "lasts"]);
    let (before, after) = (plain(old), plain(new));
    note(differing, done, (before == Outcome::Met) != (after == Outcome::Met));
    // Where only one of them is met, the other has to be known not to be.
    let gained = after == Outcome::Met && !matches!(before, Outcome::Met);
    let lost = before == Outcome::Met && !matches!(after, Outcome::Met);
    let is_kept = match done {
        Direction::Equal => !gained && !lost,
        Direction::Stricter => !gained,
        Direction::Looser => !lost,
        Direction::Neither | Direction::NotDetermined => true,
    };
    if !is_kept {
        return Err(format!("{name} is said to be {}: {before:?} -> {after:?}", done.word()));
    }
    // What rules came to is told at the rules.
    let has_changed_rules = comparison.changes.iter().any(|change| {
        matches!(change.clause.kind, "flag" | "prohibition" | "exception" | "not collected")
    });
    let required = |judged: &RuleJudgement| match judged.control.map(|state| state.required) {
        Some(Truth::No) | None => 0,
        Some(Truth::Unknown) => 1,
        Some(Truth::Yes) => 2,
    };
    let said = claimed(change, &["required when"]);
    if !has_changed_rules && !keeps(said, &required(old), &required(new)) {
        return Err(format!("{name} is said to be required {}", said.word()));
    }
    Ok(())
}
