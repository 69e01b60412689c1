use std::io::Write as _;

use crate::cli::args::LedgerWriteArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{clock, ledgers};

/// Opens a ledger for writing, which settles what a crash has left, and publishes its head.
pub(super) fn run(args: &LedgerWriteArgs, quiet: bool) -> Result<Exit, Failure> {
    let log = ledgers::open(&args.ledger, &args.key, clock::now()?, quiet)?;
    if !quiet {
        writeln!(anstream::stderr(), "`{}`: head {}", args.ledger.display(), log.head())?;
    }
    Ok(Exit::Done)
}
