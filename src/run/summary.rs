use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::counts::Counts;
use super::{Ladder, RunError};
use crate::digest::Digest;
use crate::engine::Engine;
use crate::hir::Outcome;
use crate::peers::{Group, Groups};
use crate::roster::Problem;

/// What a run came to: as `duecare.run/1` of one policy, as `duecare.runs/1` of several.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// One for each policy.
    pub runs: Vec<Summary>,
    /// How many subjects have each level as the most severe, from the most severe.
    pub subjects: Vec<DecisionCount>,
    /// Of the refused records, those that this program failed on; their reasons say so.
    pub faults: u64,
}

impl RunSummary {
    pub(super) fn new(runs: Vec<Summary>, subjects: Vec<DecisionCount>, faults: u64) -> Self {
        Self { runs, subjects, faults }
    }

    /// Records read.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.runs.first().map_or(0, |run| run.records)
    }

    /// Of them decided.
    #[must_use]
    pub fn decided(&self) -> u64 {
        self.runs.first().map_or(0, |run| run.decided)
    }

    /// Of them refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.runs.first().map_or(0, |run| run.refused)
    }
}

impl Serialize for RunSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Several<'s> {
            format: &'static str,
            records: u64,
            decided: u64,
            refused: u64,
            subjects: &'s [DecisionCount],
            runs: &'s [Summary],
        }
        match self.runs.as_slice() {
            [only] => only.serialize(serializer),
            runs => Several {
                format: "duecare.runs/1",
                records: self.records(),
                decided: self.decided(),
                refused: self.refused(),
                subjects: &self.subjects,
                runs,
            }
            .serialize(serializer),
        }
    }
}

/// What one policy came to in a run, for people and as `duecare.run/1`.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// `duecare.run/1`.
    pub format: &'static str,
    /// Version of this program.
    pub engine: &'static str,
    /// The name of the policy.
    pub policy: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub digest: Digest,
    /// Whether it is in force at the time for which was decided.
    pub in_force: bool,
    /// The time for which was decided.
    pub as_of: String,
    /// Records read.
    pub records: u64,
    /// Of them decided.
    pub decided: u64,
    /// Of them refused.
    pub refused: u64,
    /// How many subjects have each decision, from the highest level.
    pub decisions: Vec<DecisionCount>,
    /// How many decisions no missing fact can change.
    pub settled: u64,
    /// How often each rule came to each outcome, in the order of the policy.
    pub rules: Vec<RuleCount>,
    /// Which missing facts would settle something, most often first.
    pub needs: Vec<FieldCount>,
    /// How many subjects lack each field of the record, most often first.
    pub unknown_fields: Vec<FieldCount>,
    /// Why records were refused, most often first.
    pub refusals: Vec<ReasonCount>,
    /// Values that could not be read and were taken as unknown, most often first.
    pub bad_values: Vec<ReasonCount>,
    /// Fields of the roster that the record does not have, most often first.
    pub unmapped: Vec<FieldCount>,
    /// Fields declared as not collected that the roster has nevertheless.
    pub carried: Vec<FieldCount>,
    /// What subjects share with each other, where the policy asks for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<ComparisonSummary>,
}

/// What subjects share with each other, by one comparison of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct ComparisonSummary {
    /// The fields that are compared.
    pub sharing: String,
    /// The prohibitions and flags that ask for it.
    pub rules: Vec<String>,
    /// Subjects of the roster.
    pub of: usize,
    /// Subjects that could be compared: the rest have no known value of this kind.
    pub known_keys: usize,
    /// Different values.
    pub distinct: usize,
    /// Values that two or more subjects have.
    pub shared: usize,
    /// Subjects that have the value that most have.
    pub largest: usize,
    /// Who shares each of these values: every group whole, once.
    pub groups: GroupsOf,
}

/// The groups of one comparison, written one by one.
#[derive(Clone, Debug)]
pub struct GroupsOf(Arc<Groups>, usize);

impl GroupsOf {
    /// The largest groups, up to so many, from the largest; of each up to so many subjects.
    #[must_use]
    pub fn largest(&self, groups_max: usize, ids_max: usize) -> Vec<Group<'_>> {
        self.0.largest(self.1, groups_max, ids_max)
    }
}

impl Serialize for GroupsOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_groups(self.1, serializer)
    }
}

