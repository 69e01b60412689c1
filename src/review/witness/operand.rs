//! Values that conditions compare: what they are so far, and how they come to be what is wanted.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::draft::Node;
use super::solver::{Env, Solver};
use super::values::{amount, as_type, currency, moved, of_amount};
use crate::eval::likeness_percent;
use crate::hir::{Arithmetic, Derived, FieldPath, Operand, OperandKind};
use crate::types::Type;
use crate::value::{Direction, Percent, Value};

/// What a value is so far.
#[derive(Clone, Debug)]
pub(super) enum Known<'e> {
    /// Nothing was said about it.
    Open,
    /// It is unknown on purpose, or nothing that can be computed here.
    Unknown,
    None,
    Value(Value<'static>),
    /// A record that compares as one value.
    Whole(Node<'e>),
}

impl<'e> Known<'e> {
    pub(super) fn value(self) -> Option<Value<'static>> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }

    pub(super) fn of(node: Option<&Node<'e>>) -> Self {
        match node {
            None | Some(Node::Open) => Self::Open,
            Some(Node::None) => Self::None,
            Some(Node::Value(value)) => Self::Value(value.clone()),
            Some(Node::Record(_)) => Self::Whole(node.cloned().unwrap_or(Node::Open)),
            Some(Node::Unknown | Node::List(_)) => Self::Unknown,
        }
    }
}

impl<'e> Solver<'_, 'e> {
    pub(super) fn known(&self, operand: &'e Operand, env: &Env<'e>) -> Known<'e> {
        let operand = self.side.named(operand);
        match &operand.kind {
            OperandKind::Constant(_) | OperandKind::Param(_) => {
                self.side.constant(operand).map_or(Known::Unknown, Known::Value)
            }
            OperandKind::AsOf => Known::Value(Value::Instant(self.side.as_of)),
            OperandKind::Field(path) => self.known_field(path, env),
            OperandKind::Arithmetic { operator, left, right } => {
                self.known_arithmetic(operand.of, *operator, (left, right), env)
            }
            OperandKind::Similarity(left, right) => {
                match (self.known(left, env), self.known(right, env)) {
                    (Known::None, _) | (_, Known::None) => Known::None,
                    (Known::Value(left), Known::Value(right)) => {
                        Known::Value(Value::Percent(Percent::from(likeness_percent(&left, &right))))
                    }
                    (Known::Unknown, _) | (_, Known::Unknown) => Known::Unknown,
                    _ => Known::Open,
                }
            }
            OperandKind::Score
            | OperandKind::Count(_)
            | OperandKind::CountDistinct(_)
            | OperandKind::CountPeers(_)
            | OperandKind::Aggregate { .. }
            | OperandKind::Share { .. }
            | OperandKind::Longest { .. } => Known::Open,
            OperandKind::Months(_) | OperandKind::Define(_) | OperandKind::Mistake => {
                Known::Unknown
            }
        }
    }

    pub(super) fn known_field(&self, path: &'e FieldPath, env: &Env<'e>) -> Known<'e> {
        let Some(place) = self.place(path, env) else { return Known::Unknown };
        match Known::of(self.draft.get(&place)) {
            Known::Value(Value::Ip(ip)) if path.derived == Some(Derived::NetworkOfIp) => {
                Known::Value(Value::Network(ip.network()))
            }
            Known::Value(value) => {
                as_type(&self.side, path.of, &value).map_or(Known::Unknown, Known::Value)
            }
            known => known,
        }
    }

    fn known_arithmetic(
        &self,
        of: Type,
        operator: Arithmetic,
        (left, right): (&'e Operand, &'e Operand),
        env: &Env<'e>,
    ) -> Known<'e> {
        let first = self.known(left, env);
        if let Some((period, direction)) = self.side.period(right).zip(direction(operator))
            && matches!(left.of, Type::Date | Type::Instant)
        {
            return match first {
                Known::Value(value) => {
                    moved(&value, period, direction).map_or(Known::Unknown, Known::Value)
                }
                other => other,
            };
        }
        match (first, self.known(right, env)) {
            (Known::None, _) | (_, Known::None) => Known::None,
            (Known::Value(first), Known::Value(second)) => {
                combined(of, operator, &first, &second).map_or(Known::Unknown, Known::Value)
            }
            (Known::Unknown, _) | (_, Known::Unknown) => Known::Unknown,
            _ => Known::Open,
        }
    }

    /// Makes a value be exactly that.
    pub(super) fn achieve(
        &mut self,
        operand: &'e Operand,
        target: &Value<'static>,
        env: &Env<'e>,
    ) -> bool {
        let Some(fuel) = self.fuel.checked_sub(1) else { return false };
        self.fuel = fuel;
        let operand = self.side.named(operand);
        match &operand.kind {
            OperandKind::Field(path) => self.put_field(path, target, env),
            OperandKind::Arithmetic { operator, left, right } => {
                self.achieve_arithmetic(*operator, (left, right), target, env)
            }
            OperandKind::Count(members) => {
                whole(target).is_some_and(|count| self.achieve_count(members, count, env))
            }
            OperandKind::CountDistinct(members) => {
                whole(target).is_some_and(|count| self.achieve_distinct(members, count, env))
            }
            OperandKind::CountPeers(peers) => {
                whole(target).is_some_and(|count| self.achieve_peers(peers, count))
            }
            OperandKind::Aggregate { aggregation, members } => {
                self.achieve_aggregate(*aggregation, members, target, env)
            }
            OperandKind::Longest { members, per, gap } => {
                self.achieve_longest(members, per.as_ref(), gap, target, env)
            }
            // Shares and likeness come in steps of their own, so an exact one is seldom to be had; whoever
            // compares them knows which way to miss.
            OperandKind::Share { .. } | OperandKind::Similarity(..) | OperandKind::Score => false,
            OperandKind::Constant(_)
            | OperandKind::Param(_)
            | OperandKind::AsOf
            | OperandKind::Months(_)
            | OperandKind::Define(_)
            | OperandKind::Mistake => {
                self.known(operand, env).value().is_some_and(|known| known == *target)
            }
        }
    }

    pub(super) fn put_field(
        &mut self,
        path: &'e FieldPath,
        value: &Value<'static>,
        env: &Env<'e>,
    ) -> bool {
        let Some(place) = self.place(path, env) else { return false };
        if let (Some(Derived::NetworkOfIp), Value::Network(network)) = (path.derived, value) {
            return match self.draft.get(&place) {
                Some(Node::Value(Value::Ip(ip))) => ip.network() == *network,
                Some(_) => false,
                None => {
                    let ip = network.address();
                    ip.network() == *network && self.draft.put(&place, Node::Value(Value::Ip(ip)))
                }
            };
        }
        let Some(value) = as_type(&self.side, path.of, value) else { return false };
        self.draft.put(&place, Node::Value(value))
    }

    fn achieve_arithmetic(
        &mut self,
        operator: Arithmetic,
        (left, right): (&'e Operand, &'e Operand),
        target: &Value<'static>,
        env: &Env<'e>,
    ) -> bool {
        if let Some((period, direction)) = self.side.period(right).zip(direction(operator))
            && matches!(left.of, Type::Date | Type::Instant)
        {
            let back = match direction {
                Direction::Later => Direction::Earlier,
                Direction::Earlier => Direction::Later,
            };
            return moved(target, period, back).is_some_and(|base| self.achieve(left, &base, env));
        }
        let second = self.known(right, env);
        let first = match (self.known(left, env), &second) {
            (Known::Value(first), _) => first,
            (Known::Open, Known::Value(second)) => {
                let first = first_part(operator, second, target, left.of);
                return first.is_some_and(|first| self.achieve(left, &first, env));
            }
            (Known::Open, Known::Open) => match self.first_of_two(operator, left, target, env) {
                Some(first) => first,
                None => return false,
            },
            _ => return false,
        };
        match second {
            Known::Value(second) => {
                let of = type_of(target, left.of);
                combined(of, operator, &first, &second).is_some_and(|known| known == *target)
            }
            Known::Open => second_part(operator, &first, target, right.of)
                .is_some_and(|second| self.achieve(right, &second, env)),
            Known::Unknown | Known::None | Known::Whole(_) => false,
        }
    }

    /// Gives the first of two open parts a value that leaves the second something to be.
    fn first_of_two(
        &mut self,
        operator: Arithmetic,
        left: &'e Operand,
        target: &Value<'static>,
        env: &Env<'e>,
    ) -> Option<Value<'static>> {
        if !is_count(self.side.named(left)) {
            return self.base(left, env);
        }
        let whole = whole(target)?;
        let part = match operator {
            Arithmetic::Plus => self.dice.below(whole + 1),
            Arithmetic::Minus | Arithmetic::Times | Arithmetic::DividedBy => {
                whole + self.dice.below(3)
            }
        };
        let part = of_amount(Type::Number, Decimal::from(part), None)?;
        self.achieve(left, &part, env).then_some(part)
    }

    /// Gives an open value any value, and tells which.
    pub(super) fn base(&mut self, operand: &'e Operand, env: &Env<'e>) -> Option<Value<'static>> {
        let operand = self.side.named(operand);
        let number = self.dice.below(3);
        let value = if is_count(operand) {
            of_amount(Type::Number, Decimal::from(number), None)?
        } else {
            self.any_value(operand.of, number)?
        };
        self.attempt(|solver| solver.achieve(operand, &value, env)).then_some(value)
    }
}

