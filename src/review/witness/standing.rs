//! How far two versions are apart about a record.

use super::{Target, Verdict};
use crate::engine::Engine;
use crate::eval::{Judgement, RuleJudgement, Truth};
use crate::hir::{LevelId, Outcome, RuleId, Severity};

/// How a version stands to what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) outcome: Option<Outcome>,
    /// The higher, the truer.
    truth: usize,
    is_settled: bool,
    strength: Option<(Option<Severity>, Option<u32>)>,
    required: Option<bool>,
}

/// By what two versions differ, from what says most to what says least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Two outcomes, both settled.
    Outcome,
    /// A hit of another severity or weight, a control that must be done.
    Strength,
    /// One of them is not settled.
    Unsettled,
}

/// How two versions stand to each other about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) kind: Kind,
    pub(super) is_new_truer: bool,
    pub(super) old: Standing,
    pub(super) new: Standing,
}

impl Difference {
    pub(super) fn of(target: &Target<'_>, old: Seen<'_>, new: Seen<'_>) -> Option<Self> {
        let (old, new) = match target {
            Target::Rule { old: of_old, new: of_new } => {
                (of_rules(of_old, old.judgement), of_rules(of_new, new.judgement))
            }
            Target::Decision => of_decisions(old, new)?,
        };
        let (kind, is_new_truer) = if old.truth != new.truth {
            let kind =
                if old.is_settled && new.is_settled { Kind::Outcome } else { Kind::Unsettled };
            (kind, new.truth > old.truth)
        } else if let (Some(of_old), Some(of_new)) = (old.strength, new.strength)
            && of_old != of_new
        {
            (Kind::Strength, of_new > of_old)
        } else if let (Some(of_old), Some(of_new)) = (old.required, new.required)
            && of_old != of_new
        {
            (Kind::Strength, of_new)
        } else {
            return None;
        };
        Some(Self { kind, is_new_truer, old, new })
    }

    /// Whether another one says the same to a reader.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let of = |standing: &Standing| (standing.outcome, standing.truth, standing.is_settled);
        self.kind == other.kind
            && self.is_new_truer == other.is_new_truer
            && of(&self.old) == of(&other.old)
            && of(&self.new) == of(&other.new)
            && (self.kind != Kind::Strength || self == other)
    }
}

/// A version and what it makes of a record.
#[derive(Clone, Copy)]
pub(super) struct Seen<'s> {
    pub(super) engine: &'s Engine,
    pub(super) judgement: &'s Judgement,
}

impl Seen<'_> {
    fn level(self, level: LevelId) -> String {
        let levels = &self.engine.policy().checked.decision.levels;
        levels.get(level.index()).map(|level| level.name.clone()).unwrap_or_default()
    }

    /// As it is told to a reader.
    pub(super) fn verdict(self, rules: &[RuleId], standing: &Standing) -> Verdict {
        let rule = rules
            .iter()
            .filter_map(|id| self.judgement.rules.get(id.index()))
            .find(|judged| Some(judged.outcome) == standing.outcome);
        let hit = rule.filter(|judged| judged.outcome == Outcome::Hit);
        let indicator = hit.and_then(|judged| judged.indicator.as_ref());
        Verdict {
            outcome: standing.outcome.map(Outcome::word),
            severity: indicator.and_then(|indicator| indicator.severity).map(Severity::word),
            weight: indicator.and_then(|indicator| indicator.weight),
            required: rule.and_then(required),
            decision: self.level(self.judgement.decision),
            score: [self.judgement.score.low, self.judgement.score.high],
        }
    }
}

/// Of several rules that took the place of one, the truest.
fn of_rules(rules: &[RuleId], judgement: &Judgement) -> Standing {
    let standings = rules.iter().filter_map(|id| judgement.rules.get(id.index())).map(of_rule);
    standings
        .max_by_key(|standing| (standing.truth, standing.strength, standing.required))
        .unwrap_or(Standing {
            outcome: None,
            truth: NOTHING,
            is_settled: true,
            strength: None,
            required: None,
        })
}

fn of_rule(judged: &RuleJudgement) -> Standing {
    let hit = judged.indicator.as_ref().filter(|_| judged.outcome == Outcome::Hit);
    Standing {
        outcome: Some(judged.outcome),
        truth: truth(judged.outcome),
        is_settled: judged.outcome != Outcome::Unknown,
        strength: hit.map(|indicator| (indicator.severity, indicator.weight)),
        required: required(judged),
    }
}

fn required(judged: &RuleJudgement) -> Option<bool> {
    match judged.control?.required {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Unknown => None,
    }
}

/// Where nothing is hit, done or asked for.
const NOTHING: usize = 0;

/// The higher, the truer. Of indicators a hit is; what an exception relieves from is not. Of controls what is
/// done well is above what failed, what ran out, what is still to be done, and what nobody asks for.
fn truth(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Clear
        | Outcome::NotApplicable
        | Outcome::NotCovered
        | Outcome::Excepted
        | Outcome::Reviewed
        | Outcome::NotRequired
        | Outcome::Waived => NOTHING,
        Outcome::Unknown => 1,
        Outcome::Unmet => 2,
        Outcome::Expired => 3,
        Outcome::Failed => 4,
        Outcome::Hit | Outcome::Met => 5,
    }
}

/// Levels of two versions compare by their places in the version that has both, or else by their own.
fn of_decisions(old: Seen<'_>, new: Seen<'_>) -> Option<(Standing, Standing)> {
    let (of_old, of_new) = (old.level(old.judgement.decision), new.level(new.judgement.decision));
    if of_old == of_new {
        return None;
    }
    let place = |seen: Seen<'_>, name: &str| {
        let levels = &seen.engine.policy().checked.decision.levels;
        levels.iter().position(|level| level.name == name)
    };
    let both = |seen: Seen<'_>| place(seen, &of_old).zip(place(seen, &of_new));
    let own = (old.judgement.decision.index(), new.judgement.decision.index());
    let (low, high) = both(new).or_else(|| both(old)).unwrap_or(own);
    Some((of_decision(old, low), of_decision(new, high)))
}

fn of_decision(seen: Seen<'_>, truth: usize) -> Standing {
    let unsettled = seen.engine.policy().checked.decision.unsettled;
    let is_reached = seen.judgement.decision > unsettled;
    Standing {
        outcome: None,
        truth,
        is_settled: seen.judgement.settled || is_reached,
        strength: None,
        required: None,
    }
}
