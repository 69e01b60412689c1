use std::io::Write as _;

use duecare::replay::{Fit, Fitting, Unfit};

use crate::cli::args::RecordedArgs;
use crate::cli::exit::Failure;
use crate::cli::progress::Steps;
use crate::cli::{ledgers, terminal};

/// Compares what is to be recorded with what a ledger holds.
pub(super) type Fits<'f> = &'f dyn Fn(&Fitting<'_>) -> Result<Fit, Unfit>;

/// Refuses what does not fit: a log takes nothing out again. Says what could not be compared.
pub(super) fn require(args: &RecordedArgs, fits: Fits<'_>, quiet: bool) -> Result<(), Failure> {
    let path = &args.at.ledger;
    let view = ledgers::view(path)?;
    let steps = Steps::new(!quiet);
    steps.show("comparing it with what was decided".to_owned());
    let fit = Fitting::new(&view).and_then(|fitting| {
        fitting.subject(&args.subject)?;
        fits(&fitting)
    });
    drop(steps);
    match fit {
        Ok(Fit::Fits) => Ok(()),
        Ok(Fit::Unknown(_)) if quiet => Ok(()),
        Ok(Fit::Unknown(why)) => {
            let message = format!("it could not be checked whether this fits: {why}");
            writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
            Ok(())
        }
        Err(Unfit::Ledger(problem)) => Err(ledgers::failure(path, &problem)),
        Err(Unfit::Nothing { what, hint }) => {
            let unchecked = "if it is right all the same, record it with --unchecked";
            let hint =
                hint.map_or_else(|| unchecked.to_owned(), |hint| format!("{hint}; {unchecked}"));
            Err(Failure::input(format!("nothing was recorded in `{}`: {what}", path.display()))
                .hint(hint))
        }
    }
}
