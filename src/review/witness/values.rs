//! Values for records that are made up: plainly synthetic, near the time of the evaluation.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::draft::Node;
use super::side::Side;
use crate::hir::Order;
use crate::types::{Type, parse_value};
use crate::value::{
    Currency, Date, Direction, Duration, Instant, Money, Number, Percent, Period, Value,
};

pub(super) const SECONDS_PER_DAY: i64 = 86_400;

/// Countries that stand first where any would do.
const COUNTRIES: [&str; 8] = ["US", "CA", "GB", "FR", "BR", "IN", "NZ", "PL"];

/// Names of nobody, unlike each other.
const NAMES: [&str; 6] = [
    "Example Person",
    "Sample Worker",
    "Placeholder Name",
    "Specimen Holder",
    "Dummy Contractor",
    "Model Subject",
];

/// Networks that are reserved for documentation.
const NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

/// The days between times that are made up.
const STEP_DAYS: i64 = 10;

/// A value of a type; others for other numbers, as far as the type has so many.
pub(super) fn nth(side: &Side<'_>, of: Type, number: usize) -> Option<Value<'static>> {
    let count = i64::try_from(number).ok()?;
    let next = number + 1;
    let text = match of {
        Type::YesNo => return Some(Value::YesNo(number.is_multiple_of(2))),
        Type::Number => next.to_string(),
        Type::Percent => format!("{}%", 50 + number % 50),
        Type::Text => format!("example-{next}"),
        Type::Date => return day_before(side.as_of, count).map(Value::Date),
        Type::Instant => {
            return day_before(side.as_of, count).map(|day| Value::Instant(day.start()));
        }
        Type::Duration => format!("{next} hours"),
        Type::Money => format!("{} USD", next * 100),
        Type::Country => COUNTRIES.get(number % COUNTRIES.len())?.to_string(),
        Type::Ip => address(number),
        Type::Network => network(number),
        Type::Email | Type::ContactPoint => format!("person{next}@example.org"),
        Type::Phone => format!("+1 202 555 {:04}", 100 + number % 100),
        Type::Url => format!("https://example.org/{next}"),
        Type::PersonName => name(number),
        Type::AddressLine => format!("{next} Example Street"),
        Type::Postcode => format!("{next:05}"),
        Type::Choice(id) => {
            let words = &side.policy.schema.enumeration(id).words;
            words.get(number % words.len().max(1))?.to_string()
        }
        Type::Months | Type::Record(_) => return None,
    };
    parsed(side, of, text)
}

fn name(number: usize) -> String {
    let name = NAMES.get(number % NAMES.len()).copied().unwrap_or("Example Person");
    match number / NAMES.len() {
        0 => name.to_owned(),
        round => format!("{name} {round}"),
    }
}

fn address(number: usize) -> String {
    match NETWORKS.get(number) {
        Some(network) => format!("{network}.1"),
        None => format!("2001:db8:{number:x}::1"),
    }
}

fn network(number: usize) -> String {
    match NETWORKS.get(number) {
        Some(network) => format!("{network}.0/24"),
        None => format!("2001:db8:{number:x}::/48"),
    }
}

fn day_before(as_of: Instant, number: i64) -> Option<Date> {
    Date::from_days(as_of.date().days() - STEP_DAYS * (number + 1))
}

/// The same for records that compare as one value.
pub(super) fn nth_node<'e>(side: &Side<'e>, of: Type, number: usize) -> Option<Node<'e>> {
    let Type::Record(record) = of else { return nth(side, of, number).map(Node::Value) };
    let record = side.policy.schema.record(record);
    let mut fields = BTreeMap::new();
    for slot in &record.compared {
        let field = record.at(*slot)?;
        // One field tells them apart.
        let number = if fields.is_empty() { number } else { 0 };
        fields.insert(field.name.as_str(), nth_node(side, field.shape.of, number)?);
    }
    Some(Node::Record(fields.into()))
}

pub(super) fn parsed(side: &Side<'_>, of: Type, text: String) -> Option<Value<'static>> {
    parse_value(&side.policy.schema, of, Cow::Owned(text)).ok().map(Value::into_owned)
}

/// A value as one of a type, as another version may have it: a word at another place of its enum, a date
/// where there was an instant.
pub(super) fn as_type(side: &Side<'_>, of: Type, value: &Value<'_>) -> Option<Value<'static>> {
    match (of, value) {
        (Type::Date, Value::Instant(instant)) => Some(Value::Date(instant.date())),
        (Type::Instant, Value::Date(date)) => Some(Value::Instant(date.start())),
        _ if is_of(of, value) && !matches!(of, Type::Choice(_)) => Some(value.clone().into_owned()),
        _ => parsed(side, of, value.to_string()),
    }
}

