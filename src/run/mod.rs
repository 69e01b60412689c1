//! Runs a whole roster: records are decided on several threads and handed out in their order, and every
//! one is either decided or refused.

mod summary;

pub use summary::{DecisionCount, FieldCount, ReasonCount, RuleCount, Summary};

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead};

use rayon::prelude::*;

use crate::digest::Digest;
use crate::engine::Engine;
use crate::eval::{Detail, Judgement};
use crate::roster::{Decoded, Layout, Problem, RawReader, RawRecord, RawText, Record};
use summary::Tally;

/// Records and bytes that are read before they are decided together.
const BATCH_RECORDS: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Writes what is said about one decided record.
pub type Render<'f> = &'f (dyn Fn(&Record<'_>, &Judgement) -> Vec<u8> + Sync);

/// Takes what was written about a decided record.
pub type OnDecided<'f> = &'f mut dyn FnMut(&[u8]) -> io::Result<()>;

/// Takes a refused record.
pub type OnRefused<'f> = &'f mut dyn FnMut(Refused<'_>) -> io::Result<()>;

/// A record that was refused.
pub struct Refused<'r> {
    /// Its number.
    pub number: u64,
    /// Why.
    pub problems: &'r [Problem],
    /// Its text; of a record that is too long the beginning.
    pub text: &'r [u8],
    /// Hands out the rest of a record that is too long.
    pub rest: Rest<'r>,
}

/// Hands out text piece by piece to who takes it.
pub type Rest<'r> = &'r mut dyn FnMut(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>;

/// Why a run did not come to its end.
#[derive(Debug)]
pub enum RunError {
    /// The roster cannot be read on.
    Read(io::Error),
    /// A result cannot be written.
    Write(io::Error),
    /// Threads cannot be started.
    Threads(rayon::ThreadPoolBuildError),
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
            Self::Unaccounted { read, decided, refused } => write!(
                f,
                "{read} records were read, {decided} decided and {refused} refused; please report this"
            ),
        }
    }
}

impl std::error::Error for RunError {}

/// What became of one record.
enum Processed {
    Decided { subject: Digest, name: String, line: Vec<u8>, judged: Box<summary::Judged> },
    Refused(Vec<Problem>),
}

/// Decides every record of a roster, on so many threads, in order.
///
/// # Errors
/// If the roster cannot be read or a result cannot be written; records that cannot be read are no
/// errors but refused.
#[expect(clippy::too_many_arguments, reason = "a run is what joins all of these")]
pub fn run<R: BufRead>(
    engine: &Engine,
    roster: &mut RawReader<R>,
    layout: &Layout,
    jobs: usize,
    detail: Detail,
    render: Render<'_>,
    on_decided: OnDecided<'_>,
    on_refused: OnRefused<'_>,
) -> Result<Summary, RunError> {
    let threads =
        rayon::ThreadPoolBuilder::new().num_threads(jobs).build().map_err(RunError::Threads)?;
    let mut tally = Tally::new(engine);
    let mut seen: HashMap<Digest, u64> = HashMap::new();
    loop {
        let batch = read_batch(roster).map_err(RunError::Read)?;
        if batch.is_empty() {
            return tally.finish();
        }
        let decide = |raw: &RawRecord| process(engine, layout, detail, render, raw);
        let processed: Vec<Processed> = threads.install(|| batch.par_iter().map(decide).collect());
        for (raw, processed) in batch.iter().zip(processed) {
            let processed = refuse_twin(&mut seen, raw.number, processed);
            match processed {
                Processed::Decided { line, judged, .. } => {
                    tally.decided(*judged);
                    on_decided(&line).map_err(RunError::Write)?;
                }
                Processed::Refused(problems) => {
                    tally.refused(&problems);
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

fn process(
    engine: &Engine,
    layout: &Layout,
    detail: Detail,
    render: Render<'_>,
    raw: &RawRecord,
) -> Processed {
    let Decoded { record, problems, unmapped } = layout.decode(raw);
    let Some(record) = record else { return Processed::Refused(problems) };
    let judgement = engine.judge(&record, detail);
    let line = render(&record, &judgement);
    let judged = summary::Judged::new(engine, &record, &judgement, problems, unmapped);
    Processed::Decided {
        subject: Digest::of(record.subject.as_bytes()),
        name: record.subject,
        line,
        judged: Box::new(judged),
    }
}

/// A subject is decided once; a second record of the same key is refused, since nobody can say which of
/// the two holds.
fn refuse_twin(seen: &mut HashMap<Digest, u64>, number: u64, processed: Processed) -> Processed {
    let Processed::Decided { subject, name, .. } = &processed else { return processed };
    if let Some(first) = seen.get(subject) {
        let reason =
            format!("`{name}` was decided already, at {first}; a subject stands in a roster once");
        return Processed::Refused(vec![Problem::of_record(reason)]);
    }
    seen.insert(*subject, number);
    processed
}
