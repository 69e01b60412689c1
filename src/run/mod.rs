//! Runs a whole roster: records are decided on several threads and handed out in their order, and every
//! one is either decided or refused.
//!
//! Where a policy compares subjects with each other there are two passes: `collect` reads a roster, or a
//! part of one; `merge` puts the parts together; `evaluate` decides, knowing who shares what. For brief
//! decisions `collect_early` judges each record already as if its subject shared nothing; in the second
//! pass only those are judged anew who do share something, or may.

mod callbacks;
mod counts;
mod early;
mod fault;
mod ladder;
mod order;
mod pack;
mod seen;
mod summary;
mod survey;

pub use crate::peers::merge;
pub use callbacks::{
    Callbacks, Earlier, OnBatch, OnDecided, OnRefused, Refused, Render, Rest, SoFar,
};
pub use early::Early;
pub use fault::panic_is_of_record;
pub use ladder::{Ladder, LevelsClash, PolicyDecision, SubjectDecision};
pub use summary::{
    ComparisonSummary, DecisionCount, FieldCount, ReasonCount, RuleCount, RunSummary, Summary,
};
pub use survey::{FieldSurvey, Survey, SurveyedField, SurveyedReason, survey};

use std::fmt;
use std::io::{self, BufRead};

use crate::digest::Digest;
use crate::engine::Engine;
use crate::eval::{Detail, Judgement};
use crate::peers::{Collected, SubjectKeys};
use crate::roster::{Decoded, Layout, Problem, RawReader, RawRecord, Record};
use callbacks::Told;
use counts::Counts;
use early::EarlyWriter;
use order::{in_order, is_too_long};
use seen::Seen;
use summary::{SubjectTally, Tally};

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
    let (readings, wanted) = (plan.readings(), plan.fields_compared());
    let collect = |raw: &RawRecord| plan.collected(raw, &readings, Some(&wanted), None);
    Ok(collect_by(plan, roster, None, on_batch, collect)?.0)
}

/// Reads a whole roster for what subjects share with each other, and judges each record as if its subject
/// shared nothing with anybody: briefly, and for those of whom the comparison shows that they do share
/// nothing, that is the decision. `render` makes of it what `Callbacks::earlier` takes.
///
/// # Errors
/// As `collect`.
pub fn collect_early<R: BufRead>(
    plan: &Plan<'_>,
    ladder: &Ladder,
    roster: &mut RawReader<R>,
    render: Render<'_, Vec<u8>>,
    on_batch: OnBatch<'_>,
) -> Result<(Vec<Collected>, Early), RunError> {
    let readings = plan.readings();
    let collect = |raw: &RawRecord| plan.collected(raw, &readings, None, Some((ladder, render)));
    collect_by(plan, roster, Some(EarlyWriter::new()), on_batch, collect)
}

/// What one record gives in the first pass.
struct CollectedRecord {
    subject: String,
    /// For each policy what the subject is compared by.
    keys: Vec<SubjectKeys>,
    /// What is decided of it if it shares nothing.
    early: Option<Decided<Vec<u8>>>,
}

