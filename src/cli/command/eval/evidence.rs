//! Decisions go to the ledger before anybody is told of them.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duecare::decision::Decision;
use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::event;
use duecare::ledger::run::{PolicyUsed, RunCount, RunId, RunStart};
use duecare::ledger::{Entry, GroupCommit, Log, Problem, Random as _, SharedSubjects};
use duecare::loader::Policy;
use duecare::replay::{Bundle, Prepared, Recorder, columns_blob};
use duecare::roster::{self, Additions, RawRecord};
use duecare::run::Judged;
use duecare::value::Instant;

use super::sink::Rendered;
use crate::cli::args::{BadValuesArg, EvalArgs, LedgerArgs, RecordsArg};
use crate::cli::command::input::Input;
use crate::cli::exit::Failure;
use crate::cli::keys::OsRandom;
use crate::cli::{clock, ledgers, program, terminal};

/// What to do about a run that cannot be gone on with in this way.
const GO_ON: &str = "go on with it as it was begun, or leave --resume out to begin a new run";

/// A ledger opened for a run, before the roster is.
pub(super) struct Opened {
    path: PathBuf,
    log: Log,
    /// The run that is gone on with.
    resumed: Option<Interrupted>,
}

/// A run that was interrupted.
struct Interrupted {
    start: RunStart,
    /// What was recorded of its records, in their order: what their leaves commit to.
    recorded: VecDeque<Digest>,
}

/// The evidence of a run that goes on.
pub(super) struct Evidence {
    path: PathBuf,
    group: GroupCommit<Vec<Rendered>>,
    maker: Arc<LeafMaker>,
    count: RunCount,
    /// What was recorded before the interruption and was not met again so far.
    recorded: VecDeque<Digest>,
    entries: Vec<Entry>,
    rendered: Vec<Rendered>,
    /// Whether each batch is waited for, for somebody who waits at the other end of a pipe.
    is_prompt: bool,
}

/// Makes leaves, on any thread.
pub(super) struct LeafMaker {
    start: RunStart,
    subjects: SharedSubjects,
    keeps_records: bool,
    additions: Option<Arc<Additions>>,
    began: Instant,
}

impl Opened {
    /// Opens the ledger that is named, if one is.
    pub(super) fn new(args: &EvalArgs, quiet: bool) -> Result<Option<Self>, Failure> {
        let LedgerArgs { ledger: Some(path), key, resume, .. } = &args.evidence else {
            return Ok(None);
        };
        let log = ledgers::open_unsealed(path, key, clock::now()?, quiet)?;
        let resumed = if *resume { Some(interrupted(path, &log)?) } else { None };
        if let Some(resumed) = &resumed {
            require_same_time(path, &resumed.start, args.input.chosen.as_of)?;
        } else if !quiet {
            tell_interrupted(path, &log)?;
        }
        Ok(Some(Self { path: path.clone(), log, resumed }))
    }

    /// The time for which the run that is gone on with decides.
    pub(super) fn as_of(&self) -> Option<Instant> {
        self.resumed.as_ref().map(|resumed| resumed.start.as_of)
    }

    /// Of the ledger from which that run took facts the leaves that there were.
    pub(super) fn facts_size(&self) -> Option<u64> {
        self.resumed.as_ref()?.start.facts.as_ref().map(|(_, size)| *size)
    }

    /// Begins the run, or goes on with it.
    pub(super) fn begin(
        mut self,
        args: &EvalArgs,
        input: &Input,
        is_prompt: bool,
    ) -> Result<Evidence, Failure> {
        let path = self.path.clone();
        let fails = |problem: Problem| ledgers::failure(&path, &problem);
        let now = clock::now()?;
        let start = self.start(args, input, now).map_err(fails)?;
        let (start, recorded) = if let Some(resumed) = self.resumed.take() {
            require_same(&path, &resumed.start, &start)?;
            (resumed.start, resumed.recorded)
        } else {
            self.log.commit(vec![Entry::of(&start.leaf(now))]).map_err(fails)?;
            (start, VecDeque::new())
        };
        let subjects = self.log.shared_subjects().map_err(fails)?;
        Ok(Evidence {
            path: self.path,
            group: GroupCommit::new(self.log),
            maker: Arc::new(LeafMaker {
                keeps_records: start.records == "vault",
                start,
                subjects,
                additions: input.facts.as_ref().and_then(|facts| facts.additions.clone()),
                began: now,
            }),
            count: RunCount::default(),
            recorded,
            entries: Vec::new(),
            rendered: Vec::new(),
            is_prompt,
        })
    }

