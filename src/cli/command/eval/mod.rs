mod evidence;
mod max_refused;
mod refused_file;
mod reports;
mod sink;

pub(crate) use max_refused::MaxRefused;

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write};
use std::ops::ControlFlow;
use std::path::Path;

use duecare::eval::Detail;
use duecare::ledger::Problem;
use duecare::replay::Prepared;
use duecare::report::{Highlights, run_report};
use duecare::roster::RawRecord;
use duecare::run::{
    Callbacks, Earlier, Judged, Ladder, Plan, Refused, RunError, RunSummary, SoFar, evaluate,
};

use super::input::{self, Input, Manner};
use crate::cli::apart::{self, Inputs};
use crate::cli::args::{EvalArgs, EvalFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Output};
use crate::cli::progress::{Measure, Progress};
use crate::cli::{fault, interrupt, terminal};
use evidence::Evidence;
pub(super) use refused_file::show_refused;
use refused_file::write_refused;
use reports::Report;
use sink::{Form, Rendered, Sink, written};

/// Most refused records that are named on standard error; `--refused` has all.
pub(super) const REFUSED_SHOWN_MAX: u64 = 10;

/// Most subjects that a report shows.
const SUBJECTS_MAX: usize = 25;

/// Evaluates a roster.
pub(crate) fn run(args: &EvalArgs, quiet: bool) -> Result<Exit, Failure> {
    apart::require(&outputs(args), &input::files(&args.input)?)?;
    let form = Form::new(args)?;
    let ledger = evidence::Opened::new(args, quiet)?;
    let resumed = ledger.as_ref().and_then(evidence::Opened::as_of);
    let as_of = resumed.map_or_else(|| input::as_of(&args.input.chosen), Ok)?;
    let brief = |ladder: &Ladder, judged: &[Judged<'_, '_>]| form.text(ladder, judged, &[]);
    let is_brief = form.is_brief() && args.report.is_empty() && ledger.is_none();
    let manner = Manner {
        as_of,
        jobs: args.jobs,
        brief: is_brief.then_some(&brief as input::Brief<'_>),
        facts_size: ledger.as_ref().and_then(evidence::Opened::facts_size),
        quiet,
    };
    let mut input = input::open(&args.input, &manner)?;
    apart::require(&outputs(args), &Inputs::of_policies(&input.loaded))?;
    let ladder = input::ladder(&input.engines)?;
    require_level(&ladder, args.fail_on.as_deref())?;
    let outputs = Outputs::create(args, form)?;
    interrupt::listen(quiet)?;
    let highlights = (!outputs.reports.is_empty()).then(|| Highlights::new(SUBJECTS_MAX));
    let is_quiet_line = files::is_standard(&args.output)
        && form.format != EvalFormat::Table
        && io::stdout().is_terminal();
    let measure = Measure::new(&args.input.roster, args.input.input_format, &input.meter);
    let progress = Progress::of_run(!quiet && !is_quiet_line, measure, &ladder);
    let is_prompt = files::is_standard(&args.input.roster);
    let evidence =
        ledger.map(|ledger| ledger.begin(args, &input, is_prompt)).transpose()?.map(RefCell::new);
    let sink = RefCell::new(outputs.decisions);
    let refused = RefCell::new(outputs.refused);
    let result = decide(
        args,
        quiet,
        &mut input,
        &Handlers {
            ladder: &ladder,
            form,
            highlights: highlights.as_ref(),
            progress: &progress,
            sink: &sink,
            refused: &refused,
            evidence: evidence.as_ref(),
        },
    );
    drop(progress);
    let (mut sink, refused) = (sink.into_inner(), refused.into_inner());
    let evidence = match evidence.map(RefCell::into_inner) {
        Some(evidence) => tell_rest(evidence, &mut sink, &result)?,
        None => None,
    };
    let summary = match result {
        // A pipe may have ended because Ctrl-C ended what wrote to it.
        Ok(summary) if interrupt::is_asked() => {
            sink.abandon()?;
            let (records, decided) = (summary.records(), summary.decided());
            return Err(interrupted(args, records, decided, summary.refused()));
        }
        Ok(summary) => summary,
        Err(RunError::Stopped(so_far)) => return Err(stopped(args, &so_far, sink, refused)),
        Err(RunError::Write(error)) => return Err(evidence::failure(error)),
        Err(error) => return Err(Failure::input(error)),
    };
    input.require_unchanged()?;
    if let Some(most) = args.max_refused
        && most.is_passed_by(summary.records(), summary.refused())
    {
        sink.abandon()?;
        finish(refused)?;
        return Err(too_many_refused(args, most, summary.records(), summary.refused()));
    }
    sink.finish()?;
    finish(refused)?;
    if let Some(mut file) = outputs.summary {
        serde_json::to_writer_pretty(&mut file, &summary).map_err(io::Error::from)?;
        file.write_all(b"\n")?;
        file.finish()?;
    }
    for report in outputs.reports {
        if let Some(highlights) = &highlights {
            report.finish(&args.input.roster, &summary, &input.engines, highlights)?;
        }
    }
    input.tell_unused_facts(quiet)?;
    let recorded = evidence.map(evidence::Evidence::complete).transpose()?;
    let exit = conclude(args, quiet, &ladder, &summary);
    if let Some(recorded) = recorded.filter(|_| !quiet) {
        writeln!(anstream::stderr(), "{recorded}")?;
    }
    exit
}

/// Tells what was decided and waited for the disk, also of a run that was ended early; after a failure to
/// write nothing more is told. The evidence is handed back if the run came to its end.
fn tell_rest(
    mut evidence: Evidence,
    sink: &mut Sink,
    result: &Result<RunSummary, RunError>,
) -> Result<Option<Evidence>, Failure> {
    if matches!(result, Err(RunError::Write(_))) {
        // What stopped the run is said elsewhere, and not what follows from it.
        let _ = evidence.abandon();
        return Ok(None);
    }
    let durable =
        evidence.flush().map_err(|problem| evidence::failure(evidence::stops(problem)))?;
    durable.into_iter().try_for_each(|rendered| sink.write(rendered))?;
    if result.is_ok() && !interrupt::is_asked() {
        return Ok(Some(evidence));
    }
    evidence.abandon()?;
    Ok(None)
}

/// The files of a run, begun: that they can be written is known before it.
struct Outputs {
    decisions: Sink,
    refused: Option<Output>,
    summary: Option<Output>,
    reports: Vec<Report>,
}

impl Outputs {
    fn create(args: &EvalArgs, form: Form) -> Result<Self, Failure> {
        let optional =
            |path: &Option<std::path::PathBuf>| path.as_deref().map(Output::create).transpose();
        Ok(Self {
            decisions: Sink::new(form, Output::create(&args.output)?)?,
            refused: optional(&args.refused)?,
            summary: optional(&args.summary)?,
            reports: args
                .report
                .iter()
                .map(|path| Report::create(path))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Where what a run hands out goes.
struct Handlers<'h> {
    ladder: &'h Ladder,
    form: Form,
    highlights: Option<&'h Highlights>,
    progress: &'h Progress,
    sink: &'h RefCell<Sink>,
    refused: &'h RefCell<Option<Output>>,
    evidence: Option<&'h RefCell<Evidence>>,
}

/// What is made of one decided record.
struct Produced {
    rendered: Rendered,
    /// Its leaf, where the run is recorded.
    prepared: Option<Result<Prepared, Problem>>,
}

fn decide(
    args: &EvalArgs,
    quiet: bool,
    input: &mut Input,
    handlers: &Handlers<'_>,
) -> Result<RunSummary, RunError> {
    let Handlers { ladder, form, highlights, progress, sink, refused, evidence } = *handlers;
    let is_brief = form.is_brief() && highlights.is_none() && evidence.is_none();
    let maker = evidence.map(|evidence| evidence.borrow().maker());
    let detail = if is_brief { Detail::Brief } else { Detail::Full };
    let plan = Plan {
        engines: &input.engines,
        layouts: &input.layouts,
        jobs: args.jobs,
        detail,
        is_prompt: files::is_standard(&args.input.roster),
    };
    let numbers = input.numbers;
    let remake = |text: Vec<u8>| Produced { rendered: Rendered::of_text(text), prepared: None };
    let earlier = input.early.take().map(|early| Earlier { early, remake: &remake });
    let render = |raw: &RawRecord, judged: &[Judged<'_, '_>]| -> Produced {
        let decisions =
            if maker.is_some() || !form.is_brief() { written(judged) } else { Vec::new() };
        let highlight = highlights.map(|highlights| highlights.of(ladder, judged));
        Produced {
            rendered: form.render(ladder, judged, &decisions, highlight),
            prepared: maker.as_ref().map(|maker| maker.decided(raw, judged, &decisions)),
        }
    };
    let mut on_decided = |mut produced: Produced| -> io::Result<()> {
        if let (Some(highlights), Some(highlight)) =
            (highlights, produced.rendered.highlight.take())
        {
            highlights.add(highlight);
        }
        let rendered = match (evidence, produced.prepared) {
            (Some(evidence), Some(prepared)) => {
                let prepared = prepared.map_err(evidence::stops)?;
                let told = evidence.borrow_mut().decided(prepared, produced.rendered);
                told.map_err(evidence::stops)?
            }
            (Some(_) | None, _) => Some(produced.rendered),
        };
        rendered.map_or(Ok(()), |rendered| sink.borrow_mut().write(rendered))
    };
    let mut refused_so_far = 0;
    let mut on_refused = |record: Refused<'_>| -> io::Result<()> {
        refused_so_far += 1;
        if refused_so_far <= REFUSED_SHOWN_MAX && !quiet {
            progress.beside(|| show_refused(&record, numbers))?;
        }
        if let Some(evidence) = evidence {
            let mut evidence = evidence.borrow_mut();
            evidence.refused(record.raw, record.problems).map_err(evidence::stops)?;
        }
        if let Some(highlights) = highlights {
            highlights.refused(record.raw.number, record.problems);
        }
        match &mut *refused.borrow_mut() {
            Some(file) => write_refused(file, record),
            None => (record.rest)(&mut |_| Ok(())),
        }
    };
    let mut on_batch = |so_far: &SoFar| -> io::Result<ControlFlow<()>> {
        progress.show(so_far);
        if let Some(evidence) = evidence {
            let durable = evidence.borrow_mut().batch().map_err(evidence::stops)?;
            durable.into_iter().try_for_each(|rendered| sink.borrow_mut().write(rendered))?;
        }
        let is_hopeless = args.max_refused.is_some_and(|most| most.is_passed(so_far));
        if is_hopeless || interrupt::is_asked() {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    };
    let callbacks = Callbacks {
        render: &render,
        earlier,
        on_decided: &mut on_decided,
        on_refused: &mut on_refused,
        on_batch: &mut on_batch,
    };
    evaluate(&plan, ladder, &mut input.reader, callbacks)
}

/// What is left of a run that was ended early, and what is said of it.
fn stopped(args: &EvalArgs, so_far: &SoFar, sink: Sink, refused: Option<Output>) -> Failure {
    if let Err(failure) = sink.abandon() {
        return failure;
    }
    match args.max_refused.filter(|most| most.is_passed(so_far)) {
        Some(most) => match finish(refused) {
            Ok(()) => too_many_refused(args, most, so_far.records, so_far.refused),
            Err(failure) => failure,
        },
        None => interrupted(args, so_far.records, so_far.decided(), so_far.refused),
    }
}

fn interrupted(args: &EvalArgs, records: u64, decided: u64, refused: u64) -> Failure {
    Failure::interrupted(format!(
        "ended before the end of the roster, after {records} records = {decided} decided + {refused} refused"
    ))
    .hint(where_it_is(args))
}

fn too_many_refused(args: &EvalArgs, most: MaxRefused, records: u64, refused: u64) -> Failure {
    let kept = match &args.refused {
        Some(path) => format!("; `{}` has the refused records", path.display()),
        None => "; see the refused records with --refused FILE".to_owned(),
    };
    Failure::input(format!(
        "{refused} of {records} records are refused, and --max-refused {most} allows no more than that: the run is ended"
    ))
    .hint(format!("{}{kept}", where_it_is(args)))
}

/// Where the decisions of a run that was ended early are.
fn where_it_is(args: &EvalArgs) -> String {
    if files::is_standard(&args.output) {
        "standard output has complete records up to there, and no file was written".to_owned()
    } else {
        format!("`{}` was not written", args.output.display())
    }
}

fn finish(file: Option<Output>) -> Result<(), Failure> {
    file.map_or(Ok(()), Output::finish)
}

/// What a run writes, by name.
fn outputs(args: &EvalArgs) -> Vec<&Path> {
    let optional = args.summary.iter().chain(&args.refused).chain(&args.report);
    optional.chain([&args.output]).map(std::path::PathBuf::as_path).collect()
}

fn require_level(ladder: &Ladder, level: Option<&str>) -> Result<(), Failure> {
    let Some(level) = level else { return Ok(()) };
    if ladder.rank(level).is_some() {
        return Ok(());
    }
    let names: Vec<String> = ladder.levels().iter().map(|names| names.join(", ")).collect();
    Err(Failure::input(format!("there is no level `{level}`"))
        .hint(format!("there is {}", names.join(", "))))
}

/// Reports the run and says how it ended.
fn conclude(
    args: &EvalArgs,
    quiet: bool,
    ladder: &Ladder,
    summary: &RunSummary,
) -> Result<Exit, Failure> {
    if summary.records() == 0 {
        return Err(Failure::input("the roster is empty: nobody was decided"));
    }
    let unnamed = summary.refused().saturating_sub(REFUSED_SHOWN_MAX);
    if unnamed > 0 && !quiet {
        let where_all =
            if args.refused.is_some() { "" } else { "; write them all with --refused FILE" };
        let message = format!("{unnamed} more records are refused{where_all}");
        writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
    }
    if !quiet {
        write!(anstream::stderr(), "\n{}", run_report(summary, terminal::columns()))?;
    }
    fault::tell(summary.faults)?;
    if summary.decided() == 0 {
        return Err(Failure::input(format!(
            "no record could be read: all {} are refused",
            summary.refused()
        )));
    }
    let limit = args.fail_on.as_deref().and_then(|level| ladder.rank(level));
    // The most severe stand first.
    let reached = limit.map_or(0, |rank| ladder.levels().len() - rank);
    let has_reached = summary.subjects.iter().take(reached).any(|count| count.subjects > 0);
    let has_findings = summary.refused() > 0
        || has_reached
        || summary.runs.iter().any(|run| !run.carried.is_empty() || !run.bad_values.is_empty());
    Ok(if has_findings { Exit::Findings } else { Exit::Done })
}
