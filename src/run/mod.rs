//! Runs a whole roster: records are decided on several threads and handed out in their order, and every
//! one is either decided or refused.
//!
//! Where a policy compares subjects with each other there are two passes: `collect` reads a roster, or a
//! part of one; `merge` puts the parts together; `evaluate` decides, knowing who shares what.

mod callbacks;
mod fault;
mod ladder;
mod seen;
mod summary;
mod survey;

pub use crate::peers::merge;
pub use callbacks::{Callbacks, OnBatch, OnDecided, OnRefused, Refused, Render, Rest, SoFar};
pub use ladder::{Ladder, LevelsClash, PolicyDecision, SubjectDecision};
pub use summary::{
    ComparisonSummary, DecisionCount, FieldCount, ReasonCount, RuleCount, RunSummary, Summary,
};
pub use survey::{FieldSurvey, Survey, SurveyedField, SurveyedReason, survey};

use std::fmt;
use std::io::{self, BufRead};

use rayon::prelude::*;

use crate::digest::Digest;
use crate::engine::Engine;
use crate::eval::{Detail, Judgement};
use crate::peers::{Collected, SubjectKeys};
use crate::roster::{Decoded, Layout, Problem, RawReader, RawRecord, RawText, Record};
use callbacks::Told;
use seen::Seen;
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
            Self::Stopped(so_far) if so_far.levels.is_empty() => {
                write!(f, "the reading was ended after {} records", so_far.records)
            }
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
    /// Whether what was made of a batch is handed out before more is read, for somebody who waits at the
    /// other end of a pipe. Otherwise reading, deciding and handing out go on at the same time.
    pub is_prompt: bool,
}

/// Reads a roster, or a part of one, for what subjects share with each other: for each policy. Records
/// that cannot be read are left out, as they are refused when the roster is evaluated; so are those that
/// this program fails on.
///
/// # Errors
/// If the roster cannot be read, or `on_batch` ends the reading.
pub fn collect<R: BufRead>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    on_batch: OnBatch<'_>,
) -> Result<Vec<Collected>, RunError> {
    let wanted = plan.fields_compared();
    collect_by(plan, roster, on_batch, |raw| plan.keys(raw, &wanted))
}

/// The key of a subject, and for each policy what it is compared by.
type Keys = (String, Vec<SubjectKeys>);

