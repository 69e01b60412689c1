//! Whether more elements in a window can only make its condition truer.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Aggregation, Arithmetic, Condition, ConditionKind, FieldPath, Members, Operand, OperandKind,
    Order, Part, PolicySet, Root,
};
use crate::value::Value;

/// Reports every `in any D of L (C)` whose C could become false by further elements.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    for condition in policy.conditions() {
        check_in(sink, condition, 0);
    }
}

fn check_in(sink: &mut Sink, condition: &Condition, level: u8) {
    match &condition.kind {
        ConditionKind::InAny {
            condition: inner, ..
        } => {
            let trend = of_condition(inner, level);
            if !trend.never_falls() {
                let culprit = culprit(inner, level);
                sink.push(
                    Diagnostic::new(
                        Code::WindowNotGrowing,
                        culprit.span,
                        "further elements in the window could make this false",
                    )
                    .related(condition.span, "the window")
                    .hint("count with `>=`, without `not`; add up amounts that are above zero: `where (amount > 0 USD)`"),
                );
            }
            check_in(sink, inner, level + 1);
        }
        ConditionKind::InTheLast {
            condition: inner, ..
        } => check_in(sink, inner, level + 1),
        ConditionKind::And(parts)
        | ConditionKind::Or(parts)
        | ConditionKind::AtLeast { of: parts, .. } => {
            parts.iter().for_each(|part| check_in(sink, part, level));
        }
        ConditionKind::Not(inner)
        | ConditionKind::Assume {
            condition: inner, ..
        }
        | ConditionKind::Every {
            condition: inner, ..
        } => check_in(sink, inner, level),
        ConditionKind::Field(_)
        | ConditionKind::Define(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Equal(..)
        | ConditionKind::OneOf { .. }
        | ConditionKind::Order { .. }
        | ConditionKind::Exists(_)
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Mistake => {}
    }
}

/// The smallest part that is to blame.
fn culprit(condition: &Condition, level: u8) -> &Condition {
    let parts: Vec<&Condition> = match &condition.kind {
        ConditionKind::And(parts)
        | ConditionKind::Or(parts)
        | ConditionKind::AtLeast { of: parts, .. } => parts.iter().collect(),
        _ => Vec::new(),
    };
    let blamed = parts
        .into_iter()
        .find(|part| !of_condition(part, level).never_falls());
    blamed.map_or(condition, |part| culprit(part, level))
}

/// What happens to a value, or to the truth of a condition, as the window gains elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trend {
    Constant,
    Rises,
    Falls,
    Either,
}

impl Trend {
    fn never_falls(self) -> bool {
        matches!(self, Self::Constant | Self::Rises)
    }

    fn reversed(self) -> Self {
        match self {
            Self::Rises => Self::Falls,
            Self::Falls => Self::Rises,
            Self::Constant | Self::Either => self,
        }
    }

    /// Of something made of two that rises with both.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Constant, trend) | (trend, Self::Constant) => trend,
            (left, right) if left == right => left,
            _ => Self::Either,
        }
    }
}

