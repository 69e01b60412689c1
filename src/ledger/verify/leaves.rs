//! Where the leaves come from: the segments of a ledger, or the bundles of an export.

use super::{Findings, Report, Verification};
use crate::digest::Digest;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::edge::read_bundle;
use crate::ledger::frame::FrameRead;
use crate::ledger::note::Note;
use crate::ledger::segment::{Segment, Tail, read_segment, segment_path, segments};
use crate::ledger::tile::{TILE_WIDTH, bundle_path};

impl Verification<'_> {
    pub(super) fn read_segments(
        &mut self,
        progress: &mut dyn FnMut(u64),
        findings: &mut Findings,
        report: &mut Report,
    ) {
        let numbers = match segments(self.storage) {
            Ok(numbers) => numbers,
            Err(problem) => return findings.problem("wal", &problem),
        };
        let mut last = Digest::from_bytes([0; 32]);
        for (place, number) in numbers.iter().enumerate() {
            let path = segment_path(*number);
            let segment = match read_segment(self.storage, *number) {
                Ok(segment) => segment,
                Err(problem) => return findings.problem(&path, &problem),
            };
            let is_last = place + 1 == numbers.len();
            let Segment { header, frames, end, tail } = segment;
            match header {
                Some(header) if (header.first, header.previous) == (self.tree.size(), last) => {}
                Some(_) => findings.at(&path, 0, "the segment does not continue the one before it"),
                None if is_last && *number > 1 && matches!(tail, Tail::Torn(_)) => {}
                None => return findings.at(&path, 0, "the header of the segment was changed"),
            }
            for (offset, read) in frames {
                report.read.frames += 1;
                self.frame(&path, offset as u64, &read, last, findings);
                last = read.digest;
                progress(self.tree.size());
            }
            match tail {
                Tail::Clean => {}
                Tail::Torn(_) if is_last => findings.add(
                    super::Weight::Open,
                    &path,
                    Some(end as u64),
                    None,
                    "what stands here is no whole frame: a write that a crash cut off, or a change; `duecare ledger recover` settles the former",
                ),
                Tail::Torn(_) | Tail::Corrupt => {
                    findings.at(&path, end as u64, "a frame was changed; nothing behind it was read");
                    return;
                }
            }
        }
        let published = self.heads.published();
        if self.tree.size() < published {
            let next = segment_path(numbers.len() as u64 + 1);
            findings.fault(&next, format!("it is missing, or the end of the one before it: {published} leaves were published"));
        }
    }

    fn frame(
        &mut self,
        path: &str,
        offset: u64,
        read: &FrameRead,
        last: Digest,
        findings: &mut Findings,
    ) {
        let frame = &read.frame;
        if (frame.first, frame.previous) != (self.tree.size(), last) {
            findings.at(path, offset, "the frame does not continue the one before it");
        }
        for leaf in &frame.leaves {
            self.leaf(path, leaf, findings);
        }
        self.vault_at(path, offset, frame.vault, findings);
        let head = Checkpoint {
            origin: self.origin.clone(),
            size: self.tree.size(),
            root: self.tree.root(),
        };
        match Note::parse(&frame.checkpoint) {
            Ok(note) if note.text != head.text() => {
                findings.at(path, offset, "the head of the frame is not that of its leaves");
            }
            Ok(note) if !self.keys.current().is_some_and(|key| note.is_signed_by(key)) => {
                findings.at(
                    path,
                    offset,
                    "the head of the frame is not signed by the key of the log",
                );
            }
            Ok(_) => {}
            Err(problem) => findings.at(path, offset, format!("the head of the frame: {problem}")),
        }
    }

    pub(super) fn read_bundles(&mut self, progress: &mut dyn FnMut(u64), findings: &mut Findings) {
        let size = self.heads.published();
        for index in 0..size.div_ceil(TILE_WIDTH) {
            let width = TILE_WIDTH.min(size - index * TILE_WIDTH);
            let path = bundle_path(index, width);
            let leaves = match read_bundle(self.storage, index, width) {
                Ok(Some(leaves)) => leaves,
                Ok(None) => {
                    return findings.fault(&path, "the bundle of leaves is missing or was changed");
                }
                Err(error) => return findings.unreadable(&path, &error),
            };
            for leaf in leaves {
                self.leaf(&path, &leaf, findings);
            }
            progress(self.tree.size());
        }
    }
}
