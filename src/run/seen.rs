use std::collections::HashMap;

use crate::digest::Digest;

/// Bytes of a digest that name its bucket, and that are kept in it.
const BUCKET: usize = 2;
const KEPT: usize = 6;

/// How many entries a block has, and a segment blocks.
const BLOCK: usize = 8;
const SEGMENT: usize = 1024;

/// No block.
const NONE: u32 = u32::MAX;

/// The subjects that were decided, by the first 64 bits of the digest of their keys, each with the number
/// of its record: eleven to twelve bytes for each, so that millions of them fit. Nothing that is kept is
/// ever moved, so the allocator has no holes to keep either.
pub(super) struct Seen {
    /// The newest block of each bucket, and how many entries it has; older ones are full.
    buckets: Vec<(u32, u8)>,
    segments: Vec<Vec<Block>>,
    blocks: u32,
    /// Numbers that four bytes do not hold.
    beyond: HashMap<([u8; BUCKET], [u8; KEPT]), u64>,
}

/// Some entries of one bucket.
struct Block {
    entries: [Entry; BLOCK],
    older: u32,
}

/// The rest of a digest, and a number.
#[derive(Clone, Copy, Default)]
struct Entry {
    rest: [u8; KEPT],
    number: [u8; 4],
}

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            buckets: vec![(NONE, 0); 1 << (8 * BUCKET)],
            segments: Vec::new(),
            blocks: 0,
            beyond: HashMap::new(),
        }
    }

    /// The number of the record of a subject that was seen before; otherwise takes it down.
    pub(super) fn before(&mut self, key: &Digest, number: u64) -> Option<u64> {
        let (first, behind) = key.bytes().split_first_chunk::<BUCKET>()?;
        let rest = *behind.first_chunk::<KEPT>()?;
        let bucket = usize::from(u16::from_be_bytes(*first));
        let found = self.find(bucket, rest).or_else(|| self.beyond.get(&(*first, rest)).copied());
        if found.is_none() {
            match u32::try_from(number) {
                Ok(number) => self.add(bucket, Entry { rest, number: number.to_be_bytes() }),
                Err(_) => {
                    self.beyond.insert((*first, rest), number);
                }
            }
        }
        found
    }

    fn find(&self, bucket: usize, rest: [u8; KEPT]) -> Option<u64> {
        let (mut place, used) = *self.buckets.get(bucket)?;
        let mut used = usize::from(used);
        while let Some(block) = self.block(place) {
            let entries = block.entries.get(..used)?;
            if let Some(entry) = entries.iter().find(|entry| entry.rest == rest) {
                return Some(u32::from_be_bytes(entry.number).into());
            }
            (place, used) = (block.older, BLOCK);
        }
        None
    }

    fn block(&self, place: u32) -> Option<&Block> {
        let place = usize::try_from(place).ok()?;
        self.segments.get(place / SEGMENT)?.get(place % SEGMENT)
    }

    fn add(&mut self, bucket: usize, entry: Entry) {
        let Some((newest, used)) = self.buckets.get_mut(bucket) else { return };
        if *newest == NONE || usize::from(*used) == BLOCK {
            if self.segments.last().is_none_or(|segment| segment.len() == SEGMENT) {
                self.segments.push(Vec::with_capacity(SEGMENT));
            }
            if let Some(segment) = self.segments.last_mut() {
                segment.push(Block { entries: [Entry::default(); BLOCK], older: *newest });
            }
            (*newest, *used) = (self.blocks, 0);
            self.blocks += 1;
        }
        let segment = usize::try_from(*newest)
            .ok()
            .and_then(|newest| self.segments.get_mut(newest / SEGMENT)?.get_mut(newest % SEGMENT));
        if let Some(place) = segment.and_then(|block| block.entries.get_mut(usize::from(*used))) {
            *place = entry;
            *used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once() {
        let mut seen = Seen::new();
        let key = |number: u64| Digest::of(&number.to_be_bytes());
        let far = u64::from(u32::MAX);
        for number in (1..1_500_000).chain(far - 2..far + 3) {
            assert_eq!(seen.before(&key(number), number), None);
        }
        for number in (1..1_500_000).chain(far - 2..far + 3) {
            assert_eq!(seen.before(&key(number), 0), Some(number));
        }
    }
}
