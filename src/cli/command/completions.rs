use std::io;

use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::exit::{Exit, Failure};

/// Prints a completion script.
#[expect(clippy::unnecessary_wraps, reason = "all commands have one form")]
pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    clap_complete::generate(args.shell, &mut Cli::command(), "duecare", &mut io::stdout());
    Ok(Exit::Done)
}
