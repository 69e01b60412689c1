//! Group commit: while one batch is on its way to the disk, those that come meanwhile wait and go together.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{JoinHandle, spawn};

use super::log::{Entry, Log};
use super::problem::Problem;

/// Batches that may wait for the disk before the run has to.
const WAITING_MAX: usize = 8;

/// A log that is appended to in the background. Each batch comes with something that is handed back once
/// the batch is on disk.
pub struct GroupCommit<T> {
    batches: SyncSender<Vec<Entry>>,
    durable: Receiver<Result<usize, Problem>>,
    writer: JoinHandle<Log>,
    waiting: VecDeque<T>,
}

impl<T> GroupCommit<T> {
    /// Takes over a log.
    #[must_use]
    pub fn new(log: Log) -> Self {
        let (batches, to_write) = sync_channel(WAITING_MAX);
        let (written, durable) = channel();
        let writer = spawn(move || write_batches(log, &to_write, &written));
        Self { batches, durable, writer, waiting: VecDeque::new() }
    }

    /// Hands a batch over, and takes back what came with batches that are on disk by now.
    ///
    /// # Errors
    /// If a batch could not be written.
    pub fn submit(&mut self, batch: Vec<Entry>, with: T) -> Result<Vec<T>, Problem> {
        self.waiting.push_back(with);
        if self.batches.send(batch).is_err() {
            self.wait_for_one()?;
            return Err(Problem::Failed);
        }
        let mut acknowledged = Vec::new();
        while let Ok(written) = self.durable.try_recv() {
            let count = written?.min(self.waiting.len());
            acknowledged.extend(self.waiting.drain(..count));
        }
        Ok(acknowledged)
    }

    /// Waits until all is on disk.
    ///
    /// # Errors
    /// If a batch could not be written.
    pub fn flush(&mut self) -> Result<Vec<T>, Problem> {
        let mut acknowledged = Vec::new();
        while !self.waiting.is_empty() {
            let count = self.wait_for_one()?.min(self.waiting.len());
            acknowledged.extend(self.waiting.drain(..count));
        }
        Ok(acknowledged)
    }

    /// Gives the log back, after `flush`.
    ///
    /// # Errors
    /// If the writer failed.
    pub fn finish(self) -> Result<Log, Problem> {
        drop(self.batches);
        self.writer.join().map_err(|_| Problem::Failed)
    }

    fn wait_for_one(&mut self) -> Result<usize, Problem> {
        self.durable.recv().map_err(|_| Problem::Failed)?
    }
}

fn write_batches(
    mut log: Log,
    batches: &Receiver<Vec<Entry>>,
    written: &Sender<Result<usize, Problem>>,
) -> Log {
    while let Ok(mut entries) = batches.recv() {
        let mut count = 1;
        while let Ok(more) = batches.try_recv() {
            entries.extend(more);
            count += 1;
        }
        let result = log.commit(entries).map(|_| count);
        let has_failed = result.is_err();
        if written.send(result).is_err() || has_failed {
            break;
        }
    }
    log
}