    fn start(&mut self, args: &EvalArgs, input: &Input, now: Instant) -> Result<RunStart, Problem> {
        let mut run = [0; 16];
        OsRandom.fill(&mut run)?;
        let mut policies = Vec::new();
        for engine in &input.engines {
            policies.push(self.policy(engine.policy(), now)?);
        }
        let layout = match input.reader.header() {
            Some(columns) => Some(self.log.keep_blob(&columns_blob(columns))?),
            None => None,
        };
        let as_of = input.engines.first().map(|engine| engine.program().as_of());
        Ok(RunStart {
            run: RunId(run),
            as_of: as_of.ok_or(Problem::Failed)?,
            engine: program::engine()?,
            policies,
            bad_values: match args.input.bad_values {
                BadValuesArg::Refuse => "refuse",
                BadValuesArg::Unknown => "unknown",
            },
            records: match args.evidence.records {
                RecordsArg::Vault => "vault",
                RecordsArg::DigestOnly => "digest_only",
            },
            layout,
            facts: input.facts.as_ref().map(|facts| (facts.origin.clone(), facts.size)),
        })
    }

    /// Keeps a policy and its lists, and logs that it is known from now on unless it was before.
    fn policy(&mut self, policy: &Policy, now: Instant) -> Result<PolicyUsed, Problem> {
        let identity = &policy.checked.identity;
        let effective = &identity.effective;
        let bundle = Bundle::of(policy, &mut |path| std::fs::read(path))?;
        let kept = bundle.keep(&mut self.log)?;
        let mut used = PolicyUsed {
            name: identity.name.clone(),
            version: identity.version.to_string(),
            digest: policy.digest,
            bundle: kept,
            lists: policy
                .checked
                .lists
                .iter()
                .map(|list| (list.name.clone(), list.digest))
                .collect(),
            rules: policy.checked.rules.iter().map(|rule| rule.name.clone()).collect(),
            published: now,
            approvals: policy.approvals.entries.iter().map(|approval| approval.digest).collect(),
        };
        let known = self.log.events().of_kind("policy_published").find_map(|(_, leaf)| {
            let is_same = leaf.get("digest") == Some(&Canonical::text(used.digest))
                && leaf.get("name") == Some(&Canonical::text(&used.name));
            let recorded = leaf.text_at("recorded")?;
            is_same.then(|| Instant::parse(recorded).ok()).flatten()
        });
        if let Some(published) = known {
            used.published = published;
        } else {
            let mut entries = vec![Entry::of(&event::policy_published(
                &used,
                (effective.from, effective.until),
                now,
            ))];
            for (name, digest) in &used.lists {
                entries.push(Entry::of(&event::list_snapshot(&used, name, digest, now)));
            }
            self.log.commit(entries)?;
        }
        self.approvals(policy, &used, now)?;
        Ok(used)
    }
}

impl Opened {
    /// Logs which approvals of a policy are known from now on, unless they were before.
    fn approvals(
        &mut self,
        policy: &Policy,
        used: &PolicyUsed,
        now: Instant,
    ) -> Result<(), Problem> {
        let mut entries = Vec::new();
        for approval in &policy.approvals.entries {
            let digest = Canonical::text(approval.digest);
            let mut known = self.log.events().of_kind("approval");
            if !known.any(|(_, leaf)| leaf.get("digest") == Some(&digest)) {
                entries.push(Entry::of(&event::approval(used, approval, now)));
            }
        }
        self.log.commit(entries)?;
        Ok(())
    }
}

