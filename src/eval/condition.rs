use std::cmp::Ordering;
use std::ops::ControlFlow;

use rust_decimal::Decimal;

use super::operand::may_be_none;
use super::place::reach;
use super::possible::{Possible, apart, equal, same};
use super::scope::Scope;
use super::trace::{Cannot, Trace, What};
use super::{Evaluator, Truth};
use crate::hir::Order;
use crate::program::{Condition, ConditionKind, Field, Members, Operand, OperandKind, ValueSet};
use crate::roster::Fact;
use crate::types::Type;
use crate::value::{Date, Instant, Key, Value};

/// What most conditions come to is told without leaving `truth_of`; whatever needs more stands in a function
/// of its own, so that the many small steps do not pay for its room on the stack.
impl<'p> Evaluator<'p> {
    /// Whether a condition holds.
    pub(super) fn truth<T: Trace>(
        &self,
        condition: &'p Condition,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        trace.begin();
        let truth = self.truth_of(&condition.kind, scope, trace);
        trace.end(|| What::Condition(condition.node, truth));
        truth
    }

    fn truth_of<T: Trace>(
        &self,
        kind: &'p ConditionKind,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        match kind {
            ConditionKind::Field(field) => self.yes_no(field, scope, trace),
            ConditionKind::Rule(asked) => {
                let truth = self.asked(asked.rule, asked.outcome, scope.completed);
                trace.note(|| What::Rule(asked.rule, truth));
                truth
            }
            ConditionKind::Rules { at_least, severity, kind, outcome } => {
                let asked = self.asked_of_all(*severity, *kind, *outcome, scope.completed);
                let noted = asked.map(|(rule, truth)| {
                    trace.note(|| What::Rule(rule, truth));
                    truth
                });
                Truth::at_least(*at_least, noted)
            }
            ConditionKind::Not(inner) => !self.truth(inner, scope, trace),
            ConditionKind::And(parts) => self.all(parts, scope, trace),
            ConditionKind::Or(parts) => self.any(parts, scope, trace),
            ConditionKind::AtLeast { count, of } => self.at_least(*count, of, scope, trace),
            ConditionKind::Has(field) => self.has(field, scope, trace),
            ConditionKind::IsKnown(field) => {
                let found = self.read(field, scope, trace);
                (scope.completed || !matches!(found.fact, Fact::Unknown)).into()
            }
            ConditionKind::Equal(left, right) => self.equality(left, right, scope, trace),
            ConditionKind::OneOf { value, is_stale: true, .. } => {
                self.in_stale_list(value, scope, trace)
            }
            ConditionKind::OneOf { value, set, is_stale: false } => {
                self.one_of(value, set, scope, trace)
            }
            ConditionKind::Order { order, left, right } => {
                self.order(*order, left, right, scope, trace)
            }
            ConditionKind::Exists(members) => self.exists(members, scope, trace),
            ConditionKind::Every { members, condition } => {
                self.every(members, condition, scope, trace)
            }
            ConditionKind::InAny(window) => self.in_any(window, scope, trace),
            ConditionKind::InTheLast(window) => self.in_the_last(window, scope, trace),
            ConditionKind::Inconsistent { compared, allowing } => {
                self.inconsistent(compared, *allowing, scope, trace)
            }
            ConditionKind::Assume { condition, assumed } => {
                match self.truth(condition, scope, trace) {
                    Truth::Unknown => (*assumed).into(),
                    settled @ (Truth::Yes | Truth::No) => settled,
                }
            }
        }
    }

    fn all<T: Trace>(&self, parts: &'p [Condition], scope: &Scope<'_, '_>, trace: &mut T) -> Truth {
        let mut truth = Truth::Yes;
        for part in parts {
            truth = truth.and(self.truth(part, scope, trace));
            if truth == Truth::No && !T::RECORDS {
                break;
            }
        }
        truth
    }

    fn any<T: Trace>(&self, parts: &'p [Condition], scope: &Scope<'_, '_>, trace: &mut T) -> Truth {
        let mut truth = Truth::No;
        for part in parts {
            truth = truth.or(self.truth(part, scope, trace));
            if truth == Truth::Yes && !T::RECORDS {
                break;
            }
        }
        truth
    }

    fn at_least<T: Trace>(
        &self,
        count: usize,
        of: &'p [Condition],
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let (mut certain, mut possible) = (0_usize, 0_usize);
        for (place, part) in of.iter().enumerate() {
            let is_settled = certain >= count || possible + (of.len() - place) < count;
            if is_settled && !T::RECORDS {
                break;
            }
            let truth = self.truth(part, scope, trace);
            certain += usize::from(truth == Truth::Yes);
            possible += usize::from(truth.is_possible());
        }
        Truth::between(certain >= count, possible >= count)
    }

    fn yes_no<T: Trace>(&self, field: &Field, scope: &Scope<'_, '_>, trace: &mut T) -> Truth {
        match self.read(field, scope, trace).fact {
            Fact::Value(Value::YesNo(yes)) => (*yes).into(),
            Fact::None => Truth::No,
            Fact::Unknown | Fact::Value(_) | Fact::Record(_) | Fact::List(_) => Truth::Unknown,
        }
    }

    fn equality<T: Trace>(
        &self,
        left: &'p Operand,
        right: &'p Operand,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        if !T::RECORDS
            && let (Some(left), Some(right)) = (plain_value(left, scope), plain_value(right, scope))
        {
            return same(left, right).into();
        }
        self.possible_equality(left, right, scope, trace)
    }

    #[inline(never)]
    fn possible_equality<T: Trace>(
        &self,
        left: &'p Operand,
        right: &'p Operand,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let mut first = self.operand(left, scope, trace);
        let mut second = self.operand(right, scope, trace);
        to_common_days(&mut first, left.of, &mut second, right.of);
        note_apart(&first, &second, trace);
        equal(self, &first, &second, left.of)
    }

    fn order<T: Trace>(
        &self,
        order: Order,
        left: &'p Operand,
        right: &'p Operand,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        if !T::RECORDS
            && let (Some(left), Some(right)) =
                (plain_amount(left, scope), plain_amount(right, scope))
            && let Some(found) = left.compare(right)
        {
            return match order {
                Order::Less => found.is_lt(),
                Order::AtMost => found.is_le(),
                Order::Greater => found.is_gt(),
                Order::AtLeast => found.is_ge(),
            }
            .into();
        }
        self.possible_order(order, left, right, scope, trace)
    }

    #[inline(never)]
    fn possible_order<T: Trace>(
        &self,
        order: Order,
        left: &'p Operand,
        right: &'p Operand,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let mut first = self.operand(left, scope, trace);
        let mut second = self.operand(right, scope, trace);
        to_common_days(&mut first, left.of, &mut second, right.of);
        note_apart(&first, &second, trace);
        match (&first, &second) {
            (Possible::None, _) | (_, Possible::None) => Truth::No,
            (Possible::Amount(first), Possible::Amount(second)) => match apart(first, second) {
                Some(_) => Truth::Unknown,
                None => first.order(order, second),
            },
            _ => Truth::Unknown,
        }
    }

    fn one_of<T: Trace>(
        &self,
        value: &'p Operand,
        set: &'p ValueSet,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        if !T::RECORDS {
            if set.len() == Some(0) {
                return Truth::No;
            }
            if let Some(value) = plain_value(value, scope) {
                return set.contains(value).into();
            }
        }
        self.possibly_one_of(value, set, scope, trace)
    }

    #[inline(never)]
    fn possibly_one_of<T: Trace>(
        &self,
        value: &'p Operand,
        set: &'p ValueSet,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        match self.operand(value, scope, trace) {
            Possible::None => Truth::No,
            Possible::Value(value) => set.contains(&value).into(),
            Possible::Amount(amount) => self.amount_in(amount, set),
            Possible::Unknown => self.unknown_in(value, set),
            Possible::Whole(_) | Possible::Cannot(_) => {
                if set.len() == Some(0) {
                    Truth::No
                } else {
                    Truth::Unknown
                }
            }
        }
    }

    /// What a list was once does not tell what is in it now.
    #[inline(never)]
    fn in_stale_list<T: Trace>(
        &self,
        value: &'p Operand,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        match self.operand(value, scope, trace) {
            Possible::None => Truth::No,
            Possible::Unknown => Truth::Unknown,
            Possible::Value(_) | Possible::Amount(_) | Possible::Whole(_) | Possible::Cannot(_) => {
                trace.note(|| What::Cannot(Cannot::Stale));
                Truth::Unknown
            }
        }
    }

    #[expect(clippy::unused_self, reason = "belongs to the evaluation of comparisons")]
    fn amount_in(&self, amount: super::Amount, set: &ValueSet) -> Truth {
        let ValueSet::Keys(keys) = set else { return Truth::Unknown };
        keys.iter().fold(Truth::No, |truth, key| {
            let same = match key {
                Key::Amount(value) => amount.equal(super::Amount::exactly(*value)),
                Key::Instant(instant) => amount.equal(super::Amount::exactly(instant.seconds())),
                Key::Money(currency, value) => match amount.currency {
                    Some(of) if of.code() != *currency => Truth::Unknown,
                    _ => amount.equal(super::Amount::exactly(*value)),
                },
                Key::YesNo(_)
                | Key::Text(_)
                | Key::Country(_)
                | Key::Ip(_)
                | Key::Network(_)
                | Key::Choice(_) => Truth::Unknown,
            };
            truth.or(same)
        })
    }

    /// An unknown value is one of a set if the set has every value of its type.
    fn unknown_in(&self, value: &Operand, set: &ValueSet) -> Truth {
        let or_none = may_be_none(value);
        match (set.len(), self.values_of_type(value.of)) {
            (Some(0), _) => Truth::No,
            (Some(listed), Some(values)) if listed == values && !or_none => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    #[inline(never)]
    fn exists<T: Trace>(
        &self,
        members: &'p Members,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let mut truth = Truth::No;
        self.each(members, scope, trace, &mut |member, _| {
            truth = truth.or(Truth::between(member.is_certain(), true));
            if truth == Truth::Yes && !T::RECORDS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        truth
    }

    #[inline(never)]
    fn every<T: Trace>(
        &self,
        members: &'p Members,
        condition: &'p Condition,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let mut truth = Truth::Yes;
        self.each(members, scope, trace, &mut |member, trace| {
            let satisfied = (!member.included).or(self.truth(condition, member.scope, trace));
            truth = truth.and(match satisfied {
                Truth::No if member.many => Truth::Unknown,
                settled @ (Truth::Yes | Truth::No | Truth::Unknown) => settled,
            });
            if truth == Truth::No && !T::RECORDS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        truth
    }
}

/// Where a date meets an instant both are days.
fn to_common_days(
    left: &mut Possible<'_>,
    left_of: Type,
    right: &mut Possible<'_>,
    right_of: Type,
) {
    if left_of != right_of
        && let (Possible::Amount(left), Possible::Amount(right)) = (left, right)
    {
        *left = left.in_days(left_of);
        *right = right.in_days(right_of);
    }
}

/// The known value of an operand that is one as it stands: of a type without an order, from a field or
/// from the policy. It is what `operand` comes to, without the steps.
fn plain_value<'r>(operand: &'r Operand, scope: &Scope<'_, 'r>) -> Option<&'r Value<'r>> {
    if operand.of.is_quantity() { None } else { stated_value(operand, scope) }
}

/// A known amount that is one as it stands, or moved by a fixed period.
#[derive(Clone, Copy)]
enum PlainAmount {
    Day(Date),
    Time(Instant),
    Number(Decimal),
}

impl PlainAmount {
    /// As those compare that `operand` comes to; where a date meets an instant both are days.
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Day(left), Self::Day(right)) => Some(left.cmp(&right)),
            (Self::Time(left), Self::Time(right)) => Some(left.cmp(&right)),
            (Self::Day(left), Self::Time(right)) => Some(left.days().cmp(&right.days())),
            (Self::Time(left), Self::Day(right)) => Some(left.days().cmp(&right.days())),
            (Self::Number(left), Self::Number(right)) => Some(left.cmp(&right)),
            (Self::Number(_), _) | (_, Self::Number(_)) => None,
        }
    }
}

fn plain_amount(operand: &Operand, scope: &Scope<'_, '_>) -> Option<PlainAmount> {
    if let OperandKind::Moved { base, period, direction } = &operand.kind {
        return match plain_amount(base, scope)? {
            PlainAmount::Day(day) => day.plus(*period, *direction).map(PlainAmount::Day),
            PlainAmount::Time(time) => time.plus(*period, *direction).map(PlainAmount::Time),
            PlainAmount::Number(_) => None,
        };
    }
    match stated_value(operand, scope)? {
        Value::Date(day) => Some(PlainAmount::Day(*day)),
        Value::Instant(time) => Some(PlainAmount::Time(*time)),
        Value::Number(number) => Some(PlainAmount::Number(number.decimal())),
        Value::Percent(percent) => Some(PlainAmount::Number(percent.decimal())),
        Value::Duration(duration) => Some(PlainAmount::Number(duration.seconds())),
        Value::YesNo(_)
        | Value::Text(_)
        | Value::Money(_)
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
        | Value::Choice(_) => None,
    }
}

/// The value of an operand that is a known field or a constant.
fn stated_value<'r>(operand: &'r Operand, scope: &Scope<'_, 'r>) -> Option<&'r Value<'r>> {
    match &operand.kind {
        OperandKind::Constant(value) => Some(value),
        OperandKind::Field(Field { root, steps, derived: None, .. }) => {
            match reach(scope.start(*root).0, steps) {
                Fact::Value(value) => Some(value),
                Fact::Unknown | Fact::None | Fact::Record(_) | Fact::List(_) => None,
            }
        }
        OperandKind::Field(_)
        | OperandKind::Score
        | OperandKind::Arithmetic { .. }
        | OperandKind::Moved { .. }
        | OperandKind::Count(_)
        | OperandKind::CountDistinct(_)
        | OperandKind::CountPeers(_)
        | OperandKind::Aggregate { .. }
        | OperandKind::Share { .. }
        | OperandKind::Longest(_)
        | OperandKind::Similarity(..) => None,
    }
}

/// Notes that two known amounts could not be compared.
fn note_apart<T: Trace>(left: &Possible<'_>, right: &Possible<'_>, trace: &mut T) {
    if let (Possible::Amount(left), Possible::Amount(right)) = (left, right)
        && let Some(cannot) = apart(left, right)
    {
        trace.note(|| What::Cannot(cannot));
    }
}
