//! What the first pass decides already, kept in a temporary file until the second one.
//!
//! It is a help and nothing more: what cannot be kept or read back is judged anew.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _};

use super::counts::Counts;
use super::{Decided, pack};

/// The decisions of a first pass, each as if its subject shared nothing, in the order of the records.
pub struct Early(Option<BufReader<File>>);

/// Keeps the decisions of a first pass.
pub(super) struct EarlyWriter {
    /// Absent where nothing can be kept.
    file: Option<BufWriter<File>>,
    packed: Vec<u8>,
}

impl EarlyWriter {
    pub(super) fn new() -> Self {
        let file = tempfile::tempfile().ok().map(|file| BufWriter::with_capacity(1 << 16, file));
        Self { file, packed: Vec::new() }
    }

    /// Keeps what was decided of the next record, of a subject that was collected at this place; or that
    /// nothing was.
    pub(super) fn push(&mut self, decided: Option<(usize, Decided<Vec<u8>>)>) {
        self.packed.clear();
        let packed = decided.and_then(|(place, decided)| decided.pack(place, &mut self.packed));
        if packed.is_none() {
            self.packed.clear();
        }
        if self.write().is_err() {
            self.file = None;
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let length = u32::try_from(self.packed.len()).map_err(io::Error::other)?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&self.packed)
    }

    pub(super) fn finish(self) -> Early {
        let file = self.file.and_then(|file| {
            let mut file = file.into_inner().ok()?;
            file.rewind().ok()?;
            Some(BufReader::with_capacity(1 << 16, file))
        });
        Early(file)
    }
}

impl Early {
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// What was kept of the next record; nothing if it is to be judged anew.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        let read = self.0.as_mut().map(read)?;
        if read.is_err() {
            self.0 = None;
        }
        read.ok().filter(|packed| !packed.is_empty())
    }
}

fn read(file: &mut BufReader<File>) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    let mut packed = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact(&mut packed)?;
    Ok(packed)
}

impl Decided<Vec<u8>> {
    fn pack(&self, place: usize, to: &mut Vec<u8>) -> Option<()> {
        pack::number(place, to)?;
        let (rank, is_settled) = self.level;
        pack::number(rank, to)?;
        to.push(u8::from(is_settled));
        pack::text(&self.name, to)?;
        pack::number(self.counts.len(), to)?;
        self.counts.iter().try_for_each(|counts| counts.pack(to))?;
        to.extend_from_slice(&self.line);
        Some(())
    }

    /// The place at which the subject was collected, and what was decided.
    pub(super) fn unpack(mut from: &[u8]) -> Option<(u32, Self)> {
        let place = u32::try_from(pack::take_number(&mut from)?).ok()?;
        let level = (pack::take_number(&mut from)?, pack::take_yes_no(&mut from)?);
        let name = pack::take_text(&mut from)?;
        let counts = pack::take_list(&mut from, Counts::unpack)?;
        Some((place, Self { name, line: from.to_vec(), counts, level }))
    }

    /// The same with what is handed out made of what was kept.
    pub(super) fn remade<T>(self, remake: &dyn Fn(Vec<u8>) -> T) -> Decided<T> {
        let Self { name, line, counts, level } = self;
        Decided { name, line: remake(line), counts, level }
    }
}
