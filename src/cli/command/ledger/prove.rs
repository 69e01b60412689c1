use std::io::Write as _;

use super::subject;
use crate::cli::args::LedgerProveArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::Output;
use crate::cli::ledgers;

/// Writes the proof that a leaf stands in the log.
pub(super) fn run(args: &LedgerProveArgs) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let view = ledgers::view(path)?;
    let index = match (&args.subject, args.leaf) {
        (Some(id), _) => {
            let known = subject::find(&view, path, id)?;
            subject::newest_decision(&view, path, &known, id)?
        }
        (None, Some(leaf)) => leaf,
        (None, None) => return Err(Failure::input("neither --subject nor --leaf is given")),
    };
    let proof = view.prove(index).map_err(|problem| ledgers::failure(path, &problem))?;
    if !proof.holds() {
        return Err(Failure::Said {
            exit: Exit::EvidenceFails,
            message: format!(
                "leaf {index} does not stand under the newest head of `{}`",
                path.display()
            ),
            hint: Some(format!("see why with `duecare ledger verify --ledger {}`", path.display())),
        });
    }
    let mut output = Output::create(&args.output)?;
    write!(output, "{proof}")?;
    output.finish()?;
    Ok(Exit::Done)
}