fn direction(operator: Arithmetic) -> Option<Direction> {
    match operator {
        Arithmetic::Plus => Some(Direction::Later),
        Arithmetic::Minus => Some(Direction::Earlier),
        Arithmetic::Times | Arithmetic::DividedBy => None,
    }
}

/// Whether an operand is a number of things, so that there is nothing between one and the next.
pub(super) fn is_count(operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Count(_) | OperandKind::CountDistinct(_) | OperandKind::CountPeers(_) => true,
        OperandKind::Arithmetic { operator, left, right } => {
            let is_whole = |operand: &Operand| match &operand.kind {
                OperandKind::Constant(value) => whole(value).is_some(),
                _ => is_count(operand),
            };
            !matches!(operator, Arithmetic::DividedBy) && is_whole(left) && is_whole(right)
        }
        _ => false,
    }
}

/// How many a number is, if it is a whole one and not more than a reader can look at.
pub(super) fn whole(value: &Value<'_>) -> Option<usize> {
    /// Records with more elements are no examples any more.
    const MOST: usize = 200;
    let amount = amount(value)?;
    amount.is_integer().then(|| amount.to_usize()).flatten().filter(|count| *count <= MOST)
}

fn type_of(value: &Value<'_>, otherwise: Type) -> Type {
    match value {
        Value::Duration(_) => Type::Duration,
        Value::Number(_) => Type::Number,
        Value::Percent(_) => Type::Percent,
        Value::Money(_) => Type::Money,
        Value::Date(_) => Type::Date,
        Value::Instant(_) => Type::Instant,
        _ => otherwise,
    }
}

