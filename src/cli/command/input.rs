use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::loader::{Loaded, Policy};
use duecare::replay::RecordedFacts;
use duecare::review::approval::how_to_approve;
use duecare::roster::{Additions, Layout, RawRecord, UnfitAddition};
use duecare::run::{Early, Judged, Ladder, Plan, collect, collect_early, merge};
use duecare::value::Instant;

use super::ledger::verify;
use super::roster_source::{Reader, RosterSource};
use crate::cli::apart::Inputs;
use crate::cli::args::{InputArgs, PolicyArgs};
use crate::cli::exit::Failure;
use crate::cli::files::SoFar;
use crate::cli::meter::Meter;
use crate::cli::progress::{Measure, Progress};
use crate::cli::{clock, files, ledgers, policies, terminal};

/// The files of a run besides its policies: of the roster, and of dispositions.
pub(super) fn files(args: &InputArgs) -> Result<Inputs, Failure> {
    let roster = RosterSource::new(args)?.files();
    Ok(Inputs::of(roster.iter().chain(&args.dispositions).map(PathBuf::as_path)))
}

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
    /// What was taken from a ledger.
    pub(super) facts: Option<Facts>,
    /// What the first of two readings decided already.
    pub(super) early: Option<Early>,
    /// Where the roster is read twice: what it must read as again.
    twice: Option<Twice>,
}

/// What people recorded in a ledger.
pub(super) struct Facts {
    path: PathBuf,
    /// The log.
    pub(super) origin: String,
    /// Of its leaves those that were looked at.
    pub(super) size: u64,
    recorded: RecordedFacts,
    /// What is added to records, as the first policy reads them.
    pub(super) additions: Option<Arc<Additions>>,
    /// The same of a first reading that judged records: it counted what could not be used.
    first: Option<Arc<Additions>>,
}

impl Facts {
    /// Reads those among so many leaves, or among all.
    fn read(path: &Path, size: Option<u64>, quiet: bool) -> Result<Self, Failure> {
        let view = verify::view(path, quiet)?;
        let head = view.head();
        let size = size.unwrap_or(head.size);
        if size > head.size {
            return Err(Failure::input(format!(
                "the ledger `{}` has {} leaves, and the interrupted run took its facts from {size}",
                path.display(),
                head.size
            ))
            .hint("put the newest copy in its place"));
        }
        let recorded =
            RecordedFacts::read(&view, size).map_err(|problem| ledgers::failure(path, &problem))?;
        Ok(Self {
            path: path.to_path_buf(),
            origin: head.origin.clone(),
            size,
            recorded,
            additions: None,
            first: None,
        })
    }

    /// How many could not be used.
    fn unused(&self) -> Option<u64> {
        let counted = self.first.as_ref().or(self.additions.as_ref());
        counted.map(|additions| additions.unused()).filter(|unused| *unused > 0)
    }

    /// What no record can have must not be passed over, and can be taken back.
    fn unfit(&self, unfit: &UnfitAddition) -> Failure {
        let Some(leaf) = unfit.addition.leaf else { return Failure::input(unfit) };
        let shown = self.path.display();
        Failure::input(format!("leaf {leaf} of the ledger `{shown}`, {unfit}")).hint(format!(
            "if it is wrong, take it back: `duecare ledger record withdraw --ledger {shown} --leaf {leaf} --by \"NAME, ROLE\" --why TEXT`"
        ))
    }

    /// Adds them to what layouts decode.
    fn add_to(&mut self, layouts: Vec<Layout>) -> Result<Vec<Layout>, Failure> {
        let mut ready = Vec::new();
        self.additions = None;
        for layout in layouts {
            let additions = Additions::new(&layout, &self.recorded.additions)
                .map_err(|unfit| self.unfit(&unfit))?;
            let additions = Arc::new(additions);
            self.additions.get_or_insert_with(|| Arc::clone(&additions));
            ready.push(layout.with_additions(additions));
        }
        Ok(ready)
    }
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

    /// Says that facts of a ledger were not used, where some could not be.
    pub(super) fn tell_unused_facts(&self, quiet: bool) -> Result<(), Failure> {
        if let Some(unused) = self.facts.as_ref().and_then(Facts::unused).filter(|_| !quiet) {
            let message = format!(
                "{unused} recorded facts were not used: the roster leaves unknown what else is in their lists; write an empty list where there is nothing else"
            );
            writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
        }
        Ok(())
    }
}

/// What is written of one subject, where that is brief.
pub(super) type Brief<'f> = &'f (dyn Fn(&Ladder, &[Judged<'_, '_>]) -> Vec<u8> + Sync);

/// How a roster is read.
pub(super) struct Manner<'f> {
    /// The time for which to decide.
    pub(super) as_of: Instant,
    /// Threads.
    pub(super) jobs: usize,
    /// Whether what is written is brief, and how.
    pub(super) brief: Option<Brief<'f>>,
    /// Of the ledger with facts the leaves that count; all unless a run goes on that began with so many.
    pub(super) facts_size: Option<u64>,
    pub(super) quiet: bool,
}

