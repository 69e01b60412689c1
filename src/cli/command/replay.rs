use std::io::{self, Write as _};

use duecare::disposition::Dispositions;
use duecare::ledger::View;
use duecare::replay::{ReplayRun, Replayed, RunToReplay, Source, Verdict, Wanted};
use duecare::roster::RawRecord;

use super::ledger::{subject, verify};
use super::roster_source;
use crate::cli::args::{ReplayArgs, ShowFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{files, ledgers, program, terminal};

/// Most decisions that are named one by one.
const SHOWN_MAX: u64 = 20;

/// Replays recorded decisions.
pub(crate) fn run(args: &ReplayArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let view = verify::view(path, quiet)?;
    let fails = |error| ledgers::failure(path, &error);
    let leaf = match (&args.subject, args.leaf) {
        (Some(id), _) => {
            let known = subject::find(&view, path, id)?;
            Some(subject::newest_decision(&view, path, &known, id)?)
        }
        (None, leaf) => leaf,
    };
    let mut runs = RunToReplay::all(&view).map_err(fails)?;
    runs.retain(|run| args.run.as_ref().is_none_or(|id| run.id() == *id));
    runs.retain(|run| leaf.is_none_or(|leaf| run.holds(leaf)));
    if runs.is_empty() {
        return Err(Failure::input(format!("`{}` has no such run", path.display())).hint(format!(
            "see the runs with `duecare ledger show --ledger {} --kind run_started`",
            path.display()
        )));
    }
    let mut tally = Tally::new(args.format);
    for run in &runs {
        replay(args, &view, run, leaf, &mut tally)?;
    }
    tally.finish(quiet)
}

fn replay(
    args: &ReplayArgs,
    view: &View,
    run: &RunToReplay,
    leaf: Option<u64>,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let engine = program::engine().map_err(Failure::input)?;
    let is_other = run.engine().digest != engine.digest;
    tally.is_other_engine |= is_other;
    let wanted = leaf.map_or(Wanted::All, Wanted::Leaf);
    let fails = |error: duecare::replay::ReplayError| Failure::input(error);
    let mut open = || -> io::Result<Box<dyn Iterator<Item = io::Result<RawRecord>>>> {
        let roster = args.roster.as_deref().unwrap_or(std::path::Path::new("-"));
        roster_source::raw_records(roster).map_err(|failure| io::Error::other(failure.to_string()))
    };
    let mut source = if args.roster.is_some() {
        let dispositions = match &args.dispositions {
            Some(path) => Dispositions::parse(&files::read_text(path)?)
                .map_err(|error| Failure::input(format!("`{}`, {error}", path.display())))?,
            None => Dispositions::default(),
        };
        Source::Roster(&mut open, dispositions)
    } else {
        Source::Vault
    };
    let ready = ReplayRun::new(view, run, &mut source, wanted).map_err(fails)?;
    let mut failed = None;
    ready
        .replay(&mut source, wanted, &mut |mut replayed| {
            if is_other && args.same_engine {
                let why = format!(
                    "it was decided by another build of this program, {} ({})",
                    run.engine().version,
                    run.engine().digest
                );
                replayed.verdict = Verdict::NotReplayable { why };
            }
            if let Err(error) = tally.take(&replayed) {
                failed.get_or_insert(error);
            }
        })
        .map_err(fails)?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// What replays came to.
struct Tally {
    format: ShowFormat,
    identical: u64,
    different: u64,
    not_replayable: u64,
    is_other_engine: bool,
}

impl Tally {
    fn new(format: ShowFormat) -> Self {
        Self { format, identical: 0, different: 0, not_replayable: 0, is_other_engine: false }
    }

    fn take(&mut self, replayed: &Replayed) -> io::Result<()> {
        match &replayed.verdict {
            Verdict::Identical => self.identical += 1,
            Verdict::Different { .. } => self.different += 1,
            Verdict::NotReplayable { .. } => self.not_replayable += 1,
        }
        if self.format == ShowFormat::Jsonl {
            let mut out = io::stdout().lock();
            serde_json::to_writer(&mut out, replayed)?;
            return out.write_all(b"\n");
        }
        let is_shown = replayed.verdict != Verdict::Identical
            && self.different + self.not_replayable <= SHOWN_MAX;
        if is_shown {
            let subject = replayed.subject.as_deref().unwrap_or("?");
            writeln!(
                anstream::stdout(),
                "leaf {}, {subject}: {}",
                replayed.leaf,
                replayed.verdict
            )?;
        }
        Ok(())
    }

    fn finish(&self, quiet: bool) -> Result<Exit, Failure> {
        let Self { identical, different, not_replayable, .. } = self;
        if self.format == ShowFormat::Table {
            let unnamed = (different + not_replayable).saturating_sub(SHOWN_MAX);
            if unnamed > 0 {
                writeln!(
                    anstream::stdout(),
                    "... and {unnamed} more; see all with --format jsonl"
                )?;
            }
            writeln!(
                anstream::stdout(),
                "{} decisions: {identical} IDENTICAL, {different} DIFFERENT, {not_replayable} NOT REPLAYABLE",
                identical + different + not_replayable
            )?;
        }
        if self.is_other_engine && !quiet {
            let message = "another build of this program had decided; this one was used to replay";
            writeln!(anstream::stderr(), "{}", terminal::warning(message))?;
        }
        Ok(if *different > 0 {
            Exit::EvidenceFails
        } else if *not_replayable > 0 {
            Exit::Findings
        } else {
            Exit::Done
        })
    }
}
