//! Conditions that cannot hold, or that always do, whatever the data.

use rust_decimal::Decimal;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Collection, Condition, ConditionKind, DefineBody, FieldPath, Operand, OperandKind, Order,
    ParamConstant, Part, PolicySet,
};
use crate::types::Type;
use crate::value::{Key, Value};

/// Reports comparisons that are the same for all data, and conjunctions whose parts exclude each other.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    let mut found = Vec::new();
    // A parameter may be empty only because its values cannot be read.
    let is_whole = !sink.has_errors();
    for condition in policy.conditions() {
        condition.walk(&mut |part| {
            if let Part::Condition(condition) = part
                && (is_whole || !asks_param(condition))
            {
                found.extend(verdict(policy, condition).map(|verdict| (verdict, condition.span)));
            }
        });
    }
    for (verdict, span) in found {
        sink.push(match verdict {
            Verdict::Never(why) => Diagnostic::new(Code::NeverHolds, span, why),
            Verdict::Always(why) => Diagnostic::new(Code::AlwaysHolds, span, why),
        });
    }
}

fn asks_param(condition: &Condition) -> bool {
    matches!(condition.kind, ConditionKind::OneOf { list: Collection::Param(_), .. })
}

enum Verdict {
    Never(String),
    Always(String),
}

fn verdict(policy: &PolicySet, condition: &Condition) -> Option<Verdict> {
    match &condition.kind {
        ConditionKind::Order { order, left, right } => {
            let (left, right) = (Range::of(policy, left)?, Range::of(policy, right)?);
            if left.compare(*order, right)? {
                Some(Verdict::Always("this holds whatever the data".to_owned()))
            } else {
                Some(Verdict::Never("this holds for no data".to_owned()))
            }
        }
        ConditionKind::OneOf { list: Collection::Values(values), .. } if values.is_empty() => {
            Some(Verdict::Never("nothing is in an empty list".to_owned()))
        }
        ConditionKind::OneOf { list: Collection::Param(id), .. } => {
            let param = policy.params.get(id.index())?;
            let is_always_empty = param.values.iter().all(|row| row.values.is_empty());
            is_always_empty
                .then(|| Verdict::Never(format!("`{}` is empty, so nothing is in it", param.name)))
        }
        ConditionKind::AtLeast { count, of } => {
            let Range { low, high, .. } = Range::of(policy, count)?;
            let parts = Decimal::from(of.len());
            if low? > parts {
                Some(Verdict::Never(format!("there are only {} conditions here", of.len())))
            } else if high? <= Decimal::ZERO {
                Some(Verdict::Always("at least none is always the case".to_owned()))
            } else {
                None
            }
        }
        ConditionKind::And(parts) => contradiction(policy, parts).map(Verdict::Never),
        ConditionKind::Field(_)
        | ConditionKind::Define(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Not(_)
        | ConditionKind::Or(_)
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Equal(..)
        | ConditionKind::OneOf { list: Collection::Values(_) | Collection::List(_), .. }
        | ConditionKind::Exists(_)
        | ConditionKind::Every { .. }
        | ConditionKind::InAny { .. }
        | ConditionKind::InTheLast { .. }
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Assume { .. }
        | ConditionKind::Mistake => None,
    }
}

/// What an amount can be for any data; open where absent.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: Option<Decimal>,
    high: Option<Decimal>,
    /// Whether it may be none, and a comparison with it therefore no.
    or_none: bool,
}

