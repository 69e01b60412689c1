use std::borrow::Cow;

use rust_decimal::Decimal;

use super::Evaluator;
use super::amount::{Amount, Bound};
use super::possible::{Possible, apart};
use super::scope::Scope;
use super::trace::{Cannot, Trace, What};
use crate::hir::Arithmetic;
use crate::program::{Operand, OperandKind};
use crate::types::Type;
use crate::value::{Direction, Key, Period, Shown, Value, fold_text, similarity_percent};

impl<'p> Evaluator<'p> {
    /// What a value can be.
    pub(super) fn operand<'r, T: Trace>(
        &self,
        operand: &'p Operand,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Possible<'r>
    where
        'p: 'r,
    {
        trace.begin();
        let possible = self.operand_of(&operand.kind, operand.of, scope, trace);
        note_operand(operand, &possible, trace);
        possible
    }

    fn operand_of<'r, T: Trace>(
        &self,
        kind: &'p OperandKind,
        of: Type,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Possible<'r>
    where
        'p: 'r,
    {
        match kind {
            OperandKind::Constant(value) => self.possible_value(value),
            OperandKind::Field(field) => self.value(field, scope, trace),
            OperandKind::Score => match self.score {
                Some((completed, now)) => {
                    Possible::Amount(if scope.completed { completed } else { now })
                }
                None => Possible::Amount(Amount::any(false)),
            },
            OperandKind::Arithmetic { operator, left, right } => {
                self.arithmetic(*operator, left, right, scope, trace)
            }
            OperandKind::Moved { base, period, direction } => {
                moved(self.operand(base, scope, trace), of, *period, *direction)
            }
            OperandKind::Count(members) => Possible::Amount(self.count(members, scope, trace)),
            OperandKind::CountDistinct(members) => {
                Possible::Amount(self.count_distinct(members, scope, trace))
            }
            OperandKind::CountPeers(peers) => {
                Possible::Amount(self.count_peers(*peers, scope, trace))
            }
            OperandKind::Aggregate { aggregation, members } => {
                self.aggregate(*aggregation, members, scope, trace)
            }
            OperandKind::Share { members, having, over } => {
                self.share(members, having, *over, scope, trace)
            }
            OperandKind::Longest(longest) => Possible::Amount(self.longest(longest, scope, trace)),
            OperandKind::Similarity(left, right) => self.similarity(left, right, scope, trace),
        }
    }

    fn arithmetic<'r, T: Trace>(
        &self,
        operator: Arithmetic,
        left: &'p Operand,
        right: &'p Operand,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Possible<'r>
    where
        'p: 'r,
    {
        match (self.operand(left, scope, trace), self.operand(right, scope, trace)) {
            (Possible::None, _) | (_, Possible::None) => Possible::None,
            (Possible::Cannot(cannot), _) | (_, Possible::Cannot(cannot)) => {
                Possible::Cannot(cannot)
            }
            (Possible::Amount(first), Possible::Amount(second)) => {
                if let Some(cannot) = apart(&first, &second) {
                    return Possible::Cannot(cannot);
                }
                let result = first.arithmetic(operator, second, left.of, right.of);
                let is_exact = first.exact().is_some() && second.exact().is_some();
                if is_exact && result.exact().is_none() {
                    Possible::Cannot(Cannot::Range)
                } else {
                    Possible::Amount(result)
                }
            }
            _ => Possible::Unknown,
        }
    }

    fn similarity<'r, T: Trace>(
        &self,
        left: &'p Operand,
        right: &'p Operand,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Possible<'r>
    where
        'p: 'r,
    {
        match (self.operand(left, scope, trace), self.operand(right, scope, trace)) {
            (Possible::None, _) | (_, Possible::None) => Possible::None,
            (Possible::Value(left), Possible::Value(right)) => {
                let percent = likeness_percent(&left, &right);
                Possible::Amount(Amount::exactly(percent))
            }
            _ => {
                let or_none = may_be_none(left) || may_be_none(right);
                let whole_range = Amount::between(Bound::At(0.into()), Bound::At(100.into()));
                Possible::Amount(Amount { or_none, ..whole_range })
            }
        }
    }
}

/// The step of a value ends, and this is what it came to.
pub(super) fn note_operand<T: Trace>(operand: &Operand, possible: &Possible<'_>, trace: &mut T) {
    let in_words = trace.takes_facts();
    trace.end(|| What::Operand {
        node: operand.node,
        name: operand.name,
        shown: if in_words { possible.shown(operand.of) } else { String::default() },
        cannot: possible.cannot(),
        distinct: matches!(operand.kind, OperandKind::CountDistinct(_)),
    });
}

/// A date or instant moved on the calendar.
fn moved(base: Possible<'_>, of: Type, period: Period, direction: Direction) -> Possible<'_> {
    let Possible::Amount(amount) = base else { return base };
    let moved = amount.moved(of, period, direction);
    if amount.low != Bound::Unbounded && moved.low == Bound::Unbounded {
        Possible::Cannot(Cannot::Range)
    } else {
        Possible::Amount(moved)
    }
}

/// Whether a value is read from a field that may be none.
pub(super) fn may_be_none(operand: &Operand) -> bool {
    matches!(&operand.kind, OperandKind::Field(field) if field.or_none())
}

/// How alike two texts are, in hundredths.
pub(crate) fn likeness_percent(left: &Value<'_>, right: &Value<'_>) -> Decimal {
    // The same text of the same kind is folded to the same form.
    if let (Value::PersonName(left), Value::PersonName(right)) = (left, right)
        && left.is_written_as(right)
    {
        return Decimal::ONE_HUNDRED;
    }
    similarity_percent(&likeness(left), &likeness(right))
}

/// The form in which two texts are compared for their likeness.
fn likeness<'v>(value: &'v Value<'_>) -> Cow<'v, str> {
    if let Value::Text(text) = value {
        Cow::Owned(fold_text(text))
    } else if let Key::Text(text) = value.key() {
        text
    } else {
        Cow::Owned(value.to_string())
    }
}

impl Possible<'_> {
    /// Why it could not be computed, if so.
    fn cannot(&self) -> Option<Cannot> {
        if let Self::Cannot(cannot) = self { Some(*cannot) } else { None }
    }

    /// In words, as a reader would write it.
    fn shown(&self, of: Type) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Value(value) => Shown::from(&**value).to_string(),
            Self::Whole(_) => "a record".to_owned(),
            Self::Amount(amount) => amount.shown(of),
            Self::Unknown => "unknown".to_owned(),
            Self::Cannot(cannot) => format!("cannot: {}", cannot.word()),
        }
    }
}
