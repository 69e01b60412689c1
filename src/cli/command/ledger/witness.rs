use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use duecare::digest::Digest;
use duecare::ledger::checkpoint::Checkpoint;
use duecare::ledger::cosignature::cosign;
use duecare::ledger::note::{KeyUse, Note, Vkey};
use duecare::ledger::tree::verify_consistency;
use duecare::ledger::{View, add_signature};
use serde::{Deserialize, Serialize};

use crate::cli::args::LedgerWitnessArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::Output;
use crate::cli::{clock, keys, ledgers, terminal};

const FORMAT: &str = "duecare.witness/1";

/// What a witness remembers.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    format: String,
    /// The name under which it cosigns.
    name: String,
    /// The newest head it cosigned of each log.
    logs: BTreeMap<String, Seen>,
}

/// A head that was cosigned.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    key: String,
    size: u64,
    root: String,
}

/// Checks that a log only grew since it was seen last, and cosigns its head.
pub(super) fn run(args: &LedgerWitnessArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let mut memory = remembered(args)?;
    let key_file = args.key.key.clone().unwrap_or_else(|| args.state.with_extension("key"));
    let witness = if key_file.is_file() {
        keys::read(&key_file, &args.key, &memory.name, KeyUse::Witness)?
    } else {
        keys::create(&key_file, &args.key, &memory.name, KeyUse::Witness, "--key")?
    };
    let view = ledgers::view(path)?;
    let note = view.note().map_err(|problem| ledgers::failure(path, &problem))?;
    let head = view.head().clone();
    require_trusted(args, &memory, &head, &note)?;
    require_grown(path, &view, &memory, &head)?;
    let at = u64::try_from(clock::unix_seconds()?).map_err(Failure::input)?;
    let key = signing_key(args, &memory, &head)?;
    let seen = Seen { key: key.to_string(), size: head.size, root: head.root.to_string() };
    memory.logs.insert(head.origin.clone(), seen);
    // What was seen is on disk before anybody can hold the cosignature.
    remember(&args.state, &memory)?;
    let cosignature = cosign(&witness, &note.text, at);
    if let Some(output) = &args.output {
        let mut cosigned = note;
        cosigned.signatures.push(cosignature);
        let mut file = Output::create(output)?;
        write!(file, "{cosigned}")?;
        file.finish()?;
    } else {
        // Whoever writes the log uses the same name for what is not finished.
        let mut folder = ledgers::locked(path).map_err(|failure| {
            failure.hint("wait until the other has ended, or name a file for the cosigned head with --output FILE")
        })?;
        add_signature(&mut folder, head.size, cosignature)
            .map_err(|problem| ledgers::failure(path, &problem))?;
    }
    writeln!(anstream::stdout(), "{}", witness.public())?;
    if !quiet {
        writeln!(anstream::stderr(), "cosigned {}: head {head}", head.origin)?;
        let next = "whoever verifies gives the line above with --witness";
        writeln!(anstream::stderr(), "{}", terminal::hint(next))?;
    }
    Ok(Exit::Done)
}

fn remembered(args: &LedgerWitnessArgs) -> Result<Memory, Failure> {
    let shown = args.state.display();
    if args.state.exists() {
        let text = fs::read_to_string(&args.state)
            .map_err(|error| Failure::input(format!("`{shown}` cannot be read: {error}")))?;
        let memory: Memory = serde_json::from_str(&text).map_err(|error| {
            Failure::input(format!("`{shown}` is no memory of a witness: {error}"))
        })?;
        if memory.format != FORMAT {
            return Err(Failure::input(format!("`{shown}` has a form that is not known here")));
        }
        if args.name.as_ref().is_some_and(|name| *name != memory.name) {
            return Err(Failure::input(format!(
                "the witness of `{shown}` is called `{}`",
                memory.name
            )));
        }
        return Ok(memory);
    }
    let name = args.name.clone().ok_or_else(|| {
        Failure::input(format!("there is no `{shown}`: this witness begins"))
            .hint("say with --name NAME how it is called, as example.org/witness")
    })?;
    Ok(Memory { format: FORMAT.to_owned(), name, logs: BTreeMap::new() })
}

/// The key by which the log is known: given, or remembered.
fn signing_key(
    args: &LedgerWitnessArgs,
    memory: &Memory,
    head: &Checkpoint,
) -> Result<Vkey, Failure> {
    if let Some(key) = &args.trust {
        return keys::public(key);
    }
    let seen = memory.logs.get(&head.origin).ok_or_else(|| {
        Failure::input(format!("this witness sees the log `{}` for the first time", head.origin))
            .hint("say with --trust KEY by which key it is known, as `ledger init` printed it")
    })?;
    keys::public(&seen.key)
}

fn require_trusted(
    args: &LedgerWitnessArgs,
    memory: &Memory,
    head: &Checkpoint,
    note: &Note,
) -> Result<(), Failure> {
    let key = signing_key(args, memory, head)?;
    if note.is_signed_by(&key) {
        return Ok(());
    }
    Err(fails(format!("the head of `{}` is not signed by the key {}", head.origin, key.shown_id()))
        .hint("if you were told that the log has a new key, give it with --trust KEY"))
}

fn require_grown(
    path: &Path,
    view: &View,
    memory: &Memory,
    head: &Checkpoint,
) -> Result<(), Failure> {
    let Some(seen) = memory.logs.get(&head.origin) else { return Ok(()) };
    let root = Digest::parse(&seen.root)
        .ok_or_else(|| Failure::input("the memory of the witness is damaged"))?;
    if head.size < seen.size {
        return Err(fails(format!(
            "the log `{}` has {} leaves, and had {} when it was seen last: its end was cut",
            head.origin, head.size, seen.size
        )));
    }
    let proof =
        view.prove_consistency(seen.size).map_err(|problem| ledgers::failure(path, &problem))?;
    if verify_consistency((seen.size, &root), (head.size, &head.root), &proof) {
        return Ok(());
    }
    Err(fails(format!(
        "the log `{}` is not the one that was seen last: its first {} leaves are others now",
        head.origin, seen.size
    )))
}

fn remember(path: &Path, memory: &Memory) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    serde_json::to_writer_pretty(&mut output, memory).map_err(std::io::Error::from)?;
    output.finish()
}

fn fails(message: String) -> Failure {
    Failure::Said { exit: Exit::EvidenceFails, message, hint: None }
}
