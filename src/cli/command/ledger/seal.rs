use std::io::Write as _;

use super::require_said;
use crate::cli::args::LedgerSealArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{clock, ledgers, terminal};

/// Seals a ledger.
pub(super) fn run(args: &LedgerSealArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    require_said(&[("by", &args.by), ("why", &args.why)])?;
    let shown = path.display();
    let fails = |problem| ledgers::failure(path, &problem);
    let now = clock::now()?;
    let mut log = ledgers::open_unsealed(path, &args.at.key, now, quiet)?;
    if let Some((_, leaf)) = log.events().unfinished_run().filter(|_| !args.unfinished) {
        let run = leaf.text_at("run").unwrap_or_default();
        return Err(Failure::input(format!(
            "the run {run} in `{shown}` was interrupted, and could not be gone on with"
        ))
        .hint(
            "go on with it first (`duecare eval --resume`), or seal all the same with --unfinished",
        ));
    }
    let head = log.seal(&args.by, &args.why, now).map_err(fails)?;
    if !quiet {
        writeln!(anstream::stderr(), "`{shown}` is sealed: head {head}")?;
        let next = format!(
            "keep this head where nobody can change it; begin what follows with `duecare ledger init --ledger NEW --origin NAME --predecessor {shown}`"
        );
        writeln!(anstream::stderr(), "{}", terminal::hint(&next))?;
    }
    Ok(Exit::Done)
}
