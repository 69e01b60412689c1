use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::bundle::{Bundle, BundleProblem};
use super::facts::RecordedFacts;
use super::outcome::{Replayed, Verdict};
use super::recorder::documents;
use crate::decision::Decision;
use crate::disposition::Dispositions;
use crate::engine::Engine;
use crate::eval::Detail;
use crate::ledger::canonical::Canonical;
use crate::ledger::commitment::{Document, DocumentSecret};
use crate::ledger::run::{EngineId, RunStart, outcome_word};
use crate::ledger::{Documents, Kept, Problem, Slot, SubjectKey, Subjects, View};
use crate::peers::Collected;
use crate::roster::{Addition, Additions, BadValues, Layout, RawRecord, Record};
use crate::run::{Judged, merge};

/// Why a run cannot be replayed at all.
#[derive(Debug)]
pub enum ReplayError {
    /// The ledger cannot be read.
    Ledger(Problem),
    /// The roster cannot be read.
    Roster(io::Error),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(problem) => write!(f, "{problem}"),
            Self::Roster(error) => write!(f, "the roster cannot be read: {error}"),
        }
    }
}

impl std::error::Error for ReplayError {}

impl From<Problem> for ReplayError {
    fn from(problem: Problem) -> Self {
        Self::Ledger(problem)
    }
}

/// A run as the ledger has it.
pub struct RunToReplay {
    start: RunStart,
    /// The leaf that begins it.
    index: u64,
    /// The first leaf behind it.
    end: u64,
}

impl RunToReplay {
    /// The runs of a ledger, in their order.
    ///
    /// # Errors
    /// If the leaf that begins one cannot be understood.
    pub fn all(view: &View) -> Result<Vec<Self>, Problem> {
        let mut runs = Vec::new();
        for (index, leaf) in view.events().of_kind("run_started") {
            let start = RunStart::read(leaf).ok_or_else(|| {
                Problem::Missing(format!(
                    "leaf {index} begins a run in a form that is not known here"
                ))
            })?;
            let run = Canonical::text(start.run.hex());
            let ends = |(_, leaf): &(u64, &Canonical)| leaf.get("run") == Some(&run);
            let completed = view.events().of_kind("run_completed").find(ends);
            let end = completed.map_or(view.head().size, |(end, _)| end);
            runs.push(Self { start, index, end });
        }
        Ok(runs)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        self.start.run.hex()
    }

    /// Whether a leaf is among those of its records.
    #[must_use]
    pub fn holds(&self, leaf: u64) -> bool {
        self.index < leaf && leaf < self.end
    }

    /// The run whose record a leaf is about, if it is about one: one that has no end holds all that came after
    /// it, until the next begins.
    pub(super) fn of_leaf(runs: &[Self], leaf: u64) -> Option<&Self> {
        runs.iter().rfind(|run| run.holds(leaf))
    }

    /// How it began.
    pub(super) fn start(&self) -> &RunStart {
        &self.start
    }

    /// The program that decided.
    #[must_use]
    pub fn engine(&self) -> &EngineId {
        &self.start.engine
    }

    /// Whether the vault has its records.
    #[must_use]
    pub fn has_records(&self) -> bool {
        self.start.records == "vault"
    }
}

/// Where records come from that are to be decided again.
pub enum Source<'s> {
    /// The vault.
    Vault,
    /// A roster that is given again: opened at its start each time, with the dispositions that were given.
    Roster(
        &'s mut dyn FnMut() -> io::Result<Box<dyn Iterator<Item = io::Result<RawRecord>>>>,
        Dispositions,
    ),
}

/// Which decisions of a run are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// That of one leaf.
    Leaf(u64),
}

/// A run, made ready to be replayed.
pub struct ReplayRun<'v> {
    view: &'v View,
    subjects: Subjects,
    run: &'v RunToReplay,
    engines: Vec<Engine>,
    layouts: Vec<Layout>,
    /// Why nothing of it can be replayed.
    hopeless: Option<Verdict>,
}

