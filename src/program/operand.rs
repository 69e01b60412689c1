use super::{Condition, Field, Members, NodeId, PeersId};
use crate::hir::{Aggregation, Arithmetic};
use crate::types::{FieldSlot, Type};
use crate::value::{Direction, Duration, Period, Value};

/// A value that is compared.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) node: NodeId,
    pub(crate) of: Type,
    /// Its name in `says`, by its place among the program's names.
    pub(crate) name: Option<usize>,
    pub(crate) kind: OperandKind,
}

#[derive(Clone, Debug)]
pub(crate) enum OperandKind {
    Constant(Value<'static>),
    Field(Field),
    Score,
    Arithmetic {
        operator: Arithmetic,
        left: Box<Operand>,
        right: Box<Operand>,
    },
    /// A date or instant moved by a fixed period.
    Moved {
        base: Box<Operand>,
        period: Period,
        direction: Direction,
    },
    Count(Box<Members>),
    CountDistinct(Box<Members>),
    CountPeers(PeersId),
    Aggregate {
        aggregation: Aggregation,
        members: Box<Members>,
    },
    Share {
        members: Box<Members>,
        having: Box<Condition>,
        over: usize,
    },
    Longest(Box<Longest>),
    Similarity(Box<Operand>, Box<Operand>),
}

/// The longest time covered without a longer gap.
#[derive(Clone, Debug)]
pub(crate) struct Longest {
    pub(crate) members: Members,
    pub(crate) per: Option<Field>,
    pub(crate) gap: Duration,
    pub(crate) time: FieldSlot,
    pub(crate) end: Option<FieldSlot>,
}
