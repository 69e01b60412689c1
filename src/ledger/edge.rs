//! The right edge of the tiles: what is not full yet, and what has become full and is to be written.

use std::collections::BTreeSet;
use std::io;

use super::planted::{self, Bug};
use super::storage::{Storage, folder_of, replace_unsynced};
use super::tile::{
    TILE_HEIGHT, TILE_WIDTH, bundle_path, hash_tile_path, leaves_of, partial_path, push_leaf,
    subtree_in_tile, tile_bytes, tile_hashes, tile_width,
};
use super::tree::{Frontier, leaf_hash};
use crate::digest::Digest;

/// The tiles of a log that still grow.
#[derive(Clone, Debug, Default)]
pub(super) struct TileEdge {
    size: u64,
    /// Of each level the hashes of its last tile, fewer than a full one has.
    levels: Vec<Vec<Digest>>,
    /// The last bundle of leaves.
    bundle: Vec<u8>,
    /// Tiles that have become full, by their paths.
    full: Vec<(String, Vec<u8>)>,
    /// Paths of tiles that were written and perhaps are not on disk.
    unsynced: BTreeSet<String>,
}

impl TileEdge {
    /// Reads the edge of a log of a size; nothing if a tile is missing or has another length.
    pub(super) fn read(storage: &dyn Storage, size: u64) -> io::Result<Option<Self>> {
        let mut made = Self { size, ..Self::default() };
        let mut level = 0;
        while size.checked_shr(level * TILE_HEIGHT).is_some_and(|hashes| hashes > 0) {
            let hashes = size.checked_shr(level * TILE_HEIGHT).unwrap_or(0);
            let (index, width) = (hashes / TILE_WIDTH, hashes % TILE_WIDTH);
            let Some(read) = read_tile(storage, level, index, width)? else { return Ok(None) };
            made.levels.push(read);
            level += 1;
        }
        let (index, width) = (size / TILE_WIDTH, size % TILE_WIDTH);
        let Some(leaves) = read_bundle(storage, index, width)? else { return Ok(None) };
        let hashes: Vec<Digest> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        if made.levels.first().is_some_and(|level| *level != hashes) {
            return Ok(None);
        }
        for leaf in &leaves {
            push_leaf(&mut made.bundle, leaf);
        }
        Ok(Some(made))
    }

    /// The right edge of the tree, from the tiles.
    pub(super) fn frontier(&self) -> Option<Frontier> {
        let mut subtrees = Vec::new();
        for hashes in self.levels.iter().rev() {
            let width = hashes.len() as u64;
            for bit in (0..TILE_HEIGHT).rev().filter(|bit| width >> bit & 1 == 1) {
                subtrees.push(subtree_in_tile(hashes, bit, width >> (bit + 1) << 1)?);
            }
        }
        Frontier::new(self.size, subtrees)
    }

    /// Appends a leaf.
    pub(super) fn append(&mut self, leaf: &[u8], hash: Digest) {
        push_leaf(&mut self.bundle, leaf);
        self.size += 1;
        if self.size.is_multiple_of(TILE_WIDTH) {
            let path = bundle_path(self.size / TILE_WIDTH - 1, TILE_WIDTH);
            self.full.push((path, std::mem::take(&mut self.bundle)));
        }
        self.append_hash(0, hash);
    }

    /// Writes tiles that have become full; they may be lost until `sync`.
    pub(super) fn write_full(&mut self, storage: &mut dyn Storage) -> io::Result<()> {
        for (path, bytes) in std::mem::take(&mut self.full) {
            self.write_tile(storage, path, &bytes)?;
        }
        Ok(())
    }

    /// Waits until all tiles are on disk, and removes what full ones were before.
    pub(super) fn sync(&mut self, storage: &mut dyn Storage) -> io::Result<()> {
        let paths = std::mem::take(&mut self.unsynced);
        if planted::is(Bug::SkipTileSync) {
            return Ok(());
        }
        let mut folders = BTreeSet::new();
        for path in &paths {
            storage.sync(path)?;
            let mut folder = folder_of(path);
            while !folder.is_empty() {
                folders.insert(folder);
                folder = folder_of(folder);
            }
        }
        for folder in folders {
            storage.sync_folder(folder)?;
        }
        for path in &paths {
            let partial = format!("{path}.p");
            for name in storage.list(&partial)? {
                storage.remove(&format!("{partial}/{name}"))?;
            }
        }
        Ok(())
    }

