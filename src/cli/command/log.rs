use std::io::Write as _;
use std::path::Path;

use duecare::report::{history_markdown, history_table};
use duecare::review::history::History;
use duecare::review::published::Extent;

use crate::cli::args::{LogArgs, LogFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{policies, terminal};

/// Shows the history of a policy.
pub(crate) fn run(args: &LogArgs, quiet: bool) -> Result<Exit, Failure> {
    let (paths, version) = policies::locate(&args.policy, &args.policies)?;
    let paths = match version {
        policies::Version::InForce => paths,
        // One version stands for all beside it.
        policies::Version::Only => {
            let beside = paths.first().and_then(|path| path.parent());
            policies::versions_in(
                beside.filter(|path| *path != Path::new("")).unwrap_or(Path::new(".")),
            )?
        }
    };
    let (loaded, checked) = policies::loaded(&paths, Extent::Loaded)?;
    if loaded.has_errors() {
        policies::show(&loaded.sources, &loaded.diagnostics, true);
        return Err(Failure::policy(format!(
            "the history of `{}` cannot be told: {}",
            args.policy,
            policies::counted(&loaded.diagnostics)
        )));
    }
    if loaded.policies.is_empty() {
        return Err(Failure::policy(format!("`{}` has no `policy` declaration", args.policy)));
    }
    let history = History::of(&loaded, checked.locks.values()).map_err(Failure::policy)?;
    match args.format {
        LogFormat::Table => {
            writeln!(anstream::stdout(), "{}", history_table(&history, terminal::columns()))?;
        }
        LogFormat::Json => {
            let text = serde_json::to_string_pretty(&history).map_err(Failure::input)?;
            writeln!(std::io::stdout(), "{text}")?;
        }
        LogFormat::Md => write!(std::io::stdout(), "{}", history_markdown(&history))?,
    }
    let lacking = history.versions.iter().filter(|entry| !entry.lacks.is_empty());
    if !quiet
        && args.format == LogFormat::Table
        && history.versions.iter().any(|entry| !entry.approvals.is_empty())
    {
        for entry in lacking {
            writeln!(
                anstream::stderr(),
                "{}",
                terminal::paragraph(
                    &format!("{} {}: {}", history.name, entry.version, entry.lacks.join("; ")),
                    0,
                    2
                )
            )?;
        }
    }
    Ok(Exit::Done)
}
