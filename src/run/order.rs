use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::mpsc;

use super::early::Early;
use super::{Plan, RunError};
use crate::roster::{RawReader, RawRecord, RawText};

/// Most records and bytes of texts that one thread works on at a time.
const PIECE_RECORDS: usize = 64;
const PIECE_BYTES: usize = 512 * 1024;

/// Pieces in a batch: as many are read ahead, or more if there are many threads.
const PIECES: usize = 8;

/// Most records and bytes of texts in a batch, after which it is told how far a run has come.
pub(super) const BATCH_RECORDS: usize = PIECES * PIECE_RECORDS;
pub(super) const BATCH_BYTES: usize = PIECES * PIECE_BYTES;

/// A record that was read, with what was kept of it when it was read before.
struct Item {
    raw: RawRecord,
    early: Option<Vec<u8>>,
}

/// Makes something of each record of a roster and takes it in the order of the roster. With several threads
/// this one reads ahead and takes, and the others work on a piece of the roster each.
pub(super) fn in_order<R: BufRead, T: Send>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    early: &mut Early,
    work: impl Fn(&RawRecord, Option<&[u8]>) -> T + Sync,
    mut take: impl FnMut(&mut RawReader<R>, &RawRecord, T) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let work = &|item: &Item| work(&item.raw, item.early.as_deref());
    let Some(threads) = plan.threads()? else {
        while let Some(item) = next(roster, early)? {
            take(roster, &item.raw, work(&item))?;
        }
        return Ok(());
    };
    let room = if plan.is_prompt { PIECES } else { PIECES.max(4 * threads.current_num_threads()) };
    threads.in_place_scope_fifo(|scope| {
        let mut pieces: VecDeque<mpsc::Receiver<Vec<(Item, T)>>> = VecDeque::new();
        let mut reading = Reading::On;
        loop {
            while matches!(reading, Reading::On) && pieces.len() < room {
                let mut piece = Vec::with_capacity(PIECE_RECORDS);
                reading = read_piece(roster, early, &mut piece);
                let (done, made) = mpsc::sync_channel(1);
                scope.spawn_fifo(move |_| {
                    let made = piece.into_iter().map(|item| {
                        let made = work(&item);
                        (item, made)
                    });
                    // Nobody takes it any more if the run ended early.
                    let _ = done.send(made.collect());
                });
                pieces.push_back(made);
            }
            // A thread that failed says so itself, where the scope ends.
            let Some(Ok(made)) = pieces.pop_front().map(|made| made.recv()) else { break };
            made.into_iter().try_for_each(|(item, made)| take(roster, &item.raw, made))?;
            reading = match reading {
                Reading::Ended(end) => Reading::Ended(end),
                Reading::On if !plan.is_prompt => Reading::On,
                Reading::On | Reading::Held if pieces.is_empty() => Reading::On,
                Reading::On | Reading::Held => Reading::Held,
            };
        }
        match reading {
            Reading::Ended(end) => end,
            Reading::On | Reading::Held => Ok(()),
        }
    })
}

/// Whether more is read.
enum Reading {
    On,
    /// Not before what was read is taken.
    Held,
    /// Not at all: there is no more, or it cannot be read.
    Ended(Result<(), RunError>),
}

fn next<R: BufRead>(
    roster: &mut RawReader<R>,
    early: &mut Early,
) -> Result<Option<Item>, RunError> {
    let raw = roster.next_record().map_err(RunError::Read)?;
    Ok(raw.map(|raw| Item { raw, early: early.next() }))
}

/// Reads a piece, and says whether another may follow. A record that is too long ends it: nothing behind it can be
/// read before its rest was handed out.
fn read_piece<R: BufRead>(
    roster: &mut RawReader<R>,
    early: &mut Early,
    piece: &mut Vec<Item>,
) -> Reading {
    let mut bytes = 0;
    while piece.len() < PIECE_RECORDS && bytes < PIECE_BYTES {
        let item = match next(roster, early) {
            Ok(Some(item)) => item,
            Ok(None) => return Reading::Ended(Ok(())),
            Err(error) => return Reading::Ended(Err(error)),
        };
        bytes += item.raw.text.bytes().len();
        let is_long = is_too_long(&item.raw);
        piece.push(item);
        if is_long {
            return Reading::Held;
        }
    }
    Reading::On
}

