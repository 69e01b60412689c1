use std::fs;
use std::io::Write as _;
use std::path::Path;

use duecare::ledger::note::{KeyUse, is_name};
use duecare::ledger::storage::Folder;
use duecare::ledger::{Log, View};

use super::predecessor;
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
    let before =
        args.predecessor.as_deref().map(|path| predecessor::open(path, quiet)).transpose()?;
    if let Some(before) = &before
        && before.head().origin == args.origin
    {
        return Err(Failure::input(format!("`{}` is the name of the log before", args.origin))
            .hint("give this one a name of its own, as example.org/screening-2: two logs of one name are a fork to whoever saw the first"));
    }
    let now = clock::now()?;
    let cannot_write = |error| Failure::input(format!("`{shown}` cannot be written: {error}"));
    fs::create_dir_all(path).map_err(cannot_write)?;
    let folder = Folder::locked(path).map_err(cannot_write)?;
    let key = keys::create(&key_file, &args.at.key, &args.origin, KeyUse::Log, "--key")?;
    let vkey = key.public().to_string();
    let folder = Box::new(folder);
    match &before {
        Some(before) => Log::succeed(folder, key, before.head(), &OsRandom, now),
        None => Log::create(folder, key, &OsRandom, now),
    }
    .map_err(|problem| ledgers::failure(path, &problem))?;
    writeln!(anstream::stdout(), "{vkey}")?;
    if !quiet {
        let message = format!(
            "`{shown}` is a ledger now, signed by the key in `{}`. Give the line above to whoever is to verify it; keep the key where only this program can read it, and copies of it elsewhere.",
            key_file.display()
        );
        writeln!(anstream::stderr(), "{}", terminal::paragraph(&message, 0, 0))?;
        if let (Some(before), Some(folder)) = (&before, &args.predecessor) {
            tell_predecessor(before, folder)?;
        }
        let next =
            format!("record a run with `duecare eval --ledger {shown} --policy P --roster FILE`");
        writeln!(anstream::stderr(), "{}", terminal::hint(&next))?;
    }
    Ok(Exit::Done)
}

/// Says which log a new one goes on from, and what may still become of that one.
fn tell_predecessor(before: &View, folder: &Path) -> Result<(), Failure> {
    let head = before.head();
    let message = format!("it goes on from {}: {head}", head.origin);
    writeln!(anstream::stderr(), "{}", terminal::paragraph(&message, 0, 0))?;
    if !before.events().is_sealed() {
        let message = format!(
            "`{}` is not sealed: whoever has its key can still add to it; seal it (`duecare ledger seal`) and begin this one again, or, if its key is lost, keep its head where nobody can change it",
            folder.display()
        );
        writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
    }
    Ok(())
}