impl Range {
    /// Of amounts whose bounds are known without data; `None` for all others.
    fn of(policy: &PolicySet, operand: &Operand) -> Option<Self> {
        let between = |low: i64, high: Option<i64>, or_none| {
            Some(Self { low: Some(low.into()), high: high.map(Decimal::from), or_none })
        };
        match &operand.kind {
            OperandKind::Constant(value) => {
                let amount = amount(value)?;
                Some(Self { low: Some(amount), high: Some(amount), or_none: false })
            }
            OperandKind::Param(id) => {
                let values = &policy.params.get(id.index())?.values;
                let amounts: Option<Vec<Decimal>> = values
                    .iter()
                    .flat_map(|row| &row.values)
                    .map(|constant| match constant {
                        ParamConstant::Value(value) => amount(value),
                        ParamConstant::Months(_) => None,
                    })
                    .collect();
                let amounts = amounts?;
                Some(Self {
                    low: Some(*amounts.iter().min()?),
                    high: Some(*amounts.iter().max()?),
                    or_none: false,
                })
            }
            OperandKind::CountDistinct(members) => {
                between(0, distinct_values(policy, members.path.of), false)
            }
            OperandKind::Share { .. } => between(0, Some(100), true),
            OperandKind::Similarity(..) => between(0, Some(100), operand.or_none),
            OperandKind::Count(_)
            | OperandKind::CountPeers(_)
            | OperandKind::Longest { .. }
            | OperandKind::Score => between(0, None, false),
            OperandKind::Months(_)
            | OperandKind::Field(_)
            | OperandKind::Define(_)
            | OperandKind::AsOf
            | OperandKind::Arithmetic { .. }
            | OperandKind::Aggregate { .. }
            | OperandKind::Mistake => None,
        }
    }

