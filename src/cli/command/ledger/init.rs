use std::fs;
use std::io::Write as _;

use duecare::ledger::Log;
use duecare::ledger::note::{KeyUse, is_name};
use duecare::ledger::storage::Folder;

use crate::cli::args::LedgerInitArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::keys::{self, OsRandom};
use crate::cli::{clock, ledgers, terminal};

/// Begins a ledger.
pub(super) fn run(args: &LedgerInitArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let shown = path.display();
    if !is_name(&args.origin) {
        return Err(Failure::input(format!("`{}` cannot be the name of a log", args.origin))
            .hint("a name has no blanks and no `+`; a domain of yours with a path is usual, as example.org/screening"));
    }
    let is_empty = match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(Failure::input(format!("`{shown}` cannot be read: {error}"))),
    };
    if !is_empty {
        return Err(Failure::input(format!("`{shown}` is not empty"))
            .hint("a ledger begins in a folder of its own"));
    }
    let key_file = keys::file_of(&args.at.key, path);
    if key_file.starts_with(path) {
        return Err(Failure::input("the private key must not lie in the ledger")
            .hint("whoever can copy the ledger could write another one; name a file elsewhere with --key FILE"));
    }
    let now = clock::now()?;
    let cannot_write = |error| Failure::input(format!("`{shown}` cannot be written: {error}"));
    fs::create_dir_all(path).map_err(cannot_write)?;
    let folder = Folder::locked(path).map_err(cannot_write)?;
    let key = keys::create(&key_file, &args.at.key, &args.origin, KeyUse::Log, "--key")?;
    let vkey = key.public().to_string();
    Log::create(Box::new(folder), key, &OsRandom, now)
        .map_err(|problem| ledgers::failure(path, &problem))?;
    writeln!(anstream::stdout(), "{vkey}")?;
    if !quiet {
        let message = format!(
            "`{shown}` is a ledger now, signed by the key in `{}`. Give the line above to whoever is to verify it; keep the key where only this program can read it, and copies of it elsewhere.",
            key_file.display()
        );
        writeln!(anstream::stderr(), "{}", terminal::paragraph(&message, 0, 0))?;
        let next =
            format!("record a run with `duecare eval --ledger {shown} --policy P --roster FILE`");
        writeln!(anstream::stderr(), "{}", terminal::hint(&next))?;
    }
    Ok(Exit::Done)
}