impl LeafMaker {
    /// Makes the leaf of a decided record.
    pub(super) fn decided(
        &self,
        raw: &RawRecord,
        judged: &[Judged<'_, '_>],
        decisions: &[(Decision<'_>, Vec<u8>)],
    ) -> Result<Prepared, Problem> {
        self.with(|recorder| recorder.decided(raw, judged, decisions))
    }

    fn refused(&self, raw: &RawRecord, problems: &[roster::Problem]) -> Result<Prepared, Problem> {
        self.with(|recorder| recorder.refused(raw, problems))
    }

    fn with<T>(&self, action: impl FnOnce(&Recorder<'_>) -> T) -> T {
        action(&Recorder {
            start: &self.start,
            subjects: self.subjects.clone(),
            random: &OsRandom,
            now: &|| clock::now_or(self.began),
            keeps_records: self.keeps_records,
            additions: self.additions.as_deref(),
        })
    }
}

impl Evidence {
    /// What makes leaves.
    pub(super) fn maker(&self) -> Arc<LeafMaker> {
        Arc::clone(&self.maker)
    }

    /// Takes a decided record in its place. What was recorded before the interruption is handed back at once.
    pub(super) fn decided(
        &mut self,
        prepared: Prepared,
        rendered: Rendered,
    ) -> Result<Option<Rendered>, Problem> {
        if self.is_recorded(&prepared)? {
            // It has its leaf; only the count of the run goes on.
            let _ = prepared.number(&mut self.count);
            return Ok(Some(rendered));
        }
        self.entries.push(prepared.number(&mut self.count));
        self.rendered.push(rendered);
        Ok(None)
    }

    /// Takes a refused record in its place.
    pub(super) fn refused(
        &mut self,
        raw: &RawRecord,
        problems: &[roster::Problem],
    ) -> Result<(), Problem> {
        let prepared = self.maker.refused(raw, problems)?;
        let is_recorded = self.is_recorded(&prepared)?;
        let entry = prepared.number(&mut self.count);
        if !is_recorded {
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Hands a batch over. What is on disk by now is handed back, to be told.
    pub(super) fn batch(&mut self) -> Result<Vec<Rendered>, Problem> {
        let (entries, rendered) =
            (std::mem::take(&mut self.entries), std::mem::take(&mut self.rendered));
        let mut durable =
            if entries.is_empty() { Vec::new() } else { self.group.submit(entries, rendered)? };
        if self.is_prompt {
            durable.extend(self.group.flush()?);
        }
        Ok(durable.into_iter().flatten().collect())
    }

    /// Waits until all is on disk.
    pub(super) fn flush(&mut self) -> Result<Vec<Rendered>, Problem> {
        let mut durable = self.batch()?;
        durable.extend(self.group.flush()?.into_iter().flatten());
        Ok(durable)
    }

    /// Logs that the run came to its end, and publishes the head.
    pub(super) fn complete(self) -> Result<String, Failure> {
        let path = self.path;
        let fails = |problem: Problem| ledgers::failure(&path, &problem);
        if !self.recorded.is_empty() {
            return Err(Failure::input(format!(
                "the interrupted run had {} records more than this roster has",
                self.recorded.len()
            ))
            .hint("go on with it on the same roster"));
        }
        let mut log = self.group.finish().map_err(fails)?;
        let completed = self.count.completed(&self.maker.start.run, clock::now()?);
        log.commit(vec![Entry::of(&completed)]).map_err(fails)?;
        let head = log.publish().map_err(fails)?;
        Ok(format!(
            "recorded in `{}`: run {}, head {head}",
            path.display(),
            self.maker.start.run.hex()
        ))
    }

    /// Ends a run that was ended early: what was told is on disk, and can be gone on with.
    pub(super) fn abandon(self) -> Result<(), Failure> {
        let path = self.path;
        let fails = |problem: Problem| ledgers::failure(&path, &problem);
        let mut log = self.group.finish().map_err(fails)?;
        log.publish().map_err(fails)?;
        Ok(())
    }

    /// Whether the next record was recorded before the interruption; it must be the same one then.
    fn is_recorded(&mut self, prepared: &Prepared) -> Result<bool, Problem> {
        let Some(recorded) = self.recorded.pop_front() else { return Ok(false) };
        if recorded == *prepared.fields() {
            return Ok(true);
        }
        Err(Problem::Missing(format!(
            "record {} of the roster, or what is decided of it, is not what the interrupted run had recorded; go on with it on the same roster",
            self.count.records() + 1
        )))
    }
}

/// That the ledger stops a run.
#[derive(Debug)]
struct LedgerStops(Problem);

impl fmt::Display for LedgerStops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the run was ended, since it cannot be recorded: {}", self.0)
    }
}

impl std::error::Error for LedgerStops {}

/// What stops a run from the ledger's side, as what stops it from writing.
pub(super) fn stops(problem: Problem) -> io::Error {
    io::Error::other(LedgerStops(problem))
}

/// What kept a run from writing, in words.
pub(super) fn failure(error: io::Error) -> Failure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<LedgerStops>());
    if inner.is_some() {
        return Failure::input(error).hint(
            "what was told is recorded; go on with the run with --resume once the cause is mended",
        );
    }
    error.into()
}

/// Says that a run was interrupted, to who begins another one, behind which it cannot be gone on with.
fn tell_interrupted(path: &Path, log: &Log) -> Result<(), Failure> {
    let Some((_, leaf)) = log.events().unfinished_run() else { return Ok(()) };
    let message = format!(
        "the run {} of {} in `{}` was interrupted, and this is a new one, after which it stays without an end; --resume goes on with it instead",
        leaf.text_at("run").unwrap_or_default(),
        leaf.text_at("recorded").unwrap_or_default(),
        path.display()
    );
    writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
    Ok(())
}

/// A run decides for one time.
fn require_same_time(path: &Path, old: &RunStart, asked: Option<Instant>) -> Result<(), Failure> {
    let Some(asked) = asked.filter(|asked| *asked != old.as_of) else { return Ok(()) };
    Err(Failure::input(format!(
        "the interrupted run in `{}` decides for {}, and --as-of says {asked}",
        path.display(),
        old.as_of
    ))
    .hint(GO_ON))
}

/// The newest run that has no end, with what was recorded of it.
fn interrupted(path: &Path, log: &Log) -> Result<Interrupted, Failure> {
    let Some((index, leaf)) = log.events().unfinished_run() else {
        return Err(Failure::input(format!(
            "there is nothing to go on with: the last run in `{}` came to its end",
            path.display()
        ))
        .hint("leave --resume out to begin a new run"));
    };
    let start = RunStart::read(leaf).ok_or_else(|| {
        Failure::input(format!("leaf {index} begins a run in a form that is not known here"))
    })?;
    let run = Canonical::text(start.run.hex());
    let mut recorded = VecDeque::new();
    log.leaves(index + 1, &mut |leaf| {
        let Ok(leaf) = Canonical::parse(leaf) else { return };
        if leaf.get("run") == Some(&run)
            && let Some(fields) = leaf.digest_at("fields")
        {
            recorded.push_back(fields);
        }
    })
    .map_err(|problem| ledgers::failure(path, &problem))?;
    Ok(Interrupted { start, recorded })
}

/// What is gone on with must be the same run.
fn require_same(path: &Path, old: &RunStart, new: &RunStart) -> Result<(), Failure> {
    let policies = |start: &RunStart| -> Vec<(String, Digest)> {
        start.policies.iter().map(|policy| (policy.name.clone(), policy.digest)).collect()
    };
    let approvals = |start: &RunStart| -> Vec<Vec<Digest>> {
        start.policies.iter().map(|policy| policy.approvals.clone()).collect()
    };
    let differs = if policies(old) != policies(new) {
        Some("other policies")
    } else if approvals(old) != approvals(new) {
        Some("other approvals of its policies")
    } else if old.bad_values != new.bad_values {
        Some("another --bad-values")
    } else if old.records != new.records {
        Some("another --records")
    } else if old.layout != new.layout {
        Some("other columns of the roster")
    } else if old.facts != new.facts {
        Some("other facts from a ledger")
    } else if old.engine != new.engine {
        Some("another build of this program")
    } else {
        None
    };
    differs.map_or(Ok(()), |what| {
        Err(Failure::input(format!(
            "the interrupted run in `{}` was begun with {what}",
            path.display()
        ))
        .hint(GO_ON))
    })
}