    /// Hands out tiles that have become full.
    pub(super) fn take_full(&mut self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut self.full)
    }

    /// The leaves of the last bundle.
    pub(super) fn last_leaves(&self) -> Option<Vec<Vec<u8>>> {
        Some(leaves_of(&self.bundle)?.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// The tiles that are not full, by the paths that they will have when they are, with their widths.
    pub(super) fn partial(&self) -> Vec<(String, u64, Vec<u8>)> {
        let levels = (0..).zip(&self.levels).map(|(level, hashes)| {
            let index = self.size.checked_shr(level * TILE_HEIGHT).unwrap_or(0) / TILE_WIDTH;
            let path = hash_tile_path(level, index, TILE_WIDTH);
            (path, hashes.len() as u64, tile_bytes(hashes))
        });
        let path = bundle_path(self.size / TILE_WIDTH, TILE_WIDTH);
        let bundle = (path, self.size % TILE_WIDTH, self.bundle.clone());
        levels.chain([bundle]).filter(|(_, width, _)| *width > 0).collect()
    }

    /// Writes the tiles that are not full, as a checkpoint of this size needs them.
    pub(super) fn write_partial(&mut self, storage: &mut dyn Storage) -> io::Result<()> {
        for (path, width, bytes) in self.partial() {
            self.write_tile(storage, partial_path(&path, width), &bytes)?;
        }
        Ok(())
    }

    fn write_tile(
        &mut self,
        storage: &mut dyn Storage,
        path: String,
        bytes: &[u8],
    ) -> io::Result<()> {
        storage.create_folder(folder_of(&path))?;
        replace_unsynced(storage, &path, bytes)?;
        self.unsynced.insert(path);
        Ok(())
    }

    fn append_hash(&mut self, level: u32, hash: Digest) {
        let place = level as usize;
        if self.levels.len() <= place {
            self.levels.push(Vec::new());
        }
        let Some(hashes) = self.levels.get_mut(place) else { return };
        hashes.push(hash);
        if hashes.len() as u64 == TILE_WIDTH {
            let hashes = std::mem::take(hashes);
            let index = self.size.checked_shr((level + 1) * TILE_HEIGHT).unwrap_or(0) - 1;
            self.full.push((hash_tile_path(level, index, TILE_WIDTH), tile_bytes(&hashes)));
            if let Some(root) = subtree_in_tile(&hashes, TILE_HEIGHT, 0) {
                self.append_hash(level + 1, root);
            }
        }
    }
}

/// The first hashes of a tile, from itself or, once it has grown full, from what it has become.
pub(super) fn read_tile(
    storage: &dyn Storage,
    level: u32,
    index: u64,
    width: u64,
) -> io::Result<Option<Vec<Digest>>> {
    if width == 0 {
        return Ok(Some(Vec::new()));
    }
    for stored in [width, TILE_WIDTH] {
        let path = hash_tile_path(level, index, stored);
        if storage.length(&path)?.is_some() {
            let hashes = tile_hashes(&storage.read(&path)?, stored);
            return Ok(hashes.map(|hashes| {
                hashes.into_iter().take(usize::try_from(width).unwrap_or(usize::MAX)).collect()
            }));
        }
    }
    Ok(None)
}

/// The first leaves of a bundle, from itself or from the full one.
pub(super) fn read_bundle(
    storage: &dyn Storage,
    index: u64,
    width: u64,
) -> io::Result<Option<Vec<Vec<u8>>>> {
    if width == 0 {
        return Ok(Some(Vec::new()));
    }
    for stored in [width, TILE_WIDTH] {
        let path = bundle_path(index, stored);
        if storage.length(&path)?.is_some() {
            let bytes = storage.read(&path)?;
            let leaves = leaves_of(&bytes).filter(|leaves| leaves.len() as u64 == stored);
            return Ok(leaves.map(|leaves| {
                let first = usize::try_from(width).unwrap_or(usize::MAX);
                leaves.into_iter().take(first).map(<[u8]>::to_vec).collect()
            }));
        }
    }
    Ok(None)
}

/// The root of a complete subtree, from the tile that has it.
pub(super) fn subtree(
    storage: &dyn Storage,
    size: u64,
    level: u32,
    index: u64,
) -> io::Result<Digest> {
    let (tile_level, inner) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
    let first = index << inner;
    let tile = first / TILE_WIDTH;
    let width = tile_width(tile_level, tile, size);
    let hashes = read_tile(storage, tile_level, tile, width)?;
    hashes
        .and_then(|hashes| subtree_in_tile(&hashes, inner, (first % TILE_WIDTH) >> inner))
        .ok_or_else(|| {
            let path = hash_tile_path(tile_level, tile, width);
            io::Error::new(io::ErrorKind::NotFound, format!("the tile `{path}` is missing or cut"))
        })
}
