//! Conditions in fewer forms: what can be said in two ways is brought into one, so that parts can be compared.
//!
//! Every form means the same as what it takes the place of, for every record: yes where that is yes, no where it is
//! no, and unknown where it is unknown.

use rust_decimal::Decimal;

use super::amount::{Constant, measure};
use super::atom::is_told_apart_by_key;
use super::side::Side;
use crate::hir::{
    Arithmetic, Condition, ConditionKind, DefineBody, FieldPath, Members, Operand, OperandKind,
    Order, Peers, PeersOf, Window,
};
use crate::source::Span;
use crate::types::Type;
use crate::value::{Date, Duration, Value};

/// A condition in fewer forms, its definitions written out.
pub(in crate::review) fn plain(side: Side<'_>, condition: &Condition) -> Condition {
    let each = |parts: &[Condition]| parts.iter().map(|part| plain(side, part)).collect();
    let kind = match &condition.kind {
        ConditionKind::Define(id) => match side.define(*id) {
            Some(DefineBody::Condition(body)) => return plain(side, body),
            Some(DefineBody::Operand(_)) | None => condition.kind.clone(),
        },
        ConditionKind::Not(inner) => ConditionKind::Not(Box::new(plain(side, inner))),
        ConditionKind::And(parts) => ConditionKind::And(each(parts)),
        ConditionKind::Or(parts) => ConditionKind::Or(each(parts)),
        ConditionKind::AtLeast { count, of } => {
            ConditionKind::AtLeast { count: Box::new(operand(side, count)), of: each(of) }
        }
        ConditionKind::Equal(left, right) => {
            equal(operand(side, left), operand(side, right), condition.span)
        }
        ConditionKind::OneOf { value, list } => {
            ConditionKind::OneOf { value: Box::new(operand(side, value)), list: list.clone() }
        }
        ConditionKind::Order { order, left, right } => {
            order_of(side, *order, operand(side, left), operand(side, right), condition.span)
        }
        ConditionKind::Exists(found) => ConditionKind::Exists(members(side, found)),
        ConditionKind::Every { members: all, condition: wanted } => {
            none_without(members(side, all), plain(side, wanted))
        }
        ConditionKind::InAny { window: of, condition } => ConditionKind::InAny {
            window: window(side, of),
            condition: Box::new(plain(side, condition)),
        },
        ConditionKind::InTheLast { window: of, condition } => ConditionKind::InTheLast {
            window: window(side, of),
            condition: Box::new(plain(side, condition)),
        },
        ConditionKind::Inconsistent { paths, allowing } => {
            inconsistent(paths, allowing.as_deref(), condition.span)
                .unwrap_or_else(|| condition.kind.clone())
        }
        ConditionKind::Assume { condition, assumed } => {
            ConditionKind::Assume { condition: Box::new(plain(side, condition)), assumed: *assumed }
        }
        ConditionKind::Field(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Mistake => condition.kind.clone(),
    };
    Condition { kind, span: condition.span }
}

/// A value with its definitions written out.
fn operand(side: Side<'_>, written: &Operand) -> Operand {
    let written = side.resolved(written);
    let boxed = |inner: &Operand| Box::new(operand(side, inner));
    let kind = match &written.kind {
        OperandKind::Arithmetic { operator, left, right } => {
            OperandKind::Arithmetic { operator: *operator, left: boxed(left), right: boxed(right) }
        }
        OperandKind::Count(of) => OperandKind::Count(members(side, of)),
        OperandKind::CountDistinct(of) => OperandKind::CountDistinct(members(side, of)),
        OperandKind::CountPeers(peers) => OperandKind::CountPeers(Box::new(Peers {
            of: match &peers.of {
                PeersOf::Record(filter) => PeersOf::Record(filtered(side, filter.as_deref())),
                PeersOf::Elements(of) => PeersOf::Elements(members(side, of)),
            },
            ..(**peers).clone()
        })),
        OperandKind::Aggregate { aggregation, members: of } => {
            OperandKind::Aggregate { aggregation: *aggregation, members: members(side, of) }
        }
        OperandKind::Share { members: of, having, over } => OperandKind::Share {
            members: members(side, of),
            having: Box::new(plain(side, having)),
            over: over.as_deref().map(boxed),
        },
        OperandKind::Longest { members: of, per, gap } => {
            OperandKind::Longest { members: members(side, of), per: per.clone(), gap: boxed(gap) }
        }
        OperandKind::Similarity(left, right) => OperandKind::Similarity(boxed(left), boxed(right)),
        OperandKind::Constant(_)
        | OperandKind::Months(_)
        | OperandKind::Param(_)
        | OperandKind::Field(_)
        | OperandKind::Define(_)
        | OperandKind::AsOf
        | OperandKind::Score
        | OperandKind::Mistake => written.kind.clone(),
    };
    Operand { kind, ..written.clone() }
}

fn filtered(side: Side<'_>, filter: Option<&Condition>) -> Option<Box<Condition>> {
    filter.map(|filter| Box::new(plain(side, filter)))
}

fn members(side: Side<'_>, written: &Members) -> Members {
    Members { filter: filtered(side, written.filter.as_deref()), ..written.clone() }
}

fn window(side: Side<'_>, written: &Window) -> Window {
    Window {
        members: members(side, &written.members),
        period: Box::new(operand(side, &written.period)),
        ..written.clone()
    }
}

fn not(kind: ConditionKind, span: Span) -> ConditionKind {
    ConditionKind::Not(Box::new(Condition { kind, span }))
}

/// Every element is so where there is none that is not.
fn none_without(all: Members, wanted: Condition) -> ConditionKind {
    let span = wanted.span;
    let unwanted = Condition { kind: ConditionKind::Not(Box::new(wanted)), span };
    let filter = match all.filter.clone() {
        Some(filter) => Condition { kind: ConditionKind::And(vec![*filter, unwanted]), span },
        None => unwanted,
    };
    not(ConditionKind::Exists(Members { filter: Some(Box::new(filter)), ..all }), span)
}

/// The elements that are counted; of different values there are some where there are elements.
fn counted(operand: &Operand) -> Option<&Members> {
    if let OperandKind::Count(members) | OperandKind::CountDistinct(members) = &operand.kind {
        Some(members)
    } else {
        None
    }
}

fn equal(left: Operand, right: Operand, span: Span) -> ConditionKind {
    let is_nothing = |operand: &Operand| number(operand).is_some_and(|number| number.is_zero());
    let members = match (counted(&left), counted(&right)) {
        (Some(members), None) if is_nothing(&right) => Some(members),
        (None, Some(members)) if is_nothing(&left) => Some(members),
        _ => None,
    };
    match members {
        Some(members) => not(ConditionKind::Exists(members.clone()), span),
        None => ConditionKind::Equal(Box::new(left), Box::new(right)),
    }
}

fn number(operand: &Operand) -> Option<Decimal> {
    if let OperandKind::Constant(Value::Number(number)) = &operand.kind {
        Some(number.decimal())
    } else {
        None
    }
}

fn order_of(
    side: Side<'_>,
    order: Order,
    left: Operand,
    right: Operand,
    span: Span,
) -> ConditionKind {
    if let Some(kind) = of_existence(side, order, &left, &right, span) {
        return kind;
    }
    let (order, left, right) = of_moments(side, order, left, right);
    let (left, right) = without_difference(left, right);
    ConditionKind::Order { order, left: Box::new(left), right: Box::new(right) }
}

/// At least one is some, and fewer than one is none.
fn of_existence(
    side: Side<'_>,
    order: Order,
    left: &Operand,
    right: &Operand,
    span: Span,
) -> Option<ConditionKind> {
    let (order, members, limit) = match (counted(left), counted(right)) {
        (Some(members), None) => (order, members, right),
        (None, Some(members)) => (order.mirrored(), members, left),
        _ => return None,
    };
    let (_, limit) = measure(side.constant(limit)?)?;
    let exists = || ConditionKind::Exists(members.clone());
    let is_one = |limit: Decimal| limit == Decimal::ONE;
    match order {
        Order::AtLeast => is_one(limit.ceil()).then(exists),
        Order::Greater => is_one(limit.floor() + Decimal::ONE).then(exists),
        Order::Less => is_one(limit.ceil()).then(|| not(exists(), span)),
        Order::AtMost => is_one(limit.floor() + Decimal::ONE).then(|| not(exists(), span)),
    }
}

/// A moment and a day compare by days: before a day is before its first moment.
fn of_moments(
    side: Side<'_>,
    order: Order,
    left: Operand,
    right: Operand,
) -> (Order, Operand, Operand) {
    if left.of == Type::Instant
        && let Some(day) = day(side, &right)
        && let Some((order, limit)) = first_moment(order, day, &right)
    {
        return (order, left, limit);
    }
    if right.of == Type::Instant
        && let Some(day) = day(side, &left)
        && let Some((order, limit)) = first_moment(order.mirrored(), day, &left)
    {
        return (order.mirrored(), limit, right);
    }
    (order, left, right)
}

fn day(side: Side<'_>, operand: &Operand) -> Option<Date> {
    match side.constant(operand)? {
        Constant::Value(Value::Date(day)) => Some(*day),
        Constant::Value(_) | Constant::Months(_) => None,
    }
}

fn first_moment(order: Order, day: Date, written: &Operand) -> Option<(Order, Operand)> {
    let next = || Date::from_days(day.days() + 1);
    let (order, day) = match order {
        Order::Greater => (Order::AtLeast, next()?),
        Order::AtLeast | Order::Less => (order, day),
        Order::AtMost => (Order::Less, next()?),
    };
    let kind = OperandKind::Constant(Value::Instant(day.start()));
    Some((order, Operand { kind, of: Type::Instant, ..written.clone() }))
}

/// Days that lie so far apart: the one is compared with the other moved by so many.
fn without_difference(left: Operand, right: Operand) -> (Operand, Operand) {
    if let Some((first, second)) = difference_of_days(&left)
        && is_whole_days(&right)
    {
        let moved = moved(second, &right);
        return (first.clone(), moved);
    }
    if let Some((first, second)) = difference_of_days(&right)
        && is_whole_days(&left)
    {
        let moved = moved(second, &left);
        return (moved, first.clone());
    }
    (left, right)
}

fn difference_of_days(operand: &Operand) -> Option<(&Operand, &Operand)> {
    let OperandKind::Arithmetic { operator: Arithmetic::Minus, left, right } = &operand.kind else {
        return None;
    };
    (left.of == Type::Date && right.of == Type::Date).then_some((left, right))
}

fn is_whole_days(operand: &Operand) -> bool {
    matches!(&operand.kind, OperandKind::Constant(Value::Duration(duration))
        if is_multiple_of_days(*duration))
}

fn is_multiple_of_days(duration: Duration) -> bool {
    (duration.seconds() % Decimal::from(86_400)).is_zero()
}

fn moved(day: &Operand, by: &Operand) -> Operand {
    let kind = OperandKind::Arithmetic {
        operator: Arithmetic::Plus,
        left: Box::new(day.clone()),
        right: Box::new(by.clone()),
    };
    Operand { kind, ..day.clone() }
}

/// Two values that are always there are inconsistent where they are not equal.
fn inconsistent(
    paths: &[FieldPath],
    allowing: Option<&Operand>,
    span: Span,
) -> Option<ConditionKind> {
    let ([first, second], None) = (paths, allowing) else { return None };
    let is_single = |path: &FieldPath| !path.goes_through_list() && !path.or_none();
    if first.of != second.of
        || !is_told_apart_by_key(first.of)
        || !is_single(first)
        || !is_single(second)
    {
        return None;
    }
    let value = |path: &FieldPath| {
        Box::new(Operand {
            kind: OperandKind::Field(path.clone()),
            of: path.of,
            or_none: false,
            name: None,
            span: path.span,
        })
    };
    Some(not(ConditionKind::Equal(value(first), value(second)), span))
}
