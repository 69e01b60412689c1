use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::report::survey_report;
use duecare::roster::{Format, MANIFEST_NAME, SampledTable, draft};
use duecare::run::{Plan, survey};

use super::input;
use super::roster_source::{self, RosterSource};
use crate::cli::apart::{self, Inputs};
use crate::cli::args::{
    BadValuesArg, CoverageFormat, InputArgs, PolicyArgs, RecordArgs, RosterCheckArgs,
    RosterCommand, RosterMapArgs,
};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Output};
use crate::cli::meter::Meter;
use crate::cli::progress::{Measure, Progress};
use crate::cli::{fault, policies, terminal};

/// Rows of a table that a draft looks at.
const SAMPLE_ROWS: usize = 500;

/// Fits an export to the record.
pub(crate) fn run(command: &RosterCommand, quiet: bool) -> Result<Exit, Failure> {
    match command {
        RosterCommand::Map(args) => map(args, quiet),
        RosterCommand::Check(args) => check(args, quiet),
    }
}

fn map(args: &RosterMapArgs, quiet: bool) -> Result<Exit, Failure> {
    let engine = engine(&args.record)?;
    let files = table_files(&args.path)?;
    apart::require(&[&args.output], &Inputs::of(files.iter().map(PathBuf::as_path)))?;
    require_new(&args.output)?;
    let tables = files.iter().map(|file| table(file)).collect::<Result<Vec<_>, _>>()?;
    let program = engine.program();
    let made = draft(program.schema(), program.subject(), &tables);
    let mut output = Output::create(&args.output)?;
    output.write_all(made.text.as_bytes())?;
    output.finish()?;
    if !quiet {
        let message = format!(
            "{} columns found a field, {} of them to be looked at; {} found none",
            made.mapped, made.unsure, made.homeless
        );
        writeln!(anstream::stderr(), "{message}")?;
        let folder = if args.path.is_dir() { args.path.as_path() } else { parent(&args.path) };
        let named = folder.join(MANIFEST_NAME);
        let next = format!(
            "keep it as {}, then see what it makes of the data: duecare roster check {}",
            named.display(),
            folder.display()
        );
        writeln!(anstream::stderr(), "{next}")?;
    }
    Ok(Exit::Done)
}

/// A manifest that was mended by hand is not replaced by a draft.
fn require_new(output: &Path) -> Result<(), Failure> {
    if files::is_standard(output)
        || !fs::metadata(output).is_ok_and(|file| file.is_file() && file.len() > 0)
    {
        return Ok(());
    }
    Err(Failure::input(format!(
        "`{}` is there already, and a draft would replace it",
        output.display()
    ))
    .hint("name another file, and take over from it what is missing"))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The beginnings of the tables.
fn table_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_table = |path: &PathBuf| Format::of_name(path).is_some_and(Format::is_table);
    let mut files: Vec<PathBuf> = if path.is_dir() {
        let unreadable = |error: std::io::Error| {
            Failure::input(format!("`{}` cannot be read: {error}", path.display()))
        };
        let entries = fs::read_dir(path).map_err(unreadable)?;
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(unreadable)?
    } else {
        vec![path.to_path_buf()]
    };
    files.retain(is_table);
    files.sort();
    if files.is_empty() {
        return Err(Failure::input(format!("there is no table in `{}`", path.display()))
            .hint("tables are .csv, .tsv, .xlsx, .jsonl, .json or .parquet files"));
    }
    Ok(files)
}

fn table(path: &Path) -> Result<SampledTable, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let mut open_file = files::open;
    let mut open = roster_source::open_table(parent(path), &mut open_file);
    SampledTable::read(&name, SAMPLE_ROWS, &mut open).map_err(Failure::input)
}

fn check(args: &RosterCheckArgs, quiet: bool) -> Result<Exit, Failure> {
    let engines = [engine(&args.record)?];
    let input = InputArgs {
        chosen: PolicyArgs {
            policy: Vec::new(),
            policies: args.record.policies.clone(),
            as_of: None,
        },
        roster: args.path.clone(),
        input_format: args.input_format,
        dispositions: None,
        facts_from: None,
        require_approved: false,
        bad_values: BadValuesArg::Refuse,
    };
    let source = RosterSource::new(&input)?;
    let meter = Meter::default();
    let (mut reader, layouts) =
        source.reader(&input, &engines, &mut |path| Ok(meter.over(files::open(path)?)))?;
    let plan = Plan {
        engines: &engines,
        layouts: &layouts,
        jobs: 0,
        detail: Detail::Brief,
        is_prompt: false,
    };
    let measure = Measure::new(&args.path, args.input_format, &meter);
    let progress = Progress::of_reading(!quiet, "", measure);
    let found = survey(&plan, &mut reader, &mut |so_far| {
        progress.show(so_far);
        Ok(ControlFlow::Continue(()))
    });
    drop(progress);
    let found = found.map_err(Failure::input)?;
    match args.format {
        CoverageFormat::Table => {
            write!(anstream::stdout(), "{}", survey_report(&found, terminal::columns()))?;
        }
        CoverageFormat::Json => {
            let text = serde_json::to_string_pretty(&found).map_err(Failure::input)?;
            writeln!(std::io::stdout(), "{text}")?;
        }
    }
    if found.records == 0 {
        return Err(Failure::input("the roster is empty"));
    }
    if !quiet {
        let readable = found.records - found.refused;
        let message = format!(
            "{} records = {readable} that can be decided + {} refused",
            found.records, found.refused
        );
        writeln!(anstream::stderr(), "{message}")?;
    }
    fault::tell(found.faults)?;
    Ok(if found.refused > 0 || !found.unmapped.is_empty() { Exit::Findings } else { Exit::Done })
}

/// Some policy with the record that is meant, whatever the day.
fn engine(args: &RecordArgs) -> Result<Engine, Failure> {
    let as_of = input::as_of(&PolicyArgs {
        policy: Vec::new(),
        policies: args.policies.clone(),
        as_of: None,
    })?;
    let named = match &args.policy {
        Some(named) => named.clone(),
        None => policies::first_in(&args.policies)?,
    };
    let (_, policy) = policies::one(&named, &args.policies, as_of, true)?;
    Engine::new(policy, as_of, Dispositions::default()).map_err(Failure::policy)
}
