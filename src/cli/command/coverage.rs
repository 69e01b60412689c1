use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use duecare::diagnostic::Level;
use duecare::hir::PolicySet;
use duecare::loader::load_documents;
use duecare::report::{
    ItemCoverage, ItemState, combined_coverage, restated_coverage, source_table,
};

use super::input;
use crate::cli::args::{CoverageArgs, CoverageFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{policies, terminal};

/// Shows what a policy makes of each item of its sources.
pub(crate) fn run(args: &CoverageArgs, quiet: bool) -> Result<Exit, Failure> {
    let as_of = input::as_of(&args.chosen)?;
    let chosen = &args.chosen;
    let mut loaded = Vec::new();
    for named in &chosen.policy {
        loaded.push(policies::one(named, &chosen.policies, as_of, quiet)?.1);
    }
    let sets: Vec<&PolicySet> = loaded.iter().map(|policy| &*policy.checked).collect();
    let mut rows = combined_coverage(&sets);
    if !args.source.is_empty() {
        rows = restated(&args.source, &rows)?;
    }
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
        let names: Vec<String> = loaded
            .iter()
            .map(|policy| &policy.checked.identity)
            .map(|identity| format!("{} {}", identity.name, identity.version))
            .collect();
        writeln!(
            anstream::stderr(),
            "{}: {} items: {}",
            names.join(", "),
            rows.len(),
            counts.join(", ")
        )?;
    }
    let has_findings = args.strict && count(ItemState::Nothing) > 0;
    Ok(if has_findings { Exit::Findings } else { Exit::Done })
}

/// What the rows make of the items of documents that restate them.
fn restated(files: &[PathBuf], rows: &[ItemCoverage]) -> Result<Vec<ItemCoverage>, Failure> {
    let found = load_documents(files, &mut |path| fs::read(path));
    if found.diagnostics.iter().any(|finding| finding.level() == Level::Error) {
        policies::show(&found.sources, &found.diagnostics, true);
        return Err(Failure::policy("the source cannot be used"));
    }
    if found.documents.is_empty() {
        return Err(Failure::policy("there is no `source` in what was named with --source"));
    }
    restated_coverage(&found.documents, rows).map_err(|unknown| {
        Failure::policy(unknown).hint("name every policy whose sources are restated, with --policy")
    })
}
