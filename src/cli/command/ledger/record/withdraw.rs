use duecare::ledger::Problem;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::event::{FACTS, withdrawals};

use super::{What, append, document};
use crate::cli::args::WithdrawArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{clock, ledgers};

/// Takes back what was recorded.
pub(super) fn run(args: &WithdrawArgs, quiet: bool) -> Result<Exit, Failure> {
    let (path, leaf) = (&args.at.ledger, args.leaf);
    let fails = |problem| ledgers::failure(path, &problem);
    let now = clock::now()?;
    let on = args.told.on.unwrap_or(now.date());
    let log = ledgers::open_unsealed(path, &args.at.key, now, quiet)?;
    let view = ledgers::view(path)?;
    let entry = view.event(leaf).map_err(fails)?;
    let kind = entry.text_at("kind").unwrap_or_default();
    if !FACTS.contains(&kind) {
        return Err(Failure::input(format!(
            "leaf {leaf} is `{kind}`, and only what a person recorded can be taken back: {}",
            FACTS.join(", ")
        ))
        .hint(format!(
            "see what was recorded about somebody with `duecare ledger show --ledger {} --subject ID`",
            path.display()
        )));
    }
    if let Some(by) = withdrawals(view.events()).get(&leaf) {
        return Err(Failure::input(format!("leaf {leaf} was taken back already, by leaf {by}")));
    }
    let none = || Failure::input(format!("the vault does not say whom leaf {leaf} is about"));
    let subjects = view.subjects().map_err(fails)?.ok_or_else(none)?;
    let (_, recorded) = view.document(&subjects, leaf).map_err(|problem| {
        if let Problem::Erased(by) = problem {
            return Failure::input(format!(
                "leaf {leaf} is about somebody who was erased by leaf {by}, and counts no more as it is"
            ));
        }
        fails(problem)
    })?;
    let subject = recorded.text("subject").ok_or_else(none)?;
    let mut document = document(subject, &args.told, on)?;
    document.set("leaf", leaf.to_string());
    let public = vec![("leaf", Canonical::count(leaf)), ("on", Canonical::text(on))];
    let what = What { kind: "withdrawal", subject, public, document };
    append(log, &args.at, what, now, quiet)
}
