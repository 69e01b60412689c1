//! What an amount can be: an interval over all completions of the record.

use rust_decimal::Decimal;

use super::Truth;
use crate::hir::{Arithmetic, Order};
use crate::types::Type;
use crate::value::{Currency, Date, Direction, Duration, Instant, Number, Percent, Period, Value};

const SECONDS_PER_DAY: i64 = 86_400;

/// One end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// There is none.
    Unbounded,
    /// This value can be reached.
    At(Decimal),
    /// Values come as close as one likes to this one and do not reach it.
    Beyond(Decimal),
}

impl Bound {
    pub(super) fn value(self) -> Option<Decimal> {
        match self {
            Self::Unbounded => None,
            Self::At(value) | Self::Beyond(value) => Some(value),
        }
    }

    fn map(self, change: impl Fn(Decimal) -> Option<Decimal>) -> Self {
        match self {
            Self::Unbounded => Self::Unbounded,
            Self::At(value) => change(value).map_or(Self::Unbounded, Self::At),
            Self::Beyond(value) => change(value).map_or(Self::Unbounded, Self::Beyond),
        }
    }

    fn join(self, other: Self, combine: impl Fn(Decimal, Decimal) -> Option<Decimal>) -> Self {
        let (Some(left), Some(right)) = (self.value(), other.value()) else {
            return Self::Unbounded;
        };
        let is_reached = matches!((self, other), (Self::At(_), Self::At(_)));
        match combine(left, right) {
            Some(value) if is_reached => Self::At(value),
            Some(value) => Self::Beyond(value),
            None => Self::Unbounded,
        }
    }

    /// The lower of two lower ends, which the interval that covers both has.
    fn lower(self, other: Self) -> Self {
        match (self.value(), other.value()) {
            (Some(left), Some(right)) if left < right => self,
            (Some(left), Some(right)) if right < left => other,
            (Some(_), Some(_)) => {
                if matches!(self, Self::At(_)) {
                    self
                } else {
                    other
                }
            }
            _ => Self::Unbounded,
        }
    }

    /// The higher of two upper ends, which the interval that covers both has.
    fn upper(self, other: Self) -> Self {
        match (self.value(), other.value()) {
            (Some(left), Some(right)) if left > right => self,
            (Some(left), Some(right)) if right > left => other,
            (Some(_), Some(_)) => {
                if matches!(self, Self::At(_)) {
                    self
                } else {
                    other
                }
            }
            _ => Self::Unbounded,
        }
    }
}

/// What an amount can be, in the unit of its type: days of dates, seconds of instants and lengths of
/// time, hundredths of percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) low: Bound,
    pub(super) high: Bound,
    /// Whether it may be none, with which every comparison is no.
    pub(super) or_none: bool,
    /// Whether it is a whole number.
    pub(super) whole: bool,
    /// The currency of known money; of nothing and of the unknown there is none.
    pub(super) currency: Option<Currency>,
}

impl Amount {
    pub(super) const fn between(low: Bound, high: Bound) -> Self {
        Self { low, high, or_none: false, whole: false, currency: None }
    }

    pub(super) const fn exactly(value: Decimal) -> Self {
        Self::between(Bound::At(value), Bound::At(value))
    }

    pub(super) const fn any(or_none: bool) -> Self {
        Self { or_none, ..Self::between(Bound::Unbounded, Bound::Unbounded) }
    }

    /// A number of things: from the certain ones to the possible ones.
    pub(super) fn count(certain: usize, possible: Option<usize>) -> Self {
        let high = possible.map_or(Bound::Unbounded, |possible| Bound::At(possible.into()));
        Self { whole: true, ..Self::between(Bound::At(certain.into()), high) }
    }

