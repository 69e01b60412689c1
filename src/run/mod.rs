//! Runs a whole roster: records are decided on several threads and handed out in their order, and every
//! one is either decided or refused.
//!
//! Where a policy compares subjects with each other there are two passes: `collect` reads a roster, or a
//! part of one; `merge` puts the parts together; `evaluate` decides, knowing who shares what.

mod callbacks;
mod fault;
mod ladder;
mod summary;

pub use crate::peers::merge;
pub use callbacks::{Callbacks, OnBatch, OnDecided, OnRefused, Refused, Render, Rest, SoFar};
pub use ladder::{Ladder, LevelsClash, PolicyDecision, SubjectDecision};
pub use summary::{
    ComparisonSummary, DecisionCount, FieldCount, ReasonCount, RuleCount, RunSummary, Summary,
};

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead};

use rayon::prelude::*;

use crate::digest::Digest;
use crate::engine::Engine;
use crate::eval::{Detail, Judgement};
use crate::peers::{Collected, SubjectKeys};
use crate::roster::{Decoded, Layout, Problem, RawReader, RawRecord, RawText, Record};
use summary::{SubjectTally, Tally};

/// Records and bytes that are read before they are decided together.
const BATCH_RECORDS: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// What one policy came to for one record.
pub struct Judged<'j, 'r> {
    /// The policy.
    pub engine: &'j Engine,
    /// The record, as the policy reads it.
    pub record: &'j Record<'r>,
    /// What it came to.
    pub judgement: Judgement,
}

/// Why a run did not come to its end.
#[derive(Debug)]
pub enum RunError {
    /// The roster cannot be read on.
    Read(io::Error),
    /// A result cannot be written.
    Write(io::Error),
    /// Threads cannot be started.
    Threads(rayon::ThreadPoolBuildError),
    /// It was asked to end early.
    Stopped(SoFar),
    /// Not every record is accounted for: a fault of this program.
    Unaccounted {
        /// Records read.
        read: u64,
        /// Of them decided.
        decided: u64,
        /// Of them refused.
        refused: u64,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "the roster cannot be read: {error}"),
            Self::Write(error) => write!(f, "a result cannot be written: {error}"),
            Self::Threads(error) => write!(f, "threads cannot be started: {error}"),
            Self::Stopped(so_far) => write!(
                f,
                "the run was ended after {} records: {} decided and {} refused",
                so_far.records,
                so_far.decided(),
                so_far.refused
            ),
            Self::Unaccounted { read, decided, refused } => write!(
                f,
                "{read} records were read, {decided} decided and {refused} refused; please report this"
            ),
        }
    }
}

impl std::error::Error for RunError {}

/// What a roster is decided by.
pub struct Plan<'e> {
    /// One policy or several. A record is decided by all of them or refused.
    pub engines: &'e [Engine],
    /// How each of them reads records.
    pub layouts: &'e [Layout],
    /// Threads.
    pub jobs: usize,
    /// How much is told.
    pub detail: Detail,
}

/// Reads a roster, or a part of one, for what subjects share with each other: for each policy. Records
/// that cannot be read are left out, as they are refused when the roster is evaluated.
///
/// # Errors
/// If the roster cannot be read.
pub fn collect<R: BufRead>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
) -> Result<Vec<Collected>, RunError> {
    let threads = plan.threads()?;
    let mut collected = vec![Collected::default(); plan.engines.len()];
    loop {
        let batch = read_batch(roster).map_err(RunError::Read)?;
        if batch.is_empty() {
            return Ok(collected);
        }
        let keys_of = |raw: &RawRecord| plan.keys(raw);
        let found: Vec<Option<(String, Vec<SubjectKeys>)>> =
            threads.install(|| batch.par_iter().map(keys_of).collect());
        for (subject, keys) in found.into_iter().flatten() {
            for (collected, keys) in collected.iter_mut().zip(keys) {
                collected.add(&subject, keys);
            }
        }
        if batch.last().is_some_and(|raw| matches!(raw.text, RawText::TooLong(_))) {
            roster.drain(&mut |_| Ok(())).map_err(RunError::Read)?;
        }
    }
}

/// Decides every record of a roster, in order.
///
/// # Errors
/// If the roster cannot be read, a result cannot be written, or a callback ends the run; records that
/// cannot be read are no errors but refused.
pub fn evaluate<R: BufRead, T: Send>(
    plan: &Plan<'_>,
    ladder: &Ladder,
    roster: &mut RawReader<R>,
    callbacks: Callbacks<'_, T>,
) -> Result<RunSummary, RunError> {
    let Callbacks { render, on_decided, on_refused, on_batch } = callbacks;
    let threads = plan.threads()?;
    let mut tallies: Vec<Tally<'_>> = plan.engines.iter().map(Tally::new).collect();
    let mut subjects = SubjectTally::default();
    let mut seen: HashMap<Digest, u64> = HashMap::new();
    let mut so_far = SoFar::new(ladder);
    loop {
        let batch = read_batch(roster).map_err(RunError::Read)?;
        if batch.is_empty() {
            let runs = tallies.into_iter().map(Tally::finish).collect::<Result<Vec<_>, _>>()?;
            return Ok(RunSummary::new(runs, subjects.finish(ladder), so_far.faults));
        }
        let decide = |raw: &RawRecord| {
            fault::caught(|| plan.process(ladder, render, raw)).unwrap_or_else(Processed::Fault)
        };
        let processed: Vec<Processed<T>> =
            threads.install(|| batch.par_iter().map(decide).collect());
        for (raw, processed) in batch.iter().zip(processed) {
            let processed = refuse_twin(&mut seen, raw.number, processed);
            so_far.count(raw, &processed);
            match processed {
                Processed::Decided { line, counts, subject, .. } => {
                    for (tally, counts) in tallies.iter_mut().zip(counts) {
                        tally.decided(counts);
                    }
                    subjects.decided(subject);
                    on_decided(line).map_err(RunError::Write)?;
                }
                Processed::Refused(problems) | Processed::Fault(problems) => {
                    for tally in &mut tallies {
                        tally.refused(&problems);
                    }
                    let mut rest =
                        |take: &mut dyn FnMut(&[u8]) -> io::Result<()>| roster.drain(take);
                    let refused = Refused {
                        number: raw.number,
                        problems: &problems,
                        text: raw.text.bytes(),
                        rest: &mut rest,
                    };
                    on_refused(refused).map_err(RunError::Write)?;
                }
            }
        }
        if on_batch(&so_far).is_break() {
            return Err(RunError::Stopped(so_far));
        }
    }
}

