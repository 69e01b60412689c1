use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Condition, ConditionKind, Part, PolicySet, Rule, RuleBody, RuleId};

/// Reports flags and prohibitions whose outcomes depend on one another in a circle.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    let uses: Vec<Vec<RuleId>> = policy.rules.iter().map(rules_used).collect();
    for (place, rule) in policy.rules.iter().enumerate() {
        if reaches(&uses, place) {
            sink.push(
                Diagnostic::new(
                    Code::CircularDefinition,
                    rule.span,
                    format!("whether `{}` is hit depends on itself", rule.name),
                )
                .hint("a rule may ask for the outcomes of other rules, not in a circle"),
            );
        }
    }
}

/// Rules whose outcomes decide whether this one is hit. What raises a flag, and what requires a
/// control, comes after all hits are known.
fn rules_used(rule: &Rule) -> Vec<RuleId> {
    let conditions: Vec<&Condition> = match &rule.body {
        RuleBody::Prohibition { when } => vec![when],
        RuleBody::Flag(flag) => vec![&flag.when],
        RuleBody::Control(_) => Vec::new(),
    };
    let mut used = Vec::new();
    for condition in rule.applies_when.iter().chain(conditions) {
        condition.walk(&mut |part| {
            if let Part::Condition(Condition { kind: ConditionKind::Rule { rule, .. }, .. }) = part
            {
                used.push(*rule);
            }
        });
    }
    used
}

fn reaches(uses: &[Vec<RuleId>], start: usize) -> bool {
    let mut open: Vec<usize> = vec![start];
    let mut seen = Vec::new();
    while let Some(next) = open.pop() {
        for used in uses.get(next).into_iter().flatten() {
            if used.index() == start {
                return true;
            }
            if !seen.contains(&used.index()) {
                seen.push(used.index());
                open.push(used.index());
            }
        }
    }
    false
}
