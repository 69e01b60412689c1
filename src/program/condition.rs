use rust_decimal::Decimal;

use super::{AskedOutcome, Field, Members, NodeId, Operand, ValueSet};
use crate::hir::{Order, Outcome, RuleKind, Severity};
use crate::types::FieldSlot;
use crate::value::{Instant, Period};

/// Something that is yes, no or unknown.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) node: NodeId,
    pub(crate) kind: ConditionKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ConditionKind {
    Field(Field),
    Rule(AskedOutcome),
    Rules {
        at_least: usize,
        severity: Option<Severity>,
        kind: RuleKind,
        outcome: Outcome,
    },
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    AtLeast {
        count: usize,
        of: Vec<Condition>,
    },
    Has(Field),
    IsKnown(Field),
    Equal(Box<Operand>, Box<Operand>),
    /// `is_stale` where the set is a list that is too old to tell.
    OneOf {
        value: Box<Operand>,
        set: Box<ValueSet>,
        is_stale: bool,
    },
    Order {
        order: Order,
        left: Box<Operand>,
        right: Box<Operand>,
    },
    Exists(Box<Members>),
    Every {
        members: Box<Members>,
        condition: Box<Condition>,
    },
    InAny(Box<InAny>),
    InTheLast(Box<InTheLast>),
    Inconsistent {
        compared: Vec<Compared>,
        allowing: Option<Decimal>,
    },
    Assume {
        condition: Box<Condition>,
        assumed: bool,
    },
}

/// Windows that begin at each element.
#[derive(Clone, Debug)]
pub(crate) struct InAny {
    pub(crate) members: Members,
    pub(crate) period: Period,
    pub(crate) time: FieldSlot,
    pub(crate) per: Option<Field>,
    pub(crate) condition: Condition,
    /// With fewer elements the condition does not hold.
    pub(crate) entries_needed: usize,
}

/// The window that ends at the time of the evaluation.
#[derive(Clone, Debug)]
pub(crate) struct InTheLast {
    pub(crate) members: Members,
    pub(crate) from: Instant,
    pub(crate) time: FieldSlot,
    pub(crate) condition: Condition,
}

/// Values that may contradict each other.
#[derive(Clone, Debug)]
pub(crate) enum Compared {
    /// One value.
    One(Field),
    /// One value of each element.
    Each(Members),
    /// A set of values of each element of the outer list.
    Sets {
        /// The elements.
        of: Members,
        /// The values of one, from the element on.
        values: Members,
    },
}