fn comparisons(engine: &Engine) -> Vec<ComparisonSummary> {
    let Some(groups) = engine.groups() else { return Vec::new() };
    let program = engine.program();
    let names = engine.policy().checked.rules.iter().map(|rule| rule.name.as_str());
    let rules: Vec<_> = names.zip(&program.rules).collect();
    let compared = program.peers.iter().zip(groups.comparisons()).enumerate();
    compared
        .map(|(place, (peers, by))| ComparisonSummary {
            sharing: peers.shown.clone(),
            rules: rules
                .iter()
                .filter(|(_, rule)| rule.comparisons.iter().any(|id| id.index() == place))
                .map(|(name, _)| (*name).to_owned())
                .collect(),
            of: by.of(),
            known_keys: by.known_keys(),
            distinct: by.distinct(),
            shared: by.shared(),
            largest: by.largest(),
            groups: GroupsOf(Arc::clone(groups), place),
        })
        .collect()
}

/// Counts the most severe levels of subjects while a run goes on.
#[derive(Default)]
pub(super) struct SubjectTally {
    ranks: BTreeMap<usize, (u64, u64)>,
}

impl SubjectTally {
    pub(super) fn decided(&mut self, (rank, settled): (usize, bool)) {
        let (subjects, of_them_settled) = self.ranks.entry(rank).or_default();
        *subjects += 1;
        *of_them_settled += u64::from(settled);
    }

    pub(super) fn finish(self, ladder: &Ladder) -> Vec<DecisionCount> {
        let levels = ladder.levels().iter().enumerate().rev();
        levels
            .map(|(rank, names)| {
                let (subjects, settled) = self.ranks.get(&rank).copied().unwrap_or_default();
                DecisionCount { decision: names.join(" or "), subjects, settled }
            })
            .collect()
    }
}

/// How many subjects have a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DecisionCount {
    /// The level.
    pub decision: String,
    /// How many.
    pub subjects: u64,
    /// Of them settled.
    pub settled: u64,
}

/// How often a rule came to each outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// The rule.
    pub id: String,
    /// `prohibition`, `flag` or `control`.
    pub kind: &'static str,
    /// By outcome; outcomes that did not occur are left out.
    pub outcomes: BTreeMap<&'static str, u64>,
}

/// How many subjects something about a field is true of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldCount {
    /// The field.
    pub path: String,
    /// How many.
    pub subjects: u64,
}

/// How often there was a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonCount {
    /// The field, without places in lists; empty for whole records.
    pub path: String,
    /// The reason.
    pub reason: String,
    /// How often.
    pub count: u64,
}

impl Summary {
    /// How many subjects have a decision at or above a level.
    #[must_use]
    pub fn at_or_above(&self, level: &str) -> u64 {
        let upto = self.decisions.iter().position(|count| count.decision == level);
        let counts = self.decisions.iter().take(upto.map_or(0, |upto| upto + 1));
        counts.map(|count| count.subjects).sum()
    }
}

/// Counts while a run goes on.
pub(super) struct Tally<'e> {
    engine: &'e Engine,
    decided: u64,
    refused: u64,
    read: u64,
    levels: Vec<(u64, u64)>,
    /// Of each rule, how often it came to each outcome.
    rules: Vec<Vec<(Outcome, u64)>>,
    needs: BTreeMap<String, u64>,
    unknown_fields: Vec<u64>,
    refusals: BTreeMap<(String, String), u64>,
    bad_values: BTreeMap<(String, String), u64>,
    unmapped: BTreeMap<String, u64>,
    carried: BTreeMap<usize, u64>,
}

/// Most different reasons that are told apart; a hopeless roster has a new one in each record.
const REASONS_MAX: usize = 1_000;