    /// Of a value that has an order; money keeps its currency.
    pub(super) fn of_value(value: &Value<'_>) -> Option<Self> {
        Some(match value {
            Value::Number(number) => Self::exactly(number.decimal()),
            Value::Percent(percent) => Self::exactly(percent.decimal()),
            Value::Date(date) => Self::exactly(date.days().into()),
            Value::Instant(instant) => Self::exactly(instant.seconds()),
            Value::Duration(duration) => Self::exactly(duration.seconds()),
            Value::Money(money) => {
                Self { currency: Some(money.currency), ..Self::exactly(money.amount.decimal()) }
            }
            Value::YesNo(_)
            | Value::Text(_)
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
            | Value::Choice(_) => return None,
        })
    }

    /// The one value it can be.
    pub(super) fn exact(self) -> Option<Decimal> {
        match (self.low, self.high) {
            (Bound::At(low), Bound::At(high)) if low == high && !self.or_none => Some(low),
            _ => None,
        }
    }

    /// The smallest interval that covers both.
    pub(super) fn cover(self, other: Self) -> Self {
        Self {
            low: self.low.lower(other.low),
            high: self.high.upper(other.high),
            or_none: self.or_none || other.or_none,
            whole: self.whole && other.whole,
            currency: self.currency.or(other.currency),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.combine(
            other,
            self.low.join(other.low, Decimal::checked_add),
            self.high.join(other.high, Decimal::checked_add),
        )
    }

    fn minus(self, other: Self) -> Self {
        self.combine(
            other,
            self.low.join(other.high, Decimal::checked_sub),
            self.high.join(other.low, Decimal::checked_sub),
        )
    }

    fn combine(self, other: Self, low: Bound, high: Bound) -> Self {
        Self {
            low,
            high,
            or_none: self.or_none || other.or_none,
            whole: false,
            currency: self.currency.or(other.currency),
        }
    }

    /// The product: its ends are among the products of the ends.
    fn times(self, other: Self) -> Self {
        let zero = Self::exactly(Decimal::ZERO);
        let is_zero = |amount: Self| (amount.low, amount.high) == (zero.low, zero.high);
        if is_zero(self) || is_zero(other) {
            return self.combine(other, zero.low, zero.high);
        }
        let corners = [self.low, self.high].into_iter().flat_map(|left| {
            [other.low, other.high].map(|right| left.join(right, Decimal::checked_mul))
        });
        let corners: Vec<Bound> = corners.collect();
        if corners.contains(&Bound::Unbounded) {
            return self.scaled_when_unbounded(other);
        }
        let (mut low, mut high) = (corners.first().copied(), corners.first().copied());
        for corner in corners {
            low = low.map(|low| low.lower(corner));
            high = high.map(|high| high.upper(corner));
        }
        self.combine(other, low.unwrap_or(Bound::Unbounded), high.unwrap_or(Bound::Unbounded))
    }

    /// A half-open interval times a fixed factor keeps its one end; anything else may be anything.
    fn scaled_when_unbounded(self, other: Self) -> Self {
        let (interval, factor) = match (self.exact(), other.exact()) {
            (_, Some(factor)) => (self, factor),
            (Some(factor), None) => (other, factor),
            (None, None) => return self.combine(other, Bound::Unbounded, Bound::Unbounded),
        };
        let low = interval.low.map(|value| value.checked_mul(factor));
        let high = interval.high.map(|value| value.checked_mul(factor));
        if factor.is_sign_negative() {
            self.combine(other, high, low)
        } else {
            self.combine(other, low, high)
        }
    }

    fn divided_by(self, divisor: Decimal) -> Self {
        let low = self.low.map(|value| value.checked_div(divisor));
        let high = self.high.map(|value| value.checked_div(divisor));
        let whole = false;
        if divisor.is_sign_negative() {
            Self { low: high, high: low, whole, ..self }
        } else {
            Self { low, high, whole, ..self }
        }
    }

    /// The result of an operation; dates and instants meet as days.
    pub(super) fn arithmetic(
        self,
        operator: Arithmetic,
        other: Self,
        left: Type,
        right: Type,
    ) -> Self {
        match (operator, left, right) {
            (Arithmetic::Plus, ..) => self.plus(other),
            (Arithmetic::Minus, Type::Date, Type::Date | Type::Instant)
            | (Arithmetic::Minus, Type::Instant, Type::Date) => {
                let seconds = Self::exactly(SECONDS_PER_DAY.into());
                self.in_days(left).minus(other.in_days(right)).times(seconds)
            }
            (Arithmetic::Minus, ..) => self.minus(other),
            (Arithmetic::Times, ..) => self.times(other),
            (Arithmetic::DividedBy, ..) => match other.exact() {
                Some(divisor) if !divisor.is_zero() => self.divided_by(divisor),
                _ => Self::any(self.or_none || other.or_none),
            },
        }
    }

    /// Days since 1970 of an amount that is a date or an instant.
    pub(super) fn in_days(self, of: Type) -> Self {
        if of != Type::Instant {
            return self;
        }
        let day = |bound: Bound| {
            bound.value().map_or(Bound::Unbounded, |seconds| {
                // A whole number of seconds, as nearly always, needs no division of decimals.
                let whole = i64::try_from(seconds.mantissa()).ok().filter(|_| seconds.scale() == 0);
                Bound::At(match whole {
                    Some(seconds) => seconds.div_euclid(SECONDS_PER_DAY).into(),
                    None => (seconds / Decimal::from(SECONDS_PER_DAY)).floor(),
                })
            })
        };
        Self { low: day(self.low), high: day(self.high), ..self }
    }

    /// A date or instant moved on the calendar.
    pub(super) fn moved(self, of: Type, period: Period, direction: Direction) -> Self {
        let change = |value: Decimal| {
            if of == Type::Date {
                let date = i64::try_from(value).ok().and_then(Date::from_days)?;
                date.plus(period, direction).map(|date| Decimal::from(date.days()))
            } else {
                Instant::from_seconds(value)?.plus(period, direction).map(Instant::seconds)
            }
        };
        Self { low: self.low.map(change), high: self.high.map(change), ..self }
    }

    /// Whether the order holds. A comparison with none is no.
    pub(super) fn order(&self, order: Order, other: &Self) -> Truth {
        let (less, greater, is_strict) = match order {
            Order::Less => (self, other, true),
            Order::AtMost => (self, other, false),
            Order::Greater => (other, self, true),
            Order::AtLeast => (other, self, false),
        };
        let certainly = is_before(less.high, greater.low, is_strict);
        let impossible = is_before(greater.high, less.low, !is_strict);
        let or_none = self.or_none || other.or_none;
        Truth::between(certainly && !or_none, !impossible)
    }

    /// Whether the two are equal.
    pub(super) fn equal(self, other: Self) -> Truth {
        if let (Some(left), Some(right)) = (self.exact(), other.exact()) {
            return (left == right).into();
        }
        let apart = is_before(self.high, other.low, true) || is_before(other.high, self.low, true);
        let is_broken = |whole: Self, other: Self| {
            whole.whole
                && matches!((other.low, other.high), (Bound::At(low), Bound::At(high)) if low == high && !low.fract().is_zero())
        };
        if apart || is_broken(self, other) || is_broken(other, self) {
            Truth::No
        } else {
            Truth::Unknown
        }
    }

    /// In words, as a reader would write it.
    pub(super) fn shown(self, of: Type) -> String {
        let one = |value: Decimal| self.shown_value(value, of);
        match (self.low.value(), self.high.value()) {
            (Some(low), Some(high)) if low == high && !self.or_none => one(low),
            (Some(low), Some(high)) => format!("{} to {}", one(low), one(high)),
            (Some(low), None) => format!("at least {}", one(low)),
            (None, Some(high)) => format!("at most {}", one(high)),
            (None, None) => "unknown".to_owned(),
        }
    }

    fn shown_value(self, value: Decimal, of: Type) -> String {
        let shown = match of {
            Type::Date => {
                i64::try_from(value).ok().and_then(Date::from_days).map(|date| date.to_string())
            }
            Type::Instant => Instant::from_seconds(value).map(|instant| instant.to_string()),
            Type::Duration => Duration::from_seconds(value).map(|duration| duration.to_string()),
            Type::Percent => Some(Percent::from(value.round_dp(1).normalize()).to_string()),
            Type::Money => self.currency.map(|currency| format!("{value} {currency}")),
            Type::YesNo
            | Type::Number
            | Type::Text
            | Type::Months
            | Type::Country
            | Type::Ip
            | Type::Network
            | Type::Email
            | Type::Phone
            | Type::Url
            | Type::PersonName
            | Type::AddressLine
            | Type::Postcode
            | Type::ContactPoint
            | Type::Choice(_)
            | Type::Record(_) => None,
        };
        shown.unwrap_or_else(|| Number::from(value).to_string())
    }
}

/// Whether everything up to `high` lies before everything from `low` on.
fn is_before(high: Bound, low: Bound, is_strict: bool) -> bool {
    let (Some(left), Some(right)) = (high.value(), low.value()) else { return false };
    let touch = matches!((high, low), (Bound::At(_), Bound::At(_)));
    left < right || (left == right && (!is_strict || !touch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(low: i64, high: i64) -> Amount {
        Amount::between(Bound::At(low.into()), Bound::At(high.into()))
    }

    #[test]
    fn order_is_certain_only_if_it_holds_for_every_pair() {
        let (low, high, wide) = (between(1, 2), between(2, 3), between(0, 9));
        assert_eq!(low.order(Order::AtMost, &high), Truth::Yes);
        assert_eq!(low.order(Order::Less, &high), Truth::Unknown);
        assert_eq!(low.order(Order::Greater, &high), Truth::No);
        assert_eq!(low.order(Order::AtLeast, &high), Truth::Unknown);
        assert_eq!(wide.order(Order::Less, &low), Truth::Unknown);
        let or_none = Amount { or_none: true, ..low };
        assert_eq!(or_none.order(Order::AtMost, &high), Truth::Unknown);
        assert_eq!(or_none.order(Order::Greater, &high), Truth::No);
    }

    #[test]
    fn an_end_that_is_not_reached_makes_the_order_strict() {
        let nearly = Amount::between(Bound::At(0.into()), Bound::Beyond(5.into()));
        assert_eq!(nearly.order(Order::Less, &between(5, 5)), Truth::Yes);
        assert_eq!(nearly.order(Order::AtLeast, &between(5, 5)), Truth::No);
    }

    #[test]
    fn arithmetic_covers_every_pair() {
        let number = |left: Amount, operator, right: Amount| {
            left.arithmetic(operator, right, Type::Number, Type::Number)
        };
        let product = number(between(-2, 3), Arithmetic::Times, between(-5, 7));
        assert_eq!((product.low, product.high), (Bound::At((-15).into()), Bound::At(21.into())));
        let difference = number(between(1, 2), Arithmetic::Minus, between(5, 7));
        assert_eq!(
            (difference.low, difference.high),
            (Bound::At((-6).into()), Bound::At((-3).into()))
        );
        let nothing = number(between(0, 0), Arithmetic::Times, Amount::any(false));
        assert_eq!(nothing.exact(), Some(Decimal::ZERO));
        let half_open = Amount::between(Bound::At(2.into()), Bound::Unbounded);
        let scaled = number(half_open, Arithmetic::Times, between(-3, -3));
        assert_eq!((scaled.low, scaled.high), (Bound::Unbounded, Bound::At((-6).into())));
    }

    #[test]
    fn too_large_is_unbounded_and_never_wraps() {
        let huge = Amount::exactly(Decimal::MAX);
        let product = huge.arithmetic(Arithmetic::Times, huge, Type::Number, Type::Number);
        assert_eq!((product.low, product.high), (Bound::Unbounded, Bound::Unbounded));
    }

    #[test]
    fn a_count_is_never_a_fraction() {
        let count = Amount::count(1, Some(4));
        let half = Amount::exactly(Decimal::new(25, 1));
        assert_eq!(count.equal(half), Truth::No);
        assert_eq!(count.equal(between(3, 3)), Truth::Unknown);
        assert_eq!(count.equal(between(5, 5)), Truth::No);
    }
}