fn is_of(of: Type, value: &Value<'_>) -> bool {
    let own = match value {
        Value::YesNo(_) => Type::YesNo,
        Value::Number(_) => Type::Number,
        Value::Percent(_) => Type::Percent,
        Value::Text(_) => Type::Text,
        Value::Date(_) => Type::Date,
        Value::Instant(_) => Type::Instant,
        Value::Duration(_) => Type::Duration,
        Value::Money(_) => Type::Money,
        Value::Country(_) => Type::Country,
        Value::Ip(_) => Type::Ip,
        Value::Network(_) => Type::Network,
        Value::Email(_) => Type::Email,
        Value::Phone(_) => Type::Phone,
        Value::Url(_) => Type::Url,
        Value::PersonName(_) => Type::PersonName,
        Value::AddressLine(_) => Type::AddressLine,
        Value::Postcode(_) => Type::Postcode,
        Value::ContactPoint(_) => Type::ContactPoint,
        Value::Choice(_) => return matches!(of, Type::Choice(_)),
    };
    own == of
}

/// Whether a constant of either version is a value of a type.
pub(super) fn fits(side: &Side<'_>, of: Type, value: &Value<'_>) -> bool {
    is_of(of, value)
        && match of {
            Type::Choice(id) => {
                let words = &side.policy.schema.enumeration(id).words;
                words.iter().any(|word| **word == *value.to_string())
            }
            _ => true,
        }
}

/// How much a value is; of times in seconds.
pub(super) fn amount(value: &Value<'_>) -> Option<Decimal> {
    if let Value::Number(number) = value {
        Some(number.decimal())
    } else if let Value::Percent(percent) = value {
        Some(percent.decimal())
    } else if let Value::Duration(duration) = value {
        Some(duration.seconds())
    } else if let Value::Date(date) = value {
        Decimal::from(date.days()).checked_mul(SECONDS_PER_DAY.into())
    } else if let Value::Instant(instant) = value {
        Some(instant.seconds())
    } else if let Value::Money(money) = value {
        Some(money.amount.decimal())
    } else {
        None
    }
}

pub(super) fn currency(value: &Value<'_>) -> Option<Currency> {
    if let Value::Money(money) = value { Some(money.currency) } else { None }
}

/// The value of a type that is so much.
pub(super) fn of_amount(
    of: Type,
    amount: Decimal,
    currency: Option<Currency>,
) -> Option<Value<'static>> {
    let amount = amount.normalize();
    if of == Type::Number {
        Some(Value::Number(Number::from(amount)))
    } else if of == Type::Percent {
        Some(Value::Percent(Percent::from(amount)))
    } else if of == Type::Duration {
        Duration::from_seconds(amount).map(Value::Duration)
    } else if of == Type::Date {
        let days = (amount / Decimal::from(SECONDS_PER_DAY)).floor();
        i64::try_from(days).ok().and_then(Date::from_days).map(Value::Date)
    } else if of == Type::Instant {
        Instant::from_seconds(amount).map(Value::Instant)
    } else if of == Type::Money {
        let currency = currency.or_else(|| Currency::parse("USD").ok())?;
        Some(Value::Money(Money { amount: Number::from(amount), currency }))
    } else {
        None
    }
}

/// Whether two values stand in an order; dates and instants meet as days.
pub(super) fn in_order(left: &Value<'_>, order: Order, right: &Value<'_>) -> Option<bool> {
    let is_date = |value: &Value<'_>| matches!(value, Value::Date(_));
    let by_day = is_date(left) != is_date(right);
    let amount_of = |value: &Value<'_>| match value {
        Value::Instant(instant) if by_day => amount(&Value::Date(instant.date())),
        _ => amount(value),
    };
    let (left, right) = (amount_of(left)?, amount_of(right)?);
    Some(match order {
        Order::Less => left < right,
        Order::AtMost => left <= right,
        Order::Greater => left > right,
        Order::AtLeast => left >= right,
    })
}

/// The day or time moved by a period.
pub(super) fn moved(
    value: &Value<'_>,
    period: Period,
    direction: Direction,
) -> Option<Value<'static>> {
    if let Value::Date(date) = value {
        date.plus(period, direction).map(Value::Date)
    } else if let Value::Instant(instant) = value {
        instant.plus(period, direction).map(Value::Instant)
    } else {
        None
    }
}
