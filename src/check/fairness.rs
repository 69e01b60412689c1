use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Condition, ConditionKind, DefineBody, FieldPath, Operand, OperandKind, Part, PolicySet,
    RuleKind,
};
use crate::types::Type;

/// Names of fields that say who somebody is rather than what they did.
const PROTECTED_FIELDS: [&str; 17] = [
    "nationality",
    "nationalities",
    "citizenship",
    "citizenships",
    "ethnicity",
    "race",
    "ancestry",
    "national_origin",
    "language",
    "languages",
    "locale",
    "accent",
    "religion",
    "place_of_birth",
    "birthplace",
    "country_of_birth",
    "birth_country",
];

/// Warns of flags and prohibitions that nationality, name, ethnicity or language alone can hit.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    for rule in &policy.rules {
        if rule.kind() == RuleKind::Control {
            continue;
        }
        let Some(when) = rule.when() else { continue };
        if can_rest(policy, when, true) {
            let shown = first_protected(policy, when).unwrap_or_default();
            sink.push(
                Diagnostic::new(
                    Code::RestsOnOrigin,
                    when.span,
                    format!("`{}` can be hit by `{shown}` alone", rule.name),
                )
                .hint("compare what is claimed with what is documented, or look at conduct"),
            );
        }
    }
}

/// Whether the condition can come to `wanted` by protected facts alone: every other fact is taken to
/// speak against it.
fn can_rest(policy: &PolicySet, condition: &Condition, wanted: bool) -> bool {
    match &condition.kind {
        ConditionKind::Not(inner) => can_rest(policy, inner, !wanted),
        ConditionKind::And(parts) => join(policy, parts, wanted, wanted),
        ConditionKind::Or(parts) => join(policy, parts, wanted, !wanted),
        ConditionKind::AtLeast { of, .. } => join(policy, of, wanted, wanted),
        ConditionKind::Define(id) => {
            match policy.defines.get(id.index()).map(|define| &define.body) {
                Some(DefineBody::Condition(body)) => can_rest(policy, body, wanted),
                Some(DefineBody::Operand(_)) | None => false,
            }
        }
        ConditionKind::Exists(members) => {
            wanted
                && (members.filter.as_ref().is_some_and(|filter| can_rest(policy, filter, true))
                    || (members.filter.is_none() && is_protected(&members.path)))
        }
        ConditionKind::Assume { condition, .. }
        | ConditionKind::Every { condition, .. }
        | ConditionKind::InAny { condition, .. }
        | ConditionKind::InTheLast { condition, .. } => can_rest(policy, condition, wanted),
        ConditionKind::Has(path) | ConditionKind::IsKnown(path) | ConditionKind::Field(path) => {
            is_protected(path)
        }
        ConditionKind::Equal(left, right) => {
            is_protected_against_constant(policy, left, right)
                || is_protected_against_constant(policy, right, left)
        }
        ConditionKind::OneOf { value, .. } => is_protected_value(policy, value),
        ConditionKind::Order { left, right, .. } => {
            counts_protected(policy, left) || counts_protected(policy, right)
        }
        ConditionKind::Inconsistent { .. }
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Mistake => false,
    }
}

/// Of parts that must all come to it, or of which one must.
fn join(policy: &PolicySet, parts: &[Condition], wanted: bool, all: bool) -> bool {
    if all {
        parts.iter().all(|part| can_rest(policy, part, wanted))
    } else {
        parts.iter().any(|part| can_rest(policy, part, wanted))
    }
}

/// A protected fact compared with something fixed; two facts compared with each other are a question
/// of consistency.
fn is_protected_against_constant(policy: &PolicySet, fact: &Operand, other: &Operand) -> bool {
    let is_constant = matches!(other.kind, OperandKind::Constant(_) | OperandKind::Param(_));
    is_constant && is_protected_value(policy, fact)
}

fn is_protected_value(policy: &PolicySet, operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Field(path) => is_protected(path),
        OperandKind::Define(id) => {
            match policy.defines.get(id.index()).map(|define| &define.body) {
                Some(DefineBody::Operand(inner)) => is_protected_value(policy, inner),
                Some(DefineBody::Condition(_)) | None => false,
            }
        }
        OperandKind::Constant(_)
        | OperandKind::Months(_)
        | OperandKind::Param(_)
        | OperandKind::AsOf
        | OperandKind::Score
        | OperandKind::Arithmetic { .. }
        | OperandKind::Count(_)
        | OperandKind::CountDistinct(_)
        | OperandKind::CountPeers(_)
        | OperandKind::Aggregate { .. }
        | OperandKind::Share { .. }
        | OperandKind::Longest { .. }
        | OperandKind::Similarity(..)
        | OperandKind::Mistake => false,
    }
}

/// A count or share of elements that are picked by a protected fact alone, or a likeness to a fixed
/// name.
fn counts_protected(policy: &PolicySet, operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Count(members) | OperandKind::CountDistinct(members) => {
            members.filter.as_ref().is_some_and(|filter| can_rest(policy, filter, true))
        }
        // That two people bear one name says as little as the name.
        OperandKind::CountPeers(peers) => peers.keys.iter().all(is_protected),
        OperandKind::Share { having, .. } => can_rest(policy, having, true),
        OperandKind::Similarity(left, right) => {
            is_protected_against_constant(policy, left, right)
                || is_protected_against_constant(policy, right, left)
        }
        OperandKind::Arithmetic { left, right, .. } => {
            counts_protected(policy, left) || counts_protected(policy, right)
        }
        OperandKind::Constant(_)
        | OperandKind::Months(_)
        | OperandKind::Param(_)
        | OperandKind::Field(_)
        | OperandKind::Define(_)
        | OperandKind::AsOf
        | OperandKind::Score
        | OperandKind::Aggregate { .. }
        | OperandKind::Longest { .. }
        | OperandKind::Mistake => false,
    }
}

fn is_protected(path: &FieldPath) -> bool {
    let last = path.shown.rsplit('.').next().unwrap_or(&path.shown);
    path.of == Type::PersonName || PROTECTED_FIELDS.contains(&last)
}

fn first_protected(policy: &PolicySet, condition: &Condition) -> Option<String> {
    let mut found: Option<String> = None;
    condition.walk(&mut |part| {
        let inner = match part {
            Part::Path(path) => is_protected(path).then(|| path.shown.clone()),
            Part::Condition(Condition { kind: ConditionKind::Define(id), .. }) => {
                match policy.defines.get(id.index()).map(|define| &define.body) {
                    Some(DefineBody::Condition(body)) => first_protected(policy, body),
                    Some(DefineBody::Operand(_)) | None => None,
                }
            }
            Part::Condition(_) | Part::Operand(_) | Part::Members(_) => None,
        };
        if found.is_none() {
            found = inner;
        }
    });
    found
}
