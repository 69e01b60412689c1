//! Whether what a person records fits what a ledger holds: a log takes nothing out again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::slice;

use super::bundle::{Bundle, BundleProblem};
use super::run::{ReplayError, ReplayRun, RunToReplay, Source, Wanted};
use crate::diagnostic::did_you_mean;
use crate::digest::Digest;
use crate::disposition::Dispositions;
use crate::engine::Engine;
use crate::ledger::canonical::Canonical;
use crate::ledger::commitment::Document;
use crate::ledger::run::PolicyUsed;
use crate::ledger::{Problem, Subjects, View};
use crate::roster::{Addition, Additions, BadValues, Layout};
use crate::value::Instant;

/// The outcomes of rules that rest on evidence: hit, excepted, reviewed.
const WITH_EVIDENCE: [u8; 3] = *b"her";

/// The runs of a ledger, to compare with.
pub struct Fitting<'v> {
    view: &'v View,
    runs: Vec<RunToReplay>,
    subjects: Subjects,
}

/// That something could be compared, or why it could not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It fits.
    Fits,
    /// What it would be compared with is not there.
    Unknown(String),
}

/// Why something does not fit.
#[derive(Debug)]
pub enum Unfit {
    /// The ledger cannot be read.
    Ledger(Problem),
    /// Nothing in the ledger is like it.
    Nothing {
        /// What is not there.
        what: String,
        /// What is there instead.
        hint: Option<String>,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(problem) => write!(f, "{problem}"),
            Self::Nothing { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Unfit {}

impl From<Problem> for Unfit {
    fn from(problem: Problem) -> Self {
        Self::Ledger(problem)
    }
}

impl<'v> Fitting<'v> {
    /// Finds the runs of a ledger.
    ///
    /// # Errors
    /// If the ledger cannot be read, or has no run to compare with.
    pub fn new(view: &'v View) -> Result<Self, Unfit> {
        let runs = RunToReplay::all(view)?;
        if runs.is_empty() {
            return Err(nothing("no run is recorded yet, so that nothing can be compared", None));
        }
        let subjects =
            view.subjects()?.ok_or_else(|| Problem::Missing("it has no vault".to_owned()))?;
        Ok(Self { view, runs, subjects })
    }

    /// Whether a subject was decided or refused.
    ///
    /// # Errors
    /// If not, or the ledger cannot be read.
    pub fn subject(&self, id: &str) -> Result<(), Unfit> {
        if !self.decisions(id)?.is_empty() {
            return Ok(());
        }
        let mut names = BTreeSet::new();
        let mut documents = self.view.documents(0);
        while let Some(kept) = documents.next()? {
            let Some(document) = kept.open(&self.subjects)? else { continue };
            if is_of_refused(&document, id) {
                return Ok(());
            }
            if document.get("form").is_some()
                && let Some(name) = document.text("subject")
            {
                names.insert(name.to_owned());
            }
        }
        let hint = did_you_mean(id, names.iter().map(String::as_str));
        Err(nothing(
            format!("no run that is recorded has decided or refused `{id}`"),
            hint.map(|name| format!("did you mean `{name}`?")),
        ))
    }

    /// Whether a policy that decided has a rule.
    ///
    /// # Errors
    /// If none has.
    pub fn rule(&self, rule: &str) -> Result<(), Unfit> {
        let policies = self.runs.iter().flat_map(|run| &run.start().policies);
        let rules: BTreeSet<&str> =
            policies.flat_map(|policy| &policy.rules).map(String::as_str).collect();
        if rules.contains(rule) {
            return Ok(());
        }
        let hint = match did_you_mean(rule, rules.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there is {}", rules.into_iter().collect::<Vec<_>>().join(", ")),
        };
        Err(nothing(
            format!("no policy that a recorded run decided by has a rule `{rule}`"),
            Some(hint),
        ))
    }

    /// Whether a recorded decision about a subject has a hit of a rule on this evidence. Decisions say so only
    /// once they are decided again.
    ///
    /// # Errors
    /// If none has, or the ledger cannot be read.
    pub fn evidence(&self, id: &str, rule: &str, evidence: &Digest) -> Result<Fit, Unfit> {
        let mut newest = None;
        let mut gap = None;
        for leaf in self.decisions(id)?.into_iter().rev() {
            let Some(run) = RunToReplay::of_leaf(&self.runs, leaf) else { continue };
            if !rests_on_evidence(&self.view.event(leaf)?, run, rule) {
                continue;
            }
            match self.evidence_in(run, leaf, rule)? {
                Ok(Some(found)) if found == *evidence => return Ok(Fit::Fits),
                Ok(Some(found)) => newest = newest.or(Some(found)),
                Ok(None) => {}
                Err(why) => gap = gap.or(Some(format!("leaf {leaf}: {why}"))),
            }
        }
        if let Some(gap) = gap {
            return Ok(Fit::Unknown(gap));
        }
        let hint = match newest {
            Some(found) => format!("the newest hit of it has the evidence {found}"),
            None => "in no recorded run was it hit for this subject".to_owned(),
        };
        Err(nothing(
            format!(
                "no recorded decision about `{id}` has a hit of `{rule}` on the evidence {evidence}"
            ),
            Some(hint),
        ))
    }

    /// Whether the records of the policies that decided can have a fact: of each policy the version that was used
    /// last.
    ///
    /// # Errors
    /// If one cannot.
    pub fn fact(&self, fact: &Addition) -> Result<Fit, Unfit> {
        let mut newest: BTreeMap<&str, (&PolicyUsed, Instant)> = BTreeMap::new();
        for start in self.runs.iter().map(RunToReplay::start) {
            for policy in &start.policies {
                newest.insert(&policy.name, (policy, start.as_of));
            }
        }
        let mut fit = Fit::Fits;
        for (used, as_of) in newest.into_values() {
            let PolicyUsed { name, version, .. } = used;
            let layout = match self.layout(used, as_of) {
                Ok(layout) => layout,
                Err(why) => {
                    fit = Fit::Unknown(why);
                    continue;
                }
            };
            if let Err(unfit) = Additions::new(&layout, slice::from_ref(fact)) {
                let what = format!(
                    "`{}` does not fit the record of `{name}` {version}: {}",
                    fact.field, unfit.why
                );
                return Err(nothing(what, None));
            }
        }
        Ok(fit)
    }

    fn decisions(&self, id: &str) -> Result<Vec<u64>, Problem> {
        let key = self.subjects.find(id).and_then(|slot| self.subjects.key(slot));
        key.map_or_else(|| Ok(Vec::new()), |key| self.view.decisions_of(&key.commitment(id)))
    }

    /// The evidence of a rule in one decision; in words why it cannot be had.
    fn evidence_in(
        &self,
        run: &RunToReplay,
        leaf: u64,
        rule: &str,
    ) -> Result<Result<Option<Digest>, String>, Problem> {
        let source = &mut Source::Vault;
        let stated = ReplayRun::new(self.view, run, source, Wanted::Leaf(leaf))
            .and_then(|ready| ready.stated(leaf));
        let document = match stated {
            Ok(Ok(stated)) => stated.document,
            Ok(Err(why)) => return Ok(Err(why)),
            Err(ReplayError::Ledger(problem)) => return Err(problem),
            Err(ReplayError::Roster(error)) => return Ok(Err(error.to_string())),
        };
        let policies = run.start().policies.iter();
        let found = policies.filter(|policy| policy.rules.iter().any(|known| known == rule));
        let mut digests = found.filter_map(|policy| {
            let bytes = document.get(&format!("decision/{}", policy.name))?;
            let decision: serde_json::Value = serde_json::from_slice(bytes).ok()?;
            let mut rules = decision.get("rules")?.as_array()?.iter();
            let entry = rules.find(|entry| entry.get("id").is_some_and(|id| id == rule))?;
            Digest::parse(entry.get("evidence_digest")?.as_str()?)
        });
        Ok(Ok(digests.next()))
    }

    fn layout(&self, used: &PolicyUsed, as_of: Instant) -> Result<Layout, String> {
        let policy = Bundle::read(self.view, &used.bundle)
            .map_err(BundleProblem::Ledger)
            .and_then(|bundle| bundle.policy(&used.name))
            .map_err(|problem| problem.to_string())?;
        let engine = Engine::new(policy, as_of, Dispositions::default())
            .map_err(|problem| problem.to_string())?;
        Ok(engine.layout(BadValues::Refuse))
    }
}

fn nothing(what: impl Into<String>, hint: Option<String>) -> Unfit {
    Unfit::Nothing { what: what.into(), hint }
}

/// Whether it is a refused record that names somebody.
fn is_of_refused(document: &Document, id: &str) -> bool {
    let source = document.get("source").unwrap_or_default();
    document.get("reasons").is_some() && memchr::memmem::find(source, id.as_bytes()).is_some()
}

/// Whether a decision has an outcome of a rule that rests on evidence.
fn rests_on_evidence(leaf: &Canonical, run: &RunToReplay, rule: &str) -> bool {
    let decided = leaf.get("policies").and_then(Canonical::as_array).unwrap_or_default();
    decided.iter().zip(&run.start().policies).any(|(decided, used)| {
        let outcomes = decided.text_at("outcomes").unwrap_or_default().bytes();
        used.rules
            .iter()
            .zip(outcomes)
            .any(|(known, outcome)| known == rule && WITH_EVIDENCE.contains(&outcome))
    })
}