/// Makes the policies ready and opens the roster; where subjects are compared with each other, reads it
/// for that first, and decides already what the comparison may not change, if what is written is brief.
pub(super) fn open(args: &InputArgs, manner: &Manner<'_>) -> Result<Input, Failure> {
    let chosen = &args.chosen;
    let mut loaded = Vec::new();
    let mut ready = Vec::new();
    for named in &chosen.policy {
        let (files, policy) = policies::one(named, &chosen.policies, manner.as_of, manner.quiet)?;
        let name = &policy.checked.identity.name;
        if ready.iter().any(|other: &Policy| other.checked.identity.name == *name) {
            return Err(Failure::policy(format!("the policy `{name}` is named twice")));
        }
        if args.require_approved {
            require_approved(&policy)?;
        }
        loaded.push(files);
        ready.push(policy);
    }
    ready_for(args, loaded, ready, manner)
}

/// The same for policies that are loaded already, which may be versions of one.
pub(super) fn ready_for(
    args: &InputArgs,
    loaded: Vec<Loaded>,
    ready: Vec<Policy>,
    manner: &Manner<'_>,
) -> Result<Input, Failure> {
    let Manner { as_of, jobs, brief, facts_size, quiet } = *manner;
    let read = |path: &Path| Facts::read(path, facts_size, quiet);
    let mut facts = args.facts_from.as_deref().map(read).transpose()?;
    let dispositions = dispositions(args, facts.as_ref(), &ready)?;
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
        let layouts = added(&mut facts, layouts)?;
        return Ok(Input {
            loaded,
            engines,
            layouts,
            reader,
            numbers,
            meter,
            facts,
            early: None,
            twice: None,
        });
    }
    let mut roster = files::Rereadable::new(&args.roster)?;
    let so_far = roster.restart();
    let meter = Meter::default();
    let (mut first, layouts) =
        source.reader(args, &engines, &mut |path| Ok(meter.over(roster.open(path)?)))?;
    let layouts = added(&mut facts, layouts)?;
    let plan = Plan {
        engines: &engines,
        layouts: &layouts,
        jobs,
        detail: Detail::Brief,
        is_prompt: false,
    };
    let measure = Measure::new(&args.roster, args.input_format, &meter);
    let progress = Progress::of_reading(!quiet, "comparing: ", measure);
    let mut on_batch = |so_far: &duecare::run::SoFar| {
        progress.show(so_far);
        Ok(ControlFlow::Continue(()))
    };
    let collected = match brief {
        None => collect(&plan, &mut first, &mut on_batch).map(|collected| (collected, None)),
        Some(brief) => {
            let ladder = ladder(&engines)?;
            let render = |_: &RawRecord, judged: &[Judged<'_, '_>]| brief(&ladder, judged);
            collect_early(&plan, &ladder, &mut first, &render, &mut on_batch)
                .map(|(collected, early)| (collected, Some(early)))
        }
    };
    drop(progress);
    let (collected, early) = collected.map_err(Failure::input)?;
    if let Some(facts) = facts.as_mut().filter(|_| early.is_some()) {
        facts.first.clone_from(&facts.additions);
    }
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
    let layouts = added(&mut facts, layouts)?;
    let twice = Twice { first, second: so_far, shown: args.roster.display().to_string() };
    let twice = Some(twice);
    Ok(Input { loaded, engines, layouts, reader, numbers, meter, facts, early, twice })
}

/// The levels of the policies in one order.
pub(super) fn ladder(engines: &[Engine]) -> Result<Ladder, Failure> {
    Ladder::new(engines).map_err(|clash| {
        Failure::policy(clash).hint("evaluate them in two runs, or order their levels alike")
    })
}

/// A policy that was not approved as it stands decides nobody.
fn require_approved(policy: &Policy) -> Result<(), Failure> {
    let identity = &policy.checked.identity;
    if policy.approvals.are_complete() {
        return Ok(());
    }
    let lacks = policy.approvals.lacks.as_deref().unwrap_or_default().join("; ");
    Err(Failure::policy(format!(
        "`{}` {} is not approved as it stands: {lacks}",
        identity.name, identity.version
    ))
    .hint(how_to_approve(&policy.path)))
}

/// The layouts, with what was taken from a ledger.
fn added(facts: &mut Option<Facts>, layouts: Vec<Layout>) -> Result<Vec<Layout>, Failure> {
    match facts {
        Some(facts) => facts.add_to(layouts),
        None => Ok(layouts),
    }
}

/// Those of a file, which must be of rules that there are, and those of a ledger, which may be of others.
fn dispositions(
    args: &InputArgs,
    facts: Option<&Facts>,
    policies: &[Policy],
) -> Result<Dispositions, Failure> {
    let of_ledger = facts.map(|facts| facts.recorded.dispositions.as_str()).unwrap_or_default();
    let Some(path) = &args.dispositions else {
        return Dispositions::parse(of_ledger).map_err(Failure::input);
    };
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
    Dispositions::parse(&format!("{of_ledger}{text}")).map_err(Failure::input)
}

/// The time for which to decide: the start of the run, unless given.
pub(super) fn as_of(args: &PolicyArgs) -> Result<Instant, Failure> {
    args.as_of.map_or_else(clock::now, Ok)
}
