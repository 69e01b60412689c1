use std::io;
use std::ops::ControlFlow;

use super::order::{BATCH_BYTES, BATCH_RECORDS};
use super::{Decided, Early, Judged, Ladder, Processed, RunError};
use crate::roster::{Problem, RawRecord};

/// What a run hands out while it goes on.
pub struct Callbacks<'f, T> {
    /// Makes of one decided record what is handed to `on_decided`; called on several threads.
    pub render: Render<'f, T>,
    /// What a first pass decided already.
    pub earlier: Option<Earlier<'f, T>>,
    /// Takes what was made of each decided record, in the order of the roster.
    pub on_decided: OnDecided<'f, T>,
    /// Takes each refused record, in the order of the roster.
    pub on_refused: OnRefused<'f>,
    /// Is told how far the run has come, after each batch, and may end it.
    pub on_batch: OnBatch<'f>,
}

/// What `collect_early` decided of the same roster, and how it becomes what `render` would make.
pub struct Earlier<'f, T> {
    /// The decisions.
    pub early: Early,
    /// Makes of what was kept of a record what is handed to `on_decided`; called on several threads.
    pub remake: &'f (dyn Fn(Vec<u8>) -> T + Sync),
}

/// What is made of one decided record, by each policy in turn.
pub type Render<'f, T> = &'f (dyn Fn(&RawRecord, &[Judged<'_, '_>]) -> T + Sync);

/// Takes what was made of a decided record.
pub type OnDecided<'f, T> = &'f mut dyn FnMut(T) -> io::Result<()>;

/// Takes a refused record.
pub type OnRefused<'f> = &'f mut dyn FnMut(Refused<'_>) -> io::Result<()>;

/// Is told how far a run has come, and may end it.
pub type OnBatch<'f> = &'f mut dyn FnMut(&SoFar) -> io::Result<ControlFlow<()>>;

/// A record that was refused.
pub struct Refused<'r> {
    /// Why.
    pub problems: &'r [Problem],
    /// The record; of one that is too long the beginning.
    pub raw: &'r RawRecord,
    /// Hands out the rest of a record that is too long.
    pub rest: Rest<'r>,
}

/// Hands out text piece by piece to who takes it.
pub type Rest<'r> = &'r mut dyn FnMut(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>;

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoFar {
    /// Records read.
    pub records: u64,
    /// Of them refused.
    pub refused: u64,
    /// Of the refused, those that this program failed on.
    pub faults: u64,
    /// Bytes of their texts, without what stands between records.
    pub bytes: u64,
    /// Subjects by their most severe level, from the lowest rung of the ladder; of a reading that judges
    /// nobody none.
    pub levels: Vec<u64>,
}

impl SoFar {
    pub(super) fn new(ladder: &Ladder) -> Self {
        let levels = vec![0; ladder.levels().len()];
        Self { records: 0, refused: 0, faults: 0, bytes: 0, levels }
    }

    /// Of a reading that judges nobody.
    pub(super) fn of_reading() -> Self {
        Self { records: 0, refused: 0, faults: 0, bytes: 0, levels: Vec::new() }
    }

    /// Records decided.
    #[must_use]
    pub fn decided(&self) -> u64 {
        self.levels.iter().sum()
    }

    pub(super) fn count<T>(&mut self, raw: &RawRecord, processed: &Processed<T>) {
        let is_fault = matches!(processed, Processed::Fault(_));
        let is_decided = if let Processed::Decided(Decided { level: (rank, _), .. }) = processed {
            if let Some(subjects) = self.levels.get_mut(*rank) {
                *subjects += 1;
            }
            true
        } else {
            false
        };
        self.count_read(raw, is_decided, is_fault);
    }

    /// Counts a record that was read, whatever was made of it.
    pub(super) fn count_read(&mut self, raw: &RawRecord, is_taken: bool, is_fault: bool) {
        self.records += 1;
        self.bytes += raw.text.bytes().len() as u64;
        self.refused += u64::from(!is_taken);
        self.faults += u64::from(is_fault);
    }
}

/// How far a reading has come, and how much of that was told.
pub(super) struct Told<'f> {
    pub(super) so_far: SoFar,
    on_batch: OnBatch<'f>,
    records: u64,
    bytes: u64,
}

impl<'f> Told<'f> {
    pub(super) fn new(so_far: SoFar, on_batch: OnBatch<'f>) -> Self {
        Self { so_far, on_batch, records: 0, bytes: 0 }
    }

    /// Tells once a batch has come together.
    pub(super) fn tell(&mut self) -> Result<(), RunError> {
        let is_batch = self.so_far.records - self.records >= BATCH_RECORDS as u64
            || self.so_far.bytes - self.bytes >= BATCH_BYTES as u64;
        if is_batch { self.tell_all() } else { Ok(()) }
    }

    /// Tells what was not told.
    pub(super) fn tell_all(&mut self) -> Result<(), RunError> {
        if self.so_far.records == self.records {
            return Ok(());
        }
        (self.records, self.bytes) = (self.so_far.records, self.so_far.bytes);
        if (self.on_batch)(&self.so_far).map_err(RunError::Write)?.is_break() {
            return Err(RunError::Stopped(self.so_far.clone()));
        }
        Ok(())
    }
}
