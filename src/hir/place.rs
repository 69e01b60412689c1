use crate::source::Span;
use crate::types::{FieldSlot, Type};

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The record of the subject.
    Subject,
    /// An element of a list that the condition stands inside of; counted from the outermost, from 0.
    Element(u8),
    /// The elements of a window that the condition stands inside of; counted from the outermost.
    Window(u8),
}

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Which field.
    pub slot: FieldSlot,
    /// Whether the field is a list, whose elements the path goes through.
    pub list: bool,
}

/// A value that is computed from a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Derived {
    /// The network that an address is counted under.
    NetworkOfIp,
}

/// A path to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// Where it begins.
    pub root: Root,
    /// Through which fields.
    pub steps: Vec<Step>,
    /// What is computed of the value at its end.
    pub derived: Option<Derived>,
    /// The type of the value at its end.
    pub of: Type,
    /// Which of the steps behind the last list may be none, by place.
    pub none_at: Vec<usize>,
    /// As it is written from the subject's record on, for people.
    pub shown: String,
    /// Where.
    pub span: Span,
}

impl FieldPath {
    /// Whether two paths lead to the same place, wherever they are written.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        (self.root, &self.steps, self.derived) == (other.root, &other.steps, other.derived)
    }

    /// Whether the value, or a record on the way to it, may be none.
    #[must_use]
    pub fn or_none(&self) -> bool {
        !self.none_at.is_empty()
    }

    /// Whether knowing that `self` has a value tells that `other` has one.
    #[must_use]
    pub fn guards(&self, other: &Self) -> bool {
        self.root == other.root
            && other.steps.starts_with(&self.steps)
            && other.none_at.iter().all(|place| *place < self.steps.len())
    }

    /// Whether the path goes through a list.
    #[must_use]
    pub fn goes_through_list(&self) -> bool {
        matches!(self.root, Root::Window(_)) || self.steps.iter().any(|step| step.list)
    }
}