impl<'v> ReplayRun<'v> {
    /// Makes policies ready as the ledger kept them, and finds who shared what in the run.
    ///
    /// # Errors
    /// If the ledger or the roster cannot be read.
    pub fn new(
        view: &'v View,
        run: &'v RunToReplay,
        source: &mut Source<'_>,
        wanted: Wanted,
    ) -> Result<Self, ReplayError> {
        let subjects = view.subjects()?.ok_or_else(|| {
            Problem::Missing(
                "the vault is not here, which has the salts that leaves were made with".to_owned(),
            )
        })?;
        let mut made =
            Self { view, subjects, run, engines: Vec::new(), layouts: Vec::new(), hopeless: None };
        match made.engines() {
            Ok(engines) => made.engines = engines,
            Err(verdict) => {
                made.hopeless = Some(verdict);
                return Ok(made);
            }
        }
        let Some(layouts) = made.layouts()? else {
            made.hopeless = Some(not_replayable("the columns of the roster do not fit the policy"));
            return Ok(made);
        };
        made.layouts = layouts;
        made.first_reading(source, wanted)?;
        Ok(made)
    }

    /// Replays the decisions that are wanted, in their order.
    ///
    /// # Errors
    /// If the ledger or the roster cannot be read.
    pub fn replay(
        &self,
        source: &mut Source<'_>,
        wanted: Wanted,
        take: &mut dyn FnMut(Replayed),
    ) -> Result<(), ReplayError> {
        self.each(source, wanted, &mut |index, leaf, record| {
            if leaf.text_at("kind") != Some("decision") {
                return;
            }
            let ordinal = leaf.get("ordinal").and_then(Canonical::as_count).unwrap_or_default();
            let (subject, verdict) = self.verdict(leaf, record);
            take(Replayed { leaf: index, ordinal, subject, verdict });
        })
    }

    fn engines(&self) -> Result<Vec<Engine>, Verdict> {
        let mut engines = Vec::new();
        for used in &self.run.start.policies {
            let policy = Bundle::read(self.view, &used.bundle)
                .map_err(BundleProblem::Ledger)
                .and_then(|bundle| bundle.policy(&used.name))
                .map_err(|problem| not_replayable(problem.to_string()))?;
            if policy.digest != used.digest {
                return Err(Verdict::Different {
                    what: format!(
                        "the texts kept of `{}` {} have another digest",
                        used.name, used.version
                    ),
                });
            }
            let named = policy.approvals.entries.iter().map(|approval| approval.digest);
            if !named.eq(used.approvals.iter().copied()) {
                return Err(Verdict::Different {
                    what: format!(
                        "the approvals kept of `{}` {} are not those that the run names",
                        used.name, used.version
                    ),
                });
            }
            let engine = Engine::new(policy, self.run.start.as_of, Dispositions::default());
            engines.push(engine.map_err(|problem| not_replayable(problem.to_string()))?);
        }
        Ok(engines)
    }

    fn layouts(&self) -> Result<Option<Vec<Layout>>, Problem> {
        let bad_values = if self.run.start.bad_values == "unknown" {
            BadValues::Unknown
        } else {
            BadValues::Refuse
        };
        let columns = match &self.run.start.layout {
            Some(digest) => Some(columns_of(&self.view.blob(digest)?)?),
            None => None,
        };
        let layouts = self.engines.iter().map(|engine| {
            let layout = engine.layout(bad_values);
            match &columns {
                Some(columns) => layout.with_header(columns).ok(),
                None => Some(layout),
            }
        });
        Ok(layouts.collect())
    }