impl<'e> Tally<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        let policy = &engine.policy().checked;
        let program = engine.program();
        Self {
            engine,
            decided: 0,
            refused: 0,
            read: 0,
            levels: vec![(0, 0); policy.decision.levels.len()],
            rules: vec![Vec::new(); policy.rules.len()],
            needs: BTreeMap::new(),
            unknown_fields: vec![0; program.schema().record(program.subject()).fields.len()],
            refusals: BTreeMap::new(),
            bad_values: BTreeMap::new(),
            unmapped: BTreeMap::new(),
            carried: BTreeMap::new(),
        }
    }

    pub(super) fn decided(&mut self, judged: Counts) {
        self.read += 1;
        self.decided += 1;
        if let Some((subjects, settled)) = self.levels.get_mut(judged.decision) {
            *subjects += 1;
            *settled += u64::from(judged.settled);
        }
        for (counts, outcome) in self.rules.iter_mut().zip(judged.outcomes) {
            match counts.iter_mut().find(|(counted, _)| *counted == outcome) {
                Some((_, count)) => *count += 1,
                None => counts.push((outcome, 1)),
            }
        }
        for path in judged.needs {
            *self.needs.entry(path).or_insert(0) += 1;
        }
        for (count, is_unknown) in self.unknown_fields.iter_mut().zip(judged.unknown_fields) {
            *count += u64::from(is_unknown);
        }
        for path in judged.unmapped {
            if self.unmapped.len() < REASONS_MAX || self.unmapped.contains_key(&path) {
                *self.unmapped.entry(path).or_insert(0) += 1;
            }
        }
        for place in judged.carried {
            *self.carried.entry(place).or_insert(0) += 1;
        }
        count_problems(&mut self.bad_values, &judged.bad_values);
    }

    pub(super) fn refused(&mut self, problems: &[Problem]) {
        self.read += 1;
        self.refused += 1;
        count_problems(&mut self.refusals, problems);
    }

    pub(super) fn finish(self) -> Result<Summary, RunError> {
        let decided: u64 = self.levels.iter().map(|(subjects, _)| subjects).sum();
        if self.read != decided + self.refused || decided != self.decided {
            return Err(RunError::Unaccounted { read: self.read, decided, refused: self.refused });
        }
        let loaded = self.engine.policy();
        let policy = &loaded.checked;
        let program = self.engine.program();
        let decisions = policy.decision.levels.iter().zip(&self.levels).rev();
        let fields = &program.schema().record(program.subject()).fields;
        let unknown = fields.iter().zip(&self.unknown_fields).filter(|(_, count)| **count > 0);
        Ok(Summary {
            format: "duecare.run/1",
            engine: env!("CARGO_PKG_VERSION"),
            policy: policy.identity.name.clone(),
            version: policy.identity.version.to_string(),
            digest: loaded.digest,
            in_force: policy.identity.effective.contains(program.as_of().date()),
            as_of: program.as_of().to_string(),
            records: self.read,
            decided,
            refused: self.refused,
            decisions: decisions
                .map(|(level, (subjects, settled))| DecisionCount {
                    decision: level.name.clone(),
                    subjects: *subjects,
                    settled: *settled,
                })
                .collect(),
            settled: self.levels.iter().map(|(_, settled)| settled).sum(),
            rules: policy
                .rules
                .iter()
                .zip(self.rules)
                .map(|(rule, outcomes)| RuleCount {
                    id: rule.name.clone(),
                    kind: rule.kind().word(),
                    outcomes: outcomes
                        .into_iter()
                        .map(|(outcome, count)| (outcome.word(), count))
                        .collect(),
                })
                .collect(),
            needs: most_first(self.needs),
            unknown_fields: most_first(unknown.map(|(field, count)| (field.name.clone(), *count))),
            refusals: reasons(self.refusals),
            bad_values: reasons(self.bad_values),
            unmapped: most_first(self.unmapped),
            peers: comparisons(self.engine),
            carried: most_first(self.carried.iter().filter_map(|(place, count)| {
                policy
                    .not_collected
                    .get(*place)
                    .map(|left_out| (left_out.path.shown.clone(), *count))
            })),
        })
    }
}

fn count_problems(counts: &mut BTreeMap<(String, String), u64>, problems: &[Problem]) {
    for problem in problems {
        let key = (without_places(&problem.place), problem.reason.clone());
        if counts.len() < REASONS_MAX || counts.contains_key(&key) {
            *counts.entry(key).or_insert(0) += 1;
        } else {
            *counts.entry((String::new(), "other reasons".to_owned())).or_insert(0) += 1;
        }
    }
}

/// `logins[3].ip` as `logins.ip`.
pub(super) fn without_places(place: &str) -> String {
    let mut made = String::new();
    let mut is_inside = false;
    for letter in place.chars() {
        match letter {
            '[' => is_inside = true,
            ']' => is_inside = false,
            letter if !is_inside => made.push(letter),
            _ => {}
        }
    }
    made
}

fn most_first(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<FieldCount> {
    let mut made: Vec<FieldCount> =
        counts.into_iter().map(|(path, subjects)| FieldCount { path, subjects }).collect();
    made.sort_by(|left, right| {
        right.subjects.cmp(&left.subjects).then_with(|| left.path.cmp(&right.path))
    });
    made
}

fn reasons(counts: BTreeMap<(String, String), u64>) -> Vec<ReasonCount> {
    let mut made: Vec<ReasonCount> = counts
        .into_iter()
        .map(|((path, reason), count)| ReasonCount { path, reason, count })
        .collect();
    made.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    made
}
