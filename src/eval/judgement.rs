use super::Truth;
use super::evidence::{Evidence, Need};
use super::trace::{PeersSeen, Step};
use crate::digest::Digest;
use crate::hir::{LevelId, Outcome, RuleId, Severity};
use crate::value::Date;

/// What a policy comes to for one record.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Steps of what decides besides the conditions of rules: stronger forms of flags, exceptions,
    /// requirements of controls, levels; only with `Detail::Trace`.
    pub decision_steps: Vec<Step>,
    /// The level.
    pub decision: LevelId,
    /// Whether no missing fact can change the level.
    pub settled: bool,
    /// The levels that completions of the record can have, from the lowest.
    pub could_be: Vec<LevelId>,
    /// What the flags add up to.
    pub score: ScoreRange,
    /// One for each rule, in the order of the policy.
    pub rules: Vec<RuleJudgement>,
    /// What would settle which rules, in the order of the record.
    pub needs: Vec<(Need, Vec<RuleId>)>,
    /// Facts without which nobody is clear, and that are missing.
    pub must_have_missing: Vec<String>,
    /// Controls to do.
    pub actions: Vec<Action>,
}

/// From the lowest to the highest possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreRange {
    /// In the best case.
    pub low: u32,
    /// In the worst case.
    pub high: u32,
}

/// What a rule came to.
#[derive(Clone, Debug)]
pub struct RuleJudgement {
    /// The outcome.
    pub outcome: Outcome,
    /// What a prohibition or flag has besides, where there is something to tell; absent for controls.
    pub indicator: Option<Box<Indicator>>,
    /// What a control has besides; absent for prohibitions and flags.
    pub control: Option<ControlState>,
    /// An exception that relieves, or may.
    pub relief: Option<Relief>,
    /// What would settle it, if it is unknown.
    pub needs: Vec<Need>,
    /// With whom the subject was compared, for each comparison of the rule.
    pub peers: Vec<PeersSeen>,
    /// How it came to it, where that was asked for.
    pub steps: Vec<Step>,
}

/// What a prohibition or flag has besides its outcome.
#[derive(Clone, Debug, Default)]
pub struct Indicator {
    /// How much a flag says, raised where that is certain.
    pub severity: Option<Severity>,
    /// What it weighs.
    pub weight: Option<u32>,
    /// What a hit adds to the score, after controls that answer it.
    pub counted: Option<ScoreRange>,
    /// What a hit rests on.
    pub evidence: Vec<Evidence>,
    /// Digest of what a hit rests on.
    pub evidence_digest: Option<Digest>,
    /// Values with names, by the place of the name in the program.
    pub values: Vec<(usize, String)>,
    /// Controls that answer it, with whether they certainly do.
    pub answered_by: Vec<(RuleId, Truth)>,
}

/// What a control has besides its outcome.
#[derive(Clone, Copy, Debug)]
pub struct ControlState {
    /// The day on which it was done, if it is known.
    pub on: Option<Date>,
    /// Whether it must be done.
    pub required: Truth,
}

/// An exception that relieves from a rule, or may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relief {
    /// Its place in the policy.
    pub exception: usize,
    /// Whether it relieves.
    pub relieves: Truth,
    /// What the rule would have come to without it.
    pub would_be: Outcome,
}

/// A control to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Which control.
    pub control: RuleId,
    /// The rules that are hit and call for it.
    pub because: Vec<RuleId>,
}
