//! Segments: the files that frames are appended to, and how they are read back.

use super::frame::{FRAME_MAGIC, Frame, FrameRead, SEGMENT_HEADER, SegmentHeader};
use super::planted::{self, Bug};
use super::problem::Problem;
use super::storage::Storage;

/// The path of a segment.
pub(super) fn segment_path(number: u64) -> String {
    format!("wal/{number:08}.seg")
}

/// The numbers of the segments that there are.
pub(super) fn segments(storage: &dyn Storage) -> Result<Vec<u64>, Problem> {
    let mut numbers = Vec::new();
    for name in storage.list("wal")? {
        let number = name.strip_suffix(".seg").and_then(|number| number.parse::<u64>().ok());
        let number = number.filter(|number| segment_path(*number) == format!("wal/{name}"));
        numbers.push(number.ok_or_else(|| {
            Problem::damaged(&format!("wal/{name}"), 0, "it is no segment of a ledger")
        })?);
    }
    numbers.sort_unstable();
    for (expected, number) in (1..).zip(&numbers) {
        if expected != *number {
            return Err(Problem::damaged(&segment_path(expected), 0, "the segment is missing"));
        }
    }
    Ok(numbers)
}

/// A segment as it was read.
pub(super) struct Segment {
    pub(super) header: Option<SegmentHeader>,
    pub(super) frames: Vec<(usize, FrameRead)>,
    /// Where the last whole frame ends.
    pub(super) end: usize,
    /// The bytes behind it.
    pub(super) tail: Tail,
}

impl Segment {
    /// Leaves of the log up to the last whole frame; nothing if the segment has no header.
    pub(super) fn size(&self) -> Option<u64> {
        let end_of =
            |(_, read): &(usize, FrameRead)| read.frame.first + read.frame.leaves.len() as u64;
        self.frames.last().map(end_of).or_else(|| self.header.map(|header| header.first))
    }
}

/// What stands behind the last whole frame of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    Clean,
    /// Something that no whole frame follows: a frame that was being written.
    Torn(Vec<u8>),
    /// Something that a whole frame follows: what was there was changed.
    Corrupt,
}

/// Reads the frames of a segment up to the first that is not whole.
pub(super) fn read_segment(storage: &dyn Storage, number: u64) -> Result<Segment, Problem> {
    let bytes = storage.read(&segment_path(number))?;
    let header = SegmentHeader::parse(&bytes).filter(|header| header.number == number);
    if header.is_none() {
        let tail = if has_frame(&bytes) { Tail::Corrupt } else { Tail::Torn(bytes) };
        return Ok(Segment { header, frames: Vec::new(), end: 0, tail });
    }
    let mut frames = Vec::new();
    let mut at = SEGMENT_HEADER;
    let tail = loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break Tail::Clean;
        }
        let Some(read) = Frame::parse(rest) else {
            break if has_frame(rest.get(1..).unwrap_or_default()) {
                Tail::Corrupt
            } else {
                Tail::Torn(rest.to_vec())
            };
        };
        let length = read.length;
        frames.push((at, read));
        at += length;
    };
    Ok(Segment { header, frames, end: at, tail })
}

/// Whether a whole frame stands anywhere in these bytes.
fn has_frame(bytes: &[u8]) -> bool {
    if planted::is(Bug::CutCorruptMiddle) {
        return false;
    }
    memchr::memmem::find_iter(bytes, FRAME_MAGIC)
        .any(|at| bytes.get(at..).is_some_and(|rest| Frame::parse(rest).is_some()))
}