fn collect_by<R: BufRead>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    mut writer: Option<EarlyWriter>,
    on_batch: OnBatch<'_>,
    collect: impl Fn(&RawRecord) -> Option<CollectedRecord> + Sync,
) -> Result<(Vec<Collected>, Early), RunError> {
    let mut collected = vec![Collected::default(); plan.engines.len()];
    let mut told = Told::new(SoFar::of_reading(), on_batch);
    in_order(
        plan,
        roster,
        &mut Early::none(),
        |raw, _| fault::caught(|| collect(raw)),
        |roster, raw, found| {
            told.so_far.count_read(raw, matches!(found, Ok(Some(_))), found.is_err());
            let mut early = None;
            match found {
                Ok(Some(found)) => {
                    let place = collected.first().map_or(0, Collected::subjects);
                    early = found.early.map(|early| (place, early));
                    for (collected, keys) in collected.iter_mut().zip(found.keys) {
                        collected.add(&found.subject, keys);
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
            if let Some(writer) = &mut writer {
                writer.push(early);
            }
            if is_too_long(raw) {
                roster.drain(&mut |_| Ok(())).map_err(RunError::Read)?;
            }
            told.tell()
        },
    )?;
    told.tell_all()?;
    Ok((collected, writer.map_or_else(Early::none, EarlyWriter::finish)))
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
    let Callbacks { render, earlier, on_decided, on_refused, on_batch } = callbacks;
    let (mut early, remake) = match earlier {
        Some(Earlier { early, remake }) => (early, Some(remake)),
        None => (Early::none(), None),
    };
    let mut tallies: Vec<Tally<'_>> = plan.engines.iter().map(Tally::new).collect();
    let mut subjects = SubjectTally::default();
    let mut seen = Seen::new();
    let mut told = Told::new(SoFar::new(ladder), on_batch);
    let readings = plan.readings();
    in_order(
        plan,
        roster,
        &mut early,
        |raw, kept| {
            let kept = kept.and_then(|kept| plan.decided_early(kept));
            if let (Some(decided), Some(remake)) = (kept, remake) {
                return Processed::Decided(decided.remade(remake));
            }
            fault::caught(|| plan.process(&readings, ladder, render, raw))
                .unwrap_or_else(|fault| Processed::Fault(vec![fault]))
        },
        |roster, raw, processed| {
            let processed = refuse_twin(&mut seen, raw.number, processed);
            told.so_far.count(raw, &processed);
            match processed {
                Processed::Decided(decided) => {
                    for (tally, counts) in tallies.iter_mut().zip(decided.counts) {
                        tally.decided(counts);
                    }
                    subjects.decided(decided.level);
                    on_decided(decided.line).map_err(RunError::Write)?;
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

/// What was decided of one record.
struct Decided<T> {
    name: String,
    line: T,
    counts: Vec<Counts>,
    /// The most severe level of the policies, and whether no missing fact can change it.
    level: (usize, bool),
}

/// What became of one record.
enum Processed<T> {
    Decided(Decided<T>),
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

    /// For each policy that others share the reading of, of each field whether comparing subjects reads it
    /// for any of them.
    fn fields_compared(&self) -> Vec<Vec<bool>> {
        let mut wanted: Vec<Vec<bool>> = Vec::new();
        for (engine, reading) in self.engines.iter().zip(self.readings()) {
            let own = engine.program().fields_compared();
            match wanted.get_mut(reading) {
                Some(shared) => {
                    shared.iter_mut().zip(&own).for_each(|(shared, own)| *shared |= own);
                    wanted.push(Vec::new());
                }
                None => wanted.push(own),
            }
        }
        wanted
    }

    /// What the record gives in the first pass; nothing if it is refused. Where it is not judged, fields
    /// that are not wanted are left out.
    fn collected(
        &self,
        raw: &RawRecord,
        readings: &[usize],
        wanted: Option<&[Vec<bool>]>,
        judging: Option<(&Ladder, Render<'_, Vec<u8>>)>,
    ) -> Option<CollectedRecord> {
        let read = self.read(raw, readings, wanted).ok()?;
        let decoded = each_decoded(&read, readings);
        let keys: Vec<SubjectKeys> = self
            .engines
            .iter()
            .zip(&decoded)
            .map(|(engine, (_, record))| engine.keys(record))
            .collect();
        let subject = decoded.first()?.1.subject.clone();
        // A record that this program fails to judge is judged anew, and refused then.
        let early = judging.and_then(|(ladder, render)| {
            fault::caught(|| self.decided(raw, &decoded, ladder, render, Engine::judge_alone)).ok()
        });
        Some(CollectedRecord { subject, keys, early })
    }

    /// Decodes a record for each policy that does not share the reading of another; or why it is refused.
    fn read<'a>(
        &self,
        raw: &'a RawRecord,
        readings: &[usize],
        wanted: Option<&[Vec<bool>]>,
    ) -> Result<Vec<Option<Decoded<'a>>>, Vec<Problem>> {
        let mut read: Vec<Option<Decoded<'_>>> = Vec::with_capacity(self.layouts.len());
        for (place, (layout, reading)) in self.layouts.iter().zip(readings).enumerate() {
            let wanted = wanted.and_then(|wanted| wanted.get(place)).map(Vec::as_slice);
            let decoded = (*reading == place).then(|| layout.decode_wanted(raw, wanted));
            if let Some(Decoded { record: None, problems, .. }) = decoded {
                return Err(problems);
            }
            read.push(decoded);
        }
        Ok(read)
    }

    /// What was decided of a record in the first pass, if its subject shares nothing by any policy.
    fn decided_early(&self, kept: &[u8]) -> Option<Decided<Vec<u8>>> {
        let (place, decided) = Decided::unpack(kept)?;
        let is_alone = |engine: &Engine| {
            !engine.program().compares_subjects()
                || engine.groups().is_some_and(|groups| groups.is_alone(0, place))
        };
        (self.detail == Detail::Brief && self.engines.iter().all(is_alone)).then_some(decided)
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
        let read = match self.read(raw, readings, None) {
            Ok(read) => read,
            Err(problems) => return Processed::Refused(problems),
        };
        let decoded = each_decoded(&read, readings);
        let judge = |engine: &Engine, record: &Record<'_>| engine.judge(record, self.detail);
        Processed::Decided(self.decided(raw, &decoded, ladder, render, judge))
    }

    fn decided<T>(
        &self,
        raw: &RawRecord,
        decoded: &[(&Decoded<'_>, &Record<'_>)],
        ladder: &Ladder,
        render: Render<'_, T>,
        judge: impl Fn(&Engine, &Record<'_>) -> Judgement,
    ) -> Decided<T> {
        let engines = self.engines.iter().zip(decoded);
        let judged: Vec<Judged<'_, '_>> = engines
            .map(|(engine, (_, record))| Judged {
                engine,
                record,
                judgement: judge(engine, record),
            })
            .collect();
        let line = render(raw, &judged);
        let level = ladder.most_severe(&judged);
        let name = judged.first().map(|judged| judged.record.subject.clone()).unwrap_or_default();
        let counts = judged.iter().zip(decoded).map(|(judged, (decoded, _))| {
            Counts::new(judged, decoded.problems.clone(), decoded.unmapped.clone())
        });
        Decided { counts: counts.collect(), level: (level.rank, level.settled), name, line }
    }
}

/// For each policy the record that it reads.
fn each_decoded<'d, 'a>(
    read: &'d [Option<Decoded<'a>>],
    readings: &[usize],
) -> Vec<(&'d Decoded<'a>, &'d Record<'a>)> {
    let decoded = readings.iter().filter_map(|reading| read.get(*reading)?.as_ref());
    decoded.filter_map(|decoded| Some((decoded, decoded.record.as_ref()?))).collect()
}

/// A subject is decided once; a second record of the same key is refused, since nobody can say which of
/// the two holds.
fn refuse_twin<T>(seen: &mut Seen, number: u64, processed: Processed<T>) -> Processed<T> {
    let Processed::Decided(Decided { name, .. }) = &processed else { return processed };
    if let Some(first) = seen.before(&Digest::of(name.as_bytes()), number) {
        return Processed::Refused(vec![twin_of(name, first)]);
    }
    processed
}

/// Why a record is refused whose subject stood in an earlier one.
fn twin_of(name: &str, first: u64) -> Problem {
    Problem::of_record(format!(
        "`{name}` stands already at {first}; a subject stands in a roster once"
    ))
}
