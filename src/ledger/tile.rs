//! Tiles: the hashes of the tree and its leaves in files, as C2SP tlog-tiles lays them out.

use super::tree::node_hash;
use crate::digest::Digest;

/// Hashes of a full tile, and leaves of a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// Levels of the tree that one tile spans.
pub const TILE_HEIGHT: u32 = 8;

/// The path of a tile of hashes; `width` is its number of hashes.
#[must_use]
pub fn hash_tile_path(level: u32, index: u64, width: u64) -> String {
    format!("tile/{level}/{}", numbered(index, width))
}

/// The path of a bundle of leaves.
#[must_use]
pub fn bundle_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}", numbered(index, width))
}

fn numbered(index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH { partial_path(&path, width) } else { path }
}

/// The path of a tile that is not full, by the one that it will have when it is.
#[must_use]
pub fn partial_path(full: &str, width: u64) -> String {
    format!("{full}.p/{width}")
}

/// Hashes of the tile at an index of a level, in a tree of a size: 256, fewer in the last one, none behind.
#[must_use]
pub fn tile_width(level: u32, index: u64, size: u64) -> u64 {
    let at_level = size.checked_shr(level * TILE_HEIGHT).unwrap_or(0);
    at_level.saturating_sub(index * TILE_WIDTH).min(TILE_WIDTH)
}

/// A tile's hashes as bytes.
#[must_use]
pub fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.bytes()).collect()
}

/// A tile's hashes from its bytes; nothing if they are not that many hashes.
#[must_use]
pub fn tile_hashes(bytes: &[u8], width: u64) -> Option<Vec<Digest>> {
    let hashes: Vec<Digest> =
        bytes.as_chunks::<32>().0.iter().map(|hash| Digest::from_bytes(*hash)).collect();
    let fits = bytes.len().is_multiple_of(32) && hashes.len() as u64 == width;
    fits.then_some(hashes)
}

/// The root of a complete subtree inside a tile: of `2^level` hashes, the `index`-th of them.
#[must_use]
pub fn subtree_in_tile(hashes: &[Digest], level: u32, index: u64) -> Option<Digest> {
    let count = 1_usize.checked_shl(level)?;
    let start = usize::try_from(index).ok()?.checked_mul(count)?;
    let mut nodes = hashes.get(start..start.checked_add(count)?)?.to_vec();
    while nodes.len() > 1 {
        nodes =
            nodes.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    nodes.first().copied()
}

/// Appends a leaf to a bundle: its length in two bytes, then its bytes. A ledger has no leaf that is longer
/// than `LEAF_SIZE_MAX`.
pub fn push_leaf(bundle: &mut Vec<u8>, leaf: &[u8]) {
    let length = u16::try_from(leaf.len()).unwrap_or(u16::MAX);
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend(leaf.iter().take(usize::from(length)));
}

/// The leaves of a bundle; nothing if it does not end where a leaf does.
#[must_use]
pub fn leaves_of(mut bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut leaves = Vec::new();
    while !bundle.is_empty() {
        let (length, rest) = bundle.split_first_chunk::<2>()?;
        let (leaf, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        leaves.push(leaf);
        bundle = rest;
    }
    Some(leaves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(hash_tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(hash_tile_path(1, 0, 17), "tile/1/000.p/17");
        assert_eq!(bundle_path(273, 112), "tile/entries/273.p/112");
    }

    #[test]
    fn widths_are_those_of_the_specification() {
        assert_eq!(tile_width(0, 272, 70_000), 256);
        assert_eq!(tile_width(0, 273, 70_000), 112);
        assert_eq!(tile_width(1, 1, 70_000), 17);
        assert_eq!(tile_width(2, 0, 70_000), 1);
        assert_eq!(tile_width(3, 0, 70_000), 0);
        assert_eq!((tile_width(0, 1, 256), tile_width(1, 0, 256)), (0, 1));
    }
}
