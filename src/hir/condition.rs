use super::{
    DefineId, FieldPath, ListId, Operand, Order, Outcome, ParamId, RuleId, RuleKind, Severity,
};
use crate::source::Span;
use crate::types::FieldSlot;

/// Something that is yes, no or unknown.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What it is.
    pub kind: ConditionKind,
    /// Where.
    pub span: Span,
}

/// The forms of conditions.
#[derive(Clone, Debug)]
pub enum ConditionKind {
    /// A field that is yes or no.
    Field(FieldPath),
    /// A named condition.
    Define(DefineId),
    /// A rule has an outcome.
    Rule {
        /// Which rule.
        rule: RuleId,
        /// Which outcome.
        outcome: Outcome,
    },
    /// At least so many rules of a kind have an outcome.
    Rules {
        /// How many.
        at_least: Box<Operand>,
        /// Only of that severity.
        severity: Option<Severity>,
        /// Which rules.
        kind: RuleKind,
        /// Which outcome.
        outcome: Outcome,
    },
    /// It does not hold.
    Not(Box<Condition>),
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// At least so many hold.
    AtLeast {
        /// How many.
        count: Box<Operand>,
        /// Of which.
        of: Vec<Condition>,
    },
    /// The field has a value.
    Has(FieldPath),
    /// The field is known.
    IsKnown(FieldPath),
    /// Two values are equal.
    Equal(Box<Operand>, Box<Operand>),
    /// A value is one of several; an address lies in one of several networks; a text matches one of
    /// several patterns.
    OneOf {
        /// The value.
        value: Box<Operand>,
        /// Of which.
        list: Collection,
    },
    /// Two values are in an order.
    Order {
        /// Which order.
        order: Order,
        /// Left side.
        left: Box<Operand>,
        /// Right side.
        right: Box<Operand>,
    },
    /// There is such an element.
    Exists(Members),
    /// Every element satisfies a condition.
    Every {
        /// Of which elements.
        members: Members,
        /// What.
        condition: Box<Condition>,
    },
    /// Some window of elements satisfies a condition.
    InAny {
        /// How windows are made.
        window: Window,
        /// What.
        condition: Box<Condition>,
    },
    /// The elements of the last time before the evaluation satisfy a condition.
    InTheLast {
        /// How the window is made.
        window: Window,
        /// What.
        condition: Box<Condition>,
    },
    /// Two of the values differ.
    Inconsistent {
        /// What is compared.
        paths: Vec<FieldPath>,
        /// How alike two texts may be to count as equal.
        allowing: Option<Box<Operand>>,
    },
    /// What an unknown condition is taken for.
    Assume {
        /// The condition.
        condition: Box<Condition>,
        /// What it is taken for.
        assumed: bool,
    },
    /// Stands where a mistake was reported.
    Mistake,
}

/// What a value may be one of.
#[derive(Clone, Debug)]
pub enum Collection {
    /// Values written out.
    Values(Vec<Operand>),
    /// A parameter that is a list.
    Param(ParamId),
    /// A named list.
    List(ListId),
}

/// The elements that a path leads to.
#[derive(Clone, Debug)]
pub struct Members {
    /// From where, through which lists, to which value of the elements.
    pub path: FieldPath,
    /// How many of the path's steps lead to the innermost elements; the rest lead to the value.
    pub element_steps: usize,
    /// Which of the elements.
    pub filter: Option<Box<Condition>>,
    /// Where.
    pub span: Span,
}

/// The other subjects that have a key in common with the subject.
#[derive(Clone, Debug)]
pub struct Peers {
    /// What has the key.
    pub of: PeersOf,
    /// The fields that make up the key.
    pub keys: Vec<FieldPath>,
    /// Where.
    pub span: Span,
}

/// What has a key that subjects share.
#[derive(Clone, Debug)]
pub enum PeersOf {
    /// The record itself, where this holds of it.
    Record(Option<Box<Condition>>),
    /// The elements of a list.
    Elements(Members),
}

/// How windows are made of the elements of a list.
#[derive(Clone, Debug)]
pub struct Window {
    /// Of which elements.
    pub members: Members,
    /// How long a window is.
    pub period: Box<Operand>,
    /// What the elements of one window have in common.
    pub per: Option<FieldPath>,
    /// The field that says when an element happened.
    pub time: FieldSlot,
}
