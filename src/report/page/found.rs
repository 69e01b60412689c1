use serde::Serialize;

use super::clean::grouped;
use crate::hir::PolicySet;
use crate::run::{RuleCount, Summary};

/// How often a prohibition or red flag came to what.
#[derive(Serialize)]
pub(super) struct RuleRow {
    pub(super) title: String,
    pub(super) id: String,
    pub(super) is_prohibition: bool,
    pub(super) hit: String,
    pub(super) unknown: String,
    pub(super) excused: String,
    pub(super) not_covered: String,
    pub(super) clear: String,
}

/// How often a control came to what.
#[derive(Serialize)]
pub(super) struct ControlRow {
    pub(super) title: String,
    pub(super) id: String,
    pub(super) failed: String,
    pub(super) undone: String,
    pub(super) unknown: String,
    pub(super) done: String,
    pub(super) not_asked: String,
}

fn times(rule: &RuleCount, outcomes: &[&str]) -> u64 {
    outcomes.iter().filter_map(|outcome| rule.outcomes.get(outcome)).sum()
}

fn title(policy: &PolicySet, id: &str) -> String {
    let rule = policy.rules.iter().find(|rule| rule.name == id);
    rule.map_or(id, |rule| rule.title.as_str()).to_owned()
}

fn rule_row(rule: &RuleCount, policy: &PolicySet) -> RuleRow {
    RuleRow {
        title: title(policy, &rule.id),
        id: rule.id.clone(),
        is_prohibition: rule.kind == "prohibition",
        hit: grouped(times(rule, &["hit"])),
        unknown: grouped(times(rule, &["unknown"])),
        excused: grouped(times(rule, &["excepted", "reviewed"])),
        not_covered: grouped(times(rule, &["not_covered"])),
        clear: grouped(times(rule, &["clear", "not_applicable"])),
    }
}

/// The prohibitions and red flags that were found most often, and what is to be said of the others.
pub(super) fn rules(run: &Summary, policy: &PolicySet, rows_max: usize) -> (Vec<RuleRow>, String) {
    let indicators = run.rules.iter().filter(|rule| rule.kind != "control");
    let (mut found, quiet): (Vec<&RuleCount>, Vec<&RuleCount>) =
        indicators.partition(|rule| times(rule, &["hit", "excepted", "reviewed"]) > 0);
    found.sort_by_key(|rule| {
        let found = times(rule, &["hit"]);
        std::cmp::Reverse((rule.kind == "prohibition", found, times(rule, &["unknown"])))
    });
    let more = found.len().saturating_sub(rows_max);
    let rows = found.iter().take(rows_max).map(|rule| rule_row(rule, policy));
    (rows.collect(), others(more, "were found less often", quiet.len(), "were found nowhere"))
}

/// The controls that are most often not done, and what is to be said of the others.
pub(super) fn controls(
    run: &Summary,
    policy: &PolicySet,
    rows_max: usize,
) -> (Vec<ControlRow>, String) {
    let undone = |rule: &RuleCount| times(rule, &["failed", "unmet", "expired"]);
    let controls = run.rules.iter().filter(|rule| rule.kind == "control");
    let (mut found, quiet): (Vec<&RuleCount>, Vec<&RuleCount>) =
        controls.partition(|rule| undone(rule) > 0);
    found.sort_by_key(|rule| std::cmp::Reverse((undone(rule), times(rule, &["unknown"]))));
    let more = found.len().saturating_sub(rows_max);
    let rows = found.iter().take(rows_max).map(|rule| ControlRow {
        title: title(policy, &rule.id),
        id: rule.id.clone(),
        failed: grouped(times(rule, &["failed"])),
        undone: grouped(times(rule, &["unmet", "expired"])),
        unknown: grouped(times(rule, &["unknown"])),
        done: grouped(times(rule, &["met"])),
        not_asked: grouped(times(rule, &["not_required", "waived"])),
    });
    let quiet = others(more, "are outstanding less often", quiet.len(), "are nowhere outstanding");
    (rows.collect(), quiet)
}

/// `3 more were found less often; 2 more were found nowhere.`
fn others(fewer: usize, of_fewer: &str, none: usize, of_none: &str) -> String {
    let parts = [(fewer, of_fewer), (none, of_none)];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} more {what}"))
        .collect();
    if said.is_empty() { String::new() } else { format!("{}.", said.join("; ")) }
}

/// The prohibitions and red flags that were not looked at, because the policy accepts that a fact is not
/// collected.
pub(super) fn not_covered(run: &Summary, policy: &PolicySet) -> Vec<RuleRow> {
    let rules = run.rules.iter().filter(|rule| times(rule, &["not_covered"]) > 0);
    rules.map(|rule| rule_row(rule, policy)).collect()
}
