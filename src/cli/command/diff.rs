use std::io::Write as _;

use duecare::report::{Compared, difference_markdown, difference_page, difference_text};
use duecare::review::Comparison;
use duecare::review::published::Standing;

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
    let comparison = compared(&old, &new, args, quiet)?;
    let shown = shown(&comparison, &old, &new, args)?;
    if is_standard(&args.output) && args.format == DiffFormat::Text {
        anstream::stdout().write_all(shown.as_bytes())?;
    } else {
        let mut output = Output::create(&args.output)?;
        output.write_all(anstream::adapter::strip_str(&shown).to_string().as_bytes())?;
        output.finish()?;
    }
    let has_findings = args.exit_code && !comparison.is_empty();
    Ok(if has_findings { Exit::Findings } else { Exit::Done })
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
    old: &Side,
    new: &Side,
    args: &DiffArgs,
) -> Result<String, Failure> {
    let compared = Compared {
        comparison,
        old_named: &args.old,
        old_standing: old.standing,
        new_named: &args.new,
        new_standing: new.standing,
        was_sought: !args.no_witness,
    };
    Ok(match args.format {
        DiffFormat::Text => difference_text(&compared, terminal::columns()),
        DiffFormat::Md => difference_markdown(&compared),
        DiffFormat::Json => comparison.to_json(),
        DiffFormat::Html => difference_page(&compared).map_err(Failure::input)?,
    })
}
