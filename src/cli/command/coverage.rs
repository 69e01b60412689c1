use std::io::Write as _;

use duecare::report::{ItemState, source_coverage, source_table};

use super::input;
use crate::cli::args::{CoverageArgs, CoverageFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{policies, terminal};

/// Shows what a policy makes of each item of its sources.
pub(crate) fn run(args: &CoverageArgs, quiet: bool) -> Result<Exit, Failure> {
    let as_of = input::as_of(&args.chosen)?;
    let chosen = &args.chosen;
    let (_, policy) = policies::one(policies::only(chosen)?, &chosen.policies, as_of, quiet)?;
    let rows = source_coverage(&policy.checked);
    match args.format {
        CoverageFormat::Table => {
            writeln!(anstream::stdout(), "{}", source_table(&rows, terminal::columns()))?;
        }
        CoverageFormat::Json => {
            let text = serde_json::to_string_pretty(&rows).map_err(Failure::input)?;
            writeln!(std::io::stdout(), "{text}")?;
        }
    }
    let count = |state: ItemState| rows.iter().filter(|row| row.state == state).count();
    if !quiet {
        let counts: Vec<String> = ItemState::ALL
            .iter()
            .map(|state| format!("{} {}", count(*state), state.word()))
            .collect();
        let identity = &policy.checked.identity;
        writeln!(
            anstream::stderr(),
            "{} {}: {} items: {}",
            identity.name,
            identity.version,
            rows.len(),
            counts.join(", ")
        )?;
    }
    let has_findings = args.strict && count(ItemState::Nothing) > 0;
    Ok(if has_findings { Exit::Findings } else { Exit::Done })
}
