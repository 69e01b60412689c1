use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Condition, ConditionKind, Outcome, PolicySet, RuleKind};

/// Reports a top level that can be reached without a prohibition, and facts that must be there but
/// are not collected.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    let decision = &policy.decision;
    if let Some((top, when)) =
        decision.levels.last().and_then(|top| top.when.as_ref().map(|when| (top, when)))
        && holds_without_prohibition(policy, when) != Some(false)
    {
        sink.push(
            Diagnostic::new(
                Code::TopLevelByScore,
                when.span,
                format!(
                    "`{}` is the highest level and can be reached without a prohibition",
                    top.name
                ),
            )
            .hint("write `when any prohibition is hit`, or add a higher level for that"),
        );
    }
    for must_have in &decision.must_have {
        for left_out in &policy.not_collected {
            let is_same = left_out.path.is_same_place(must_have)
                || must_have.steps.starts_with(&left_out.path.steps)
                || left_out.path.steps.starts_with(&must_have.steps);
            if is_same {
                sink.push(
                    Diagnostic::new(
                        Code::MustHaveNotCollected,
                        left_out.path.span,
                        format!("`{}` must be there", must_have.shown),
                    )
                    .related(must_have.span, "required here"),
                );
            }
        }
    }
}

/// What the condition comes to if no prohibition is hit and nothing else is known.
fn holds_without_prohibition(policy: &PolicySet, condition: &Condition) -> Option<bool> {
    match &condition.kind {
        ConditionKind::Rules { kind: RuleKind::Prohibition, outcome: Outcome::Hit, .. } => {
            Some(false)
        }
        ConditionKind::Rule { rule, outcome: Outcome::Hit }
            if policy.rule(*rule).kind() == RuleKind::Prohibition =>
        {
            Some(false)
        }
        ConditionKind::Not(inner) => holds_without_prohibition(policy, inner).map(|holds| !holds),
        ConditionKind::And(parts) => {
            let parts: Vec<_> =
                parts.iter().map(|part| holds_without_prohibition(policy, part)).collect();
            if parts.contains(&Some(false)) { Some(false) } else { None }
        }
        ConditionKind::Or(parts) => {
            let all_fail =
                parts.iter().all(|part| holds_without_prohibition(policy, part) == Some(false));
            all_fail.then_some(false)
        }
        ConditionKind::Field(_)
        | ConditionKind::Define(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::AtLeast { .. }
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Equal(..)
        | ConditionKind::OneOf { .. }
        | ConditionKind::Order { .. }
        | ConditionKind::Exists(_)
        | ConditionKind::Every { .. }
        | ConditionKind::InAny { .. }
        | ConditionKind::InTheLast { .. }
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Assume { .. }
        | ConditionKind::Mistake => None,
    }
}
