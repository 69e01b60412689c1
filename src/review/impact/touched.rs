//! One subject under both versions.

use serde::Serialize;

use crate::eval::{RuleJudgement, ScoreRange};
use crate::hir::Outcome;
use crate::run::Judged;

/// What a rule came to, as far as decisions rest on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    /// The outcome.
    pub outcome: Outcome,
    /// What a hit adds to the score at the least and at the most.
    pub counted: Option<(u32, u32)>,
}

impl State {
    pub(super) fn of(judged: &RuleJudgement) -> Self {
        let counted = judged.indicator.as_ref().and_then(|indicator| indicator.counted);
        let counted = counted.map(|ScoreRange { low, high }| (low, high));
        Self { outcome: judged.outcome, counted }
    }

    /// Whether a rule came out differently. One that a version does not have is as good as one that says nothing.
    pub(super) fn differ(old: Option<Self>, new: Option<Self>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => old != new,
            (Some(only), None) | (None, Some(only)) => !only.is_silent(),
            (None, None) => false,
        }
    }

    /// Whether it neither adds to a decision nor leaves it open.
    const fn is_silent(self) -> bool {
        match self.outcome {
            Outcome::Clear
            | Outcome::NotApplicable
            | Outcome::NotCovered
            | Outcome::NotRequired
            | Outcome::Met => true,
            Outcome::Hit
            | Outcome::Unknown
            | Outcome::Excepted
            | Outcome::Reviewed
            | Outcome::Failed
            | Outcome::Unmet
            | Outcome::Expired
            | Outcome::Waived => false,
        }
    }
}

/// What one version came to for a subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The place of the level in its policy, from the lowest.
    pub(super) level: usize,
    pub(super) settled: bool,
    pub(super) score: (u32, u32),
}

impl Seen {
    pub(super) fn of(judged: &Judged<'_, '_>) -> Self {
        let judgement = &judged.judgement;
        let ScoreRange { low, high } = judgement.score;
        Self { level: judgement.decision.index(), settled: judgement.settled, score: (low, high) }
    }
}

/// What both versions came to for one subject.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) subject: String,
    pub(super) old: Seen,
    pub(super) new: Seen,
    /// Rules that came out differently, by the place of their pair.
    pub(super) shifts: Vec<(usize, Option<State>, Option<State>)>,
}

/// A rule that came out differently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Shift {
    /// Its name in the new version; in the old one where the new one does not have it.
    pub rule: String,
    /// The name that it had, if another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What it came to by the old version; absent where that does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<&'static str>,
    /// What it came to by the new one; absent where that does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<&'static str>,
    /// What it added to the score at the least and at the most; told where the outcome is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_points: Option<(u32, u32)>,
    /// What it adds now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_points: Option<(u32, u32)>,
}

/// A subject whose decision changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// The key of the subject.
    pub subject: String,
    /// The decision of the old version.
    pub old: String,
    /// The decision of the new one.
    pub new: String,
    /// Whether no missing fact could change the old decision.
    pub old_settled: bool,
    /// Whether none can change the new one.
    pub new_settled: bool,
    /// What the flags added up to, at the least and at the most.
    pub old_score: (u32, u32),
    /// What they add up to now.
    pub new_score: (u32, u32),
    /// Rules that came out differently.
    pub rules: Vec<Shift>,
}
