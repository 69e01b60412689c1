use std::io::Write as _;

use duecare::ledger::Slot;
use duecare::ledger::View;
use duecare::ledger::event;

use super::{require_said, subject};
use crate::cli::args::LedgerEraseArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{clock, ledgers};

/// Erases what the vault holds about a subject.
pub(super) fn run(args: &LedgerEraseArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let fails = |problem| ledgers::failure(path, &problem);
    let now = clock::now()?;
    require_said(&[("by", &args.by), ("why", &args.why)])?;
    for (name, text) in [("by", &args.by), ("why", &args.why)] {
        if text.contains(args.subject.as_str()) {
            return Err(Failure::input(format!(
                "--{name} names the subject, and stays in the log"
            ))
            .hint("say it without the id"));
        }
    }
    let log =
        if args.dry_run { None } else { Some(ledgers::open(path, &args.at.key, now, quiet)?) };
    let view = ledgers::view(path)?;
    let known = subject::find(&view, path, &args.subject)?;
    let (slots, documents) = slots(&view, &known, &args.subject).map_err(fails)?;
    let what = format!(
        "{documents} documents about the subject, {} of them in records that were refused",
        slots.len() - 1
    );
    let Some(mut log) = log else {
        writeln!(
            anstream::stderr(),
            "`{}` would erase {what}; nothing was erased",
            path.display()
        )?;
        return Ok(Exit::Done);
    };
    let leaf = event::erasure(&known.commitment, &slots, &args.by, &args.why, now);
    let range = log.erase(&leaf).map_err(fails)?;
    if !quiet {
        writeln!(
            anstream::stderr(),
            "erased {what} (leaf {}); copies of `{}/vault/subjects` elsewhere still open them",
            range.start,
            path.display()
        )?;
    }
    Ok(Exit::Done)
}

/// The keys under which something about a subject is: its own, and those of refused records that name it.
fn slots(
    view: &View,
    known: &subject::Known,
    id: &str,
) -> Result<(Vec<Slot>, usize), duecare::ledger::Problem> {
    let mut slots = vec![known.slot];
    let mut count = 0;
    let mut documents = view.documents(0);
    while let Some(kept) = documents.next()? {
        if kept.slot == known.slot {
            count += 1;
            continue;
        }
        let Some(document) = kept.open(&known.subjects)? else { continue };
        let source = document.get("source").unwrap_or_default();
        let is_refused = document.get("reasons").is_some();
        if is_refused && memchr::memmem::find(source, id.as_bytes()).is_some() {
            slots.push(kept.slot);
            count += 1;
        }
    }
    Ok((slots, count))
}
