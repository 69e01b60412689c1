use std::io::{self, Write as _};
use std::path::Path;

use duecare::ledger::note::KeyUse;
use duecare::ledger::storage::{Folder, Storage as _};
use duecare::ledger::{Log, Problem, View};
use duecare::value::Instant;

use super::args::KeyArgs;
use super::exit::{Exit, Failure};
use super::{keys, terminal};

/// Opens a ledger to append to it.
pub(crate) fn open(path: &Path, args: &KeyArgs, now: Instant, quiet: bool) -> Result<Log, Failure> {
    let shown = path.display();
    let folder = locked(path)?;
    let origin = folder.read("origin").unwrap_or_default();
    let origin = String::from_utf8_lossy(&origin).trim().to_owned();
    if origin.is_empty() {
        return Err(not_written(path));
    }
    let key = keys::read(&keys::file_of(args, path), args, &origin, KeyUse::Log)?;
    let (log, recovered) =
        Log::open(Box::new(folder), key, now).map_err(|problem| failure(path, &problem))?;
    if let Some(recovered) = recovered
        && !quiet
    {
        let message = format!(
            "`{shown}`: {} bytes that a crash had left unfinished in `{}` were cut off; nobody had been told of them",
            recovered.bytes, recovered.path
        );
        writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
    }
    Ok(log)
}

/// Opens a ledger to append runs, facts or keys, which a sealed one does not take.
pub(crate) fn open_unsealed(
    path: &Path,
    args: &KeyArgs,
    now: Instant,
    quiet: bool,
) -> Result<Log, Failure> {
    let log = open(path, args, now, quiet)?;
    if log.events().is_sealed() { Err(failure(path, &Problem::Sealed)) } else { Ok(log) }
}

/// Opens a ledger, or what was exported from one, to read it.
pub(crate) fn view(path: &Path) -> Result<View, Failure> {
    View::open(Box::new(Folder::new(&root(path)))).map_err(|problem| failure(path, &problem))
}

/// The folder that has the files of a ledger: of an export, its payload.
pub(crate) fn root(path: &Path) -> std::path::PathBuf {
    if is_export(path) { path.join("data").join("log") } else { path.to_path_buf() }
}

/// Locks the folder of a ledger that is to be written.
pub(crate) fn locked(path: &Path) -> Result<Folder, Failure> {
    if !path.is_dir() {
        return Err(not_written(path));
    }
    Folder::locked(path).map_err(|error| {
        let shown = path.display();
        if error.kind() == io::ErrorKind::WouldBlock {
            Failure::input(format!("somebody else is writing to the ledger `{shown}`")).hint(
                "a ledger is written by one program at a time; wait until the other has ended",
            )
        } else {
            Failure::input(format!("the ledger `{shown}` cannot be written: {error}"))
        }
    })
}

/// Words for what is wrong with a ledger.
pub(crate) fn failure(path: &Path, problem: &Problem) -> Failure {
    let shown = path.display();
    match problem {
        Problem::Absent => not_read(path),
        Problem::Damaged { .. } | Problem::Malformed { .. } => Failure::Said {
            exit: Exit::EvidenceFails,
            message: format!("the ledger `{shown}` was changed: {problem}"),
            hint: Some(format!(
                "see all of it with `duecare ledger verify --ledger {shown}`; nothing is written to it until it is whole"
            )),
        },
        Problem::RolledBack { .. } => Failure::Said {
            exit: Exit::EvidenceFails,
            message: format!("the ledger `{shown}`: {problem}"),
            hint: Some(
                "put the newest copy in its place; nothing is written to this one".to_owned(),
            ),
        },
        Problem::OtherKey { .. } => Failure::input(format!("`{shown}`: {problem}"))
            .hint("name the file of the key that signs with --key FILE"),
        Problem::Sealed => Failure::input(format!("the ledger `{shown}`: {problem}")).hint(format!(
            "begin another one that goes on from it: `duecare ledger init --ledger NEW --origin NAME --predecessor {shown}`"
        )),
        Problem::Storage(_)
        | Problem::Failed
        | Problem::Present
        | Problem::Key(_)
        | Problem::LeafTooLarge(_)
        | Problem::Missing(_)
        | Problem::Erased(_) => Failure::input(format!("the ledger `{shown}`: {problem}")),
    }
}

fn is_export(path: &Path) -> bool {
    path.join("bagit.txt").is_file()
}

/// What is to be written and is no ledger.
fn not_written(path: &Path) -> Failure {
    let shown = path.display();
    if is_export(path) {
        return Failure::input(format!("`{shown}` was exported from a ledger, and is none"))
            .hint("an export is read, not written: name the ledger that it was made of");
    }
    Failure::input(format!("there is no ledger in `{shown}`"))
        .hint(format!("begin one with `duecare ledger init --ledger {shown}`"))
}

/// What is to be read and is no ledger: a new one would have nothing to read.
fn not_read(path: &Path) -> Failure {
    let shown = path.display();
    let what = if !path.exists() {
        "it does not exist"
    } else if !path.is_dir() {
        "it is no folder"
    } else if is_export(path) {
        "it is an export without its log"
    } else if std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none()) {
        "the folder is empty"
    } else {
        "the folder holds something else"
    };
    Failure::input(format!("there is no ledger in `{shown}`: {what}"))
        .hint("name the folder of a ledger, or of what was exported from one")
}
