use std::collections::BTreeMap;
use std::io;

use super::{Findings, walk};
use crate::digest::Digest;
use crate::ledger::edge::TileEdge;
use crate::ledger::storage::Storage;
use crate::ledger::tile::{TILE_HEIGHT, TILE_WIDTH, bundle_path, hash_tile_path, tile_width};

/// The tiles that are stored, compared with those that the leaves make.
pub(super) struct Tiles {
    edge: TileEdge,
    /// Paths of full and partial tiles that no leaf has led to so far, by the path of the full one.
    unmet: BTreeMap<String, Vec<String>>,
    met: u64,
}

impl Tiles {
    pub(super) fn list(storage: &dyn Storage) -> io::Result<Self> {
        let mut unmet: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in walk(storage, "tile")? {
            let full = path.split_once(".p/").map_or(path.as_str(), |(full, _)| full).to_owned();
            unmet.entry(full).or_default().push(path);
        }
        Ok(Self { edge: TileEdge::default(), unmet, met: 0 })
    }

    pub(super) fn leaf(
        &mut self,
        storage: &dyn Storage,
        leaf: &[u8],
        hash: Digest,
        findings: &mut Findings,
    ) {
        self.edge.append(leaf, hash);
        for (path, bytes) in self.edge.take_full() {
            self.compare(storage, &path, &bytes, findings);
        }
    }

    /// Compares the tiles that are not full, and says which of those that a published head needs are missing.
    pub(super) fn finish(
        &mut self,
        storage: &dyn Storage,
        published: u64,
        findings: &mut Findings,
    ) {
        for (path, _, bytes) in self.edge.partial() {
            self.compare(storage, &path, &bytes, findings);
        }
        for path in std::mem::take(&mut self.unmet).into_values().flatten() {
            findings.fault(&path, "no leaf of the log belongs to it");
        }
        let mut needed: Vec<(String, String)> = Vec::new();
        let mut level = 0;
        while published.checked_shr(level * TILE_HEIGHT).is_some_and(|hashes| hashes > 0) {
            let tiles =
                published.checked_shr(level * TILE_HEIGHT).unwrap_or(0).div_ceil(TILE_WIDTH);
            needed.extend((0..tiles).map(|index| {
                let width = tile_width(level, index, published);
                (hash_tile_path(level, index, width), hash_tile_path(level, index, TILE_WIDTH))
            }));
            level += 1;
        }
        needed.extend((0..published.div_ceil(TILE_WIDTH)).map(|index| {
            let width = tile_width(0, index, published);
            (bundle_path(index, width), bundle_path(index, TILE_WIDTH))
        }));
        for (path, full) in needed {
            let is_there = |path: &str| storage.length(path).is_ok_and(|length| length.is_some());
            if !is_there(&path) && !is_there(&full) {
                findings.fault(&path, "the tile is missing, which the published head needs");
            }
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.met
    }

    /// A stored tile is what the leaves make, or the beginning of it.
    fn compare(
        &mut self,
        storage: &dyn Storage,
        full: &str,
        bytes: &[u8],
        findings: &mut Findings,
    ) {
        for path in self.unmet.remove(full).unwrap_or_default() {
            self.met += 1;
            let stored = match storage.read(&path) {
                Ok(stored) => stored,
                Err(error) => {
                    findings.unreadable(&path, &error);
                    continue;
                }
            };
            let other = stored.iter().zip(bytes).position(|(left, right)| left != right);
            if let Some(offset) = other {
                findings.at(&path, offset as u64, "it does not say what the log says");
            } else if stored.len() != expected_length(&path, full, bytes) {
                findings.at(
                    &path,
                    stored.len().min(bytes.len()) as u64,
                    "it does not have the length that its name says",
                );
            }
        }
    }
}

/// The length of a tile or bundle that has as many hashes or leaves as its name says.
fn expected_length(path: &str, full: &str, bytes: &[u8]) -> usize {
    let Some(width) = path.strip_prefix(full).and_then(|rest| rest.strip_prefix(".p/")) else {
        return bytes.len();
    };
    let Ok(width) = width.parse::<usize>() else { return usize::MAX };
    if !full.starts_with("tile/entries/") {
        return width * 32;
    }
    let leaves = crate::ledger::tile::leaves_of(bytes).unwrap_or_default();
    if leaves.len() < width {
        return usize::MAX;
    }
    leaves.iter().take(width).map(|leaf| leaf.len() + 2).sum()
}
