//! Comparisons of two values, on and beside their boundaries.

use rust_decimal::Decimal;

use super::draft::Node;
use super::operand::{Known, is_count};
use super::side::Side;
use super::solver::{Env, Solver};
use super::values::{
    SECONDS_PER_DAY, amount, as_type, currency, fits, in_order, nth, nth_node, of_amount, parsed,
};
use crate::hir::{Collection, Derived, FieldPath, Operand, OperandKind, Order};
use crate::types::Type;
use crate::value::{Date, Value};

/// How many values are tried for one that lies outside of a set.
const OUTSIDERS: usize = 8;

impl<'e> Solver<'_, 'e> {
    pub(super) fn ensure_order(
        &mut self,
        order: Order,
        (left, right): (&'e Operand, &'e Operand),
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let (left, right) = (self.side.named(left), self.side.named(right));
        if !want && self.dice.once_in(8) && self.one_is_none(left, right, env) {
            return true;
        }
        let wanted = if want { order } else { order.negated() };
        if !is_of_steps(left) && is_of_steps(right) {
            return self.ensure_in_steps(wanted.mirrored(), (right, left), want, env);
        }
        if is_of_steps(left) {
            return self.ensure_in_steps(wanted, (left, right), want, env);
        }
        match (self.known(left, env), self.known(right, env)) {
            (Known::None, _) | (_, Known::None) => !want,
            (Known::Value(left), Known::Value(right)) => {
                in_order(&left, wanted, &right).unwrap_or(false)
            }
            (Known::Open, Known::Value(limit)) => self.reach(left, wanted, &limit, env),
            (Known::Value(limit), Known::Open) => self.reach(right, wanted.mirrored(), &limit, env),
            (Known::Open, Known::Open) if self.dice.coin() => {
                self.base(right, env).is_some_and(|limit| self.reach(left, wanted, &limit, env))
            }
            (Known::Open, Known::Open) => self
                .base(left, env)
                .is_some_and(|limit| self.reach(right, wanted.mirrored(), &limit, env)),
            _ => false,
        }
    }

    /// Shares, likeness and scores, which come in steps of their own.
    fn ensure_in_steps(
        &mut self,
        order: Order,
        (left, right): (&'e Operand, &'e Operand),
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let Some(limit) = self.known(right, env).value().as_ref().and_then(amount) else {
            return false;
        };
        match &left.kind {
            OperandKind::Share { members, having, over } => {
                let over = over.as_deref().and_then(|over| self.side.whole(over)).unwrap_or(1);
                if !want && over > 1 && self.dice.once_in(4) {
                    return self.too_few_for_share(members, having, over, env);
                }
                self.ensure_share((members, having, over.max(1)), order, limit, env)
            }
            OperandKind::Similarity(first, second) => {
                self.ensure_similarity((first, second), order, limit, env)
            }
            OperandKind::Score => self.ensure_score(order, limit),
            _ => false,
        }
    }

    fn one_is_none(&mut self, left: &'e Operand, right: &'e Operand, env: &Env<'e>) -> bool {
        for operand in [left, right] {
            if let OperandKind::Field(path) = &operand.kind
                && path.or_none()
                && matches!(self.known_field(path, env), Known::Open)
                && self.put_none(path, env)
            {
                return true;
            }
        }
        false
    }

    /// Makes a value stand in an order to a limit: on the boundary, mostly.
    fn reach(
        &mut self,
        operand: &'e Operand,
        order: Order,
        limit: &Value<'static>,
        env: &Env<'e>,
    ) -> bool {
        let target =
            if self.dice.once_in(6) { self.hinted(operand.of, order, limit) } else { None };
        let target = target.or_else(|| self.boundary(operand, order, limit));
        target.is_some_and(|target| self.achieve(operand, &target, env))
    }

    /// A constant of either version that stands in an order to a limit.
    fn hinted(&mut self, of: Type, order: Order, limit: &Value<'static>) -> Option<Value<'static>> {
        let all = &self.hints.all;
        let found: Vec<&Value<'static>> = all
            .iter()
            .filter(|value| fits(&self.side, of, value))
            .filter(|value| in_order(value, order, limit) == Some(true))
            .collect();
        self.dice.pick(&found).copied().cloned()
    }

    /// The value nearest to a limit that stands in the order to it.
    fn boundary(
        &mut self,
        operand: &'e Operand,
        order: Order,
        limit: &Value<'static>,
    ) -> Option<Value<'static>> {
        let of = operand.of;
        let unit = self.unit(operand);
        let beyond = if self.dice.once_in(8) { unit } else { Decimal::ZERO };
        let at = match (of, limit) {
            // A date and an instant meet as days.
            (Type::Instant, Value::Date(day)) => self.boundary_in_day(order, *day)?,
            (Type::Date, Value::Instant(instant)) => amount(&Value::Date(instant.date()))?,
            _ => amount(limit)?,
        };
        let is_day_of_instant = of == Type::Instant && matches!(limit, Value::Date(_));
        let step = if is_day_of_instant { Decimal::ZERO } else { unit };
        let amount = match order {
            Order::AtLeast => at + beyond,
            Order::Greater => at + step + beyond,
            Order::AtMost => at - beyond,
            Order::Less => at - step - beyond,
        };
        of_amount(of, amount, currency(limit))
    }

    /// The seconds of an instant that stands in an order to a day.
    fn boundary_in_day(&mut self, order: Order, day: Date) -> Option<Decimal> {
        let start = amount(&Value::Date(day))?;
        let day = Decimal::from(SECONDS_PER_DAY);
        Some(match order {
            Order::AtLeast => start,
            Order::Greater => start + day,
            Order::AtMost if self.dice.coin() => start,
            Order::AtMost => start + day - Decimal::ONE,
            Order::Less => start - Decimal::ONE,
        })
    }

    /// How far apart neighbours of a type are.
    fn unit(&mut self, operand: &Operand) -> Decimal {
        let hundredth = Decimal::new(1, 2);
        if is_count(operand) {
            return Decimal::ONE;
        }
        if operand.of == Type::Date {
            return SECONDS_PER_DAY.into();
        }
        if operand.of == Type::Duration && self.dice.coin() {
            return Decimal::from(60);
        }
        if matches!(operand.of, Type::Number | Type::Money | Type::Percent) && self.dice.once_in(3)
        {
            return hundredth;
        }
        Decimal::ONE
    }

    pub(super) fn ensure_equal(
        &mut self,
        left: &'e Operand,
        right: &'e Operand,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let (left, right) = (self.side.named(left), self.side.named(right));
        if !want && self.dice.once_in(8) && self.one_is_none(left, right, env) {
            return true;
        }
        match (self.known(left, env), self.known(right, env)) {
            (Known::None, _) | (_, Known::None) => !want,
            (Known::Value(first), Known::Value(second)) => {
                as_type(&self.side, left.of, &second).is_some_and(|second| first == second) == want
            }
            (Known::Whole(first), Known::Whole(second)) => (first == second) == want,
            (Known::Open, Known::Value(value)) => self.ensure_equal_to(left, &value, want, env),
            (Known::Value(value), Known::Open) => self.ensure_equal_to(right, &value, want, env),
            (Known::Open, Known::Whole(node)) => self.ensure_whole(left, &node, want, env),
            (Known::Whole(node), Known::Open) => self.ensure_whole(right, &node, want, env),
            (Known::Open, Known::Open) => self.ensure_both_equal((left, right), want, env),
            _ => false,
        }
    }

    fn ensure_both_equal(
        &mut self,
        (left, right): (&'e Operand, &'e Operand),
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        if let (Type::Record(_), OperandKind::Field(path)) = (right.of, &right.kind) {
            let Some(place) = self.place(path, env) else { return false };
            let number = self.dice.below(3);
            let Some(node) = nth_node(&self.side, right.of, number) else { return false };
            return self.draft.put(&place, node.clone())
                && self.ensure_whole(left, &node, want, env);
        }
        self.base(right, env).is_some_and(|value| self.ensure_equal_to(left, &value, want, env))
    }

    fn ensure_whole(
        &mut self,
        operand: &'e Operand,
        node: &Node<'e>,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let OperandKind::Field(path) = &operand.kind else { return false };
        let Some(place) = self.place(path, env) else { return false };
        if want {
            return self.draft.put(&place, node.clone());
        }
        let other = (0..OUTSIDERS).filter_map(|number| nth_node(&self.side, path.of, number));
        let other = other.into_iter().find(|other| other != node);
        other.is_some_and(|other| self.draft.put(&place, other))
    }

    fn ensure_equal_to(
        &mut self,
        operand: &'e Operand,
        value: &Value<'static>,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        if want {
            return self.achieve(operand, value, env);
        }
        if is_count(operand) {
            let step = if self.dice.coin() { Decimal::ONE } else { -Decimal::ONE };
            let other = amount(value).and_then(|at| of_amount(Type::Number, at + step, None));
            return other.is_some_and(|other| self.achieve(operand, &other, env));
        }
        (0..OUTSIDERS).any(|number| {
            let Some(other) = self.any_value(operand.of, number) else { return false };
            other != *value && self.attempt(|solver| solver.achieve(operand, &other, env))
        })
    }

    /// Some value of a type: often one that only one version names, or any of their constants.
    pub(super) fn any_value(&mut self, of: Type, number: usize) -> Option<Value<'static>> {
        let hints = match self.dice.below(4) {
            0 => &self.hints.of_one,
            1 => &self.hints.all,
            _ => return nth(&self.side, of, number),
        };
        let fitting: Vec<&Value<'static>> =
            hints.iter().filter(|value| fits(&self.side, of, value)).collect();
        match self.dice.pick(&fitting) {
            Some(value) => as_type(&self.side, of, value),
            None => nth(&self.side, of, number),
        }
    }

    pub(super) fn ensure_one_of(
        &mut self,
        value: &'e Operand,
        list: &'e Collection,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let value = self.side.named(value);
        let values = self.side.values(list);
        let set = Side::set(value.of, &values);
        match self.known(value, env) {
            Known::None => !want,
            Known::Value(known) => set.contains(&known) == want,
            Known::Open if want => {
                let wanted = self.member(value.of, &values);
                wanted.is_some_and(|wanted| self.achieve(value, &wanted, env))
            }
            Known::Open => {
                if self.dice.once_in(8) && self.one_is_none(value, value, env) {
                    return true;
                }
                (0..OUTSIDERS).any(|number| {
                    let Some(other) = self.outsider(value, number) else { return false };
                    !set.contains(&other)
                        && self.attempt(|solver| solver.achieve(value, &other, env))
                })
            }
            Known::Unknown | Known::Whole(_) => false,
        }
    }

    /// A value that a set has: often one that the other version's has not.
    fn member(&mut self, of: Type, values: &[Value<'static>]) -> Option<Value<'static>> {
        let told = |value: &&Value<'static>| {
            let shown = value.to_string();
            self.hints.of_one.iter().any(|only| only.to_string() == shown)
        };
        let of_one: Vec<&Value<'static>> = values.iter().filter(told).collect();
        let all: Vec<&Value<'static>> = values.iter().collect();
        let from = if !of_one.is_empty() && self.dice.coin() { &of_one } else { &all };
        let picked = self.dice.pick(from)?;
        self.instance(of, picked)
    }

    /// A value that a member of a set stands for: an address of a network, a text of a pattern.
    fn instance(&mut self, of: Type, member: &Value<'static>) -> Option<Value<'static>> {
        match member {
            Value::Network(network) if of == Type::Ip => Some(Value::Ip(network.address())),
            Value::Text(pattern) if of == Type::Text => {
                let any = if self.dice.coin() { "" } else { "example" };
                let text = pattern.replace('*', any).replace('?', "x");
                parsed(&self.side, of, text)
            }
            _ => as_type(&self.side, of, member),
        }
    }

    fn outsider(&mut self, operand: &'e Operand, number: usize) -> Option<Value<'static>> {
        let is_address = operand.of == Type::Ip;
        let hints = if self.dice.coin() { &self.hints.of_one } else { &self.hints.all };
        let fitting: Vec<&Value<'static>> = hints
            .iter()
            .filter(|value| {
                fits(&self.side, operand.of, value)
                    || (is_address && matches!(value, Value::Network(_)))
            })
            .collect();
        match self.dice.pick(&fitting).copied() {
            Some(value) if number < OUTSIDERS / 2 => self.instance(operand.of, value),
            _ => nth(&self.side, operand.of, number),
        }
    }
}

/// Whether a value comes in steps, so that an exact one is seldom to be had.
fn is_of_steps(operand: &Operand) -> bool {
    matches!(
        operand.kind,
        OperandKind::Share { .. } | OperandKind::Similarity(..) | OperandKind::Score
    )
}

/// Whether a path leads to what is computed of its end.
pub(super) fn is_derived(path: &FieldPath) -> bool {
    path.derived == Some(Derived::NetworkOfIp)
}
