mod impact;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use duecare::report::{
    Compared, ComparedVersion, difference_json, difference_markdown, difference_page,
    difference_text,
};
use duecare::review::Comparison;
use duecare::review::impact::Impact;
use duecare::review::published::Standing;

use super::input;
use crate::cli::apart::{self, Inputs};
use crate::cli::args::{DiffArgs, DiffFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{Output, is_standard};
use crate::cli::progress::Steps;
use crate::cli::side::{Finding, Side};
use crate::cli::terminal;

/// Shows what changes between two versions.
pub(crate) fn run(args: &DiffArgs, quiet: bool) -> Result<Exit, Failure> {
    let finding = Finding {
        policies: &args.policies,
        as_of: args.as_of,
        read_as: args.read_as.as_deref(),
        quiet,
    };
    let old = finding.side("old", &args.old)?;
    let new = finding.side("new", &args.new)?;
    require_apart(args, &old, &new)?;
    let comparison = compared(&old, &new, args, quiet)?;
    let impact = args.roster.as_deref().map(|roster| {
        let measured = impact::measured(args, roster, (&old, &new), &comparison, quiet)?;
        Ok::<_, Failure>((roster.display().to_string(), measured))
    });
    let impact = impact.transpose()?;
    let impact = impact.as_ref().map(|(roster, impact)| (roster.as_str(), impact));
    write(&shown(&comparison, (&old, &new), impact, args)?, args)?;
    let is_changed = args.exit_code && !comparison.is_empty();
    let has_refused = impact.is_some_and(|(_, impact)| impact.refused > 0);
    Ok(if is_changed || has_refused { Exit::Findings } else { Exit::Done })
}

/// As it was asked for, or as the name of the file says.
fn format(args: &DiffArgs) -> DiffFormat {
    let ending = args.output.extension().and_then(|ending| ending.to_str());
    args.format.unwrap_or(match ending {
        Some("html" | "htm") => DiffFormat::Html,
        Some("md") => DiffFormat::Md,
        Some("json") => DiffFormat::Json,
        _ => DiffFormat::Text,
    })
}

/// What is written takes the place of nothing that is read.
fn require_apart(args: &DiffArgs, old: &Side, new: &Side) -> Result<(), Failure> {
    let outputs: Vec<&Path> =
        args.touched.iter().chain([&args.output]).map(PathBuf::as_path).collect();
    for side in [old, new] {
        let policies = std::slice::from_ref(&side.policy);
        apart::require(&outputs, &Inputs::of_versions(&side.sources, policies))?;
    }
    match &args.roster {
        Some(roster) => apart::require(&outputs, &input::files(&impact::input_args(args, roster))?),
        None => Ok(()),
    }
}

/// Colours are for terminals.
fn write(shown: &str, args: &DiffArgs) -> Result<(), Failure> {
    let is_text = format(args) == DiffFormat::Text;
    if is_text && is_standard(&args.output) {
        anstream::stdout().write_all(shown.as_bytes())?;
        return Ok(());
    }
    let mut output = Output::create(&args.output)?;
    if is_text {
        output.write_all(anstream::adapter::strip_str(shown).to_string().as_bytes())?;
    } else {
        output.write_all(shown.as_bytes())?;
    }
    output.finish()
}

fn compared(old: &Side, new: &Side, args: &DiffArgs, quiet: bool) -> Result<Comparison, Failure> {
    let mut comparison = Comparison::of(old.version(), new.version()).map_err(|problem| {
        Failure::policy(format!("the versions cannot be compared: {problem}"))
    })?;
    comparison.old.published = Some(is_published(old));
    comparison.new.published = Some(is_published(new));
    if args.no_witness {
        return Ok(comparison);
    }
    let steps = Steps::new(!quiet);
    Ok(comparison.witnessed_telling(&old.policy, &new.policy, &mut |done, all| {
        steps.show(format!("looking for records that show what changes: {done} of {all} changes"));
    }))
}

fn is_published(side: &Side) -> bool {
    matches!(side.standing, Standing::Published(_))
}

fn shown(
    comparison: &Comparison,
    (old, new): (&Side, &Side),
    impact: Option<(&str, &Impact)>,
    args: &DiffArgs,
) -> Result<String, Failure> {
    let compared = Compared {
        comparison,
        old: compared_version(old, &args.old),
        new: compared_version(new, &args.new),
        was_sought: !args.no_witness,
        impact,
    };
    Ok(match format(args) {
        DiffFormat::Text => {
            let is_shown = is_standard(&args.output);
            let clauses = is_shown.then(terminal::columns_if_known).flatten();
            difference_text(&compared, terminal::columns(), clauses)
        }
        DiffFormat::Md => difference_markdown(&compared),
        DiffFormat::Json => difference_json(&compared),
        DiffFormat::Html => difference_page(&compared).map_err(Failure::input)?,
    })
}

fn compared_version<'s>(side: &'s Side, named: &'s str) -> ComparedVersion<'s> {
    ComparedVersion { policy: &side.policy.checked, named, standing: side.standing }
}
