use std::io::{self, BufRead};

use super::opened::invalid;
use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};

/// Cuts a JSON array into its elements without reading it whole; a text that is no array is one record.
pub(super) struct JsonArray<R> {
    reader: R,
    number: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// Between elements of the array.
    Inside,
    /// Behind the array, or behind the one record.
    Done,
    /// In an element that is too long.
    Long(Nesting),
    /// The file ended inside the array.
    Cut,
}

/// Where in an element the reader is.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Nesting {
    depth: usize,
    is_in_text: bool,
    is_escaped: bool,
}

impl Nesting {
    /// Whether the byte ends the element, not being part of it.
    fn ends_at(&self, byte: u8) -> bool {
        self.depth == 0 && !self.is_in_text && matches!(byte, b',' | b']')
    }

    fn step(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.is_in_text => self.is_escaped = true,
            b'"' => self.is_in_text = !self.is_in_text,
            b'{' | b'[' if !self.is_in_text => self.depth += 1,
            b'}' | b']' if !self.is_in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

impl<R: BufRead> JsonArray<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0, state: State::Start }
    }

    /// The next element.
    pub(super) fn next(&mut self) -> io::Result<Option<RawRecord>> {
        self.drain(&mut |_| Ok(()))?;
        if self.state == State::Start {
            let Some(first) = self.first_byte()? else {
                self.state = State::Done;
                return Ok(None);
            };
            if first != b'[' {
                self.state = State::Done;
                return self.rest();
            }
            self.reader.consume(1);
            self.state = State::Inside;
        }
        if self.state == State::Cut {
            return Err(invalid(format!(
                "the file ends inside the array, in record {} or before it; look whether it is complete, and whether a quote or a bracket is not closed",
                self.number.max(1)
            )));
        }
        if self.state == State::Done {
            // Anything behind the end of the array is no part of it and must not be lost.
            return if self.skip_blanks(&[])?.is_some() { self.rest() } else { Ok(None) };
        }
        self.element()
    }

    fn element(&mut self) -> io::Result<Option<RawRecord>> {
        let mut text = Vec::new();
        let mut nesting = Nesting::default();
        loop {
            let Some(byte) = self.peek()? else {
                self.number += u64::from(!text.iter().all(u8::is_ascii_whitespace));
                self.state = State::Cut;
                return self.next();
            };
            if nesting.ends_at(byte) {
                self.reader.consume(1);
                if byte == b']' {
                    self.state = State::Done;
                }
                let is_blank = text.iter().all(u8::is_ascii_whitespace);
                return match (is_blank, byte) {
                    (true, b']') if self.number == 0 => self.next(),
                    (true, _) => Ok(Some(self.record(RawText::Broken {
                        text: Vec::new(),
                        reason: "there is no record between two commas".to_owned(),
                    }))),
                    (false, _) => Ok(Some(self.record(RawText::Json(text)))),
                };
            }
            nesting.step(byte);
            text.push(byte);
            self.reader.consume(1);
            if text.len() >= RECORD_SIZE_MAX {
                self.state = State::Long(nesting);
                return Ok(Some(self.record(RawText::TooLong(text))));
            }
        }
    }

    /// Hands out the rest of an element that was too long.
    pub(super) fn drain(
        &mut self,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        while let State::Long(mut nesting) = self.state {
            let Some(byte) = self.peek()? else {
                self.state = State::Cut;
                break;
            };
            self.reader.consume(1);
            if nesting.ends_at(byte) {
                self.state = if byte == b']' { State::Done } else { State::Inside };
            } else {
                nesting.step(byte);
                self.state = State::Long(nesting);
                take(&[byte])?;
            }
        }
        Ok(())
    }

    fn first_byte(&mut self) -> io::Result<Option<u8>> {
        if self.reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.reader.consume(3);
        }
        self.skip_blanks(b"")
    }

    fn skip_blanks(&mut self, also: &[u8]) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(byte) if byte.is_ascii_whitespace() || also.contains(&byte) => {
                    self.reader.consume(1);
                }
                other => return Ok(other),
            }
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    /// All that is left, as one record.
    fn rest(&mut self) -> io::Result<Option<RawRecord>> {
        let mut text = Vec::new();
        let mut limited = io::Read::take(&mut self.reader, RECORD_SIZE_MAX as u64);
        io::Read::read_to_end(&mut limited, &mut text)?;
        let is_long = text.len() >= RECORD_SIZE_MAX;
        let text = if is_long { RawText::TooLong(text) } else { RawText::Json(text) };
        if is_long {
            self.state = State::Long(Nesting { depth: 1, ..Nesting::default() });
        }
        Ok(Some(self.record(text)))
    }

    fn record(&mut self, text: RawText) -> RawRecord {
        self.number += 1;
        RawRecord { number: self.number, text }
    }
}
