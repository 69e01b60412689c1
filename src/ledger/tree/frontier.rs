use super::{empty_root, node_hash};
use crate::digest::Digest;

/// The right edge of a tree: the roots of its complete subtrees, from the largest, which is all that is
/// needed to append to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Digest>,
}

impl Frontier {
    /// The edge of a tree of a size, from the roots of its complete subtrees, largest first; nothing if
    /// their number does not fit the size.
    #[must_use]
    pub fn new(size: u64, subtrees: Vec<Digest>) -> Option<Self> {
        let fits = usize::try_from(size.count_ones()).is_ok_and(|count| count == subtrees.len());
        fits.then_some(Self { size, subtrees })
    }

    /// Leaves of the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf. The roots of subtrees that it completes are handed out, with their level: first the
    /// leaf itself, at level 0.
    pub fn append(&mut self, leaf: Digest, mut completed: impl FnMut(u32, Digest)) {
        let mut node = leaf;
        completed(0, node);
        for level in 1..=self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = node_hash(&left, &node);
                completed(level, node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(smallest) = subtrees.next() else { return empty_root() };
        subtrees.fold(*smallest, |right, left| node_hash(left, &right))
    }
}