    /// Finds dispositions, and who shares what, before anybody is judged.
    fn first_reading(
        &mut self,
        source: &mut Source<'_>,
        wanted: Wanted,
    ) -> Result<(), ReplayError> {
        let compares = self.engines.iter().any(|engine| engine.program().compares_subjects());
        let read = if compares { Wanted::All } else { wanted };
        let mut lines = String::new();
        let mut added = String::new();
        let mut gap = None;
        let mut collected = vec![Collected::default(); self.engines.len()];
        self.each(source, read, &mut |_, _, record| match record {
            Some(Behind::Found { raw, dispositions, additions, .. }) => {
                lines.push_str(&dispositions);
                added.push_str(&additions);
                self.collect(&raw, &mut collected);
            }
            Some(Behind::Missing(why)) => gap = Some(why),
            Some(Behind::NoRecord) | None => {}
        })?;
        let facts = match source {
            Source::Vault => {
                RecordedFacts { dispositions: lines, additions: self.additions_of(&added) }
            }
            Source::Roster(..) => self.facts_of_ledger()?,
        };
        let mut dispositions = Dispositions::parse(&facts.dispositions).unwrap_or_else(|error| {
            let why = format!("what the vault holds of dispositions cannot be read: {error}");
            self.hopeless = Some(not_replayable(why));
            Dispositions::default()
        });
        if let Source::Roster(_, given) = source {
            dispositions = dispositions.followed_by(given.clone());
        }
        if !facts.additions.is_empty() {
            self.add(&facts.additions);
        }
        if compares && let Some(why) = gap {
            let why = format!("the policy compares subjects, and of one of them {why}");
            self.hopeless = Some(not_replayable(why));
        }
        let mut ready = Vec::new();
        for (engine, collected) in std::mem::take(&mut self.engines).into_iter().zip(collected) {
            let engine = engine.with_dispositions(dispositions.clone());
            ready.push(if engine.program().compares_subjects() {
                match merge(vec![collected]) {
                    Ok(groups) => engine.knowing(groups),
                    Err(problem) => {
                        self.hopeless = Some(not_replayable(problem.to_string()));
                        engine
                    }
                }
            } else {
                engine
            });
        }
        self.engines = ready;
        Ok(())
    }

    /// What people had recorded in this ledger when the run took it, which its records do not keep where they are
    /// kept elsewhere.
    fn facts_of_ledger(&self) -> Result<RecordedFacts, Problem> {
        match &self.run.start.facts {
            Some((origin, size)) if *origin == self.view.head().origin => {
                RecordedFacts::read(self.view, *size)
            }
            Some(_) | None => Ok(RecordedFacts::default()),
        }
    }

    /// What the vault keeps with records of what was recorded about their subjects.
    fn additions_of(&mut self, lines: &str) -> Vec<Addition> {
        Additions::parse(lines).unwrap_or_else(|| {
            let why = "what the vault holds of recorded facts cannot be read";
            self.hopeless = Some(not_replayable(why));
            Vec::new()
        })
    }

    /// Adds what was recorded about subjects besides the roster.
    fn add(&mut self, additions: &[Addition]) {
        let mut ready = Vec::new();
        for layout in std::mem::take(&mut self.layouts) {
            match Additions::new(&layout, additions) {
                Ok(additions) => ready.push(layout.with_additions(Arc::new(additions))),
                Err(why) => {
                    self.hopeless = Some(not_replayable(why.to_string()));
                    ready.push(layout);
                }
            }
        }
        self.layouts = ready;
    }

    fn collect(&self, raw: &RawRecord, collected: &mut [Collected]) {
        let mut keys = Vec::new();
        for (engine, layout) in self.engines.iter().zip(&self.layouts) {
            let Some(record) = layout.decode(raw).record else { return };
            keys.push((record.subject.clone(), engine.keys(&record)));
        }
        for (collected, (subject, keys)) in collected.iter_mut().zip(keys) {
            collected.add(&subject, keys);
        }
    }

