use std::fs;
use std::io::Write as _;

use duecare::ledger::keep_timestamp;
use duecare::ledger::timestamp;

use crate::cli::args::LedgerTimestampArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::Output;
use crate::cli::{ledgers, terminal};

/// Asks a time-stamping authority about the newest head, or keeps what it replied.
pub(super) fn run(args: &LedgerTimestampArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let view = ledgers::view(path)?;
    let text = view.head().text();
    if let Some(file) = &args.text {
        write_whole(file, text.as_bytes())?;
    }
    if let Some(file) = &args.query {
        write_whole(file, &timestamp::query(&text))?;
        if !quiet {
            let message = format!(
                "send `{}` to a time-stamping authority (RFC 3161), and keep its reply with `duecare ledger timestamp --ledger {} --reply FILE`",
                file.display(),
                path.display()
            );
            writeln!(anstream::stderr(), "{}", terminal::hint(&message))?;
        }
    }
    if let Some(file) = &args.reply {
        let shown = file.display();
        let reply = fs::read(file)
            .map_err(|error| Failure::input(format!("`{shown}` cannot be read: {error}")))?;
        let kept = keep_timestamp(&mut ledgers::locked(path)?, &reply)
            .map_err(|problem| ledgers::failure(path, &problem))?;
        if !quiet {
            let message = format!(
                "kept as `{kept}`; check whose it is with `openssl ts -verify -data TEXT -in {kept} -CAfile CA`, TEXT as --text writes it"
            );
            writeln!(anstream::stderr(), "{}", terminal::paragraph(&message, 0, 0))?;
        }
    }
    Ok(Exit::Done)
}

fn write_whole(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.write_all(bytes)?;
    output.finish()
}
