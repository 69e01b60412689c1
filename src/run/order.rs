use std::io::{self, BufRead};

use rayon::prelude::*;

use super::early::Early;
use super::{Plan, RunError};
use crate::roster::{RawReader, RawRecord, RawText};

/// Records and bytes that are read before they are decided together.
pub(super) const BATCH_RECORDS: usize = 512;
pub(super) const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// A record that was read, with what was kept of it when it was read before.
struct Item {
    raw: RawRecord,
    early: Option<Vec<u8>>,
}

/// Makes something of each record of a roster and takes it in the order of the roster. With several threads
/// what was made of one batch is taken, and the next one read, while the one between is worked on.
pub(super) fn in_order<R: BufRead, T: Send>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    early: &mut Early,
    work: impl Fn(&RawRecord, Option<&[u8]>) -> T + Sync,
    mut take: impl FnMut(&mut RawReader<R>, &RawRecord, T) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let work = |item: &Item| work(&item.raw, item.early.as_deref());
    let Some(threads) = plan.threads()? else {
        while let Some(item) = next(roster, early).map_err(RunError::Read)? {
            take(roster, &item.raw, work(&item))?;
        }
        return Ok(());
    };
    let mut take_all = |roster: &mut RawReader<R>, batch: &[Item], made: Vec<T>| {
        batch.iter().zip(made).try_for_each(|(item, made)| take(roster, &item.raw, made))
    };
    let mut batch = read_batch(roster, early).map_err(RunError::Read)?;
    let mut before: Option<(Vec<Item>, Vec<T>)> = None;
    while !batch.is_empty() {
        // Behind a record that is too long nothing can be read before the record is taken.
        let is_long = batch.last().is_some_and(|item| is_too_long(&item.raw));
        let mut made: Vec<T> = Vec::with_capacity(batch.len());
        let (taken, next) = threads.in_place_scope(|scope| {
            scope.spawn(|_| batch.par_iter().map(&work).collect_into_vec(&mut made));
            let taken =
                before.take().map_or(Ok(()), |(batch, made)| take_all(roster, &batch, made));
            let next =
                (taken.is_ok() && !is_long && !plan.is_prompt).then(|| read_batch(roster, early));
            (taken, next)
        });
        taken?;
        if let Some(Ok(next)) = next {
            before = Some((std::mem::replace(&mut batch, next), made));
            continue;
        }
        take_all(roster, &batch, made)?;
        batch = next.unwrap_or_else(|| read_batch(roster, early)).map_err(RunError::Read)?;
    }
    before.map_or(Ok(()), |(batch, made)| take_all(roster, &batch, made))
}

fn next<R: BufRead>(roster: &mut RawReader<R>, early: &mut Early) -> io::Result<Option<Item>> {
    Ok(roster.next_record()?.map(|raw| Item { raw, early: early.next() }))
}

/// Reads records up to the size of a batch. One that is too long ends it: its rest is handed out
/// before anything behind it is read.
fn read_batch<R: BufRead>(roster: &mut RawReader<R>, early: &mut Early) -> io::Result<Vec<Item>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_RECORDS && bytes < BATCH_BYTES {
        let Some(item) = next(roster, early)? else { break };
        bytes += item.raw.text.bytes().len();
        let is_long = is_too_long(&item.raw);
        batch.push(item);
        if is_long {
            break;
        }
    }
    Ok(batch)
}

pub(super) fn is_too_long(raw: &RawRecord) -> bool {
    matches!(raw.text, RawText::TooLong(_))
}
