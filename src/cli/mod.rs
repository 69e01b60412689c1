//! The command line: arguments, files, terminal. It sees only the library's public interface.

mod apart;
mod args;
mod bundle;
mod clock;
mod command;
mod exit;
mod fault;
mod files;
mod git;
mod interrupt;
mod keys;
mod ledgers;
mod meter;
mod policies;
mod program;
mod progress;
mod side;
mod terminal;
mod unfinished;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Command};
use exit::{Exit, Failure};

/// Runs the command that was asked for.
pub(crate) fn main() -> ExitCode {
    fault::in_one_line();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // What cannot be printed has nobody to read it.
            let _ = error.print();
            let is_answer =
                matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_answer { Exit::Done } else { Exit::InputUnusable }.into();
        }
    };
    let quiet = cli.quiet;
    let result = match cli.command {
        Command::Demo(args) => command::demo::run(&args),
        Command::Check(args) => command::check::run(&args, quiet),
        Command::Fmt(args) => command::fmt::run(&args, quiet),
        Command::Test(args) => command::test::run(&args, quiet),
        Command::Coverage(args) => command::coverage::run(&args, quiet),
        Command::Eval(args) => command::eval::run(&args, quiet),
        Command::Explain(args) => command::explain::run(&args, quiet),
        Command::Roster(args) => command::roster::run(&args, quiet),
        Command::Diff(args) => command::diff::run(&args, quiet),
        Command::Publish(args) => command::publish::run(&args, quiet),
        Command::Approve(args) => command::approve::run(&args, quiet),
        Command::Log(args) => command::log::run(&args, quiet),
        Command::Ledger(args) => command::ledger::run(&args, quiet),
        Command::Replay(args) => command::replay::run(&args, quiet),
        Command::Completions(args) => command::completions::run(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if let Failure::Said { message, hint, .. } = &failure {
                let mut out = anstream::stderr();
                let _ = writeln!(out, "{}", terminal::error(message));
                if let Some(hint) = hint {
                    let _ = writeln!(out, "{}", terminal::hint(hint));
                }
            }
            failure.exit().into()
        }
    }
}
