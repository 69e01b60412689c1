use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::decision::{Decision, RuleEntry};
use crate::engine::Engine;
use crate::roster::Problem;
use crate::run::{Judged, Ladder};

/// Most hits, missing facts and things to do that a page names of one subject and policy.
const NAMED_MAX: usize = 6;

/// Most refused records that a page names.
const REFUSED_MAX: usize = 10;

/// What a page shows of a run besides its summary: the subjects at the highest levels, the first refused
/// records, and which single facts would settle whole decisions.
pub struct Highlights {
    subjects_max: usize,
    /// What a subject must stand above to be among the most severe; it only ever rises.
    floor: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
pub(super) struct Kept {
    /// From the most severe; of equally severe ones in the order of the roster.
    pub(super) subjects: Vec<SubjectEntry>,
    pub(super) refused: Vec<RefusedEntry>,
    /// By policy and fact: subjects whose decision hangs on that fact alone.
    pub(super) alone: BTreeMap<(usize, String), u64>,
}

/// What one subject may add to a page.
pub struct Highlight {
    subject: Option<SubjectEntry>,
    alone: Vec<(usize, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct SubjectEntry {
    #[serde(skip)]
    severity: u64,
    pub(super) subject: String,
    pub(super) level: String,
    /// How far its level stands from the most severe.
    pub(super) below_top: usize,
    pub(super) policies: Vec<SubjectPolicy>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct SubjectPolicy {
    pub(super) title: String,
    pub(super) level: String,
    pub(super) settled: bool,
    pub(super) could_be: String,
    pub(super) score: String,
    pub(super) hits: Vec<HitEntry>,
    pub(super) more_hits: usize,
    pub(super) missing: String,
    pub(super) actions: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct HitEntry {
    pub(super) title: String,
    pub(super) is_prohibition: bool,
    pub(super) says: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct RefusedEntry {
    pub(super) number: u64,
    pub(super) reason: String,
}

impl Highlights {
    /// Of a run, with so many subjects.
    #[must_use]
    pub fn new(subjects_max: usize) -> Self {
        Self { subjects_max, floor: AtomicU64::new(0), kept: Mutex::default() }
    }

    /// What a decided record may add; it must have been judged with `Detail::Full`. May be called on
    /// several threads.
    #[must_use]
    pub fn of(&self, ladder: &Ladder, judged: &[Judged<'_, '_>]) -> Highlight {
        let alone = judged.iter().enumerate().filter_map(|(policy, judged)| {
            let judgement = &judged.judgement;
            match judgement.needs.as_slice() {
                [(need, _)] if !judgement.settled && need.cannot.is_none() => {
                    Some((policy, judged.engine.path(&need.steps)))
                }
                _ => None,
            }
        });
        Highlight { alone: alone.collect(), subject: self.subject(ladder, judged) }
    }

    fn subject(&self, ladder: &Ladder, judged: &[Judged<'_, '_>]) -> Option<SubjectEntry> {
        let worst = ladder.subject(judged)?;
        let rank = ladder.rank(worst.decision)?;
        let score = judged.iter().map(|judged| judged.judgement.score.low).max().unwrap_or(0);
        let severity = ((rank as u64) << 32) | u64::from(score);
        // The lowest level needs nobody's attention.
        if rank == 0 || severity <= self.floor.load(Ordering::Relaxed) {
            return None;
        }
        let policies: Vec<SubjectPolicy> = judged
            .iter()
            .map(|judged| {
                let decision = judged.engine.decision(judged.record, &judged.judgement);
                SubjectPolicy::new(judged.engine, &decision)
            })
            .collect();
        Some(SubjectEntry {
            severity,
            subject: worst.subject.to_owned(),
            level: worst.decision.to_owned(),
            below_top: ladder.levels().len().saturating_sub(rank + 1),
            policies,
        })
    }

    /// Takes what a record adds, in the order of the roster.
    pub fn add(&self, highlight: Highlight) {
        let mut kept = self.kept();
        for alone in highlight.alone {
            *kept.alone.entry(alone).or_insert(0) += 1;
        }
        let Some(subject) = highlight.subject else { return };
        let place = kept.subjects.partition_point(|other| other.severity >= subject.severity);
        kept.subjects.insert(place, subject);
        kept.subjects.truncate(self.subjects_max);
        if let Some(last) = kept.subjects.last()
            && kept.subjects.len() == self.subjects_max
        {
            self.floor.store(last.severity, Ordering::Relaxed);
        }
    }

    /// Takes a refused record, in the order of the roster.
    pub fn refused(&self, number: u64, problems: &[Problem]) {
        let mut kept = self.kept();
        if kept.refused.len() < REFUSED_MAX {
            let reasons: Vec<String> = problems.iter().map(ToString::to_string).collect();
            kept.refused.push(RefusedEntry { number, reason: reasons.join("; ") });
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SubjectPolicy {
    fn new(engine: &Engine, decision: &Decision<'_>) -> Self {
        let policy = &engine.policy().checked;
        let title = |id: &str| {
            let rule = policy.rules.iter().find(|rule| rule.name == id);
            rule.map_or(id, |rule| rule.title.as_str()).to_owned()
        };
        let is_hit = |rule: &&RuleEntry<'_>| rule.outcome == "hit";
        let hits: Vec<HitEntry> = decision
            .rules
            .iter()
            .filter(is_hit)
            .map(|rule| HitEntry {
                title: title(rule.id),
                is_prohibition: rule.kind == "prohibition",
                says: rule.says.clone(),
            })
            .collect();
        let missing: Vec<String> = decision.needs.iter().map(|need| need.path.clone()).collect();
        let actions: Vec<String> =
            decision.actions.iter().map(|action| title(action.control)).collect();
        let score = decision.score;
        Self {
            title: policy.identity.title.clone(),
            level: decision.decision.to_owned(),
            settled: decision.settled,
            could_be: decision.could_be.join(", "),
            score: if score.low == score.high {
                score.low.to_string()
            } else {
                format!("{} to {}", score.low, score.high)
            },
            more_hits: hits.len().saturating_sub(NAMED_MAX),
            hits: hits.into_iter().take(NAMED_MAX).collect(),
            missing: named(&missing, ", "),
            actions: named(&actions, "; "),
        }
    }
}

/// The first of them, and how many more there are.
fn named(all: &[String], between: &str) -> String {
    let first: Vec<&str> = all.iter().take(NAMED_MAX).map(String::as_str).collect();
    match all.len().saturating_sub(NAMED_MAX) {
        0 => first.join(between),
        more => format!("{}{between}and {more} more", first.join(between)),
    }
}
