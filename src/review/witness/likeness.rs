//! Texts that are as alike as a limit says.

use rust_decimal::Decimal;

use super::draft::Node;
use super::operand::Known;
use super::side::Side;
use super::solver::{Env, Solver};
use super::values::{nth, parsed};
use crate::eval::likeness_percent;
use crate::hir::{Operand, OperandKind, Order};
use crate::types::Type;
use crate::value::Value;

/// Endings that give a name another length, so that a changed letter weighs differently.
const ENDINGS: [&str; 6] =
    ["", " Junior", " Of Exampletown", " Ab", " Senior Placeholder", " Abcde"];

impl<'e> Solver<'_, 'e> {
    /// Makes the likeness of two texts stand in an order to a limit, as near to it as may be.
    pub(super) fn ensure_similarity(
        &mut self,
        (first, second): (&'e Operand, &'e Operand),
        order: Order,
        limit: Decimal,
        env: &Env<'e>,
    ) -> bool {
        let (first, second) = (self.side.named(first), self.side.named(second));
        match (self.known(first, env), self.known(second, env)) {
            (Known::Value(first), Known::Value(second)) => {
                holds(likeness_percent(&first, &second), order, limit)
            }
            (Known::Value(text), Known::Open) => {
                self.ensure_alike(second, &text, order, limit, env)
            }
            (Known::Open, Known::Value(text)) => self.ensure_alike(first, &text, order, limit, env),
            (Known::Open, Known::Open) => {
                let text = self.text_of_some_length(first.of);
                text.is_some_and(|text| {
                    self.achieve(first, &text, env)
                        && self.ensure_alike(second, &text, order, limit, env)
                })
            }
            _ => false,
        }
    }

    fn ensure_alike(
        &mut self,
        operand: &'e Operand,
        text: &Value<'static>,
        order: Order,
        limit: Decimal,
        env: &Env<'e>,
    ) -> bool {
        let OperandKind::Field(path) = &operand.kind else { return false };
        let other = alike(&self.side, path.of, text, order, limit);
        other.is_some_and(|other| self.put_field(path, &other, env))
    }

    /// A text to change letters of.
    pub(super) fn text_of_some_length(&mut self, of: Type) -> Option<Value<'static>> {
        let base = nth(&self.side, of, 0)?;
        let ending = self.dice.pick(&ENDINGS).copied().unwrap_or("");
        let is_plain = matches!(of, Type::Text | Type::PersonName | Type::AddressLine);
        if is_plain { parsed(&self.side, of, format!("{base}{ending}")) } else { Some(base) }
    }

    /// A text whose likeness to another stands in an order to a limit.
    pub(super) fn alike_node(
        &self,
        of: Type,
        text: &Value<'static>,
        order: Order,
        limit: Decimal,
    ) -> Option<Node<'e>> {
        alike(&self.side, of, text, order, limit).map(Node::Value)
    }
}

/// A text with as many letters changed as bring its likeness nearest to the limit.
fn alike(
    side: &Side<'_>,
    of: Type,
    text: &Value<'static>,
    order: Order,
    limit: Decimal,
) -> Option<Value<'static>> {
    let written = text.to_string();
    let letters = written.chars().filter(|letter| letter.is_alphanumeric()).count();
    let candidates = (0..=letters).filter_map(|changed| {
        let other = parsed(side, of, with_changed(&written, letters - changed))?;
        let likeness = likeness_percent(text, &other);
        holds(likeness, order, limit).then_some(((likeness - limit).abs(), changed, other))
    });
    candidates
        .min_by(|left, right| (left.0, left.1).cmp(&(right.0, right.1)))
        .map(|(_, _, other)| other)
}

/// The text with another letter in place of each behind the first `kept`.
fn with_changed(text: &str, kept: usize) -> String {
    let mut seen = 0;
    text.chars()
        .map(|letter| {
            if !letter.is_alphanumeric() {
                return letter;
            }
            seen += 1;
            match letter {
                _ if seen <= kept => letter,
                'x' | 'X' => 'z',
                _ => 'x',
            }
        })
        .collect()
}

fn holds(likeness: Decimal, order: Order, limit: Decimal) -> bool {
    match order {
        Order::Less => likeness < limit,
        Order::AtMost => likeness <= limit,
        Order::Greater => likeness > limit,
        Order::AtLeast => likeness >= limit,
    }
}
