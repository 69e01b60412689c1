//! Amounts: whether one is at most another for every record.

use rust_decimal::Decimal;

use super::months::is_no_longer;
use super::prove::Proof;
use super::side::Side;
use crate::hir::{Aggregation, Arithmetic, DefineBody, Operand, OperandKind, ParamConstant};
use crate::types::Type;
use crate::value::{Currency, Key, Period, Value};

/// An operand of one of the policies.
pub(in crate::review) type Term<'p> = (Side<'p>, &'p Operand);

/// A value that is known without data.
#[derive(Clone, Copy, Debug)]
pub(super) enum Constant<'p> {
    Value(&'p Value<'static>),
    Months(u32),
}

impl<'p> Side<'p> {
    /// The operand without names that stand for others.
    pub(in crate::review) fn resolved(self, operand: &'p Operand) -> &'p Operand {
        let mut operand = operand;
        while let OperandKind::Define(id) = &operand.kind {
            let Some(DefineBody::Operand(body)) = self.define(*id) else { break };
            operand = body;
        }
        operand
    }

    pub(super) fn constant(self, operand: &'p Operand) -> Option<Constant<'p>> {
        match &self.resolved(operand).kind {
            OperandKind::Constant(value) => Some(Constant::Value(value)),
            OperandKind::Months(months) => Some(Constant::Months(*months)),
            OperandKind::Param(id) => match self.values(*id)? {
                [ParamConstant::Value(value)] => Some(Constant::Value(value)),
                [ParamConstant::Months(months)] => Some(Constant::Months(*months)),
                _ => None,
            },
            OperandKind::Field(_)
            | OperandKind::Define(_)
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
            | OperandKind::Mistake => None,
        }
    }

    /// The whole number that an operand is.
    pub(in crate::review) fn whole(self, operand: &'p Operand) -> Option<i64> {
        let Constant::Value(value) = self.constant(operand)? else { return None };
        let Key::Amount(amount) = value.key() else { return None };
        (amount.normalize().scale() == 0).then(|| i64::try_from(amount.mantissa()).ok()).flatten()
    }

    /// A literal or parameter that is a length of time.
    pub(in crate::review) fn period(self, operand: &'p Operand) -> Option<Period> {
        match self.constant(operand)? {
            Constant::Months(months) => Some(Period::Months(months)),
            Constant::Value(Value::Duration(duration)) => Some(Period::Exact(*duration)),
            Constant::Value(_) => None,
        }
    }
}

/// What a constant is compared by: what has to be the same for amounts to be comparable, and how much.
pub(super) fn measure(constant: Constant<'_>) -> Option<(Option<Currency>, Decimal)> {
    let Constant::Value(value) = constant else { return None };
    if let Value::Money(money) = value {
        return Some((Some(money.currency), money.amount.decimal()));
    }
    match value.key() {
        Key::Amount(amount) => Some((None, amount)),
        Key::Instant(instant) => Some((None, instant.seconds())),
        Key::YesNo(_)
        | Key::Money(..)
        | Key::Text(_)
        | Key::Country(_)
        | Key::Ip(_)
        | Key::Network(_)
        | Key::Choice(_) => None,
    }
}

impl Proof {
    /// Whether, for every record, the left amount is at most the right one, and none where that is none.
    pub(super) fn at_most<'p>(&mut self, left: Term<'p>, right: Term<'p>) -> bool {
        let (side, other) = (left.0, right.0);
        let (operand, there) = (side.resolved(left.1), other.resolved(right.1));
        if side.type_name(operand.of) != other.type_name(there.of) {
            return false;
        }
        if let (Some(low), Some(high)) = (side.constant(operand), other.constant(there)) {
            return is_at_most(low, high);
        }
        match (&operand.kind, &there.kind) {
            (OperandKind::Count(members), OperandKind::Count(others))
            | (OperandKind::CountDistinct(members), OperandKind::CountDistinct(others)) => {
                self.are_among((side, members), (other, others))
            }
            // Of values there are no more different ones.
            (OperandKind::CountDistinct(members), OperandKind::Count(others)) => {
                self.are_among((side, members), (other, others))
            }
            (
                OperandKind::Aggregate { aggregation: low, members },
                OperandKind::Aggregate { aggregation: high, members: others },
            ) if low != high => {
                is_at_most_of_same(*low, *high)
                    && self.are_same_elements((side, members), (other, others))
            }
            (OperandKind::CountPeers(peers), OperandKind::CountPeers(others)) => {
                self.peers_among((side, peers), (other, others))
            }
            (
                OperandKind::Longest { members, per, gap },
                OperandKind::Longest { members: others, per: other_per, gap: other_gap },
            ) => {
                side.is_same_optional(per.as_ref(), other, other_per.as_ref())
                    && self.period_at_most((side, gap), (other, other_gap))
                    && self.are_among((side, members), (other, others))
            }
            (
                OperandKind::Share { members, having, over },
                OperandKind::Share { members: others, having: other_having, over: other_over },
            ) => {
                self.is_same_over((side, over.as_deref()), (other, other_over.as_deref()))
                    && self.are_same_elements((side, members), (other, others))
                    && self.plain_implies((side, having), (other, other_having))
            }
            (
                OperandKind::Arithmetic { operator, left: first, right: second },
                OperandKind::Arithmetic {
                    operator: others,
                    left: other_first,
                    right: other_second,
                },
            ) => match operator {
                _ if operator != others => false,
                Arithmetic::Plus => {
                    self.at_most((side, first), (other, other_first))
                        && self.at_most((side, second), (other, other_second))
                }
                Arithmetic::Minus => {
                    self.at_most((side, first), (other, other_first))
                        && self.at_most((other, other_second), (side, second))
                }
                Arithmetic::Times | Arithmetic::DividedBy => {
                    self.is_same((side, first), (other, other_first))
                        && self.is_same((side, second), (other, other_second))
                }
            },
            _ => self.is_same((side, operand), (other, there)),
        }
    }

    /// Whether two operands are the same for every record.
    pub(super) fn is_same<'p>(&mut self, left: Term<'p>, right: Term<'p>) -> bool {
        let (side, other) = (left.0, right.0);
        let (operand, there) = (side.resolved(left.1), other.resolved(right.1));
        if side.type_name(operand.of) != other.type_name(there.of) {
            return false;
        }
        if let (Some(value), Some(same)) = (side.constant(operand), other.constant(there)) {
            return is_same_constant(value, same);
        }
        if operand.of == Type::Money && !has_same_rates(side, other) {
            return false;
        }
        match (&operand.kind, &there.kind) {
            (OperandKind::Field(path), OperandKind::Field(same)) => {
                side.is_same_place(path, other, same)
            }
            (OperandKind::AsOf, OperandKind::AsOf) | (OperandKind::Score, OperandKind::Score) => {
                true
            }
            (
                OperandKind::Aggregate { aggregation, members },
                OperandKind::Aggregate { aggregation: same, members: others },
            ) => aggregation == same && self.are_same_elements((side, members), (other, others)),
            (
                OperandKind::Similarity(first, second),
                OperandKind::Similarity(other_first, other_second),
            ) => {
                let (first, second) = ((side, first.as_ref()), (side, second.as_ref()));
                let (third, fourth) =
                    ((other, other_first.as_ref()), (other, other_second.as_ref()));
                (self.is_same(first, third) && self.is_same(second, fourth))
                    || (self.is_same(first, fourth) && self.is_same(second, third))
            }
            (OperandKind::Count(_), OperandKind::Count(_))
            | (OperandKind::CountDistinct(_), OperandKind::CountDistinct(_))
            | (OperandKind::CountPeers(_), OperandKind::CountPeers(_))
            | (OperandKind::Longest { .. }, OperandKind::Longest { .. })
            | (OperandKind::Share { .. }, OperandKind::Share { .. })
            | (OperandKind::Arithmetic { .. }, OperandKind::Arithmetic { .. }) => {
                let kinds = std::mem::discriminant(&operand.kind);
                kinds == std::mem::discriminant(&there.kind)
                    && self.step()
                    && self.at_most((side, operand), (other, there))
                    && self.at_most((other, there), (side, operand))
            }
            _ => false,
        }
    }

