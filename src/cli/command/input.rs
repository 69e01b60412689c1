use std::io::BufRead;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::loader::Loaded;
use duecare::roster::{BadValues, Format, Layout, RawReader};
use duecare::value::Instant;

use crate::cli::args::{BadValuesArg, InputArgs, PolicyArgs};
use crate::cli::exit::Failure;
use crate::cli::{files, policies};

/// A policy made ready, and a roster opened for it.
pub(super) struct Input {
    pub(super) loaded: Loaded,
    pub(super) engine: Engine,
    pub(super) reader: RawReader<Box<dyn BufRead>>,
    pub(super) layout: Layout,
    /// What the numbers of records count: `line` or `record`.
    pub(super) numbers: &'static str,
}

/// Makes the policy ready and opens the roster.
pub(super) fn open(args: &InputArgs, quiet: bool) -> Result<Input, Failure> {
    let as_of = as_of(&args.chosen)?;
    let chosen = &args.chosen;
    let (loaded, policy) = policies::one(&chosen.policy, &chosen.policies, as_of, quiet)?;
    let dispositions = match &args.dispositions {
        Some(path) => {
            let text = files::read_text(path)?;
            let parsed = Dispositions::parse(&text)
                .map_err(|error| Failure::input(format!("`{}`, {error}", path.display())))?;
            if let Some(rule) = parsed.unknown_rules(&policy.checked).first() {
                return Err(Failure::input(format!(
                    "`{}` has dispositions of `{rule}`, and the policy has no such rule",
                    path.display()
                )));
            }
            parsed
        }
        None => Dispositions::default(),
    };
    let engine = Engine::new(policy, as_of, dispositions).map_err(Failure::policy)?;
    let format = roster_format(args)?;
    let reader = RawReader::new(format, files::open(&args.roster)?).map_err(|error| {
        Failure::input(format!("`{}` cannot be read: {error}", args.roster.display()))
    })?;
    let bad_values = match args.bad_values {
        BadValuesArg::Refuse => BadValues::Refuse,
        BadValuesArg::Unknown => BadValues::Unknown,
    };
    let mut layout = engine.layout(bad_values);
    if let Some(header) = reader.header() {
        layout = layout
            .with_header(header)
            .map_err(|problem| Failure::input(format!("`{}`: {problem}", args.roster.display())))?;
    }
    Ok(Input { loaded, engine, reader, layout, numbers: format.numbers() })
}

fn roster_format(args: &InputArgs) -> Result<Format, Failure> {
    if let Some(format) = args.input_format {
        return Ok(format);
    }
    if files::is_standard(&args.roster) {
        return Ok(Format::JsonLines);
    }
    of_name(&args.roster).ok_or_else(|| {
        Failure::input(format!(
            "the name `{}` does not tell how the roster is written",
            args.roster.display()
        ))
        .hint("say it with --input-format jsonl, json, yaml, csv or tsv")
    })
}

fn of_name(path: &Path) -> Option<Format> {
    Format::of_name(path)
}

/// The time for which to decide: the start of the run, unless given.
pub(super) fn as_of(args: &PolicyArgs) -> Result<Instant, Failure> {
    args.as_of.map_or_else(now, Ok)
}

/// The start of the run: the only place where the program reads a clock.
fn now() -> Result<Instant, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Failure::input)?;
    let seconds = i64::try_from(since.as_secs()).map_err(Failure::input)?;
    Instant::from_unix(seconds, 0)
        .ok_or_else(|| Failure::input("the clock of this machine is wrong"))
}
