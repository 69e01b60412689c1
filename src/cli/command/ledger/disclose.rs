use std::io::Write as _;

use duecare::replay::disclose;

use super::subject;
use crate::cli::args::LedgerDiscloseArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::Output;
use crate::cli::ledgers;

/// Shows one field of a decision with what proves it.
pub(super) fn run(args: &LedgerDiscloseArgs) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let view = ledgers::view(path)?;
    let known = subject::find(&view, path, &args.subject)?;
    let leaf = subject::newest_decision(&view, path, &known, &args.subject)?;
    let disclosed = disclose(&view, leaf, &args.field).map_err(|error| {
        Failure::input(format!("`{}` of `{}` cannot be shown: {error}", args.field, args.subject))
    })?;
    let mut output = Output::create(&args.output)?;
    serde_json::to_writer_pretty(&mut output, &disclosed).map_err(std::io::Error::from)?;
    output.write_all(b"\n")?;
    output.finish()?;
    Ok(Exit::Done)
}
