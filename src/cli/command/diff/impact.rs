use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use duecare::engine::Engine;
use duecare::review::Comparison;
use duecare::review::impact::{Impact, RulePairs, Touched, Versions, Watch};
use duecare::roster::Layout;
use duecare::run::{Refused, RunError, SoFar};

use crate::cli::args::{DiffArgs, InputArgs, PolicyArgs};
use crate::cli::command::eval::{REFUSED_SHOWN_MAX, show_refused};
use crate::cli::command::input::{self, Manner};
use crate::cli::exit::Failure;
use crate::cli::files::Output;
use crate::cli::progress::{Measure, Progress};
use crate::cli::side::Side;
use crate::cli::{fault, interrupt, terminal};

/// Decides a roster by both versions.
pub(super) fn measured(
    args: &DiffArgs,
    roster: &Path,
    (old, new): (&Side, &Side),
    comparison: &Comparison,
    quiet: bool,
) -> Result<Impact, Failure> {
    interrupt::listen(quiet)?;
    let args_of_input = input_args(args, roster);
    let as_of = input::as_of(&args_of_input.chosen)?;
    let policies = vec![old.policy.clone(), new.policy.clone()];
    let manner = Manner { as_of, jobs: args.jobs, brief: None, facts_size: None, quiet };
    let mut input = input::ready_for(&args_of_input, Vec::new(), policies, &manner)?;
    let engines = two::<Engine>(std::mem::take(&mut input.engines))?;
    let layouts = two::<Layout>(std::mem::take(&mut input.layouts))?;
    let pairs = RulePairs::new(&old.policy.checked, &new.policy.checked, comparison);
    let mut touched = args.touched.as_deref().map(Output::create).transpose()?;
    let measure = Measure::new(roster, args.input_format, &input.meter);
    let progress = Progress::of_reading(!quiet, "by both versions: ", measure);
    let numbers = input.numbers;
    let mut refused_so_far = 0;
    let mut on_touched = |one: &Touched| write_touched(touched.as_mut(), one);
    let mut on_refused = |record: Refused<'_>| -> io::Result<()> {
        refused_so_far += 1;
        if refused_so_far <= REFUSED_SHOWN_MAX && !quiet {
            progress.beside(|| show_refused(&record, numbers))?;
        }
        (record.rest)(&mut |_| Ok(()))
    };
    let mut on_batch = |so_far: &SoFar| {
        progress.show(so_far);
        let is_asked = interrupt::is_asked();
        Ok(if is_asked { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let watch =
        Watch { on_touched: &mut on_touched, on_refused: &mut on_refused, on_batch: &mut on_batch };
    let versions = Versions { engines: &engines, layouts: &layouts, pairs: &pairs };
    let result = Impact::measure(&versions, args.jobs, &mut input.reader, watch);
    drop(progress);
    let impact = match result {
        Ok(impact) if !interrupt::is_asked() => impact,
        Ok(_) | Err(RunError::Stopped(_)) => return Err(interrupted()),
        Err(RunError::Write(error)) => return Err(error.into()),
        Err(error) => return Err(Failure::input(error)),
    };
    input.require_unchanged()?;
    input.tell_unused_facts(quiet)?;
    require_somebody(&impact)?;
    if let Some(file) = touched {
        file.finish()?;
    }
    let unnamed = impact.refused.saturating_sub(REFUSED_SHOWN_MAX);
    if unnamed > 0 && !quiet {
        let message = format!("{unnamed} more records are refused");
        writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
    }
    fault::tell(impact.faults)?;
    Ok(impact)
}

/// What `eval` would be asked for the same roster.
pub(super) fn input_args(args: &DiffArgs, roster: &Path) -> InputArgs {
    InputArgs {
        chosen: PolicyArgs {
            policy: Vec::new(),
            policies: args.policies.clone(),
            as_of: args.as_of,
        },
        roster: roster.to_path_buf(),
        input_format: args.input_format,
        dispositions: args.dispositions.clone(),
        facts_from: args.facts_from.clone(),
        bad_values: args.bad_values,
        require_approved: false,
    }
}

fn two<T>(all: Vec<T>) -> Result<[T; 2], Failure> {
    <[T; 2]>::try_from(all)
        .map_err(|_| Failure::policy("two versions are needed; please report this"))
}

fn write_touched(file: Option<&mut Output>, one: &Touched) -> io::Result<()> {
    let Some(file) = file else { return Ok(()) };
    serde_json::to_writer(&mut *file, one)?;
    file.write_all(b"\n")
}

fn interrupted() -> Failure {
    Failure::interrupted("ended before the end of the roster: nothing is said of it")
}

fn require_somebody(impact: &Impact) -> Result<(), Failure> {
    if impact.records == 0 {
        return Err(Failure::input("the roster is empty: nobody was decided"));
    }
    if impact.decided == 0 {
        let message = format!("no record could be read: all {} are refused", impact.refused);
        return Err(Failure::input(message));
    }
    Ok(())
}
