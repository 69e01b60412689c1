//! The smallest changes that would alter a decision, found by judging the record again as if rules had
//! come to something else.

use crate::engine::Engine;
use crate::eval::{Detail, Judgement, Supposed};
use crate::hir::{LevelId, Outcome, RuleId, RuleKind};
use crate::roster::Record;

/// Most rules that are changed together; larger sets tell a reader little.
const TOGETHER_MAX: usize = 3;

/// Most rules among which sets are looked for, so that the search stays short.
const CANDIDATES_MAX: usize = 16;

/// Most sets that are listed.
const SETS_MAX: usize = 4;

/// What would alter a decision.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The level if every missing fact spoke for the subject, and if every one spoke against it; absent
    /// when nothing is missing.
    pub range: Option<(LevelId, LevelId)>,
    /// Unknown rules of which each alone would raise the level if it were hit.
    pub raising: Vec<(RuleId, LevelId)>,
    /// Smallest sets of controls that would lower the level if they were done today, well.
    pub doing: Vec<Change>,
    /// Smallest sets of hits without which the level would be lower.
    pub without: Vec<Change>,
}

/// Rules that change together, and the level that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which rules.
    pub rules: Vec<RuleId>,
    /// The level.
    pub level: LevelId,
    /// Whether that level is settled.
    pub settled: bool,
}

/// Finds what would alter a judgement.
#[must_use]
pub fn changes(engine: &Engine, record: &Record<'_>, judgement: &Judgement) -> Changes {
    let search = Search { engine, record, judgement };
    let indicators = |outcome: Outcome| search.rules(outcome, |kind| kind != RuleKind::Control);
    let unknown = indicators(Outcome::Unknown);
    let hits = indicators(Outcome::Hit);
    let controls = search.undone();
    Changes {
        range: search.range(&unknown),
        raising: search.raising(&unknown),
        doing: search.lowering(&controls, true),
        without: search.lowering(&hits, false),
    }
}

struct Search<'s, 'r> {
    engine: &'s Engine,
    record: &'s Record<'r>,
    judgement: &'s Judgement,
}

impl Search<'_, '_> {
    fn rules(&self, outcome: Outcome, of_kind: fn(RuleKind) -> bool) -> Vec<RuleId> {
        let rules =
            self.engine.policy().checked.rules.iter().zip(&self.judgement.rules).enumerate();
        rules
            .filter(|(_, (rule, judged))| of_kind(rule.kind()) && judged.outcome == outcome)
            .map(|(place, _)| RuleId(place))
            .collect()
    }

    /// Controls that could still be done.
    fn undone(&self) -> Vec<RuleId> {
        [
            Outcome::Failed,
            Outcome::Unmet,
            Outcome::Expired,
            Outcome::Unknown,
            Outcome::NotRequired,
            Outcome::Met,
        ]
        .into_iter()
        .flat_map(|outcome| self.rules(outcome, |kind| kind == RuleKind::Control))
        .collect()
    }

    fn judge(&self, supposed: &Supposed) -> Judgement {
        self.engine.judge_supposing(self.record, Detail::Brief, supposed)
    }

    fn range(&self, unknown: &[RuleId]) -> Option<(LevelId, LevelId)> {
        if self.judgement.settled {
            return None;
        }
        let all = |hit: bool| unknown.iter().map(|rule| (*rule, hit)).collect::<Supposed>();
        Some((self.judge(&all(false)).decision, self.judge(&all(true)).decision))
    }

    fn raising(&self, unknown: &[RuleId]) -> Vec<(RuleId, LevelId)> {
        let levels = unknown
            .iter()
            .map(|rule| (*rule, self.judge(&Supposed::from([(*rule, true)])).decision));
        levels.filter(|(_, level)| *level > self.judgement.decision).collect()
    }

    /// The smallest sets that lower the level, if there are any of at most three.
    fn lowering(&self, candidates: &[RuleId], supposed: bool) -> Vec<Change> {
        let candidates = candidates.get(..CANDIDATES_MAX).unwrap_or(candidates);
        for size in 1..=TOGETHER_MAX {
            let mut found: Vec<Change> = Vec::new();
            for rules in sets(candidates, size) {
                let judged = self.judge(&rules.iter().map(|rule| (*rule, supposed)).collect());
                if judged.decision < self.judgement.decision {
                    found.push(Change { rules, level: judged.decision, settled: judged.settled });
                }
            }
            if !found.is_empty() {
                found.sort_by_key(|change| change.level);
                found.truncate(SETS_MAX);
                return found;
            }
        }
        Vec::new()
    }
}

/// All sets of that size, in order.
fn sets(rules: &[RuleId], size: usize) -> Vec<Vec<RuleId>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut made = Vec::new();
    for (place, first) in rules.iter().enumerate() {
        for mut rest in sets(rules.get(place + 1..).unwrap_or_default(), size - 1) {
            rest.insert(0, *first);
            made.push(rest);
        }
    }
    made
}