    /// Hands out the leaves of the run's records in their order, each with its record as far as it is there.
    fn each(
        &self,
        source: &mut Source<'_>,
        wanted: Wanted,
        take: &mut dyn FnMut(u64, &Canonical, Option<Behind>),
    ) -> Result<(), ReplayError> {
        let run = Canonical::text(self.run.id());
        let mut records = Records::begin(self, source)?;
        let mut failed = None;
        self.view.leaves(self.run.index + 1..self.run.end, &mut |index, bytes| {
            if !wanted.has(index) && records.is_of_vault() {
                return Ok(true);
            }
            let leaf = Canonical::parse(bytes)
                .map_err(|problem| Problem::Missing(format!("leaf {index}: {problem}")))?;
            let Some(ordinal) = leaf.get("ordinal").and_then(Canonical::as_count) else {
                return Ok(true);
            };
            if leaf.get("run") != Some(&run) {
                return Ok(true);
            }
            match records.at(self, index, ordinal) {
                Ok(record) if wanted.has(index) => take(index, &leaf, record),
                Ok(_) => {}
                Err(error) => {
                    failed = Some(error);
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        failed.map_or(Ok(()), Err)
    }

    fn record_of(&self, slot: Slot, document: Option<Document>) -> Behind {
        let Some(document) = document else {
            let leaf = self.view.erased_by(slot);
            let by =
                leaf.map_or_else(|| "erased".to_owned(), |leaf| format!("erased (leaf {leaf})"));
            return Behind::Missing(format!("the record was {by}"));
        };
        let parts = (document.text("form"), document.get("source"), document.text("number"));
        let (Some(form), Some(bytes), Some(number)) = parts else {
            return Behind::Missing("what the vault holds is no record".to_owned());
        };
        let raw =
            number.parse().ok().and_then(|number| RawRecord::from_stored(number, form, bytes));
        match raw {
            Some(raw) => Behind::Found {
                raw,
                key: self.subjects.key(slot).cloned(),
                subject: document.text("subject").map(str::to_owned),
                dispositions: document.text("dispositions").unwrap_or_default().to_owned(),
                additions: document.text("added").unwrap_or_default().to_owned(),
            },
            None => Behind::NoRecord,
        }
    }

    fn record_in_roster(&self, raw: RawRecord) -> Behind {
        let decoded = self.layouts.first().and_then(|layout| layout.decode(&raw).record);
        let Some(subject) = decoded.map(|record| record.subject) else { return Behind::NoRecord };
        let key = self.subjects.find(&subject).and_then(|slot| self.subjects.key(slot).cloned());
        Behind::Found {
            raw,
            key,
            subject: Some(subject),
            dispositions: String::new(),
            additions: String::new(),
        }
    }

    fn verdict(&self, leaf: &Canonical, record: Option<Behind>) -> (Option<String>, Verdict) {
        let (raw, key, subject) = match record {
            Some(Behind::Found { raw, key, subject, .. }) => (raw, key, subject),
            Some(Behind::Missing(why)) => return (None, not_replayable(why)),
            Some(Behind::NoRecord) => {
                return (None, not_replayable("what is there now cannot be read as a record"));
            }
            None => {
                let why = if self.run.has_records() {
                    "the vault holds no record for it"
                } else {
                    "its record was kept elsewhere: give the roster with --roster"
                };
                return (None, not_replayable(why));
            }
        };
        if let Some(hopeless) = &self.hopeless {
            return (subject, hopeless.clone());
        }
        let Some(key) = key else {
            return (subject, not_replayable("the ledger has no key of this subject"));
        };
        let verdict = self.judge(leaf, &raw, &key);
        (subject, verdict)
    }

    fn judge(&self, leaf: &Canonical, raw: &RawRecord, key: &SubjectKey) -> Verdict {
        let decoded = match self.decoded(raw) {
            Ok(decoded) => decoded,
            Err(why) => {
                return Verdict::Different { what: format!("the record is refused now: {why}") };
            }
        };
        let (decisions, document) = self.decide(raw, &decoded);
        let fields = document.root(&key.document_secret(&self.run.start.run.0, raw.number));
        let subject = decoded.first().map(|record| key.commitment(&record.subject));
        let Some(subject) = subject else { return not_replayable("the run has no policy") };
        let start = &self.run.start;
        let decisions: Vec<&Decision<'_>> = decisions.iter().collect();
        let again = start.decision(raw.number, &subject, &fields, &decisions, start.as_of);
        self.compare(leaf, again)
    }

    /// The record as each policy reads it, or why one does not.
    fn decoded<'r>(&self, raw: &'r RawRecord) -> Result<Vec<Record<'r>>, String> {
        let mut decoded = Vec::new();
        for layout in &self.layouts {
            let made = layout.decode(raw);
            let problem = made.problems.first().map(ToString::to_string);
            decoded.push(made.record.ok_or_else(|| problem.unwrap_or_default())?);
        }
        Ok(decoded)
    }

    /// Decides a record again: the decision records, and what a leaf commits to.
    fn decide<'d>(
        &'d self,
        raw: &RawRecord,
        decoded: &'d [Record<'_>],
    ) -> (Vec<Decision<'d>>, Document) {
        let engines = self.engines.iter().zip(decoded);
        let judged: Vec<Judged<'_, '_>> = engines
            .map(|(engine, record)| Judged {
                engine,
                record,
                judgement: engine.judge(record, Detail::Full),
            })
            .collect();
        let mut decisions = Vec::new();
        for Judged { engine, record, judgement } in &judged {
            let decision = engine.decision(record, judgement);
            let bytes = serde_json::to_vec(&decision).unwrap_or_default();
            decisions.push((decision, bytes));
        }
        let subject = decoded.first().map(|record| record.subject.as_str()).unwrap_or_default();
        let added = self.layouts.first().and_then(|layout| layout.additions(subject));
        let (_, document) = documents(raw, added, &judged, &decisions);
        (decisions.into_iter().map(|(decision, _)| decision).collect(), document)
    }

