use std::ops::Range;

use super::{empty_root, node_hash};
use crate::digest::Digest;

/// Hands out the root of the complete subtree of `2^level` leaves that is the `index`-th of its level.
type Subtree<'f, E> = &'f mut dyn FnMut(u32, u64) -> Result<Digest, E>;

/// The root over a range of leaves as RFC 6962 defines it for `D[start:end]`, from complete subtrees;
/// ranges of a tree begin where a subtree does.
///
/// # Errors
/// If a subtree cannot be read.
pub fn root_of<E>(leaves: Range<u64>, subtree: Subtree<'_, E>) -> Result<Digest, E> {
    let size = leaves.end.saturating_sub(leaves.start);
    if size == 0 {
        return Ok(empty_root());
    }
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return subtree(level, leaves.start >> level);
    }
    let middle = leaves.start + split(size);
    let left = root_of(leaves.start..middle, subtree)?;
    let right = root_of(middle..leaves.end, subtree)?;
    Ok(node_hash(&left, &right))
}

/// The audit path of a leaf in the tree of a size, from the sibling of the leaf upwards.
///
/// # Errors
/// If a subtree cannot be read.
pub fn inclusion_proof<E>(
    index: u64,
    size: u64,
    subtree: Subtree<'_, E>,
) -> Result<Vec<Digest>, E> {
    let mut path = Vec::new();
    let mut leaves = 0..size;
    while leaves.end - leaves.start > 1 {
        let middle = leaves.start + split(leaves.end - leaves.start);
        let (within, beside) = if index < middle {
            (leaves.start..middle, middle..leaves.end)
        } else {
            (middle..leaves.end, leaves.start..middle)
        };
        path.push(root_of(beside, subtree)?);
        leaves = within;
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of one size is the beginning of the tree of another.
///
/// # Errors
/// If a subtree cannot be read.
pub fn consistency_proof<E>(
    old_size: u64,
    size: u64,
    subtree: Subtree<'_, E>,
) -> Result<Vec<Digest>, E> {
    if old_size == 0 || old_size >= size {
        return Ok(Vec::new());
    }
    let mut path = Vec::new();
    let mut leaves = 0..size;
    // Whether the old tree is still the whole of what is left of it here, which the verifier knows.
    let mut is_known = true;
    while leaves.end != old_size {
        let middle = leaves.start + split(leaves.end - leaves.start);
        if old_size <= middle {
            path.push(root_of(middle..leaves.end, subtree)?);
            leaves.end = middle;
        } else {
            path.push(root_of(leaves.start..middle, subtree)?);
            leaves.start = middle;
            is_known = false;
        }
    }
    if !is_known {
        path.push(root_of(leaves, subtree)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether a leaf stands at an index of the tree with a size and a root.
#[must_use]
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    path: &[Digest],
    root: &Digest,
) -> bool {
    if index >= size {
        return false;
    }
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = *leaf;
    for beside in path {
        hash = match climb.next() {
            Some(Side::Left) => node_hash(beside, &hash),
            Some(Side::Right) => node_hash(&hash, beside),
            None => return false,
        };
    }
    climb.is_at_root() && hash == *root
}

/// Whether the tree of one size and root is the beginning of the tree of another.
#[must_use]
pub fn verify_consistency(
    (old_size, old_root): (u64, &Digest),
    (size, root): (u64, &Digest),
    path: &[Digest],
) -> bool {
    if old_size > size {
        return false;
    }
    if old_size == size {
        return path.is_empty() && old_root == root;
    }
    if old_size == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    let mut path = path.iter();
    let first = if old_size.is_power_of_two() { Some(old_root) } else { path.next() };
    let Some(first) = first else { return false };
    // From the largest complete subtree at the end of the old tree.
    let complete = (old_size - 1).trailing_ones();
    let mut climb = Climb { node: (old_size - 1) >> complete, last: (size - 1) >> complete };
    let (mut old_hash, mut hash) = (*first, *first);
    for beside in path {
        match climb.next() {
            Some(Side::Left) => {
                old_hash = node_hash(beside, &old_hash);
                hash = node_hash(beside, &hash);
            }
            Some(Side::Right) => hash = node_hash(&hash, beside),
            None => return false,
        }
    }
    climb.is_at_root() && old_hash == *old_root && hash == *root
}

/// The way up from a node to the root of a tree, by the hashes that stand beside it.
struct Climb {
    /// The place of the node in its level.
    node: u64,
    /// The last place of the level.
    last: u64,
}

/// Where a hash stands beside a node.
enum Side {
    Left,
    Right,
}

impl Climb {
    /// Goes up past the next hash; nothing if the root is reached.
    fn next(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    fn is_at_root(&self) -> bool {
        self.last == 0
    }
}

/// The largest power of two below a size of at least two: how many leaves stand in the left half.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}
