use std::ops::ControlFlow;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::loader::{Loaded, Policy};
use duecare::roster::Layout;
use duecare::run::{Plan, collect, merge};
use duecare::value::Instant;

use super::roster_source::{Reader, RosterSource};
use crate::cli::args::{InputArgs, PolicyArgs};
use crate::cli::exit::Failure;
use crate::cli::files::SoFar;
use crate::cli::meter::Meter;
use crate::cli::progress::{Measure, Progress};
use crate::cli::{clock, files, policies};

/// Policies made ready, and a roster opened for them.
pub(super) struct Input {
    pub(super) loaded: Vec<Loaded>,
    pub(super) engines: Vec<Engine>,
    pub(super) layouts: Vec<Layout>,
    pub(super) reader: Reader,
    /// What the numbers of records count: `line` or `record`.
    pub(super) numbers: &'static str,
    /// Counts what is read of the roster.
    pub(super) meter: Meter,
    /// Where the roster is read twice: what it must read as again.
    twice: Option<Twice>,
}

/// The hashes of the first reading and of the second so far.
struct Twice {
    first: u128,
    second: SoFar,
    shown: String,
}

impl Input {
    /// Fails if the roster was changed between its two readings: what was decided then rests on facts
    /// that no longer hold.
    pub(super) fn require_unchanged(&self) -> Result<(), Failure> {
        let Some(Twice { first, second, shown }) = &self.twice else { return Ok(()) };
        if second.borrow().finish_128() == *first {
            return Ok(());
        }
        Err(Failure::input(format!("`{shown}` was changed while it was read"))
            .hint("it is read twice, to compare subjects with each other; run again on a file that stays as it is"))
    }
}

/// Makes the policies ready and opens the roster; where subjects are compared with each other, reads it
/// for that first.
pub(super) fn open(
    args: &InputArgs,
    as_of: Instant,
    jobs: usize,
    quiet: bool,
) -> Result<Input, Failure> {
    let chosen = &args.chosen;
    let mut loaded = Vec::new();
    let mut ready = Vec::new();
    for named in &chosen.policy {
        let (files, policy) = policies::one(named, &chosen.policies, as_of, quiet)?;
        let name = &policy.checked.identity.name;
        if ready.iter().any(|other: &Policy| other.checked.identity.name == *name) {
            return Err(Failure::policy(format!("the policy `{name}` is named twice")));
        }
        loaded.push(files);
        ready.push(policy);
    }
    let dispositions = dispositions(args, &ready)?;
    let mut engines = ready
        .into_iter()
        .map(|policy| Engine::new(policy, as_of, dispositions.clone()).map_err(Failure::policy))
        .collect::<Result<Vec<_>, _>>()?;
    let source = RosterSource::new(args)?;
    let numbers = source.numbers();
    let compares = |engine: &Engine| engine.program().compares_subjects();
    if !engines.iter().any(compares) {
        let meter = Meter::default();
        let (reader, layouts) =
            source.reader(args, &engines, &mut |path| Ok(meter.over(files::open(path)?)))?;
        return Ok(Input { loaded, engines, layouts, reader, numbers, meter, twice: None });
    }
    let mut roster = files::Rereadable::new(&args.roster)?;
    let so_far = roster.restart();
    let meter = Meter::default();
    let (mut first, layouts) =
        source.reader(args, &engines, &mut |path| Ok(meter.over(roster.open(path)?)))?;
    let plan = Plan {
        engines: &engines,
        layouts: &layouts,
        jobs,
        detail: Detail::Brief,
        is_prompt: false,
    };
    let measure = Measure::new(&args.roster, args.input_format, &meter);
    let progress = Progress::of_reading(!quiet, "comparing: ", measure);
    let collected = collect(&plan, &mut first, &mut |so_far| {
        progress.show(so_far);
        Ok(ControlFlow::Continue(()))
    });
    drop(progress);
    let collected = collected.map_err(Failure::input)?;
    let mut knowing = Vec::new();
    for (engine, collected) in engines.into_iter().zip(collected) {
        knowing.push(if compares(&engine) {
            let groups = merge(vec![collected]).map_err(Failure::input)?;
            engine.knowing(groups)
        } else {
            engine
        });
    }
    engines = knowing;
    let first = so_far.borrow().finish_128();
    let so_far = roster.restart();
    let meter = Meter::default();
    let (reader, layouts) =
        source.reader(args, &engines, &mut |path| Ok(meter.over(roster.open(path)?)))?;
    let twice = Twice { first, second: so_far, shown: args.roster.display().to_string() };
    Ok(Input { loaded, engines, layouts, reader, numbers, meter, twice: Some(twice) })
}

fn dispositions(args: &InputArgs, policies: &[Policy]) -> Result<Dispositions, Failure> {
    let Some(path) = &args.dispositions else { return Ok(Dispositions::default()) };
    let text = files::read_text(path)?;
    let parsed = Dispositions::parse(&text)
        .map_err(|error| Failure::input(format!("`{}`, {error}", path.display())))?;
    let unknown_to = |policy: &Policy| parsed.unknown_rules(&policy.checked);
    let mut unknown = policies.first().map(unknown_to).unwrap_or_default();
    unknown.retain(|rule| policies.iter().all(|policy| unknown_to(policy).contains(rule)));
    if let Some(rule) = unknown.first() {
        let whose = if policies.len() == 1 { "the policy has" } else { "the policies have" };
        return Err(Failure::input(format!(
            "`{}` has dispositions of `{rule}`, and {whose} no such rule",
            path.display()
        )));
    }
    Ok(parsed)
}

/// The time for which to decide: the start of the run, unless given.
pub(super) fn as_of(args: &PolicyArgs) -> Result<Instant, Failure> {
    args.as_of.map_or_else(clock::now, Ok)
}