    /// What the leaf of a decision commits to; in words why it cannot be had.
    pub(super) fn stated(&self, leaf: u64) -> Result<Result<Stated, String>, ReplayError> {
        let mut found = Err(format!("leaf {leaf} is no decision"));
        self.each(&mut Source::Vault, Wanted::Leaf(leaf), &mut |_, entry, record| {
            found = match record {
                Some(Behind::Found { raw, key: Some(key), subject: Some(subject), .. }) => {
                    self.decoded(&raw).and_then(|decoded| {
                        let (_, document) = self.decide(&raw, &decoded);
                        let secret = key.document_secret(&self.run.start.run.0, raw.number);
                        let root = Canonical::text(document.root(&secret));
                        if entry.get("fields") == Some(&root) {
                            Ok(Stated { subject, key, secret, document })
                        } else {
                            Err("the record, decided again, is not what the leaf commits to"
                                .to_owned())
                        }
                    })
                }
                Some(Behind::Missing(why)) => Err(why),
                Some(Behind::Found { .. } | Behind::NoRecord) | None => {
                    Err("the vault holds no record for it".to_owned())
                }
            };
        })?;
        Ok(found)
    }

    fn compare(&self, leaf: &Canonical, again: Canonical) -> Verdict {
        let (Canonical::Object(old), Canonical::Object(mut new)) = (leaf, again) else {
            return not_replayable("the leaf is no decision");
        };
        // What is of the moment, and not of the decision.
        for key in ["recorded", "ordinal", "engine"] {
            if let Some(value) = old.get(key) {
                new.insert(key.to_owned(), value.clone());
            }
        }
        if *old == new {
            return Verdict::Identical;
        }
        let policies = |leaf: &BTreeMap<String, Canonical>| {
            leaf.get("policies").and_then(Canonical::as_array).unwrap_or_default().to_vec()
        };
        let (before, after) = (policies(old), policies(&new));
        for ((before, after), used) in before.iter().zip(&after).zip(&self.run.start.policies) {
            if let Some(what) = first_difference(before, after, &used.rules) {
                return Verdict::Different { what: format!("{}: {what}", used.name) };
            }
        }
        let what = if old.get("subject") == new.get("subject") {
            "the record, or what the decision says of it, is not what was recorded"
        } else {
            "it is about another subject"
        };
        Verdict::Different { what: what.to_owned() }
    }
}

/// What the leaf of a decision commits to.
pub(super) struct Stated {
    /// Whom it is about.
    pub(super) subject: String,
    pub(super) key: SubjectKey,
    /// The secret of its salts.
    pub(super) secret: DocumentSecret,
    pub(super) document: Document,
}

/// Where the records of a run are read on, in the order of its leaves.
enum Records<'v> {
    Vault(Documents<'v>, Option<Kept>),
    Roster(Box<dyn Iterator<Item = io::Result<RawRecord>>>, u64),
}