fn combined(
    of: Type,
    operator: Arithmetic,
    first: &Value<'_>,
    second: &Value<'_>,
) -> Option<Value<'static>> {
    let (left, right) = (amount(first)?, amount(second)?);
    let result = match operator {
        Arithmetic::Plus => left.checked_add(right),
        Arithmetic::Minus => left.checked_sub(right),
        Arithmetic::Times => left.checked_mul(right),
        Arithmetic::DividedBy => left.checked_div(right),
    }?;
    of_amount(of, result, currency(first).or(currency(second)))
}

/// What the first part must be for the result to be the target.
fn first_part(
    operator: Arithmetic,
    second: &Value<'_>,
    target: &Value<'_>,
    of: Type,
) -> Option<Value<'static>> {
    let (result, right) = (amount(target)?, amount(second)?);
    let left = match operator {
        Arithmetic::Plus => result.checked_sub(right),
        Arithmetic::Minus => result.checked_add(right),
        Arithmetic::Times => result.checked_div(right),
        Arithmetic::DividedBy => result.checked_mul(right),
    }?;
    of_amount(of, left, currency(target).or(currency(second)))
}

/// What the second part must be for the result to be the target.
fn second_part(
    operator: Arithmetic,
    first: &Value<'_>,
    target: &Value<'_>,
    of: Type,
) -> Option<Value<'static>> {
    let (result, left) = (amount(target)?, amount(first)?);
    let right = match operator {
        Arithmetic::Plus => result.checked_sub(left),
        Arithmetic::Minus => left.checked_sub(result),
        Arithmetic::Times => result.checked_div(left),
        Arithmetic::DividedBy => left.checked_div(result),
    }?;
    of_amount(of, right, currency(target).or(currency(first)))
}