/// What became of one record.
enum Processed<T> {
    Decided {
        key: Digest,
        name: String,
        line: T,
        counts: Vec<summary::Counts>,
        /// The most severe level of the policies, and whether no missing fact can change it.
        subject: (usize, bool),
    },
    Refused(Vec<Problem>),
    /// Judging it failed, which is a fault of this program.
    Fault(Vec<Problem>),
}

impl Plan<'_> {
    fn threads(&self) -> Result<rayon::ThreadPool, RunError> {
        rayon::ThreadPoolBuilder::new().num_threads(self.jobs).build().map_err(RunError::Threads)
    }

    /// Whether the policy at a place reads records as the first one does.
    fn reads_as_first(&self, engine: &Engine) -> bool {
        let first = self.engines.first().map(Engine::program);
        let own = engine.program();
        first
            .is_some_and(|first| (first.schema(), first.subject()) == (own.schema(), own.subject()))
    }

    /// The record as each policy reads it; policies of the same record share one reading.
    fn decode<'r>(&self, raw: &'r RawRecord) -> Vec<Decoded<'r>> {
        let mut made: Vec<Decoded<'r>> = Vec::with_capacity(self.layouts.len());
        for (engine, layout) in self.engines.iter().zip(self.layouts) {
            match made.first() {
                Some(first) if self.reads_as_first(engine) => made.push(first.clone()),
                Some(_) | None => made.push(layout.decode(raw)),
            }
        }
        made
    }

    fn keys(&self, raw: &RawRecord) -> Option<(String, Vec<SubjectKeys>)> {
        let decoded = self.decode(raw);
        let records: Vec<&Record<'_>> =
            decoded.iter().map(|decoded| decoded.record.as_ref()).collect::<Option<_>>()?;
        let keys = self.engines.iter().zip(&records).map(|(engine, record)| engine.keys(record));
        Some((records.first()?.subject.clone(), keys.collect()))
    }

    fn process<T>(&self, ladder: &Ladder, render: Render<'_, T>, raw: &RawRecord) -> Processed<T> {
        let decoded = self.decode(raw);
        if let Some(refused) = decoded.iter().find(|decoded| decoded.record.is_none()) {
            return Processed::Refused(refused.problems.clone());
        }
        let records = decoded.iter().filter_map(|decoded| decoded.record.as_ref());
        let judged: Vec<Judged<'_, '_>> = self
            .engines
            .iter()
            .zip(records)
            .map(|(engine, record)| Judged {
                engine,
                record,
                judgement: engine.judge(record, self.detail),
            })
            .collect();
        let line = render(&judged);
        let subject = ladder.most_severe(&judged);
        let name = judged.first().map(|judged| judged.record.subject.clone()).unwrap_or_default();
        let counts = judged.iter().zip(&decoded).map(|(judged, decoded)| {
            summary::Counts::new(judged, decoded.problems.clone(), decoded.unmapped.clone())
        });
        Processed::Decided {
            key: Digest::of(name.as_bytes()),
            counts: counts.collect(),
            subject: (subject.rank, subject.settled),
            name,
            line,
        }
    }
}

/// Reads records up to the size of a batch. One that is too long ends it: its rest is handed out
/// before anything behind it is read.
fn read_batch<R: BufRead>(roster: &mut RawReader<R>) -> io::Result<Vec<RawRecord>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_RECORDS && bytes < BATCH_BYTES {
        let Some(record) = roster.next_record()? else { break };
        bytes += record.text.bytes().len();
        let is_long = matches!(record.text, RawText::TooLong(_));
        batch.push(record);
        if is_long {
            break;
        }
    }
    Ok(batch)
}

/// A subject is decided once; a second record of the same key is refused, since nobody can say which of
/// the two holds.
fn refuse_twin<T>(
    seen: &mut HashMap<Digest, u64>,
    number: u64,
    processed: Processed<T>,
) -> Processed<T> {
    let Processed::Decided { key, name, .. } = &processed else { return processed };
    if let Some(first) = seen.get(key) {
        let reason =
            format!("`{name}` was decided already, at {first}; a subject stands in a roster once");
        return Processed::Refused(vec![Problem::of_record(reason)]);
    }
    seen.insert(*key, number);
    processed
}