    /// Whether the order holds for all or for no values of the two ranges.
    fn compare(self, order: Order, other: Self) -> Option<bool> {
        let (left, right, is_strict) = match order {
            Order::Less => (self, other, true),
            Order::AtMost => (self, other, false),
            Order::Greater => (other, self, true),
            Order::AtLeast => (other, self, false),
        };
        let is_below = |low: Decimal, high: Decimal, strict: bool| {
            if strict { low < high } else { low <= high }
        };
        let always =
            left.high.zip(right.low).is_some_and(|(high, low)| is_below(high, low, is_strict));
        let never =
            left.low.zip(right.high).is_some_and(|(low, high)| !is_below(low, high, is_strict));
        match (always && !left.or_none && !right.or_none, never) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// How many different values a type has, where that is few.
fn distinct_values(policy: &PolicySet, of: Type) -> Option<i64> {
    if let Type::Choice(id) = of {
        i64::try_from(policy.schema.enumeration(id).words.len()).ok()
    } else {
        (of == Type::YesNo).then_some(2)
    }
}

fn amount(value: &Value<'_>) -> Option<Decimal> {
    match value.key() {
        Key::Amount(amount) => Some(amount),
        Key::Instant(instant) => Some(instant.seconds()),
        Key::YesNo(_)
        | Key::Money(..)
        | Key::Text(_)
        | Key::Country(_)
        | Key::Ip(_)
        | Key::Network(_)
        | Key::Choice(_) => None,
    }
}

/// What one part of a conjunction says about one field.
enum Fact<'c> {
    Is(bool),
    OneOf(Vec<Key<'c>>),
    NoneOf(Vec<Key<'c>>),
    Ordered(Order, Decimal),
    Has(bool),
}

/// Why the parts of a conjunction exclude each other, if they do.
fn contradiction(policy: &PolicySet, parts: &[Condition]) -> Option<String> {
    let facts: Vec<(&FieldPath, Fact<'_>)> =
        parts.iter().flat_map(|part| facts(policy, part, true)).collect();
    for (place, (path, fact)) in facts.iter().enumerate() {
        for (other_path, other) in facts.iter().skip(place + 1) {
            if path.is_same_place(other_path) && excludes(fact, other) {
                return Some(format!("what this asks of `{}` excludes itself", path.shown));
            }
        }
    }
    None
}

fn facts<'c>(
    policy: &'c PolicySet,
    condition: &'c Condition,
    holds: bool,
) -> Vec<(&'c FieldPath, Fact<'c>)> {
    match &condition.kind {
        ConditionKind::Not(inner) => facts(policy, inner, !holds),
        ConditionKind::And(parts) if holds => {
            parts.iter().flat_map(|part| facts(policy, part, true)).collect()
        }
        ConditionKind::Or(parts) if !holds => {
            parts.iter().flat_map(|part| facts(policy, part, false)).collect()
        }
        ConditionKind::Define(id) => {
            match policy.defines.get(id.index()).map(|define| &define.body) {
                Some(DefineBody::Condition(body)) => facts(policy, body, holds),
                Some(DefineBody::Operand(_)) | None => Vec::new(),
            }
        }
        ConditionKind::Field(path) => vec![(path, Fact::Is(holds))],
        ConditionKind::Has(path) => vec![(path, Fact::Has(holds))],
        ConditionKind::Equal(left, right) => match (&left.kind, &right.kind) {
            (OperandKind::Field(path), OperandKind::Constant(value)) => {
                let keys = vec![value.key()];
                vec![(path, if holds { Fact::OneOf(keys) } else { Fact::NoneOf(keys) })]
            }
            _ => Vec::new(),
        },
        ConditionKind::OneOf { value, list: Collection::Values(values) }
            if is_compared_by_key(value) =>
        {
            let OperandKind::Field(path) = &value.kind else {
                return Vec::new();
            };
            let keys = values
                .iter()
                .filter_map(|value| {
                    let OperandKind::Constant(value) = &value.kind else { return None };
                    Some(value.key())
                })
                .collect();
            vec![(path, if holds { Fact::OneOf(keys) } else { Fact::NoneOf(keys) })]
        }
        ConditionKind::Order { order, left, right } => match (&left.kind, &right.kind) {
            (OperandKind::Field(path), OperandKind::Constant(value))
                if holds || !path.or_none() =>
            {
                let order = if holds { *order } else { order.negated() };
                amount(value)
                    .map(|amount| (path, Fact::Ordered(order, amount)))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        },
        ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::And(_)
        | ConditionKind::Or(_)
        | ConditionKind::AtLeast { .. }
        | ConditionKind::IsKnown(_)
        | ConditionKind::OneOf { .. }
        | ConditionKind::Exists(_)
        | ConditionKind::Every { .. }
        | ConditionKind::InAny { .. }
        | ConditionKind::InTheLast { .. }
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Assume { .. }
        | ConditionKind::Mistake => Vec::new(),
    }
}

/// Texts are matched by pattern and addresses by network, all else by equality.
fn is_compared_by_key(value: &Operand) -> bool {
    !matches!(value.of, Type::Text | Type::Ip)
}

fn excludes(left: &Fact<'_>, right: &Fact<'_>) -> bool {
    match (left, right) {
        (Fact::Is(left), Fact::Is(right)) | (Fact::Has(left), Fact::Has(right)) => left != right,
        (Fact::OneOf(left), Fact::OneOf(right)) => !left.iter().any(|key| right.contains(key)),
        (Fact::OneOf(some), Fact::NoneOf(none)) | (Fact::NoneOf(none), Fact::OneOf(some)) => {
            some.iter().all(|key| none.contains(key))
        }
        (Fact::OneOf(some), Fact::Ordered(order, bound))
        | (Fact::Ordered(order, bound), Fact::OneOf(some)) => some
            .iter()
            .all(|key| matches!(key, Key::Amount(amount) if !holds(*order, *amount, *bound))),
        (Fact::Ordered(left, low), Fact::Ordered(right, high)) => {
            excludes_ordered(*left, *low, *right, *high)
        }
        (Fact::Has(false), Fact::Is(true) | Fact::OneOf(_) | Fact::Ordered(..))
        | (Fact::Is(true) | Fact::OneOf(_) | Fact::Ordered(..), Fact::Has(false)) => true,
        _ => false,
    }
}

fn excludes_ordered(left: Order, left_bound: Decimal, right: Order, right_bound: Decimal) -> bool {
    let (lower, upper) = match (left, right) {
        (Order::Greater | Order::AtLeast, Order::Less | Order::AtMost) => {
            ((left, left_bound), (right, right_bound))
        }
        (Order::Less | Order::AtMost, Order::Greater | Order::AtLeast) => {
            ((right, right_bound), (left, left_bound))
        }
        _ => return false,
    };
    let is_open = lower.0 == Order::Greater || upper.0 == Order::Less;
    lower.1 > upper.1 || (lower.1 == upper.1 && is_open)
}

fn holds(order: Order, left: Decimal, right: Decimal) -> bool {
    match order {
        Order::Less => left < right,
        Order::AtMost => left <= right,
        Order::Greater => left > right,
        Order::AtLeast => left >= right,
    }
}
