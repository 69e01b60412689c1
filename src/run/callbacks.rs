use std::io;
use std::ops::ControlFlow;

use super::{Judged, Ladder, Processed};
use crate::roster::{Problem, RawRecord};

/// What a run hands out while it goes on.
pub struct Callbacks<'f, T> {
    /// Makes of one decided record what is handed to `on_decided`; called on several threads.
    pub render: Render<'f, T>,
    /// Takes what was made of each decided record, in the order of the roster.
    pub on_decided: OnDecided<'f, T>,
    /// Takes each refused record, in the order of the roster.
    pub on_refused: OnRefused<'f>,
    /// Is told how far the run has come, after each batch, and may end it.
    pub on_batch: OnBatch<'f>,
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
    /// Subjects by their most severe level, from the lowest rung of the ladder.
    pub levels: Vec<u64>,
}

impl SoFar {
    pub(super) fn new(ladder: &Ladder) -> Self {
        let levels = vec![0; ladder.levels().len()];
        Self { records: 0, refused: 0, faults: 0, bytes: 0, levels }
    }

    /// Records decided.
    #[must_use]
    pub fn decided(&self) -> u64 {
        self.levels.iter().sum()
    }

    pub(super) fn count<T>(&mut self, raw: &RawRecord, processed: &Processed<T>) {
        self.records += 1;
        self.bytes += raw.text.bytes().len() as u64;
        match processed {
            Processed::Decided { subject: (rank, _), .. } => {
                if let Some(subjects) = self.levels.get_mut(*rank) {
                    *subjects += 1;
                }
            }
            Processed::Refused(_) => self.refused += 1,
            Processed::Fault(_) => {
                self.refused += 1;
                self.faults += 1;
            }
        }
    }
}
