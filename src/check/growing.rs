//! Whether more elements in a window can only make its condition truer.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Aggregation, Arithmetic, Condition, ConditionKind, FieldPath, Members, Operand, OperandKind,
    Order, Part, PolicySet, Root, Window,
};
use crate::value::Value;

/// Reports every `in any D of L (C)` whose C could become false by further elements.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    for condition in policy.conditions() {
        check_in(sink, condition, Watched { level: 0, filter: None });
    }
}

/// Whether further elements in the window, which stands inside of so many others, can only make the
/// condition truer.
pub(crate) fn only_rises(window: &Window, condition: &Condition, level: u8) -> bool {
    let watched = Watched { level, filter: window.members.filter.as_deref() };
    of_condition(condition, watched).never_falls()
}

fn check_in(sink: &mut Sink, condition: &Condition, watched: Watched<'_>) {
    match &condition.kind {
        ConditionKind::InAny { window, condition: inner } => {
            let own = Watched { filter: window.members.filter.as_deref(), ..watched };
            let trend = of_condition(inner, own);
            if !trend.never_falls() {
                let culprit = culprit(inner, own);
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
            check_in(sink, inner, watched.inner(window));
        }
        ConditionKind::InTheLast { window, condition: inner } => {
            check_in(sink, inner, watched.inner(window));
        }
        ConditionKind::And(parts)
        | ConditionKind::Or(parts)
        | ConditionKind::AtLeast { of: parts, .. } => {
            for part in parts {
                check_in(sink, part, watched);
            }
        }
        ConditionKind::Not(inner)
        | ConditionKind::Assume { condition: inner, .. }
        | ConditionKind::Every { condition: inner, .. } => check_in(sink, inner, watched),
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

/// The window whose growth is watched.
#[derive(Clone, Copy)]
struct Watched<'h> {
    level: u8,
    /// What picks its elements.
    filter: Option<&'h Condition>,
}

impl<'h> Watched<'h> {
    /// The window inside this one.
    fn inner(self, window: &'h Window) -> Self {
        Self { level: self.level + 1, filter: window.members.filter.as_deref() }
    }
}

/// The smallest part that is to blame.
fn culprit<'h>(condition: &'h Condition, watched: Watched<'_>) -> &'h Condition {
    let (ConditionKind::And(parts)
    | ConditionKind::Or(parts)
    | ConditionKind::AtLeast { of: parts, .. }) = &condition.kind
    else {
        return condition;
    };
    let blamed = parts.iter().find(|part| !of_condition(part, watched).never_falls());
    blamed.map_or(condition, |part| culprit(part, watched))
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

fn of_condition(condition: &Condition, watched: Watched<'_>) -> Trend {
    match &condition.kind {
        ConditionKind::Not(inner) => of_condition(inner, watched).reversed(),
        ConditionKind::And(parts)
        | ConditionKind::Or(parts)
        | ConditionKind::AtLeast { of: parts, .. } => parts
            .iter()
            .fold(Trend::Constant, |trend, part| trend.with(of_condition(part, watched))),
        ConditionKind::Exists(members) => of_members(members, watched),
        ConditionKind::Every { members, condition } => {
            of_members(members, watched).reversed().with(of_condition(condition, watched))
        }
        ConditionKind::Order { order, left, right } => {
            let (greater, less) = match order {
                Order::Greater | Order::AtLeast => (left, right),
                Order::Less | Order::AtMost => (right, left),
            };
            of_order(greater, less, watched)
        }
        ConditionKind::Inconsistent { paths, .. } => {
            if paths.iter().any(|path| is_of_window(path, watched)) {
                Trend::Rises
            } else {
                Trend::Constant
            }
        }
        ConditionKind::InAny { window, condition }
        | ConditionKind::InTheLast { window, condition } => {
            match of_members(&window.members, watched) {
                Trend::Constant => of_condition(condition, watched),
                Trend::Rises => of_condition(condition, watched)
                    .with(of_condition(condition, watched.inner(window))),
                Trend::Falls | Trend::Either => Trend::Either,
            }
        }
        ConditionKind::Assume { condition, .. } => match of_condition(condition, watched) {
            Trend::Constant => Trend::Constant,
            Trend::Rises | Trend::Falls | Trend::Either => Trend::Either,
        },
        ConditionKind::Equal(left, right) => constant_or_either(
            [left, right]
                .into_iter()
                .all(|operand| of_operand(operand, watched) == Trend::Constant),
        ),
        ConditionKind::OneOf { value, .. } => {
            constant_or_either(of_operand(value, watched) == Trend::Constant)
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
    if is_constant { Trend::Constant } else { Trend::Either }
}

/// Of `greater > less`. The least and greatest of nothing are none, and a comparison with none is no:
/// a first element can only make `greatest >= x` and `least <= x` true.
fn of_order(greater: &Operand, less: &Operand, watched: Watched<'_>) -> Trend {
    let may_begin_false = |operand: &Operand, wanted: Aggregation| {
        let OperandKind::Aggregate { aggregation, members } = &operand.kind else { return true };
        of_members(members, watched) == Trend::Constant || *aggregation == wanted
    };
    let trend = of_operand(greater, watched).with(of_operand(less, watched).reversed());
    let is_sound = may_begin_false(greater, Aggregation::Greatest)
        && may_begin_false(less, Aggregation::Least);
    let has_sum = |operand: &Operand| {
        matches!(operand.kind, OperandKind::Aggregate { aggregation: Aggregation::Sum, .. })
    };
    if trend == Trend::Constant || is_sound || has_sum(greater) || has_sum(less) {
        trend
    } else {
        Trend::Either
    }
}

fn of_operand(operand: &Operand, watched: Watched<'_>) -> Trend {
    match &operand.kind {
        OperandKind::Count(members) | OperandKind::CountDistinct(members) => {
            of_members(members, watched)
        }
        OperandKind::Aggregate { aggregation, members } => {
            let trend = of_members(members, watched);
            match (trend, aggregation) {
                (Trend::Constant, _) => Trend::Constant,
                (Trend::Rises, Aggregation::Sum) if adds_nothing_below_zero(members, watched) => {
                    Trend::Rises
                }
                (Trend::Rises, Aggregation::Greatest) => Trend::Rises,
                (Trend::Rises, Aggregation::Least) => Trend::Falls,
                _ => Trend::Either,
            }
        }
        OperandKind::Longest { members, .. } => of_members(members, watched),
        OperandKind::Share { members, having, .. } => constant_or_either(
            of_members(members, watched) == Trend::Constant
                && of_condition(having, watched) == Trend::Constant,
        ),
        OperandKind::Arithmetic { operator, left, right } => {
            let (left, right) = (of_operand(left, watched), of_operand(right, watched));
            match operator {
                Arithmetic::Plus => left.with(right),
                Arithmetic::Minus => left.with(right.reversed()),
                Arithmetic::Times | Arithmetic::DividedBy => {
                    constant_or_either(left == Trend::Constant && right == Trend::Constant)
                }
            }
        }
        OperandKind::Similarity(..)
        | OperandKind::CountPeers(_)
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
fn of_members(members: &Members, watched: Watched<'_>) -> Trend {
    let filter_uses_window =
        members.filter.as_ref().is_some_and(|filter| uses_window(filter, watched));
    match (is_of_window(&members.path, watched), filter_uses_window) {
        (true, false) => Trend::Rises,
        (false, false) => Trend::Constant,
        (_, true) => Trend::Either,
    }
}

fn uses_window(condition: &Condition, watched: Watched<'_>) -> bool {
    let mut uses = false;
    condition.walk(&mut |part| {
        if let Part::Path(path) = part {
            uses |= is_of_window(path, watched);
        }
    });
    uses
}

fn is_of_window(path: &FieldPath, watched: Watched<'_>) -> bool {
    path.root == Root::Window(watched.level)
}

/// Whether the filter, or that of the window, admits only values that are not below zero:
/// `where (amount > 0 USD)`.
fn adds_nothing_below_zero(members: &Members, watched: Watched<'_>) -> bool {
    let tail = members.path.steps.get(members.element_steps..).unwrap_or_default();
    let filters = members.filter.as_deref().into_iter().chain(watched.filter);
    filters.flat_map(parts).any(|part| {
        let ConditionKind::Order { order: Order::Greater | Order::AtLeast, left, right } =
            &part.kind
        else {
            return false;
        };
        let is_the_value = matches!(&left.kind, OperandKind::Field(path)
            if path.steps == tail && matches!(path.root, Root::Element(_)));
        is_the_value && is_not_below_zero(right)
    })
}

/// The parts of a conjunction, or the condition itself.
fn parts(condition: &Condition) -> &[Condition] {
    if let ConditionKind::And(parts) = &condition.kind {
        parts
    } else {
        std::slice::from_ref(condition)
    }
}

fn is_not_below_zero(operand: &Operand) -> bool {
    let OperandKind::Constant(value) = &operand.kind else { return false };
    let amount = match value {
        Value::Number(number) => number.decimal(),
        Value::Money(money) => money.amount.decimal(),
        Value::Percent(percent) => percent.decimal(),
        Value::Duration(duration) => duration.seconds(),
        Value::YesNo(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Instant(_)
        | Value::Country(_)
        | Value::Ip(_)
        | Value::Network(_)
        | Value::Email(_)
        | Value::Phone(_)
        | Value::Url(_)
        | Value::PersonName(_)
        | Value::AddressLine(_)
        | Value::Postcode(_)
        | Value::ContactPoint(_)
        | Value::Choice(_) => return false,
    };
    !amount.is_sign_negative()
}