fn of_condition(condition: &Condition, level: u8) -> Trend {
    match &condition.kind {
        ConditionKind::Not(inner) => of_condition(inner, level).reversed(),
        ConditionKind::And(parts)
        | ConditionKind::Or(parts)
        | ConditionKind::AtLeast { of: parts, .. } => {
            parts.iter().fold(Trend::Constant, |trend, part| {
                trend.with(of_condition(part, level))
            })
        }
        ConditionKind::Exists(members) => of_members(members, level),
        ConditionKind::Every { members, condition } => of_members(members, level)
            .reversed()
            .with(of_condition(condition, level)),
        ConditionKind::Order { order, left, right } => {
            let (greater, less) = match order {
                Order::Greater | Order::AtLeast => (left, right),
                Order::Less | Order::AtMost => (right, left),
            };
            of_order(greater, less, level)
        }
        ConditionKind::Inconsistent { paths, .. } => {
            if paths.iter().any(|path| is_of_window(path, level)) {
                Trend::Rises
            } else {
                Trend::Constant
            }
        }
        ConditionKind::InAny { window, condition }
        | ConditionKind::InTheLast { window, condition } => {
            match of_members(&window.members, level) {
                Trend::Constant => of_condition(condition, level),
                Trend::Rises => {
                    of_condition(condition, level).with(of_condition(condition, level + 1))
                }
                Trend::Falls | Trend::Either => Trend::Either,
            }
        }
        ConditionKind::Assume { condition, .. } => match of_condition(condition, level) {
            Trend::Constant => Trend::Constant,
            Trend::Rises | Trend::Falls | Trend::Either => Trend::Either,
        },
        ConditionKind::Equal(left, right) => constant_or_either(
            [left, right]
                .into_iter()
                .all(|operand| of_operand(operand, level) == Trend::Constant),
        ),
        ConditionKind::OneOf { value, .. } => {
            constant_or_either(of_operand(value, level) == Trend::Constant)
        }
        ConditionKind::Field(_)
        | ConditionKind::Define(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Mistake => Trend::Constant,
    }
}

fn constant_or_either(is_constant: bool) -> Trend {
    if is_constant {
        Trend::Constant
    } else {
        Trend::Either
    }
}

/// Of `greater > less`. The least and greatest of nothing are none, and a comparison with none is no:
/// a first element can only make `greatest >= x` and `least <= x` true.
fn of_order(greater: &Operand, less: &Operand, level: u8) -> Trend {
    let may_begin_false = |operand: &Operand, wanted: Aggregation| match &operand.kind {
        OperandKind::Aggregate {
            aggregation,
            members,
        } => of_members(members, level) == Trend::Constant || *aggregation == wanted,
        _ => true,
    };
    let trend = of_operand(greater, level).with(of_operand(less, level).reversed());
    let is_sound = may_begin_false(greater, Aggregation::Greatest)
        && may_begin_false(less, Aggregation::Least);
    let has_sum = |operand: &Operand| {
        matches!(
            operand.kind,
            OperandKind::Aggregate {
                aggregation: Aggregation::Sum,
                ..
            }
        )
    };
    if trend == Trend::Constant || is_sound || has_sum(greater) || has_sum(less) {
        trend
    } else {
        Trend::Either
    }
}

fn of_operand(operand: &Operand, level: u8) -> Trend {
    match &operand.kind {
        OperandKind::Count(members) | OperandKind::CountDistinct(members) => {
            of_members(members, level)
        }
        OperandKind::Aggregate {
            aggregation,
            members,
        } => {
            let trend = of_members(members, level);
            match (trend, aggregation) {
                (Trend::Constant, _) => Trend::Constant,
                (Trend::Rises, Aggregation::Sum) if adds_nothing_below_zero(members) => {
                    Trend::Rises
                }
                (Trend::Rises, Aggregation::Greatest) => Trend::Rises,
                (Trend::Rises, Aggregation::Least) => Trend::Falls,
                _ => Trend::Either,
            }
        }
        OperandKind::Longest { members, .. } => of_members(members, level),
        OperandKind::Share {
            members, having, ..
        } => constant_or_either(
            of_members(members, level) == Trend::Constant
                && of_condition(having, level) == Trend::Constant,
        ),
        OperandKind::Arithmetic {
            operator,
            left,
            right,
        } => {
            let (left, right) = (of_operand(left, level), of_operand(right, level));
            match operator {
                Arithmetic::Plus => left.with(right),
                Arithmetic::Minus => left.with(right.reversed()),
                Arithmetic::Times | Arithmetic::DividedBy => {
                    constant_or_either(left == Trend::Constant && right == Trend::Constant)
                }
            }
        }
        OperandKind::Similarity(..)
        | OperandKind::Constant(_)
        | OperandKind::Months(_)
        | OperandKind::Param(_)
        | OperandKind::Field(_)
        | OperandKind::Define(_)
        | OperandKind::AsOf
        | OperandKind::Score
        | OperandKind::Mistake => Trend::Constant,
    }
}

/// The elements of the window itself: more of them. Elsewhere the window may only matter where it
/// does not.
fn of_members(members: &Members, level: u8) -> Trend {
    let filter_uses_window = members
        .filter
        .as_ref()
        .is_some_and(|filter| uses_window(filter, level));
    match (is_of_window(&members.path, level), filter_uses_window) {
        (true, false) => Trend::Rises,
        (false, false) => Trend::Constant,
        (_, true) => Trend::Either,
    }
}

fn uses_window(condition: &Condition, level: u8) -> bool {
    let mut uses = false;
    condition.walk(&mut |part| {
        if let Part::Path(path) = part {
            uses |= is_of_window(path, level);
        }
    });
    uses
}

fn is_of_window(path: &FieldPath, level: u8) -> bool {
    path.root == Root::Window(level)
}

/// Whether the filter admits only values that are not below zero: `where (amount > 0 USD)`.
fn adds_nothing_below_zero(members: &Members) -> bool {
    let Some(filter) = &members.filter else {
        return false;
    };
    let parts: &[Condition] = match &filter.kind {
        ConditionKind::And(parts) => parts,
        _ => std::slice::from_ref(filter),
    };
    let tail = members
        .path
        .steps
        .get(members.element_steps..)
        .unwrap_or_default();
    parts.iter().any(|part| {
        let ConditionKind::Order { order: Order::Greater | Order::AtLeast, left, right } = &part.kind else {
            return false;
        };
        let is_the_value = matches!(&left.kind, OperandKind::Field(path) if path.steps == tail && matches!(path.root, Root::Element(_)));
        let is_not_below_zero = match &right.kind {
            OperandKind::Constant(Value::Number(number)) => !number.decimal().is_sign_negative(),
            OperandKind::Constant(Value::Money(money)) => !money.amount.decimal().is_sign_negative(),
            OperandKind::Constant(Value::Percent(percent)) => !percent.decimal().is_sign_negative(),
            OperandKind::Constant(Value::Duration(duration)) => !duration.seconds().is_sign_negative(),
            _ => false,
        };
        is_the_value && is_not_below_zero
    })
}
