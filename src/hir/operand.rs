use super::{Aggregation, Arithmetic, Condition, DefineId, FieldPath, Members, ParamId, Peers};
use crate::source::Span;
use crate::types::Type;
use crate::value::{Percent, Period, Value};

/// A value that is compared.
#[derive(Clone, Debug)]
pub struct Operand {
    /// What it is.
    pub kind: OperandKind,
    /// Its type.
    pub of: Type,
    /// Whether it may be none.
    pub or_none: bool,
    /// Its name in `says`.
    pub name: Option<String>,
    /// Where.
    pub span: Span,
}

/// The forms of values.
#[derive(Clone, Debug)]
pub enum OperandKind {
    /// A literal.
    Constant(Value<'static>),
    /// A length of time in months.
    Months(u32),
    /// A parameter.
    Param(ParamId),
    /// A field.
    Field(FieldPath),
    /// A named expression.
    Define(DefineId),
    /// The time of the evaluation.
    AsOf,
    /// The score, in levels of the decision.
    Score,
    /// Two amounts combined.
    Arithmetic {
        /// How.
        operator: Arithmetic,
        /// Left side.
        left: Box<Operand>,
        /// Right side.
        right: Box<Operand>,
    },
    /// How many elements.
    Count(Members),
    /// How many different values.
    CountDistinct(Members),
    /// How many other subjects have a key in common with the subject.
    CountPeers(Box<Peers>),
    /// What is made of the values of the elements.
    Aggregate {
        /// What.
        aggregation: Aggregation,
        /// Of which.
        members: Members,
    },
    /// Which part of the elements satisfies a condition; none of fewer elements than `over`.
    Share {
        /// Of which elements.
        members: Members,
        /// What they are counted by.
        having: Box<Condition>,
        /// Fewest elements.
        over: Option<Box<Operand>>,
    },
    /// The longest time covered by elements without a longer gap.
    Longest {
        /// Which elements.
        members: Members,
        /// What elements of one chain have in common.
        per: Option<FieldPath>,
        /// The longest gap that does not break a chain.
        gap: Box<Operand>,
    },
    /// How alike two texts are.
    Similarity(Box<Operand>, Box<Operand>),
    /// Stands where a mistake was reported.
    Mistake,
}

impl Operand {
    /// The length of time of a literal one.
    #[must_use]
    pub fn constant_period(&self) -> Option<Period> {
        if let OperandKind::Constant(Value::Duration(duration)) = &self.kind {
            Some(Period::Exact(*duration))
        } else if let OperandKind::Months(months) = &self.kind {
            Some(Period::Months(*months))
        } else {
            None
        }
    }

    /// The percentage of a literal one.
    #[must_use]
    pub fn constant_percent(&self) -> Option<Percent> {
        if let OperandKind::Constant(Value::Percent(percent)) = &self.kind {
            Some(*percent)
        } else {
            None
        }
    }
}
