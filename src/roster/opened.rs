use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::format::Format;

/// How much of the beginning of a roster is looked at.
const HEAD_SIZE: usize = 512;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// A roster that was opened and unpacked, and how it begins.
pub struct Opened {
    /// Its bytes, from the start.
    pub reader: Box<dyn BufRead>,
    /// The format that its first bytes tell, if they do.
    pub format: Option<Format>,
}

impl Opened {
    /// Unpacks gzip and zstd, however the file is called.
    ///
    /// # Errors
    /// If it cannot be read, or is a text in UTF-16, in which no format is read.
    pub fn new(reader: Box<dyn Read>) -> io::Result<Self> {
        let (head, reader) = peeked(reader)?;
        let unpacked: Box<dyn Read> = if head.starts_with(GZIP) {
            Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(reader)))
        } else if head.starts_with(ZSTD) {
            Box::new(zstd::stream::read::Decoder::new(reader)?)
        } else {
            return Self::of_plain(head, reader);
        };
        let (head, reader) = peeked(unpacked)?;
        if head.starts_with(GZIP) || head.starts_with(ZSTD) {
            return Err(invalid("it is compressed twice; unpack it once"));
        }
        Self::of_plain(head, reader)
    }

    fn of_plain(head: Vec<u8>, reader: Box<dyn Read>) -> io::Result<Self> {
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(invalid("its text is UTF-16; save it as UTF-8 and try again"));
        }
        let format = Format::of_content(&head);
        Ok(Self { reader: Box::new(BufReader::with_capacity(1 << 16, reader)), format })
    }
}

/// The first bytes, and all of it.
fn peeked(mut reader: Box<dyn Read>) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_SIZE as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(reader))))
}

pub(super) fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}