fn collect_by<R: BufRead>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    on_batch: OnBatch<'_>,
    keys: impl Fn(&RawRecord) -> Option<Keys> + Sync,
) -> Result<Vec<Collected>, RunError> {
    let mut collected = vec![Collected::default(); plan.engines.len()];
    let mut told = Told::new(SoFar::of_reading(), on_batch);
    in_order(
        plan,
        roster,
        |raw| fault::caught(|| keys(raw)),
        |roster, raw, found| {
            told.so_far.count_read(raw, matches!(found, Ok(Some(_))), found.is_err());
            match found {
                Ok(Some((subject, keys))) => {
                    for (collected, keys) in collected.iter_mut().zip(keys) {
                        collected.add(&subject, keys);
                    }
                }
                Ok(None) => {}
                Err(fault) => {
                    let record = Digest::of(raw.text.bytes());
                    for collected in &mut collected {
                        collected.add_fault(record, fault.reason.clone());
                    }
                }
            }
            if is_too_long(raw) {
                roster.drain(&mut |_| Ok(())).map_err(RunError::Read)?;
            }
            told.tell()
        },
    )?;
    told.tell_all()?;
    Ok(collected)
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
    let mut tallies: Vec<Tally<'_>> = plan.engines.iter().map(Tally::new).collect();
    let mut subjects = SubjectTally::default();
    let mut seen = Seen::new();
    let mut told = Told::new(SoFar::new(ladder), on_batch);
    let readings = plan.readings();
    in_order(
        plan,
        roster,
        |raw| {
            fault::caught(|| plan.process(&readings, ladder, render, raw))
                .unwrap_or_else(|fault| Processed::Fault(vec![fault]))
        },
        |roster, raw, processed| {
            let processed = refuse_twin(&mut seen, raw.number, processed);
            told.so_far.count(raw, &processed);
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
                    let refused = Refused { raw, problems: &problems, rest: &mut rest };
                    on_refused(refused).map_err(RunError::Write)?;
                }
            }
            told.tell()
        },
    )?;
    told.tell_all()?;
    let runs = tallies.into_iter().map(Tally::finish).collect::<Result<Vec<_>, _>>()?;
    Ok(RunSummary::new(runs, subjects.finish(ladder), told.so_far.faults))
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
    /// Why a record that was not collected, because this program failed on it, is refused: others are
    /// not compared with it, and it is not with them.
    fn fault_of(&self, raw: &RawRecord) -> Option<Problem> {
        let groups = self.engines.iter().filter_map(|engine| engine.groups());
        let mut failed = groups.filter(|groups| groups.has_faults());
        let first = failed.next()?;
        let record = Digest::of(raw.text.bytes());
        let reason = std::iter::once(first).chain(failed).find_map(|groups| groups.fault(&record));
        reason.map(Problem::of_record)
    }

    /// Threads to work on; none where the one that reads does the work as well.
    fn threads(&self) -> Result<Option<rayon::ThreadPool>, RunError> {
        if self.jobs == 1 {
            return Ok(None);
        }
        let threads = rayon::ThreadPoolBuilder::new().num_threads(self.jobs).build();
        threads.map(Some).map_err(RunError::Threads)
    }

    /// For each policy the one whose reading of records it shares: the first, or none but its own.
    fn readings(&self) -> Vec<usize> {
        let first = self.engines.first().map(Engine::program);
        let is_as_first = |engine: &Engine| {
            let own = engine.program();
            first.is_some_and(|first| {
                (first.schema(), first.subject()) == (own.schema(), own.subject())
            })
        };
        let engines = self.engines.iter().enumerate();
        engines.map(|(place, engine)| if is_as_first(engine) { 0 } else { place }).collect()
    }

    /// For each policy, of each field whether comparing subjects reads it for any policy that shares the
    /// reading.
    fn fields_compared(&self) -> Vec<(usize, Vec<bool>)> {
        let readings = self.readings();
        let mut wanted: Vec<(usize, Vec<bool>)> = Vec::new();
        for (engine, reading) in self.engines.iter().zip(readings) {
            let own = engine.program().fields_compared();
            match wanted.get_mut(reading) {
                Some((_, shared)) => {
                    shared.iter_mut().zip(&own).for_each(|(shared, own)| *shared |= own);
                    wanted.push((reading, Vec::new()));
                }
                None => wanted.push((reading, own)),
            }
        }
        wanted
    }

    fn keys(&self, raw: &RawRecord, wanted: &[(usize, Vec<bool>)]) -> Option<Keys> {
        let mut records: Vec<Option<Record<'_>>> = Vec::with_capacity(self.layouts.len());
        for (place, (layout, (reading, wanted))) in self.layouts.iter().zip(wanted).enumerate() {
            records.push(if *reading == place {
                Some(layout.decode_wanted(raw, Some(wanted)).record?)
            } else {
                None
            });
        }
        let engines = self.engines.iter().zip(wanted);
        let keys = engines.map(|(engine, (reading, _))| {
            records.get(*reading)?.as_ref().map(|record| engine.keys(record))
        });
        let keys: Vec<SubjectKeys> = keys.collect::<Option<_>>()?;
        Some((records.into_iter().next()??.subject, keys))
    }

    fn process<T>(
        &self,
        readings: &[usize],
        ladder: &Ladder,
        render: Render<'_, T>,
        raw: &RawRecord,
    ) -> Processed<T> {
        if let Some(fault) = self.fault_of(raw) {
            return Processed::Fault(vec![fault]);
        }
        let mut read: Vec<Option<Decoded<'_>>> = Vec::with_capacity(self.layouts.len());
        for (place, (layout, reading)) in self.layouts.iter().zip(readings).enumerate() {
            let decoded = (*reading == place).then(|| layout.decode(raw));
            if let Some(Decoded { record: None, problems, .. }) = decoded {
                return Processed::Refused(problems);
            }
            read.push(decoded);
        }
        let decoded: Vec<&Decoded<'_>> =
            readings.iter().filter_map(|reading| read.get(*reading)?.as_ref()).collect();
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
        let line = render(raw, &judged);
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

/// Makes something of each record of a roster and takes it in the order of the roster. With several threads
/// what was made of one batch is taken, and the next one read, while the one between is worked on.
fn in_order<R: BufRead, T: Send>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    work: impl Fn(&RawRecord) -> T + Sync,
    mut take: impl FnMut(&mut RawReader<R>, &RawRecord, T) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let Some(threads) = plan.threads()? else {
        while let Some(raw) = roster.next_record().map_err(RunError::Read)? {
            take(roster, &raw, work(&raw))?;
        }
        return Ok(());
    };
    let mut take_all = |roster: &mut RawReader<R>, batch: &[RawRecord], made: Vec<T>| {
        batch.iter().zip(made).try_for_each(|(raw, made)| take(roster, raw, made))
    };
    let mut batch = read_batch(roster).map_err(RunError::Read)?;
    let mut before: Option<(Vec<RawRecord>, Vec<T>)> = None;
    while !batch.is_empty() {
        // Behind a record that is too long nothing can be read before the record is taken.
        let is_long = batch.last().is_some_and(is_too_long);
        let mut made: Vec<T> = Vec::with_capacity(batch.len());
        let (taken, next) = threads.in_place_scope(|scope| {
            scope.spawn(|_| batch.par_iter().map(&work).collect_into_vec(&mut made));
            let taken =
                before.take().map_or(Ok(()), |(batch, made)| take_all(roster, &batch, made));
            let next = (taken.is_ok() && !is_long && !plan.is_prompt).then(|| read_batch(roster));
            (taken, next)
        });
        taken?;
        if let Some(Ok(next)) = next {
            before = Some((std::mem::replace(&mut batch, next), made));
            continue;
        }
        take_all(roster, &batch, made)?;
        batch = next.unwrap_or_else(|| read_batch(roster)).map_err(RunError::Read)?;
    }
    before.map_or(Ok(()), |(batch, made)| take_all(roster, &batch, made))
}

/// Reads records up to the size of a batch. One that is too long ends it: its rest is handed out
/// before anything behind it is read.
fn read_batch<R: BufRead>(roster: &mut RawReader<R>) -> io::Result<Vec<RawRecord>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_RECORDS && bytes < BATCH_BYTES {
        let Some(record) = roster.next_record()? else { break };
        bytes += record.text.bytes().len();
        let is_long = is_too_long(&record);
        batch.push(record);
        if is_long {
            break;
        }
    }
    Ok(batch)
}

fn is_too_long(raw: &RawRecord) -> bool {
    matches!(raw.text, RawText::TooLong(_))
}

/// A subject is decided once; a second record of the same key is refused, since nobody can say which of
/// the two holds.
fn refuse_twin<T>(seen: &mut Seen, number: u64, processed: Processed<T>) -> Processed<T> {
    let Processed::Decided { key, name, .. } = &processed else { return processed };
    if let Some(first) = seen.before(key, number) {
        let reason =
            format!("`{name}` was decided already, at {first}; a subject stands in a roster once");
        return Processed::Refused(vec![Problem::of_record(reason)]);
    }
    processed
}
