use std::io::Write as _;

use duecare::diagnostic::{Code, Diagnostic, Level, to_json};
use duecare::review::published::Extent;

use crate::cli::args::{CheckArgs, CheckFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{policies, terminal};

/// Checks policies and shows what was found.
pub(crate) fn run(args: &CheckArgs, quiet: bool) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    let paths = policies::files_of(&args.paths)?;
    let (mut loaded, published, standings) =
        policies::judged(&paths, Extent::Whole, args.approved)?;
    loaded.add_findings(policies::steps_too_small(&loaded, &paths, &published)?);
    let is_shown = |found: &&Diagnostic| args.notes || found.level() != Level::Note;
    let shown: Vec<Diagnostic> = loaded.diagnostics.iter().filter(is_shown).cloned().collect();
    match args.format {
        CheckFormat::Json => writeln!(std::io::stdout(), "{}", to_json(&shown, &loaded.sources))?,
        CheckFormat::Text => policies::show(&loaded.sources, &shown, false),
    }
    if !quiet && args.format == CheckFormat::Text {
        let files =
            if paths.len() == 1 { "1 file".to_owned() } else { format!("{} files", paths.len()) };
        let published = match published.versions {
            0 => String::new(),
            1 => "; 1 version is published".to_owned(),
            versions => format!("; {versions} versions are published"),
        };
        let approved = standings.values().filter(|standing| standing.is_approved()).count();
        let approved = match approved {
            0 if !args.approved => String::new(),
            1 => "; 1 version is approved".to_owned(),
            versions => format!("; {versions} versions are approved"),
        };
        writeln!(
            anstream::stderr(),
            "{files} checked: {}{published}{approved}",
            policies::counted(&shown)
        )?;
    }
    let has_warnings = shown.iter().any(|found| found.level() == Level::Warning);
    Ok(if loaded.has_errors() {
        Exit::PolicyUnusable
    } else if has_warnings && args.strict {
        Exit::Findings
    } else {
        Exit::Done
    })
}

fn explain(id: &str) -> Result<Exit, Failure> {
    let code =
        Code::ALL.iter().find(|code| code.id().eq_ignore_ascii_case(id)).ok_or_else(|| {
            Failure::input(format!("there is no code `{id}`")).hint("codes have the form DC0301")
        })?;
    let level = match code.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let heading = terminal::heading(&format!("{code} ({level}): {}", code.title()));
    let text = terminal::paragraph(code.explanation(), 0, 0);
    writeln!(anstream::stdout(), "{heading}\n\n{text}")?;
    Ok(Exit::Done)
}
