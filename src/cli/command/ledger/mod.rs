//! One file for each subcommand of `ledger`.

mod bag;
mod disclose;
mod erase;
mod export;
mod init;
mod payload;
mod predecessor;
mod prove;
mod record;
mod recover;
mod rotate_key;
mod seal;
mod show;
pub(super) mod subject;
mod timestamp;
pub(super) mod verify;
mod witness;

use crate::cli::args::LedgerCommand;
use crate::cli::exit::{Exit, Failure};

/// Fails if who, why or the like was not said.
fn require_said(told: &[(&str, &str)]) -> Result<(), Failure> {
    let empty = told.iter().find(|(_, text)| text.trim().is_empty());
    empty.map_or(Ok(()), |(name, _)| Err(Failure::input(format!("--{name} is empty"))))
}

/// Runs the subcommand that was asked for.
pub(crate) fn run(command: &LedgerCommand, quiet: bool) -> Result<Exit, Failure> {
    match command {
        LedgerCommand::Init(args) => init::run(args, quiet),
        LedgerCommand::Show(args) => show::run(args),
        LedgerCommand::Verify(args) => verify::run(args, quiet),
        LedgerCommand::Prove(args) => prove::run(args),
        LedgerCommand::Record(command) => record::run(command, quiet),
        LedgerCommand::Disclose(args) => disclose::run(args),
        LedgerCommand::Erase(args) => erase::run(args, quiet),
        LedgerCommand::RotateKey(args) => rotate_key::run(args, quiet),
        LedgerCommand::Export(args) => export::run(args, quiet),
        LedgerCommand::Witness(args) => witness::run(args, quiet),
        LedgerCommand::Timestamp(args) => timestamp::run(args, quiet),
        LedgerCommand::Seal(args) => seal::run(args, quiet),
        LedgerCommand::Recover(args) => recover::run(args, quiet),
    }
}
