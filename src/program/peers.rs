use super::{Condition, Field, Members};
use crate::source::Span;

/// A comparison between subjects, by its place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeersId(pub(crate) usize);

impl PeersId {
    /// Its place among the comparisons of the program.
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// What makes two subjects share something.
#[derive(Clone, Debug)]
pub(crate) struct PeersProgram {
    pub(crate) of: PeersOf,
    /// The fields that make up the key, from the element or from the subject.
    pub(crate) keys: Vec<Field>,
    /// Where it was written.
    pub(crate) span: Span,
    /// What is shared, as policies write it.
    pub(crate) shown: String,
}

/// What has a key that subjects share.
#[derive(Clone, Debug)]
pub(crate) enum PeersOf {
    /// The record itself, where this holds of it.
    Record(Option<Condition>),
    /// The elements of a list.
    Elements(Members),
}
