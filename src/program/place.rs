use smallvec::SmallVec;

use crate::hir::{Derived, Root};
use crate::source::Span;
use crate::types::{FieldSlot, Type};

use super::Condition;

/// A node of a condition, for explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Its place in the program.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// What a node was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where.
    pub span: Span,
    /// How its parts are joined.
    pub joint: Joint,
}

/// How the parts of a condition are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// It has no parts that are conditions of their own.
    Alone,
    /// All must hold.
    All,
    /// One must hold.
    Any,
    /// So many must hold.
    AtLeast(usize),
    /// It must not hold.
    Not,
    /// It stands for a definition.
    Named,
}

/// Fields behind each other. They are read for every record, so those of the usual length stand where
/// they are used, and no pointer is followed to them.
pub(crate) type Steps = SmallVec<[FieldSlot; 8]>;

/// Lists inside each other, each by the steps to it.
pub(crate) type Hops = SmallVec<[Steps; 1]>;

/// A path to one value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) root: Root,
    pub(crate) steps: Steps,
    pub(crate) derived: Option<Derived>,
    pub(crate) of: Type,
    /// Which of the steps may be none.
    pub(crate) none_at: Box<[usize]>,
}

impl Field {
    pub(crate) fn or_none(&self) -> bool {
        !self.none_at.is_empty()
    }
}

/// The elements that a path leads to.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    pub(crate) root: Root,
    /// From list to list; the last slot of each is the list. Elements of a window need no first hop.
    pub(crate) hops: Hops,
    /// From the innermost element to its value; empty for the element itself.
    pub(crate) tail: Steps,
    /// Which of the steps of the tail may be none.
    pub(crate) tail_none_at: Box<[usize]>,
    pub(crate) derived: Option<Derived>,
    /// The type of the value.
    pub(crate) of: Type,
    pub(crate) filter: Option<Box<Condition>>,
    /// When an element of the outermost list happened.
    pub(crate) time: Option<FieldSlot>,
}

impl Members {
    pub(crate) fn tail_or_none(&self) -> bool {
        !self.tail_none_at.is_empty()
    }
}
