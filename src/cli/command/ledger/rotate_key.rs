use std::io::Write as _;

use duecare::ledger::note::KeyUse;

use crate::cli::args::LedgerRotateArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{clock, keys, ledgers, terminal};

/// Lets a log go on under a new key.
pub(super) fn run(args: &LedgerRotateArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    if args.new_key.starts_with(path) {
        return Err(Failure::input("the private key must not lie in the ledger"));
    }
    let now = clock::now()?;
    let mut log = ledgers::open_unsealed(path, &args.at.key, now, quiet)?;
    let key = keys::create(&args.new_key, &args.at.key, log.origin(), KeyUse::Log, "--new-key")?;
    let vkey = key.public().to_string();
    log.rotate_key(key, now).map_err(|problem| ledgers::failure(path, &problem))?;
    writeln!(anstream::stdout(), "{vkey}")?;
    if !quiet {
        let message = format!(
            "from now on `{}` is signed by the key in `{}`; name it with --key, and give the line above to whoever verifies",
            path.display(),
            args.new_key.display()
        );
        writeln!(anstream::stderr(), "{}", terminal::paragraph(&message, 0, 0))?;
    }
    Ok(Exit::Done)
}