    /// Whether a length of time is at most another, whatever months they are.
    pub(in crate::review) fn period_at_most<'p>(
        &mut self,
        left: Term<'p>,
        right: Term<'p>,
    ) -> bool {
        match (left.0.period(left.1), right.0.period(right.1)) {
            (Some(left), Some(right)) => is_no_longer(left, right),
            (None, _) | (_, None) => self.is_same(left, right),
        }
    }

    fn is_same_over<'p>(
        &mut self,
        (side, over): (Side<'p>, Option<&'p Operand>),
        (other, there): (Side<'p>, Option<&'p Operand>),
    ) -> bool {
        match (over, there) {
            (None, None) => true,
            (Some(over), Some(there)) => self.is_same((side, over), (other, there)),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

/// Whether of the same values the one is never above the other.
const fn is_at_most_of_same(low: Aggregation, high: Aggregation) -> bool {
    match (low, high) {
        (
            Aggregation::Least,
            Aggregation::Average | Aggregation::Median | Aggregation::Greatest,
        )
        | (Aggregation::Average | Aggregation::Median, Aggregation::Greatest) => true,
        (
            Aggregation::Least
            | Aggregation::Average
            | Aggregation::Median
            | Aggregation::Greatest
            | Aggregation::Sum,
            _,
        ) => false,
    }
}

/// Whether amounts of money in several currencies come to the same in both.
pub(super) fn has_same_rates(side: Side<'_>, other: Side<'_>) -> bool {
    let dated = |side: Side<'_>| {
        side.policy.rates.as_ref().map(|rates| {
            let dated = rates.dated.iter().map(|dated| {
                let mut rates: Vec<(&str, Decimal)> = dated
                    .rates
                    .iter()
                    .map(|(currency, rate)| (currency.code(), rate.decimal()))
                    .collect();
                rates.sort_unstable();
                (dated.from, rates)
            });
            (rates.to.code(), dated.collect::<Vec<_>>())
        })
    };
    dated(side) == dated(other)
}

fn is_at_most(low: Constant<'_>, high: Constant<'_>) -> bool {
    match (low, high) {
        (Constant::Months(low), Constant::Months(high)) => low <= high,
        _ => match (measure(low), measure(high)) {
            (Some((currency, low)), Some((other, high))) => currency == other && low <= high,
            _ => is_same_constant(low, high),
        },
    }
}

pub(super) fn is_same_constant(left: Constant<'_>, right: Constant<'_>) -> bool {
    match (left, right) {
        (Constant::Months(left), Constant::Months(right)) => left == right,
        (Constant::Value(Value::Choice(left)), Constant::Value(Value::Choice(right))) => {
            left.word == right.word
        }
        (Constant::Value(left), Constant::Value(right)) => left == right,
        (Constant::Months(_), Constant::Value(_)) | (Constant::Value(_), Constant::Months(_)) => {
            false
        }
    }
}
