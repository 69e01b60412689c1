use std::borrow::Cow;

use super::amount::Amount;
use super::trace::Cannot;
use super::{Evaluator, Truth};
use crate::hir::Derived;
use crate::roster::Fact;
use crate::types::Type;
use crate::value::{Key, Value};

/// What a value can be over all completions of the record.
#[derive(Clone, Debug)]
pub(super) enum Possible<'r> {
    /// There is none, in every completion.
    None,
    /// This one value, of a type without order.
    Value(Cow<'r, Value<'r>>),
    /// A record that compares as one value; its fields may be unknown.
    Whole(&'r Fact<'r>),
    /// An amount.
    Amount(Amount),
    /// Any value of a type without order, or none where the type allows it.
    Unknown,
    /// Not even the completed record tells.
    Cannot(Cannot),
}

impl Evaluator<'_> {
    /// What a fact of that type can be.
    pub(super) fn possible<'r>(
        &self,
        fact: &'r Fact<'r>,
        of: Type,
        derived: Option<Derived>,
        or_none: bool,
    ) -> Possible<'r> {
        match fact {
            Fact::None => Possible::None,
            Fact::Unknown | Fact::List(_) if of.is_quantity() => {
                Possible::Amount(Amount::any(or_none))
            }
            Fact::Unknown | Fact::List(_) => Possible::Unknown,
            Fact::Record(_) => Possible::Whole(fact),
            Fact::Value(value) => match (derived, value) {
                (Some(Derived::NetworkOfIp), Value::Ip(ip)) => {
                    Possible::Value(Cow::Owned(Value::Network(ip.network())))
                }
                _ => self.possible_value(value),
            },
        }
    }

    /// What a known value is; money becomes the currency that amounts are compared in.
    pub(super) fn possible_value<'r>(&self, value: &'r Value<'r>) -> Possible<'r> {
        let Some(amount) = Amount::of_value(value) else {
            return Possible::Value(Cow::Borrowed(value));
        };
        match (value, &self.program.rates) {
            (Value::Money(money), Some(rates)) => match rates.rate(money.currency) {
                Some(rate) => match money.amount.decimal().checked_mul(rate) {
                    Some(converted) => Possible::Amount(Amount {
                        currency: Some(rates.to),
                        ..Amount::exactly(converted)
                    }),
                    None => Possible::Cannot(Cannot::Range),
                },
                None => Possible::Cannot(Cannot::Currency),
            },
            _ => Possible::Amount(amount),
        }
    }
}

/// Why two amounts cannot be taken together, if so: they are of different currencies. Zero is zero in
/// every currency.
pub(super) fn apart(left: &Amount, right: &Amount) -> Option<Cannot> {
    let is_zero = |amount: &Amount| amount.exact().is_some_and(|exact| exact.is_zero());
    match (left.currency, right.currency) {
        (Some(of_left), Some(of_right))
            if of_left != of_right && !is_zero(left) && !is_zero(right) =>
        {
            Some(Cannot::Currency)
        }
        _ => None,
    }
}

/// Whether two values are equal. Nothing equals none.
pub(super) fn equal(
    evaluator: &Evaluator<'_>,
    left: &Possible<'_>,
    right: &Possible<'_>,
    of: Type,
) -> Truth {
    match (left, right) {
        (Possible::None, _) | (_, Possible::None) => Truth::No,
        (Possible::Value(left), Possible::Value(right)) => same(left, right).into(),
        (Possible::Amount(left), Possible::Amount(right)) => match apart(left, right) {
            Some(_) => Truth::Unknown,
            None => left.equal(*right),
        },
        (Possible::Whole(left), Possible::Whole(right)) => whole_equal(evaluator, left, right, of),
        (
            Possible::Value(_)
            | Possible::Whole(_)
            | Possible::Amount(_)
            | Possible::Unknown
            | Possible::Cannot(_),
            _,
        ) => Truth::Unknown,
    }
}

/// Whether two values are the same. Those written with the same letters are, without being folded.
pub(super) fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    let is_written_alike = match (left, right) {
        (Value::Choice(left), Value::Choice(right)) => return left.place == right.place,
        (Value::Country(left), Value::Country(right)) => return left == right,
        (Value::Text(left), Value::Text(right)) => return left == right,
        (Value::PersonName(left), Value::PersonName(right)) => left.is_written_as(right),
        (Value::Phone(left), Value::Phone(right)) => left.is_written_as(right),
        (Value::AddressLine(left), Value::AddressLine(right)) => left.is_written_as(right),
        _ => false,
    };
    is_written_alike || left.key() == right.key()
}

/// The key of a value, borrowed where the value is.
pub(super) fn key_of<'r>(value: &Cow<'r, Value<'r>>) -> Key<'r> {
    match value {
        Cow::Borrowed(value) => value.key(),
        Cow::Owned(value) => value.key().into_owned(),
    }
}

/// Whether two records that compare as one value are equal, field by field.
pub(super) fn whole_equal(
    evaluator: &Evaluator<'_>,
    left: &Fact<'_>,
    right: &Fact<'_>,
    of: Type,
) -> Truth {
    let Type::Record(record) = of else { return Truth::Unknown };
    let record = evaluator.program.schema.record(record);
    record.compared.iter().fold(Truth::Yes, |equal_so_far, slot| {
        equal_so_far.and(match (left.field(*slot), right.field(*slot)) {
            (Fact::Unknown, _) | (_, Fact::Unknown) => Truth::Unknown,
            (Fact::None, Fact::None) => Truth::Yes,
            (Fact::Value(left), Fact::Value(right)) => same(left, right).into(),
            _ => Truth::No,
        })
    })
}