pub(super) fn is_too_long(raw: &RawRecord) -> bool {
    matches!(raw.text, RawText::TooLong(_))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{self, BufRead, Read};

    use super::*;
    use crate::eval::Detail;
    use crate::roster::Format;

    fn plan(jobs: usize, is_prompt: bool) -> Plan<'static> {
        Plan { engines: &[], layouts: &[], jobs, detail: Detail::Brief, is_prompt }
    }

    /// Gives a line at a time, says how many it gave, and fails behind the last.
    struct Source<'t> {
        lines: std::slice::Iter<'t, String>,
        current: &'t [u8],
        given: &'t Cell<usize>,
    }

    impl Read for Source<'_> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    impl BufRead for Source<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            if self.current.is_empty() {
                let line = self.lines.next().ok_or_else(|| io::Error::other("torn off"))?;
                self.current = line.as_bytes();
                self.given.set(self.given.get() + 1);
            }
            Ok(self.current)
        }

        fn consume(&mut self, amount: usize) {
            self.current = self.current.get(amount..).unwrap_or_default();
        }
    }

    #[test]
    fn what_was_read_is_taken_in_order_before_it_is_told_that_no_more_can_be() {
        let count = 3 * BATCH_RECORDS + 7;
        let lines: Vec<String> = (1..=count).map(|line| format!("{{\"id\":{line}}}\n")).collect();
        for (jobs, is_prompt) in [(1, false), (2, false), (5, false), (2, true), (5, true)] {
            let given = Cell::new(0);
            let source = Source { lines: lines.iter(), current: b"", given: &given };
            let mut roster = RawReader::new(Format::JsonLines, source).unwrap();
            let mut taken = Vec::new();
            let mut most_ahead = 0;
            let ended = in_order(
                &plan(jobs, is_prompt),
                &mut roster,
                &mut Early::none(),
                |raw, _| raw.number * 2,
                |_, raw, made| {
                    assert_eq!(made, raw.number * 2);
                    if is_prompt && taken.len() % BATCH_RECORDS == 0 {
                        most_ahead = most_ahead.max(given.get() - taken.len());
                    }
                    taken.push(raw.number);
                    Ok(())
                },
            );
            let Err(RunError::Read(error)) = ended else { panic!("{jobs} threads: {ended:?}") };
            assert_eq!(error.to_string(), "torn off");
            assert!(taken.into_iter().eq(1..=count as u64), "{jobs} threads");
            assert!(most_ahead <= BATCH_RECORDS, "{jobs} threads: {most_ahead}");
        }
    }

    #[test]
    fn a_take_that_fails_ends_it() {
        let text = "{}\n".repeat(10 * BATCH_RECORDS);
        for jobs in [1, 2] {
            let mut roster = RawReader::new(Format::JsonLines, text.as_bytes()).unwrap();
            let mut taken = 0;
            let ended = in_order(
                &plan(jobs, false),
                &mut roster,
                &mut Early::none(),
                |_, _| (),
                |_, _, ()| {
                    taken += 1;
                    if taken == 100 {
                        Err(RunError::Write(io::Error::other("full")))
                    } else {
                        Ok(())
                    }
                },
            );
            assert!(matches!(ended, Err(RunError::Write(_))));
            assert_eq!(taken, 100);
        }
    }

    #[test]
    #[should_panic(expected = "out of the work")]
    fn a_panic_of_the_work_is_not_lost() {
        let text = "{}\n".repeat(10 * BATCH_RECORDS);
        let mut roster = RawReader::new(Format::JsonLines, text.as_bytes()).unwrap();
        let work =
            |raw: &RawRecord, _: Option<&[u8]>| assert!(raw.number != 700, "out of the work");
        let _ = in_order(&plan(2, false), &mut roster, &mut Early::none(), work, |_, _, ()| Ok(()));
    }
}
