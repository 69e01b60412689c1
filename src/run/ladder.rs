use std::fmt;

use serde::Serialize;

use super::Judged;
use crate::digest::Digest;
use crate::engine::Engine;
use crate::hir::LevelId;

/// The levels of several policies on one ladder.
///
/// Levels of the same name stand on the same rung. A level that only one policy has stands as far above
/// the nearest shared level below it as in its own policy, and below the next shared one.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The names on each rung, from the lowest.
    rungs: Vec<Vec<String>>,
    /// The rung of each level of each policy.
    of: Vec<Vec<usize>>,
}

/// Two policies that order the same levels differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelsClash {
    policy: String,
    other: String,
    lower: String,
    higher: String,
}

impl fmt::Display for LevelsClash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, other, lower, higher } = self;
        write!(f, "`{policy}` has level `{higher}` above `{lower}`, and `{other}` below it")
    }
}

impl std::error::Error for LevelsClash {}

/// The most severe decision about a subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct MostSevere {
    pub(super) rank: usize,
    /// The policy it is of.
    pub(super) policy: usize,
    pub(super) settled: bool,
}

/// What several policies come to for one subject, as `duecare.subject/1`.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectDecision<'j> {
    /// `duecare.subject/1`.
    pub format: &'static str,
    /// The key of the subject.
    pub subject: &'j str,
    /// The most severe level.
    pub decision: &'j str,
    /// Whether no missing fact can change it.
    pub settled: bool,
    /// The policy that it is of; of several the one that was named first.
    pub policy: &'j str,
    /// What each policy came to.
    pub policies: Vec<PolicyDecision<'j>>,
    /// The time for which it was decided.
    pub as_of: String,
}

/// What one policy came to.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyDecision<'j> {
    /// Its name.
    pub name: &'j str,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub digest: Digest,
    /// The level.
    pub decision: &'j str,
    /// Whether no missing fact can change it.
    pub settled: bool,
}

impl Ladder {
    /// Of the policies of a run.
    ///
    /// # Errors
    /// If two of them order the same two levels differently.
    pub fn new(engines: &[Engine]) -> Result<Self, LevelsClash> {
        let policies: Vec<Vec<&str>> = engines.iter().map(levels).collect();
        for (policy, own) in policies.iter().enumerate() {
            for (other, others) in policies.iter().enumerate().skip(policy + 1) {
                if let Some((lower, higher)) = turned_around(own, others) {
                    return Err(LevelsClash {
                        policy: name(engines, policy).to_owned(),
                        other: name(engines, other).to_owned(),
                        lower: lower.to_owned(),
                        higher: higher.to_owned(),
                    });
                }
            }
        }
        Ok(Self::of(&policies))
    }

    /// Of one policy alone.
    #[must_use]
    pub fn of_one(engine: &Engine) -> Self {
        Self::of(&[levels(engine)])
    }

    fn of(policies: &[Vec<&str>]) -> Self {
        let mut rungs: Vec<Vec<&str>> = Vec::new();
        for own in policies {
            climb(&mut rungs, own);
        }
        let of = policies.iter().map(|own| {
            own.iter().filter_map(|level| rung_of(&rungs, level)).collect::<Vec<usize>>()
        });
        Self {
            of: of.collect(),
            rungs: rungs
                .into_iter()
                .map(|names| names.into_iter().map(str::to_owned).collect())
                .collect(),
        }
    }

    /// The names of the levels on each rung, from the lowest.
    #[must_use]
    pub fn levels(&self) -> &[Vec<String>] {
        &self.rungs
    }

    /// How severe a level of any of the policies is.
    #[must_use]
    pub fn rank(&self, level: &str) -> Option<usize> {
        self.rungs.iter().position(|names| names.iter().any(|name| name == level))
    }

    fn rung(&self, policy: usize, level: LevelId) -> usize {
        self.of.get(policy).and_then(|rungs| rungs.get(level.index())).copied().unwrap_or(0)
    }

    pub(super) fn most_severe(&self, judged: &[Judged<'_, '_>]) -> MostSevere {
        let mut found = MostSevere { rank: 0, policy: 0, settled: true };
        let (mut least, mut most) = (0, 0);
        for (policy, judged) in judged.iter().enumerate() {
            let judgement = &judged.judgement;
            let rank = self.rung(policy, judgement.decision);
            if policy == 0 || rank > found.rank {
                found = MostSevere { rank, policy, settled: true };
            }
            let could_be = judgement.could_be.iter().map(|level| self.rung(policy, *level));
            let (low, high) = if judgement.settled {
                (rank, rank)
            } else {
                could_be.fold((rank, rank), |(low, high), rank| (low.min(rank), high.max(rank)))
            };
            least = least.max(low);
            most = most.max(high);
        }
        MostSevere { settled: least == most, ..found }
    }

    /// The line about one subject.
    #[must_use]
    pub fn subject<'j>(&self, judged: &'j [Judged<'_, '_>]) -> Option<SubjectDecision<'j>> {
        let found = self.most_severe(judged);
        let policies: Vec<PolicyDecision<'j>> = judged
            .iter()
            .map(|judged| {
                let policy = judged.engine.policy();
                let identity = &policy.checked.identity;
                let level = policy.checked.decision.levels.get(judged.judgement.decision.index());
                PolicyDecision {
                    name: &identity.name,
                    version: identity.version.to_string(),
                    digest: policy.digest,
                    decision: level.map_or("", |level| level.name.as_str()),
                    settled: judged.judgement.settled,
                }
            })
            .collect();
        let worst = policies.get(found.policy)?;
        let first = judged.first()?;
        Some(SubjectDecision {
            format: "duecare.subject/1",
            subject: &first.record.subject,
            decision: worst.decision,
            settled: found.settled,
            policy: worst.name,
            as_of: first.engine.program().as_of().to_string(),
            policies,
        })
    }
}

fn levels(engine: &Engine) -> Vec<&str> {
    let levels = &engine.policy().checked.decision.levels;
    levels.iter().map(|level| level.name.as_str()).collect()
}

fn name(engines: &[Engine], policy: usize) -> &str {
    engines.get(policy).map_or("", |engine| engine.policy().checked.identity.name.as_str())
}

/// Two levels of both that stand the other way around, lower and higher of the first.
fn turned_around<'n>(own: &[&'n str], others: &[&str]) -> Option<(&'n str, &'n str)> {
    let place = |level: &str| others.iter().position(|other| *other == level);
    let shared: Vec<(&str, usize)> =
        own.iter().filter_map(|level| Some((*level, place(level)?))).collect();
    shared.windows(2).find_map(|pair| match pair {
        [(lower, below), (higher, above)] if below > above => Some((*lower, *higher)),
        _ => None,
    })
}

fn rung_of(rungs: &[Vec<&str>], level: &str) -> Option<usize> {
    rungs.iter().position(|names| names.contains(&level))
}

/// Puts the levels of one more policy on the ladder.
fn climb<'n>(rungs: &mut Vec<Vec<&'n str>>, own: &[&'n str]) {
    let mut next = 0;
    for (place, level) in own.iter().enumerate() {
        if let Some(rung) = rung_of(rungs, level) {
            next = rung + 1;
            continue;
        }
        let rest = own.get(place + 1..).unwrap_or_default();
        let limit = rest.iter().find_map(|level| rung_of(rungs, level)).unwrap_or(rungs.len());
        match rungs.get_mut(next) {
            Some(names) if next < limit => names.push(level),
            Some(_) | None => rungs.insert(next, vec![level]),
        }
        next += 1;
    }
}
