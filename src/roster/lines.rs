use std::io::{self, BufRead};

use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};

/// Most bytes that are made room for before a line is read.
const ROOM_MAX: usize = 64 * 1024;

/// Cuts a text into lines; blank ones are passed over.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    /// How long the line before was: room for the next one, which is mostly about as long.
    room: usize,
    /// Whether the line that was given last was too long and its rest is still to be read.
    is_inside_long_line: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0, room: 0, is_inside_long_line: false }
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        self.drain(&mut |_| Ok(()))?;
        loop {
            let mut line = Vec::with_capacity(self.room);
            let is_whole = self.read_up_to_limit(&mut line)?;
            if self.number == 0 && line.starts_with(b"\xef\xbb\xbf") {
                line.drain(..3);
            }
            if line.is_empty() && is_whole {
                return Ok(None);
            }
            let end = line
                .iter()
                .rposition(|byte| !byte.is_ascii_whitespace())
                .map_or(0, |last| last + 1);
            if is_whole && end == 0 {
                self.number += 1;
                continue;
            }
            self.number += 1;
            self.room = line.len().min(ROOM_MAX);
            self.is_inside_long_line = !is_whole;
            let text = if is_whole {
                line.truncate(end);
                RawText::Json(line)
            } else {
                RawText::TooLong(line)
            };
            return Ok(Some(RawRecord { number: self.number, text }));
        }
    }

    /// Hands out the rest of a line that was too long.
    pub(super) fn drain(
        &mut self,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        while self.is_inside_long_line {
            let available = self.reader.fill_buf()?;
            let newline = memchr::memchr(b'\n', available);
            let length = newline.unwrap_or(available.len());
            take(available.get(..length).unwrap_or_default())?;
            self.is_inside_long_line = newline.is_none() && !available.is_empty();
            let used = length + usize::from(newline.is_some());
            self.reader.consume(used);
        }
        Ok(())
    }

    /// Reads to the end of the line or to the limit; whether the line ended.
    fn read_up_to_limit(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Ok(true);
            }
            let newline = memchr::memchr(b'\n', available);
            let room = RECORD_SIZE_MAX - line.len();
            let length = newline.map_or(available.len(), |newline| newline + 1).min(room);
            line.extend_from_slice(available.get(..length).unwrap_or_default());
            self.reader.consume(length);
            if line.ends_with(b"\n") {
                return Ok(true);
            }
            if line.len() >= RECORD_SIZE_MAX {
                return Ok(false);
            }
        }
    }
}