impl<'v> Records<'v> {
    fn begin(run: &ReplayRun<'v>, source: &mut Source<'_>) -> Result<Self, ReplayError> {
        Ok(match source {
            Source::Vault => Self::Vault(run.view.documents(run.run.index), None),
            Source::Roster(open, _) => Self::Roster(open().map_err(ReplayError::Roster)?, 0),
        })
    }

    fn is_of_vault(&self) -> bool {
        matches!(self, Self::Vault(..))
    }

    /// The record of a leaf.
    fn at(
        &mut self,
        run: &ReplayRun<'_>,
        index: u64,
        ordinal: u64,
    ) -> Result<Option<Behind>, ReplayError> {
        match self {
            Self::Vault(documents, next) => {
                while next.as_ref().is_none_or(|kept| kept.leaf < index) {
                    *next = documents.next()?;
                    if next.is_none() {
                        return Ok(None);
                    }
                }
                let Some(kept) = next.take_if(|kept| kept.leaf == index) else { return Ok(None) };
                Ok(Some(run.record_of(kept.slot, kept.open(&run.subjects)?)))
            }
            Self::Roster(records, read) => {
                while *read < ordinal {
                    let Some(raw) = records.next() else { return Ok(None) };
                    *read += 1;
                    let raw = raw.map_err(ReplayError::Roster)?;
                    if *read == ordinal {
                        return Ok(Some(run.record_in_roster(raw)));
                    }
                }
                Ok(None)
            }
        }
    }
}

/// A record of a run, or what is there instead.
enum Behind {
    Found {
        raw: RawRecord,
        key: Option<SubjectKey>,
        subject: Option<String>,
        dispositions: String,
        additions: String,
    },
    Missing(String),
    /// It was refused as something that is no record.
    NoRecord,
}

impl Wanted {
    fn has(self, index: u64) -> bool {
        match self {
            Self::All => true,
            Self::Leaf(leaf) => leaf == index,
        }
    }
}

fn not_replayable(why: impl Into<String>) -> Verdict {
    Verdict::NotReplayable { why: why.into() }
}

/// What differs first between two outcomes of a policy.
fn first_difference(before: &Canonical, after: &Canonical, rules: &[String]) -> Option<String> {
    let text = |policy: &Canonical, key: &str| policy.text_at(key).unwrap_or_default().to_owned();
    let (old, new) = (text(before, "outcomes"), text(after, "outcomes"));
    for (rule, (old, new)) in rules.iter().zip(old.chars().zip(new.chars())) {
        if old != new {
            return Some(format!(
                "the rule `{rule}` is {} now, and was {}",
                outcome_word(new),
                outcome_word(old)
            ));
        }
    }
    for (key, what) in [
        ("decision", "the decision"),
        ("digest", "the policy's digest"),
        ("version", "the version"),
    ] {
        let (old, new) = (text(before, key), text(after, key));
        if old != new {
            return Some(format!("{what} is `{new}` now, and was `{old}`"));
        }
    }
    if before.get("lists") != after.get("lists") {
        return Some("a list has other values".to_owned());
    }
    (before != after).then(|| "the score, or what it could be, is another".to_owned())
}

/// The columns of a table, as the ledger keeps them.
fn columns_of(blob: &[u8]) -> Result<Vec<String>, Problem> {
    let malformed =
        || Problem::Missing("the blob with the columns of the roster is malformed".to_owned());
    let layout = Canonical::parse(blob).map_err(|_| malformed())?;
    let columns = layout.get("columns").and_then(Canonical::as_array).ok_or_else(malformed)?;
    columns.iter().map(|column| column.as_text().map(str::to_owned).ok_or_else(malformed)).collect()
}

/// The columns of a table as a blob.
#[must_use]
pub fn columns_blob(columns: &[String]) -> Vec<u8> {
    Canonical::object([
        ("format", Canonical::text("duecare.columns/1")),
        ("columns", Canonical::Array(columns.iter().map(Canonical::text).collect())),
    ])
    .to_bytes()
}
